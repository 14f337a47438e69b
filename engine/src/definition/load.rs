//! Folder → [`Region`], or every problem in it at once.

mod codes;
mod field;
mod form;
mod order;
mod pinned;
mod region;
mod sample;
mod workflow;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use super::expression::{self, Expression, Message, Mistake, Scope, Type};
use super::merge::Files;
use super::problem::Problem;
use super::source::{Node, Problems};
use super::{Calendar, CodeList, Id, Region, Text};

pub use pinned::{Unreadable, pinned};
pub use sample::{Act, Case, ExpectedFinding, Sample, samples};

/// Where definitions are.
#[derive(Debug, Clone)]
pub struct Folders {
    /// `forms/`: one folder a region.
    pub forms: PathBuf,
    /// Where plugin components lie that a region's own `plugins/` does not hold.
    pub plugins: PathBuf,
}

/// Everything that was found under `forms/`.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The regions without an error, by id.
    pub regions: IndexMap<Id, Arc<Region>>,
    /// Every problem of every region, by file and line.
    pub problems: Vec<Problem>,
}

impl Loaded {
    /// Whether anything keeps a region from being served.
    pub fn has_errors(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.severity == super::form::Severity::Error)
    }
}

/// The folder of all definitions cannot be read, or a region that was asked for is not in it.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The folder cannot be listed.
    #[error("cannot read the folder of definitions {}: {error}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// There is no such region.
    #[error("there is no region `{asked}`; the folder has: {}", known.join(", "))]
    NoRegion {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: Vec<String>,
    },
}

/// Loads every region of a folder, or the one called `only`.
pub fn load(folders: &Folders, only: Option<&str>) -> Result<Loaded, LoadError> {
    let mut ids = region_folders(&folders.forms)?;
    if let Some(asked) = only {
        if !ids.iter().any(|id| id == asked) {
            return Err(LoadError::NoRegion {
                asked: asked.into(),
                known: ids,
            });
        }
        ids.retain(|id| id == asked);
    }
    let mut files = Files::new(&folders.forms);
    let mut problems = Problems::default();
    let mut shared = Shared::default();
    let mut regions = IndexMap::new();
    for id in ids {
        let before = problems.len();
        let mut own = Problems::default();
        let region = Loader::new(&id, folders, &mut files, &mut shared, &mut own).region();
        let sound = !own.has_errors();
        for problem in own.into_sorted() {
            problems.add(problem);
        }
        debug_assert!(problems.len() >= before);
        if let (Some(region), true) = (region, sound) {
            regions.insert(Id::from(id), Arc::new(region));
        }
    }
    Ok(Loaded {
        regions,
        problems: problems.into_sorted(),
    })
}

fn region_folders(forms: &Path) -> Result<Vec<String>, LoadError> {
    let listed = std::fs::read_dir(forms).map_err(|error| LoadError::Folder {
        path: forms.to_path_buf(),
        error,
    })?;
    let mut ids: Vec<String> = listed
        .flatten()
        .filter(|entry| entry.path().join("region.yaml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    ids.sort();
    Ok(ids)
}

/// What several regions read from the same files.
#[derive(Debug, Default)]
struct Shared {
    lists: HashMap<PathBuf, Option<Arc<CodeList>>>,
}

/// The state of loading one region.
struct Loader<'a> {
    id: Id,
    folders_of_all: &'a Folders,
    files: &'a mut Files,
    shared: &'a mut Shared,
    problems: &'a mut Problems,
    /// The region's folder and its bases', nearest first, relative to `forms/`.
    folders: Vec<PathBuf>,
    codes: IndexMap<Id, Arc<CodeList>>,
    calendar: Arc<Calendar>,
    texts: IndexMap<String, String>,
}

impl<'a> Loader<'a> {
    fn new(
        id: &str,
        folders_of_all: &'a Folders,
        files: &'a mut Files,
        shared: &'a mut Shared,
        problems: &'a mut Problems,
    ) -> Self {
        Self {
            id: id.into(),
            folders_of_all,
            files,
            shared,
            problems,
            folders: vec![PathBuf::from(id)],
            codes: IndexMap::new(),
            calendar: Arc::default(),
            texts: IndexMap::new(),
        }
    }

    /// Compiles the expression at `node`; mistakes become problems at their characters.
    fn expression(&mut self, node: &Node, scope: &Scope, expected: Option<&Type>) -> Option<Expression> {
        let source = super::source::string_of(node, self.problems)?;
        match expression::compile(&source, scope, expected) {
            Ok(compiled) => Some(compiled),
            Err(mistakes) => {
                self.tell_mistakes(node, &source, mistakes);
                None
            }
        }
    }

    /// Compiles a condition.
    fn condition(&mut self, node: Option<&Node>, scope: &Scope) -> Option<Expression> {
        self.expression(node?, scope, Some(&Type::Bool))
    }

    /// Compiles a message with `{expression}` in it.
    fn message(&mut self, node: &Node, scope: &Scope) -> Option<Message> {
        let text = super::source::text_of(node, self.problems)?;
        match Message::compile(&text, scope) {
            Ok(message) => Some(message),
            Err(mistakes) => {
                self.tell_mistakes(node, &text.to_string(), mistakes);
                None
            }
        }
    }

    fn tell_mistakes(&mut self, node: &Node, source: &str, mistakes: Vec<Mistake>) {
        for mistake in mistakes {
            let spot = node.spot.within(source, mistake.start, mistake.end);
            let related = node
                .replaced
                .iter()
                .map(|spot| (spot.place(), Text::both("它覆盖了这里", "it replaces this")));
            self.problems
                .error_with(mistake.rule, &spot, mistake.message, mistake.help, related.collect());
        }
    }
}
