//! One of every page, with `text` wherever somebody outside may have written something.

use super::*;
use crate::definition::form::Severity;
use crate::theme::filling::{Candidate, Editing, Message};
use crate::theme::form::sample::{answers, fields};

/// The frame with everything in it.
pub(super) fn shell(language: Language, signed_in: bool) -> Shell {
    let link = |label: &str, href: &str, current: bool| MenuEntry {
        label: label.into(),
        href: Some(href.into()),
        current,
        items: Vec::new(),
    };
    let results = MenuEntry {
        label: "科技成果登记".into(),
        href: None,
        current: true,
        items: vec![
            link("填写科技成果", "/somewhere/applications", true),
            link("打印科技成果登记证书", "/somewhere/certificates", false),
        ],
    };
    let menu = vec![
        MenuEntry {
            label: "申报管理".into(),
            href: None,
            current: true,
            items: vec![results],
        },
        MenuEntry {
            label: "系统管理".into(),
            href: None,
            current: false,
            items: vec![link("个人账号管理", "/somewhere/account", false)],
        },
    ];
    let crumb = |label: &str| Crumb {
        label: label.into(),
        href: None,
    };
    let frame = Frame {
        language,
        region: Some(RegionHead {
            id: "somewhere".into(),
            name: "某省".into(),
            title: "某省科技管理信息系统".into(),
            authority: "某省科学技术厅".into(),
            phone: Some("400-000-0000".into()),
            faq: Some("/somewhere/texts/faq".into()),
            contact: Some("/somewhere/texts/contact".into()),
        }),
        user: signed_in.then(|| User {
            name: "王伟任".into(),
            role: "成果登记人".into(),
            unit: Some("某省理工大学".into()),
            other_roles: vec![RoleChoice {
                id: "unit_admin".into(),
                label: "单位管理员".into(),
            }],
        }),
        menu: if signed_in { menu } else { Vec::new() },
        reminders: 2,
        large_text: signed_in,
        version: "0.1.0".into(),
        demo: true,
    };
    Shell {
        frame,
        breadcrumb: if signed_in {
            ["申报管理", "科技成果登记", "填写科技成果"].map(crumb).to_vec()
        } else {
            Vec::new()
        },
        languages: vec![LanguageLink {
            tag: "en".into(),
            label: "English".into(),
            href: "?lang=en".into(),
        }],
        text_size: "/text-size/large?next=%2F".into(),
        notice: signed_in.then(|| Notice {
            kind: NoticeKind::Done,
            text: "已保存。".into(),
        }),
        watch: signed_in.then(watch),
    }
}

/// What a watching server says of a mistake.
fn watch() -> WatchBar {
    let line = |number: usize, before: &str, marked: &str| ExcerptLine {
        number,
        before: before.into(),
        marked: marked.into(),
        after: String::new(),
        here: !marked.is_empty(),
    };
    WatchBar {
        version: "1-1".into(),
        errors: 1,
        warnings: 0,
        problems: vec![WatchProblem {
            severity: Severity::Error,
            rule: "unknown-type".into(),
            place: "somewhere/a.form.yaml:2:11".into(),
            href: Some("/preview/files/somewhere/a.form.yaml#L2".into()),
            message: "没有名为「txt」的字段类型".into(),
            help: Some("是否要写「text」？".into()),
            excerpt: vec![line(1, "name:", ""), line(2, "  type: ", "txt")],
            related: vec![("base/a.form.yaml:4:3".into(), "它覆盖了这里".into())],
        }],
        more: 2,
    }
}

fn head(name: &str) -> ApplicationHead {
    let tabs = [
        ("填报说明", TabProgress::Plain),
        ("成果概况", TabProgress::Missing),
        ("立项情况", TabProgress::Complete),
        ("评价情况", TabProgress::Complete),
        ("知识产权状况", TabProgress::Complete),
        ("成果转化情况", TabProgress::Missing),
        ("成果完成单位情况", TabProgress::Complete),
        ("成果简介", TabProgress::Missing),
        ("附件清单", TabProgress::Missing),
    ];
    let tabs = tabs.iter().enumerate().map(|(at, (label, progress))| Tab {
        label: (*label).into(),
        href: format!("/somewhere/applications/1/pages/p{at}"),
        current: at == 1,
        progress: *progress,
        said: progress.text_key().unwrap_or_default().into(),
        marked: at == 5,
    });
    ApplicationHead {
        id: "1".into(),
        href: "/somewhere/applications/1".into(),
        name: name.into(),
        form: "应用技术类科技成果登记表".into(),
        version: "2021".into(),
        state: "退回修改".into(),
        tone: Tone::Returned,
        number: None,
        tabs: tabs.collect(),
        progress: Some(Progress { done: 4, all: 8 }),
        actions: vec![ActionLink {
            label: "提交到单位管理员".into(),
            href: "/a/submit".into(),
            primary: true,
        }],
        documents: vec![Link {
            label: "下载PDF".into(),
            href: "/a/documents/form".into(),
        }],
        check: Some("/a/check".into()),
        unmask: None,
        back: "/somewhere/applications".into(),
    }
}

fn error() -> ErrorLink {
    ErrorLink {
        label: "研究终止日期".into(),
        message: "研究终止日期不能早于研究起始日期。".into(),
        href: "#f-year".into(),
    }
}

fn form_page(theme: &Theme, language: Language, text: &str, editable: bool) -> FormPage {
    let fields = fields();
    let prepared = PreparedFields::new(fields.values(), theme);
    let answers = answers(text);
    let mut filling = Filling::new(&answers);
    filling.files_at = "/somewhere/applications/1/files/".into();
    filling.asked_mut().candidates.insert(
        "recommender".into(),
        vec![Candidate {
            value: "u1".into(),
            label: "某市科学技术局".into(),
        }],
    );
    let message = Message {
        severity: Severity::Error,
        text: "请填写四位年份，例如 2026。".into(),
    };
    filling.messages.insert("year".into(), vec![message.clone()]);
    filling.messages.insert("people[1].born".into(), vec![message]);
    filling.refused.insert("year".into(), "二〇二一".into());
    filling.remarks.insert("income".into(), "请核对金额单位。".into());
    filling.changed.insert("rate".into());
    if !editable {
        filling.editing = Editing::Nothing;
    }
    FormPage {
        address: "/somewhere/applications/1/pages/1".into(),
        suggest: Some("/somewhere/applications/1/pages/1/suggest".into()),
        head: head(text),
        title: "成果概况".into(),
        intro: Some("请认真核对所填写的内容，将以此生成成果证书，证书一旦生成，将无法修改。".into()),
        text: None,
        fields: prepared.fill(language, &filling),
        multipart: prepared.has_files(),
        editable,
        revision: "3.0a1b2c".into(),
        errors: if editable { vec![error()] } else { Vec::new() },
        opinion: Some(Opinion {
            by: "李四-单位管理员".into(),
            on: "2026-11-18".into(),
            text: "请补充推荐意见。\n".into(),
        }),
        previous: Some("/p0".into()),
        next: Some("/p2".into()),
        upkeep: Upkeep {
            live: "/somewhere/applications/1/pages/1/live".into(),
            uploads: "/somewhere/applications/1/pages/1/uploads".into(),
            key: "somewhere/account/1/1".into(),
            sensitive: "people.id_no".into(),
            seen: "{}".into(),
            unsaved: false,
        },
    }
}

fn overview(theme: &Theme, text: &str) -> Overview {
    let step = |label: &str, place, note: Option<&str>| Step {
        label: label.into(),
        place,
        note: note.map(Into::into),
    };
    let page = form_page(theme, Language::Chinese, text, false);
    Overview {
        head: ApplicationHead {
            state: "单位管理员审核".into(),
            tone: Tone::Waiting,
            ..head(text)
        },
        applicant: "王伟任".into(),
        unit: Some("某省理工大学".into()),
        steps: vec![
            step("填写中", StepPlace::Behind, Some("2026-11-12")),
            step("单位管理员审核", StepPlace::Here, Some("期限 2026-11-27")),
            step("推荐单位审核", StepPlace::Ahead, None),
            step("省科技厅审核", StepPlace::Ahead, None),
            step("审核通过", StepPlace::Ahead, None),
        ],
        history: vec![Happening {
            on: "2026-11-18 10:20".into(),
            by: "李四-单位管理员".into(),
            action: "退回修改".into(),
            state: "退回修改".into(),
            opinion: Some(text.into()),
            marks: vec![Link {
                label: "收益".into(),
                href: "/p1#f-income".into(),
            }],
        }],
        editable: false,
        answers: vec![AnswerPage {
            title: "成果概况".into(),
            id: "overview".into(),
            body: page.fields,
        }],
    }
}

fn rows(text: &str) -> Vec<ApplicationRow> {
    let tones = [Tone::Draft, Tone::Waiting, Tone::Returned, Tone::Done];
    let row = |(at, tone): (usize, Tone)| ApplicationRow {
        name: if at == 0 { String::new() } else { text.into() },
        category: "应用技术类".into(),
        state: ["填写中", "单位管理员审核", "退回修改", "审核通过"][at].into(),
        tone,
        applicant: None,
        updated: "2026-11-20 09:30".into(),
        number: (at == 3).then(|| "9622026Y0001".into()),
        href: format!("/somewhere/applications/{at}"),
        actions: vec![Link {
            label: "修改".into(),
            href: format!("/edit/{at}"),
        }],
        copy: Some(format!("/copy/{at}")),
    };
    tones.into_iter().enumerate().map(row).collect()
}

/// Every page by name.
pub(super) fn pages(theme: &Theme, inside: &Shell, text: &str) -> Vec<(&'static str, String)> {
    let language = inside.frame.language;
    let outside = shell(language, false);
    let link = |label: &str| Link {
        label: label.into(),
        href: "/x".into(),
    };
    let paging = || Paging {
        total: 45,
        page: 2,
        pages: 3,
        previous: Some("?page=1".into()),
        next: Some("?page=3".into()),
    };
    let mut all = Vec::new();
    let mut add =
        |name, page: Result<String, ThemeError>| all.push((name, page.unwrap_or_else(|e| panic!("{name}: {e}"))));
    let region = RegionCard {
        name: text.into(),
        title: "某省科技管理信息系统".into(),
        authority: "某省科学技术厅".into(),
        href: "/x/".into(),
    };
    add(
        "regions",
        theme.page(
            &Shell {
                frame: Frame {
                    region: None,
                    ..outside.frame.clone()
                },
                ..outside.clone()
            },
            &Regions { regions: vec![region] },
        ),
    );
    let home = Home {
        notice: Some(crate::theme::markdown(text)),
        categories: ["应用技术类", "基础理论类", "软科学类", text].map(Into::into).to_vec(),
        texts: vec![link("填报说明"), link(text)],
        ways_in: vec![link("单位注册")],
        sign_in: Some("/somewhere/sign-in".into()),
        tasks: Vec::new(),
    };
    add("home", theme.page(&outside, &home));
    let tasks = vec![
        Task {
            label: text.into(),
            href: "/x".into(),
            count: Some(2),
        },
        Task {
            label: "证书".into(),
            href: "/x".into(),
            count: None,
        },
    ];
    add(
        "home-inside",
        theme.page(
            inside,
            &Home {
                sign_in: None,
                tasks,
                ..home
            },
        ),
    );
    let account = DemoAccount {
        name: "wang".into(),
        password: text.into(),
        role: "成果登记人".into(),
        unit: Some(text.into()),
    };
    let sign_in = SignIn {
        captcha: None,
        by_email: true,
        name: text.into(),
        error: Some("登录账号或密码不正确。".into()),
        next: Some(text.into()),
        kept: true,
        ways_in: vec![Link {
            label: text.into(),
            href: "/somewhere/sign-up/unit".into(),
        }],
        sign_up: "/somewhere/sign-up".into(),
        reset: "/somewhere/reset".into(),
        demo_accounts: vec![account],
    };
    add("sign-in", theme.page(&outside, &sign_in));
    let pick = Pick {
        value: "a".into(),
        label: text.into(),
        chosen: true,
    };
    let list = Applications {
        title: "填写科技成果".into(),
        text: text.into(),
        year: "2026".into(),
        forms: vec![pick],
        states: Vec::new(),
        orders: Vec::new(),
        clear: Some("/clear".into()),
        columns: Vec::new(),
        cut: Some(1000),
        total: 4,
        rows: rows(text),
        paging: paging(),
        new: Some("/new".into()),
        once: "01".into(),
    };
    let prepared = PreparedFields::new(fields().values(), theme);
    let given = answers(text);
    let filling = Filling::new(&given);
    let conflict = Conflict {
        head: head(text),
        address: "/somewhere/applications/1/pages/1".into(),
        title: text.into(),
        text: text.into(),
        fields: vec![Differing {
            id: "year".into(),
            label: text.into(),
            mine: Html::text(text),
            theirs: prepared.read(language, "people", &filling),
            is_theirs: true,
        }],
        typed: vec![("name".into(), text.into())],
        revision: "3.0a1b2c".into(),
        files: true,
        back: "/somewhere/applications/1/pages/1".into(),
    };
    add("conflict", theme.page(inside, &conflict));
    add("applications", theme.page(inside, &list));
    add(
        "applications-none",
        theme.page(
            inside,
            &Applications {
                rows: Vec::new(),
                paging: Paging::default(),
                ..list
            },
        ),
    );
    let category = |starts| Category {
        category: text.into(),
        form: "应用技术类科技成果登记表".into(),
        version: "2021".into(),
        href: "/x".into(),
        starts,
    };
    add(
        "new",
        theme.page(
            inside,
            &NewApplication {
                categories: vec![category(true), category(false)],
                once: "01".into(),
            },
        ),
    );
    let page = form_page(theme, language, text, true);
    let create = CreateApplication {
        category: text.into(),
        form: "登记表".into(),
        fields: page.fields.clone(),
        once: "01".into(),
        errors: vec![error()],
        back: "/new".into(),
        suggest: "/new/suggest".into(),
    };
    add("create", theme.page(inside, &create));
    let pick = PickPage {
        label: text.into(),
        form: text.into(),
        field: text.into(),
        typed: text.into(),
        status: text.into(),
        way: vec![link(text), link(text)],
        rows: [(true, None), (false, Some(text.to_owned()))]
            .map(|(picks, open)| PickRow {
                value: text.into(),
                text: text.into(),
                above: text.into(),
                picks,
                open,
            })
            .into(),
        revision: 3,
        address: "/somewhere/applications/1/pages/1/pick".into(),
        back: "/somewhere/applications/1/pages/1#f-people%5B0%5D.title".into(),
    };
    add("pick", theme.page(inside, &pick));
    add("form", theme.page(inside, &page));
    add(
        "form-read",
        theme.page(inside, &form_page(theme, language, text, false)),
    );
    add("overview", theme.page(inside, &overview(theme, text)));
    let group = |page: &str| FindingGroup {
        page: Some(page.into()),
        findings: vec![
            error(),
            ErrorLink {
                message: text.into(),
                ..error()
            },
        ],
    };
    let check = CheckPage {
        head: head(text),
        errors: vec![group("成果概况"), group("附件清单")],
        warnings: vec![group("成果简介")],
        error_count: 4,
        warning_count: 2,
        trouble: None,
    };
    add("check", theme.page(inside, &check));
    add(
        "check-passed",
        theme.page(
            inside,
            &CheckPage {
                errors: Vec::new(),
                warnings: Vec::new(),
                error_count: 0,
                warning_count: 0,
                ..check
            },
        ),
    );
    let mark = |label: &str, marked| Mark {
        field: "name".into(),
        label: label.into(),
        marked,
        remark: text.into(),
    };
    let marks = Marks {
        name: "marks".into(),
        label: "需修改的栏目".into(),
        pages: vec![
            MarkPage {
                title: "成果概况".into(),
                fields: vec![mark("成果名称", false), mark(text, true)],
            },
            MarkPage {
                title: "附件清单".into(),
                fields: vec![mark("研制报告", false)],
            },
        ],
    };
    let inputs = form_page(theme, language, text, true).fields;
    let action = ActionPage {
        head: head(text),
        label: "退回修改".into(),
        confirm: Some("确定退回吗？".into()),
        fields: inputs,
        marks: Some(marks),
        errors: Vec::new(),
        revision: 7,
        back: "/a".into(),
    };
    add("action", theme.page(inside, &action));
    let unmask = |errors, answers| Unmask {
        head: ApplicationHead {
            unmask: Some("/a/unmask".into()),
            ..head(text)
        },
        reason: text.into(),
        errors,
        answers,
        address: "/a/unmask".into(),
        back: "/a/review".into(),
    };
    add("unmask", theme.page(inside, &unmask(vec![error()], Vec::new())));
    let shown = AnswerPage {
        title: text.into(),
        id: "overview".into(),
        body: form_page(theme, language, text, false).fields,
    };
    add("unmasked", theme.page(inside, &unmask(Vec::new(), vec![shown])));
    let document = DocumentPage {
        label: "科技成果登记证书".into(),
        name: text.into(),
        images: vec![PageImage {
            src: "/x.png".into(),
            width: 842,
            height: 595,
        }],
        summary: vec![Fact {
            label: "登记号".into(),
            text: text.into(),
        }],
        pdf: "/x.pdf".into(),
        back: "/a".into(),
    };
    add("document", theme.page(inside, &document));
    let waiting = |overdue| QueueRow {
        name: text.into(),
        category: "应用技术类".into(),
        applicant: "王伟任".into(),
        unit: Some(text.into()),
        state: "单位管理员审核".into(),
        since: "2026-11-12".into(),
        due: Some("2026-11-19".into()),
        overdue,
        again: overdue,
        href: "/r".into(),
    };
    add(
        "queue",
        theme.page(
            inside,
            &Queue {
                rows: vec![waiting(true), waiting(false)],
                paging: paging(),
            },
        ),
    );
    let certificate = CertificateRow {
        number: "9622026Y0001".into(),
        name: text.into(),
        category: "应用技术类".into(),
        issued_on: "2026-11-20".into(),
        href: "/c".into(),
    };
    add(
        "certificates",
        theme.page(
            inside,
            &Certificates {
                title: "打印科技成果登记证书".into(),
                rows: vec![certificate],
                paging: Paging::default(),
            },
        ),
    );
    add(
        "text",
        theme.page(
            &outside,
            &TextPage {
                title: text.into(),
                body: markdown(&format!("# 常见问题\n\n1. **一**\n\n{text}\n")),
            },
        ),
    );
    let verified = VerifiedCertificate {
        number: "9622026Y0001".into(),
        name: text.into(),
        authority: "某省科学技术厅".into(),
        issued_on: "2026-11-20".into(),
        valid: true,
        more: vec![Fact {
            label: "类别".into(),
            text: text.into(),
        }],
    };
    add(
        "verify",
        theme.page(
            &outside,
            &Verify {
                certificate: Some(verified),
            },
        ),
    );
    add("verify-unknown", theme.page(&outside, &Verify { certificate: None }));
    let row = |state| OutboxRow {
        href: Some("/demo/outbox/somewhere/1".into()),
        subject: text.into(),
        to: "wang@example.com".into(),
        phone: state == "parked",
        office: "某省".into(),
        at: "2026-11-20 12:00".into(),
        state,
    };
    let outbox = Outbox {
        to: text.into(),
        rows: ["sent", "waiting", "parked"].map(row).into(),
        more: true,
    };
    add("outbox", theme.page(&outside, &outbox));
    let letter = OutboxLetter {
        subject: text.into(),
        to: "wang@example.com".into(),
        name: text.into(),
        phone: false,
        office: "某省科技管理信息系统".into(),
        at: "2026-11-20 12:00".into(),
        paragraphs: crate::theme::mail::paragraphs(
            &format!("{text}\nhttp://office.example/x"),
            "http://office.example",
        ),
    };
    add("outbox-letter", theme.page(&outside, &letter));
    let failed = ErrorPage {
        status: 404,
        title: "没有找到页面".into(),
        detail: text.into(),
        ways_on: vec![link("返回首页")],
        reference: Some("a1b2".into()),
    };
    add("error", theme.page(&outside, &failed));
    all
}
