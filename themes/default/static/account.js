// Forms about accounts: what is wrong with what was typed so far, as the server says, and what else is asked.

const PAUSE = 500;

/** Watches an account form. */
export function watchAccount(form) {
  const again = form.querySelector("button[value='again']");
  // Pressed by itself below, it need not be seen.
  if (again) again.hidden = true;
  // A choice on which other questions depend: the server shows the form anew.
  form.addEventListener("change", (event) => {
    if (again && event.target.closest("[data-refresh]")) form.requestSubmit(again);
  });
  if (form.dataset.live) checkWhileTyping(form);
}

function checkWhileTyping(form) {
  const touched = new Set();
  let timer;
  let latest = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE);
  });
  form.addEventListener("focusout", (event) => {
    if (event.target.name && event.target.value) {
      touched.add(event.target.name);
      clearTimeout(timer);
      timer = setTimeout(check, 0);
    }
  });

  async function check() {
    const mine = ++latest;
    try {
      const response = await fetch(form.dataset.live, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!response.ok || mine !== latest) return;
      const found = await response.json();
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
  if (!(input instanceof HTMLElement)) return;
  const field = input.closest(".field");
  if (!field) return;
  let place = field.querySelector(".error");
  if (!place && message) {
    place = document.createElement("p");
    place.className = "error";
    place.id = `${input.id}-live`;
    input.before(place);
    input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), place.id].filter(Boolean).join(" "));
  }
  if (!place) return;
  place.textContent = message ?? "";
  place.hidden = !message;
  field.classList.toggle("is-invalid", Boolean(message));
  if (message) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}
