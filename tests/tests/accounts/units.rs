//! Units and their people: another name, merging, switching off; disabling a person, handing a role over.

use dengji::store::{Account, Change, Listing, Page, Put, Standing, Unit};
use dengji_tests::{Client, Filed, TestApp};

use super::counter::{account, entered, led, link_to, office, refused, told, unit};
use super::gansu;

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";

/// The office, and the unit that the demonstration's administrator looks after.
async fn at_the_office() -> (TestApp, Client, Unit) {
    let app = TestApp::start().await;
    app.demo(REGION).await;
    let clerk = office(&app, REGION).await;
    let invited = account(&app, REGION, "invited@demo.example").await.unwrap();
    let of = invited.unit.expect("the registrant has a unit");
    let unit = app.registry.store().unit(REGION, &of).await.unwrap().unwrap();
    (app, clerk, unit)
}

async fn post_unit(clerk: &mut Client, unit: &Unit, pairs: &[(&str, &str)]) -> dengji_tests::Answer {
    clerk.post(&format!("/{REGION}/units/{}", unit.id), pairs).await
}

#[tokio::test]
async fn a_unit_gets_another_name_and_keeps_its_history() {
    let (app, mut clerk, old) = at_the_office().await;
    let here = format!("/{REGION}/units/{}", old.id);
    let new = "陇原科技大学";
    refused(
        &post_unit(&mut clerk, &old, &[("do", "rename"), ("name", " ")]).await,
        "请填写单位名称",
    );
    refused(
        &post_unit(&mut clerk, &old, &[("do", "rename"), ("name", "河西生态环境研究所")]).await,
        "同名单位",
    );
    let other = post_unit(
        &mut clerk,
        &old,
        &[("do", "rename"), ("name", "河西\u{200b}生态环境研究所")],
    )
    .await;
    refused(&other, "同名单位");
    assert!(
        other.page().contains("value=\"河西"),
        "what was typed stays: {}",
        other.page()
    );
    refused(
        &post_unit(&mut clerk, &old, &[("do", "enable")]).await,
        "单位现在的状态不能这样操作",
    );
    led(
        &post_unit(&mut clerk, &old, &[("do", "rename"), ("name", new)]).await,
        &here,
    );
    let shown = told(&clerk.get(&here).await);
    assert!(
        shown.contains(new) && shown.contains(&old.name) && shown.contains("2026-11-20"),
        "{shown}"
    );
    let list = clerk
        .get(&format!("/{REGION}/units?q={}", "%E9%99%87%E5%8E%9F%E5%A4%A7%E5%AD%A6"))
        .await;
    assert!(told(&list).contains(new), "a former name finds it: {}", told(&list));
    let renamed = unit(&app, REGION, new).await.unwrap();
    assert_eq!(renamed.former_names.len(), 1);
    // Only who sees the region changes units.
    let mut admin = app.signed_in(REGION, "unit@demo.example").await;
    let tried = admin.post(&here, &[("do", "rename"), ("name", "别的名称")]).await;
    assert_eq!(tried.status, 404);
    app.audit_holds(REGION).await;
}

#[tokio::test]
async fn a_disabled_unit_is_not_offered_any_more() {
    let app = TestApp::start().await;
    app.staff("guangxi").await;
    let mut clerk = office(&app, "guangxi").await;
    let lijiang = unit(&app, "guangxi", "漓江大学").await.unwrap();
    let form = "/guangxi/sign-up/registrant";
    let asked = [("~pick", "unit"), ("~", "unit"), ("unit", "漓江")];
    assert!(app.client().post(form, &asked).await.page().contains("漓江大学"));
    let here = format!("/guangxi/units/{}", lijiang.id);
    led(&clerk.post(&here, &[("do", "disable")]).await, &here);
    assert!(!app.client().post(form, &asked).await.page().contains("漓江大学"));
    let tried = [("~", "unit"), ("unit", &*lijiang.id)];
    refused(&app.client().post(form, &tried).await, "没有这个在用的单位");
    led(&clerk.post(&here, &[("do", "enable")]).await, &here);
    assert!(app.client().post(form, &asked).await.page().contains("漓江大学"));
}

/// Accounts, applications and waiting work move; a merge that a stop has interrupted is ended at the next start.
#[tokio::test]
async fn units_are_merged_with_all_that_is_theirs() {
    let (app, mut clerk, from) = at_the_office().await;
    let into = unit(&app, REGION, "河西生态环境研究所").await.unwrap();
    let store = app.registry.store();
    let of = |unit: &Unit| Listing::Unit(unit.id.clone());
    let before = store
        .applications(REGION, &of(&from), &Page::first(100))
        .await
        .unwrap()
        .items;
    assert!(before.len() >= 3, "the demonstration has applications in each state");
    refused(
        &post_unit(&mut clerk, &from, &[("do", "merge"), ("unit", &from.id)]).await,
        "另一个在用单位",
    );
    refused(
        &post_unit(&mut clerk, &from, &[("do", "merge"), ("unit", "")]).await,
        "另一个在用单位",
    );
    let mut admin = app.signed_in(REGION, "unit@demo.example").await;
    let waiting = told(&admin.get(&format!("/{REGION}/queue")).await);
    led(
        &post_unit(&mut clerk, &from, &[("do", "merge"), ("unit", &into.id)]).await,
        &format!("/{REGION}/units/{}", from.id),
    );
    let shown = told(&clerk.get(&format!("/{REGION}/units/{}", from.id)).await);
    assert!(shown.contains("已并入河西生态环境研究所"), "{shown}");
    let moved = store
        .applications(REGION, &of(&into), &Page::first(100))
        .await
        .unwrap()
        .items;
    for application in &before {
        assert!(
            moved.iter().any(|other| other.id == application.id),
            "{}",
            application.id
        );
    }
    assert!(
        store
            .applications(REGION, &of(&from), &Page::first(1))
            .await
            .unwrap()
            .items
            .is_empty()
    );
    let invited = account(&app, REGION, "invited@demo.example").await.unwrap();
    assert_eq!(invited.unit.as_deref(), Some(&*into.id));
    let after = told(&admin.get(&format!("/{REGION}/queue")).await);
    let titles = |text: &str| text.matches("待").count();
    assert_eq!(titles(&waiting), titles(&after), "the administrator's work goes on");

    // A stop between the change of the units and the last application and account.
    let behind = dengji::store::Account {
        revision: invited.revision + 1,
        unit: Some(from.id.clone()),
        ..invited
    };
    let left = app.application(REGION, &before[0].id).await;
    let put = vec![
        Put::Application(Box::new(dengji::store::Application {
            applicant_unit: Some(from.id.clone()),
            revision: left.revision + 1,
            ..left
        })),
        Put::Account(Box::new(behind)),
    ];
    let expect = Vec::new();
    store.commit(dengji::store::Change { expect, put }).await.unwrap();
    drop((clerk, admin));
    let app = app.restart().await;
    let ended = app.application(REGION, &before[0].id).await;
    assert_eq!(ended.applicant_unit.as_deref(), Some(&*into.id));
    let ended = account(&app, REGION, "invited@demo.example").await.unwrap();
    assert_eq!(ended.unit.as_deref(), Some(&*into.id));
    app.audit_holds(REGION).await;
}

/// A departing person's applications stay with the unit: its administrator sees them and goes on.
#[tokio::test]
async fn who_leaves_leaves_the_applications_with_the_unit() {
    let (app, _, _) = at_the_office().await;
    let store = app.registry.store();
    let leaving = account(&app, REGION, "invited@demo.example").await.unwrap();
    let own = Listing::Applicant(leaving.id.clone());
    let own = store.applications(REGION, &own, &Page::first(100)).await.unwrap().items;
    let waits = own
        .iter()
        .find(|it| it.state == "unit")
        .expect("one waits for the unit");
    let mut gone = app.signed_in(REGION, "invited@demo.example").await;
    let mut admin = app.signed_in(REGION, "unit@demo.example").await;
    let one = link_to(
        &admin.get(&format!("/{REGION}/people")).await,
        "/people/",
        &leaving.name,
    );
    led(
        &admin.post(&one, &[("do", "disable")]).await,
        &format!("/{REGION}/people"),
    );
    let asked = gone.get(&format!("/{REGION}/applications")).await;
    assert!(asked.location().contains("sign-in"), "the session ends at once");
    let filed = Filed {
        region: REGION.into(),
        id: waits.id.clone(),
    };
    assert_eq!(admin.get(&filed.at("review")).await.status, 200);
    assert!(told(&admin.get(&one).await).contains("恢复使用"));
    led(
        &admin.post(&one, &[("do", "enable")]).await,
        &format!("/{REGION}/people"),
    );
    app.signed_in(REGION, "invited@demo.example").await;
    // Nobody switches their own account off.
    let own = account(&app, REGION, "unit@demo.example").await.unwrap();
    let own = format!("/{REGION}/people/{}", own.id);
    refused(&admin.post(&own, &[("do", "disable")]).await, "请先移交管理员");
}

#[tokio::test]
async fn an_administrator_hands_over() {
    let (app, _, _) = at_the_office().await;
    let mut admin = app.signed_in(REGION, "unit@demo.example").await;
    let next = account(&app, REGION, "invited@demo.example").await.unwrap();
    let one = format!("/{REGION}/people/{}", next.id);
    assert!(told(&admin.get(&one).await).contains("移交管理员"));
    led(
        &admin.post(&one, &[("do", "hand-over")]).await,
        &format!("/{REGION}/sign-in"),
    );
    let asked = admin.get(&format!("/{REGION}/people")).await;
    assert!(
        asked.location().contains("sign-in"),
        "whoever has handed over is signed out"
    );
    let next = account(&app, REGION, "invited@demo.example").await.unwrap();
    assert!(next.roles.iter().any(|role| role == "unit_admin"), "{:?}", next.roles);
    let before = account(&app, REGION, "unit@demo.example").await.unwrap();
    assert!(
        !before.roles.iter().any(|role| role == "unit_admin"),
        "{:?}",
        before.roles
    );
    let mut former = app.signed_in(REGION, "unit@demo.example").await;
    assert_eq!(former.get(&format!("/{REGION}/people")).await.status, 404);
    let mut new = app.signed_in(REGION, "invited@demo.example").await;
    new.post(&format!("/{REGION}/role"), &[("role", "unit_admin")]).await;
    assert_eq!(new.get(&format!("/{REGION}/people")).await.status, 200);
    app.audit_holds(REGION).await;
}

/// A recommending unit's administrator adds a colleague, hands over to them, and looks after nobody else.
#[tokio::test]
async fn a_recommending_unit_hands_over_too() {
    let (app, _, _) = at_the_office().await;
    let mut admin = app.signed_in(REGION, "recommending@demo.example").await;
    let unit = account(&app, REGION, "recommending@demo.example").await.unwrap().unit;
    let home = admin.get(&format!("/{REGION}/queue")).await.page();
    assert!(
        home.contains(&format!("/{REGION}/people")),
        "the menu leads there: {home}"
    );
    let to = [("name", "韩梅"), ("email", "han@example.cn")];
    led(&admin.post("/gansu/people/new/colleague", &to).await, "/gansu/people");
    let link = app.letter_to(REGION, "han@example.cn").await.link("activation");
    let typed = super::counter::filled(&super::counter::but(&gansu::ACTIVATION, &[("name", "韩梅")]));
    led(&app.client().post(&link, &typed).await, "/gansu/activated");
    let colleague = account(&app, REGION, "han@example.cn").await.unwrap();
    assert_eq!(
        (&colleague.unit, &*colleague.roles),
        (&unit, &["recommender".to_owned()][..])
    );
    // Whoever else is of the unit is looked after by others.
    let now = colleague.created_at;
    let clerk = Account {
        unit: unit.clone(),
        roles: vec!["unit_admin".to_owned()],
        ..Account::new(REGION, "clerk".into(), "clerk@example.cn".into(), "秦科".into(), now)
    };
    let change = Change {
        expect: Vec::new(),
        put: vec![Put::Account(Box::new(clerk.clone()))],
    };
    app.registry.store().commit(change).await.unwrap();
    let page = told(&admin.get("/gansu/people").await);
    assert!(page.contains("韩梅") && !page.contains(&clerk.name), "{page}");
    for deed in ["disable", "hand-over"] {
        let tried = admin
            .post(&format!("/gansu/people/{}", clerk.id), &[("do", deed)])
            .await;
        assert_eq!(tried.status, 404, "{deed}");
    }
    let one = format!("/{REGION}/people/{}", colleague.id);
    led(&admin.post(&one, &[("do", "hand-over")]).await, "/gansu/sign-in");
    let mut next = entered(&app, REGION, "han@example.cn", super::counter::PASSWORD).await;
    assert_eq!(next.get(&format!("/{REGION}/queue")).await.status, 200);
    let before = account(&app, REGION, "recommending@demo.example").await.unwrap();
    assert!(
        before.roles.is_empty() && before.standing == Standing::Disabled,
        "{:?}",
        before.roles
    );
    app.audit_holds(REGION).await;
}

/// What the office has switched off, a unit does not switch on again.
#[tokio::test]
async fn a_unit_does_not_undo_what_the_office_has_done() {
    let (app, mut clerk, _) = at_the_office().await;
    let mut admin = app.signed_in(REGION, "unit@demo.example").await;
    let one = account(&app, REGION, "invited@demo.example").await.unwrap();
    let here = format!("/{REGION}/people/{}", one.id);
    led(&clerk.post(&here, &[("do", "disable")]).await, "/gansu/people");
    assert!(!told(&admin.get(&here).await).contains("恢复使用"));
    refused(&admin.post(&here, &[("do", "enable")]).await, "请联系管理单位恢复");
    led(&clerk.post(&here, &[("do", "enable")]).await, "/gansu/people");
    led(&admin.post(&here, &[("do", "disable")]).await, "/gansu/people");
    led(&admin.post(&here, &[("do", "enable")]).await, "/gansu/people");
    app.signed_in(REGION, "invited@demo.example").await;
}

/// An invitation is sent again (the link before it opens nothing), or taken back.
#[tokio::test]
async fn an_invitation_is_sent_again_and_taken_back() {
    let (app, _, _) = at_the_office().await;
    let mut admin = app.signed_in(REGION, "unit@demo.example").await;
    let to = [("name", "赵敏"), ("email", "zhao@example.cn")];
    admin.post("/gansu/people/new/invited", &to).await;
    let first = app.letter_to(REGION, "zhao@example.cn").await.link("activation");
    let one = link_to(&admin.get("/gansu/people").await, "/people/", "赵敏");
    led(&admin.post(&one, &[("do", "again")]).await, "/gansu/people");
    let second = app.letter_to(REGION, "zhao@example.cn").await.link("activation");
    assert_ne!(first, second);
    assert_eq!(app.client().get(&first).await.status, 410);
    assert_eq!(app.client().get(&second).await.status, 200);
    led(&admin.post(&one, &[("do", "take-back")]).await, "/gansu/people");
    assert_eq!(app.client().get(&second).await.status, 410);
    let typed = super::counter::filled(&gansu::ACTIVATION);
    assert_eq!(app.client().post(&second, &typed).await.status, 410);
    // The address is free again.
    led(&admin.post("/gansu/people/new/invited", &to).await, "/gansu/people");
    let link = app.letter_to(REGION, "zhao@example.cn").await.link("activation");
    led(&app.client().post(&link, &typed).await, "/gansu/activated");
    entered(&app, REGION, "zhao@example.cn", super::counter::PASSWORD).await;
}

/// A person who has moved to another unit takes nothing along.
#[tokio::test]
async fn what_is_filed_belongs_to_the_unit_it_was_filed_for() {
    let (app, mut clerk, old) = at_the_office().await;
    let mut browser = app.signed_in(REGION, "invited@demo.example").await;
    let filed = browser
        .fill(REGION, &app.form(REGION, FORM), &app.answers(REGION, "complete"))
        .await;
    assert_eq!(
        app.application(REGION, &filed.id).await.applicant_unit,
        Some(old.id.clone())
    );
    let shown = told(&clerk.get(&format!("/{REGION}/units/{}", old.id)).await);
    assert!(shown.contains("王伟任"), "the unit's page lists its people: {shown}");
}
