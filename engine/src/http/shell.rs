//! The frame around every page.

use axum::http::HeaderMap;

use super::app::App;
use super::visit::Visit;
use super::{Error, cookie};
use crate::definition::region::MenuTarget;
use crate::definition::workflow::Edits;
use crate::definition::{Language, Region};
use crate::theme::LANGUAGES;
use crate::theme::view::{Crumb, Frame, LanguageLink, MenuEntry, Notice, RegionHead, RoleChoice, Shell, User};

/// Where a page stands: the menu entry it belongs to, and what 当前页面 says behind it.
#[derive(Debug, Default)]
pub(super) struct Stand {
    pub(super) menu: Option<MenuTarget>,
    pub(super) crumbs: Vec<(String, Option<String>)>,
}

impl Stand {
    /// A page that a menu entry leads to, or one below it.
    pub(super) fn at(menu: MenuTarget) -> Self {
        Self {
            menu: Some(menu),
            crumbs: Vec::new(),
        }
    }

    /// One more step of 当前页面.
    pub(super) fn then(mut self, label: impl Into<String>, href: Option<String>) -> Self {
        self.crumbs.push((label.into(), href));
        self
    }
}

/// The frame without a person: for errors and pages that need none.
pub(super) fn bare(
    app: &App,
    region: Option<&Region>,
    language: Language,
    address: &str,
    headers: &HeaderMap,
) -> Shell {
    let large = cookie::read_large_text(headers);
    Shell {
        frame: Frame {
            language,
            region: region.map(|region| head(region, language)),
            large_text: large,
            version: env!("CARGO_PKG_VERSION").into(),
            demo: !app.settings().demo.is_empty(),
            ..Frame::default()
        },
        languages: languages(language, address),
        text_size: format!(
            "/text-size/{}?next={}",
            if large { "normal" } else { "large" },
            encoded(address)
        ),
        watch: app
            .settings()
            .watch
            .as_ref()
            .map(|watch| watch.bar(region.map(|region| &*region.id), language, None)),
        ..Shell::default()
    }
}

impl Visit {
    /// The frame of a page of this region.
    pub(super) async fn shell(&self, stand: Stand) -> Result<Shell, Error> {
        let region = self.office.region();
        let language = self.language;
        let mut shell = bare(&self.app, Some(region), language, &self.address, &self.headers);
        shell.notice = cookie::read_notice(&self.headers).map(|(key, kind, about)| Notice {
            kind,
            text: match key {
                "action_done" => self.told_of_action(about),
                key => self.text(&format!("notice_{key}"), &[]),
            },
        });
        if let Some(person) = &self.person {
            shell.frame.user = Some(User {
                name: person.name.clone(),
                role: self.role(&person.role),
                unit: match &person.unit {
                    Some(unit) => self.unit_name(unit).await?,
                    None => None,
                },
                other_roles: person
                    .roles
                    .iter()
                    .filter(|role| **role != person.role)
                    .map(|role| RoleChoice {
                        id: role.to_string(),
                        label: self.role(role),
                    })
                    .collect(),
            });
            shell.frame.menu = MenuEntry::of_region(&region.menu, &region.id, &person.role, language, stand.menu);
            shell.frame.reminders = self.app.registry().reminders(person).await?;
        }
        shell.breadcrumb = breadcrumb(&shell.frame.menu, stand);
        Ok(shell)
    }

    /// What an action has come to, by the state it led to: where the application stands, and whose turn it is.
    fn told_of_action(&self, state: &str) -> String {
        let workflow = &self.office.region().workflow;
        let Some(state) = workflow.now(state).and_then(|state| workflow.states.get(state)) else {
            return self.text("notice_action_done", &[]);
        };
        let label = ("state", state.label.get(self.language));
        match (&state.waits_for, state.edits) {
            (Some(waits), _) => self.text("notice_action_waits", &[label, ("who", &self.role(&waits.role))]),
            (None, Edits::Nobody) => self.text("notice_action_ended", &[label]),
            (None, _) => self.text("notice_action_returned", &[label]),
        }
    }

    pub(super) async fn unit_name(&self, unit: &str) -> Result<Option<String>, Error> {
        Ok(self.app.registry().unit_name(&self.office.region().id, unit).await?)
    }
}

fn head(region: &Region, language: Language) -> RegionHead {
    let text = |name: &Option<String>| name.as_ref().map(|name| format!("/{}/texts/{name}", region.id));
    RegionHead {
        id: region.id.to_string(),
        name: region.name.get(language).into(),
        title: region.title.get(language).into(),
        authority: region.authority.get(language).into(),
        phone: region.support.phone.clone(),
        faq: text(&region.support.faq),
        contact: text(&region.support.contact),
    }
}

fn languages(current: Language, address: &str) -> Vec<LanguageLink> {
    let others = LANGUAGES.into_iter().filter(|language| *language != current);
    let next = encoded(address);
    others
        .map(|language| LanguageLink {
            tag: language.tag().into(),
            label: name_of(language).into(),
            href: format!("/language/{}?next={next}", language.tag()),
        })
        .collect()
}

/// An address as it stands in the query of another.
fn encoded(address: &str) -> String {
    percent_encoding::utf8_percent_encode(address, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What a language calls itself.
pub(super) fn name_of(language: Language) -> &'static str {
    match language {
        Language::Chinese => "中文",
        Language::English => "English",
    }
}

/// The way through the menu to the page, then the steps below.
pub(super) fn breadcrumb(menu: &[MenuEntry], stand: Stand) -> Vec<Crumb> {
    let mut crumbs = Vec::new();
    let mut level = menu;
    while let Some(entry) = level.iter().find(|entry| entry.current) {
        crumbs.push(Crumb {
            label: entry.label.clone(),
            href: entry.href.clone(),
        });
        level = &entry.items;
    }
    crumbs.extend(stand.crumbs.into_iter().map(|(label, href)| Crumb { label, href }));
    if let Some(last) = crumbs.last_mut() {
        last.href = None;
    }
    crumbs
}
