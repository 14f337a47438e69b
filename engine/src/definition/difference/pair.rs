//! Which of the old is which of the new: by `renamedFrom`, else by id.

use indexmap::{IndexMap, IndexSet};

use crate::definition::Id;

/// The old id of each new one. `new` gives ids with what each was called before; of several old names the
/// first that `is_old` knows counts. An old id that was taken by a rename is nobody else's, even where the id
/// is used again.
pub fn origins<'a>(
    is_old: impl Fn(&str) -> bool,
    new: impl Iterator<Item = (&'a Id, &'a [Id])> + Clone,
) -> IndexMap<Id, Id> {
    let mut origins: IndexMap<Id, Id> = IndexMap::new();
    let mut taken: IndexSet<Id> = IndexSet::new();
    for (id, before) in new.clone() {
        if let Some(old) = before.iter().find(|old| is_old(old)) {
            origins.insert(id.clone(), old.clone());
            taken.insert(old.clone());
        }
    }
    for (id, _) in new {
        if is_old(id) && !taken.contains(id) && !origins.contains_key(id) {
            origins.insert(id.clone(), id.clone());
        }
    }
    origins
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(old: &[&str], new: &[(&str, &[&str])]) -> Vec<String> {
        let new: Vec<(Id, Vec<Id>)> = new
            .iter()
            .map(|(id, before)| (Id::from(*id), before.iter().map(|old| Id::from(*old)).collect()))
            .collect();
        let pairs = origins(|id| old.contains(&id), new.iter().map(|(id, before)| (id, &**before)));
        let mut told: Vec<String> = pairs.iter().map(|(new, old)| format!("{old}→{new}")).collect();
        told.sort();
        told
    }

    #[test]
    fn a_rename_goes_before_the_same_id() {
        type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a [&'a str])], &'a [&'a str]);
        let cases: [Case<'_>; 6] = [
            (&["a"], &[("a", &[])], &["a→a"]),
            (&["a"], &[("b", &["a"])], &["a→b"]),
            // Of two earlier names the one that the old version has.
            (&["a"], &[("c", &["b", "a"])], &["a→c"]),
            (&["b"], &[("c", &["b", "a"])], &["b→c"]),
            // The rename lies behind the old version already.
            (&["b"], &[("b", &["a"])], &["b→b"]),
            // The id is used again for something else: its old answers are not its own.
            (&["a", "b"], &[("b", &["a"])], &["a→b"]),
        ];
        for (old, new, expected) in cases {
            assert_eq!(paired(old, new), expected, "{old:?} {new:?}");
        }
    }
}
