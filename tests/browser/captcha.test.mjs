// The captcha: a browser with JavaScript answers it by itself, one without is asked for the picture's letters.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { launch, leads, person, picture } from "./browser.mjs";

const RESET = "/gansu/reset";
let browser;

before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/** The width of the picture as it came, 0 where it did not. */
const drawn = (page) => page.locator(".captcha img").evaluate((image) => image.naturalWidth);

test("the browser does the work, and says so", async () => {
  const page = await person(browser);
  await page.goto(RESET);
  await page.locator(".captcha.is-done").waitFor();
  assert.match(await page.getByRole("status").filter({ hasText: "验证" }).innerText(), /浏览器已自动完成验证/);
  await picture(page, "captcha-done");
  await page.locator("#name").fill("nobody@example.com");
  await leads(page, () => page.keyboard.press("Enter"));
  assert.equal(new URL(page.url()).pathname, "/gansu/reset/sent");
  assert.deepEqual(page.broken, []);
});

test("whoever is quicker than the work waits for it", async () => {
  const page = await person(browser);
  await page.goto(RESET);
  await page.evaluate(() => {
    // At once, whatever the worker has come to: a fresh picture begins its work anew.
    document.querySelector("#name").value = "nobody@example.com";
    document.querySelector(".captcha-row button").click();
  });
  await leads(page, () => page.getByRole("button", { name: "发送链接" }).click());
  assert.equal(new URL(page.url()).pathname, "/gansu/reset/sent");
  assert.deepEqual(page.broken, []);
});

test("another picture comes without the page", async () => {
  const page = await person(browser);
  // The work never ends here, so that the picture stays.
  await page.route("**/work.js", (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  await page.goto(RESET);
  await page.locator("#name").fill("nobody@example.com");
  const before = await page.locator(".captcha img").getAttribute("src");
  await page.getByRole("button", { name: "看不清楚？换一张" }).click();
  await page.waitForFunction((src) => document.querySelector(".captcha img").getAttribute("src") !== src, before);
  await page.waitForFunction(() => document.querySelector(".captcha img").complete);
  assert.equal(await drawn(page), 320);
  assert.equal(await page.locator("#name").inputValue(), "nobody@example.com");
  assert.equal(await page.evaluate(() => document.activeElement.id), "captcha");
  // Whoever types the letters waits for nothing.
  await page.locator("#captcha").fill("0000");
  assert.equal(await leads(page, () => page.getByRole("button", { name: "发送链接" }).click()), 422);
  assert.match(await page.locator("#captcha-error").innerText(), /验证码不正确或已过期/);
  assert.match(await page.locator("#summary").innerText(), /验证码/);
  await picture(page, "captcha-wrong");
});

test("without JavaScript the picture is asked, and Enter does not change it", async () => {
  const page = await person(browser, { javaScriptEnabled: false });
  await page.goto(RESET);
  await page.locator("#name").fill("nobody@example.com");
  const before = await page.locator(".captcha img").getAttribute("src");
  assert.equal(await leads(page, () => page.getByRole("button", { name: "看不清楚？换一张" }).click()), 200);
  assert.notEqual(await page.locator(".captcha img").getAttribute("src"), before);
  assert.equal(await page.locator("#name").inputValue(), "nobody@example.com");
  assert.equal(await leads(page, () => page.locator("#name").press("Enter")), 422);
  assert.match(await page.locator("#captcha-error").innerText(), /请填写验证码/);
  assert.equal(await drawn(page), 320);
});

test("sign-in asks after a failure", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await person(browser, { javaScriptEnabled });
    await page.goto("/guangxi/sign-in");
    await page.locator("#name").fill("nobody");
    await page.locator("#password").fill("wrong");
    await leads(page, () => page.getByRole("button", { name: "登录", exact: true }).click());
    assert.ok(await page.locator(".captcha").count(), "the captcha is asked");
    await page.locator("#name").fill("nobody");
    await page.locator("#password").fill("wrong");
    await leads(page, () => page.locator("#password").press("Enter"));
    const told = await page.locator("#sign-in-error").innerText();
    assert.match(told, javaScriptEnabled ? /账号或密码不正确/ : /请填写验证码/);
    if (!javaScriptEnabled) await picture(page, "captcha-sign-in");
    assert.deepEqual(page.broken, []);
  }
});
