//! Fields with several inputs: radio buttons, checkboxes, numbered inputs, uploads; and selects.

use serde_json::Value as Json;

use super::answer;
use super::escape;
use super::fill::Writer;
use super::options::{self, Options};
use super::prepare::{Entries, Kind, Prepared, size};
use crate::theme::input_name::{COMMAND, Command};

/// A select with more entries than this gets a box to filter it by.
const FILTER_FROM: usize = 12;

impl<'a> Writer<'a> {
    /// A field whose inputs are named by a legend.
    pub(super) fn group(&mut self, field: &'a Prepared, path: &str, value: Option<&Json>) {
        let radios = matches!(field.kind, Kind::YesNo | Kind::Radios(_));
        let extra = match (radios, radios && self.is_required(field, path)) {
            (true, true) => " role=\"radiogroup\" aria-required=\"true\"",
            (true, false) => " role=\"radiogroup\"",
            _ => "",
        };
        let wide = match &field.kind {
            Kind::Files { .. } | Kind::Slots { .. } | Kind::Checks(_) => true,
            Kind::Radios(entries) => !entries.is_short(),
            _ => false,
        };
        self.open("fieldset", field, path, if wide { " wide" } else { "" }, extra);
        self.all(&["<legend>", &field.label]);
        self.required_mark(field, path);
        if !radios && self.is_required(field, path) {
            let required = &self.words.required;
            self.all(&["<span class=\"visually-hidden\">", required, "</span>"]);
        }
        self.out.push_str("</legend>");
        self.remarks(field, path);
        self.members(field, path, value);
        self.marker(path);
        self.out.push_str("</fieldset>");
    }

    fn members(&mut self, field: &'a Prepared, path: &str, value: Option<&Json>) {
        match &field.kind {
            Kind::YesNo => self.yes_no(field, path, value),
            Kind::Radios(entries) => self.radios(field, entries, path, value),
            Kind::Checks(entries) => self.checks(entries, path, value),
            Kind::Many(entries) => self.many(field, entries, path, value),
            Kind::Slots {
                count,
                typed,
                attributes,
            } => self.slots(*count, typed, attributes, path, value),
            Kind::Files {
                accept,
                multiple,
                max,
                most,
                template,
            } => {
                self.template(template.as_deref());
                self.files(field, path, (accept, *multiple, *max, *most), value);
            }
            _ => {}
        }
    }

    fn yes_no(&mut self, field: &Prepared, path: &str, value: Option<&Json>) {
        let words = self.words;
        let chosen = value
            .filter(|value| !value.is_null())
            .or(field.default.as_ref())
            .and_then(Json::as_bool);
        self.out.push_str("<div class=\"choices\">");
        self.tick("radio", path, "true", &words.yes, chosen == Some(true));
        self.tick("radio", path, "false", &words.no, chosen == Some(false));
        if !self.is_required(field, path) {
            self.tick("radio", path, "", &words.none, chosen.is_none());
        }
        self.out.push_str("</div>");
    }

    fn radios(&mut self, field: &Prepared, entries: &Entries, path: &str, value: Option<&Json>) {
        let refused = self.filling.refused.get(path);
        let value = value.filter(|value| !value.is_null()).or(field.default.as_ref());
        let chosen = refused
            .cloned()
            .unwrap_or_else(|| value.map(answer::typed).unwrap_or_default());
        self.out.push_str("<div class=\"choices\">");
        for (code, label) in self.entries(entries, path, std::slice::from_ref(&chosen)) {
            self.tick("radio", path, &code, &label, code == chosen);
        }
        if !self.is_required(field, path) {
            let none = self.words.none.clone();
            self.tick("radio", path, "", &none, chosen.is_empty());
        }
        self.out.push_str("</div>");
    }

    fn checks(&mut self, entries: &Entries, path: &str, value: Option<&Json>) {
        let chosen = answer::items(value);
        self.out.push_str("<div class=\"choices\">");
        for (code, label) in self.entries(entries, path, &chosen) {
            let ticked = chosen.contains(&code);
            self.tick("checkbox", path, &code, &label, ticked);
        }
        self.out.push_str("</div>");
    }

    /// What is offered at `path`: the candidates where there are some, else the whole list, and in
    /// any case what is chosen already.
    fn entries(&self, entries: &Entries, path: &str, chosen: &[String]) -> Vec<(String, String)> {
        let candidates = answer::candidates(path, self.filling).filter(|_| entries.filtered);
        let mut offered: Vec<(String, String)> = match candidates {
            Some(all) => all
                .iter()
                .map(|one| (one.value.clone(), options::label(&entries.list, &one.value)))
                .collect(),
            None => {
                let all = entries.list.entries().iter();
                let open = all.filter(|entry| !entries.leaf_only || entries.list.is_leaf(&entry.code));
                open.map(|entry| (entry.code.to_string(), options::label(&entries.list, &entry.code)))
                    .collect()
            }
        };
        for code in chosen.iter().filter(|code| !code.is_empty()) {
            if !offered.iter().any(|(known, _)| known == code) {
                offered.push((code.clone(), options::label(&entries.list, code)));
            }
        }
        offered
    }

    pub(super) fn tick(&mut self, kind: &str, path: &str, value: &str, label: &str, ticked: bool) {
        self.all(&[
            "<label class=\"choice\"><input type=\"",
            kind,
            "\" name=\"",
            path,
            "\" value=\"",
        ]);
        escape::push(&mut self.out, value);
        self.out
            .push_str(if ticked { "\" checked><span>" } else { "\"><span>" });
        escape::push(&mut self.out, label);
        self.out.push_str("</span></label>");
    }

    /// A select with one answer.
    pub(super) fn select(
        &mut self,
        field: &Prepared,
        path: &str,
        selected: &str,
        entries: &'a Entries,
        options: &'a Options,
    ) {
        let candidates = answer::candidates(path, self.filling).filter(|_| entries.filtered);
        self.out.push_str("<select");
        self.named(field, path);
        if candidates.map_or(options.len(), <[_]>::len) > FILTER_FROM {
            let filter = &self.words.filter;
            self.all(&[" data-filter=\"", filter, "\""]);
        }
        let choose = &self.words.choose;
        self.all(&["><option value=\"\">", choose, "</option>"]);
        match candidates {
            None => options.write(&mut self.out, selected),
            Some(candidates) => {
                if !candidates.iter().any(|candidate| candidate.value == selected) {
                    options::write_one(&mut self.out, selected, &options::label(&entries.list, selected));
                }
                for candidate in candidates {
                    let label = options::label(&entries.list, &candidate.value);
                    self.option(&candidate.value, &label, candidate.value == selected);
                }
            }
        }
        self.out.push_str("</select>");
    }

    fn option(&mut self, value: &str, label: &str, selected: bool) {
        if selected {
            return options::write_one(&mut self.out, value, label);
        }
        self.out.push_str("<option value=\"");
        escape::push(&mut self.out, value);
        self.out.push_str("\">");
        escape::push(&mut self.out, label);
        self.out.push_str("</option>");
    }

    fn slots(&mut self, count: usize, typed: &str, attributes: &str, path: &str, value: Option<&Json>) {
        let items = answer::items(value);
        self.out.push_str("<div class=\"slots\">");
        for at in 0..count.max(items.len()) {
            let slot = format!("{path}[{at}]");
            let label = self.words.item.replace("{n}", &(at + 1).to_string());
            let refused = self.filling.refused.get(&slot);
            let typed = if refused.is_some() { "text" } else { typed };
            let sign = char::from_u32(0x2460 + at as u32)
                .filter(|_| at < 20)
                .unwrap_or('·')
                .to_string();
            self.all(&["<label class=\"slot\"><span aria-hidden=\"true\">", &sign, "</span>"]);
            self.all(&[
                "<span class=\"visually-hidden\">",
                &label,
                "</span><input type=\"",
                typed,
                "\"",
                attributes,
            ]);
            self.all(&[" id=\"f-", &slot, "\" name=\"", &slot, "\" value=\""]);
            let text = refused.or(items.get(at)).map(String::as_str).unwrap_or_default();
            escape::push(&mut self.out, text);
            self.out.push_str("\"></label>");
        }
        self.out.push_str("</div>");
    }

    fn files(
        &mut self,
        field: &Prepared,
        path: &str,
        (accept, multiple, max, most): (&str, bool, usize, u64),
        value: Option<&Json>,
    ) {
        let files = value.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        self.file_list(files, Some(path));
        let replaces = max == 1 && !files.is_empty();
        if files.len() < max || replaces {
            self.all(&[
                "<input type=\"file\" class=\"upload\" name=\"",
                path,
                "\" aria-label=\"",
            ]);
            if replaces {
                self.all(&[&self.words.replace_file, " "]);
            }
            self.all(&[&field.label, "\" data-most=\"", &most.to_string(), "\" data-large=\""]);
            let large = self.words.file_too_large.replace("{size}", &size(most));
            self.all(&[&large, "\""]);
            if !accept.is_empty() {
                self.all(&[" accept=\"", accept, "\""]);
            }
            self.out.push_str(if multiple { " multiple>" } else { ">" });
        }
    }

    /// A link to the print that is to be filled in and returned here.
    fn template(&mut self, document: Option<&str>) {
        let Some(document) = document.filter(|_| !self.filling.documents_at.is_empty()) else {
            return;
        };
        self.out.push_str("<p><a href=\"");
        escape::push(&mut self.out, &self.filling.documents_at);
        self.all(&[document, "/pdf\">", &self.words.template, "</a></p>"]);
    }

    pub(super) fn read_files(&mut self, value: Option<&Json>) {
        let files = value.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        self.file_list(files, None);
        if files.is_empty() {
            let none = &self.words.no_file;
            self.all(&["<span class=\"empty\">", none, "</span>"]);
        }
    }

    fn file_list(&mut self, files: &[Json], removable: Option<&str>) {
        if files.is_empty() {
            return;
        }
        self.out.push_str("<ul class=\"files\">");
        for file in files {
            let part = |key: &str| file.get(key).and_then(Json::as_str).unwrap_or_default();
            self.out.push_str("<li><a href=\"");
            escape::push(&mut self.out, &self.filling.files_at);
            escape::push(&mut self.out, part("id"));
            self.out.push_str("\">");
            escape::push(&mut self.out, part("name"));
            let bytes = file.get("size").and_then(Json::as_u64).unwrap_or_default();
            self.all(&["</a> <small>", &size(bytes), &self.extent(file), "</small>"]);
            if matches!(part("kind"), "pdf" | "png" | "jpg") && !self.filling.files_at.is_empty() {
                self.out.push_str("<a href=\"");
                escape::push(&mut self.out, &self.filling.files_at);
                escape::push(&mut self.out, part("id"));
                self.all(&["?view\">", &self.words.view_file]);
                self.out.push_str("<span class=\"visually-hidden\"> ");
                escape::push(&mut self.out, part("name"));
                self.out.push_str("</span></a>");
            }
            match part("state") {
                "cut-off" => self.all(&["<span class=\"warning\">", &self.words.file_cut_off, "</span>"]),
                "broken" => self.all(&["<span class=\"warning\">", &self.words.file_broken, "</span>"]),
                "encrypted" => self.all(&["<span class=\"warning\">", &self.words.file_encrypted, "</span>"]),
                _ => {}
            }
            if let Some(path) = removable {
                let command = Command::RemoveFile(path.to_owned(), part("id").to_owned()).to_string();
                self.button(
                    &command,
                    &self.words.remove_file,
                    &escape::escaped(part("name")),
                    "quiet danger",
                );
            }
            self.out.push_str("</li>");
        }
        self.out.push_str("</ul>");
    }

    /// How many pages a file has, or how large a picture it is; nothing where that is not known.
    fn extent(&self, file: &Json) -> String {
        let number = |at: &str| file.pointer(at).and_then(Json::as_u64).map(|number| number.to_string());
        if let Some(pages) = number("/pages") {
            return self.words.file_pages.replace("{n}", &pages);
        }
        match (number("/pixels/0"), number("/pixels/1")) {
            (Some(width), Some(height)) => self
                .words
                .file_pixels
                .replace("{width}", &width)
                .replace("{height}", &height),
            _ => String::new(),
        }
    }

    /// A button that saves and then does `command`; `of` says of what, to whoever hears the
    /// button by itself. Both are escaped already.
    pub(super) fn button(&mut self, command: &str, label: &str, of: &str, class: &str) {
        self.all(&["<button class=\"", class, "\" name=\"", COMMAND, "\" value=\""]);
        escape::push(&mut self.out, command);
        self.all(&[
            "\">",
            label,
            "<span class=\"visually-hidden\"> ",
            of,
            "</span></button>",
        ]);
    }
}
