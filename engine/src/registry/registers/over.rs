//! Documents over a register: printed once over all applications that picked one of its entries (LANGUAGE L9).

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::{Search, in_order};
use crate::check::Answers;
use crate::definition::region::{Document, DocumentSource};
use crate::definition::scope::App;
use crate::definition::{Field, FieldType, Form, Language, Text};
use crate::document::{self, Job, Output};
use crate::registry::accounts::{People, part};
use crate::registry::case::picked_names;
use crate::registry::list::seen_by;
use crate::registry::print::{layout_job, watermark};
use crate::registry::{Case, Office, Person, Print, Refused, Registry, Units};
use crate::store::{Application, Page, RegisterEntry};
use crate::workflow::Actor;

/// Over how many applications a document is printed at most.
pub const MOST_APPLICATIONS: usize = 1_000;
/// How many applications are looked at for them at most.
const MOST_LOOKED_AT: usize = 50_000;
/// How many applications are read in one go.
const PART: usize = 200;

/// An entry that a document can be printed over.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it can still be picked.
    pub active: bool,
}

impl Registry {
    /// The documents over a register that the person may print.
    pub fn register_documents(&self, person: &Person) -> Result<Vec<&Document>, Refused> {
        let documents = self.region(&person.region)?.documents.values();
        let mine = |document: &&Document| {
            let role = document.by.is_empty() || document.by.contains(&person.role);
            document.over.is_some() && role
        };
        Ok(documents.filter(mine).collect())
    }

    /// One of them; any other is not found.
    pub fn register_document(&self, person: &Person, id: &str) -> Result<&Document, Refused> {
        let documents = self.register_documents(person)?;
        documents
            .into_iter()
            .find(|document| *document.id == *id)
            .ok_or(Refused::NotFound)
    }

    /// The entries that a document can be printed over, the latest first.
    pub async fn document_choices(
        &self,
        person: &Person,
        document: &str,
        search: &Search,
    ) -> Result<People<Choice>, Refused> {
        let document = self.register_document(person, document)?;
        let mut choices = self
            .choices(person, document.over.as_deref().unwrap_or_default())
            .await?;
        let text = search.text.trim().to_lowercase();
        choices.retain(|choice| {
            let wanted = search.active.is_none_or(|active| choice.active == active);
            wanted && (text.is_empty() || choice.name.to_lowercase().contains(&text))
        });
        Ok(part(choices, search.page, |choice| choice))
    }

    /// What a register can be picked by: the units are one, too.
    async fn choices(&self, person: &Person, register: &str) -> Result<Vec<Choice>, Refused> {
        if register == "units" {
            let units = self.office(&person.region)?.units(&self.inner.store).await?;
            let choice = |unit: &crate::store::Unit| Choice {
                id: unit.id.clone(),
                name: unit.name.clone(),
                active: unit.is_active(),
            };
            return Ok(units.iter().map(choice).collect());
        }
        let known = self.region(&person.region)?.registers.get(register);
        let known = known.ok_or(Refused::NotFound)?;
        let mut entries = self.inner.store.register(&person.region, register).await?;
        in_order(known, &mut entries);
        let choice = |entry: RegisterEntry| Choice {
            name: entry.name().to_owned(),
            active: entry.active,
            id: entry.id,
        };
        Ok(entries.into_iter().rev().map(choice).collect())
    }

    /// Prints a document over one entry: every application past its draft that the person may see, in the states that
    /// the document names, which picked the entry.
    pub async fn print_over(
        &self,
        person: &Person,
        document: &str,
        entry: &str,
        language: Language,
    ) -> Result<Print, Refused> {
        let office = Arc::clone(self.office(&person.region)?);
        let document = self.register_document(person, document)?;
        let units = office.units(&self.inner.store).await?;
        let register = document.over.as_deref().unwrap_or_default();
        let record = crate::check::Lookups::get(&units, register, entry).ok_or(Refused::NotFound)?;
        let cases = self.that_picked(person, document, entry, &units).await?;
        let name = record["name"].as_str().unwrap_or(entry).to_owned();
        let data = self.over_data(&office, document, record, cases, &units, language);
        let job = self.over_job(&office, document, data.await?, units).await?;
        Ok(Print {
            name: format!("{}-{name}", document.label.get(language)),
            pdf: self.inner.renderer.render(job).await?.bytes,
        })
    }

    /// The applications that picked the entry when they were submitted.
    async fn that_picked(
        &self,
        person: &Person,
        document: &Document,
        entry: &str,
        units: &Units,
    ) -> Result<Vec<Case>, Refused> {
        let office = self.office(&person.region)?;
        let Some(listing) = seen_by(person) else {
            return Ok(Vec::new());
        };
        let states = &document.states;
        let (mut page, mut looked_at, mut found) = (Page::first(PART), 0, Vec::new());
        loop {
            let (states, id) = (states.clone(), entry.to_owned());
            let wanted = move |application: &Application| {
                let in_state = states.is_empty() || states.iter().any(|state| **state == *application.state);
                // What was picked is in the names that were kept at submission.
                application.filed_on.is_some() && in_state && !application.summary["names"][&id].is_null()
            };
            let part = self
                .inner
                .store
                .dossiers(&person.region, &listing, &page, wanted)
                .await?;
            for dossier in part.items {
                let own = dossier.application.applicant == person.account;
                let actor = Actor::Person(person.actor(own));
                let case = self.case_from(Arc::clone(office), Arc::new(dossier), units.clone(), actor);
                found.push(case.await?);
            }
            looked_at += PART;
            if found.len() > MOST_APPLICATIONS || (looked_at >= MOST_LOOKED_AT && part.next.is_some()) {
                return Err(too_many());
            }
            match part.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        Ok(found)
    }

    /// What the template reads; worked out apart from the threads that serve.
    async fn over_data(
        &self,
        office: &Arc<Office>,
        document: &Document,
        record: Json,
        mut cases: Vec<Case>,
        units: &Units,
        language: Language,
    ) -> Result<Json, Refused> {
        let (registry, office, units) = (self.clone(), Arc::clone(office), units.clone());
        let id = document.id.clone();
        let made = tokio::task::spawn_blocking(move || {
            let region = office.region();
            let document = region.documents.get(&id)?;
            let register = document.over.as_deref()?;
            let entry = record["id"].as_str().unwrap_or_default();
            cases.retain(|case| {
                let answers = case.evaluated().visible_answers(case.answers());
                picks(case.form(), &answers, register, entry)
            });
            cases.sort_by_cached_key(|case| {
                let application = case.application();
                (application.number.clone(), application.filed_on, application.id.clone())
            });
            let one = |case: &Case| registry.data_by(case, document, None, None, language, document::application);
            let applications = cases.iter().map(one).collect();
            let today = registry.inner.clock.today();
            Some(document::over(
                &document::Office::of(region, language),
                &entry_data(&office, register, &record, &units, language),
                applications,
                document.label.get(language),
                watermark(document, &no_application(&region.id, today), today, language),
            ))
        });
        let made = made.await.map_err(|error| Refused::Failed(error.to_string()))?;
        made.ok_or(Refused::NotFound)
    }

    async fn over_job(&self, office: &Office, document: &Document, data: Json, units: Units) -> Result<Job, Refused> {
        let date = self.inner.clock.today();
        match &document.source {
            DocumentSource::Template { main, files } => Ok(Job {
                main: main.clone(),
                files: Arc::clone(files),
                data,
                date,
                output: Output::Pdf,
            }),
            DocumentSource::Layout(plugin) => {
                let region = office.region();
                let issue = crate::plugin::Issue {
                    document: document.id.to_string(),
                    number: String::new(),
                    registered_on: date,
                    verify_url: String::new(),
                };
                let context = crate::plugin::Context {
                    region: region.id.to_string(),
                    form: String::new(),
                    version: String::new(),
                    language: region.language,
                    today: date,
                    filed_on: date,
                    applicant_name: String::new(),
                    applicant_unit: None,
                    action: None,
                };
                layout_job(office, &context, plugin, &issue, &data, Arc::new(units)).await
            }
        }
    }
}

/// An entry as a template reads it; the columns of a unit are its own.
fn entry_data(office: &Office, register: &str, record: &Json, units: &Units, language: Language) -> Json {
    let stored = record.as_object().cloned().unwrap_or_default();
    let columns = match office.register_form(register) {
        Some(form) => {
            let names = picked_names(form.form(), &stored, units);
            document::columns(form.form(), &stored, &names, language)
        }
        None => stored.iter().map(|(id, value)| (id.clone(), plain(value))).collect(),
    };
    json!({"id": record["id"], "name": record["name"], "columns": columns})
}

/// A column that no form describes.
fn plain(value: &Json) -> Json {
    json!({"value": value, "text": value.as_str().unwrap_or_default()})
}

/// What `app` reads as where there is no single application.
fn no_application(region: &str, today: Date) -> App {
    App {
        filed_on: today,
        applicant_name: String::new(),
        applicant_unit: None,
        applicant_role: String::new(),
        state: String::new(),
        region: region.to_owned(),
        category: String::new(),
    }
}

/// Whether the answers pick an entry of a register, in a field or in a row of a table.
fn picks(form: &Form, answers: &Answers, register: &str, entry: &str) -> bool {
    let mut fields = form.fields().map(|(_, field)| field);
    fields.any(|field| {
        answers
            .get(&*field.id)
            .is_some_and(|answer| picked(field, answer, register, entry))
    })
}

fn picked(field: &Field, answer: &Json, register: &str, entry: &str) -> bool {
    match &field.kind {
        FieldType::Lookup(lookup) => *lookup.from == *register && answer.as_str() == Some(entry),
        FieldType::Table(table) => answer.as_array().into_iter().flatten().any(|row| {
            let mut columns = table.columns.values();
            columns.any(|column| {
                row.get(&*column.id)
                    .is_some_and(|cell| picked(column, cell, register, entry))
            })
        }),
        _ => false,
    }
}

fn too_many() -> Refused {
    Refused::Input(Text::both(
        format!("选了这一条的申请太多，一份文书最多汇总 {MOST_APPLICATIONS} 项（从 {MOST_LOOKED_AT} 项申请中查找）"),
        format!(
            "Too many applications picked this entry: a document is printed over at most {MOST_APPLICATIONS}, found among {MOST_LOOKED_AT}."
        ),
    ))
}
