//! What `test` prints.

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::Tested;
use crate::definition::problem::Place;
use crate::definition::{Language, Text};
use crate::registry::sample::{Coverage, Difference, Measure, Missing, Outcome};

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const PLAIN: &str = "\x1b[0m";

/// What came of every region.
#[derive(Default)]
pub(super) struct Report {
    pub(super) regions: Vec<Tested>,
    /// The files that were written anew, from the folder of all definitions.
    pub(super) updated: Vec<PathBuf>,
}

/// How it is told.
pub(super) struct Look {
    pub(super) language: Language,
    pub(super) colour: bool,
    /// Whether everything that is not exercised is told, or only what a goal lacks.
    pub(super) coverage: bool,
}

impl Report {
    /// Whether everything came as the samples say, and every goal is reached.
    pub(super) fn is_well(&self) -> bool {
        self.failed() == 0 && self.regions.iter().all(|tested| tested.coverage.reaches_goals())
    }

    fn failed(&self) -> usize {
        self.outcomes().filter(|outcome| outcome.difference.is_some()).count()
    }

    fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.regions.iter().flat_map(|tested| &tested.outcomes)
    }

    /// For people.
    pub(super) fn text(&self, look: &Look) -> String {
        let mut text = String::new();
        for tested in &self.regions {
            for outcome in &tested.outcomes {
                if let Some(difference) = &outcome.difference {
                    text += &format!("{}/{}\n", tested.region.id, outcome.name);
                    text += &format!("  {}\n{}\n", written(&outcome.place), diff(difference, look));
                }
            }
        }
        for tested in &self.regions {
            text += &coverage(&tested.region.id, &tested.coverage, look);
        }
        for path in &self.updated {
            let told = Text::both("已改写", "written anew:");
            text += &format!("{} {}\n", told.get(look.language), path.display());
        }
        let failed = self.failed();
        let passed = self.outcomes().count() - failed;
        let told = Text::both(
            format!("{passed} 项相符，{failed} 项不符"),
            format!("{passed} passed, {failed} failed"),
        );
        text + told.get(look.language) + "\n"
    }

    /// For programs.
    pub(super) fn json(&self, look: &Look) -> String {
        let failed = self.failed();
        let regions = self.regions.iter().map(|tested| {
            let failures = tested.outcomes.iter().filter_map(|outcome| {
                let difference = outcome.difference.as_ref()?;
                Some(json!({
                    "name": outcome.name,
                    "place": outcome.place,
                    "expected": difference.expected,
                    "found": difference.found,
                }))
            });
            let told = json!({
                "failures": failures.collect::<Vec<_>>(),
                "coverage": coverage_json(&tested.coverage, look),
            });
            (tested.region.id.to_string(), told)
        });
        let told = json!({
            "passed": self.outcomes().count() - failed,
            "failed": failed,
            "updated": self.updated,
            "regions": regions.collect::<serde_json::Map<_, _>>(),
        });
        format!("{told:#}\n")
    }
}

/// The lines that differ, as a unified diff.
fn diff(difference: &Difference, look: &Look) -> String {
    let mut text = String::new();
    for line in difference.lines() {
        let colour = match line.as_bytes().first() {
            Some(b'-') => RED,
            Some(b'+') => GREEN,
            _ => "",
        };
        let (colour, plain) = match look.colour && !colour.is_empty() {
            true => (colour, PLAIN),
            false => ("", ""),
        };
        let _ = writeln!(text, "  {colour}{line}{plain}");
    }
    text
}

fn coverage(region: &str, coverage: &Coverage, look: &Look) -> String {
    let mut text = String::new();
    for (kind, measure) in coverage.measures() {
        let below = !measure.reaches_goal();
        if !look.coverage && !below {
            continue;
        }
        let _ = writeln!(text, "{region}: {}", summary(kind, measure, look.language));
        for missing in &measure.missing {
            let _ = writeln!(text, "  {}", left_out(missing, look.language));
        }
    }
    match text.is_empty() {
        true => text,
        false => text + "\n",
    }
}

fn summary(kind: &str, measure: &Measure, language: Language) -> String {
    let (covered, total, percent) = (measure.covered, measure.total, measure.percent());
    let (name_zh, name_en) = match kind {
        "rules" => ("规则", "rules"),
        "transitions" => ("流转", "transitions"),
        "fields" => ("字段", "fields"),
        _ => ("条件", "conditions"),
    };
    let goal = measure.goal.map_or_else(Text::default, |goal| {
        let (zh, en) = match measure.reaches_goal() {
            true => ("目标", "goal"),
            false => ("低于目标", "below the goal of"),
        };
        Text::both(format!("，{zh} {goal}%"), format!(", {en} {goal}%"))
    });
    let told = Text::both(
        format!(
            "{name_zh} {covered}/{total}（{percent}%{}）",
            goal.get(Language::Chinese)
        ),
        format!(
            "{name_en} {covered}/{total} ({percent}%{})",
            goal.get(Language::English)
        ),
    );
    told.get(language).to_owned()
}

fn left_out(missing: &Missing, language: Language) -> String {
    let place = missing.place.as_ref().map(written).unwrap_or_default();
    let form = missing
        .form
        .as_ref()
        .map_or_else(String::new, |form| format!("{form}: "));
    let between = match language {
        Language::Chinese => "：",
        Language::English => ": ",
    };
    format!(
        "{place}  {form}{}{between}{}",
        missing.name,
        missing.lacks.get(language)
    )
}

fn written(place: &Place) -> String {
    format!("{}:{}:{}", place.file.display(), place.line, place.column)
}

fn coverage_json(coverage: &Coverage, look: &Look) -> Json {
    let kinds = coverage.measures().map(|(kind, measure)| {
        let missing = measure.missing.iter().map(|missing| {
            json!({
                "form": missing.form.as_deref(),
                "name": missing.name,
                "lacks": missing.lacks.get(look.language),
                "place": missing.place,
            })
        });
        let told = json!({
            "covered": measure.covered,
            "total": measure.total,
            "percent": measure.percent(),
            "goal": measure.goal,
            "missing": missing.collect::<Vec<_>>(),
        });
        (kind.to_owned(), told)
    });
    Json::Object(kinds.into_iter().collect())
}
