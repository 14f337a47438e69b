//! What `app` can say in the expressions of a region: its states, its roles, the regions and the forms.

use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{Loader, region_folders};
use crate::definition::code_list::{CodeList, Row};
use crate::definition::expression::Type;
use crate::definition::region::Role;
use crate::definition::scope::{App, AppWords};
use crate::definition::source::Node;
use crate::definition::{Id, Language};

impl Loader<'_> {
    /// The type of `app` in this region. Where a state or a role has mistakes of its own, its name is known.
    pub(super) fn app_type(&self, workflow: Option<&Node>, region: &Node, roles: &IndexMap<Id, Role>) -> Type {
        let states = workflow.and_then(|workflow| workflow.get("states")?.entries());
        let states = states.map(|states| {
            let named = states.iter().map(|state| {
                let label = state.value.get("label");
                let chinese = label.and_then(|label| label.get("zh").unwrap_or(label).scalar());
                (state.key.clone(), chinese.unwrap_or_default().to_owned())
            });
            named.collect()
        });
        let role = |id: &str| roles.get(id).map(|role| role.label.get(Language::Chinese).to_owned());
        let role_ids = region.get("roles").and_then(Node::entries).unwrap_or_default();
        let role_ids = role_ids
            .iter()
            .map(|entry| (entry.key.clone(), role(&entry.key).unwrap_or_default()));
        App::ty_of(&AppWords {
            states: states.and_then(|states| list("app.state", states)),
            roles: list("app.applicant.role", role_ids.collect()),
            regions: list("app.region", self.region_ids()),
            categories: list("app.category", self.form_ids()),
        })
    }

    /// A base may speak of one of the regions that are built on it.
    fn region_ids(&self) -> Vec<(String, String)> {
        let folders = region_folders(self.files.root()).unwrap_or_default();
        folders.into_iter().map(|id| (id, String::new())).collect()
    }

    /// The forms of all regions: a base may speak of one that not every region offers.
    fn form_ids(&self) -> Vec<(String, String)> {
        let regions = self.region_ids().into_iter();
        let paths = regions.flat_map(|(region, _)| self.files.in_folder(&PathBuf::from(region), ".form.yaml"));
        let stem = |path: PathBuf| {
            let name = path.file_name()?.to_str()?.strip_suffix(".form.yaml")?;
            Some((name.to_owned(), String::new()))
        };
        paths.filter_map(stem).collect()
    }
}

/// The words as codes, each with its name; none where there are none.
fn list(id: &str, mut words: Vec<(String, String)>) -> Option<Arc<CodeList>> {
    words.sort();
    words.dedup_by(|a, b| a.0 == b.0);
    let row = |(code, name): (String, String)| Row {
        name: if name.is_empty() { code.clone() } else { name },
        code,
        ..Row::default()
    };
    let rows: Vec<Row> = words.into_iter().map(row).collect();
    (!rows.is_empty()).then(|| CodeList::new(id.into(), rows).ok().map(Arc::new))?
}
