//! The keys of a sample (LANGUAGE L10).

use crate::definition::load::rule::SEVERITY;
use crate::definition::shape::{Ids, Key, Keys, Pattern, Shape};

/// A file under `samples/`.
pub(in crate::definition) static SAMPLE: Keys = Keys::new(
    "sample",
    ("样例", "a sample"),
    &[
        Key::new(
            "form",
            Shape::Word,
            "登记表（没有 from 时必写）",
            "the form (needed where there is no `from`)",
        )
        .such_as("applied-technology"),
        Key::new("from", Shape::Word, "以哪个样例为底", "the sample it starts from").such_as("complete.yaml"),
        Key::new("context", Shape::Map(&CONTEXT), "日期与申请人", "day and applicant")
            .such_as("{today: 2026-11-20, applicant: {unit: u1}}"),
        Key::new("registers", Shape::DataMap, "登记册中的行", "rows of registers")
            .such_as("{units: [{id: u1, name: 青山大学, kinds: [completing]}]}"),
        Key::new("answers", Shape::DataMap, "填报内容", "the answers").such_as("{name: 高原光伏微电网}"),
        Key::new("set", Shape::DataMap, "按路径修改", "changes by path").such_as("{'people[0].name': 李四}"),
        Key::new(
            "findings",
            Shape::List(&Shape::Map(&FINDING)),
            "应有的检查结果",
            "the findings it must give",
        )
        .usually("不比较", "not compared")
        .such_as("[{rule: required, at: name}]"),
        Key::new("cases", Shape::List(&Shape::Map(&CASE)), "变化", "variations")
            .such_as("[{name: 缺名称, set: {name: null}, findings: [{rule: required, at: name}]}]"),
        Key::new(
            "documents",
            Shape::Each(Ids::Dashed, &Shape::List(&Shape::Word)),
            "文书里应有的文字",
            "the words that must stand in its documents",
        )
        .such_as("{certificate: [高原光伏微电网]}"),
        Key::new(
            "walk",
            Shape::List(&Shape::Map(&ACT)),
            "应走的流程",
            "the actions it must go through",
        )
        .such_as("[{act: submit, by: registrant, state: unit}]"),
    ],
);

pub(super) static CONTEXT: Keys = Keys::new(
    "context",
    ("日期与申请人", "`context`"),
    &[
        Key::new("today", Shape::Written(&DAY), "今天", "the day of today")
            .usually("运行的那天", "the day on which it runs")
            .such_as("2026-11-20"),
        Key::new(
            "filed_on",
            Shape::Written(&DAY),
            "首次提交日",
            "the day of first submission",
        )
        .usually("同 today", "as `today`")
        .such_as("2026-11-20"),
        Key::new("applicant", Shape::Map(&APPLICANT), "申请人", "the applicant").such_as("{name: 王伟, unit: u1}"),
    ],
);

pub(super) static APPLICANT: Keys = Keys::new(
    "applicant",
    ("申请人", "the applicant"),
    &[
        Key::new("name", Shape::Word, "姓名", "the name").such_as("王伟"),
        Key::new("unit", Shape::Word, "单位的标识", "the unit's id")
            .usually("没有单位", "none")
            .such_as("u1"),
        Key::new("role", Shape::Word, "角色", "the role").such_as("registrant"),
    ],
);

static DAY: Pattern = Pattern {
    regex: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    what: ("日期，如 2026-11-20", "a date such as 2026-11-20"),
};

pub(super) static CASE: Keys = Keys::new(
    "case",
    ("变化", "a case"),
    &[
        Key::new("name", Shape::Word, "名称", "what it tries")
            .needed()
            .such_as("起止颠倒"),
        Key::new("set", Shape::DataMap, "按路径修改", "changes by path").such_as("{period_end: 2020-01-01}"),
        Key::new(
            "context",
            Shape::Map(&CONTEXT),
            "日期与申请人",
            "changes of the context",
        )
        .such_as("{filed_on: 2026-01-01}"),
        Key::new(
            "findings",
            Shape::List(&Shape::Map(&FINDING)),
            "应有的检查结果",
            "the findings it must give",
        )
        .needed()
        .such_as("[{rule: period_order, at: period_end}]"),
    ],
);

pub(super) static FINDING: Keys = Keys::new(
    "finding",
    ("检查结果", "a finding"),
    &[
        Key::new("rule", Shape::Word, "规则", "the rule")
            .needed()
            .such_as("required"),
        Key::new("at", Shape::Word, "位置", "the place").such_as("'people[0].name'"),
        Key::new("message", Shape::Word, "提示", "the message").such_as("研究终止日期早于研究起始日期"),
        Key::new("severity", Shape::OneOf(&SEVERITY), "级别", "the severity"),
    ],
);

pub(super) static ACT: Keys = Keys::new(
    "step",
    ("一步", "a step"),
    &[
        Key::new("act", Shape::Word, "操作", "the action")
            .needed()
            .such_as("submit"),
        Key::new("by", Shape::Word, "角色", "the role")
            .needed()
            .such_as("registrant"),
        Key::new("state", Shape::Word, "应到的状态", "the state it leads to")
            .needed()
            .such_as("unit"),
        Key::new(
            "input",
            Shape::DataMap,
            "操作表单的内容",
            "what the action's form is given",
        )
        .such_as("{opinion: 同意}"),
    ],
);
