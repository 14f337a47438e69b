//! `/{region}/registers`: the registers that somebody keeps, and their entries: added, changed, switched off and on.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;

use super::numbered;
use super::people::{Find, standing};
use crate::check::Answers;
use crate::definition::Text;
use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::sheet::parts;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::accounts::{Sheet, Unfit};
use crate::registry::registers::{self as kept, OpenEntry, Search};
use crate::registry::{Person, Refused};
use crate::store::Standing;
use crate::theme::view::{self, ErrorLink, Fact, Link, Register, RegisterEntry, Registers};

/// Which registers there are.
pub(in crate::http) async fn list(SignedIn { visit, person }: SignedIn) -> Result<Response, Error> {
    let registers = visit.app.registry().registers(&person)?;
    let link = |register: &crate::definition::region::Register| Link {
        label: register.label.get(visit.language).to_owned(),
        href: visit.href(&format!("registers/{}", register.id)),
    };
    let view = Registers {
        title: visit.text("registers", &[]),
        links: registers.into_iter().map(link).collect(),
    };
    let shell = visit.shell(Stand::at(MenuTarget::Registers)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// The entries of one.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Path((_, register)): Path<(String, String)>,
    Query(find): Query<Find>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let label = label(&visit, &person, &register)?;
    let search_for = wanted(&find);
    let rows = registry.entries(&person, &register, &search_for, visit.language);
    let kept::Rows { columns, part } = rows.await?;
    let at = visit.href(&format!("registers/{register}"));
    let row = |row: kept::EntryRow| {
        let (standing, tone) = called(&visit, row.active);
        let column = |(label, text): (&String, String)| Fact {
            label: label.clone(),
            text,
        };
        view::EntryRow {
            name: row.name,
            former: row.former.into_iter().map(|former| former.name).collect(),
            columns: columns.iter().zip(row.columns).map(column).collect(),
            standing,
            tone,
            href: format!("{at}/entries/{}", row.id),
        }
    };
    let view = Register {
        title: label.clone(),
        add: format!("{at}/new"),
        search: search(&visit, &find),
        paging: numbered(part.total, part.page, part.pages, &at, &find.query()),
        rows: part.rows.into_iter().map(row).collect(),
        columns: columns.clone(),
    };
    let stand = Stand::at(MenuTarget::Registers).then(label, None);
    let shell = visit.shell(stand).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// The form of a new entry.
pub(in crate::http) async fn new(
    SignedIn { visit, person }: SignedIn,
    Path((_, register)): Path<(String, String)>,
) -> Result<Response, Error> {
    let sheet = visit.app.registry().entry_sheet(&person, &register).await?;
    let shown = Shown::new(StatusCode::OK, sheet.initial());
    page(&visit, &person, &register, &sheet, None, shown).await
}

/// Adds an entry.
pub(in crate::http) async fn add(
    SignedIn { visit, person }: SignedIn,
    Path((_, register)): Path<(String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let sheet = registry.entry_sheet(&person, &register).await?;
    if posting.asks_again() {
        let shown = Shown::again(sheet.again(&posting.pairs, &Answers::new())?);
        return page(&visit, &person, &register, &sheet, None, shown).await;
    }
    match registry.add_entry(&person, &register, &posting.pairs).await? {
        Ok(_) => Ok(visit.redirect(&visit.href(&format!("registers/{register}")), Some("saved"))),
        Err(unfit) => page(&visit, &person, &register, &sheet, None, Shown::unfit(unfit)).await,
    }
}

/// One entry.
pub(in crate::http) async fn one(
    SignedIn { visit, person }: SignedIn,
    Path((_, register, id)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let open = visit.app.registry().entry(&person, &register, &id).await?;
    let shown = Shown::new(StatusCode::OK, open.answers.clone());
    page(&visit, &person, &register, &open.sheet, Some(&open), shown).await
}

/// Changes it, or does what another of its buttons says.
pub(in crate::http) async fn change(
    SignedIn { visit, person }: SignedIn,
    Path((_, register, id)): Path<(String, String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let revision = posting.get("~revision").and_then(|revision| revision.parse().ok());
    let revision = revision.unwrap_or_default();
    let pressed = match posting.asks_again() {
        true => "again",
        false => posting.get("~do").unwrap_or("save"),
    };
    let done = match pressed {
        "save" => {
            let pairs = &posting.pairs;
            registry.change_entry(&person, &register, &id, revision, pairs).await
        }
        "disable" => switch(&visit, &person, &register, &id, revision, false).await,
        "enable" => switch(&visit, &person, &register, &id, revision, true).await,
        "again" => {
            let open = registry.entry(&person, &register, &id).await?;
            let shown = Shown::again(open.sheet.again(&posting.pairs, &open.answers)?);
            return page(&visit, &person, &register, &open.sheet, Some(&open), shown).await;
        }
        _ => return Err(Error::NotFound),
    };
    let shown = match done {
        Ok(Ok(())) => {
            let at = visit.href(&format!("registers/{register}/entries/{id}"));
            return Ok(visit.redirect(&at, Some("saved")));
        }
        Ok(Err(unfit)) => Shown::unfit(unfit),
        Err(Refused::Stale(text)) => {
            let open = registry.entry(&person, &register, &id).await?;
            let (given, _) = open.sheet.read(&posting.pairs, &open.answers)?;
            Shown {
                told: Some(text),
                ..Shown::new(StatusCode::CONFLICT, given)
            }
        }
        Err(refused) => return Err(refused.into()),
    };
    let open = registry.entry(&person, &register, &id).await?;
    page(&visit, &person, &register, &open.sheet, Some(&open), shown).await
}

async fn switch(
    visit: &Visit,
    person: &Person,
    register: &str,
    id: &str,
    revision: u64,
    active: bool,
) -> Result<Result<(), Unfit>, Refused> {
    let registry = visit.app.registry();
    registry.switch_entry(person, register, id, revision, active).await?;
    Ok(Ok(()))
}

/// What a page of an entry shows.
struct Shown {
    status: StatusCode,
    answers: Answers,
    unfit: Option<Unfit>,
    told: Option<Text>,
}

impl Shown {
    fn new(status: StatusCode, answers: Answers) -> Self {
        Self {
            status,
            answers,
            unfit: None,
            told: None,
        }
    }

    fn unfit(unfit: Unfit) -> Self {
        Self {
            unfit: Some(unfit),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, Answers::new())
        }
    }

    /// Nothing was to be stored.
    fn again(unfit: Unfit) -> Self {
        Self {
            status: StatusCode::OK,
            ..Self::unfit(unfit)
        }
    }
}

async fn page(
    visit: &Visit,
    person: &Person,
    register: &str,
    sheet: &Sheet,
    open: Option<&OpenEntry>,
    shown: Shown,
) -> Result<Response, Error> {
    let label = label(visit, person, register)?;
    let answers = shown.unfit.as_ref().map_or(&shown.answers, |unfit| &unfit.given);
    let (parts, mut errors) = parts(visit, sheet, answers, shown.unfit.as_ref(), &mut Vec::new());
    errors.extend(shown.told.map(|text| ErrorLink {
        label: String::new(),
        message: text.get(visit.language).to_owned(),
        href: String::new(),
    }));
    let at = visit.href(&format!("registers/{register}"));
    let mut view = RegisterEntry {
        title: visit.text("register_new", &[("register", &label)]),
        parts,
        errors,
        back: at.clone(),
        ..RegisterEntry::default()
    };
    if let Some(open) = open {
        let (standing, tone) = called(visit, open.entry.active);
        view.title = open.entry.name().to_owned();
        view.standing = Some(standing);
        view.tone = tone;
        view.revision = open.entry.revision;
        view.active = Some(open.entry.active);
        view.facts = facts(visit, open);
    }
    let stand = Stand::at(MenuTarget::Registers)
        .then(label, Some(at))
        .then(view.title.clone(), None);
    let shell = visit.shell(stand).await?;
    visit.page(shown.status, &shell, &view)
}

fn facts(visit: &Visit, open: &OpenEntry) -> Vec<Fact> {
    let fact = |key: &str, text: String| Fact {
        label: visit.text(key, &[]),
        text,
    };
    let former = open.entry.former_names.iter();
    let former: Vec<String> = former
        .map(|former| {
            visit.text(
                "name_until",
                &[("name", &former.name), ("date", &former.until.to_string())],
            )
        })
        .collect();
    let mut facts = Vec::new();
    if !former.is_empty() {
        facts.push(fact("former_names", former.join(&visit.text("list_comma", &[]))));
    }
    facts.extend(open.since.map(|day| fact("entry_since", day.to_string())));
    facts
}

fn label(visit: &Visit, person: &Person, register: &str) -> Result<String, Error> {
    let register = visit.app.registry().register(person, register)?;
    Ok(register.label.get(visit.language).to_owned())
}

/// What an entry's standing is called, and how it looks.
pub(super) fn called(visit: &Visit, active: bool) -> (String, &'static str) {
    standing(visit, if active { Standing::Active } else { Standing::Disabled })
}

/// What is wanted of a list of entries.
pub(super) fn wanted(find: &Find) -> Search {
    let wanted = find.wanted();
    Search {
        active: match wanted.standing {
            Some(Standing::Active) => Some(true),
            Some(Standing::Disabled) => Some(false),
            _ => None,
        },
        text: wanted.text,
        page: wanted.page,
    }
}

/// The search above a list of entries, which are active or not.
pub(super) fn search(visit: &Visit, find: &Find) -> view::Search {
    let mut search = find.search(visit, Vec::new());
    search
        .standings
        .retain(|(value, _, _)| value == "active" || value == "disabled");
    search
}
