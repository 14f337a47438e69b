//! Folder → [`Region`], or every problem in it at once.

mod checkers;
mod codes;
mod constraint;
mod document;
mod field;
mod field_keys;
mod field_type;
mod files;
mod form;
mod goal;
mod json_schema;
mod kept;
mod language;
mod lets;
mod menu;
mod new_region;
mod number;
mod order;
mod people;
mod pinned;
mod places;
mod plugin;
mod region;
mod register;
mod relies;
mod renamed;
mod rule;
mod sample;
mod secret;
mod shown;
mod sound;
mod spoken;
mod template;
mod told;
mod trees;
mod words;
mod workflow;
mod workflow_keys;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::expression::{Type, with_room};
use super::merge::Files;
use super::problem::Problem;
use super::scope::App;
use super::source::{Node, Problems, Spot};
use super::{Calendar, CodeList, Id, Region, Text};

pub use checkers::{PinnedPlugin, pinned_checkers};
#[cfg(test)]
pub(crate) use field_type::TYPES;
pub(super) use form::FORM;
pub use kept::Kept;
pub(super) use menu::MENU;
pub use new_region::{NewRegion, NewRegionError, Wanted, new_region};
pub use pinned::{LANGUAGE_VERSION, Unreadable, pinned, pinned_tree, readable};
pub use places::Places;
pub(super) use region::REGION;
pub use relies::relied_on;
pub(super) use sample::SAMPLE;
pub use sample::{Act, Case, Expected, ExpectedFinding, Sample, Words, samples};
pub use trees::{Trees, trees};
pub(super) use words::{Of, word};
pub(super) use workflow_keys::WORKFLOW;

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
    /// There is no such form in the region.
    #[error("there is no form `{asked}`; the region has: {}", known.join(", "))]
    NoForm {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: Vec<String>,
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

impl LoadError {
    /// What is wrong, for whoever gave the command.
    pub fn told(&self) -> Text {
        let listed = |known: &[String]| known.join("、");
        let zh = match self {
            Self::Folder { path, error } => format!("读不了定义所在的文件夹 {}：{error}", path.display()),
            Self::NoForm { asked, known } => format!("没有登记表「{asked}」；这个地区有：{}", listed(known)),
            Self::NoRegion { asked, known } if known.is_empty() => {
                format!("没有地区「{asked}」：这个文件夹里一个地区也没有")
            }
            Self::NoRegion { asked, known } => format!("没有地区「{asked}」；这个文件夹里有：{}", listed(known)),
        };
        Text::both(zh, self.to_string())
    }
}

/// Loads every region of a folder, or the one called `only`.
pub fn load(folders: &Folders, only: Option<&str>) -> Result<Loaded, LoadError> {
    load_again(folders, only, &Kept::default())
}

/// The same as often as files change: what `kept` knows of files that say what they said is not read anew.
pub fn load_again(folders: &Folders, only: Option<&str>, kept: &Kept) -> Result<Loaded, LoadError> {
    with_room(|| load_here(folders, only, kept))
}

fn load_here(folders: &Folders, only: Option<&str>, kept: &Kept) -> Result<Loaded, LoadError> {
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
    let mut shared = Shared {
        kept: kept.clone(),
        ..Shared::default()
    };
    let mut regions = IndexMap::new();
    if only.is_none() {
        told::folders_without_region(&folders.forms, &mut problems);
    }
    for id in ids {
        let mut own = Problems::default();
        let region = Loader::new(&id, folders, &mut files, &mut shared, &mut own).region();
        let sound = !own.has_errors();
        problems.take(own);
        if let (Some(region), true) = (region, sound) {
            regions.insert(Id::from(id), Arc::new(region));
        }
    }
    Ok(Loaded {
        regions,
        problems: problems.into_sorted(),
    })
}

/// The definition of a form with everything that it extends, or what keeps it from being merged.
pub fn merged_form(folders: &Folders, region: &str, form: &str) -> Result<Result<Node, Vec<Problem>>, LoadError> {
    let known = region_folders(&folders.forms)?;
    if !known.iter().any(|id| id == region) {
        return Err(LoadError::NoRegion {
            asked: region.into(),
            known,
        });
    }
    let mut files = Files::new(&folders.forms);
    let forms = files.in_folder(Path::new(region), ".form.yaml");
    let path = Path::new(region).join(format!("{form}.form.yaml"));
    if !forms.contains(&path) {
        let stem = |path: &PathBuf| {
            Some(
                path.file_name()?
                    .to_string_lossy()
                    .strip_suffix(".form.yaml")?
                    .to_owned(),
            )
        };
        return Err(LoadError::NoForm {
            asked: form.into(),
            known: forms.iter().filter_map(stem).collect(),
        });
    }
    let (mut shared, mut problems) = (Shared::default(), Problems::default());
    let mut loader = Loader::new(region, folders, &mut files, &mut shared, &mut problems);
    if let Some(own) = loader
        .files
        .tree(&Path::new(region).join("region.yaml"), loader.problems)
    {
        loader.collect_folders(&own);
    }
    let merged = loader.form_tree(&path);
    Ok(merged.ok_or_else(|| problems.into_sorted()))
}

fn region_folders(forms: &Path) -> Result<Vec<String>, LoadError> {
    let listed = std::fs::read_dir(forms).map_err(|error| LoadError::Folder {
        path: forms.to_path_buf(),
        error,
    })?;
    let mut ids: Vec<String> = listed
        .flatten()
        .filter(|entry| entry.path().join("region.yaml").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    ids.sort();
    Ok(ids)
}

/// A code list, and what is wrong with it: told to every region that has it, or the second one would
/// seem sound.
type ReadList = (Option<Arc<CodeList>>, Vec<Problem>);

/// What several regions read from the same files.
#[derive(Debug, Default)]
struct Shared {
    lists: HashMap<PathBuf, ReadList>,
    kept: Kept,
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
    /// What `app` reads as.
    app: Type,
    texts: IndexMap<String, String>,
    /// What was declared but has mistakes of its own, told already: whoever names it is not blamed.
    broken: HashSet<(&'static str, String)>,
    /// What `null` took out of the definition at hand, and where.
    removed: Vec<(String, Spot)>,
    /// Where the fields of the form at hand are defined.
    fields: HashMap<Id, Spot>,
    /// The documents of the region as they are written; none where a form is read without its region.
    documents: Option<IndexSet<Id>>,
    /// What a record of each register reads as.
    registers: IndexMap<Id, Type>,
    /// The CSV files that seed registers.
    seeds: HashSet<PathBuf>,
    used_texts: HashSet<String>,
    used_lists: HashSet<Id>,
    /// How many patterns the form at hand has.
    patterns: usize,
    /// How many values the `$ref`s of the form at hand have brought.
    referred: usize,
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
            app: App::ty(),
            texts: IndexMap::new(),
            broken: HashSet::new(),
            removed: Vec::new(),
            fields: HashMap::new(),
            documents: None,
            registers: IndexMap::new(),
            seeds: HashSet::new(),
            used_texts: HashSet::new(),
            used_lists: HashSet::new(),
            patterns: 0,
            referred: 0,
        }
    }

    /// Notes that `name` of this kind has mistakes of its own.
    fn breaks(&mut self, kind: &'static str, name: &str) {
        self.broken.insert((kind, name.to_owned()));
    }

    /// Whether `name` of this kind is declared but could not be read.
    fn is_broken(&self, kind: &'static str, name: &str) -> bool {
        self.broken.contains(&(kind, name.to_owned()))
    }
}
