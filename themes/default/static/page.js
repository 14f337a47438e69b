// What makes pages quicker. Nothing here is needed: without it every page works the same.
import { watchAccount } from "./account.js";
import { solveCaptcha } from "./captcha.js";
import { filterLongSelects } from "./filter.js";
import { dropOld } from "./keep.js";
import { warnBeforeLeaving } from "./leave.js";
import { liveRules } from "./live.js";
import { countCharacters } from "./count.js";
import { searchFields } from "./pick.js";
import { saveByItself } from "./save.js";
import { quickTables } from "./table.js";
import { addCalendars } from "./typed.js";
import { watchUploads } from "./upload.js";

dropOld(false);
const summary = document.getElementById("summary");
if (summary) {
  // What was typed came back: its errors count now, not the place in the address; and coming back asks for no post.
  history.replaceState(null, "", location.pathname + location.search);
  summary.focus();
}

const tab = document.querySelector(".tabs [aria-current]");
if (tab) tab.closest("ol").scrollLeft = tab.offsetLeft - 40;

function begin(form) {
  saveByItself(form, liveRules(form));
  quickTables(form, (fresh) => {
    begin(fresh);
    widgets(fresh);
  });
  warnBeforeLeaving(form);
  form.addEventListener("fresh", ({ detail }) => widgets(detail));
}

function widgets(root) {
  filterLongSelects(root);
  searchFields(root);
  addCalendars(root);
  countCharacters(root);
  watchUploads(root);
}

document.querySelectorAll("form[data-leave]").forEach(begin);
document.querySelectorAll("form[data-account]").forEach(watchAccount);
document.querySelectorAll("[data-captcha]").forEach(solveCaptcha);
widgets(document);
document.addEventListener("submit", ({ target }) => {
  if (target.getAttribute("action")?.endsWith("/sign-out")) dropOld(true);
});
