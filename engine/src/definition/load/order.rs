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

/// The columns of a table, each with those of its row that it reads.
fn columns_read(columns: &IndexMap<Id, Field>) -> Reads {
    let needs = columns.values().map(|column| {
        let (mut own, mut inner) = (IndexSet::new(), IndexSet::new());
        row_needs(&mut own, column, "row");
        if let FieldType::Table(table) = &column.kind {
            let columns = table.columns.values();
            columns.for_each(|column| row_needs(&mut inner, column, "outer"));
        }
        own.extend(inner);
        (column.id.clone(), own)
    });
    Reads { needs: needs.collect() }
}

/// What a column reads of the row that it calls `row`, or, from a table in it, `outer`.
fn row_needs(needs: &mut IndexSet<Id>, column: &Field, row: &str) {
    for expression in worked_out_by(column) {
        let paths = expression.reads_paths().iter().map(|path| path.split('.'));
        needs.extend(paths.filter_map(|mut names| (names.next() == Some(row)).then(|| names.next().map(Id::from))?));
    }
}

/// The expressions that show and fill a field.
fn worked_out_by(field: &Field) -> impl Iterator<Item = &Expression> {
    let filling = match &field.kind {
        FieldType::Computed(computed) => Some(&computed.compute),
        // Which candidate is the sole one is worked out as a computation is.
        FieldType::Lookup(lookup) if lookup.pick_only => lookup.filter.as_ref(),
        _ => None,
    };
    field.show_when.iter().chain(filling)
}

fn take(needs: &mut IndexSet<Id>, expression: Option<&Expression>) {
    needs.extend(expression.into_iter().flat_map(Expression::reads).cloned());
}

fn field_needs(needs: &mut IndexSet<Id>, field: &Field) {
    for expression in worked_out_by(field) {
        needs.extend(expression.reads().iter().filter(|name| &***name != "it").cloned());
    }
    if let FieldType::Table(table) = &field.kind {
        table.columns.values().for_each(|column| field_needs(needs, column));
    }
}

/// Where a name is written, and the condition of the page that it stands on.
type Written<'a> = dyn Fn(&str) -> Option<(&'a Node, Option<&'a Node>)> + 'a;

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Open,
    Done,
}

impl Loader<'_> {
    /// The names of the scope, each behind what it needs; a circle is a problem.
    pub(super) fn order(&mut self, scope: &Scope, reads: &Reads, pages: &[Entry], lets: Option<&Node>) -> Vec<Id> {
        let on_page = |page: &&Entry, id: &str| page.value.get("fields").is_some_and(|fields| fields.get(id).is_some());
        let written = |id: &str| {
            let page = pages.iter().find(|page| on_page(page, id)).map(|page| &page.value);
            let field = page.and_then(|page| page.get("fields")?.get(id));
            let node = field.or_else(|| lets?.get(id))?;
            Some((node, page.and_then(|page| page.get("showWhen"))))
        };
        self.in_order(scope.names.keys(), reads, &written)
    }

    /// The positions of a table's columns in the order in which a row's cells are worked out; a circle is a
    /// problem. `node` is the map of the columns.
    pub(super) fn column_order(&mut self, columns: &IndexMap<Id, Field>, node: &Node) -> Vec<usize> {
        let written = |id: &str| Some((node.get(id)?, None));
        let order = self.in_order(columns.keys(), &columns_read(columns), &written);
        order.iter().filter_map(|id| columns.get_index_of(id)).collect()
    }

    fn in_order<'i>(&mut self, ids: impl Iterator<Item = &'i Id>, reads: &Reads, written: &Written<'_>) -> Vec<Id> {
        let mut order = Vec::with_capacity(reads.needs.len());
        let mut marks: HashMap<Id, Mark> = HashMap::new();
        for id in ids.filter(|id| reads.needs.contains_key(*id)) {
            self.visit(id, reads, &mut marks, &mut order, written);
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
        written: &Written<'_>,
    ) {
        let mut trail: Vec<(Id, usize)> = Vec::new();
        let mut next = Some(id.clone());
        loop {
            if let Some(id) = next.take() {
                match marks.get(&id) {
                    Some(Mark::Done) => {}
                    Some(Mark::Open) => self.tell_circle(&id, &trail, written),
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

    fn tell_circle(&mut self, id: &Id, trail: &[(Id, usize)], written: &Written<'_>) {
        let circle: Vec<&str> = trail
            .iter()
            .map(|(name, _)| &**name)
            .skip_while(|name| *name != &**id)
            .chain([&**id])
            .collect();
        let Some((node, page_shown)) = written(id) else {
            return;
        };
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
