// The rules of a form page while it is being typed: the server decides, for the whole page in one request, and what
// it says is put into the page. Nothing that is being typed is touched, and focus never moves.

import { make, set } from "./make.js";
import { pairsOf, post } from "./post.js";

const PAUSE = 300;

/** Keeps what `form` shows true to what is typed. Gives what applies an answer and what tells how the page stands. */
export function liveRules(form) {
  let seen = JSON.parse(form.dataset.seen || "{}");
  // What was wrong when the page came is told until it is right.
  const told = () => [...form.querySelectorAll("[id^='f-'][id$='-message']")].map((box) => box.id.slice(2, -8));
  const touched = new Set(told());
  let edits = 0;
  let running = false;
  let left = false;
  let timer;

  // What was left alone because somebody was in it is asked for again.
  form.addEventListener("focusout", () => {
    if (left) timer = setTimeout(ask, 0);
  });
  form.addEventListener("input", (event) => later(event, PAUSE));
  form.addEventListener("change", (event) => {
    if (event.target.name) touched.add(event.target.name);
    later(event, 0);
  });

  function later(event, pause) {
    if (!event.target.name) return;
    edits += 1;
    form.dataset.busy = "";
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  }

  async function ask() {
    if (running) return;
    running = true;
    const before = edits;
    try {
      const answer = await post(form.dataset.live, [...pairsOf(form), standing()]);
      if (before === edits) apply(answer);
    } catch {
      // Without an answer nothing is said; saving tells that the network is gone.
    }
    running = false;
    // An answer that came too late was dropped.
    if (before !== edits) timer = setTimeout(ask, 0);
    else delete form.dataset.busy;
  }

  function standing() {
    return ["~seen", JSON.stringify(seen)];
  }

  function apply(answer) {
    const say = [answer.say];
    const stays = answer.changes.filter((change) => !put(form, change, seen[change.at])).map((change) => change.at);
    const before = seen;
    seen = answer.seen;
    left = stays.length > 0;
    for (const at of stays) seen[at] = before[at] ?? "";
    for (const [at, needed] of Object.entries(answer.required)) mark(form, at, needed);
    for (const [at, markup] of Object.entries(answer.computed)) {
      const output = field(form, at)?.querySelector("output");
      if (output && output.innerHTML !== markup) output.innerHTML = markup;
    }
    for (const [at, words] of Object.entries(answer.amounts)) {
      const shown = document.getElementById(`f-${at}`)?.nextElementSibling;
      if (shown?.matches(".chosen")) shown.textContent = words;
    }
    for (const at of told()) {
      if (!(at in answer.messages) && isTouched(at)) tell(form, at, []);
    }
    for (const [at, messages] of Object.entries(answer.messages)) {
      if (isTouched(at)) say.push(...tell(form, at, messages));
    }
    announce(say.filter(Boolean).join(" "));
  }

  function isTouched(at) {
    return [...touched].some((name) => name === at || name.startsWith(`${at}[`) || name.startsWith(`${at}.`) || at.startsWith(`${name}[`));
  }

  function announce(text) {
    const region = form.querySelector("[data-say]");
    if (text && region.textContent !== text) region.textContent = text;
  }

  return { apply, standing };
}

/** The element of a field or row. */
export function field(form, at) {
  const named = document.getElementById(`f-${at}`);
  return form.contains(named) ? named.closest(".field, .row") : null;
}

/** Shows, hides or replaces a field. False where somebody is in it: it is left for later. */
function put(form, change, before) {
  const there = field(form, change.at);
  if (there?.contains(document.activeElement)) return false;
  if (!change.markup) {
    if (there) {
      there.hidden = true;
      there.dataset.mark = before ?? "";
    }
    return true;
  }
  if (there?.hidden && there.dataset.mark === change.mark) {
    there.hidden = false;
    return true;
  }
  const fresh = elementOf(change.markup);
  if (!fresh) return true;
  const container = change.in ? field(form, change.in)?.querySelector(".cells") : form.querySelector(".fields");
  const after = change.after && field(form, change.after);
  if (there) there.replaceWith(fresh);
  else if (after) after.after(fresh);
  else container?.prepend(fresh);
  form.dispatchEvent(new CustomEvent("fresh", { detail: fresh }));
  return true;
}

/** The element that `markup` is of. */
export function elementOf(markup) {
  const template = document.createElement("template");
  template.innerHTML = markup;
  return document.adoptNode(template.content).firstElementChild;
}

/** Marks a field as required, or no longer. */
function mark(form, at, needed) {
  const of = field(form, at);
  const label = of?.querySelector(":scope > label, :scope > legend");
  const star = label?.querySelector(".mark");
  if (!label || needed === Boolean(star)) return;
  const radios = of.getAttribute("role") === "radiogroup";
  const named = of.matches("fieldset") ? radios && of : document.getElementById(`f-${at}`);
  if (named) set(named, { "aria-required": needed ? "true" : undefined });
  if (needed) {
    label.append(make("span", { class: "mark", title: form.dataset.required, "aria-hidden": "true" }, "*"));
    if (!named) label.append(make("span", { class: "visually-hidden" }, form.dataset.required));
  } else {
    if (!named) star.nextElementSibling?.remove();
    star.remove();
  }
}

/** Says at a field what is wrong with it; gives what is new of it. */
function tell(form, at, messages) {
  const of = field(form, at);
  if (!of) return [];
  const id = `f-${at}-message`;
  const old = document.getElementById(id);
  const said = (box) => [...box.children].map((line) => line.lastChild.textContent).join("\n");
  const text = messages.map((message) => message.text).join("\n");
  if ((old ? said(old) : "") === text) return [];
  old?.remove();
  const input = of.matches("fieldset") ? of : document.getElementById(`f-${at}`);
  const others = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  const wrong = messages.some((message) => message.kind === "error");
  of.classList.toggle("is-invalid", wrong);
  set(input, { "aria-invalid": wrong && input !== of ? "true" : undefined });
  if (messages.length > 0) {
    const box = make("div", { id });
    for (const message of messages) {
      const line = make("p", { class: message.kind });
      line.append(make("span", { class: "visually-hidden" }, message.prefix), message.text);
      box.append(line);
    }
    [...of.querySelectorAll(":scope > :is(label, legend, .help, .changed, .remark)")].at(-1).after(box);
    others.push(id);
  }
  set(input, { "aria-describedby": others.join(" ") || undefined });
  const label = of.querySelector(":scope > :is(label, legend)")?.firstChild?.textContent ?? "";
  return messages.map((message) => `${label} ${message.prefix}${message.text}`);
}
