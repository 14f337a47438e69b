use serde_json::{Map, json};

use super::sample::{answers, fields, theme};
use super::*;
use crate::definition::form::Severity;
use crate::theme::filling::{Candidate, Editing, Message};

fn rendered(filling: &Filling<'_>) -> String {
    let fields = fields();
    PreparedFields::new(fields.values(), &theme())
        .fill(Language::Chinese, filling)
        .0
}

fn candidates(label: &str) -> Vec<Candidate> {
    vec![
        Candidate {
            value: "u1".into(),
            label: label.into(),
        },
        Candidate {
            value: "u2".into(),
            label: "乙".into(),
        },
    ]
}

/// Start tags and end tags must match, so that no field can break the page it stands in.
fn assert_balanced(markup: &str) {
    let mut open: Vec<&str> = Vec::new();
    for piece in markup.split('<').skip(1) {
        let name = piece.split([' ', '>', '\n']).next().unwrap();
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(
                open.pop(),
                Some(closed),
                "before {}",
                piece.chars().take(40).collect::<String>()
            ),
            None if matches!(name, "input" | "br" | "img") => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

#[test]
fn no_value_ever_becomes_markup() {
    for attack in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'><svg/onload=x>",
        "</textarea><b>",
    ] {
        let answers = answers(attack);
        let mut filling = Filling::new(&answers);
        filling.reveal = true;
        filling.files_at = attack.into();
        filling
            .asked_mut()
            .candidates
            .insert("recommender".into(), candidates(attack));
        for path in [
            "name",
            "summary",
            "people",
            "people[0].person",
            "keywords[0]",
            "year",
            "report",
            "discipline",
        ] {
            let message = Message {
                severity: Severity::Error,
                text: attack.into(),
            };
            filling.messages.insert(path.into(), vec![message]);
            filling.remarks.insert(path.into(), attack.into());
            filling.refused.insert(path.into(), attack.into());
            filling.offers.insert(path.into(), candidates(attack));
        }
        let edited = rendered(&filling);
        filling.editing = Editing::Nothing;
        let read = rendered(&filling);
        for markup in [edited, read] {
            assert!(!markup.contains(attack), "{attack} stands in the page as it is");
            for sign in ["<script", "<img", "<svg", "<b>"] {
                assert!(!markup.contains(sign), "{sign} of {attack} became markup");
            }
            assert_balanced(&markup);
        }
    }
}

#[test]
fn what_is_hidden_is_left_out_and_posts_nothing() {
    let answers = answers("甲");
    let mut filling = Filling::new(&answers);
    filling
        .asked_mut()
        .hidden
        .extend(["name".into(), "people[0].born".into()]);
    let markup = rendered(&filling);
    assert!(!markup.contains("id=\"f-name\"") && !markup.contains("value=\"name\""));
    assert!(!markup.contains("people[0].born") && markup.contains("people[1].born"));
}

#[test]
fn what_may_not_be_edited_has_no_input() {
    let answers = answers("甲");
    let mut filling = Filling::new(&answers);
    filling.editing = Editing::Nothing;
    let markup = rendered(&filling);
    for element in ["<input", "<select", "<textarea", "<button"] {
        assert!(!markup.contains(element), "{element}");
    }
    filling.editing = Editing::Only(["name".to_owned()].into());
    let pairs = super::sample::pairs(&rendered(&filling));
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["name", "~"]);
}

#[test]
fn errors_are_tied_to_their_inputs() {
    let answers = Map::new();
    let mut filling = Filling::new(&answers);
    let message = Message {
        severity: Severity::Error,
        text: "x".into(),
    };
    filling.messages.insert("year".into(), vec![message.clone()]);
    filling.refused.insert("period_start".into(), "明天".into());
    filling.asked_mut().required.insert("year".into());
    let markup = rendered(&filling);
    let input = markup
        .split("<input")
        .find(|tag| tag.contains("name=\"year\""))
        .unwrap();
    assert!(
        input.contains("aria-invalid=\"true\"") && input.contains("f-year-message"),
        "{input}"
    );
    assert!(input.contains("aria-required=\"true\""), "{input}");
    assert!(markup.contains("id=\"f-year-message\""));
    let date = markup
        .split("<input")
        .find(|tag| tag.contains("name=\"period_start\""))
        .unwrap();
    assert!(
        date.contains("type=\"text\"") && date.contains("value=\"明天\""),
        "{date}"
    );
}

#[test]
fn ids_are_unique_and_described_ids_exist() {
    let answers = answers("甲");
    let mut filling = Filling::new(&answers);
    filling.messages.insert(
        "name".into(),
        vec![Message {
            severity: Severity::Warning,
            text: "x".into(),
        }],
    );
    let markup = rendered(&filling);
    let mut ids: Vec<&str> = markup
        .split(" id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id stands twice");
    for described in markup.split("aria-describedby=\"").skip(1) {
        for id in described.split('"').next().unwrap().split_whitespace() {
            assert!(ids.binary_search(&id).is_ok(), "{id} is described but is not there");
        }
    }
    for label in markup.split("<label for=\"").skip(1) {
        let id = label.split('"').next().unwrap();
        assert!(ids.binary_search(&id).is_ok(), "{id} has a label but is not there");
    }
}

#[test]
fn sensitive_answers_are_masked_unless_revealed() {
    let answers = answers("甲");
    let mut filling = Filling::new(&answers);
    for editing in [Editing::All, Editing::Nothing] {
        filling.editing = editing;
        filling.reveal = false;
        assert!(!rendered(&filling).contains("620102199001011234"));
        filling.reveal = true;
        assert!(rendered(&filling).contains("620102199001011234"));
    }
}

#[test]
fn a_stored_pick_that_no_longer_fits_stays_on_the_page() {
    let mut answers = Map::new();
    answers.insert("recommender".into(), json!("gone"));
    let mut filling = Filling::new(&answers);
    filling
        .asked_mut()
        .candidates
        .insert("recommender".into(), candidates("甲"));
    filling.asked_mut().names.insert("gone".into(), "旧单位".into());
    let markup = rendered(&filling);
    assert!(
        markup.contains("name=\"recommender\" aria-required=\"true\" value=\"旧单位\">"),
        "{markup}"
    );
}

#[test]
fn a_required_lookup_takes_its_sole_candidate() {
    let answers = Map::new();
    let mut filling = Filling::new(&answers);
    filling
        .asked_mut()
        .candidates
        .insert("recommender".into(), candidates("甲")[..1].to_vec());
    assert!(rendered(&filling).contains("name=\"recommender\" aria-required=\"true\" value=\"甲\">"));
    filling.asked_mut().candidates.insert("recommender".into(), Vec::new());
    assert!(rendered(&filling).contains("class=\"warning\""));
}

#[test]
fn what_is_searched_shows_code_name_and_way() {
    let answers = answers("甲");
    let mut filling = Filling::new(&answers);
    let markup = rendered(&filling);
    assert!(markup.contains("name=\"discipline\" aria-describedby=\"f-discipline-help \" value=\"11014 数理逻辑\">"));
    assert!(markup.contains("<p class=\"chosen\">数学 / 数理逻辑</p>"));
    assert!(
        !markup.contains("~pick") && !markup.contains("无机化学"),
        "nothing of the list stands in the page"
    );
    filling.picks = true;
    filling.offers.insert("discipline".into(), candidates("乙"));
    let markup = rendered(&filling);
    assert!(markup.contains("name=\"~pick\" value=\"people[0].title\""));
    assert!(markup.contains("<input type=\"radio\" name=\"discipline\" value=\"u1\"><span>乙</span>"));
}

#[test]
fn an_amount_is_said_again() {
    let markup = rendered(&Filling::new(&answers("甲")));
    assert!(markup.contains("壹仟贰佰叁拾肆万伍仟元整"), "{markup}");
}

#[test]
fn a_table_offers_what_goes_with_its_rows() {
    let answers = answers("甲");
    let mut filling = Filling::new(&answers);
    let buttons = |markup: &str| -> Vec<String> {
        let found = markup.split("name=\"~do\" value=\"").skip(1);
        let mut found: Vec<String> = found.map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        found.sort();
        found
    };
    let plain = rendered(&filling);
    assert!(!plain.contains("<details") && !plain.contains("removed"));
    filling.tables_at = "/gone/?a=1&b=2/tables/".into();
    for (removed, words) in [
        (Some(0), "第 1 行已删除"),
        (Some(7), "第 8 行已删除"),
        (None, "原有各行"),
    ] {
        filling.removed = Some(("people".into(), removed));
        let markup = rendered(&filling);
        assert_balanced(&markup);
        assert_eq!(markup.matches("id=\"f-people-removed\"").count(), 1);
        assert!(markup.contains(words), "{words}");
        assert!(markup.contains("href=\"/gone/?a=1&amp;b=2/tables/people\""));
        let found = buttons(&markup);
        for button in [
            "add:people",
            "append:people",
            "copy:people:1",
            "copy:people[0].papers:0",
            "down:people:0",
            "fill:people",
            "remove:people:0",
            "replace:people",
            "restore:people",
            "up:people:1",
        ] {
            assert!(found.iter().any(|one| one == button), "{button} is missing: {found:?}");
        }
        assert!(
            found
                .iter()
                .all(|button| button.parse::<crate::theme::input_name::Command>().is_ok())
        );
    }
    filling.editing = Editing::Nothing;
    let read = rendered(&filling);
    assert_balanced(&read);
    assert!(read.contains("tables/people\"") && read.contains("papers\"") && !read.contains("removed"));
}
