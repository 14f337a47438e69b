// Asks before a page with unsaved input is left. The browser chooses the words.

/** Watches `form` and asks while something in it differs from what the server has. */
export function warnBeforeLeaving(form) {
  let leaving = false;
  form.addEventListener("input", () => { form.dataset.changed = ""; });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (leaving) return event.preventDefault();
    leaving = true;
    setTimeout(() => { leaving = false; }, 8000);
  });
  addEventListener("pageshow", (event) => {
    leaving = false;
    // A page that the browser had put aside may have been saved since.
    if (event.persisted && !("changed" in form.dataset)) location.reload();
  });
  addEventListener("beforeunload", (event) => {
    if (("changed" in form.dataset || form.dataset.underWay) && !leaving) {
      event.preventDefault();
      event.returnValue = form.dataset.leave;
    }
  });
}
