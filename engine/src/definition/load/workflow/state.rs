//! One state: who may edit, who is waited for, and until when.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Loader, Names};
use crate::definition::expression::Period;
use crate::definition::region::Sees;
use crate::definition::source::{Entry, Keys, MapReader, Node, check_id, nearest, string_of, text_of, wrong_type};
use crate::definition::workflow::{Due, Edits, State, WaitsFor, WaitsForUnit};
use crate::definition::{Field, FieldType, Form, Id, Text};

pub(in crate::definition::load) const STATE: Keys = Keys {
    what: ("状态", "a state"),
    keys: &[
        ("label", "状态名称", "what people call it"),
        (
            "edits",
            "谁可以修改：applicant 或 marked",
            "who may change answers: applicant or marked",
        ),
        ("waitsFor", "等谁办理", "who must act"),
        ("due", "办理时限", "by when"),
        ("final", "终点", "nothing more happens here"),
        ("renamedFrom", "状态原来的标识", "what it was called before"),
    ],
};

const WAITS_FOR: Keys = Keys {
    what: ("等候", "`waitsFor`"),
    keys: &[
        ("role", "角色", "the role"),
        ("unit", "哪个单位：选单位的字段", "of which unit: a lookup field"),
    ],
};

const DUE: Keys = Keys {
    what: ("时限", "a limit"),
    keys: &[
        ("within", "多久，如 5 workdays", "how long, such as 5 workdays"),
        (
            "then",
            "到期后：remind 或一个 clock 操作",
            "then: remind, or an action by clock",
        ),
        ("counts", "entry 或 total", "entry or total"),
    ],
};

impl Loader<'_> {
    /// One state.
    pub(super) fn state(&mut self, entry: &Entry, names: &Names<'_>, actions: &[Entry]) -> Option<State> {
        check_id(entry, false, self.problems);
        let map = MapReader::new(&entry.value, &STATE, self.problems)?;
        let edits = match map.get("edits").map(|node| (node, node.scalar())) {
            None => Edits::Nobody,
            Some((_, Some("applicant"))) => Edits::Applicant,
            Some((_, Some("marked"))) => Edits::Marked,
            Some((node, other)) => {
                self.problems.unknown(
                    "unknown-edits",
                    node,
                    ("修改方式", "way of editing"),
                    other.unwrap_or_default(),
                    ["applicant", "marked"],
                );
                Edits::Nobody
            }
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
            is_final: map.bool("final", self.problems).unwrap_or(false),
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
        let parsed = text.split_once(' ').and_then(|(count, unit)| {
            let count: i64 = count.parse().ok()?;
            match unit.trim() {
                "workday" | "workdays" => Some(Period::Workdays(count)),
                "day" | "days" => Some(Period::Days(count)),
                "month" | "months" => Some(Period::Months(count)),
                _ => None,
            }
        });
        let Some(period) = parsed else {
            wrong_type(
                within,
                (
                    "时限，如 5 workdays、30 days、6 months",
                    "a period such as 5 workdays, 30 days or 6 months",
                ),
                None,
                self.problems,
            );
            return None;
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
        let total = match map.string("counts", self.problems).as_deref() {
            None | Some("entry") => false,
            Some("total") => true,
            Some(other) => {
                self.problems.unknown(
                    "unknown-counts",
                    map.get("counts")?,
                    ("计时方式", "way of counting"),
                    other,
                    ["entry", "total"],
                );
                false
            }
        };
        Some(Due {
            within: period,
            then,
            total,
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
