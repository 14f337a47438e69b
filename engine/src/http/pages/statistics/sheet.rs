//! The figures for spreadsheets. No text can become a formula there: in a workbook texts are told apart from
//! formulas, in CSV one that looks like a formula is led in by an apostrophe.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::theme::view::{FigureRow, Statistics};

/// Characters of a worksheet's name.
const LONGEST_NAME: usize = 31;

/// Every row with its form and its table; UTF-8 with a mark, by which spreadsheets know it.
pub(super) fn csv(view: &Statistics, heads: &[String; 3]) -> Vec<u8> {
    let mut out = String::from("\u{feff}");
    for form in &view.forms {
        line(&mut out, heads.iter().chain(&form.heads));
        for table in &form.tables {
            for row in &table.rows {
                let first = [&form.title, &table.title, &row.label];
                line(&mut out, first.into_iter().chain(&row.cells));
            }
        }
    }
    out.into_bytes()
}

fn line<'a>(out: &mut String, cells: impl Iterator<Item = &'a String>) {
    let quoted = |cell: &String| {
        let number = cell.parse::<f64>().is_ok();
        let formula = !number && cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let lead = if formula { "'" } else { "" };
        format!("\"{lead}{}\"", cell.replace('"', "\"\""))
    };
    out.push_str(&cells.map(quoted).collect::<Vec<_>>().join(","));
    out.push_str("\r\n");
}

/// A workbook with a sheet for each form, figures as numbers.
pub(super) fn workbook(view: &Statistics, heads: &[String; 3]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    for (at, form) in view.forms.iter().enumerate() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name(at, &form.title))?;
        sheet.set_column_width(0, 32)?;
        sheet.set_column_width(1, 40)?;
        for (column, head) in heads.iter().skip(1).chain(&form.heads).enumerate() {
            sheet.write_string_with_format(0, column_of(column), head, &bold)?;
        }
        let rows = form.tables.iter();
        let rows = rows.flat_map(|table| table.rows.iter().map(move |row| (&table.title, row)));
        for (at, (title, FigureRow { label, cells })) in (1..).zip(rows) {
            sheet.write_string(at, 0, title)?;
            sheet.write_string(at, 1, label)?;
            for (column, cell) in cells.iter().enumerate() {
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(at, column_of(column + 2), number)?,
                    Err(_) => sheet.write_string(at, column_of(column + 2), cell)?,
                };
            }
        }
    }
    workbook.save_to_buffer()
}

fn column_of(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// A sheet's name: unique by its number, without what Excel does not take.
fn name(at: usize, title: &str) -> String {
    let kept = title
        .chars()
        .filter(|character| !matches!(character, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\''));
    format!("{} ", at + 1).chars().chain(kept).take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn no_cell_of_csv_is_a_formula() {
        let mut out = String::new();
        let cells = ["=1+1", "@x", "-大学", "-12.5", "甲\"乙", ""].map(str::to_owned);
        line(&mut out, cells.iter());
        assert_eq!(out, "\"'=1+1\",\"'@x\",\"'-大学\",\"-12.5\",\"甲\"\"乙\",\"\"\r\n");
    }
}
