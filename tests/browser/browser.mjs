// One Chromium a suite; one fresh context, which is one person's browser, a `person()`.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

/** Where the server answers. */
export const ORIGIN = process.env.ORIGIN ?? "http://127.0.0.1:8080";

const PICTURES = process.env.SCREENSHOTS;
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 320, height: 640 };

/** A phone as many have it, held upright and touched. */
export const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** Starts the browser; `close()` ends it. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--lang=zh-CN"],
  });
}

/** A browser of one person's own: a page with nothing remembered. */
export async function person(browser, options = {}) {
  const context = await browser.newContext({
    baseURL: ORIGIN,
    viewport: WIDE,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const broken = [];
  page.on("pageerror", (error) => broken.push(error.message));
  page.on("console", (message) => {
    // That an answer was an error is what some tests ask for.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) broken.push(message.text());
  });
  page.on("response", (response) => {
    if (response.status() >= 500) broken.push(`${response.status()} ${response.url()}`);
  });
  page.broken = broken;
  // What a page asks of anybody but the server that it came from.
  page.outside = [];
  page.on("request", (request) => {
    const from = new URL(options.baseURL ?? ORIGIN).origin;
    if (!/^(blob|data|about):/.test(request.url()) && new URL(request.url()).origin !== from) page.outside.push(request.url());
  });
  return page;
}

/** Does `act` and waits until the page that it leads to is there; gives its status. */
export async function leads(page, act) {
  const [response] = await Promise.all([page.waitForNavigation({ waitUntil: "load" }), act()]);
  return response?.status();
}

/** Takes pictures of the page, wide and as on a small phone, where nothing may stick out. */
export async function picture(page, name) {
  await page.setViewportSize(NARROW);
  await noOverflow(page, name);
  await shot(page, `${name}-320`);
  await page.setViewportSize(WIDE);
  await noOverflow(page, name);
  await shot(page, `${name}-1280`);
}

/** A picture of the page as it stands on a phone, and as it stands at a desk. */
export async function snap(page, name) {
  const own = page.viewportSize();
  await shot(page, `${name}-${own.width}`);
  await page.setViewportSize(WIDE);
  await noOverflow(page, name);
  await shot(page, `${name}-1280`);
  await page.setViewportSize(own);
}

async function shot(page, name) {
  if (!PICTURES) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Whether the page can be read without scrolling sideways. */
export async function noOverflow(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${name}: ${over} px stick out at ${page.viewportSize().width} px`);
}
