//! Messages with values in them.

use serde_json::json;

use super::super::super::{Language, Text};
use super::super::{Frame, Message};
use super::{scope, slots};

#[test]
fn values_are_shown_as_a_person_reads_them() {
    let slots = slots(&json!({
        "name": "甲", "age": 3, "amount": 1.50, "ok": true, "status": "3", "period_end": "2026-11-20",
        "founded": "2026-11", "keywords": ["a", "b"], "statuses": ["1", "3"], "recommender": {"name": "某大学"},
        "people": [{"name": "张三"}, {"name": "李四"}]
    }));
    for (text, zh, en) in [
        (
            "评价日期 {period_end} 距今已超过六个月",
            "评价日期 2026-11-20 距今已超过六个月",
            None,
        ),
        ("{name}{age}{amount}{founded}", "甲31.52026-11", None),
        (
            "{status} {statuses} {keywords} {ok}",
            "未应用 产业化应用、未应用 a、b 是",
            Some("未应用 产业化应用, 未应用 a, b yes"),
        ),
        (
            "{recommender}：{people} {period_start}。",
            "某大学：张三、李四 。",
            None,
        ),
        ("{{{name}}} {'}'}", "{甲} }", None),
        ("{people.filter(p, p.name != name).size() + 1} 人", "3 人", None),
    ] {
        let text = if en.is_some() {
            Text::both(text, text)
        } else {
            Text::chinese(text)
        };
        let filled = Message::compile(&text, &scope()).unwrap().fill(&Frame {
            base: &slots,
            extra: &[],
        });
        assert_eq!(filled.get(Language::Chinese), zh);
        assert_eq!(filled.get(Language::English), en.unwrap_or(zh));
    }
}

#[test]
fn what_is_wrong_in_a_message() {
    for (zh, en, rules) in [
        ("前 {nmae} 后", None, vec![("expression-unknown-name", "nmae")]),
        ("前 {name", None, vec![("expression-syntax", "{")]),
        (
            "前 } 后 {}",
            None,
            vec![("expression-syntax", "}"), ("expression-syntax", "")],
        ),
        (
            "{app} {days(1)}",
            None,
            vec![("expression-type", "app"), ("expression-type", "days(1)")],
        ),
        ("{name}", Some("the {nam}"), vec![("expression-unknown-name", "nam")]),
    ] {
        let text = en.map_or(Text::chinese(zh), |en| Text::both(zh, en));
        let mistakes = Message::compile(&text, &scope()).unwrap_err();
        let found: Vec<_> = mistakes
            .iter()
            .map(|found| (found.rule, &en.unwrap_or(zh)[found.start..found.end]))
            .collect();
        assert_eq!(found, rules, "{zh}");
    }
}

#[test]
fn a_message_says_what_it_reads() {
    let message = Message::compile(&Text::both("{name} {people[0].id_no}", "{age} {name}"), &scope()).unwrap();
    let joined = |ids: Vec<super::Id>| ids.iter().map(|id| &**id).collect::<Vec<_>>().join(" ");
    assert_eq!(joined(message.reads()), "name people age");
    assert_eq!(joined(message.reads_paths()), "name people.id_no age");
}
