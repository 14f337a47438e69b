//! Applications in progress and definitions that change under them: who moves, who stays, and what is told.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use dengji::check::Answers;
use dengji::definition::difference::Consequence::{self, CannotMove, LosesAnswer, NeedsAnswer, Safe};
use dengji::registry::demo::{self, DemoAccount};
use dengji::registry::{Case, Entrance, Fate, From, Outcome};
use dengji::store::{Change, FormVersion, Listing, Page, Put, Sealer, Store, StoreOptions};
use dengji_tests::{Client, Copied, Filed, TestApp, repository};
use serde_json::{Value as Json, json};

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";
const RESULT: &str = "forms/national/result.form.yaml";

/// A page of the test's own before the people: what it asks is named nowhere else.
const EXTRA: &str = "  extra:
    title: 其他
    fields:
      secret: {label: 内部编号, type: text, sensitive: true}
      remark: {label: 备注, type: text, maxLength: 30}
      grade: {label: 等级, type: choice, codes: {a: 甲, b: 乙}}
      costs:
        label: 费用
        type: table
        columns:
          what: {label: 用途, type: text}
          payer: {label: 付款人, type: text, sensitive: true}
  people:
    title: {zh: 成果完成人员名单, en: People}
";

/// The same, renamed and moved about.
const RENAMED: &str = "  more:
    title: 其他
    renamedFrom: extra
    fields:
      token: {label: 内部编号, type: text, sensitive: true, renamedFrom: secret}
      grade: {label: 等级, type: choice, codes: {a: 甲, b: 乙, c: 丙}}
      expenses:
        label: 费用
        type: table
        renamedFrom: costs
        columns:
          what: {label: 用途, type: text}
          paid_by: {label: 付款人, type: text, sensitive: true, renamedFrom: payer}
  notes:
    title: 说明
    fields:
      remark: {label: 备注, type: long-text, maxLength: 300}
  people:
    title: {zh: 成果完成人员名单, en: People}
";

/// The page where the extra one is put.
const PEOPLE: &str = "  people:\n    title: {zh: 成果完成人员名单, en: People}\n";

struct Office {
    copy: Copied,
    app: TestApp,
    accounts: Vec<DemoAccount>,
    answers: Answers,
}

impl Office {
    async fn start() -> Self {
        let copy = Copied::of(&[REGION]);
        copy.edit(RESULT, PEOPLE, EXTRA);
        let app = TestApp::of(copy.folders()).await;
        let accounts = app.staff(REGION).await;
        let mut answers = app.answers(REGION, "complete");
        let extra = json!({
            "secret": "内部-007", "remark": "无", "grade": "b",
            "costs": [{"what": "试验", "payer": "张三"}, {"what": "测试"}],
        });
        answers.extend(extra.as_object().cloned().unwrap());
        Self {
            copy,
            app,
            accounts,
            answers,
        }
    }

    async fn role(&self, role: &str) -> Client {
        self.app.in_role(REGION, &self.accounts, role, Some(true)).await
    }

    async fn filled(&self) -> Filed {
        let form = self.app.form(REGION, FORM);
        self.role("registrant").await.fill(REGION, &form, &self.answers).await
    }

    async fn restarted(self) -> Self {
        let app = self.app.restart().await;
        Self { app, ..self }
    }

    async fn migrate(&self, go: bool) -> (Vec<Fate>, Outcome) {
        let mut fates = Vec::new();
        let told = |fate| fates.push(fate);
        let outcome = self.app.registry.migrate(REGION, None, go, told).await.unwrap();
        (fates, outcome)
    }

    /// The application as the registrant sees it, sealed answers opened.
    async fn case(&self, filed: &Filed) -> Case {
        let mut own = self
            .accounts
            .iter()
            .filter(|account| account.role == "registrant" && account.unit.is_some());
        let name = &own.next().unwrap().name;
        let entered = self
            .app
            .registry
            .sign_in(REGION, name, demo::PASSWORD, &From::default())
            .await
            .unwrap();
        let Entrance::In(entered) = entered else {
            panic!("{name} signs in")
        };
        self.app.registry.case(&entered.person, &filed.id).await.unwrap()
    }

    /// Ends the server and runs the program on its data.
    fn ended(self) -> (Copied, tempfile::TempDir) {
        (self.copy, self.app.stop().1)
    }
}

/// Runs a command of the program on a folder of data: exit code, output, errors.
fn run(copy: &Copied, data: &Path, command: &[&str]) -> (Option<i32>, String, String) {
    let folders = copy.folders();
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_dengji-under-test"))
        .args(command)
        .arg("--forms")
        .arg(folders.forms)
        .arg("--plugins")
        .arg(folders.plugins)
        .arg("--themes")
        .arg(repository().join("themes"))
        .arg("--data")
        .arg(data)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (status.code(), text(stdout), text(stderr))
}

/// `dengji check --data`, which takes no theme.
fn run_check(copy: &Copied, data: &Path) -> (Option<i32>, String, String) {
    let folders = copy.folders();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dengji-under-test"));
    command.args(["check", "--lang", "en", "--data"]).arg(data);
    command
        .arg("--forms")
        .arg(folders.forms)
        .arg("--plugins")
        .arg(folders.plugins);
    let Output { status, stdout, stderr } = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (status.code(), text(stdout), text(stderr))
}

#[tokio::test]
async fn answers_seals_files_marks_and_remarks_follow_a_rename() {
    let office = Office::start().await;
    let filed = office.filled().await;
    office.role("registrant").await.must_act(&filed, "submit", &[]).await;
    let given = [
        ("opinion", "请核对"),
        ("marks", "secret"),
        ("marks", "page:extra"),
        ("marks.secret", "与合同不符"),
    ];
    office
        .role("unit_admin")
        .await
        .must_act(&filed, "send_back", &given)
        .await;
    let before = office.app.application(REGION, &filed.id).await;
    let stored = office.app.stored(REGION, &filed.id).await;
    assert_eq!(before.returned.as_ref().unwrap().marks, ["secret", "page:extra"]);
    assert_eq!(before.summary["remarks"]["secret"], "与合同不符");
    assert!(Sealer::is_sealed(&stored["extra"].answers["secret"]));

    office.copy.edit(RESULT, EXTRA, RENAMED);
    let office = office.restarted().await;
    let form = office.app.form(REGION, FORM);

    // Nothing happens by itself, and a dry run changes nothing.
    let (fates, outcome) = office.migrate(false).await;
    assert_eq!((fates.len(), outcome.counts, outcome.moved), (1, [1, 0, 0, 0], 0));
    assert_eq!(
        (fates[0].consequence, &*fates[0].reasons, fates[0].moved),
        (Safe, &[][..], false)
    );
    assert_eq!(office.app.application(REGION, &filed.id).await, before);
    assert_eq!(office.app.stored(REGION, &filed.id).await, stored);

    let (fates, outcome) = office.migrate(true).await;
    assert!(fates[0].moved && outcome.moved == 1);
    let after = office.app.application(REGION, &filed.id).await;
    assert_eq!(
        (&after.form_hash, &*after.state, after.revision),
        (&form.hash, "returned", before.revision + 1)
    );
    assert_eq!(after.returned.as_ref().unwrap().marks, ["token", "page:more"]);
    assert_eq!(after.summary["remarks"], json!({"token": "与合同不符"}));
    let pages = office.app.stored(REGION, &filed.id).await;
    assert!(!pages.contains_key("extra"));
    let more = &pages["more"];
    assert_eq!(more.revision, stored["extra"].revision + 1);
    assert!(Sealer::is_sealed(&more.answers["token"]) && more.answers["token"] != stored["extra"].answers["secret"]);
    assert!(Sealer::is_sealed(&more.answers["expenses"][0]["paid_by"]));
    assert_eq!(more.answers["grade"], "b");
    assert_eq!(pages["notes"].answers["remark"], "无");
    assert_eq!(pages["attachments"].answers, stored["attachments"].answers);
    office.app.audit_holds(REGION).await;

    // Who made it sees it opened, may mend what was marked and nothing else, and is done with it as before.
    let mut registrant = office.role("registrant").await;
    let shown = registrant.get(&filed.page("more")).await;
    assert!(shown.page().contains("与合同不符") && shown.page().contains("试验"));
    let case = office.case(&filed).await;
    assert_eq!(
        (&case.answers()["token"], &case.answers()["expenses"][0]["paid_by"]),
        (&json!("内部-007"), &json!("张三"))
    );
    let editing = case.editing();
    assert_eq!(
        ["token", "grade", "remark", "name"].map(|field| editing.allows(field)),
        [true, true, false, false]
    );
    registrant.must_act(&filed, "submit", &[]).await;
    assert_eq!(office.app.application(REGION, &filed.id).await.state, "unit");
    let entries = office.app.registry.store().audit(REGION, &filed.id).await.unwrap();
    let moved = entries.iter().find(|entry| entry.act == "form-version").unwrap();
    let detail = moved.detail.as_ref().unwrap();
    assert_eq!(
        (&detail["from"], &detail["to"]),
        (&json!(before.form_hash), &json!(form.hash))
    );
    assert_eq!(detail["renamed"], json!({"secret": "token", "costs": "expenses"}));

    // A second run finds nothing to do.
    let (fates, outcome) = office.migrate(true).await;
    assert_eq!((fates.len(), outcome.current), (0, 1));
}

#[tokio::test]
async fn what_changed_since_a_return_is_known_after_a_move() {
    let office = Office::start().await;
    let form = office.app.form(REGION, FORM);
    let filed = office.filled().await;
    office.role("registrant").await.must_act(&filed, "submit", &[]).await;
    let marks = [("opinion", "请改"), ("marks", "page:extra")];
    office
        .role("unit_admin")
        .await
        .must_act(&filed, "send_back", &marks)
        .await;
    let mut changed = office.answers.clone();
    changed.insert("secret".into(), json!("内部-008"));
    assert_eq!(
        office
            .role("registrant")
            .await
            .save(&filed, &form, "extra", &changed)
            .await
            .status,
        303
    );

    office.copy.edit(RESULT, EXTRA, RENAMED);
    let office = office.restarted().await;
    assert_eq!(office.migrate(true).await.1.moved, 1);
    let case = office.case(&filed).await;
    let changed: Vec<String> = office.app.registry.changed(&case).into_iter().collect();
    assert_eq!(changed, ["token"]);
}

#[tokio::test]
async fn what_is_not_safe_stays_as_it_is_and_says_why() {
    let mut office = Office::start().await;
    let filed = office.filled().await;
    let before = office.app.application(REGION, &filed.id).await;
    type Kept<'a> = (&'a str, &'a str, &'a str, Consequence, Option<&'a str>, &'a str);
    let remark = "      remark: {label: 备注, type: text, maxLength: 30}\n";
    let cases: [Kept<'_>; 9] = [
        (
            RESULT,
            "      period_end:\n",
            "      began_how: {label: 怎样开始, type: text, required: true}\n      period_end:\n",
            NeedsAnswer,
            Some("began_how"),
            "怎样开始",
        ),
        (
            RESULT,
            "{label: 等级, type: choice, codes: {a: 甲, b: 乙}}",
            "{label: 等级, type: choice, codes: {a: 甲}}",
            LosesAnswer,
            Some("grade"),
            "等级 (grade)",
        ),
        (RESULT, remark, "", LosesAnswer, Some("remark"), "没有 renamedFrom"),
        (
            RESULT,
            remark,
            "      remark: {label: 备注, type: integer}\n",
            LosesAnswer,
            Some("remark"),
            "integer",
        ),
        (
            RESULT,
            remark,
            "      remark: {label: 备注, type: yes-no}\n",
            CannotMove,
            Some("remark"),
            "照原意",
        ),
        (
            RESULT,
            remark,
            "      remark: {label: 备注, type: text, showWhen: 'grade == \"a\"'}\n",
            LosesAnswer,
            Some("remark"),
            "不再显示",
        ),
        (
            RESULT,
            remark,
            "      remark: {label: 备注, type: text, pattern: '^[0-9]+$'}\n",
            NeedsAnswer,
            Some("remark"),
            "备注",
        ),
        (
            RESULT,
            "          payer: {label: 付款人, type: text, sensitive: true}",
            "          payer: {label: 付款人, type: text}",
            CannotMove,
            Some("costs[0].payer"),
            "不会自动解封",
        ),
        (
            "forms/national/codes/stage.csv",
            "成熟应用阶段,成熟应用阶段,\n",
            "",
            LosesAnswer,
            Some("stage"),
            "代码",
        ),
    ];
    for (file, from, to, consequence, at, word) in cases {
        office.copy.edit(file, from, to);
        office = office.restarted().await;
        let (fates, outcome) = office.migrate(true).await;
        assert_eq!((fates.len(), outcome.moved), (1, 0), "{to}");
        let fate = &fates[0];
        assert_eq!(fate.consequence, consequence, "{to}: {:#?}", fate.reasons);
        let reason = fate.reasons.iter().find(|reason| reason.at.as_deref() == at);
        let reason = reason.unwrap_or_else(|| panic!("{to}: {:#?}", fate.reasons));
        assert!(
            reason.message.to_string().contains(word) && reason.message.has_english(),
            "{:?}",
            reason.message
        );
        assert!(!reason.message.to_string().contains("张三"));
        assert_eq!(office.app.application(REGION, &filed.id).await, before, "{to}");
        if to.is_empty() {
            // Put back where it stood.
            let anchor = if file == RESULT {
                "      grade: {label: 等级"
            } else {
                "code,name"
            };
            let back = if file == RESULT {
                format!("{from}{anchor}")
            } else {
                String::new()
            };
            match file == RESULT {
                true => office.copy.edit(file, anchor, &back),
                false => break,
            }
        } else {
            office.copy.edit(file, to, from);
        }
    }
    // It goes on under the form that it began with.
    office.role("registrant").await.must_act(&filed, "submit", &[]).await;
    assert_eq!(
        office.app.application(REGION, &filed.id).await.form_hash,
        before.form_hash
    );
}

#[tokio::test]
async fn what_was_hidden_does_not_come_back_unseen() {
    let office = Office::start().await;
    let shown = "{label: 备注, type: text, maxLength: 30}";
    let hidden = "{label: 备注, type: text, maxLength: 30, showWhen: 'grade == \"a\"'}";
    office.copy.edit(RESULT, shown, hidden);
    let office = office.restarted().await;
    let form = office.app.form(REGION, FORM);
    let mut registrant = office.role("registrant").await;
    let filed = registrant.fill(REGION, &form, &office.answers).await;
    drop(registrant);
    // The answer is in the draft, and hidden since another one was given.
    let pages = office.app.stored(REGION, &filed.id).await;
    assert_eq!(pages["extra"].answers.get("remark"), Some(&json!("无")));
    office.copy.edit(RESULT, hidden, shown);
    let office = office.restarted().await;
    let (fates, outcome) = office.migrate(true).await;
    assert_eq!(
        (outcome.moved, fates[0].consequence),
        (0, NeedsAnswer),
        "{:#?}",
        fates[0].reasons
    );
    assert_eq!(fates[0].reasons[0].at.as_deref(), Some("remark"));
}

#[tokio::test]
async fn a_draft_that_lacks_as_much_as_before_moves() {
    let office = Office::start().await;
    let form = office.app.form(REGION, FORM);
    let draft = office
        .role("registrant")
        .await
        .add(REGION, &form, &office.answers)
        .await;
    office.copy.edit(RESULT, EXTRA, RENAMED);
    let office = office.restarted().await;
    let (fates, _) = office.migrate(true).await;
    assert!(fates[0].moved, "{:#?}", fates[0].reasons);
    let shown = office.role("registrant").await.get(&draft.page("more")).await;
    assert_eq!(shown.status, 200);
}

/// `unit` is renamed in everything that names it.
fn rename_state(copy: &Copied, renamed_from: &str) {
    let path = "forms/gansu/workflow.yaml";
    copy.edit(
        path,
        "  unit:\n    label:",
        &format!("  checking:\n{renamed_from}    label:"),
    );
    copy.edit(path, "from: [unit, recommend]\n", "from: [checking, recommend]\n");
    copy.edit(path, "app.state == \"unit\"", "app.state == \"checking\"");
    copy.edit(path, "from: unit\n", "from: checking\n");
    copy.edit(path, "[unit, recommend, office]", "[checking, recommend, office]");
    copy.edit(path, "to: unit}", "to: checking}");
}

#[tokio::test]
async fn a_dropped_state_with_applications_stops_the_start_until_it_is_renamed() {
    let office = Office::start().await;
    let filed = office.filled().await;
    office.role("registrant").await.must_act(&filed, "submit", &[]).await;
    rename_state(&office.copy, "");
    let (copy, data) = office.ended();
    let (code, _, told) = run(
        &copy,
        data.path(),
        &["serve", "--listen", "127.0.0.1:0", "--lang", "zh"],
    );
    assert_eq!(code, Some(1), "{told}");
    for words in [
        "state-occupied",
        "有 1 份申请处于状态「unit」",
        "gansu/workflow.yaml:3",
        "renamedFrom: unit",
    ] {
        assert!(told.contains(words), "{words} is not told: {told}");
    }
    let (code, out, told) = run_check(&copy, data.path());
    assert!(code == Some(1) && out.contains("state-occupied"), "{out}{told}");
    let dry = ["migrate", REGION, "--lang", "en", "--dry-run"];
    let (code, out, told) = run(&copy, data.path(), &dry);
    assert!(code == Some(1) && told.contains("state-occupied"), "{out}{told}");
    assert!(out.contains("Nothing was changed"), "{out}");
    let (code, _, told) = run(&copy, data.path(), &["migrate", REGION, "--lang", "en"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("1 applications stand in the state `unit`"), "{told}");

    copy.edit(
        "forms/gansu/workflow.yaml",
        "  checking:\n",
        "  checking:\n    renamedFrom: unit\n",
    );
    let app = TestApp::at(copy.folders(), data).await;
    let stored = app.application(REGION, &filed.id).await;
    assert_eq!(stored.state, "checking");
    let waiting = app
        .registry
        .store()
        .applications(REGION, &Listing::State("checking".into()), &Page::first(9))
        .await;
    assert_eq!(waiting.unwrap().items.len(), 1);
    app.audit_holds(REGION).await;
    let account = app
        .registry
        .store()
        .accounts(REGION, &dengji::store::Accounts::All)
        .await
        .unwrap();
    let handler = account
        .iter()
        .find(|it| it.roles == ["unit_admin"] && it.unit == stored.applicant_unit)
        .unwrap();
    let mut unit = app.signed_in(REGION, &handler.sign_in_name).await;
    let overview = unit.get(&filed.at("")).await.page();
    assert!(overview.contains("单位管理员审核"), "{overview}");
    unit.must_act(&filed, "unit_pass", &[]).await;
    assert_eq!(app.application(REGION, &filed.id).await.state, "recommend");
}

#[tokio::test]
async fn a_renamed_role_keeps_its_accounts_and_what_waits_for_it() {
    let office = Office::start().await;
    let filed = office.filled().await;
    office.role("registrant").await.must_act(&filed, "submit", &[]).await;
    for file in [
        "forms/gansu/region.yaml",
        "forms/gansu/workflow.yaml",
        "forms/gansu/texts/menu.yaml",
    ] {
        office.copy.edit(file, "unit_admin", "unit_keeper");
    }
    let name = office
        .accounts
        .iter()
        .find(|account| account.role == "unit_admin")
        .unwrap()
        .name
        .clone();
    let (copy, data) = office.ended();
    let (code, _, told) = run(&copy, data.path(), &["migrate", REGION, "--lang", "en"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("role-occupied") && told.contains("`unit_admin`"),
        "{told}"
    );

    let from = "unit_keeper: {label";
    copy.edit(
        "forms/gansu/region.yaml",
        from,
        "unit_keeper: {renamedFrom: unit_admin, label",
    );
    let app = TestApp::at(copy.folders(), data).await;
    assert_eq!(
        app.application(REGION, &filed.id).await.waits_for.unwrap().role,
        "unit_keeper"
    );
    let mut unit = app.signed_in(REGION, &name).await;
    unit.must_act(&filed, "unit_pass", &[]).await;
    assert_eq!(app.application(REGION, &filed.id).await.state, "recommend");
    app.audit_holds(REGION).await;
}

#[tokio::test]
async fn the_command_tells_and_moves() {
    let office = Office::start().await;
    let (first, second) = (office.filled().await, office.filled().await);
    let form = office.app.form(REGION, FORM);
    let mut short = office.answers.clone();
    short.insert("remark".into(), json!(""));
    assert_eq!(
        office
            .role("registrant")
            .await
            .save(&second, &form, "extra", &short)
            .await
            .status,
        303
    );
    let (copy, data) = office.ended();
    copy.edit(RESULT, "      remark: {label: 备注, type: text, maxLength: 30}\n", "");

    let dry = ["migrate", REGION, "--lang", "zh", "--dry-run"];
    let (code, told, errors) = run(&copy, data.path(), &dry);
    assert_eq!((code, &*errors), (Some(1), ""), "{told}");
    for words in [
        "试算，没有改动数据",
        "可直接转入 1",
        "会丢失内容 1",
        "备注 (remark) 已填写",
        &first.id,
        &second.id,
    ] {
        assert!(told.contains(words), "{words} is not told: {told}");
    }
    let one = [
        "migrate",
        REGION,
        "--lang",
        "en",
        "--dry-run",
        "--format",
        "json",
        "--application",
        &first.id,
    ];
    let (code, told, _) = run(&copy, data.path(), &one);
    let fates: Json = serde_json::from_str(&told).unwrap();
    assert_eq!((code, fates.as_array().unwrap().len()), (Some(1), 1));
    assert_eq!(
        (&fates[0]["consequence"], &fates[0]["moved"]),
        (&json!("loses-answer"), &json!(false))
    );
    assert_eq!(fates[0]["reasons"][0]["at"], "remark");

    let (code, told, _) = run(&copy, data.path(), &["migrate", REGION, "--lang", "en"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("1 moved") && told.contains("1 would lose an answer"),
        "{told}"
    );
    let (code, told, _) = run(
        &copy,
        data.path(),
        &["migrate", REGION, "--lang", "en", "--application", &second.id],
    );
    assert!(code == Some(0) && told.contains("1 were on the newest"), "{told}");
    let (code, _, told) = run(
        &copy,
        data.path(),
        &["migrate", REGION, "--lang", "en", "--application", "none"],
    );
    assert!(
        code == Some(2) && told.contains("there is no application none"),
        "{told}"
    );

    let app = TestApp::at(copy.folders(), data).await;
    let hash = &app.form(REGION, FORM).hash;
    assert_ne!(&app.application(REGION, &first.id).await.form_hash, hash);
    assert_eq!(&app.application(REGION, &second.id).await.form_hash, hash);
    app.audit_holds(REGION).await;
}

#[tokio::test]
async fn a_version_in_a_newer_language_stops_the_start_with_a_clear_word() {
    let office = Office::start().await;
    let (copy, data) = office.ended();
    {
        let store = Store::open(&data.path().join("dengji.redb"), &StoreOptions::default()).unwrap();
        let version = FormVersion {
            region: REGION.into(),
            hash: "feed".into(),
            form: FORM.into(),
            version: "3000".into(),
            definition: json!({"language": 2, "form": {}}),
            stored_at: "2026-11-20T00:00:00Z".parse().unwrap(),
        };
        let put = vec![Put::FormVersion(version)];
        let expect = Vec::new();
        store.commit(Change { expect, put }).await.unwrap();
    }
    let (code, _, told) = run(
        &copy,
        data.path(),
        &["serve", "--listen", "127.0.0.1:0", "--lang", "en"],
    );
    assert_eq!(code, Some(2), "{told}");
    assert!(
        told.contains("version 2 of the definition language, this program reads up to 1"),
        "{told}"
    );
}
