//! How a row is tried: each quotes its sentence of `forms/LANGUAGE.md`, gives a piece of a definition,
//! and says what must follow.

use std::fs;
use std::sync::Arc;

use dengji::check::{CompiledForm, Evaluated};
use dengji::definition::Form;
use dengji::plugin::{Grant, Limits, Plugins};
use dengji::registry::Office;
use dengji::registry::sample::run;
use dengji_tests::repository;
use serde_json::{Value as Json, json};

use super::{Context, Records, TODAY, app, findings, laid_over, object, region};

/// A form over the mini region's, from what is written after its head.
pub(crate) fn form(written: &str) -> Arc<Form> {
    let form = format!("form: applied\nextends: base/applied\n{written}");
    Arc::clone(&region(&[("qingshan/applied.form.yaml", &form)]).forms["applied"])
}

/// Fails unless the section of the reference says so, in these words.
pub(crate) fn said(section: &str, sentence: &str) {
    let text = fs::read_to_string(repository().join("forms/LANGUAGE.md")).unwrap();
    let after = text
        .split_once(&format!("## {section} "))
        .expect("there is such a section")
        .1;
    let section_text = after.split("\n## ").next().unwrap_or_default();
    assert!(section_text.contains(sentence), "{section} does not say: {sentence}");
}

/// The units that look-ups find.
pub(crate) fn units() -> Json {
    json!({"units": [
        {"id": "u1", "name": "青山大学", "credit_code": "12630000MM0001011E", "kinds": ["completing", "recommending"], "place": "6301", "parent": "u2", "active": true},
        {"id": "u2", "name": "绿水研究所", "kinds": ["completing"], "place": "6302", "active": true},
    ]})
}

/// A sentence; fields; the type and the source of an expression over them and the mini form's; answers;
/// and what it gives, `null` where it is empty.
pub(crate) type ValueRow = (&'static str, &'static str, &'static str, &'static str, Json, Json);

/// Tries what expressions give.
pub(crate) fn values(section: &str, rows: Vec<ValueRow>) {
    for (sentence, fields, of, source, answers, expected) in rows {
        said(section, sentence);
        let fields = fields.lines().map(|line| format!("      {line}\n")).collect::<String>();
        let form = form(&format!(
            "pages:\n  asked:\n    title: 问\n    fields:\n{fields}      \
             result: {{label: 得, type: computed, of: {of}, compute: '{source}'}}\n"
        ));
        let (app, lookups) = (app(TODAY), Records(units()));
        let context = Context {
            app: &app,
            today: TODAY,
            lookups: &lookups,
        };
        let evaluated = Evaluated::new(&form, &object(answers.clone()), &context);
        let given = evaluated.field("result").unwrap().given.clone().unwrap_or_default();
        assert_eq!(given, expected, "{sentence}\n{source} over {answers}");
    }
}

/// A sentence; what is written in a form; answers; and the findings at fields whose name begins with the
/// word before the colon, as `rule@place`.
pub(crate) type AnswerRow = (&'static str, &'static str, Json, &'static str, &'static [&'static str]);

/// Tries what is found in answers.
pub(crate) fn answers(section: &str, rows: Vec<AnswerRow>) {
    for (sentence, written, answers, about, expected) in rows {
        said(section, sentence);
        let form = form(written);
        assert!(CompiledForm::new(Arc::clone(&form)).is_ok());
        let found = findings(&form, answers.clone(), units(), TODAY, about);
        assert_eq!(found, expected, "{sentence}\n{written}{answers}");
    }
}

/// A sentence; a file; what is written in it; and the problems told, as `rule@line`.
pub(crate) type DefinitionRow = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// Tries what is told of definitions.
pub(crate) fn definitions(section: &str, rows: Vec<DefinitionRow>) {
    for (sentence, file, written, expected) in rows {
        said(section, sentence);
        let (loaded, ..) = laid_over(&[(file, written)]);
        let told = loaded.problems.iter().map(|problem| {
            let place = &problem.place;
            match place.file.to_str() == Some(file) {
                true => format!("{}@{}", problem.rule, place.line),
                false => format!("{}@{}:{}", problem.rule, place.file.display(), place.line),
            }
        });
        assert_eq!(told.collect::<Vec<_>>(), expected, "{sentence}\n{written}");
    }
}

const OFFICE: &str = "name: 蓝天省\ntitle: 系统\nauthority: 厅\nunitKinds: {completing: 完成单位, recommending: 推荐单位}\n\
    roles:\n  registrant: {label: 登记人, sees: own}\n  unit_admin: {label: 单位管理员, sees: unit}\n  \
    recommender: {label: 推荐单位, sees: handled}\n  office: {label: 省厅, sees: region}\n";
const OFFICE_FORM: &str = "form: applied\ntitle: 登记表\npages:\n  one:\n    title: 一\n    fields:\n      \
    name: {label: 名称, type: text, required: true}\n      year: {label: 年度, type: year}\n      \
    recommender: {label: 推荐单位, type: lookup, from: units}\n      \
    people: {label: 人员, type: table, columns: {who: {label: 姓名, type: text}}}\n\
    rules:\n  recent: {assert: 'year > 2000', at: year, message: 年度太早}\n  \
    named: {each: people, assert: 'row.who != name', at: row.who, severity: warning, message: 同名}\n";

/// A sentence; a workflow; what is written in a sample beside its head; and what came otherwise, line by
/// line.
pub(crate) type SampleRow = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// Tries what samples find and where their walks lead.
pub(crate) async fn samples(section: &str, rows: Vec<SampleRow>) {
    let plugins = Plugins::new(Limits::default(), Grant::default()).unwrap();
    for (sentence, workflow, written, expected) in rows {
        said(section, sentence);
        let context = match written.starts_with("context:") {
            true => "",
            false => "context: {today: 2026-11-20, applicant: {name: 甲, unit: a, role: registrant}}\n",
        };
        let sample = format!(
            "form: applied\n{context}registers:\n  units:\n    - {{id: a, name: 甲大学, kinds: [completing]}}\n    \
             - {{id: b, name: 乙厅, kinds: [recommending]}}\n{written}"
        );
        let files = [
            ("lantian/region.yaml", OFFICE),
            ("lantian/applied.form.yaml", OFFICE_FORM),
            ("lantian/workflow.yaml", workflow),
            ("lantian/samples/base.yaml", "form: applied\nanswers: {name: 乙}\n"),
            ("lantian/samples/one.yaml", &sample),
        ];
        let (loaded, folders, _folder) = laid_over(&files);
        assert!(!loaded.has_errors(), "{sentence}\n{:#?}", loaded.problems);
        let region = Arc::clone(&loaded.regions["lantian"]);
        let (samples, problems) = dengji::definition::load::samples(&folders, &region);
        assert!(problems.is_empty(), "{problems:#?}");
        let office = Office::compile(region, &plugins).await.unwrap();
        let ran = run(&office, &samples, TODAY, None).await;
        let differences = ran.outcomes.iter().filter_map(|outcome| outcome.difference.as_ref());
        let lines: Vec<String> = differences
            .flat_map(|difference| difference.lines())
            .filter(|line| !line.starts_with(' '))
            .collect();
        assert_eq!(lines, expected, "{sentence}\n{written}");
    }
}
