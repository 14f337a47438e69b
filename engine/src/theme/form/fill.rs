//! One field: the label, what is to be said about it, and the input or the answer.

use serde_json::Value as Json;

use super::answer;
use super::escape;
use super::prepare::{Kind, Prepared};
use super::words::Words;
use crate::definition::form::Severity;
use crate::theme::filling::{Editing, Filling};
use crate::theme::input_name::MARKER;

/// Writes fields into a page.
pub(super) struct Writer<'a> {
    pub(super) out: String,
    pub(super) words: &'a Words,
    pub(super) filling: &'a Filling<'a>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(words: &'a Words, filling: &'a Filling<'a>) -> Self {
        Self {
            out: String::with_capacity(8 * 1024),
            words,
            filling,
        }
    }

    /// Whether the top-level field `id` may be edited.
    pub(super) fn may_edit(&self, id: &str) -> bool {
        match &self.filling.editing {
            Editing::Nothing => false,
            Editing::All => true,
            Editing::Only(marked) => marked.contains(id),
        }
    }

    /// The field at `path`; nothing while it is hidden. `editable` says so of what it stands in.
    pub(super) fn field(&mut self, field: &'a Prepared, path: &str, value: Option<&Json>, editable: bool) {
        if self.filling.asked.hidden.contains(path) {
            return;
        }
        let editable = editable && !self.filling.asked.read_only.contains(path);
        match &field.kind {
            Kind::Note => self.note(field, path),
            Kind::Computed => self.computed(field, path),
            _ if !editable => self.answer(field, path, value),
            Kind::Table {
                columns,
                min,
                max,
                ordered,
            } => {
                self.table(
                    field,
                    columns,
                    path,
                    value,
                    &super::table::Rows {
                        min: *min,
                        max: *max,
                        ordered: *ordered,
                    },
                );
            }
            Kind::YesNo
            | Kind::Radios(_)
            | Kind::Checks(_)
            | Kind::Many(_)
            | Kind::Slots { .. }
            | Kind::Files { .. } => {
                self.group(field, path, value);
            }
            Kind::Input { .. } | Kind::Area { .. } | Kind::Select(..) | Kind::Pick(_) | Kind::Lines => {
                self.single(field, path, value);
            }
        }
    }

    fn note(&mut self, field: &Prepared, path: &str) {
        self.all(&[
            "<div class=\"field note wide\" id=\"f-",
            path,
            "\"><p class=\"label\">",
            &field.label,
            "</p>",
        ]);
        if let Some(help) = &field.help {
            self.all(&["<p>", help, "</p>"]);
        }
        self.out.push_str("</div>");
    }

    fn computed(&mut self, field: &Prepared, path: &str) {
        self.open_answer(field, path, "");
        self.out.push_str("<output class=\"answer\">");
        self.worked_out(field, path);
        self.out.push_str("</output>");
        self.remarks(field, path);
        self.out.push_str("</div>");
    }

    /// What the engine has worked out for the field.
    fn worked_out(&mut self, field: &Prepared, path: &str) {
        let text = self.filling.asked.computed.get(path).map(String::as_str);
        self.text_or_empty(&answer::shown(field, text.unwrap_or_default(), self.filling));
    }

    /// The answer, to be read.
    fn answer(&mut self, field: &'a Prepared, path: &str, value: Option<&Json>) {
        let wide = matches!(field.kind, Kind::Area { .. } | Kind::Table { .. } | Kind::Files { .. });
        self.open_answer(field, path, if wide { " wide" } else { "" });
        self.out.push_str("<div class=\"answer\">");
        self.answer_content(field, path, value);
        self.out.push_str("</div>");
        self.remarks(field, path);
        self.out.push_str("</div>");
    }

    pub(super) fn answer_content(&mut self, field: &'a Prepared, path: &str, value: Option<&Json>) {
        match &field.kind {
            Kind::Table { columns, .. } => self.read_table(field, columns, path, value),
            Kind::Files { .. } => self.read_files(value),
            Kind::Computed => {
                self.worked_out(field, path);
            }
            _ => {
                let text = value.map(|value| answer::text(field, path, value, self.filling, self.words));
                self.text_or_empty(&text.unwrap_or_default());
            }
        }
    }

    fn open_answer(&mut self, field: &Prepared, path: &str, class: &str) {
        let changed = if self.filling.changed.contains(path) {
            " is-changed"
        } else {
            ""
        };
        self.all(&[
            "<div class=\"field is-read",
            class,
            changed,
            "\" id=\"f-",
            path,
            "\" tabindex=\"-1\">",
        ]);
        self.all(&["<p class=\"label\">", &field.label, "</p>"]);
    }

    fn text_or_empty(&mut self, text: &str) {
        if text.is_empty() {
            let empty = &self.words.empty;
            self.all(&["<span class=\"empty\">", empty, "</span>"]);
        } else {
            escape::push(&mut self.out, text);
        }
    }

    /// A field with one input, which its label names.
    fn single(&mut self, field: &'a Prepared, path: &str, value: Option<&Json>) {
        let class = match field.kind {
            Kind::Area { .. } | Kind::Lines => " wide",
            Kind::Input { width, .. } => width,
            _ => "",
        };
        self.open("div", field, path, class, "");
        self.all(&["<label for=\"f-", path, "\">", &field.label]);
        self.required_mark(field, path);
        self.out.push_str("</label>");
        self.remarks(field, path);
        self.input(field, path, value);
        self.marker(path);
        self.out.push_str("</div>");
    }

    fn input(&mut self, field: &'a Prepared, path: &str, value: Option<&Json>) {
        let refused = self.filling.refused.get(path);
        let value = match value {
            None | Some(Json::Null) => field.default.as_ref(),
            some => some,
        };
        let stored = value.map(answer::typed).unwrap_or_default();
        match &field.kind {
            Kind::Input {
                typed,
                attributes,
                money,
                ..
            } => {
                let typed = if refused.is_some() { "text" } else { typed };
                self.all(&["<input type=\"", typed, "\"", attributes]);
                self.named(field, path);
                self.out.push_str(" value=\"");
                self.value(field, refused, &stored);
                self.out.push_str("\">");
                if let Some(yuan) = money {
                    let again = self.words.money(refused.unwrap_or(&stored), *yuan);
                    self.all(&["<p class=\"chosen\">", &again, "</p>"]);
                }
            }
            Kind::Area { attributes } => {
                let lines = refused.unwrap_or(&stored).lines().count().clamp(5, 20).to_string();
                self.all(&["<textarea rows=\"", &lines, "\"", attributes]);
                self.named(field, path);
                self.out.push_str(">\n");
                self.value(field, refused, &stored);
                self.out.push_str("</textarea>");
            }
            Kind::Lines => {
                let lines = answer::items(value).join("\n");
                self.out.push_str("<textarea rows=\"4\"");
                self.named(field, path);
                self.out.push_str(">\n");
                self.value(field, refused, &lines);
                self.out.push_str("</textarea>");
            }
            Kind::Select(entries, options) => {
                let selected = refused.map_or(stored.as_str(), String::as_str);
                self.select(field, path, selected, entries, options);
            }
            Kind::Pick(entries) => self.pick(field, entries.as_ref(), path, &stored),
            _ => {}
        }
    }

    fn value(&mut self, field: &Prepared, refused: Option<&String>, stored: &str) {
        match refused {
            Some(raw) => escape::push(&mut self.out, raw),
            None => escape::push(&mut self.out, &answer::shown(field, stored, self.filling)),
        }
    }

    /// The attributes that name an input and tie it to what is said about it.
    pub(super) fn named(&mut self, field: &Prepared, path: &str) {
        self.all(&[" id=\"f-", path, "\" name=\"", path, "\""]);
        if self.is_required(field, path) {
            self.out.push_str(" aria-required=\"true\"");
        }
        self.described(field, path);
        if self.is_invalid(path) {
            self.out.push_str(" aria-invalid=\"true\"");
        }
    }

    pub(super) fn described(&mut self, field: &Prepared, path: &str) {
        let parts = [
            (field.help.is_some(), "-help"),
            (self.filling.remarks.contains_key(path), "-remark"),
            (self.filling.messages.contains_key(path), "-message"),
        ];
        if parts.iter().any(|(said, _)| *said) {
            self.out.push_str(" aria-describedby=\"");
            for (_, suffix) in parts.iter().filter(|(said, _)| *said) {
                self.all(&["f-", path, suffix, " "]);
            }
            self.out.push('"');
        }
    }

    pub(super) fn is_required(&self, field: &Prepared, path: &str) -> bool {
        field.required || self.filling.asked.required.contains(path)
    }

    fn is_invalid(&self, path: &str) -> bool {
        let messages = self.filling.messages.get(path);
        messages.is_some_and(|all| all.iter().any(|message| message.severity == Severity::Error))
    }

    /// Opens the element round a field; the caller closes it.
    pub(super) fn open(&mut self, element: &str, field: &Prepared, path: &str, class: &str, extra: &str) {
        let invalid = if self.is_invalid(path) { " is-invalid" } else { "" };
        let changed = if self.filling.changed.contains(path) {
            " is-changed"
        } else {
            ""
        };
        let refresh = if field.read_by_others { " data-refresh" } else { "" };
        self.all(&[
            "<",
            element,
            " class=\"field",
            class,
            invalid,
            changed,
            "\"",
            extra,
            refresh,
        ]);
        if element == "fieldset" {
            self.all(&[" id=\"f-", path, "\" tabindex=\"-1\""]);
            self.described(field, path);
        }
        self.out.push('>');
    }

    pub(super) fn required_mark(&mut self, field: &Prepared, path: &str) {
        if self.is_required(field, path) {
            let required = &self.words.required;
            self.all(&[
                "<span class=\"mark\" title=\"",
                required,
                "\" aria-hidden=\"true\">*</span>",
            ]);
        }
    }

    /// The hint, what changed, the reviewer's remark and what is wrong.
    pub(super) fn remarks(&mut self, field: &Prepared, path: &str) {
        let words = self.words;
        if self.filling.changed.contains(path) {
            self.all(&["<p class=\"changed\">", &words.changed, "</p>"]);
        }
        if let Some(help) = &field.help {
            self.all(&["<p class=\"help\" id=\"f-", path, "-help\">", help, "</p>"]);
        }
        if let Some(remark) = self.filling.remarks.get(path) {
            self.all(&[
                "<p class=\"remark\" id=\"f-",
                path,
                "-remark\"><strong>",
                &words.remark,
                "</strong>",
            ]);
            escape::push(&mut self.out, remark);
            self.out.push_str("</p>");
        }
        if let Some(messages) = self.filling.messages.get(path) {
            self.all(&["<div id=\"f-", path, "-message\">"]);
            for message in messages {
                let (class, prefix) = match message.severity {
                    Severity::Error => ("error", &words.error),
                    Severity::Warning => ("warning", &words.warning),
                };
                self.all(&[
                    "<p class=\"",
                    class,
                    "\"><span class=\"visually-hidden\">",
                    prefix,
                    "</span>",
                ]);
                escape::push(&mut self.out, &message.text);
                self.out.push_str("</p>");
            }
            self.out.push_str("</div>");
        }
    }

    /// Says that `value` (a path, or a table's path and rows) was offered for editing.
    pub(super) fn marker(&mut self, value: &str) {
        self.all(&["<input type=\"hidden\" name=\"", MARKER, "\" value=\"", value, "\">"]);
    }

    /// Appends markup.
    pub(super) fn all(&mut self, parts: &[&str]) {
        for part in parts {
            self.out.push_str(part);
        }
    }
}
