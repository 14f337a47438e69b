//! Searching one's applications: by words, category, state and year, in the order that is wanted.

use std::cmp::Ordering;

use super::clock::local;
use super::list::{entry, seen_by};
use super::{Entry, Person, Refused, Registry};
use crate::store::Listing;

/// How many applications are looked at in one search; what is older is left out, and that is said.
pub const MOST_SEARCHED: usize = 20_000;
/// The longest text that is searched for, in characters.
const LONGEST_TEXT: usize = 100;

/// What is searched for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Words of the name, the number, the applicant or their unit; all of them must occur.
    pub text: String,
    /// The form's id; empty for all.
    pub form: String,
    /// The state's id; empty for all.
    pub state: String,
    /// The year in which it was filed, or added while it is not filed.
    pub year: Option<i16>,
    /// What is first.
    pub order: Order,
    /// Whether the order is turned round.
    pub reversed: bool,
    /// Which page, from 1.
    pub page: usize,
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    #[default]
    Added,
    /// What was changed last first.
    Updated,
    /// By name.
    Name,
    /// By category, in the region's order.
    Category,
    /// By state, in the workflow's order.
    State,
    /// By registration number; those without one last.
    Number,
}

/// What a search found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The entries of the page.
    pub entries: Vec<Entry>,
    /// How many there are in all.
    pub total: usize,
    /// The page, from 1.
    pub page: usize,
    /// Pages in all.
    pub pages: usize,
    /// Whether older applications were not looked at.
    pub cut: bool,
}

impl Search {
    /// Whether nothing is searched for and the order is the list's own.
    fn is_plain(&self) -> bool {
        let all = self.text.trim().is_empty() && self.form.is_empty() && self.state.is_empty() && self.year.is_none();
        all && self.order == Order::Added && !self.reversed
    }
}

impl Registry {
    /// The applications that the person sees, as the search wants them, `rows` to a page.
    pub async fn applications(&self, person: &Person, search: &Search, rows: usize) -> Result<Found, Refused> {
        let Some(listing) = seen_by(person) else {
            return Ok(Found::default());
        };
        let office = self.office(&person.region)?;
        let store = &self.inner.store;
        let region = office.region();
        // Of all that an office has, only what is shown is read where nothing is searched for.
        let first = (listing == Listing::All && search.is_plain()).then(|| search.page.max(1) * rows);
        let units: Vec<(String, String)> = match search.text.trim() {
            "" => Vec::new(),
            _ => store
                .units(&region.id)
                .await?
                .into_iter()
                .map(|unit| (unit.id, unit.name))
                .collect(),
        };
        let keep = {
            let (person, search) = (person.clone(), search.clone());
            let words: Vec<String> = words(&search.text);
            let start = region.workflow.start.clone();
            move |application: crate::store::Application| {
                // A draft is its applicant's own affair until it is submitted.
                let draft = application.filed_on.is_none() && *start == *application.state;
                let visible = application.applicant == person.account || !draft;
                let filed = application
                    .filed_on
                    .unwrap_or_else(|| local(application.created_at).date());
                let unit = application.applicant_unit.as_ref();
                let unit = unit.and_then(|id| Some(&units.iter().find(|(known, _)| known == id)?.1));
                let fits = visible
                    && (search.form.is_empty() || application.form == search.form)
                    && (search.state.is_empty() || application.state == search.state)
                    && search.year.is_none_or(|year| filed.year() == year)
                    && words.iter().all(|word| {
                        let number = application.number.as_deref().unwrap_or_default();
                        let unit = unit.map(String::as_str).unwrap_or_default();
                        [&*application.title, number, &application.applicant_name, unit]
                            .iter()
                            .any(|text| text.to_lowercase().contains(word))
                    });
                fits.then(|| entry(&person, application))
            }
        };
        let bounds = (MOST_SEARCHED, first.unwrap_or(usize::MAX));
        let (mut found, whole) = store.matching(&region.id, &listing, bounds, keep).await?;
        let total = match first {
            Some(_) => {
                let drafts = Listing::State(region.workflow.start.to_string());
                let (all, drafts) = (
                    store.count(&region.id, &listing).await?,
                    store.count(&region.id, &drafts).await?,
                );
                usize::try_from(all.saturating_sub(drafts)).unwrap_or(usize::MAX)
            }
            None => found.len(),
        };
        if search.order != Order::Added {
            let place = |form: &str| region.forms.get_index_of(form);
            let step = |state: &str| region.workflow.states.get_index_of(state);
            found.sort_by(|a, b| compare(search.order, a, b, &place, &step));
        }
        if search.reversed {
            found.reverse();
        }
        let pages = total.div_ceil(rows).max(1);
        let page = search.page.clamp(1, pages);
        Ok(Found {
            entries: found.into_iter().skip((page - 1) * rows).take(rows).collect(),
            total,
            page,
            pages,
            cut: !whole && first.is_none(),
        })
    }
}

fn compare(
    order: Order,
    a: &Entry,
    b: &Entry,
    place: &dyn Fn(&str) -> Option<usize>,
    step: &dyn Fn(&str) -> Option<usize>,
) -> Ordering {
    match order {
        Order::Added => Ordering::Equal,
        Order::Updated => b.updated.cmp(&a.updated),
        Order::Name => a.title.cmp(&b.title),
        Order::Category => place(&a.form).cmp(&place(&b.form)),
        Order::State => step(&a.state).cmp(&step(&b.state)),
        Order::Number => (a.number.is_none(), &a.number).cmp(&(b.number.is_none(), &b.number)),
    }
}

/// The words of a search, in small letters.
fn words(text: &str) -> Vec<String> {
    let text: String = text.chars().take(LONGEST_TEXT).collect();
    text.split_whitespace().map(str::to_lowercase).collect()
}
