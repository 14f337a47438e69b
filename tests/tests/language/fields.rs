//! L4 to L6: fields, rules, and what is picked from registers.

use serde_json::json;

use super::tables::{answers, definitions, form, said, values};

const FORM: &str = "qingshan/applied.form.yaml";

/// A form with these fields on its first page.
fn with(fields: &str) -> &'static str {
    Box::leak(format!("pages: {{overview: {{fields: {{{fields}}}}}}}\n").into_boxed_str())
}

#[test]
fn l4_words_and_pages() {
    let words =
        "`label`, `help`, `type`, `required`, `requireWhen`, `showWhen`, `readOnlyWhen`, `default` (a constant)";
    let hides = "A page `showWhen` hides and so drops";
    let dropped =
        "pages: {more: {title: 更多, showWhen: funded, fields: {x: {label: 甲, type: text, required: true}}}}\n";
    answers(
        "L4",
        vec![
            (
                words,
                with("x: {label: 甲, type: text, required: true}"),
                json!({}),
                "x",
                &["required@x"],
            ),
            (
                words,
                with("x: {label: 甲, type: text, requireWhen: funded}"),
                json!({"funded": true}),
                "x",
                &["required@x"],
            ),
            (
                words,
                with("x: {label: 甲, type: text, requireWhen: funded}"),
                json!({"funded": false}),
                "x",
                &[],
            ),
            (
                words,
                with("x: {label: 甲, type: text, required: true, showWhen: funded}"),
                json!({"funded": true}),
                "x",
                &["required@x"],
            ),
            (
                words,
                with("x: {label: 甲, type: text, required: true, showWhen: funded}"),
                json!({"funded": false}),
                "x",
                &[],
            ),
            (
                "plus JSON Schema's own constraint words",
                with("x: {label: 甲, type: text, maxLength: 2}"),
                json!({"x": "一二三"}),
                "x",
                &["max-length@x"],
            ),
            (
                "and `schema:` for any other",
                with("x: {label: 甲, type: integer, schema: {multipleOf: 3}}"),
                json!({"x": 4}),
                "x",
                &["multiple-of@x"],
            ),
            (hides, dropped, json!({"funded": true}), "x", &["required@x"]),
            (hides, dropped, json!({"funded": false}), "x", &[]),
        ],
    );
    let one = |field: &str| -> &'static str {
        Box::leak(
            format!("form: applied\nextends: base/applied\npages: {{overview: {{fields: {{x: {field}}}}}}}\n")
                .into_boxed_str(),
        )
    };
    definitions(
        "L4",
        vec![
            (
                words,
                FORM,
                one("{label: 甲, type: text, hint: 说明}"),
                &["unknown-key@3"],
            ),
            (
                "`public` (never with `sensitive`)",
                FORM,
                one("{label: 甲, type: text, public: true, sensitive: true}"),
                &["sensitive-public@3"],
            ),
            (
                "`statistic` (`count`, `sum` or `year`, by type)",
                FORM,
                one("{label: 甲, type: text, statistic: sum}"),
                &["statistic-type@3"],
            ),
            (
                "`compute` (with `type: computed`)",
                FORM,
                one("{label: 甲, type: text, compute: name}"),
                &["key-not-for-type@3"],
            ),
            (
                "An old id is no id of today, not its own, and nobody else's",
                FORM,
                one("{label: 甲, type: text, renamedFrom: name}"),
                &["renamed-exists@3"],
            ),
            (
                "A form may say `create: [fields]`",
                FORM,
                "form: applied\nextends: base/applied\ncreate: [name, nowhere]\n",
                &["unknown-field@3"],
            ),
            (
                "`text` (a page that is only read)",
                FORM,
                "form: applied\nextends: base/applied\npages:\n  read: {title: 说明, text: texts/guide.md}\n",
                &[],
            ),
            (
                "`$ref` and anchors are for schema files (below)",
                FORM,
                one("{label: 甲, type: text, schema: {$ref: \"#/x\"}}"),
                &["unknown-schema-word@3"],
            ),
            (
                "so it has no look-around and no back-reference",
                FORM,
                one("{label: 甲, type: text, pattern: \"(?=a)b\"}"),
                &["constraint-invalid@3"],
            ),
        ],
    );
}

#[test]
fn l4_choosing() {
    let pick = "`pick: only` fills a sole candidate by itself; no candidate is an error.";
    let sole =
        with("sole: {label: 甲, type: lookup, from: units, where: 'it.id == \"u2\"', pick: only, required: true}");
    let none =
        with("sole: {label: 甲, type: lookup, from: units, where: 'it.name == name', pick: only, required: true}");
    let cascade = with("x: {label: 甲, type: tree, codes: place, where: 'it.parent == name'}");
    answers(
        "L4",
        vec![
            (
                "`codes:` names a list or is an inline map `code: label`.",
                with("x: {label: 甲, type: choice, codes: {a: 一, b: 二}}"),
                json!({"x": "a"}),
                "x",
                &[],
            ),
            (
                "`codes:` names a list or is an inline map `code: label`.",
                with("x: {label: 甲, type: choice, codes: {a: 一, b: 二}}"),
                json!({"x": "c"}),
                "x",
                &["code-unknown@x"],
            ),
            (
                "`where:` filters any choice, tree or lookup",
                "",
                json!({"status": "unused", "level": "leading"}),
                "level",
                &["where-mismatch@level"],
            ),
            (
                "`it` has every column of the list",
                "",
                json!({"status": "unused", "level": "national"}),
                "level",
                &[],
            ),
            (
                "(`it.parent == province` makes a cascade)",
                cascade,
                json!({"name": "63", "x": "6301"}),
                "x",
                &[],
            ),
            (
                "(`it.parent == province` makes a cascade)",
                cascade,
                json!({"name": "64", "x": "6301"}),
                "x",
                &["where-mismatch@x"],
            ),
            (
                "`leafOnly: true` takes only the smallest branch.",
                "",
                json!({"place": "63"}),
                "place",
                &["not-leaf@place"],
            ),
            (
                "`leafOnly: true` takes only the smallest branch.",
                "",
                json!({"place": "6301"}),
                "place",
                &[],
            ),
            (
                "`from: units` or a register makes a lookup.",
                "",
                json!({"recommender": "u1"}),
                "recommender",
                &[],
            ),
            (pick, sole, json!({}), "sole", &[]),
            (pick, none, json!({"name": "丙"}), "sole", &["lookup-no-candidate@sole"]),
            (
                "A pick that stopped fitting is a finding, never silently cleared.",
                "",
                json!({"recommender": "u2"}),
                "recommender",
                &["where-mismatch@recommender"],
            ),
        ],
    );
    values(
        "L4",
        vec![(
            pick,
            "sole: {label: 甲, type: lookup, from: units, where: \"it.id == 'u2'\", pick: only}",
            "text",
            "sole.name",
            json!({}),
            json!("绿水研究所"),
        )],
    );
}

#[test]
fn l4_tables_and_files() {
    let tables = "`columns`, `minRows`, `maxRows`, `unique: [column, …]` (empties ignored), `ordered: true`.";
    let table = with(
        "xs: {label: 项, type: table, minRows: 2, maxRows: 3, unique: [no], ordered: true, columns: {no: {label: 号, type: text}, proof: {label: 证, type: file, accept: [pdf]}}}",
    );
    let file = |size: u64, kind: &str| json!({"id": "f", "name": "a", "size": size, "kind": kind});
    let slot = with("x: {label: 甲, type: file, accept: [pdf], maxSize: 1 MB, minItems: 1, maxItems: 2}");
    let files = "`accept: [pdf, …]` (by content), `maxSize: 20 MB`, `minItems`, `maxItems`";
    answers(
        "L4",
        vec![
            (tables, table, json!({"xs": [{"no": "1"}]}), "xs", &["min-rows@xs"]),
            (tables, table, json!({"xs": [{}, {}, {}, {}]}), "xs", &["max-rows@xs"]),
            (
                tables,
                table,
                json!({"xs": [{"no": "1"}, {"no": "1"}]}),
                "xs",
                &["unique@xs[1].no"],
            ),
            (tables, table, json!({"xs": [{}, {}]}), "xs", &[]),
            (
                "columns may be files",
                table,
                json!({"xs": [{"proof": [file(1, "jpg")]}, {}]}),
                "xs",
                &["file-kind@xs[0].proof"],
            ),
            (files, slot, json!({"x": [file(1, "pdf")]}), "x", &[]),
            (files, slot, json!({"x": [file(1, "exe")]}), "x", &["file-kind@x"]),
            (
                files,
                slot,
                json!({"x": [file(1_048_577, "pdf")]}),
                "x",
                &["file-size@x"],
            ),
            (
                files,
                slot,
                json!({"x": [file(1, "pdf"), file(1, "pdf"), file(1, "pdf")]}),
                "x",
                &["file-count@x"],
            ),
            (
                "- **Any-of groups** are rules",
                "rules: {either: {assert: '(filled(proof) && filled(fund)) || filled(level)', at: proof, message: 不齐}}\n",
                json!({"fund": 1, "status": "applied"}),
                "proof",
                &["either@proof"],
            ),
        ],
    );
    definitions(
        "L4",
        vec![(
            "A table may hold one inner table",
            FORM,
            "form: applied\nextends: base/applied\npages:\n  overview:\n    fields:\n      a: {label: 甲, type: table, columns: {b: {label: 乙, type: table, columns: {c: {label: 丙, type: table, columns: {d: {label: 丁, type: text}}}}}}}\n",
            &["table-depth@6"],
        )],
    );
}

#[test]
fn l5_lets_and_rules() {
    let named = "named, typed, neither stored nor shown; usable in any expression of the form";
    let lets =
        "let: {rich: 'fund > 100.0'}\npages: {overview: {fields: {x: {label: 甲, type: text, requireWhen: rich}}}}\n";
    let rule = "rules: {many: {each: people, when: 'funded', assert: 'row.name != \"甲\"', at: row.name, severity: warning, message: '第 {row.index} 行：{row.name}'}}\n";
    answers(
        "L5",
        vec![
            (named, lets, json!({"fund": 200}), "x", &["required@x"]),
            (named, lets, json!({"fund": 50}), "x", &[]),
            (
                "`each: table` or `table.inner` runs once a row.",
                rule,
                json!({"funded": true, "people": [{"name": "甲"}, {"name": "乙"}, {"name": "甲"}]}),
                "people",
                &["many@people[0].name", "many@people[2].name"],
            ),
            (
                "`each: table` or `table.inner` runs once a row.",
                rule,
                json!({"funded": false, "people": [{"name": "甲"}]}),
                "people",
                &[],
            ),
            (
                "Paths in `at`, in samples and in findings: `field`, `table[0].column`, `row.column`.",
                "rules: {first: {assert: 'people[0].name == name', at: 'people[0].name', message: 错}}\n",
                json!({"name": "乙", "people": [{"name": "甲"}]}),
                "people",
                &["first@people[0].name"],
            ),
        ],
    );
    definitions(
        "L5",
        vec![
            (
                named,
                FORM,
                "form: applied\nextends: base/applied\nlet: {rich: 'fund > \"x\"'}\n",
                &["expression-type@3"],
            ),
            (
                "# or warning",
                FORM,
                "form: applied\nextends: base/applied\nrules:\n  x: {assert: 'funded', severity: note, message: 错}\n",
                &["unknown-severity@4"],
            ),
            (
                "never a `sensitive` field",
                FORM,
                "form: applied\nextends: base/applied\nrules:\n  x: {each: people, assert: 'row.name != name', message: '{row.id_no}'}\n",
                &["sensitive-in-message@4"],
            ),
        ],
    );
    said("L5", "Messages interpolate `{expression}`");
    let form = form(rule);
    let compiled = dengji::check::CompiledForm::new(form).unwrap();
    let app = super::app(super::TODAY);
    let context = super::Context {
        app: &app,
        today: super::TODAY,
        lookups: &(),
    };
    let answers = super::object(json!({"funded": true, "people": [{"name": "甲"}]}));
    let checked = dengji::check::check(&compiled, &answers, &context);
    let found = checked.findings.iter().find(|finding| finding.rule == "many").unwrap();
    assert_eq!(found.message.to_string(), "第 1 行：甲");
    assert_eq!(found.severity, dengji::definition::form::Severity::Warning);
}

#[test]
fn l6_units_are_built_in() {
    let columns = "`units` is built in: `id`, `name`, `credit_code`, `kinds`, `place`, `parent`, `active`.";
    let picked = json!({"recommender": "u1"});
    values(
        "L6",
        vec![
            (
                columns,
                "",
                "text",
                "recommender.id + recommender.name",
                picked.clone(),
                json!("u1青山大学"),
            ),
            (
                columns,
                "",
                "text",
                "recommender.credit_code + recommender.place",
                picked.clone(),
                json!("12630000MM0001011E6301"),
            ),
            (
                columns,
                "",
                "text",
                "recommender.parent + \"\"",
                picked.clone(),
                json!("u2"),
            ),
            (columns, "", "yes-no", "recommender.active", picked.clone(), json!(true)),
            (
                "A university completes and recommends, so kinds are a list.",
                "",
                "integer",
                "size(recommender.kinds)",
                picked,
                json!(2),
            ),
        ],
    );
    definitions(
        "L6",
        vec![
            (
                "It may be seeded from CSV (`units: codes/units.csv`, kinds in `unitKinds`)",
                "qingshan/codes/units.csv",
                "id,name,kinds\nu1,青山大学,teaching\n",
                &["unknown-unit-kind@2"],
            ),
            (
                "It may be seeded from CSV (`units: codes/units.csv`, kinds in `unitKinds`)",
                "qingshan/codes/units.csv",
                "id,name,kinds\nu1,青山大学,completing;recommending\n",
                &[],
            ),
        ],
    );
}
