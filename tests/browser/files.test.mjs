// Files: dropped on their field, sent in chunks with a bar, on after a broken line or a reload, given up; the same
// without JavaScript.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { look } from "./axe.mjs";
import { launch, leads, person, picture } from "./browser.mjs";
import { applicationOf, signIn } from "./office.mjs";
import { save } from "./filling.mjs";
import { pdf } from "./paper.mjs";

const FIELD = "[id='f-evaluation_proof']";

let browser, folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "files-"));
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** A new application at its attachments. */
async function atAttachments(options) {
  const page = await person(browser, options);
  await signIn(page, "gansu", "invited@demo.example");
  await page.goto("/gansu/applications/new");
  await leads(page, () => page.getByRole("button", { name: /填写申请.*应用技术类/ }).click());
  await page.goto(`${applicationOf(page)}/pages/attachments`);
  return page;
}

const status = (page) => page.locator(`${FIELD} [role=status]`);
const files = (page) => page.locator(`${FIELD} .files li`);
const input = (page) => page.locator(`${FIELD} input[type=file]`);
const bar = (page) => page.locator(`${FIELD} progress`);
const told = (page, text) => status(page).filter({ hasText: text }).waitFor();

/** Drops files, given as names and texts, on the field. */
function drop(page, given) {
  return page.locator(FIELD).evaluate((field, given) => {
    const dataTransfer = new DataTransfer();
    for (const [name, text] of given) dataTransfer.items.add(new File([text], name));
    for (const kind of ["dragover", "drop"]) field.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  }, given);
}

/** A PDF of so many bytes on the disk, last changed at a moment of its own. */
function onDisk(name, bytes) {
  const path = join(folder, name);
  const content = pdf(name);
  const filling = Buffer.alloc(Math.max(0, bytes - content.length - 2), ".");
  writeFileSync(path, Buffer.concat([Buffer.from("%PDF-1.4\n%"), filling, Buffer.from("\n"), content.subarray(9)]));
  utimesSync(path, 1_700_000_000, 1_700_000_000);
  return path;
}

/** Answers to chunks from now on: `after` go on, the others never come. */
async function breakLine(page, after) {
  let sent = 0;
  await page.route("**/uploads/*", (route) => {
    if (route.request().method() !== "PATCH" && sent < after) return route.continue();
    sent += 1;
    return sent <= after ? route.continue() : route.abort("internetdisconnected");
  });
  return () => page.unroute("**/uploads/*");
}

test("files are dropped on their field, and what is wrong is told", async () => {
  const page = await atAttachments();
  await input(page).setInputFiles({ name: "大.pdf", mimeType: "", buffer: Buffer.alloc((20 << 20) + 1) });
  assert.match(await status(page).innerText(), /不超过 20 MB.*大\.pdf \(20\.0 MB\)/);
  assert.equal(await input(page).evaluate((input) => input.files.length), 0);

  await drop(page, [["甲.pdf", pdf("甲").toString("latin1")], ["乙.pdf", "%PDF-1.7 half"]]);
  await told(page, "乙.pdf: 已上传并保存");
  assert.equal(await files(page).count(), 2);
  assert.match(await files(page).first().innerText(), /甲\.pdf.*共 1 页/s);
  assert.match(await files(page).last().innerText(), /文件不完整/);
  assert.equal(await bar(page).count(), 0);
  await look(page, "files that were sent");
  const view = await page.locator(`${FIELD} .files li a[href$='?view']`).last().getAttribute("href");
  const answer = await page.request.get(view);
  assert.match(answer.headers()["content-disposition"], /^inline/);

  await drop(page, [["程序.pdf", "MZ a program"]]);
  await told(page, "内容却不是");
  assert.match(await status(page).getAttribute("class"), /error/);
  assert.equal(await files(page).count(), 2);
  await picture(page, "f01-told");

  // It is as it is on the page that the server shows.
  await page.reload();
  assert.equal(await files(page).count(), 2);
  assert.equal(await save(page), 200);
  assert.equal(await files(page).count(), 2);
  assert.deepEqual(page.broken, []);
  assert.deepEqual(page.outside, []);
});

test("a bar goes with a long file, the button waits for it, and what is typed is saved", async () => {
  const page = await atAttachments();
  const path = onDisk("长.pdf", 5 << 20);
  let seen = [];
  await page.exposeFunction("seen", (value, text) => seen.push([value, text]));
  await page.locator(FIELD).evaluate((field) => {
    const tell = () => window.seen(field.querySelector("progress")?.value, field.querySelector("[role=status]")?.textContent ?? "");
    new MutationObserver(tell).observe(field, { subtree: true, childList: true, characterData: true });
  });
  // Slow enough to be seen.
  await page.route("**/uploads/*", async (route) => {
    await new Promise((done) => setTimeout(done, 150));
    await route.continue();
  });
  await input(page).setInputFiles(path);
  await bar(page).waitFor();
  await picture(page, "f02-under-way");
  await look(page, "a file under way");
  const loaded = leads(page, () => page.locator("#page-form .buttons button[value=save]").click());
  await page.locator("[data-status]").filter({ hasText: "传完后自动继续" }).waitFor();
  assert.equal(await loaded, 200);
  const values = seen.map(([value]) => value).filter((value) => value > 0 && value < 100);
  assert.ok(new Set(values).size >= 3 && values.every((value, at) => at === 0 || value >= values[at - 1]), `${values}`);
  const said = new Set(seen.map(([, text]) => text).filter((text) => text.startsWith("正在上传")));
  assert.ok(said.size >= 2 && said.size <= 4, `${[...said]}`);
  assert.match(await files(page).innerText(), /长\.pdf/);
  assert.deepEqual(page.broken, []);
});

test("a line that breaks costs a chunk", async () => {
  const page = await atAttachments();
  const path = onDisk("断.pdf", 4 << 20);
  const mend = await breakLine(page, 2);
  await input(page).setInputFiles(path);
  await told(page, "网络中断");
  assert.equal(await files(page).count(), 0);
  const offsets = [];
  page.on("request", (request) => {
    if (request.method() === "PATCH") offsets.push(Number(request.headers()["upload-offset"]));
  });
  await mend();
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await told(page, "断.pdf: 已上传并保存");
  assert.ok(offsets.length > 0 && offsets[0] > 0, `it goes on where it stood: ${offsets}`);
  assert.equal(await files(page).count(), 1);
  assert.deepEqual(page.broken, []);
});

test("after a reload the same file goes on, and another one begins anew", async () => {
  const page = await atAttachments();
  const path = onDisk("续.pdf", 4 << 20);
  const mend = await breakLine(page, 2);
  await input(page).setInputFiles(path);
  await told(page, "网络中断");
  page.on("dialog", (dialog) => dialog.accept());
  await page.reload();
  await mend();
  assert.match(await status(page).innerText(), /尚未传完.*续\.pdf \(\d+%\)/);
  const offsets = [];
  page.on("request", (request) => {
    if (request.method() === "PATCH") offsets.push(Number(request.headers()["upload-offset"]));
  });
  await input(page).setInputFiles(path);
  await told(page, "续.pdf: 已上传并保存");
  assert.ok(offsets[0] > 0, `${offsets}`);
  const content = await page.request.get(await page.locator(`${FIELD} .files a`).first().getAttribute("href"));
  assert.equal((await content.body()).length, 4 << 20);

  // Of the same name and changed since: from the beginning.
  const half = onDisk("改.pdf", 3 << 20);
  const mendAgain = await breakLine(page, 1);
  await input(page).setInputFiles(half);
  await told(page, "网络中断");
  await page.reload();
  await mendAgain();
  onDisk("改.pdf", 2 << 20);
  offsets.length = 0;
  await input(page).setInputFiles(half);
  await told(page, "改.pdf: 已上传并保存");
  assert.equal(offsets[0], 0);
  assert.equal(await files(page).count(), 2);
  await page.reload();
  assert.equal(await status(page).innerText(), "");
  assert.deepEqual(page.broken, []);
});

test("a file is given up by keyboard, and focus is not lost", async () => {
  const page = await atAttachments();
  const path = onDisk("弃.pdf", 4 << 20);
  await breakLine(page, 1);
  await input(page).setInputFiles(path);
  await told(page, "网络中断");
  const cancel = page.getByRole("button", { name: /取消上传 弃\.pdf/ });
  const gone = page.waitForRequest((request) => request.method() === "DELETE");
  await cancel.focus();
  await page.keyboard.press("Enter");
  await gone;
  assert.equal(await bar(page).count(), 0);
  assert.equal(await files(page).count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.name), "evaluation_proof");
  await page.unroute("**/uploads/*");
  await page.reload();
  assert.equal(await status(page).innerText(), "", "nothing is offered to be gone on with");
  assert.deepEqual(page.broken, []);
});

test("without JavaScript files go with the page", async () => {
  const page = await atAttachments({ javaScriptEnabled: false });
  await input(page).setInputFiles([onDisk("一.pdf", 3 << 20), onDisk("二.pdf", 0)]);
  assert.equal(await save(page), 200);
  assert.equal(await files(page).count(), 2);
  assert.match(await files(page).last().innerText(), /二\.pdf.*共 1 页/s);
});
