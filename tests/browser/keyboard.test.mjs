// The whole way of an application by keyboard alone: sign-in, every field of every page, rows, branches that are
// searched, files, the check, submitting; and two versions of one page.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { launch, leads, person } from "./browser.mjs";
import { PASSWORD, applicationOf, state } from "./office.mjs";
import { answers, at } from "./sample.mjs";
import { pdf } from "./paper.mjs";

const REGION = "gansu";
const given = { ...answers(REGION, "complete"), name: "戈壁设施农业水肥一体化关键技术" };
/** Stops of the Tab key on a page, at most. */
const STOPS = 400;

let browser, page;

before(async () => {
  browser = await launch();
  page = await person(browser);
});
after(async () => { await browser?.close(); });

/** What has the focus. */
const focused = () => page.evaluate(() => {
  const one = document.activeElement;
  const of = one.closest("form");
  return {
    tag: one.tagName.toLowerCase(), type: one.type ?? "", name: one.name ?? "", value: one.value ?? "", id: one.id,
    text: one.textContent.trim(), picks: one.dataset.pick, inPage: of?.id === "page-form", isBody: one === document.body,
    shows: one === document.body || parseFloat(getComputedStyle(one).outlineWidth) >= 2,
  };
});

/** Presses Tab until `fits` says that it is there. */
async function tabTo(fits, what) {
  for (let stop = 0; stop < STOPS; stop += 1) {
    const here = await focused();
    if (fits(here)) return here;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${what} cannot be reached by Tab on ${page.url()}`);
}

/** Presses a button or follows a link by its words. */
async function go(words) {
  const fits = ({ tag, text }) => ["a", "button"].includes(tag) && (words instanceof RegExp ? words.test(text) : text === words);
  await tabTo(fits, words);
  return leads(page, () => page.keyboard.press("Enter"));
}

const settled = () => page.locator("#page-form:not([data-busy]):not([aria-busy])").waitFor();

/** Adds rows until every table has as many as are given. */
async function addRows() {
  for (;;) {
    const tables = await page.locator("#page-form input[name='~']").evaluateAll((all) => all.map((one) => one.value.split(":")).filter(([, rows]) => rows !== undefined));
    const short = tables.find(([path, rows]) => (at(given, path)?.length ?? 0) > Number(rows));
    if (!short) return;
    const [path, rows] = short;
    await tabTo(({ value }) => value === `add:${path}`, `add:${path}`);
    await page.keyboard.press("Enter");
    await page.locator(`input[name='~'][value="${path}:${Number(rows) + 1}"]`).waitFor({ state: "attached" });
    assert.equal((await focused()).id, `f-${path}[${rows}]`, "focus is in the row that was added");
  }
}

/** Fills the page that is open, from stop to stop, until its last button. */
async function fillPage(button) {
  await addRows();
  // From the top again: rows took the focus with them.
  await page.evaluate(() => { document.activeElement.blur(); getSelection().removeAllRanges(); document.querySelector("main").focus(); });
  const done = new Set();
  for (let stop = 0; stop < STOPS; stop += 1) {
    await page.keyboard.press("Tab");
    const here = await focused();
    assert.ok(here.shows || here.type === "file", `${here.name || here.text} does not show that it has the focus`);
    if (here.inPage && here.tag === "button" && here.value === button) return leads(page, () => page.keyboard.press("Enter"));
    const key = here.type === "checkbox" ? `${here.name}=${here.value}` : here.name;
    if (!here.inPage || !here.name || here.name.startsWith("~") || done.has(key)) continue;
    done.add(key);
    const value = at(given, here.name);
    if (value === undefined || value === null) continue;
    await answer(here, value);
    await settled();
  }
  throw new Error(`${button} cannot be reached by Tab on ${page.url()}`);
}

/** Answers the field that has the focus. */
async function answer(here, value) {
  if (here.type === "radio") {
    for (let tries = 0; tries < 12; tries += 1) {
      await page.keyboard.press(tries === 0 ? "Space" : "ArrowDown");
      if ((await focused()).value === String(value)) return;
    }
    throw new Error(`${here.name} has no ${value}`);
  }
  if (here.type === "checkbox") return value.includes(here.value) ? page.keyboard.press("Space") : undefined;
  if (here.tag === "select") return choose(String(value));
  if (here.type === "file") return attach(value);
  if (here.picks !== undefined) return pick(here.picks === "several" ? value : [value]);
  await page.keyboard.press("ControlOrMeta+a");
  return page.keyboard.insertText(Array.isArray(value) ? value.join("\n") : String(value));
}

async function choose(value) {
  await page.keyboard.press("Home");
  for (let tries = 0; tries < 300; tries += 1) {
    if ((await focused()).value === value) return;
    await page.keyboard.press("ArrowDown");
  }
  throw new Error(`no ${value} to choose`);
}

/** Types the beginning of each code, goes down to it in the list and takes it. */
async function pick(values) {
  for (const value of values) {
    await page.keyboard.type(String(value));
    const options = page.locator(".popup:visible [role=option]");
    await options.or(page.locator(".popup:visible p")).first().waitFor();
    if ((await options.count()) === 0) continue;
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator(".popup:visible").waitFor({ state: "detached" }).catch(() => undefined);
    assert.equal((await focused()).picks !== undefined, true, "focus stays in the field that is searched");
  }
}

async function attach(files) {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Space")]);
  await chooser.setFiles(files.map(({ name }) => ({ name: name.replace(/\.\w+$/, ".pdf"), mimeType: "application/pdf", buffer: pdf(name) })));
}

test("sign-in, a new application, every page, the check, submitting", async () => {
  await page.goto(`/${REGION}/`);
  await go("系统登录");
  await tabTo(({ id }) => id === "name", "the name");
  await page.keyboard.insertText("invited@demo.example");
  await page.keyboard.press("Tab");
  await tabTo(({ id }) => id === "password", "the password");
  await page.keyboard.insertText(PASSWORD);
  await leads(page, () => page.keyboard.press("Enter"));
  await go("填写科技成果");
  await go("新增科技成果");
  await go(/填写申请.*应用技术类/);
  const application = applicationOf(page);
  for (let pages = 0; pages < 20; pages += 1) {
    if ((await page.locator("#page-form").count()) === 0) {
      await go(/下一[页栏]/);
      continue;
    }
    const next = await page.locator("#page-form .buttons button[value=save-next]").count();
    assert.equal(await fillPage(next ? "save-next" : "save"), 200, page.url());
    if (!next) break;
  }
  await go("填写检查");
  assert.match(await page.locator("main").innerText(), /所有检查全部合格/);
  await page.goto(application);
  await go("提交到单位管理员");
  await tabTo(({ tag, text }) => tag === "button" && text === "提交到单位管理员", "the button");
  assert.equal(await leads(page, () => page.keyboard.press("Enter")), 200);
  assert.equal(await state(page), "单位管理员审核");
  assert.deepEqual(page.broken, []);
  assert.deepEqual(page.outside, []);
});

test("two versions of a page", async () => {
  await page.goto(`/${REGION}/applications/new`);
  await go(/填写申请.*应用技术类/);
  const project = `${applicationOf(page)}/pages/project`;
  await page.goto(project);
  const other = await page.context().newPage();
  await other.goto(project);
  await other.locator("[name=fund_own]").fill("5");
  await leads(other, () => other.locator("#page-form .buttons button[value=save]").click());
  await tabTo(({ name }) => name === "fund_own", "fund_own");
  await page.keyboard.insertText("7");
  await settled();
  await leads(page, () => page.keyboard.press("Enter"));
  await page.locator("#summary:focus").waitFor();
  await tabTo(({ name }) => name === "~choose.fund_own", "the choice");
  await page.keyboard.press("ArrowDown");
  assert.equal((await focused()).value, "theirs");
  await go("保存");
  assert.equal(await page.locator("[name=fund_own]").inputValue(), "5");
});
