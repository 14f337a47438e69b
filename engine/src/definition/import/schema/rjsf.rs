//! The UI schema of react-jsonschema-form: `ui:order`, `ui:widget`, `ui:title` and their like, beside the
//! names of properties.

use super::super::draft::{Field, Kind, Words};
use super::seen::items;
use super::{Asked, Part, Reading, Section, changed, left, place_in, step};
use crate::definition::source::{Node, Value};

/// What changes how a page looks and nothing of what is asked.
const SILENT: [&str; 20] = [
    "autofocus",
    "autocomplete",
    "classNames",
    "className",
    "style",
    "rootFieldId",
    "globalOptions",
    "submitButtonOptions",
    "inline",
    "rows",
    "orderable",
    "addable",
    "removable",
    "copyable",
    "label",
    "duplicateKeySuffixSeparator",
    "hideError",
    "inputType",
    "description",
    "field",
];

impl Reading<'_> {
    /// Orders and dresses the properties of an object.
    pub(super) fn decorated(&mut self, ui: &Node, section: &mut Section) {
        self.decorate(ui, "", section);
    }

    fn decorate(&mut self, ui: &Node, pointer: &str, section: &mut Section) {
        for (name, node) in said(ui) {
            let text = node.scalar().unwrap_or_default();
            match name {
                "order" => {
                    let order: Vec<&str> = items(node).iter().filter_map(Node::scalar).collect();
                    ordered(&mut section.parts, &order, Part::name);
                }
                "title" => section.title = Words::of(text),
                "description" => section.help = Words::of(text),
                _ => self.unknown(name, node, pointer),
            }
        }
        for entry in ui.entries().unwrap_or_default() {
            if entry.key.starts_with("ui:") || entry.key == "classNames" {
                continue;
            }
            let pointer = step(pointer, &entry.key);
            let part = section.parts.iter_mut().find(|part| part.name() == entry.key);
            match part {
                Some(Part::Field(asked)) => self.dress(&entry.value, &pointer, asked, 0),
                Some(Part::Section(section)) => self.decorate(&entry.value, &pointer, section),
                None => {
                    let remark = left(
                        "import-scope",
                        place_in(&entry.value, &pointer, true),
                        format!("没有属性「{}」", entry.key),
                        format!("there is no property `{}`", entry.key),
                    );
                    self.remarks.push(remark);
                }
            }
        }
    }

    fn dress(&mut self, ui: &Node, pointer: &str, asked: &mut Asked, depth: usize) {
        let place = place_in(ui, pointer, true);
        let field = &mut asked.field;
        for (name, node) in said(ui) {
            let text = node.scalar().unwrap_or_default();
            match name {
                "title" => field.label = Words::of(text),
                "help" => field.help = Words::of(text),
                "description" if field.help.is_empty() => field.help = Words::of(text),
                "placeholder" if !matches!(field.kind, Kind::Table(_)) => field.placeholder = Words::of(text),
                "widget" => self.widget(text, node, pointer, field),
                "readonly" | "disabled" if text == "true" => {
                    let (zh, en) = (
                        "没有算式的只读问题填不了，按可填导入",
                        "a question that is always read-only could not be answered: it can be",
                    );
                    self.remarks.push(changed("import-readonly", place.clone(), zh, en));
                }
                "readonly" | "disabled" => {}
                "options" => {}
                "accept" => {}
                "enumNames" => self.named(node, field),
                "order" => {
                    let order: Vec<&str> = items(node).iter().filter_map(Node::scalar).collect();
                    ordered(&mut asked.columns, &order, |column| &column.name);
                }
                _ => self.unknown(name, node, pointer),
            }
        }
        let Some(rows) = ui.get("items").filter(|_| depth < 3) else {
            return;
        };
        let pointer = step(pointer, "items");
        for (name, node) in said(rows) {
            if name == "order" {
                let order: Vec<&str> = items(node).iter().filter_map(Node::scalar).collect();
                ordered(&mut asked.columns, &order, |column| &column.name);
            }
        }
        for entry in rows.entries().unwrap_or_default() {
            if let Some(column) = asked.columns.iter_mut().find(|column| column.name == entry.key) {
                self.dress(&entry.value, &step(&pointer, &entry.key), column, depth + 1);
            }
        }
    }

    fn widget(&mut self, widget: &str, node: &Node, pointer: &str, field: &mut Field) {
        let place = || place_in(node, pointer, true);
        let text = matches!(field.kind, Kind::Plain("text"));
        match widget {
            "textarea" if text => field.kind = Kind::Plain("long-text"),
            "date" | "alt-date" if text => field.kind = Kind::Plain("date"),
            "email" if text => field.kind = Kind::Plain("email"),
            "uri" | "url" if text => field.kind = Kind::Plain("url"),
            "file" | "files" => field.kind = Kind::Plain("file"),
            "hidden" => {
                let comment = self.say(left(
                    "import-hidden",
                    place(),
                    "不显示的问题没有值，没有导入",
                    "a question that is not shown has no answer: it is left out",
                ));
                *field = Field {
                    comments: vec![comment],
                    ..Field::default()
                };
            }
            "password" => {
                let (zh, en) = (
                    "密码不作填报内容：按普通文本导入，请核对",
                    "a password is no answer: it becomes a text, please check",
                );
                self.remarks.push(changed("import-widget", place(), zh, en));
            }
            "textarea" | "text" | "radio" | "select" | "checkbox" | "checkboxes" | "updown" | "range" | "date"
            | "alt-date" | "email" | "uri" | "url" | "tel" | "color" | "toggle" => {}
            _ => {
                let (zh, en) = (
                    format!("没有控件「{widget}」，按类型显示"),
                    format!("there is no widget `{widget}`: the type decides"),
                );
                self.remarks.push(changed("import-widget", place(), zh, en));
            }
        }
    }

    /// The names of the codes.
    fn named(&mut self, node: &Node, field: &Field) {
        let Kind::Choice { list, .. } = &field.kind else { return };
        let Some(list) = self.lists.get_mut(list) else { return };
        for (code, name) in list.codes.iter_mut().zip(items(node)) {
            if let Some(name) = name.scalar() {
                code.name = Words::of(name);
            }
        }
    }

    fn unknown(&mut self, name: &str, node: &Node, pointer: &str) {
        if SILENT.contains(&name) || name == "options" {
            return;
        }
        let remark = changed(
            "import-ui",
            place_in(node, pointer, true),
            format!("ui:{name} 没有对应的写法，没有导入"),
            format!("there is nothing that `ui:{name}` could become: it is left out"),
        );
        self.remarks.push(remark);
    }
}

/// What is said under `ui:…`, and under `ui:options`.
fn said(ui: &Node) -> Vec<(&str, &Node)> {
    let mut found = Vec::new();
    for entry in ui.entries().unwrap_or_default() {
        let Some(name) = entry.key.strip_prefix("ui:") else {
            continue;
        };
        if name == "options" {
            let inside = entry.value.entries().unwrap_or_default();
            found.extend(inside.iter().map(|entry| (entry.key.as_str(), &entry.value)));
        } else if !matches!(&entry.value.value, Value::Map(map) if map.is_empty()) {
            found.push((name, &entry.value));
        }
    }
    found
}

/// The parts in this order; `*` stands for all that are not named.
fn ordered<T>(parts: &mut [T], order: &[&str], name: impl Fn(&T) -> &str) {
    let rest = order.iter().position(|name| *name == "*").unwrap_or(order.len());
    parts.sort_by_key(|part| order.iter().position(|known| *known == name(part)).unwrap_or(rest));
}
