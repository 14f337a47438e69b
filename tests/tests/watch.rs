//! `serve --watch` as its user has it: the program itself on a copy of the definitions, a browser on its
//! pages, an editor on its files. How long a change takes is measured elsewhere; here it only arrives.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use dengji::registry::demo;
use dengji_tests::{Copied, Listening, command};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(120);
const FORM: &str = "/preview/gansu/applied-technology";

/// A server on files that the test may change.
struct Server {
    files: Copied,
    program: Listening,
    _data: TempDir,
}

/// What the server answered.
struct Page {
    status: u16,
    head: String,
    body: String,
}

impl Server {
    /// Starts it with these flags and waits until it listens.
    fn start(files: Copied, flags: &[&str]) -> Self {
        let themes = files.themes();
        let data = TempDir::new().unwrap();
        let folders = files.folders();
        let program = Listening::start(
            command(&["serve", "--listen", "127.0.0.1:0"], &data.path().join("data"))
                .args(flags)
                .arg("--forms")
                .arg(&folders.forms)
                .arg("--plugins")
                .arg(&folders.plugins)
                .arg("--themes")
                .arg(themes),
        );
        Self {
            files,
            program,
            _data: data,
        }
    }

    fn send(&self, request: &str) -> Page {
        let mut stream = TcpStream::connect(self.program.address()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Page {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    fn get(&self, path: &str, cookies: &str) -> Page {
        let host = self.program.address();
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\nConnection: close\r\n\r\n"
        ))
    }

    /// Signs in and gives the cookie.
    fn sign_in(&self, region: &str, name: &str) -> String {
        let body = format!("name={name}&password={}", demo::PASSWORD.replace('#', "%23"));
        let answer = self.send(&format!(
            "POST /{region}/sign-in HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.program.address(),
            body.len()
        ));
        assert_eq!(answer.status, 303, "{}", answer.body);
        let lines = answer.head.lines();
        let cookie = lines
            .filter_map(|line| line.strip_prefix("set-cookie: "))
            .find(|line| line.starts_with("session"));
        cookie.unwrap().split(';').next().unwrap().to_owned()
    }

    /// Waits until the page is as wanted.
    fn until(&self, path: &str, what: &str, wanted: impl Fn(&Page) -> bool) -> Page {
        let began = Instant::now();
        loop {
            let page = self.get(path, "");
            if wanted(&page) {
                return page;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "{path} never {what}: {} {}",
                page.status,
                page.body
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn until_says(&self, path: &str, text: &str) -> Page {
        self.until(path, &format!("says {text}"), |page| page.body.contains(text))
    }

    fn until_sound(&self, path: &str) -> Page {
        self.until(path, "is without problems", |page| !page.has_problems())
    }
}

impl Page {
    fn has_problems(&self) -> bool {
        self.body.contains("class=\"watch-problems")
    }

    fn version(&self) -> &str {
        let (_, rest) = self.body.split_once("<meta name=\"watch\" content=\"").unwrap();
        rest.split('"').next().unwrap()
    }
}

#[test]
fn what_is_saved_is_live_and_what_is_broken_leaves_the_last_good_version() {
    let server = Server::start(Copied::of(&["gansu"]), &["--watch", "--demo"]);
    let files = &server.files;
    let form = "forms/gansu/common.form.yaml";
    let title = "title: {zh: 填报说明, en: Guide}";
    let session = server.sign_in("gansu", "solo%40demo.example");

    let first = server.get(FORM, "");
    assert!(!first.has_problems());
    files.edit(form, title, "title: {zh: 先读这里, en: Read this}");
    let second = server.until_says(FORM, "先读这里");
    assert_ne!(first.version(), second.version());
    // A page of the version before still finds its style.
    let style = first
        .body
        .split("href=\"")
        .find(|part| part.contains("style.css"))
        .unwrap();
    let style = style.split('"').next().unwrap().replace("&#x2f;", "/");
    assert_eq!(server.get(&style, "").status, 200);
    let next = server.get(&format!("/watch?version={}", first.version()), "");
    assert_eq!((next.status, next.body.as_str()), (200, second.version()));

    // A broken file: the last good version stays, and the page says what is wrong and where.
    files.edit(
        form,
        "zh: 先读这里, en: Read this}",
        "zh: 不会出现, en: Never}\n    show: 1",
    );
    let broken = server.until("/gansu/", "shows the problem", Page::has_problems);
    assert_eq!(broken.status, 200);
    for told in [
        "gansu&#x2f;common.form.yaml:7:5",
        "unknown-key",
        "<mark>show</mark>",
        "错误",
    ] {
        assert!(broken.body.contains(told), "{told}: {}", broken.body);
    }
    let english = server.get("/gansu/", "language=en");
    for told in ["a page has no key `show`", "Errors in the definitions: 1"] {
        assert!(english.body.contains(told), "{told}: {}", english.body);
    }
    let page = server.get(FORM, "");
    assert!(page.body.contains(">先读这里") && !page.body.contains(">不会出现"));
    assert!(page.has_problems());
    assert!(server.get("/", "").has_problems(), "the front says it too");
    files.edit(
        form,
        "zh: 不会出现, en: Never}\n    show: 1",
        "zh: 填报说明, en: Guide}",
    );
    server.until_sound("/gansu/");
    assert!(server.get(FORM, "").body.contains("填报说明"));

    // What a base says is everybody's.
    files.edit(
        "forms/national/result.form.yaml",
        "zh: 成果概况, en: Overview",
        "zh: 成果大概, en: Overview",
    );
    server.until_says(FORM, "成果大概");

    the_theme_is_watched(&server);
    regions_come_and_go(&server);
    plugins_are_watched(&server);

    let inside = server.get("/gansu/applications", &session);
    assert_eq!(inside.status, 200, "the session lives on: {}", inside.head);
}

/// Templates and texts; one that does not parse, and one that asks for what its page does not have.
fn the_theme_is_watched(server: &Server) {
    let files = &server.files;
    let home = "themes/default/templates/home.html";
    files.edit(
        home,
        "<section class=\"hero\">",
        "<section class=\"hero\"><p>welcome-back</p>",
    );
    server.until_says("/gansu/", "welcome-back");
    files.edit(home, "<p>welcome-back</p>", "{% if %}");
    let broken = server.until("/gansu/", "shows the problem", Page::has_problems);
    assert!(broken.body.contains("welcome-back"), "the last good template stays");
    assert!(broken.body.contains("home.html:4"), "{}", broken.body);
    files.edit(home, "{% if %}", "{{ view.nothing }}");
    let failed = server.until("/gansu/", "fails", |page| page.status == 500);
    assert!(
        failed.has_problems() && failed.body.contains("home.html:4"),
        "{}",
        failed.body
    );
    files.edit(home, "{{ view.nothing }}", "");
    server.until("/gansu/", "is mended", |page| {
        page.status == 200 && !page.has_problems()
    });
    files.edit("themes/default/texts/en.yaml", "colon:", "colonn:");
    let broken = server.until("/", "shows the problem", Page::has_problems);
    assert!(broken.body.contains("en.yaml"), "{}", broken.body);
    files.edit("themes/default/texts/en.yaml", "colonn:", "colon:");
    server.until_sound("/");
}

/// A folder that appears is served, with its demonstration; one that goes is not.
fn regions_come_and_go(server: &Server) {
    assert_eq!(server.get("/qilian/", "").status, 404);
    server.files.copy("forms/gansu", "forms/qilian");
    // Its forms extend the other's parts, so that its own are told as unused; no more than that.
    let sound = |page: &Page| page.status == 200 && !page.body.contains("told-error");
    server.until("/qilian/", "appears", sound);
    server.until_says("/qilian/sign-in", "solo@demo.example");
    server.sign_in("qilian", "solo%40demo.example");
    fs::remove_dir_all(server.files.file("forms/qilian")).unwrap();
    server.until("/qilian/", "goes", |page| page.status == 404);
    assert_eq!(server.get("/gansu/", "").status, 200);
}

/// Another component under the same name is refused, and the region goes on with the one before.
fn plugins_are_watched(server: &Server) {
    let folder = server.files.file("plugins");
    let region = fs::read_to_string(server.files.file("forms/gansu/region.yaml")).unwrap();
    let name = region
        .split(['/', ' ', '\n'])
        .find(|word| word.ends_with(".wasm"))
        .unwrap();
    let path = folder.join(name);
    let good = fs::read(&path).unwrap();
    fs::write(&path, b"\0asm\x0d\0\x01\0").unwrap();
    let broken = server.until("/gansu/", "shows the problem", Page::has_problems);
    assert!(broken.body.contains("gansu&#x2f;region.yaml:"), "{}", broken.body);
    assert_eq!(server.get(FORM, "").status, 200);
    fs::write(&path, good).unwrap();
    server.until_sound("/gansu/");
}

#[test]
fn a_region_that_is_broken_from_the_start_shows_why_and_opens_once_it_is_mended() {
    let files = Copied::of(&["gansu", "guangxi"]);
    files.edit("forms/guangxi/region.yaml", "title:", "titel:");
    let server = Server::start(files, &["--watch"]);
    let broken = server.get("/guangxi/sign-in", "");
    assert_eq!(broken.status, 503);
    for told in ["guangxi&#x2f;region.yaml:", "<mark>titel</mark>", "unknown-key"] {
        assert!(broken.body.contains(told), "{told}: {}", broken.body);
    }
    let other = server.get("/gansu/", "");
    assert!(other.status == 200 && !other.has_problems());
    assert!(server.get("/", "").has_problems());
    server.files.edit("forms/guangxi/region.yaml", "titel:", "title:");
    server.until("/guangxi/sign-in", "opens", |page| {
        page.status == 200 && !page.has_problems()
    });
    server.until_sound("/");
}

#[test]
fn a_server_that_does_not_watch_has_no_preview_and_keeps_its_version() {
    let server = Server::start(Copied::of(&["gansu"]), &[]);
    for path in ["/watch", "/preview/", FORM, "/preview/files/gansu/region.yaml"] {
        assert_eq!(server.get(path, "").status, 404, "{path}");
    }
    let home = server.get("/gansu/", "");
    assert!(home.status == 200 && !home.body.contains("watch"));
}
