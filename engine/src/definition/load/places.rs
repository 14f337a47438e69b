//! Where the pieces of a region are written, for what is told of them after it was loaded.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::{Folders, Loader, Shared};
use crate::definition::merge::Files;
use crate::definition::problem::Place;
use crate::definition::source::{Node, Problems};
use crate::definition::{Id, Region};

/// The merged definitions of a region, each piece with its file and line.
#[derive(Debug)]
pub struct Places {
    forms: HashMap<Id, Node>,
    workflow: Option<Node>,
    region: Option<Node>,
}

impl Places {
    /// Reads the files of a region that was loaded from `folders` once more.
    pub fn of(folders: &Folders, region: &Region) -> Self {
        let (mut files, mut shared) = (Files::new(&folders.forms), Shared::default());
        let mut problems = Problems::default();
        let mut loader = Loader::new(&region.id, folders, &mut files, &mut shared, &mut problems);
        let folder = PathBuf::from(&*region.id);
        if let Some(own) = loader.files.tree(&folder.join("region.yaml"), loader.problems) {
            loader.collect_folders(&own);
        }
        let form = |id: &Id| {
            Some((
                Id::clone(id),
                loader.form_tree(&folder.join(format!("{id}.form.yaml")))?,
            ))
        };
        let forms = region.forms.keys().filter_map(form).collect();
        let workflow = loader.nearest_file("workflow.yaml");
        let mut merged = |path: &Path, suffix| Some(loader.files.merged(path, suffix, loader.problems)?.node);
        Self {
            forms,
            workflow: workflow.and_then(|path| merged(&path, "/workflow.yaml")),
            region: merged(&folder.join("region.yaml"), "/region.yaml"),
        }
    }

    /// Where the piece of a form is written that these keys lead to, from `pages`, `rules` or `let` on.
    pub fn in_form<'k>(&self, form: &str, keys: impl IntoIterator<Item = &'k str>) -> Option<Place> {
        find(self.forms.get(form)?, keys)
    }

    /// The same in the workflow, from `states` or `actions` on.
    pub fn in_workflow<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Option<Place> {
        find(self.workflow.as_ref()?, keys)
    }

    /// The same in `region.yaml`.
    pub fn in_region<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Option<Place> {
        find(self.region.as_ref()?, keys)
    }
}

/// The key that the last of `keys` is; the last one that is written, where one is not.
fn find<'k>(node: &Node, keys: impl IntoIterator<Item = &'k str>) -> Option<Place> {
    let (mut node, mut place) = (node, None);
    for key in keys {
        let Some(entry) = node
            .entries()
            .and_then(|entries| entries.iter().find(|entry| entry.key == key))
        else {
            break;
        };
        place = Some(entry.key_spot.place());
        node = &entry.value;
    }
    place
}
