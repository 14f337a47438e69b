//! What the matrix has no row for: other people's sessions and roles, other methods, other regions' links, and
//! addresses that only a demonstration has.

use axum::body::Body;
use axum::http::{Method, Request};
use dengji::http::{Access, routes};
use dengji::store::{Account, Change, Put};
use dengji_tests::{Answer, Client};

use super::rows::rows;
use super::world::{TOKENS, World, hash};

const REGION: &str = "gansu";
const OTHER: &str = "guangxi";

async fn ask(client: &mut Client, method: Method, address: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(address)
        .header("sec-fetch-site", "same-origin");
    client.send(request.body(Body::empty()).unwrap()).await
}

fn person<'w>(world: &'w World, name: &str) -> &'w super::world::Somebody {
    world.people.iter().find(|person| person.name == name).unwrap()
}

#[tokio::test]
async fn other_methods_do_nothing_and_head_asks_as_get_does() {
    let world = World::new(REGION, OTHER).await;
    let before = world.records().await;
    let declared = routes();
    for name in ["nobody", "applicant elsewhere", "office"] {
        for route in &declared {
            let row = &rows(&world, route)[0];
            let mut client = person(&world, name).client.clone();
            for method in [Method::PUT, Method::DELETE, Method::PATCH] {
                if declared
                    .iter()
                    .any(|it| it.path == route.path && it.method == method.as_str())
                {
                    continue;
                }
                let answer = ask(&mut client, method.clone(), &row.address).await;
                // What is not switched on is not there, or reads as the name of a region.
                let absent = matches!(route.access, Access::Demonstration | Access::Watching);
                let expected = answer.status == 405 || (absent && answer.status == 404);
                assert!(expected, "{method} {} as {name}: {}", row.address, answer.status);
            }
            if route.method == "GET" {
                let got = client.clone().get(&row.address).await;
                let head = ask(&mut client, Method::HEAD, &row.address).await;
                assert_eq!(head.status, got.status, "HEAD {} as {name}", row.address);
                assert!(head.body.is_empty(), "HEAD {} as {name}", row.address);
            } else if !declared.iter().any(|it| it.path == route.path && it.method == "GET") {
                let answer = ask(&mut client, Method::GET, &row.address).await;
                // `/people/new/{way}` and its like have a page; what has none says so, whoever asks.
                assert!(
                    matches!(answer.status, 404 | 405),
                    "GET {}: {}",
                    row.address,
                    answer.status
                );
            }
        }
    }
    assert_eq!(world.records().await, before);
}

#[tokio::test]
async fn nobody_ends_other_peoples_sessions_or_takes_their_roles() {
    let world = World::new(REGION, OTHER).await;
    let mut applicant = person(&world, "applicant").client.clone();
    let session = hash(applicant.cookie(&format!("session-{REGION}")).unwrap());
    let account = format!("/{REGION}/account");
    let before = world.records().await;
    for name in ["nobody", "colleague", "unit", "office", "its session here"] {
        let mut client = person(&world, name).client.clone();
        let answer = client
            .post(&account, &[("do", "end-session"), ("session", &*session)])
            .await;
        let signed_in = person(&world, name).me.is_some();
        assert_eq!(answer.status, if signed_in { 404 } else { 303 }, "{name}");
        let me = person(&world, name).me.as_ref();
        for role in ["unit_admin", "office", "registrant", "none"] {
            if me.is_none_or(|me| me.role != role) {
                let answer = client.post(&format!("/{REGION}/role"), &[("role", role)]).await;
                assert_eq!(answer.status, if signed_in { 403 } else { 303 }, "{name} as {role}");
            }
        }
    }
    assert_eq!(world.records().await, before);
    assert_eq!(
        applicant.get(&account).await.status,
        200,
        "the applicant is still signed in"
    );
}

/// Each button of an account and of a unit, pressed by those who have no business with it.
#[tokio::test]
async fn no_button_works_for_somebody_elses() {
    let world = World::new(REGION, OTHER).await;
    let before = world.records().await;
    let theirs = &world.accounts[0].id;
    let people = format!("/{REGION}/people/{theirs}");
    let units = format!("/{REGION}/units/{}", world.units[0]);
    for name in [
        "nobody",
        "applicant",
        "colleague",
        "individual",
        "unit elsewhere",
        "recommender elsewhere",
        "its session here",
    ] {
        let mut client = person(&world, name).client.clone();
        let refused = |answer: Answer, what: &str| {
            let sign_in = answer.status == 303 && answer.location().contains("/sign-in?next=");
            assert!(answer.status == 404 || sign_in, "{what} by {name}: {}", answer.status);
        };
        for deed in ["again", "take-back", "disable", "enable", "hand-over"] {
            refused(client.post(&people, &[("do", deed)]).await, deed);
        }
        let there = &*world.units[1];
        for deed in ["rename", "kinds", "disable", "enable", "merge"] {
            let pairs = [
                ("do", deed),
                ("name", "改了名"),
                ("kinds", "completing"),
                ("unit", there),
            ];
            refused(client.post(&units, &pairs).await, deed);
        }
        for (way, id) in &world.candidates {
            let approvals = format!("/{REGION}/approvals/{id}");
            refused(client.post(&approvals, &[("do", "approve")]).await, way);
            refused(
                client.post(&approvals, &[("do", "refuse"), ("reason", "不符")]).await,
                way,
            );
        }
    }
    assert_eq!(world.records().await, before);
}

/// Whoever looks after a unit's people does not look after somebody of the office who belongs to that unit.
#[tokio::test]
async fn nobody_looks_after_those_who_see_more() {
    let mut world = World::new(REGION, OTHER).await;
    let office = person(&world, "office").me.as_ref().unwrap().account.clone();
    let store = world.app.registry.store();
    let known = store.account(REGION, &office).await.unwrap().unwrap();
    let moved = Account {
        revision: known.revision + 1,
        unit: Some(world.units[0].clone()),
        ..known.clone()
    };
    let change = Change {
        expect: Vec::new(),
        put: vec![Put::Account(Box::new(moved))],
    };
    store.commit(change).await.unwrap();
    let before = world.records().await;
    let unit = world.people.iter_mut().find(|person| person.name == "unit").unwrap();
    let address = format!("/{REGION}/people/{office}");
    assert_eq!(unit.client.get(&address).await.status, 404);
    for deed in ["disable", "hand-over"] {
        assert_eq!(unit.client.post(&address, &[("do", deed)]).await.status, 404, "{deed}");
    }
    let list = unit.client.get(&format!("/{REGION}/people")).await;
    assert!(list.status == 200 && !list.page().contains(&office));
    assert_eq!(world.records().await, before);
}

/// What belongs to one application cannot be had by way of another.
#[tokio::test]
async fn an_application_is_no_way_into_another() {
    let world = World::new(REGION, OTHER).await;
    let mut colleague = person(&world, "colleague").client.clone();
    let form = world.app.form(REGION, &world.applications[0].form);
    let answers = world.app.answers(REGION, "complete");
    let own = colleague.add(REGION, &form, &answers).await;
    let (other, file) = world.files.iter().next().unwrap();
    assert_eq!(
        person(&world, "applicant")
            .client
            .clone()
            .get(&format!("/{REGION}/applications/{other}/files/{file}"))
            .await
            .status,
        200
    );
    for below in [
        format!("files/{file}"),
        "documents/certificate".into(),
        "documents/certificate/pdf".into(),
    ] {
        assert_eq!(colleague.get(&own.at(&below)).await.status, 404, "{below}");
    }
}

#[tokio::test]
async fn a_link_opens_nothing_in_the_other_region() {
    let world = World::new(REGION, OTHER).await;
    let mut client = world.app.client();
    for (kind, token) in TOKENS {
        let answer = client
            .post(
                &format!("/{OTHER}/{kind}/{token}"),
                &[("password", "Chosen#2026"), ("again", "Chosen#2026")],
            )
            .await;
        assert_eq!(answer.status, 410, "{kind}");
    }
    let verified = client.get(&format!("/verify/{OTHER}/{}", world.certificate)).await;
    assert_eq!(verified.status, 404);
    let account = &world.accounts[0].id;
    let stored = world
        .app
        .registry
        .store()
        .account(REGION, account)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stored, world.accounts[0]);
}

/// What only a demonstration has, and only a server that watches its files, is there for everybody, and only there.
#[tokio::test]
async fn what_is_switched_on_is_there_and_nowhere_else() {
    let world = World::new(REGION, OTHER).await;
    let elsewhere = world.app.client();
    for (access, client) in [
        (Access::Demonstration, world.app.demonstration().await),
        (Access::Watching, world.app.watching()),
    ] {
        for route in routes().into_iter().filter(|route| route.access == access) {
            let row = &rows(&world, &route)[0];
            // `/watch` answers when a file changes; a message that does not exist is not there either.
            if route.path == "/watch" || route.path.contains("{message}") {
                continue;
            }
            for (client, is_there) in [(&client, true), (&elsewhere, false)] {
                let mut client = client.clone();
                let answer = match route.method {
                    "POST" => client.post::<&str, &str>(&row.address, &[]).await,
                    _ => client.get(&row.address).await,
                };
                assert_eq!(answer.status != 404, is_there, "{}: {}", row.address, answer.status);
            }
        }
    }
}
