//! Workbooks (.xlsx): measured before they are read, and read cell by cell.

use std::io::{Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use zip::ZipArchive;

use super::{MOST_CELLS, MOST_COLUMNS, MOST_ROWS, MOST_SHEETS, MOST_TEXT, MOST_UNPACKED, Row, Sheet, SheetError};

/// The sheets of a workbook in their order; empty ones have no rows.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, SheetError> {
    measured(bytes)?;
    // The library that reads cells gives up on some damaged files by panicking.
    let read = std::panic::catch_unwind(|| read(bytes));
    read.unwrap_or_else(|_| {
        let why = "it is damaged".to_owned();
        Err(SheetError::NotAWorkbook { why })
    })
}

fn read(bytes: &[u8]) -> Result<Vec<Sheet>, SheetError> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(not_one)?;
    let names = workbook.sheet_names();
    if names.len() > MOST_SHEETS {
        return Err(SheetError::TooManySheets);
    }
    let mut left = Left {
        text: MOST_TEXT,
        cells: MOST_CELLS,
    };
    let mut sheets = Vec::new();
    for name in names {
        let rows = rows(&mut workbook, &name, &mut left)?;
        sheets.push(Sheet { name, rows });
    }
    Ok(sheets)
}

/// Unpacks everything into nothing, and stops where it becomes too much: the sizes that a packed file
/// claims may be wrong.
fn measured(bytes: &[u8]) -> Result<(), SheetError> {
    let wrong = |error: zip::result::ZipError| SheetError::NotAWorkbook { why: error.to_string() };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(wrong)?;
    let mut left = MOST_UNPACKED;
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(wrong)?;
        let read = std::io::copy(&mut file.take(left + 1), &mut std::io::sink());
        let read = read.map_err(|error| SheetError::NotAWorkbook { why: error.to_string() })?;
        left = left.checked_sub(read).ok_or(SheetError::TooMuchUnpacked)?;
    }
    Ok(())
}

/// What may still come.
struct Left {
    text: usize,
    cells: usize,
}

type Workbook<'b> = Xlsx<Cursor<&'b [u8]>>;

fn rows(workbook: &mut Workbook<'_>, name: &str, left: &mut Left) -> Result<Vec<Row>, SheetError> {
    let mut cells = match workbook.worksheet_cells_reader(name) {
        Ok(cells) => cells,
        // A chart on a sheet of its own has no cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(Vec::new()),
        Err(error) => return Err(not_one(error)),
    };
    let mut rows: Vec<Row> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(not_one)? {
        let text = text(cell.get_value());
        if text.trim().is_empty() {
            continue;
        }
        left.text = left.text.checked_sub(text.len()).ok_or(SheetError::TooMuchText)?;
        let (row, column) = cell.get_position();
        let (number, column) = (row as usize + 1, column as usize);
        if column >= MOST_COLUMNS {
            return Err(SheetError::TooManyColumns { sheet: name.into() });
        }
        let row = match rows.last_mut() {
            Some(last) if last.number == number => last,
            // Rows that come out of order would be told at wrong places.
            Some(last) if last.number > number => {
                let why = format!("the rows of {name} are not in order");
                return Err(SheetError::NotAWorkbook { why });
            }
            _ => {
                rows.push(Row {
                    number,
                    cells: Vec::new(),
                });
                match rows.last_mut() {
                    Some(row) => row,
                    None => continue,
                }
            }
        };
        if row.cells.len() <= column {
            let more = column + 1 - row.cells.len();
            left.cells = left.cells.checked_sub(more).ok_or(SheetError::TooManyCells)?;
            row.cells.resize(column + 1, String::new());
        }
        row.cells[column] = text;
        if rows.len() > MOST_ROWS + 1 {
            return Err(SheetError::TooManyRows { sheet: name.into() });
        }
    }
    Ok(rows)
}

/// What a person sees in the cell, of numbers without formatting: `12`, `0.5`, `2026-11-20`.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(moment) => moment_text(moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
    }
}

fn moment_text(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if !moment.is_datetime() {
        return moment.as_f64().to_string();
    }
    match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    }
}

fn not_one(error: XlsxError) -> SheetError {
    match error {
        XlsxError::Password => SheetError::OldWorkbook,
        error => SheetError::NotAWorkbook { why: error.to_string() },
    }
}
