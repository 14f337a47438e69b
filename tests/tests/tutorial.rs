//! The tutorial `docs/zh/新省份.md`, done step by step with the real program in an empty folder: every
//! listing is written or changed as it says, every command runs and prints what stands there.
//!
//! A fence `console` holds commands behind `$ ` and what each prints; `diff` begins with `--- FILE` and
//! changes it; a fence with a path behind its language is a whole new file. `UPDATE=1` writes what the
//! commands print into the page.
#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use dengji_tests::{Copied, repository};

const PAGE: &str = "docs/zh/新省份.md";

/// A piece of the page: text as it is, or a fence with its info string and lines.
enum Piece {
    Text(String),
    Fence { info: String, body: Vec<String> },
}

fn pieces(page: &str) -> Vec<Piece> {
    let (mut pieces, mut open): (Vec<Piece>, Option<(String, Vec<String>)>) = (Vec::new(), None);
    for line in page.lines() {
        open = match (open, line.strip_prefix("```")) {
            (None, Some(info)) => Some((info.to_owned(), Vec::new())),
            (None, None) => {
                pieces.push(Piece::Text(line.to_owned()));
                None
            }
            (Some((info, body)), Some("")) => {
                pieces.push(Piece::Fence { info, body });
                None
            }
            (Some((info, mut body)), _) => {
                body.push(line.to_owned());
                Some((info, body))
            }
        };
    }
    assert!(open.is_none(), "a fence is not closed");
    pieces
}

/// The base and the plugins, and nothing of any region.
fn beginning() -> Copied {
    Copied::of(&[])
}

fn program(copied: &Copied, line: &str) -> Command {
    let mut words = line.split(' ');
    assert_eq!(words.next(), Some("dengji"), "{line}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_dengji-under-test"));
    command
        .args(words)
        .current_dir(copied.file(""))
        .env("DENGJI_PLUGINS", "plugins")
        .env("DENGJI_THEMES", repository().join("themes"))
        .env("LANG", "zh_CN.UTF-8")
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .stdin(Stdio::null());
    command
}

/// What a command prints, on both outputs.
fn printed(copied: &Copied, line: &str) -> String {
    if line.starts_with("dengji serve") {
        return served(copied, line);
    }
    let output = program(copied, line).output().unwrap();
    let all = [output.stdout, output.stderr].concat();
    String::from_utf8(all).unwrap()
}

/// Starts the server, sees that the region's first page answers, and ends it. What it prints has an
/// address that is another every time.
fn served(copied: &Copied, line: &str) -> String {
    let mut child = program(copied, line)
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut text = String::new();
    for line in &mut lines {
        let line = line.unwrap();
        text += &format!("{line}\n");
        if line.contains("Ctrl+C") {
            break;
        }
    }
    let address = text
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .unwrap_or_default()
        .to_owned();
    let answer = get(&address, "/yunnan/");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{text}{answer}");
    text.replace(&address, "127.0.0.1:8080")
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: office\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Runs the commands of a fence; gives the fence with what they print.
fn run(copied: &Copied, body: &[String]) -> Vec<String> {
    let commands = body.iter().filter_map(|line| line.strip_prefix("$ "));
    let mut lines = Vec::new();
    for command in commands {
        lines.push(format!("$ {command}"));
        let printed = printed(copied, command);
        lines.extend(printed.trim_end().lines().map(|line| line.trim_end().to_owned()));
    }
    lines
}

/// Changes the file that a `diff` names, where the old lines stand exactly once.
fn change(copied: &Copied, body: &[String]) {
    let name = body[0].strip_prefix("--- ").expect("a diff begins with its file");
    let side = |sign: char| -> String {
        let kept = body[1..].iter().filter(|line| line.starts_with([' ', sign]));
        kept.map(|line| format!("{}\n", &line[1..])).collect()
    };
    let (old, new) = (side('-'), side('+'));
    let path = copied.file(name);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(&old).count(), 1, "{name} does not have once:\n{old}");
    fs::write(path, text.replacen(&old, &new, 1)).unwrap();
}

fn create(copied: &Copied, name: &str, body: &[String]) {
    let path = copied.file(name);
    assert!(!path.exists(), "{name} is there already");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, body.join("\n") + "\n").unwrap();
}

#[test]
fn every_step_of_the_tutorial_goes_as_it_says() {
    let page = repository().join(PAGE);
    let text = fs::read_to_string(&page).unwrap();
    let copied = beginning();
    let mut done = String::new();
    let mut commands = 0;
    for piece in pieces(&text) {
        let (info, body) = match piece {
            Piece::Text(line) => {
                done += &format!("{line}\n");
                continue;
            }
            Piece::Fence { info, body } => (info, body),
        };
        let body = match (info.as_str(), info.split_once(' ')) {
            ("console", _) => {
                commands += 1;
                run(&copied, &body)
            }
            ("diff", _) => {
                change(&copied, &body);
                body
            }
            (_, Some((_, name))) => {
                create(&copied, name, &body);
                body
            }
            _ => body,
        };
        done += &format!("```{info}\n{}\n```\n", body.join("\n"));
    }
    assert!(commands >= 8, "{commands}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&page, &done).unwrap();
    }
    assert!(
        text == done || std::env::var_os("UPDATE").is_some(),
        "{}",
        difference(&text, &done)
    );
}

/// The first line in which the page differs from what was printed.
fn difference(page: &str, done: &str) -> String {
    let lines = page.lines().zip(done.lines()).enumerate();
    let first = lines.into_iter().find(|(_, (a, b))| a != b);
    let (at, (said, came)) = first.unwrap_or((0, ("the end", "more")));
    format!(
        "{PAGE}:{}: says\n  {said}\nand came\n  {came}\n(UPDATE=1 writes it anew)",
        at + 1
    )
}

/// Every link leads to a file, and every command that the page names is one.
#[test]
fn what_the_tutorial_points_to_is_there() {
    let text = fs::read_to_string(repository().join(PAGE)).unwrap();
    let folder = Path::new(PAGE).parent().unwrap();
    for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(repository().join(folder).join(target).is_file(), "{target}");
    }
    let mut seen = 0;
    for command in text
        .split("`dengji ")
        .skip(1)
        .filter_map(|rest| rest.split(['`', ' ']).next())
    {
        let help = Command::new(env!("CARGO_BIN_EXE_dengji-under-test"))
            .args([command, "--help"])
            .output()
            .unwrap();
        assert!(help.status.success(), "dengji {command}");
        seen += 1;
    }
    assert!(seen > 2);
}
