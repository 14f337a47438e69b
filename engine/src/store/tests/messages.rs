//! What goes out: in which order it is due, who may take it, when it is forgotten.

use super::*;

fn message(id: &str, phase: Phase) -> Message {
    Message {
        region: REGION.into(),
        id: id.into(),
        revision: 1,
        channel: Channel::Mail,
        to: Recipient::Account("ann".into()),
        language: None,
        kind: "returned".into(),
        data: Value::Null,
        created_at: at(0),
        attempts: 0,
        not_before: None,
        not_after: None,
        phase,
        forget_at: None,
    }
}

async fn due(store: &Store, channel: Channel, now: i64) -> Vec<String> {
    let due = store.messages_due(REGION, channel, at(now), 10).await.unwrap();
    due.into_iter().map(|message| message.id).collect()
}

#[tokio::test]
async fn what_waits_longest_is_due_first() {
    let office = Office::open();
    let store = &office.store;
    let later = Message {
        not_before: Some(at(5)),
        ..message("b", Phase::Waiting)
    };
    let parked = Phase::Parked {
        at: at(1),
        reason: "no such user".into(),
    };
    let phone = Message {
        channel: Channel::Phone,
        ..message("e", Phase::Waiting)
    };
    let all = [
        message("c", Phase::Sending { until: at(3) }),
        later,
        message("a", Phase::Waiting),
        message("d", parked),
        phone,
    ];
    office.put(all.map(Put::Message)).await;
    for (now, expected) in [
        (-1, &[][..]),
        (0, &["a"]),
        (3, &["a", "c"]),
        (4, &["a", "c"]),
        (5, &["a", "c", "b"]),
    ] {
        assert_eq!(due(store, Channel::Mail, now).await, expected, "at {now}");
    }
    assert_eq!(due(store, Channel::Phone, 9).await, ["e"]);
    assert_eq!(store.messages_due("south", Channel::Mail, at(9), 10).await, Ok(vec![]));
    let parked = store.messages_parked(REGION, &Page::first(10)).await.unwrap().items;
    assert_eq!(parked.iter().map(|it| &*it.id).collect::<Vec<_>>(), ["d"]);
    office
        .put([Put::DropMessage {
            region: REGION.into(),
            id: "a".into(),
        }])
        .await;
    assert_eq!(due(store, Channel::Mail, 4).await, ["c"]);
    assert_eq!(store.messages(REGION, &Page::first(10)).await.unwrap().items.len(), 4);
}

#[tokio::test]
async fn a_message_is_taken_once() {
    let office = Office::open();
    let store = &office.store;
    office.put([Put::Message(message("a", Phase::Waiting))]).await;
    let take = || {
        let expect = Expect::MessageRevision {
            region: REGION.into(),
            id: "a".into(),
            revision: 1,
        };
        let taken = Message {
            revision: 2,
            ..message("a", Phase::Sending { until: at(9) })
        };
        change([expect], [Put::Message(taken)])
    };
    let (first, second) = tokio::join!(store.commit(take()), store.commit(take()));
    assert_eq!([first.is_ok(), second.is_ok()].iter().filter(|ok| **ok).count(), 1);
    let stale = Err(CommitError::Stale { what: Subject::Message });
    assert_eq!(store.commit(take()).await, stale);
}

#[tokio::test]
async fn what_has_ended_is_forgotten_in_its_time() {
    let office = Office::open();
    let ended = |id: &str, forget: i64| Message {
        forget_at: Some(at(forget)),
        ..message(
            id,
            Phase::Parked {
                at: at(0),
                reason: String::new(),
            },
        )
    };
    office
        .put([ended("a", 5), ended("b", 9), message("c", Phase::Waiting)].map(Put::Message))
        .await;
    let purge = |now: i64| Put::PurgeExpired {
        region: REGION.into(),
        now: at(now),
    };
    office.put([purge(6)]).await;
    let left = office.store.messages(REGION, &Page::first(10)).await.unwrap().items;
    assert_eq!(left.iter().map(|it| &*it.id).collect::<Vec<_>>(), ["b", "c"]);
}

#[test]
fn a_message_of_the_first_version_is_read() {
    let stored = json!({
        "region": REGION, "id": "a", "to": "ann", "kind": "action-approve", "data": {"application": "x"},
        "created_at": at(0), "attempts": 0, "not_before": null,
    });
    let read: Message = serde_json::from_value(stored).unwrap();
    assert!(read.to == Recipient::Account("ann".into()) && read.phase == Phase::Waiting);
    let bare = Message {
        to: Recipient::Address {
            address: "a@b.example".into(),
            of: "ann".into(),
        },
        ..read
    };
    let again: Message = serde_json::from_value(serde_json::to_value(&bare).unwrap()).unwrap();
    assert_eq!(again, bare);
}
