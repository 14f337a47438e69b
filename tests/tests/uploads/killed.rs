//! The program itself, killed between two chunks and started again: what it said is kept is kept.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use dengji::registry::demo;
use dengji_tests::{command, folders, repository, upload_metadata};
use tempfile::TempDir;

use super::sender::{CHUNK, digest, pdf};

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        let folders = folders();
        let mut child = command(&["serve", "--listen", "127.0.0.1:0", "--demo"], data)
            .arg("--forms")
            .arg(folders.forms)
            .arg("--plugins")
            .arg(folders.plugins)
            .arg("--themes")
            .arg(repository().join("themes"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, rest) = line.split_once("http://")?;
            Some(rest.split('/').next()?.to_owned())
        });
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            address: address.expect("the server says where it listens"),
        }
    }

    fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nTus-Resumable: 1.0.0\r\n{headers}\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }

    /// Half of a chunk, and then the line is gone with the server.
    fn break_off(&mut self, path: &str, headers: &str, half: &[u8]) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "PATCH {path} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nTus-Resumable: 1.0.0\r\n{headers}\
             Content-Length: {}\r\n\r\n",
            self.address,
            half.len() * 2
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(half).unwrap();
        stream.flush().unwrap();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let mut lines = answer.lines();
    let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("{name}: {answer}"))
}

#[test]
fn a_server_that_is_killed_goes_on_where_it_stood() {
    let data = TempDir::new().unwrap();
    let data = data.path().join("data");
    let mut server = Server::start(&data);
    let password = demo::PASSWORD.replace('#', "%23");
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let body = format!("name=invited%40demo.example&password={password}");
    let (status, answer) = server.ask("POST", "/gansu/sign-in", form, body.as_bytes());
    assert_eq!(status, 303, "{answer}");
    let session = answer
        .lines()
        .filter_map(|line| line.strip_prefix("set-cookie: "))
        .find(|line| line.starts_with("session"));
    let cookie = format!("Cookie: {}\r\n", session.unwrap().split(';').next().unwrap());
    let (_, list) = server.ask("GET", "/gansu/applications", &cookie, b"");
    let list = list.replace("&#x2f;", "/");
    let ids = list.split("/gansu/applications/").skip(1);
    let mut pages = ids.filter_map(|rest| {
        let id = rest.split(['"', '/', '?']).next()?;
        Some(format!("/gansu/applications/{id}/pages/attachments"))
    });
    let offers = |page: &String| {
        let (_, page) = server.ask("GET", page, &cookie, b"");
        page.contains("name=\"~revision\"") && page.contains("name=\"evaluation_proof\"")
    };
    let page = pages.find(offers).expect("an application may be changed");

    let file = pdf(3, 2_300_000);
    let announced = format!(
        "{cookie}Upload-Length: {}\r\nUpload-Metadata: {}\r\n",
        file.len(),
        upload_metadata("evaluation_proof", "长.pdf")
    );
    let (status, begun) = server.ask("POST", &format!("{page}/uploads"), &announced, b"");
    assert_eq!(status, 201, "{begun}");
    let upload = header(&begun, "location").to_owned();
    let chunk =
        |offset: usize| format!("{cookie}Content-Type: application/offset+octet-stream\r\nUpload-Offset: {offset}\r\n");
    let (status, answer) = server.ask("PATCH", &upload, &chunk(0), &file[..CHUNK]);
    assert_eq!(status, 204, "{answer}");
    server.break_off(&upload, &chunk(CHUNK), &file[CHUNK..CHUNK + CHUNK / 2]);

    let server = Server::start(&data);
    let (status, answer) = server.ask("HEAD", &upload, &cookie, b"");
    assert_eq!((status, header(&answer, "upload-offset")), (200, "1048576"), "{answer}");
    for at in [1, 2] {
        let end = file.len().min((at + 1) * CHUNK);
        let (status, answer) = server.ask("PATCH", &upload, &chunk(at * CHUNK), &file[at * CHUNK..end]);
        assert_eq!(status, 204, "{answer}");
    }
    let body = format!("~digest={}", digest(&file));
    let (status, answer) = server.ask("POST", &upload, &format!("{cookie}{form}"), body.as_bytes());
    assert!(status == 200 && answer.contains("共 3 页"), "{answer}");
    let (_, shown) = server.ask("GET", &page, &cookie, b"");
    assert!(shown.contains("长.pdf"), "{shown}");
}
