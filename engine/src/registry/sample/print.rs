//! The documents of a sample: printed where its walk ends, and read.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::act::number_of;
use super::super::print::layout_job;
use super::run::Difference;
use super::walk::Walked;
use super::{Office, Tried};
use crate::definition::expression::{Frame, Value};
use crate::definition::load::{Sample, Words};
use crate::definition::region::{Document, DocumentSource};
use crate::definition::workflow::Effect;
use crate::document::{self, Job, Output, Renderer};

/// The id of an application that is none.
const NO_APPLICATION: &str = "sample";

/// The lines of a document, or why there is none.
pub(super) async fn text(
    office: &Office,
    sample: &Sample,
    tried: &Tried,
    walked: &Walked<'_>,
    document: &str,
    renderer: Option<&Renderer>,
) -> Result<Vec<String>, String> {
    let renderer = renderer.ok_or("documents are not printed here")?;
    let region = office.region();
    let document = region.documents.get(document).ok_or("there is no such document")?;
    if !document.states.is_empty() && !document.states.contains(&walked.state) {
        return Err(format!("it is not offered in the state {}", walked.state));
    }
    let issue = Issue::of(office, tried, walked, document);
    let data = data(office, tried, document, &issue);
    let job = match &document.source {
        DocumentSource::Template { main, files } => Job {
            main: main.clone(),
            files: Arc::clone(files),
            data,
            date: tried.today,
            output: Output::Text,
        },
        DocumentSource::Layout(plugin) => {
            let units = Arc::new(office.sample_units(sample));
            let issue = crate::plugin::Issue {
                document: document.id.to_string(),
                number: issue.number.clone().unwrap_or_default(),
                registered_on: tried.today,
                verify_url: issue.verify_url.clone().unwrap_or_default(),
            };
            let job = layout_job(office, &tried.told, plugin, &issue, &data, units).await;
            Job {
                output: Output::Text,
                ..job.map_err(|error| error.to_string())?
            }
        }
    };
    let rendered = renderer.render(job).await.map_err(|error| error.to_string())?;
    let text = String::from_utf8(rendered.bytes).map_err(|error| error.to_string())?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// The words that are missing, each with the line that is most like it. Space between characters does
/// not count: lines break where the page ends.
pub(super) fn difference(words: &[Words], printed: Result<Vec<String>, String>) -> Option<Difference> {
    let lines = match printed {
        Ok(lines) => lines,
        Err(why) => {
            return Some(Difference {
                expected: words.iter().map(|words| words.text.clone()).collect(),
                found: vec![format!("# {why}")],
            });
        }
    };
    let close = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let all = close(&lines.concat());
    let mut difference = Difference::default();
    for words in words {
        difference.expected.push(words.text.clone());
        if all.contains(&close(&words.text)) {
            difference.found.push(words.text.clone());
        } else {
            let likeness = |line: &&String| {
                let ratio = similar::TextDiff::from_chars(words.text.as_str(), line.as_str()).ratio();
                (ratio * 1000.0) as u32
            };
            difference.found.extend(lines.iter().max_by_key(likeness).cloned());
        }
    }
    (difference.expected != difference.found).then_some(difference)
}

/// What an issue would have given: the first number of the day's count.
struct Issue {
    number: Option<String>,
    verify_url: Option<String>,
}

impl Issue {
    fn of(office: &Office, tried: &Tried, walked: &Walked<'_>, document: &Document) -> Self {
        let region = office.region();
        let taken = walked.steps.iter().filter(|(_, came)| came.is_ok());
        let effects = taken
            .filter_map(|(act, _)| region.workflow.actions.get(act.act.as_str()))
            .flat_map(|action| &action.effects);
        let mut numbering = effects.filter_map(|effect| match effect {
            Effect::AssignNumber(numbering) => region.numbering.get(numbering),
            _ => None,
        });
        let form = tried.checked.evaluated.form();
        let number = numbering
            .next_back()
            .map(|rule| number_of(rule, tried.today.year(), form, 1));
        let verify_url = document
            .issued
            .then(|| format!("http://localhost/verify/{}/{NO_APPLICATION}", region.id));
        Self { number, verify_url }
    }
}

fn data(office: &Office, tried: &Tried, document: &Document, issue: &Issue) -> serde_json::Value {
    let region = office.region();
    let language = region.language;
    let evaluated = &tried.checked.evaluated;
    let form = evaluated.form();
    let shown =
        |page: &str, field: &str| evaluated.page_shown(page) && evaluated.field(field).is_none_or(|state| state.shown);
    let hidden: BTreeSet<String> = form
        .fields()
        .filter(|(page, field)| !shown(&page.id, &field.id))
        .map(|(_, field)| field.id.to_string())
        .collect();
    let slots = [tried.app.value(), Value::Date(tried.today)];
    let frame = Frame {
        base: &slots,
        extra: &[],
    };
    let marked = |when: &Option<crate::definition::Expression>| {
        when.as_ref().is_none_or(|when| when.holds(&frame).unwrap_or(true))
    };
    let watermark = document.watermark.as_ref().filter(|mark| marked(&mark.when));
    let state = region.workflow.states.get(tried.app.state.as_str());
    let names = crate::registry::case::picked_names(form, &tried.answers, &tried.units);
    document::data(&document::Subject {
        office: document::Office::of(region, language),
        form,
        application: document::Application {
            id: NO_APPLICATION,
            number: issue.number.as_deref(),
            registered_on: issue.number.as_ref().map(|_| tried.today),
            filed_on: Some(tried.app.filed_on),
            state: state.map(|state| state.label.get(language)).unwrap_or_default(),
            verify_url: issue.verify_url.as_deref(),
        },
        applicant: document::Applicant {
            name: &tried.app.applicant_name,
            unit: tried.app.applicant_unit.as_deref().map(|unit| tried.units.name(unit)),
        },
        answers: &evaluated.visible_answers(&tried.answers),
        hidden: &hidden,
        names: &names,
        language,
        watermark: watermark.map(|mark| mark.text.get(language)),
        label: document.label.get(language),
        reveal: false,
    })
}
