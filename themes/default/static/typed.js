// Days and months are typed, or picked from the browser's own calendar.

import { changed, make } from "./make.js";

/** Gives every day and month below `root` a button that opens a calendar. */
export function addCalendars(root) {
  root.querySelectorAll("input[data-calendar]").forEach(addCalendar);
}

function addCalendar(input) {
  const kind = input.dataset.calendar;
  const own = make("input", { type: kind, tabindex: -1, "aria-hidden": "true" });
  if (!own.showPicker || own.type === "text") return;
  const frame = make("div", { class: "pick day" });
  const label = `${input.dataset.label} ${input.labels[0]?.firstChild.textContent ?? ""}`;
  const button = make("button", { type: "button", class: "quiet", "aria-label": label }, "▦");
  button.addEventListener("click", () => {
    own.value = input.value;
    own.showPicker();
  });
  own.addEventListener("input", (event) => event.stopPropagation());
  own.addEventListener("change", (event) => {
    event.stopPropagation();
    input.value = own.value;
    changed(input);
    input.focus();
  });
  const focused = document.activeElement === input;
  input.replaceWith(frame);
  frame.append(input, own, button);
  if (focused) input.focus();
}
