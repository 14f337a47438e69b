// Tables: rows by keyboard, undo, the clipboard, files; with JavaScript and without.

import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { look } from "./axe.mjs";
import { launch, leads, noOverflow, person, picture } from "./browser.mjs";
import { signIn, signOut } from "./office.mjs";
import { answers } from "./sample.mjs";
import { fill, save } from "./filling.mjs";

const GIVEN = answers("gansu", "complete");

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/** A registrant at the people of a new application. */
async function atPeople(options) {
  const page = await person(browser, options);
  await signIn(page, "gansu", "invited@demo.example");
  await page.goto("/gansu/applications/new/applied-technology");
  for (const path of await page.locator("main form input[name='~']").evaluateAll((all) => all.map((one) => one.value))) {
    await fillFirst(page, path);
  }
  await leads(page, () => page.locator("main form button.primary").click());
  const application = new URL(page.url()).pathname.split("/").slice(0, 4).join("/");
  await page.goto(`${application}/pages/people`);
  return page;
}

async function fillFirst(page, path) {
  const input = page.locator(`main [name="${path}"]`).first();
  const tag = await input.evaluate((one) => (one.tagName === "INPUT" ? one.type : one.tagName.toLowerCase()));
  const value = String(GIVEN[path]);
  if (tag === "radio") await page.locator(`main [name="${path}"][value="${value}"]`).check();
  else if (tag === "select") await input.selectOption(value);
  else await input.fill(value);
}

const names = (page) => page.locator("[name^='people['][name$='].name']").evaluateAll((all) => all.map((one) => one.value));
const focused = (page) => page.evaluate(() => document.activeElement?.id);

/** Waits until the rows are called so. */
async function until(page, expected) {
  await page.waitForFunction((wanted) => {
    const all = document.querySelectorAll("[name^='people['][name$='].name']");
    return JSON.stringify([...all].map((one) => one.value)) === JSON.stringify(wanted);
  }, expected);
}

/** Presses a button by its command with the keyboard alone. */
async function press(page, command) {
  await page.locator(`button[value="${command}"]`).focus();
  await page.keyboard.press("Enter");
}

async function paste(page, selector, text) {
  await page.locator(selector).first().evaluate((field, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", pasted);
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

test("rows by keyboard: focus goes with them, and nothing typed is lost", async () => {
  const page = await atPeople();
  await page.locator("[name='people[0].name']").fill("甲");
  await press(page, "add:people");
  await until(page, ["甲", ""]);
  assert.equal(await focused(page), "f-people[1]");
  await page.locator("[name='people[1].name']").fill("乙");
  await press(page, "up:people:1");
  await until(page, ["乙", "甲"]);
  assert.equal(await focused(page), "f-people[0]");
  await page.locator("[name='people[0].employer']").fill("某单位");
  await press(page, "copy:people:0");
  await until(page, ["乙", "乙", "甲"]);
  assert.equal(await focused(page), "f-people[1]");
  assert.equal(await page.locator("[name='people[1].employer']").inputValue(), "某单位");
  await page.locator("[name='people[1].name']").fill("丙");
  await press(page, "remove:people:1");
  await until(page, ["乙", "甲"]);
  assert.equal(await focused(page), "f-people-removed");
  assert.match(await page.locator("#f-people-removed").innerText(), /第 2 行已删除/);
  // The next thing that the keyboard reaches is to undo it.
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.value), "restore:people");
  await look(page, "tables");
  await picture(page, "table-removed");
  await page.keyboard.press("Enter");
  await until(page, ["乙", "丙", "甲"]);
  assert.equal(await focused(page), "f-people[1]");
  await press(page, "add:people:5");
  await until(page, ["乙", "丙", "甲", "", "", "", "", ""]);
  await page.reload();
  await until(page, ["乙", "丙", "甲", "", "", "", "", ""]);
  assert.deepEqual(page.broken, []);
});

test("lines out of a spreadsheet", async () => {
  const page = await atPeople();
  await page.locator("[name='people[0].employer']").fill("留下的");
  await paste(page, "[name='people[0].name']", "张三\t男\t1980-05\n李四\t女\t1979年2月");
  await until(page, ["张三", "李四"]);
  assert.equal(await focused(page), "f-people[0]");
  assert.equal(await page.locator("[name='people[0].employer']").inputValue(), "留下的");
  assert.equal(await page.locator("[name='people[1].born']").inputValue(), "1979-02");
  assert.equal(await page.locator("[name='people[1].sex']:checked").inputValue(), "2");
  // One line is typed as always.
  await paste(page, "[name='people[0].name']", "王五");
  assert.deepEqual(await names(page), ["张三", "李四"]);

  await page.locator("details.sheet summary").click();
  await page.locator("[name='~paste:people']").fill("姓名\t出生年月\n赵六\t春天");
  await press(page, "fill:people");
  await until(page, ["张三", "李四", "赵六"]);
  assert.equal(await focused(page), "summary");
  assert.match(await page.locator("#summary").innerText(), /第 3 行 出生年月/);
  assert.equal(await page.locator("[name='people[2].born']").inputValue(), "春天");
  await look(page, "tables");
  await page.locator("[name='people[2].born']").fill("1981-01");
  assert.equal(await save(page), 200);
  assert.equal(await page.locator("[name='people[2].born']").inputValue(), "1981-01");
  assert.deepEqual(page.broken, []);
});

test("a workbook goes out and comes back", async () => {
  const page = await atPeople();
  await paste(page, "[name='people[0].name']", "张三\t男\n李四\t女");
  await until(page, ["张三", "李四"]);
  await page.locator("details.sheet summary").click();
  await noOverflow(page, "table-sheet");
  await look(page, "tables");
  await picture(page, "table-sheet");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /导出为/ }).click()]);
  assert.match(download.suggestedFilename(), /完成人员\.xlsx$/);
  const content = readFileSync(await download.path());
  for (const [how, expected] of [["append", ["张三", "李四", "张三", "李四"]], ["replace", ["张三", "李四"]]]) {
    if (!(await page.locator("details.sheet").evaluate((one) => one.open))) await page.locator("details.sheet summary").click();
    await page.locator("[name='~sheet:people']").setInputFiles({ name: "名单.xlsx", mimeType: "", buffer: content });
    await leads(page, () => page.locator(`button[value="${how}:people"]`).click());
    await until(page, expected);
  }
  assert.match(await page.locator("#f-people-removed").innerText(), /替换/);
  await press(page, "restore:people");
  await until(page, ["张三", "李四", "张三", "李四"]);
  assert.deepEqual(page.broken, []);
});

test("the same without JavaScript", async () => {
  const page = await atPeople({ javaScriptEnabled: false });
  await fill(page, "people[0].name", "甲");
  await leads(page, () => page.locator("button[value='add:people']").click());
  assert.equal(new URL(page.url()).hash, "#f-people%5B1%5D");
  await page.locator("[name='people[1].name']").fill("乙");
  await leads(page, () => page.locator("button[value='remove:people:0']").click());
  assert.match(await page.locator("#f-people-removed").innerText(), /第 1 行已删除/);
  await leads(page, () => page.locator("button[value='restore:people']").click());
  assert.equal(await page.locator("[name='people[0].name']").inputValue(), "甲");
  await page.locator("details.sheet summary").click();
  await page.locator("[name='~paste:people']").fill("丙\t男");
  await leads(page, () => page.locator("button[value='fill:people']").click());
  assert.equal(await page.locator("[name='people[2].name']").inputValue(), "丙");
  await signOut(page);
});

test("what is typed into a long text is counted", async () => {
  const page = await atPeople();
  await page.goto(page.url().replace("/people", "/summary"));
  const text = page.locator("textarea[name=summary]");
  await text.fill("  \u{20bb7}野家\n甲  ");
  const shown = page.locator("textarea[name=summary] + .help");
  // Characters as the rule counts them: one for each, none for white space at the ends.
  assert.equal(await shown.innerText(), "5 / 2000");
  const said = page.locator("textarea[name=summary] ~ [role=status]");
  assert.equal(await said.textContent(), "");
  await page.waitForFunction(() => document.querySelector("textarea[name=summary] ~ [role=status]").textContent === "5 / 2000");
  assert.deepEqual(page.broken, []);
});
