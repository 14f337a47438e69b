//! Figures over what was filed: each field that a form marks with `statistic`, by year of filing (LANGUAGE L4).
//!
//! They are worked out from the applications that the person sees, past their draft, each read under the form it is
//! pinned to: what is hidden there does not count. No table of figures is kept, so none can be out of date; in return
//! only the latest [`MOST_COUNTED`] applications are counted, on threads apart, and few people may ask at a time.

mod tally;

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::list::seen_by;
use super::{Case, Office, Person, Refused, Registry, Units};
use crate::definition::form::Statistic;
use crate::definition::{Id, Language, Text};
use crate::store::{Application, Dossier, Page};
use crate::workflow::Actor;

use tally::Tally;

/// How many applications are counted at most, the latest first.
pub const MOST_COUNTED: usize = 20_000;
/// How many applications are looked at for them at most, drafts included.
const MOST_LOOKED_AT: usize = 5 * MOST_COUNTED;
/// How many values of one field stand by themselves; the rarest beyond are taken together.
pub const MOST_VALUES: usize = 300;
/// How many applications are read in one go.
const PART: usize = 200;
/// How many people may have figures worked out at one time; others are asked to come back.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// The figures of a region as somebody sees them.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// The forms that the region offers.
    pub forms: Vec<FormFigures>,
    /// Whether there are more applications than [`MOST_COUNTED`]; then only the latest were counted.
    pub cut: bool,
}

/// The figures of a form.
#[derive(Debug, Clone)]
pub struct FormFigures {
    /// The form's id.
    pub form: Id,
    /// Its title.
    pub title: Text,
    /// The years in which its applications were first submitted, earliest first. Every row has a cell for each.
    pub years: Vec<i16>,
    /// How many applications there are.
    pub applications: Cells,
    /// The fields that are counted, in the form's order.
    pub fields: Vec<FieldFigures>,
}

/// The figures of one field, or of one column of a table.
#[derive(Debug, Clone)]
pub struct FieldFigures {
    /// What it is called; a column with its table.
    pub label: Vec<Text>,
    /// How it is counted.
    pub way: Statistic,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One row of figures.
#[derive(Debug, Clone)]
pub struct Row {
    /// What is counted in it.
    pub of: Counted,
    /// How often, or how much.
    pub cells: Cells,
}

/// What a row counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// Answers with this value, as people read it.
    Value(String),
    /// Answers of yes, or of no.
    YesNo(bool),
    /// Applications that were asked and have not answered.
    Unanswered,
    /// The entries of a list, the rows of a table, the files of a slot.
    Entries,
    /// The sum of all numbers.
    Sum,
    /// Applications that gave a number to the sum.
    Answered,
    /// Every rarer value.
    Others,
}

/// One figure a year, and all of them together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    /// By year, as the form's years stand.
    pub by_year: Vec<Decimal>,
    /// All of them.
    pub total: Decimal,
}

impl Cells {
    fn new(years: &[i16], figures: &BTreeMap<i16, Decimal>) -> Self {
        Self {
            by_year: years
                .iter()
                .map(|year| figures.get(year).copied().unwrap_or_default())
                .collect(),
            total: figures.values().fold(Decimal::ZERO, |sum, figure| plus(sum, *figure)),
        }
    }
}

/// The sum; one past what a decimal can hold stays at that: no answer is so large by honest means.
fn plus(a: Decimal, b: Decimal) -> Decimal {
    a.checked_add(b).unwrap_or(if b.is_sign_negative() {
        Decimal::MIN
    } else {
        Decimal::MAX
    })
}

impl Registry {
    /// The figures over the applications that the person sees.
    pub async fn statistics(&self, person: &Person, language: Language) -> Result<Statistics, Refused> {
        let office = self.office(&person.region)?;
        let forms = office.region().forms.values();
        let mut tally = Tally::new(forms.map(Arc::clone).collect());
        let Some(listing) = seen_by(person) else {
            return Ok(tally.told(&Units::default(), language, false));
        };
        let _place = AT_ONCE.try_acquire().map_err(|_| Refused::Busy)?;
        let units = office.units(&self.inner.store).await?;
        let (mut page, mut counted, mut looked_at) = (Page::first(PART), 0, 0);
        loop {
            let submitted = |application: &Application| application.filed_on.is_some();
            let store = &self.inner.store;
            let part = store.dossiers(&person.region, &listing, &page, submitted).await?;
            counted += part.items.len();
            looked_at += PART;
            tally = self.counted(office, tally, part.items, &units).await?;
            match part.next {
                Some(_) if counted >= MOST_COUNTED || looked_at >= MOST_LOOKED_AT => {
                    return Ok(tally.told(&units, language, true));
                }
                Some(next) => page.after = Some(next),
                None => return Ok(tally.told(&units, language, false)),
            }
        }
    }

    /// The tally with these applications in it, on a thread that serves nobody meanwhile.
    async fn counted(
        &self,
        office: &Arc<Office>,
        mut tally: Tally,
        dossiers: Vec<Dossier>,
        units: &Units,
    ) -> Result<Tally, Refused> {
        let (registry, office, units, handle) = (self.clone(), Arc::clone(office), units.clone(), Handle::current());
        let counting = move || -> Result<Tally, Refused> {
            for dossier in dossiers {
                let case = registry.case_from(Arc::clone(&office), Arc::new(dossier), units.clone(), Actor::Clock);
                let case: Case = handle.block_on(case)?;
                tally.add(&case);
            }
            Ok(tally)
        };
        let counted = tokio::task::spawn_blocking(counting).await;
        counted.map_err(|error| Refused::Failed(error.to_string()))?
    }
}
