// File fields: dropped on, told when too large, replaced by nothing but what the server takes.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { launch, person } from "./browser.mjs";
import { signIn } from "./office.mjs";
import { save } from "./filling.mjs";
import { pdf } from "./paper.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FIELD = "[id='f-evaluation_proof']";

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/** A draft of the demonstration at its attachments. */
async function atAttachments() {
  const page = await person(browser);
  await signIn(page, "gansu", "invited@demo.example");
  await page.goto("/gansu/applications");
  const drafts = page.locator("tbody tr").filter({ has: page.locator(".state", { hasText: "填写中" }) });
  const href = await drafts.first().locator("a").first().getAttribute("href");
  await page.goto(`${href.split("/").slice(0, 4).join("/")}/pages/attachments`);
  return page;
}

/** Drops files, given as names and texts, on the field. */
function drop(page, files) {
  return page.locator(FIELD).evaluate((field, given) => {
    const dataTransfer = new DataTransfer();
    for (const [name, text] of given) dataTransfer.items.add(new File([text], name));
    for (const kind of ["dragover", "drop"]) field.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  }, files);
}

test("files are dropped on their field, and what is wrong is told", async () => {
  const page = await atAttachments();
  const before = await page.locator(`${FIELD} .files li`).count();
  await page.locator(`${FIELD} input[type=file]`).setInputFiles({ name: "大.pdf", mimeType: "", buffer: Buffer.alloc((20 << 20) + 1) });
  assert.match(await page.locator(`${FIELD} [role=status]`).innerText(), /不超过 20 MB.*大\.pdf \(20\.0 MB\)/);
  assert.equal(await page.locator(`${FIELD} input[type=file]`).evaluate((input) => input.files.length), 0);

  await drop(page, [["甲.pdf", pdf("甲").toString("latin1")], ["乙.pdf", "%PDF-1.7 half"]]);
  assert.match(await page.locator(`${FIELD} [role=status]`).innerText(), /甲\.pdf.*乙\.pdf/);
  assert.equal(await save(page), 200);
  assert.equal(await page.locator(`${FIELD} .files li`).count(), before + 2);
  assert.match(await page.locator(`${FIELD} .files li`).last().innerText(), /文件不完整/);
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.map(({ id }) => id));
  assert.deepEqual(found, []);
  const view = await page.locator(`${FIELD} .files li a[href$='?view']`).last().getAttribute("href");
  const answer = await page.request.get(view);
  assert.match(answer.headers()["content-disposition"], /^inline/);

  await drop(page, [["程序.pdf", "MZ a program"]]);
  assert.equal(await save(page), 422);
  assert.match(await page.locator("#summary").innerText(), /按内容判断/);
  assert.deepEqual(page.broken, []);
});
