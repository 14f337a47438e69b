//! One field or cell of a page by its path, with its answer.

use serde_json::{Map, Value as Json};

use super::prepare::{Kind, Prepared};

/// The field or column at `path`, and what is answered there; none where the page has no such field.
pub(super) fn find<'p, 'a>(
    fields: &'p [Prepared],
    answers: &'a Map<String, Json>,
    path: &str,
) -> Option<(&'p Prepared, Option<&'a Json>)> {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let (id, row) = match first.strip_suffix(']').and_then(|first| first.split_once('[')) {
        Some((id, row)) => (id, row.parse::<usize>().ok()),
        None => (first, None),
    };
    let field = fields.iter().find(|field| *field.id == *id)?;
    let value = answers.get(id);
    let Some(rest) = rest else {
        return Some((field, value));
    };
    let Kind::Table { columns, .. } = &field.kind else {
        return None;
    };
    let blank = Map::new();
    match value.and_then(|rows| rows.get(row?)?.as_object()) {
        Some(cells) => find(columns, cells, rest),
        None => find(columns, &blank, rest).map(|(column, _)| (column, None)),
    }
}
