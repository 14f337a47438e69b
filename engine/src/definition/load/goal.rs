//! `coverage:` of a region: how much of it its samples must exercise.

use super::Loader;
use crate::definition::region::CoverageGoal;
use crate::definition::source::{Keys, MapReader, wrong_type};

const COVERAGE: Keys = Keys {
    what: ("样例覆盖目标", "the goal of coverage"),
    keys: &[
        ("rules", "规则：百分之几", "percent of the rules"),
        ("transitions", "流转：百分之几", "percent of the transitions"),
        ("fields", "字段：百分之几", "percent of the fields"),
        ("conditions", "条件：百分之几", "percent of the conditions"),
    ],
};

impl Loader<'_> {
    /// The goal; nothing where a region sets none.
    pub(super) fn coverage_goal(&mut self, map: &MapReader<'_>) -> CoverageGoal {
        let map = map
            .get("coverage")
            .and_then(|node| MapReader::new(node, &COVERAGE, self.problems));
        let Some(map) = map else {
            return CoverageGoal::default();
        };
        let mut percent = |key: &str| {
            let node = map.get(key)?;
            let found = node.scalar().and_then(|text| text.parse().ok());
            let found = found.filter(|percent| (0..=100).contains(percent));
            if found.is_none() {
                let expected = ("0 到 100 的整数", "a whole number from 0 to 100");
                wrong_type(node, expected, None, self.problems);
            }
            found
        };
        CoverageGoal {
            rules: percent("rules"),
            transitions: percent("transitions"),
            fields: percent("fields"),
            conditions: percent("conditions"),
        }
    }
}
