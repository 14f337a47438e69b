//! `workflow.yaml` (LANGUAGE L8): states, actions, and whether the whole leads anywhere.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::Loader;
use super::workflow_keys::{ACTION, DUE, EFFECT, MARKS, STATE, TARGET, WAITS_FOR, WORKFLOW};
use crate::definition::expression::{Period, RecordType, Scope, Type};
use crate::definition::region::{Role, Sees};
use crate::definition::scope::App;
use crate::definition::source::{
    Entry, MapReader, Node, Value, check_id, list_of, names_of, nearest, string_of, text_of, wrong_type,
};
use crate::definition::workflow::{
    Action, ActionField, By, Due, Edits, Effect, State, Target, WaitsFor, WaitsForUnit, Workflow,
};
use crate::definition::{FieldType, Form, Id, Text};

/// The mistakes after which nothing can be said of the whole.
const DISTURBING: [&str; 5] = [
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
        let state_ids: IndexSet<Id> = state_entries.iter().map(|entry| entry.key.as_str().into()).collect();
        let mut scope = Scope {
            names: IndexMap::new(),
            calendar: Arc::clone(&self.calendar),
        };
        scope.names.insert("app".into(), App::ty());
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
        let start = self.state_id(start_node, &state_ids)?;
        let workflow = Workflow {
            start,
            states,
            actions,
            scope,
        };
        // Where a name is wrong or a piece is missing, what leads where is not known.
        if !self.problems.any_since(before, &DISTURBING) {
            self.leads_somewhere(&workflow, state_entries, action_entries);
            self.limits_end(&workflow, state_entries);
            self.roles_do_something(&workflow, names.role_entries, names.roles);
        }
        Some(workflow)
    }

    fn state(&mut self, entry: &Entry, names: &Names<'_>, actions: &[Entry]) -> Option<State> {
        check_id(entry, false, self.problems);
        let map = MapReader::new(&entry.value, &STATE, self.problems)?;
        let edits = match map.get("edits").and_then(Node::scalar) {
            Some("applicant") => Edits::Applicant,
            Some("marked") => Edits::Marked,
            _ => Edits::Nobody,
        };
        Some(State {
            id: entry.key.as_str().into(),
            label: map
                .need("label", self.problems)
                .and_then(|node| text_of(node, self.problems))
                .unwrap_or_default(),
            edits,
            waits_for: map.get("waitsFor").and_then(|node| self.waits_for(node, names)),
            due: map.get("due").and_then(|node| self.due(node, actions)),
            is_final: map.bool("final").unwrap_or(false),
        })
    }

    fn waits_for(&mut self, node: &Node, names: &Names<'_>) -> Option<WaitsFor> {
        if node.scalar().is_some() {
            let role = self.role(node, names.roles)?;
            let unit = match names.roles.get(&role).map(|role| role.sees) {
                Some(Sees::Unit | Sees::Own) => WaitsForUnit::Applicant,
                _ => WaitsForUnit::Any,
            };
            return Some(WaitsFor { role, unit });
        }
        let map = MapReader::new(node, &WAITS_FOR, self.problems)?;
        let role = map
            .need("role", self.problems)
            .and_then(|node| self.role(node, names.roles))?;
        let unit = match map.get("unit") {
            None => WaitsForUnit::Any,
            Some(node) => {
                let field = string_of(node, self.problems)?;
                for form in names.forms.values() {
                    self.picks_unit(node, &field, form);
                }
                WaitsForUnit::Field(field.into())
            }
        };
        Some(WaitsFor { role, unit })
    }

    /// Every form has the field, and a unit is picked in it.
    fn picks_unit(&mut self, node: &Node, name: &str, form: &Form) {
        let Some(field) = form.field(name) else {
            let message = Text::both(
                format!("登记表「{}」里没有字段「{name}」", form.id),
                format!("the form `{}` has no field `{name}`", form.id),
            );
            let known = form
                .fields()
                .filter(|(_, field)| matches!(field.kind, FieldType::Lookup(_)));
            let help = nearest(name, known.map(|(_, field)| &*field.id));
            return self.problems.at_node("unknown-field", node, message, help);
        };
        if !matches!(&field.kind, FieldType::Lookup(_)) {
            let kind = field.kind.name();
            let message = Text::both(
                format!("登记表「{}」的「{name}」是 {kind}，不能从中得知单位", form.id),
                format!(
                    "`{name}` of the form `{}` is a {kind}: no unit is picked in it",
                    form.id
                ),
            );
            let help = Text::both("这里要写一个 type: lookup 的字段", "name a field of `type: lookup`");
            self.problems.at_node("waits-for-no-unit", node, message, Some(help));
        }
    }

    fn due(&mut self, node: &Node, actions: &[Entry]) -> Option<Due> {
        let map = MapReader::new(node, &DUE, self.problems)?;
        let within = map.need("within", self.problems)?;
        let text = string_of(within, self.problems)?;
        let (count, unit) = text.split_once(' ')?;
        let count: i64 = count.parse().ok()?;
        let period = match unit.trim() {
            "day" | "days" => Period::Days(count),
            "month" | "months" => Period::Months(count),
            _ => Period::Workdays(count),
        };
        let calendar = self.is_broken("calendar", "") || !self.calendar.exceptions.is_empty();
        if matches!(period, Period::Workdays(_)) && !calendar {
            let message = Text::both(
                "按工作日计时，但没有工作日历",
                "counted in working days, but there is no calendar",
            );
            self.problems.at_node(
                "due-without-calendar",
                within,
                message,
                Some(Text::both(
                    "在 region.yaml 写 calendar: {name: cn}",
                    "write `calendar: {name: cn}` in region.yaml",
                )),
            );
        }
        let then = map
            .get("then")
            .filter(|node| node.scalar() != Some("remind"))
            .and_then(|node| {
                let name = string_of(node, self.problems)?;
                if !actions.iter().any(|entry| entry.key == name) {
                    self.problems.unknown(
                        "unknown-action",
                        node,
                        ("操作", "action"),
                        &name,
                        actions.iter().map(|entry| entry.key.as_str()).chain(["remind"]),
                    );
                }
                Some(Id::from(name))
            });
        Some(Due {
            within: period,
            then,
            total: map.get("counts").and_then(Node::scalar) == Some("total"),
        })
    }

    fn action(&mut self, entry: &Entry, names: &Names<'_>, states: &IndexSet<Id>, scope: &Scope) -> Option<Action> {
        check_id(entry, false, self.problems);
        let map = MapReader::new(&entry.value, &ACTION, self.problems)?;
        let label = map
            .need("label", self.problems)
            .and_then(|node| text_of(node, self.problems))
            .unwrap_or_default();
        let from_node = map.need("from", self.problems)?;
        let from = names_of(from_node, self.problems)
            .into_iter()
            .filter_map(|(_, node)| self.state_id(node, states))
            .collect();
        let by_node = map.need("by", self.problems)?;
        let by = names_of(by_node, self.problems)
            .into_iter()
            .filter_map(|(_, node)| self.by(node, names.roles))
            .collect();
        let (form, input) = self.action_form(map.get("form"), scope);
        let scope = scope.with("input", input);
        let to_node = map.need("to", self.problems)?;
        let to = self.targets(to_node, states, &scope);
        let mut effects = Vec::new();
        if let Some(node) = map.get("effects") {
            for item in list_of(node, self.problems) {
                effects.extend(self.effect(item, names, &form));
            }
        }
        Some(Action {
            id: entry.key.as_str().into(),
            label,
            from,
            by,
            requires_check: map.get("requires").is_some(),
            when: self.condition(map.get("when"), &scope),
            confirm: map.text("confirm", self.problems),
            to,
            form,
            effects,
        })
    }

    fn action_form(&mut self, node: Option<&Node>, scope: &Scope) -> (IndexMap<Id, ActionField>, Type) {
        let mut form = IndexMap::new();
        let mut columns = IndexMap::new();
        if let Some(map) = node.and_then(|node| MapReader::open(node, ("操作表单", "the action's form"), self.problems))
        {
            for entry in map.entries() {
                let id = Id::from(entry.key.as_str());
                if entry.value.get("type").and_then(Node::scalar) == Some("marked-fields") {
                    check_id(entry, false, self.problems);
                    let map = MapReader::new(&entry.value, &MARKS, self.problems);
                    let label = map.and_then(|map| map.text("label", self.problems)).unwrap_or_default();
                    form.insert(id.clone(), ActionField::Marks { id, label });
                } else if let Some(field) = self.field(entry, scope, 0) {
                    let ty = self.read_type(&entry.key, &entry.value);
                    columns.insert(id.clone(), ty);
                    form.insert(id, ActionField::Field(field));
                }
            }
        }
        (
            form,
            Type::Record(Arc::new(RecordType {
                name: "input".into(),
                columns,
            })),
        )
    }

    fn targets(&mut self, node: &Node, states: &IndexSet<Id>, scope: &Scope) -> Vec<Target> {
        if let Value::Scalar { .. } = node.value {
            return self
                .state_id(node, states)
                .map(|to| Target { when: None, to })
                .into_iter()
                .collect();
        }
        let items = list_of(node, self.problems);
        let mut targets = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let Some(map) = MapReader::new(item, &TARGET, self.problems) else {
                continue;
            };
            let Some(to) = map
                .need("to", self.problems)
                .and_then(|node| self.state_id(node, states))
            else {
                continue;
            };
            let last = at + 1 == items.len();
            if last != map.get("when").is_none() {
                let message = if last {
                    Text::both(
                        "最后一个去向不写 when，否则可能无处可去",
                        "the last target has no `when`, or there might be nowhere to go",
                    )
                } else {
                    Text::both("只有最后一个去向可以不写 when", "only the last target may lack `when`")
                };
                self.problems.at_node("target-condition", item, message, None);
            }
            targets.push(Target {
                when: self.condition(map.get("when"), scope),
                to,
            });
        }
        targets
    }

    fn effect(&mut self, node: &Node, names: &Names<'_>, form: &IndexMap<Id, ActionField>) -> Option<Effect> {
        let entry = match node.entries() {
            Some([entry]) => entry,
            _ => {
                wrong_type(
                    node,
                    (
                        "一个效果，如 {issue: certificate}",
                        "one effect such as {issue: certificate}",
                    ),
                    None,
                    self.problems,
                );
                return None;
            }
        };
        let name = string_of(&entry.value, self.problems)?;
        match entry.key.as_str() {
            "assignNumber" if names.numbering.contains(name.as_str()) => Some(Effect::AssignNumber(name.into())),
            "assignNumber" if self.is_broken("numbering", &name) => None,
            "assignNumber" => {
                self.problems.unknown(
                    "unknown-numbering",
                    &entry.value,
                    ("编号规则", "numbering"),
                    &name,
                    names.numbering.iter().map(|id| &**id),
                );
                None
            }
            "issue" if names.documents.contains(name.as_str()) => Some(Effect::Issue(name.into())),
            "issue" => {
                self.problems.unknown(
                    "unknown-document",
                    &entry.value,
                    ("文书", "document"),
                    &name,
                    names.documents.iter().map(|id| &**id),
                );
                None
            }
            "notify" => self.by(&entry.value, names.roles).map(Effect::Notify),
            "handTo" => {
                let input = name.strip_prefix("input.").unwrap_or(&name);
                if !form.contains_key(input) {
                    self.unknown_field(&entry.value, input, form.keys().map(|id| &**id));
                    return None;
                }
                Some(Effect::HandTo(input.into()))
            }
            other => {
                let message = Text::both(format!("没有效果「{other}」"), format!("there is no effect `{other}`"));
                self.problems.error(
                    "unknown-effect",
                    &entry.key_spot,
                    message,
                    nearest(other, EFFECT.names()),
                );
                None
            }
        }
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
