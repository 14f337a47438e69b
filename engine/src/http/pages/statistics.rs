//! `/{region}/statistics`: figures over what the person sees, as a page and for spreadsheets.

mod sheet;

use axum::http::StatusCode;
use axum::response::Response;
use rust_decimal::Decimal;

use super::documents::file;
use crate::definition::form::Statistic;
use crate::definition::region::{MenuTarget, Sees};
use crate::http::Error;
use crate::http::shell::Stand;
use crate::http::visit::{SignedIn, Visit};
use crate::registry::statistics::{self as figures, Cells, Counted, FieldFigures, MOST_COUNTED};
use crate::registry::{Person, Refused};
use crate::theme::view::{FigureRow, FigureTable, FormFigures, Statistics};

/// The page.
pub(in crate::http) async fn show(SignedIn { visit, person }: SignedIn) -> Result<Response, Error> {
    let view = view(&visit, &person).await?;
    let shell = visit.shell(Stand::at(MenuTarget::Statistics)).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// All tables below one another.
pub(in crate::http) async fn csv(SignedIn { visit, person }: SignedIn) -> Result<Response, Error> {
    let view = view(&visit, &person).await?;
    let name = format!("{}.csv", visit.text("statistics", &[]));
    let heads = heads(&visit);
    Ok(file(
        sheet::csv(&view, &heads).into(),
        "text/csv; charset=utf-8",
        &name,
        true,
    ))
}

/// A workbook with a sheet for each form.
pub(in crate::http) async fn xlsx(SignedIn { visit, person }: SignedIn) -> Result<Response, Error> {
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let view = view(&visit, &person).await?;
    let name = format!("{}.xlsx", visit.text("statistics", &[]));
    let heads = heads(&visit);
    let made = tokio::task::spawn_blocking(move || sheet::workbook(&view, &heads)).await;
    let made = made.map_err(|error| error.to_string());
    let made = made.and_then(|made| made.map_err(|error| error.to_string()));
    Ok(file(made.map_err(Refused::Failed)?.into(), XLSX, &name, true))
}

/// What the first columns of a sheet are called: the form, what is counted, and of what.
fn heads(visit: &Visit) -> [String; 3] {
    ["category", "statistic_counted", "statistic_value"].map(|key| visit.text(key, &[]))
}

async fn view(visit: &Visit, person: &Person) -> Result<Statistics, Error> {
    let registry = visit.app.registry();
    let figures = registry.statistics(person, visit.language).await?;
    let whose = match person.sees {
        Sees::Region => "statistics_region",
        _ => "statistics_seen",
    };
    let mut lead = vec![visit.text(whose, &[])];
    if figures.cut {
        lead.push(visit.text("statistics_cut", &[("most", &MOST_COUNTED.to_string())]));
    }
    Ok(Statistics {
        lead,
        forms: figures.forms.into_iter().map(|form| of_form(visit, form)).collect(),
        xlsx: visit.href("statistics/xlsx"),
        csv: visit.href("statistics/csv"),
    })
}

fn of_form(visit: &Visit, figures: figures::FormFigures) -> FormFigures {
    let mut tables = Vec::new();
    if !figures.years.is_empty() {
        let label = visit.text("statistics_applications", &[]);
        tables.push(FigureTable {
            title: label.clone(),
            rows: vec![row(label, &figures.applications)],
        });
        let counted = figures.fields.iter().filter(|field| !field.rows.is_empty());
        tables.extend(counted.map(|field| of_field(visit, field)));
    }
    let years = figures.years.iter().map(ToString::to_string);
    FormFigures {
        title: figures.title.get(visit.language).to_owned(),
        heads: years.chain([visit.text("statistics_total", &[])]).collect(),
        tables,
    }
}

fn of_field(visit: &Visit, figures: &FieldFigures) -> FigureTable {
    let label = figures.label.iter().map(|label| label.get(visit.language));
    let label = label.collect::<Vec<_>>().join(" · ");
    let key = match figures.way {
        Statistic::Count => "statistic_count",
        Statistic::Sum => "statistic_sum",
        Statistic::Year => "statistic_year",
    };
    FigureTable {
        title: visit.text(key, &[("field", &label)]),
        rows: figures
            .rows
            .iter()
            .map(|line| row(called(visit, &line.of), &line.cells))
            .collect(),
    }
}

fn called(visit: &Visit, counted: &Counted) -> String {
    let key = match counted {
        Counted::Value(value) => return value.clone(),
        Counted::YesNo(true) => "yes",
        Counted::YesNo(false) => "no",
        Counted::Unanswered => "statistic_unanswered",
        Counted::Entries => "statistic_entries",
        Counted::Sum => "statistic_total_sum",
        Counted::Answered => "statistic_answered",
        Counted::Others => "statistic_others",
    };
    visit.text(key, &[])
}

fn row(label: String, cells: &Cells) -> FigureRow {
    let all = cells.by_year.iter().chain([&cells.total]);
    FigureRow {
        label,
        cells: all.map(written).collect(),
    }
}

/// A figure without needless zeros.
fn written(figure: &Decimal) -> String {
    figure.normalize().to_string()
}
