//! L7 to L11: regions, workflows, documents, samples, and what problems say.

use dengji::definition::Language;

use super::tables::{definitions, said, samples};

const REGION: &str = "qingshan/region.yaml";
const WORKFLOW: &str = "qingshan/workflow.yaml";

/// A region with this over its base.
fn region(more: &str) -> &'static str {
    Box::leak(format!("extends: base\nname: 青山省\ntitle: 系统\nauthority: 厅\nplace: \"630000\"\nunits: codes/units.csv\n{more}\n").into_boxed_str())
}

/// A workflow with this over its base.
fn flow(more: &str) -> &'static str {
    Box::leak(format!("extends: base\n{more}\n").into_boxed_str())
}

#[test]
fn l7_regions() {
    let roles = "registrant: {label: 成果登记人, sees: own}           # own | unit | handled | region";
    definitions(
        "L7",
        vec![
            ("language: zh-CN", REGION, region("language: en"), &[]),
            (
                "language: zh-CN",
                REGION,
                region("language: fr"),
                &["unknown-language@7"],
            ),
            (
                "calendar: {name: cn, rollover: true}",
                REGION,
                region("calendar: {name: us}"),
                &["unknown-calendar@7"],
            ),
            (
                "menu: texts/menu.yaml",
                REGION,
                region("menu: texts/cards.yaml"),
                &["missing-file@7"],
            ),
            (
                "support: {phone: 400-161-6289, faq: texts/faq.md, contact: texts/contact.md}",
                REGION,
                region("support: {contact: texts/who.md}"),
                &["unknown-text@7"],
            ),
            (
                "signIn: {by: email, captcha: true, password: {minLength: 8, maxLength: 12, classes: [upper, lower, digit, symbol]}}",
                REGION,
                region("signIn: {by: card}"),
                &["unknown-sign-in@7"],
            ),
            (
                "signIn: {by: email, captcha: true, password: {minLength: 8, maxLength: 12, classes: [upper, lower, digit, symbol]}}",
                REGION,
                region("signIn: {password: {classes: [vowels]}}"),
                &["unknown-class@7"],
            ),
            (
                "creates: {unit: completing, role: unit_admin}, activation: approval, approvedBy: office}",
                REGION,
                region("accounts: {unit: {approvedBy: nobody}}"),
                &["unknown-role@7"],
            ),
            (
                "creates: {role: registrant}, joins: unit, activation: email}",
                REGION,
                region("accounts: {invited: {activation: pigeon}}"),
                &["unknown-activation@7"],
            ),
            (
                roles,
                REGION,
                region("roles: {office: {sees: everything}}"),
                &["unknown-sees@7"],
            ),
            (roles, REGION, region("roles: {office: {sees: region}}"), &[]),
            (
                "numbering:",
                REGION,
                region("numbering: {registration: {pattern: '963{year}{serial:4}'}}"),
                &["number-repeats@7"],
            ),
            (
                "# or layout: <plugin>",
                REGION,
                region("documents: {certificate: {layout: nothing}}"),
                &["unknown-plugin@7"],
            ),
            (
                "plugins:",
                REGION,
                region("plugins: {certificate: {sha256: \"00\"}}"),
                &["plugin-hash@7"],
            ),
            (
                "coverage: {rules: 100, transitions: 100, fields: 95, conditions: 95}",
                REGION,
                region("coverage: {rules: 100, fields: 0}"),
                &[],
            ),
            (
                "coverage: {rules: 100, transitions: 100, fields: 95, conditions: 95}",
                REGION,
                region("coverage: {rules: most}"),
                &["wrong-type@7"],
            ),
        ],
    );
}

const STEPS: &str = "start: draft\nstates:\n  draft: {label: 填写, edits: applicant}\n  unit: {label: 单位, waitsFor: unit_admin}\n  \
    recommend: {label: 推荐, waitsFor: {role: recommender, unit: recommender}, due: {within: 30 days, then: expire}}\n  office: {label: 省厅, waitsFor: office}\n  \
    done: {label: 完, final: true}\n\
    actions:\n  submit: {label: 提交, from: draft, by: applicant, requires: check, to: [{when: 'filled(app.applicant.unit)', to: unit}, {to: recommend}]}\n  \
    pass: {label: 同意, from: unit, by: unit_admin, to: recommend}\n  \
    hand: {label: 转送, from: unit, by: handler, to: recommend, form: {to: {label: 单位, type: lookup, from: units, required: true}}, effects: [{handTo: input.to}]}\n  \
    recommend_pass: {label: 推荐, from: recommend, by: recommender, to: office, form: {opinion: {label: 意见, type: text, required: true}}}\n  \
    expire: {label: 逾期, from: recommend, by: clock, to: done}\n  \
    approve: {label: 通过, from: office, by: office, when: 'filled(app.applicant.unit)', to: done}\n  \
    withdraw: {label: 撤回, from: [unit, recommend, office], by: anyone, to: draft}\n  \
    back: {label: 退回, from: [unit, recommend, office], by: handler, to: draft, form: {marks: {label: 栏目, type: marked-fields}}}\n";

const GOOD: &str = "answers: {name: 甲, year: 2025, recommender: b}\n";

/// A walk over complete answers.
fn walk(steps: &str) -> &'static str {
    Box::leak(format!("{GOOD}walk:\n{steps}").into_boxed_str())
}

#[tokio::test]
async fn l8_walks() {
    let first = "# first that holds; the last has no when";
    let by = "# a role; or applicant, handler (whom the state waits for), clock, anyone";
    let submit = "  - {act: submit, by: registrant, state: unit}\n";
    let then = |steps: &str| walk(&format!("{submit}{steps}"));
    samples(
        "L8",
        vec![
            (first, STEPS, walk(submit), &[]),
            (first, STEPS, "context: {applicant: {name: 甲, role: registrant}}\nanswers: {name: 甲, recommender: b}\nwalk:\n  - {act: submit, by: registrant, state: recommend}\n", &[]),
            ("requires: check", STEPS, "answers: {recommender: b}\nwalk:\n  - {act: submit, by: registrant, state: unit}\n", &["- {act: submit, by: registrant, state: unit}", "+ {act: submit, by: registrant}  # 填写检查未通过，还有 1 处需要修改"]),
            (by, STEPS, then("  - {act: pass, by: unit_admin, state: recommend}\n"), &[]),
            (by, STEPS, then("  - {act: pass, by: office, state: recommend}\n"), &["- {act: pass, by: office, state: recommend}", "+ {act: pass, by: office}  # 这项操作由以下角色进行：单位管理员"]),
            (by, STEPS, then("  - {act: back, by: unit_admin, state: draft}\n"), &[]),
            (by, STEPS, then("  - {act: back, by: office, state: draft}\n"), &["- {act: back, by: office, state: draft}", "+ {act: back, by: office}  # 这项操作由以下角色进行：当前审核人"]),
            (by, STEPS, then("  - {act: withdraw, by: office, state: draft}\n"), &[]),
            (by, STEPS, then("  - {act: pass, by: unit_admin, state: recommend}\n  - {act: expire, by: clock, state: done}\n"), &[]),
            ("# path to a unit: the picked one", STEPS, "answers: {name: 甲}\nwalk:\n  - {act: submit, by: registrant, state: unit}\n  - {act: pass, by: unit_admin, state: recommend}\n", &["- {act: pass, by: unit_admin, state: recommend}", "+ {act: pass, by: unit_admin}  # 推荐单位不能为空，请先选择"]),
            ("form: {opinion: {label: 推荐意见, type: long-text, required: true}}", STEPS, then("  - {act: pass, by: unit_admin, state: recommend}\n  - {act: recommend_pass, by: recommender, state: office}\n"), &["- {act: recommend_pass, by: recommender, state: office}", "+ {act: recommend_pass, by: recommender}  # 请按提示补充或修改"]),
            ("Effect `{handTo: input.x}` moves the wait to another unit.", STEPS, then("  - {act: hand, by: unit_admin, input: {to: a}, state: recommend}\n  - {act: recommend_pass, by: recommender, input: {opinion: 同意}, state: office}\n  - {act: approve, by: office, state: done}\n"), &[]),
            (
                "# first that holds; the last has no when",
                STEPS,
                "context: {applicant: {name: 甲, role: registrant}}\nanswers: {name: 甲, recommender: b}\nwalk:\n  - {act: submit, by: registrant, state: recommend}\n  - {act: recommend_pass, by: recommender, input: {opinion: 同意}, state: office}\n  - {act: approve, by: office, state: done}\n",
                &["- {act: approve, by: office, state: done}", "+ {act: approve, by: office}  # 目前不满足这项操作的条件"],
            ),
            ("marks: {label: 需修改的栏目, type: marked-fields}", STEPS, then("  - {act: back, by: unit_admin, input: {marks: [name]}, state: draft}\n"), &[]),
            ("marks: {label: 需修改的栏目, type: marked-fields}", STEPS, then("  - {act: back, by: unit_admin, input: {marks: [nowhere]}, state: draft}\n"), &["- {act: back, by: unit_admin, state: draft}", "+ {act: back, by: unit_admin}  # 请按提示补充或修改"]),
        ],
    )
    .await;
}

#[test]
fn l8_definitions() {
    let due = "`then` names an action by `clock` or `remind`";
    definitions(
        "L8",
        vec![
            ("start: draft", WORKFLOW, flow("start: nowhere"), &["unknown-state@2"]),
            (
                "draft:    {label: 填写中, edits: applicant}",
                WORKFLOW,
                flow("states: {draft: {edits: nobody}}"),
                &["unknown-edits@2"],
            ),
            (
                "waitsFor: unit_admin",
                WORKFLOW,
                flow("states: {unit: {waitsFor: nobody}}"),
                &["unknown-role@2"],
            ),
            (
                "final: true",
                WORKFLOW,
                flow("states: {expired: {final: false}}"),
                &["dead-end-state@2"],
            ),
            (
                "`due: {within, then, counts: entry|total}`",
                WORKFLOW,
                flow("states: {unit: {due: {counts: twice}}}"),
                &["unknown-counts@2"],
            ),
            (
                due,
                WORKFLOW,
                flow("states: {unit: {due: {then: later}}}"),
                &["unknown-action@2"],
            ),
            (
                due,
                WORKFLOW,
                flow("states: {unit: {due: {then: approve}}}"),
                &["due-action@2"],
            ),
            (
                "# first that holds; the last has no when",
                WORKFLOW,
                flow("actions: {submit: {to: [{when: 'filled(app.applicant.unit)', to: unit}]}}"),
                &["target-condition@2"],
            ),
            (
                "requires: check",
                WORKFLOW,
                flow("actions: {approve: {requires: fee}}"),
                &["unknown-requirement@2"],
            ),
            (
                "effects: [{assignNumber: registration}, {issue: certificate}, {notify: applicant}]",
                WORKFLOW,
                flow("actions: {unit_pass: {effects: [{mail: office}]}}"),
                &["unknown-effect@2"],
            ),
            (
                "Effect `{handTo: input.x}` moves the wait to another unit.",
                WORKFLOW,
                flow("actions: {unit_pass: {effects: [{handTo: input.unit}]}}"),
                &["unknown-field@2"],
            ),
        ],
    );
}

#[test]
fn l9_documents() {
    let keys = "`{label, template | layout, in: [states], by: roles, watermark, over: register}`";
    let reads = "(`answers.x`, `answer(data, \"x\")`, `column(data, \"table\", \"x\")`) is a problem";
    let template = "qingshan/documents/form.typ";
    definitions(
        "L9",
        vec![
            (
                keys,
                REGION,
                region("documents: {form: {layout: certificate}}"),
                &["document-source@7"],
            ),
            (
                keys,
                REGION,
                region("documents: {form: {in: [nowhere]}}"),
                &["unknown-state@7"],
            ),
            (
                keys,
                REGION,
                region("documents: {form: {by: [nobody]}}"),
                &["unknown-role@7"],
            ),
            (
                keys,
                REGION,
                region("documents: {form: {over: batches}}"),
                &["unknown-register@7"],
            ),
            (
                keys,
                REGION,
                region("documents: {form: {watermark: {when: 'name == \"\"', text: 草稿}}}"),
                &["expression-unknown-name@7"],
            ),
            (reads, template, "#answers.nmae\n", &["document-field@1"]),
            (reads, template, "#answer(data, \"nmae\")\n", &["document-field@1"]),
            (
                reads,
                template,
                "#column(data, \"people\", \"nmae\")\n",
                &["document-field@1"],
            ),
            (
                reads,
                template,
                "#answer(data, \"name\") #column(data, \"people\", \"born\")\n",
                &[],
            ),
        ],
    );
}

#[tokio::test]
async fn l10_samples() {
    let compared = "Findings are compared as a set by rule and place (message and severity when given).";
    let early = "answers: {name: 甲, year: 1999, people: [{who: 甲}]}\n";
    let with = |more: &str| -> &'static str { Box::leak(format!("{early}{more}").into_boxed_str()) };
    samples(
        "L10",
        vec![
            ("# start from another sample", STEPS, "from: base.yaml\nfindings: []\n", &[]),
            ("# merged over `from`", STEPS, "from: base.yaml\nanswers: {year: 1999}\nfindings: [{rule: recent, at: year}]\n", &[]),
            ("# by path", STEPS, "from: base.yaml\nset: {'people[0].who': 乙}\nfindings: [{rule: named, at: 'people[0].who'}]\n", &[]),
            (compared, STEPS, with("findings: [{rule: named, at: 'people[0].who'}, {rule: recent, at: year}]\n"), &[]),
            (compared, STEPS, with("findings: [{rule: named}, {rule: recent}]\n"), &[]),
            (compared, STEPS, with("findings: [{rule: named, severity: error}, {rule: recent}]\n"), &["- {rule: named, severity: error}", "+ {rule: named, at: 'people[0].who', severity: warning}  # 同名"]),
            (compared, STEPS, with("findings: [{rule: named}, {rule: recent, message: 太早}]\n"), &["- {rule: recent, message: 太早}", "+ {rule: recent, at: year}  # 年度太早"]),
            ("cases:", STEPS, with("cases:\n  - {name: 改正, set: {year: 2025, people: null}, findings: []}\n"), &[]),
            ("context: {today: 2026-11-20, filed_on: 2026-11-20, applicant: {unit: lzu}}", STEPS, with("cases:\n  - {name: 没有单位, context: {applicant: {unit: null}}, set: {year: 2025, people: null}, findings: []}\n"), &[]),
            ("walk:", STEPS, walk("  - {act: submit, by: registrant, state: office}\n"), &["- {act: submit, by: registrant, state: office}", "+ {act: submit, by: registrant, state: unit}"]),
        ],
    )
    .await;
}

#[test]
fn l11_usual_slips_are_mended() {
    // The slip as it is written, and what the help must name.
    let slips = [
        ("`=` for `==`", "status = \"applied\"", "=="),
        ("`and` for `&&`", "funded and funded", "&&"),
        ("full-width quotes", "status == “applied”", "\""),
        ("`≥`", "fund ≥ 1.0", ">="),
        ("a label where a code is meant", "status == \"已应用\"", "applied"),
    ];
    for (sentence, source, mend) in slips {
        said("L11", sentence);
        let form = format!("form: applied\nextends: base/applied\nlet:\n  x: '{source}'\n");
        let (loaded, ..) = super::laid_over(&[("qingshan/applied.form.yaml", &form)]);
        let [problem] = loaded.problems.as_slice() else {
            panic!("{source}: {:#?}", loaded.problems)
        };
        assert_eq!(problem.place.line, 4, "{source}");
        let said = problem.help.as_ref().unwrap_or(&problem.message);
        for language in [Language::Chinese, Language::English] {
            assert!(said.get(language).contains(mend), "{source}: {said:?}");
        }
    }
}

#[test]
fn l11_a_full_width_colon_and_today_are_mended() {
    let form = "qingshan/applied.form.yaml";
    definitions(
        "L11",
        vec![
            (
                "`：`",
                form,
                "form: applied\nextends: base/applied\npages：{overview: {title: 概况}}\n",
                &["yaml-syntax@3"],
            ),
            (
                "`today` where `app.filed_on` is meant",
                form,
                "form: applied\nextends: base/applied\nrules:\n  x: {assert: 'period_end < today', message: 晚}\n",
                &["today-in-rule@4"],
            ),
        ],
    );
}
