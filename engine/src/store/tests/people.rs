//! Accounts, units, sessions, certificates and what else lies beside the applications.

use sha2::{Digest, Sha256};

use super::*;

pub(super) fn account(id: &str, sign_in_name: &str) -> Account {
    Account {
        unit: Some("lab".into()),
        roles: vec!["registrant".into()],
        password_hash: "$argon2id$secret".into(),
        ..Account::new(REGION, id.into(), sign_in_name.into(), "安".into(), at(0))
    }
}

pub(super) fn put_account(account: Account) -> Put {
    Put::Account(Box::new(account))
}

pub(super) fn session(token_hash: &str, account: &str, expires: i64) -> Put {
    Put::Session(Session {
        region: REGION.into(),
        token_hash: token_hash.into(),
        account: account.into(),
        role: None,
        created_at: at(0),
        seen_at: at(0),
        expires_at: at(expires),
        csrf: "c".into(),
        notice: None,
        agent: String::new(),
    })
}

#[tokio::test]
async fn a_sign_in_name_belongs_to_one_account_until_it_lets_go() {
    let office = Office::open();
    let store = &office.store;
    office.put([put_account(account("ann", "Ann@Example.org"))]).await;
    let copy = || change([], [put_account(account("bob", " ann@EXAMPLE.org "))]);
    assert_eq!(store.commit(copy()).await, taken(Subject::SignInName));
    assert_eq!(
        store
            .account_by_sign_in_name(REGION, "ANN@example.org")
            .await
            .unwrap()
            .unwrap()
            .id,
        "ann"
    );
    assert_eq!(
        store.account_by_sign_in_name("south", "ann@example.org").await,
        Ok(None)
    );

    office.put([put_account(account("ann", "ann2@example.org"))]).await;
    store.commit(copy()).await.unwrap();
    assert_eq!(
        store
            .account_by_sign_in_name(REGION, "ann@example.org")
            .await
            .unwrap()
            .unwrap()
            .id,
        "bob"
    );
    assert!(!format!("{:?}", account("ann", "secret")).contains("secret"));
}

#[tokio::test]
async fn accounts_are_listed_by_unit_and_standing() {
    let office = Office::open();
    let waiting = Account {
        standing: Standing::AwaitsApproval,
        unit: None,
        ..account("bob", "b")
    };
    office
        .put([put_account(account("ann", "a")), put_account(waiting)])
        .await;
    let ids = async |which: Accounts| {
        let found = office.store.accounts(REGION, &which).await.unwrap();
        found.into_iter().map(|it| it.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(Accounts::All).await, ["ann", "bob"]);
    assert_eq!(ids(Accounts::Unit("lab".into())).await, ["ann"]);
    assert_eq!(ids(Accounts::Standing(Standing::AwaitsApproval)).await, ["bob"]);
    office
        .put([Put::DeleteAccount {
            region: REGION.into(),
            id: "bob".into(),
        }])
        .await;
    assert_eq!(ids(Accounts::Standing(Standing::AwaitsApproval)).await, [""; 0]);
    office.put([put_account(account("cat", "B"))]).await;
}

#[tokio::test]
async fn a_unit_has_its_name_to_itself() {
    let office = Office::open();
    let unit = |id: &str, name: &str| Unit {
        kinds: vec!["completing".into()],
        place: "100000".into(),
        ..Unit::new(REGION, id.into(), name.into())
    };
    office
        .put([Put::Unit(unit("u1", "大学")), Put::Unit(unit("u2", "学院"))])
        .await;
    office.put([Put::Unit(unit("u4", "研究院（甲）Lab"))]).await;
    for same in ["大学 ", "大\u{3000}学", "大\u{200b}学", "研究院(甲)ＬＡＢ"] {
        assert_eq!(
            office.store.commit(change([], [Put::Unit(unit("u3", same))])).await,
            taken(Subject::UnitName),
            "{same}"
        );
    }
    assert_eq!(
        office.store.unit_by_name(REGION, "大学").await.unwrap().unwrap().id,
        "u1"
    );
    assert_eq!(office.store.units(REGION).await.unwrap().len(), 3);
    assert_eq!(office.store.unit(REGION, "u2").await.unwrap().unwrap().name, "学院");
}

#[tokio::test]
async fn sessions_end_by_token_by_account_and_by_time() {
    let office = Office::open();
    let store = &office.store;
    let ticket = |key: &str, expires| {
        let (region, kind) = (REGION.to_owned(), "captcha".to_owned());
        Put::Ticket(Ticket {
            region,
            kind,
            key: key.into(),
            data: json!(1),
            expires_at: at(expires),
        })
    };
    office
        .put([
            session("t1", "ann", 10),
            session("t2", "ann", 20),
            session("t3", "bob", 30),
        ])
        .await;
    office.put([ticket("k1", 10), ticket("k2", 20)]).await;
    // A session that is used lives longer, and its old end is forgotten.
    office.put([session("t1", "ann", 40)]).await;
    office
        .put([Put::PurgeExpired {
            region: REGION.into(),
            now: at(20),
        }])
        .await;
    assert_eq!(store.sessions(REGION, "ann").await.unwrap().len(), 2);
    assert_eq!(store.ticket(REGION, "captcha", "k1").await, Ok(None));
    assert!(store.ticket(REGION, "captcha", "k2").await.unwrap().is_some());
    office
        .put([Put::PurgeExpired {
            region: REGION.into(),
            // For a day it stays known whose a session was.
            now: at(21 + 24 * 3600),
        }])
        .await;
    assert_eq!(store.session(REGION, "t2").await, Ok(None));
    assert_eq!(store.session("south", "t1").await, Ok(None));

    office
        .put([Put::DropSessionsOf {
            region: REGION.into(),
            account: "ann".into(),
        }])
        .await;
    assert_eq!(store.session(REGION, "t1").await, Ok(None));
    assert_eq!(store.session(REGION, "t3").await.unwrap().unwrap().account, "bob");
    office
        .put([Put::DropSession {
            region: REGION.into(),
            token_hash: "t3".into(),
        }])
        .await;
    assert_eq!(store.session(REGION, "t3").await, Ok(None));
}

#[tokio::test]
async fn a_certificate_is_found_three_ways_and_frozen() {
    let pdf = b"%PDF-1.7 \x00\xff".to_vec();
    let certificate = |id: &str, number: &str, token: &str| Certificate {
        region: REGION.into(),
        id: id.into(),
        application: "a".into(),
        number: number.into(),
        document: "certificate".into(),
        issued_on: "2026-11-20".parse().unwrap(),
        sha256: hex::encode(&Sha256::digest(&pdf)),
        pdf: pdf.clone(),
        verify_token: token.into(),
    };
    let put = |it: Certificate| Put::Certificate(Box::new(it));
    let office = Office::open();
    let issued = certificate("c1", "N1", "t1");
    office.put([put(issued.clone())]).await;
    for (id, number, token) in [("c1", "N2", "t2"), ("c2", "N1", "t2"), ("c2", "N2", "t1")] {
        let again = change([], [put(certificate(id, number, token))]);
        assert_eq!(office.store.commit(again).await, taken(Subject::Certificate));
    }
    let office = office.reopen();
    let store = &office.store;
    assert_eq!(store.certificate(REGION, "c1").await.unwrap().as_ref(), Some(&issued));
    assert_eq!(
        store
            .certificate_by_number(REGION, "certificate", "N1")
            .await
            .unwrap()
            .as_ref(),
        Some(&issued)
    );
    assert_eq!(
        store.certificate_by_token(REGION, "t1").await.unwrap().as_ref(),
        Some(&issued)
    );
    assert_eq!(store.certificate_by_token("south", "t1").await, Ok(None));

    let office = office.mischief(|database| {
        let write = database.begin_write().unwrap();
        let mut pdfs = write.open_table(table::Table::CertificatePdfs.definition()).unwrap();
        pdfs.insert(key::of(&[REGION, "c1"]).as_slice(), b"\x01forged".as_slice())
            .unwrap();
        drop(pdfs);
        write.commit().unwrap();
    });
    let read = office.store.certificate(REGION, "c1").await;
    assert!(
        matches!(
            read,
            Err(StoreError::Damaged {
                table: "certificate-pdfs",
                ..
            })
        ),
        "{read:?}"
    );
}

#[tokio::test]
async fn versions_registers_and_messages() {
    let office = Office::open();
    let store = &office.store;
    let version = |stored_at| FormVersion {
        region: REGION.into(),
        hash: "f00d".into(),
        form: "applied".into(),
        version: "2021".into(),
        definition: json!({"z": 1, "a": 2}),
        stored_at,
    };
    office.put([Put::FormVersion(version(at(0)))]).await;
    office.put([Put::FormVersion(version(at(9)))]).await;
    assert_eq!(store.form_version(REGION, "f00d").await, Ok(Some(version(at(0)))));
    assert_eq!(store.form_versions(REGION).await.unwrap().len(), 1);
    let order = store
        .form_version(REGION, "f00d")
        .await
        .unwrap()
        .unwrap()
        .definition
        .to_string();
    assert_eq!(order, r#"{"z":1,"a":2}"#);

    let entry = |id: &str, revision| RegisterEntry {
        revision,
        ..RegisterEntry::new(REGION, "batches", id.into(), json!({"name": id}))
    };
    office
        .put([Put::RegisterEntry(entry("b1", 1)), Put::RegisterEntry(entry("b2", 1))])
        .await;
    let is = |revision| {
        let (region, register, id) = (REGION.to_owned(), "batches".to_owned(), "b1".to_owned());
        Expect::RegisterRevision {
            region,
            register,
            id,
            revision,
        }
    };
    store
        .commit(change([is(1)], [Put::RegisterEntry(entry("b1", 2))]))
        .await
        .unwrap();
    assert_eq!(store.commit(change([is(1)], [])).await, stale(Subject::RegisterEntry));
    let (region, register, id) = (REGION.to_owned(), "batches".to_owned(), "b2".to_owned());
    office.put([Put::DropRegisterEntry { region, register, id }]).await;
    assert_eq!(store.register(REGION, "batches").await, Ok(vec![entry("b1", 2)]));
    assert_eq!(store.register_entry(REGION, "batches", "b2").await, Ok(None));
}
