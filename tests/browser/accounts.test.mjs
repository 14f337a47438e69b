// The account chapters of both manuals, page by page, with JavaScript and without; every account page looked at by
// axe, wide and narrow, light and dark; the wizard by keyboard alone.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { look as examine } from "./axe.mjs";
import { launch, leads, person, picture } from "./browser.mjs";
import { follow, signIn } from "./office.mjs";
import { WITHOUT, fillIn as fill, press, said, somebody } from "./sign-up.mjs";

const CHOSEN = "Beihai#2026";
// Names and codes of units, one for each walk: with JavaScript, and without.
const UNITS = [
  { name: "渭水仪器有限公司", code: "91620100MA00000072", other: "左江农业机械有限公司", otherCode: "91450100MA0000023N" },
  { name: "洮河水文设备有限公司", code: "91620100MA0000015W", other: "右江生物科技有限公司", otherCode: "91450100MA0000031H" },
];

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/** Pictures of a page, and what axe says of it. */
async function look(page, name) {
  await picture(page, `account-${name}`);
  await examine(page, name);
}

/** Presses a button as people do who click everything twice: the browser shows the answer to the second post. */
async function pressTwice(page, words, leadsTo) {
  await page.waitForFunction(() => document.querySelector("[name='captcha_work']")?.value);
  await page.locator("main").getByRole("button", { name: words, exact: true }).first().dblclick({ delay: 20 });
  // The second post ends the first one's answer while it arrives.
  await page.waitForURL(leadsTo).catch(() => page.waitForURL(leadsTo));
}

/** The newest letter to a mailbox, opened in the demonstration's outbox; gives the link in it. */
async function linkIn(page, to, part) {
  for (let tries = 0; tries < 60; tries += 1) {
    await page.goto(`/demo/outbox?to=${encodeURIComponent(to)}`);
    const first = page.locator("main a[href^='/demo/outbox/']").first();
    if ((await first.count()) > 0) {
      await leads(page, () => first.click());
      const link = page.locator(`main a[href*="/${part}/"]`).first();
      if ((await link.count()) > 0) return link.getAttribute("href");
    }
    await page.waitForTimeout(500);
  }
  throw new Error(`no letter to ${to}`);
}

const unit = (name, code, email) => ({
  name, credit_code: code, address: "某路1号", postcode: "730000", contact: "牛建国", phone: "13800138003", email,
});

/** A leaf of a tree field, with JavaScript or without. */
async function pickPlace(page, words) {
  const input = page.locator("main input[name='place']").first();
  await input.fill(words);
  if ((await input.getAttribute("role")) !== "combobox") {
    await leads(page, () => page.locator("button[name='~pick'][value='place']").click());
    return page.getByRole("radio", { name: new RegExp(words) }).first().check();
  }
  await page.locator(".popup [role=option]").filter({ hasText: words }).first().click();
}

/** What the office approves, by the name of the contact. */
async function approve(region, office, called) {
  const clerk = await person(browser);
  await signIn(clerk, region, office);
  await clerk.goto(`/${region}/approvals`);
  await look(clerk, `${region}-approvals`);
  await leads(clerk, () => clerk.locator("main").getByRole("link", { name: called }).first().click());
  await look(clerk, `${region}-approval`);
  await press(clerk, "审核通过");
  await clerk.context().close();
}

for (const [at, options] of [{}, WITHOUT].entries()) {
  const how = at === 0 ? "with JavaScript" : "without JavaScript";

  test(`Gansu: a unit, its administrator, an account by mail, ${how}`, async () => {
    const mine = UNITS[at];
    const page = await somebody(browser, options);
    await page.goto("/gansu/sign-in");
    await follow(page, "新用户注册");
    if (at === 0) await look(page, "wizard");
    assert.equal(await press(page, "下一步"), 422);
    assert.match(await said(page), /请选择一个注册入口/);
    await page.locator("input[value='unit']").check();
    await press(page, "下一步");
    if (at === 0) await look(page, "gansu-unit");
    await press(page, "注册");
    assert.match(await said(page), /需要更正/);
    if (at === 0) await look(page, "gansu-unit-errors");
    await fill(page, unit(mine.name, mine.code, `niu${at}@example.cn`));
    await fill(page, { attribute: "工矿企业" });
    await pickPlace(page, "兰州市");
    await fill(page, { password: CHOSEN, again: CHOSEN });
    await press(page, "注册");
    assert.match(await said(page), /注册成功[\s\S]*等待省科技厅审核/);
    if (at === 0) await look(page, "gansu-unit-done");
    await approve("gansu", "office@demo.example", "牛建国");

    await page.goto("/gansu/sign-in");
    await fill(page, { name: `niu${at}@example.cn`, password: CHOSEN });
    await press(page, "登录");
    await page.goto("/gansu/people");
    if (at === 0) await look(page, "people");
    await leads(page, () => page.locator("main a[href$='/people/new/invited']").first().click());
    if (at === 0) await look(page, "invite");
    await fill(page, { name: "赵敏", email: `zhao${at}@example.cn` });
    await press(page, "发送激活邮件");
    assert.match(await said(page), /赵敏[\s\S]*待激活/);
    if (at === 0) await look(page, "people-invited");
    await leads(page, () => page.locator("main").getByRole("link", { name: "赵敏" }).click());
    if (at === 0) await look(page, "one-invited");

    const mailbox = await somebody(browser, WITHOUT);
    const link = await linkIn(mailbox, `zhao${at}@example.cn`, "activation");
    await mailbox.goto(link);
    assert.match(await said(mailbox), /恭喜您已成为项目负责人，登录前您必须完善下列信息/);
    await press(mailbox, "立即注册");
    assert.match(await said(mailbox), /需要更正/);
    await fill(mailbox, { id_no: at === 0 ? "62010219800101101X" : "620102198001011028", id_valid_from: "2019-06-18", id_valid_until: "2039-06-18", password: CHOSEN, again: CHOSEN });
    const looking = await person(browser);
    await looking.goto(link);
    await look(looking, "activation");
    await press(mailbox, "立即注册");
    assert.match(await said(mailbox), /激活成功/);
    await looking.goto("/gansu/activated");
    await look(looking, "activated");
    await looking.goto(link);
    assert.match(await said(looking), /链接已失效/);
    await look(looking, "link-dead");
    await fill(await entrance(mailbox, "gansu"), { name: `zhao${at}@example.cn`, password: CHOSEN });
    await press(mailbox, "登录");
    assert.match(await mailbox.locator(".person").innerText(), /欢迎您, 赵敏-成果登记人/);
    assert.deepEqual(page.broken, []);
  });

  test(`Guangxi: a unit is registered, then an individual signs up, ${how}`, async () => {
    const mine = UNITS[at];
    const page = await somebody(browser, options);
    await entrance(page, "guangxi");
    await follow(page, "登记单位信息");
    if (at === 0) await look(page, "guangxi-unit");
    await fill(page, unit(mine.other, mine.otherCode, `zj${at}@example.cn`));
    await fill(page, { attribute: "工矿企业" });
    await pickPlace(page, "南宁市");
    await press(page, "提交");
    assert.match(await said(page), /单位登记成功/);
    if (at === 0) await look(page, "guangxi-unit-done");
    await follow(page, "用户注册");
    await page.locator("input[value='individual']").check();
    await press(page, "下一步");
    if (at === 0) await look(page, "guangxi-individual");
    await fill(page, { name: "黄海燕", affiliation: "南宁市退休职工之家", id_no: "450103198503152036", phone: "13800138002",
      email: `hy${at}@example.cn`, sign_in_name: `haiyan${at}`, password: CHOSEN, again: CHOSEN });
    if (at === 0) await pressTwice(page, "注册", "**/ready");
    else await press(page, "注册");
    assert.match(await said(page), /注册成功/);
    await fill(await entrance(page, "guangxi"), { name: `haiyan${at}`, password: CHOSEN });
    await press(page, "登录");
    assert.match(await page.locator(".person").innerText(), /黄海燕-基本权限用户/);
    if (at === 0) {
      await page.goto("/guangxi/account");
      await look(page, "guangxi-account");
    }
    assert.deepEqual(page.broken, []);
  });
}

/** The page to sign in at. */
async function entrance(page, region) {
  await page.goto(`/${region}/sign-in`);
  return page;
}

test("what is typed is checked while it is typed, and a meter shows the password", async () => {
  const page = await person(browser);
  await page.goto("/guangxi/sign-up/individual");
  await page.locator("[name='id_no']").fill("450103198503152037");
  await page.locator("[name='phone']").fill("13800138002");
  await page.locator(".field.is-invalid", { hasText: "身份证号码" }).waitFor();
  await page.locator("[name='id_no']").fill("450103198503152036");
  await page.locator("[name='phone']").focus();
  await page.locator(".field.is-invalid", { hasText: "身份证号码" }).waitFor({ state: "detached" });
  // The form asks anew by itself: the button for that is for pages without JavaScript.
  assert.ok(!(await page.getByRole("button", { name: "刷新需填写的内容" }).isVisible()));
  await page.locator("[name='id_type']").selectOption({ label: "军官证" });
  await page.getByLabel("证件号码").waitFor();
  await page.locator("[name='id_type']").selectOption({ label: "居民身份证" });
  await page.getByLabel("身份证号码").waitFor();
  const meter = page.locator("[data-strength]");
  for (const [typed, expected] of [["abc", /不符合要求/], ["beihai2026", /中/], [CHOSEN + "-Yulin", /强/]]) {
    await page.locator("[name='password']").fill(typed);
    await assert.doesNotReject(page.waitForFunction(
      ([selector, source]) => new RegExp(source).test(document.querySelector(selector)?.textContent ?? ""),
      ["[data-strength]", expected.source],
    ));
    if (typed === "beihai2026") await look(page, "meter");
  }
  assert.ok(await meter.isVisible());
  assert.deepEqual(page.broken, []);
});

test("the wizard by keyboard alone", async () => {
  const page = await person(browser);
  await page.goto("/gansu/sign-up");
  const at = () => page.evaluate(() => {
    const one = document.activeElement;
    return `${one.tagName} ${one.name ?? ""} ${one.value ?? ""} ${one.innerText ?? ""}`;
  });
  const tabTo = async (what) => {
    for (let presses = 0; presses < 60; presses += 1) {
      if (what.test(await at())) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`${what} cannot be reached: ${await at()}`);
  };
  await tabTo(/INPUT way/);
  for (let presses = 0; presses < 5 && !/solo/.test(await at()); presses += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await tabTo(/INPUT agree/);
  await page.keyboard.press("Space");
  await tabTo(/BUTTON .*下一步/);
  await leads(page, () => page.keyboard.press("Enter"));
  assert.match(await said(page), /个人简要信息/);
  await look(page, "brief");
  for (const [name, value] of [["name", "孙行"], ["id_no", "62010219900707303X"], ["phone", "13800138004"], ["email", "sun@example.cn"]]) {
    await tabTo(new RegExp(`INPUT ${name}`));
    await page.keyboard.type(value);
  }
  await tabTo(/BUTTON .*提交/);
  await leads(page, () => page.keyboard.press("Enter"));
  assert.match(await said(page), /注册成功[\s\S]*激活邮件已发送/);
  await look(page, "mailed");
  assert.deepEqual(page.broken, []);
});

test("one's own account, and the office's care of people and units", async () => {
  const page = await person(browser);
  await signIn(page, "gansu", "solo@demo.example");
  for (const name of ["account", "profile", "account/second-factor"]) {
    await page.goto(`/gansu/${name}`);
    await look(page, name.replace("/", "-"));
  }
  await page.goto("/gansu/account");
  await fill(page, { old: "wrong", password: "short", again: "short" });
  await press(page, "修改密码");
  await look(page, "account-errors");
  await fill(page, { email: "other@example.cn" });
  await press(page, "发送验证链接");
  await look(page, "account-confirm");
  await fill(page, { email: "other@example.cn", confirm: "Dengji#2026" });
  await press(page, "发送验证链接");
  assert.match(await said(page), /已发送/);
  await fill(page, { phone: "13800138009" });
  await press(page, "发送验证码");
  await look(page, "account-code");
  const clerk = await person(browser);
  await signIn(clerk, "gansu", "office@demo.example");
  await clerk.goto("/gansu/units");
  await look(clerk, "units");
  await leads(clerk, () => clerk.locator("main tbody a").first().click());
  await look(clerk, "unit");
  await clerk.goto("/gansu/people");
  await leads(clerk, () => clerk.locator("main tbody a").first().click());
  await look(clerk, "one");
  const outside = await person(browser);
  await outside.goto("/gansu/reset");
  await look(outside, "reset");
  await fill(outside, { name: "solo@demo.example" });
  await press(outside, "发送链接");
  await look(outside, "reset-sent");
  await outside.goto(await linkIn(outside, "solo@demo.example", "reset"));
  await look(outside, "reset-choose");
  await outside.goto("/gansu/verify-email/nothing");
  await look(outside, "verify-email");
  assert.deepEqual([...page.broken, ...clerk.broken, ...outside.broken], []);
});
