// Every kind of page: no finding of axe (WCAG 2.2 A and AA, best practice), wide and narrow, light
// and dark, in both languages; no link that leads nowhere; usable by keyboard alone.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { glance, look as examine } from "./axe.mjs";
import { launch, leads, noOverflow, ORIGIN, person } from "./browser.mjs";
import { signIn } from "./office.mjs";


let browser;
const links = new Map();
const seen = new Map();

before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/** Looks at the page that is open, and remembers it and where it leads. */
async function look(page, name) {
  await examine(page, name);
  seen.set(page.url().split("#")[0], name);
  for (const href of await page.locator("a[href]").evaluateAll((all) => all.map((one) => one.href.split("#")[0]))) {
    if (href.startsWith(ORIGIN) && href !== page.url().split("#")[0]) links.set(href, name);
  }
}

/** The pages that were looked at, once more in English. */
async function inEnglish(page) {
  await page.context().addCookies([{ name: "language", value: "en", url: ORIGIN }]);
  for (const [address, name] of seen) {
    const answer = await page.goto(address);
    if (answer.status() === 405) continue;
    assert.equal(await page.locator("html").getAttribute("lang"), "en", name);
    await glance(page, `${name} in English`);
  }
  seen.clear();
}

/** Whether every link that was seen leads somewhere for this person. */
async function followAll(page) {
  const dead = [];
  for (const [href, name] of links) {
    if (/\/(pdf|png)$/.test(href) || /\/(language|text-size)\//.test(href)) continue;
    const answer = await page.request.get(href);
    if (answer.status() >= 400) dead.push(`${answer.status()} ${href} on ${name}`);
  }
  links.clear();
  assert.deepEqual(dead, []);
}

/** The applications of a list, by state. */
async function byState(page, region) {
  await page.goto(`/${region}/applications`);
  const rows = await page.locator("tbody tr").evaluateAll((all) => all.map((row) => [
    row.querySelector(".state").textContent.trim(),
    row.querySelector("a").getAttribute("href").replace(/\/review$/, ""),
  ]));
  return Object.fromEntries(rows);
}

test("entrances", async () => {
  const page = await person(browser);
  for (const [name, address] of [
    ["regions", "/"],
    ["home", "/gansu/"],
    ["sign-in", "/gansu/sign-in"],
    ["text", "/gansu/texts/faq"],
    ["verify-unknown", "/verify/gansu/nothing"],
    ["not-found", "/gansu/nothing"],
    ["nowhere", "/nowhere/"],
    ["other-home", "/guangxi/"],
  ]) {
    await page.goto(address);
    await look(page, name);
  }
  await page.goto("/gansu/sign-in");
  await page.locator("input#name").fill("nobody");
  await page.locator("input#password").fill("wrong");
  await leads(page, () => page.getByRole("button", { name: "登录", exact: true }).click());
  await look(page, "sign-in-failed");
  await followAll(page);
  await inEnglish(page);
});

test("the demonstration's outbox", async () => {
  const page = await person(browser);
  const first = page.locator("tbody a").first();
  // The demonstration's letters go out while it starts.
  for (let tries = 0; tries < 60 && (await first.count()) === 0; tries += 1) {
    await page.goto("/demo/outbox");
    await page.waitForTimeout(500);
  }
  await look(page, "outbox");
  await leads(page, () => first.click());
  await look(page, "outbox-letter");
  const link = page.locator(".letter p a").first();
  assert.match(await link.getAttribute("href"), /^\/[a-z]+\//, "links of a letter stay on this server");
  await page.goto("/demo/outbox");
  await page.locator("input#to").fill("nobody@nowhere.example");
  await leads(page, () => page.getByRole("button", { name: "查找" }).click());
  await look(page, "outbox-empty");
  await followAll(page);
  await inEnglish(page);
});

test("an applicant's pages", async () => {
  const page = await person(browser);
  await signIn(page, "gansu", "invited@demo.example");
  await look(page, "home-inside");
  const found = await byState(page, "gansu");
  await look(page, "applications");
  await page.goto("/gansu/applications/new");
  await look(page, "new");

  const draft = found["填写中"];
  await page.goto(draft);
  await look(page, "overview-draft");
  for (const address of await page.locator(".page-list a").evaluateAll((all) => all.map((one) => one.getAttribute("href")))) {
    await page.goto(address);
    await look(page, address);
  }
  await page.goto(`${draft}/check`);
  await look(page, "check");
  await page.goto(`${draft}/actions/submit`);
  await look(page, "submit");

  await page.goto(`${found["退回修改"]}`);
  await look(page, "overview-returned");
  await leads(page, () => page.locator(".history a").first().click());
  await look(page, "page-returned");
  await page.goto(`${found["单位管理员审核"]}/pages/people`);
  await look(page, "page-to-read");

  await page.goto("/gansu/certificates");
  await look(page, "certificates");
  await leads(page, () => page.locator("tbody a").first().click());
  await look(page, "document");
  await followAll(page);
  await inEnglish(page);
});

test("an empty application, and one with errors", async () => {
  const page = await person(browser);
  await signIn(page, "gansu", "solo@demo.example");
  await page.goto("/gansu/applications/new");
  await leads(page, () => page.locator("main form button").first().click());
  const draft = page.url().split("/pages/")[0];
  await page.goto(`${draft}/check`);
  await look(page, "check-failed");
  await page.goto(`${draft}/pages/project`);
  await page.locator("[name=fund_own]").fill("x");
  await leads(page, () => page.locator("#page-form .buttons button[value=save]").click());
  await look(page, "page-with-error");
  await page.goto(`${draft}/actions/submit`);
  await leads(page, () => page.locator("form.action button.primary").click());
  await look(page, "submit-refused");
  await followAll(page);
  await inEnglish(page);
});

test("what is asked first", async () => {
  const page = await person(browser);
  await signIn(page, "guangxi", "registrant");
  await page.goto("/guangxi/applications/new/applied-technology");
  await look(page, "create");
  await leads(page, () => page.locator("button.primary[value=save]").click());
  await look(page, "create-with-errors");
  await followAll(page);
  await inEnglish(page);
});

test("a reviewer's pages", async () => {
  const page = await person(browser);
  await signIn(page, "gansu", "office@demo.example");
  await look(page, "office-home");
  await page.goto("/gansu/queue");
  await look(page, "queue");
  await leads(page, () => page.locator("tbody a").first().click());
  await look(page, "review");
  const application = page.url().replace(/\/review$/, "");
  await page.goto(`${application}/unmask`);
  await look(page, "unmask");
  await page.goto(`${application}/actions/send_back`);
  await page.locator("details").evaluateAll((all) => all.forEach((one) => { one.open = true; }));
  await look(page, "send-back");
  await page.goto(`${application}/actions/approve`);
  await look(page, "approve");
  await page.goto("/gansu/applications");
  await look(page, "all-applications");
  await page.goto("/gansu/applications/new");
  await look(page, "forbidden");
  await followAll(page);
  await inEnglish(page);
});

test("large text, by a switch that needs no JavaScript", async () => {
  const page = await person(browser, { javaScriptEnabled: false });
  const size = () => page.locator("html").evaluate((root) => parseFloat(getComputedStyle(root).fontSize));
  await page.goto("/gansu/texts/faq?from=here");
  const usual = await size();
  await leads(page, () => page.getByRole("link", { name: "大字版" }).click());
  assert.equal(page.url(), `${ORIGIN}/gansu/texts/faq?from=here`);
  assert.equal(await page.getByRole("status").innerText(), "已切换为大字版，所有页面的文字都会放大");
  assert.ok((await size()) >= usual * 1.25);
  for (const address of ["/", "/gansu/sign-in", "/guangxi/", "/gansu/nothing"]) {
    await page.goto(address);
    assert.ok((await size()) >= usual * 1.25, `${address} is large too`);
    await noOverflow(page, address);
  }
  await page.goto("/gansu/sign-in");
  await leads(page, () => page.getByRole("link", { name: "标准字号" }).click());
  assert.equal(await size(), usual);
});

test("on paper: no menus and no buttons, answers whole, within A4", async () => {
  const page = await person(browser);
  await signIn(page, "gansu", "invited@demo.example");
  const draft = (await byState(page, "gansu"))["填写中"];
  // A4 within its margins.
  await page.setViewportSize({ width: 673, height: 1000 });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  for (const address of [draft, `${draft}/pages/overview`, `${draft}/pages/people`]) {
    await page.goto(address);
    await noOverflow(page, address);
    for (const what of [".menu", ".toolbar", ".tabs", ".person", ".bottom", "main button"]) {
      const shown = await page.locator(what).evaluateAll((all) => all.filter((one) => one.checkVisibility()).length);
      assert.equal(shown, 0, `${what} on paper: ${address}`);
    }
    const colours = await page.locator("main").evaluate((main) => [getComputedStyle(main).color, getComputedStyle(document.documentElement).backgroundColor]);
    assert.deepEqual(colours, ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
    const cut = await page.locator("main textarea").evaluateAll((all) => all.filter((one) => one.scrollHeight > one.clientHeight + 2).map((one) => one.name));
    assert.deepEqual(cut, [], "answers are printed whole");
  }
});

test("by keyboard alone", async () => {
  const page = await person(browser);
  await signIn(page, "gansu", "solo@demo.example");
  await page.goto("/gansu/applications/new");
  await leads(page, () => page.locator("main form button").first().click());
  await page.goto(page.url().replace(/pages\/.*/, "pages/project"));

  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  const box = await page.locator(".skip").boundingBox();
  assert.ok(box.x >= 0 && box.y >= 0 && box.width > 20, "the skip link shows once it has the focus");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");

  // Every stop shows that it has the focus, and the way ends outside the page.
  const seen = [];
  for (let stop = 0; stop < 80; stop += 1) {
    await page.keyboard.press("Tab");
    const [name, shown, hidden] = await page.evaluate(() => {
      const at = document.activeElement;
      const style = getComputedStyle(at);
      const place = at.getBoundingClientRect();
      const covering = document.elementFromPoint(place.x + place.width / 2, place.y + Math.min(place.height / 2, 10));
      return [at.name || at.textContent.trim(), style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, covering !== null && covering !== at && !at.contains(covering) && !covering.contains(at)];
    });
    if (name === "" || (await page.evaluate(() => document.activeElement === document.body))) break;
    assert.ok(shown, `${name} does not show that it has the focus`);
    assert.ok(!hidden, `${name} is covered while it has the focus`);
    seen.push(name);
  }
  assert.ok(seen.includes("project_source") && seen.includes("fund_own"), seen.join());

  await page.locator("[name=fund_own]").focus();
  await page.keyboard.type("x");
  await leads(page, () => page.keyboard.press("Enter"));
  await page.locator("#summary:focus").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("#f-fund_own:focus").waitFor();
});
