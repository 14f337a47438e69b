//! `/{region}/people`: the accounts in one's care: allotting, switching off and on, handing over.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{care, numbered};
use crate::definition::Text;
use crate::definition::region::{MenuTarget, Sees};
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::sheet::own_errors;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::accounts::{Invited, Unfit, Wanted};
use crate::registry::{Person, Refused};
use crate::store::Standing;
use crate::theme::view::{AccountForm, Care, Deed, Input, Link, People, PersonRow, Search};

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Find {
    #[serde(default)]
    q: String,
    #[serde(default)]
    standing: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    page: usize,
}

impl Find {
    pub(super) fn wanted(&self) -> Wanted {
        Wanted {
            text: self.q.clone(),
            standing: STANDINGS
                .into_iter()
                .find(|(_, key)| *key == self.standing)
                .map(|(standing, _)| standing),
            kind: self.kind.clone(),
            page: self.page,
        }
    }

    /// The search as it stands above the list; `kinds` are values and labels.
    pub(super) fn search(&self, visit: &Visit, kinds: Vec<(String, String)>) -> Search {
        let standing = |(_, key): (Standing, &str)| {
            (
                key.to_owned(),
                visit.text(&format!("standing_{key}"), &[]),
                key == self.standing,
            )
        };
        Search {
            text: self.q.clone(),
            standings: STANDINGS.into_iter().map(standing).collect(),
            kinds: kinds
                .into_iter()
                .map(|(value, label)| {
                    let chosen = value == self.kind;
                    (value, label, chosen)
                })
                .collect(),
        }
    }

    /// The query of another part of the same list.
    pub(super) fn query(&self) -> String {
        let escape =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        format!(
            "q={}&standing={}&kind={}",
            escape(&self.q),
            escape(&self.standing),
            escape(&self.kind)
        )
    }
}

const STANDINGS: [(Standing, &str); 4] = [
    (Standing::Active, "active"),
    (Standing::AwaitsActivation, "awaits_activation"),
    (Standing::AwaitsApproval, "awaits_approval"),
    (Standing::Disabled, "disabled"),
];

/// What a standing is called, and how it looks.
pub(super) fn standing(visit: &Visit, standing: Standing) -> (String, &'static str) {
    let key = STANDINGS
        .into_iter()
        .find(|(known, _)| *known == standing)
        .map_or("", |(_, key)| key);
    let tone = match standing {
        Standing::Active => "done",
        Standing::AwaitsActivation | Standing::AwaitsApproval => "waiting",
        Standing::Disabled => "ended",
    };
    (visit.text(&format!("standing_{key}"), &[]), tone)
}

/// The list.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Query(find): Query<Find>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let people = registry.people(&person, &find.wanted()).await?;
    let region = visit.office.region();
    let roles = region.roles.values();
    let roles = roles.map(|role| (role.id.to_string(), role.label.get(visit.language).to_owned()));
    let row = |row: crate::registry::accounts::AccountRow| {
        let (standing, tone) = standing(&visit, row.standing);
        PersonRow {
            name: row.name,
            sign_in_name: row.sign_in_name,
            unit: row.unit,
            roles: row.roles.iter().map(|role| visit.role(role)).collect(),
            standing,
            tone,
            since: row.since.date().to_string(),
            href: visit.href(&format!("people/{}", row.id)),
        }
    };
    let invite = registry.inviting_ways(&person)?;
    let invite = invite.into_iter().map(|way| Link {
        label: visit.text("invite", &[("way", way.label.get(visit.language))]),
        href: visit.href(&format!("people/new/{}", way.id)),
    });
    let view = People {
        search: find.search(&visit, roles.collect()),
        paging: numbered(
            people.total,
            people.page,
            people.pages,
            &visit.href("people"),
            &find.query(),
        ),
        rows: people.rows.into_iter().map(row).collect(),
        invite: invite.collect(),
    };
    let shell = visit.shell(Stand::at(MenuTarget::People)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// Allotting an account: to whom.
pub(in crate::http) async fn new(
    SignedIn { visit, person }: SignedIn,
    Path((_, way)): Path<(String, String)>,
) -> Result<Response, Error> {
    let invited = Invited {
        way,
        ..Invited::default()
    };
    invite_page(&visit, &person, StatusCode::OK, &invited, None).await
}

/// Allots it.
pub(in crate::http) async fn invite(
    SignedIn { visit, person }: SignedIn,
    Path((_, way)): Path<(String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let text = |name| posting.get(name).unwrap_or_default().to_owned();
    let invited = Invited {
        way,
        name: text("name"),
        email: text("email"),
        unit: text("unit"),
        once: visit.once(&posting),
    };
    match visit.app.registry().invite(&person, &invited).await? {
        Ok(()) => Ok(visit.redirect(&visit.href("people"), Some("invited"))),
        Err(unfit) => {
            invite_page(
                &visit,
                &person,
                StatusCode::UNPROCESSABLE_ENTITY,
                &invited,
                Some(&unfit),
            )
            .await
        }
    }
}

async fn invite_page(
    visit: &Visit,
    person: &Person,
    status: StatusCode,
    invited: &Invited,
    unfit: Option<&Unfit>,
) -> Result<Response, Error> {
    let ways = visit.app.registry().inviting_ways(person)?;
    let way = ways
        .into_iter()
        .find(|way| *way.id == *invited.way)
        .ok_or(Error::NotFound)?;
    let mut inputs = vec![
        Input {
            name: "name",
            label: visit.text("person_name", &[]),
            kind: "text",
            value: invited.name.clone(),
            ..Input::default()
        },
        Input {
            name: "email",
            label: visit.text("email", &[]),
            kind: "email",
            value: invited.email.clone(),
            help: visit.text("invite_email_help", &[]),
            ..Input::default()
        },
    ];
    if way.joins_unit && person.sees == Sees::Region {
        inputs.push(unit_choice(visit, &invited.unit, None).await?);
    }
    let errors = own_errors(visit, &mut inputs, unfit);
    let title = visit.text("invite", &[("way", way.label.get(visit.language))]);
    let view = AccountForm {
        title: title.clone(),
        lead: way.help.as_ref().map(|help| help.get(visit.language).to_owned()),
        inputs,
        errors,
        submit: visit.text("invite_button", &[]),
        links: vec![Link {
            label: visit.text("back", &[]),
            href: visit.href("people"),
        }],
        ..AccountForm::default()
    };
    let shell = visit.shell(Stand::at(MenuTarget::People).then(title, None)).await?;
    visit.page(status, &shell, &view)
}

/// A choice of an active unit; all but `without`.
pub(super) async fn unit_choice(visit: &Visit, chosen: &str, without: Option<&str>) -> Result<Input, Error> {
    let units = visit.app.registry().active_units(&visit.office.region().id).await?;
    let option = |unit: crate::store::Unit| {
        let is = unit.id == chosen;
        (unit.id, unit.name, is)
    };
    Ok(Input {
        name: "unit",
        label: visit.text("unit", &[]),
        kind: "select",
        options: units
            .into_iter()
            .filter(|unit| Some(&*unit.id) != without)
            .map(option)
            .collect(),
        ..Input::default()
    })
}

/// One account.
pub(in crate::http) async fn one(
    SignedIn { visit, person }: SignedIn,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Error> {
    one_page(&visit, &person, &id, StatusCode::OK, None).await
}

/// Does what one of its buttons says.
pub(in crate::http) async fn change(
    SignedIn { visit, person }: SignedIn,
    Path((_, id)): Path<(String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let (done, notice) = match posting.get("do").unwrap_or_default() {
        "again" => (registry.invite_again(&person, &id).await, "link_sent"),
        "take-back" => (registry.take_back(&person, &id).await, "done"),
        "disable" => (registry.disable(&person, &id).await, "done"),
        "enable" => (registry.enable(&person, &id).await, "done"),
        "hand-over" => (registry.hand_over(&person, &id).await, "handed_over"),
        _ => return Err(Error::NotFound),
    };
    match done {
        // Whoever has handed over is signed out.
        Ok(()) if notice == "handed_over" => Ok(visit.redirect(&visit.href("sign-in"), Some(notice))),
        Ok(()) => Ok(visit.redirect(&visit.href("people"), Some(notice))),
        Err(Refused::Input(text) | Refused::NotAllowed(text)) => {
            one_page(&visit, &person, &id, StatusCode::UNPROCESSABLE_ENTITY, Some(text)).await
        }
        Err(refused) => Err(refused.into()),
    }
}

async fn one_page(
    visit: &Visit,
    person: &Person,
    id: &str,
    status: StatusCode,
    wrong: Option<Text>,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let account = registry.account_in_care(person, id).await?;
    let (label, tone) = standing(visit, account.standing);
    let unit = match &account.unit {
        Some(unit) => visit.unit_name(unit).await?.unwrap_or_default(),
        None => String::new(),
    };
    let roles: Vec<String> = account.roles.iter().map(|role| visit.role(role)).collect();
    let known = [
        ("sign_in_name", account.sign_in_name.clone()),
        ("email", account.email.clone()),
        ("phone", account.phone.clone()),
        ("unit", unit),
        ("roles", roles.join(&visit.text("list_comma", &[]))),
        ("since_day", registry.day(account.created_at).to_string()),
    ];
    let deed = |name, danger| Deed {
        name,
        label: visit.text(&format!("deed_{}", name.replace('-', "_")), &[]),
        help: visit.text(&format!("deed_{}_help", name.replace('-', "_")), &[]),
        danger,
        ..Deed::default()
    };
    let own = account.id == person.account;
    let deeds = match account.standing {
        Standing::AwaitsActivation => vec![deed("again", false), deed("take-back", true)],
        Standing::Active if own => Vec::new(),
        Standing::Active if registry.hands_over(person) => vec![deed("hand-over", true), deed("disable", true)],
        Standing::Active => vec![deed("disable", true)],
        Standing::Disabled if account.off_by_office && person.sees != Sees::Region => Vec::new(),
        Standing::Disabled => vec![deed("enable", false)],
        Standing::AwaitsApproval => Vec::new(),
    };
    let view = Care {
        title: account.name.clone(),
        standing: label,
        tone,
        facts: care::facts(visit, known),
        deeds,
        errors: care::refused(visit, wrong),
        back: visit.href("people"),
        ..Care::default()
    };
    care::page(visit, MenuTarget::People, status, view).await
}
