//! The workbook itself: every cell a number or a text, never a formula.

use rust_xlsxwriter::{DataValidation, Format, Formula, Workbook, XlsxError};

use crate::check::posted::Written;

/// Characters of a sheet's name.
const NAME: usize = 31;
/// Characters that a cell can hold.
const CELL: usize = 32_767;
/// How wide columns are, in characters.
const WIDTHS: std::ops::RangeInclusive<usize> = 10..=40;

/// What is written.
pub(super) struct Sheet {
    pub(super) name: String,
    /// The name of the sheet with what can be chosen.
    pub(super) options: &'static str,
    pub(super) columns: Vec<Column>,
    /// How many rows can be filled in.
    pub(super) rows: usize,
}

/// One column, a cell for each row.
pub(super) struct Column {
    pub(super) heading: String,
    /// What can be chosen in it; empty where anything can be typed.
    pub(super) offered: Vec<String>,
    pub(super) cells: Vec<Option<Written>>,
}

impl Sheet {
    pub(super) fn write(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let head = Format::new().set_bold().set_text_wrap();
        // As text, or a spreadsheet would make dates and numbers of what is typed.
        let text = Format::new().set_num_format("@").set_text_wrap();
        let number = Format::new();
        let last = u32::try_from(self.rows).unwrap_or(1);
        let sheet = workbook.add_worksheet();
        sheet.set_name(self.sheet_name())?.set_freeze_panes(1, 0)?;
        for (at, column) in (0_u16..).zip(&self.columns) {
            let numbers = column
                .cells
                .iter()
                .flatten()
                .all(|cell| matches!(cell, Written::Number(_)));
            let numbers = numbers && column.cells.iter().any(Option::is_some);
            sheet.set_column_format(at, if numbers { &number } else { &text })?;
            sheet.set_column_width(at, width(column))?;
            sheet.write_string_with_format(0, at, &column.heading, &head)?;
            for (row, cell) in (1_u32..).zip(&column.cells) {
                match cell {
                    Some(Written::Number(value)) => {
                        sheet.write_number_with_format(row, at, *value, &number)?;
                    }
                    Some(Written::Text(value)) => {
                        // Longer texts cannot be in a workbook at all.
                        let value: String = value.chars().take(CELL).collect();
                        sheet.write_string_with_format(row, at, value, &text)?;
                    }
                    None => {}
                }
            }
            if !column.offered.is_empty() {
                let letter = crate::definition::sheet::column_name(usize::from(at));
                let range = format!("='{}'!${letter}$1:${letter}${}", self.options, column.offered.len());
                // Names and codes by themselves are understood as well.
                let choose = DataValidation::new()
                    .allow_list_formula(Formula::new(range))
                    .show_error_message(false);
                sheet.add_data_validation(1, at, last, at, &choose)?;
            }
        }
        let options = workbook.add_worksheet();
        options.set_name(self.options)?;
        for (at, column) in (0_u16..).zip(&self.columns) {
            for (row, offered) in (0_u32..).zip(&column.offered) {
                options.write_string_with_format(row, at, offered, &text)?;
            }
        }
        workbook.save_to_buffer()
    }

    /// The name without what no sheet's name may have.
    fn sheet_name(&self) -> String {
        let allowed = |letter: &char| !matches!(letter, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'');
        let name: String = self.name.chars().filter(allowed).take(NAME).collect();
        // Names are counted in UTF-16.
        let fits = name.encode_utf16().count() <= NAME && !name.trim().is_empty() && name != self.options;
        if fits { name } else { "1".to_owned() }
    }
}

fn width(column: &Column) -> f64 {
    let wide = |text: &str| {
        text.chars()
            .map(|letter| if letter.is_ascii() { 1 } else { 2 })
            .sum::<usize>()
    };
    let texts = column.cells.iter().flatten().filter_map(|cell| match cell {
        Written::Text(text) => text.lines().next(),
        Written::Number(_) => None,
    });
    let longest = texts
        .chain([column.heading.as_str()])
        .map(wide)
        .max()
        .unwrap_or_default();
    let width = (longest + 2).clamp(*WIDTHS.start(), *WIDTHS.end());
    f64::from(u32::try_from(width).unwrap_or(10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::sheet;

    #[test]
    fn what_looks_like_a_formula_is_a_text() {
        let attacks = [
            "=1+1",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(A1)",
            "_x0041_",
            "a\nb ",
            "\u{20bb7}",
        ];
        let cells = attacks.iter().map(|text| Some(Written::Text((*text).to_owned())));
        let sheet = Sheet {
            name: "完成人员 [名单]/1:2".into(),
            options: "可选项",
            columns: vec![
                Column {
                    heading: "=名称".into(),
                    offered: vec!["=1".into(), "2 乙".into()],
                    cells: cells.collect(),
                },
                Column {
                    heading: "数".into(),
                    offered: Vec::new(),
                    cells: vec![
                        Some(Written::Number(123456789012.345)),
                        None,
                        Some(Written::Number(0.1)),
                    ],
                },
            ],
            rows: 200,
        };
        let bytes = sheet.write().unwrap();
        let book = sheet::read(&bytes, "").unwrap();
        assert_eq!(book.sheets[0].name, "完成人员 名单12");
        let first: Vec<&str> = book.sheets[0].rows.iter().skip(1).map(|row| row.cell(0)).collect();
        assert_eq!(first, attacks);
        let numbers: Vec<&str> = book.sheets[0].rows.iter().map(|row| row.cell(1)).collect();
        assert_eq!(numbers[..4], ["数", "123456789012.345", "", "0.1"]);
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
        let mut markup = String::new();
        std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut markup).unwrap();
        assert!(
            !markup.contains("<f>") && markup.contains("<dataValidation "),
            "{markup}"
        );
    }
}
