//! What is asked of a table as a whole: how many rows, and columns in which no two rows agree.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::{answer, limits, wording};
use crate::definition::form::Table;
use crate::definition::{FieldType, Id, Text, check_digit};

/// One thing that is wrong with a table; `at` is a row and column in it.
pub(super) struct Wrong {
    pub(super) rule: &'static str,
    pub(super) at: Option<(usize, Id)>,
    pub(super) message: Text,
}

/// Judges the rows of a table that has at least one. A draft may have too few and may repeat itself.
pub(super) fn whole(table: &Table, rows: &[Json], complete: bool) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let most = table.max_rows.min(limits::ROWS);
    if rows.len() > most {
        let message = wording::count("行数最多为", "the number of rows is at most", most, rows.len());
        wrong.push(Wrong {
            rule: "max-rows",
            at: None,
            message,
        });
    }
    if complete && rows.len() < table.min_rows {
        let message = wording::count(
            "行数至少为",
            "the number of rows is at least",
            table.min_rows,
            rows.len(),
        );
        wrong.push(Wrong {
            rule: "min-rows",
            at: None,
            message,
        });
    }
    if complete {
        wrong.extend(table.unique.iter().flat_map(|column| repeated(table, column, rows)));
    }
    wrong
}

fn repeated(table: &Table, column: &Id, rows: &[Json]) -> Vec<Wrong> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut wrong = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let Some(cell) = answer::answered(row.get(&**column)) else {
            continue;
        };
        let first = *seen.entry(comparable(table, column, cell)).or_insert(at);
        if first != at {
            let message = wording::repeated(first);
            wrong.push(Wrong {
                rule: "unique",
                at: Some((at, Id::clone(column))),
                message,
            });
        }
    }
    wrong
}

/// Numbers of persons and things are the same however they are spaced.
fn comparable(table: &Table, column: &str, cell: &Json) -> String {
    use FieldType as T;
    let text = cell
        .as_str()
        .map_or_else(|| cell.to_string(), |text| text.trim().to_owned());
    match table.columns.get(column).map(|column| &column.kind) {
        Some(T::CnIdNumber | T::CnCreditCode | T::CnOrgCode | T::CnPatentNumber | T::Isbn | T::Issn | T::Phone) => {
            check_digit::normalise(&text)
        }
        Some(T::Email) => text.to_lowercase(),
        _ => text,
    }
}
