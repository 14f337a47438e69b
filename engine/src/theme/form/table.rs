//! Tables: rows as cards to edit, or as a table to read.

use serde_json::{Map, Value as Json};

use super::fill::Writer;
use super::prepare::{Kind, Prepared};
use crate::theme::input_name::{Command, PASTE, SHEET, anchor, removed_place};

/// How many rows the second button for more adds.
const SEVERAL: usize = 5;

/// How many rows a table may have, and whether their order can be changed.
pub(super) struct Rows {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) ordered: bool,
}

/// Which row of a table is written.
struct Place<'p> {
    table: &'p str,
    at: usize,
    /// How many rows are shown, and how many of them are stored.
    count: usize,
    stored: usize,
}

impl<'a> Writer<'a> {
    /// The table at `path`, to edit. A table that needs rows shows them before they are there.
    pub(super) fn table(
        &mut self,
        field: &'a Prepared,
        columns: &'a [Prepared],
        path: &str,
        value: Option<&Json>,
        rows: &Rows,
    ) {
        let stored = value.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let words = self.words;
        let needed = if self.is_required(field, path) {
            rows.min.max(1)
        } else {
            rows.min
        };
        let count = stored.len().max(needed.min(rows.max));
        self.open("fieldset", field, path, " wide table", "");
        self.all(&["<legend>", &field.label]);
        self.required_mark(field, path);
        self.out.push_str("</legend>");
        self.remarks(field, path);
        self.marker(&format!("{path}:{count}"));
        let of_here = |(table, _): &&(String, Option<usize>)| table == path;
        let removed = self.filling.removed.as_ref().filter(of_here).map(|(_, at)| *at);
        if removed == Some(None) {
            self.removed(path, &words.rows_replaced);
        }
        for at in 0..count {
            if removed == Some(Some(at)) {
                self.removed(path, &words.row_removed.replace("{n}", &(at + 1).to_string()));
            }
            let place = Place {
                table: path,
                at,
                count,
                stored: stored.len(),
            };
            self.row(columns, &place, stored.get(at), rows);
        }
        // It was the last, or others behind it are gone since.
        if let Some(Some(at)) = removed.filter(|at| at.is_some_and(|at| at >= count)) {
            self.removed(path, &words.row_removed.replace("{n}", &(at + 1).to_string()));
        }
        self.more(field, path, count, rows.max);
        self.sheet(field, path, stored.is_empty());
        self.out.push_str("</fieldset>");
    }

    /// The buttons for more rows.
    fn more(&mut self, field: &Prepared, path: &str, count: usize, max: usize) {
        let words = self.words;
        if count >= max {
            return self.all(&["<p class=\"help\">", &words.rows_full, "</p>"]);
        }
        self.out.push_str("<div class=\"buttons\">");
        let one = Command::Add(path.to_owned()).to_string();
        self.button(&one, &words.add_row, &field.label, "secondary");
        if max - count >= SEVERAL {
            let several = Command::AddSeveral(path.to_owned(), SEVERAL).to_string();
            let label = words.add_rows.replace("{n}", &SEVERAL.to_string());
            self.button(&several, &label, &field.label, "quiet");
        }
        self.out.push_str("</div>");
    }

    /// Says where it stood that something was removed, with a button that brings it back.
    fn removed(&mut self, table: &str, text: &str) {
        let words = self.words;
        let id = anchor(&removed_place(table));
        self.all(&[
            "<p class=\"notice removed\" tabindex=\"-1\" id=\"",
            &id,
            "\">",
            text,
            " ",
        ]);
        self.button(&Command::Restore(table.to_owned()).to_string(), &words.undo, "", "link");
        self.out.push_str("</p>");
    }

    /// What goes between the table and a spreadsheet; inner tables are filled in by hand.
    fn sheet(&mut self, field: &Prepared, path: &str, is_empty: bool) {
        if self.filling.tables_at.is_empty() || path.contains('[') {
            return;
        }
        let words = self.words;
        self.all(&["<details class=\"sheet\"><summary>", &words.sheet]);
        self.all(&[
            "<span class=\"visually-hidden\"> ",
            &field.label,
            "</span></summary><p>",
        ]);
        self.sheet_link(
            path,
            if is_empty {
                &words.sheet_template
            } else {
                &words.sheet_export
            },
        );
        self.all(&["</p><label for=\"p-", path, "\">", &words.paste]);
        self.all(&["</label><p class=\"help\" id=\"p-", path, "-help\">", &words.paste_help]);
        self.all(&[
            "</p><textarea rows=\"3\" id=\"p-",
            path,
            "\" aria-describedby=\"p-",
            path,
        ]);
        self.all(&["-help\" name=\"", PASTE, path, "\"></textarea>"]);
        self.button(
            &Command::Fill(path.to_owned(), None).to_string(),
            &words.fill,
            &field.label,
            "secondary",
        );
        self.all(&["<label for=\"s-", path, "\">", &words.import]);
        self.all(&[
            "</label><p class=\"help\" id=\"s-",
            path,
            "-help\">",
            &words.import_help,
        ]);
        self.all(&["</p><input type=\"file\" accept=\".xlsx,.csv\" id=\"s-", path]);
        self.all(&[
            "\" aria-describedby=\"s-",
            path,
            "-help\" name=\"",
            SHEET,
            path,
            "\"><div class=\"buttons\">",
        ]);
        let append = Command::Append(path.to_owned()).to_string();
        self.button(&append, &words.import_append, &field.label, "secondary");
        let replace = Command::Replace(path.to_owned()).to_string();
        self.button(&replace, &words.import_replace, &field.label, "quiet danger");
        self.out.push_str("</div></details>");
    }

    fn sheet_link(&mut self, path: &str, label: &str) {
        let path = path.replace('[', "%5B").replace(']', "%5D");
        self.out.push_str("<a href=\"");
        super::escape::push(&mut self.out, &self.filling.tables_at);
        self.all(&[&path, "\">", label, "</a>"]);
    }

    fn row(&mut self, columns: &'a [Prepared], place: &Place<'_>, stored: Option<&Json>, rows: &Rows) {
        let words = self.words;
        let (table, at) = (place.table, place.at);
        let name = words.row.replace("{n}", &(at + 1).to_string());
        let path = format!("{table}[{at}]");
        self.all(&[
            "<fieldset class=\"row\" id=\"f-",
            &path,
            "\" tabindex=\"-1\"><legend>",
            &name,
            "</legend>",
        ]);
        self.row_messages(&path);
        self.out.push_str("<div class=\"cells\">");
        for column in columns {
            let value = stored.and_then(|row| row.get(&*column.id));
            self.field(column, &format!("{path}.{}", column.id), value, true);
        }
        self.out.push_str("</div><div class=\"row-tools\">");
        if at < place.stored && place.count < rows.max {
            let copy = Command::Copy(table.to_owned(), at).to_string();
            self.button(&copy, &words.copy_row, &name, "quiet");
        }
        if rows.ordered && at > 0 {
            self.button(
                &Command::Up(table.to_owned(), at).to_string(),
                &words.move_up,
                &name,
                "quiet",
            );
        }
        if rows.ordered && at + 1 < place.count {
            self.button(
                &Command::Down(table.to_owned(), at).to_string(),
                &words.move_down,
                &name,
                "quiet",
            );
        }
        self.button(
            &Command::Remove(table.to_owned(), at).to_string(),
            &words.remove_row,
            &name,
            "quiet danger",
        );
        self.out.push_str("</div></fieldset>");
    }

    /// What is wrong with a row as a whole.
    fn row_messages(&mut self, path: &str) {
        for message in self.filling.messages.get(path).into_iter().flatten() {
            self.out.push_str("<p class=\"error\">");
            super::escape::push(&mut self.out, &message.text);
            self.out.push_str("</p>");
        }
    }

    /// The table at `path`, to read.
    pub(super) fn read_table(
        &mut self,
        field: &'a Prepared,
        columns: &'a [Prepared],
        path: &str,
        value: Option<&Json>,
    ) {
        let rows = value.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        if rows.is_empty() {
            let empty = &self.words.empty;
            return self.all(&["<span class=\"empty\">", empty, "</span>"]);
        }
        let shown: Vec<&Prepared> = columns
            .iter()
            .filter(|column| !matches!(column.kind, Kind::Note))
            .collect();
        self.all(&[
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"",
            &field.label,
            "\">",
        ]);
        self.out.push_str("<table><thead><tr><th scope=\"col\">#</th>");
        for column in &shown {
            self.all(&["<th scope=\"col\">", &column.label, "</th>"]);
        }
        self.out.push_str("</tr></thead><tbody>");
        for (at, row) in rows.iter().enumerate() {
            self.all(&["<tr><th scope=\"row\">", &(at + 1).to_string(), "</th>"]);
            for column in &shown {
                self.read_cell(column, &format!("{path}[{at}].{}", column.id), row.as_object());
            }
            self.out.push_str("</tr>");
        }
        self.out.push_str("</tbody></table></div>");
        if !self.filling.tables_at.is_empty() {
            self.out.push_str("<p>");
            self.sheet_link(path, &self.words.sheet_export);
            self.out.push_str("</p>");
        }
    }

    fn read_cell(&mut self, column: &'a Prepared, path: &str, row: Option<&Map<String, Json>>) {
        let changed = if self.filling.changed.contains(path) {
            " class=\"is-changed\""
        } else {
            ""
        };
        self.all(&["<td id=\"f-", path, "\"", changed, ">"]);
        if !self.filling.asked.hidden.contains(path) {
            self.answer_content(column, path, row.and_then(|row| row.get(&*column.id)));
        }
        self.out.push_str("</td>");
    }
}
