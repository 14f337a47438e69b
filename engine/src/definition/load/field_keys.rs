//! The keys of a field, and which of them belong to some types only (LANGUAGE L4).

use crate::definition::source::Keys;

/// The keys of a field. What belongs to some types only is checked against [`allowed`].
pub(super) const FIELD: Keys = Keys {
    what: ("字段", "a field"),
    keys: &[
        ("label", "问题的名称", "the question"),
        ("help", "问题下方的提示", "a hint below the question"),
        ("placeholder", "输入框里的提示", "a hint inside the input"),
        ("type", "字段类型", "the field's type"),
        ("required", "必填", "must be answered"),
        ("requireWhen", "条件成立时必填", "must be answered while this holds"),
        ("showWhen", "条件成立时才显示", "asked only while this holds"),
        ("readOnlyWhen", "条件成立时不能改", "not to be changed while this holds"),
        ("default", "默认值", "the answer before there is one"),
        (
            "sensitive",
            "敏感信息：加密保存、列表中遮盖",
            "sealed at rest and masked in lists",
        ),
        (
            "printInFull",
            "敏感信息，但在文书中完整印出",
            "sensitive, but printed as it is",
        ),
        ("public", "核验证书时可以公开", "shown to anybody who verifies"),
        (
            "statistic",
            "统计方式：count、sum 或 year",
            "how statistics count it: count, sum or year",
        ),
        ("codes", "代码表名，或 代码: 名称", "a code list's name, or code: label"),
        (
            "where",
            "只留下符合条件的选项",
            "keeps only the entries for which this holds",
        ),
        ("leafOnly", "只能选最小分支", "only smallest branches may be chosen"),
        (
            "from",
            "从哪里选：units 或登记册",
            "what to pick from: units or a register",
        ),
        (
            "pick",
            "only：只有一个候选时自动选中",
            "only: a sole candidate is picked by itself",
        ),
        (
            "of",
            "列表各项或计算结果的类型",
            "the type of a list's items or of a computed value",
        ),
        ("compute", "计算公式", "how the value is worked out"),
        ("columns", "表格的列", "the columns of a table"),
        ("minRows", "最少行数", "rows at least"),
        ("maxRows", "最多行数", "rows at most"),
        ("unique", "各行不得相同的列", "columns in which no two rows agree"),
        ("ordered", "行的先后有意义", "the order of rows means something"),
        ("accept", "接受的文件种类", "kinds of file that are taken"),
        (
            "maxSize",
            "每个文件的大小上限，如 20 MB",
            "size of one file at most, such as 20 MB",
        ),
        ("minLength", "最少字数", "characters at least"),
        ("maxLength", "最多字数", "characters at most"),
        ("pattern", "须符合的正则表达式", "a regular expression to match"),
        ("format", "JSON Schema 的格式名", "a JSON Schema format"),
        ("minimum", "最小值", "the least value"),
        ("maximum", "最大值", "the greatest value"),
        ("exclusiveMinimum", "须大于", "must be greater than"),
        ("exclusiveMaximum", "须小于", "must be less than"),
        ("multipleOf", "须为其整数倍", "must be a multiple of"),
        ("minItems", "最少项数", "items at least"),
        ("maxItems", "最多项数", "items at most"),
        ("uniqueItems", "各项不得相同", "no two items agree"),
        ("enum", "只能取这些值", "one of these values"),
        ("const", "只能取这个值", "this value"),
        (
            "template",
            "可打印的文书，填写后传回",
            "a document to print, fill in and return",
        ),
        (
            "printOf",
            "这里传回的是哪份文书的打印件",
            "the document whose print is returned here",
        ),
        ("renamedFrom", "字段原来的标识", "the ids the field had before"),
        ("schema", "其他 JSON Schema 约束", "any further JSON Schema"),
    ],
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
