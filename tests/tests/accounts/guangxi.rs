//! The account chapters of Guangxi's 简要操作手册 (2022.1): 登记单位信息, 用户注册, 系统登录, 选择角色.

use dengji::store::Standing;
use dengji_tests::TestApp;

use super::counter::{
    PASSWORD, account, approve, but, enter, entered, filled, inputs, led, office, refused, told, unit,
};

const REGION: &str = "guangxi";

/// 登记单位信息.
pub(crate) const UNIT: [(&str, &str); 9] = [
    ("name", "左江农业机械有限公司"),
    ("credit_code", "91450100MA0000023N"),
    ("place", "450100"),
    ("attribute", "工矿企业"),
    ("address", "南宁市民族大道1号"),
    ("postcode", "530000"),
    ("contact", "覃小明"),
    ("phone", "13800138001"),
    ("email", "zuojiang@example.cn"),
];
/// 用户注册 as an individual.
pub(crate) const PERSON: [(&str, &str); 9] = [
    ("name", "黄海燕"),
    ("affiliation", "南宁市退休职工之家"),
    ("id_type", "1"),
    ("id_no", "450103198503152036"),
    ("phone", "13800138002"),
    ("email", "haiyan@example.cn"),
    ("sign_in_name", "huanghaiyan"),
    ("password", PASSWORD),
    ("again", PASSWORD),
];
/// 用户注册 for a unit, which is told by its number.
const MEMBER: [(&str, &str); 9] = [
    ("name", "覃小明"),
    ("unit_code", "91450100MA0000023N"),
    ("id_type", "1"),
    ("id_no", "450103198503152036"),
    ("phone", "13800138001"),
    ("email", "qin@example.cn"),
    ("sign_in_name", "qinxiaoming"),
    ("password", PASSWORD),
    ("again", PASSWORD),
];

/// 首页 → 系统登录 → 用户注册, and at the sign-in page 登记单位信息.
#[tokio::test]
async fn the_way_to_signing_up_is_the_manuals() {
    let app = TestApp::start().await;
    let mut browser = app.client();
    let home = browser.get("/guangxi/").await.page();
    assert!(
        home.contains("系统登录") && home.contains("href=\"/guangxi/sign-in"),
        "{home}"
    );
    let sign_in = browser.get("/guangxi/sign-in").await;
    let page = sign_in.page();
    for (words, href) in [
        ("登记单位信息", "/guangxi/sign-up/unit"),
        ("用户注册", "/guangxi/sign-up"),
    ] {
        assert!(
            page.contains(words) && page.contains(href),
            "{words}: {}",
            told(&sign_in)
        );
    }
    assert!(sign_in.page().contains("用户名"), "people sign in with a user name");
    let ways = told(&browser.get("/guangxi/sign-up").await);
    for way in [
        "个人",
        "完成单位填报人",
        "完成单位管理员",
        "推荐单位管理员",
        "登记单位信息",
    ] {
        assert!(ways.contains(way), "{way}: {ways}");
    }
}

#[tokio::test]
async fn a_unit_is_registered_first_and_its_registrant_signs_up_and_in() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut browser = app.client();
    let typed = but(&MEMBER, &[("unit", "左江农业机械有限公司")]);
    let early = browser.post("/guangxi/sign-up/registrant", &filled(&typed)).await;
    refused(&early, "登记单位信息");
    assert!(account(&app, REGION, "qinxiaoming").await.is_none());

    let registered = browser.post("/guangxi/sign-up/unit", &filled(&UNIT)).await;
    led(&registered, "/guangxi/sign-up/unit/unit");
    let done = told(&browser.get(registered.location()).await);
    assert!(done.contains("单位登记成功") && done.contains("用户注册"), "{done}");
    let unit = unit(&app, REGION, "左江农业机械有限公司")
        .await
        .expect("the unit is there");
    assert_eq!((unit.standing, &*unit.kinds[0]), (Standing::Active, "completing"));

    let twice = browser.post("/guangxi/sign-up/unit", &filled(&UNIT)).await;
    refused(&twice, "无需重复登记");
    let renamed = but(&UNIT, &[("name", "左江农业机械（集团）有限公司")]);
    refused(
        &browser.post("/guangxi/sign-up/unit", &filled(&renamed)).await,
        "这个代码的单位已在本系统登记",
    );

    let asked = [("~pick", "unit"), ("~", "unit"), ("unit", "左江")];
    let form = browser.post("/guangxi/sign-up/registrant", &asked).await;
    assert!(form.page().contains("左江农业机械有限公司"), "it can be picked at once");
    let other_code = but(&MEMBER, &[("unit", &unit.id), ("unit_code", "91450100MA0000031H")]);
    refused(
        &browser.post("/guangxi/sign-up/registrant", &filled(&other_code)).await,
        "登记的不一致",
    );
    let typed = but(&MEMBER, &[("unit", &unit.id)]);
    let signed_up = browser.post("/guangxi/sign-up/registrant", &filled(&typed)).await;
    led(&signed_up, "/guangxi/sign-up/registrant/ready");
    assert!(told(&browser.get(signed_up.location()).await).contains("注册成功"));

    let (_, wrong) = enter(&app, REGION, "qinxiaoming", "Beihai#2027").await;
    refused(&wrong, "登录账号或密码不正确");
    let mut browser = entered(&app, REGION, "qinxiaoming", PASSWORD).await;
    let page = browser.get("/guangxi/applications").await.page();
    assert!(page.contains("覃小明") && page.contains("完成单位填报人"), "{page}");
    let stored = account(&app, REGION, "qinxiaoming").await.unwrap();
    assert_eq!(
        (stored.unit.as_deref(), &*stored.roles),
        (Some(&*unit.id), &["registrant".to_owned()][..])
    );
    assert!(
        !stored.sealed.to_string().contains("450103198503152036"),
        "the number is sealed"
    );
    app.audit_holds(REGION).await;
}

/// 个人: no unit and no code are asked, but 所属单位 is, for information.
#[tokio::test]
async fn an_individual_signs_up_without_a_unit() {
    let app = TestApp::start().await;
    let mut browser = app.client();
    let form = browser.get("/guangxi/sign-up/individual").await;
    let asked = inputs(&form);
    assert!(!asked.iter().any(|name| name.starts_with("unit")), "{asked:?}");
    assert!(told(&form).contains("不需要填写单位名称和代码"));
    let without = but(&PERSON, &[("affiliation", "")]);
    refused(
        &browser.post("/guangxi/sign-up/individual", &filled(&without)).await,
        "所属单位",
    );
    let signed_up = browser.post("/guangxi/sign-up/individual", &filled(&PERSON)).await;
    led(&signed_up, "/guangxi/sign-up/individual/ready");
    let mut browser = entered(&app, REGION, "huanghaiyan", PASSWORD).await;
    let page = browser.get("/guangxi/applications").await.page();
    assert!(page.contains("基本权限用户"), "{page}");
    let stored = account(&app, REGION, "huanghaiyan").await.unwrap();
    assert!(stored.unit.is_none());
}

/// Administrators' registrations wait for the level above, and a refusal says why.
#[tokio::test]
async fn administrators_wait_for_the_managing_unit() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    let mut browser = app.client();
    for (way, name, unit, code, mail) in [
        (
            "unit_admin",
            "lianggang",
            "lijiang",
            "12450000MM00010978",
            "liang@example.cn",
        ),
        (
            "recommender",
            "nonghong",
            "beibu",
            "12450000MM000110XQ",
            "nong@example.cn",
        ),
    ] {
        let typed = but(
            &MEMBER,
            &[
                ("unit", unit),
                ("unit_code", code),
                ("sign_in_name", name),
                ("name", name),
                ("email", mail),
            ],
        );
        let address = format!("/guangxi/sign-up/{way}");
        let waits = browser.post(&address, &filled(&typed)).await;
        led(&waits, &format!("{address}/waits"));
        assert!(told(&browser.get(waits.location()).await).contains("等待管理单位管理员审核"));
        let (_, early) = enter(&app, REGION, name, PASSWORD).await;
        assert_eq!(early.status, 422, "nobody signs in before");
    }
    approve(&app, REGION, "lianggang").await;
    let mail = app.letter_to(REGION, "liang@example.cn").await;
    assert!(mail.text.contains("/guangxi/sign-in"), "{mail:?}");
    let page = entered(&app, REGION, "lianggang", PASSWORD)
        .await
        .get("/guangxi/")
        .await
        .page();
    assert!(page.contains("完成单位管理员"), "{page}");

    let mut clerk = office(&app, REGION).await;
    let list = clerk.get("/guangxi/approvals").await;
    let one = super::counter::link_to(&list, "/approvals/", "nonghong");
    let shown = told(&clerk.get(&one).await);
    assert!(
        shown.contains("北部湾海洋研究院") && !shown.contains("450103198503152036"),
        "{shown}"
    );
    refused(
        &clerk.post(&one, &[("do", "refuse"), ("reason", " ")]).await,
        "请填写不通过的原因",
    );
    led(
        &clerk
            .post(&one, &[("do", "refuse"), ("reason", "请由本单位科研处注册")])
            .await,
        "/guangxi/approvals",
    );
    let mail = app.letter_to(REGION, "nong@example.cn").await;
    assert!(mail.text.contains("请由本单位科研处注册"), "{mail:?}");
    assert!(
        account(&app, REGION, "nonghong").await.is_none(),
        "the name is free again"
    );
    // Whoever is not the level above approves nothing.
    let mut admin = entered(&app, REGION, "lianggang", PASSWORD).await;
    assert!(!told(&admin.get("/guangxi/approvals").await).contains("nonghong"));
    app.audit_holds(REGION).await;
}

/// 登录系统，选择相应的角色.
#[tokio::test]
async fn who_has_several_roles_chooses_one() {
    let app = TestApp::start().await;
    app.staff(REGION).await;
    app.client().post("/guangxi/sign-up/individual", &filled(&PERSON)).await;
    let mut stored = account(&app, REGION, "huanghaiyan").await.unwrap();
    stored.roles.push("registrant".into());
    stored.unit = Some("lijiang".into());
    stored.revision += 1;
    let put = vec![dengji::store::Put::Account(Box::new(stored))];
    let expect = Vec::new();
    app.registry
        .store()
        .commit(dengji::store::Change { expect, put })
        .await
        .unwrap();
    let (mut browser, answer) = enter(&app, REGION, "huanghaiyan", PASSWORD).await;
    assert!(answer.location().starts_with("/guangxi/roles"), "{}", answer.location());
    let roles = told(&browser.get(answer.location()).await);
    assert!(
        roles.contains("基本权限用户") && roles.contains("完成单位填报人"),
        "{roles}"
    );
    led(
        &browser.post("/guangxi/role", &[("role", "registrant")]).await,
        "/guangxi/",
    );
    let page = browser.get("/guangxi/applications").await.page();
    assert!(page.contains("黄海燕-完成单位填报人"), "{page}");
    for strange in ["office", "", "基本权限用户"] {
        let answer = browser.post("/guangxi/role", &[("role", strange)]).await;
        assert!((400..500).contains(&answer.status), "{strange}: {}", answer.status);
    }
}
