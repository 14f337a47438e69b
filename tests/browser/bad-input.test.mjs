// What people should not do, and what they are told then. Nothing gives a 5xx, nothing typed is lost.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { launch, leads, ORIGIN, person, picture } from "./browser.mjs";
import { applicationOf, signIn } from "./office.mjs";
import { save } from "./filling.mjs";

const REGION = "gansu";
let browser, applicant, application;

before(async () => {
  browser = await launch();
  applicant = await person(browser);
  await signIn(applicant, REGION, "solo@demo.example");
  application = await begin(applicant);
});
after(async () => { await browser?.close(); });

async function begin(page) {
  await page.goto(`/${REGION}/applications/new`);
  await leads(page, () => page.locator("main form button").first().click());
  return applicationOf(page);
}

/** Posts as the applicant's browser would, but for `headers`. */
const post = (address, options = {}) => applicant.request.post(address, {
  maxRedirects: 0,
  ...options,
  headers: { "sec-fetch-site": "same-origin", ...options.headers },
});

test("addresses that do not exist are readable pages", async () => {
  for (const address of [
    "/nowhere/", "/nowhere/applications", `/${REGION}/nothing`, `/${REGION}/texts/nothing`,
    `/${REGION}/applications/nothing`, `/${REGION}/applications/new/nothing`, `${application}/pages/nothing`,
    `${application}/files/nothing`, `${application}/documents/nothing`, `${application}/documents/nothing/pdf`,
    `${application}/documents/nothing/png`, "/static/0000/style.css", `/${REGION}/%ff`, `/${REGION}/applications/%00`,
    `/${REGION}/applications/..%2f..%2fetc`,
  ]) {
    const response = await applicant.goto(address);
    assert.ok([400, 404].includes(response.status()), `${address}: ${response.status()}`);
    assert.ok((await applicant.locator("h1").innerText()).length > 3, address);
    assert.ok(await applicant.locator("main a.button").first().isVisible(), `${address}: a way on`);
  }
  await picture(applicant, "b01-not-found");
});

test("posts from other sites are refused", async () => {
  for (const headers of [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "", origin: "https://elsewhere.example" },
  ]) {
    const answer = await post(`/${REGION}/sign-out`, { headers });
    assert.equal(answer.status(), 403, JSON.stringify(headers));
  }
  assert.equal((await applicant.goto(application)).status(), 200, "still signed in");
});

test("who is not signed in signs in and is back", async () => {
  const page = await person(browser);
  await page.goto(`${application}/pages/overview`);
  assert.equal(new URL(page.url()).pathname, `/${REGION}/sign-in`);
  await leads(page, () => page.locator(".demo button", { hasText: "solo@demo.example" }).click());
  assert.equal(new URL(page.url()).pathname, `${application}/pages/overview`);
  await page.context().close();
});

test("sign-in leads to no other site", async () => {
  const page = await person(browser);
  for (const next of ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"]) {
    await page.context().clearCookies();
    await page.goto(`/${REGION}/sign-in?next=${encodeURIComponent(next)}`);
    await leads(page, () => page.locator(".demo button").first().click());
    assert.equal(page.url(), `${ORIGIN}/${REGION}/`, next);
  }
  await page.context().close();
});

test("another applicant's application is not found", async () => {
  const page = await person(browser);
  await signIn(page, REGION, "invited@demo.example");
  for (const below of ["", "/pages/overview", "/check", "/actions/submit", "/documents/form/pdf"]) {
    assert.equal((await page.goto(`${application}${below}`, { waitUntil: "load" })).status(), 404, below);
  }
  await page.context().close();
});

test("another region's session counts nothing here", async () => {
  const page = await person(browser);
  await signIn(page, "guangxi", "registrant");
  await page.goto(`/${REGION}/applications`);
  assert.equal(new URL(page.url()).pathname, `/${REGION}/sign-in`);
  await page.context().close();
});

test("a wrong role is told whose part it is", async () => {
  const registrant = await person(browser);
  await signIn(registrant, REGION, "invited@demo.example");
  await registrant.goto(`/${REGION}/applications`);
  const waiting = registrant.locator("tr", { hasText: "省科技厅审核" }).getByRole("link").first();
  const response = await registrant.goto(`${await waiting.getAttribute("href")}/actions/approve`);
  assert.equal(response.status(), 403);
  assert.match(await registrant.locator("main").innerText(), /省科技厅/);
  await picture(registrant, "b02-forbidden");
  await registrant.context().close();
  assert.equal((await applicant.goto(`${application}/actions/approve`)).status(), 409, "not its turn");
  const office = await person(browser);
  await signIn(office, REGION, "office@demo.example");
  assert.equal((await office.goto(`/${REGION}/applications/new`)).status(), 403);
  assert.match(await office.locator("main").innerText(), /申请人/);
  assert.equal((await office.goto(application)).status(), 404, "a draft is its applicant's own affair");
  await office.context().close();
});

test("what cannot be read is kept as it was typed, the rest is stored", async () => {
  await applicant.goto(`${application}/pages/project`);
  await applicant.locator("[name=fund_national]").fill("一百万");
  await applicant.locator("[name=fund_local]").fill("12.5");
  assert.equal(await save(applicant), 422);
  assert.equal(await applicant.locator("[name=fund_national]").inputValue(), "一百万");
  assert.match(await applicant.locator("#summary").innerText(), /国家投入.*请填写数字/);
  await applicant.goto(`${application}/pages/project`);
  assert.equal(await applicant.locator("[name=fund_local]").inputValue(), "12.5");
  assert.equal(await applicant.locator("[name=fund_national]").inputValue(), "");
});

test("a page that was saved elsewhere meanwhile is not overwritten, and nothing typed is lost", async () => {
  const other = await applicant.context().newPage();
  await applicant.goto(`${application}/pages/summary`);
  await other.goto(`${application}/pages/summary`);
  await other.locator("[name=summary]").fill("先保存的内容");
  assert.equal(await save(other), 200);
  await applicant.locator("[name=summary]").fill("后保存的内容");
  assert.equal(await save(applicant), 409);
  assert.equal(await applicant.locator("[name=summary]").inputValue(), "后保存的内容");
  assert.match(await applicant.locator("main").innerText(), /后保存的内容[^]*别处保存的[^]*先保存的内容/);
  await picture(applicant, "b03-stale");
  await other.goto(`${application}/pages/summary`);
  assert.equal(await other.locator("[name=summary]").inputValue(), "先保存的内容");
  assert.equal(await save(applicant), 200, "who has looked may save");
  await other.close();
});

test("a post that is too large", async () => {
  await applicant.goto(`${application}/pages/summary`);
  const status = await leads(applicant, async () => {
    await applicant.evaluate(() => {
      document.querySelector("[name=summary]").value = "x".repeat(2_200_000);
      document.querySelector("#page-form .buttons button[value=save]").click();
    });
  });
  assert.equal(status, 413);
  assert.match(await applicant.locator("main").innerText(), /2 MB/);
  await picture(applicant, "b04-too-large");
});

test("files of the wrong kind or size", async () => {
  await applicant.goto(`${application}/pages/attachments`);
  const input = applicant.locator("input[type=file][name=report]");
  await input.setInputFiles({ name: "研制报告.pdf", mimeType: "application/pdf", buffer: Buffer.from("MZ not a pdf") });
  const refused = applicant.locator("[id='f-report'] [role=status]");
  await refused.filter({ hasText: "研制报告.pdf: " }).waitFor();
  assert.match(await refused.innerText(), /按内容判断/);
  await picture(applicant, "b05-file-kind");
  const large = Buffer.concat([Buffer.from("%PDF-1.4\n"), Buffer.alloc(21 << 20, 32)]);
  const slot = applicant.locator("input[type=file][name=report]");
  await slot.setInputFiles({ name: "研制报告.pdf", mimeType: "application/pdf", buffer: large });
  // It is told before it is sent, and let go. That the server refuses it too is in the end-to-end suite.
  const told = applicant.locator(".field", { has: slot }).locator("[role=status]");
  assert.match(await told.innerText(), /20 MB.*研制报告\.pdf \(21\.0 MB\)/s);
  assert.equal(await slot.evaluate((input) => input.files.length), 0);
});

test("what is not UTF-8 or no form", async () => {
  const address = `${application}/pages/summary`;
  const form = { "content-type": "application/x-www-form-urlencoded" };
  for (const [data, headers, expected] of [
    [Buffer.from("summary=%FF%FE"), form, 400],
    [Buffer.from([0x73, 0x3d, 0xff]), form, 400],
    [Buffer.from("{}"), { "content-type": "application/json" }, 400],
    [Buffer.from("--x\r\nbroken"), { "content-type": "multipart/form-data; boundary=x" }, 400],
    [Buffer.from("summary=%00%01"), form, 409],
  ]) {
    const answer = await post(address, { data, headers });
    assert.ok([expected, 400, 422].includes(answer.status()), `${data}: ${answer.status()}`);
    assert.match(await answer.text(), /<h1/);
  }
});

test("markup in answers is shown, not obeyed", async () => {
  const evil = `"><img src=x onerror=window.hit=1><script>window.hit=1</script>{{7*7}}`;
  await applicant.goto(`${application}/pages/overview`);
  await applicant.locator("[name=name]").fill(evil);
  await applicant.locator("[name='keywords[0]']").fill("</textarea><script>window.hit=1</script>");
  await save(applicant);
  for (const below of ["/pages/overview", "", "/check", "/actions/submit"]) {
    await applicant.goto(`${application}${below}`);
    assert.equal(await applicant.locator("h1").innerText(), evil, below);
    assert.equal(await applicant.evaluate(() => window.hit), undefined, below);
  }
  await picture(applicant, "b06-markup");
  await applicant.goto(`/${REGION}/applications`);
  assert.ok(await applicant.locator("tbody a", { hasText: evil }).first().isVisible());
  assert.equal(await applicant.evaluate(() => window.hit), undefined);
});

test("unmarked and unknown inputs change nothing", async () => {
  await applicant.goto(`${application}/pages/project`);
  const revision = await applicant.locator("[name='~revision']").first().inputValue();
  const answer = await post(`${application}/pages/project`, { form: { "~revision": revision, fund_local: "99", nonsense: "1" } });
  assert.ok(answer.status() < 500);
  await applicant.goto(`${application}/pages/project`);
  assert.equal(await applicant.locator("[name=fund_local]").inputValue(), "12.5");
});

test("every answer carries what keeps browsers safe", async () => {
  for (const address of ["/", `/${REGION}/`, "/nowhere", "/healthz"]) {
    const headers = (await applicant.request.get(address)).headers();
    assert.match(headers["content-security-policy"], /default-src 'none'/, address);
    assert.equal(headers["x-content-type-options"], "nosniff", address);
  }
  const cookies = await applicant.context().cookies();
  const session = cookies.find((cookie) => cookie.name === `session-${REGION}`);
  assert.deepEqual([session.httpOnly, session.sameSite, session.path], [true, "Lax", `/${REGION}`]);
});

test("nothing broke", () => assert.deepEqual(applicant.broken, []));
