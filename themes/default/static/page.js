// What makes pages quicker. Nothing here is needed: without it every page works the same.
import { watchAccount } from "./account.js";
import { solveCaptcha } from "./captcha.js";
import { filterLongSelects } from "./filter.js";
import { warnBeforeLeaving } from "./leave.js";
import { countCharacters } from "./count.js";
import { saveByItself } from "./save.js";
import { quickTables } from "./table.js";
import { watchUploads } from "./upload.js";

const summary = document.getElementById("summary");
if (summary) {
  // What was typed came back: its errors count now, not the place that the address still names.
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  summary.focus();
}

function begin(form) {
  saveByItself(form);
  quickTables(form, (fresh) => {
    begin(fresh);
    filterLongSelects(fresh);
    countCharacters(fresh);
    watchUploads(fresh);
  });
  warnBeforeLeaving(form);
  form.addEventListener("fresh", () => {
    filterLongSelects(form);
    countCharacters(form);
    watchUploads(form);
  });
}
document.querySelectorAll("form[data-leave]").forEach(begin);
for (const form of document.querySelectorAll("form[data-account]")) watchAccount(form);
for (const field of document.querySelectorAll("[data-captcha]")) solveCaptcha(field);
filterLongSelects(document);
countCharacters(document);
watchUploads(document);
