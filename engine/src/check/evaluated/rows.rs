//! The rows of a table: each cell after those that it may read.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::{FieldState, Place, RowState, Work};
use crate::check::path::Path;
use crate::check::{answer, limits};
use crate::definition::expression::{RecordType, Type, Value};
use crate::definition::form::Table;
use crate::definition::{Field, FieldType, Id};

/// One row while it is being worked out.
struct Row<'a> {
    table: &'a Table,
    record: &'a RecordType,
    path: Path,
    outer: Option<&'a Value>,
    cells: Option<&'a Map<String, Json>>,
    values: Vec<Value>,
    columns: IndexMap<Id, FieldState>,
}

impl Work<'_> {
    /// The rows of the table at `place`.
    pub(super) fn rows(&mut self, table: &Table, place: &Place<'_>, answer: Option<&Json>) -> Vec<RowState> {
        let Type::Record(record) = &table.row_type else {
            return Vec::new();
        };
        let rows = answer.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let mut states = Vec::with_capacity(rows.len().min(limits::ROWS));
        for (at, cells) in rows.iter().take(limits::ROWS).enumerate() {
            let row = Row {
                table,
                record,
                path: place.path.row(at),
                outer: place.extra.first(),
                cells: cells.as_object(),
                values: first_values(table, record, at),
                columns: IndexMap::with_capacity(table.columns.len()),
            };
            states.push(self.row(row));
        }
        states
    }

    /// Each cell behind those that it reads.
    fn row(&mut self, mut row: Row<'_>) -> RowState {
        for at in &row.table.order {
            if let Some((_, column)) = row.table.columns.get_index(*at) {
                self.cell(&mut row, column);
            }
        }
        let Row {
            table,
            values,
            mut columns,
            ..
        } = row;
        columns.sort_by_cached_key(|id, _| table.columns.get_index_of(id));
        RowState {
            columns,
            record: Value::Record(values.into()),
        }
    }

    fn cell(&mut self, row: &mut Row<'_>, column: &Field) {
        let extra: Vec<Value> = match reads_row(column) {
            true => [Value::Record(row.values.as_slice().into())]
                .into_iter()
                .chain(row.outer.cloned())
                .collect(),
            false => Vec::new(),
        };
        let ty = row.record.columns.get(&column.id).unwrap_or(&Type::Unknown);
        let place = Place {
            field: column,
            ty,
            path: row.path.column(Id::clone(&column.id)),
            extra: &extra,
        };
        let shown = self.condition(&column.show_when, &place, true);
        let (state, value) = self.fill(&place, row.cells.and_then(|cells| cells.get(&*column.id)), shown);
        if let Some(slot) = row.record.columns.get_index_of(&column.id) {
            row.values[slot] = value;
        }
        row.columns.insert(Id::clone(&column.id), state);
    }
}

/// Whether the cell can be worked out only once its row is there.
fn reads_row(column: &Field) -> bool {
    column.show_when.is_some()
        || matches!(
            column.kind,
            FieldType::Computed(_) | FieldType::Table(_) | FieldType::Lookup(_)
        )
}

fn first_values(table: &Table, record: &RecordType, at: usize) -> Vec<Value> {
    let position = Value::Int(i64::try_from(at + 1).unwrap_or(i64::MAX));
    let value = |(id, ty): (&Id, &Type)| match table.columns.contains_key(id) {
        false if &**id == "index" => position.clone(),
        _ => answer::unanswered(ty),
    };
    record.columns.iter().map(value).collect()
}
