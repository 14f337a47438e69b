//! The rows of a page's tables while it is saved: what was removed, and what comes out of a
//! spreadsheet.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::table_sheet::cells_of;
use super::{Case, Received, Refused, Registry, sealed};
use crate::check::Answers;
use crate::check::posted::{self, Cells, CellsError, Posted, Removed, Start};
use crate::definition::{Field, Id, Text};
use crate::store::Dossier;
use crate::theme::input_name::{Command, SHEET};

/// A page that is being saved.
pub(super) struct Rows<'a> {
    pub(super) case: &'a Case,
    pub(super) fields: &'a IndexMap<Id, Field>,
    pub(super) page: &'a str,
    /// Whether the cell at a path may be changed.
    pub(super) may_edit: &'a (dyn Fn(&str) -> bool + Sync),
}

/// Cells that a button puts into a table.
pub(super) struct Incoming {
    table: String,
    start: Start,
    cells: Cells,
}

impl Case {
    /// The table of `page` from which something was removed that can be brought back, and the row
    /// that it was; no row where all made room for others.
    pub fn removed(&self, page: &str) -> Option<(&str, Option<usize>)> {
        let removed = self.removed_sealed(page)?;
        Some((&removed.table, removed.at))
    }
}

/// What was removed last from each page, since the application came into its state.
pub(super) fn removed(dossier: &Dossier) -> BTreeMap<String, Removed> {
    let since = dossier.application.state_since;
    let of_now = dossier.pages.iter().filter(|page| page.saved_at >= since);
    let kept = of_now.filter_map(|page| {
        let removed = serde_json::from_value(page.removed.clone()?).ok()?;
        Some((page.page.clone(), removed))
    });
    kept.collect()
}

/// The file that the button puts into a table.
pub(super) fn sheet_of<'f>(files: &'f [(String, Received)], command: &Command) -> Option<&'f Received> {
    let (Command::Append(wanted) | Command::Replace(wanted)) = command else {
        return None;
    };
    let sheet = files.iter().find(|(name, _)| name.strip_prefix(SHEET) == Some(wanted));
    sheet.map(|(_, file)| file)
}

/// The cells that the button is about, read from what was pasted or from a file.
pub(super) async fn incoming(posted: &Posted, file: Option<&Received>) -> Result<Option<Incoming>, Refused> {
    let (table, start) = match &posted.command {
        Command::Fill(table, None) => (table, Start::Behind),
        Command::Fill(table, Some((row, column))) => (table, Start::Cell(*row, column.clone())),
        Command::Append(table) => (table, Start::Append),
        Command::Replace(table) => (table, Start::Replace),
        _ => return Ok(None),
    };
    let cells = match (&posted.command, file) {
        (Command::Fill(..), _) => Cells::pasted(&posted.pasted),
        (_, Some(file)) => cells_of(file.clone()).await?,
        (_, None) => {
            return Err(Refused::Input(Text::both(
                "请先选择要导入的文件（.xlsx 或 .csv）",
                "Choose the file to import first (.xlsx or .csv).",
            )));
        }
    };
    Ok(Some(Incoming {
        table: table.clone(),
        start,
        cells,
    }))
}

impl Rows<'_> {
    /// Puts cells into their table. Gives the row to show and what could not be taken.
    pub(super) fn fill(
        &self,
        incoming: &Incoming,
        given: &mut Answers,
        removed: &mut Option<Removed>,
    ) -> Result<(String, Vec<posted::Refused>), Refused> {
        let Incoming { table, start, cells } = incoming;
        let units = self.case.units();
        let filled = posted::fill(self.fields, given, table, start, cells, units, &self.may_edit, removed);
        filled.map_err(|error| Refused::Input(told(&error)))
    }

    fn place(&self) -> sealed::Place<'_> {
        let application = self.case.application();
        sealed::Place {
            region: &application.region,
            application: &application.id,
        }
    }
}

fn told(error: &CellsError) -> Text {
    match error {
        CellsError::Nothing => Text::both(
            "没有可填入的内容：请先从电子表格复制若干行，粘贴到文本框里",
            "There is nothing to fill in: copy rows from a spreadsheet and paste them into the box first.",
        ),
        CellsError::NoHeadings { .. } => Text::both(
            "文件的第一行没有本表的栏目名，没有导入。请在第一行写栏目名，或先导出表格，在其中填写",
            "The first row of the file names no column of this table, so nothing was imported. \
             Put the column names there, or export the table and fill in that file.",
        ),
        CellsError::WouldLose { .. } => Text::both(
            "表中的行带有附件或内层表格，替换会丢失它们，没有导入。请改用“导入并追加”，或先删除这些行",
            "Rows of the table have files or tables in them that would be lost, so nothing was imported. \
             Import behind the last row instead, or remove these rows first.",
        ),
    }
}

impl Registry {
    /// What can be brought back on a page; opened where it is about to be.
    pub(super) fn removed_open(&self, rows: &Rows<'_>, command: &Command) -> Result<Option<Removed>, Refused> {
        let mut removed = rows.case.removed_sealed(rows.page).cloned();
        if let (Some(removed), Command::Restore(_)) = (&mut removed, command) {
            sealed::open(
                &self.inner.sealer,
                &rows.place(),
                rows.fields.values(),
                &mut removed.answers,
            )?;
        }
        Ok(removed)
    }

    /// The same as it is stored.
    pub(super) fn removed_sealed(&self, rows: &Rows<'_>, removed: Option<Removed>) -> Result<Option<Json>, Refused> {
        let Some(mut removed) = removed else { return Ok(None) };
        sealed::seal(
            &self.inner.sealer,
            &rows.place(),
            rows.fields.values(),
            &mut removed.answers,
        )?;
        let stored = serde_json::to_value(&removed);
        stored.map(Some).map_err(|error| Refused::Failed(error.to_string()))
    }
}
