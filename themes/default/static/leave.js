// Asks before a page with unsaved input is left. The browser chooses the words.

/** Watches `form` and asks while something in it differs from what the server sent. */
export function warnBeforeLeaving(form) {
  let changed = false;
  let leaving = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", (event) => {
    if (leaving) {
      event.preventDefault();
      return;
    }
    leaving = true;
    setTimeout(() => { leaving = false; }, 8000);
  });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", (event) => {
    if (changed && !leaving) {
      event.preventDefault();
      event.returnValue = form.dataset.leave;
    }
  });
}
