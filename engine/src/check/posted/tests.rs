use serde_json::json;

use super::*;
use crate::definition::Language;
use crate::theme::filling::Editing;
use crate::theme::form::sample::{answers, field, fields, pairs, table, theme};
use crate::theme::{Filling, PreparedFields};

fn all(_: &str) -> bool {
    true
}

fn post(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn posted(of: &[(&str, &str)]) -> Posted {
    decode(&fields(), &post(of), &all).unwrap()
}

fn object(value: Json) -> Map<String, Json> {
    value.as_object().unwrap().clone()
}

/// The page that `filling` shows, as a browser would post it back untouched.
fn page(filling: &Filling<'_>) -> Vec<(String, String)> {
    let fields = fields();
    pairs(
        PreparedFields::new(fields.values(), &theme())
            .fill(Language::Chinese, filling)
            .as_str(),
    )
}

#[test]
fn a_page_posted_back_untouched_changes_nothing() {
    for text in ["甲", "a \"b\" <c> & 'd'", "\u{20bb7}野家"] {
        for reveal in [false, true] {
            let stored = answers(text);
            let mut filling = Filling::new(&stored);
            filling.reveal = reveal;
            let posted = decode(&fields(), &page(&filling), &all).unwrap();
            assert_eq!(posted.refused, []);
            assert_eq!(posted.unknown, Vec::<String>::new());
            assert_eq!(posted.merge(&fields(), &stored), stored);
            assert_eq!(posted.files, ["people[0].proof", "people[1].proof", "report"]);
        }
    }
}

#[test]
fn an_empty_page_posted_back_stays_empty() {
    let stored = Map::new();
    let posted = decode(&fields(), &page(&Filling::new(&stored)), &all).unwrap();
    assert_eq!(posted.refused, []);
    assert_eq!(posted.merge(&fields(), &stored), stored);
}

#[test]
fn a_page_for_reading_posts_nothing() {
    let stored = answers("甲");
    let mut filling = Filling::new(&stored);
    filling.editing = Editing::Nothing;
    assert_eq!(page(&filling), []);
}

#[test]
fn only_marked_fields_are_touched() {
    let posted = posted(&[("~", "name"), ("name", "乙"), ("year", "2020"), ("~", "count")]);
    assert_eq!(posted.answers, object(json!({"name": "乙", "count": null})));
    assert_eq!(posted.unknown, ["year"]);
    let stored = object(json!({"name": "甲", "year": 2019, "count": 1}));
    assert_eq!(
        posted.merge(&fields(), &stored),
        object(json!({"name": "乙", "year": 2019}))
    );
}

#[test]
fn what_may_not_be_edited_is_as_if_not_posted() {
    let pairs = post(&[
        ("~", "name"),
        ("name", "乙"),
        ("~", "people:1"),
        ("~", "people[0].person"),
        ("people[0].person", "王"),
    ]);
    let posted = decode(&fields(), &pairs, &|path| path == "people").unwrap();
    assert_eq!(posted.answers, object(json!({"people": [{}]})));
    assert_eq!(posted.unknown, ["name", "people[0].person"]);
}

#[test]
fn good_answers_are_kept_beside_refused_ones() {
    let posted = posted(&[
        ("~", "name"),
        ("name", "乙"),
        ("~", "count"),
        ("count", "很多"),
        ("~", "embodiment"),
        ("embodiment", "99"),
        ("~", "people:2"),
        ("~", "people[1].born"),
        ("people[1].born", "春天"),
        ("~", "people[0].person"),
        ("people[0].person", "王"),
    ]);
    let refused: Vec<(&str, Reason)> = posted
        .refused
        .iter()
        .map(|one| (one.path.as_str(), one.reason))
        .collect();
    assert_eq!(
        refused,
        [
            ("embodiment", Reason::UnknownChoice),
            ("count", Reason::NotAnInteger),
            ("people[1].born", Reason::NotAMonth)
        ]
    );
    assert_eq!(posted.refused[1].raw, "很多");
    let merged = posted.merge(&fields(), &object(json!({"count": 5, "name": "甲"})));
    assert_eq!(
        merged,
        object(json!({"count": 5, "name": "乙", "people": [{"person": "王"}, {}]}))
    );
}

#[test]
fn lists_and_choices() {
    let posted = posted(&[
        ("~", "keywords"),
        ("keywords[0]", " 测试 "),
        ("keywords[1]", ""),
        ("keywords[2]", "装备"),
        ("~", "links"),
        ("links", "a\r\n\r\n b \r\n"),
        ("~", "modes"),
        ("modes", "3"),
        ("modes", "3"),
        ("modes", ""),
        ("~", "fields"),
    ]);
    assert_eq!(
        posted.answers,
        object(json!({"keywords": ["测试", "装备"], "links": ["a", "b"], "modes": ["3"], "fields": null}))
    );
}

#[test]
fn too_much_is_refused() {
    let posted = posted(&[("~", "people:6"), ("~", "name"), ("name", "a")]);
    assert_eq!(posted.refused[0].reason, Reason::TooManyRows);
    assert_eq!(posted.answers, object(json!({"name": "a"})));
    let many = vec![("~".to_owned(), "name".to_owned()); MAX_PAIRS + 1];
    assert_eq!(decode(&fields(), &many, &all), Err(TooManyPairs(MAX_PAIRS + 1)));
}

#[test]
fn broken_posts_do_no_harm() {
    for name in [
        "~",
        "~do",
        "~revision",
        "people[0].person",
        "people[9999999999999999999].person",
        "a\u{0}b",
        "[",
        "]",
    ] {
        for value in [
            "",
            "people:-1",
            "people:99999999999999999999",
            ":",
            "add:people[",
            "remove:people:999999999999",
        ] {
            let posted = decode(&fields(), &post(&[(name, value)]), &all).unwrap();
            let mut answers = posted.merge(&fields(), &Map::new());
            assert_eq!(posted.command.perform(&fields(), &mut answers, &mut None), Ok(None));
            assert_eq!(answers, Map::new(), "{name}={value}");
        }
    }
}

#[test]
fn a_refused_sensitive_text_is_not_repeated() {
    let posted = posted(&[
        ("~", "people:1"),
        ("~", "people[0].id_no"),
        ("people[0].id_no", "6201\0"),
    ]);
    assert_eq!(posted.refused[0].raw, "");
}

#[test]
fn buttons_change_rows() {
    let three = || object(json!({"people": [{"person": "a"}, {"person": "b"}, {"person": "c"}]}));
    for (command, order, shown) in [
        ("remove:people:1", "ac", Some("people-removed")),
        ("remove:people:7", "abc", Some("people")),
        ("up:people:2", "acb", Some("people[1]")),
        ("up:people:0", "abc", None),
        ("down:people:0", "bac", Some("people[1]")),
        ("down:people:2", "abc", None),
        ("remove:name:0", "abc", None),
        ("remove:nothing:0", "abc", None),
        ("up:people[0].papers:1", "abc", None),
    ] {
        let mut answers = three();
        let command: Command = command.parse().unwrap();
        assert_eq!(
            command.perform(&fields(), &mut answers, &mut None).unwrap().as_deref(),
            shown,
            "{command}"
        );
        let names: String = answers["people"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["person"].as_str().unwrap())
            .collect();
        assert_eq!(names, order, "{command}");
    }
}

#[test]
fn adding_keeps_the_empty_rows_that_were_shown() {
    let posted = posted(&[("~", "people:1"), ("~", "people[0].person"), ("~do", "add:people")]);
    assert_eq!(posted.command, Command::Add("people".into()));
    let mut answers = posted.merge(&fields(), &Map::new());
    assert_eq!(
        posted.command.perform(&fields(), &mut answers, &mut None),
        Ok(Some("people[1]".into()))
    );
    assert_eq!(answers, object(json!({"people": [{}, {}]})));
    let inner: Command = "add:people[1].papers".parse().unwrap();
    assert_eq!(
        inner.perform(&fields(), &mut answers, &mut None),
        Ok(Some("people[1].papers[0]".into()))
    );
    let full: Command = "add:people".parse().unwrap();
    for _ in 0..3 {
        full.perform(&fields(), &mut answers, &mut None).unwrap();
    }
    assert_eq!(
        full.perform(&fields(), &mut answers, &mut None),
        Err(TableFull {
            table: "people".into(),
            max: 5
        })
    );
}

#[test]
fn a_button_of_what_may_not_be_edited_only_saves() {
    let pairs = post(&[("~", "people:1"), ("~do", "remove:people:0")]);
    let posted = decode(&fields(), &pairs, &|path| path != "people").unwrap();
    assert_eq!(posted.command, Command::Save);
    assert_eq!(posted.unknown, ["people", "~do=remove:people:0"]);
}

#[test]
fn files_are_removed_by_id() {
    let mut answers = answers("甲");
    for command in [
        "remove-file:report:f1",
        "remove-file:people[1].proof:f1",
        "remove-file:name:f1",
    ] {
        command
            .parse::<Command>()
            .unwrap()
            .perform(&fields(), &mut answers, &mut None)
            .unwrap();
    }
    assert!(!answers.contains_key("report") && answers["people"][1].get("proof").is_none());
    assert_eq!(answers["name"], "甲");
}

#[test]
fn marks_come_with_their_remarks() {
    let pairs = post(&[
        ("marks", "name"),
        ("marks.name", " 太长 "),
        ("marks.year", "x"),
        ("marks", "year"),
        ("marks", ""),
    ]);
    let marks = marks("marks", &pairs);
    assert_eq!(
        marks,
        IndexMap::from([
            ("name".to_owned(), "太长".to_owned()),
            ("year".to_owned(), "x".to_owned())
        ])
    );
}

#[test]
fn a_cleared_cell_goes_and_a_hidden_one_stays() {
    let columns = vec![field("a", "a", FieldType::Text), field("b", "b", FieldType::Text)];
    let rows = field("rows", "rows", FieldType::Table(table(columns)));
    let fields = IndexMap::from([(rows.id.clone(), rows)]);
    let posted = decode(
        &fields,
        &post(&[("~", "rows:1"), ("~", "rows[0].a"), ("rows[0].a", "")]),
        &all,
    )
    .unwrap();
    let stored = object(json!({"rows": [{"a": "1", "b": "2"}]}));
    assert_eq!(posted.merge(&fields, &stored), object(json!({"rows": [{"b": "2"}]})));
}

#[test]
fn what_was_removed_can_be_brought_back() {
    let fields = fields();
    let mut answers = answers("甲");
    let before = answers.clone();
    let mut removed = None;
    let mut press = |answers: &mut Map<String, Json>, button: &str| {
        let button: Command = button.parse().unwrap();
        button.perform(&fields, answers, &mut removed).unwrap()
    };
    assert_eq!(
        press(&mut answers, "remove:people:0").as_deref(),
        Some("people-removed")
    );
    assert_eq!(answers["people"].as_array().unwrap().len(), 1);
    assert_eq!(press(&mut answers, "restore:report"), None);
    assert_eq!(press(&mut answers, "restore:people").as_deref(), Some("people[0]"));
    assert_eq!(answers, before);
    assert_eq!(press(&mut answers, "restore:people"), None);
    let inner = press(&mut answers, "remove:people[0].papers:0");
    assert_eq!(inner.as_deref(), Some("people[0].papers-removed"));
    assert!(answers["people"][0].get("papers").is_none());
    press(&mut answers, "restore:people[0].papers");
    assert_eq!(answers, before);
    // An inner row goes into no other row than it came from.
    press(&mut answers, "remove:people[0].papers:0");
    press(&mut answers, "down:people:0");
    assert_eq!(press(&mut answers, "restore:people[0].papers"), None);
    press(&mut answers, "remove:people:1");
    press(&mut answers, "save-next");
    assert_eq!(press(&mut answers, "restore:people"), None);
}

#[test]
fn a_copy_leaves_out_what_only_one_row_can_have() {
    let mut fields = fields();
    if let FieldType::Table(table) = &mut fields["people"].kind {
        table.unique = vec!["person".into()];
    }
    let mut answers = answers("甲");
    answers["people"][0]["proof"] = json!([{"id": "f1"}]);
    let copy: Command = "copy:people:0".parse().unwrap();
    let shown = copy.perform(&fields, &mut answers, &mut None).unwrap();
    assert_eq!(shown.as_deref(), Some("people[1]"));
    let papers = answers["people"][0]["papers"].clone();
    assert_eq!(
        answers["people"][1],
        json!({"born": "1990-01", "title": "120", "papers": papers})
    );
    assert_eq!(answers["people"][2]["person"], "李四");
}

#[test]
fn several_rows_are_added_at_once() {
    let mut answers = answers("甲");
    for (button, shown, rows) in [("add:people:2", "people[2]", 4), ("add:people:999", "people[4]", 5)] {
        let button: Command = button.parse().unwrap();
        let done = button.perform(&fields(), &mut answers, &mut None).unwrap();
        assert_eq!(
            (done.as_deref(), answers["people"].as_array().unwrap().len()),
            (Some(shown), rows)
        );
    }
}
