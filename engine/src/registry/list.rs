//! Lists: a person's applications, what waits for them, what was certified.

use jiff::civil::{Date, DateTime};

use super::{Case, Office, Person, Refused, Registry, clock::local};
use crate::definition::region::Sees;
use crate::definition::{FieldType, Id, Language, Text};
use crate::store::{Application, Listing, Page, Party};

/// How many applications are looked at in one go for certificates.
const SCAN: usize = 200;

/// One application in a list.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// 成果名称.
    pub title: String,
    /// The form's id.
    pub form: String,
    /// The state's id.
    pub state: String,
    /// Since when it stands there.
    pub since: DateTime,
    /// When anything of it was last changed.
    pub updated: DateTime,
    /// Who applied.
    pub applicant: String,
    /// The applicant's unit's id.
    pub unit: Option<String>,
    /// By when the state must be left.
    pub due: Option<Date>,
    /// 登记号.
    pub number: Option<String>,
    /// 登记日期.
    pub registered_on: Option<Date>,
    /// The document that was issued.
    pub certified: bool,
    /// Whether it is the person's own.
    pub own: bool,
    /// Whether the person's office handled it before.
    pub again: bool,
}

/// A part of a list that is read from one place to the next.
#[derive(Debug, Clone, Default)]
pub struct EntryPage {
    /// The entries.
    pub entries: Vec<Entry>,
    /// How many there are in all.
    pub total: usize,
    /// Where the next part begins.
    pub next: Option<String>,
}

/// What anybody may know of a certificate.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The region's id.
    pub region: String,
    /// 登记号.
    pub number: String,
    /// 成果名称.
    pub title: String,
    /// The day it carries.
    pub issued_on: Date,
    /// The answers that the form makes public: label and text.
    pub public: Vec<(Text, String)>,
}

impl Registry {
    /// What waits for the person in the chosen role.
    pub async fn queue(&self, person: &Person, after: Option<String>, limit: usize) -> Result<EntryPage, Refused> {
        self.list(person, &Listing::Waiting(party(person)), after, limit).await
    }

    /// How much needs the person: what waits for their role, or what was returned to them.
    pub async fn reminders(&self, person: &Person) -> Result<usize, Refused> {
        let listing = match person.files() {
            true => Listing::Returned(person.account.clone()),
            false => Listing::Waiting(party(person)),
        };
        let count = self.inner.store.count(&person.region, &listing).await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// The issued certificates of the applications that the person sees.
    pub async fn certificates(
        &self,
        person: &Person,
        after: Option<String>,
        limit: usize,
    ) -> Result<EntryPage, Refused> {
        let Some(listing) = seen_by(person) else {
            return Ok(EntryPage::default());
        };
        // Certificates are few among many applications: read on until a page is full.
        let mut found = EntryPage {
            next: after,
            ..EntryPage::default()
        };
        loop {
            let part = self.part(person, &listing, found.next.take(), SCAN).await?;
            found
                .entries
                .extend(part.entries.into_iter().filter(|entry| entry.certified));
            found.next = part.next;
            if found.next.is_none() || found.entries.len() >= limit {
                found.total = found.entries.len();
                return Ok(found);
            }
        }
    }

    async fn list(
        &self,
        person: &Person,
        listing: &Listing,
        after: Option<String>,
        limit: usize,
    ) -> Result<EntryPage, Refused> {
        let total = self.inner.store.count(&person.region, listing).await?;
        let part = self.part(person, listing, after, limit).await?;
        Ok(EntryPage {
            total: usize::try_from(total).unwrap_or(usize::MAX),
            ..part
        })
    }

    /// One part of a list, not counted.
    async fn part(
        &self,
        person: &Person,
        listing: &Listing,
        after: Option<String>,
        limit: usize,
    ) -> Result<EntryPage, Refused> {
        let office = self.office(&person.region)?;
        let page = Page { after, limit };
        let listed = self.inner.store.applications(&person.region, listing, &page).await?;
        // A draft is its applicant's own affair until it is submitted.
        let visible =
            |application: &Application| application.applicant == person.account || !is_draft(office, application);
        let visible = listed.items.into_iter().filter(visible);
        Ok(EntryPage {
            entries: visible.map(|application| entry(person, application)).collect(),
            total: 0,
            next: listed.next,
        })
    }

    /// The certificate behind a verification address.
    pub async fn verify(&self, region: &str, token: &str) -> Result<Option<Verified>, Refused> {
        let office = self.office(region)?;
        let Some(certificate) = self.inner.store.certificate_by_token(region, token).await? else {
            return Ok(None);
        };
        let clock = |_: &Application| crate::workflow::Actor::Clock;
        let case = self.case_of(region, &certificate.application, clock).await?;
        Ok(Some(Verified {
            region: office.region().id.to_string(),
            number: certificate.number.clone(),
            title: case.application().title.clone(),
            issued_on: certificate.issued_on,
            public: self.public_answers(&case, &certificate.document),
        }))
    }

    /// What the form makes public: label and text, of a table the public columns row by row.
    fn public_answers(&self, case: &Case, document: &str) -> Vec<(Text, String)> {
        let Some(document) = case.office().region().documents.get(document) else {
            return Vec::new();
        };
        let data = self.data(case, document, None, None, Language::Chinese);
        let title = super::draft::title_field(case.form());
        let mut public = Vec::new();
        for (_, field) in case.form().fields().filter(|(_, field)| Some(&field.id) != title) {
            let Some(answer) = data["answers"].get(&*field.id) else {
                continue;
            };
            let text = match &field.kind {
                FieldType::Table(table) => {
                    let columns: Vec<&Id> = table
                        .columns
                        .values()
                        .filter(|column| column.public)
                        .map(|column| &column.id)
                        .collect();
                    let rows = answer["rows"].as_array().into_iter().flatten();
                    let cells =
                        rows.flat_map(|row| columns.iter().filter_map(|column| row[&***column]["text"].as_str()));
                    cells.collect::<Vec<_>>().join("、")
                }
                _ if field.public => answer["text"].as_str().unwrap_or_default().to_owned(),
                _ => continue,
            };
            if !text.is_empty() {
                public.push((field.label.clone(), text));
            }
        }
        public
    }
}

pub(super) fn is_draft(office: &Office, application: &Application) -> bool {
    application.filed_on.is_none() && *office.region().workflow.start == *application.state
}

/// The list of what the person sees; none for a role of a unit without one.
pub(super) fn seen_by(person: &Person) -> Option<Listing> {
    match (person.sees, &person.unit) {
        (Sees::Own, _) => Some(Listing::Applicant(person.account.clone())),
        (Sees::Unit, Some(unit)) => Some(Listing::Unit(unit.clone())),
        (Sees::Unit, None) => None,
        (Sees::Handled, _) => Some(Listing::Handled(party(person))),
        (Sees::Region, _) => Some(Listing::All),
    }
}

/// The party that the person acts as: bound to the unit unless the role sees the whole region.
fn party(person: &Person) -> Party {
    Party {
        role: person.role.to_string(),
        unit: person.unit.clone().filter(|_| person.sees != Sees::Region),
    }
}

pub(super) fn entry(person: &Person, application: Application) -> Entry {
    let mine = party(person);
    Entry {
        since: local(application.state_since),
        updated: local(application.updated_at),
        certified: application.certificate.is_some(),
        own: application.applicant == person.account,
        again: application.handled_by.contains(&mine),
        id: application.id,
        title: application.title,
        form: application.form,
        state: application.state,
        applicant: application.applicant_name,
        unit: application.applicant_unit,
        due: application.due_on,
        number: application.number,
        registered_on: application.registered_on,
    }
}
