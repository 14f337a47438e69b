//! The UI schema of JSON Forms (<https://jsonforms.io/docs/uischema>): layouts, controls and rules.
#![expect(
    clippy::result_large_err,
    reason = "a remark is made once for a mistake and moved a few steps"
)]

use std::collections::HashMap;

use super::super::draft::{Field, Kind, Page, Words};
use super::super::id::Ids;
use super::condition::{and, both, equal};
use super::layout::heading;
use super::seen::items;
use super::{Asked, Part, Place, Reading, Section, changed, left, place_in, step};
use crate::definition::source::{Node, Value};

/// How deep layouts may stand in one another.
const DEEPEST: usize = 16;
/// The most elements of a UI schema.
const MOST_ELEMENTS: usize = 10_000;

/// Whether a UI schema is one of JSON Forms: it is an element with a type.
pub(super) fn is_layout(ui: &Node) -> bool {
    let named = ui.get("type").and_then(Node::scalar).is_some();
    named && (ui.get("elements").is_some() || ui.get("scope").is_some())
}

/// What is left to be placed.
struct Placing {
    fields: HashMap<String, Box<Asked>>,
    order: Vec<String>,
    pages: Vec<Page>,
    ids: Ids,
    headings: Ids,
    /// Whether the last page is one of what stands between groups.
    stray: bool,
    elements: usize,
}

impl<'r> Reading<'r> {
    /// The pages that the layout makes. What it does not place comes last, and that is told.
    pub(super) fn arranged(&mut self, ui: &'r Node, section: Section) -> Vec<Page> {
        let mut placing = Placing {
            fields: HashMap::new(),
            order: Vec::new(),
            pages: Vec::new(),
            ids: Ids::default(),
            headings: Ids::default(),
            stray: false,
            elements: 0,
        };
        listed(section, &mut placing);
        self.element(ui, "", None, true, 0, &mut placing);
        let order = std::mem::take(&mut placing.order);
        let rest: Vec<Box<Asked>> = order.iter().filter_map(|path| placing.fields.remove(path)).collect();
        if let Some(first) = rest.first() {
            let names: Vec<&str> = rest.iter().map(|asked| asked.name.as_str()).collect();
            let remark = changed(
                "import-unplaced",
                first.place.clone(),
                format!("界面说明没有用到这些属性，放在最后一栏：{}", names.join("、")),
                format!(
                    "the UI schema places none of these, so they come last: {}",
                    names.join(", ")
                ),
            );
            self.remarks.push(remark);
            placing.pages.push(Page {
                id: placing.ids.take("more").0,
                title: Words::both("其他", "More"),
                fields: rest.into_iter().map(|asked| asked.finish()).collect(),
                ..Page::default()
            });
        }
        placing.pages
    }

    /// An element of the layout. `top` while pages are made; `when` are the conditions around it.
    fn element(
        &mut self,
        node: &'r Node,
        pointer: &str,
        when: Option<String>,
        top: bool,
        depth: usize,
        placing: &mut Placing,
    ) {
        placing.elements += 1;
        if depth > DEEPEST || placing.elements > MOST_ELEMENTS {
            let (zh, en) = (
                format!("界面说明嵌套超过 {DEEPEST} 层或多于 {MOST_ELEMENTS} 个元素的上限"),
                format!(
                    "the UI schema is deeper than {DEEPEST} or has more than {MOST_ELEMENTS} elements, which are the limits"
                ),
            );
            self.once(left("import-ui", place_in(node, pointer, true), zh, en));
            return;
        }
        let mut read_only = None;
        let own = self.rule(node, pointer, &mut read_only);
        let kind = node.get("type").and_then(Node::scalar).unwrap_or_default();
        let children = node.get("elements").map(items).unwrap_or_default();
        let inside = step(pointer, "elements");
        match kind {
            "Category" | "Group" if top => {
                let title = node
                    .get("label")
                    .or_else(|| node.get("i18n"))
                    .and_then(Node::scalar)
                    .unwrap_or_default();
                let name = if title.is_empty() { "page" } else { title };
                let title = Words::of(title).or(|| Words::both("栏目", "Page"));
                placing.pages.push(Page {
                    id: placing.ids.take(name).0,
                    title,
                    show_when: both(when, own),
                    ..Page::default()
                });
                for (at, child) in children.iter().enumerate() {
                    self.element(child, &format!("{inside}/{at}"), None, false, depth + 1, placing);
                }
                placing.stray = false;
            }
            "Categorization" | "VerticalLayout" | "HorizontalLayout" | "Group" | "Category" => {
                let when = both(when, own);
                let label = node.get("label").and_then(Node::scalar).filter(|_| !top);
                if let Some(label) = label {
                    let (name, _) = placing.headings.take(label);
                    let note = Field {
                        show_when: when.clone(),
                        ..heading(&name, Words::of(label))
                    };
                    put(placing, note, top);
                }
                for (at, child) in children.iter().enumerate() {
                    self.element(child, &format!("{inside}/{at}"), when.clone(), top, depth + 1, placing);
                }
            }
            "Control" | "ListWithDetail" => self.control(node, pointer, both(when, own), read_only, top, placing),
            "Label" => {
                let text = node
                    .get("text")
                    .or_else(|| node.get("label"))
                    .and_then(Node::scalar)
                    .unwrap_or_default();
                let (name, _) = placing.headings.take(text);
                let note = Field {
                    show_when: both(when, own),
                    ..heading(&name, Words::of(text))
                };
                if !text.is_empty() {
                    put(placing, note, top);
                }
            }
            other => {
                let remark = left(
                    "import-ui",
                    place_in(node, pointer, true),
                    format!("界面说明里的「{other}」没有对应的写法，没有导入"),
                    format!("there is nothing that `{other}` of the UI schema could become: it is left out"),
                );
                self.remarks.push(remark);
            }
        }
    }

    fn control(
        &mut self,
        node: &'r Node,
        pointer: &str,
        when: Option<String>,
        read_only: Option<String>,
        top: bool,
        placing: &mut Placing,
    ) {
        let place = place_in(node, pointer, true);
        let scope = node.get("scope").and_then(Node::scalar).unwrap_or_default();
        let path = path_of(scope);
        // A control of an object shows all of it.
        let within = format!("{path}/");
        let inside: Vec<String> = placing
            .order
            .iter()
            .filter(|known| **known == path || known.starts_with(&within))
            .filter(|known| placing.fields.contains_key(*known))
            .cloned()
            .collect();
        if inside.is_empty() {
            let known = placing.order.contains(&path);
            let (zh, en) = if known {
                (
                    format!("「{scope}」在前面已经放过"),
                    format!("`{scope}` was placed before"),
                )
            } else {
                (
                    format!("没有属性「{scope}」"),
                    format!("there is no property `{scope}`"),
                )
            };
            self.remarks.push(left("import-scope", place, zh, en));
            return;
        }
        let single = inside.len() == 1;
        for path in inside {
            let Some(mut asked) = placing.fields.remove(&path) else {
                continue;
            };
            let field = &mut asked.field;
            if single {
                self.dressed(node, field, &place);
            }
            field.show_when = both(when.clone(), field.show_when.take());
            field.read_only_when = read_only.clone();
            put(placing, asked.finish(), top);
        }
    }

    /// What a control says of its field.
    fn dressed(&mut self, node: &Node, field: &mut Field, place: &Place) {
        let label = node
            .get("label")
            .filter(|label| matches!(&label.value, Value::Scalar { plain: false, .. }));
        if let Some(label) = label.and_then(Node::scalar).filter(|label| !label.is_empty()) {
            field.label = Words::of(label);
        }
        let option = |name: &str| {
            node.get("options")
                .and_then(|options| options.get(name))
                .and_then(Node::scalar)
        };
        if option("multi") == Some("true") && matches!(field.kind, Kind::Plain("text")) {
            field.kind = Kind::Plain("long-text");
        }
        if let Some(text) = option("placeholder").filter(|_| !matches!(field.kind, Kind::Table(_))) {
            field.placeholder = Words::of(text);
        }
        if option("readonly") == Some("true") || option("readOnly") == Some("true") {
            let (zh, en) = (
                "没有算式的只读控件填不了，按可填导入",
                "a control that is always read-only could not be answered: it can be",
            );
            self.remarks.push(changed("import-readonly", place.clone(), zh, en));
        }
    }

    /// The condition of an element's rule; that of being enabled goes into `read_only`.
    fn rule(&mut self, node: &'r Node, pointer: &str, read_only: &mut Option<String>) -> Option<String> {
        let rule = node.get("rule")?;
        let pointer = step(pointer, "rule");
        let at = place_in(rule, &pointer, true);
        let condition = rule
            .get("condition")
            .map(|condition| self.rule_condition(condition, &pointer, 0));
        let turned = match condition {
            Some(Ok(condition)) => self.sound(condition, at.clone()),
            Some(Err(remark)) => Err(remark),
            None => {
                let (zh, en) = ("规则没有 condition", "the rule has no `condition`");
                Err(left("import-condition", at.clone(), zh, en))
            }
        };
        let condition = match turned {
            Ok(condition) => condition,
            Err(remark) => {
                // What is said of the schema's own pieces points into the rule.
                self.remarks.push(super::Remark { place: at, ..remark });
                return None;
            }
        };
        match rule.get("effect").and_then(Node::scalar).unwrap_or_default() {
            "SHOW" => Some(condition),
            "HIDE" => Some(self.otherwise(&condition)),
            "ENABLE" => {
                *read_only = Some(self.otherwise(&condition));
                None
            }
            "DISABLE" => {
                *read_only = Some(condition);
                None
            }
            other => {
                let (zh, en) = (format!("没有效果「{other}」"), format!("there is no effect `{other}`"));
                self.remarks.push(left("import-condition", at, zh, en));
                None
            }
        }
    }

    fn rule_condition(&mut self, node: &'r Node, pointer: &str, depth: usize) -> Result<String, super::Remark> {
        let at = || place_in(node, pointer, true);
        let kind = node.get("type").and_then(Node::scalar).unwrap_or_default();
        if let ("AND" | "OR", Some(parts), true) = (kind, node.get("conditions"), depth < DEEPEST) {
            let mut all = Vec::new();
            for part in items(parts) {
                all.push(self.rule_condition(part, pointer, depth + 1)?);
            }
            let any = all
                .iter()
                .map(|part| format!("({part})"))
                .collect::<Vec<_>>()
                .join(" || ");
            return Ok(if kind == "AND" { and(all) } else { any });
        }
        let path = path_of(node.get("scope").and_then(Node::scalar).unwrap_or_default());
        if let Some(schema) = node.get("schema") {
            let seen = self.seen(schema, &step(pointer, "schema"));
            return self.value(&seen, &path, 0);
        }
        // The older way: a value that is expected.
        let answer = self.answers.get(&path);
        let expected = answer.zip(node.get("expectedValue"));
        expected
            .and_then(|((id, ty), value)| equal(id, ty, value))
            .ok_or_else(|| {
                let (zh, en) = (
                    "条件没有 schema，或它的 scope 没有导入",
                    "the condition has no `schema`, or its scope was not taken over",
                );
                left("import-condition", at(), zh, en)
            })
    }
}

/// The property that a scope names: `#/properties/a/properties/b` is `a/b`.
fn path_of(scope: &str) -> String {
    let steps = scope
        .trim_start_matches('#')
        .split('/')
        .filter(|step| !step.is_empty() && *step != "properties");
    let steps: Vec<String> = steps.map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    steps.join("/")
}

/// Every field of a section by its path.
fn listed(section: Section, placing: &mut Placing) {
    for part in section.parts {
        match part {
            Part::Field(asked) => {
                placing.order.push(asked.path.clone());
                placing.fields.insert(asked.path.clone(), asked);
            }
            Part::Section(section) => listed(section, placing),
        }
    }
}

/// Puts a field onto the page at hand; at the top, onto one of what stands between groups.
fn put(placing: &mut Placing, field: Field, top: bool) {
    if (top && !placing.stray) || placing.pages.is_empty() {
        placing.pages.push(Page::stray(&mut placing.ids));
        placing.stray = top;
    }
    if let Some(page) = placing.pages.last_mut() {
        page.fields.push(field);
    }
}
