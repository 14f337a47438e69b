//! A table as a workbook, to be filled in elsewhere and brought back.

mod workbook;

use bytes::Bytes;
use serde_json::{Value as Json, json};
use tokio::sync::Semaphore;

use super::{Case, Person, Received, Refused, Registry};
use crate::check::posted::{Cells, choice_text, sheet_columns, written};
use crate::check::{Evaluated, Path};
use crate::definition::form::Table;
use crate::definition::sheet::{self, SheetError};
use crate::definition::{Field, FieldType, Language, Text};
use crate::store::Change;

use workbook::{Column, Sheet};

/// Bytes of a file whose rows are taken into a table.
pub const SHEET_BYTES: usize = 5 << 20;
/// A list with more entries than this is not offered to be chosen from in a workbook.
const LISTED: usize = 300;
/// So many files are read at one time, others wait: each may unpack to many times its size.
static READING: Semaphore = Semaphore::const_new(2);

/// A table as a workbook.
#[derive(Debug)]
pub struct TableSheet {
    /// What the file is called.
    pub name: String,
    /// The file.
    pub content: Bytes,
}

/// The cells of the first sheet that has any.
pub(super) async fn cells_of(file: Received) -> Result<Cells, Refused> {
    if file.content.len() > SHEET_BYTES {
        let most = SHEET_BYTES >> 20;
        return Err(Refused::Input(Text::both(
            format!("要导入的文件超过 {most} MB 的上限，没有导入"),
            format!("The file to import is larger than {most} MB, which is the limit; nothing was imported."),
        )));
    }
    let _place = READING
        .acquire()
        .await
        .map_err(|error| Refused::Failed(error.to_string()))?;
    let read = tokio::task::spawn_blocking(move || sheet::read(&file.content, "")).await;
    let book = read.map_err(|error| Refused::Failed(error.to_string()))?;
    let book = book.map_err(|error| {
        let told = error.told();
        Refused::Input(Text::both(
            format!("没有导入：{}", told.get(Language::Chinese)),
            format!("Nothing was imported: {}", told.get(Language::English)),
        ))
    })?;
    let first = book.sheets.into_iter().find(|sheet| !sheet.rows.is_empty());
    let rows = first.ok_or_else(|| Refused::Input(SheetError::Empty.told()))?.rows;
    Ok(Cells(rows.into_iter().map(|row| row.cells).collect()))
}

impl Registry {
    /// The table at `path` as a workbook: a row of headings, then a row for each entry. Whoever fills
    /// in the table sees sensitive answers in full, which is noted; anybody else sees them masked.
    pub async fn table_sheet(
        &self,
        person: &Person,
        case: &Case,
        path: &str,
        language: Language,
    ) -> Result<TableSheet, Refused> {
        let path: Path = path.parse().map_err(|_| Refused::NotFound)?;
        let evaluated = case.evaluated();
        let table = shown_table(case, evaluated, &path).ok_or(Refused::NotFound)?;
        let rows = path.get(case.answers()).and_then(Json::as_array);
        let rows = rows.map(Vec::as_slice).unwrap_or_default();
        let in_full = case.is_applicant() && case.editing().allows(path.root());
        if in_full {
            self.note_sensitive(person, case, &path, table, rows).await?;
        }
        let sheet = sheet_of(case, evaluated, &path, table, rows, in_full, language);
        let written = tokio::task::spawn_blocking(move || sheet.write()).await;
        let content = written.map_err(|error| Refused::Failed(error.to_string()))?;
        let content = content.map_err(|error| Refused::Failed(error.to_string()))?;
        let label = path.label(case.form());
        let name = format!("{}-{}.xlsx", case.application().title, label.get(language));
        Ok(TableSheet {
            name: name.trim_start_matches('-').to_owned(),
            content: content.into(),
        })
    }

    /// Notes that sensitive answers leave in a file.
    async fn note_sensitive(
        &self,
        person: &Person,
        case: &Case,
        path: &Path,
        table: &Table,
        rows: &[Json],
    ) -> Result<(), Refused> {
        let answered = |column: &&Field| rows.iter().any(|row| !row[&*column.id].is_null());
        let columns = sheet_columns(table).filter(|column| column.sensitive).filter(answered);
        let columns: Vec<&str> = columns.map(|column| &*column.id).collect();
        if columns.is_empty() {
            return Ok(());
        }
        let detail = json!({"table": path.to_string(), "columns": columns});
        let put = vec![self.audit(person, Some(&case.application().id), "export-table", detail)];
        self.inner.store.commit(Change { expect: vec![], put }).await?;
        Ok(())
    }
}

/// The table at `path`, if it is one that the person sees now.
fn shown_table<'a>(case: &'a Case, evaluated: &Evaluated, path: &Path) -> Option<&'a Table> {
    let form = case.form();
    let page = form.page_of.get(path.root())?;
    if !evaluated.page_shown(page) || !evaluated.at(path)?.shown {
        return None;
    }
    let mut field = form.field(path.root())?;
    let columns = crate::theme::input_name::without_rows(&path.to_string());
    for column in columns.split('.').skip(1) {
        let FieldType::Table(table) = &field.kind else {
            return None;
        };
        field = table.columns.get(column)?;
    }
    match &field.kind {
        FieldType::Table(table) => Some(table),
        _ => None,
    }
}

fn sheet_of(
    case: &Case,
    evaluated: &Evaluated,
    path: &Path,
    table: &Table,
    rows: &[Json],
    in_full: bool,
    language: Language,
) -> Sheet {
    let fields = &case.form().pages[&case.form().page_of[path.root()]].fields;
    let candidates = evaluated.candidates(fields, case.units());
    let columns: Vec<&Field> = sheet_columns(table).collect();
    let heading = |column: &Field| {
        let label = column.label.get(language);
        let same = columns.iter().filter(|other| other.label.get(language) == label);
        match same.count() {
            1 => label.to_owned(),
            _ => format!("{label} [{}]", column.id),
        }
    };
    let offered = |column: &Field| -> Vec<String> {
        let path = format!(
            "{}.{}",
            crate::theme::input_name::without_rows(&path.to_string()),
            column.id
        );
        let narrowed = candidates.get(&path).map(Vec::as_slice);
        match &column.kind {
            FieldType::Choice(choice) | FieldType::Tree(choice) => {
                let codes: Vec<&str> = match narrowed {
                    Some(codes) => codes.iter().map(|(code, _)| code.as_str()).collect(),
                    None => choice.list.entries().iter().map(|entry| &*entry.code).collect(),
                };
                let open = codes
                    .into_iter()
                    .filter(|code| !choice.leaf_only || choice.list.is_leaf(code));
                open.map(|code| choice_text(&choice.list, code)).collect()
            }
            FieldType::YesNo => vec!["是".into(), "否".into()],
            _ => Vec::new(),
        }
    };
    let mut written_columns: Vec<Column> = Vec::new();
    for column in &columns {
        let offered = offered(column);
        written_columns.push(Column {
            heading: heading(column),
            offered: if offered.len() > LISTED { Vec::new() } else { offered },
            cells: (0..)
                .zip(rows)
                .map(|(at, row)| {
                    // What is hidden is kept for whoever fills it in, and is no answer to anybody else.
                    let place = path.row(at).column(&*column.id);
                    let shown = in_full || evaluated.at(&place).is_none_or(|state| state.shown);
                    let cell = shown.then(|| written(column, &row[&*column.id], case.units(), in_full));
                    cell.flatten()
                })
                .collect(),
        });
    }
    Sheet {
        name: path.label(case.form()).get(language).to_owned(),
        options: match language {
            Language::Chinese => "可选项",
            Language::English => "Options",
        },
        columns: written_columns,
        rows: table.max_rows,
    }
}
