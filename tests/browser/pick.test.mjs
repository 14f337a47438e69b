// What is searched: a combobox by keyboard and by mouse, branch by branch, offline, for a screen reader, narrow; the
// page to pick on without JavaScript; days and amounts.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { look as examine } from "./axe.mjs";
import { launch, leads, person, picture } from "./browser.mjs";
import { applicationOf, signIn } from "./office.mjs";


let browser;
let page;
let overview;

before(async () => {
  browser = await launch();
  page = await person(browser);
  await signIn(page, "gansu", "invited@demo.example");
  await page.goto("/gansu/applications/new/applied-technology");
  await leads(page, () => page.locator("button.primary").click());
  overview = `${applicationOf(page)}/pages/overview`;
});
after(async () => { await browser?.close(); });

const field = () => page.locator("#f-discipline");
const options = () => page.locator(".popup:visible [role=option]");
const active = () => field().getAttribute("aria-activedescendant");

async function fresh() {
  await page.goto(overview);
  await page.evaluate(() => { for (const form of document.forms) delete form.dataset.changed; });
}

const look = (name) => examine(page, name);

test("by keyboard: typed, chosen, saved", async () => {
  await fresh();
  await field().focus();
  await page.keyboard.type("jxg");
  await options().first().waitFor();
  assert.equal(await field().getAttribute("aria-expanded"), "true");
  assert.equal(await active(), null, "nothing is chosen before an arrow");
  await page.keyboard.press("ArrowDown");
  const first = await active();
  assert.ok(first);
  await page.keyboard.press("End");
  assert.notEqual(await active(), first);
  await page.keyboard.press("Home");
  assert.equal(await active(), first);
  await page.keyboard.press("ArrowUp");
  assert.notEqual(await active(), first, "from the first to the last");
  await page.keyboard.press("Escape");
  assert.equal(await field().getAttribute("aria-expanded"), "false");
  assert.equal(await field().inputValue(), "jxg");
  await field().fill("11011");
  await options().first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.equal(await field().inputValue(), "11011 数学史");
  assert.equal(await page.locator(".field:has(#f-discipline) .chosen").innerText(), "数学 / 数学史");
  assert.equal(page.url().split("#")[0].endsWith("/pages/overview"), true, "Enter has saved nothing");
  await leads(page, () => page.locator("#page-form .buttons button[value=save]").click());
  assert.equal(await field().inputValue(), "11011 数学史");
  assert.deepEqual(page.broken, []);
});

test("branch by branch", async () => {
  await fresh();
  await field().fill("");
  await page.keyboard.press("ArrowDown");
  await options().first().waitFor();
  await options().filter({ hasText: "110 数学" }).first().click();
  await options().filter({ hasText: "数理逻辑" }).waitFor();
  assert.match(await page.locator(".popup:visible p").innerText(), /^数学/);
  assert.equal(await options().first().innerText(), "‹ 全部");
  await page.keyboard.press("ArrowLeft");
  await options().filter({ hasText: "120 " }).first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await options().filter({ hasText: "‹ 全部" }).waitFor();
  await page.keyboard.press("Enter");
  assert.match(await field().inputValue(), /^\d{5,} ./);
});

test("axe finds nothing, open and closed", async () => {
  await fresh();
  await look("closed");
  await page.locator("#f-discipline").fill("数学");
  await options().first().waitFor();
  await look("open");
  await picture(page, "pick-open");
  const said = await page.locator("body > [role=status]").innerText();
  assert.match(said, /找到 \d+ 项/);
  await page.keyboard.press("Escape");
});

test("offline it says so, and late answers are dropped", async () => {
  await fresh();
  await page.context().setOffline(true);
  await field().fill("数");
  await page.locator(".popup:visible p", { hasText: "网络不通" }).waitFor();
  await page.context().setOffline(false);
  let held;
  await page.route(/suggest\?.*q=%E6%95%B0$/, (route) => { held = route; });
  await field().fill("数");
  await page.waitForTimeout(400);
  await field().fill("力学");
  await options().filter({ hasText: "力学" }).first().waitFor();
  const shown = await options().allInnerTexts();
  await held?.continue();
  await page.waitForTimeout(500);
  assert.deepEqual(await options().allInnerTexts(), shown);
  await page.unroute(/suggest/);
  await page.keyboard.press("Escape");
});

test("units are suggested from the left of their names", async () => {
  await fresh();
  const unit = page.locator("#f-recommender");
  await unit.fill("");
  await unit.press("ArrowDown");
  await options().first().waitFor();
  const name = (await options().first().innerText()).trim();
  await unit.fill(name.slice(0, 2));
  await options().filter({ hasText: name }).first().click();
  assert.equal(await unit.inputValue(), name);
  await leads(page, () => page.locator("#page-form .buttons button[value=save]").click());
  assert.equal(await unit.inputValue(), name);
});

test("days are typed or picked, amounts are said again", async () => {
  await fresh();
  const day = page.locator("[data-calendar]").first();
  await day.fill("2019年6月5日");
  assert.ok((await page.getByRole("button", { name: /选择日期/ }).count()) > 0);
  await page.goto(overview.replace("overview", "project"));
  const money = page.locator("[data-yuan]").first();
  await money.fill("120");
  await page.getByText("壹佰贰拾万元整").waitFor();
  await money.fill("0.05");
  await page.getByText("伍佰元整").waitFor();
  await money.fill("x");
  assert.equal(await page.getByText("元整").count(), 0);
  await leads(page, () => money.fill("1001.5").then(() => page.locator("#page-form .buttons button[value=save]").click()));
  assert.ok(await page.getByText("壹仟零壹万伍仟元整").isVisible(), "the server says the same");
});

test("without JavaScript", async () => {
  const plain = await person(browser, { javaScriptEnabled: false, storageState: await page.context().storageState() });
  await plain.goto(overview);
  await plain.locator("#f-discipline").fill("");
  await leads(plain, () => plain.locator("button[name='~pick'][value=discipline]").click());
  await picture(plain, "pick-page");
  await plain.locator("#q").fill("sljm");
  await leads(plain, () => plain.getByRole("button", { name: "查询" }).click());
  await plain.locator("#q").fill("数理");
  await leads(plain, () => plain.getByRole("button", { name: "查询" }).click());
  await picture(plain, "pick-found");
  await leads(plain, () => plain.locator(".picks button").first().click());
  assert.match(plain.url(), /pages\/overview#f-discipline$/);
  assert.match(await plain.locator("#f-discipline").inputValue(), /数理/);
  await picture(plain, "pick-chosen");
  await plain.locator("#f-discipline").fill("逻辑与数学");
  await leads(plain, () => plain.locator("#page-form .buttons button[value=save]").click());
  await picture(plain, "pick-near");
  await plain.locator("input[type=radio][name=discipline]").first().check();
  await leads(plain, () => plain.locator("#page-form .buttons button[value=save]").click());
  assert.match(await plain.locator("#f-discipline").inputValue(), /数理逻辑/);
});
