// The way of the Guangxi manual (简要操作手册, 2022.1, 二) with JavaScript switched off, from 注册 to the certificate.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { launch, leads } from "./browser.mjs";
import { WITHOUT } from "./sign-up.mjs";
import { Walk } from "./walk.mjs";

let browser, walk;

before(async () => {
  browser = await launch();
  walk = new Walk("guangxi", browser, WITHOUT, "西江内河船舶岸电标准化技术");
  await walk.begin();
});
after(async () => { await browser?.close(); });

test("用户注册, 登录 as 基本权限用户", () => walk.signUp("plainwalk"));
test("添加科技成果信息, 详细修改", () => walk.add());

test("学科分类 is picked from its own page, only the smallest branch", async () => {
  const { page, application } = walk;
  await page.goto(`${application}/pages/overview`);
  await page.locator("[name=discipline]").fill("460 机械工程");
  await leads(page, () => page.locator("#page-form .buttons button[value=save]").click());
  assert.match(await page.locator("#f-discipline-message").innerText(), /最小/);
  await leads(page, () => page.locator("button[name='~pick'][value=discipline]").click());
  await page.locator("#q").fill("机械工程");
  await leads(page, () => page.getByRole("button", { name: "查询" }).click());
  await leads(page, () => page.locator(".picks button").first().click());
  assert.match(await page.locator("[name=discipline]").inputValue(), /^\d{5,} /);
});

test("every page is filled and saved", () => walk.fillPages());
test("填写检查, 提交", () => walk.submit());
test("the recommending unit and the office review it", () => walk.review());
test("the certificate", () => walk.certificate());
