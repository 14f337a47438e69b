//! In which order visibility, lets and computed values are worked out, and whether that is possible.

use std::collections::HashMap;

use indexmap::{IndexMap, IndexSet};

use super::Loader;
use crate::definition::expression::{Expression, Scope};
use crate::definition::form::Let;
use crate::definition::source::{Entry, Node, Spot};
use crate::definition::{Field, FieldType, Id, Page, Text};

/// What each name needs to be worked out before it.
pub(super) struct Reads {
    needs: IndexMap<Id, IndexSet<Id>>,
}

impl Reads {
    pub(super) fn of(pages: &IndexMap<Id, Page>, lets: &IndexMap<Id, Let>) -> Self {
        let mut needs: IndexMap<Id, IndexSet<Id>> = IndexMap::new();
        for page in pages.values() {
            for field in page.fields.values() {
                let own = needs.entry(field.id.clone()).or_default();
                take(own, page.show_when.as_ref());
                field_needs(own, field);
                // A table's columns read their own row, which is no need of another name.
                own.shift_remove("row");
                own.shift_remove("outer");
            }
        }
        for item in lets.values() {
            take(needs.entry(item.id.clone()).or_default(), Some(&item.expression));
        }
        Self { needs }
    }
}

fn take(needs: &mut IndexSet<Id>, expression: Option<&Expression>) {
    needs.extend(expression.into_iter().flat_map(Expression::reads).cloned());
}

fn field_needs(needs: &mut IndexSet<Id>, field: &Field) {
    take(needs, field.show_when.as_ref());
    match &field.kind {
        // Which candidate is the sole one is worked out as a computation is.
        FieldType::Lookup(lookup) if lookup.pick_only => {
            let filter = lookup.filter.iter().flat_map(Expression::reads);
            needs.extend(filter.filter(|name| &***name != "it").cloned());
        }
        FieldType::Computed(computed) => take(needs, Some(&computed.compute)),
        FieldType::Table(table) => table.columns.values().for_each(|column| field_needs(needs, column)),
        _ => {}
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Open,
    Done,
}

impl Loader<'_> {
    /// The names of the scope, each behind what it needs; a circle is a problem.
    pub(super) fn order(&mut self, scope: &Scope, reads: &Reads, pages: &[Entry], lets: Option<&Node>) -> Vec<Id> {
        let mut order = Vec::with_capacity(reads.needs.len());
        let mut marks: HashMap<Id, Mark> = HashMap::new();
        for id in scope.names.keys().filter(|id| reads.needs.contains_key(*id)) {
            self.visit(id, reads, &mut marks, &mut order, (pages, lets));
        }
        order
    }

    /// Goes from `id` along what it needs, without recursion: a chain may be as long as a form.
    fn visit(
        &mut self,
        id: &Id,
        reads: &Reads,
        marks: &mut HashMap<Id, Mark>,
        order: &mut Vec<Id>,
        source: (&[Entry], Option<&Node>),
    ) {
        let mut trail: Vec<(Id, usize)> = Vec::new();
        let mut next = Some(id.clone());
        loop {
            if let Some(id) = next.take() {
                match marks.get(&id) {
                    Some(Mark::Done) => {}
                    Some(Mark::Open) => self.tell_circle(&id, &trail, source),
                    None if reads.needs.contains_key(&id) => {
                        marks.insert(id.clone(), Mark::Open);
                        trail.push((id, 0));
                    }
                    None => {}
                }
            }
            let Some((id, at)) = trail.last_mut() else { return };
            match reads.needs.get(id).and_then(|needs| needs.get_index(*at)) {
                Some(need) => {
                    *at += 1;
                    next = Some(need.clone());
                }
                None => {
                    marks.insert(id.clone(), Mark::Done);
                    order.push(id.clone());
                    trail.pop();
                }
            }
        }
    }

    fn tell_circle(&mut self, id: &Id, trail: &[(Id, usize)], (pages, lets): (&[Entry], Option<&Node>)) {
        let circle: Vec<&str> = trail
            .iter()
            .map(|(name, _)| &**name)
            .skip_while(|name| *name != &**id)
            .chain([&**id])
            .collect();
        let on_page = |page: &'_ Entry| page.value.get("fields").is_some_and(|fields| fields.get(id).is_some());
        let page = pages.iter().find(|page| on_page(page)).map(|page| &page.value);
        let field = page.and_then(|page| page.get("fields")?.get(id));
        let Some(node) = field.or_else(|| lets?.get(id)) else {
            return;
        };
        let page_shown = page.and_then(|page| page.get("showWhen"));
        let (rule, word) = match (node.get("compute"), node.get("showWhen").or(page_shown)) {
            (Some(node), _) => ("computation-cycle", node),
            (None, Some(node)) => ("visibility-cycle", node),
            (None, None) => ("computation-cycle", node.get("where").unwrap_or(node)),
        };
        let spot: Spot = word.spot.clone();
        let message = Text::both(
            format!("「{id}」取决于它自己：{}", circle.join(" → ")),
            format!("`{id}` depends on itself: {}", circle.join(" → ")),
        );
        self.problems.error(
            rule,
            &spot,
            message,
            Some(Text::both(
                "去掉其中一个条件或公式",
                "take one of the conditions or formulas away",
            )),
        );
    }
}
