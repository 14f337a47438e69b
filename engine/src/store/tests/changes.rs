//! What a change expects, what it puts, and what happens when several come at once.

use super::*;

#[tokio::test]
async fn each_expectation_is_looked_at() {
    let office = Office::open();
    let ticket = Ticket {
        region: REGION.into(),
        kind: "activation".into(),
        key: "k".into(),
        data: Value::Null,
        expires_at: at(9),
    };
    office
        .put([put(application("a")), Put::Page(page("a", "p", 1)), Put::Ticket(ticket)])
        .await;
    let counter = Put::Counter {
        region: REGION.into(),
        name: "n".into(),
        value: 4,
    };
    office.put([counter]).await;

    let answers = |revision| Expect::AnswersRevision {
        region: REGION.into(),
        id: "a".into(),
        revision,
    };
    let counter = |value| Expect::Counter {
        region: REGION.into(),
        name: "n".into(),
        value,
    };
    let ticket = |key: &str| Expect::Ticket {
        region: REGION.into(),
        kind: "activation".into(),
        key: key.into(),
    };
    let no_ticket = |key: &str| Expect::NoTicket {
        region: REGION.into(),
        kind: "activation".into(),
        key: key.into(),
    };
    let account = |revision| Expect::AccountRevision {
        region: REGION.into(),
        id: "x".into(),
        revision,
    };
    let unit = |revision| Expect::UnitRevision {
        region: REGION.into(),
        id: "x".into(),
        revision,
    };
    let session = Expect::Session {
        region: REGION.into(),
        token_hash: "t".into(),
    };
    let made = Ok(Committed::default());
    let cases = [
        (application_is("a", 1), made.clone()),
        (application_is("a", 0), stale(Subject::Application)),
        (application_is("a", 2), stale(Subject::Application)),
        (application_is("b", 0), made.clone()),
        (application_is("b", 1), stale(Subject::Application)),
        (page_is("a", "p", 1), made.clone()),
        (page_is("a", "p", 0), stale(Subject::Page("p".into()))),
        (page_is("a", "q", 0), made.clone()),
        (answers(1), made.clone()),
        (answers(0), stale(Subject::Answers)),
        (counter(4), made.clone()),
        (
            counter(3),
            Err(CommitError::CounterMoved {
                name: "n".into(),
                stands: 4,
            }),
        ),
        (ticket("k"), made.clone()),
        (ticket("j"), stale(Subject::Ticket)),
        (no_ticket("j"), made.clone()),
        (no_ticket("k"), stale(Subject::Ticket)),
        (account(0), made.clone()),
        (account(1), stale(Subject::Account)),
        (unit(0), made),
        (unit(1), stale(Subject::Unit)),
        (session, stale(Subject::Session)),
    ];
    for (expect, expected) in cases {
        assert_eq!(
            office.store.commit(change([expect.clone()], [])).await,
            expected,
            "{expect:?}"
        );
    }
}

#[tokio::test]
async fn a_change_that_fails_leaves_nothing_and_the_others_of_its_group_go_on() {
    let office = Office::open();
    let numbered = |id: &str| Application {
        number: Some("N1".into()),
        ..application(id)
    };
    let counter = |value| Put::Counter {
        region: REGION.into(),
        name: "n".into(),
        value,
    };
    let changes = [
        change([application_is("a", 0)], [put(numbered("a")), counter(1)]),
        // Fails at its last put, after it has put a page and moved the counter; it sees the change before it.
        change(
            [application_is("a", 1)],
            [Put::Page(page("a", "p", 1)), counter(9), put(numbered("b"))],
        ),
        change([application_is("a", 0)], [counter(8)]),
        change(
            [page_is("a", "p", 0)],
            [put(application("c")), Put::Page(page("c", "p", 1))],
        ),
    ];
    let inner = &office.store.inner;
    let outcomes = writer::commit_group(inner.database.as_ref().unwrap(), &inner.recent, &changes);
    let made = Ok(Committed::default());
    assert_eq!(
        outcomes,
        [made.clone(), taken(Subject::Number), stale(Subject::Application), made]
    );

    let store = &office.store;
    assert_eq!(store.counter(REGION, "n").await, Ok(1));
    assert_eq!(store.page(REGION, "a", "p").await, Ok(None));
    assert_eq!(store.application(REGION, "b").await, Ok(None));
    assert!(store.page(REGION, "c", "p").await.unwrap().is_some());
    assert_eq!(store.count(REGION, &Listing::All).await, Ok(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_actions_at_once_exactly_one_wins() {
    let office = Office::open();
    office.put([put(application("a"))]).await;
    let tries = (0..20).map(|n| {
        let store = office.store.clone();
        let acted = Application {
            state: format!("s{n}"),
            revision: 2,
            ..application("a")
        };
        tokio::spawn(async move { (n, store.commit(change([application_is("a", 1)], [put(acted)])).await) })
    });
    let mut winners = Vec::new();
    for outcome in tries.collect::<Vec<_>>() {
        match outcome.await.unwrap() {
            (n, Ok(_)) => winners.push(format!("s{n}")),
            (_, lost) => assert_eq!(lost, stale(Subject::Application)),
        }
    }
    let stored = office.store.application(REGION, "a").await.unwrap().unwrap();
    assert_eq!(winners, [stored.state]);
}

#[tokio::test(flavor = "multi_thread")]
async fn saves_of_different_pages_do_not_disturb_each_other() {
    let office = Office::open();
    office.put([put(application("a"))]).await;
    let saves = (0..12).map(|n| {
        let (store, name) = (office.store.clone(), format!("p{n}"));
        let title = Put::Title {
            region: REGION.into(),
            application: "a".into(),
            title: format!("题{n}"),
        };
        let expect = [application_is("a", 1), page_is("a", &name, 0)];
        let save = change(expect, [Put::Page(page("a", &name, 1)), title]);
        tokio::spawn(async move { store.commit(save).await })
    });
    for save in saves.collect::<Vec<_>>() {
        save.await.unwrap().unwrap();
    }
    let dossier = office.store.dossier(REGION, "a").await.unwrap().unwrap();
    let (stored, pages) = (&dossier.application, &dossier.pages);
    assert_eq!(
        (stored.revision, stored.answers_revision, stored.updated_at),
        (1, 12, at(60))
    );
    assert!(stored.title.starts_with('题'));
    assert_eq!(pages.len(), 12);
}

#[tokio::test]
async fn an_action_makes_a_save_stale_and_keeps_what_was_saved() {
    let office = Office::open();
    office.put([put(application("a"))]).await;
    // Read before the save: an old title and an old count.
    let acted = Application {
        state: "unit".into(),
        revision: 2,
        updated_at: at(30),
        ..application("a")
    };
    let title = Put::Title {
        region: REGION.into(),
        application: "a".into(),
        title: "新".into(),
    };
    office.put([Put::Page(page("a", "p", 1)), title]).await;

    let answers = Expect::AnswersRevision {
        region: REGION.into(),
        id: "a".into(),
        revision: 0,
    };
    let unseen = change([application_is("a", 1), answers], [put(acted.clone())]);
    assert_eq!(office.store.commit(unseen).await, stale(Subject::Answers));
    office
        .store
        .commit(change([application_is("a", 1)], [put(acted)]))
        .await
        .unwrap();

    let stored = office.store.application(REGION, "a").await.unwrap().unwrap();
    assert_eq!(
        (stored.state.as_str(), stored.title.as_str(), stored.answers_revision),
        ("unit", "新", 1)
    );
    assert_eq!(stored.updated_at, at(60));
    let late = change(
        [application_is("a", 1), page_is("a", "p", 1)],
        [Put::Page(page("a", "p", 2))],
    );
    assert_eq!(office.store.commit(late).await, stale(Subject::Application));
}

#[tokio::test]
async fn a_number_is_never_given_twice() {
    let office = Office::open();
    let numbered = |id: &str| Application {
        number: Some("N1".into()),
        ..application(id)
    };
    office.put([put(numbered("a"))]).await;
    office.put([put(numbered("a"))]).await;
    assert_eq!(
        office.store.commit(change([], [put(numbered("b"))])).await,
        taken(Subject::Number)
    );
    assert_eq!(
        office
            .store
            .application_by_number(REGION, "N1")
            .await
            .unwrap()
            .unwrap()
            .id,
        "a"
    );
    assert_eq!(office.store.application_by_number("south", "N1").await, Ok(None));

    office
        .put([Put::DeleteApplication {
            region: REGION.into(),
            id: "a".into(),
        }])
        .await;
    assert_eq!(
        office.store.commit(change([], [put(numbered("b"))])).await,
        taken(Subject::Number)
    );
    assert_eq!(office.store.application_by_number(REGION, "N1").await, Ok(None));
}

#[tokio::test]
async fn a_deleted_application_takes_its_pages_and_uploads_along() {
    let office = Office::open();
    let upload = Upload {
        region: REGION.into(),
        application: "a".into(),
        file: FileId::of(b"x").to_string(),
        name: "x.pdf".into(),
        size: 1,
        kind: "pdf".into(),
        by: "ann".into(),
        at: at(0),
    };
    let kept = Upload {
        application: "ab".into(),
        ..upload.clone()
    };
    office
        .put([
            put(application("a")),
            put(application("ab")),
            Put::Page(page("a", "p", 1)),
        ])
        .await;
    office
        .put([
            Put::Page(page("ab", "p", 1)),
            Put::Upload(upload),
            Put::Upload(kept.clone()),
        ])
        .await;
    let delete = || Put::DeleteApplication {
        region: REGION.into(),
        id: "a".into(),
    };
    office.put([delete()]).await;

    let store = &office.store;
    assert_eq!(store.dossier(REGION, "a").await, Ok(None));
    assert_eq!(store.page(REGION, "a", "p").await, Ok(None));
    assert_eq!(store.uploads(REGION, "a").await, Ok(vec![]));
    assert_eq!(store.upload(REGION, "ab", &kept.file).await, Ok(Some(kept)));
    assert_eq!(store.count(REGION, &Listing::All).await, Ok(1));
    let missing = Err(CommitError::Missing {
        what: Subject::Application,
    });
    assert_eq!(store.commit(change([], [delete()])).await, missing.clone());
    assert_eq!(store.commit(change([], [Put::Page(page("a", "p", 1))])).await, missing);
}

#[tokio::test]
async fn a_page_that_is_dropped_is_gone_and_counts_as_a_save() {
    let office = Office::open();
    office
        .put([
            put(application("a")),
            Put::Page(page("a", "p", 1)),
            Put::Page(page("a", "q", 1)),
        ])
        .await;
    let drop_page = |application: &str| Put::DropPage {
        region: REGION.into(),
        application: application.into(),
        page: "p".into(),
    };
    office.put([drop_page("a")]).await;
    let dossier = office.store.dossier(REGION, "a").await.unwrap().unwrap();
    assert_eq!(dossier.application.answers_revision, 3);
    assert_eq!(
        dossier.pages.iter().map(|page| page.page.as_str()).collect::<Vec<_>>(),
        ["q"]
    );
    let missing = Change {
        expect: Vec::new(),
        put: vec![drop_page("b")],
    };
    let what = Subject::Application;
    assert_eq!(office.store.commit(missing).await, Err(CommitError::Missing { what }));
}
