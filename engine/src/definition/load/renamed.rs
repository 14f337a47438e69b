//! `renamedFrom:`: the ids that something had before, so that what is stored under them is found
//! (LANGUAGE L4). Fields, columns, pages, states, roles and codes may say it.

use std::sync::Arc;

use indexmap::IndexMap;

use super::Loader;
use super::codes::line_spot;
use crate::definition::code_list::{RENAMED_FROM, Row};
use crate::definition::source::{Entry, MapReader, Node, Problems, SourceFile, Spot, names_of};
use crate::definition::{Id, Text};

impl Loader<'_> {
    /// The ids of `renamedFrom`, oldest as they are written.
    pub(super) fn old_ids(&mut self, map: &MapReader<'_>) -> Vec<Id> {
        let names = map.names("renamedFrom", self.problems);
        names.into_iter().map(|(id, _)| id).collect()
    }

    /// Of the fields of a form, and of the columns of each table.
    pub(super) fn renamed_fields(&mut self, fields: &[&Entry]) {
        for field in fields {
            let columns = field.value.get("columns").and_then(Node::entries).unwrap_or_default();
            self.renamed_fields(&columns.iter().collect::<Vec<_>>());
        }
        self.renamed(("字段", "field"), fields);
    }

    /// An old id is no id of today, and no two had the same.
    pub(super) fn renamed(&mut self, what: (&str, &str), entries: &[&Entry]) {
        let today: IndexMap<&str, Spot> = entries
            .iter()
            .map(|entry| (entry.key.as_str(), entry.key_spot.clone()))
            .collect();
        let mut taken = IndexMap::new();
        for entry in entries {
            let Some(node) = entry.value.get("renamedFrom") else {
                continue;
            };
            for (old, node) in names_of(node, self.problems) {
                old_id(what, &entry.key, (&old, &node.spot), &today, &mut taken, self.problems);
            }
        }
    }
}

/// The same of the codes of a list, by its column [`RENAMED_FROM`]. `lines` are those of the rows.
pub(super) fn renamed_codes(file: &Arc<SourceFile>, rows: &[Row], lines: &[usize], problems: &mut Problems) {
    let spots = lines.iter().map(|line| line_spot(file, *line));
    let today: IndexMap<&str, Spot> = rows.iter().map(|row| row.code.as_str()).zip(spots).collect();
    let mut taken = IndexMap::new();
    for (row, line) in rows.iter().zip(lines) {
        let written = row.columns.get(RENAMED_FROM).map(String::as_str).unwrap_or_default();
        for old in written.split(';').map(str::trim).filter(|old| !old.is_empty()) {
            let spot = line_spot(file, *line);
            old_id(("代码", "code"), &row.code, (old, &spot), &today, &mut taken, problems);
        }
    }
}

/// One old id of the one that is called `own` today.
fn old_id(
    what: (&str, &str),
    own: &str,
    (old, spot): (&str, &Spot),
    today: &IndexMap<&str, Spot>,
    taken: &mut IndexMap<String, Spot>,
    problems: &mut Problems,
) {
    if own == old {
        let message = Text::both(
            format!("renamedFrom 写的是原来的标识，「{old}」是它现在的标识"),
            format!("`renamedFrom` names an id of the past, but `{old}` is what it is called now"),
        );
        let help = Text::both("没有改名就删去它", "delete it where nothing was renamed");
        problems.error("renamed-itself", spot, message, Some(help));
    } else if let Some(there) = today.get(old) {
        let message = Text::both(
            format!("renamedFrom 写的是原来的标识，「{old}」现在还在用"),
            format!(
                "`renamedFrom` names an id of the past, but `{old}` is still a {}",
                what.1
            ),
        );
        let related = vec![(there.place(), Text::both("它在这里", "it is here"))];
        problems.error_with("renamed-exists", spot, message, None, related);
    } else if let Some(first) = taken.get(old) {
        let message = Text::both(
            format!("已有{}由「{old}」改名而来", what.0),
            format!("another {} was renamed from `{old}` already", what.1),
        );
        let related = vec![(first.place(), Text::both("第一个在这里", "the first is here"))];
        problems.error_with("renamed-twice", spot, message, None, related);
    } else {
        taken.insert(old.to_owned(), spot.clone());
    }
}
