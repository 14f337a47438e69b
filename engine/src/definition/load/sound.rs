//! Whether a workflow as a whole leads anywhere, and everybody in it has something to do.

use indexmap::{IndexMap, IndexSet};

use super::Loader;
use crate::definition::region::{Role, Sees};
use crate::definition::source::Entry;
use crate::definition::workflow::{By, Workflow};
use crate::definition::{Id, Text};

impl Loader<'_> {
    /// Every state is reached and, unless final, left by somebody.
    pub(super) fn leads_somewhere(&mut self, workflow: &Workflow, states: &[Entry], actions: &[Entry]) {
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
        self.actions_have_somebody(workflow, actions);
    }

    /// An action by the handler starts where somebody is waited for.
    fn actions_have_somebody(&mut self, workflow: &Workflow, actions: &[Entry]) {
        for entry in actions {
            let Some(action) = workflow.actions.get(entry.key.as_str()) else {
                continue;
            };
            let waited = |state: &Id| {
                workflow
                    .states
                    .get(state)
                    .is_some_and(|state| state.waits_for.is_some())
            };
            if !action.by.is_empty() && action.by.iter().all(|by| *by == By::Handler) && !action.from.iter().any(waited)
            {
                let message = Text::both(
                    format!("操作「{}」由 handler 做，但它开始的状态都没有 waitsFor", action.id),
                    format!(
                        "the action `{}` is taken by the handler, but none of its states waits for anybody",
                        action.id
                    ),
                );
                let help = Text::both(
                    "给其中一个状态写 waitsFor，或换一个 by",
                    "give one of these states a `waitsFor`, or the action another `by`",
                );
                self.problems
                    .error("action-nobody", &entry.key_spot, message, Some(help));
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
