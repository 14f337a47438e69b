//! Answers as text: in the value of an input, and for reading.

use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::options;
use super::prepare::{Kind, Prepared};
use super::words::Words;
use crate::theme::filling::Filling;
use crate::theme::input_name::{mask, without_rows};

/// What stands in the input of a single value.
pub(super) fn typed(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => plain(&number.to_string()),
        Json::Bool(flag) => flag.to_string(),
        _ => String::new(),
    }
}

/// A number without an exponent.
fn plain(number: &str) -> String {
    match number.contains(['e', 'E']).then(|| Decimal::from_scientific(number)) {
        Some(Ok(decimal)) => decimal.to_string(),
        _ => number.to_owned(),
    }
}

/// The strings of a list; none for anything else.
pub(super) fn items(value: Option<&Json>) -> Vec<String> {
    value
        .and_then(Json::as_array)
        .map(|items| items.iter().map(typed).collect())
        .unwrap_or_default()
}

/// The answer to `field` for reading, not escaped; empty where there is none. Tables and files
/// have markup of their own and give nothing here.
pub(super) fn text(field: &Prepared, path: &str, value: &Json, filling: &Filling<'_>, words: &Words) -> String {
    shown(field, &plain_text(field, path, value, filling, words), filling)
}

fn plain_text(field: &Prepared, path: &str, value: &Json, filling: &Filling<'_>, words: &Words) -> String {
    match &field.kind {
        Kind::YesNo => match value {
            Json::Bool(true) => words.yes.clone(),
            Json::Bool(false) => words.no.clone(),
            _ => String::new(),
        },
        Kind::Radios(entries) | Kind::Select(entries, _) | Kind::Pick(Some(entries)) => {
            let code = typed(value);
            if code.is_empty() {
                code
            } else {
                options::label(&entries.list, &code)
            }
        }
        Kind::Checks(entries) | Kind::Many(entries) => {
            let labels: Vec<String> = items(Some(value))
                .iter()
                .map(|code| options::label(&entries.list, code))
                .collect();
            labels.join("、")
        }
        Kind::Pick(None) => picked(path, &typed(value), filling),
        Kind::Slots { .. } | Kind::Lines => items(Some(value)).join("、"),
        Kind::Table { .. } | Kind::Files { .. } | Kind::Note | Kind::Computed => String::new(),
        Kind::Input { .. } | Kind::Area { .. } => typed(value),
    }
}

/// The value, masked where it is sensitive and not to be revealed; never to whoever just typed it.
pub(super) fn shown(field: &Prepared, value: &str, filling: &Filling<'_>) -> String {
    let masked = field.sensitive && !filling.reveal && !filling.typed.contains(value);
    if masked && !value.is_empty() {
        mask(value)
    } else {
        value.to_owned()
    }
}

/// The name of what was picked, as it was kept with the submission where that has happened; its id where nobody knows
/// the name.
pub(super) fn picked(path: &str, id: &str, filling: &Filling<'_>) -> String {
    if let Some(name) = filling.asked.names.get(id) {
        return name.clone();
    }
    let candidate = candidates(path, filling).and_then(|all| all.iter().find(|candidate| candidate.value == id));
    candidate.map_or_else(|| id.to_owned(), |candidate| candidate.label.clone())
}

/// What may be picked at `path`, if the caller says.
pub(super) fn candidates<'f>(path: &str, filling: &'f Filling<'_>) -> Option<&'f [crate::theme::filling::Candidate]> {
    let exact = filling.asked.candidates.get(path);
    exact
        .or_else(|| filling.asked.candidates.get(&without_rows(path)))
        .map(Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_stand_in_inputs_without_exponents() {
        for (value, expected) in [
            (json!(3), "3"),
            (json!(10.5), "10.5"),
            (json!(1e-7), "0.0000001"),
            (json!("x"), "x"),
            (json!(null), ""),
            (json!([1]), ""),
        ] {
            assert_eq!(typed(&value), expected);
        }
    }
}
