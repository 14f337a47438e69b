//! Lists, their order and their pages; they follow the records in the same transaction.

use super::*;

async fn ids(store: &Store, listing: Listing) -> Vec<String> {
    let listed = store.applications(REGION, &listing, &Page::first(100)).await.unwrap();
    assert_eq!(store.count(REGION, &listing).await.unwrap(), listed.items.len() as u64);
    listed.items.into_iter().map(|it| it.id).collect()
}

#[tokio::test]
async fn an_application_moves_between_lists_with_its_state() {
    let office = Office::open();
    let store = &office.store;
    let filed = Application {
        applicant_unit: Some("lab".into()),
        state: "unit".into(),
        waits_for: Some(party("unit_admin", Some("lab"))),
        due_on: Some("2026-11-27".parse().unwrap()),
        ..application("a")
    };
    office.put([put(filed.clone())]).await;
    assert_eq!(
        ids(store, Listing::Waiting(party("unit_admin", Some("lab")))).await,
        ["a"]
    );
    assert_eq!(store.count_waiting(REGION, "unit_admin", Some("lab")).await, Ok(1));
    assert_eq!(store.count_waiting(REGION, "unit_admin", None).await, Ok(0));
    assert_eq!(store.count_waiting("south", "unit_admin", Some("lab")).await, Ok(0));
    assert_eq!(ids(store, Listing::State("unit".into())).await, ["a"]);
    assert_eq!(
        store
            .due_until(REGION, "2026-11-26".parse().unwrap())
            .await
            .unwrap()
            .len(),
        0
    );
    assert_eq!(
        store
            .due_until(REGION, "2026-11-27".parse().unwrap())
            .await
            .unwrap()
            .len(),
        1
    );

    let passed = Application {
        state: "office".into(),
        revision: 2,
        waits_for: Some(party("office", None)),
        handled_by: vec![party("unit_admin", Some("lab")), party("unit_admin", Some("lab"))],
        due_on: None,
        ..filed
    };
    office.put([put(passed)]).await;
    let expected = [
        (Listing::All, 1),
        (Listing::Applicant("ann".into()), 1),
        (Listing::Unit("lab".into()), 1),
        (Listing::Form("applied".into()), 1),
        (Listing::Waiting(party("unit_admin", Some("lab"))), 0),
        (Listing::Waiting(party("office", None)), 1),
        (Listing::Handled(party("unit_admin", Some("lab"))), 1),
        (Listing::Handled(party("office", None)), 0),
        (Listing::State("unit".into()), 0),
        (Listing::State("office".into()), 1),
    ];
    for (listing, count) in expected {
        assert_eq!(ids(store, listing.clone()).await.len(), count, "{listing:?}");
    }
    assert_eq!(store.due_until(REGION, "2100-01-01".parse().unwrap()).await, Ok(vec![]));
}

#[tokio::test]
async fn pages_follow_each_other_newest_first() {
    let office = Office::open();
    for n in 0..7 {
        let made = Application {
            created_at: at(n / 2),
            ..application(&format!("a{n}"))
        };
        office.put([put(made)]).await;
    }
    let (mut after, mut seen, mut sizes) = (None, Vec::new(), Vec::new());
    loop {
        let page = Page { after, limit: 3 };
        let listed = office.store.applications(REGION, &Listing::All, &page).await.unwrap();
        sizes.push(listed.items.len());
        seen.extend(listed.items.into_iter().map(|it| it.id));
        after = listed.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [3, 3, 1]);
    assert_eq!(seen, ["a6", "a4", "a5", "a2", "a3", "a0", "a1"]);
}

#[tokio::test]
async fn any_text_is_a_place_in_a_list() {
    let office = Office::open();
    office.put([put(application("a"))]).await;
    for after in ["", "~", "~~~", "zzzz", "\0", "\0\u{10ffff}", "ffffffffffffffff~a"] {
        for limit in [0, 1, usize::MAX] {
            let page = Page {
                after: Some(after.into()),
                limit,
            };
            office.store.applications(REGION, &Listing::All, &page).await.unwrap();
            office.store.audit_region(REGION, &page).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_is_occupied_is_counted_by_state_and_role() {
    let office = Office::open();
    let party = |role: &str, unit: &str| Party {
        role: role.into(),
        unit: Some(unit.into()),
    };
    for (id, state, waits_for) in [
        ("a", "draft", None),
        ("b", "unit", Some(party("admin", "u"))),
        ("c", "unit", Some(party("admin", "v"))),
    ] {
        let application = Application {
            state: state.into(),
            waits_for,
            handled_by: vec![party("office", "w")],
            ..application(id)
        };
        office.put([put(application)]).await;
    }
    let occupied = office.store.occupied(REGION).await.unwrap();
    let counts = |pairs: &[(&str, u64)]| pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
    assert_eq!(occupied.states, counts(&[("draft", 1), ("unit", 2)]));
    assert_eq!(occupied.waiting, counts(&[("admin", 2)]));
    assert_eq!(occupied.handled, counts(&[("office", 3)]));
    assert_eq!(
        office.store.occupied("elsewhere").await.unwrap(),
        super::super::Occupied::default()
    );
}
