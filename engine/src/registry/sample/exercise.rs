//! What of a region its samples exercise: forms, and the transitions of its workflow.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::check::exercised::Seen;
use crate::check::{Answers, Evaluated, Exercised};
use crate::definition::workflow::Workflow;
use crate::definition::{Id, Region};
use crate::workflow::{Facts, Request, condition};

/// An action from one of its states to one of its targets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transition {
    /// The action.
    pub action: Id,
    /// The state it starts from.
    pub from: Id,
    /// Which of its targets, from 0.
    pub branch: usize,
}

/// What has been exercised so far.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// Of each form.
    pub(super) forms: IndexMap<Id, Exercised>,
    /// Whether each transition was taken.
    pub(super) transitions: BTreeMap<Transition, bool>,
    /// Whether the condition of each action that has one held, and did not, where it could be taken.
    pub(super) conditions: BTreeMap<Id, Seen>,
}

impl Exercise {
    /// Nothing of the region.
    pub(super) fn none_of(region: &Region) -> Self {
        let forms = region.forms.iter();
        let forms = forms.map(|(id, form)| (Id::clone(id), Exercised::none_of(form)));
        let actions = || region.workflow.actions.values();
        let transitions = actions().flat_map(|action| {
            let from = action.from.iter();
            from.flat_map(move |from| {
                (0..action.to.len()).map(move |branch| Transition {
                    action: Id::clone(&action.id),
                    from: Id::clone(from),
                    branch,
                })
            })
        });
        let conditions = actions().filter(|action| action.when.is_some());
        Self {
            forms: forms.collect(),
            transitions: transitions.map(|transition| (transition, false)).collect(),
            conditions: conditions
                .map(|action| (Id::clone(&action.id), Seen::default()))
                .collect(),
        }
    }

    /// Adds what these answers exercise of their form.
    pub(super) fn answers(&mut self, form: &str, evaluated: &Evaluated, answers: &Answers) {
        if let Some(exercised) = self.forms.get_mut(form) {
            exercised.take(evaluated, answers);
        }
    }

    /// Adds a transition that was taken.
    pub(super) fn transition(&mut self, action: &Id, from: &Id, branch: usize) {
        let transition = Transition {
            action: Id::clone(action),
            from: Id::clone(from),
            branch,
        };
        self.transitions.insert(transition, true);
    }

    /// Adds which actions are open here and which their conditions close; the one that is asked for reads
    /// what is given with it.
    pub(super) fn offers(&mut self, workflow: &Workflow, state: &Id, facts: &Facts<'_>, request: &Request<'_>) {
        let none = serde_json::Map::new();
        for (id, seen) in &mut self.conditions {
            let action = workflow.actions.get(id).filter(|action| action.from.contains(state));
            let input = if **id == *request.action { request.input } else { &none };
            match action.and_then(|action| condition(workflow, action, facts, input)) {
                Some(true) => seen.yes = true,
                Some(false) => seen.no = true,
                None => {}
            }
        }
    }
}
