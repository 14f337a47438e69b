//! A sample's walk, step by step through the workflow: nothing is stored.

use super::exercise::Exercise;
use super::run::Difference;
use super::{Office, Tried};
use crate::check::Answers;
use crate::definition::Id;
use crate::definition::form::Severity;
use crate::definition::load::{Act, Sample};
use crate::definition::region::Sees;
use crate::workflow::{Actor, Facts, Person, Request, Standing, Step, decide};

/// Where a walk led.
pub(super) struct Walked<'s> {
    /// Each step that was tried, with the state it led to or why it was refused; a refusal is the last.
    pub(super) steps: Vec<(&'s Act, Result<Id, String>)>,
    /// The state at the end.
    pub(super) state: Id,
    /// Steps that were not tried.
    left: &'s [Act],
}

impl Walked<'_> {
    /// The lines of the walk as it is written and as it went, where they differ.
    pub(super) fn difference(&self) -> Option<Difference> {
        let same = |(act, came): &(&Act, Result<Id, String>)| came.as_ref().is_ok_and(|state| **state == *act.state);
        if self.steps.iter().all(same) {
            return None;
        }
        let line = |act: &Act, state: &str| format!("{{act: {}, by: {}, state: {state}}}", act.act, act.by);
        let tried = self.steps.iter().map(|(act, _)| *act);
        let expected = tried.chain(self.left).map(|act| line(act, &act.state));
        let found = self.steps.iter().map(|(act, came)| match came {
            Ok(state) => line(act, state),
            Err(refused) => format!("{{act: {}, by: {}}}  # {refused}", act.act, act.by),
        });
        Some(Difference {
            expected: expected.collect(),
            found: found.collect(),
        })
    }
}

impl Office {
    /// Walks from the workflow's start, on from wherever each action leads, and notes what that
    /// exercises. `tried` stands at the end of the walk afterwards.
    pub(super) fn walk_sample<'s>(&self, sample: &'s Sample, tried: &mut Tried, exercise: &mut Exercise) -> Walked<'s> {
        let visible = tried.checked.evaluated.visible_answers(&tried.answers);
        let mut standing = self.start(tried);
        let mut walked = Walked {
            steps: Vec::new(),
            state: Id::clone(&standing.state),
            left: &[],
        };
        for (at, act) in sample.walk.iter().enumerate() {
            let step = match self.step(tried, &visible, &standing, act, exercise) {
                Ok(step) => step,
                Err(refused) => {
                    walked.steps.push((act, Err(refused)));
                    walked.left = &sample.walk[at + 1..];
                    return walked;
                }
            };
            exercise.transition(&step.action, &standing.state, step.branch);
            standing.handled_by.extend(standing.waits_for.take());
            standing.state = step.to;
            standing.waits_for = step.waits_for;
            standing.due = step.due;
            standing.marks = step.marks;
            tried.app.state = standing.state.to_string();
            walked.state = Id::clone(&standing.state);
            walked.steps.push((act, Ok(Id::clone(&standing.state))));
        }
        walked
    }

    fn start(&self, tried: &Tried) -> Standing {
        Standing {
            state: Id::clone(&self.region().workflow.start),
            waits_for: None,
            due: None,
            applicant_unit: tried.app.applicant_unit.as_deref().map(Id::from),
            handled_by: Vec::new(),
            marks: Vec::new(),
            stays: Vec::new(),
        }
    }

    fn step(
        &self,
        tried: &Tried,
        visible: &Answers,
        standing: &Standing,
        act: &Act,
        exercise: &mut Exercise,
    ) -> Result<Step, String> {
        let evaluated = &tried.checked.evaluated;
        let errors = tried
            .checked
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        let facts = Facts {
            app: &tried.app,
            today: tried.today,
            form: evaluated.form(),
            answers: visible,
            value: &|name| evaluated.value(name),
            check_errors: Some(errors.count()),
        };
        let request = Request {
            action: &act.act,
            input: &act.input,
        };
        let region = self.region();
        exercise.offers(&region.workflow, &standing.state, &facts, &request);
        let actor = self.actor(standing, act);
        decide(&region.workflow, standing, &actor, &facts, request).map_err(|refusal| {
            refusal
                .text(&region.workflow, &region.roles, evaluated.form())
                .to_string()
        })
    }

    /// Whoever plays the role: of the unit that is waited for, else of the applicant's.
    fn actor(&self, standing: &Standing, act: &Act) -> Actor {
        let Some(role) = self.role(&act.by) else {
            return Actor::Clock;
        };
        let waits = standing.waits_for.as_ref().filter(|waits| waits.role == role.id);
        let unit = waits.map_or(&standing.applicant_unit, |waits| &waits.unit);
        Actor::Person(Person {
            account: Id::clone(&role.id),
            role: Id::clone(&role.id),
            sees: role.sees,
            unit: unit.clone(),
            is_applicant: role.sees == Sees::Own,
        })
    }
}
