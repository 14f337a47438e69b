//! One field (LANGUAGE L4). [`super::field_type`] reads its type, [`super::constraint`] its constraints.

use super::Loader;
use super::field_keys::{FIELD, allowed};
use super::field_type::TYPE;
use crate::definition::expression::Scope;
use crate::definition::form::Statistic;
use crate::definition::source::{Entry, MapReader, check_id, string_of};
use crate::definition::{Field, FieldType, Text};

impl Loader<'_> {
    /// Reads one field. `scope` is what its conditions may read.
    pub(super) fn field(&mut self, entry: &Entry, scope: &Scope, depth: usize) -> Option<Field> {
        check_id(entry, false, self.problems);
        let map = MapReader::new(&entry.value, &FIELD, self.problems)?;
        let label = map
            .need("label", self.problems)
            .and_then(|node| crate::definition::source::text_of(node, self.problems));
        let kind_node = map.need("type", self.problems)?;
        let kind_name = string_of(kind_node, self.problems)?;
        self.keys_fit(&map, &kind_name);
        let kind = self.kind(&entry.key, &kind_name, &map, scope, depth)?;
        let constraints = self.constraints(&map);
        let statistic = self.statistic(&map, &kind);
        let mut field = Field {
            id: entry.key.as_str().into(),
            label: label.unwrap_or_default(),
            help: map.text("help", self.problems),
            placeholder: map.text("placeholder", self.problems),
            required: map.bool("required").unwrap_or(false),
            require_when: self.condition(map.get("requireWhen"), scope),
            show_when: self.condition(map.get("showWhen"), scope),
            read_only_when: self.condition(map.get("readOnlyWhen"), scope),
            default: None,
            sensitive: self.sensitive(&map),
            print_in_full: self.print_in_full(&map),
            public: map.bool("public").unwrap_or(false),
            statistic,
            renamed_from: self.old_ids(&map),
            constraints,
            kind,
        };
        field.default = self.default_of(&field, &map);
        self.can_be_met(&field, &map);
        Some(field)
    }

    fn sensitive(&mut self, map: &MapReader<'_>) -> bool {
        let sensitive = map.bool("sensitive").unwrap_or(false);
        if let (true, Some(node)) = (sensitive && map.bool("public") == Some(true), map.get("public")) {
            let message = Text::both("sensitive 的字段不能同时 public", "a sensitive field cannot be public");
            let help = Text::both("删去其中一个", "delete one of the two");
            self.problems.at_node("sensitive-public", node, message, Some(help));
        }
        sensitive
    }

    /// Printing in full is an exception from masking, and means nothing elsewhere.
    fn print_in_full(&mut self, map: &MapReader<'_>) -> bool {
        let in_full = map.bool("printInFull").unwrap_or(false);
        let sensitive = map.bool("sensitive").unwrap_or(false);
        if let (true, false, Some(node)) = (in_full, sensitive, map.get("printInFull")) {
            let message = Text::both(
                "printInFull 只用于 sensitive 的字段，其他字段本来就完整印出",
                "printInFull is for sensitive fields; all others are printed in full anyway",
            );
            let help = Text::both(
                "加上 sensitive: true，或删去 printInFull",
                "add `sensitive: true`, or delete it",
            );
            self.problems.at_node("print-in-full", node, message, Some(help));
        }
        in_full
    }

    /// How statistics count the answers: one of the ways that the type offers.
    fn statistic(&mut self, map: &MapReader<'_>, kind: &FieldType) -> Option<Statistic> {
        let node = map.get("statistic")?;
        let name = string_of(node, self.problems)?;
        let statistic = Statistic::named(&name)?;
        if statistic.suits(kind) {
            return Some(statistic);
        }
        let message = Text::both(
            format!("「{}」类型的字段不能用 {name} 统计", kind.name()),
            format!("a field of type `{}` cannot be counted by `{name}`", kind.name()),
        );
        let offered: Vec<&str> = Statistic::ALL
            .into_iter()
            .filter(|other| other.suits(kind))
            .map(Statistic::name)
            .collect();
        let help = if offered.is_empty() {
            Text::both("删去 statistic", "delete `statistic`")
        } else {
            Text::both(
                format!("可以写：{}", offered.join("、")),
                format!("one of: {}", offered.join(", ")),
            )
        };
        self.problems.at_node("statistic-type", node, message, Some(help));
        None
    }

    fn keys_fit(&mut self, map: &MapReader<'_>, kind: &str) {
        for entry in map.entries() {
            if FIELD.has(&entry.key) && !allowed(kind, &entry.key) {
                let message = Text::both(
                    format!("「{}」类型的字段不用「{}」", kind, entry.key),
                    format!("a field of type `{kind}` takes no `{}`", entry.key),
                );
                let takes: Vec<&str> = TYPE.names().filter(|kind| allowed(kind, &entry.key)).collect();
                let help = Text::both(
                    format!("它用于这些类型：{}", takes.join("、")),
                    format!("these types take it: {}", takes.join(", ")),
                );
                self.problems
                    .error("key-not-for-type", &entry.key_spot, message, Some(help));
            }
        }
    }
}
