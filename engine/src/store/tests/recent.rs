//! What is remembered is never older than what was acknowledged, whatever changes.

use std::sync::atomic::Ordering;

use super::people::{account, put_account, session};
use super::*;

/// The application as it stands on the disk.
async fn on_disk(store: &Store, id: &str) -> Option<Dossier> {
    let key = key::of(&[REGION, id]);
    store.read(move |view| Dossier::read(view, &key)).await.unwrap()
}

#[tokio::test]
async fn an_application_is_remembered_and_renewed_by_every_change() {
    let office = Office::open();
    let store = &office.store;
    office.put([put(application("a")), put(application("b"))]).await;
    let returned = Application {
        revision: 2,
        returned: Some(Returned {
            opinion: "缺附件".into(),
            by: "bob".into(),
            marks: Vec::new(),
        }),
        ..application("a")
    };
    let drop_page = |page: &str| Put::DropPage {
        region: REGION.into(),
        application: "a".into(),
        page: page.into(),
    };
    let title = Put::Title {
        region: REGION.into(),
        application: "a".into(),
        title: "新题".into(),
    };
    let delete = Put::DeleteApplication {
        region: REGION.into(),
        id: "a".into(),
    };
    let steps = [
        vec![Put::Page(page("a", "q", 1))],
        vec![Put::Page(page("a", "p", 1)), Put::Page(page("b", "p", 1))],
        vec![Put::Page(page("a", "q", 2)), title],
        vec![put(returned)],
        vec![drop_page("q")],
        vec![Put::Page(page("a", "z", 1)), drop_page("p")],
        vec![delete],
    ];
    for step in steps {
        let before = store.dossier(REGION, "a").await.unwrap().unwrap();
        let again = store.dossier(REGION, "a").await.unwrap().unwrap();
        assert!(Arc::ptr_eq(&before, &again), "it is remembered");
        office.put(step).await;
        let now = store.dossier(REGION, "a").await.unwrap();
        assert_eq!(now.as_deref(), on_disk(store, "a").await.as_ref());
        assert_ne!(now.as_ref(), Some(&before));
    }
}

#[tokio::test]
async fn a_change_that_is_left_out_renews_nothing() {
    let office = Office::open();
    let store = &office.store;
    office.put([put(application("a"))]).await;
    let before = store.dossier(REGION, "a").await.unwrap().unwrap();
    let late = change([page_is("a", "p", 7)], [Put::Page(page("a", "p", 8))]);
    assert_eq!(store.commit(late).await, stale(Subject::Page("p".into())));
    let after = store.dossier(REGION, "a").await.unwrap().unwrap();
    assert!(after.pages.is_empty() && after.application == before.application);
}

#[tokio::test]
async fn whoever_is_shut_out_is_out_at_once() {
    let office = Office::open();
    let store = &office.store;
    office
        .put([put_account(account("ann", "a")), session("t", "ann", 60)])
        .await;
    let known = || async { store.session_and_account(REGION, "t").await.unwrap() };
    assert_eq!(known().await.unwrap().1.standing, Standing::Active);
    let disabled = Account {
        standing: Standing::Disabled,
        revision: 2,
        ..account("ann", "a")
    };
    office.put([put_account(disabled)]).await;
    assert_eq!(known().await.unwrap().1.standing, Standing::Disabled);
    let ends = [
        Put::DropSession {
            region: REGION.into(),
            token_hash: "t".into(),
        },
        Put::DropSessionsOf {
            region: REGION.into(),
            account: "ann".into(),
        },
        Put::DeleteAccount {
            region: REGION.into(),
            id: "ann".into(),
        },
    ];
    for end in ends {
        office.put([session("t", "ann", 60)]).await;
        assert!(known().await.is_some());
        office.put([end]).await;
        assert!(known().await.is_none());
    }
}

#[tokio::test]
async fn a_list_that_was_counted_is_counted_anew_when_it_changes() {
    let office = Office::open();
    let store = &office.store;
    let unit = || Listing::Waiting(party("reviewer", Some("u")));
    let waiting = |id: &str, unit: &str| Application {
        waits_for: Some(party("reviewer", Some(unit))),
        ..application(id)
    };
    let count = |listing: Listing| async move { store.count(REGION, &listing).await.unwrap() };
    assert_eq!((count(Listing::All).await, count(unit()).await), (0, 0));
    office.put([put(waiting("a", "u")), put(waiting("b", "v"))]).await;
    assert_eq!((count(Listing::All).await, count(unit()).await), (2, 1));
    let moved = Application {
        revision: 2,
        ..waiting("b", "u")
    };
    office.put([put(moved)]).await;
    assert_eq!((count(Listing::All).await, count(unit()).await), (2, 2));
    assert_eq!(count(Listing::Returned("ann".into())).await, 0);
    let returned = Application {
        revision: 3,
        returned: Some(Returned {
            opinion: "改".into(),
            by: "bob".into(),
            marks: Vec::new(),
        }),
        ..application("b")
    };
    office.put([put(returned)]).await;
    assert_eq!(
        (count(unit()).await, count(Listing::Returned("ann".into())).await),
        (1, 1)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_reads_less_than_was_acknowledged() {
    let office = Office::open();
    office.put([put(application("a"))]).await;
    let acknowledged = Arc::new(AtomicU64::new(0));
    let read = |store: Store, acknowledged: Arc<AtomicU64>| async move {
        let mut last = 0;
        while last < 200 {
            let least = acknowledged.load(Ordering::Acquire);
            let dossier = store.dossier(REGION, "a").await.unwrap().unwrap();
            last = dossier.pages.first().map_or(0, |page| page.revision);
            assert!(last >= least, "{last} was read and {least} was acknowledged");
            assert_eq!(dossier.application.answers_revision, last, "both are of one moment");
            if last % 3 == 0 {
                // Somebody reads it from the disk beside those who remember.
                store.inner.recent.forget();
            }
        }
    };
    let readers: Vec<_> = (0..4)
        .map(|_| tokio::spawn(read(office.store.clone(), Arc::clone(&acknowledged))))
        .collect();
    for revision in 1..=200 {
        office.put([Put::Page(page("a", "p", revision))]).await;
        acknowledged.store(revision, Ordering::Release);
    }
    for reader in readers {
        reader.await.unwrap();
    }
}
