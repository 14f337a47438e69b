//! A new application with the answers of an earlier one.

use serde_json::{Value as Json, json};

use super::{Person, Refused, Registry};
use crate::definition::difference::carry;
use crate::definition::{FieldType, Form, Id, Text};
use crate::store::{Put, Upload};

/// What was made.
#[derive(Debug, Clone)]
pub struct Copied {
    /// The new application's id.
    pub id: String,
    /// Its first page.
    pub first_page: Option<Id>,
    /// Whether everything was taken along: no answer has lost its place, and nothing must be signed anew.
    pub whole: bool,
}

impl Registry {
    /// Makes a new application of the form of today with the answers of one that the person has filed or is filling,
    /// its files among them. What was printed and signed belongs to the earlier one and is left out.
    /// `pairs` are what the button posted.
    pub async fn copy_application(
        &self,
        person: &Person,
        id: &str,
        pairs: &[(String, String)],
    ) -> Result<Copied, Refused> {
        let case = self.case(person, id).await?;
        if case.application().applicant != person.account || !person.files() {
            return Err(Refused::NotFound);
        }
        let office = self.office(&person.region)?;
        let form = office.form(&case.application().form).ok_or_else(|| {
            Refused::NotAllowed(Text::both(
                "本地区已不提供这种登记表，不能复制",
                "This category is no longer offered; it cannot be copied.",
            ))
        })?;
        let shown = case.evaluated().visible_answers(case.answers());
        let carried = carry(case.form(), form.form(), &shown);
        let mut answers = carried.answers;
        let signed: Vec<&Id> = signed(form.form()).collect();
        let without = signed.iter().filter(|id| answers.remove(&****id).is_some()).count();
        let files = files(form.form(), &answers);
        let mut entered = self.entered(person, form, answers, json!({"copiedFrom": id}))?;
        for upload in self.inner.store.uploads(&person.region, id).await? {
            if files.contains(&upload.file) {
                entered.change.put.push(Put::Upload(Upload {
                    application: entered.id.clone(),
                    by: person.account.clone(),
                    at: self.inner.clock.now(),
                    ..upload
                }));
            }
        }
        Ok(Copied {
            id: self.enter_once(person, pairs, id, entered).await?,
            first_page: form.form().pages.keys().next().cloned(),
            whole: carried.losses.is_empty() && without == 0,
        })
    }
}

/// The slots for a print that was signed.
fn signed(form: &Form) -> impl Iterator<Item = &Id> {
    form.fields().filter_map(|(_, field)| match &field.kind {
        FieldType::File(rules) if rules.print_of.is_some() => Some(&field.id),
        _ => None,
    })
}

/// The ids of the files that the answers name.
fn files(form: &Form, answers: &serde_json::Map<String, Json>) -> Vec<String> {
    let slots = form
        .fields()
        .filter(|(_, field)| matches!(field.kind, FieldType::File(_)));
    let named = slots.filter_map(|(_, field)| answers.get(&*field.id)?.as_array());
    named
        .flatten()
        .filter_map(|file| file["id"].as_str().map(str::to_owned))
        .collect()
}
