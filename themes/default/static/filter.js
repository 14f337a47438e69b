// A box above a long select: what is typed narrows the options, those that begin with it first.

/** Gives every long select below `root` its box. */
export function filterLongSelects(root) {
  for (const select of root.querySelectorAll("select[data-filter]")) {
    addBox(select);
  }
}

function addBox(select) {
  const all = [...select.options].map((option) => ({ option, name: option.text.trim().toLowerCase() }));
  const box = document.createElement("input");
  box.type = "search";
  box.className = "filter";
  box.autocomplete = "off";
  box.placeholder = select.dataset.filter;
  const label = select.labels?.[0]?.textContent ?? select.getAttribute("aria-label") ?? "";
  box.setAttribute("aria-label", `${label} ${box.placeholder}`);
  box.addEventListener("input", (event) => {
    event.stopPropagation();
    show(select, all, box.value.trim().toLowerCase());
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  select.before(box);
}

function show(select, all, typed) {
  const chosen = select.value;
  const found = all.filter(({ option, name }) =>
    typed === "" || option.value === "" || option.value === chosen
    || option.value.toLowerCase().startsWith(typed) || name.includes(typed));
  if (typed !== "") {
    const rank = ({ option, name }) => (option.value === "" ? 0 : name.startsWith(typed) ? 1 : 2);
    found.sort((one, other) => rank(one) - rank(other));
  }
  select.replaceChildren(...found.map(({ option }) => option));
  select.value = chosen;
}
