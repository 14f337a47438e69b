// The way of both manuals on a phone of 360 px, by touch: every page is looked at, nothing sticks out, axe finds
// nothing.

import { after, before, test } from "node:test";
import { narrow } from "./axe.mjs";
import { PHONE, launch, snap } from "./browser.mjs";
import { Walk } from "./walk.mjs";

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/** What one walk was shown, in order. */
function watching(region) {
  let count = 0;
  return async (page, name) => {
    count += 1;
    const called = `phone-${region}-${String(count).padStart(2, "0")}-${name}`;
    await narrow(page, called);
    await snap(page, called);
  };
}

test("Gansu: from 登录 to the certificate", async () => {
  const walk = new Walk("gansu", browser, PHONE, "河西走廊风电场叶片除冰技术", watching("gansu"));
  await walk.begin();
  await walk.signIn();
  await walk.start();
  await walk.fillPages();
  await walk.submit();
  await walk.review();
  await walk.certificate();
});

test("Guangxi: from 注册 to the certificate", async () => {
  const walk = new Walk("guangxi", browser, PHONE, "北部湾近江牡蛎三倍体育苗技术", watching("guangxi"));
  await walk.begin();
  await walk.signUp("phonewalk");
  await walk.add();
  await walk.fillPages();
  await walk.submit();
  await walk.review();
  await walk.certificate();
});
