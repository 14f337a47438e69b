// Shows how much of a limited text is used, and says it once the person rests. The server counts the
// same: whole characters, without white space at the ends.

import { make } from "./make.js";

const REST = 1_500;

/** Counts in every text field below `root` that has a limit and room for a sentence. */
export function countCharacters(root) {
  for (const field of root.querySelectorAll("textarea[data-max]")) {
    const shown = make("p", { class: "help", "aria-hidden": "true" });
    const said = make("p", { class: "visually-hidden", role: "status" });
    let timer;
    const count = () => {
      const used = [...field.value.trim()].length;
      shown.textContent = `${used} / ${field.dataset.max}`;
      shown.classList.toggle("error", used > Number(field.dataset.max));
    };
    field.addEventListener("input", () => {
      count();
      clearTimeout(timer);
      timer = setTimeout(() => (said.textContent = shown.textContent), REST);
    });
    field.after(shown, said);
    count();
  }
}
