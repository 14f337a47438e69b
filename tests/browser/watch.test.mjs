// A server that watches its files, in a browser: what is saved is on the page by itself, problems stand
// over it, what was typed is not thrown away; preview and theme reference have no finding of axe.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { look } from "./axe.mjs";
import { House } from "./house.mjs";
import { launch, leads, person } from "./browser.mjs";

const PREVIEW = "/preview/gansu/applied-technology";
const FORM = "forms/gansu/common.form.yaml";

let browser, baseURL;
const house = new House("watch");

before(async () => {
  baseURL = await house.serve("--watch");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  house.close();
});

test("what is saved opens by itself, and problems stand over the page until they are mended", async () => {
  const page = await person(browser, { baseURL });
  await page.goto(`${PREVIEW}?page=guide`);
  await Promise.all([page.waitForNavigation(), house.edit(FORM, "zh: 填报说明", "zh: 先读这里")]);
  await page.getByRole("heading", { name: "先读这里" }).waitFor();
  await Promise.all([page.waitForNavigation(), house.edit(FORM, "type: file", "type: fil")]);
  const problems = page.locator(".watch-problems");
  assert.match(await problems.innerText(), /gansu\/common\.form\.yaml:15:15/);
  assert.equal(await problems.locator("mark").innerText(), "fil");
  assert.ok(await problems.isVisible());
  await look(page, "problems");
  await leads(page, () => problems.getByRole("link").first().click());
  assert.match(page.url(), /preview\/files\/gansu\/common\.form\.yaml#L15$/);
  await look(page, "source");
  await Promise.all([page.waitForNavigation(), house.edit(FORM, "type: fil\n", "type: file\n")]);
  await problems.waitFor({ state: "detached" });
  assert.deepEqual(page.broken, []);
});

test("what was typed stays until the person opens the new version", async () => {
  const page = await person(browser, { baseURL });
  await page.goto(`${PREVIEW}?page=overview`);
  await page.locator("[name=name]").fill("刚刚填写");
  house.edit("forms/national/result.form.yaml", "zh: 成果概况", "zh: 成果大概");
  await page.locator("#watch-new").waitFor();
  assert.equal(await page.locator("[name=name]").inputValue(), "刚刚填写");
  page.on("dialog", (dialog) => dialog.accept());
  await leads(page, () => page.locator("#watch-new button").click());
  await page.getByRole("heading", { name: "成果大概" }).waitFor();
  assert.deepEqual(page.broken, []);
});

test("the preview shows what comes of the answers, with and without JavaScript", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await person(browser, { baseURL, javaScriptEnabled });
    await page.goto("/preview/");
    await leads(page, () => page.getByRole("link", { name: "应用技术类科技成果登记表" }).first().click());
    await page.locator("#preview-sample").selectOption("");
    await page.locator("#preview-page").selectOption("people");
    await leads(page, () => page.locator(".preview-choose button").click());
    await leads(page, () => page.locator(".toolbar").getByRole("button", { name: "填写检查" }).click());
    assert.ok((await page.locator(".preview-panel .told-error").count()) > 5);
    assert.ok(await page.locator("#summary").isVisible());
    await page.locator("#preview-language").selectOption("en");
    await leads(page, () => page.locator(".preview-choose button").click());
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    assert.deepEqual(page.broken, []);
  }
});

test("no finding of axe in previews and the theme's reference", async () => {
  const page = await person(browser, { baseURL });
  for (const address of [
    "/preview/",
    PREVIEW,
    `${PREVIEW}?page=people&role=office`,
    "/preview/files/gansu/region.yaml",
    "/theme?look=empty",
    "/theme",
    "/theme?look=wrong",
    "/theme?look=marked",
    "/theme/gansu?look=read",
  ]) {
    await page.goto(address);
    await look(page, address);
  }
  assert.deepEqual(page.broken, []);
});
