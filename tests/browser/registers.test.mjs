// Registers as people keep them, documents over them and statistics: by keyboard and without JavaScript, looked at by
// axe, wide and narrow, light and dark. The server has a copy of a region, which is given a register.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { look as examine } from "./axe.mjs";
import { House } from "./house.mjs";
import { launch, leads, person, picture } from "./browser.mjs";
import { follow, signIn } from "./office.mjs";

let browser, baseURL;
const house = new House("registers");

before(async () => {
  const region = "forms/gansu/region.yaml";
  house.edit(region, "\nunits: ", "\nregisters:\n  batches: {label: 批次, form: batch, editedBy: [office], seed: codes/batches.csv}\nunits: ");
  house.edit(region, "\ndocuments:\n", "\ndocuments:\n  summary: {label: 批次汇总表, template: documents/summary.typ, over: batches, by: [office]}\n");
  house.edit("forms/gansu/texts/menu.yaml", "- label: {zh: 系统管理", "- label: 批次管理\n  roles: [office]\n  items: [{label: 登记册, to: registers}, {label: 汇总文书, to: documents}]\n- label: {zh: 系统管理");
  house.write("forms/gansu/registers/batch.form.yaml", `form: batch
title: 批次
pages:
  batch:
    title: 批次
    fields:
      name: {label: 名称, type: text, required: true, maxLength: 20, help: 例如 2026年第一批。}
      opened: {label: 开始日期, type: date, required: true}
      open: {label: 受理中, type: yes-no, required: true}
      host: {label: 承办单位, type: lookup, from: units}
      note: {label: 说明, type: long-text, maxLength: 500}
`);
  const rows = Array.from({ length: 60 }, (_, at) => `b${at},${1990 + Math.floor(at / 2)}年第${at % 2 ? "二" : "一"}批,${1990 + Math.floor(at / 2)}-0${at % 2 ? 7 : 1}-01,否`);
  house.write("forms/gansu/codes/batches.csv", `id,name,opened,open\n${rows.join("\n")}\n`);
  house.write("forms/gansu/documents/summary.typ", '#let data = json("/data.json")\n#set text(font: "Noto Serif SC", lang: "zh")\n= #data.entry.name\n#data.applications.len()\n');
  baseURL = await house.serve("--demo");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  house.close();
});

/** Pictures of a page, and what axe says of it. */
async function look(page, name) {
  await picture(page, `register-${name}`);
  await examine(page, name);
}

/** Somebody of the office, where the register stands in the menu. */
async function office(javaScriptEnabled) {
  const page = await person(browser, { baseURL, javaScriptEnabled });
  await signIn(page, "gansu", "office@demo.example");
  return page;
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with JavaScript" : "without JavaScript";
  // Names differ, as both walks are in one register.
  const name = javaScriptEnabled ? "2026年第一批" : "2026年第二批";
  test(`an entry is added, mended, renamed, switched off and on, ${how}`, async () => {
    const page = await office(javaScriptEnabled);
    const seen = async (what) => { if (javaScriptEnabled) await look(page, what); };
    await follow(page, "登记册");
    await seen("registers");
    await follow(page, "批次");
    await seen("list");
    await follow(page, "新增");
    await page.locator("main [name=name]").fill(name);
    assert.equal(await leads(page, () => page.getByRole("button", { name: "保存" }).click()), 422);
    assert.equal(await page.locator("main input[name=name]").inputValue(), name, "what was typed is kept");
    assert.match(await page.getByRole("alert").innerText(), /开始日期[\s\S]*受理中/);
    await seen("new-refused");
    await page.locator("main [name=opened]").fill("2026-01-01");
    await page.locator("main").getByLabel("是", { exact: true }).check();
    await leads(page, () => page.getByRole("button", { name: "保存" }).click());
    await follow(page, name);
    await page.locator("main [name=name]").fill(`${name}（补）`);
    await leads(page, () => page.getByRole("button", { name: "保存" }).click());
    assert.match(await page.locator("main").innerText(), new RegExp(`曾用名[\\s\\S]*${name}（至 `));
    await leads(page, () => page.getByRole("button", { name: "停用", exact: true }).click());
    assert.match(await page.locator("h1 + .head-state").innerText(), /停用/);
    await seen("entry-off");
    await leads(page, () => page.getByRole("button", { name: "恢复使用" }).click());
    assert.match(await page.locator("h1 + .head-state").innerText(), /正常/);

    await follow(page, "批次");
    await page.locator("main [name=q]").fill("1999");
    await leads(page, () => page.getByRole("button", { name: "查询" }).click());
    assert.equal(await page.locator("main tbody tr").count(), 2);
    await follow(page, "汇总文书");
    await seen("documents-list");
    await follow(page, "批次汇总表");
    await seen("documents");
    await leads(page, () => page.locator("main a[rel=next]").click());
    assert.match(await page.locator("main tbody").innerText(), /1990年第一批/);
    const print = await page.locator("main tbody a").last().getAttribute("href");
    const pdf = await page.context().request.get(new URL(print, baseURL).href);
    assert.equal(pdf.headers()["content-type"], "application/pdf");

    await follow(page, "科技成果统计");
    assert.match(await page.getByRole("table", { name: "应用技术类" }).innerText(), /成果水平\s+国内领先\s+6\s+6/);
    await seen("statistics");
    assert.deepEqual(page.broken, []);
  });
}
