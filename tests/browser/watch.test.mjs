// A server that watches its files, in a browser: what is saved is on the page by itself, problems stand
// over it, what was typed is not thrown away; preview and theme reference have no finding of axe.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { look } from "./axe.mjs";
import { launch, leads, person } from "./browser.mjs";

const HOUSE = join(import.meta.dirname, "../..");
const PREVIEW = "/preview/gansu/applied-technology";
const FORM = "forms/gansu/common.form.yaml";

let browser, server, baseURL;
const folder = mkdtempSync(join(tmpdir(), "dengji-watch-"));
const file = (name) => join(folder, name);

before(async () => {
  for (const part of ["forms", "themes", "plugins/dist"]) cpSync(join(HOUSE, part), file(part), { recursive: true });
  const places = ["--forms", file("forms"), "--plugins", file("plugins/dist"), "--themes", file("themes"), "--data", file("data")];
  server = spawn(process.env.PROGRAM, ["serve", "--watch", "--listen", "127.0.0.1:0", ...places], { stdio: ["ignore", "pipe", "ignore"] });
  for await (const line of createInterface({ input: server.stdout })) {
    baseURL = line.match(/http:\/\/[\d.:]+/)?.[0];
    if (baseURL) break;
  }
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Replaces a text of a file that has it. */
function edit(name, from, to) {
  const text = readFileSync(file(name), "utf8");
  assert.ok(text.includes(from), `${name} has ${from}`);
  writeFileSync(file(name), text.replace(from, to));
}

test("what is saved opens by itself, and problems stand over the page until they are mended", async () => {
  const page = await person(browser, { baseURL });
  await page.goto(`${PREVIEW}?page=guide`);
  await Promise.all([page.waitForNavigation(), edit(FORM, "zh: 填报说明", "zh: 先读这里")]);
  await page.getByRole("heading", { name: "先读这里" }).waitFor();
  await Promise.all([page.waitForNavigation(), edit(FORM, "type: file", "type: fil")]);
  const problems = page.locator(".watch-problems");
  assert.match(await problems.innerText(), /gansu\/common\.form\.yaml:15:15/);
  assert.equal(await problems.locator("mark").innerText(), "fil");
  assert.ok(await problems.isVisible());
  await look(page, "problems");
  await leads(page, () => problems.getByRole("link").first().click());
  assert.match(page.url(), /preview\/files\/gansu\/common\.form\.yaml#L15$/);
  await look(page, "source");
  await Promise.all([page.waitForNavigation(), edit(FORM, "type: fil\n", "type: file\n")]);
  await problems.waitFor({ state: "detached" });
  assert.deepEqual(page.broken, []);
});

test("what was typed stays until the person opens the new version", async () => {
  const page = await person(browser, { baseURL });
  await page.goto(`${PREVIEW}?page=overview`);
  await page.locator("[name=name]").fill("刚刚填写");
  edit("forms/national/result.form.yaml", "zh: 成果概况", "zh: 成果大概");
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
