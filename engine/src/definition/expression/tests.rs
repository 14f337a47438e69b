//! What expressions mean, as tables. The fixture is a small form with every kind of name.

mod dates;
mod emptiness;
mod fuzz;
mod messages;
mod mistakes;
mod reads;
mod stored;
mod values;
mod verdict;

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::super::code_list::{CodeList, Row};
use super::super::scope::{App, file_type, unit_type};
use super::super::{Calendar, Id};
use super::{Expression, Frame, Mistake, RecordType, Scope, Type, Value, compile, value_of};

fn code_list(id: &str, rows: &[(&str, &str, &str)]) -> Arc<CodeList> {
    let row = |&(code, name, parent): &(&str, &str, &str)| Row {
        code: code.into(),
        name: name.into(),
        parent: parent.into(),
        ..Row::default()
    };
    Arc::new(CodeList::new(id.into(), rows.iter().map(row).collect()).unwrap())
}

fn record(name: &str, columns: &[(&str, Type)]) -> Type {
    let columns: IndexMap<Id, Type> = columns.iter().map(|(id, ty)| ((*id).into(), ty.clone())).collect();
    Type::Record(Arc::new(RecordType {
        name: name.into(),
        columns,
    }))
}

fn list(of: Type) -> Type {
    Type::List(Box::new(of))
}

/// Mondays to Fridays are worked, but 2026-10-01 is off; deadlines roll over.
fn calendar() -> Calendar {
    Calendar {
        exceptions: [("2026-10-01".parse().unwrap(), false)].into(),
        rollover: true,
    }
}

fn scope() -> Scope {
    let statuses = code_list(
        "status",
        &[
            ("1", "产业化应用", ""),
            ("2", "小批量应用", ""),
            ("3", "未应用", ""),
            ("4", "应用后停用", ""),
        ],
    );
    let places = code_list(
        "place",
        &[("62", "甲省", ""), ("6201", "甲市", "62"), ("45", "乙省", "")],
    );
    let papers = record("papers", &[("title", Type::Text), ("pages", Type::Int)]);
    let people = record(
        "people",
        &[
            ("name", Type::Text),
            ("id_no", Type::Text),
            ("born", Type::Date),
            ("share", Type::Decimal),
            ("age", Type::Int),
            ("index", Type::Int),
            ("papers", list(papers)),
        ],
    );
    let names = [
        ("name", Type::Text),
        ("age", Type::Int),
        ("amount", Type::Decimal),
        ("ok", Type::Bool),
        ("status", Type::Code(Arc::clone(&statuses))),
        ("place", Type::Code(places)),
        ("period_start", Type::Date),
        ("period_end", Type::Date),
        ("founded", Type::Month),
        ("keywords", list(Type::Text)),
        ("statuses", list(Type::Code(statuses))),
        ("people", list(people)),
        ("recommender", unit_type()),
        ("report", list(file_type())),
        ("today", Type::Date),
        ("app", App::ty()),
    ];
    Scope {
        names: names.into_iter().map(|(id, ty)| (id.into(), ty)).collect(),
        calendar: Arc::new(calendar()),
    }
}

fn app() -> Value {
    let app = App {
        filed_on: "2026-11-20".parse().unwrap(),
        applicant_name: "李四".into(),
        applicant_unit: None,
        applicant_role: "registrant".into(),
        state: "draft".into(),
        region: "anywhere".into(),
        category: "applied".into(),
    };
    app.value()
}

/// The slots of [`scope`] for some answers; what is not answered is empty.
fn slots(answers: &Json) -> Vec<Value> {
    let slot = |(id, ty): (&Id, &Type)| match &**id {
        "today" => Value::Date("2026-11-21".parse().unwrap()),
        "app" => app(),
        id => answers.get(id).map_or(Value::Empty, |json| value_of(json, ty)),
    };
    scope().names.iter().map(slot).collect()
}

fn compiled(source: &str) -> Expression {
    compile(source, &scope(), None).unwrap_or_else(|mistakes| panic!("{source}: {mistakes:#?}"))
}

fn evaluated(source: &str, answers: &Json) -> Value {
    let slots = slots(answers);
    compiled(source)
        .eval(&Frame {
            base: &slots,
            extra: &[],
        })
        .unwrap()
}

/// Checks each source against the JSON of its value; `null` is empty.
fn check(answers: &Json, cases: &[(&str, Json)]) {
    for (source, expected) in cases {
        assert_eq!(evaluated(source, answers).to_json(), *expected, "{source}");
    }
}

fn mistakes_of(source: &str) -> Vec<Mistake> {
    compile(source, &scope(), None).err().unwrap_or_default()
}

fn people() -> Json {
    json!({"people": [
        {"name": "张三", "id_no": "A", "born": "1980-01-31", "share": 0.1, "age": 40, "papers": [{"title": "甲", "pages": 3}]},
        {"name": "李四", "id_no": "B", "share": 0.2, "papers": []},
        {"name": "王五", "id_no": "A", "born": "1990-05-01", "age": 30}
    ]})
}
