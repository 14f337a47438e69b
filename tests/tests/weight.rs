//! Nothing is heavier than an office's line carries in a moment: 60 KB a page of a form before compression, filled or
//! empty, 30 KB of style, 40 KB of JavaScript in all; sent packed, and what never changes is asked for once.

use std::fs;

use axum::body::Body;
use axum::http::Request;
use dengji_tests::{Answer, TestApp, repository};

/// Bytes of a page before compression.
const MOST: usize = 60 * 1024;

#[tokio::test]
async fn every_page_of_every_form() {
    let app = TestApp::start().await;
    let mut heavy = Vec::new();
    let mut heaviest = (0, String::new());
    for region in ["gansu", "guangxi"] {
        let accounts = app.demo(region).await;
        let answers = app.answers(region, "complete");
        let forms: Vec<String> = app
            .office(region)
            .region()
            .forms
            .keys()
            .map(ToString::to_string)
            .collect();
        for name in forms {
            let form = app.form(region, &name);
            let mut applicant = app.in_role(region, &accounts, "registrant", None).await;
            let filed = applicant.add(region, &form, &answers).await;
            for page in form.pages.values().filter(|page| !page.fields.is_empty()) {
                let address = filed.page(&page.id);
                let empty = applicant.get(&address).await;
                applicant.save(&filed, &form, &page.id, &answers).await;
                let filled = applicant.get(&address).await;
                for (answer, how) in [(empty, "empty"), (filled, "filled")] {
                    let size = size(&answer);
                    let told = format!("{region}/{name}/{} {how}: {size} bytes", page.id);
                    heaviest = heaviest.max((size, told.clone()));
                    if size > MOST {
                        heavy.push(told);
                    }
                }
            }
        }
    }
    assert!(heavy.is_empty(), "{heavy:#?}");
    println!("the heaviest: {}", heaviest.1);
}

/// The pages by which somebody signs up.
#[tokio::test]
async fn every_way_in() {
    let app = TestApp::start().await;
    for region in ["gansu", "guangxi"] {
        let ways = app.registry.open_ways(region).unwrap();
        let ways: Vec<String> = ways.iter().map(|way| way.id.to_string()).collect();
        assert!(!ways.is_empty());
        for way in ways {
            let page = app.client().get(&format!("/{region}/sign-up/{way}?agree=yes")).await;
            assert!(size(&page) <= MOST, "{region}/{way}: {} bytes", page.body.len());
        }
    }
}

/// Bytes that are sent of the theme's static files with this ending.
async fn theme(app: &TestApp, ending: &str) -> usize {
    let mut client = app.client();
    let page = client.get("/gansu/sign-in").await.page();
    let style = page.split('"').find(|part| part.ends_with("/style.css"));
    let folder = style.unwrap().trim_end_matches("style.css").to_owned();
    let files = fs::read_dir(repository().join("themes/default/static")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let these = files.filter(|path| path.extension().is_some_and(|has| has == ending));
    // Shown only while the files are watched.
    let these = these.filter(|path| ending == "js" || !path.ends_with("watch.css"));
    let mut bytes = 0;
    for path in these {
        let name = path.file_name().unwrap().to_str().unwrap();
        bytes += size(&client.get(&format!("{folder}{name}")).await);
    }
    bytes
}

#[tokio::test]
async fn style_and_scripts() {
    let app = TestApp::start().await;
    for (ending, most) in [("css", 30 * 1024), ("js", 40 * 1024)] {
        let size = theme(&app, ending).await;
        assert!(size > 1024 && size <= most, "{size} bytes of {ending}");
    }
}

/// Pages and static files are packed for whoever takes it so; static files are kept for ever under an address that
/// changes with them, pages never; nothing but this host's own files may run or be asked for.
#[tokio::test]
async fn how_it_is_sent() {
    let app = TestApp::start().await;
    let mut client = app.client();
    let page = client.get("/gansu/sign-in").await;
    let text = page.page();
    let address = text
        .split('"')
        .find(|part| part.starts_with("/static/") && part.ends_with("/style.css"));
    let address = address.expect("a page names its style");
    assert_eq!(page.header("cache-control"), "no-store");
    for directive in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
    ] {
        assert!(
            page.header("content-security-policy").contains(directive),
            "{directive}"
        );
    }
    assert!(!page.header("content-security-policy").contains("unsafe"));
    for (address, cached) in [
        ("/gansu/sign-in", "no-store"),
        (address, "public, max-age=31536000, immutable"),
    ] {
        let plain = client.get(address).await;
        assert_eq!(plain.header("content-encoding"), "");
        let request = Request::get(address).header("accept-encoding", "gzip, br");
        let packed = client.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (packed.status, packed.header("content-encoding")),
            (200, "gzip"),
            "{address}"
        );
        assert_eq!(packed.header("cache-control"), cached);
        assert!(
            packed.body.len() * 3 < plain.body.len() * 2,
            "{address}: {} bytes packed",
            packed.body.len()
        );
        assert_eq!(&packed.body[..2], [0x1f, 0x8b]);
    }
}

fn size(answer: &Answer) -> usize {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.body.len()
}
