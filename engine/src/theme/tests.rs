//! Every page in both languages, as structure. With `DENGJI_PAGES=FOLDER` set the pages are also
//! written there, to be looked at in a browser.

use std::fs;
use std::path::Path;

use indexmap::IndexMap;

use super::form::sample::{answers, fields, theme};
use super::*;
use crate::definition::form::Severity;
use crate::theme::filling::{Candidate, Editing, Message};
use crate::theme::view::*;

const ATTACK: &str = "<script>alert('x')</script>";

fn shell(language: Language, signed_in: bool) -> Shell {
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
    Shell {
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
        breadcrumb: if signed_in {
            ["申报管理", "科技成果登记", "填写科技成果"].map(crumb).to_vec()
        } else {
            Vec::new()
        },
        reminders: 2,
        languages: vec![LanguageLink {
            tag: "en".into(),
            label: "English".into(),
            href: "?lang=en".into(),
        }],
        notice: signed_in.then(|| Notice {
            kind: NoticeKind::Done,
            text: "已保存。".into(),
        }),
        version: "0.1.0".into(),
        demo: true,
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
    filling.candidates.insert(
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
        head: head(text),
        title: "成果概况".into(),
        intro: Some("请认真核对所填写的内容，将以此生成成果证书，证书一旦生成，将无法修改。".into()),
        text: None,
        fields: prepared.fill(language, &filling),
        multipart: prepared.has_files(),
        editable,
        revision: 3,
        errors: if editable { vec![error()] } else { Vec::new() },
        opinion: Some(Opinion {
            by: "李四-单位管理员".into(),
            on: "2026-11-18".into(),
            text: "请补充推荐意见。\n".into(),
        }),
        previous: Some("/p0".into()),
        next: Some("/p2".into()),
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
    };
    tones.into_iter().enumerate().map(row).collect()
}

/// Every page by name.
fn pages(theme: &Theme, language: Language, text: &str) -> Vec<(&'static str, String)> {
    let inside = shell(language, true);
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
                region: None,
                ..outside.clone()
            },
            &Regions { regions: vec![region] },
        ),
    );
    let home = Home {
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
            &inside,
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
        by_email: true,
        name: text.into(),
        error: Some("登录账号或密码不正确。".into()),
        next: Some(text.into()),
        demo_accounts: vec![account],
    };
    add("sign-in", theme.page(&outside, &sign_in));
    let list = Applications {
        title: "填写科技成果".into(),
        rows: rows(text),
        paging: paging(),
        new: Some("/new".into()),
    };
    add("applications", theme.page(&inside, &list));
    add(
        "applications-none",
        theme.page(
            &inside,
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
            &inside,
            &NewApplication {
                categories: vec![category(true), category(false)],
            },
        ),
    );
    let page = form_page(theme, language, text, true);
    let create = CreateApplication {
        category: text.into(),
        form: "登记表".into(),
        fields: page.fields.clone(),
        errors: vec![error()],
        back: "/new".into(),
    };
    add("create", theme.page(&inside, &create));
    add("form", theme.page(&inside, &page));
    add(
        "form-read",
        theme.page(&inside, &form_page(theme, language, text, false)),
    );
    add("overview", theme.page(&inside, &overview(theme, text)));
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
    add("check", theme.page(&inside, &check));
    add(
        "check-passed",
        theme.page(
            &inside,
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
    add("action", theme.page(&inside, &action));
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
    add("document", theme.page(&inside, &document));
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
            &inside,
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
            &inside,
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
        units: vec!["甲大学".into(), text.into()],
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

#[test]
fn every_page_renders_in_both_languages_and_escapes() {
    let theme = theme();
    for language in LANGUAGES {
        for (name, page) in pages(&theme, language, ATTACK) {
            assert!(!page.contains("<script>"), "{name} lets a script through");
            assert!(
                page.contains("&lt;script&gt;") || matches!(name, "verify-unknown" | "applications-none"),
                "{name} does not show the text"
            );
            assert!(page.contains(&format!("<html lang=\"{}\">", language.tag())), "{name}");
            assert_eq!(
                page.matches("<h1").count(),
                1,
                "{name} has one heading of the first level"
            );
            assert_eq!(page.matches("<main").count(), 1, "{name}");
            for inline in [" style=\"", " onclick=", " onload=", "<style", "javascript:", "data:"] {
                assert!(
                    !page.contains(inline),
                    "{name} has {inline}, which the content policy forbids"
                );
            }
        }
    }
}

#[test]
fn pages_can_be_looked_at() {
    let Ok(folder) = std::env::var("DENGJI_PAGES") else {
        return;
    };
    let theme = theme();
    for language in LANGUAGES {
        for (name, page) in pages(&theme, language, "干旱区绿洲农业高效节水关键技术研究与示范") {
            fs::write(Path::new(&folder).join(format!("{name}.{}.html", language.tag())), page).unwrap();
        }
    }
    for name in ["style.css", "page.js", "leave.js", "filter.js", "count.js", "icon.svg"] {
        let address = theme.asset(name).unwrap();
        let path = Path::new(&folder).join(address.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &theme.file(&address).unwrap().bytes).unwrap();
    }
}

#[test]
fn static_files_stay_small_and_are_found_by_address() {
    let theme = theme();
    let size = |name: &str| theme.file(&theme.asset(name).unwrap()).unwrap().bytes.len();
    assert!(size("style.css") <= 30 * 1024);
    assert!(
        ["page.js", "leave.js", "filter.js", "count.js"]
            .iter()
            .map(|name| size(name))
            .sum::<usize>()
            <= 40 * 1024
    );
    assert_eq!(
        theme.file(&theme.asset("page.js").unwrap()).unwrap().content_type,
        "text/javascript; charset=utf-8"
    );
    for address in [
        "/static/0000000000000000/style.css",
        "/static/style.css",
        "style.css",
        "/static/../style.css",
    ] {
        assert!(theme.file(address).is_none(), "{address}");
    }
    assert_eq!(theme.asset("nothing.css"), None);
}

/// A copy of the default theme's templates and texts with one file changed.
fn broken(file: &str, content: &str) -> Result<Theme, ThemeError> {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join(file);
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    fs::write(&target, content).unwrap();
    let themes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes");
    Theme::load(
        &themes,
        "default",
        &[folder.path().to_owned(), folder.path().join("missing")],
        &IndexMap::new(),
    )
}

#[test]
fn a_broken_theme_is_an_error_that_names_file_and_line() {
    match broken("templates/home.html", "{% extends \"layout.html\" %}\n\n{% if %}") {
        Err(ThemeError::Template { file, line, .. }) => assert_eq!((file.as_str(), line), ("home.html", 3)),
        other => panic!("{other:?}"),
    }
    match broken("templates/home.html", "<p>\n{{ t(\"sign_inn\") }}") {
        Err(ThemeError::UnknownText { at, key, nearest }) => {
            assert_eq!((at.as_str(), key.as_str()), ("templates/home.html:2", "sign_inn"));
            assert_eq!(nearest.as_deref(), Some("sign_in"));
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        broken("texts/zh-CN.yaml", "- a"),
        Err(ThemeError::Catalogue { .. })
    ));
    assert!(matches!(
        broken("texts/en.yaml", "sav: Save"),
        Err(ThemeError::UnknownText { .. })
    ));
    let nowhere = Theme::load(Path::new("/nowhere"), "default", &[], &IndexMap::new());
    assert!(matches!(nowhere, Err(ThemeError::Read { .. })));
}

#[test]
fn a_template_that_asks_too_much_fails_and_does_not_fall_back() {
    let theme = broken("templates/error.html", "{{ view.status }}\n{{ view.nothing }}").unwrap();
    let page = ErrorPage {
        status: 404,
        title: String::new(),
        detail: String::new(),
        ways_on: Vec::new(),
        reference: None,
    };
    match theme.page(&shell(Language::Chinese, false), &page) {
        Err(ThemeError::Template { file, line, .. }) => assert_eq!((file.as_str(), line), ("error.html", 2)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_region_has_its_own_words() {
    let themes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes");
    let words = |key: &str, text: Text| IndexMap::from([(key.to_owned(), text)]);
    let theme = Theme::load(&themes, "default", &[], &words("fill_in", Text::chinese("添加"))).unwrap();
    assert_eq!(theme.text(Language::Chinese, "fill_in", &[]), "添加");
    assert_eq!(theme.text(Language::English, "fill_in", &[]), "Fill in");
    assert_eq!(
        theme.text(Language::Chinese, "reminders", &[("n", "3")]),
        "当前有: (3)条工作提醒"
    );
    assert_eq!(theme.text(Language::Chinese, "no_such_key", &[]), "no_such_key");
    let slip = Theme::load(&themes, "default", &[], &words("fil_in", Text::chinese("添加")));
    assert!(matches!(slip, Err(ThemeError::UnknownText { nearest: Some(_), .. })));
}

#[test]
fn the_menu_shows_only_what_a_role_may_use() {
    use crate::definition::region::{MenuItem, MenuTarget};
    let item = |target, roles: &[&str], items| MenuItem {
        label: Text::chinese("x"),
        target,
        roles: roles.iter().map(|role| (*role).into()).collect(),
        items,
    };
    let menu = [
        item(
            MenuTarget::Heading,
            &[],
            vec![item(MenuTarget::Applications, &["applicant"], Vec::new())],
        ),
        item(MenuTarget::Queue, &["reviewer"], Vec::new()),
    ];
    let of = |role: &str| MenuEntry::of_region(&menu, "r", role, Language::Chinese, Some(MenuTarget::Applications));
    let mine = of("applicant");
    assert_eq!(mine.len(), 1);
    assert!(mine[0].current && mine[0].items[0].current);
    assert_eq!(mine[0].items[0].href.as_deref(), Some("/r/applications"));
    assert_eq!(of("reviewer")[0].href.as_deref(), Some("/r/queue"));
}
