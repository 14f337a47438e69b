// Saves a form page by itself: soon after a pause, and at once when a field changes on which other
// fields depend; then what the server shows now takes the place of what stood there. The server
// decides everything: this posts what the save button posts. Files wait for the button.

const PAUSE = 15_000;

/** Keeps `form` saved while it is being filled. */
export function saveByItself(form) {
  const status = form.querySelector("[data-status]");
  let edits = 0;
  let running = false;
  let again = false;
  let pressed = null;
  let timer;

  form.addEventListener("input", () => {
    edits += 1;
    clearTimeout(timer);
    timer = setTimeout(() => save(), PAUSE);
  });
  form.addEventListener("change", (event) => {
    if (event.target.closest("[data-refresh]")) save();
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    // A save is under way and will change the revision: the button waits for it.
    if (running) {
      event.preventDefault();
      pressed = event.submitter ?? form.querySelector("button");
    }
  });

  async function save() {
    if (running) {
      again = true;
      return;
    }
    clearTimeout(timer);
    running = true;
    const before = edits;
    try {
      const answer = await post(form);
      form.querySelector("[name='~revision']").value = answer.querySelector("[name='~revision']").value;
      if (before === edits) {
        replaceFields(form, answer);
        delete form.dataset.changed;
      }
      status.textContent = form.dataset.saved + new Date().toLocaleTimeString();
    } catch {
      status.textContent = form.dataset.failed;
    }
    running = false;
    if (pressed) {
      const button = pressed.isConnected ? pressed : undefined;
      pressed = null;
      form.requestSubmit(button);
    } else if (again) {
      again = false;
      save();
    }
  }
}

async function post(form) {
  const body = new FormData(form);
  for (const [name, value] of [...body]) {
    if (value instanceof File) body.delete(name);
  }
  body.append("~do", "save");
  // Attributes, because a field of the form may be called `action` or `id`.
  const multipart = form.getAttribute("enctype") === "multipart/form-data";
  const response = await fetch(location.pathname + location.search, { method: "POST", body: multipart ? body : new URLSearchParams(body) });
  if (!response.ok && response.status !== 422) throw new Error(response.status);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const answer = page.getElementById(form.getAttribute("id"));
  if (!answer) throw new Error("no form came back");
  return answer;
}

/** Puts the server's fields in place; the place of typing and chosen files are kept. */
function replaceFields(form, answer) {
  const focused = document.activeElement;
  const key = focused && form.contains(focused) ? [focused.name, focused.value, focused.type] : null;
  const chosen = [...form.querySelectorAll("input[type=file]")].filter((input) => input.files.length > 0);
  const [old, fresh] = [form, answer].map((of) => of.querySelector(".fields"));
  old.replaceWith(document.adoptNode(fresh));
  for (const input of chosen) {
    form.querySelector(`input[type=file][name="${CSS.escape(input.name)}"]`)?.replaceWith(input);
  }
  if (key) {
    const [name, value, type] = key;
    const same = [...form.querySelectorAll("[name]")].filter((element) => element.name === name);
    const exact = same.find((element) => element.type === type && element.value === value);
    (exact ?? same[0])?.focus({ preventScroll: true });
  }
  form.dispatchEvent(new CustomEvent("fresh"));
}
