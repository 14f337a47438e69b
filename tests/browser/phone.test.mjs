// The way of both manuals on a phone of 360 px, by touch: every page is looked at, nothing sticks out, axe finds
// nothing.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { narrow } from "./axe.mjs";
import { PHONE, launch, leads, person, snap } from "./browser.mjs";
import { signIn } from "./office.mjs";
import { Walk } from "./walk.mjs";

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/** What one walk was shown, in order. */
function watching(region) {
  let count = 0;
  return async (page, name) => {
    count += 1;
    const called = `phone-${region}-${String(count).padStart(2, "0")}-${name}`;
    await narrow(page, called);
    await snap(page, called);
  };
}

test("Gansu: from 登录 to the certificate", async () => {
  const walk = new Walk("gansu", browser, PHONE, "河西走廊风电场叶片除冰技术", watching("gansu"));
  await walk.begin();
  await walk.signIn();
  await walk.start();
  await walk.fillPages();
  await walk.submit();
  await walk.review();
  await walk.certificate();
});

test("Guangxi: from 注册 to the certificate", async () => {
  const walk = new Walk("guangxi", browser, PHONE, "北部湾近江牡蛎三倍体育苗技术", watching("guangxi"));
  await walk.begin();
  await walk.signUp("phonewalk");
  await walk.add();
  await walk.fillPages();
  await walk.submit();
  await walk.review();
  await walk.certificate();
});

test("a list without headings is sorted all the same, and a menu shows where one is", async () => {
  const page = await person(browser, PHONE);
  await signIn(page, "gansu", "office@demo.example");
  await page.goto("/gansu/applications");
  assert.deepEqual(await page.locator(".menu a:visible").allInnerTexts(), ["科技成果审核", "科技成果查询", "科技成果登记证书", "科技成果统计"]);
  const numbers = () => page.locator("main td[data-label='登记号']").allInnerTexts();
  await page.getByLabel("排序").selectOption({ label: "登记号（升序）" });
  await leads(page, () => page.getByRole("button", { name: "查询" }).tap());
  assert.match((await numbers())[0], /^962/, "those with a number come first");
  await page.getByLabel("排序").selectOption({ label: "登记号（降序）" });
  await leads(page, () => page.getByRole("button", { name: "查询" }).tap());
  assert.match((await numbers()).at(-1), /^962/);
  await narrow(page, "list");
  await leads(page, () => page.getByRole("navigation", { name: "主菜单" }).getByRole("link", { name: "系统管理" }).tap());
  assert.ok((await page.locator(".menu a:visible").allInnerTexts()).includes("单位管理"));
});

test("学科分类 is picked by touch, branch by branch", async () => {
  const page = await person(browser, PHONE);
  await signIn(page, "gansu", "invited@demo.example");
  await page.goto("/gansu/applications/new");
  await leads(page, () => page.getByRole("button", { name: /填写申请.*应用技术类/ }).tap());
  await page.goto(page.url().replace(/pages\/.*/, "pages/overview"));
  await page.locator("#f-discipline").tap();
  const option = (name) => page.locator(".popup:visible [role=option]").filter({ hasText: name }).first();
  await option("110 数学").tap();
  await option("11011 数学史").tap();
  assert.equal(await page.locator("#f-discipline").inputValue(), "11011 数学史");
  await page.locator("#f-recommender").tap();
  await page.locator("#f-recommender").fill("金城");
  await option("金城市科学技术局").tap();
  assert.equal(await page.locator("#f-recommender").inputValue(), "金城市科学技术局");
  await narrow(page, "picked");
});
