//! Code lists: which codes came, went, were renamed, or may no longer be chosen.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::field::choice;
use super::told::{Places, Subject, Told};
use super::{Consequence, How, Side, What};
use crate::definition::code_list::{CodeList, Entry, RENAMED_FROM, Term};
use crate::definition::{Field, FieldType, Id, Text};

/// How many codes of one list are told one by one for each thing that can happen to them.
const MOST_CODES: usize = 20;

/// Compares the lists that the forms of each side use, each list once.
pub(super) fn compare(told: &mut Told, old: &[Side<'_>], new: &[Side<'_>]) {
    let (before, after) = (used(old), used(new));
    let form = told.form.take();
    for (id, is) in &after {
        let Some(was) = before.get(id) else { continue };
        let places = |code: &str| Places {
            old: old.first().and_then(|side| side.trees?.code_place(id, code)),
            new: new.first().and_then(|side| side.trees?.code_place(id, code)),
        };
        lists(told, was, is, &places);
    }
    told.form = form;
}

/// The lists by id; those that a field has for itself are compared with it.
fn used(sides: &[Side<'_>]) -> IndexMap<Id, Arc<CodeList>> {
    let mut lists = IndexMap::new();
    for side in sides {
        let mut fields: Vec<&Field> = side.form.fields().map(|(_, field)| field).collect();
        while let Some(field) = fields.pop() {
            if let Some(list) = choice(&field.kind).map(|choice| &choice.list)
                && !list.id.starts_with("field:")
            {
                lists.insert(list.id.clone(), Arc::clone(list));
            }
            if let FieldType::Table(table) = &field.kind {
                fields.extend(table.columns.values());
            }
        }
    }
    lists.sort_keys();
    lists
}

/// Compares two lists, code by code.
pub(super) fn lists(told: &mut Told, old: &CodeList, new: &CodeList, places: &dyn Fn(&str) -> Places) {
    let mut found = Found::default();
    let mut taken: IndexSet<&str> = IndexSet::new();
    for entry in new.entries() {
        let before = entry.columns.get(RENAMED_FROM).map(String::as_str).unwrap_or_default();
        let renamed = before.split(';').map(str::trim).find_map(|code| old.get(code));
        let was = renamed.or_else(|| old.get(&entry.code));
        match was {
            None => found.note(&entry.code, &Event::Added),
            Some(was) => {
                taken.insert(&was.code);
                if was.code != entry.code {
                    found.note(&entry.code, &Event::Renamed(was.code.to_string()));
                }
                changes(&mut found, (old, was), (new, entry));
            }
        }
    }
    for entry in old.entries().iter().filter(|entry| !taken.contains(&*entry.code)) {
        found.note(&entry.code, &Event::Removed);
    }
    for (kind, events) in found.0 {
        tell(told, (old, new), kind, &events, places);
    }
}

fn changes(found: &mut Found, (old, was): (&CodeList, &Entry), (new, is): (&CodeList, &Entry)) {
    if was.name != is.name {
        found.note(&is.code, &Event::Named(was.name.to_string(), is.name.to_string()));
    }
    let parent = |list: &CodeList, entry: &Entry| entry.parent.map(|at| list.entries()[at].code.to_string());
    if parent(old, was) != parent(new, is) {
        found.note(&is.code, &Event::Parent);
    }
    let leaf = |entry: &Entry| entry.children.is_empty() && !entry.branch;
    if leaf(was) && !leaf(is) {
        found.note(&is.code, &Event::Branch);
    }
    if was.term != is.term {
        let event = if narrower(was.term, is.term) {
            Event::Retired
        } else {
            Event::Revived
        };
        found.note(&is.code, &event);
    }
}

/// Whether some day is lost on which the code could be chosen.
fn narrower(old: Term, new: Term) -> bool {
    let later = new.from > old.from;
    let sooner = match (old.to, new.to) {
        (None, Some(_)) => true,
        (Some(old), Some(new)) => new < old,
        (_, None) => false,
    };
    later || sooner || (new.retired && !old.retired)
}

/// What can happen to a code.
enum Event {
    Added,
    Removed,
    Renamed(String),
    Named(String, String),
    Parent,
    Branch,
    Retired,
    Revived,
}

/// The codes by what happened to them, with a detail each.
#[derive(Default)]
struct Found(IndexMap<Kind, Vec<(String, String)>>);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Added,
    Removed,
    Renamed,
    Named,
    Parent,
    Branch,
    Retired,
    Revived,
}

impl Found {
    fn note(&mut self, code: &str, event: &Event) {
        let (kind, detail) = match event {
            Event::Added => (Kind::Added, String::new()),
            Event::Removed => (Kind::Removed, String::new()),
            Event::Renamed(old) => (Kind::Renamed, old.clone()),
            Event::Named(old, new) => (Kind::Named, format!("「{old}」→「{new}」")),
            Event::Parent => (Kind::Parent, String::new()),
            Event::Branch => (Kind::Branch, String::new()),
            Event::Retired => (Kind::Retired, String::new()),
            Event::Revived => (Kind::Revived, String::new()),
        };
        self.0.entry(kind).or_default().push((code.to_owned(), detail));
    }
}

impl Kind {
    fn consequence(self) -> Consequence {
        match self {
            Self::Added | Self::Renamed | Self::Named | Self::Revived => Consequence::Safe,
            Self::Parent | Self::Branch | Self::Retired => Consequence::NeedsAnswer,
            Self::Removed => Consequence::LosesAnswer,
        }
    }

    fn how(self) -> How {
        match self {
            Self::Added => How::Added,
            Self::Removed => How::Removed,
            Self::Renamed => How::Renamed,
            _ => How::Changed,
        }
    }

    fn key(self) -> Option<&'static str> {
        match self {
            Self::Added | Self::Removed | Self::Renamed => None,
            Self::Named => Some("name"),
            Self::Parent => Some("parent"),
            Self::Branch => Some("branch"),
            Self::Retired | Self::Revived => Some("retired"),
        }
    }

    /// What stands before and behind the code.
    fn words(self) -> [(&'static str, &'static str); 2] {
        match self {
            Self::Added => [("新增", ""), ("new: ", "")],
            Self::Removed => [("去掉", ""), ("gone: ", "")],
            Self::Renamed => [("", "由它改名而来："), ("", " was called ")],
            Self::Named => [("", "名称改了："), ("", " has another name: ")],
            Self::Parent => [("", "换了上级"), ("", " has another parent")],
            Self::Branch => [("", "不再是最小分支"), ("", " is a smallest branch no longer")],
            Self::Retired => [
                ("", "可选的时间缩短或已停用"),
                ("", " may be chosen for a shorter time, or no longer"),
            ],
            Self::Revived => [("", "可选的时间放宽"), ("", " may be chosen for a longer time")],
        }
    }
}

fn tell(
    told: &mut Told,
    (old, new): (&CodeList, &CodeList),
    kind: Kind,
    events: &[(String, String)],
    places: &dyn Fn(&str) -> Places,
) {
    let list = list_name(new);
    let name = |code: &str| {
        new.get(code)
            .or_else(|| old.get(code))
            .map(|entry| entry.name.to_string())
    };
    let [(zh_before, zh_after), (en_before, en_after)] = kind.words();
    for (code, detail) in events.iter().take(MOST_CODES) {
        let label = name(code).unwrap_or_default();
        let message = Text::both(
            format!(
                "代码表 {list}：{zh_before}代码 {code} {label}{}{zh_after}{detail}",
                space(zh_after)
            ),
            format!("code list {list}: {en_before}code {code} {label}{en_after}{detail}"),
        );
        let subject = Subject::new(What::Code, ("代码", "code"), None, &format!("{list}/{code}"));
        let place = match kind {
            Kind::Added => Places {
                old: None,
                ..places(code)
            },
            Kind::Removed => Places {
                new: None,
                ..places(code)
            },
            Kind::Renamed => Places {
                old: places(detail).old,
                ..places(code)
            },
            _ => places(code),
        };
        told.add(&subject, kind.how(), kind.key(), kind.consequence(), message, place);
    }
    let more = events.len().saturating_sub(MOST_CODES);
    if more > 0 {
        let subject = Subject::new(What::CodeList, ("代码表", "code list"), None, &list);
        let message = Text::both(
            format!("代码表 {list}：{zh_before}另有 {more} 个代码{zh_after}"),
            format!("code list {list}: {en_before}{more} more codes{en_after}"),
        );
        told.add(
            &subject,
            kind.how(),
            kind.key(),
            kind.consequence(),
            message,
            Places::default(),
        );
    }
}

fn space(words: &str) -> &'static str {
    if words.is_empty() { "" } else { " " }
}

/// What an author calls a list; one that a field has for itself by the field.
fn list_name(list: &CodeList) -> String {
    let own = list.id.strip_prefix("field:");
    own.map_or_else(|| list.id.to_string(), str::to_owned)
}
