//! Samples (LANGUAGE L10): their answers, the check they are run through and the walk they take.

mod coverage;
mod exercise;
mod findings;
mod mend;
mod print;
mod run;
mod walk;

use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use super::{Office, Units};
use crate::check::{self, Answers, Checked, Finding, Path};
use crate::definition::load::{Case, Sample};
use crate::definition::scope::App;
use crate::plugin::CallError;
use crate::store::{RegisterEntry, Standing, Unit};

pub use coverage::{Coverage, Measure, Missing};
pub use exercise::{Exercise, Transition};
pub use findings::difference;
pub use mend::mended;
pub use run::{Difference, Edit, Outcome, Ran, run};

/// A sample that cannot be run as it is written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A path of `set` leads nowhere.
    #[error("`{path}` cannot be set: {error}")]
    Path {
        /// The path.
        path: String,
        /// Why.
        error: String,
    },
    /// The context is not understood.
    #[error("`context`: {0}")]
    Context(String),
    /// The form is not the region's.
    #[error("there is no form {0}")]
    Form(String),
    /// A plugin could not be asked.
    #[error(transparent)]
    Plugin(#[from] CallError),
}

/// The answers of a sample, and of one of its cases.
pub fn answers(sample: &Sample, case: Option<&Case>) -> Result<Answers, SampleError> {
    let mut answers = Answers::new();
    for layer in &sample.layers {
        answers.extend(layer.answers.clone());
        for (path, value) in &layer.set {
            set(&mut answers, path, value)?;
        }
    }
    for (path, value) in case.into_iter().flat_map(|case| &case.set) {
        set(&mut answers, path, value)?;
    }
    Ok(answers)
}

fn set(answers: &mut Answers, path: &str, value: &Json) -> Result<(), SampleError> {
    let wrong = |error: String| SampleError::Path {
        path: path.to_owned(),
        error,
    };
    let parsed: Path = path.parse().map_err(|_| wrong("this is not a path".into()))?;
    check::path::set(answers, &parsed, value.clone()).map_err(|error| wrong(error.to_string()))
}

/// The day of a sample's context.
pub fn today(sample: &Sample) -> Result<Option<Date>, SampleError> {
    date(&sample.context, "today")
}

fn date(context: &Map<String, Json>, key: &str) -> Result<Option<Date>, SampleError> {
    let Some(text) = context.get(key).and_then(Json::as_str) else {
        return Ok(None);
    };
    text.parse()
        .map(Some)
        .map_err(|_| SampleError::Context(format!("{key}: {text} is not a day")))
}

/// A sample that was checked, with what it was checked with.
pub struct Tried {
    /// What `app` reads as.
    pub app: App,
    /// What `today` reads as.
    pub today: Date,
    /// The units and registers.
    pub units: Units,
    /// The answers.
    pub answers: Answers,
    /// What was found, plugins included where they could be asked.
    pub checked: Checked,
    /// What plugins are told.
    pub(super) told: crate::plugin::Context,
    /// The plugin that could not be asked.
    pub fault: Option<CallError>,
}

impl Office {
    /// Every finding of a sample, or of one of its cases, plugins included.
    pub async fn check_sample(
        &self,
        sample: &Sample,
        case: Option<&Case>,
        now: Date,
    ) -> Result<Vec<Finding>, SampleError> {
        Ok(self.tried(sample, case, now).await?.checked.findings)
    }

    async fn tried(&self, sample: &Sample, case: Option<&Case>, now: Date) -> Result<Tried, SampleError> {
        let tried = self.try_answers(sample, case, answers(sample, case)?, now).await?;
        match tried.fault {
            Some(fault) => Err(fault.into()),
            None => Ok(tried),
        }
    }

    /// Checks other answers in the place of a sample's own: same form, day, applicant and registers.
    pub async fn try_answers(
        &self,
        sample: &Sample,
        case: Option<&Case>,
        answers: Answers,
        now: Date,
    ) -> Result<Tried, SampleError> {
        let form = self
            .form(&sample.form)
            .ok_or_else(|| SampleError::Form(sample.form.clone()))?;
        let mut context = sample.context.clone();
        context.extend(case.map(|case| case.context.clone()).unwrap_or_default());
        let today = date(&context, "today")?.unwrap_or(now);
        let applicant = context.get("applicant").cloned().unwrap_or(Json::Null);
        let text = |key: &str| applicant.get(key).and_then(Json::as_str).map(str::to_owned);
        let app = App {
            filed_on: date(&context, "filed_on")?.unwrap_or(today),
            applicant_name: text("name").unwrap_or_default(),
            applicant_unit: text("unit"),
            applicant_role: text("role").unwrap_or_default(),
            state: self.region().workflow.start.to_string(),
            region: self.region().id.to_string(),
            category: sample.form.clone(),
        };
        let units = self.sample_units(sample);
        let context = check::Context {
            app: &app,
            today,
            lookups: &units,
        };
        let mut checked = check::check(form, &answers, &context);
        let visible = Json::Object(checked.evaluated.visible_answers(&answers)).to_string();
        let told = crate::plugin::Context {
            region: app.region.clone(),
            form: app.category.clone(),
            version: form.form().version.clone(),
            language: self.region().language,
            today,
            filed_on: app.filed_on,
            applicant_name: app.applicant_name.clone(),
            applicant_unit: app.applicant_unit.clone(),
            action: None,
        };
        let mut fault = None;
        for plugin in self.checkers() {
            match plugin.check(&told, &visible, std::sync::Arc::new(units.clone())).await {
                Ok(found) => checked.merge(
                    found
                        .into_iter()
                        .map(|finding| super::case::plugin_finding(form.form(), finding)),
                ),
                Err(error) => fault = Some(error),
            }
        }
        Ok(Tried {
            app,
            today,
            units,
            answers,
            checked,
            told,
            fault,
        })
    }

    /// The region's seeded units with the sample's over them.
    fn sample_units(&self, sample: &Sample) -> Units {
        let mut units: Vec<Unit> = self
            .region()
            .units
            .iter()
            .map(|seed| super::office::unit_of(self.region(), seed))
            .collect();
        for unit in self::units(&self.region().id, sample) {
            units.retain(|known| known.id != unit.id);
            units.push(unit);
        }
        let entries: Vec<RegisterEntry> = entries(&self.region().id, sample).collect();
        self.units_of(units, &entries)
    }
}

/// The entries of registers that a sample puts beside the region's seeds.
fn entries<'s>(region: &'s str, sample: &'s Sample) -> impl Iterator<Item = RegisterEntry> + 's {
    let registers = sample.registers.iter().filter(|(register, _)| *register != "units");
    registers.flat_map(move |(register, rows)| {
        rows.as_array().into_iter().flatten().map(move |row| {
            let id = row.get("id").and_then(Json::as_str).unwrap_or_default().to_owned();
            RegisterEntry::new(region, register, id, row.clone())
        })
    })
}

/// The units that a sample puts beside the region's own.
pub(super) fn units<'s>(region: &'s str, sample: &'s Sample) -> impl Iterator<Item = Unit> + 's {
    let rows = sample.registers.get("units").and_then(Json::as_array);
    rows.into_iter().flatten().map(move |row| {
        let text = |key: &str| row.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let kinds = row.get("kinds").and_then(Json::as_array).into_iter().flatten();
        let active = row.get("active").and_then(Json::as_bool).unwrap_or(true);
        Unit {
            credit_code: text("credit_code"),
            kinds: kinds.filter_map(Json::as_str).map(str::to_owned).collect(),
            place: text("place"),
            parent: row.get("parent").and_then(Json::as_str).map(str::to_owned),
            standing: if active { Standing::Active } else { Standing::Disabled },
            ..Unit::new(region, text("id"), text("name"))
        }
    })
}
