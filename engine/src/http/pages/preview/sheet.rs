//! The page of the form as the person in the chosen role sees it.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value as Json;

use super::chosen::Chosen;
use super::panel;
use crate::check::{self, Context, Finding, Lookups, posted};
use crate::definition::form::Severity;
use crate::definition::region::MenuTarget;
use crate::definition::{Page, Text};
use crate::http::filling::{said, without_label};
use crate::http::pages::head::{self, Standing, is_given};
use crate::http::shell::Stand;
use crate::http::{Error, shell};
use crate::registry::asked;
use crate::registry::sample::Tried;
use crate::theme::filling::{Editing, Filling, Message};
use crate::theme::input_name::anchor;
use crate::theme::markdown;
use crate::theme::view::{
    ApplicationHead, ErrorLink, FormPage, LanguageLink, MenuEntry, Preview, Shell, Tab, Tone, User,
};

/// A page that is being put together.
pub(super) struct Sheet<'c> {
    chosen: &'c Chosen,
    tried: &'c Tried,
    typed: bool,
    /// What could not be read of what was typed.
    refused: Vec<posted::Refused>,
    /// What is shown at the fields.
    findings: Vec<Finding>,
}

impl<'c> Sheet<'c> {
    pub(super) fn new(chosen: &'c Chosen, tried: &'c Tried) -> Self {
        Self {
            chosen,
            tried,
            typed: false,
            refused: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Shows what was typed: with everything that is found about this page, or with what a save would
    /// tell.
    pub(super) fn typed(&mut self, refused: Vec<posted::Refused>, all: bool) {
        self.typed = true;
        self.refused = refused;
        let found = match all {
            true => self.tried.checked.findings.clone(),
            false => check::check_page(
                &self.chosen.form,
                &self.chosen.page,
                &self.tried.answers,
                &self.context(),
            ),
        };
        let mine = |finding: &Finding| finding.page.as_deref() == Some(self.chosen.page.as_str());
        self.findings = found.into_iter().filter(mine).collect();
    }

    /// The whole answer.
    pub(super) fn answer(&self, status: StatusCode) -> Result<Response, Error> {
        let chosen = self.chosen;
        let page = chosen.page()?;
        let mut panel = panel::panel(chosen, self.tried);
        panel.typed = self.typed;
        if self.typed {
            panel.difference.clear();
        }
        let view = Preview {
            page: self.form_page(page)?,
            preview: panel,
        };
        let shell = self.shell(page);
        chosen.visit.page(status, &shell, &view)
    }

    fn context(&self) -> Context<'_> {
        Context {
            app: &self.tried.app,
            today: self.tried.today,
            lookups: &self.tried.units,
        }
    }

    fn form_page(&self, page: &Page) -> Result<FormPage, Error> {
        let (chosen, visit) = (self.chosen, &self.chosen.visit);
        let prepared = visit.shop.form(chosen.form());
        let fields = prepared.page(&page.id).ok_or(Error::NotFound)?;
        let mut filling = self.filling(page);
        let errors = self.tell(&mut filling);
        let region = visit.office.region();
        let text = page.text.as_ref().and_then(|text| region.texts.get(&**text));
        let (previous, next) = chosen.neighbours(&self.tried.checked.evaluated);
        let address = |page: String| chosen.address(&page);
        Ok(FormPage {
            head: self.head(),
            address: chosen.address(&page.id),
            suggest: None,
            title: page.title.get(visit.language).into(),
            intro: page.intro.as_ref().map(|intro| intro.get(visit.language).to_owned()),
            text: text.map(|text| markdown(text)),
            fields: fields.fill(visit.language, &filling),
            multipart: fields.has_files(),
            editable: chosen.edits() && !page.fields.is_empty(),
            revision: String::new(),
            errors,
            opinion: None,
            previous: previous.map(address),
            next: next.map(address),
            upkeep: Default::default(),
        })
    }

    fn filling(&self, page: &Page) -> Filling<'_> {
        let tried = &self.tried;
        let mut filling = Filling::new(&tried.answers);
        filling.asked = asked(page, &tried.checked.evaluated, &tried.answers, &tried.units).into();
        if !self.chosen.edits() {
            filling.editing = Editing::Nothing;
        }
        filling.asked_mut().names = self.names();
        // Samples are made up: nothing in them is anybody's.
        filling.reveal = true;
        filling.files_at = "#".into();
        filling
    }

    /// The names of everything that can be picked.
    fn names(&self) -> BTreeMap<String, String> {
        let region = self.chosen.visit.office.region();
        let registers = region.registers.keys().map(|id| &**id).chain(["units"]);
        let records = registers.flat_map(|register| Lookups::all(&self.tried.units, register));
        let named = |record: Json| {
            let text = |key: &str| record.get(key).and_then(Json::as_str).map(str::to_owned);
            Some((text("id")?, text("name")?))
        };
        records.filter_map(named).collect()
    }

    /// Puts at the fields what is to be said of them, and gives the summary above the form.
    fn tell(&self, filling: &mut Filling<'_>) -> Vec<ErrorLink> {
        let visit = &self.chosen.visit;
        let mut summary = Vec::new();
        let mut at = |path: String, severity: Severity, text: &Text| {
            let label = self.label(&path);
            let text = without_label(text.get(visit.language), &label).to_owned();
            if severity == Severity::Error {
                summary.push(ErrorLink {
                    label,
                    message: text.clone(),
                    href: format!("#{}", anchor(&path)),
                });
            }
            filling
                .messages
                .entry(path)
                .or_default()
                .push(Message { severity, text });
        };
        for refused in &self.refused {
            filling.refused.insert(refused.path.clone(), refused.raw.clone());
            let text = Text::chinese(said(visit, refused));
            at(refused.path.clone(), Severity::Error, &text);
        }
        for finding in &self.findings {
            if let Some(path) = &finding.at {
                at(path.to_string(), finding.severity, &finding.message);
            }
        }
        summary
    }

    fn label(&self, path: &str) -> String {
        let path = path.parse::<check::Path>();
        let label = path.map(|path| path.label(self.chosen.form()));
        label.map_or_else(
            |_| String::new(),
            |label| label.get(self.chosen.visit.language).to_owned(),
        )
    }

    fn head(&self) -> ApplicationHead {
        let (chosen, visit) = (self.chosen, &self.chosen.visit);
        let language = visit.language;
        let workflow = &visit.office.region().workflow;
        let start = workflow.states.get(&workflow.start);
        let name = self.tried.answers.get("name").and_then(Json::as_str);
        ApplicationHead {
            id: String::new(),
            href: chosen.address(&chosen.page),
            name: name.unwrap_or_default().to_owned(),
            form: chosen.form().title.get(language).into(),
            version: chosen.form().version.clone(),
            state: start
                .map(|state| state.label.get(language).to_owned())
                .unwrap_or_default(),
            tone: Tone::Draft,
            number: None,
            tabs: self.tabs(),
            progress: None,
            actions: Vec::new(),
            documents: Vec::new(),
            unmask: None,
            check: chosen.edits().then(|| chosen.address(&chosen.page)),
            back: "/preview/".into(),
        }
    }

    fn tabs(&self) -> Vec<Tab> {
        let chosen = self.chosen;
        let checked = &self.tried.checked;
        let standing = Standing::of(checked.into());
        let pages = chosen.form().pages.values();
        let shown = pages.filter(|page| checked.evaluated.page_shown(&page.id));
        shown
            .map(|page| {
                let progress = standing.progress(page, is_given(&self.tried.answers, page));
                Tab {
                    label: page.title.get(chosen.visit.language).into(),
                    href: chosen.address(&page.id),
                    current: *page.id == *chosen.page,
                    progress,
                    said: head::said(&chosen.visit, progress),
                    marked: false,
                }
            })
            .collect()
    }

    /// The frame that somebody in the role sees.
    fn shell(&self, page: &Page) -> Shell {
        let (chosen, visit) = (self.chosen, &self.chosen.visit);
        let region = visit.office.region();
        let mut shell = shell::bare(&visit.app, Some(region), visit.language, &visit.address, &visit.headers);
        let unit = self.tried.app.applicant_unit.as_deref();
        shell.frame.user = Some(User {
            name: match chosen.edits() {
                true if !self.tried.app.applicant_name.is_empty() => self.tried.app.applicant_name.clone(),
                _ => visit.text("preview", &[]),
            },
            role: visit.role(&chosen.role),
            unit: unit.map(|unit| self.tried.units.name(unit).to_owned()),
            other_roles: Vec::new(),
        });
        let target = match chosen.edits() {
            true => MenuTarget::Applications,
            false => MenuTarget::Queue,
        };
        shell.frame.menu = MenuEntry::of_region(&region.menu, &region.id, &chosen.role, visit.language, Some(target));
        let stand = Stand::at(target).then(page.title.get(visit.language), None);
        shell.breadcrumb = shell::breadcrumb(&shell.frame.menu, stand);
        shell.languages = crate::theme::LANGUAGES
            .into_iter()
            .filter(|language| *language != visit.language)
            .map(|language| LanguageLink {
                tag: language.tag().into(),
                label: shell::name_of(language).into(),
                href: chosen.address_in(&chosen.page, language),
            })
            .collect();
        shell
    }
}
