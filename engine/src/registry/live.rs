//! A page while it is being typed: judged together with everything that is stored, by the same engine, and not stored.

use serde_json::{Map, Value as Json};

use super::save::page_answers;
use super::{Case, Refused};
use crate::check::posted::{self, Posted};
use crate::check::{Answers, Evaluated, Finding};
use crate::definition::{FieldType, Page};

/// What the engine says of a page as it was typed.
#[derive(Debug)]
pub struct Judged {
    /// All answers of the application, with those of the page as they were typed.
    pub answers: Answers,
    /// The page's alone.
    pub given: Answers,
    /// What could not be read.
    pub refused: Vec<posted::Refused>,
    /// What a check finds on this page, plugins apart.
    pub findings: Vec<Finding>,
    /// What is shown, required and worked out. Rows that are still blank are among its rows.
    pub evaluated: Evaluated,
}

impl Case {
    /// Judges a page as it was typed.
    pub fn judge(&self, page: &str, pairs: &[(String, String)]) -> Result<Judged, Refused> {
        let definition = self.form().pages.get(page).ok_or(Refused::NotFound)?;
        let posted = self.posted(page, pairs)?;
        let stored = page_answers(&definition.fields, self.answers());
        let given = posted.merge(&definition.fields, &stored);
        let answers = self.over_page(definition, &given);
        let checked = self.check_over(&answers);
        let findings = checked.findings.into_iter();
        let findings = findings
            .filter(|finding| finding.page.as_deref() == Some(page))
            .collect();
        let evaluated = match with_blank_rows(definition, &posted, &answers) {
            Some(rows) => self.evaluated_over(&rows),
            None => checked.evaluated,
        };
        Ok(Judged {
            answers,
            given,
            refused: posted.refused,
            findings,
            evaluated,
        })
    }

    /// All answers, with those of one page as they are given here.
    pub fn over_page(&self, page: &Page, given: &Answers) -> Answers {
        let mut answers = self.answers().clone();
        answers.retain(|id, _| !page.fields.contains_key(id.as_str()));
        answers.extend(given.clone());
        answers
    }
}

/// The answers with the rows that the page shows and nobody has filled yet; none where there are no such rows.
fn with_blank_rows(page: &Page, posted: &Posted, answers: &Answers) -> Option<Answers> {
    let mut padded = None;
    for field in page
        .fields
        .values()
        .filter(|field| matches!(field.kind, FieldType::Table(_)))
    {
        let shown = posted
            .answers
            .get(&*field.id)
            .and_then(Json::as_array)
            .map_or(0, Vec::len);
        let there = answers.get(&*field.id).and_then(Json::as_array).map_or(0, Vec::len);
        if shown <= there {
            continue;
        }
        let padded: &mut Answers = padded.get_or_insert_with(|| answers.clone());
        let rows = padded.entry(&*field.id).or_insert_with(|| Json::Array(Vec::new()));
        if let Some(rows) = rows.as_array_mut() {
            rows.resize_with(shown, || Json::Object(Map::new()));
        }
    }
    padded
}
