//! One state: who may edit, who is waited for, and until when.

use std::sync::Arc;

use indexmap::IndexMap;

use super::super::workflow_keys::{DUE, STATE, WAITS_FOR};
use super::{Loader, Names};
use crate::definition::expression::Period;
use crate::definition::region::Sees;
use crate::definition::source::{Entry, MapReader, Node, check_id, nearest, string_of, text_of};
use crate::definition::workflow::{Due, Edits, State, WaitsFor, WaitsForUnit};
use crate::definition::{Field, FieldType, Form, Id, Text};

impl Loader<'_> {
    /// One state.
    pub(super) fn state(&mut self, entry: &Entry, names: &Names<'_>, actions: &[Entry]) -> Option<State> {
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
            renamed_from: self.old_ids(&map),
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
                self.picks_unit(node, &field, names.forms);
                WaitsForUnit::Field(field.into())
            }
        };
        Some(WaitsFor { role, unit })
    }

    /// Every form has the field, and a unit is picked in it. What several forms lack is told once.
    fn picks_unit(&mut self, node: &Node, name: &str, forms: &IndexMap<Id, Arc<Form>>) {
        let (with, without): (Vec<&Form>, Vec<&Form>) = forms
            .values()
            .map(|form| &**form)
            .partition(|form| form.field(name).is_some());
        if let Some(first) = without.first() {
            let message = Text::both(
                format!("登记表「{}」里没有字段「{name}」", listed(&without, "」「")),
                format!("no field `{name}` in the form `{}`", listed(&without, "`, `")),
            );
            let picked = first.fields().filter(|(_, field)| picks(field));
            let help = nearest(name, picked.map(|(_, field)| &*field.id));
            self.problems.at_node("unknown-field", node, message, help);
        }
        let (with, kinds): (Vec<&Form>, Vec<&str>) = with
            .into_iter()
            .filter_map(|form| Some((form, form.field(name).filter(|field| !picks(field))?.kind.name())))
            .unzip();
        if let Some(kind) = kinds.first() {
            let message = Text::both(
                format!(
                    "登记表「{}」的「{name}」是 {kind}，不能从中得知单位",
                    listed(&with, "」「")
                ),
                format!(
                    "`{name}` of the form `{}` is a {kind}: no unit is picked in it",
                    listed(&with, "`, `")
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
            // The other limits lack the same calendar.
            self.breaks("calendar", "");
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
}

/// Whether a record is picked in the field.
fn picks(field: &Field) -> bool {
    matches!(field.kind, FieldType::Lookup(_))
}

fn listed(forms: &[&Form], between: &str) -> String {
    forms.iter().map(|form| &*form.id).collect::<Vec<_>>().join(between)
}
