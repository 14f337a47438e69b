use std::fs;

use serde_json::{Map, Value as Json, json};

use super::Consequence::{CannotMove, LosesAnswer, NeedsAnswer, Safe};
use super::*;
use crate::definition::Language;
use crate::definition::load::{Folders, load, trees};

const REGION: &str = "\
name: 青山省
title: 青山省登记系统
authority: 青山省科技厅
place: \"630000\"
roles:
  registrant: {label: 登记人, sees: own}
  office: {label: 省厅, sees: region}
documents:
  form: {label: 登记表, template: documents/form.typ}
";

const WORKFLOW: &str = "\
start: draft
states:
  draft: {label: 填写中, edits: applicant}
  office: {label: 省厅审核, waitsFor: office}
  done: {label: 通过, final: true}
actions:
  submit: {label: 提交, from: draft, by: applicant, requires: check, to: office}
  approve: {label: 通过, from: office, by: office, to: done}
  back: {label: 退回, from: office, by: office, to: draft}
";

const FORM: &str = "\
form: f
title: 登记表
pages:
  overview:
    title: 概况
    fields:
      name: {label: 成果名称, type: text, required: true, maxLength: 100}
      level: {label: 水平, type: choice, codes: level}
      status: {label: 状态, type: choice, codes: {used: 应用, unused: 未应用}}
      amount: {label: 经费, type: integer, minimum: 0}
      begun: {label: 开始, type: date}
      why: {label: 原因, type: long-text, showWhen: 'status == \"unused\"'}
      id_no: {label: 证件号码, type: cn-id-number, sensitive: true}
      proof: {label: 证明, type: file, accept: [pdf, jpg], maxSize: 20 MB}
  people:
    title: 人员
    fields:
      people:
        label: 人员
        type: table
        maxRows: 10
        columns:
          name: {label: 姓名, type: text, required: true}
          born: {label: 出生年月, type: month}
let:
  cheap: 'amount < 10'
rules:
  not_cheap: {when: 'filled(amount)', assert: '!cheap', at: amount, message: 经费太少}
";

const CODES: &str = "code,name,valid_to,renamed_from\na,甲,,\nb,乙,,\n";

/// The made-up region with these replacements: file, from, to.
fn version(changes: &[(&str, &str, &str)]) -> Version {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("region.yaml", REGION),
        ("workflow.yaml", WORKFLOW),
        ("f.form.yaml", FORM),
        ("codes/level.csv", CODES),
        ("documents/form.typ", "= 登记表\n"),
    ];
    for (name, text) in files {
        let mut text = text.to_owned();
        for (_, from, to) in changes.iter().filter(|(file, ..)| *file == name) {
            assert!(text.contains(from), "{name} has no `{from}`");
            text = text.replacen(from, to, 1);
        }
        let path = folder.path().join("q").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let folders = Folders {
        forms: folder.path().to_path_buf(),
        plugins: folder.path().to_path_buf(),
    };
    let loaded = load(&folders, None).unwrap();
    assert!(!loaded.has_errors(), "{:#?}", loaded.problems);
    Version {
        region: Arc::clone(&loaded.regions["q"]),
        trees: trees(&folders, "q").unwrap(),
    }
}

/// What is told where the new version has these replacements.
fn told(changes: &[(&str, &str, &str)]) -> Vec<(Consequence, String)> {
    let found = regions(&version(&[]), &version(changes));
    found
        .into_iter()
        .map(|it| (it.consequence, it.message.get(Language::Chinese).to_owned()))
        .collect()
}

#[test]
fn nothing_differs_from_itself() {
    assert_eq!(regions(&version(&[]), &version(&[])), []);
}

#[test]
fn every_kind_of_difference_is_told_in_the_authors_words() {
    const F: &str = "f.form.yaml";
    const W: &str = "workflow.yaml";
    type Case<'a> = (&'a str, &'a str, &'a str, Consequence, &'a str);
    let cases: [Case<'_>; 45] = [
        (
            F,
            "maxLength: 100",
            "maxLength: 80",
            NeedsAnswer,
            "字段 成果名称 (name)：「最多字数」(maxLength)由 100 改为 80（收紧）",
        ),
        (
            F,
            "maxLength: 100",
            "maxLength: 200",
            Safe,
            "字段 成果名称 (name)：「最多字数」(maxLength)由 100 改为 200（放宽）",
        ),
        (
            F,
            ", maxLength: 100",
            "",
            Safe,
            "字段 成果名称 (name)：去掉了「最多字数」(maxLength)，原为 100（放宽）",
        ),
        (
            F,
            "minimum: 0",
            "minimum: 1",
            NeedsAnswer,
            "字段 经费 (amount)：「最小值」(minimum)由 0 改为 1（收紧）",
        ),
        (
            F,
            "label: 水平,",
            "label: 水平, required: true,",
            NeedsAnswer,
            "字段 水平 (level)：现在「必填」(required)（收紧）",
        ),
        (
            F,
            "required: true, maxLength",
            "maxLength",
            Safe,
            "字段 成果名称 (name)：不再「必填」(required)（放宽）",
        ),
        (
            F,
            "label: 成果名称",
            "label: 名称",
            Safe,
            "字段 名称 (name)：「问题的名称」(label)由 「成果名称」 改为 「名称」",
        ),
        (
            F,
            "      name: {label: 成果名称",
            "      title: {renamedFrom: name, label: 成果名称",
            Safe,
            "字段 成果名称 (title)由「name」改名而来",
        ),
        (
            F,
            "      begun: {label: 开始, type: date}\n",
            "",
            LosesAnswer,
            "去掉字段 开始 (begun)，没有 renamedFrom 接续它",
        ),
        (
            F,
            "      begun:",
            "      ended: {label: 结束, type: date}\n      begun:",
            Safe,
            "新增字段 结束 (ended)",
        ),
        (
            F,
            "      begun:",
            "      ended: {label: 结束, type: date, required: true}\n      begun:",
            NeedsAnswer,
            "新增字段 结束 (ended)，必填",
        ),
        (
            F,
            "      begun:",
            "      ended: {label: 结束, type: date, required: true, default: 2026-01-01}\n      begun:",
            Safe,
            "新增字段 结束 (ended)",
        ),
        (
            F,
            "开始, type: date",
            "开始, type: text",
            Safe,
            "字段 开始 (begun)：类型由 date 改为 text，原有答案照转",
        ),
        (
            F,
            "开始, type: date",
            "开始, type: month",
            LosesAnswer,
            "字段 开始 (begun)：类型由 date 改为 month，放不进去的答案会丢失",
        ),
        (
            F,
            "开始, type: date",
            "开始, type: yes-no",
            CannotMove,
            "字段 开始 (begun)：类型由 date 改为 yes-no，没有办法照原意转换",
        ),
        (
            F,
            "'status == \"unused\"'",
            "'status == \"used\"'",
            LosesAnswer,
            "字段 原因 (why)：「条件成立时才显示」(showWhen)由 「status == \"unused\"」 改为 「status == \"used\"」",
        ),
        (
            F,
            ", showWhen: 'status == \"unused\"'",
            "",
            Safe,
            "字段 原因 (why)：去掉了「条件成立时才显示」(showWhen)，原为 「status == \"unused\"」",
        ),
        (
            F,
            ", sensitive: true",
            "",
            CannotMove,
            "字段 证件号码 (id_no)：不再「敏感信息」(sensitive)",
        ),
        (
            F,
            "label: 经费,",
            "label: 经费, public: true,",
            CannotMove,
            "字段 经费 (amount)：现在「核验证书时可以公开」(public)",
        ),
        (
            F,
            "[pdf, jpg]",
            "[pdf]",
            NeedsAnswer,
            "字段 证明 (proof)：「接受的文件种类」(accept)由 [pdf, jpg] 改为 「pdf」（收紧）",
        ),
        (
            F,
            "20 MB",
            "5 MB",
            NeedsAnswer,
            "字段 证明 (proof)：「每个文件的大小上限」(maxSize)由 「20 MB」 改为 「5 MB」（收紧）",
        ),
        (
            F,
            "maxRows: 10",
            "maxRows: 5",
            NeedsAnswer,
            "字段 人员 (people)：「最多行数」(maxRows)由 10 改为 5（收紧）",
        ),
        (
            F,
            "          born: {label: 出生年月, type: month}\n",
            "",
            LosesAnswer,
            "去掉列 出生年月 (people.born)，没有 renamedFrom 接续它",
        ),
        (
            F,
            "          born: {label: 出生年月, type: month}",
            "          birth: {renamedFrom: born, label: 出生, type: month}",
            Safe,
            "列 出生 (people.birth)由「born」改名而来",
        ),
        (
            F,
            "          born: {label: 出生年月",
            "          born: {required: true, label: 出生年月",
            NeedsAnswer,
            "列 出生年月 (people.born)：现在「必填」(required)（收紧）",
        ),
        (
            F,
            "unused: 未应用}",
            "unused: 未应用, stopped: 停用}",
            Safe,
            "代码表 status：新增代码 stopped 停用",
        ),
        (F, "used: 应用, ", "", LosesAnswer, "代码表 status：去掉代码 used 应用"),
        (
            "codes/level.csv",
            "b,乙,,\n",
            "",
            LosesAnswer,
            "代码表 level：去掉代码 b 乙",
        ),
        (
            "codes/level.csv",
            "b,乙,,\n",
            "c,乙,,b\n",
            Safe,
            "代码表 level：代码 c 乙 由它改名而来：b",
        ),
        (
            "codes/level.csv",
            "b,乙,",
            "b,丙,",
            Safe,
            "代码表 level：代码 b 丙 名称改了：「乙」→「丙」",
        ),
        (
            "codes/level.csv",
            "b,乙,,",
            "b,乙,2026-01-01,",
            NeedsAnswer,
            "代码表 level：代码 b 乙 可选的时间缩短或已停用",
        ),
        (
            F,
            "  people:\n    title: 人员",
            "  staff:\n    renamedFrom: people\n    title: 人员",
            Safe,
            "栏目 人员 (staff)由「people」改名而来",
        ),
        (
            F,
            "    title: 人员",
            "    showWhen: 'amount > 5'\n    title: 人员",
            LosesAnswer,
            "栏目 人员 (people)：新写了「条件成立时才有这个栏目」(showWhen) 「amount > 5」",
        ),
        (
            F,
            "'amount < 10'",
            "'amount < 20'",
            NeedsAnswer,
            "let cheap：由 amount < 10 改为 amount < 20",
        ),
        (
            F,
            "message: 经费太少",
            "message: 经费不足",
            Safe,
            "规则 not_cheap：「给填报人的话」(message)由 「经费太少」 改为 「经费不足」",
        ),
        (
            F,
            "rules:\n",
            "rules:\n  new: {assert: 'name != \"x\"', message: 名称不对}\n",
            NeedsAnswer,
            "新增规则 new：「名称不对」",
        ),
        (
            F,
            "rules:\n",
            "rules:\n  new: {assert: 'name != \"x\"', message: 名称不对, severity: warning}\n",
            Safe,
            "新增规则 new：「名称不对」",
        ),
        (
            W,
            "label: 省厅审核",
            "label: 审核",
            Safe,
            "状态 审核 (office)：「状态名称」(label)由 「省厅审核」 改为 「审核」",
        ),
        (
            W,
            "  done: {label: 通过, final: true}\nactions:",
            "  ended: {label: 通过, final: true, renamedFrom: done}\nactions:",
            Safe,
            "状态 通过 (ended)由「done」改名而来",
        ),
        (
            W,
            "  back:",
            "  refuse: {label: 不予登记, from: office, by: office, to: done}\n  back:",
            Safe,
            "新增操作 不予登记 (refuse)",
        ),
        (
            W,
            "requires: check, ",
            "",
            Safe,
            "操作 提交 (submit)：去掉了「先通过填写检查」(requires)，原为 「check」",
        ),
        (
            "region.yaml",
            "office: {label: 省厅",
            "office: {label: 省科技厅",
            Safe,
            "角色 省科技厅 (office)：「名称」(label)由 「省厅」 改为 「省科技厅」",
        ),
        (
            "region.yaml",
            "form: {label: 登记表,",
            "form: {label: 登记表, in: [done],",
            Safe,
            "文书 登记表 (form)：新写了「在哪些状态提供」(in) 「done」",
        ),
        (
            "region.yaml",
            "title: 青山省登记系统",
            "title: 登记系统",
            Safe,
            "地区 青山省 (q)：「系统名称」(title)由 「青山省登记系统」 改为 「登记系统」",
        ),
        (
            F,
            "title: 登记表",
            "title: 科技成果登记表",
            Safe,
            "登记表 科技成果登记表 (f)：「标题」(title)由 「登记表」 改为 「科技成果登记表」",
        ),
    ];
    for (file, from, to, consequence, message) in cases {
        // What names the state is changed with it.
        let also = (W, "to: done", "to: ended");
        let renamed = to.contains("ended: {label: 通过").then_some(also);
        let changes: Vec<_> = [(file, from, to)].into_iter().chain(renamed).collect();
        let told = told(&changes);
        assert!(
            told.contains(&(consequence, message.to_owned())),
            "{from} → {to}\nexpected {consequence:?} {message}\nfound {told:#?}"
        );
    }
}

#[test]
fn a_difference_has_its_places_and_both_languages() {
    let old = version(&[]);
    let new = version(&[
        ("f.form.yaml", "maxLength: 100", "maxLength: 80"),
        ("f.form.yaml", "title: 登记表\n", "title: 登记表\nversion: \"2\"\n"),
    ]);
    let found = regions(&old, &new);
    let limit = found.iter().find(|it| it.key.as_deref() == Some("maxLength")).unwrap();
    let at = |place: &Option<Place>| {
        place
            .as_ref()
            .map(|place| (place.file.display().to_string(), place.line))
            .unwrap()
    };
    assert_eq!(at(&limit.old), ("q/f.form.yaml".into(), 7));
    assert_eq!(at(&limit.new), ("q/f.form.yaml".into(), 8));
    assert_eq!(
        limit.message.get(Language::English),
        "field 成果名称 (name): `maxLength` (characters at most) changed from 100 to 80 (tightened)"
    );
    assert!(found.iter().all(|it| it.message.has_english()));
    let printed = print(&found, Language::English, Print::Text);
    assert!(printed.starts_with("needs an answer: 1\n  [q/f]\n"), "{printed}");
    let json: Json = serde_json::from_str(&print(&found, Language::Chinese, Print::Json)).unwrap();
    let named = json
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["key"] == "maxLength")
        .unwrap();
    assert_eq!(
        (&named["what"], &named["how"], &named["consequence"]),
        (&json!("field"), &json!("changed"), &json!("needs-answer"))
    );
}

#[test]
fn codes_are_told_with_their_lines_and_long_lists_summed_up() {
    let many: String = (0..60).map(|at| format!("x{at},第{at}项,,\n")).collect();
    let found = regions(&version(&[]), &version(&[("codes/level.csv", "b,乙,,\n", &many)]));
    let gone = found.iter().find(|it| it.how == How::Removed).unwrap();
    assert_eq!(gone.old.as_ref().map(|place| place.line), Some(3));
    assert_eq!(
        found
            .iter()
            .filter(|it| it.what == What::Code && it.how == How::Added)
            .count(),
        20
    );
    let more = found.iter().find(|it| it.what == What::CodeList).unwrap();
    assert_eq!(more.message.get(Language::Chinese), "代码表 level：新增另有 40 个代码");
}

fn answers() -> Map<String, Json> {
    json!({
        "name": "光伏", "level": "b", "status": "used", "amount": 20, "begun": "2026-03-05", "id_no": "secret",
        "people": [{"name": "王", "born": "1980-02"}, {"name": "李"}],
    })
    .as_object()
    .cloned()
    .unwrap()
}

/// The answers under a form with these replacements, and what is lost.
fn carried(changes: &[(&str, &str, &str)]) -> (Map<String, Json>, Vec<(String, Consequence)>) {
    let (old, new) = (version(&[]), version(changes));
    let carried = carry(&old.region.forms["f"], &new.region.forms["f"], &answers());
    let losses = carried.losses.iter().map(|loss| (loss.at.clone(), loss.consequence));
    (carried.answers.clone(), losses.collect())
}

#[test]
fn answers_are_carried_or_told_as_lost() {
    const F: &str = "f.form.yaml";
    type Case<'a> = (&'a str, &'a str, &'a str, Json, &'a [(&'a str, Consequence)]);
    let cases: [Case<'_>; 18] = [
        (
            F,
            "title: 登记表",
            "title: 表",
            json!({"name": "光伏", "level": "b"}),
            &[],
        ),
        (
            F,
            "      name: {",
            "      title: {renamedFrom: [old, name], ",
            json!({"title": "光伏", "name": null}),
            &[],
        ),
        (
            F,
            "      begun: {label: 开始, type: date}\n",
            "",
            json!({}),
            &[("begun", LosesAnswer)],
        ),
        (
            F,
            "开始, type: date",
            "开始, type: text",
            json!({"begun": "2026-03-05"}),
            &[],
        ),
        (
            F,
            "开始, type: date",
            "开始, type: month",
            json!({"begun": null}),
            &[("begun", LosesAnswer)],
        ),
        (
            F,
            "开始, type: date",
            "开始, type: yes-no",
            json!({"begun": null}),
            &[("begun", CannotMove)],
        ),
        (
            F,
            "经费, type: integer",
            "经费, type: money",
            json!({"amount": 20}),
            &[],
        ),
        (
            F,
            "水平, type: choice",
            "水平, type: choices",
            json!({"level": ["b"]}),
            &[],
        ),
        (
            F,
            "水平, type: choice, codes: level",
            "水平, type: text",
            json!({"level": "乙"}),
            &[],
        ),
        (
            F,
            "水平, type: choice, codes: level",
            "水平, type: list, of: text",
            json!({"level": ["乙"]}),
            &[],
        ),
        ("codes/level.csv", "b,乙,,\n", "c,乙,,b\n", json!({"level": "c"}), &[]),
        (
            "codes/level.csv",
            "b,乙,,\n",
            "",
            json!({"level": null}),
            &[("level", LosesAnswer)],
        ),
        (
            F,
            ", sensitive: true",
            "",
            json!({"id_no": null}),
            &[("id_no", CannotMove)],
        ),
        (
            F,
            "label: 经费,",
            "label: 经费, public: true,",
            json!({"amount": null}),
            &[("amount", CannotMove)],
        ),
        (
            F,
            "          born: {",
            "          birth: {renamedFrom: born, ",
            json!({"people": [{"name": "王", "birth": "1980-02"}, {"name": "李"}]}),
            &[],
        ),
        (
            F,
            "          born: {label: 出生年月, type: month}\n",
            "",
            json!({"people": [{"name": "王"}, {"name": "李"}]}),
            &[("people[0].born", LosesAnswer)],
        ),
        (
            F,
            "      begun:",
            "      ended: {label: 结束, type: date, default: 2026-01-01}\n      begun:",
            json!({"ended": "2026-01-01"}),
            &[],
        ),
        (
            F,
            "成果名称, type: text, required: true, maxLength: 100",
            "成果名称, type: integer, required: true",
            json!({"name": null}),
            &[("name", LosesAnswer)],
        ),
    ];
    for (file, from, to, expected, lost) in cases {
        let (answers, losses) = carried(&[(file, from, to)]);
        for (id, value) in expected.as_object().unwrap() {
            assert_eq!(answers.get(id).unwrap_or(&Json::Null), value, "{from} → {to}: {id}");
        }
        let losses: Vec<(&str, Consequence)> = losses.iter().map(|(at, what)| (at.as_str(), *what)).collect();
        assert_eq!(losses, lost, "{from} → {to}");
    }
}

#[test]
fn places_are_followed_both_ways() {
    let (old, new) = (
        version(&[]),
        version(&[
            (
                "f.form.yaml",
                "      people:\n        label",
                "      staff:\n        renamedFrom: people\n        label",
            ),
            (
                "f.form.yaml",
                "          born: {",
                "          birth: {renamedFrom: born, ",
            ),
        ]),
    );
    let carried = carry(&old.region.forms["f"], &new.region.forms["f"], &answers());
    for (before, after) in [
        ("people[0].born", "staff[0].birth"),
        ("people[1].name", "staff[1].name"),
        ("name", "name"),
    ] {
        assert_eq!(carried.before(after), before);
        assert_eq!(carried.after(before).as_deref(), Some(after));
    }
    assert_eq!(carried.after("gone"), None);
    assert_eq!(carried.before("new"), "new");
}
