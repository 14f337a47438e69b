//! What happens when a limit of the workflow has passed: a reminder, or an action of the clock.

use dengji::store::Page;
use dengji_tests::{Copied, Filed, TestApp};
use jiff::civil::date;

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";

/// An application that waits for its unit's administrator.
async fn waiting(app: &TestApp) -> Filed {
    let accounts = app.staff(REGION).await;
    let form = app.form(REGION, FORM);
    let answers = app.answers(REGION, "complete");
    let mut registrant = app.in_role(REGION, &accounts, "registrant", Some(true)).await;
    let filed = registrant.fill(REGION, &form, &answers).await;
    registrant.must_act(&filed, "submit", &[]).await;
    filed
}

async fn letters(app: &TestApp, kind: &str) -> usize {
    let listed = app.registry.store().messages(REGION, &Page::first(1000)).await.unwrap();
    listed.items.iter().filter(|message| message.kind == kind).count()
}

#[tokio::test]
async fn whoever_is_waited_for_is_reminded_once() {
    let app = TestApp::start().await;
    let filed = waiting(&app).await;
    let application = app.application(REGION, &filed.id).await;
    let due = application.due_on.expect("the unit has a limit");

    app.clock.set(due);
    assert_eq!(app.registry.limits_passed().await.unwrap(), 0, "the last day counts");
    app.clock.set(due.tomorrow().unwrap());
    assert!(app.registry.limits_passed().await.unwrap() > 0);
    let reminded = letters(&app, "reminder").await;
    assert!(reminded > 0, "the unit's administrator is told");
    assert_eq!(app.registry.limits_passed().await.unwrap(), 0, "once");
    assert_eq!(letters(&app, "reminder").await, reminded);
    assert_eq!(
        app.application(REGION, &filed.id).await,
        application,
        "nothing else has changed"
    );
}

#[tokio::test]
async fn the_clock_takes_its_action_as_soon_as_it_may() {
    let copy = Copied::of(&[REGION]);
    copy.edit(
        "forms/gansu/workflow.yaml",
        "due: {within: 5 workdays, then: remind} # [M]",
        "due: {within: 5 workdays, then: lapse}",
    );
    copy.edit(
        "forms/gansu/workflow.yaml",
        "actions:\n",
        "actions:\n  lapse: {label: 逾期退回, from: unit, by: clock, when: 'today >= date(\"2027-01-04\")', to: returned}\n",
    );
    let app = TestApp::of(copy.folders()).await;
    let filed = waiting(&app).await;
    app.clock.set(date(2026, 12, 31));
    app.registry.limits_passed().await.unwrap();
    assert_eq!(
        app.application(REGION, &filed.id).await.state,
        "unit",
        "its `when` does not hold yet"
    );
    app.clock.set(date(2027, 1, 4));
    assert!(app.registry.limits_passed().await.unwrap() > 0);
    let application = app.application(REGION, &filed.id).await;
    assert_eq!(application.state, "returned");
    assert!(application.handled_by.is_empty(), "the clock is nobody");
    let entries = app.registry.store().audit(REGION, &filed.id).await.unwrap();
    let last = entries.last().unwrap();
    assert_eq!((last.act.as_str(), last.actor.as_str()), ("lapse", "clock"));
    app.audit_holds(REGION).await;
}
