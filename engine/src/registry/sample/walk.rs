//! A sample's walk, step by step through the workflow: nothing is stored.

use super::{Office, SampleError, Tried};
use crate::check::Answers;
use crate::definition::Id;
use crate::definition::form::Severity;
use crate::definition::load::{Act, Sample};
use crate::definition::region::Sees;
use crate::workflow::{Actor, Facts, Person, Request, Standing, Step, decide};
use jiff::civil::Date;

impl Office {
    /// Where the walk leads elsewhere than the sample says, as lines for people; it ends there.
    pub(super) async fn walk_sample(&self, sample: &Sample, now: Date) -> Result<Vec<String>, SampleError> {
        let mut tried = self.tried(sample, None, now).await?;
        let visible = tried.checked.evaluated.visible_answers(&tried.answers);
        let mut standing = self.start(&tried);
        for act in &sample.walk {
            tried.app.state = standing.state.to_string();
            let step = match self.step(&tried, &visible, &standing, act) {
                Ok(step) => step,
                Err(refused) => return Ok(different(act, &refused)),
            };
            if *step.to != *act.state {
                return Ok(different(act, &step.to));
            }
            standing.handled_by.extend(standing.waits_for.take());
            standing.state = step.to;
            standing.waits_for = step.waits_for;
            standing.due = step.due;
            standing.marks = step.marks;
        }
        Ok(Vec::new())
    }

    fn start(&self, tried: &Tried<'_>) -> Standing {
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

    fn step(&self, tried: &Tried<'_>, visible: &Answers, standing: &Standing, act: &Act) -> Result<Step, String> {
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

fn different(act: &Act, found: &str) -> Vec<String> {
    vec![
        format!("- {} ({}) → {}", act.act, act.by, act.state),
        format!("+ {} ({}) → {found}", act.act, act.by),
    ]
}
