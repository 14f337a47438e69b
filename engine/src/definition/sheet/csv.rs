//! A CSV as a sheet; the mark between cells is the one that its first line has most of.

use super::{MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Row, Sheet, SheetError};

/// The one sheet of a CSV.
pub(super) fn sheet(text: &str, name: &str) -> Result<Sheet, SheetError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let (mut rows, mut left) = (Vec::new(), MOST_CELLS);
    for record in reader.records() {
        // The text is UTF-8 and rows may differ in length: nothing else can be wrong with it.
        let Ok(record) = record else {
            return Err(SheetError::NotText);
        };
        let number = record.position().map_or(0, |position| position.line());
        let mut cells: Vec<String> = record.iter().map(str::to_owned).collect();
        while cells.last().is_some_and(|cell| cell.trim().is_empty()) {
            cells.pop();
        }
        if cells.len() > MOST_COLUMNS || record.len() > MOST_COLUMNS {
            return Err(SheetError::TooManyColumns { sheet: name.into() });
        }
        left = left.checked_sub(record.len()).ok_or(SheetError::TooManyCells)?;
        if rows.len() > MOST_ROWS {
            return Err(SheetError::TooManyRows { sheet: name.into() });
        }
        if !cells.is_empty() {
            rows.push(Row {
                number: usize::try_from(number).unwrap_or(0),
                cells,
            });
        }
    }
    if rows.is_empty() {
        return Err(SheetError::Empty);
    }
    Ok(Sheet {
        name: name.into(),
        rows,
    })
}

/// What stands between cells: the mark that the first line has most of.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |mark: &u8| first.bytes().filter(|byte| byte == mark).count();
    // Of equally many the last would be taken, so the usual one stands there.
    *[b'\t', b';', b',']
        .iter()
        .max_by_key(|mark| count(mark))
        .unwrap_or(&b',')
}
