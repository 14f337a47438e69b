// A box above a long select: what is typed narrows the options.

import { make } from "./make.js";

/** Gives every long select below `root` its box. */
export function filterLongSelects(root) {
  root.querySelectorAll("select[data-filter]").forEach(addBox);
}

function addBox(select) {
  const all = [...select.options];
  const placeholder = select.dataset.filter;
  const label = select.labels?.[0]?.textContent ?? select.getAttribute("aria-label") ?? "";
  const box = make("input", { type: "search", class: "filter", autocomplete: "off", placeholder, "aria-label": `${label} ${placeholder}` });
  box.addEventListener("input", (event) => {
    event.stopPropagation();
    const [typed, chosen] = [box.value.trim().toLowerCase(), select.value];
    const fits = ({ value, text }) => !value || value === chosen || value.toLowerCase().startsWith(typed) || text.toLowerCase().includes(typed);
    select.replaceChildren(...all.filter(fits));
    select.value = chosen;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  select.before(box);
}
