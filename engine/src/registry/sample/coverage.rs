//! How much of a region its samples exercise, what they leave out, and whether the goal is reached.

use super::exercise::{Exercise, Transition};
use crate::check::PartKind;
use crate::check::exercised::Seen;
use crate::definition::load::Places;
use crate::definition::problem::Place;
use crate::definition::region::CoverageGoal;
use crate::definition::{Id, Region, Text};

/// How much of each kind is exercised.
#[derive(Debug)]
pub struct Coverage {
    /// Rules, each of each form: kept and broken.
    pub rules: Measure,
    /// Each action from each of its states to each of its targets.
    pub transitions: Measure,
    /// Fields and columns, each of each form.
    pub fields: Measure,
    /// `showWhen`, `requireWhen`, `readOnlyWhen` and `when`: held and not.
    pub conditions: Measure,
}

/// How much of one kind is exercised.
#[derive(Debug, Default)]
pub struct Measure {
    /// How many are exercised.
    pub covered: usize,
    /// How many there are.
    pub total: usize,
    /// The percentage that the region asks for.
    pub goal: Option<u8>,
    /// Those that are not.
    pub missing: Vec<Missing>,
}

/// Something that no sample exercises.
#[derive(Debug)]
pub struct Missing {
    /// Its form; none for what is the workflow's.
    pub form: Option<Id>,
    /// What it is called.
    pub name: String,
    /// What is missing.
    pub lacks: Text,
    /// Where it is written.
    pub place: Option<Place>,
}

impl Measure {
    /// The percentage, rounded down; of nothing, all is exercised.
    pub fn percent(&self) -> usize {
        (self.covered * 100).checked_div(self.total).unwrap_or(100)
    }

    /// Whether the goal, where there is one, is reached.
    pub fn reaches_goal(&self) -> bool {
        self.goal.is_none_or(|goal| self.percent() >= usize::from(goal))
    }

    fn add(&mut self, covered: bool, missing: impl FnOnce() -> Missing) {
        self.total += 1;
        if covered {
            self.covered += 1;
        } else {
            self.missing.push(missing());
        }
    }
}

impl Missing {
    /// By file and line, then by form.
    fn order(&self) -> (Option<(&std::path::Path, usize, usize)>, Option<&Id>) {
        let place = self.place.as_ref();
        let place = place.map(|place| (place.file.as_path(), place.line, place.column));
        (place, self.form.as_ref())
    }
}

impl Coverage {
    /// Measures what was exercised.
    pub fn of(region: &Region, exercise: &Exercise, places: &Places) -> Self {
        let goal = |goal| Measure {
            goal,
            ..Measure::default()
        };
        let CoverageGoal {
            rules,
            transitions,
            fields,
            conditions,
        } = region.coverage;
        let mut coverage = Self {
            rules: goal(rules),
            transitions: goal(transitions),
            fields: goal(fields),
            conditions: goal(conditions),
        };
        coverage.add_forms(exercise, places);
        coverage.add_workflow(region, exercise, places);
        for measure in [
            &mut coverage.rules,
            &mut coverage.transitions,
            &mut coverage.fields,
            &mut coverage.conditions,
        ] {
            measure.missing.sort_by(|a, b| a.order().cmp(&b.order()));
        }
        coverage
    }

    /// Each kind with the word that `coverage:` calls it by.
    pub fn measures(&self) -> [(&'static str, &Measure); 4] {
        [
            ("rules", &self.rules),
            ("transitions", &self.transitions),
            ("fields", &self.fields),
            ("conditions", &self.conditions),
        ]
    }

    /// Whether every goal is reached.
    pub fn reaches_goals(&self) -> bool {
        self.measures().iter().all(|(_, measure)| measure.reaches_goal())
    }

    fn add_forms(&mut self, exercise: &Exercise, places: &Places) {
        for (form, exercised) in &exercise.forms {
            for (part, seen) in exercised.parts() {
                let measure = match part.kind {
                    PartKind::Field => &mut self.fields,
                    PartKind::Rule => &mut self.rules,
                    PartKind::Condition => &mut self.conditions,
                };
                measure.add(seen.is_enough(part.kind), || Missing {
                    form: Some(Id::clone(form)),
                    name: part.name(),
                    lacks: lacks(part.kind, seen),
                    place: places.in_form(form, part.path.iter().map(|key| &**key)),
                });
            }
        }
    }

    fn add_workflow(&mut self, region: &Region, exercise: &Exercise, places: &Places) {
        for (transition, taken) in &exercise.transitions {
            let Transition { action, from, branch } = transition;
            let targets = region.workflow.actions.get(action).map(|action| &action.to);
            let to = targets.and_then(|targets| targets.get(*branch));
            self.transitions.add(*taken, || Missing {
                form: None,
                name: format!(
                    "{action}: {from} → {}",
                    to.map(|target| &*target.to).unwrap_or_default()
                ),
                lacks: Text::both("没有走过", "never taken"),
                place: places.in_workflow(["actions", action]),
            });
        }
        for (action, seen) in &exercise.conditions {
            self.conditions.add(seen.is_enough(PartKind::Condition), || Missing {
                form: None,
                name: format!("{action}.when"),
                lacks: lacks(PartKind::Condition, *seen),
                place: places.in_workflow(["actions", action, "when"]),
            });
        }
    }
}

fn lacks(kind: PartKind, seen: Seen) -> Text {
    let (zh, en) = match (kind, seen.yes, seen.no) {
        (PartKind::Field, ..) => ("没有填过", "never answered"),
        (PartKind::Rule, true, _) => ("没有不通过过", "never broken"),
        (PartKind::Rule, false, true) => ("没有通过过", "never kept"),
        (PartKind::Rule, false, false) => ("没有用到过", "never tried"),
        (PartKind::Condition, true, _) => ("没有不成立过", "never false"),
        (PartKind::Condition, false, true) => ("没有成立过", "never true"),
        (PartKind::Condition, false, false) => ("没有用到过", "never tried"),
    };
    Text::both(zh, en)
}
