//! `/{region}/units`: the units in one's care: another name, other kinds, merging, switching off and on.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;

use super::people::{Find, standing, unit_choice};
use super::{care, numbered};
use crate::definition::Text;
use crate::definition::region::{MenuTarget, Sees};
use crate::http::Error;
use crate::http::body::Posting;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::Person;
use crate::store::{Standing, Unit};
use crate::theme::view::{Care, Deed, Input, Link, UnitRow, Units};

/// The list.
pub(in crate::http) async fn show(
    SignedIn { visit, person }: SignedIn,
    Query(find): Query<Find>,
) -> Result<Response, Error> {
    let list = visit.app.registry().unit_list(&person, &find.wanted()).await?;
    let kinds = visit.office.region().unit_kinds.iter();
    let kinds = kinds
        .map(|(id, label)| (id.to_string(), label.get(visit.language).to_owned()))
        .collect();
    let row = |row: crate::registry::accounts::UnitRow| {
        let (label, tone) = called(&visit, &row.unit, row.merged_into.as_deref());
        UnitRow {
            former: row.unit.former_names.iter().map(|former| former.name.clone()).collect(),
            code: code(&row.unit).to_owned(),
            kinds: kind_labels(&visit, &row.unit),
            accounts: row.accounts,
            standing: label,
            tone,
            href: visit.href(&format!("units/{}", row.unit.id)),
            name: row.unit.name,
        }
    };
    let view = Units {
        search: find.search(&visit, kinds),
        paging: numbered(list.total, list.page, list.pages, &visit.href("units"), &find.query()),
        rows: list.rows.into_iter().map(row).collect(),
    };
    let shell = visit.shell(Stand::at(MenuTarget::Units)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// One unit.
pub(in crate::http) async fn one(
    SignedIn { visit, person }: SignedIn,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Error> {
    page(&visit, &person, &id, StatusCode::OK, None, None).await
}

/// Does what one of its buttons says.
pub(in crate::http) async fn change(
    SignedIn { visit, person }: SignedIn,
    Path((_, id)): Path<(String, String)>,
    posting: Posting,
) -> Result<Response, Error> {
    let registry = visit.app.registry();
    let text = |name| posting.get(name).unwrap_or_default();
    let kinds = || -> Vec<String> {
        let kinds = posting.pairs.iter().filter(|(name, _)| name == "kinds");
        kinds.map(|(_, kind)| kind.clone()).collect()
    };
    let wrong = match text("do") {
        "rename" => registry.rename_unit(&person, &id, text("name")).await?,
        "kinds" => registry.set_kinds(&person, &id, &kinds()).await?,
        "disable" => registry.set_unit_active(&person, &id, false).await?,
        "enable" => registry.set_unit_active(&person, &id, true).await?,
        "merge" => registry.merge_units(&person, &id, text("unit")).await?,
        _ => return Err(Error::NotFound),
    };
    match wrong {
        None => Ok(visit.redirect(&visit.href(&format!("units/{id}")), Some("done"))),
        Some(wrong) => {
            let typed = Some(text("name")).filter(|_| text("do") == "rename");
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            page(&visit, &person, &id, status, Some(wrong), typed).await
        }
    }
}

fn code(unit: &Unit) -> &str {
    if unit.credit_code.is_empty() {
        &unit.org_code
    } else {
        &unit.credit_code
    }
}

fn kind_labels(visit: &Visit, unit: &Unit) -> Vec<String> {
    let kinds = &visit.office.region().unit_kinds;
    let label = |kind: &String| kinds.get(&**kind).map(|label| label.get(visit.language).to_owned());
    unit.kinds.iter().filter_map(label).collect()
}

fn called(visit: &Visit, unit: &Unit, into: Option<&str>) -> (String, &'static str) {
    match into {
        Some(into) => (visit.text("merged_into", &[("unit", into)]), "ended"),
        None => standing(visit, unit.standing),
    }
}

async fn page(
    visit: &Visit,
    person: &Person,
    id: &str,
    status: StatusCode,
    wrong: Option<Text>,
    renamed: Option<&str>,
) -> Result<Response, Error> {
    let (unit, accounts) = visit.app.registry().unit_of(person, id).await?;
    let into = match &unit.merged_into {
        Some(into) => visit.unit_name(into).await?,
        None => None,
    };
    let (label, tone) = called(visit, &unit, into.as_deref());
    let former = unit
        .former_names
        .iter()
        .map(|former| format!("{}（{}）", former.name, former.until));
    let former: Vec<String> = former.collect();
    let comma = visit.text("list_comma", &[]);
    let known = [
        ("unit_code", code(&unit).to_owned()),
        ("unit_kinds", kind_labels(visit, &unit).join(&comma)),
        ("former_names", former.join(&comma)),
    ];
    let people = accounts.iter().map(|account| Link {
        label: account.name.clone(),
        href: visit.href(&format!("people/{}", account.id)),
    });
    let view = Care {
        title: unit.name.clone(),
        standing: label,
        tone,
        facts: care::facts(visit, known),
        deeds: deeds(visit, person, &unit, renamed).await?,
        errors: care::refused(visit, wrong),
        people: people.collect(),
        back: visit.href("units"),
        ..Care::default()
    };
    care::page(visit, MenuTarget::Units, status, view).await
}

/// What may be done with the unit; `renamed` is a name that was typed and not taken.
async fn deeds(visit: &Visit, person: &Person, unit: &Unit, renamed: Option<&str>) -> Result<Vec<Deed>, Error> {
    if person.sees != Sees::Region || unit.merged_into.is_some() {
        return Ok(Vec::new());
    }
    let deed = |name: &'static str, key: &str, inputs, danger| Deed {
        name,
        label: visit.text(&format!("unit_{key}"), &[]),
        help: visit.text(&format!("unit_{key}_help"), &[]),
        inputs,
        danger,
    };
    let name = Input {
        name: "name",
        label: visit.text("unit_new_name", &[]),
        kind: "text",
        value: renamed.unwrap_or(&unit.name).to_owned(),
        ..Input::default()
    };
    let kinds = visit.office.region().unit_kinds.iter();
    let kinds = Input {
        name: "kinds",
        label: visit.text("unit_kinds", &[]),
        kind: "checkboxes",
        options: kinds
            .map(|(id, label)| {
                (
                    id.to_string(),
                    label.get(visit.language).into(),
                    unit.kinds.iter().any(|kind| **kind == **id),
                )
            })
            .collect(),
        ..Input::default()
    };
    let into = Input {
        label: visit.text("unit_merge_into", &[]),
        ..unit_choice(visit, "", Some(&unit.id)).await?
    };
    let mut deeds = vec![
        deed("rename", "rename", vec![name], false),
        deed("kinds", "set_kinds", vec![kinds], false),
        deed("merge", "merge", vec![into], true),
    ];
    match unit.standing {
        Standing::Active => deeds.push(deed("disable", "disable", Vec::new(), true)),
        Standing::Disabled => deeds.push(deed("enable", "enable", Vec::new(), false)),
        Standing::AwaitsActivation | Standing::AwaitsApproval => {}
    }
    Ok(deeds)
}
