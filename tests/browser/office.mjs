// What people do in an office: sign in, open applications, act.

import assert from "node:assert/strict";
import { leads } from "./browser.mjs";

/** The password of every account of the demonstration. */
export const PASSWORD = "Dengji#2026";

/** Signs in from the office's home page. */
export async function signIn(page, region, name) {
  await page.goto(`/${region}/`);
  await leads(page, () => page.getByRole("link", { name: "系统登录" }).first().click());
  await page.locator("input#name").fill(name);
  await page.locator("input#password").fill(PASSWORD);
  await leads(page, () => page.getByRole("button", { name: "登录", exact: true }).click());
  assert.equal(new URL(page.url()).pathname, `/${region}/`);
}

/** Signs out. */
export async function signOut(page) {
  await leads(page, () => page.getByRole("button", { name: "退出" }).click());
}

/** Follows a link by its exact words, in the main part of the page where it stands there too. */
export async function follow(page, name) {
  const inMain = page.locator("main").getByRole("link", { name, exact: true });
  const link = (await inMain.count()) > 0 ? inMain : page.getByRole("link", { name, exact: true });
  return leads(page, () => link.first().click());
}

/** Opens the application called `title` from what waits. */
export async function openWaiting(page, title) {
  await leads(page, () => page.getByRole("link", { name: /工作提醒/ }).click());
  await leads(page, () => page.locator("main").getByRole("link", { name: title, exact: true }).first().click());
}

/** Takes an action of the application that is open: its page, its inputs, its button. */
export async function act(page, label, inputs = {}) {
  await follow(page, label);
  for (const [name, value] of Object.entries(inputs)) {
    await page.locator(`[name="${name}"]`).fill(value);
  }
  return leads(page, () => page.locator("form.action button.primary").click());
}

/** The state that the head of the application shows. */
export function state(page) {
  return page.locator(".application-head .state").innerText();
}

/** What the notice on the page says. */
export function notice(page) {
  return page.locator(".notice").innerText();
}

/** The part of an application's address before its pages. */
export function applicationOf(page) {
  return new URL(page.url()).pathname.split("/").slice(0, 4).join("/");
}
