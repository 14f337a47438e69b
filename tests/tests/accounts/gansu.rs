//! The account chapters of Gansu's 操作手册 (December 2021): 单位注册, 1.2.1 账号激活, 1.2.2 账号管理, 1.2.3 个人信息维护.

use dengji::store::Standing;
use dengji_tests::{Client, TestApp};
use jiff::civil::date;

use super::counter::{
    PASSWORD, account, approve, but, enter, entered, filled, inputs, led, link_to, office, refused, told, unit,
};

const REGION: &str = "gansu";

/// 单位注册.
pub(crate) const UNIT: [(&str, &str); 11] = [
    ("name", "渭水仪器有限公司"),
    ("credit_code", "91620100MA00000072"),
    ("place", "620100"),
    ("attribute", "工矿企业"),
    ("address", "兰州市定西路1号"),
    ("postcode", "730000"),
    ("contact", "牛建国"),
    ("phone", "13800138003"),
    ("email", "niu@example.cn"),
    ("password", PASSWORD),
    ("again", PASSWORD),
];
/// 个人信息激活.
pub(crate) const ACTIVATION: [(&str, &str); 7] = [
    ("name", "赵敏"),
    ("id_type", "1"),
    ("id_no", "62010219800101101X"),
    ("id_valid_from", "2019-06-18"),
    ("id_valid_until", "2039-06-18"),
    ("password", PASSWORD),
    ("again", PASSWORD),
];
/// 个人简要信息.
pub(crate) const BRIEF: [(&str, &str); 6] = [
    ("name", "孙行"),
    ("id_type", "1"),
    ("id_no", "62010219900707303X"),
    ("phone", "13800138004"),
    ("email", "sun@example.cn"),
    ("agree", "yes"),
];

/// The administrator of a unit that was registered and approved.
async fn administrator(app: &TestApp) -> Client {
    let mut browser = app.client();
    let registered = browser.post("/gansu/sign-up/unit", &filled(&UNIT)).await;
    led(&registered, "/gansu/sign-up/unit/waits");
    approve(app, REGION, "牛建国").await;
    entered(app, REGION, "niu@example.cn", PASSWORD).await
}

#[tokio::test]
async fn a_unit_registers_and_its_administrator_allots_an_account() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let (_, early) = {
        let mut browser = app.client();
        browser.post("/gansu/sign-up/unit", &filled(&UNIT)).await;
        enter(&app, REGION, "niu@example.cn", PASSWORD).await
    };
    assert_eq!(early.status, 422, "nobody signs in before the office has approved");
    let waiting = unit(&app, REGION, "渭水仪器有限公司").await.unwrap();
    assert_eq!(waiting.standing, Standing::AwaitsApproval);
    approve(&app, REGION, "牛建国").await;
    let mut admin = entered(&app, REGION, "niu@example.cn", PASSWORD).await;
    assert!(admin.get("/gansu/").await.page().contains("牛建国"));

    let people = admin.get("/gansu/people").await;
    let invite = link_to(&people, "/people/new/", "成果登记人");
    assert_eq!(invite, "/gansu/people/new/invited");
    let to = [("name", "赵敏"), ("email", "Zhao.Min＠Example．cn")];
    led(&admin.post(&invite, &to).await, "/gansu/people");
    let mail = app.letter_to(REGION, "zhao.min@example.cn").await;
    for words in ["渭水仪器有限公司", "牛建国", "成果登记人", "72"] {
        assert!(words == "72" || mail.text.contains(words), "{words}: {}", mail.text);
    }
    let link = mail.link("activation");

    let mut browser = app.client();
    let page = browser.get(&link).await;
    assert_eq!(page.status, 200);
    assert_eq!(
        inputs(&page),
        [
            "name",
            "id_type",
            "id_no",
            "id_valid_from",
            "id_valid_until",
            "password",
            "again",
            "captcha"
        ],
        "the manual's fields and no others"
    );
    let shown = told(&page);
    let places = ["姓名", "登录账号", "证件类型"].map(|label| shown.find(label));
    assert!(places.is_sorted(), "the manual's order: {shown}");
    for words in [
        "个人信息激活",
        "恭喜您已成为项目负责人，登录前您必须完善下列信息",
        "姓名",
        "登录账号",
        "zhao.min@example.cn",
        "同电子邮箱",
        "证件类型",
        "非身份证人员请联系科技厅添加账号",
        "证件号码",
        "证件有效期",
        "证件失效期",
        "登录密码",
        "密码长度为 8-12 位，必须由大写字母、小写字母、数字、特殊字符组合而成",
        "确认密码必须和登录密码一致",
        "立即注册",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(page.page().contains("value=\"赵敏\""), "the name is known");

    for (changed, said) in [
        (("id_no", "620102198001011010"), "证件号码"),
        (("id_valid_until", "2019-06-17"), "证件失效期应在证件有效期之后"),
        (("id_type", "2"), "证件类型"),
        (("password", "short"), "8-12 位"),
        (("again", "Beihai#2027"), "确认密码必须和登录密码一致"),
    ] {
        let wrong = browser.post(&link, &filled(&but(&ACTIVATION, &[changed]))).await;
        refused(&wrong, said);
    }
    led(&browser.post(&link, &filled(&ACTIVATION)).await, "/gansu/activated");
    let done = told(&browser.get("/gansu/activated").await);
    assert!(done.contains("激活成功") && done.contains("系统登录"), "{done}");
    let mut browser = entered(&app, REGION, "ZHAO.MIN@example.cn", PASSWORD).await;
    let home = browser.get("/gansu/applications").await.page();
    assert!(home.contains("赵敏-成果登记人"), "{home}");
    let stored = account(&app, REGION, "zhao.min@example.cn").await.unwrap();
    assert_eq!(
        stored.unit,
        unit(&app, REGION, "渭水仪器有限公司").await.map(|unit| unit.id)
    );
    assert_eq!(stored.id_valid_until, Some(date(2039, 6, 18)));
    let own = told(&admin.get("/gansu/people").await);
    assert!(own.contains("赵敏") && own.contains("正常"), "{own}");
    app.audit_holds(REGION).await;
}

/// 已有申报人账号的直接使用即可，无需单位重复分配账号.
#[tokio::test]
async fn an_account_that_is_there_is_used_as_it_is() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut admin = administrator(&app).await;
    let to = [("name", "王伟任"), ("email", "INVITED@demo.example")];
    let again = admin.post("/gansu/people/new/invited", &to).await;
    refused(&again, "已有申报人账号的直接使用");
    let own = [("name", "牛建国"), ("email", "niu@example.cn")];
    refused(&admin.post("/gansu/people/new/invited", &own).await, "已是本单位的账号");

    // The same by signing up alone: the answer tells nothing, the mailbox's owner is told.
    let typed = but(&BRIEF, &[("email", "invited@demo.example")]);
    let mut browser = app.client();
    let before = account(&app, REGION, "invited@demo.example").await.unwrap();
    led(
        &browser.post("/gansu/sign-up/solo", &filled(&typed)).await,
        "/gansu/sign-up/solo/mailed",
    );
    let mail = app.letter_to(REGION, "invited@demo.example").await;
    assert!(
        mail.text.contains("/gansu/sign-in") && !mail.text.contains("/activation/"),
        "{mail:?}"
    );
    assert_eq!(account(&app, REGION, "invited@demo.example").await.unwrap(), before);
}

/// 无依托单位: 注册向导 → 协议 → 个人简要信息 → 注册成功 → 邮件 → 激活.
#[tokio::test]
async fn who_has_no_unit_signs_up_by_the_wizard() {
    let app = TestApp::start().await;
    let mut browser = app.client();
    assert!(told(&browser.get("/gansu/sign-in").await).contains("新用户注册"));
    let wizard = browser.get("/gansu/sign-up").await;
    let words = told(&wizard);
    for said in [
        "成果登记人（无依托单位）",
        "有依托单位的科技成果登记人请不要通过此入口注册",
        "已注册过的单位无需重复注册",
        "我已经仔细阅读并同意本系统的",
        "注册协议条例",
        "下一步",
    ] {
        assert!(words.contains(said), "{said}: {words}");
    }
    let agreement = browser.get("/gansu/texts/agreement").await;
    assert!(
        agreement.status == 200 || wizard.page().contains("/gansu/texts/"),
        "{}",
        agreement.status
    );
    refused(
        &browser.get("/gansu/sign-up?way=solo&next=form").await,
        "请先阅读并勾选",
    );
    refused(&browser.get("/gansu/sign-up?next=form").await, "请选择一个注册入口");
    assert_eq!(
        browser.get("/gansu/sign-up/solo").await.location(),
        "/gansu/sign-up?way=solo",
        "the form is not reached without agreeing"
    );
    let next = browser.get("/gansu/sign-up?way=solo&agree=yes&next=form").await;
    led(&next, "/gansu/sign-up/solo?agree=yes");
    let form = browser.get(next.location()).await;
    assert!(told(&form).contains("个人简要信息") && told(&form).contains("提交"));
    let without: Vec<_> = BRIEF.into_iter().filter(|(name, _)| *name != "agree").collect();
    refused(&browser.post("/gansu/sign-up/solo", &filled(&without)).await, "协议");
    let brief = but(&BRIEF, &[("affiliation", "兰州市某研究会")]);
    let sent = browser.post("/gansu/sign-up/solo", &filled(&brief)).await;
    led(&sent, "/gansu/sign-up/solo/mailed");
    assert!(told(&browser.get(sent.location()).await).contains("注册成功"));
    let (_, early) = enter(&app, REGION, "sun@example.cn", PASSWORD).await;
    assert_eq!(early.status, 422);

    let link = app.letter_to(REGION, "sun@example.cn").await.link("activation");
    let page = browser.get(&link).await;
    assert!(
        page.page().contains("value=\"孙行\""),
        "what was told is not asked again"
    );
    let typed = but(&ACTIVATION, &[("name", "孙行"), ("id_no", "62010219900707303X")]);
    led(&browser.post(&link, &filled(&typed)).await, "/gansu/activated");
    let mut browser = entered(&app, REGION, "sun@example.cn", PASSWORD).await;
    assert!(
        browser
            .get("/gansu/applications")
            .await
            .page()
            .contains("孙行-成果登记人")
    );
    let stored = account(&app, REGION, "sun@example.cn").await.unwrap();
    assert_eq!((stored.unit, &*stored.phone), (None, "13800138004"));
    // What the brief data asked and the activation does not is kept beside what it asked.
    assert_eq!(stored.sealed["affiliation"], "兰州市某研究会");
    assert_eq!(stored.sealed["id_valid_until"], "2039-06-18");
}

/// Whoever signs up on an English page gets English letters, then and later.
#[tokio::test]
async fn letters_come_in_the_language_of_the_page() {
    let app = TestApp::start().await;
    let mut browser = app.client();
    browser.get("/language/en?next=/gansu/").await;
    led(
        &browser.post("/gansu/sign-up/solo", &filled(&BRIEF)).await,
        "/gansu/sign-up/solo/mailed",
    );
    let letter = app.letter_to(REGION, "sun@example.cn").await;
    assert!(letter.text.contains("Hello"), "{}", letter.text);
    let typed = but(&ACTIVATION, &[("name", "孙行"), ("id_no", "62010219900707303X")]);
    led(
        &browser.post(&letter.link("activation"), &filled(&typed)).await,
        "/gansu/activated",
    );
    app.client().post("/gansu/reset", &[("name", "sun@example.cn")]).await;
    let letter = app.letter_to(REGION, "sun@example.cn").await;
    assert!(letter.text.contains("Dear 孙行"), "{}", letter.text);
}

/// 非身份证人员请联系科技厅添加账号.
#[tokio::test]
async fn the_office_adds_a_person_with_a_passport() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut clerk = office(&app, REGION).await;
    let people = clerk.get("/gansu/people").await;
    let invite = link_to(&people, "/people/new/", "非身份证");
    let to = [("name", "John Smith"), ("email", "smith@example.org")];
    led(&clerk.post(&invite, &to).await, "/gansu/people");
    let link = app.letter_to(REGION, "smith@example.org").await.link("activation");
    let mut browser = app.client();
    let page = browser.get(&link).await;
    let asked = inputs(&page);
    assert!(
        asked.iter().any(|name| name == "id_other") && !asked.iter().any(|name| name == "id_no"),
        "{asked:?}"
    );
    let passport = page.page();
    let code = passport
        .split("<option value=\"")
        .find(|option| option.contains("护照"))
        .and_then(|option| option.split('"').next())
        .unwrap_or_else(|| panic!("a passport can be chosen: {}", told(&page)))
        .to_owned();
    let typed = [
        ("name", "John Smith"),
        ("id_type", &*code),
        ("id_other", "P01234567"),
        ("id_valid_from", "2020-01-01"),
        ("id_valid_until", "2030-01-01"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    led(&browser.post(&link, &filled(&typed)).await, "/gansu/activated");
    entered(&app, REGION, "smith@example.org", PASSWORD).await;
    // A unit's administrator cannot: the way is the office's.
    let mut admin = administrator(&app).await;
    assert_eq!(admin.get(&invite).await.status, 404);
    assert_eq!(admin.post(&invite, &to).await.status, 404);
}

/// 证件失效期: a warning at sign-in, and 个人信息维护 takes the new one.
#[tokio::test]
async fn an_identity_document_that_has_run_out_is_told_at_sign_in() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut admin = administrator(&app).await;
    let to = [("name", "赵敏"), ("email", "zhao@example.cn")];
    admin.post("/gansu/people/new/invited", &to).await;
    let link = app.letter_to(REGION, "zhao@example.cn").await.link("activation");
    let typed = but(&ACTIVATION, &[("id_valid_until", "2026-11-20")]);
    led(&app.client().post(&link, &filled(&typed)).await, "/gansu/activated");
    let said = "证件已过失效期";
    let mut browser = entered(&app, REGION, "zhao@example.cn", PASSWORD).await;
    assert!(
        !told(&browser.get("/gansu/").await).contains(said),
        "the last day counts"
    );
    app.clock.set(date(2026, 11, 21));
    let mut browser = entered(&app, REGION, "zhao@example.cn", PASSWORD).await;
    let warned = told(&browser.get("/gansu/").await);
    assert!(warned.contains(said) && warned.contains("个人信息维护"), "{warned}");

    let profile = browser.get("/gansu/profile").await;
    assert!(
        inputs(&profile).iter().any(|name| name == "id_valid_until"),
        "{}",
        told(&profile)
    );
    let changed = [
        ("name", "赵敏"),
        ("id_type", "1"),
        ("id_no", "62010219800101101X"),
        ("phone", "13800138005"),
        ("id_valid_from", "2026-11-01"),
        ("id_valid_until", "2046-11-01"),
    ];
    let backwards = but(&changed, &[("id_valid_until", "2026-10-01")]);
    refused(&browser.post("/gansu/profile", &filled(&backwards)).await, "证件失效期");
    led(
        &browser.post("/gansu/profile", &filled(&changed)).await,
        "/gansu/profile",
    );
    assert!(
        browser.get("/gansu/profile").await.page().contains("2046-11-01"),
        "what was saved is shown"
    );
    let mut browser = entered(&app, REGION, "zhao@example.cn", PASSWORD).await;
    assert!(!told(&browser.get("/gansu/").await).contains(said));
}

/// 系统管理 → 个人账号管理: 邮箱和手机验证.
#[tokio::test]
async fn mail_and_phone_are_verified() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut browser = app.signed_in(REGION, "solo@demo.example").await;
    let here = "/gansu/account";
    led(
        &browser
            .post(
                here,
                &[
                    ("do", "email"),
                    ("email", "New.Box@Example.CN"),
                    ("confirm", dengji::registry::demo::PASSWORD),
                ],
            )
            .await,
        here,
    );
    let link = app.letter_to(REGION, "new.box@example.cn").await.link("verify-email");
    assert_ne!(
        account(&app, REGION, "solo@demo.example").await.unwrap().email,
        "new.box@example.cn",
        "an address counts once its owner has answered"
    );
    // A program that follows every link confirms nothing.
    assert_eq!(app.client().get(&link).await.status, 200);
    let confirmed = app.client().post(&link, &[("", "")]).await;
    assert!(told(&confirmed).contains("邮箱验证成功"), "{}", told(&confirmed));
    let stored = account(&app, REGION, "solo@demo.example").await;
    let renamed = account(&app, REGION, "new.box@example.cn").await;
    let stored = stored.or(renamed).expect("the account is still there");
    assert!(stored.email == "new.box@example.cn" && stored.email_verified.is_some());
    assert_eq!(app.client().post(&link, &[("", "")]).await.status, 410, "once");

    led(
        &browser.post(here, &[("do", "phone"), ("phone", "138 0013 8009")]).await,
        here,
    );
    let code = app.letter_to(REGION, "13800138009").await.code();
    refused(
        &browser.post(here, &[("do", "phone-code"), ("code", "12345")]).await,
        "验证码不正确",
    );
    led(
        &browser.post(here, &[("do", "phone-code"), ("code", &code)]).await,
        here,
    );
    let page = told(&browser.get(here).await);
    assert!(
        page.contains("13800138009") && page.contains("已于 2026-11-20 验证"),
        "{page}"
    );
    refused(
        &browser.post(here, &[("do", "phone"), ("phone", "12345")]).await,
        "手机",
    );
    refused(&browser.post(here, &[("do", "email"), ("email", "nobody")]).await, "@");
}
