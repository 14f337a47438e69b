//! One answer as a cell of a spreadsheet: written out, and read back from what people type there.
//!
//! Of what is chosen the cell says code and name, so that a person can read it and a spreadsheet
//! cannot make a number of it. Read back, either of them is enough.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::{Reason, scalar};
use crate::check::Lookups;
use crate::definition::form::{Choice, Lookup};
use crate::definition::{CodeList, Field, FieldType, Id};
use crate::theme::input_name::mask;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// A number.
    Number(f64),
    /// A text, whatever it begins with.
    Text(String),
}

/// An answer as a cell; none where nothing is answered. `in_full` shows sensitive answers.
pub fn written(field: &Field, answer: &Json, lookups: &dyn Lookups, in_full: bool) -> Option<Written> {
    let text = match (&field.kind, answer) {
        (_, Json::Null) => return None,
        (_, Json::String(text)) if field.sensitive && !in_full => mask(text),
        (_, answer) if field.sensitive && !in_full => mask(&answer.to_string()),
        (FieldType::Integer | FieldType::Decimal | FieldType::Money | FieldType::Year, Json::Number(number)) => {
            return number.as_f64().map(Written::Number);
        }
        (FieldType::YesNo, Json::Bool(yes)) => if *yes { "是" } else { "否" }.to_owned(),
        (kind, Json::Array(items)) => {
            let items: Vec<String> = items.iter().map(|item| one(kind, item, lookups)).collect();
            items.join("\n")
        }
        (kind, answer) => one(kind, answer, lookups),
    };
    (!text.is_empty()).then_some(Written::Text(text))
}

fn one(kind: &FieldType, answer: &Json, lookups: &dyn Lookups) -> String {
    let text = match answer {
        Json::String(text) => text.as_str(),
        Json::Null => return String::new(),
        other => return other.to_string(),
    };
    match kind {
        FieldType::Choice(choice) | FieldType::Choices(choice) | FieldType::Tree(choice) | FieldType::Trees(choice) => {
            choice_text(&choice.list, text)
        }
        FieldType::List(item) => one(item, answer, lookups),
        FieldType::Lookup(lookup) => {
            let record = lookups.get(&lookup.from, text);
            let name = record.as_ref().and_then(|record| record["name"].as_str());
            named(text, name.unwrap_or_default())
        }
        _ => text.to_owned(),
    }
}

/// A code as a cell says it: the code and its name, or the one where both are the same.
pub fn choice_text(list: &CodeList, code: &str) -> String {
    named(code, list.label(code))
}

fn named(code: &str, name: &str) -> String {
    match name {
        "" => code.to_owned(),
        name if name == code => code.to_owned(),
        name => format!("{code} {name}"),
    }
}

/// Reads cells of the same columns; what is worked out for a column is kept.
pub(super) struct CellReader<'a> {
    lookups: &'a dyn Lookups,
    names: HashMap<&'a Id, HashMap<String, Found>>,
}

/// The code or record that something is called by; several make it unclear.
#[derive(Clone)]
enum Found {
    One(String),
    Several,
}

impl<'a> CellReader<'a> {
    pub(super) fn new(lookups: &'a dyn Lookups) -> Self {
        Self {
            lookups,
            names: HashMap::new(),
        }
    }

    /// The answer in a cell; null where nothing stands. `stored` is what the answer was before.
    pub(super) fn read(&mut self, field: &'a Field, raw: &str, stored: Option<&Json>) -> Result<Json, Reason> {
        let text = raw.trim();
        if field.sensitive && text.contains("***") {
            let stored = stored.filter(|stored| stored.as_str().is_some_and(|stored| mask(stored) == text));
            return stored.cloned().ok_or(Reason::Masked);
        }
        if text.is_empty() {
            return Ok(Json::Null);
        }
        match &field.kind {
            FieldType::YesNo => yes_no(text),
            FieldType::Choice(choice) | FieldType::Tree(choice) => self.code(field, choice, text),
            FieldType::Choices(choice) | FieldType::Trees(choice) => self.codes(field, choice, text),
            FieldType::Lookup(lookup) => self.record(field, lookup, text),
            FieldType::Month => scalar::read(&field.kind, text).or_else(|reason| {
                // A spreadsheet makes the first day of a month.
                let day = scalar::read(&FieldType::Date, text).map_err(|_| reason)?;
                let month = day.as_str().and_then(|day| day.get(..7));
                month.map(Json::from).ok_or(reason)
            }),
            FieldType::List(item) => match &**item {
                FieldType::Choice(choice)
                | FieldType::Choices(choice)
                | FieldType::Tree(choice)
                | FieldType::Trees(choice) => self.codes(field, choice, text),
                item => list(item, raw),
            },
            kind => scalar::read(kind, raw),
        }
    }

    fn codes(&mut self, field: &'a Field, choice: &'a Choice, text: &str) -> Result<Json, Reason> {
        let whole: Result<Vec<Json>, Reason> = text.lines().map(|line| self.code(field, choice, line)).collect();
        let codes = whole.or_else(|_| {
            let parts = text.split(['\n', '；', ';', '、', '，', ',']);
            parts.map(|part| self.code(field, choice, part)).collect()
        })?;
        let mut chosen: Vec<Json> = Vec::new();
        for code in codes.into_iter().filter(|code| !code.is_null()) {
            if !chosen.contains(&code) {
                chosen.push(code);
            }
        }
        Ok(if chosen.is_empty() {
            Json::Null
        } else {
            Json::Array(chosen)
        })
    }

    fn code(&mut self, field: &'a Field, choice: &'a Choice, text: &str) -> Result<Json, Reason> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Json::Null);
        }
        if choice.list.get(text).is_some() {
            return Ok(Json::from(text));
        }
        let names = self.names.entry(&field.id).or_insert_with(|| names_of(choice));
        found(names.get(text)).or_else(|reason| match (reason, short_for(&choice.list, text)) {
            (Reason::UnknownChoice, Some(code)) => Ok(Json::from(code)),
            (reason, _) => Err(reason),
        })
    }

    fn record(&mut self, field: &'a Field, lookup: &'a Lookup, text: &str) -> Result<Json, Reason> {
        if self.lookups.get(&lookup.from, text).is_some() {
            return Ok(Json::from(text));
        }
        let lookups = self.lookups;
        let names = self.names.entry(&field.id).or_insert_with(|| {
            let mut names = HashMap::new();
            for record in lookups.all(&lookup.from) {
                let (Some(id), Some(name)) = (record["id"].as_str(), record["name"].as_str()) else {
                    continue;
                };
                enter(&mut names, name.to_owned(), id);
                enter(&mut names, named(id, name), id);
            }
            names
        });
        found(names.get(text))
    }
}

/// The only code of a flat list whose name begins with the text: 男 for 男性.
fn short_for<'l>(list: &'l CodeList, text: &str) -> Option<&'l str> {
    let mut begun = list.entries().iter().filter(|entry| entry.name.starts_with(text));
    match (begun.next(), begun.next()) {
        (Some(only), None) if !list.is_tree() => Some(&only.code),
        _ => None,
    }
}

/// What the codes of a list are called: by name, by the names from the root down, and as a cell says
/// them. Where only smallest branches count, a name means one of them.
fn names_of(choice: &Choice) -> HashMap<String, Found> {
    let list = &choice.list;
    let mut names = HashMap::new();
    let open = |code: &str| !choice.leaf_only || list.is_leaf(code);
    let (first, second): (Vec<_>, Vec<_>) = list.entries().iter().partition(|entry| open(&entry.code));
    for entry in first {
        enter(&mut names, entry.name.to_string(), &entry.code);
        enter(&mut names, choice_text(list, &entry.code), &entry.code);
        enter(&mut names, list.path(&entry.code), &entry.code);
    }
    for entry in second {
        // That it is not small enough is told by the check, at the cell.
        let mut wide = HashMap::new();
        enter(&mut wide, entry.name.to_string(), &entry.code);
        enter(&mut wide, choice_text(list, &entry.code), &entry.code);
        for (name, found) in wide {
            names.entry(name).or_insert(found);
        }
    }
    names
}

fn enter(names: &mut HashMap<String, Found>, name: String, code: &str) {
    let found = names.entry(name).or_insert_with(|| Found::One(code.to_owned()));
    if !matches!(found, Found::One(known) if known == code) {
        *found = Found::Several;
    }
}

fn found(found: Option<&Found>) -> Result<Json, Reason> {
    match found {
        Some(Found::One(code)) => Ok(Json::from(code.as_str())),
        Some(Found::Several) => Err(Reason::SeveralChoices),
        None => Err(Reason::UnknownChoice),
    }
}

fn yes_no(text: &str) -> Result<Json, Reason> {
    match text.to_lowercase().as_str() {
        "是" | "yes" | "y" | "true" | "1" | "√" => Ok(Json::Bool(true)),
        "否" | "no" | "n" | "false" | "0" | "×" => Ok(Json::Bool(false)),
        _ => Err(Reason::UnknownChoice),
    }
}

fn list(item: &FieldType, raw: &str) -> Result<Json, Reason> {
    let items: Result<Vec<Json>, Reason> = raw.lines().map(|line| scalar::read(item, line)).collect();
    let items: Vec<Json> = items?.into_iter().filter(|item| !item.is_null()).collect();
    Ok(if items.is_empty() {
        Json::Null
    } else {
        Json::Array(items)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::theme::form::sample::{choice, field};

    fn check(kind: FieldType, cases: &[(&str, Result<Json, Reason>)]) {
        let field = field("cell", "格", kind);
        let mut reader = CellReader::new(&());
        for (raw, expected) in cases {
            assert_eq!(
                reader.read(&field, raw, None),
                *expected,
                "{} {raw:?}",
                field.kind.name()
            );
        }
    }

    fn kinds() -> Choice {
        choice(&["1 发明专利", "2 其他", "21 其他 2", "22 软件 2", "3 甲", "30 甲"])
    }

    #[test]
    fn a_code_is_given_by_code_by_name_or_by_both() {
        check(
            FieldType::Choice(kinds()),
            &[
                ("1", Ok(json!("1"))),
                (" 发明专利 ", Ok(json!("1"))),
                ("1 发明专利", Ok(json!("1"))),
                ("1 软件", Err(Reason::UnknownChoice)),
                ("其他 / 软件", Ok(json!("22"))),
                ("甲", Err(Reason::SeveralChoices)),
                ("30 甲", Ok(json!("30"))),
                ("其他", Err(Reason::SeveralChoices)),
                ("乙", Err(Reason::UnknownChoice)),
                ("", Ok(Json::Null)),
            ],
        );
        let leaves = Choice {
            leaf_only: true,
            ..kinds()
        };
        check(
            FieldType::Tree(leaves),
            &[("其他", Ok(json!("21"))), ("2 其他", Ok(json!("2")))],
        );
        check(
            FieldType::Choices(kinds()),
            &[
                ("1 发明专利\n22 软件", Ok(json!(["1", "22"]))),
                ("发明专利、软件；1", Ok(json!(["1", "22"]))),
                ("发明专利，别的", Err(Reason::UnknownChoice)),
            ],
        );
    }

    #[test]
    fn the_beginning_of_one_name_is_enough_in_a_flat_list() {
        let sexes = choice(&["0 未知的性别", "1 男性", "2 女性", "9 未说明的性别"]);
        check(
            FieldType::Choice(sexes),
            &[
                ("男", Ok(json!("1"))),
                ("未", Err(Reason::UnknownChoice)),
                ("性", Err(Reason::UnknownChoice)),
            ],
        );
        check(FieldType::Tree(kinds()), &[("发明", Err(Reason::UnknownChoice))]);
    }

    #[test]
    fn what_spreadsheets_make_of_things_is_read() {
        check(
            FieldType::Month,
            &[
                ("2026-11-01", Ok(json!("2026-11"))),
                ("2026年3月", Ok(json!("2026-03"))),
                ("春天", Err(Reason::NotAMonth)),
            ],
        );
        check(
            FieldType::YesNo,
            &[
                ("是", Ok(json!(true))),
                ("FALSE", Ok(json!(false))),
                ("也许", Err(Reason::UnknownChoice)),
            ],
        );
        check(
            FieldType::List(Box::new(FieldType::Text)),
            &[("甲\n\n 乙 ", Ok(json!(["甲", "乙"])))],
        );
    }

    #[test]
    fn a_mask_is_no_answer() {
        let mut id_no = field("id_no", "证件号码", FieldType::CnIdNumber);
        id_no.sensitive = true;
        let stored = json!("620102199001011234");
        let mut reader = CellReader::new(&());
        for (raw, before, expected) in [
            ("620***********1234", Some(&stored), Ok(stored.clone())),
            ("620***********1234", None, Err(Reason::Masked)),
            ("511***********1234", Some(&stored), Err(Reason::Masked)),
        ] {
            assert_eq!(reader.read(&id_no, raw, before), expected);
        }
        assert_eq!(
            written(&id_no, &stored, &(), false),
            Some(Written::Text("620***********1234".into()))
        );
        assert_eq!(
            written(&id_no, &stored, &(), true),
            Some(Written::Text("620102199001011234".into()))
        );
    }

    #[test]
    fn what_is_written_reads_back() {
        let all = [
            (FieldType::Text, json!("=1+1")),
            (FieldType::LongText, json!("甲\n\n乙")),
            (FieldType::Decimal, json!(0.125)),
            (FieldType::Integer, json!(123456789012345_u64)),
            (FieldType::Year, json!(2026)),
            (FieldType::Date, json!("2026-11-20")),
            (FieldType::Month, json!("2026-11")),
            (FieldType::YesNo, json!(false)),
            (FieldType::Choice(kinds()), json!("30")),
            (FieldType::Trees(kinds()), json!(["2", "30"])),
            (FieldType::List(Box::new(FieldType::Url)), json!(["a", "b、c"])),
        ];
        for (kind, answer) in all {
            let field = field("cell", "格", kind);
            let text = match written(&field, &answer, &(), true).unwrap() {
                Written::Number(number) => number.to_string(),
                Written::Text(text) => text,
            };
            assert_eq!(CellReader::new(&()).read(&field, &text, None), Ok(answer), "{text:?}");
        }
    }
}
