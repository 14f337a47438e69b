// What axe says of a page, wide and narrow, light and dark, in large text; and which pages were looked at.

import { appendFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import assert from "node:assert/strict";
import { noOverflow } from "./browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
const COLOURS = ["color-contrast"];
const SIZES = [{ width: 320, height: 640 }, { width: 1280, height: 900 }];

/** Looks at the page that is open in every size, colour scheme and size of text. Leaves it wide and light. */
export async function look(page, name) {
  note(page);
  for (const viewport of SIZES) {
    await page.setViewportSize(viewport);
    await noOverflow(page, name);
    await clean(page, RULES, `${name}, ${viewport.width} px`);
    await page.emulateMedia({ colorScheme: "dark" });
    // Nothing but colours differs in the dark.
    await clean(page, COLOURS, `${name}, ${viewport.width} px, dark`);
    await page.emulateMedia({ colorScheme: "light" });
    await large(page, `${name}, ${viewport.width} px, large text`, viewport === SIZES[0]);
  }
}

/** One look at the page that is open, narrow, as for another language. */
export async function glance(page, name) {
  note(page);
  for (const viewport of SIZES) {
    await page.setViewportSize(viewport);
    await noOverflow(page, name);
    if (viewport === SIZES[0]) await clean(page, RULES, name);
    await large(page, `${name}, ${viewport.width} px, large text`, false);
  }
}

/** A look at the page that is open in the size that it has. */
export async function narrow(page, name) {
  note(page);
  await noOverflow(page, name);
  await clean(page, RULES, name);
}

/** What the switch in the header does, without asking the server for the page again. */
async function large(page, name, isWhole) {
  const was = await page.evaluate(() => document.documentElement.classList.contains("large-text"));
  await page.evaluate(() => document.documentElement.classList.add("large-text"));
  await noOverflow(page, name);
  if (isWhole) await clean(page, RULES, name);
  if (!was) await page.evaluate(() => document.documentElement.classList.remove("large-text"));
}

async function clean(page, rules, name) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const found = await page.evaluate(async ([values, type]) => {
    const { violations } = await axe.run(document, { runOnly: { type, values }, resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  }, [rules, rules === COLOURS ? "rule" : "tag"]);
  assert.deepEqual(found, [], name);
}

/** Nothing was asked of another host; and this address was looked at, which `pages.mjs` reads. */
function note(page) {
  assert.deepEqual(page.outside, [], "no request leaves the host");
  if (process.env.VISITED) appendFileSync(join(process.env.VISITED, `${process.pid}`), `${new URL(page.url()).pathname}\n`);
}
