//! Registers (LANGUAGE L6): seeded, kept on pages, read live; documents over them (L9); statistics (L4).

use std::collections::BTreeMap;

use dengji::check::Answers;
use dengji::registry::demo::DemoAccount;
use dengji_tests::{Client, Copied, Filed, TestApp, pdf_text, with};
use serde_json::json;

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";
const BATCHES: &str = "/gansu/registers/batches";

/// Gansu with a register of batches that each application picks, one of experts, and a table over batches.
fn office() -> Copied {
    let copy = Copied::of(&[REGION]);
    let region = "forms/gansu/region.yaml";
    copy.edit(
        region,
        "units: codes/units.csv\n",
        "units: codes/units.csv\nregisters:\n  \
           batches: {label: {zh: 批次, en: Batches}, form: batch, editedBy: [recommender], seed: codes/batches.csv}\n  \
           experts: {label: 专家库, form: expert}\n",
    );
    copy.edit(
        region,
        "documents:\n",
        "documents:\n  summary: {label: 汇总表, template: documents/summary.typ, over: batches, in: [unit, done], by: [office, unit_admin]}\n",
    );
    copy.edit(
        "forms/gansu/common.form.yaml",
        "      task_book:\n",
        "      batch: {label: 登记批次, type: lookup, from: batches, where: 'it.open', required: true}\n      \
               late_reason: {label: 补报说明, type: text, showWhen: 'batch.late', required: true}\n      \
               half: {label: {zh: 时段, en: Part of the year}, type: choice, statistic: count, codes: {a: {zh: 上半年, en: First half}, b: 下半年}}\n      \
               task_book:\n",
    );
    let write = |path: &str, text: &str| {
        let path = copy.file(&format!("forms/gansu/{path}"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "registers/batch.form.yaml",
        "form: batch\ntitle: 批次\npages:\n  batch:\n    title: 批次\n    fields:\n      \
         name: {label: 名称, type: text, required: true, maxLength: 20}\n      \
         opened: {label: 开始日期, type: date, required: true}\n      \
         open: {label: 受理中, type: yes-no, required: true}\n      \
         late: {label: 补报, type: yes-no}\n      \
         host: {label: 承办单位, type: lookup, from: units}\n",
    );
    write(
        "registers/expert.form.yaml",
        "form: expert\ntitle: 专家\npages: {expert: {title: 专家, fields: {name: {label: 姓名, type: text, required: true}}}}\n",
    );
    write(
        "codes/batches.csv",
        "id,name,opened,open,late,host\nb0,2025年第一批,2025-01-01,否,,\nb1,2026年第一批,2026-01-01,是,,jincheng\nb2,2026年补报,2026-07-01,是,是,\n",
    );
    write(
        "documents/summary.typ",
        "#let data = json(\"/data.json\")\n#set text(font: \"Noto Serif SC\", lang: \"zh\")\n\
         #data.documents.label #data.region.authority\n\n\
         批次：#data.entry.name 开始：#data.entry.columns.opened.text 承办：#data.entry.columns.host.text 共#data.applications.len()项\n\n\
         #for it in data.applications [+ #it.answers.name.text / #it.applicant.unit / #it.application.filed_on / #it.answers.level.text]\n",
    );
    copy
}

struct Counter {
    app: TestApp,
    accounts: Vec<DemoAccount>,
    copy: Copied,
}

impl Counter {
    async fn open() -> Self {
        let copy = office();
        let app = TestApp::of(copy.folders()).await;
        let accounts = app.staff(REGION).await;
        Self { app, accounts, copy }
    }

    async fn role(&self, role: &str) -> Client {
        let unit = (role == "registrant").then_some(true);
        self.app.in_role(REGION, &self.accounts, role, unit).await
    }

    /// The complete sample in a batch, under another name.
    fn answers(&self, name: &str, batch: &str) -> Answers {
        let answers = self.app.answers(REGION, "complete");
        with(
            &answers,
            &[("name", json!(name)), ("batch", json!(batch)), ("half", json!("a"))],
        )
    }

    /// Files it and submits it.
    async fn submitted(&self, registrant: &mut Client, answers: &Answers) -> Filed {
        let form = self.app.form(REGION, FORM);
        let filed = registrant.fill(REGION, &form, answers).await;
        registrant.must_act(&filed, "submit", &[]).await;
        filed
    }
}

/// What a form of an entry posts.
fn entry<'a>(revision: &'a str, name: &'a str, opened: &'a str, open: &'a str) -> Vec<(&'static str, &'a str)> {
    let mut pairs = vec![("~revision", revision), ("~do", "save")];
    for (field, value) in [
        ("name", name),
        ("opened", opened),
        ("open", open),
        ("late", ""),
        ("host", ""),
    ] {
        pairs.push(("~", field));
        pairs.push((field, value));
    }
    pairs
}

/// What can be picked as the batch of an application.
async fn on_offer(registrant: &mut Client, filed: &Filed) -> String {
    let none: [(&str, &str); 0] = [];
    let found = registrant
        .post(&filed.page("attachments/suggest?field=batch"), &none)
        .await;
    assert_eq!(found.status, 200, "{}", found.text());
    found.text()
}

#[tokio::test]
async fn a_register_is_seeded_once_and_read_live() {
    let counter = Counter::open().await;
    let form = counter.app.form(REGION, FORM);
    let mut registrant = counter.role("registrant").await;
    let filed = registrant.add(REGION, &form, &counter.answers("甲", "b1")).await;
    let offered = on_offer(&mut registrant, &filed).await;
    assert!(
        offered.contains("2026年第一批") && offered.contains("2026年补报") && !offered.contains("2025年第一批"),
        "what `where` leaves is offered: {offered}"
    );

    // Whoever keeps the register changes one entry and adds another.
    let mut keeper = counter.role("recommender").await;
    let listed = keeper.get(BATCHES).await.page();
    for words in ["批次", "2025年第一批", "2026-07-01", "开始日期", "受理中"] {
        assert!(listed.contains(words), "{words} is missing: {listed}");
    }
    let shown = keeper.get(&format!("{BATCHES}/entries/b1")).await;
    assert_eq!(shown.hidden("~revision").as_deref(), Some("1"));
    let saved = keeper
        .post(
            &format!("{BATCHES}/entries/b1"),
            &entry("1", "2026年首批", "2026-01-05", "true"),
        )
        .await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let added = keeper
        .post(
            &format!("{BATCHES}/new"),
            &entry("0", "2026年第二批", "2026-09-01", "true"),
        )
        .await;
    assert_eq!((added.status, added.location()), (303, BATCHES), "{}", added.text());
    let offered = on_offer(&mut registrant, &filed).await;
    assert!(
        offered.contains("2026年首批") && offered.contains("2026年第二批") && !offered.contains("2026年第一批"),
        "{offered}"
    );
    let shown = keeper.get(&format!("{BATCHES}/entries/b1")).await.page();
    assert!(
        shown.contains("曾用名") && shown.contains("2026年第一批（至 2026-11-20）"),
        "{shown}"
    );

    // What an expression reads of it is read live, too.
    let attachments = counter.answers("甲", "b2");
    assert_eq!(
        registrant.save(&filed, &form, "attachments", &attachments).await.status,
        303
    );
    let checked = registrant.get(&filed.at("check")).await.page();
    assert!(checked.contains("补报说明"), "`batch.late` holds: {checked}");

    // A restart enters what the seed has more, and leaves what the office has changed.
    let Counter { app, accounts, copy } = counter;
    drop((registrant, keeper));
    copy.edit(
        "forms/gansu/codes/batches.csv",
        "b2,2026年补报",
        "b3,2026年第三批,2026-10-01,是,,\nb2,2026年补报",
    );
    let app = app.restart().await;
    let counter = Counter { app, accounts, copy };
    let stored = counter.app.registry.store().register(REGION, "batches").await.unwrap();
    let mut names: Vec<_> = stored.iter().map(|entry| (entry.name(), entry.revision)).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            ("2025年第一批", 1),
            ("2026年第三批", 1),
            ("2026年第二批", 1),
            ("2026年补报", 1),
            ("2026年首批", 2)
        ]
    );
    counter.app.audit_holds(REGION).await;
}

#[tokio::test]
async fn what_is_switched_off_stays_readable_and_is_a_finding() {
    let counter = Counter::open().await;
    let form = counter.app.form(REGION, FORM);
    let mut registrant = counter.role("registrant").await;
    let filed = registrant.fill(REGION, &form, &counter.answers("甲", "b1")).await;
    let mut keeper = counter.role("recommender").await;
    let at = format!("{BATCHES}/entries/b1");
    let off = keeper.post(&at, &[("~revision", "1"), ("~do", "disable")]).await;
    assert_eq!(off.status, 303, "{}", off.text());
    let shown = keeper.get(&at).await.page();
    assert!(shown.contains("停用") && shown.contains("恢复使用"), "{shown}");

    let page = registrant.get(&filed.page("attachments")).await.page();
    assert!(page.contains("2026年第一批"), "what was picked stays readable: {page}");
    let refused = registrant.act(&filed, "submit", &[]).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let checked = registrant.get(&filed.at("check")).await.page();
    assert!(checked.contains("所选的已停用"), "{checked}");
    let other = registrant.add(REGION, &form, &counter.answers("乙", "b2")).await;
    let offered = on_offer(&mut registrant, &other).await;
    assert!(
        !offered.contains("2026年第一批") && offered.contains("2026年补报"),
        "{offered}"
    );

    let only = |standing: &str| format!("{BATCHES}?q=2026&standing={standing}");
    let listed = keeper.get(&only("disabled")).await.page();
    assert!(
        listed.contains("2026年第一批") && !listed.contains("2026年补报"),
        "{listed}"
    );
    let listed = keeper.get(&only("active")).await.page();
    assert!(
        !listed.contains("2026年第一批") && listed.contains("2026年补报"),
        "{listed}"
    );

    let on = keeper.post(&at, &[("~revision", "2"), ("~do", "enable")]).await;
    assert_eq!(on.status, 303, "{}", on.text());
    registrant.must_act(&filed, "submit", &[]).await;
    // Names are those of the submission, whatever the entry is called later.
    let renamed = keeper.post(&at, &entry("3", "改了的名称", "2026-01-05", "true")).await;
    assert_eq!(renamed.status, 303, "{}", renamed.text());
    let review = registrant.get(&filed.at("review")).await.page();
    assert!(
        review.contains("2026年第一批") && !review.contains("改了的名称"),
        "{review}"
    );
    counter.app.audit_holds(REGION).await;
}

#[tokio::test]
async fn only_the_roles_that_it_names_keep_a_register() {
    let counter = Counter::open().await;
    let experts = "/gansu/registers/experts";
    let person = [("~revision", "0"), ("~", "name"), ("name", "李明远")];
    // The register names 推荐单位管理员; whom the other names nobody is kept by whoever sees the region.
    for (role, batches, others) in [
        ("registrant", 404, 404),
        ("unit_admin", 404, 404),
        ("recommender", 200, 404),
        ("office", 404, 200),
    ] {
        let mut client = counter.role(role).await;
        let list = if batches == 200 || others == 200 { 200 } else { 404 };
        for (address, expected) in [
            ("/gansu/registers".to_owned(), list),
            (BATCHES.to_owned(), batches),
            (format!("{BATCHES}/new"), batches),
            (format!("{BATCHES}/entries/b1"), batches),
            (experts.to_owned(), others),
            (format!("{experts}/new"), others),
        ] {
            let answer = client.get(&address).await;
            assert_eq!(answer.status, expected, "{role} {address}: {}", answer.text());
        }
        let off = client
            .post(
                &format!("{BATCHES}/entries/b0"),
                &[("~revision", "1"), ("~do", "disable")],
            )
            .await;
        assert_eq!(off.status == 303, batches == 200, "{role}: {}", off.status);
        let added = client.post(&format!("{experts}/new"), &person).await;
        assert_eq!(added.status == 303, others == 200, "{role}: {}", added.status);
    }
    let entries = counter.app.registry.store().register(REGION, "experts").await.unwrap();
    assert_eq!(entries.len(), 1, "one role alone could add");
    let mut keeper = counter.role("recommender").await;
    for nowhere in [
        "/gansu/registers/units",
        "/gansu/registers/none",
        "/gansu/registers/batches/entries/none",
    ] {
        assert_eq!(keeper.get(nowhere).await.status, 404, "{nowhere}");
    }
    let wrong = keeper
        .post(&format!("{BATCHES}/new"), &entry("0", "", "2026-02-30", "true"))
        .await;
    let page = wrong.page();
    assert!(
        wrong.status == 422 && page.contains("href=\"#f-name\"") && page.contains("href=\"#f-opened\""),
        "{page}"
    );
}

#[tokio::test]
async fn two_who_change_an_entry_at_once_are_told() {
    let counter = Counter::open().await;
    let mut keeper = counter.role("recommender").await;
    let at = format!("{BATCHES}/entries/b2");
    let first = keeper.post(&at, &entry("1", "第一人改的", "2026-07-02", "true")).await;
    assert_eq!(first.status, 303, "{}", first.text());
    let second = keeper.post(&at, &entry("1", "第二人改的", "2026-07-03", "true")).await;
    let page = second.page();
    assert_eq!(second.status, 409, "{page}");
    assert!(
        page.contains("这条记录在别处已经改过") && page.contains("value=\"第二人改的\"") && page.contains("第一人改的"),
        "{page}"
    );
    assert_eq!(second.hidden("~revision").as_deref(), Some("2"));
    let off = keeper.post(&at, &[("~revision", "1"), ("~do", "disable")]).await;
    assert_eq!(off.status, 409, "{}", off.text());
    let again = keeper.post(&at, &entry("2", "第二人改的", "2026-07-03", "true")).await;
    assert_eq!(again.status, 303, "{}", again.text());
    let same = keeper.post(&at, &entry("3", "第二人改的", "2026-07-03", "true")).await;
    assert_eq!(same.status, 303, "{}", same.text());
    let stored = counter
        .app
        .registry
        .store()
        .register_entry(REGION, "batches", "b2")
        .await;
    let stored = stored.unwrap().unwrap();
    assert_eq!(
        (stored.name(), stored.revision),
        ("第二人改的", 3),
        "what is the same changes nothing"
    );
    counter.app.audit_holds(REGION).await;
}

#[tokio::test]
async fn a_document_is_printed_once_over_all_that_picked_an_entry() {
    let counter = Counter::open().await;
    let mut registrant = counter.role("registrant").await;
    counter
        .submitted(&mut registrant, &counter.answers("高原微电网", "b1"))
        .await;
    counter
        .submitted(&mut registrant, &counter.answers("戈壁储能", "b1"))
        .await;
    let late = with(
        &counter.answers("河西补报", "b2"),
        &[("late_reason", json!("材料齐全较晚"))],
    );
    counter.submitted(&mut registrant, &late).await;
    let form = counter.app.form(REGION, FORM);
    registrant.fill(REGION, &form, &counter.answers("仍是草稿", "b1")).await;

    let mut admin = counter.role("office").await;
    let listed = admin.get("/gansu/documents/summary").await.page();
    assert!(
        admin
            .get("/gansu/documents")
            .await
            .page()
            .contains("href=\"/gansu/documents/summary\"")
            && listed.contains("2026年第一批")
            && listed.contains("href=\"/gansu/documents/summary/b1/pdf\""),
        "{listed}"
    );
    let printed = admin.get("/gansu/documents/summary/b1/pdf").await;
    assert!(
        printed.status == 200 && printed.body.starts_with(b"%PDF-"),
        "{}",
        printed.text()
    );
    // Spaces between scripts are the typesetter's.
    let read = |pdf: &[u8]| pdf_text(pdf).map(|text| text.split_whitespace().collect::<String>());
    if let Some(text) = read(&printed.body) {
        for words in [
            "汇总表",
            "甘肃省科学技术厅",
            "2026年第一批",
            "2026-01-01",
            "金城市科学技术局",
            "共2项",
            "高原微电网",
            "戈壁储能",
            "陇原大学",
            "2026-11-20",
            "国内领先",
        ] {
            assert!(text.contains(words), "{words} is missing: {text}");
        }
        for words in ["河西补报", "仍是草稿"] {
            assert!(!text.contains(words), "{words} does not belong there: {text}");
        }
    }
    let empty = admin.get("/gansu/documents/summary/b0/pdf").await;
    assert_eq!(empty.status, 200, "{}", empty.text());
    if let Some(text) = read(&empty.body) {
        assert!(text.contains("共0项"), "{text}");
    }

    // Another unit's administrator prints it over what they may see, and others not at all.
    let mut unit = counter.role("unit_admin").await;
    assert_eq!(unit.get("/gansu/documents/summary/b1/pdf").await.status, 200);
    for address in [
        "/gansu/documents",
        "/gansu/documents/summary",
        "/gansu/documents/summary/b1/pdf",
    ] {
        assert_eq!(registrant.get(address).await.status, 404, "{address}");
    }
    for address in ["summary/none/pdf", "certificate", "certificate/b1/pdf"] {
        let answer = admin.get(&format!("/gansu/documents/{address}")).await;
        assert_eq!(answer.status, 404, "{address}");
    }
}

/// The figures of a table of statistics, by the row's label: one a year and the total.
fn figures(csv: &str, table: &str) -> BTreeMap<String, Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        let line = line.trim_start_matches('\u{feff}').trim_matches('"');
        line.split("\",\"").map(str::to_owned).collect()
    };
    csv.lines()
        .map(cells)
        .filter(|cells| cells.get(1).is_some_and(|title| title == table))
        .map(|cells| (cells[2].clone(), cells[3..].to_vec()))
        .collect()
}

fn row(label: &str, cells: [&str; 3]) -> (String, Vec<String>) {
    (label.to_owned(), cells.map(str::to_owned).to_vec())
}

#[tokio::test]
async fn statistics_are_what_a_person_would_count() {
    let counter = Counter::open().await;
    let mut registrant = counter.role("registrant").await;
    // Two of 2026, one of them at another level and without an owner's fund; a draft; one of 2027.
    counter.submitted(&mut registrant, &counter.answers("甲", "b1")).await;
    let other = with(
        &counter.answers("乙", "b1"),
        &[("level", json!("国际先进")), ("fund_own", json!(100))],
    );
    let other = with(&other, &[("fund_approved", json!(220))]);
    counter.submitted(&mut registrant, &other).await;
    let form = counter.app.form(REGION, FORM);
    registrant.fill(REGION, &form, &counter.answers("草稿", "b1")).await;
    counter.app.clock.set(jiff::civil::date(2027, 1, 8));
    let mut registrant = counter.role("registrant").await;
    let next = with(&counter.answers("丙", "b1"), &[("evaluated_on", json!("2026-12-18"))]);
    counter.submitted(&mut registrant, &next).await;

    let mut office = counter.role("office").await;
    let csv = office.get("/gansu/statistics/csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let csv = csv.text();
    let heads = csv.lines().next().unwrap_or_default();
    assert!(heads.ends_with("\"2026\",\"2027\",\"合计\""), "{heads}");
    let table = |title: &str| figures(&csv, title);
    assert_eq!(table("已提交的申请"), [row("已提交的申请", ["2", "1", "3"])].into());
    assert_eq!(
        table("成果水平"),
        [row("国内领先", ["1", "1", "2"]), row("国际先进", ["1", "0", "1"])].into()
    );
    assert_eq!(table("应用状态"), [row("产业化应用", ["2", "1", "3"])].into());
    // 120 + 80.5 twice, 120 + 100 once.
    assert_eq!(
        table("经费合计（万元）（合计）"),
        [
            row("合计数", ["420.5", "200.5", "621"]),
            row("填报项数", ["2", "1", "3"])
        ]
        .into()
    );
    assert_eq!(table("评价日期（按年度）"), [row("2026", ["2", "1", "3"])].into());
    // Each application has one unit of each kind, and one property of each kind.
    assert_eq!(
        table("完成单位 · 单位属性"),
        [row("大专院校", ["2", "1", "3"]), row("工矿企业", ["2", "1", "3"])].into()
    );
    assert_eq!(
        table("知识产权 · 类型"),
        [row("发明专利", ["2", "1", "3"]), row("软件著作权", ["2", "1", "3"])].into()
    );

    let page = office.get("/gansu/statistics").await.page();
    for words in ["colspan=\"4\">成果水平</th>", "统计本地区已提交的申请", "620.5", "621"] {
        assert_eq!(page.contains(words), words != "620.5", "{words}: {page}");
    }
    let workbook = office.get("/gansu/statistics/xlsx").await;
    assert!(workbook.status == 200 && workbook.body.starts_with(b"PK"));
    let english = {
        office.get("/language/en").await;
        office.get("/gansu/statistics/csv").await.text()
    };
    assert_eq!(figures(&english, "Submitted applications").len(), 1, "{english}");
    assert_eq!(
        figures(&english, "Part of the year"),
        [row("First half", ["2", "1", "3"])].into()
    );
    assert_eq!(table("时段"), [row("上半年", ["2", "1", "3"])].into());
    // English pages read the English labels of an inline list, and Chinese ones where there are no others.
    registrant.get("/language/en").await;
    let filed = registrant.add(REGION, &form, &counter.answers("丁", "b1")).await;
    let page = registrant.get(&filed.page("attachments")).await.page();
    assert!(
        page.contains("First half") && page.contains("下半年") && !page.contains("上半年"),
        "{page}"
    );

    // Others see figures over what they see.
    let mut unit = counter.role("unit_admin").await;
    let seen = unit.get("/gansu/statistics/csv").await.text();
    assert_eq!(
        figures(&seen, "已提交的申请"),
        [row("已提交的申请", ["2", "1", "3"])].into()
    );
    let mut stranger = counter
        .app
        .in_role(REGION, &counter.accounts, "recommender", None)
        .await;
    let none = stranger.get("/gansu/statistics").await.page();
    assert!(
        none.contains("还没有提交的申请"),
        "nothing has come to them yet: {none}"
    );
}
