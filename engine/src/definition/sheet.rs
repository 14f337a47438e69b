//! Tables out of CSV files and workbooks, whoever made them, within bounds.
//!
//! What a file claims of itself is not believed: a workbook is unpacked once into nothing to see how
//! large it is before anything of it is read, and cells are taken one by one until a bound is met.

mod csv;
mod decode;
mod workbook;

use std::io::Read;
use std::path::Path;

use super::{Language, Text};

pub use decode::{Encoding, decoded};

/// The largest file, in bytes.
pub const LARGEST_FILE: usize = 32 << 20;
/// The most bytes that a workbook may unpack to.
pub const MOST_UNPACKED: u64 = 64 << 20;
/// The most sheets of a workbook.
pub const MOST_SHEETS: usize = 64;
/// The most rows of a sheet.
pub const MOST_ROWS: usize = 100_000;
/// The most columns of a sheet.
pub const MOST_COLUMNS: usize = 256;
/// The most cells of all sheets, with the empty ones before others.
pub const MOST_CELLS: usize = 2_000_000;
/// The most bytes that the texts of all cells may have together.
pub const MOST_TEXT: usize = 64 << 20;

/// A table of texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name; the file's own for a CSV.
    pub name: String,
    /// The rows in which something stands.
    pub rows: Vec<Row>,
}

/// One row of a [`Sheet`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// From 1; of a CSV the line that it begins in.
    pub number: usize,
    /// The texts from the first column to the last that has one, as they are written.
    pub cells: Vec<String>,
}

impl Row {
    /// The text of a column, counted from 0; empty where nothing stands.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// A file of tables that was read.
#[derive(Debug)]
pub struct Book {
    /// Its sheets in order; one of a CSV.
    pub sheets: Vec<Sheet>,
    /// How a CSV was encoded; none of a workbook.
    pub encoding: Option<Encoding>,
}

/// Why a file of tables cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.told().get(Language::English))]
pub enum SheetError {
    /// The file cannot be opened or read.
    Unreadable {
        /// What the system says, in English.
        why: String,
    },
    /// It has no bytes, or nothing but blanks.
    Empty,
    /// More bytes than [`LARGEST_FILE`].
    TooLarge,
    /// It unpacks to more than [`MOST_UNPACKED`].
    TooMuchUnpacked,
    /// More sheets than [`MOST_SHEETS`].
    TooManySheets,
    /// More rows than [`MOST_ROWS`].
    TooManyRows {
        /// The sheet.
        sheet: String,
    },
    /// More columns than [`MOST_COLUMNS`].
    TooManyColumns {
        /// The sheet.
        sheet: String,
    },
    /// More cells than [`MOST_CELLS`].
    TooManyCells,
    /// More text than [`MOST_TEXT`].
    TooMuchText,
    /// UTF-8 that is damaged at one place.
    Damaged {
        /// The line, from 1.
        line: usize,
        /// The column, from 1, in characters.
        column: usize,
    },
    /// Neither a text nor a workbook.
    NotText,
    /// The older format `.xls`, or a workbook with a password: both begin alike.
    OldWorkbook,
    /// A packed file that is no workbook.
    NotAWorkbook {
        /// What the reader of workbooks says of it, in English.
        why: String,
    },
}

impl SheetError {
    /// Why, and what to do, for people.
    pub fn told(&self) -> Text {
        let mega = |bytes: u64| bytes >> 20;
        match self {
            Self::Unreadable { why } => Text::both(
                format!("读不了这个文件：{why}"),
                format!("the file cannot be read: {why}"),
            ),
            Self::Empty => Text::both("这个文件是空的", "the file is empty"),
            Self::TooLarge => {
                let most = mega(LARGEST_FILE as u64);
                Text::both(
                    format!("文件超过 {most} MB 的上限"),
                    format!("the file is larger than {most} MB, which is the limit"),
                )
            }
            Self::TooMuchUnpacked => {
                let most = mega(MOST_UNPACKED);
                Text::both(
                    format!("工作簿解压后超过 {most} MB 的上限"),
                    format!("the workbook unpacks to more than {most} MB, which is the limit"),
                )
            }
            Self::TooManySheets => Text::both(
                format!("工作表超过 {MOST_SHEETS} 张的上限"),
                format!("there are more than {MOST_SHEETS} sheets, which is the limit"),
            ),
            Self::TooManyRows { sheet } => Text::both(
                format!("「{sheet}」超过 {MOST_ROWS} 行的上限"),
                format!("`{sheet}` has more than {MOST_ROWS} rows, which is the limit"),
            ),
            Self::TooManyColumns { sheet } => Text::both(
                format!("「{sheet}」超过 {MOST_COLUMNS} 列的上限"),
                format!("`{sheet}` has more than {MOST_COLUMNS} columns, which is the limit"),
            ),
            Self::TooManyCells => Text::both(
                format!("单元格超过 {MOST_CELLS} 个的上限"),
                format!("there are more than {MOST_CELLS} cells, which is the limit"),
            ),
            Self::TooMuchText => {
                let most = mega(MOST_TEXT as u64);
                Text::both(
                    format!("各格的文字合计超过 {most} MB 的上限"),
                    format!("the texts of all cells are more than {most} MB, which is the limit"),
                )
            }
            Self::Damaged { line, column } => Text::both(
                format!("第 {line} 行第 {column} 个字符处的 UTF-8 编码已损坏"),
                format!("the UTF-8 is damaged at line {line}, character {column}"),
            ),
            Self::NotText => Text::both(
                "这个文件既不是 UTF-8、GB 18030 或 UTF-16 的文本，也不是工作簿（.xlsx）",
                "the file is neither a text in UTF-8, GB 18030 or UTF-16 nor a workbook (.xlsx)",
            ),
            Self::OldWorkbook => Text::both(
                "这是旧格式的工作簿（.xls），或加了密码：请在 Excel 里另存为不加密的 .xlsx",
                "this is a workbook of the older format (.xls), or one with a password: save it as .xlsx without one",
            ),
            Self::NotAWorkbook { why } => Text::both(
                format!("这不是可以读的工作簿（.xlsx）：{why}"),
                format!("this is no workbook (.xlsx) that can be read: {why}"),
            ),
        }
    }
}

/// The bytes of a file, of which no more are read than [`LARGEST_FILE`].
pub fn bytes_of(path: &Path) -> Result<Vec<u8>, SheetError> {
    let unreadable = |error: std::io::Error| SheetError::Unreadable { why: error.to_string() };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > LARGEST_FILE {
        return Err(SheetError::TooLarge);
    }
    Ok(bytes)
}

/// Reads a CSV or a workbook; which of them it is, its first bytes tell. `name` is what the one sheet
/// of a CSV is called.
pub fn read(bytes: &[u8], name: &str) -> Result<Book, SheetError> {
    const PACKED: [u8; 4] = *b"PK\x03\x04";
    const OLD: [u8; 4] = [0xd0, 0xcf, 0x11, 0xe0];
    if bytes.len() > LARGEST_FILE {
        return Err(SheetError::TooLarge);
    }
    if bytes.starts_with(&PACKED) {
        let sheets = workbook::sheets(bytes)?;
        return Ok(Book { sheets, encoding: None });
    }
    if bytes.starts_with(&OLD) {
        return Err(SheetError::OldWorkbook);
    }
    let (text, encoding) = decoded(bytes)?;
    Ok(Book {
        sheets: vec![csv::sheet(&text, name)?],
        encoding: Some(encoding),
    })
}

/// What a spreadsheet calls a column: `A`, `Z`, `AA`; counted from 0.
pub fn column_name(column: usize) -> String {
    let mut name = String::new();
    let mut left = column + 1;
    while left > 0 {
        let digit = u8::try_from((left - 1) % 26).unwrap_or(0);
        name.insert(0, char::from(b'A' + digit));
        left = (left - 1) / 26;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Result<&[&[&str]], SheetError>) {
        let rows = read(bytes, "t").map(|book| {
            let rows = book.sheets.into_iter().flat_map(|sheet| sheet.rows);
            rows.map(|row| row.cells).collect::<Vec<_>>()
        });
        let expected = expected.map(|rows| {
            let cells = |row: &&[&str]| row.iter().map(ToString::to_string).collect::<Vec<_>>();
            rows.iter().map(cells).collect::<Vec<_>>()
        });
        assert_eq!(rows, expected, "{:?}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn a_csv_is_read_however_it_is_encoded_and_set() {
        check(b"a,b\r\n1,2\r\n", Ok(&[&["a", "b"], &["1", "2"]]));
        check(
            "\u{feff}代码,名称\n01,\"甲,乙\"\n".as_bytes(),
            Ok(&[&["代码", "名称"], &["01", "甲,乙"]]),
        );
        check("代码;名称\n01;甲\n".as_bytes(), Ok(&[&["代码", "名称"], &["01", "甲"]]));
        check(
            "代码\t名称\n01\t甲\n".as_bytes(),
            Ok(&[&["代码", "名称"], &["01", "甲"]]),
        );
        let (gb, ..) = encoding_rs::GB18030.encode("代码,名称\n01,㐂甲\n");
        check(&gb, Ok(&[&["代码", "名称"], &["01", "㐂甲"]]));
        let wide: Vec<u8> = "\u{feff}代码,名\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&wide, Ok(&[&["代码", "名"]]));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        check(b"", Err(SheetError::Empty));
        check(b" \r\n\n", Err(SheetError::Empty));
        check(b"a\0b,c\n", Err(SheetError::NotText));
        check(&[0xff, 0x80, 0xff, 0x00], Err(SheetError::NotText));
        check(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1], Err(SheetError::OldWorkbook));
        let mut broken = "代码,名称\n01,甲乙丙丁".as_bytes().to_vec();
        broken.pop();
        check(&broken, Err(SheetError::Damaged { line: 2, column: 7 }));
        let wide = ["x,"; MOST_COLUMNS + 1].concat();
        check(wide.as_bytes(), Err(SheetError::TooManyColumns { sheet: "t".into() }));
        let long = ["x\n"; MOST_ROWS + 2].concat();
        check(long.as_bytes(), Err(SheetError::TooManyRows { sheet: "t".into() }));
    }

    #[test]
    fn columns_are_called_as_in_a_spreadsheet() {
        for (column, name) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (51, "AZ"),
            (52, "BA"),
            (701, "ZZ"),
            (702, "AAA"),
        ] {
            assert_eq!(column_name(column), name);
        }
    }
}
