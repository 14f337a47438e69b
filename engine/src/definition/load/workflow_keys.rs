//! The keys of a workflow (LANGUAGE L8).

use super::field_keys::FIELD;
use crate::definition::shape::{Ids, Key, Keys, Pattern, Shape, Words};

/// A `workflow.yaml`.
pub(in crate::definition) static WORKFLOW: Keys = Keys::new(
    "workflow",
    ("流程", "a workflow"),
    &[
        Key::new("extends", Shape::Names, "以哪些文件为底", "the files it is built on").such_as("national/workflow"),
        Key::new(
            "start",
            Shape::Word,
            "新申请所处的状态",
            "where a new application stands",
        )
        .needed()
        .such_as("draft"),
        Key::new(
            "states",
            Shape::Each(Ids::Plain, &Shape::Map(&STATE)),
            "状态",
            "the states",
        )
        .needed()
        .such_as("{draft: {label: 填写中, edits: applicant}}"),
        Key::new(
            "actions",
            Shape::Each(Ids::Plain, &Shape::Map(&ACTION)),
            "操作",
            "the actions",
        )
        .needed()
        .such_as("{submit: {label: 提交, from: draft, by: applicant, to: office}}"),
    ],
);

pub(super) static STATE: Keys = Keys::new(
    "state",
    ("状态", "a state"),
    &[
        Key::new("label", Shape::Text, "状态名称", "what people call it")
            .needed()
            .such_as("省厅审核"),
        Key::new(
            "edits",
            Shape::OneOf(&EDITS),
            "谁可以修改填报内容",
            "who may change answers",
        )
        .usually("谁也不能", "nobody"),
        Key::new(
            "waitsFor",
            Shape::Any(&[Shape::Word, Shape::Map(&WAITS_FOR)]),
            "等谁办理：角色，或 {role, unit}",
            "who must act: a role, or {role, unit}",
        )
        .such_as("{role: recommender, unit: recommender}"),
        Key::new("due", Shape::Map(&DUE), "办理时限", "by when").such_as("{within: 5 workdays, then: remind}"),
        Key::new("final", Shape::Flag, "终点", "nothing more happens here").usually("false", "false"),
        Key::new(
            "renamedFrom",
            Shape::Names,
            "状态原来的标识",
            "what it was called before",
        )
        .such_as("review"),
    ],
);

pub(super) static EDITS: Words = Words::new(
    "unknown-edits",
    ("修改方式", "way of editing"),
    &[
        ("applicant", "申请人可以修改全部内容", "the applicant, everything"),
        (
            "marked",
            "申请人只能修改被标出的内容",
            "the applicant, what a reviewer marked",
        ),
    ],
);

pub(super) static ACTION: Keys = Keys::new(
    "action",
    ("操作", "an action"),
    &[
        Key::new("label", Shape::Text, "按钮上的字", "what its button says")
            .needed()
            .such_as("审核通过"),
        Key::new("from", Shape::Names, "从哪些状态开始", "the states it starts from")
            .needed()
            .such_as("[draft, returned]"),
        Key::new(
            "by",
            Shape::Names,
            "谁可以做：角色，或 applicant（申请人）、handler（该状态等候的人）、clock（到期）、anyone（任何人）",
            "who may take it: roles, or `applicant`, `handler` (whom the state waits for), `clock`, `anyone`",
        )
        .needed()
        .such_as("office"),
        Key::new(
            "requires",
            Shape::SomeOf(&REQUIREMENT),
            "先通过填写检查",
            "the whole check must pass",
        )
        .such_as("check"),
        Key::new(
            "when",
            Shape::Expression,
            "条件成立时才有",
            "offered only while this holds",
        )
        .such_as("'filled(app.applicant.unit)'"),
        Key::new("confirm", Shape::Text, "确认时的话", "asked before it is done")
            .such_as("提交后不能修改，确定提交吗？"),
        Key::new(
            "to",
            Shape::Any(&[Shape::Word, Shape::List(&Shape::Map(&TARGET))]),
            "到哪个状态；有几种去向时取第一个条件成立的",
            "the state it leads to, or the first of several whose condition holds",
        )
        .needed()
        .such_as("[{when: 'filled(app.applicant.unit)', to: unit}, {to: office}]"),
        Key::new(
            "form",
            Shape::Each(
                Ids::Plain,
                &Shape::Marked {
                    word: "marked-fields",
                    these: &MARKS,
                    otherwise: &FIELD,
                },
            ),
            "要办理人填写的内容",
            "what it asks of the person who acts",
        )
        .such_as("{opinion: {label: 审核意见, type: long-text}}"),
        Key::new(
            "effects",
            Shape::List(&Shape::Map(&EFFECT)),
            "同时发生的事",
            "what else happens",
        )
        .such_as("[{assignNumber: registration}, {issue: certificate}]"),
    ],
);

pub(super) static REQUIREMENT: Words = Words::new(
    "unknown-requirement",
    ("先决条件", "requirement"),
    &[("check", "先通过填写检查", "the whole check must pass")],
);

pub(super) static MARKS: Keys = Keys::new(
    "marks",
    ("标出的字段", "marked fields"),
    &[
        Key::new("label", Shape::Text, "名称", "what people call it").such_as("需修改的内容"),
        Key::new("type", Shape::OneOf(&MARKED), "类型", "the type").needed(),
    ],
);

pub(super) static MARKED: Words = Words::new(
    "unknown-type",
    ("字段类型", "field type"),
    &[(
        "marked-fields",
        "审核人标出要修改的字段",
        "the fields that a reviewer marks to be changed",
    )],
);

/// What an action does besides; each stands in a map of its own.
pub(super) static EFFECT: Keys = Keys {
    single: true,
    ..Keys::new(
        "effect",
        ("效果", "an effect"),
        &[
            Key::new(
                "assignNumber",
                Shape::Word,
                "按这条规则编号",
                "gives a number of this numbering",
            )
            .such_as("registration"),
            Key::new("issue", Shape::Word, "颁发这份文书", "issues this document").such_as("certificate"),
            Key::new(
                "notify",
                Shape::Word,
                "通知：角色，或 applicant、handler",
                "tells this role, or `applicant` or `handler`",
            )
            .such_as("applicant"),
            Key::new(
                "handTo",
                Shape::Word,
                "转给操作表单中选的单位",
                "hands the wait to the unit that the action's form picked",
            )
            .such_as("input.unit"),
        ],
    )
};

pub(super) static DUE: Keys = Keys::new(
    "due",
    ("时限", "a limit"),
    &[
        Key::new("within", Shape::Written(&PERIOD), "多久", "how long")
            .needed()
            .such_as("5 workdays"),
        Key::new(
            "then",
            Shape::Word,
            "到期后：remind（提醒）或一个 clock 操作",
            "then: `remind`, or an action by `clock`",
        )
        .such_as("remind"),
        Key::new("counts", Shape::OneOf(&COUNTS), "怎样计时", "how the time is counted").usually("entry", "entry"),
    ],
);

pub(super) static PERIOD: Pattern = Pattern {
    regex: "^[0-9]{1,4} +(days?|workdays?|months?) *$",
    what: (
        "时限，如 5 workdays、30 days、6 months",
        "a period such as 5 workdays, 30 days or 6 months",
    ),
};

pub(super) static COUNTS: Words = Words::new(
    "unknown-counts",
    ("计时方式", "way of counting"),
    &[
        (
            "entry",
            "每次进入这个状态重新计时",
            "anew each time the state is entered",
        ),
        ("total", "累计在这个状态的时间", "all stays in the state added up"),
    ],
);

pub(super) static TARGET: Keys = Keys::new(
    "target",
    ("去向", "a target"),
    &[
        Key::new("when", Shape::Expression, "条件", "the condition").such_as("'filled(app.applicant.unit)'"),
        Key::new("to", Shape::Word, "状态", "the state")
            .needed()
            .such_as("unit"),
    ],
);

pub(super) static WAITS_FOR: Keys = Keys::new(
    "waits-for",
    ("等候", "`waitsFor`"),
    &[
        Key::new("role", Shape::Word, "角色", "the role")
            .needed()
            .such_as("recommender"),
        Key::new(
            "unit",
            Shape::Word,
            "哪个单位：选单位的字段",
            "of which unit: a lookup field",
        )
        .such_as("recommender"),
    ],
);
