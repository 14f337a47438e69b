// Fields that are searched become comboboxes (ARIA 1.2): the server finds, and reads what is posted.

import { changed, make, set } from "./make.js";
import { pairsOf, post } from "./post.js";

const PAUSE = 180;
const done = new WeakSet();
let count = 0;
let heard;

/** Makes every field below `root` that is searched a combobox. */
export function searchFields(root) {
  for (const input of root.querySelectorAll("form[data-suggest] input[data-pick]")) {
    if (done.has(input)) continue;
    done.add(input);
    combobox(input);
  }
}

function combobox(input) {
  const { form } = input;
  const frame = input.parentElement;
  const button = frame.querySelector("button");
  const popup = make("div", { class: "popup", hidden: "" });
  const note = make("p", { "aria-hidden": "true" });
  const label = input.labels?.[0]?.firstChild?.textContent ?? input.getAttribute("aria-label");
  const list = make("ul", { role: "listbox", id: `options-${(count += 1)}`, "aria-label": label });
  popup.append(note, list);
  frame.append(popup);
  set(input, { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id });
  let turn = 0;
  let timer;
  let active = -1;
  let items = [];
  let choosing = false;

  input.addEventListener("input", () => {
    if (choosing) return;
    path();
    clearTimeout(timer);
    if (input.value.trim() === "") return close();
    timer = setTimeout(() => ask({ q: input.value }), PAUSE);
  });
  input.addEventListener("blur", close);
  input.addEventListener("click", () => input.value === "" && popup.hidden && open());
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (key(event.key)) event.preventDefault();
  });
  popup.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const at = [...list.children].indexOf(event.target.closest("[role=option]"));
    if (at >= 0) take(items[at], event.target.closest(".more") !== null);
  });
  if (button) {
    button.type = "button";
    button.tabIndex = -1;
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      input.focus();
      popup.hidden ? open() : close();
    });
  }

  /** False where the key is the input's own. */
  function key(pressed) {
    if (popup.hidden) {
      if (pressed !== "ArrowDown" && pressed !== "ArrowUp") return false;
      open();
      return true;
    }
    switch (pressed) {
      case "ArrowDown": return move(active + 1 < items.length ? active + 1 : 0);
      case "ArrowUp": return move(active > 0 ? active - 1 : items.length - 1);
      case "Home": return active >= 0 && move(0);
      case "End": return active >= 0 && move(items.length - 1);
      case "ArrowRight": return active >= 0 && items[active].opens && take(items[active], true);
      case "ArrowLeft": return active >= 0 && items[0].up && take(items[0]);
      case "Escape": return close();
      case "Enter": return active >= 0 ? take(items[active]) : close();
      default: return false;
    }
  }

  function open() {
    ask(input.value.trim() === "" ? { below: "" } : { q: input.value });
  }

  function close() {
    turn += 1;
    clearTimeout(timer);
    popup.hidden = true;
    active = -1;
    set(input, { "aria-expanded": "false", "aria-activedescendant": undefined });
    return true;
  }

  function move(to) {
    const options = list.children;
    if (options.length === 0) return true;
    options[active]?.setAttribute("aria-selected", "false");
    active = to;
    options[to].setAttribute("aria-selected", "true");
    options[to].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[to].id);
    return true;
  }

  function take(item, into = false) {
    if (item.up || into || !item.picks) {
      if (item.opens || item.up) ask({ below: item.value }, true);
      return true;
    }
    choosing = true;
    if (input.dataset.pick === "several") add(item);
    else {
      input.value = item.text;
      path(item);
    }
    changed(input);
    choosing = false;
    return close();
  }

  function add(item) {
    const tick = make("label", { class: "choice" });
    tick.append(make("input", { type: "checkbox", name: input.name, value: item.value, checked: "" }), make("span", {}, item.text));
    let ticks = frame.previousElementSibling;
    if (!ticks?.matches(".choices")) frame.before(ticks = make("div", { class: "choices stacked" }));
    ticks.append(tick);
    input.value = "";
  }

  function path(item) {
    const shown = frame.nextElementSibling;
    if (shown?.matches(".chosen")) shown.remove();
    if (item?.above) frame.after(make("p", { class: "chosen" }, `${item.above} / ${item.text.replace(`${item.value} `, "")}`));
  }

  async function ask(query, moved = false) {
    const mine = (turn += 1);
    let answer;
    try {
      const parameters = new URLSearchParams({ field: input.name, ...query });
      answer = await post(`${form.dataset.suggest}?${parameters}`, inputs());
    } catch {
      answer = { status: form.dataset.pickOffline, way: [], items: [] };
    }
    if (mine !== turn || !input.isConnected) return;
    show(answer, moved);
  }

  /** What a filter may read. */
  function inputs() {
    return pairsOf(form).filter(([name]) => !form.querySelector(`[type=password][name="${CSS.escape(name)}"]`));
  }

  function show(answer, moved) {
    const { way } = answer;
    items = answer.items.map(([value, text, above, picks, opens]) => ({ value, text, above, picks, opens }));
    if (way.length > 0) items.unshift({ up: true, value: way.at(-2)?.[0] ?? "", text: `‹ ${way.at(-2)?.[1] ?? answer.up}` });
    list.replaceChildren(...items.map((item, at) => option(item, at, answer.open)));
    note.textContent = way.length > 0 ? `${way.map(([, name]) => name).join(" / ")} · ${answer.status}` : answer.status;
    popup.hidden = false;
    active = -1;
    set(input, { "aria-expanded": items.length > 0, "aria-activedescendant": undefined });
    list.scrollTop = 0;
    if (moved) move(Math.min(items[0]?.up ? 1 : 0, items.length - 1));
    announce(answer.status);
  }

  function option(item, at, more) {
    const shown = make("li", { role: "option", id: `${list.id}-${at}`, "aria-selected": "false" });
    shown.append(make("span", {}, item.text));
    if (item.opens) shown.append(make("span", { class: "more" }, `${more} ›`));
    if (item.above) shown.append(make("small", {}, item.above));
    return shown;
  }
}

function announce(text) {
  if (!heard) document.body.append(heard = make("p", { class: "visually-hidden", role: "status" }));
  heard.textContent = text;
}
