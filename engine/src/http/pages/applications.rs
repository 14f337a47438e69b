//! `/{region}/applications`: the applications that the person sees, with their progress; searched, sorted, in pages.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::head::tone;
use super::home::menu_label;
use super::{ROWS, numbered};
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::{Entry, MOST_SEARCHED, Order, Search};
use crate::theme::view::{ApplicationRow, Applications, Column, Link, Pick};

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Find {
    #[serde(default)]
    q: String,
    #[serde(default)]
    form: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    year: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: usize,
}

/// What a list can be sorted by: the word in its address, and the heading.
const COLUMNS: [(Order, &str); 5] = [
    (Order::Name, "name"),
    (Order::Category, "category"),
    (Order::State, "state"),
    (Order::Updated, "updated"),
    (Order::Number, "number"),
];

impl Find {
    fn search(&self) -> Search {
        let (reversed, word) = match self.sort.strip_prefix('-') {
            Some(word) => (true, word),
            None => (false, self.sort.as_str()),
        };
        let order = COLUMNS.into_iter().find(|(_, known)| *known == word);
        Search {
            text: self.q.clone(),
            form: self.form.clone(),
            state: self.state.clone(),
            year: self.year.trim().parse().ok(),
            order: order.map_or(Order::Added, |(order, _)| order),
            reversed: reversed && order.is_some(),
            page: self.page,
        }
    }

    /// The query of the same search in another order.
    fn query(&self, sort: &str) -> String {
        let escape =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let parts = [
            ("q", &*self.q),
            ("form", &self.form),
            ("state", &self.state),
            ("year", &self.year),
            ("sort", sort),
        ];
        let said = parts.into_iter().filter(|(_, value)| !value.is_empty());
        said.map(|(name, value)| format!("{name}={}", escape(value)))
            .collect::<Vec<_>>()
            .join("&")
    }

    fn narrows(&self) -> bool {
        [&self.q, &self.form, &self.state, &self.year]
            .iter()
            .any(|part| !part.trim().is_empty())
    }
}

/// The list, newest first where nothing else is asked.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Query(find): Query<Find>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let search = find.search();
    let found = registry.applications(&person, &search, ROWS).await?;
    let here = visit.href("applications");
    let region = visit.office.region();
    let pick = |value: &str, label: &str, chosen: &str| Pick {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen: value == chosen,
    };
    let forms = region.forms.values();
    let states = region.workflow.states.values();
    let view = Applications {
        title: menu_label(&visit, MenuTarget::Applications).unwrap_or_else(|| visit.text("applications", &[])),
        text: find.q.clone(),
        year: find.year.clone(),
        forms: forms
            .map(|form| pick(&form.id, form.category.get(visit.language), &find.form))
            .collect(),
        states: states
            .map(|state| pick(&state.id, state.label.get(visit.language), &find.state))
            .collect(),
        orders: orders(&visit, &search),
        clear: find.narrows().then(|| here.clone()),
        columns: COLUMNS
            .map(|(order, word)| column(&visit, &find, &search, order, word))
            .into(),
        cut: found.cut.then_some(MOST_SEARCHED),
        paging: numbered(found.total, found.page, found.pages, &here, &find.query(&find.sort)),
        total: found.total,
        rows: found
            .entries
            .into_iter()
            .map(|entry| row(&visit, entry, person.files()))
            .collect(),
        new: person.files().then(|| visit.href("applications/new")),
        once: registry.once()?,
    };
    let shell = visit.shell(Stand::at(MenuTarget::Applications)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// Adds an application with the answers of this one, and leads to its first page.
pub(in crate::http) async fn copy(
    SignedIn { visit, person }: SignedIn,
    Path((_, id)): Path<(String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let copied = visit
        .app
        .registry()
        .copy_application(&person, &id, &posting.pairs)
        .await?;
    let notice = if copied.whole { "copied" } else { "copied_partly" };
    let first = copied
        .first_page
        .map(|page| format!("/pages/{page}"))
        .unwrap_or_default();
    Ok(visit.redirect(&visit.href(&format!("applications/{}{first}", copied.id)), Some(notice)))
}

/// Every order that the list can have.
fn orders(visit: &Visit, search: &Search) -> Vec<Pick> {
    let order = |value: String, key: &str, label: &str, chosen: bool| Pick {
        value,
        label: visit.text(key, &[("label", label)]),
        chosen,
    };
    let newest = order(String::new(), "sort_added", "", search.order == Order::Added);
    let each = COLUMNS.into_iter().flat_map(|(by, word)| {
        let label = visit.text(word, &[]);
        let keys = match by {
            Order::Updated => ["sort_descending", "sort_ascending"],
            _ => ["sort_ascending", "sort_descending"],
        };
        let chosen = |reversed| search.order == by && search.reversed == reversed;
        [
            order(word.to_owned(), keys[0], &label, chosen(false)),
            order(format!("-{word}"), keys[1], &label, chosen(true)),
        ]
    });
    std::iter::once(newest).chain(each).collect()
}

/// The heading of a column, with the link that sorts by it or turns the order round.
fn column(visit: &Visit, find: &Find, search: &Search, order: Order, word: &str) -> Column {
    let by_this = search.order == order;
    let next = if by_this && !search.reversed {
        format!("-{word}")
    } else {
        word.to_owned()
    };
    // What was changed last stands first: there the plain order is the descending one.
    let descends = search.reversed != (order == Order::Updated);
    Column {
        label: visit.text(word, &[]),
        href: format!("{}?{}", visit.href("applications"), find.query(&next)),
        sorted: match (by_this, descends) {
            (false, _) => "none",
            (true, true) => "descending",
            (true, false) => "ascending",
        },
    }
}

fn row(visit: &Visit, entry: Entry, files: bool) -> ApplicationRow {
    let region = visit.office.region();
    let href = visit.href(&format!("applications/{}", entry.id));
    let state = region.workflow.states.get(&*entry.state);
    let form = region.forms.get(&*entry.form);
    let editable = entry.own && state.is_some_and(|state| state.edits != crate::definition::workflow::Edits::Nobody);
    let first = form.and_then(|form| form.pages.values().find(|page| !page.fields.is_empty()));
    let mut actions = Vec::new();
    if let (true, Some(page)) = (editable, first) {
        actions.push(Link {
            label: visit.text("edit_application", &[]),
            href: format!("{href}/pages/{}", page.id),
        });
    }
    let below = if entry.own { "" } else { "/review" };
    actions.push(Link {
        label: visit.text("view_application", &[]),
        href: format!("{href}{below}"),
    });
    ApplicationRow {
        copy: (entry.own && files && form.is_some()).then(|| format!("{href}/copy")),
        name: entry.title,
        category: form
            .map(|form| form.category.get(visit.language).to_owned())
            .unwrap_or(entry.form),
        state: state
            .map(|state| state.label.get(visit.language).to_owned())
            .unwrap_or(entry.state),
        tone: tone(state, entry.certified),
        applicant: (!entry.own).then_some(entry.applicant),
        updated: entry.updated.strftime("%Y-%m-%d %H:%M").to_string(),
        number: entry.number,
        href: format!("{href}{below}"),
        actions,
    }
}
