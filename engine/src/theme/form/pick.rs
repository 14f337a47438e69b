//! Something that is searched: an input that shows what was picked, the way to it below, and a button that leads to
//! where it can be searched without JavaScript.

use serde_json::Value as Json;

use super::answer;
use super::escape;
use super::fill::Writer;
use super::options;
use super::prepare::{Entries, Prepared};
use crate::theme::input_name::PICK;

impl<'a> Writer<'a> {
    /// One pick. `entries` is the list of a choice, none for a lookup.
    pub(super) fn pick(&mut self, field: &Prepared, entries: Option<&'a Entries>, path: &str, stored: &str) {
        let refused = self.filling.refused.get(path);
        let sole = answer::candidates(path, self.filling).filter(|_| entries.is_none() && stored.is_empty());
        if sole.is_some_and(<[_]>::is_empty) {
            let none = &self.words.lookup_none;
            self.all(&["<p class=\"warning\">", none, "</p>"]);
        }
        let text = match (refused, entries, sole) {
            (Some(raw), ..) => raw.clone(),
            (_, Some(entries), _) => answer::shown(field, &entries.list.shown(stored), self.filling),
            (_, None, Some([only])) => only.label.clone(),
            _ => answer::shown(field, &answer::picked(path, stored, self.filling), self.filling),
        };
        self.out
            .push_str("<div class=\"pick\"><input type=\"text\" data-pick autocomplete=\"off\"");
        self.named(field, path);
        self.searched(field, path, &text);
        if let Some(entries) = entries.filter(|_| refused.is_none() && !field.sensitive) {
            let above = entries.list.get(stored).and_then(|entry| entry.parent);
            if above.is_some() {
                self.out.push_str("<p class=\"chosen\">");
                escape::push(&mut self.out, &entries.list.path(stored));
                self.out.push_str("</p>");
            }
        }
        self.offers(path, "radio");
    }

    /// Several picks: those that were made as checkboxes, and an input for one more.
    pub(super) fn many(&mut self, field: &'a Prepared, entries: &'a Entries, path: &str, value: Option<&Json>) {
        let chosen = answer::items(value);
        if !chosen.is_empty() {
            self.out.push_str("<div class=\"choices stacked\">");
            for code in &chosen {
                self.tick("checkbox", path, code, &options::label(&entries.list, code), true);
            }
            self.out.push_str("</div>");
        }
        let refused = self.filling.refused.get(path).map(String::as_str).unwrap_or_default();
        let (label, more) = (&field.label, &self.words.add_another);
        self.all(&[
            "<div class=\"pick\"><input type=\"text\" data-pick=\"several\" autocomplete=\"off\" id=\"f-",
            path,
            "-more\" name=\"",
            path,
            "\" aria-label=\"",
            label,
            " ",
            more,
            "\"",
        ]);
        self.described(field, path);
        self.searched(field, path, refused);
        self.offers(path, "checkbox");
    }

    /// The rest of the input and the button beside it.
    fn searched(&mut self, field: &Prepared, path: &str, text: &str) {
        self.out.push_str(" value=\"");
        escape::push(&mut self.out, text);
        self.out.push_str("\">");
        if self.filling.picks {
            let pick = &self.words.pick;
            self.all(&[
                "<button class=\"secondary\" name=\"",
                PICK,
                "\" value=\"",
                path,
                "\">",
                pick,
            ]);
            self.all(&["<span class=\"visually-hidden\"> ", &field.label, "</span></button>"]);
        }
        self.out.push_str("</div>");
    }

    /// What may have been meant: one that is ticked counts more than what was typed.
    fn offers(&mut self, path: &str, kind: &str) {
        let filling = self.filling;
        let Some(offers) = filling.offers.get(path).filter(|offers| !offers.is_empty()) else {
            return;
        };
        self.out.push_str("<div class=\"choices stacked\">");
        for offer in offers {
            self.tick(kind, path, &offer.value, &offer.label, false);
        }
        self.out.push_str("</div>");
    }
}
