//! Tables: rows as cards to edit, or as a table to read.

use serde_json::{Map, Value as Json};

use super::fill::Writer;
use super::prepare::{Kind, Prepared};
use crate::theme::input_name::Command;

/// How many rows a table may have, and whether their order can be changed.
pub(super) struct Rows {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) ordered: bool,
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
        for at in 0..count {
            self.row(columns, path, at, stored.get(at), count, rows.ordered);
        }
        let words = self.words;
        if count < rows.max {
            self.button(
                &Command::Add(path.to_owned()).to_string(),
                &words.add_row,
                "",
                "secondary",
            );
        } else {
            self.all(&["<p class=\"help\">", &words.rows_full, "</p>"]);
        }
        self.out.push_str("</fieldset>");
    }

    fn row(
        &mut self,
        columns: &'a [Prepared],
        table: &str,
        at: usize,
        stored: Option<&Json>,
        count: usize,
        ordered: bool,
    ) {
        let words = self.words;
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
        if ordered && at > 0 {
            self.button(
                &Command::Up(table.to_owned(), at).to_string(),
                &words.move_up,
                &name,
                "quiet",
            );
        }
        if ordered && at + 1 < count {
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
    }

    fn read_cell(&mut self, column: &'a Prepared, path: &str, row: Option<&Map<String, Json>>) {
        let changed = if self.filling.changed.contains(path) {
            " class=\"is-changed\""
        } else {
            ""
        };
        self.all(&["<td id=\"f-", path, "\"", changed, ">"]);
        if !self.filling.hidden.contains(path) {
            self.answer_content(column, path, row.and_then(|row| row.get(&*column.id)));
        }
        self.out.push_str("</td>");
    }
}
