// Shows how much of a limited text is used. The server counts the same: whole characters.

/** Counts in every text field below `root` that has a limit and room for a sentence. */
export function countCharacters(root) {
  for (const field of root.querySelectorAll("textarea[data-max]")) {
    const shown = document.createElement("p");
    shown.className = "help";
    const count = () => {
      const used = [...field.value].length;
      shown.textContent = `${used} / ${field.dataset.max}`;
      shown.classList.toggle("error", used > Number(field.dataset.max));
    };
    field.addEventListener("input", count);
    field.after(shown);
    count();
  }
}
