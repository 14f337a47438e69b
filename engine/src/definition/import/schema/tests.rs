use super::super::{Imported, import};
use super::*;

fn of(schema: &str, ui: Option<&str>) -> Imported {
    let source = Source {
        name: "office.schema.json",
        bytes: schema.as_bytes(),
        ui,
        id: None,
        language: Language::English,
    };
    import(&source).unwrap()
}

fn check(schema: &str, ui: Option<&str>, yaml: &str, remarks: &[&str]) {
    let imported = of(schema, ui);
    let body = imported.yaml.split_once("pages:\n").map_or("", |(_, body)| body);
    assert_eq!(body, yaml);
    let told: Vec<String> = imported
        .remarks
        .iter()
        .map(|remark| format!("{} {}", remark.rule, remark.place))
        .collect();
    assert_eq!(told, remarks, "{:#?}", imported.remarks);
}

#[test]
fn types_and_constraints() {
    check(
        r##"{"type": "object", "required": ["a", "k"], "properties": {
            "a": {"title": "名称", "type": "string", "maxLength": 50, "pattern": "^\\d+$"},
            "b": {"type": "string", "maxLength": 500, "description": "说明"},
            "c": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
            "d": {"type": ["number", "null"], "exclusiveMinimum": 0},
            "e": {"type": "boolean", "default": false},
            "f": {"type": "string", "format": "date"},
            "g": {"enum": ["no", "012", "a: b"]},
            "h": {"oneOf": [{"const": "x", "title": "甲"}, {"const": "y", "title": "乙"}]},
            "i": {"type": "array", "uniqueItems": true, "items": {"enum": ["p", "q"], "type": "string"}},
            "j": {"type": "array", "minItems": 1, "items": {"type": "string", "maxLength": 9}},
            "k": {"type": "array", "maxItems": 5, "items": {"type": "object", "required": ["n"], "properties": {"n": {"type": "string"}, "row": {"$ref": "#/definitions/day"}}}},
            "l": {"type": "string", "format": "data-url"},
            "m": {"not": {"const": "z"}, "type": "string"}
        }, "definitions": {"day": {"type": "string", "format": "date", "title": "日子"}}}"##,
        None,
        "  general:
    title: {zh: 基本信息, en: General}
    fields:
      a:
        label: 名称
        type: text
        required: true
        maxLength: 50
        pattern: '^\\d+$'
      b:
        label: b
        help: 说明
        type: long-text
        maxLength: 500
      c:
        label: c
        type: integer
        minimum: 1
        maximum: 9
        default: 3
      d:
        label: d
        type: decimal
        exclusiveMinimum: 0
      e:
        label: e
        type: yes-no
        default: false
      f:
        label: f
        type: date
      g:
        label: g
        type: choice
        codes: {'no': 'no', '012': '012', 'a: b': 'a: b'}
      h:
        label: h
        type: choice
        codes: {x: 甲, 'y': 乙}
      i:
        label: i
        type: choices
        codes: {p: p, q: q}
      j:
        label: j
        type: list
        of: text
        minItems: 1
        maxLength: 9
      k:
        label: k
        type: table
        required: true
        maxRows: 5
        columns:
          'n':
            label: 'n'
            type: text
            required: true
          row_:
            label: 日子
            type: date
      l:
        label: l
        type: file
      m:
        label: m
        type: text
        schema:
          not:
            const: z
",
        &[],
    );
}

#[test]
fn conditions_between_properties() {
    check(
        r#"{"type": "object", "properties": {
            "kind": {"type": "string", "enum": ["own", "other"]},
            "why": {"type": "string"}, "paid": {"type": "boolean"}, "sum": {"type": "number"}},
          "if": {"properties": {"kind": {"const": "other"}}, "required": ["kind"]},
          "then": {"properties": {"more": {"type": "string"}}, "required": ["why", "more"]},
          "dependentRequired": {"sum": ["why"]},
          "dependencies": {"paid": {"oneOf": [
            {"properties": {"paid": {"enum": [false]}}},
            {"properties": {"paid": {"enum": [true]}, "by": {"type": "string"}}, "required": ["by"]}]}}}"#,
        None,
        "  general:
    title: {zh: 基本信息, en: General}
    fields:
      kind:
        label: kind
        type: choice
        codes: {own: own, other: other}
      why:
        label: why
        type: text
        requireWhen: 'filled(sum) || kind == \"other\"'
      paid:
        label: paid
        type: yes-no
      sum:
        label: sum
        type: decimal
      more:
        label: more
        type: text
        required: true
        showWhen: 'kind == \"other\"'
      by:
        label: by
        type: text
        required: true
        showWhen: 'paid == true'
",
        &[],
    );
}

#[test]
fn json_forms() {
    check(
        r#"{"type": "object", "properties": {
            "name": {"type": "string"}, "paid": {"type": "boolean"}, "sum": {"type": "number"},
            "address": {"type": "object", "properties": {"street": {"type": "string"}}}, "rest": {"type": "string"}}}"#,
        Some(
            r##"{"type": "VerticalLayout", "elements": [
            {"type": "Control", "scope": "#/properties/name", "label": "名称", "options": {"multi": true}},
            {"type": "Group", "label": "资助", "elements": [
              {"type": "Control", "scope": "#/properties/paid"},
              {"type": "HorizontalLayout", "elements": [
                {"type": "Control", "scope": "#/properties/sum", "rule": {"effect": "SHOW", "condition": {"scope": "#/properties/paid", "schema": {"const": true}}}},
                {"type": "Control", "scope": "#/properties/address/properties/street", "rule": {"effect": "HIDE", "condition": {"scope": "#/properties/name", "schema": {"pattern": "^x"}}}},
                {"type": "Control", "scope": "#/properties/nobody"},
                {"type": "Chart"}]}]}]}"##,
        ),
        "  general:
    title: {zh: 基本信息, en: General}
    fields:
      name:
        label: 名称
        type: long-text
  zi_zhu:
    title: 资助
    fields:
      paid:
        label: paid
        type: yes-no
      sum:
        label: sum
        type: decimal
        showWhen: 'paid'
      address_street:
        label: street
        type: text
        showWhen: '!filled(name) || !(name.matches(\"^x\"))'
  more:
    title: {zh: 其他, en: More}
    fields:
      rest:
        label: rest
        type: text
",
        &[
            "import-unplaced #/properties/rest (3:98)",
            "import-scope ui #/elements/1/elements/1/elements/2 (8:17)",
            "import-ui ui #/elements/1/elements/1/elements/3 (9:17)",
        ],
    );
}

#[test]
fn react_jsonschema_form() {
    check(
        r#"{"type": "object", "title": "登记", "properties": {
            "b": {"type": "string"}, "a": {"type": "string"}, "secret": {"type": "string"},
            "t": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}, "y": {"type": "string"}}}}}}"#,
        Some(
            r#"{"ui:order": ["a", "*"], "a": {"ui:widget": "textarea", "ui:title": "甲", "ui:help": "提示", "ui:placeholder": "例"},
            "secret": {"ui:widget": "hidden"}, "b": {"ui:options": {"rows": 3, "colour": "red"}},
            "t": {"items": {"ui:order": ["y", "x"], "y": {"ui:title": "乙"}}}, "gone": {}}"#,
        ),
        "  general:
    title: {zh: 基本信息, en: General}
    fields:
      a:
        label: 甲
        help: 提示
        placeholder: 例
        type: long-text
      b:
        label: b
        type: text
      # ui #/secret (2:37): a question that is not shown has no answer: it is left out
      t:
        label: t
        type: table
        columns:
          'y':
            label: 乙
            type: text
          x:
            label: x
            type: text
",
        &[
            "import-hidden ui #/secret (2:37)",
            "import-ui ui #/b (2:90)",
            "import-scope ui #/gone (3:87)",
        ],
    );
}

#[test]
fn what_is_no_schema_is_told() {
    let told = |text: &str| {
        let source = Source {
            name: "x.json",
            bytes: text.as_bytes(),
            ui: None,
            id: None,
            language: Language::English,
        };
        import(&source).err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert_eq!(
        told("{\"a\": 1,}"),
        "the file is not valid JSON (line 1, column 9): trailing comma at line 1 column 9"
    );
    assert_eq!(told("[]"), "this is no JSON Schema with `properties`");
    assert_eq!(
        told("{\"type\": \"string\"}"),
        "this is no JSON Schema with `properties`"
    );
    let deep = format!("{{\"properties\": {}1{}}}", "{\"a\":".repeat(120), "}".repeat(120));
    assert!(told(&deep).starts_with("the file is not valid JSON"), "{}", told(&deep));
    let many = (0..3_000)
        .map(|at| format!("\"f{at}\": {{\"type\": \"string\"}}"))
        .collect::<Vec<_>>()
        .join(",");
    assert_eq!(
        told(&format!("{{\"properties\": {{{many}}}}}")),
        "there are more than 2000 questions, which is the limit"
    );
}

/// References that go round, objects that double at every level: bounded, and told.
#[test]
fn schemas_without_an_end_do_no_harm() {
    let round = of(
        r##"{"properties": {"a": {"$ref": "#/definitions/a"}}, "definitions": {"a": {"$ref": "#/definitions/a"}}}"##,
        None,
    );
    assert!(round.remarks.iter().any(|remark| remark.rule == "import-ref"));
    let tree = of(
        r##"{"properties": {"a": {"$ref": "#"}, "n": {"type": "string"}}, "type": "object"}"##,
        None,
    );
    assert!(tree.remarks.iter().any(|remark| remark.rule == "import-depth"));
    // A condition that refers to itself twice at every level.
    let condition = of(
        r##"{"properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "if": {"$ref": "#/definitions/c"}, "then": {"required": ["b"]},
            "definitions": {"c": {"anyOf": [
                {"$ref": "#/definitions/c"}, {"$ref": "#/definitions/c"}, {"$ref": "#/definitions/c"}, {"$ref": "#/definitions/c"},
                {"$ref": "#/definitions/c"}, {"$ref": "#/definitions/c"}, {"$ref": "#/definitions/c"}, {"$ref": "#/definitions/c"}]}}}"##,
        None,
    );
    assert!(condition.remarks.iter().any(|remark| remark.rule == "import-condition"));
    let empty = (0..8).map(|at| {
        let next = format!("{{\"$ref\": \"#/definitions/l{}\"}}", at + 1);
        let props = (0..9)
            .map(|n| format!("\"p{n}\": {next}"))
            .collect::<Vec<_>>()
            .join(",");
        format!("\"l{at}\": {{\"properties\": {{{props}}}}}")
    });
    let empty = empty.collect::<Vec<_>>().join(",");
    let objects =
        format!("{{\"$ref\": \"#/definitions/l0\", \"definitions\": {{{empty}, \"l8\": {{\"properties\": {{}}}}}}}}");
    let source = Source {
        name: "x.json",
        bytes: objects.as_bytes(),
        ui: None,
        id: None,
        language: Language::English,
    };
    assert!(matches!(import(&source), Err(ImportError::TooMany)));
    let levels = (0..8).map(|at| {
        let next = if at == 7 {
            "{\"type\": \"string\"}".to_owned()
        } else {
            format!("{{\"$ref\": \"#/definitions/l{}\"}}", at + 1)
        };
        let props = (0..9)
            .map(|n| format!("\"p{n}\": {next}"))
            .collect::<Vec<_>>()
            .join(",");
        format!("\"l{at}\": {{\"type\": \"object\", \"properties\": {{{props}}}}}")
    });
    let wide = format!(
        "{{\"$ref\": \"#/definitions/l0\", \"definitions\": {{{}}}}}",
        levels.collect::<Vec<_>>().join(",")
    );
    let source = Source {
        name: "x.json",
        bytes: wide.as_bytes(),
        ui: None,
        id: None,
        language: Language::English,
    };
    assert!(matches!(import(&source), Err(ImportError::TooMany)));
}

/// Whatever byte is lost or changed: an answer or a sentence, never a panic.
#[test]
fn damaged_schemas_do_no_harm() {
    let schema = r##"{"properties": {"a": {"type": "array", "items": {"properties": {"b": {"enum": ["x", "y"]}}}}, "c": {"$ref": "#/definitions/c"}, "d": {"oneOf": [{"const": 1}]}},
        "allOf": [{"if": {"properties": {"c": {"not": {"const": "é\ud83d\ude00"}}}}, "then": {"required": ["c"], "properties": {"e": {"type": "string"}}}}],
        "dependencies": {"c": ["a"], "e": {"oneOf": [{"properties": {"e": {"const": "z"}}}]}}, "definitions": {"c": {"type": "string", "pattern": "^a"}}}"##;
    let ui = r##"{"type": "Group", "label": "a", "elements": [{"type": "Control", "scope": "#/properties/c", "rule": {"effect": "HIDE", "condition": {"scope": "#/properties/c", "schema": {"const": "x"}}}}]}"##;
    let swaps = ["", "\"", "{", "[1]", "null", "true", "0", ":", "}", "-"];
    for (at, c) in schema.char_indices() {
        let swap = swaps[at % swaps.len()];
        let broken = format!("{}{swap}{}", &schema[..at], &schema[at + c.len_utf8()..]);
        let source = Source {
            name: "x.json",
            bytes: broken.as_bytes(),
            ui: Some(ui),
            id: None,
            language: Language::English,
        };
        let _ = import(&source).map_err(|error| error.to_string());
    }
    for (at, c) in ui.char_indices() {
        let swap = swaps[at % swaps.len()];
        let broken = format!("{}{swap}{}", &ui[..at], &ui[at + c.len_utf8()..]);
        let source = Source {
            name: "x.json",
            bytes: schema.as_bytes(),
            ui: Some(&broken),
            id: None,
            language: Language::English,
        };
        let _ = import(&source).map_err(|error| error.to_string());
    }
}
