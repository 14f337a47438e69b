//! The keys of a field, and which of them belong to some types only (LANGUAGE L4).

use super::field_type::{SINGLE, TYPE};
use crate::definition::shape::{ByType, Ids, Key, Keys, Pattern, Shape, Words};

/// The keys of a field. What belongs to some types only is checked against [`allowed`].
pub(super) static FIELD: Keys = Keys {
    by_type: Some(&ByType {
        key: "type",
        types: &TYPE,
        takes: allowed,
        needs: needed,
    }),
    ..Keys::new(
        "field",
        ("字段", "a field"),
        &[
            Key::new("label", Shape::Text, "问题的名称", "the question")
                .needed()
                .such_as("成果名称"),
            Key::new("help", Shape::Text, "问题下方的提示", "a hint below the question")
                .such_as("与评价证明上的名称一致。"),
            Key::new("placeholder", Shape::Text, "输入框里的提示", "a hint inside the input").such_as("如 2026"),
            Key::new("type", Shape::OneOf(&TYPE), "字段类型", "the field's type").needed(),
            Key::new("required", Shape::Flag, "必填", "must be answered").usually("false", "false"),
            Key::new(
                "requireWhen",
                Shape::Expression,
                "条件成立时必填",
                "must be answered while this holds",
            )
            .such_as("'funded'"),
            Key::new(
                "showWhen",
                Shape::Expression,
                "条件成立时才显示",
                "asked only while this holds",
            )
            .usually("总是显示", "always asked")
            .such_as("'status in [\"unused\", \"stopped\"]'"),
            Key::new(
                "readOnlyWhen",
                Shape::Expression,
                "条件成立时不能改",
                "not to be changed while this holds",
            )
            .such_as("'app.state != \"draft\"'"),
            Key::new("default", Shape::Data, "默认值", "the answer before there is one").such_as("156"),
            Key::new(
                "sensitive",
                Shape::Flag,
                "敏感信息：加密保存、列表中遮盖",
                "sealed at rest and masked in lists",
            )
            .usually("false", "false"),
            Key::new(
                "printInFull",
                Shape::Flag,
                "敏感信息，但在文书中完整印出",
                "sensitive, but printed as it is",
            )
            .usually("false", "false"),
            Key::new(
                "public",
                Shape::Flag,
                "核验证书时可以公开",
                "shown to anybody who verifies",
            )
            .usually("false", "false"),
            Key::new(
                "statistic",
                Shape::OneOf(&STATISTIC),
                "统计方式",
                "how statistics count it",
            )
            .usually("不统计", "not counted"),
            Key::new(
                "codes",
                Shape::Any(&[Shape::Word, Shape::Each(Ids::Free, &Shape::Text)]),
                "代码表名，或 代码: 名称",
                "a code list's name, or code: label",
            )
            .such_as("{used: 已应用, unused: 未应用}"),
            Key::new(
                "where",
                Shape::Expression,
                "只留下符合条件的选项",
                "keeps only the entries for which this holds",
            )
            .such_as("'it.parent == province'"),
            Key::new(
                "leafOnly",
                Shape::Flag,
                "只能选最小分支",
                "only smallest branches may be chosen",
            )
            .usually("false", "false"),
            Key::new(
                "from",
                Shape::Word,
                "从哪里选：units 或登记册",
                "what to pick from: units or a register",
            )
            .such_as("units"),
            Key::new("pick", Shape::OneOf(&PICK), "怎样选取", "how it is picked").usually("由人选", "by hand"),
            Key::new(
                "of",
                Shape::OneOf(&SINGLE),
                "列表各项或计算结果的类型",
                "the type of a list's items or of a computed value",
            )
            .such_as("text"),
            Key::new("compute", Shape::Expression, "计算公式", "how the value is worked out")
                .such_as("'people.size()'"),
            Key::new(
                "columns",
                Shape::Each(Ids::Plain, &Shape::Map(&FIELD)),
                "表格的列",
                "the columns of a table",
            )
            .such_as("{name: {label: 姓名, type: text, required: true}}"),
            Key::new("minRows", Shape::Count, "最少行数", "rows at least")
                .usually("0", "0")
                .such_as("1"),
            Key::new("maxRows", Shape::Count, "最多行数", "rows at most")
                .usually("200", "200")
                .such_as("15"),
            Key::new(
                "unique",
                Shape::Names,
                "各行不得相同的列",
                "columns in which no two rows agree",
            )
            .such_as("[id_no]"),
            Key::new(
                "ordered",
                Shape::Flag,
                "行的先后有意义",
                "the order of rows means something",
            )
            .usually("false", "false"),
            Key::new(
                "accept",
                Shape::SomeOf(&FILE_KIND),
                "接受的文件种类",
                "kinds of file that are taken",
            )
            .usually("pdf", "pdf")
            .such_as("[pdf, jpg]"),
            Key::new(
                "maxSize",
                Shape::Written(&SIZE),
                "每个文件的大小上限",
                "size of one file at most",
            )
            .usually("20 MB", "20 MB")
            .such_as("20 MB"),
            Key::new("minLength", Shape::Count, "最少字数", "characters at least").such_as("2"),
            Key::new("maxLength", Shape::Count, "最多字数", "characters at most").such_as("100"),
            Key::new(
                "pattern",
                Shape::Word,
                "须符合的正则表达式",
                "a regular expression to match",
            )
            .such_as("'^[0-9]{6}$'"),
            Key::new("format", Shape::Word, "JSON Schema 的格式名", "a JSON Schema format").such_as("ipv4"),
            Key::new("minimum", Shape::Number, "最小值", "the least value").such_as("0"),
            Key::new("maximum", Shape::Number, "最大值", "the greatest value").such_as("100"),
            Key::new("exclusiveMinimum", Shape::Number, "须大于", "must be greater than").such_as("0"),
            Key::new("exclusiveMaximum", Shape::Number, "须小于", "must be less than").such_as("100"),
            Key::new("multipleOf", Shape::Number, "须为其整数倍", "must be a multiple of").such_as("0.01"),
            Key::new("minItems", Shape::Count, "最少项数", "items at least")
                .usually("0", "0")
                .such_as("1"),
            Key::new(
                "maxItems",
                Shape::Count,
                "最多项数；文件不写是 1",
                "items at most; of files 1 where nothing is said",
            )
            .such_as("3"),
            Key::new("uniqueItems", Shape::Flag, "各项不得相同", "no two items agree").usually("false", "false"),
            Key::new("enum", Shape::DataList, "只能取这些值", "one of these values").such_as("[A, B]"),
            Key::new("const", Shape::Data, "只能取这个值", "this value").such_as("2026"),
            Key::new(
                "template",
                Shape::Word,
                "可打印的文书，填写后传回",
                "a document to print, fill in and return",
            )
            .such_as("proof"),
            Key::new(
                "printOf",
                Shape::Word,
                "这里传回的是哪份文书的打印件",
                "the document whose print is returned here",
            )
            .such_as("form"),
            Key::new(
                "renamedFrom",
                Shape::Names,
                "字段原来的标识",
                "the ids the field had before",
            )
            .such_as("fund"),
            Key::new(
                "schema",
                Shape::DataMap,
                "其他 JSON Schema 约束",
                "any further JSON Schema",
            )
            .such_as("{not: {const: 无}}"),
        ],
    )
};

static STATISTIC: Words = Words::new(
    "unknown-statistic",
    ("统计方式", "way of counting"),
    &[
        ("count", "各种答案各有多少", "how often each answer was given"),
        ("sum", "合计", "all numbers added up"),
        ("year", "按年计数", "how many fall into each year"),
    ],
);

static PICK: Words = Words::new(
    "unknown-pick",
    ("选取方式", "way of picking"),
    &[("only", "只有一个候选时自动选中", "a sole candidate is picked by itself")],
);

/// The kinds of file, told by their content.
static FILE_KIND: Words = Words::new(
    "unknown-file-kind",
    ("文件种类", "kind of file"),
    &[
        ("pdf", "PDF", "PDF"),
        ("jpg", "JPEG 图片", "a JPEG picture"),
        ("png", "PNG 图片", "a PNG picture"),
        ("docx", "Word 文档", "a Word document"),
        ("xlsx", "Excel 工作簿", "an Excel workbook"),
        ("doc", "旧版 Word 文档", "an old Word document"),
        ("xls", "旧版 Excel 工作簿", "an old Excel workbook"),
        ("zip", "ZIP 压缩包", "a ZIP archive"),
    ],
);

static SIZE: Pattern = Pattern {
    regex: "^[0-9]{1,9} *(MB|KB) *$",
    what: ("大小，如 20 MB 或 500 KB", "a size such as 20 MB or 500 KB"),
};

/// JSON Schema's own words among the keys.
pub(super) const CONSTRAINTS: [&str; 14] = [
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "enum",
    "const",
];

/// The keys that belong to some types only.
pub(super) fn allowed(kind: &str, key: &str) -> bool {
    let choosing = matches!(kind, "choice" | "choices" | "tree" | "trees");
    let textual = matches!(kind, "text" | "long-text" | "email" | "phone" | "url" | "list");
    let number = matches!(kind, "integer" | "decimal" | "money" | "year");
    match key {
        "codes" => choosing,
        "where" => choosing || kind == "lookup",
        "leafOnly" => matches!(kind, "tree" | "trees"),
        "from" | "pick" => kind == "lookup",
        "of" => matches!(kind, "list" | "computed"),
        "compute" => kind == "computed",
        "columns" | "minRows" | "maxRows" | "unique" | "ordered" => kind == "table",
        "accept" | "maxSize" | "template" | "printOf" => kind == "file",
        "minLength" | "maxLength" | "pattern" | "format" => textual,
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => number,
        "minItems" | "maxItems" => matches!(kind, "list" | "file" | "choices" | "trees"),
        "uniqueItems" => matches!(kind, "list" | "choices" | "trees"),
        "schema" | "enum" | "const" | "renamedFrom" | "statistic" => kind != "note",
        // Files are not sealed, and a note has no answer.
        "sensitive" => !matches!(kind, "file" | "note"),
        "required" | "requireWhen" | "default" => !matches!(kind, "computed" | "note"),
        _ => true,
    }
}

/// The keys without which a type is nothing.
pub(super) fn needed(kind: &str) -> &'static [&'static str] {
    match kind {
        "choice" | "choices" | "tree" | "trees" => &["codes"],
        "lookup" => &["from"],
        "list" => &["of"],
        "table" => &["columns"],
        "computed" => &["of", "compute"],
        _ => &[],
    }
}
