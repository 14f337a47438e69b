// Forms about accounts: what the server says of what was typed so far, and what else is asked.

import { make, set } from "./make.js";
import { pairsOf, post } from "./post.js";

const PAUSE = 500;

/** Watches an account form. */
export function watchAccount(form) {
  const again = form.querySelector(".buttons [value=again]");
  // Pressed by itself below, it need not be seen.
  if (again) again.hidden = true;
  // Other questions depend on it.
  form.addEventListener("change", (event) => {
    if (again && event.target.closest("[data-refresh]")) form.requestSubmit(again);
  });
  if (form.dataset.live) checkWhileTyping(form);
}

function checkWhileTyping(form) {
  const touched = new Set();
  let timer;
  let latest = 0;
  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(check, pause);
  };
  form.addEventListener("input", () => later(PAUSE));
  form.addEventListener("focusout", ({ target }) => {
    if (!target.name || !target.value) return;
    touched.add(target.name);
    later(0);
  });

  async function check() {
    const mine = ++latest;
    try {
      const found = await post(form.dataset.live, pairsOf(form));
      if (mine !== latest) return;
      for (const name of touched) tell(form, name, found.errors[name]);
      const meter = form.querySelector("[data-strength]");
      if (meter) {
        meter.textContent = found.label;
        meter.className = `strength ${found.strength}`;
      }
    } catch {
      // Without an answer nothing is said; the button asks again.
    }
  }
}

/** Puts the message at its input, or takes it away. */
function tell(form, name, message) {
  const input = form.elements.namedItem(name);
  const field = input?.closest?.(".field");
  let place = field?.querySelector(".error");
  if (!field || !(place || message)) return;
  if (!place) {
    place = make("p", { class: "error", id: `${input.id}-live` });
    input.before(place);
    input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), place.id].filter(Boolean).join(" "));
  }
  place.textContent = message ?? "";
  place.hidden = !message;
  field.classList.toggle("is-invalid", Boolean(message));
  set(input, { "aria-invalid": message ? "true" : undefined });
}
