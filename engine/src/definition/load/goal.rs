//! `coverage:` of a region: how much of it its samples must exercise.

use super::Loader;
use crate::definition::region::CoverageGoal;
use crate::definition::shape::{Key, Keys, Shape};
use crate::definition::source::MapReader;

pub(super) static COVERAGE: Keys = Keys::new(
    "coverage",
    ("样例覆盖目标", "the goal of coverage"),
    &[
        Key::new("rules", Shape::Percent, "规则：百分之几", "percent of the rules").such_as("100"),
        Key::new(
            "transitions",
            Shape::Percent,
            "流转：百分之几",
            "percent of the transitions",
        )
        .such_as("100"),
        Key::new("fields", Shape::Percent, "字段：百分之几", "percent of the fields").such_as("95"),
        Key::new(
            "conditions",
            Shape::Percent,
            "条件：百分之几",
            "percent of the conditions",
        )
        .such_as("95"),
    ],
);

impl Loader<'_> {
    /// The goal; nothing where a region sets none.
    pub(super) fn coverage_goal(&mut self, map: &MapReader<'_>) -> CoverageGoal {
        let map = map
            .get("coverage")
            .and_then(|node| MapReader::new(node, &COVERAGE, self.problems));
        let Some(map) = map else {
            return CoverageGoal::default();
        };
        let percent = |key: &str| map.count(key)?.try_into().ok();
        CoverageGoal {
            rules: percent("rules"),
            transitions: percent("transitions"),
            fields: percent("fields"),
            conditions: percent("conditions"),
        }
    }
}
