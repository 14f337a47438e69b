//! Cells out of a spreadsheet, pasted or read from a file, put into the rows of a table.
//!
//! What fits is taken and what does not is told at its cell. Empty cells change nothing.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::cell::CellReader;
use super::rows::{Removed, rows_of};
use super::{Reason, Refused};
use crate::check::Lookups;
use crate::definition::form::Table;
use crate::definition::{Field, FieldType, Id, Language};

/// Characters of a heading that is told.
const TOLD: usize = 20;

/// Cells row by row, as texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells(pub Vec<Vec<String>>);

/// Why cells cannot be put into a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellsError {
    /// There is no such table, or nothing in the cells.
    #[error("there is nothing to take in")]
    Nothing,
    /// The first row names none of the table's columns.
    #[error("the first row names none of the columns of {table}")]
    NoHeadings {
        /// The path of the table.
        table: String,
    },
    /// The rows that would be replaced hold what no cell can carry: files, inner tables.
    #[error("rows of {table} hold files or tables")]
    WouldLose {
        /// The path of the table.
        table: String,
    },
}

/// Where cells go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Behind the last row. The first row of cells may name columns.
    Behind,
    /// Behind the last row, columns by name.
    Append,
    /// In place of all rows, columns by name.
    Replace,
    /// From this row and column on.
    Cell(usize, String),
}

impl Cells {
    /// Lines out of a spreadsheet: cells are parted by tabs, and those with tabs, quotes or line ends
    /// in them stand in quotes.
    pub fn pasted(text: &str) -> Self {
        let mut rows = vec![vec![String::new()]];
        let mut letters = text.chars().peekable();
        let (mut quoted, mut begins) = (false, true);
        while let Some(letter) = letters.next() {
            let row = rows.last_mut().filter(|row| !row.is_empty());
            let Some(cell) = row.and_then(|row| row.last_mut()) else {
                break;
            };
            match letter {
                '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
                '"' if quoted => quoted = false,
                '"' if begins => quoted = true,
                '\r' if letters.peek() == Some(&'\n') => continue,
                '\t' if !quoted => rows.last_mut().into_iter().for_each(|row| row.push(String::new())),
                '\n' | '\r' if !quoted => rows.push(vec![String::new()]),
                letter => cell.push(letter),
            }
            begins = !quoted && matches!(letter, '\t' | '\n' | '\r');
        }
        while rows.last().is_some_and(|row| is_blank(row)) {
            rows.pop();
        }
        Self(rows)
    }
}

fn is_blank(row: &[String]) -> bool {
    row.iter().all(|cell| cell.trim().is_empty())
}

/// The columns of a table that a spreadsheet can have.
pub fn sheet_columns(table: &Table) -> impl Iterator<Item = &Field> {
    table.columns.values().filter(|column| {
        let kind = &column.kind;
        !matches!(
            kind,
            FieldType::Note | FieldType::Computed(_) | FieldType::File(_) | FieldType::Table(_)
        )
    })
}

/// Whether a spreadsheet carries all that the row holds.
pub fn carried(table: &Table, row: &Json) -> bool {
    let answers = row.as_object().into_iter().flatten();
    answers
        .filter(|(_, answer)| !answer.is_null())
        .all(|(id, _)| sheet_columns(table).any(|column| *column.id == **id))
}

/// Puts cells into the table at `path`. Gives the first row that was filled and what could not be
/// taken; where all rows make room, `removed` keeps them. `may_edit` says of a cell's path whether it
/// may be changed.
#[expect(
    clippy::too_many_arguments,
    reason = "it is one step of saving a page, which has them all"
)]
pub fn fill(
    fields: &IndexMap<Id, Field>,
    answers: &mut Map<String, Json>,
    path: &str,
    start: &Start,
    cells: &Cells,
    lookups: &dyn Lookups,
    may_edit: &dyn Fn(&str) -> bool,
    removed: &mut Option<Removed>,
) -> Result<(String, Vec<Refused>), CellsError> {
    let mut answers_of = answers.clone();
    let (table, rows) = rows_of(fields, &mut answers_of, path).ok_or(CellsError::Nothing)?;
    let layout = Layout::new(table, path, start, cells)?;
    let before = rows.clone();
    let first = match start {
        Start::Cell(row, _) => (*row).min(rows.len()),
        Start::Replace => {
            if !rows.iter().all(|row| carried(table, row)) {
                return Err(CellsError::WouldLose { table: path.into() });
            }
            rows.clear();
            0
        }
        Start::Behind | Start::Append => {
            let blank = |row: &Json| row.as_object().is_none_or(Map::is_empty);
            rows.iter().rposition(|row| !blank(row)).map_or(0, |last| last + 1)
        }
    };
    let mut into = Filler {
        reader: CellReader::new(lookups),
        may_edit,
        table,
        path,
        before: &before,
        rows,
        refused: Vec::new(),
    };
    let left_out = into.all(&layout, first);
    let mut refused = into.refused;
    for (reason, raw) in [
        (Reason::RowsLeftOut, (left_out > 0).then(|| left_out.to_string())),
        (Reason::ColumnsLeftOut, layout.told()),
    ] {
        if let Some(raw) = raw {
            refused.push(Refused {
                path: path.to_owned(),
                raw,
                reason,
                near: Vec::new(),
            });
        }
    }
    if *start == Start::Replace && !before.is_empty() {
        *removed = Some(Removed::new(path, None, before));
    }
    *answers = answers_of;
    Ok((format!("{path}[{first}]"), refused))
}

/// Which cell belongs to which column.
struct Layout<'a> {
    columns: Vec<Option<&'a Field>>,
    rows: &'a [Vec<String>],
    /// Whether empty rows take a place.
    spaced: bool,
    /// The headings of columns that the table does not have.
    unknown: Vec<String>,
}

impl<'a> Layout<'a> {
    fn new(table: &'a Table, path: &str, start: &Start, cells: &'a Cells) -> Result<Self, CellsError> {
        let rows = &cells.0;
        let head = rows.iter().position(|row| !is_blank(row)).ok_or(CellsError::Nothing)?;
        let named: Vec<Option<&Field>> = rows[head].iter().map(|cell| column_named(table, cell)).collect();
        let known = named.iter().flatten().count();
        let written = rows[head].iter().filter(|cell| !cell.trim().is_empty()).count();
        match start {
            Start::Append | Start::Replace if known == 0 => Err(CellsError::NoHeadings { table: path.into() }),
            Start::Append | Start::Replace => Ok(Self::headed(named, rows, head)),
            // Most of what stands there are names of columns.
            Start::Behind if known * 2 > written => Ok(Self::headed(named, rows, head)),
            Start::Behind => Ok(Self::in_order(sheet_columns(table), rows, false)),
            Start::Cell(_, column) => {
                let from = sheet_columns(table).skip_while(|one| *one.id != **column);
                Ok(Self::in_order(from, rows, true))
            }
        }
    }

    fn headed(mut columns: Vec<Option<&'a Field>>, rows: &'a [Vec<String>], head: usize) -> Self {
        let mut unknown = Vec::new();
        let mut seen: Vec<&Id> = Vec::new();
        for (column, heading) in columns.iter_mut().zip(&rows[head]) {
            match column {
                // The second column of a name is one too many.
                Some(field) if seen.contains(&&field.id) => *column = None,
                Some(field) => {
                    seen.push(&field.id);
                    continue;
                }
                None => {}
            }
            if !heading.trim().is_empty() {
                unknown.push(heading.trim().chars().take(TOLD).collect());
            }
        }
        Self {
            columns,
            rows: &rows[head + 1..],
            spaced: false,
            unknown,
        }
    }

    fn in_order(columns: impl Iterator<Item = &'a Field>, rows: &'a [Vec<String>], spaced: bool) -> Self {
        let columns: Vec<Option<&Field>> = columns.map(Some).collect();
        let beyond = rows
            .iter()
            .filter_map(|row| row.get(columns.len()..))
            .flatten()
            .find(|cell| !cell.trim().is_empty());
        let unknown = beyond.map(|cell| cell.trim().chars().take(TOLD).collect());
        Self {
            unknown: unknown.into_iter().collect(),
            columns,
            rows,
            spaced,
        }
    }

    fn told(&self) -> Option<String> {
        (!self.unknown.is_empty()).then(|| self.unknown.join("、"))
    }
}

/// The column that a heading names, in either language or by its id.
fn column_named<'a>(table: &'a Table, heading: &str) -> Option<&'a Field> {
    let plain = |text: &str| -> String {
        let bare = text.trim().trim_end_matches(['*', '＊', '：', ':']);
        let bare = bare.strip_suffix("（万元）").unwrap_or(bare);
        bare.chars()
            .filter(|letter| !letter.is_whitespace())
            .collect::<String>()
            .to_lowercase()
    };
    let heading = plain(heading);
    if heading.is_empty() {
        return None;
    }
    let called = |column: &&Field| {
        [Language::Chinese, Language::English]
            .into_iter()
            .any(|language| plain(column.label.get(language)) == heading)
    };
    let by_id = |column: &&Field| heading == *column.id || heading.ends_with(&format!("[{}]", column.id));
    sheet_columns(table)
        .find(called)
        .or_else(|| sheet_columns(table).find(by_id))
}

struct Filler<'a, 'r> {
    reader: CellReader<'a>,
    may_edit: &'r dyn Fn(&str) -> bool,
    table: &'a Table,
    path: &'r str,
    before: &'r [Json],
    rows: &'r mut Vec<Json>,
    refused: Vec<Refused>,
}

impl<'a> Filler<'a, '_> {
    /// Puts in every row; gives how many there was no room for.
    fn all(&mut self, layout: &Layout<'a>, first: usize) -> usize {
        let rows = layout.rows.iter().filter(|row| layout.spaced || !is_blank(row));
        let mut left_out = 0;
        for (at, row) in rows.enumerate() {
            if first + at >= self.table.max_rows {
                left_out += usize::from(!is_blank(row));
            } else {
                self.row(layout, first + at, row);
            }
        }
        left_out
    }

    fn row(&mut self, layout: &Layout<'a>, at: usize, cells: &[String]) {
        while self.rows.len() <= at {
            self.rows.push(Json::Object(Map::new()));
        }
        for (column, raw) in layout.columns.iter().zip(cells) {
            let Some(column) = column else { continue };
            let path = format!("{}[{at}].{}", self.path, column.id);
            let before = self.before.get(at).and_then(|row| row.get(&*column.id));
            let answer = match (self.may_edit)(&path) {
                true => self.reader.read(column, raw, before),
                // What may not be changed stays.
                false => Ok(before.cloned().unwrap_or_default()),
            };
            match (answer, self.rows.get_mut(at).and_then(Json::as_object_mut)) {
                (Ok(Json::Null), _) => {}
                (Ok(answer), Some(row)) => drop(row.insert(column.id.to_string(), answer)),
                (Ok(_), None) => {}
                (Err(reason), _) => self.refused.push(Refused {
                    path,
                    raw: if column.sensitive {
                        String::new()
                    } else {
                        raw.replace('\0', "")
                    },
                    reason,
                    near: Vec::new(),
                }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::theme::form::sample::{choice, field, table};

    fn cells(rows: &[&[&str]]) -> Cells {
        Cells(
            rows.iter()
                .map(|row| row.iter().map(ToString::to_string).collect())
                .collect(),
        )
    }

    #[test]
    fn lines_are_parted_as_spreadsheets_part_them() {
        for (text, expected) in [
            ("a\tb\r\nc\td\r\n", cells(&[&["a", "b"], &["c", "d"]])),
            ("\"a\nb\"\t\"x \"\"y\"\"\"\n", cells(&[&["a\nb", "x \"y\""]])),
            ("a\n\nb", cells(&[&["a"], &[""], &["b"]])),
            ("5\" 管\t\"", cells(&[&["5\" 管", ""]])),
            ("\"不完", cells(&[&["不完"]])),
            ("", Cells::default()),
            ("\n\t\n", Cells::default()),
        ] {
            assert_eq!(Cells::pasted(text), expected, "{text:?}");
        }
    }

    fn works() -> IndexMap<Id, Field> {
        let mut kind = field("kind", "类型", FieldType::Choice(choice(&["1 论文", "2 专著"])));
        kind.required = true;
        let mut cited = field("cited", "引用次数", FieldType::Integer);
        cited.label = crate::definition::Text::both("引用次数", "Times cited");
        let columns = vec![
            field("title", "题名", FieldType::Text),
            kind,
            cited,
            field("day", "日期", FieldType::Date),
        ];
        let works = field("works", "论著", FieldType::Table(table(columns)));
        IndexMap::from([(works.id.clone(), works)])
    }

    /// Fills from `start` and compares the rows and what was not taken: `path reason raw`.
    fn check(stored: Json, start: Start, given: &Cells, expected: Json, not_taken: &[&str]) -> Option<Removed> {
        let fields = works();
        let mut answers = json!({"works": stored}).as_object().unwrap().clone();
        let mut removed = None;
        let may_edit = |path: &str| path != "works[0].day";
        let (_, refused) = fill(
            &fields,
            &mut answers,
            "works",
            &start,
            given,
            &(),
            &may_edit,
            &mut removed,
        )
        .unwrap();
        assert_eq!(answers["works"], expected);
        let told: Vec<String> = refused
            .iter()
            .map(|one| format!("{} {:?} {}", one.path, one.reason, one.raw))
            .collect();
        assert_eq!(told, not_taken);
        removed
    }

    #[test]
    fn cells_go_where_their_headings_say() {
        check(
            json!([{"title": "旧"}, {}]),
            Start::Append,
            &cells(&[
                &["Times cited", "出处", "题名*", "类型"],
                &["3", "x", "甲", "论文"],
                &[],
                &["很多", "", "乙", "2 专著"],
            ]),
            json!([{"title": "旧"}, {"cited": 3, "title": "甲", "kind": "1"}, {"title": "乙", "kind": "2"}]),
            &["works[2].cited NotAnInteger 很多", "works ColumnsLeftOut 出处"],
        );
    }

    #[test]
    fn replacing_keeps_what_stood_there() {
        let removed = check(
            json!([{"title": "旧", "day": "2020-01-01"}]),
            Start::Replace,
            &cells(&[&["题名", "日期"], &["新", "2026/2/3"], &["次", "2026/2/3"]]),
            json!([{"title": "新", "day": "2020-01-01"}, {"title": "次", "day": "2026-02-03"}]),
            &[],
        );
        let mut answers = Map::new();
        let shown = crate::theme::input_name::Command::Restore("works".into())
            .perform(&works(), &mut answers, &mut removed.clone())
            .unwrap();
        assert_eq!(shown.as_deref(), Some("works[0]"));
        assert_eq!(json!(answers), json!({"works": [{"title": "旧", "day": "2020-01-01"}]}));
    }

    #[test]
    fn what_is_pasted_into_a_cell_spreads_from_there() {
        check(
            json!([{"title": "甲", "cited": 1}, {"title": "乙", "cited": 2}]),
            Start::Cell(1, "kind".into()),
            &cells(&[&["1", "5"], &["", ""], &["书", "7", "2026-01-01", "多"]]),
            json!([{"title": "甲", "cited": 1}, {"title": "乙", "kind": "1", "cited": 5}, {},
                   {"cited": 7, "day": "2026-01-01"}]),
            &["works[3].kind UnknownChoice 书", "works ColumnsLeftOut 多"],
        );
    }

    #[test]
    fn rows_without_room_are_told() {
        let many: Vec<Vec<String>> = (0..100_000).map(|at| vec![format!("题 {at}")]).collect();
        let fields = works();
        let mut answers = Map::new();
        let all = |_: &str| true;
        let (shown, refused) = fill(
            &fields,
            &mut answers,
            "works",
            &Start::Behind,
            &Cells(many),
            &(),
            &all,
            &mut None,
        )
        .unwrap();
        assert_eq!(
            (shown.as_str(), answers["works"].as_array().unwrap().len()),
            ("works[0]", 5)
        );
        assert_eq!(
            (refused[0].reason, refused[0].raw.as_str()),
            (Reason::RowsLeftOut, "99995")
        );
    }

    #[test]
    fn what_would_do_harm_is_refused_whole() {
        let mut inner = field("proof", "证明", FieldType::Note);
        inner.kind = FieldType::Table(table(vec![field("what", "内容", FieldType::Text)]));
        let rows = field(
            "rows",
            "行",
            FieldType::Table(table(vec![field("a", "甲", FieldType::Text), inner])),
        );
        let fields = IndexMap::from([(rows.id.clone(), rows)]);
        let stored = json!({"rows": [{"a": "1", "proof": [{"what": "x"}]}]});
        let try_with = |start: Start, path: &str, given: &Cells| {
            let mut answers = stored.as_object().unwrap().clone();
            let all = |_: &str| true;
            let done = fill(&fields, &mut answers, path, &start, given, &(), &all, &mut None);
            assert_eq!(json!(answers), stored);
            done.unwrap_err()
        };
        let good = cells(&[&["甲"], &["2"]]);
        assert_eq!(
            try_with(Start::Replace, "rows", &good),
            CellsError::WouldLose { table: "rows".into() }
        );
        assert_eq!(
            try_with(Start::Append, "rows", &cells(&[&["丙"], &["2"]])),
            CellsError::NoHeadings { table: "rows".into() }
        );
        assert_eq!(try_with(Start::Behind, "rows", &Cells::default()), CellsError::Nothing);
        assert_eq!(try_with(Start::Behind, "a", &good), CellsError::Nothing);
    }
}
