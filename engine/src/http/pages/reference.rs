//! `/theme` and `/theme/{region}`: every part that pages are made of, as the theme shows it, for whoever
//! writes a theme. Only while the files are watched.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Html;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::definition::form::Severity;
use crate::definition::{Field, FieldType, Form, Language, Region, Text, load};
use crate::http::{App, Error, cookie, shell};
use crate::theme::filling::{Candidate, Editing, Filling, Message};
use crate::theme::input_name::anchor;
use crate::theme::view::{
    Crumb, ErrorLink, Notice, NoticeKind, Opinion, Paging, Reference, ReferenceLook, Step, StepPlace, Tab, TabProgress,
};
use crate::theme::{PreparedForm, Theme};

/// A form with a field of every type, in the shape of a stored form, and answers to it.
const FORM: &str = include_str!("reference/form.json");

/// How the fields are looked at.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Asked {
    #[serde(default)]
    look: String,
}

const LOOKS: [(&str, &str); 5] = [
    ("empty", "reference_empty"),
    ("filled", "reference_filled"),
    ("wrong", "reference_wrong"),
    ("marked", "reference_marked"),
    ("read", "reference_read"),
];

/// Everything in the theme of a region, or in that of pages that belong to none.
pub(in crate::http) async fn show(
    State(app): State<App>,
    Path(names): Path<HashMap<String, String>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Html<String>, Error> {
    let named = names
        .get("region")
        .map(|name| app.registry().region(name))
        .transpose()?;
    // Any region will do to read the form with: it uses nothing of it.
    let any = named.or(app.registry().offices().next().map(|office| office.region()));
    let any = any.ok_or(Error::NotFound)?;
    let shop = named.and_then(|region| app.shop(&region.id));
    let theme = shop.map_or(app.front(), |shop| &shop.theme);
    let given = named.map_or(Language::Chinese, |region| region.language);
    let language = cookie::read_language(&headers).unwrap_or(given);
    let (form, stored) = form(any)?;
    let look = LOOKS
        .iter()
        .find(|(look, _)| *look == asked.look)
        .unwrap_or(&LOOKS[1])
        .0;
    let sheet = Sheet {
        theme,
        form: &form,
        stored: &stored,
        language,
        look,
        path: named.map_or("/theme".into(), |region| format!("/theme/{}", region.id)),
    };
    let view = sheet.view(&app);
    let mut shell = shell::bare(&app, named.map(Arc::as_ref), language, &sheet.path, &headers);
    shell.breadcrumb = vec![Crumb {
        label: view.title.clone(),
        href: None,
    }];
    Ok(Html(theme.page(&shell, &view)?))
}

/// The form, and the file that it was read from.
fn form(region: &Region) -> Result<(Form, Json), Error> {
    let stored: Json = serde_json::from_str(FORM).map_err(|error| Error::Internal(error.to_string()))?;
    let form = load::pinned(region, "reference", &stored).map_err(|error| Error::Internal(error.to_string()))?;
    Ok((form, stored))
}

struct Sheet<'a> {
    theme: &'a Theme,
    form: &'a Form,
    stored: &'a Json,
    language: Language,
    look: &'static str,
    path: String,
}

impl Sheet<'_> {
    fn text(&self, key: &str) -> String {
        self.theme.text(self.language, key, &[])
    }

    fn view(&self, app: &App) -> Reference {
        let answers = self.stored["answers"].as_object().cloned().unwrap_or_default();
        let answers = if self.look == "empty" { Map::new() } else { answers };
        let filling = self.filling(&answers);
        let errors = self.errors();
        let prepared = PreparedForm::new(self.form, self.theme);
        let fields = prepared.page("all").map(|page| page.fill(self.language, &filling));
        let (of_themes, all) = (app.registry().offices(), "/theme".to_owned());
        let regions = of_themes.map(|office| office.region());
        let regions = regions.map(|region| {
            (
                region.name.get(self.language).to_owned(),
                format!("/theme/{}", region.id),
            )
        });
        Reference {
            title: self.text("reference"),
            regions: [(self.text("reference_front"), all)]
                .into_iter()
                .chain(regions)
                .map(|(label, href)| ReferenceLook {
                    current: href == self.path,
                    label,
                    href,
                })
                .collect(),
            looks: LOOKS
                .iter()
                .map(|(look, key)| ReferenceLook {
                    label: self.text(key),
                    href: format!("{}?look={look}#fields", self.path),
                    current: *look == self.look,
                })
                .collect(),
            fields: fields.unwrap_or_default(),
            errors,
            notices: self.notices(),
            tabs: self.tabs(),
            steps: self.steps(),
            paging: Paging {
                total: 42,
                page: 2,
                pages: 3,
                previous: Some(self.path.clone()),
                next: Some(self.path.clone()),
            },
            opinion: Opinion {
                by: self.text("applicant"),
                on: "2026-11-20 09:30".into(),
                text: self.text("reference_sentence"),
            },
        }
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        self.form.fields().map(|(_, field)| field)
    }

    fn filling<'f>(&self, answers: &'f Map<String, Json>) -> Filling<'f> {
        let mut filling = Filling::new(answers);
        let said = |text: &Json| match self.language {
            Language::Chinese => text["zh"].as_str().unwrap_or_default().to_owned(),
            Language::English => text["en"].as_str().unwrap_or_default().to_owned(),
        };
        let candidates = self.stored["candidates"].as_array().into_iter().flatten();
        let candidates = candidates.map(|pair| Candidate {
            value: pair[0].as_str().unwrap_or_default().to_owned(),
            label: said(&pair[1]),
        });
        filling
            .asked_mut()
            .candidates
            .insert("lookup".into(), candidates.collect());
        let rows = answers.get("table").and_then(Json::as_array).map_or(0, Vec::len);
        filling.asked_mut().computed.insert("computed".into(), rows.to_string());
        filling.files_at = "#".into();
        filling.picks = true;
        let sentence = self.text("reference_sentence");
        for field in self.fields() {
            let id = field.id.to_string();
            match self.look {
                "wrong" => {
                    let severity = match field.required {
                        true => Severity::Error,
                        false => Severity::Warning,
                    };
                    let text = sentence.clone();
                    filling.messages.insert(id, vec![Message { severity, text }]);
                }
                "marked" => {
                    filling.remarks.insert(id.clone(), sentence.clone());
                    filling.changed.insert(id);
                }
                _ => {}
            }
        }
        if self.look == "wrong" {
            filling.refused.insert("date".into(), "2026-02-30".into());
        }
        if self.look == "read" {
            filling.editing = Editing::Nothing;
        }
        filling
    }

    fn errors(&self) -> Vec<ErrorLink> {
        let wrong = self
            .fields()
            .filter(|field| field.required && !matches!(field.kind, FieldType::Table(_)));
        wrong
            .filter(|_| self.look == "wrong")
            .map(|field| ErrorLink {
                label: field.label.get(self.language).to_owned(),
                message: self.text("reference_sentence"),
                href: format!("#{}", anchor(&field.id)),
            })
            .collect()
    }

    fn notices(&self) -> Vec<Notice> {
        let kinds = [
            NoticeKind::Done,
            NoticeKind::Info,
            NoticeKind::Warning,
            NoticeKind::Error,
        ];
        kinds
            .map(|kind| Notice {
                kind,
                text: self.text("reference_sentence"),
            })
            .to_vec()
    }

    fn tabs(&self) -> Vec<Tab> {
        let kinds = [
            TabProgress::Untouched,
            TabProgress::Missing,
            TabProgress::Wrong,
            TabProgress::Complete,
        ];
        let tab = |(at, progress): (usize, TabProgress)| Tab {
            label: self
                .theme
                .text(self.language, "row_number", &[("n", &(at + 1).to_string())]),
            href: self.path.clone(),
            current: at == 1,
            progress,
            said: progress
                .text_key()
                .map(|key| self.theme.text(self.language, key, &[]))
                .unwrap_or_default(),
            marked: at == 3,
        };
        kinds.into_iter().enumerate().map(tab).collect()
    }

    fn steps(&self) -> Vec<Step> {
        let places = [
            (StepPlace::Behind, Text::both("已提交", "Submitted")),
            (StepPlace::Here, Text::both("审核中", "In review")),
            (StepPlace::Ahead, Text::both("发证", "Certificate")),
        ];
        let note = |place| (place == StepPlace::Behind).then(|| "2026-11-20".to_owned());
        let step = |(place, label): (StepPlace, Text)| Step {
            label: label.get(self.language).to_owned(),
            place,
            note: note(place),
        };
        places.into_iter().map(step).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::FORM;

    /// The names that the definition language gives its types.
    #[test]
    fn no_type_is_left_out() {
        let stored: serde_json::Value = serde_json::from_str(FORM).unwrap();
        let fields = stored["form"]["pages"]["all"]["fields"].as_object().unwrap();
        let shown: BTreeSet<&str> = fields.values().filter_map(|field| field["type"].as_str()).collect();
        let known: BTreeSet<&str> = crate::definition::load::TYPES.iter().map(|(name, ..)| *name).collect();
        assert_eq!(shown, known);
    }
}
