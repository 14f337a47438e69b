//! One action: from where, by whom, whereto, what it asks for and what else happens.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::super::workflow_keys::{ACTION, EFFECT, MARKS, TARGET};
use super::{Loader, Names};
use crate::definition::expression::{RecordType, Scope, Type};
use crate::definition::source::{
    Entry, MapReader, Node, Value, check_id, list_of, names_of, nearest, string_of, text_of, wrong_type,
};
use crate::definition::workflow::{Action, ActionField, Effect, Target};
use crate::definition::{Field, FieldType, Id, Text};

impl Loader<'_> {
    /// One action.
    pub(super) fn action(
        &mut self,
        entry: &Entry,
        names: &Names<'_>,
        states: &IndexSet<Id>,
        scope: &Scope,
    ) -> Option<Action> {
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
        for (node, nobody) in [
            (
                from_node,
                ("这个操作不从任何状态开始", "the action starts from no state"),
            ),
            (by_node, ("这个操作没有人能做", "the action can be taken by nobody")),
        ] {
            if matches!(&node.value, Value::List(items) if items.is_empty()) {
                let message = Text::both(nobody.0, nobody.1);
                let help = Text::both("在这里写上至少一个", "name one here at least");
                self.problems.at_node("action-nobody", node, message, Some(help));
            }
        }
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

    /// An input goes into the audit chain, which never changes and so cannot be sealed anew.
    fn kept_in_clear(&mut self, field: &Field, entry: &Entry) {
        if field.has_sensitive() {
            let message = Text::both(
                "操作的输入不能是 sensitive：它会原样记入办理记录，不能加密",
                "an input of an action cannot be sensitive: it goes into the audit chain as it is",
            );
            let help = Text::both(
                "把它作为登记表的字段，或删去 sensitive",
                "ask for it in the form, or delete `sensitive`",
            );
            self.problems
                .at_node("sensitive-input", &entry.value, message, Some(help));
        }
    }

    /// The page of an action asks for one value an input.
    fn asked_in_one(&mut self, field: &Field, entry: &Entry) {
        use FieldType as T;
        if !matches!(
            field.kind,
            T::Choices(_) | T::Trees(_) | T::List(_) | T::Table(_) | T::File(_) | T::Computed(_)
        ) {
            return;
        }
        let kind = field.kind.name();
        let message = Text::both(
            format!("操作的内容不能是 {kind} 类型：每一项只填一个值"),
            format!("an input of an action cannot be of type `{kind}`: each asks for one value"),
        );
        let help = Text::both(
            "换一种类型，如 long-text、choice、lookup；其他的放在登记表里填",
            "take another type such as long-text, choice or lookup; ask for anything else in the form",
        );
        let node = entry.value.get("type").unwrap_or(&entry.value);
        self.problems.at_node("input-type", node, message, Some(help));
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
                    self.kept_in_clear(&field, entry);
                    self.asked_in_one(&field, entry);
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
        if items.is_empty() {
            let message = Text::both("这个操作没有去向", "the action leads nowhere");
            let help = Text::both("写上到哪个状态", "write the state that it leads to");
            self.problems.at_node("target-condition", node, message, Some(help));
        }
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
                let help = if last {
                    Text::both(
                        "在后面再加一个不写 when 的去向",
                        "add one more target without a `when` behind it",
                    )
                } else {
                    Text::both("给它写上 when，或把它放到最后", "give it a `when`, or put it last")
                };
                self.problems.at_node("target-condition", item, message, Some(help));
            }
            targets.push(Target {
                when: self.condition(map.get("when"), scope),
                to,
            });
        }
        targets
    }

    /// The input of the action in which a unit is picked.
    fn hand_to(&mut self, node: &Node, name: &str, form: &IndexMap<Id, ActionField>) -> Option<Effect> {
        let picks = |input: &ActionField| match input {
            ActionField::Field(field) => matches!(&field.kind, FieldType::Lookup(lookup) if &*lookup.from == "units"),
            ActionField::Marks { .. } => false,
        };
        let input = name.strip_prefix("input.").unwrap_or(name);
        match form.get(input) {
            Some(found) if picks(found) => return Some(Effect::HandTo(input.into())),
            Some(_) => {
                let message = Text::both(
                    format!("不能从「{input}」得知转给哪个单位"),
                    format!("no unit is picked in `{input}`"),
                );
                let help = Text::both(
                    "这里要写一个 type: lookup、from: units 的内容",
                    "name an input of `type: lookup` and `from: units`",
                );
                self.problems.at_node("waits-for-no-unit", node, message, Some(help));
            }
            None if form.is_empty() => {
                let message = Text::both(
                    format!("这个操作没有名为「{input}」的内容要填"),
                    format!("the action asks for no `{input}`"),
                );
                let help = Text::both(
                    "在操作的 form 里加上它：type: lookup，from: units",
                    "add it to the action's `form`: `type: lookup`, `from: units`",
                );
                self.problems.at_node("unknown-field", node, message, Some(help));
            }
            None => self.unknown_field(node, input, form.keys().map(|id| &**id)),
        }
        None
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
            "notify" if matches!(name.as_str(), "clock" | "anyone") => {
                let known = names.roles.keys().map(|id| &**id);
                let known = known.chain(["applicant", "handler"]);
                self.problems.unknown(
                    "unknown-role",
                    &entry.value,
                    ("可以通知的角色", "role to tell"),
                    &name,
                    known,
                );
                None
            }
            "notify" => self.by(&entry.value, names.roles).map(Effect::Notify),
            "handTo" => self.hand_to(&entry.value, &name, form),
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
}
