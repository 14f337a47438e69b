import { launch, person, leads } from "./browser.mjs";
import { signIn } from "./office.mjs";
const browser = await launch();
const page = await person(browser);
const wide = async (w) => {
  await page.setViewportSize({ width: w, height: 800 });
  console.log(page.url(), w, await page.evaluate(() => {
    const most = document.documentElement.clientWidth;
    return [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > most + 0.5 && !one.closest(".scroll, .visually-hidden, .skip")).slice(0, 6).map((one) => `${one.tagName}.${one.className} ${one.getBoundingClientRect().right|0} ${one.textContent.trim().slice(0, 40)}`);
  }));
};
await page.goto("/text-size/large?next=%2Fgansu%2F");
console.log(page.url(), await page.locator("html").getAttribute("class"), await page.locator(".notice").allInnerTexts());
await page.goto("/demo/outbox"); await page.waitForTimeout(2000); await page.goto("/demo/outbox");
await wide(320);
await page.screenshot({ path: "/tmp/acc-d/outbox.png" });
await signIn(page, "gansu", "invited@demo.example");
for (const at of ["/gansu/applications", "/theme", "/gansu/", "/gansu/certificates", "/gansu/account"]) { await page.goto(at); for (const w of [320, 1280]) { await wide(w); await page.screenshot({ path: `/tmp/acc-d/${at.replaceAll("/", "_")}-${w}.png`, fullPage: true }); } }
await browser.close();
