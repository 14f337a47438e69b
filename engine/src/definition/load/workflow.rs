//! `workflow.yaml` (LANGUAGE L8): its states, its actions and the names that both may use.

mod action;
mod state;

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::Loader;
use super::workflow_keys::WORKFLOW;
use crate::definition::expression::{Scope, Type};
use crate::definition::problem::Place;
use crate::definition::region::Role;
use crate::definition::source::{Entry, MapReader, Node, string_of};
use crate::definition::workflow::{By, Workflow};
use crate::definition::{Form, Id};

/// The mistakes after which nothing can be said of the whole.
const DISTURBING: [&str; 8] = [
    "unknown-edits",
    "unknown-counts",
    "unknown-action",
    "unknown-state",
    "unknown-role",
    "unknown-key",
    "missing-key",
    "wrong-type",
];

/// What a workflow may name.
pub(super) struct Names<'a> {
    pub(super) roles: &'a IndexMap<Id, Role>,
    pub(super) role_entries: &'a [Entry],
    pub(super) numbering: IndexSet<Id>,
    pub(super) documents: IndexSet<Id>,
    pub(super) forms: &'a IndexMap<Id, Arc<Form>>,
}

impl Loader<'_> {
    pub(super) fn workflow(&mut self, node: &Node, names: &Names<'_>) -> Option<Workflow> {
        let before = self.problems.len();
        let map = MapReader::new(node, &WORKFLOW, self.problems)?;
        let states_node = map.need("states", self.problems)?;
        let actions_node = map.need("actions", self.problems)?;
        let start_node = map.need("start", self.problems)?;
        let state_entries = MapReader::open(states_node, ("状态", "states"), self.problems)?.entries();
        let action_entries = MapReader::open(actions_node, ("操作", "actions"), self.problems)?.entries();
        if self.too_many(state_entries) || self.too_many(action_entries) {
            return None;
        }
        let state_ids: IndexSet<Id> = state_entries.iter().map(|entry| entry.key.as_str().into()).collect();
        let mut scope = Scope::new(Arc::clone(&self.calendar));
        scope.names.insert("app".into(), self.app.clone());
        scope.names.insert("today".into(), Type::Date);
        let mut states = IndexMap::new();
        for entry in state_entries {
            if let Some(state) = self.state(entry, names, action_entries) {
                states.insert(state.id.clone(), state);
            }
        }
        let mut actions = IndexMap::new();
        for entry in action_entries {
            if let Some(action) = self.action(entry, names, &state_ids, &scope) {
                actions.insert(action.id.clone(), action);
            }
        }
        self.renamed(("状态", "state"), &state_entries.iter().collect::<Vec<_>>());
        let start = self.state_id(start_node, &state_ids)?;
        let workflow = Workflow {
            start,
            states,
            actions,
            place: states_place(&map),
            scope,
        };
        // Where a name is wrong or a piece is missing, what leads where is not known.
        if !self.problems.any_since(before, &DISTURBING) {
            self.limits_end(&workflow, state_entries);
            self.clock_fills_nothing(&workflow, action_entries);
            if self.can_begin(&workflow, start_node) {
                let limits_are_sound = !self.problems.any_since(before, &["due-action"]);
                self.leads_somewhere(&workflow, state_entries);
                self.actions_have_somebody(&workflow, action_entries, limits_are_sound);
            }
            self.roles_do_something(&workflow, names.role_entries, names.roles);
        }
        Some(workflow)
    }

    fn by(&mut self, node: &Node, roles: &IndexMap<Id, Role>) -> Option<By> {
        Some(match node.scalar().unwrap_or_default() {
            "applicant" => By::Applicant,
            "handler" => By::Handler,
            "clock" => By::Clock,
            "anyone" => By::Anyone,
            other if !roles.contains_key(other) && !self.is_broken("roles", other) => {
                let known = roles.keys().map(|id| &**id);
                let known = known.chain(["applicant", "handler", "clock", "anyone"]);
                self.problems
                    .unknown("unknown-role", node, ("角色", "role"), other, known);
                return None;
            }
            _ => By::Role(self.role(node, roles)?),
        })
    }

    pub(super) fn role(&mut self, node: &Node, roles: &IndexMap<Id, Role>) -> Option<Id> {
        let name = string_of(node, self.problems)?;
        if roles.contains_key(name.as_str()) {
            return Some(name.into());
        }
        if self.is_broken("roles", &name) {
            return None;
        }
        self.problems.unknown(
            "unknown-role",
            node,
            ("角色", "role"),
            &name,
            roles.keys().map(|id| &**id),
        );
        None
    }

    pub(super) fn state_id(&mut self, node: &Node, states: &IndexSet<Id>) -> Option<Id> {
        let name = string_of(node, self.problems)?;
        if let Some(id) = states.get(name.as_str()) {
            return Some(id.clone());
        }
        self.problems.unknown(
            "unknown-state",
            node,
            ("状态", "state"),
            &name,
            states.iter().map(|id| &**id),
        );
        None
    }
}

/// The key `states`, which stands for all of them.
fn states_place(map: &MapReader<'_>) -> Place {
    let key = map.entries().iter().find(|entry| entry.key == "states");
    key.map(|entry| entry.key_spot.place()).unwrap_or_default()
}
