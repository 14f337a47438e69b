//! Counting: one application after the other, then the rows that people read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::{Cells, Counted, FieldFigures, FormFigures, MOST_VALUES, Row, Statistics, plus};
use crate::check::Lookups;
use crate::definition::form::Statistic;
use crate::definition::{CodeList, Field, FieldType, Form, Id, Language, Text};
use crate::registry::{Case, Units};

/// The key of the row of those that have not answered; no code, id or year is empty.
const UNANSWERED: &str = "";
/// The keys of a sum: the sum itself, and how many gave to it.
const SUM: &str = "sum";
const ANSWERED: &str = "answered";
/// The key of the entries of a list.
const ENTRIES: &str = "entries";

/// The figures of a row, by year.
type Figures = BTreeMap<i16, Decimal>;

/// What has been counted so far.
pub(super) struct Tally {
    forms: Vec<OfForm>,
}

struct OfForm {
    form: Arc<Form>,
    applications: Figures,
    fields: Vec<OfField>,
}

struct OfField {
    /// The table, of a column.
    table: Option<Id>,
    field: Id,
    label: Vec<Text>,
    way: Statistic,
    rows: HashMap<String, Figures>,
    /// The list in which each code was found: that of today may not have it any more.
    lists: HashMap<String, Arc<CodeList>>,
}

impl Tally {
    /// Nothing counted yet.
    pub(super) fn new(forms: Vec<Arc<Form>>) -> Self {
        let of_form = |form: Arc<Form>| OfForm {
            fields: form.fields().flat_map(|(_, field)| of_field(field)).collect(),
            applications: Figures::new(),
            form,
        };
        Self {
            forms: forms.into_iter().map(of_form).collect(),
        }
    }

    /// Counts one application, in the year of its first submission.
    pub(super) fn add(&mut self, case: &Case) {
        let application = case.application();
        let Some(year) = application.filed_on.map(|day| day.year()) else {
            return;
        };
        let Some(of_form) = self.forms.iter_mut().find(|known| *known.form.id == *application.form) else {
            return;
        };
        *of_form.applications.entry(year).or_default() += Decimal::ONE;
        let evaluated = case.evaluated();
        let answers = evaluated.visible_answers(case.answers());
        for counted in &mut of_form.fields {
            let outer = counted.table.as_ref().unwrap_or(&counted.field).clone();
            // What the pinned form does not ask, or does not show, is not counted.
            let shown = evaluated.field(&outer).is_some_and(|state| state.shown);
            let Some(field) = case.form().field(&outer).filter(|_| shown) else {
                continue;
            };
            let answer = answers.get(&*outer);
            match (&field.kind, &counted.table) {
                (FieldType::Table(table), Some(_)) => {
                    let Some(column) = table.columns.get(&counted.field) else {
                        continue;
                    };
                    for row in answer.and_then(Json::as_array).into_iter().flatten() {
                        if let Some(answer) = row.get(&*column.id) {
                            counted.count(column, Some(answer), year);
                        }
                    }
                }
                (_, None) => counted.count(field, answer, year),
                _ => {}
            }
        }
    }

    /// The rows that people read.
    pub(super) fn told(self, units: &Units, language: Language, cut: bool) -> Statistics {
        let forms = self.forms.into_iter().map(|of_form| {
            let years: Vec<i16> = of_form.applications.keys().copied().collect();
            let fields = of_form.fields.into_iter().map(|counted| {
                let kind = kind_of(&of_form.form, &counted);
                counted.told(kind, &years, units, language)
            });
            FormFigures {
                form: Id::clone(&of_form.form.id),
                title: of_form.form.title.clone(),
                applications: Cells::new(&years, &of_form.applications),
                fields: fields.collect(),
                years,
            }
        });
        Statistics {
            forms: forms.collect(),
            cut,
        }
    }
}

/// What is counted of a field and of its columns.
fn of_field(field: &Field) -> Vec<OfField> {
    let one = |table: Option<&Field>, field: &Field| {
        let way = field.statistic?;
        Some(OfField {
            label: table
                .into_iter()
                .chain([field])
                .map(|field| field.label.clone())
                .collect(),
            table: table.map(|table| Id::clone(&table.id)),
            field: Id::clone(&field.id),
            way,
            rows: HashMap::new(),
            lists: HashMap::new(),
        })
    };
    let mut found: Vec<OfField> = one(None, field).into_iter().collect();
    if let FieldType::Table(table) = &field.kind {
        found.extend(table.columns.values().filter_map(|column| one(Some(field), column)));
    }
    found
}

fn kind_of<'f>(form: &'f Form, counted: &OfField) -> Option<&'f FieldType> {
    let outer = form.field(counted.table.as_ref().unwrap_or(&counted.field))?;
    match (&outer.kind, &counted.table) {
        (FieldType::Table(table), Some(_)) => table.columns.get(&counted.field).map(|column| plain(&column.kind)),
        (kind, _) => Some(plain(kind)),
    }
}

/// A computed value is counted as what it is.
fn plain(kind: &FieldType) -> &FieldType {
    match kind {
        FieldType::Computed(computed) => plain(&computed.of),
        kind => kind,
    }
}

impl OfField {
    fn count(&mut self, field: &Field, answer: Option<&Json>, year: i16) {
        let answer = answer.filter(|answer| !answer.is_null());
        match self.way {
            Statistic::Count => self.count_value(plain(&field.kind), answer, year),
            Statistic::Sum => {
                if let Some(number) = answer.and_then(decimal) {
                    self.add(SUM, number, year);
                    self.add(ANSWERED, Decimal::ONE, year);
                }
            }
            Statistic::Year => match answer.and_then(year_of) {
                Some(of) => self.add(&of, Decimal::ONE, year),
                None => self.add(UNANSWERED, Decimal::ONE, year),
            },
        }
    }

    fn count_value(&mut self, kind: &FieldType, answer: Option<&Json>, year: i16) {
        use FieldType as T;
        if matches!(kind, T::List(_) | T::Table(_) | T::File(_)) {
            let entries = answer.and_then(Json::as_array).map_or(0, Vec::len);
            return self.add(ENTRIES, Decimal::from(entries), year);
        }
        let one = answer.map(std::slice::from_ref).unwrap_or_default();
        let values = answer.and_then(Json::as_array).map_or(one, Vec::as_slice);
        if values.is_empty() {
            return self.add(UNANSWERED, Decimal::ONE, year);
        }
        for value in values {
            let key = match value {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            if let T::Choice(choice) | T::Choices(choice) | T::Tree(choice) | T::Trees(choice) = kind {
                let list = || Arc::clone(&choice.list);
                self.lists.entry(key.clone()).or_insert_with(list);
            }
            self.add(&key, Decimal::ONE, year);
        }
    }

    fn add(&mut self, key: &str, figure: Decimal, year: i16) {
        let row = match self.rows.get_mut(key) {
            Some(row) => row,
            None => self.rows.entry(key.to_owned()).or_default(),
        };
        let cell = row.entry(year).or_default();
        *cell = plus(*cell, figure);
    }

    fn told(mut self, kind: Option<&FieldType>, years: &[i16], units: &Units, language: Language) -> FieldFigures {
        let unanswered = self.rows.remove(UNANSWERED);
        let rows = std::mem::take(&mut self.rows).into_iter();
        let mut rows: Vec<(String, Cells)> = rows.map(|(key, figures)| (key, Cells::new(years, &figures))).collect();
        // The most frequent first, and of those that are equally frequent the first by code.
        rows.sort_by(|a, b| (b.1.total, &a.0).cmp(&(a.1.total, &b.0)));
        let rare = rows.split_off(rows.len().min(MOST_VALUES));
        rows.sort_by_cached_key(|(key, _)| self.place(kind, key));
        let mut rows: Vec<Row> = rows
            .into_iter()
            .map(|(key, cells)| Row {
                of: self.called(&key, kind, units, language),
                cells,
            })
            .collect();
        if !rare.is_empty() {
            rows.push(Row {
                of: Counted::Others,
                cells: together(rare.into_iter().map(|(_, cells)| cells)),
            });
        }
        rows.extend(unanswered.map(|figures| Row {
            of: Counted::Unanswered,
            cells: Cells::new(years, &figures),
        }));
        FieldFigures {
            label: self.label,
            way: self.way,
            rows,
        }
    }

    /// Where a row stands: codes as their list has them, years by their number; anything else as it is.
    fn place(&self, kind: Option<&FieldType>, key: &str) -> usize {
        use FieldType as T;
        match kind {
            _ if self.way == Statistic::Sum => usize::from(key != SUM),
            _ if self.way == Statistic::Year => key.parse().unwrap_or(usize::MAX),
            Some(T::Choice(choice) | T::Choices(choice) | T::Tree(choice) | T::Trees(choice)) => {
                let entries = choice.list.entries();
                entries
                    .iter()
                    .position(|entry| *entry.code == *key)
                    .unwrap_or(usize::MAX)
            }
            Some(T::YesNo) => usize::from(key != "true"),
            Some(T::Year) => key.parse().unwrap_or(usize::MAX),
            _ => 0,
        }
    }

    /// What a row counts.
    fn called(&self, key: &str, kind: Option<&FieldType>, units: &Units, language: Language) -> Counted {
        use FieldType as T;
        match (self.way, kind) {
            (Statistic::Sum, _) if key == SUM => Counted::Sum,
            (Statistic::Sum, _) => Counted::Answered,
            (Statistic::Year, _) => Counted::Value(key.to_owned()),
            (_, Some(T::Choice(choice) | T::Choices(choice) | T::Tree(choice) | T::Trees(choice))) => {
                let own = Some(&choice.list).filter(|list| list.get(key).is_some());
                let list = own.or_else(|| self.lists.get(key));
                Counted::Value(list.map_or_else(|| key.to_owned(), |list| list.in_language(language).path(key)))
            }
            (_, Some(T::YesNo)) => Counted::YesNo(key == "true"),
            (_, Some(T::Lookup(lookup))) => {
                let record = Lookups::get(units, &lookup.from, key);
                let name = record.and_then(|record| record["name"].as_str().map(str::to_owned));
                Counted::Value(name.unwrap_or_else(|| key.to_owned()))
            }
            (_, Some(T::List(_) | T::Table(_) | T::File(_))) => Counted::Entries,
            _ => Counted::Value(key.to_owned()),
        }
    }
}

/// Several rows as one.
fn together(rows: impl Iterator<Item = Cells>) -> Cells {
    rows.reduce(|sum, row| Cells {
        by_year: sum
            .by_year
            .iter()
            .zip(&row.by_year)
            .map(|(a, b)| plus(*a, *b))
            .collect(),
        total: plus(sum.total, row.total),
    })
    .unwrap_or_default()
}

/// A number as it is written.
fn decimal(value: &Json) -> Option<Decimal> {
    let text = value.to_string();
    text.parse().ok().or_else(|| Decimal::from_scientific(&text).ok())
}

/// The year of a day, a month or a year.
fn year_of(value: &Json) -> Option<String> {
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    let year = text.split('-').next().unwrap_or_default();
    (year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit())).then(|| year.to_owned())
}
