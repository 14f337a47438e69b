//! What a template knows of an application: names, numbers and every visible answer as a person
//! reads it.

mod wording;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

use crate::definition::form::Table;
use crate::definition::{Field, FieldType, Form, Language, Page, Region};
use wording::Wording;

/// The office that a document comes from.
#[derive(Debug, Clone, Copy)]
pub struct Office<'a> {
    /// The region's id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The name of its system.
    pub title: &'a str,
    /// The authority that registers.
    pub authority: &'a str,
    /// The code of the place (GB/T 2260).
    pub place: &'a str,
}

impl<'a> Office<'a> {
    /// The office of `region`, in `language`.
    pub fn of(region: &'a Region, language: Language) -> Self {
        Self {
            id: &region.id,
            name: region.name.get(language),
            title: region.title.get(language),
            authority: region.authority.get(language),
            place: &region.place,
        }
    }
}

/// What is known of an application besides its answers.
#[derive(Debug, Clone, Copy)]
pub struct Application<'a> {
    /// Its id.
    pub id: &'a str,
    /// 登记号, once there is one.
    pub number: Option<&'a str>,
    /// 登记日期, once there is one.
    pub registered_on: Option<Date>,
    /// The day of first submission.
    pub filed_on: Option<Date>,
    /// The label of its state.
    pub state: &'a str,
    /// Where anybody can verify the document; it becomes the QR code.
    pub verify_url: Option<&'a str>,
}

/// Who applies.
#[derive(Debug, Clone, Copy)]
pub struct Applicant<'a> {
    /// The person's name.
    pub name: &'a str,
    /// The unit's name, for a person who has one.
    pub unit: Option<&'a str>,
}

/// Everything that [`data`] is made from.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The office.
    pub office: Office<'a>,
    /// The form that the application is pinned to.
    pub form: &'a Form,
    /// The application.
    pub application: Application<'a>,
    /// The applicant.
    pub applicant: Applicant<'a>,
    /// The visible answers by field id.
    pub answers: &'a Map<String, Json>,
    /// The fields that are hidden: left out, where a field without an answer is printed empty.
    pub hidden: &'a BTreeSet<String>,
    /// The names of picked units and records by id.
    pub names: &'a BTreeMap<String, String>,
    /// The language of labels.
    pub language: Language,
    /// What is printed across every page.
    pub watermark: Option<&'a str>,
    /// What the document is called.
    pub label: &'a str,
    /// Prints sensitive answers as they are; masked otherwise, unless the form says `printInFull`.
    pub reveal: bool,
}

/// The data of a document, as a template reads it from `data.json`.
///
/// `answers` has every field that is not hidden: `{label, value, text}`, for a table
/// `{label, rows: [{COLUMN: {value, text}}]}`. `pages` has the same in the form's order, for a
/// template that prints whatever there is. A text is empty where there is no answer.
pub fn data(subject: &Subject<'_>) -> Json {
    let wording = wording(subject);
    let print = |page: &Page| {
        let fields = page.fields.values().filter(|field| is_shown(subject, field));
        let fields: Vec<Json> = fields
            .map(|field| printed(&wording, field, subject.answers.get(&*field.id)))
            .collect();
        json!({"id": &*page.id, "title": page.title.get(subject.language), "fields": fields})
    };
    let pages = subject.form.pages.values();
    let pages = pages.filter(|page| page.fields.values().any(|field| is_shown(subject, field)));
    let mut data = application(subject);
    data["region"] = region(&subject.office);
    data["pages"] = pages.map(print).collect();
    data["watermark"] = json!(subject.watermark);
    data["documents"] = json!({"label": subject.label});
    data
}

/// The data of a document over an entry of a register, `{id, name, columns}`; `applications` has each application
/// that picked it, as [`application`] gives it.
pub fn over(office: &Office<'_>, entry: &Json, applications: Vec<Json>, label: &str, watermark: Option<&str>) -> Json {
    json!({
        "region": region(office),
        "entry": entry,
        "applications": applications,
        "watermark": watermark,
        "documents": {"label": label},
    })
}

/// The columns of an entry as `answers` are: `{label, value, text}`, of a table `{label, rows}`.
pub fn columns(
    form: &Form,
    columns: &Map<String, Json>,
    names: &BTreeMap<String, String>,
    language: Language,
) -> Map<String, Json> {
    let wording = Wording {
        language,
        names,
        reveal: false,
    };
    let fields = form.fields().map(|(_, field)| field);
    let fields = fields.filter(|field| !matches!(field.kind, FieldType::Note));
    let column = |field: &Field| (field.id.to_string(), answer(&wording, field, columns.get(&*field.id)));
    fields.map(column).collect()
}

/// One application: `form`, `application`, `applicant` and `answers`.
pub fn application(subject: &Subject<'_>) -> Json {
    let wording = wording(subject);
    let fields = subject.form.fields().map(|(_, field)| field);
    let answers: Map<String, Json> = fields
        .filter(|field| is_shown(subject, field))
        .map(|field| {
            (
                field.id.to_string(),
                answer(&wording, field, subject.answers.get(&*field.id)),
            )
        })
        .collect();
    let Subject {
        form,
        application,
        applicant,
        language,
        ..
    } = subject;
    json!({
        "form": {
            "id": &*form.id, "title": form.title.get(*language),
            "category": form.category.get(*language), "version": form.version,
        },
        "application": {
            "id": application.id, "number": application.number, "registered_on": application.registered_on,
            "filed_on": application.filed_on, "state": application.state, "verify_url": application.verify_url,
        },
        "applicant": {"name": wording::clean(applicant.name), "unit": applicant.unit.map(wording::clean)},
        "answers": answers,
    })
}

/// An answer as a person reads it, masked where it is sensitive; empty where there is none.
pub fn text(field: &Field, value: Option<&Json>, names: &BTreeMap<String, String>, language: Language) -> String {
    let wording = Wording {
        language,
        names,
        reveal: false,
    };
    wording.text(field, value)
}

fn wording<'a>(subject: &Subject<'a>) -> Wording<'a> {
    Wording {
        language: subject.language,
        names: subject.names,
        reveal: subject.reveal,
    }
}

fn is_shown(subject: &Subject<'_>, field: &Field) -> bool {
    !matches!(field.kind, FieldType::Note) && !subject.hidden.contains(&*field.id)
}

fn region(office: &Office<'_>) -> Json {
    json!({
        "id": office.id, "name": office.name, "title": office.title,
        "authority": office.authority, "place": office.place,
    })
}

/// One field of `answers`.
fn answer(wording: &Wording<'_>, field: &Field, value: Option<&Json>) -> Json {
    let label = field.label.get(wording.language);
    if let FieldType::Table(table) = &field.kind {
        return json!({"label": label, "rows": rows_by_column(wording, table, value)});
    }
    json!({"label": label, "value": wording.value(field, value), "text": wording.text(field, value)})
}

fn rows_by_column(wording: &Wording<'_>, table: &Table, value: Option<&Json>) -> Vec<Map<String, Json>> {
    let cell = |row: &Json, column: &Field| {
        let value = row.get(&*column.id);
        let cell = match &column.kind {
            FieldType::Table(inner) => json!({
                "rows": rows_by_column(wording, inner, value), "text": wording.text(column, value),
            }),
            _ => json!({"value": wording.value(column, value), "text": wording.text(column, value)}),
        };
        (column.id.to_string(), cell)
    };
    rows(value)
        .iter()
        .map(|row| printable(table).map(|column| cell(row, column)).collect())
        .collect()
}

/// One field of `pages`.
fn printed(wording: &Wording<'_>, field: &Field, value: Option<&Json>) -> Json {
    let label = field.label.get(wording.language);
    let FieldType::Table(table) = &field.kind else {
        let text = wording.text(field, value);
        return json!({"id": &*field.id, "label": label, "kind": field.kind.name(), "text": text});
    };
    let columns = printable(table)
        .map(|column| json!({"id": &*column.id, "label": column.label.get(wording.language)}))
        .collect::<Vec<_>>();
    let texts = |row: &Json| {
        printable(table)
            .map(|column| wording.text(column, row.get(&*column.id)))
            .collect::<Vec<_>>()
    };
    let rows = rows(value).iter().map(texts).collect::<Vec<_>>();
    json!({"id": &*field.id, "label": label, "kind": "table", "columns": columns, "rows": rows})
}

fn printable(table: &Table) -> impl Iterator<Item = &Field> {
    table
        .columns
        .values()
        .filter(|column| !matches!(column.kind, FieldType::Note))
}

fn rows(value: Option<&Json>) -> &[Json] {
    value.and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests;
