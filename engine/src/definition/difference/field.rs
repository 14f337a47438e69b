//! Fields and columns.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::fit::{Fit, fit, is_stored};
use super::key::{Turn, Weight, compare};
use super::told::{Places, Subject, Told, entry, shown};
use super::{Consequence, What, codes, origins};
use crate::definition::form::Choice;
use crate::definition::load::Of;
use crate::definition::source::Node;
use crate::definition::{Field, FieldType, Id};

/// What is told apart from the other keys.
const APART: [&str; 7] = ["type", "of", "codes", "columns", "renamedFrom", "after", "before"];

/// A field with where it is written, and with the page where it stands on one.
#[derive(Clone)]
pub(super) struct Written<'a> {
    pub(super) field: &'a Field,
    pub(super) tree: Option<&'a Node>,
    pub(super) places: Places,
    pub(super) page: Option<&'a Id>,
}

/// Compares the fields of a form or the columns of a table. `above` is the path of that table with a dot.
pub(super) fn compare_all(
    told: &mut Told,
    old: &IndexMap<Id, Written<'_>>,
    new: &IndexMap<Id, Written<'_>>,
    above: &str,
    pages: &IndexMap<Id, Id>,
) {
    let origins = origins(
        |id| old.contains_key(id),
        new.iter().map(|(id, written)| (id, &*written.field.renamed_from)),
    );
    for (id, is) in new {
        let subject = subject(is.field, above);
        let Some(was) = origins.get(id).and_then(|before| old.get(before)) else {
            tell_new(told, &subject, is);
            continue;
        };
        let places = Places {
            old: was.places.old.clone(),
            new: is.places.new.clone(),
        };
        if was.field.id != is.field.id {
            told.renamed(&subject, &was.field.id, places.clone());
        }
        if let (Some(from), Some(to)) = (was.page, is.page)
            && pages.get(to).unwrap_or(to) != from
        {
            let words = (
                format!("由栏目 {from} 移到栏目 {to}"),
                format!("moved from page {from} to page {to}"),
            );
            told.changed(&subject, "page", Consequence::Safe, words, places.clone());
        }
        one(told, &subject, was, is, &places, &format!("{above}{id}."));
    }
    let taken: Vec<&Id> = origins.values().collect();
    for (id, was) in old.iter().filter(|(id, _)| !taken.contains(id)) {
        let consequence = match is_stored(&was.field.kind) {
            true => Consequence::LosesAnswer,
            false => Consequence::Safe,
        };
        let more = match consequence {
            Consequence::Safe => ("", ""),
            _ => ("，没有 renamedFrom 接续它", "; no `renamedFrom` continues it"),
        };
        let mut subject = subject(was.field, above);
        subject.id = format!("{above}{id}");
        told.removed(&subject, consequence, more, was.places.clone());
    }
}

fn tell_new(told: &mut Told, subject: &Subject, is: &Written<'_>) {
    let field = is.field;
    let asked = field.required || field.require_when.is_some();
    let (consequence, more) = match (&field.default, asked && is_stored(&field.kind)) {
        (None, true) => (Consequence::NeedsAnswer, ("，必填", ", required")),
        _ => (Consequence::Safe, ("", "")),
    };
    told.added(subject, consequence, more, is.places.clone());
}

fn subject(field: &Field, above: &str) -> Subject {
    let words = if above.is_empty() {
        ("字段", "field")
    } else {
        ("列", "column")
    };
    Subject::new(What::Field, words, Some(&field.label), &format!("{above}{}", field.id))
}

fn one(told: &mut Told, subject: &Subject, was: &Written<'_>, is: &Written<'_>, places: &Places, below: &str) {
    let (old, new) = (was.field, is.field);
    retyped(told, subject, was, is, places);
    if let (Some(before), Some(after)) = (was.tree, is.tree) {
        let weigh = |turn: &Turn<'_>| weigh(turn, old, new);
        compare(told, subject, Of::Field, (before, after), &APART, places, weigh);
    }
    if let (Some(from), Some(to)) = (choice(&old.kind), choice(&new.kind)) {
        if from.list.id != to.list.id {
            let words = (
                format!("代码表由 {} 改为 {}", from.list.id, to.list.id),
                format!("the code list changed from {} to {}", from.list.id, to.list.id),
            );
            told.changed(subject, "codes", Consequence::Safe, words, places.clone());
        }
        if from.list.id != to.list.id || from.list.id.starts_with("field:") {
            codes::lists(told, &from.list, &to.list, &|_| places.clone());
        }
    }
    if let (FieldType::Table(from), FieldType::Table(to)) = (&old.kind, &new.kind) {
        let columns = |table: &'_ IndexMap<Id, Field>, tree: Option<&'_ Node>, old: bool| -> Vec<(Id, Places)> {
            let node = tree.and_then(|tree| tree.get("columns"));
            let place = |id: &Id| match old {
                true => Places::of(entry(node, id), None),
                false => Places::of(None, entry(node, id)),
            };
            table.keys().map(|id| (id.clone(), place(id))).collect()
        };
        let before = written(&from.columns, was.tree, columns(&from.columns, was.tree, true));
        let after = written(&to.columns, is.tree, columns(&to.columns, is.tree, false));
        compare_all(told, &before, &after, below, &IndexMap::new());
    }
}

fn written<'a>(
    columns: &'a IndexMap<Id, Field>,
    tree: Option<&'a Node>,
    places: Vec<(Id, Places)>,
) -> IndexMap<Id, Written<'a>> {
    let node = tree.and_then(|tree| tree.get("columns"));
    let of = |((id, places), field): ((Id, Places), &'a Field)| {
        let tree = node.and_then(|node| node.get(&id));
        let page = None;
        (
            id,
            Written {
                field,
                tree,
                places,
                page,
            },
        )
    };
    places.into_iter().zip(columns.values()).map(of).collect()
}

fn retyped(told: &mut Told, subject: &Subject, was: &Written<'_>, is: &Written<'_>, places: &Places) {
    let name = |kind: &FieldType| match kind {
        FieldType::List(of) => format!("list of {}", of.name()),
        FieldType::Computed(computed) => format!("computed of {}", computed.of.name()),
        other => other.name().to_owned(),
    };
    let (from, to) = (name(&was.field.kind), name(&is.field.kind));
    if from == to {
        return;
    }
    let (consequence, zh, en) = match fit(&was.field.kind, &is.field.kind) {
        Fit::Same | Fit::Widens => (Consequence::Safe, "原有答案照转", "answers are taken over"),
        Fit::Narrows => (
            Consequence::LosesAnswer,
            "放不进去的答案会丢失",
            "answers that do not fit would be lost",
        ),
        Fit::Never => (
            Consequence::CannotMove,
            "没有办法照原意转换",
            "no conversion keeps the meaning",
        ),
    };
    let words = (
        format!("类型由 {from} 改为 {to}，{zh}"),
        format!("the type changed from {from} to {to}; {en}"),
    );
    let node = |tree: Option<&'_ Node>| tree.and_then(|tree| tree.get("type")).cloned();
    let places = Places::of_values(node(was.tree).as_ref(), node(is.tree).as_ref(), places);
    told.changed(subject, "type", consequence, words, places);
}

pub(super) fn choice(kind: &FieldType) -> Option<&Choice> {
    match kind {
        FieldType::Choice(choice) | FieldType::Choices(choice) | FieldType::Tree(choice) | FieldType::Trees(choice) => {
            Some(choice)
        }
        _ => None,
    }
}

/// What a changed key of a field does.
fn weigh(turn: &Turn<'_>, old: &Field, new: &Field) -> Weight {
    use Consequence::{CannotMove, LosesAnswer, NeedsAnswer, Safe};
    if !is_stored(&new.kind) {
        return Weight::of(Safe);
    }
    let on = turn.new.is_some();
    match turn.key {
        "required" | "leafOnly" | "uniqueItems" => toggled(on),
        "requireWhen" | "where" | "unique" | "printOf" | "pick" => Weight::of(if on { NeedsAnswer } else { Safe }),
        "showWhen" if on => Weight::of(LosesAnswer),
        // What was hidden may have to be answered now.
        "showWhen" if new.required || new.require_when.is_some() => Weight::of(NeedsAnswer),
        "sensitive" => Weight::of(if on { Safe } else { CannotMove }),
        "public" => Weight::of(if on { CannotMove } else { Safe }),
        "from" => Weight::of(CannotMove),
        "maxSize" => sized(old, new),
        "accept" | "enum" => listed(turn),
        key if key.starts_with("max") || key == "exclusiveMaximum" => bound(turn, |old, new| new < old),
        key if key.starts_with("min") || key == "exclusiveMinimum" => bound(turn, |old, new| new > old),
        "pattern" | "format" | "const" | "multipleOf" | "schema" if on => Weight::of(NeedsAnswer),
        "pattern" | "format" | "const" | "multipleOf" | "schema" => Weight::looser(),
        _ => Weight::of(Safe),
    }
}

fn toggled(on: bool) -> Weight {
    if on { Weight::tighter() } else { Weight::looser() }
}

/// A limit in numbers; `tighter` says when the new one is.
fn bound(turn: &Turn<'_>, tighter: impl Fn(f64, f64) -> bool) -> Weight {
    match (turn.old.and_then(Json::as_f64), turn.new.and_then(Json::as_f64)) {
        (Some(old), Some(new)) if !tighter(old, new) => Weight::looser(),
        (_, None) if turn.new.is_none() => Weight::looser(),
        _ => Weight::tighter(),
    }
}

fn sized(old: &Field, new: &Field) -> Weight {
    match (&old.kind, &new.kind) {
        (FieldType::File(old), FieldType::File(new)) => toggled(new.max_size < old.max_size),
        _ => Weight::of(Consequence::NeedsAnswer),
    }
}

/// A list of what is allowed: longer is looser.
fn listed(turn: &Turn<'_>) -> Weight {
    let items = |value: &Json| match value {
        Json::Array(items) => items.iter().map(shown).collect(),
        one => vec![shown(one)],
    };
    match (turn.old.map(items), turn.new.map(items)) {
        (_, None) => Weight::looser(),
        (Some(old), Some(new)) if old.iter().all(|item| new.contains(item)) => Weight::looser(),
        _ => Weight::tighter(),
    }
}
