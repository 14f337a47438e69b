//! `samples/*.yaml` (LANGUAGE L10): answers, and the findings and states they must lead to.

mod keys;
mod read;

use std::path::PathBuf;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::Folders;
use crate::definition::merge::Files;
use crate::definition::problem::Problem;
use crate::definition::source::{Node, Problems, Spot};
use crate::definition::{Id, Region};
use read::Reader;

pub(in crate::definition) use keys::SAMPLE;

/// One sample file, its `from` chain resolved.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The file's name without `.yaml`.
    pub name: String,
    /// The form it fills.
    pub form: String,
    /// `context:` as written, the chain's merged.
    pub context: Map<String, Json>,
    /// `registers:` as written: rows that stand beside the region's own.
    pub registers: Map<String, Json>,
    /// Answers and changes by path, to be applied in order.
    pub layers: Vec<Layer>,
    /// The findings it must give; `None` where it does not say.
    pub findings: Option<Expected>,
    /// Small variations.
    pub cases: Vec<Case>,
    /// The actions it must go through.
    pub walk: Vec<Act>,
    /// What must stand in each document, printed where the walk ends.
    pub documents: IndexMap<Id, Vec<Words>>,
}

/// Words that must stand in a document.
#[derive(Debug, Clone)]
pub struct Words {
    /// The words.
    pub text: String,
    /// Where they are written.
    pub spot: Spot,
}

/// The findings that must come, and no others.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Each of them.
    pub list: Vec<ExpectedFinding>,
    /// The list as it is written, with the place of each item.
    pub node: Node,
}

/// One file's part of a sample's answers.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    /// Merged over what stands before.
    pub answers: Map<String, Json>,
    /// Set by path after that.
    pub set: IndexMap<String, Json>,
}

/// A variation of a sample.
#[derive(Debug, Clone)]
pub struct Case {
    /// What it tries.
    pub name: String,
    /// Changes by path.
    pub set: IndexMap<String, Json>,
    /// Changes of the context.
    pub context: Map<String, Json>,
    /// The findings it must give.
    pub findings: Expected,
}

/// A finding that must come, compared by rule and place, and by what else is given.
#[derive(Debug, Clone)]
pub struct ExpectedFinding {
    /// The rule.
    pub rule: String,
    /// The place.
    pub at: Option<String>,
    /// The message, when it matters.
    pub message: Option<String>,
    /// The severity, when it matters.
    pub severity: Option<String>,
    /// Where it is written.
    pub spot: Spot,
}

/// One step of a walk.
#[derive(Debug, Clone)]
pub struct Act {
    /// The action.
    pub act: String,
    /// The role that takes it.
    pub by: String,
    /// The state it must lead to.
    pub state: String,
    /// What the action's form is given.
    pub input: Map<String, Json>,
    /// Where the step is written.
    pub spot: Spot,
    /// Where the state is written.
    pub state_spot: Spot,
}

/// The samples of a checked region, and what is wrong with them.
pub fn samples(folders: &Folders, region: &Region) -> (Vec<Sample>, Vec<Problem>) {
    let mut files = Files::new(&folders.forms);
    let mut problems = Problems::default();
    let folder = PathBuf::from(&*region.id).join("samples");
    let mut samples = Vec::new();
    for path in files.in_folder(&folder, ".yaml") {
        let mut reader = Reader::new(&mut files, &folder, region, &mut problems);
        samples.extend(reader.sample(&path, &mut Vec::new()));
    }
    (samples, problems.into_sorted())
}
