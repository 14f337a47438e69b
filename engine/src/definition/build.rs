//! Forms for tests, built by hand: fields first, so that expressions find their scope.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::code_list::Row;
use super::expression::{Message, RecordType, Scope, Type, compile};
use super::form::{Choice, Computed, FileRules, Let, Lookup, Rule, Severity, Table};
use super::scope::{App, entry_type, field_type, unit_type};
use super::{CodeList, Expression, Field, FieldType, Form, Id, Page, form_schema};

/// A question before its expressions are compiled.
#[derive(Default)]
pub(crate) struct Ask {
    pub(crate) id: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) sensitive: bool,
    pub(crate) show: Option<&'static str>,
    pub(crate) require: Option<&'static str>,
    pub(crate) read_only: Option<&'static str>,
    pub(crate) words: Json,
}

/// Its type.
#[derive(Default)]
pub(crate) enum Kind {
    #[default]
    Text,
    Plain(FieldType),
    Choice(Arc<CodeList>, Option<&'static str>, bool),
    Units(Option<&'static str>, bool),
    Table {
        columns: Vec<Ask>,
        min: usize,
        max: usize,
        unique: Vec<Id>,
    },
    Computed(FieldType, &'static str),
}

/// A page before its expressions are compiled.
#[derive(Default)]
pub(crate) struct Tab {
    pub(crate) id: &'static str,
    pub(crate) show: Option<&'static str>,
    pub(crate) require: Option<&'static str>,
    pub(crate) fields: Vec<Ask>,
}

/// A rule before its expressions are compiled.
#[derive(Default)]
pub(crate) struct Must {
    pub(crate) id: &'static str,
    pub(crate) each: Option<&'static str>,
    pub(crate) when: Option<&'static str>,
    pub(crate) assert: &'static str,
    pub(crate) at: Option<&'static str>,
    pub(crate) warning: bool,
    pub(crate) message: &'static str,
}

/// A field of plain text.
pub(crate) fn ask(id: &'static str, kind: Kind) -> Ask {
    Ask {
        id,
        kind,
        ..Ask::default()
    }
}

/// The same, required.
pub(crate) fn must(id: &'static str, kind: Kind) -> Ask {
    Ask {
        id,
        kind,
        required: true,
        ..Ask::default()
    }
}

/// A code list of `code` or `code<parent`.
pub(crate) fn codes(id: &str, rows: &[&str]) -> Arc<CodeList> {
    let row = |row: &&str| {
        let (code, parent) = row.split_once('<').unwrap_or((row, ""));
        Row {
            code: code.into(),
            name: code.to_uppercase(),
            parent: parent.into(),
            ..Row::default()
        }
    };
    Arc::new(CodeList::new(id.into(), rows.iter().map(row).collect()).unwrap())
}

/// A file field's rules.
pub(crate) fn files(min_items: usize, max_items: usize, max_size: u64) -> Kind {
    Kind::Plain(FieldType::File(FileRules {
        accept: vec!["pdf".into(), "jpg".into()],
        max_size,
        min_items,
        max_items,
        template: None,
        print_of: None,
    }))
}

/// The form. `order` names lets and fields that must be worked out in that order, before all others.
pub(crate) fn form(tabs: Vec<Tab>, lets: &[(&'static str, &str)], rules: Vec<Must>, order: &[&str]) -> Form {
    let mut scope = Scope::default();
    for ask in tabs.iter().flat_map(|tab| &tab.fields) {
        scope.names.insert(ask.id.into(), type_of(&ask.kind));
    }
    scope.names.insert("today".into(), Type::Date);
    scope.names.insert("app".into(), App::ty());
    let mut named = IndexMap::new();
    for (id, source) in lets {
        let expression = compile(source, &scope, None).unwrap();
        scope.names.insert(Id::from(*id), expression.ty().clone());
        named.insert(
            Id::from(*id),
            Let {
                id: Id::from(*id),
                expression,
            },
        );
    }
    let pages: IndexMap<Id, Page> = tabs.into_iter().map(|tab| (tab.id.into(), page(tab, &scope))).collect();
    let page_of = pages
        .values()
        .flat_map(|page| page.fields.keys().map(|id| (id.clone(), page.id.clone())))
        .collect();
    let all = order
        .iter()
        .map(|name| Id::from(*name))
        .chain(scope.names.keys().cloned());
    let order: indexmap::IndexSet<Id> = all.filter(|name| !matches!(&**name, "today" | "app")).collect();
    Form {
        id: "f".into(),
        title: "登记表".into(),
        category: "登记表".into(),
        version: "1".into(),
        code: "Y".into(),
        schema: form_schema::schema("f", &"登记表".into(), &pages),
        pages,
        lets: named,
        rules: rules
            .into_iter()
            .map(|must| (must.id.into(), rule(must, &scope)))
            .collect(),
        create: Vec::new(),
        scope,
        order: order.into_iter().collect(),
        page_of,
        source: Json::Null,
        hash: String::new(),
    }
}

/// Compiles a condition.
pub(crate) fn condition(source: Option<&str>, scope: &Scope) -> Option<Expression> {
    source.map(|source| compile(source, scope, Some(&Type::Bool)).unwrap_or_else(|wrong| panic!("{source}: {wrong:?}")))
}

/// A field of an action's form, or of any place with this scope.
pub(crate) fn field(ask: Ask, scope: &Scope) -> Field {
    Field {
        id: ask.id.into(),
        label: ask.id.to_uppercase().as_str().into(),
        help: None,
        placeholder: None,
        kind: kind(ask.id, ask.kind, scope),
        required: ask.required,
        require_when: condition(ask.require, scope),
        show_when: condition(ask.show, scope),
        read_only_when: condition(ask.read_only, scope),
        default: None,
        sensitive: ask.sensitive,
        print_in_full: false,
        public: false,
        statistic: None,
        renamed_from: Vec::new(),
        constraints: ask.words.as_object().cloned().unwrap_or_else(Map::new),
    }
}

fn page(tab: Tab, scope: &Scope) -> Page {
    Page {
        id: tab.id.into(),
        title: tab.id.into(),
        intro: None,
        text: None,
        renamed_from: Vec::new(),
        show_when: condition(tab.show, scope),
        require_when: condition(tab.require, scope),
        fields: tab
            .fields
            .into_iter()
            .map(|ask| (ask.id.into(), field(ask, scope)))
            .collect(),
    }
}

fn kind(id: &str, kind: Kind, scope: &Scope) -> FieldType {
    match kind {
        Kind::Text => FieldType::Text,
        Kind::Plain(kind) => kind,
        Kind::Choice(list, filter, leaf_only) => {
            let it = scope.with("it", entry_type(&list));
            FieldType::Tree(Choice {
                list,
                filter: condition(filter, &it),
                leaf_only,
            })
        }
        Kind::Units(filter, pick_only) => {
            let filter = condition(filter, &scope.with("it", unit_type()));
            FieldType::Lookup(Lookup {
                from: "units".into(),
                record: unit_type(),
                filter,
                pick_only,
            })
        }
        Kind::Table {
            columns,
            min,
            max,
            unique,
        } => {
            let row_type = row_type(id, &columns);
            let mut inside = Scope {
                calendar: Arc::clone(&scope.calendar),
                ..Scope::default()
            };
            inside.names.extend(
                scope
                    .names
                    .iter()
                    .filter(|(name, _)| &***name != "row")
                    .map(|(k, v)| (k.clone(), v.clone())),
            );
            inside = inside.with("row", row_type.clone());
            if let Some(outer) = scope.names.get("row") {
                inside = inside.with("outer", outer.clone());
            }
            let columns: IndexMap<Id, Field> = columns
                .into_iter()
                .map(|ask| (ask.id.into(), field(ask, &inside)))
                .collect();
            FieldType::Table(Table {
                order: (0..columns.len()).collect(),
                columns,
                min_rows: min,
                max_rows: max,
                unique,
                ordered: false,
                row_type,
            })
        }
        Kind::Computed(of, source) => FieldType::Computed(Computed {
            compute: compile(source, scope, Some(&field_type(&of))).unwrap(),
            of: Box::new(of),
        }),
    }
}

fn type_of(kind: &Kind) -> Type {
    match kind {
        Kind::Text => Type::Text,
        Kind::Plain(kind) | Kind::Computed(kind, _) => field_type(kind),
        Kind::Choice(list, ..) => Type::Code(Arc::clone(list)),
        Kind::Units(..) => unit_type(),
        Kind::Table { columns, .. } => Type::List(Box::new(row_type("table", columns))),
    }
}

fn row_type(name: &str, columns: &[Ask]) -> Type {
    let columns = columns.iter().map(|ask| (Id::from(ask.id), type_of(&ask.kind)));
    let columns = columns.chain([("index".into(), Type::Int)]).collect();
    Type::Record(Arc::new(RecordType {
        name: name.into(),
        columns,
    }))
}

fn rule(must: Must, scope: &Scope) -> Rule {
    let each: Option<Vec<Id>> = must.each.map(|each| each.split('.').map(Id::from).collect());
    let mut rows: Vec<Type> = Vec::new();
    for name in each.iter().flatten() {
        let list = match rows.last() {
            None => scope.names.get(name),
            Some(Type::Record(record)) => record.columns.get(name),
            Some(_) => None,
        };
        let Some(Type::List(row)) = list else {
            panic!("{name} is no table")
        };
        rows.push((**row).clone());
    }
    let names = ["row", "outer"].into_iter().zip(rows.into_iter().rev());
    let scope = names.fold(scope.clone(), |scope, (name, ty)| scope.with(name, ty));
    Rule {
        id: must.id.into(),
        each,
        when: condition(must.when, &scope),
        assert: compile(must.assert, &scope, Some(&Type::Bool))
            .unwrap_or_else(|wrong| panic!("{}: {wrong:?}", must.assert)),
        at: must.at.map(str::to_owned),
        severity: if must.warning {
            Severity::Warning
        } else {
            Severity::Error
        },
        message: Message::compile(&must.message.into(), &scope).unwrap(),
    }
}
