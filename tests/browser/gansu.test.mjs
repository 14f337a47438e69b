// The walk of the Gansu manual (成果登记人操作手册, 2021-12), from 新增科技成果 to the certificate,
// with a return on the way.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { launch, leads, person, picture } from "./browser.mjs";
import { act, applicationOf, follow, notice, openWaiting, signIn, signOut, state } from "./office.mjs";
import { fill, fillAndSave, offered, save } from "./filling.mjs";
import { answers } from "./sample.mjs";
import { addressIn, textOf } from "./paper.mjs";

const REGION = "gansu";
const NAME = "祁连山冰川融水高效利用关键技术";
// What the manual lists in 2.2.1 ③, in its order.
const TABS = ["填报说明", "成果概况", "立项情况", "评价情况", "知识产权状况", "成果转化情况", "成果转化需求", "成果完成单位情况",
  "成果简介", "成果完成人员名单", "评价委员会名单", "评价证书内容", "附件清单"];

const given = { ...answers(REGION, "complete"), name: NAME };
let browser, applicant, application, number;

before(async () => {
  browser = await launch();
  applicant = await person(browser);
});
after(async () => {
  await browser?.close();
});

/** Goes to a tab of the form by its words. */
const tab = (label) => leads(applicant, () => applicant.locator(".tabs").getByRole("link", { name: label }).click());

test("the entrance", async () => {
  await applicant.goto("/");
  await picture(applicant, "01-regions");
  await follow(applicant, "甘肃省");
  await picture(applicant, "02-home");
  for (const text of ["返回首页", "常见问题", "咨询服务"]) {
    assert.ok(await applicant.getByRole("link", { name: text }).first().isVisible(), text);
  }
  assert.match(await applicant.locator(".phone").innerText(), /400-161-6289/);
  await follow(applicant, "系统登录");
  await picture(applicant, "03-sign-in");
  await applicant.locator("input#name").fill("invited@demo.example");
  await applicant.locator("input#password").fill("wrong");
  assert.equal(await leads(applicant, () => applicant.getByRole("button", { name: "登录", exact: true }).click()), 422);
  assert.equal(await applicant.locator("input#name").inputValue(), "invited@demo.example");
  await picture(applicant, "04-sign-in-failed");
  await signIn(applicant, REGION, "invited@demo.example");
  assert.match(await applicant.locator(".person").innerText(), /欢迎您, .+-成果登记人/);
  await picture(applicant, "05-signed-in");
});

test("新增科技成果", async () => {
  await leads(applicant, () => applicant.getByRole("navigation", { name: "系统菜单" }).getByRole("link", { name: "填写科技成果" }).click());
  assert.match(await applicant.locator(".crumbs").innerText(), /申报管理[\s/]*科技成果登记[\s/]*填写科技成果/);
  await picture(applicant, "06-applications");
  await follow(applicant, "新增科技成果");
  await picture(applicant, "07-categories");
  await leads(applicant, () => applicant.getByRole("button", { name: /填写申请.*应用技术类/ }).click());
  application = applicationOf(applicant);
  assert.match(await applicant.locator("main").innerText(), /应用技术类科技成果登记表/);
  const tabs = await applicant.locator(".tabs a").evaluateAll((all) => all.map((one) => one.firstChild.textContent.trim()));
  assert.deepEqual(tabs, TABS);
  await picture(applicant, "08-guide");
});

test("填写检查 finds what is missing and leads to it", async () => {
  await tab("成果概况");
  await picture(applicant, "09-overview-empty");
  await leads(applicant, () => applicant.locator(".toolbar").getByRole("button", { name: "填写检查" }).click());
  assert.ok(await applicant.getByRole("heading", { name: "检查未通过" }).isVisible());
  await picture(applicant, "10-check-failed");
  const link = applicant.locator(".result.failed").getByRole("link", { name: "成果名称" });
  await leads(applicant, () => link.click());
  await applicant.locator("#f-name:focus").waitFor();
});

test("submitting too early is refused", async () => {
  await applicant.goto(application);
  assert.equal(await act(applicant, "提交到单位管理员"), 422);
  await picture(applicant, "11-submit-refused");
});

test("what depends on an answer shows at once", async () => {
  await applicant.goto(`${application}/pages/project`);
  assert.equal(await applicant.locator("[name=plan_name]").count(), 0);
  await applicant.locator("[name=project_source]").selectOption({ label: "地方计划" });
  await applicant.locator("[name=plan_name]").waitFor();
  await applicant.locator("[name=fund_local]").fill("0.1");
  await applicant.locator("[name=fund_own]").fill("0.2");
  await applicant.locator("[name=fund_own]").blur();
  await applicant.locator("output", { hasText: /^0\.3$/ }).waitFor();
});

test("a long tree is found by typing", async () => {
  await applicant.goto(`${application}/pages/overview`);
  await applicant.locator("#f-discipline").fill("动力机械");
  const names = await applicant.locator(".popup [role=option]").filter({ hasText: "动力" }).first().waitFor().then(() => applicant.locator(".popup [role=option]").allInnerTexts());
  assert.ok(names.some((name) => name.includes("动力")), names.join());
  await applicant.keyboard.press("Escape");
});

for (const [index, label] of TABS.entries()) {
  if (index === 0) continue;
  test(`fills ${label}`, async () => {
    await applicant.goto(application);
    await leads(applicant, () => applicant.locator(".page-list").getByRole("link", { name: label }).click());
    assert.equal(await fillAndSave(applicant, given), 200);
    assert.match(await notice(applicant), /已保存/);
    await picture(applicant, `20-${String(index).padStart(2, "0")}-filled`);
  });
}

test("wrong entries come back as they were typed", async () => {
  await tab("立项情况");
  await applicant.locator("[name=fund_own]").fill("八十");
  assert.equal(await save(applicant), 422);
  assert.equal(await applicant.locator("[name=fund_own]").inputValue(), "八十");
  await picture(applicant, "30-refused-number");
  await applicant.locator("#summary a").first().click();
  await applicant.locator("#f-fund_own:focus").waitFor();
  await fill(applicant, "fund_own", given.fund_own);
  assert.equal(await save(applicant), 200);
});

test("rows move and go", async () => {
  await tab("成果完成人员名单");
  const names = () => applicant.locator("input[name^='people['][name$='].name']").evaluateAll((all) => all.map((one) => one.value));
  const before = await names();
  // The middle of the page changes, and focus goes where the row is.
  const press = async (command, focus) => {
    await applicant.locator(`button[value='${command}']`).click();
    await applicant.locator(`[id='${focus}']:focus`).waitFor();
  };
  await press("down:people:0", "f-people[1]");
  assert.deepEqual(await names(), [before[1], before[0], before[2]]);
  await press("up:people:1", "f-people[0]");
  assert.deepEqual(await names(), before);
  await press("add:people", "f-people[3]");
  assert.equal((await names()).length, 4);
  await press("remove:people:3", "f-people");
  assert.deepEqual(await names(), before);
});

test("所有检查全部合格", async () => {
  await follow(applicant, "返回");
  await picture(applicant, "31-applications");
  await follow(applicant, NAME);
  await follow(applicant, "填写检查");
  const found = applicant.locator(".result.failed");
  assert.equal(await found.count(), 0, (await found.count()) > 0 ? await found.innerText() : "");
  assert.ok(await applicant.getByRole("heading", { name: "所有检查全部合格" }).isVisible());
  await picture(applicant, "32-check-passed");
});

test("下载PDF", async () => {
  const link = applicant.locator(".toolbar").getByRole("link", { name: "下载PDF" });
  if ((await link.count()) === 0) return; // The office prints no form.
  const [download] = await Promise.all([applicant.waitForEvent("download"), link.click()]);
  assert.ok(textOf(await download.path()).includes(NAME));
});

test("提交到单位管理员", async () => {
  await follow(applicant, "提交到单位管理员");
  assert.match(await applicant.locator(".confirm").innerText(), /提交后不能修改/);
  await picture(applicant, "33-submit");
  await leads(applicant, () => applicant.locator("form.action button.primary").click());
  assert.equal(await state(applicant), "单位管理员审核");
  await picture(applicant, "34-submitted");
  await applicant.goto(`${application}/pages/overview`);
  assert.equal(await applicant.locator("main input:not([type=hidden])").count(), 0, "nothing can be changed");
  await picture(applicant, "35-overview-read");
});

async function review(name, steps) {
  const page = await person(browser);
  await signIn(page, REGION, name);
  await steps(page);
  assert.deepEqual(page.broken, []);
  await page.context().close();
}

const unitPasses = (page) => act(page, "审核通过", { opinion: "情况属实。" });

test("the unit approves", () => review("unit@demo.example", async (page) => {
  await picture(page, "40-unit-home");
  await openWaiting(page, NAME);
  await picture(page, "42-unit-review");
  await follow(page, "审核通过");
  await picture(page, "43-unit-pass");
  await follow(page, "返回");
  assert.equal(await unitPasses(page), 200);
  await picture(page, "41-unit-queue");
}));

test("the recommending unit recommends, not without its opinion", () => review("recommending@demo.example", async (page) => {
  await openWaiting(page, NAME);
  assert.equal(await act(page, "同意推荐"), 422);
  await picture(page, "44-recommend-refused");
  await page.locator("[name=opinion]").fill("材料齐全，同意推荐。");
  await leads(page, () => page.locator("form.action button.primary").click());
}));

test("the office returns it with marks", () => review("office@demo.example", async (page) => {
  await openWaiting(page, NAME);
  await picture(page, "45-office-review");
  await follow(page, "退回修改");
  await page.locator("details", { hasText: "成果简介" }).locator("summary").click();
  await page.locator("[name=marks][value=summary]").check();
  await page.locator("[name='marks.summary']").fill("请补充与现有技术的比较。");
  await page.locator("[name=opinion]").fill("成果简介过于简单，请补充。");
  await picture(page, "46-send-back");
  await leads(page, () => page.locator("form.action button.primary").click());
}));

test("the applicant changes what is marked and submits again", async () => {
  await applicant.goto(`/${REGION}/`);
  assert.match(await applicant.getByRole("link", { name: /工作提醒/ }).innerText(), /[1-9]/);
  await leads(applicant, () => applicant.getByRole("link", { name: /工作提醒/ }).click());
  await follow(applicant, NAME);
  assert.equal(await state(applicant), "退回修改");
  assert.match(await applicant.locator(".history").innerText(), /成果简介过于简单，请补充。/);
  await picture(applicant, "50-returned");
  await leads(applicant, () => applicant.locator(".page-list").getByRole("link", { name: "成果概况" }).click());
  assert.deepEqual((await offered(applicant)).fields, [], "only what is marked can be changed");
  await picture(applicant, "51-returned-not-marked");
  await tab("成果简介");
  assert.match(await applicant.locator("main").innerText(), /请补充与现有技术的比较。/);
  assert.deepEqual((await offered(applicant)).fields, ["summary"]);
  await picture(applicant, "52-returned-marked");
  await applicant.locator("[name=summary]").fill(`${given.summary}与现有技术相比，弃水减少两成。`);
  assert.equal(await save(applicant), 200);
  await act(applicant, "提交到单位管理员");
  assert.equal(await state(applicant), "单位管理员审核");
});

let changed;
test("it is approved after the change", async () => {
  await review("unit@demo.example", async (page) => {
    await leads(page, () => page.getByRole("link", { name: /工作提醒/ }).click());
    assert.match(await page.locator("tr", { hasText: NAME }).innerText(), /修改后重报/);
    await picture(page, "60-queue-again");
    await follow(page, NAME);
    await picture(page, "61-review-changed");
    changed = await page.locator("main .page").filter({ hasText: "退回后已修改" }).getAttribute("id", { timeout: 1000 }).catch(() => "none");
    await unitPasses(page);
  });
  await review("recommending@demo.example", async (page) => {
    await openWaiting(page, NAME);
    await act(page, "同意推荐", { opinion: "已按要求修改，同意推荐。" });
  });
  await review("office@demo.example", async (page) => {
    await openWaiting(page, NAME);
    await follow(page, "审核通过");
    await picture(page, "62-approve");
    await leads(page, () => page.locator("form.action button.primary").click());
    assert.match(await notice(page), /登记号/);
    await picture(page, "63-approved");
  });
});

test("the reviewers saw what changed", () => assert.equal(changed, "p-summary"));

test("打印科技成果登记证书", async () => {
  await applicant.goto(application);
  assert.equal(await state(applicant), "审核通过");
  await picture(applicant, "70-done");
  await leads(applicant, () => applicant.getByRole("navigation", { name: "系统菜单" }).getByRole("link", { name: "打印科技成果登记证书" }).click());
  await picture(applicant, "71-certificates");
  const row = applicant.locator("tr", { hasText: NAME });
  number = (await row.locator(".number").innerText()).trim();
  assert.match(number, /^962\d{4}Y\d{4}$/);
  await leads(applicant, () => row.getByRole("link", { name: /打印科技成果登记证书/ }).click());
  const image = applicant.locator(".sheets img").first();
  await image.evaluate((picture) => picture.decode());
  assert.ok(await image.isVisible());
  await picture(applicant, "72-certificate");

  const [download] = await Promise.all([
    applicant.waitForEvent("download"),
    applicant.getByRole("link", { name: "打印", exact: true }).click(),
  ]);
  assert.match(download.suggestedFilename(), /\.pdf$/);
  const text = textOf(await download.path());
  const units = given.completing_units.map((unit) => unit.name);
  const people = given.people.map((one) => one.name);
  for (const part of [NAME, number, "甘肃省科学技术厅", ...units, ...people]) assert.ok(text.includes(part), `${part} in ${text}`);

  const drawn = await applicant.request.get(await image.getAttribute("src"));
  const address = addressIn(await drawn.body());
  const anybody = await person(browser);
  await anybody.goto(new URL(address).pathname);
  const shown = await anybody.locator("main").innerText();
  for (const part of ["证书有效", NAME, number, ...units]) assert.ok(shown.includes(part), part);
  await picture(anybody, "73-verify");
  await anybody.goto(`/verify/${REGION}/nothing`);
  await picture(anybody, "74-verify-unknown");
  await anybody.context().close();
});

test("nothing went wrong in the browser, and 退出 ends it", async () => {
  assert.deepEqual(applicant.broken, []);
  await signOut(applicant);
  await picture(applicant, "80-signed-out");
  await applicant.goto(application);
  assert.equal(new URL(applicant.url()).pathname, `/${REGION}/sign-in`);
});
