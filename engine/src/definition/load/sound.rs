//! Whether a workflow as a whole leads anywhere, and everybody in it has something to do.

use indexmap::{IndexMap, IndexSet};

use super::Loader;
use crate::definition::region::{Role, Sees};
use crate::definition::source::{Entry, Node};
use crate::definition::workflow::{ActionField, By, Edits, State, Workflow};
use crate::definition::{Id, Text};

/// How an action that nobody can take is mended.
const WAITS_FOR: (&str, &str) = (
    "给其中一个状态写 waitsFor，或换一个 by",
    "give one of these states a `waitsFor`, or the action another `by`",
);
const DUE: (&str, &str) = (
    "在其中一个状态的 due 里写 then 和这个操作，或换一个 by",
    "name it as `then` in the `due` of one of these states, or give it another `by`",
);

impl Loader<'_> {
    /// Every state is reached and, unless final, left by somebody.
    pub(super) fn leads_somewhere(&mut self, workflow: &Workflow, states: &[Entry]) {
        let mut reached: IndexSet<&Id> = [&workflow.start].into_iter().collect();
        let mut at = 0;
        while let Some(state) = reached.get_index(at).copied() {
            let next = workflow.actions.values().filter(|action| action.from.contains(state));
            let targets: Vec<&Id> = next
                .flat_map(|action| action.to.iter().map(|target| &target.to))
                .collect();
            reached.extend(targets);
            at += 1;
        }
        for entry in states {
            let Some(state) = workflow.states.get(entry.key.as_str()) else {
                continue;
            };
            if !reached.contains(&state.id) {
                let message = Text::both(
                    format!("没有操作通到状态「{}」", state.id),
                    format!("no action leads to the state `{}`", state.id),
                );
                let help = Text::both(
                    "让某个操作的 to 指向它，或删去这个状态",
                    "let the `to` of an action name it, or delete the state",
                );
                self.problems
                    .error("unreachable-state", &entry.key_spot, message, Some(help));
            }
            let left = workflow.actions.values().any(|action| action.from.contains(&state.id));
            if !left && !state.is_final {
                let message = Text::both(
                    format!("状态「{}」没有出路", state.id),
                    format!("there is no way out of the state `{}`", state.id),
                );
                self.problems.error(
                    "dead-end-state",
                    &entry.key_spot,
                    message,
                    Some(Text::both(
                        "加一个从这里开始的操作，或写 final: true",
                        "add an action that starts here, or write `final: true`",
                    )),
                );
            }
        }
    }

    /// Somebody can take each action in one of the states that it starts from. Where a limit ends in
    /// another action than it was meant to, what the clock takes is not known.
    pub(super) fn actions_have_somebody(&mut self, workflow: &Workflow, actions: &[Entry], limits_are_sound: bool) {
        for entry in actions {
            let Some(action) = workflow.actions.get(entry.key.as_str()) else {
                continue;
            };
            // What is empty was told, or could not be read.
            if action.by.is_empty() || action.from.is_empty() {
                continue;
            }
            let all_by = |whom: By| action.by.iter().all(|by| *by == whom);
            let any_state = |fits: &dyn Fn(&State) -> bool| {
                let mut states = action.from.iter().filter_map(|state| workflow.states.get(state));
                states.any(fits)
            };
            let waited = || any_state(&|state| state.waits_for.is_some());
            let ends = || any_state(&|state| state.due.as_ref().and_then(|due| due.then.as_ref()) == Some(&action.id));
            let (why, help) = if all_by(By::Handler) && !waited() {
                (
                    (
                        "由 handler 做，但它开始的状态都没有 waitsFor",
                        "is taken by the handler, but none of its states waits for anybody",
                    ),
                    WAITS_FOR,
                )
            } else if limits_are_sound && all_by(By::Clock) && !ends() {
                (
                    (
                        "由 clock 做，但它开始的状态都没有以它为 due 的 then",
                        "is taken by the clock, but no `due` of its states ends in it",
                    ),
                    DUE,
                )
            } else {
                continue;
            };
            let message = Text::both(
                format!("操作「{}」{}", action.id, why.0),
                format!("the action `{}` {}", action.id, why.1),
            );
            let help = Text::both(help.0, help.1);
            self.problems
                .error("action-nobody", &entry.key_spot, message, Some(help));
        }
    }

    /// Whether whoever makes an application can fill it in where it begins.
    pub(super) fn can_begin(&mut self, workflow: &Workflow, start: &Node) -> bool {
        let begins = workflow.states.get(&workflow.start);
        if begins.is_none_or(|state| state.edits != Edits::Nobody) {
            return true;
        }
        let message = Text::both(
            format!("新申请从状态「{}」开始，但那里谁也不能填写", workflow.start),
            format!(
                "an application begins in the state `{}`, where nobody can fill it in",
                workflow.start
            ),
        );
        let help = Text::both(
            "给这个状态写 edits: applicant，或换一个 start",
            "give the state `edits: applicant`, or name another",
        );
        self.problems.at_node("start-not-edited", start, message, Some(help));
        false
    }

    /// What time does, nobody fills a form for.
    pub(super) fn clock_fills_nothing(&mut self, workflow: &Workflow, actions: &[Entry]) {
        for entry in actions {
            let action = workflow.actions.get(entry.key.as_str());
            let Some(action) = action.filter(|action| action.by.contains(&By::Clock)) else {
                continue;
            };
            let mut inputs = action.form.values();
            let required = inputs.find_map(|input| match input {
                ActionField::Field(field) if field.required => Some(&field.id),
                _ => None,
            });
            let node = required.and_then(|id| entry.value.get("form")?.get(id));
            if let (Some(id), Some(node)) = (required, node) {
                let message = Text::both(
                    format!("操作「{}」由 clock 做，没有人来填必填的「{id}」", action.id),
                    format!(
                        "the action `{}` is taken by the clock, and nobody fills in the required `{id}`",
                        action.id
                    ),
                );
                let help = Text::both(
                    "删去它的 required，或另写一个由 clock 做的操作",
                    "delete its `required`, or write another action for the clock",
                );
                self.problems.at_node("due-action", node, message, Some(help));
            }
        }
    }

    /// What a limit does is an action that time may take in that state.
    pub(super) fn limits_end(&mut self, workflow: &Workflow, states: &[Entry]) {
        for state in workflow.states.values() {
            let then = state.due.as_ref().and_then(|due| due.then.as_ref());
            let Some(action) = then.and_then(|id| workflow.actions.get(id)) else {
                continue;
            };
            let fits = action.by.contains(&By::Clock) && action.from.contains(&state.id);
            let entry = states.iter().find(|entry| *entry.key == *state.id);
            let node = entry.and_then(|entry| entry.value.get("due")?.get("then"));
            if let (false, Some(node)) = (fits, node) {
                let message = Text::both(
                    format!("到期后的操作「{}」要能由 clock 在状态「{}」开始", action.id, state.id),
                    format!(
                        "the action `{}` must be one by the clock from the state `{}`",
                        action.id, state.id
                    ),
                );
                let help = Text::both(
                    "给它写 by: clock 和这个状态的 from",
                    "give it `by: clock` and this state in `from`",
                );
                self.problems.at_node("due-action", node, message, Some(help));
            }
        }
    }

    /// Every role acts or is waited for; one that sees only its own applications makes them.
    pub(super) fn roles_do_something(&mut self, workflow: &Workflow, entries: &[Entry], roles: &IndexMap<Id, Role>) {
        for entry in entries {
            let Some(role) = roles.get(entry.key.as_str()).filter(|role| role.sees != Sees::Own) else {
                continue;
            };
            let by = By::Role(role.id.clone());
            let acts = workflow.actions.values().any(|action| action.by.contains(&by));
            let mut waits = workflow.states.values().filter_map(|state| state.waits_for.as_ref());
            if !acts && !waits.any(|waits| waits.role == role.id) {
                let message = Text::both(
                    format!("角色「{}」在流程里什么都不能做", role.id),
                    format!("the role `{}` can do nothing in the workflow", role.id),
                );
                let help = Text::both(
                    "在某个操作的 by 或某个状态的 waitsFor 里写上它，或删去这个角色",
                    "name it in the `by` of an action or the `waitsFor` of a state, or delete the role",
                );
                self.problems.warning("role-idle", &entry.key_spot, message, Some(help));
            }
        }
    }
}
