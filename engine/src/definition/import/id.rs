//! Ids out of the names that other systems allow.

use std::collections::HashSet;

use pinyin::ToPinyin;

use crate::definition::source::RESERVED;

/// The longest id that is made of a name.
const LONGEST: usize = 40;

/// The id that a name becomes: `familyName` and `Family name` are `family_name`, `姓名` is `xing_ming`,
/// `1st` is `f_1st`.
pub(super) fn id_of(name: &str) -> String {
    let mut id = String::new();
    let mut last = ' ';
    for c in name.chars() {
        if let Some(sound) = c.to_pinyin() {
            id.push('_');
            id.push_str(&sound.plain().replace('ü', "v"));
            id.push('_');
        } else if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && last.is_ascii_lowercase() {
                id.push('_');
            }
            id.push(c.to_ascii_lowercase());
        } else {
            id.push('_');
        }
        last = c;
    }
    let parts: Vec<&str> = id.split('_').filter(|part| !part.is_empty()).collect();
    let mut id = String::new();
    for part in parts {
        if !id.is_empty() && id.len() + part.len() >= LONGEST {
            break;
        }
        if !id.is_empty() {
            id.push('_');
        }
        id.extend(part.chars().take(LONGEST));
    }
    let starts = id.starts_with(|c: char| c.is_ascii_lowercase());
    match (starts, RESERVED.contains(&id.as_str())) {
        (false, _) => format!("f_{id}").trim_end_matches('_').to_owned(),
        (true, true) => format!("{id}_"),
        (true, false) => id,
    }
}

/// The ids of one namespace.
#[derive(Debug, Default)]
pub(super) struct Ids {
    taken: HashSet<String>,
}

impl Ids {
    /// An id for `name` that nothing else has, and whether another name had taken it.
    pub(super) fn take(&mut self, name: &str) -> (String, bool) {
        let wanted = id_of(name);
        if self.taken.insert(wanted.clone()) {
            return (wanted, false);
        }
        let mut count = 2;
        loop {
            let id = format!("{wanted}_{count}");
            if self.taken.insert(id.clone()) {
                return (id, true);
            }
            count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_ids() {
        for (name, id) in [
            ("name", "name"),
            ("familyName", "family_name"),
            ("Family name", "family_name"),
            ("HTTPServer2", "httpserver2"),
            ("姓名", "xing_ming"),
            ("成果name", "cheng_guo_name"),
            ("绿化", "lv_hua"),
            ("012", "f_012"),
            ("no", "no"),
            ("a: b", "a_b"),
            ("in", "in_"),
            ("row", "row_"),
            ("_x__y_", "x_y"),
            ("…", "f"),
            ("", "f"),
        ] {
            assert_eq!(id_of(name), id, "{name}");
        }
        assert!(id_of(&"很长的名称".repeat(50)).len() <= LONGEST);
    }

    #[test]
    fn an_id_is_given_once() {
        let mut ids = Ids::default();
        assert_eq!(ids.take("Name"), ("name".into(), false));
        assert_eq!(ids.take("name"), ("name_2".into(), true));
        assert_eq!(ids.take("name 2"), ("name_2_2".into(), true));
    }
}
