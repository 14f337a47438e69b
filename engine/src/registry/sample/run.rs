//! All samples of a region, each with what came otherwise than it says.

use jiff::civil::Date;

use super::{Office, SampleError, difference};
use crate::definition::load::{Case, ExpectedFinding, Sample};

/// One sample, one of its cases or its walk.
#[derive(Debug)]
pub struct Outcome {
    /// The sample's file without `.yaml`, and the case's name or `walk` behind it.
    pub name: String,
    /// What came otherwise, as lines that begin with `-` or `+`; empty where all is as it should be.
    pub difference: Vec<String>,
}

/// Runs every sample. `now` is today for those that do not say what day it is.
pub async fn run(office: &Office, samples: &[Sample], now: Date) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for sample in samples {
        if let Some(expected) = &sample.findings {
            let found = findings(office, sample, None, expected, now).await;
            outcomes.push(outcome(sample.name.clone(), found));
        }
        for case in &sample.cases {
            let found = findings(office, sample, Some(case), &case.findings, now).await;
            outcomes.push(outcome(format!("{}: {}", sample.name, case.name), found));
        }
        if !sample.walk.is_empty() {
            let found = office.walk_sample(sample, now).await;
            outcomes.push(outcome(format!("{}: walk", sample.name), found));
        }
    }
    outcomes
}

async fn findings(
    office: &Office,
    sample: &Sample,
    case: Option<&Case>,
    expected: &[ExpectedFinding],
    now: Date,
) -> Result<Vec<String>, SampleError> {
    Ok(difference(expected, &office.check_sample(sample, case, now).await?))
}

fn outcome(name: String, found: Result<Vec<String>, SampleError>) -> Outcome {
    let difference = found.unwrap_or_else(|error| vec![format!("+ {error}")]);
    Outcome { name, difference }
}
