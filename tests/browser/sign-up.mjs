// Signing up, as both suites of accounts and the walks do it.

import { createHash } from "node:crypto";
import { leads, person } from "./browser.mjs";

/** Somebody without JavaScript. */
export const WITHOUT = { javaScriptEnabled: false };

/** Pages without JavaScript, whose captcha a person would read from the picture. */
const quiet = new WeakSet();

/** Somebody with JavaScript, or without. */
export async function somebody(browser, options = {}) {
  const page = await person(browser, options);
  if (options.javaScriptEnabled === false) quiet.add(page);
  return page;
}

/** Does the work of a captcha here, where the page has no JavaScript to do it. */
async function solve(page) {
  const captcha = page.locator("main [data-captcha]");
  if (!quiet.has(page) || (await captcha.count()) === 0) return;
  const task = await captcha.getAttribute("data-captcha");
  const [challenge, bits] = [task.slice(0, task.lastIndexOf(":")), Number(task.slice(task.lastIndexOf(":") + 1))];
  for (let counter = 0; ; counter += 1) {
    const digest = createHash("sha256").update(`${challenge}${counter}`).digest();
    if (digest.readUInt32BE(0) >>> (32 - bits) === 0) {
      await page.locator("main [name='captcha_work']").evaluate((input, found) => { input.value = found; }, String(counter));
      return;
    }
  }
}

/** Fills fields in by their names, whatever they are. */
export async function fillIn(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const input = page.locator(`main [name="${name}"]:not([type="hidden"])`).first();
    const kind = await input.evaluate((one) => (one.tagName === "SELECT" ? "select" : one.type));
    if (kind === "select") await input.selectOption({ label: value });
    else if (kind === "radio") await page.locator(`main [name="${name}"]`).and(page.getByLabel(value)).check();
    else await input.fill(value);
  }
}

/** Presses a button by its words; gives the status of the page it leads to. */
export async function press(page, words) {
  await solve(page);
  return leads(page, () => page.locator("main").getByRole("button", { name: words, exact: true }).first().click());
}

/** What the page says. */
export const said = (page) => page.locator("main").innerText();
