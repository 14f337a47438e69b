// Every kind of page: no finding of axe (WCAG 2.2 A and AA, best practice), wide and narrow, light
// and dark, in both languages; no link that leads nowhere; usable by keyboard alone.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { launch, leads, noOverflow, ORIGIN, person } from "./browser.mjs";
import { signIn } from "./office.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
const SIZES = [{ width: 320, height: 640 }, { width: 1280, height: 900 }];

let browser;
const links = new Map();

before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/** Looks at the page that is open in every size and colour scheme. */
async function look(page, name) {
  for (const viewport of SIZES) {
    await page.setViewportSize(viewport);
    await noOverflow(page, name);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      // Nothing but colours differs in the dark.
      const run = colorScheme === "dark" ? { type: "rule", values: ["color-contrast"] } : { type: "tag", values: RULES };
      assert.deepEqual(await violations(page, run), [], `${name}, ${viewport.width} px, ${colorScheme}`);
    }
  }
  for (const href of await page.locator("a[href]").evaluateAll((all) => all.map((one) => one.href.split("#")[0]))) {
    if (href.startsWith(ORIGIN) && href !== page.url().split("#")[0]) links.set(href, name);
  }
}

async function violations(page, runOnly) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  return page.evaluate(async (run) => {
    const { violations } = await axe.run(document, { runOnly: run, resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  }, runOnly);
}

/** Whether every link that was seen leads somewhere for this person. */
async function followAll(page) {
  const dead = [];
  for (const [href, name] of links) {
    if (/\/(pdf|png)$/.test(href) || href.includes("/language/")) continue;
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
});

test("what is asked first", async () => {
  const page = await person(browser);
  await signIn(page, "guangxi", "registrant");
  await page.goto("/guangxi/applications/new/applied-technology");
  await look(page, "create");
  await leads(page, () => page.locator("button.primary[value=save]").click());
  await look(page, "create-with-errors");
  await followAll(page);
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
});

test("in English", async () => {
  const page = await person(browser);
  await signIn(page, "gansu", "invited@demo.example");
  const found = await byState(page, "gansu");
  await leads(page, () => page.getByRole("link", { name: "English" }).click());
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  for (const address of ["/gansu/", "/gansu/applications", found["填写中"], `${found["填写中"]}/pages/people`, `${found["填写中"]}/check`]) {
    await page.goto(address);
    await look(page, `${address} in English`);
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
