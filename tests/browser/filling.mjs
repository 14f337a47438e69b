// Fills any page of any form. The page itself says what it asks: every field that is offered has a
// hidden input `~` with its path, and its inputs are named by that path.

import { leads } from "./browser.mjs";
import { at } from "./sample.mjs";
import { pdf } from "./paper.mjs";

/**
 * Fills the page that is open from `given`, rows and files too, and presses 保存. Where there is no
 * JavaScript, fields that show only after others were answered are filled in a second round.
 */
export async function fillAndSave(page, given, javascript = true) {
  await addRows(page, given);
  const done = new Set();
  let status;
  for (let round = 0; round < 4; round += 1) {
    const filled = javascript ? await fillAll(page, given, done) : await fillOnce(page, given, done);
    if (filled === 0 && round > 0) break;
    status = await save(page);
    if (javascript) break;
  }
  return status;
}

/** Presses 保存 in the form; gives the status of the page that comes. */
export function save(page) {
  return leads(page, () => page.locator("#page-form .buttons button[value=save]").click());
}

/** The paths of the fields that are offered, tables apart. */
export async function offered(page) {
  const markers = await page.locator("#page-form input[name='~']").evaluateAll((all) => all.filter((one) => !one.closest("[hidden]")).map((one) => one.value));
  return {
    fields: markers.filter((marker) => !/:\d+$/.test(marker)),
    tables: markers.filter((marker) => /:\d+$/.test(marker)).map((marker) => marker.split(":")),
  };
}

/** Presses 添加一行 until every table has as many rows as there are answers. */
async function addRows(page, given) {
  for (;;) {
    const { tables } = await offered(page);
    const short = tables.find(([path, rows]) => (at(given, path)?.length ?? 0) > Number(rows));
    if (!short) return;
    await page.locator(`button[value="add:${short[0]}"]`).click();
    await page.locator(`input[name='~'][value="${short[0]}:${Number(short[1]) + 1}"]`).waitFor({ state: "attached" });
  }
}

/** Fills fields as they appear, until none is left. */
async function fillAll(page, given, done) {
  let filled = 0;
  for (;;) {
    const next = (await offered(page)).fields.find((path) => !done.has(path));
    if (next === undefined) return filled;
    done.add(next);
    if (answered(given, next)) {
      filled += 1;
      await fresh(page, () => fill(page, next, at(given, next)));
    }
  }
}

/** Fills what the page shows now. */
async function fillOnce(page, given, done) {
  let filled = 0;
  for (const path of (await offered(page)).fields) {
    if (done.has(path) || !answered(given, path)) continue;
    done.add(path);
    filled += 1;
    await fill(page, path, at(given, path));
  }
  return filled;
}

function answered(given, path) {
  const value = at(given, path);
  return value !== undefined && value !== null;
}

/** Does `change` to a field, and waits until the page shows what the server says of it. */
async function fresh(page, change) {
  await change();
  await page.locator("#page-form:not([data-busy])").waitFor();
}

/** Puts `value` into the inputs called `path`, as a person would. */
export async function fill(page, path, value) {
  const inputs = page.locator(`#page-form [name="${path}"], form.panel:not(#page-form) [name="${path}"]`);
  if ((await inputs.count()) === 0) return fillSlots(page, path, value);
  const kind = await inputs.first().evaluate((input) => (input.tagName === "INPUT" ? input.type : input.tagName.toLowerCase()));
  switch (kind) {
    case "radio":
      return page.locator(`[name="${path}"][value="${value}"]`).check();
    case "checkbox":
      for (const one of value) await page.locator(`[name="${path}"][value="${one}"]`).check();
      return undefined;
    case "select":
      return inputs.selectOption(String(value));
    case "file":
      return inputs.setInputFiles(value.map((file) => upload(file.name)));
    default:
      await inputs.fill(Array.isArray(value) ? value.join("\n") : String(value));
      return inputs.blur();
  }
}

async function fillSlots(page, path, value) {
  for (const [index, one] of value.entries()) await page.locator(`[name="${path}[${index}]"]`).fill(String(one));
}

function upload(name) {
  const title = name.replace(/\.\w+$/, "");
  return { name: `${title}.pdf`, mimeType: "application/pdf", buffer: pdf(title) };
}
