// Makes the buttons of tables quick: the same request as without this, and only the middle of the page changes.
// Lines that are pasted into a cell fill the cells from there on.

import { make } from "./make.js";
import { hasFiles, pairsOf } from "./post.js";

const ROWS = /^(add|copy|remove|restore|up|down|fill):/;
const CELL = /^(.+)\[(\d+)\]\.([a-z0-9_]+)$/;

/** Takes care of the tables of `form`; `begin` takes care of the form that comes in its place. */
export function quickTables(form, begin) {
  form.addEventListener("submit", (event) => {
    const command = event.submitter?.value ?? "";
    // What holds the button back sends it again later; files go the long way.
    if (event.defaultPrevented || event.submitter?.name !== "~do" || !ROWS.test(command) || hasFiles(form)) return;
    event.preventDefault();
    send(command);
  });
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const cell = CELL.exec(event.target.name ?? "");
    const several = event.target.tagName === "TEXTAREA" ? text.includes("\t") : /[\t\n]/.test(text.trim());
    if (!cell || !several) return;
    event.preventDefault();
    const [, table, row, column] = cell;
    const button = make("button", { name: "~do", value: `fill:${table}:${row}:${column}`, hidden: "" });
    form.append(make("textarea", { name: `~paste:${table}`, hidden: "" }, text), button);
    form.requestSubmit(button);
  });

  async function send(command) {
    const changed = "changed" in form.dataset;
    // Nothing else may save meanwhile.
    delete form.dataset.changed;
    form.setAttribute("aria-busy", "true");
    try {
      const body = new URLSearchParams([...pairsOf(form), ["~do", command]]);
      const response = await fetch(form.getAttribute("action"), { method: "POST", body });
      const there = new URL(response.url);
      // Whoever must sign in again does so, and comes back.
      if (there.pathname !== location.pathname) return location.assign(there);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      show(page, there.searchParams.get("row"));
    } catch {
      if (changed) form.dataset.changed = "";
      form.removeAttribute("aria-busy");
      form.querySelector("[data-status]").textContent = form.dataset.failed;
    }
  }

  function show(page, place) {
    const [old, fresh] = [document, page].map((of) => of.querySelector("main"));
    old.replaceWith(document.adoptNode(fresh));
    document.title = page.title;
    const next = fresh.querySelector("form[data-leave]");
    if (next) begin(next);
    const target = document.getElementById("summary") ?? document.getElementById(place) ?? fresh;
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  }
}
