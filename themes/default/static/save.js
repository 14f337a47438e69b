// Saves a form page by itself, soon after a pause and when the page is put away, and says when. What cannot be sent
// is kept in the browser and sent again when the network is back.

import { drop, keep, kept, sending } from "./keep.js";
import { make } from "./make.js";
import { hasFiles, pairsOf, post } from "./post.js";
import { refreshTabs } from "./tabs.js";

const PAUSE = 15_000;
const RETRY = [2_000, 60_000];

/** Keeps `form` saved while it is being filled; `live` shows what the server says of it. */
export function saveByItself(form, live) {
  const status = form.querySelector("[data-status]");
  // An attribute, because a field of the form may be called `action`.
  const address = form.getAttribute("action");
  let edits = 0;
  let running = false;
  // Files that have come whole, each to be taken with the page as it is typed.
  const whole = [];
  let stopped = false;
  let pressed = null;
  let wait = RETRY[0];
  let timer;

  form.addEventListener("input", () => {
    edits += 1;
    later(PAUSE);
  });
  addEventListener("online", () => later(0));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!navigator.onLine) {
      event.preventDefault();
      cannotSend();
    } else if (running || form.dataset.underWay) {
      // A save is under way, or a file, and will change the revision: the button waits for it.
      event.preventDefault();
      pressed = event.submitter ?? form.querySelector("button");
      if (form.dataset.underWay) say(form.dataset.hold, false);
    } else {
      sending(form);
    }
  });
  form.addEventListener("whole", ({ detail }) => {
    whole.push(detail);
    save();
  });
  form.addEventListener("sent", ({ detail }) => {
    if (!detail) pressed = null;
    if (!running) goOn();
  });
  sendWhatIsKept();

  function later(pause) {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }

  async function save() {
    if (running || !(whole.length || ("changed" in form.dataset && !stopped))) return;
    clearTimeout(timer);
    running = true;
    const before = edits;
    const file = whole.shift();
    try {
      const told = await post(file?.address ?? address, [...pairsOf(form), ["~do", "save"], live.standing(), ...(file?.pairs ?? [])]);
      form.querySelector("[name='~revision']").value = told.revision;
      drop(form);
      refreshTabs(told.tabs);
      wait = RETRY[0];
      file?.take(told);
      if (before === edits) {
        live.apply(told);
        if (!told.problem && !hasFiles(form)) delete form.dataset.changed;
      }
      say(form.dataset.saved + new Date().toLocaleTimeString() + (told.problem ? ` ${told.problem}` : ""), Boolean(told.problem));
    } catch (error) {
      file?.fail(error);
      if (!file || [401, 409].includes(error.status)) failed(error);
    }
    running = false;
    if (before !== edits) later(PAUSE);
    if (whole.length) save();
    else goOn();
  }

  /** Presses the button that waits. */
  function goOn() {
    if (!pressed || form.dataset.underWay) return;
    const button = pressed.isConnected ? pressed : undefined;
    pressed = null;
    form.requestSubmit(button);
  }

  function say(text, isWrong) {
    status.textContent = text;
    status.classList.toggle("warning", isWrong);
  }

  function failed(error) {
    if (error.status === 409) {
      stopped = true;
      say(error.problem, true);
    } else if (error.status === 401) {
      stopped = true;
      keep(form, pairsOf(form));
      say(form.dataset.signedOut, true);
    } else if (error.status && error.status < 500) {
      say(form.dataset.failed, true);
    } else {
      cannotSend();
    }
  }

  function cannotSend() {
    keep(form, pairsOf(form));
    form.dataset.changed = "";
    say(form.dataset.offline, true);
    later(wait);
    wait = Math.min(wait * 2, RETRY[1]);
  }

  /** Sends what an earlier visit could not, as of the revision that it was typed at. */
  async function sendWhatIsKept() {
    const pairs = kept(form);
    if (!pairs) return;
    // What came back from the server unsaved is newer.
    if ("changed" in form.dataset) return drop(form);
    try {
      await post(address, pairs);
      drop(form);
      if (!("changed" in form.dataset)) location.reload();
    } catch (error) {
      if (error.status === 409) offerChoice(pairs, error.problem);
      else if (!error.status || error.status >= 500) addEventListener("online", sendWhatIsKept, { once: true });
      else if (error.status !== 401) drop(form);
    }
  }

  /** It was saved elsewhere meanwhile: the server shows both versions. */
  function offerChoice(pairs, problem) {
    const button = make("button", { type: "button", class: "link" }, form.dataset.choose);
    button.addEventListener("click", () => {
      const choice = make("form", { method: "post", action: address, hidden: "" });
      for (const [name, value] of pairs) choice.append(make("textarea", { name }, value));
      drop(form);
      document.body.append(choice);
      choice.submit();
    });
    say(problem, true);
    status.append(" ", button);
  }
}
