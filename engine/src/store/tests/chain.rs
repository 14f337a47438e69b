//! The audit chains prove what happened, and show where somebody has been at the file.

use super::super::table::Table;
use super::*;

fn audit(application: Option<&str>, act: &str) -> Put {
    Put::Audit(Audit {
        region: REGION.into(),
        application: application.map(Into::into),
        at: at(1),
        actor: "ann".into(),
        role: "office".into(),
        act: act.into(),
        detail: json!({"opinion": "同意"}),
    })
}

/// Two chains: three entries of an application and two of the region.
async fn audited() -> Office {
    let office = Office::open();
    let outcome = office
        .store
        .commit(change([], [audit(Some("a"), "submit"), audit(Some("a"), "pass")]))
        .await;
    assert_eq!(outcome, Ok(Committed { audit: vec![1, 2] }));
    office
        .put([
            audit(None, "sign-in"),
            audit(Some("a"), "approve"),
            audit(None, "sign-out"),
        ])
        .await;
    office
}

fn key_of(chain: &str, sequence: u64) -> Vec<u8> {
    key::of(&[REGION, chain, &key::number(sequence)])
}

/// Changes the text stored in a table, or removes the record where `change` gives nothing.
fn tamper(office: Office, table: Table, key: &[u8], change: impl FnOnce(String) -> Option<String>) -> Office {
    office.mischief(|database| {
        let write = database.begin_write().unwrap();
        let mut open = write.open_table(table.definition()).unwrap();
        let old = open
            .remove(key)
            .unwrap()
            .map(|value| String::from_utf8(value.value().to_vec()).unwrap())
            .unwrap();
        if let Some(new) = change(old) {
            open.insert(key, new.as_bytes()).unwrap();
        }
        drop(open);
        write.commit().unwrap();
    })
}

async fn breaks(office: &Office) -> Vec<(Option<String>, u64, &'static str)> {
    let proof = office.store.verify_audit(REGION).await.unwrap();
    proof
        .breaks
        .into_iter()
        .map(|it| (it.application, it.sequence, it.reason))
        .collect()
}

#[tokio::test]
async fn chains_prove_and_list() {
    let office = audited().await.reopen();
    office.put([audit(Some("a"), "print")]).await;
    let expected = AuditProof {
        chains: 2,
        entries: 6,
        erased: 0,
        breaks: vec![],
    };
    assert_eq!(office.store.verify_audit(REGION).await, Ok(expected));
    assert_eq!(office.store.verify_audit("south").await, Ok(AuditProof::default()));

    let entries = office.store.audit(REGION, "a").await.unwrap();
    let acts: Vec<_> = entries.iter().map(|it| (it.sequence, it.act.as_str())).collect();
    assert_eq!(acts, [(1, "submit"), (2, "pass"), (3, "approve"), (4, "print")]);
    assert_eq!(entries[0].detail, Some(json!({"opinion": "同意"})));

    let first = office.store.audit_region(REGION, &Page::first(1)).await.unwrap();
    assert_eq!(first.items[0].act, "sign-out");
    let second = office
        .store
        .audit_region(
            REGION,
            &Page {
                after: first.next,
                limit: 1,
            },
        )
        .await
        .unwrap();
    assert_eq!((second.items[0].act.as_str(), second.next), ("sign-in", None));
}

#[tokio::test]
async fn an_erased_detail_is_gone_and_the_chain_still_proves() {
    let office = audited().await;
    let erase = |sequence| Put::EraseAuditDetail {
        region: REGION.into(),
        application: Some("a".into()),
        sequence,
        at: at(9),
    };
    office.put([erase(2)]).await;
    office.put([erase(2)]).await;
    let entries = office.store.audit(REGION, "a").await.unwrap();
    assert_eq!((entries[1].detail.clone(), entries[1].erased_at), (None, Some(at(9))));
    let proof = office.store.verify_audit(REGION).await.unwrap();
    assert_eq!((proof.erased, proof.breaks), (1, vec![]));
    let missing = Err(CommitError::Missing {
        what: Subject::AuditEntry,
    });
    assert_eq!(office.store.commit(change([], [erase(9)])).await, missing);
}

#[tokio::test]
async fn an_altered_entry_shows() {
    let office = audited().await;
    let office = tamper(office, Table::Audit, &key_of("a", 2), |text| {
        Some(text.replace("pass", "send"))
    });
    assert_eq!(breaks(&office).await, [(Some("a".into()), 2, "the entry was altered")]);
}

#[tokio::test]
async fn an_entry_rewritten_with_its_hash_shows_in_the_next() {
    let office = audited().await;
    let office = tamper(office, Table::Audit, &key_of("a", 2), |text| {
        let at = text.find("\"hash\":\"").unwrap() + 8;
        Some(format!("{}{}\"}}", &text[..at], "0".repeat(64)))
    });
    let expected = [
        (Some("a".into()), 2, "the entry was altered"),
        (Some("a".into()), 3, "the entry does not follow the one before it"),
    ];
    assert_eq!(breaks(&office).await, expected);
}

#[tokio::test]
async fn missing_entries_show() {
    let office = audited().await;
    let office = tamper(office, Table::Audit, &key_of("a", 1), |_| None);
    assert_eq!(breaks(&office).await, [(Some("a".into()), 1, "an entry is missing")]);
    let office = tamper(office, Table::Audit, &key_of("", 2), |_| None);
    let expected = (None, 1, "the chain does not end where it says");
    assert_eq!(breaks(&office).await[0], expected);
    let office = tamper(office, Table::Audit, &key_of("", 1), |_| None);
    assert!(breaks(&office).await.contains(&(None, 1, "all entries are missing")));
}

#[tokio::test]
async fn altered_and_missing_details_show() {
    let office = audited().await;
    let office = tamper(office, Table::AuditDetails, &key_of("a", 1), |text| {
        Some(text.replace("同意", "退回"))
    });
    let office = tamper(office, Table::AuditDetails, &key_of("a", 2), |_| None);
    let office = tamper(office, Table::AuditDetails, &key_of("a", 3), |_| Some("\u{1}{}".into()));
    let office = tamper(office, Table::Audit, &key_of("", 1), |_| Some("\u{1}{}".into()));
    let found = breaks(&office).await;
    for expected in [
        (Some("a".into()), 1, "the detail was altered"),
        (Some("a".into()), 2, "the detail is missing"),
        (Some("a".into()), 3, "the detail cannot be read"),
        (None, 1, "the entry cannot be read"),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
}
