//! Which actions are offered, and what one of them leads to.

use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use super::refusal::{Refusal, not_for};
use super::standing::{Actor, Standing, Waits, may_see};
use super::{due, input};
use crate::definition::expression::{Frame, Type, Value, value_of};
use crate::definition::form::Lookup;
use crate::definition::scope::{App, input_type};
use crate::definition::workflow::{Action, By, Effect, State, WaitsForUnit, Workflow};
use crate::definition::{Expression, Form, Id};

/// What is known of the application.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// What `app` reads as.
    pub app: &'a App,
    /// What `today` reads as.
    pub today: Date,
    /// The application's form.
    pub form: &'a Form,
    /// The visible answers.
    pub answers: &'a Map<String, Json>,
    /// The value of a field of the form as an expression reads it; empty for any other name.
    pub value: &'a dyn Fn(&str) -> Value,
    /// How many errors the check found; none where it was not run.
    pub check_errors: Option<usize>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The action's id.
    pub action: &'a str,
    /// What was given with it.
    pub input: &'a Map<String, Json>,
}

/// What an action leads to, to be carried out as one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The action.
    pub action: Id,
    /// The state that it leads to.
    pub to: Id,
    /// Which of the action's targets that is, from 0.
    pub branch: usize,
    /// Whom the application waits for there.
    pub waits_for: Option<Waits>,
    /// The last day of that wait.
    pub due: Option<Date>,
    /// What else happens, in order.
    pub effects: Vec<Effect>,
    /// What is marked for correction from now on; takes the place of earlier marks.
    pub marks: Vec<String>,
    /// What was given, without what was not asked.
    pub input: Map<String, Json>,
}

/// The actions that `actor` could take now, in the workflow's order; a check may still be needed.
pub fn offered<'w>(workflow: &'w Workflow, standing: &Standing, actor: &Actor, facts: &Facts<'_>) -> Vec<&'w Action> {
    let none = Map::new();
    let actions = workflow.actions.values();
    actions
        .filter(|action| permitted(workflow, action, standing, actor, facts, &none).is_ok())
        .collect()
}

/// Whether a look-up of an action's form lets this record stand.
pub fn may_pick(workflow: &Workflow, action: &Action, facts: &Facts<'_>, lookup: &Lookup, record: &Json) -> bool {
    let Some(filter) = &lookup.filter else { return true };
    let slots = Slots::new(workflow, action, facts, &Map::new());
    let frame = Frame {
        base: &slots.base,
        extra: &[value_of(record, &lookup.record)],
    };
    filter.holds(&frame).unwrap_or(false)
}

/// Whether the action's own condition holds with this input; none where it has none.
pub fn condition(workflow: &Workflow, action: &Action, facts: &Facts<'_>, input: &Map<String, Json>) -> Option<bool> {
    let slots = Slots::new(workflow, action, facts, input);
    slots.holds(Some(action.when.as_ref()?)).ok()
}

/// Whether the action may happen, and what it leads to. The refusal is the first of: unknown, wrong
/// state, not this actor's, not now, check, input, no unit.
pub fn decide(
    workflow: &Workflow,
    standing: &Standing,
    actor: &Actor,
    facts: &Facts<'_>,
    request: Request<'_>,
) -> Result<Step, Refusal> {
    let unknown = || Refusal::UnknownAction(request.action.into());
    let action = workflow.actions.get(request.action).ok_or_else(unknown)?;
    permitted(workflow, action, standing, actor, facts, request.input)?;
    if action.requires_check && facts.check_errors != Some(0) {
        return Err(Refusal::NeedsCheck {
            errors: facts.check_errors,
        });
    }
    let slots = Slots::new(workflow, action, facts, request.input);
    let accepted = input::accept(action, facts.form, request.input, &slots.frame());
    let input = accepted.map_err(|_| Refusal::TooCostly)?.map_err(Refusal::Input)?;
    let (branch, state) = target(workflow, action, &slots)?;
    let stays = state.id == standing.state;
    let mut step = Step {
        action: Id::clone(&action.id),
        to: Id::clone(&state.id),
        branch,
        waits_for: if stays {
            standing.waits_for.clone()
        } else {
            waits_for(state, facts)?
        },
        due: if stays {
            standing.due
        } else {
            due::last_day(state, standing, facts.today, &workflow.scope.calendar)
        },
        effects: action.effects.clone(),
        marks: input::marks(action, &input),
        input,
    };
    hand_over(&mut step);
    Ok(step)
}

fn permitted(
    workflow: &Workflow,
    action: &Action,
    standing: &Standing,
    actor: &Actor,
    facts: &Facts<'_>,
    input: &Map<String, Json>,
) -> Result<(), Refusal> {
    if !action.from.contains(&standing.state) {
        return Err(Refusal::WrongState {
            stands: Id::clone(&standing.state),
            needs: action.from.clone(),
        });
    }
    if !action.by.iter().any(|by| allows(by, standing, actor)) {
        return Err(not_for(action));
    }
    let slots = Slots::new(workflow, action, facts, input);
    if slots.holds(action.when.as_ref())? {
        Ok(())
    } else {
        Err(Refusal::NotNow)
    }
}

fn allows(by: &By, standing: &Standing, actor: &Actor) -> bool {
    let person = match (by, actor) {
        (By::Clock, actor) => return *actor == Actor::Clock,
        (_, Actor::Clock) => return false,
        (_, Actor::Person(person)) => person,
    };
    match by {
        By::Role(role) => {
            let waits = standing.waits_for.as_ref().filter(|waits| waits.role == *role);
            person.role == *role && waits.is_none_or(|waits| waits.means(person)) && may_see(person, standing)
        }
        By::Applicant => person.is_applicant,
        By::Handler => standing.waits_for.as_ref().is_some_and(|waits| waits.means(person)),
        By::Anyone => may_see(person, standing),
        By::Clock => false,
    }
}

fn target<'w>(workflow: &'w Workflow, action: &Action, slots: &Slots) -> Result<(usize, &'w State), Refusal> {
    for (branch, target) in action.to.iter().enumerate() {
        if slots.holds(target.when.as_ref())? {
            let state = workflow.states.get(&target.to).ok_or(Refusal::NotNow)?;
            return Ok((branch, state));
        }
    }
    Err(Refusal::NotNow)
}

fn waits_for(state: &State, facts: &Facts<'_>) -> Result<Option<Waits>, Refusal> {
    let Some(waits) = &state.waits_for else { return Ok(None) };
    let missing = |field| Refusal::NoUnit {
        state: Id::clone(&state.id),
        role: Id::clone(&waits.role),
        field,
    };
    let unit = match &waits.unit {
        WaitsForUnit::Any => None,
        WaitsForUnit::Applicant => Some(facts.app.applicant_unit.as_deref().ok_or_else(|| missing(None))?.into()),
        WaitsForUnit::Field(field) => {
            let picked = facts.answers.get(&**field).and_then(Json::as_str);
            Some(picked.ok_or_else(|| missing(Some(Id::clone(field))))?.into())
        }
    };
    Ok(Some(Waits {
        role: Id::clone(&waits.role),
        unit,
    }))
}

/// An effect `handTo` names the input that holds the unit.
fn hand_over(step: &mut Step) {
    for effect in &step.effects {
        if let (Effect::HandTo(input), Some(waits)) = (effect, &mut step.waits_for)
            && let Some(unit) = step.input.get(&**input).and_then(Json::as_str)
        {
            waits.unit = Some(unit.into());
        }
    }
}

/// The slots of the workflow's scope, with `input` behind them where the scope itself has none.
struct Slots {
    base: Vec<Value>,
    input: Vec<Value>,
}

impl Slots {
    fn new(workflow: &Workflow, action: &Action, facts: &Facts<'_>, input: &Map<String, Json>) -> Self {
        let given = Json::Object(input.clone());
        let slot = |(name, ty): (&Id, &Type)| match &**name {
            "app" => facts.app.value(),
            "today" => Value::Date(facts.today),
            "input" => value_of(&given, ty),
            name => match (facts.value)(name) {
                Value::Empty if matches!(ty, Type::List(_)) => Value::List([].into()),
                value => value,
            },
        };
        let base = workflow.scope.names.iter().map(slot).collect();
        let own = workflow.scope.names.contains_key("input");
        let input = if own {
            Vec::new()
        } else {
            vec![value_of(&given, &input_type(&action.form))]
        };
        Self { base, input }
    }

    fn frame(&self) -> Frame<'_> {
        Frame {
            base: &self.base,
            extra: &self.input,
        }
    }

    fn holds(&self, condition: Option<&Expression>) -> Result<bool, Refusal> {
        condition.map_or(Ok(true), |condition| {
            condition.holds(&self.frame()).map_err(|_| Refusal::TooCostly)
        })
    }
}
