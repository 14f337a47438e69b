//! Whether an answer of one type is an answer of another, and how it is written then.

use serde_json::Value as Json;

use crate::definition::FieldType;
use crate::definition::form::Choice;

/// What becomes of answers when a field's type changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// Each stays as it is.
    Same,
    /// Each has its place, perhaps written otherwise.
    Widens,
    /// Some have a place.
    Narrows,
    /// None means the same any more.
    Never,
}

/// Types by what is stored of them.
enum Sort<'a> {
    Words {
        plain: bool,
    },
    Whole {
        year: bool,
    },
    Number,
    Day,
    Month,
    Code(&'a Choice),
    Codes(&'a Choice),
    List(&'a FieldType),
    /// Worked out or only read: nothing is stored.
    Nothing,
    Other,
}

fn sort(kind: &FieldType) -> Sort<'_> {
    use FieldType as T;
    match kind {
        T::Text | T::LongText => Sort::Words { plain: true },
        T::Email | T::Phone | T::Url | T::CnIdNumber | T::CnCreditCode => Sort::Words { plain: false },
        T::CnOrgCode | T::CnPatentNumber | T::Isbn | T::Issn => Sort::Words { plain: false },
        T::Integer => Sort::Whole { year: false },
        T::Year => Sort::Whole { year: true },
        T::Decimal | T::Money => Sort::Number,
        T::Date => Sort::Day,
        T::Month => Sort::Month,
        T::Choice(choice) | T::Tree(choice) => Sort::Code(choice),
        T::Choices(choice) | T::Trees(choice) => Sort::Codes(choice),
        T::List(of) => Sort::List(of),
        T::Computed(_) | T::Note => Sort::Nothing,
        T::YesNo | T::Lookup(_) | T::Table(_) | T::File(_) => Sort::Other,
    }
}

/// Whether anything is stored of a field of this type.
pub(super) fn is_stored(kind: &FieldType) -> bool {
    !matches!(kind, FieldType::Computed(_) | FieldType::Note)
}

/// What becomes of answers. Codes and columns are compared apart.
pub(super) fn fit(old: &FieldType, new: &FieldType) -> Fit {
    use FieldType as T;
    match (old, new) {
        (T::Lookup(old), T::Lookup(new)) if old.from != new.from => return Fit::Never,
        (T::LongText, T::Text) => return Fit::Narrows,
        (T::List(old), T::List(new)) => return fit(old, new),
        _ if old.name() == new.name() => return Fit::Same,
        _ => {}
    }
    match (sort(old), sort(new)) {
        (Sort::Nothing, _) => Fit::Same,
        (_, Sort::Nothing) => Fit::Narrows,
        (Sort::Words { .. }, Sort::Words { plain: true }) => Fit::Widens,
        (Sort::Words { .. }, Sort::Words { plain: false }) => Fit::Narrows,
        (Sort::Words { .. }, Sort::Whole { .. } | Sort::Number | Sort::Day | Sort::Month | Sort::Code(_)) => {
            Fit::Narrows
        }
        (Sort::Whole { .. } | Sort::Number | Sort::Day | Sort::Month | Sort::Code(_), Sort::Words { plain }) => {
            if plain { Fit::Widens } else { Fit::Never }
        }
        (Sort::Whole { .. } | Sort::Number, Sort::Number) => Fit::Widens,
        (Sort::Whole { year: true }, Sort::Whole { .. }) => Fit::Widens,
        (Sort::Whole { .. } | Sort::Number, Sort::Whole { .. }) => Fit::Narrows,
        (Sort::Day, Sort::Month | Sort::Whole { year: true }) => Fit::Narrows,
        (Sort::Month, Sort::Whole { year: true }) => Fit::Narrows,
        (Sort::Code(_), Sort::Code(_) | Sort::Codes(_)) | (Sort::Codes(_), Sort::Codes(_)) => Fit::Widens,
        (Sort::Codes(_), Sort::Code(_)) => Fit::Narrows,
        (Sort::List(of), _) => fit(of, new).max(Fit::Narrows),
        (_, Sort::List(of)) => fit(old, of).max(Fit::Widens),
        _ => Fit::Never,
    }
}

/// An answer as the new type writes it; none where it has no place there. Codes are looked up in the new list,
/// under their new names where they have one.
pub(super) fn convert(answer: &Json, old: &FieldType, new: &FieldType) -> Option<Json> {
    match (sort(old), sort(new)) {
        (Sort::Code(_), Sort::Code(to)) => code(answer, to),
        (Sort::Code(_), Sort::Codes(to)) => Some(Json::Array(vec![code(answer, to)?])),
        (Sort::Codes(_), Sort::Codes(to)) => answer.as_array()?.iter().map(|item| code(item, to)).collect(),
        (Sort::Codes(_), Sort::Code(to)) => code(sole(answer)?, to),
        (Sort::List(from), Sort::List(to)) => answer.as_array()?.iter().map(|item| convert(item, from, to)).collect(),
        (Sort::List(from), _) => convert(sole(answer)?, from, new),
        (_, Sort::List(to)) => Some(Json::Array(vec![convert(answer, old, to)?])),
        (Sort::Words { .. }, Sort::Words { .. }) => Some(answer.clone()),
        (Sort::Words { .. }, _) => written(answer.as_str()?.trim(), new),
        (Sort::Code(from), Sort::Words { .. }) => Some(Json::from(from.list.label(answer.as_str()?))),
        (_, Sort::Words { .. }) => plain(answer),
        (Sort::Number, Sort::Whole { .. }) => whole(answer),
        (Sort::Whole { .. } | Sort::Number, Sort::Whole { .. } | Sort::Number) => Some(answer.clone()),
        _ if fit(old, new) == Fit::Same => Some(answer.clone()),
        _ => None,
    }
}

fn sole(answer: &Json) -> Option<&Json> {
    match answer.as_array()?.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

fn code(answer: &Json, to: &Choice) -> Option<Json> {
    let old = answer.as_str()?;
    let entry = to.list.get(old).or_else(|| to.list.renamed_from(old))?;
    Some(Json::from(&*entry.code))
}

/// What somebody wrote as a text, read as the new type reads it.
fn written(text: &str, new: &FieldType) -> Option<Json> {
    match sort(new) {
        Sort::Whole { .. } => text.parse::<i64>().ok().map(Json::from),
        Sort::Number => text.parse::<serde_json::Number>().ok().map(Json::Number),
        Sort::Day => text
            .parse::<jiff::civil::Date>()
            .ok()
            .map(|day| Json::from(day.to_string())),
        Sort::Month => {
            let first = format!("{text}-01").parse::<jiff::civil::Date>().ok()?;
            (text.len() == 7).then(|| Json::from(format!("{:04}-{:02}", first.year(), first.month())))
        }
        Sort::Code(to) => {
            let mut named = to.list.entries().iter().filter(|entry| &*entry.name == text);
            let by_name = named.next().filter(|_| named.next().is_none());
            let entry = to.list.get(text).or(by_name)?;
            Some(Json::from(&*entry.code))
        }
        _ => None,
    }
}

/// A number or a day as a text.
fn plain(answer: &Json) -> Option<Json> {
    match answer {
        Json::Number(number) => Some(Json::from(number.to_string())),
        Json::String(_) => Some(answer.clone()),
        _ => None,
    }
}

fn whole(answer: &Json) -> Option<Json> {
    let number = answer.as_number()?;
    number.as_i64().map(Json::from).or_else(|| {
        let text = number.to_string();
        let (before, after) = text.split_once('.')?;
        let whole = after.chars().all(|digit| digit == '0');
        whole.then(|| before.parse::<i64>().ok().map(Json::from))?
    })
}
