//! Every page in both languages, as structure. With `DENGJI_PAGES=FOLDER` set the pages are also
//! written there, to be looked at in a browser.

use std::fs;
use std::path::Path;

use indexmap::IndexMap;

use self::pages::{pages, shell};
use super::form::sample::theme;
use super::*;
use crate::theme::view::*;

mod accounts;
mod pages;

const ATTACK: &str = "<script>alert('x')</script>";

fn all(theme: &Theme, language: Language, text: &str) -> Vec<(&'static str, String)> {
    let inside = shell(language, true);
    let mut all = pages(theme, &inside, text);
    all.extend(accounts::pages(theme, language, text));
    all
}

#[test]
fn a_page_that_is_put_into_a_frame_is_the_page_that_is_rendered_whole() {
    let (framed, mut whole) = (theme(), theme());
    whole.frames = Frames::new(&IndexMap::new());
    // Blocks that end in a line break end without it.
    let marks = |page: &str| page.split('>').map(|part| part.trim().to_owned()).collect::<Vec<_>>();
    for language in LANGUAGES {
        let unwatched = Shell {
            watch: None,
            ..shell(language, true)
        };
        let both = pages(&framed, &unwatched, ATTACK)
            .into_iter()
            .zip(pages(&whole, &unwatched, ATTACK));
        for ((name, framed), (_, whole)) in both {
            assert_eq!(marks(&framed), marks(&whole), "{name}");
        }
        // The same frame around another request.
        let another = Shell {
            breadcrumb: Vec::new(),
            languages: Vec::new(),
            text_size: "/elsewhere".into(),
            notice: None,
            ..unwatched.clone()
        };
        assert!(framed.frames.has(&another.frame), "a page was put into a frame");
        let both = pages(&framed, &another, ATTACK)
            .into_iter()
            .zip(pages(&whole, &another, ATTACK));
        for ((name, framed), (_, whole)) in both {
            assert_eq!(marks(&framed), marks(&whole), "{name}");
        }
    }
}

#[test]
fn every_page_renders_in_both_languages_and_escapes() {
    let theme = theme();
    for language in LANGUAGES {
        for (name, page) in all(&theme, language, ATTACK) {
            assert!(!page.contains("<script>"), "{name} lets a script through");
            assert!(
                page.contains("&lt;script&gt;")
                    || matches!(
                        name,
                        "verify-unknown" | "applications-none" | "approvals-none" | "second-factor-recovery"
                    ),
                "{name} does not show the text"
            );
            assert!(page.contains(&format!("<html lang=\"{}\"", language.tag())), "{name}");
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
        for (name, page) in all(&theme, language, "干旱区绿洲农业高效节水关键技术研究与示范") {
            fs::write(Path::new(&folder).join(format!("{name}.{}.html", language.tag())), page).unwrap();
        }
    }
    let there = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes/default/static");
    for file in fs::read_dir(there).unwrap() {
        let name = file.unwrap().file_name();
        let address = theme.asset(name.to_str().unwrap()).unwrap();
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
fn a_region_has_its_own_emblem_colours_and_templates() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [
        ("static/icon.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("static/region.css", ":root { --blue: #7a1f2b; }"),
        (
            "templates/text.html",
            "{% extends \"layout.html\" %}{% block title %}own{% endblock %}",
        ),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let themes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes");
    let plain = Theme::load(&themes, "default", &[], &IndexMap::new()).unwrap();
    let own = Theme::load(&themes, "default", &[folder.path().to_owned()], &IndexMap::new()).unwrap();
    let page = |theme: &Theme| {
        let text = TextPage {
            title: "x".into(),
            body: crate::theme::markdown("x"),
        };
        theme.page(&shell(Language::Chinese, false), &text).unwrap()
    };
    let (style, region) = (own.asset("style.css").unwrap(), own.asset("region.css").unwrap());
    let shown = page(&own).replace("&#x2f;", "/");
    assert!(
        shown.find(&style).unwrap() < shown.find(&region).unwrap(),
        "the region's colours come last"
    );
    assert!(shown.contains("<title>own") && !page(&plain).contains("region.css"));
    let icon = |theme: &Theme| theme.file(&theme.asset("icon.svg").unwrap()).unwrap().bytes.len();
    assert!(icon(&own) < icon(&plain));
    assert_eq!(plain.asset("region.css"), None);
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
