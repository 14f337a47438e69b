//! Closing, killing, damage and locks: what was acknowledged is there, and nothing is overwritten.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::*;

/// Tells the child of [`what_was_acknowledged_survives_a_kill`] where to write.
const CHILD: &str = "DENGJI_STORE_CRASH_FOLDER";

#[tokio::test]
async fn reopening_finds_everything() {
    let office = Office::open();
    office.put([put(application("a")), Put::Page(page("a", "p", 1))]).await;
    office
        .put([Put::Counter {
            region: REGION.into(),
            name: "n".into(),
            value: 7,
        }])
        .await;
    let before = office.store.dossier(REGION, "a").await.unwrap();
    let office = office.reopen();
    assert_eq!(office.store.dossier(REGION, "a").await.unwrap(), before);
    assert_eq!(office.store.counter(REGION, "n").await, Ok(7));
    assert_eq!(office.store.count(REGION, &Listing::All).await, Ok(1));
}

#[tokio::test]
async fn dropping_the_last_handle_commits_what_has_queued_up() {
    let office = Office::open();
    for n in 0..50 {
        // Polled once, so that it is in the queue; nobody waits for the answer.
        let mut commit = Box::pin(office.store.commit(change([], [put(application(&format!("a{n}")))])));
        assert!(futures_poll_once(commit.as_mut()).await);
    }
    let office = office.reopen();
    assert_eq!(office.store.count(REGION, &Listing::All).await, Ok(50));
}

/// Polls a future once and says that it was.
async fn futures_poll_once<F: Future>(mut future: std::pin::Pin<&mut F>) -> bool {
    std::future::poll_fn(|context| {
        let _ = future.as_mut().poll(context);
        std::task::Poll::Ready(true)
    })
    .await
}

#[tokio::test]
async fn a_file_in_use_is_told_from_a_damaged_one() {
    let office = Office::open();
    let path = office.folder.path().join("data.redb");
    let error = Store::open(&path, &StoreOptions::default()).unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    office.put([put(application("a"))]).await;
}

#[test]
fn a_file_that_is_no_database_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.redb");
    let contents = [
        b"an office's only spreadsheet".repeat(1000),
        vec![0; 8192],
        b"x".to_vec(),
    ];
    for content in contents {
        std::fs::write(&path, &content).unwrap();
        let error = Store::open(&path, &StoreOptions::default()).unwrap_err();
        assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), content);
    }
}

#[tokio::test]
async fn a_database_cut_off_is_told_as_damaged() {
    let office = Office::open();
    for n in 0..30 {
        office.put([put(application(&format!("a{n}")))]).await;
    }
    let Office { store, folder } = office;
    drop(store);
    let path = folder.path().join("data.redb");
    let whole = std::fs::read(&path).unwrap();
    for length in [64, 4096, 5000, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        match Store::open(&path, &StoreOptions::default()) {
            Err(OpenError::Corrupt { .. }) => {}
            other => panic!("{length}: {other:?}"),
        }
        assert!(std::fs::read(&path).unwrap() == whole[..length], "{length}");
    }
}

#[test]
fn another_programs_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.redb");
    let database = redb::Database::create(&path).unwrap();
    let write = database.begin_write().unwrap();
    write
        .open_table(redb::TableDefinition::<u64, u64>::new("theirs"))
        .unwrap()
        .insert(1, 1)
        .unwrap();
    write.commit().unwrap();
    drop(database);
    let error = Store::open(&path, &StoreOptions::default()).unwrap_err();
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
}

#[tokio::test]
async fn a_newer_file_or_record_is_refused() {
    let office = Office::open();
    office.put([put(application("a"))]).await;
    let overwrite = |table: table::Table, key: Vec<u8>, value: Vec<u8>| {
        move |database: &redb::Database| {
            let write = database.begin_write().unwrap();
            let mut open = write.open_table(table.definition()).unwrap();
            open.insert(key.as_slice(), value.as_slice()).unwrap();
            drop(open);
            write.commit().unwrap();
        }
    };
    let key = key::of(&[REGION, "a"]);
    let office = office.mischief(overwrite(table::Table::Applications, key, b"\x02{}".to_vec()));
    let newer = StoreError::Newer {
        table: "applications",
        found: 2,
        known: 1,
    };
    assert_eq!(office.store.application(REGION, "a").await, Err(newer.clone()));
    let update = change([application_is("a", 1)], [put(application("a"))]);
    assert_eq!(office.store.commit(update).await, Err(newer.into()));

    let Office { store, folder } = office;
    drop(store);
    let path = folder.path().join("data.redb");
    let newest = overwrite(table::Table::Meta, b"format".to_vec(), 2_u64.to_be_bytes().to_vec());
    newest(&redb::Database::open(&path).unwrap());
    let error = Store::open(&path, &StoreOptions::default()).unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 2, known: 1, .. }), "{error}");
}

#[tokio::test]
async fn a_backup_is_a_store_of_its_own() {
    let office = Office::open();
    let audit = Put::Audit(Audit {
        region: REGION.into(),
        application: None,
        at: at(0),
        actor: "ann".into(),
        role: String::new(),
        act: "sign-in".into(),
        detail: Value::Null,
    });
    office
        .put([put(application("a")), Put::Page(page("a", "p", 1)), audit])
        .await;
    let copies = tempfile::tempdir().unwrap();
    let path = copies.path().join("data.redb");
    office.store.backup(&path).await.unwrap();
    office.put([put(application("b"))]).await;

    let copy = open(copies.path());
    assert_eq!(copy.dossier(REGION, "a").await, office.store.dossier(REGION, "a").await);
    assert_eq!(copy.count(REGION, &Listing::All).await, Ok(1));
    assert_eq!(copy.verify_audit(REGION).await, office.store.verify_audit(REGION).await);
    let again = office.store.backup(&path).await;
    assert!(matches!(again, Err(StoreError::Failed { .. })), "{again:?}");
    assert_eq!(std::fs::read_dir(copies.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_new_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let office = Office::open();
    let mode = std::fs::metadata(office.folder.path().join("data.redb"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// Not a test of its own: commits for ever and prints each id once it is acknowledged.
#[tokio::test]
async fn crash_child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let store = open(Path::new(&folder));
    for n in 0.. {
        let id = format!("a{n}");
        let audit = Put::Audit(Audit {
            region: REGION.into(),
            application: Some(id.clone()),
            at: at(n),
            actor: "ann".into(),
            role: String::new(),
            act: "create".into(),
            detail: Value::Null,
        });
        store
            .commit(change([application_is(&id, 0)], [put(application(&id)), audit]))
            .await
            .unwrap();
        eprintln!("acknowledged {id}");
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::tests::survival::crash_child", "--nocapture"])
        .env(CHILD, folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut acknowledged: Vec<String> = lines.by_ref().take(60).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    acknowledged.extend(lines.map_while(Result::ok));

    let ids: Vec<&str> = acknowledged
        .iter()
        .filter_map(|line| line.strip_prefix("acknowledged "))
        .collect();
    assert!(ids.len() >= 50, "{acknowledged:?}");
    let store = open(folder.path());
    for id in &ids {
        assert!(
            store.application(REGION, id).await.unwrap().is_some(),
            "{id} was acknowledged and is gone"
        );
        assert_eq!(store.audit(REGION, id).await.unwrap().len(), 1);
    }
    // One more may have been committed than was told; every application has its audit entry.
    let stored = store.count(REGION, &Listing::All).await.unwrap();
    let proof = store.verify_audit(REGION).await.unwrap();
    assert!((ids.len() as u64..=ids.len() as u64 + 1).contains(&stored), "{stored}");
    assert_eq!((proof.entries, proof.breaks), (stored, vec![]));
}

/// Bytes overturned at random places give errors, at opening, reading or writing, and never a panic.
#[tokio::test]
async fn damage_gives_errors() {
    let office = Office::open();
    for n in 0..20 {
        office.put([put(application(&format!("a{n}")))]).await;
    }
    let Office { store, folder } = office;
    drop(store);
    let path = folder.path().join("data.redb");
    let whole = std::fs::read(&path).unwrap();
    let mut random = 20_261_120_u64;
    for _ in 0..12 {
        let mut bytes = whole.clone();
        for _ in 0..whole.len() / 200 {
            // Knuth's linear congruential generator.
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            bytes[(random >> 33) as usize % whole.len()] ^= 0xff;
        }
        std::fs::write(&path, &bytes).unwrap();
        if let Ok(store) = Store::open(&path, &StoreOptions::default()) {
            let read = store.applications(REGION, &Listing::All, &Page::first(1000)).await;
            let wrote = store.commit(change([], [put(application("b"))])).await;
            assert!(read.is_err() || wrote.is_err());
        }
    }
}
