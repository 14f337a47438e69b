//! The names that every expression can read besides fields: `app`, picked units, code list entries.
//!
//! Types and values stand together here so that their columns cannot drift apart.

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::civil::Date;

use super::Id;
use super::code_list::{CodeList, Entry};
use super::expression::{RecordType, Type, Value};
use super::form::FieldType;
use super::workflow::ActionField;

/// What `app` reads as (LANGUAGE L3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// `app.filed_on`: the day of first submission, today before that.
    pub filed_on: Date,
    /// `app.applicant.name`.
    pub applicant_name: String,
    /// `app.applicant.unit`: the unit's id; empty for a person without one.
    pub applicant_unit: Option<String>,
    /// `app.applicant.role`.
    pub applicant_role: String,
    /// `app.state`.
    pub state: String,
    /// `app.region`.
    pub region: String,
    /// `app.category`: the form's id.
    pub category: String,
}

/// What `app` can say, so that a value it never has is told where it is compared with one. Where a list is
/// not known, any text passes: a stored form may speak of a state that is gone.
#[derive(Debug, Default)]
pub struct AppWords {
    /// The states of the workflow.
    pub states: Option<Arc<CodeList>>,
    /// The region's roles.
    pub roles: Option<Arc<CodeList>>,
    /// Every region there is: a base serves several.
    pub regions: Option<Arc<CodeList>>,
    /// Every form there is.
    pub categories: Option<Arc<CodeList>>,
}

impl App {
    /// The type of `app`, of which nothing is known.
    pub fn ty() -> Type {
        Self::ty_of(&AppWords::default())
    }

    /// The type of `app`.
    pub fn ty_of(words: &AppWords) -> Type {
        let one_of = |list: &Option<Arc<CodeList>>| list.clone().map_or(Type::Text, Type::Code);
        let applicant = record(
            "applicant",
            [
                ("name", Type::Text),
                ("unit", Type::Text),
                ("role", one_of(&words.roles)),
            ],
        );
        record(
            "app",
            [
                ("filed_on", Type::Date),
                ("applicant", applicant),
                ("state", one_of(&words.states)),
                ("region", one_of(&words.regions)),
                ("category", one_of(&words.categories)),
            ],
        )
    }

    /// The value of `app`, in the order of [`App::ty`].
    pub fn value(&self) -> Value {
        let applicant = [
            text(&self.applicant_name),
            self.applicant_unit.as_deref().map_or(Value::Empty, text),
            text(&self.applicant_role),
        ];
        Value::Record(Arc::new([
            Value::Date(self.filed_on),
            Value::Record(Arc::new(applicant)),
            text(&self.state),
            text(&self.region),
            text(&self.category),
        ]))
    }
}

/// What a picked unit reads as: the built-in register `units` (LANGUAGE L6).
pub fn unit_type() -> Type {
    record(
        "units",
        [
            ("id", Type::Text),
            ("name", Type::Text),
            ("credit_code", Type::Text),
            ("kinds", Type::List(Box::new(Type::Text))),
            ("place", Type::Text),
            ("parent", Type::Text),
            ("active", Type::Bool),
        ],
    )
}

/// What one file of a `file` field reads as.
pub fn file_type() -> Type {
    record(
        "file",
        [("name", Type::Text), ("size", Type::Int), ("kind", Type::Text)],
    )
}

/// What `input` reads as in an action's conditions: its fields in order, without what is marked. A lookup
/// reads as the id that was picked.
pub fn input_type(inputs: &IndexMap<Id, ActionField>) -> Type {
    let field = |(id, input): (&Id, &ActionField)| match input {
        ActionField::Field(field) => Some((Id::clone(id), field_type(&field.kind))),
        ActionField::Marks { .. } => None,
    };
    let columns = inputs.iter().filter_map(field).collect();
    Type::Record(Arc::new(RecordType {
        name: "input".into(),
        columns,
    }))
}

/// What a field of this type reads as (LANGUAGE L3). A lookup reads as its id here: the record that it
/// reads as in a form is the register's to say.
pub fn field_type(kind: &FieldType) -> Type {
    use FieldType as T;
    match kind {
        T::Integer | T::Year => Type::Int,
        T::Decimal | T::Money => Type::Decimal,
        T::Date => Type::Date,
        T::Month => Type::Month,
        T::YesNo => Type::Bool,
        T::Choice(choice) | T::Tree(choice) => Type::Code(Arc::clone(&choice.list)),
        T::Choices(choice) | T::Trees(choice) => Type::List(Box::new(Type::Code(Arc::clone(&choice.list)))),
        T::List(of) => Type::List(Box::new(field_type(of))),
        T::Table(table) => Type::List(Box::new(table.row_type.clone())),
        T::File(_) => Type::List(Box::new(file_type())),
        T::Computed(computed) => field_type(&computed.of),
        _ => Type::Text,
    }
}

/// What `it` reads as in the `where` of a choice or tree: `code`, `name`, `parent`, then the list's
/// further columns as text. Code and parent are codes of the list itself.
pub fn entry_type(list: &Arc<CodeList>) -> Type {
    let further = list
        .entries()
        .first()
        .into_iter()
        .flat_map(|entry| entry.columns.keys());
    let code = || Type::Code(Arc::clone(list));
    let own = [("code", code()), ("name", Type::Text), ("parent", code())];
    let further = further.map(|column| (column.as_str(), Type::Text));
    let called = list.id.strip_prefix("field:").unwrap_or(&list.id);
    record(called, own.into_iter().chain(further))
}

/// The value of `it` for one entry, in the order of [`entry_type`].
pub fn entry_value(list: &CodeList, entry: &Entry) -> Value {
    let parent = entry
        .parent
        .map_or(Value::Empty, |at| Value::Text(Arc::clone(&list.entries()[at].code)));
    let further = entry
        .columns
        .values()
        .map(|value| if value.is_empty() { Value::Empty } else { text(value) });
    let columns = [
        Value::Text(Arc::clone(&entry.code)),
        Value::Text(Arc::clone(&entry.name)),
        parent,
    ];
    Value::Record(columns.into_iter().chain(further).collect())
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn record<'a>(name: &str, columns: impl IntoIterator<Item = (&'a str, Type)>) -> Type {
    let columns: IndexMap<_, _> = columns.into_iter().map(|(id, ty)| (id.into(), ty)).collect();
    Type::Record(Arc::new(RecordType {
        name: name.into(),
        columns,
    }))
}
