// The walk of the Guangxi manual (简要操作手册, 2022.1): an individual, whose application skips the
// unit, and a unit's registrant.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { launch, leads, person, picture } from "./browser.mjs";
import { act, applicationOf, follow, openWaiting, signIn, state } from "./office.mjs";
import { fill, fillAndSave } from "./filling.mjs";
import { answers } from "./sample.mjs";
import { addressIn, textOf } from "./paper.mjs";

const REGION = "guangxi";
// Pages where the form has something that the other region's does not.
const OWN = ["overview", "ip", "attachments"];
let browser;

before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/** 添加科技成果信息: what is asked first, then every page. */
async function apply(page, name, given) {
  await leads(page, () => page.getByRole("navigation", { name: "系统菜单" }).getByRole("link", { name: "科技成果登记", exact: true }).click());
  await follow(page, "添加科技成果信息");
  await leads(page, () => page.getByRole("link", { name: /添加信息.*应用技术类/ }).click());

  await picture(page, `${name}-add`);
  assert.equal(await leads(page, () => page.locator("button.primary[value=save]").click()), 422);
  assert.match(await page.locator("#summary").innerText(), /推荐单位.*不能为空/);
  await picture(page, `${name}-add-refused`);
  for (const field of ["name", "first_unit", "recommender", "funded"]) {
    if (given[field] !== undefined && given[field] !== null) await fill(page, field, given[field]);
  }
  await leads(page, () => page.locator("button.primary[value=save]").click());

  const application = applicationOf(page);
  await follow(page, "返回");
  const row = page.locator("tr", { hasText: given.name });
  await leads(page, () => row.getByRole("link", { name: "详细修改" }).click());
  const pages = await page.locator(".tabs a").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  for (const address of pages) {
    await page.goto(address);
    if ((await page.locator("#page-form").count()) === 0) continue;
    assert.equal(await fillAndSave(page, given), 200, address);
    const id = address.split("/").pop();
    if (OWN.includes(id)) await picture(page, `${name}-${id}`);
  }
  return application;
}

async function submit(page, application) {
  await page.goto(`${application}/check`);
  const failed = page.locator(".result.failed");
  assert.equal(await failed.count(), 0, (await failed.count()) > 0 ? await failed.innerText() : "");
  assert.ok(await page.getByRole("heading", { name: "所有检查全部合格" }).isVisible());
  await act(page, "提交");
}

async function review(name, title, label, inputs) {
  const page = await person(browser);
  await signIn(page, REGION, name);
  await openWaiting(page, title);
  assert.equal(await act(page, label, inputs), 200);
  assert.deepEqual(page.broken, []);
  await page.context().close();
}

/** The issued certificate: seen, kept, verified. */
async function certificate(page, application, given, picked) {
  await page.goto(application);
  assert.equal(await state(page), "已登记");
  await follow(page, "广西科学技术成果登记证书");
  const image = page.locator(".sheets img").first();
  await image.evaluate((one) => one.decode());
  await picture(page, `${picked}-certificate`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "打印", exact: true }).click()]);
  const text = textOf(await download.path());
  const units = (given.completing_units ?? []).map((unit) => unit.name);
  for (const part of [given.name, "广西科学技术成果登记证书", ...units, ...given.people.map((one) => one.name)]) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
  assert.match(text, /945\d{4}Y\d{4}/);
  const drawn = await page.request.get(await image.getAttribute("src"));
  const address = addressIn(await drawn.body());
  await page.goto(new URL(address).pathname);
  assert.match(await page.locator("main").innerText(), new RegExp(`证书有效[\\s\\S]*${given.name}`));
  await picture(page, `${picked}-verify`);
}

test("an individual: no unit, no 单位核查", async () => {
  const given = { ...answers(REGION, "individual"), name: "红树林湿地碳汇快速测算方法" };
  const page = await person(browser);
  await page.goto(`/${REGION}/`);
  await picture(page, "g00-home");
  await signIn(page, REGION, "individual");
  assert.match(await page.locator(".person").innerText(), /基本权限用户/);
  const application = await apply(page, "g10-individual", given);
  await submit(page, application);
  assert.equal(await state(page), "推荐单位审核");
  await picture(page, "g11-submitted");
  assert.equal(await page.locator(".steps", { hasText: "单位核查" }).count(), 0);
  await review("recommender", given.name, "同意推荐", { opinion: "情况属实，同意推荐。" });
  await review("office", given.name, "审查通过");
  await certificate(page, application, given, "g12");
  assert.deepEqual(page.broken, []);
});

test("a registrant of a unit: 单位核查 first", async () => {
  const given = { ...answers(REGION, "complete"), name: "喀斯特地区甘蔗节水栽培技术" };
  const page = await person(browser);
  await signIn(page, REGION, "registrant");
  const application = await apply(page, "g20-registrant", given);
  await submit(page, application);
  assert.equal(await state(page), "单位核查");
  await page.goto(`${application}/pages/overview`);
  assert.equal(await page.locator("main input:not([type=hidden])").count(), 0, "提交后无法修改");
  await review("unit_admin", given.name, "核查通过");
  await review("recommender", given.name, "同意推荐", { opinion: "同意推荐。" });
  await review("office", given.name, "审查通过");
  await certificate(page, application, given, "g22");
  assert.deepEqual(page.broken, []);
});
