// The Gansu walk with JavaScript switched off, from sign-in to the certificate.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { launch, leads, person } from "./browser.mjs";
import { act, applicationOf, follow, openWaiting, signIn, state } from "./office.mjs";
import { fillAndSave } from "./filling.mjs";
import { answers } from "./sample.mjs";
import { textOf } from "./paper.mjs";

const REGION = "gansu";
const given = { ...answers(REGION, "complete"), name: "黄土高原苹果园水肥一体化技术" };
let browser, applicant, application;

const plain = () => person(browser, { javaScriptEnabled: false });

before(async () => {
  browser = await launch();
  applicant = await plain();
});
after(async () => { await browser?.close(); });

test("adds an application", async () => {
  await signIn(applicant, REGION, "invited@demo.example");
  await leads(applicant, () => applicant.getByRole("link", { name: "填写科技成果" }).first().click());
  await follow(applicant, "新增科技成果");
  await leads(applicant, () => applicant.getByRole("button", { name: /填写申请.*应用技术类/ }).click());
  application = applicationOf(applicant);
});

test("fills every page", async () => {
  const pages = await applicant.locator(".tabs a").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  for (const address of pages) {
    await applicant.goto(address);
    if ((await applicant.locator("#page-form").count()) === 0) continue;
    assert.equal(await fillAndSave(applicant, given, false), 200, address);
  }
});

test("removes and moves rows", async () => {
  await applicant.goto(`${application}/pages/people`);
  const names = () => applicant.locator("input[name^='people['][name$='].name']").evaluateAll((all) => all.map((one) => one.value));
  const before = await names();
  await leads(applicant, () => applicant.locator("button[value='down:people:0']").click());
  assert.deepEqual((await names()).slice(0, 2), [before[1], before[0]]);
  await leads(applicant, () => applicant.locator("button[value='up:people:1']").click());
  await leads(applicant, () => applicant.locator("button[value='add:people']").click());
  await leads(applicant, () => applicant.locator("button[value='remove:people:3']").click());
  assert.deepEqual(await names(), before);
});

test("a link of the error summary leads to its field", async () => {
  await applicant.goto(`${application}/pages/project`);
  await applicant.locator("[name=fund_own]").fill("八十");
  assert.equal(await leads(applicant, () => applicant.locator("#page-form .buttons button[value=save]").click()), 422);
  assert.equal(await applicant.locator("[name=fund_own]").inputValue(), "八十");
  await applicant.locator("#summary a").click();
  assert.equal(new URL(applicant.url()).hash, "#f-fund_own");
  await applicant.locator("[name=fund_own]").fill(String(given.fund_own));
  assert.equal(await leads(applicant, () => applicant.locator("#page-form .buttons button[value=save]").click()), 200);
});

test("checks and submits", async () => {
  await leads(applicant, () => applicant.locator(".toolbar").getByRole("button", { name: "填写检查" }).click());
  assert.ok(await applicant.getByRole("heading", { name: "所有检查全部合格" }).isVisible(), await applicant.locator("main").innerText());
  await act(applicant, "提交到单位管理员");
  assert.equal(await state(applicant), "单位管理员审核");
});

test("is reviewed", async () => {
  const steps = [
    ["unit@demo.example", "审核通过", {}],
    ["recommending@demo.example", "同意推荐", { opinion: "同意推荐。" }],
    ["office@demo.example", "审核通过", {}],
  ];
  for (const [name, label, inputs] of steps) {
    const page = await plain();
    await signIn(page, REGION, name);
    await openWaiting(page, given.name);
    assert.equal(await act(page, label, inputs), 200);
    await page.context().close();
  }
});

test("gets its certificate", async () => {
  await applicant.goto(`/${REGION}/certificates`);
  await leads(applicant, () => applicant.locator("tr", { hasText: given.name }).getByRole("link").click());
  assert.ok(await applicant.locator(".sheets img").first().isVisible());
  const [download] = await Promise.all([
    applicant.waitForEvent("download"),
    applicant.getByRole("link", { name: "打印", exact: true }).click(),
  ]);
  const text = textOf(await download.path());
  for (const part of [given.name, "9622", ...given.people.map((one) => one.name)]) assert.ok(text.includes(part), part);
});
