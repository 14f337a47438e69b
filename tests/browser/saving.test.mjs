// Nothing is lost while a form is filled: rules as one types, saving by itself, no network, two tabs, a session that
// has ended, the back button, double clicks.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { look } from "./axe.mjs";
import { launch, leads, person, picture } from "./browser.mjs";
import { applicationOf, follow, signIn, signOut } from "./office.mjs";
import { save } from "./filling.mjs";

const REGION = "gansu";
let browser, applicant, application;

before(async () => {
  browser = await launch();
  applicant = await person(browser);
  await signIn(applicant, REGION, "invited@demo.example");
  application = await begin(applicant);
});
after(async () => {
  await browser?.close();
});

/** Adds an application and gives its address. */
async function begin(page) {
  await page.goto(`/${REGION}/applications/new`);
  await leads(page, () => page.getByRole("button", { name: /填写申请.*应用技术类/ }).click());
  return applicationOf(page);
}

const open = (page, id) => page.goto(`${application}/pages/${id}`);
const status = (page) => page.locator("[data-status]");
const settled = (page) => page.locator("#page-form:not([data-busy])").waitFor();
/** Lets the browser save now instead of after its pause: as when the page is put away. */
const putAway = (page) => page.evaluate(() => {
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
  delete document.visibilityState;
});

test("what depends on an answer comes and goes as one types, and focus stays", async () => {
  await open(applicant, "project");
  assert.equal(await applicant.locator("[name=plan_name]").count(), 0);
  const source = applicant.locator("[name=project_source]");
  await source.focus();
  await source.selectOption({ label: "地方计划" });
  await applicant.locator("[name=plan_name]").waitFor();
  assert.equal(await applicant.evaluate(() => document.activeElement.name), "project_source");
  assert.match(await applicant.locator("[data-say]").textContent(), /需要填写/);
  await applicant.locator("[name=plan_name]").fill("省重点研发计划");
  await source.focus();
  await source.selectOption({ index: 0 });
  await applicant.locator("[name=plan_name]").waitFor({ state: "hidden" });
  await source.selectOption({ label: "地方计划" });
  await applicant.locator("[name=plan_name]").waitFor();
  assert.equal(await applicant.locator("[name=plan_name]").inputValue(), "省重点研发计划", "what was typed is still there");
  await settled(applicant);
  await picture(applicant, "s01-live");
});

test("computed values follow the typing, and only what was touched is told wrong", async () => {
  await open(applicant, "project");
  await applicant.locator("[name=fund_national]").pressSequentially("0.1");
  await applicant.locator("[name=fund_local]").pressSequentially("0.2");
  await applicant.waitForFunction(() => /0\.3/.test(document.querySelector("#page-form output")?.textContent ?? ""));
  assert.equal(await applicant.locator("#page-form .error").count(), 0, "nobody begins before a wall of red");
  await applicant.locator("[name=fund_national]").fill("一百万");
  await applicant.locator("[name=fund_local]").focus();
  await applicant.locator("#f-fund_national-message").waitFor();
  assert.equal(await applicant.locator("[name=fund_national]").getAttribute("aria-invalid"), "true");
  assert.match(await applicant.locator("[data-say]").textContent(), /国家投入/);
  assert.equal(await applicant.locator("#page-form .error").count(), 1);
  await look(applicant, "an error while typing");
  await picture(applicant, "s02-error");
  await applicant.locator("[name=fund_national]").fill("100");
  await applicant.locator("#f-fund_national-message").waitFor({ state: "detached" });
  assert.equal(await applicant.locator("[name=fund_national]").getAttribute("aria-invalid"), null);
});

test("the page saves itself and says when", async () => {
  await open(applicant, "summary");
  const tab = applicant.locator(".tabs [aria-current]");
  const done = () => applicant.locator(".tabs progress").getAttribute("value").then(Number);
  const before = await done();
  assert.equal(await tab.getAttribute("class"), "untouched");
  await applicant.locator("[name=summary]").fill("自动保存的内容");
  await putAway(applicant);
  await applicant.waitForFunction(() => /已自动保存 .*\d/.test(document.querySelector("[data-status]").textContent));
  assert.equal(await tab.getAttribute("class"), "complete", "the tab shows it at once");
  assert.equal(await done(), before + 1);
  assert.equal(await applicant.evaluate(() => document.activeElement.name), "summary");
  // The page goes on from the revision that it has made.
  await applicant.locator("[name=summary]").fill("自动保存的内容，又添了一句");
  await putAway(applicant);
  await applicant.waitForFunction(() => !("changed" in document.querySelector("#page-form").dataset));
  await applicant.locator("[name=summary]").fill("自动保存的内容");
  assert.equal(await save(applicant), 200);
  await open(applicant, "summary");
  assert.equal(await applicant.locator("[name=summary]").inputValue(), "自动保存的内容");
});

test("without a network what was typed is kept and sent again", async () => {
  const page = await applicant.context().newPage();
  await open(page, "summary");
  await page.context().setOffline(true);
  await page.locator("[name=summary]").fill("断网时填写的内容");
  await putAway(page);
  await page.waitForFunction(() => /未保存，网络恢复后自动重发/.test(document.querySelector("[data-status]").textContent));
  await page.locator(".buttons button[value=save]").first().click();
  assert.match(await status(page).textContent(), /未保存/, "the button does not lead away");
  assert.equal(await page.evaluate(() => Object.keys(localStorage).length), 1);
  await picture(page, "s03-offline");
  await page.context().setOffline(false);
  await page.waitForFunction(() => /已自动保存/.test(document.querySelector("[data-status]").textContent));
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await open(page, "summary");
  assert.equal(await page.locator("[name=summary]").inputValue(), "断网时填写的内容");
  await page.close();
});

test("a page that was closed without a network is sent when it is opened again", async () => {
  const page = await applicant.context().newPage();
  await open(page, "summary");
  await page.context().setOffline(true);
  await page.locator("[name=summary]").fill("关闭前没有发出的内容");
  await putAway(page);
  await page.waitForFunction(() => localStorage.length === 1);
  await page.close();
  await applicant.context().setOffline(false);
  await open(applicant, "summary");
  await applicant.waitForFunction(() => document.querySelector("[name=summary]")?.value === "关闭前没有发出的内容" && localStorage.length === 0);
});

test("sensitive answers are never kept in the browser, and nothing after signing out", async () => {
  const page = await person(browser);
  await signIn(page, REGION, "invited@demo.example");
  await page.goto(`${application}/pages/people`);
  await page.locator("[name='people[0].id_type']").selectOption("1");
  await page.locator("[name='people[0].id_no']").waitFor();
  await page.context().setOffline(true);
  await page.locator("[name='people[0].name']").fill("王伟任");
  await page.locator("[name='people[0].id_no']").fill("620102199001011234");
  await putAway(page);
  await page.waitForFunction(() => localStorage.length === 1);
  const kept = await page.evaluate(() => JSON.stringify(localStorage));
  assert.match(kept, /王伟任/);
  assert.doesNotMatch(kept, /620102199001011234/);
  assert.match(await status(page).textContent(), /不存放在本机/);
  await page.context().setOffline(false);
  page.on("dialog", (dialog) => dialog.accept());
  await page.evaluate(() => localStorage.setItem("dengji/left", "{}"));
  await signOut(page);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await page.context().close();
});

test("a browser without a store of its own works all the same", async () => {
  const page = await person(browser);
  await page.addInitScript(() => {
    Object.defineProperty(window, "localStorage", { get() { throw new Error("forbidden"); } });
  });
  await signIn(page, REGION, "invited@demo.example");
  await open(page, "summary");
  await page.locator("[name=summary]").fill("不用本机存储");
  assert.equal(await save(page), 200);
  assert.deepEqual(page.broken, []);
  await page.context().close();
});

test("two tabs: both versions, chosen field by field", async () => {
  const other = await applicant.context().newPage();
  await open(applicant, "project");
  await open(other, "project");
  await other.locator("[name=fund_national]").fill("1");
  await other.locator("[name=fund_local]").fill("2");
  assert.equal(await save(other), 200);
  await applicant.locator("[name=fund_national]").fill("7");
  await applicant.locator("[name=fund_local]").fill("8");
  await putAway(applicant);
  await applicant.waitForFunction(() => /别处已保存过/.test(document.querySelector("[data-status]").textContent));
  assert.equal(await save(applicant), 409);
  assert.equal(await applicant.locator(".conflict fieldset").count(), 2, "only what differs");
  await look(applicant, "conflict");
  await picture(applicant, "s04-conflict");
  await applicant.locator("[name='~choose.fund_local'][value=theirs]").check();
  assert.equal(await save(applicant), 200);
  assert.equal(await applicant.locator("[name=fund_national]").inputValue(), "7");
  assert.equal(await applicant.locator("[name=fund_local]").inputValue(), "2");
  await other.close();
});

test("whose session has ended is told so, and the button leads to sign-in", async () => {
  const page = await person(browser);
  await signIn(page, REGION, "invited@demo.example");
  await open(page, "summary");
  await page.locator("[name=summary]").fill("退出前填写的内容");
  await page.context().clearCookies();
  await putAway(page);
  await page.waitForFunction(() => /您已退出登录/.test(document.querySelector("[data-status]").textContent));
  await leads(page, () => page.locator(".buttons button[value=save]").first().click());
  assert.equal(new URL(page.url()).pathname, `/${REGION}/sign-in`);
  // The browser kept it: it is sent once the same person is back.
  await page.locator("input#name").fill("invited@demo.example");
  await page.locator("input#password").fill("Dengji#2026");
  await leads(page, () => page.getByRole("button", { name: "登录", exact: true }).click());
  await page.waitForFunction(() => document.querySelector("[name=summary]")?.value === "退出前填写的内容");
  await page.context().close();
});

test("back works: no question whether to post again", async () => {
  await open(applicant, "overview");
  await leads(applicant, () => applicant.locator(".buttons button[value=save-next]").click());
  assert.match(applicant.url(), /pages\/project/);
  await applicant.goBack();
  assert.match(applicant.url(), /pages\/overview/);
  assert.ok(await applicant.locator("#page-form").isVisible());
  // A page that came back with errors, too.
  await open(applicant, "project");
  await applicant.locator("[name=fund_national]").fill("不是数字");
  assert.equal(await save(applicant), 422);
  applicant.once("dialog", (dialog) => dialog.accept());
  await follow(applicant, "返回");
  await applicant.goBack();
  assert.ok(await applicant.locator("#page-form").isVisible());
});

test("two tabs: what one has not touched is as the other saved it", async () => {
  const other = await applicant.context().newPage();
  await open(applicant, "project");
  await open(other, "project");
  await other.locator("[name=fund_national]").fill("31");
  assert.equal(await save(other), 200);
  await applicant.locator("[name=fund_own]").fill("33");
  assert.equal(await save(applicant), 409);
  assert.ok(await applicant.locator("[name='~choose.fund_national'][value=theirs]").isChecked());
  assert.ok(await applicant.locator("[name='~choose.fund_own'][value=mine]").isChecked());
  assert.equal(await save(applicant), 200);
  assert.equal(await applicant.locator("[name=fund_national]").inputValue(), "31");
  assert.equal(await applicant.locator("[name=fund_own]").inputValue(), "33");
  await other.close();
});

test("a double click adds one application, and copies it once", async () => {
  const page = await person(browser, { javaScriptEnabled: false });
  await signIn(page, REGION, "solo@demo.example");
  const all = async () => {
    await page.goto(`/${REGION}/applications`);
    return page.locator("main tbody tr").count();
  };
  const before = await all();
  await page.goto(`/${REGION}/applications/new`);
  await page.getByRole("button", { name: /填写申请.*软科学类/ }).dblclick();
  await page.locator(".notice.done").waitFor();
  assert.equal(await all(), before + 1);
  await page.getByRole("button", { name: /复制/ }).first().dblclick();
  await page.locator(".notice").waitFor();
  assert.equal(await all(), before + 2);
  await page.context().close();
});

test("a double click saves once and is no conflict", async () => {
  const page = await person(browser, { javaScriptEnabled: false });
  await signIn(page, REGION, "invited@demo.example");
  await open(page, "summary");
  const revision = async () => Number.parseInt(await page.locator("[name='~revision']").getAttribute("value"), 10);
  const before = await revision();
  await page.locator("[name=summary]").fill("按了两次");
  await page.locator(".buttons button[value=save]").first().dblclick();
  await page.locator(".notice.done").waitFor();
  await open(page, "summary");
  assert.equal(await page.locator("[name=summary]").inputValue(), "按了两次");
  assert.equal(await revision(), before + 1);
  await page.context().close();
});
