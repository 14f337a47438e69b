// The way of the manuals in either office, from the entrance to the certificate, for whoever walks it: with JavaScript
// or without, at a desk or on a phone. `seen` is told of every page on the way.

import assert from "node:assert/strict";
import { leads } from "./browser.mjs";
import { act, applicationOf, follow, notice, openWaiting, signIn, state } from "./office.mjs";
import { fill, fillAndSave } from "./filling.mjs";
import { answers } from "./sample.mjs";
import { fillIn, press, said, somebody } from "./sign-up.mjs";
import { textOf } from "./paper.mjs";

const PASSWORD = "Beihai#2026";

/** What each office's manual calls things, and who reviews there. */
export const OFFICES = {
  gansu: {
    sample: "complete",
    submit: "提交到单位管理员",
    submitted: "单位管理员审核",
    number: /962\d{4}Y\d{4}/,
    reviews: [
      ["unit@demo.example", "审核通过", {}],
      ["recommending@demo.example", "同意推荐", { opinion: "材料齐全，同意推荐。" }],
      ["office@demo.example", "审核通过", {}],
    ],
  },
  guangxi: {
    sample: "individual",
    submit: "提交",
    submitted: "推荐单位审核",
    number: /945\d{4}Y\d{4}/,
    reviews: [
      ["recommender", "同意推荐", { opinion: "情况属实，同意推荐。" }],
      ["office", "审查通过", {}],
    ],
  },
};

/** One walk: `page` is the applicant's browser, `options` those of everybody's on this walk. */
export class Walk {
  constructor(region, browser, options, title, seen = async () => {}) {
    Object.assign(this, { region, browser, options, seen });
    this.office = OFFICES[region];
    this.given = { ...answers(region, this.office.sample), name: title };
    this.javascript = options.javaScriptEnabled !== false;
  }

  async begin() {
    this.page = await somebody(this.browser, this.options);
  }

  /** 甘肃: the account that the unit's administrator has handed out. */
  async signIn() {
    await this.page.goto(`/${this.region}/`);
    await this.seen(this.page, "home");
    await signIn(this.page, this.region, "invited@demo.example");
    await this.seen(this.page, "signed-in");
  }

  /** 广西 二（一）: 系统登录, 用户注册, the individual's form, and back to 登录. */
  async signUp(name) {
    const { page } = this;
    await page.goto(`/${this.region}/`);
    await this.seen(page, "home");
    await leads(page, () => page.getByRole("link", { name: "系统登录" }).first().click());
    await this.seen(page, "sign-in");
    await follow(page, "用户注册");
    await this.seen(page, "ways");
    await page.getByRole("radio", { name: /注册（个人）/ }).check();
    assert.equal(await press(page, "下一步"), 200);
    await this.seen(page, "sign-up");
    assert.equal(await press(page, "注册"), 422);
    await this.seen(page, "sign-up-refused");
    await fillIn(page, {
      name: "黄海燕", affiliation: "南宁市退休职工之家", id_no: "450103198503152036", phone: "13800138002",
      email: `${name}@example.cn`, sign_in_name: name, password: PASSWORD, again: PASSWORD,
    });
    await press(page, "注册");
    assert.match(await said(page), /注册成功/);
    await this.seen(page, "signed-up");
    await follow(page, "系统登录");
    await fillIn(page, { name, password: PASSWORD });
    await press(page, "登录");
    assert.match(await page.locator(".person").innerText(), /黄海燕-基本权限用户/);
    await this.seen(page, "signed-in");
  }

  /** 填写科技成果 → 新增科技成果 → 填写申请. */
  async start() {
    const { page } = this;
    await leads(page, () => page.getByRole("link", { name: "填写科技成果" }).first().click());
    await this.seen(page, "list-empty");
    await follow(page, "新增科技成果");
    await this.seen(page, "categories");
    await leads(page, () => page.getByRole("button", { name: /填写申请.*应用技术类/ }).click());
    this.application = applicationOf(page);
    await this.seen(page, "first-page");
  }

  /** 科技成果 → 科技成果登记 → 添加科技成果信息 → 添加信息 → 保存 → 详细修改. */
  async add() {
    const { page } = this;
    await leads(page, () => page.getByRole("navigation", { name: "主菜单" }).getByRole("link", { name: "科技成果", exact: true }).click());
    await leads(page, () => page.getByRole("navigation", { name: "系统菜单" }).getByRole("link", { name: "科技成果登记", exact: true }).click());
    await this.seen(page, "list-empty");
    await follow(page, "添加科技成果信息");
    await this.seen(page, "categories");
    await leads(page, () => page.getByRole("link", { name: /添加信息.*应用技术类/ }).click());
    await this.seen(page, "add");
    const store = () => leads(page, () => page.locator("button.primary[value=save]").click());
    await fill(page, "name", this.given.name);
    await fill(page, "funded", this.given.funded);
    // 请不要键入简称
    await fill(page, "recommender", "绿城科技局");
    assert.equal(await store(), 422);
    assert.match(await page.locator("#summary").innerText(), /推荐单位/);
    await this.seen(page, "add-refused");
    await fill(page, "recommender", "绿城市科学技术局");
    assert.equal(await store(), 200);
    this.application = applicationOf(page);
    await this.seen(page, "first-page");
    await follow(page, "返回");
    await this.seen(page, "list");
    await leads(page, () => page.locator("tr", { hasText: this.given.name }).getByRole("link", { name: "详细修改" }).click());
  }

  /** Every page, one after the other, as its own buttons lead. */
  async fillPages() {
    const { page } = this;
    const pages = await page.locator(".tabs a").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
    for (const [at, address] of pages.entries()) {
      await page.goto(address);
      if ((await page.locator("#page-form").count()) === 0) {
        await this.seen(page, `page-${at}`);
        continue;
      }
      await this.seen(page, `page-${at}-empty`);
      assert.equal(await fillAndSave(page, this.given, this.javascript), 200, address);
      assert.match(await notice(page), /已保存/);
      await this.seen(page, `page-${at}-filled`);
    }
  }

  /** 填写检查 → 所有检查全部合格 → 提交. */
  async submit() {
    const { page } = this;
    await leads(page, () => page.locator(".toolbar").getByRole("button", { name: "填写检查" }).click());
    assert.ok(await page.getByRole("heading", { name: "所有检查全部合格" }).isVisible(), await said(page));
    await this.seen(page, "checked");
    await leads(page, () => page.locator(".result.passed").getByRole("link", { name: this.office.submit, exact: true }).click());
    await this.seen(page, "submit");
    await leads(page, () => page.locator("form.action button.primary").click());
    assert.equal(await state(page), this.office.submitted);
    await this.seen(page, "submitted");
    await page.goto(`${this.application}/pages/overview`);
    assert.equal(await page.locator("main input:not([type=hidden])").count(), 0, "提交后无法修改");
    await this.seen(page, "page-read");
  }

  /** Everybody who reviews, in turn. */
  async review() {
    for (const [name, label, inputs] of this.office.reviews) {
      const page = await somebody(this.browser, this.options);
      await signIn(page, this.region, name);
      await openWaiting(page, this.given.name);
      await this.seen(page, `review-${name.split("@")[0]}`);
      assert.equal(await act(page, label, inputs), 200);
      await this.seen(page, `reviewed-${name.split("@")[0]}`);
      assert.deepEqual(page.broken, []);
      await page.context().close();
    }
  }

  /** The certificate from the menu: seen, and kept as a file. */
  async certificate() {
    const { page } = this;
    await page.goto(this.application);
    await this.seen(page, "done");
    await leads(page, () => page.getByRole("navigation", { name: "系统菜单" }).getByRole("link", { name: /登记证书/ }).click());
    await this.seen(page, "certificates");
    await leads(page, () => page.locator("tr", { hasText: this.given.name }).getByRole("link", { name: /登记证书/ }).first().click());
    assert.ok(await page.locator(".sheets img").first().isVisible());
    await this.seen(page, "certificate");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "打印", exact: true }).click(),
    ]);
    const text = textOf(await download.path());
    assert.match(text, this.office.number);
    for (const part of [this.given.name, ...this.given.people.map((one) => one.name)]) assert.ok(text.includes(part), `${part} in ${text}`);
    assert.deepEqual(page.broken, []);
  }
}
