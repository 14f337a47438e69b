//! The program itself over a socket: what it holds in memory while it is sent too much, and what breaks off.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use dengji::registry::demo;
use dengji_tests::{Listening, command, folders, repository};
use tempfile::TempDir;

/// What the program may take on for one post, in KiB: the post's own limit twice over, and room to breathe.
const MORE: u64 = 200 << 10;

struct Server {
    program: Listening,
    cookie: String,
    _data: TempDir,
}

impl Server {
    fn start() -> Self {
        let data = TempDir::new().unwrap();
        let themes = repository().join("themes");
        let folders = folders();
        let program = Listening::start(
            command(
                &["serve", "--listen", "127.0.0.1:0", "--demo"],
                &data.path().join("data"),
            )
            .arg("--forms")
            .arg(folders.forms)
            .arg("--plugins")
            .arg(folders.plugins)
            .arg("--themes")
            .arg(themes),
        );
        let mut server = Self {
            program,
            cookie: String::new(),
            _data: data,
        };
        server.sign_in();
        server
    }

    fn sign_in(&mut self) {
        let body = format!(
            "name=invited%40demo.example&password={}",
            demo::PASSWORD.replace('#', "%23")
        );
        let head = self.head("/gansu/sign-in", "application/x-www-form-urlencoded", body.len() as u64);
        let (status, answer) = self.send(&[head.as_bytes(), body.as_bytes()].concat());
        assert_eq!(status, 303, "{answer}");
        let mut cookies = answer.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        let session = cookies.find(|line| line.starts_with("session"));
        self.cookie = session.unwrap().split(';').next().unwrap().to_owned();
    }

    fn head(&self, path: &str, kind: &str, length: u64) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nCookie: {}\r\nContent-Type: \
             {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n",
            self.program.address(),
            self.cookie
        )
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.program.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    fn send(&self, request: &[u8]) -> (u16, String) {
        let mut stream = self.connect();
        let _ = stream.write_all(request);
        answer(&mut stream)
    }

    fn get(&self, path: &str) -> (u16, String) {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nConnection: close\r\n\r\n",
            self.program.address(),
            self.cookie
        );
        self.send(request.as_bytes())
    }

    /// The most memory that it has ever held, in KiB.
    fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.program.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// The address of a page that takes files, of an application that may be changed.
    fn page(&self) -> String {
        let (_, list) = self.get("/gansu/applications");
        let list = list.replace("&#x2f;", "/");
        let mut ids: Vec<&str> = list
            .split("/gansu/applications/")
            .skip(1)
            .filter_map(|rest| rest.split(['"', '/', '?']).next())
            .collect();
        ids.dedup();
        let mut pages = ids
            .iter()
            .map(|id| format!("/gansu/applications/{id}/pages/attachments"));
        let found = pages.find(|page| self.get(page).1.contains("name=\"~revision\""));
        found.expect("an application may be changed")
    }
}

/// What stands behind the head, which has the time.
fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

fn answer(stream: &mut TcpStream) -> (u16, String) {
    let mut answer = Vec::new();
    // What has arrived counts, however the connection ends.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or(0), answer)
}

const PART: &str = "--b\r\nContent-Disposition: form-data; name=\"report\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7 ";

#[test]
fn two_gigabytes_are_refused_in_bounded_memory() {
    let server = Server::start();
    let page = server.page();
    let (_, before) = server.get(&page);
    // Everything that one page takes has been in memory once.
    let held = server.most_memory();
    let chunk = vec![b'x'; 1 << 20];
    let length: u64 = 2 << 30;
    for said in [length, 60 << 20] {
        // The second time the length is a lie: the bytes behind it are not of this request.
        let mut stream = server.connect();
        let head = server.head(&page, "multipart/form-data; boundary=b", said);
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(PART.as_bytes()).unwrap();
        let mut writer = stream.try_clone().unwrap();
        let chunk = chunk.clone();
        let writing = std::thread::spawn(move || {
            let mut sent = 0;
            while sent < length && writer.write_all(&chunk).is_ok() {
                sent += chunk.len() as u64;
            }
            sent
        });
        let (status, told) = answer(&mut stream);
        drop(stream);
        let sent = writing.join().unwrap();
        let expected = if said == length { 413 } else { 400 };
        assert_eq!(status, expected, "{sent} bytes were sent: {told}");
        assert!(told.contains("没有保存"), "{told}");
        let most = server.most_memory();
        assert!(most < held + MORE, "it held {held} KiB before and then {most} KiB");
    }
    let (_, after) = server.get(&page);
    assert_eq!(body(&before), body(&after), "something changed");
}

#[test]
fn a_file_that_changes_while_it_is_sent_is_not_kept() {
    let server = Server::start();
    let page = server.page();
    let (_, before) = server.get(&page);
    let revision = before
        .split("name=\"~revision\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let fields = format!(
        "--b\r\nContent-Disposition: form-data; name=\"~revision\"\r\n\r\n{revision}\r\n--b\r\nContent-Disposition: \
         form-data; name=\"~\"\r\n\r\nreport\r\n{PART}"
    );
    let end = "\r\n--b--\r\n";
    let whole = format!("{fields}{}{end}", "x".repeat(1000));
    // The file has become shorter than was said, and the browser gives up.
    let head = server.head(&page, "multipart/form-data; boundary=b", whole.len() as u64 + 5000);
    let mut stream = server.connect();
    stream
        .write_all(&[head.as_bytes(), &whole.as_bytes()[..whole.len() - 500]].concat())
        .unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let (status, told) = answer(&mut stream);
    assert!([0, 400].contains(&status), "{told}");
    assert_eq!(body(&before), body(&server.get(&page).1), "something changed");
    // It has become longer: what is behind the length that was said is cut off, its end with it.
    let head = server.head(&page, "multipart/form-data; boundary=b", whole.len() as u64 - 100);
    let (status, told) = server.send(&[head.as_bytes(), whole.as_bytes()].concat());
    assert!(status == 400 && told.contains("没有保存"), "{status} {told}");
    assert_eq!(body(&before), body(&server.get(&page).1), "something changed");
    // As it was said, it is taken.
    let head = server.head(&page, "multipart/form-data; boundary=b", whole.len() as u64);
    let (status, told) = server.send(&[head.as_bytes(), whole.as_bytes()].concat());
    assert_eq!(status, 303, "{told}");
}

#[test]
fn a_megabyte_of_address_or_headers_is_refused() {
    let server = Server::start();
    let page = server.page().replace("/attachments", "/overview");
    let held = server.most_memory();
    let long = "x".repeat(1 << 20);
    let (status, _) = server.get(&format!("{page}/pick?field=discipline&q={long}"));
    assert!([0, 400, 414, 431].contains(&status), "{status}");
    let (status, _) = server.get(&format!("{page}\r\nX-Long: {long}\r\nX-More: y"));
    assert!([0, 400, 414, 431].contains(&status), "{status}");
    // So long that it is still read, it counts for its beginning.
    let short = &long[..5000];
    let (status, told) = server.get(&format!("{page}/pick?field=discipline&q={short}"));
    assert!([200, 404].contains(&status), "{status} {told}");
    let body = format!("~=name&name={long}");
    let path = format!("{page}/suggest?field=discipline&q={short}");
    let head = server.head(&path, "application/x-www-form-urlencoded", body.len() as u64);
    let (status, told) = server.send(&[head.as_bytes(), body.as_bytes()].concat());
    assert!([200, 404].contains(&status), "{status} {told}");
    let most = server.most_memory();
    assert!(most < held + MORE, "it held {held} KiB before and then {most} KiB");
}
