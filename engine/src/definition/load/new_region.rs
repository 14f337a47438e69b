//! A new region's folder: out of the template that a base keeps for that, or over a region that is
//! already there.
//!
//! Nothing is asked and nothing is overwritten. The folder appears whole or not at all.

mod overlay;
mod place;
mod renaming;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::files::TEMPLATE_FOLDER;
use super::region::is_base;
use super::{Folders, Loader, Shared, region_folders};
use crate::definition::Text;
use crate::definition::merge::Files;
use crate::definition::problem::Problem;
use crate::definition::source::{Node, Problems, is_id, nearest};

use place::Place;
use renaming::Renaming;

/// The longest id of a region, so that it fits into file names and addresses.
const LONGEST_ID: usize = 40;

/// What is to be made.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The id: the new folder under `forms/`.
    pub region: String,
    /// The base or the region that it is made from.
    pub from: String,
    /// What the place is called; where nothing is said, the place whose name the id spells.
    pub name: Option<String>,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRegion {
    /// What the place is called.
    pub name: String,
    /// Its GB/T 2260 code, where the name is in that list.
    pub place: Option<String>,
    /// The files, below the folder of all definitions.
    pub files: Vec<PathBuf>,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum NewRegionError {
    /// The request cannot be met.
    #[error("{}", .0)]
    Refused(Text),
    /// What it is to be made from has mistakes.
    #[error("the source has problems")]
    Source(Vec<Problem>),
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

/// Makes the folder of a new region.
pub fn new_region(folders: &Folders, wanted: &Wanted) -> Result<NewRegion, NewRegionError> {
    let target = folders.forms.join(&wanted.region);
    acceptable(folders, wanted, &target)?;
    let (mut files, mut shared, mut problems) = (Files::new(&folders.forms), Shared::default(), Problems::default());
    let mut loader = Loader::new(&wanted.from, folders, &mut files, &mut shared, &mut problems);
    let made = Source::read(&mut loader).map(|source| source.made(&mut loader, wanted));
    let Some(made) = made.filter(|_| !problems.has_errors()) else {
        return Err(NewRegionError::Source(problems.into_sorted()));
    };
    let (place, content) = made?;
    write(&target, &content)?;
    let below = |name: &PathBuf| Path::new(&wanted.region).join(name);
    Ok(NewRegion {
        name: place.name,
        place: place.code,
        files: content.keys().map(below).collect(),
    })
}

fn refused(zh: String, en: String) -> NewRegionError {
    NewRegionError::Refused(Text::both(zh, en))
}

fn acceptable(folders: &Folders, wanted: &Wanted, target: &Path) -> Result<(), NewRegionError> {
    let id = &wanted.region;
    if !is_id(id, true) || id.len() > LONGEST_ID {
        return Err(refused(
            format!("「{id}」不能作地区的标识：以小写字母开头，只用小写字母、数字、_ 和 -，最多 {LONGEST_ID} 个字符"),
            format!(
                "`{id}` cannot be the id of a region: start with a small letter; use small letters, digits, _ and -, \
                 {LONGEST_ID} characters at most"
            ),
        ));
    }
    if let Some(name) = wanted
        .name
        .as_deref()
        .filter(|name| name.trim().is_empty() || name.chars().any(char::is_control))
    {
        return Err(refused(
            format!("「{name}」不能作地区名称：写一行文字，如 云南省"),
            format!("`{name}` cannot be the name of a place: write one line such as 云南省"),
        ));
    }
    if std::fs::symlink_metadata(target).is_ok() {
        return Err(refused(
            format!("{} 已经有了，不会覆盖；请换一个标识，或先移走它", target.display()),
            format!(
                "{} is there and is not overwritten; take another id, or move it away",
                target.display()
            ),
        ));
    }
    let known = region_folders(&folders.forms).map_err(|error| refused(error.to_string(), error.to_string()))?;
    if !known.contains(&wanted.from) {
        let help = nearest(&wanted.from, known.iter().map(String::as_str)).unwrap_or_default();
        return Err(refused(
            format!("没有名为「{}」的地区可作底。{help}", wanted.from),
            format!(
                "there is no region `{}` to start from; {}",
                wanted.from,
                help.get(crate::definition::Language::English)
            ),
        ));
    }
    Ok(())
}

/// The files of the new folder by their path in it.
type Content = BTreeMap<PathBuf, String>;

/// What the new region is made from.
struct Source {
    /// Its region.yaml with all bases.
    region: Node,
    /// Whether it is a base.
    is_base: bool,
}

impl Source {
    fn read(loader: &mut Loader<'_>) -> Option<Self> {
        let path = PathBuf::from(&*loader.id).join("region.yaml");
        let own = loader.files.tree(&path, loader.problems)?;
        loader.collect_folders(&own);
        let region = loader.files.merged(&path, "/region.yaml", loader.problems)?.node;
        Some(Self {
            region,
            is_base: is_base(&own),
        })
    }

    fn made(&self, loader: &mut Loader<'_>, wanted: &Wanted) -> Result<(Place, Content), NewRegionError> {
        let place = Place::find(loader, wanted);
        let content = if self.is_base {
            of_template(loader, wanted, &place)?
        } else {
            let renaming = Renaming::new(&self.region, &place);
            overlay::content(loader, &self.region, &renaming, wanted)?
        };
        Ok((place, content))
    }
}

/// The base's template with the names filled in.
fn of_template(loader: &Loader<'_>, wanted: &Wanted, place: &Place) -> Result<Content, NewRegionError> {
    let folder = Path::new(&wanted.from).join(TEMPLATE_FOLDER);
    let mut content = Content::new();
    let found = loader.files.all_below(&folder).into_iter();
    for path in found.filter(|found| found.refused.is_none()).map(|found| found.path) {
        let text = read(&loader.files.root().join(&path))?;
        let name = path.strip_prefix(&folder).unwrap_or(&path).to_path_buf();
        content.insert(name, filled(&text, wanted, place));
    }
    if content.is_empty() {
        return Err(refused(
            format!("{} 是底，但没有 {TEMPLATE_FOLDER}/，不能由它新建地区", wanted.from),
            format!(
                "{} is a base without {TEMPLATE_FOLDER}/: no region can be made from it",
                wanted.from
            ),
        ));
    }
    Ok(content)
}

/// A template's text with `__region__`, `__from__`, `__name__`, `__place__` and `__digits__` (the first
/// two of the place) filled in. Without a place, the lines that name it are left out.
fn filled(text: &str, wanted: &Wanted, place: &Place) -> String {
    let lines = text
        .lines()
        .filter(|line| place.code.is_some() || !line.contains("__place__"));
    let mut all: String = lines.map(|line| format!("{line}\n")).collect();
    for (hole, value) in [
        ("__region__", wanted.region.as_str()),
        ("__from__", &wanted.from),
        ("__name__", &place.name),
        ("__place__", place.code.as_deref().unwrap_or_default()),
        ("__digits__", place.digits()),
    ] {
        all = all.replace(hole, value);
    }
    all
}

fn read(path: &Path) -> Result<String, NewRegionError> {
    std::fs::read_to_string(path).map_err(|error| NewRegionError::File {
        path: path.to_path_buf(),
        error,
    })
}

/// Writes everything beside the folder's place, then moves it there.
fn write(target: &Path, content: &Content) -> Result<(), NewRegionError> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}.new-{}", std::process::id()));
    let written = content
        .iter()
        .try_for_each(|(name, text)| put(&beside.join(name), text))
        .and_then(|()| {
            std::fs::rename(&beside, target).map_err(|error| NewRegionError::File {
                path: target.to_path_buf(),
                error,
            })
        });
    if written.is_err() {
        // What was begun is of no use; that it cannot be taken away is no further problem.
        drop(std::fs::remove_dir_all(&beside));
    }
    written
}

fn put(path: &Path, text: &str) -> Result<(), NewRegionError> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(path, text))
        .map_err(|error| NewRegionError::File {
            path: path.to_path_buf(),
            error,
        })
}

#[cfg(test)]
mod tests;
