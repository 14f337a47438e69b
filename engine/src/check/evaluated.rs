//! What a form asks of these answers now: what is shown, required and read-only, and what the engine
//! works out itself.

mod needs;
mod rows;
mod visible;

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::civil::Date;
use serde_json::Value as Json;

use super::answer;
use super::path::Path;
use super::{Answers, Context, limits};
use crate::definition::expression::{Expression, Frame, TooCostly, Type, Value};
use crate::definition::form::{Choice, Lookup};
use crate::definition::{Field, FieldType, Form, Id, Page};

/// A form evaluated over one set of answers.
#[derive(Clone, Debug)]
pub struct Evaluated {
    form: Arc<Form>,
    filed_on: Date,
    slots: Vec<Value>,
    pages: IndexMap<Id, bool>,
    fields: IndexMap<Id, FieldState>,
    costly: Vec<Path>,
}

/// What is so of one field, or of one cell of a table.
#[derive(Clone, Debug, Default)]
pub struct FieldState {
    /// Whether it is asked now.
    pub shown: bool,
    /// Whether it must be answered now. False while it is hidden.
    pub required: bool,
    /// Whether it can be seen but not changed.
    pub read_only: bool,
    /// What the engine fills in: a computed value, or the sole candidate of a `pick: only` lookup.
    pub given: Option<Json>,
    /// Whether a `pick: only` lookup has nothing to pick from.
    pub no_candidate: bool,
    /// The rows of a table.
    pub rows: Vec<RowState>,
    filled: bool,
}

/// One row of a table.
#[derive(Clone, Debug)]
pub struct RowState {
    /// What is so of each cell.
    pub columns: IndexMap<Id, FieldState>,
    record: Value,
}

impl RowState {
    /// What the row reads as in an expression.
    pub(super) fn record(&self) -> &Value {
        &self.record
    }
}

impl Evaluated {
    /// Works the whole form out, each name after those it reads.
    pub fn new(form: &Arc<Form>, answers: &Answers, context: &Context<'_>) -> Self {
        let slots = form.scope.names.values().map(answer::unanswered).collect();
        let evaluated = Self {
            form: Arc::clone(form),
            filed_on: context.app.filed_on,
            slots,
            pages: IndexMap::new(),
            fields: IndexMap::new(),
            costly: Vec::new(),
        };
        let mut work = Work {
            form,
            evaluated,
            context,
        };
        work.put("today", Value::Date(context.today));
        work.put("app", context.app.value());
        for name in &form.order {
            work.name(name, answers);
        }
        for (page, field) in form.fields() {
            work.page_shown(page);
            if !work.evaluated.fields.contains_key(&field.id) {
                work.field(page, field, answers);
            }
        }
        work.evaluated.settle();
        work.evaluated
    }

    /// The form.
    pub fn form(&self) -> &Arc<Form> {
        &self.form
    }

    /// The day of first submission, today before that: codes must be valid on it.
    pub fn filed_on(&self) -> Date {
        self.filed_on
    }

    /// Whether the page is shown now.
    pub fn page_shown(&self, page: &str) -> bool {
        match self.pages.get(page) {
            Some(shown) => *shown,
            None => self.form.pages.contains_key(page),
        }
    }

    /// What is so of the field `id`.
    pub fn field(&self, id: &str) -> Option<&FieldState> {
        self.fields.get(id)
    }

    /// What is so of the place, a field or a cell.
    pub fn at(&self, path: &Path) -> Option<&FieldState> {
        path.state(&self.fields)
    }

    /// The rows that a place lies in, innermost first.
    pub(super) fn records(&self, path: &Path) -> Vec<Value> {
        path.records(&self.fields)
    }

    /// The value of a name of the form's scope; empty where there is no such name.
    pub fn value(&self, name: &str) -> Value {
        let slot = self.form.scope.names.get_index_of(name);
        slot.and_then(|slot| self.slots.get(slot)).cloned().unwrap_or_default()
    }

    /// The slots of the form with `extra` behind them.
    pub fn frame<'a>(&'a self, extra: &'a [Value]) -> Frame<'a> {
        Frame {
            base: &self.slots,
            extra,
        }
    }

    /// Where a condition or computation of the form took more steps than one may take.
    pub(super) fn costly(&self) -> &[Path] {
        &self.costly
    }

    /// Whether the choice's `where` lets this code stand; true where it has none.
    pub(super) fn code_fits(&self, choice: &Choice, code: &str, extra: &[Value]) -> Result<bool, TooCostly> {
        let (Some(filter), Some(entry)) = (&choice.filter, choice.list.get(code)) else {
            return Ok(true);
        };
        let it = crate::definition::scope::entry_value(&choice.list, entry);
        filter.holds(&self.frame(&with(extra, it)))
    }

    /// Whether the lookup's `where` lets this record stand; true where it has none.
    pub(super) fn record_fits(&self, lookup: &Lookup, record: Value, extra: &[Value]) -> Result<bool, TooCostly> {
        let Some(filter) = &lookup.filter else { return Ok(true) };
        filter.holds(&self.frame(&with(extra, record)))
    }
}

fn with(extra: &[Value], more: Value) -> Vec<Value> {
    extra.iter().cloned().chain([more]).collect()
}

/// A form while it is being worked out: slots of names that come later are still empty.
struct Work<'a> {
    form: &'a Form,
    evaluated: Evaluated,
    context: &'a Context<'a>,
}

/// One question in its place.
struct Place<'a> {
    field: &'a Field,
    ty: &'a Type,
    path: Path,
    extra: &'a [Value],
}

impl<'a> Work<'a> {
    fn put(&mut self, name: &str, value: Value) {
        if let Some(slot) = self.form.scope.names.get_index_of(name) {
            self.evaluated.slots[slot] = value;
        }
    }

    fn name(&mut self, name: &Id, answers: &Answers) {
        let form = self.form;
        if let Some(named) = form.lets.get(name) {
            let value = self.eval(&named.expression, &[], &Path::field(Id::clone(name)));
            self.put(name, value);
        } else if let Some(field) = form.field(name) {
            self.field(&form.pages[&form.page_of[name]], field, answers);
        }
    }

    fn field(&mut self, page: &'a Page, field: &'a Field, answers: &Answers) {
        let ty = self.form.scope.names.get(&field.id).unwrap_or(&Type::Unknown);
        let place = Place {
            field,
            ty,
            path: Path::field(Id::clone(&field.id)),
            extra: &[],
        };
        let shown = self.page_shown(page) && self.condition(&field.show_when, &place, true);
        let (state, value) = self.fill(&place, answers.get(&*field.id), shown);
        self.put(&field.id, value);
        self.evaluated.fields.insert(Id::clone(&field.id), state);
    }

    fn page_shown(&mut self, page: &Page) -> bool {
        if let Some(shown) = self.evaluated.pages.get(&page.id) {
            return *shown;
        }
        let shown = match &page.show_when {
            None => true,
            Some(condition) => condition.holds(&self.evaluated.frame(&[])).unwrap_or(true),
        };
        self.evaluated.pages.insert(Id::clone(&page.id), shown);
        shown
    }

    /// A missing condition and one that costs too much give `otherwise`; the latter is noted.
    fn condition(&mut self, condition: &Option<Expression>, place: &Place<'_>, otherwise: bool) -> bool {
        let Some(condition) = condition else { return otherwise };
        let held = condition.holds(&self.evaluated.frame(place.extra));
        held.unwrap_or_else(|TooCostly| {
            self.evaluated.costly.push(place.path.clone());
            otherwise
        })
    }

    fn eval(&mut self, expression: &Expression, extra: &[Value], path: &Path) -> Value {
        let value = expression.eval(&self.evaluated.frame(extra));
        value.unwrap_or_else(|TooCostly| {
            self.evaluated.costly.push(path.clone());
            Value::Empty
        })
    }

    /// The state and the value of one question.
    fn fill(&mut self, place: &Place<'_>, answer: Option<&Json>, shown: bool) -> (FieldState, Value) {
        if !shown {
            return (FieldState::default(), answer::unanswered(place.ty));
        }
        let answer = answer::answered(answer);
        let mut state = FieldState {
            shown,
            ..FieldState::default()
        };
        let value = match &place.field.kind {
            FieldType::Note => Value::Empty,
            FieldType::Computed(computed) => {
                let value = self.eval(&computed.compute, place.extra, &place.path);
                state.given = Some(value.to_json()).filter(|json| !json.is_null());
                value
            }
            FieldType::Table(table) => {
                state.rows = self.rows(table, place, answer);
                Value::List(state.rows.iter().map(|row| row.record.clone()).collect())
            }
            FieldType::Lookup(lookup) => self.picked(lookup, place, answer, &mut state),
            FieldType::File(rules) if count(answer) < rules.min_items => answer::unanswered(place.ty),
            _ => stored(answer, place.ty),
        };
        state.filled = answer::is_asked(&place.field.kind) && answer::is_filled(&value);
        (state, value)
    }

    /// The picked record; an unanswered `pick: only` lookup picks its sole candidate.
    fn picked(&mut self, lookup: &Lookup, place: &Place<'_>, answer: Option<&Json>, state: &mut FieldState) -> Value {
        let lookups = self.context.lookups;
        if let Some(id) = answer.and_then(Json::as_str) {
            return stored(lookups.get(&lookup.from, id).as_ref(), place.ty);
        }
        if !lookup.pick_only || answer.is_some() {
            return Value::Empty;
        }
        let fits = |record: &Json| {
            let record = stored(Some(record), place.ty);
            self.evaluated.record_fits(lookup, record, place.extra).unwrap_or(false)
        };
        let mut candidates = lookups.all(&lookup.from).take(limits::CANDIDATES).filter(fits);
        let (first, second) = (candidates.next(), candidates.next());
        state.no_candidate = first.is_none();
        match (first, second) {
            (Some(sole), None) => {
                state.given = sole.get("id").cloned();
                stored(Some(&sole), place.ty)
            }
            _ => Value::Empty,
        }
    }
}

fn count(answer: Option<&Json>) -> usize {
    answer.and_then(Json::as_array).map_or(0, Vec::len)
}

fn stored(answer: Option<&Json>, ty: &Type) -> Value {
    match answer {
        Some(answer) => match crate::definition::expression::value_of(answer, ty) {
            Value::Empty => answer::unanswered(ty),
            value => value,
        },
        None => answer::unanswered(ty),
    }
}
