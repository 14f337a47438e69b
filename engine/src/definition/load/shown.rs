//! Fields that can never show, because their page's condition and their own contradict each other.

use indexmap::IndexMap;

use super::Loader;
use crate::definition::expression::{Expression, Scope, contradiction};
use crate::definition::source::{Entry, Node};
use crate::definition::{Field, FieldType, Id, Page, Text};

impl Loader<'_> {
    /// Tells every field whose `showWhen` can never hold together with its page's.
    pub(super) fn can_be_shown(&mut self, entries: &[Entry], pages: &IndexMap<Id, Page>, scope: &Scope) {
        for (page, entry) in pages
            .values()
            .filter_map(|page| Some((page, entries.iter().find(|entry| *entry.key == *page.id)?)))
        {
            let nodes = entry.value.get("fields");
            for field in page.fields.values() {
                if let Some(node) = nodes.and_then(|fields| fields.get(&field.id)) {
                    self.field_can_be_shown(field, node, page.show_when.iter().collect(), scope);
                }
            }
        }
    }

    /// The field at `node`, and its columns, within these conditions.
    fn field_can_be_shown<'f>(
        &mut self,
        field: &'f Field,
        node: &Node,
        mut around: Vec<&'f Expression>,
        scope: &Scope,
    ) {
        if let (Some(own), Some(node)) = (&field.show_when, node.get("showWhen")) {
            if own.verdict().is_some() {
                return;
            }
            let all: Vec<_> = around
                .iter()
                .copied()
                .chain([own])
                .map(|condition| (condition, true))
                .collect();
            if let Some(name) = contradiction(&all, scope) {
                return self.never_shown(node, &name, field.required);
            }
        }
        around.extend(field.show_when.iter());
        if let FieldType::Table(table) = &field.kind {
            for column in table.columns.values() {
                if let Some(node) = node.get("columns").and_then(|columns| columns.get(&column.id)) {
                    self.field_can_be_shown(column, node, around.clone(), scope);
                }
            }
        }
    }

    fn never_shown(&mut self, node: &Node, name: &str, required: bool) {
        let message = if required {
            Text::both(
                format!("这个必填字段永远不会显示：对「{name}」的要求互相矛盾"),
                format!("this required field can never show: what is asked of `{name}` contradicts itself"),
            )
        } else {
            Text::both(
                format!("这个字段永远不会显示：对「{name}」的要求互相矛盾"),
                format!("this field can never show: what is asked of `{name}` contradicts itself"),
            )
        };
        let help = Text::both("核对它和所在栏目的 showWhen", "compare its `showWhen` with its page's");
        self.problems.at_node("never-shown", node, message, Some(help));
    }
}
