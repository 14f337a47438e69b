//! L3: what is stored, how it reads, and what is empty.

use serde_json::json;

use super::tables::{answers, definitions, values};

#[test]
fn l3_what_each_type_reads_as() {
    let file = json!({"x": [{"id": "f", "name": "证明.pdf", "size": 10, "kind": "pdf"}]});
    let texts = "| text, long-text, email, phone, url, cn-*, isbn, issn | string | string |";
    values(
        "L3",
        vec![
            (
                texts,
                "x: {label: 甲, type: text}",
                "text",
                "x + \"乙\"",
                json!({"x": "甲"}),
                json!("甲乙"),
            ),
            (
                texts,
                "x: {label: 甲, type: long-text}",
                "yes-no",
                "x.contains(\"乙\")",
                json!({"x": "甲乙"}),
                json!(true),
            ),
            (
                texts,
                "x: {label: 甲, type: email}",
                "yes-no",
                "x.endsWith(\".cn\")",
                json!({"x": "a@b.cn"}),
                json!(true),
            ),
            (
                texts,
                "x: {label: 甲, type: url}",
                "yes-no",
                "x.startsWith(\"https\")",
                json!({"x": "https://a.cn"}),
                json!(true),
            ),
            (
                texts,
                "x: {label: 甲, type: phone}",
                "integer",
                "size(x)",
                json!({"x": "13900000001"}),
                json!(11),
            ),
            (
                texts,
                "x: {label: 甲, type: cn-id-number}",
                "integer",
                "size(x)",
                json!({"x": "620102197009141017"}),
                json!(18),
            ),
            (
                texts,
                "x: {label: 甲, type: isbn}",
                "yes-no",
                "x.startsWith(\"978\")",
                json!({"x": "978-7-03-000001-9"}),
                json!(true),
            ),
            (
                "| integer | number | int |",
                "x: {label: 甲, type: integer}",
                "integer",
                "x + 1",
                json!({"x": 2}),
                json!(3),
            ),
            (
                "(exact: `0.1 + 0.2 == 0.3`)",
                "x: {label: 甲, type: decimal}",
                "yes-no",
                "x + 0.2 == 0.3",
                json!({"x": 0.1}),
                json!(true),
            ),
            (
                "(exact: `0.1 + 0.2 == 0.3`)",
                "x: {label: 甲, type: money}",
                "yes-no",
                "x * 3.0 == 0.3",
                json!({"x": 0.1}),
                json!(true),
            ),
            (
                "| date / month / year |",
                "x: {label: 甲, type: date}",
                "date",
                "x + days(1)",
                json!({"x": "2026-11-20"}),
                json!("2026-11-21"),
            ),
            (
                "| date / month / year |",
                "x: {label: 甲, type: month}",
                "yes-no",
                "x < month(today)",
                json!({"x": "2026-10"}),
                json!(true),
            ),
            (
                "| date / month / year |",
                "x: {label: 甲, type: year}",
                "integer",
                "x + 1",
                json!({"x": 2026}),
                json!(2027),
            ),
            (
                "| yes-no | boolean | bool |",
                "x: {label: 甲, type: yes-no}",
                "yes-no",
                "!x",
                json!({"x": false}),
                json!(true),
            ),
            (
                "string (the code, never the label)",
                "",
                "text",
                "status + \"!\"",
                json!({"status": "applied"}),
                json!("applied!"),
            ),
            (
                "string (the code, never the label)",
                "",
                "text",
                "place + \"!\"",
                json!({"place": "6301"}),
                json!("6301!"),
            ),
            (
                "| choices, list, trees | array | list |",
                "x: {label: 甲, type: choices, codes: status}",
                "integer",
                "size(x)",
                json!({"x": ["applied", "unused"]}),
                json!(2),
            ),
            (
                "| choices, list, trees | array | list |",
                "x: {label: 甲, type: trees, codes: place}",
                "yes-no",
                "\"6301\" in x",
                json!({"x": ["6301"]}),
                json!(true),
            ),
            (
                "| choices, list, trees | array | list |",
                "x: {label: 甲, type: list, of: integer}",
                "integer",
                "sum(x)",
                json!({"x": [1, 2]}),
                json!(3),
            ),
            (
                "the picked record (its columns)",
                "",
                "text",
                "recommender.name",
                json!({"recommender": "u1"}),
                json!("青山大学"),
            ),
            (
                "| table | array of objects | list of records |",
                "",
                "text",
                "people[0].name",
                json!({"people": [{"name": "甲"}]}),
                json!("甲"),
            ),
            (
                "list with `name`, `size`, `kind`",
                "x: {label: 甲, type: file}",
                "text",
                "x[0].name",
                file.clone(),
                json!("证明.pdf"),
            ),
            (
                "list with `name`, `size`, `kind`",
                "x: {label: 甲, type: file}",
                "integer",
                "x[0].size",
                file.clone(),
                json!(10),
            ),
            (
                "list with `name`, `size`, `kind`",
                "x: {label: 甲, type: file}",
                "text",
                "x[0].kind",
                file,
                json!("pdf"),
            ),
            (
                "| computed | by `of: <type>` | that type |",
                "x: {label: 甲, type: computed, of: integer, compute: people.size()}",
                "integer",
                "x + 1",
                json!({"people": [{}]}),
                json!(2),
            ),
        ],
    );
    answers(
        "L3",
        vec![
            (
                "number, ≤ 15 significant digits",
                "",
                json!({"funded": true, "fund": 123_456_789_012_345.6}),
                "fund",
                &["max-digits@fund"],
            ),
            (
                "`2026-11-20` / `2026-11` / `2026`",
                "",
                json!({"period_start": "2026-11"}),
                "period_start",
                &["format@period_start"],
            ),
            (
                "| integer | number | int |",
                "pages: {overview: {fields: {x: {label: 甲, type: integer}}}}\n",
                json!({"x": "2"}),
                "x",
                &["type@x"],
            ),
            (
                "| choice, tree | the code |",
                "",
                json!({"status": "已应用"}),
                "status",
                &["code-unknown@status"],
            ),
            (
                "| lookup | the id |",
                "",
                json!({"recommender": "青山大学"}),
                "recommender",
                &["lookup-unknown@recommender"],
            ),
        ],
    );
}

#[test]
fn l3_what_is_empty() {
    let unbound = "an expression is empty only if its result depends on it (`false && empty` is false)";
    let lists = "A table, list or choices reads as `[]`.";
    let filled = "`filled(x)` asks: answered, and for lists and tables, size > 0";
    let rows = "inside `exists` and `filter` that row does not count, inside `all` it passes, `map` leaves it out";
    let two = json!({"people": [{"name": "甲", "born": null}, {"name": "乙", "born": "2000-01"}]});
    values(
        "L3",
        vec![
            (
                "A field that is hidden or unanswered is *empty*",
                "",
                "decimal",
                "fund + 1.0",
                json!({}),
                json!(null),
            ),
            (
                "A field that is hidden or unanswered is *empty*",
                "x: {label: 甲, type: integer, showWhen: funded}",
                "integer",
                "x + 1",
                json!({"x": 1, "funded": false}),
                json!(null),
            ),
            (
                unbound,
                "",
                "yes-no",
                "funded && fund > 1.0",
                json!({"funded": false}),
                json!(false),
            ),
            (
                unbound,
                "",
                "yes-no",
                "funded && fund > 1.0",
                json!({"funded": true}),
                json!(null),
            ),
            (
                unbound,
                "",
                "yes-no",
                "funded || fund > 1.0",
                json!({"funded": true}),
                json!(true),
            ),
            (
                unbound,
                "",
                "integer",
                "funded ? 1 : size(name)",
                json!({"funded": true}),
                json!(1),
            ),
            (lists, "", "integer", "people.size()", json!({}), json!(0)),
            (lists, "", "integer", "size(keywords)", json!({}), json!(0)),
            (
                lists,
                "x: {label: 甲, type: choices, codes: status}",
                "integer",
                "size(x)",
                json!({}),
                json!(0),
            ),
            (filled, "", "yes-no", "filled(name)", json!({}), json!(false)),
            (filled, "", "yes-no", "filled(name)", json!({"name": "甲"}), json!(true)),
            (
                filled,
                "",
                "yes-no",
                "filled(keywords)",
                json!({"keywords": []}),
                json!(false),
            ),
            (
                filled,
                "",
                "yes-no",
                "filled(people)",
                json!({"people": [{}]}),
                json!(true),
            ),
            (
                "a file slot below its `minItems` is not filled",
                "x: {label: 甲, type: file, minItems: 2}",
                "yes-no",
                "filled(x)",
                json!({"x": [{"id": "f", "name": "a.pdf", "size": 1, "kind": "pdf"}]}),
                json!(false),
            ),
            (
                "a computation is empty",
                "x: {label: 甲, type: computed, of: decimal, compute: fund + 1.0}",
                "yes-no",
                "filled(x)",
                json!({}),
                json!(false),
            ),
            (
                rows,
                "",
                "yes-no",
                "people.exists(p, p.id_no == \"x\")",
                two.clone(),
                json!(false),
            ),
            (
                rows,
                "",
                "integer",
                "size(people.filter(p, p.id_no == \"x\"))",
                two.clone(),
                json!(0),
            ),
            (
                rows,
                "",
                "yes-no",
                "people.all(p, p.id_no == \"x\")",
                two.clone(),
                json!(true),
            ),
            (rows, "", "integer", "size(people.map(p, p.id_no))", two, json!(0)),
            (
                "An index past the end is empty.",
                "",
                "text",
                "people[3].name",
                json!({"people": [{"name": "甲"}]}),
                json!(null),
            ),
        ],
    );
    let condition = "An empty condition (`showWhen`, `requireWhen`, `when`, `where`) then counts as false";
    let hidden = "A hidden field is not asked for, not checked";
    answers(
        "L3",
        vec![
            (
                condition,
                "pages: {overview: {fields: {x: {label: 甲, type: text, required: true, showWhen: fund > 1.0}}}}\n",
                json!({}),
                "x",
                &[],
            ),
            (
                condition,
                "pages: {overview: {fields: {x: {label: 甲, type: text, requireWhen: fund > 1.0}}}}\n",
                json!({}),
                "x",
                &[],
            ),
            (
                condition,
                "pages: {overview: {fields: {x: {label: 甲, type: choice, codes: status, where: 'it.code == name'}}}}\n",
                json!({"x": "applied"}),
                "x",
                &["where-mismatch@x"],
            ),
            (
                condition,
                "rules: {late: {when: 'fund > 1.0', assert: 'name == \"甲\"', at: name, message: 错}}\n",
                json!({"name": "乙"}),
                "name",
                &[],
            ),
            (
                "a rule is skipped",
                "rules: {late: {assert: 'fund > 1.0', at: fund, message: 错}}\n",
                json!({"funded": false}),
                "fund",
                &[],
            ),
            (
                hidden,
                "",
                json!({"status": "applied", "unused_why": 3}),
                "unused_why",
                &[],
            ),
            (
                hidden,
                "",
                json!({"status": "unused"}),
                "unused_why",
                &["required@unused_why"],
            ),
        ],
    );
}

#[test]
fn l3_what_is_offered() {
    let offered =
        "Offered besides CEL's own: `filled(x)`, `sum(list)`, `within(code, ancestor)`, `label(field)`, `month(date)`";
    let period = "`days(n) workdays(n) months(n) years(n)`, `date(\"2021-01-01\")`, `deadline(date, period)` and `date ± period`";
    let day = "x: {label: 甲, type: date}";
    let roll = "only `deadline` and `due` roll over a day off";
    values(
        "L3",
        vec![
            (
                offered,
                "",
                "decimal",
                "sum([fund, fund])",
                json!({"fund": 1.5}),
                json!(3),
            ),
            (
                offered,
                "",
                "yes-no",
                "within(place, \"63\")",
                json!({"place": "6301"}),
                json!(true),
            ),
            (
                offered,
                "",
                "yes-no",
                "within(place, \"6302\")",
                json!({"place": "6301"}),
                json!(false),
            ),
            (
                offered,
                "",
                "text",
                "label(status)",
                json!({"status": "applied"}),
                json!("已应用"),
            ),
            (
                offered,
                day,
                "month",
                "month(x)",
                json!({"x": "2026-11-20"}),
                json!("2026-11"),
            ),
            (
                period,
                day,
                "date",
                "x - years(1)",
                json!({"x": "2024-02-29"}),
                json!("2023-02-28"),
            ),
            (
                period,
                day,
                "yes-no",
                "x > date(\"2021-01-01\")",
                json!({"x": "2021-01-02"}),
                json!(true),
            ),
            (
                "Month ends clamp",
                day,
                "date",
                "x + months(1)",
                json!({"x": "2026-01-31"}),
                json!("2026-02-28"),
            ),
            (
                "the first day is not counted",
                day,
                "date",
                "x + workdays(1)",
                json!({"x": "2026-11-20"}),
                json!("2026-11-23"),
            ),
            (
                "`workdays` uses the region's calendar",
                day,
                "date",
                "x + workdays(1)",
                json!({"x": "2026-09-30"}),
                json!("2026-10-02"),
            ),
            (
                "`workdays` uses the region's calendar",
                day,
                "date",
                "x + workdays(1)",
                json!({"x": "2026-10-09"}),
                json!("2026-10-10"),
            ),
            (
                roll,
                day,
                "date",
                "deadline(x, days(1))",
                json!({"x": "2026-09-30"}),
                json!("2026-10-02"),
            ),
            (
                roll,
                day,
                "date",
                "x + days(1)",
                json!({"x": "2026-09-30"}),
                json!("2026-10-01"),
            ),
            (
                "every field by its bare id, every `let`, `today`",
                "",
                "date",
                "today",
                json!({}),
                json!("2026-11-20"),
            ),
            (
                "`app.filed_on`: the day of first submission, today before that",
                "",
                "date",
                "app.filed_on",
                json!({}),
                json!("2026-11-20"),
            ),
            (
                "`app.applicant` (`name`, `unit`, `role`), `app.state`, `app.region`, `app.category`",
                "",
                "text",
                "app.applicant.name + app.applicant.role",
                json!({}),
                json!("甲registrant"),
            ),
            (
                "`app.applicant` (`name`, `unit`, `role`), `app.state`, `app.region`, `app.category`",
                "",
                "yes-no",
                "filled(app.applicant.unit)",
                json!({}),
                json!(false),
            ),
            (
                "`app.applicant` (`name`, `unit`, `role`), `app.state`, `app.region`, `app.category`",
                "",
                "text",
                "app.state + app.region + app.category",
                json!({}),
                json!("draftqingshanapplied"),
            ),
        ],
    );
    let form = "qingshan/applied.form.yaml";
    let subtraction = "`a-b` is a subtraction and, where `a` and `b` are not numbers, the problem says so";
    definitions(
        "L3",
        vec![
            (
                subtraction,
                form,
                "form: applied\nextends: base/applied\nlet:\n  x: 'name-status'\n",
                &["expression-type@4"],
            ),
            (
                "compiled and type-checked against the form at load",
                form,
                "form: applied\nextends: base/applied\nlet:\n  x: 'name > 3'\n",
                &["expression-type@4"],
            ),
            (
                "Dates compare with dates, months with months.",
                form,
                "form: applied\nextends: base/applied\nlet:\n  x: 'period_end > month(period_start)'\n",
                &["expression-type@4"],
            ),
            (
                "`today` in a rule is a warning that suggests it",
                form,
                "form: applied\nextends: base/applied\nrules:\n  x: {assert: 'period_end < today', message: 晚}\n",
                &["today-in-rule@4"],
            ),
        ],
    );
    let row = "in columns and `each:` rules: `row.x`, `row.index` (from 1), `outer.x` for the enclosing row.";
    let inner = "pages:\n  overview:\n    fields:\n      xs:\n        label: 项\n        type: table\n        columns:\n          \
                 no: {label: 号, type: integer}\n          parts:\n            label: 件\n            type: table\n            \
                 columns: {no: {label: 号, type: integer}}\n\
                 rules:\n  first: {each: xs, assert: 'row.index == row.no', at: row.no, message: 错}\n  \
                 below: {each: xs.parts, assert: 'row.no < outer.no', at: row.no, message: 错}\n";
    answers(
        "L3",
        vec![
            (
                row,
                inner,
                json!({"xs": [{"no": 1}, {"no": 1}]}),
                "xs",
                &["first@xs[1].no"],
            ),
            (
                row,
                inner,
                json!({"xs": [{"no": 1, "parts": [{"no": 0}, {"no": 1}]}]}),
                "xs",
                &["below@xs[0].parts[1].no"],
            ),
            (
                "In `where`: `it`, the candidate.",
                "",
                json!({"recommender": "u2"}),
                "recommender",
                &["where-mismatch@recommender"],
            ),
        ],
    );
}

#[test]
fn l4_a_column_reads_any_other_of_its_row() {
    let any = "A column may read any other of its row, in whatever order they are written";
    let behind = "rows: {label: 表, type: table, columns: {c: {label: 丙, type: computed, of: integer, compute: 'row.b + 1'}, \
                  b: {label: 乙, type: computed, of: integer, compute: 'row.a * 2'}, \
                  a: {label: 甲, type: integer, showWhen: 'row.yes'}, yes: {label: 有, type: yes-no, showWhen: 'row.n > 0'}, \
                  n: {label: 数, type: integer}}}";
    values(
        "L4",
        vec![
            (
                any,
                behind,
                "integer",
                "sum(rows.map(r, r.c))",
                json!({"rows": [{"n": 1, "yes": true, "a": 5}, {"n": 1, "yes": true, "a": 7}]}),
                json!(26),
            ),
            (
                any,
                behind,
                "integer",
                "sum(rows.map(r, r.c))",
                json!({"rows": [{"n": 0, "yes": true, "a": 5}]}),
                json!(0),
            ),
        ],
    );
}
