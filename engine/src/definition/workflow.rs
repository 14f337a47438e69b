//! What a workflow is once it is known to be right (LANGUAGE L8). Deciding is [`crate::workflow`]'s.

use indexmap::IndexMap;

use super::expression::{Expression, Scope};
use super::problem::Place;
use super::{Field, Id, Text};

/// The states of an application and the actions between them.
#[derive(Debug)]
pub struct Workflow {
    /// Where a new application stands.
    pub start: Id,
    /// The states in order.
    pub states: IndexMap<Id, State>,
    /// The actions in order.
    pub actions: IndexMap<Id, Action>,
    /// Where the states are written.
    pub place: Place,
    /// The slots that `when` reads: `app`, `today`, `input`. A field of the form is read as empty
    /// where the form at hand has none of that name.
    pub scope: Scope,
}

impl Workflow {
    /// What the state called `id` is called today; none where it is gone.
    pub fn now(&self, id: &str) -> Option<&Id> {
        let known = self.states.get_key_value(id).map(|(id, _)| id);
        known.or_else(|| {
            let was = |state: &&State| state.renamed_from.iter().any(|old| **old == *id);
            self.states.values().find(was).map(|state| &state.id)
        })
    }
}

/// Where an application can stand.
#[derive(Debug)]
pub struct State {
    /// Its name.
    pub id: Id,
    /// What people call it.
    pub label: Text,
    /// Whether the applicant may change answers here.
    pub edits: Edits,
    /// Who must act.
    pub waits_for: Option<WaitsFor>,
    /// By when.
    pub due: Option<Due>,
    /// Nothing more happens here.
    pub is_final: bool,
    /// What the state was called before: applications that stand there stand here.
    pub renamed_from: Vec<Id>,
}

/// Who may change answers in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edits {
    /// Nobody.
    Nobody,
    /// The applicant, everything.
    Applicant,
    /// The applicant, what the reviewer marked; everything where nothing was marked.
    Marked,
}

/// The role that an application waits for, and of which unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitsFor {
    /// The role.
    pub role: Id,
    /// Whose.
    pub unit: WaitsForUnit,
}

/// Of which unit the role must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitsForUnit {
    /// Any: the role sees the whole region.
    Any,
    /// The applicant's own.
    Applicant,
    /// The one picked in this lookup field.
    Field(Id),
}

/// A limit in working or calendar days.
#[derive(Clone, Debug)]
pub struct Due {
    /// How long.
    pub within: super::expression::Period,
    /// The clock action to take, or none to remind.
    pub then: Option<Id>,
    /// Whether all stays in the state add up.
    pub total: bool,
}

/// A named step.
#[derive(Debug)]
pub struct Action {
    /// Its name.
    pub id: Id,
    /// What its button says.
    pub label: Text,
    /// The states it starts from.
    pub from: Vec<Id>,
    /// Who may take it.
    pub by: Vec<By>,
    /// Whether the whole check must pass first.
    pub requires_check: bool,
    /// Offered only while this holds.
    pub when: Option<Expression>,
    /// Asked before it is done.
    pub confirm: Option<Text>,
    /// Where it leads: the first whose condition holds; the last has none.
    pub to: Vec<Target>,
    /// What it asks of the person who acts.
    pub form: IndexMap<Id, ActionField>,
    /// What else happens, in order.
    pub effects: Vec<Effect>,
}

/// An input of an action.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a region has a few dozen of them in all")]
pub enum ActionField {
    /// An ordinary field.
    Field(Field),
    /// Single fields of the application to be marked for correction (`type: marked-fields`).
    Marks {
        /// Its name.
        id: Id,
        /// The question.
        label: Text,
    },
}

/// Where an action may lead.
#[derive(Debug)]
pub struct Target {
    /// Taken only if this holds.
    pub when: Option<Expression>,
    /// The state.
    pub to: Id,
}

/// Who may take an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Somebody with this role, of the unit the state waits for if it waits for that role.
    Role(Id),
    /// Whoever made the application.
    Applicant,
    /// Whom the state waits for.
    Handler,
    /// Nobody: time.
    Clock,
    /// Everybody who sees the application.
    Anyone,
}

/// What an action does besides changing the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Takes the next number of this numbering.
    AssignNumber(Id),
    /// Renders and freezes this document.
    Issue(Id),
    /// Tells these people.
    Notify(By),
    /// Moves the wait to the unit that this input names.
    HandTo(Id),
}
