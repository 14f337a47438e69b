//! `renamedFrom:`: the id that a field had before, so that stored answers find it (LANGUAGE L4).

use indexmap::IndexMap;

use super::Loader;
use crate::definition::Text;
use crate::definition::source::{Entry, Node, Spot};

impl Loader<'_> {
    /// Of the fields of a form, and of the columns of each table: an old id is no id of today, and
    /// no two fields had the same.
    pub(super) fn renamed(&mut self, fields: &[&Entry]) {
        let mut taken: IndexMap<&str, &Spot> = IndexMap::new();
        for field in fields {
            let columns = field.value.get("columns").and_then(Node::entries).unwrap_or_default();
            self.renamed(&columns.iter().collect::<Vec<_>>());
            let Some((node, old)) = field
                .value
                .get("renamedFrom")
                .and_then(|node| Some((node, node.scalar()?)))
            else {
                continue;
            };
            if let Some(there) = fields.iter().find(|other| other.key == old) {
                let message = Text::both(
                    format!("renamedFrom 写的是原来的标识，「{old}」现在还在用"),
                    format!("`renamedFrom` names an id of the past, but `{old}` is still a field"),
                );
                let related = vec![(there.key_spot.place(), Text::both("它在这里", "it is here"))];
                self.problems
                    .error_with("renamed-exists", &node.spot, message, None, related);
            } else if let Some(first) = taken.get(old) {
                let message = Text::both(
                    format!("已有字段由「{old}」改名而来"),
                    format!("another field was renamed from `{old}` already"),
                );
                let related = vec![(first.place(), Text::both("第一个在这里", "the first is here"))];
                self.problems
                    .error_with("renamed-twice", &node.spot, message, None, related);
            } else {
                taken.insert(old, &node.spot);
            }
        }
    }
}
