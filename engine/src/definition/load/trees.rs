//! The merged definitions of a region as they are written, each piece with its place: what tells where a
//! difference stands.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use super::codes::{header_line, line_spot};
use super::{Folders, LoadError, Loader, Shared, region_folders};
use crate::definition::Id;
use crate::definition::merge::Files;
use crate::definition::problem::Place;
use crate::definition::source::{Node, Problems, SourceFile};

/// The files of one region, each with its bases merged under it. What cannot be read is not there.
#[derive(Debug, Default)]
pub struct Trees {
    /// `region.yaml`.
    pub region: Option<Node>,
    /// `workflow.yaml`.
    pub workflow: Option<Node>,
    /// `*.form.yaml`, by form.
    pub forms: IndexMap<Id, Node>,
    /// The file of each code list.
    codes: IndexMap<Id, Arc<SourceFile>>,
}

impl Trees {
    /// The line of a code; none where its list is in no file or has no such code.
    pub fn code_place(&self, list: &str, code: &str) -> Option<Place> {
        let file = self.codes.get(list)?;
        let header = file.text.lines().nth(header_line(file) - 1)?;
        let column = header.split(',').position(|cell| cell.trim() == "code")?;
        let is_code = |line: &str| {
            let cell = line.split(',').nth(column).unwrap_or_default();
            !line.starts_with('#') && cell.trim().trim_matches('"') == code
        };
        let at = file.text.lines().position(is_code)?;
        Some(line_spot(file, at + 1).place())
    }
}

/// Reads the trees of a region. Its mistakes are [`super::load`]'s to tell.
pub fn trees(folders: &Folders, region: &str) -> Result<Trees, LoadError> {
    let known = region_folders(&folders.forms)?;
    if !known.iter().any(|id| id == region) {
        return Err(LoadError::NoRegion {
            asked: region.into(),
            known,
        });
    }
    let mut files = Files::new(&folders.forms);
    let (mut shared, mut problems) = (Shared::default(), Problems::default());
    let mut loader = Loader::new(region, folders, &mut files, &mut shared, &mut problems);
    Ok(loader.trees(region))
}

impl Loader<'_> {
    fn trees(&mut self, region: &str) -> Trees {
        let path = Path::new(region).join("region.yaml");
        if let Some(own) = self.files.tree(&path, self.problems) {
            self.collect_folders(&own);
        }
        let mut trees = Trees {
            region: self.whole(&path, "/region.yaml"),
            ..Trees::default()
        };
        if let Some(path) = self.nearest_file("workflow.yaml") {
            trees.workflow = self.whole(&path, "/workflow.yaml");
        }
        for path in self.files.in_folder(Path::new(region), ".form.yaml") {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let stem = name.as_deref().and_then(|name| name.strip_suffix(".form.yaml"));
            if let (Some(stem), Some(tree)) = (stem, self.form_tree(&path)) {
                trees.forms.insert(stem.into(), tree);
            }
        }
        for folder in self.folders.clone() {
            for path in self.files.in_folder(&folder.join("codes"), ".csv") {
                let stem = path.file_stem().map(|stem| Id::from(stem.to_string_lossy()));
                if let (Some(stem), Some(file)) = (stem, self.files.read(&path, self.problems)) {
                    trees.codes.entry(stem).or_insert(file);
                }
            }
        }
        trees
    }

    fn whole(&mut self, path: &Path, suffix: &str) -> Option<Node> {
        Some(self.files.merged(path, suffix, self.problems)?.node)
    }
}
