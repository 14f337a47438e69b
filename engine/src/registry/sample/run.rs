//! All samples of a region, each with what came otherwise than it says.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use super::exercise::Exercise;
use super::{Office, Tried, findings, mend, print};
use crate::definition::load::{Case, Expected, Sample};
use crate::definition::problem::Place;
use crate::definition::source::{SourceFile, Spot};
use crate::document::Renderer;

/// One expectation of a sample: its findings, those of one of its cases, its walk, or a document.
#[derive(Debug)]
pub struct Outcome {
    /// The sample's file without `.yaml`, and the case's name, `walk` or the document behind it.
    pub name: String,
    /// Where the expectation is written.
    pub place: Place,
    /// What came otherwise; none where all is as it should be.
    pub difference: Option<Difference>,
    /// What would make the sample say what came; empty where nothing is to be mended, or cannot be.
    pub edits: Vec<Edit>,
}

/// What was expected and what came, line by line, as a sample writes it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// What the sample says.
    pub expected: Vec<String>,
    /// What came.
    pub found: Vec<String>,
}

/// A piece of a sample's file with another text in its place.
#[derive(Debug, Clone)]
pub struct Edit {
    /// The file as it was read.
    pub file: Arc<SourceFile>,
    /// The bytes that are replaced.
    pub range: Range<usize>,
    /// What stands there instead.
    pub text: String,
}

/// Samples that were run.
#[derive(Debug)]
pub struct Ran {
    /// What came of each expectation.
    pub outcomes: Vec<Outcome>,
    /// What of the region they exercised.
    pub exercise: Exercise,
}

impl Difference {
    /// The lines of both: two spaces before what is common, `- ` before what did not come, `+ ` before
    /// what came instead.
    pub fn lines(&self) -> Vec<String> {
        let (expected, found) = (self.expected.iter(), self.found.iter());
        let (expected, found): (Vec<&str>, Vec<&str>) = (
            expected.map(String::as_str).collect(),
            found.map(String::as_str).collect(),
        );
        let diff = similar::TextDiff::from_slices(&expected, &found);
        let line = |change: similar::Change<&str>| format!("{} {}", change.tag(), change.value());
        diff.iter_all_changes().map(line).collect()
    }
}

/// Runs every sample. `now` is today for those that do not say what day it is; `renderer` prints the
/// documents of those that say what must stand in them.
pub async fn run(office: &Office, samples: &[Sample], now: Date, renderer: Option<&Renderer>) -> Ran {
    let mut ran = Ran {
        outcomes: Vec::new(),
        exercise: Exercise::none_of(office.region()),
    };
    for sample in samples {
        if let Some(expected) = &sample.findings {
            let name = sample.name.clone();
            ran.findings(office, sample, None, name, expected, now).await;
        }
        for case in &sample.cases {
            let name = format!("{}: {}", sample.name, case.name);
            ran.findings(office, sample, Some(case), name, &case.findings, now)
                .await;
        }
        if !sample.walk.is_empty() || !sample.documents.is_empty() {
            ran.walk(office, sample, now, renderer).await;
        }
    }
    ran
}

impl Ran {
    async fn findings(
        &mut self,
        office: &Office,
        sample: &Sample,
        case: Option<&Case>,
        name: String,
        expected: &Expected,
        now: Date,
    ) {
        let (difference, edits) = match office.tried(sample, case, now).await {
            Ok(tried) => {
                self.take(&tried);
                let compared = findings::compare(expected, &tried.checked.findings);
                let edits = mend::findings(expected, &compared);
                (compared.difference(), edits)
            }
            Err(error) => (Some(cannot(&error)), Vec::new()),
        };
        self.outcomes.push(Outcome {
            name,
            place: expected.node.spot.place(),
            difference,
            edits,
        });
    }

    async fn walk(&mut self, office: &Office, sample: &Sample, now: Date, renderer: Option<&Renderer>) {
        let name = format!("{}: walk", sample.name);
        let spot = sample.walk.first().map(|act| &act.spot);
        let mut tried = match office.tried(sample, None, now).await {
            Ok(tried) => tried,
            Err(error) => {
                let documents = sample.documents.values().flatten().map(|words| &words.spot);
                let place = spot.into_iter().chain(documents).next().map(Spot::place);
                let (place, difference) = (place.unwrap_or_default(), Some(cannot(&error)));
                let edits = Vec::new();
                return self.outcomes.push(Outcome {
                    name,
                    place,
                    difference,
                    edits,
                });
            }
        };
        self.take(&tried);
        let walked = office.walk_sample(sample, &mut tried, &mut self.exercise);
        if let Some(spot) = spot {
            self.outcomes.push(Outcome {
                name,
                place: spot.place(),
                difference: walked.difference(),
                edits: mend::states(&walked),
            });
        }
        for (id, words) in &sample.documents {
            let printed = print::text(office, sample, &tried, &walked, id, renderer).await;
            self.outcomes.push(Outcome {
                name: format!("{}: {id}", sample.name),
                place: words.first().map(|words| words.spot.place()).unwrap_or_default(),
                difference: print::difference(words, printed),
                edits: Vec::new(),
            });
        }
    }

    fn take(&mut self, tried: &Tried) {
        self.exercise
            .answers(&tried.app.category, &tried.checked.evaluated, &tried.answers);
    }
}

/// Nothing came, because of this.
fn cannot(error: &super::SampleError) -> Difference {
    Difference {
        expected: Vec::new(),
        found: vec![format!("# {error}")],
    }
}
