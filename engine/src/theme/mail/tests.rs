use std::path::PathBuf;

use super::*;

fn themes() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../themes")
}

fn load(overrides: &[(&str, &str)]) -> Result<Letters, ThemeError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("mail")).unwrap();
    for (name, source) in overrides {
        std::fs::write(folder.path().join("mail").join(name), source).unwrap();
    }
    Letters::load(&themes(), "default", &[folder.path().to_path_buf()], ["send_back"])
}

fn data(kind: &str, changes: &[(&str, &str)]) -> Map<String, Json> {
    let names = Kind::of(kind).unwrap().names();
    let mut data: Map<String, Json> = names
        .map(|name| (name.to_owned(), json!(format!("<{name}>"))))
        .collect();
    for (name, value) in changes {
        data[*name] = json!(value);
    }
    data
}

#[test]
fn every_letter_is_written_in_both_languages() {
    let letters = load(&[]).unwrap();
    for kind in KINDS {
        for language in LANGUAGES {
            let written = letters
                .write(
                    kind.name,
                    language,
                    &data(kind.name, &[("name", "王伟")]),
                    "https://office.example",
                )
                .unwrap();
            assert_eq!(written.subject.is_empty(), kind.phone, "{}", kind.name);
            assert!(!written.text.contains("{{") && written.text.len() > 20, "{}", kind.name);
            // What the kind has beyond the reader's own is what the letter is for.
            for name in kind
                .names()
                .filter(|name| matches!(*name, "link" | "code" | "valid_until" | "reason" | "at"))
            {
                assert!(
                    written.text.contains(&format!("<{name}>")),
                    "{} {name}: {}",
                    kind.name,
                    written.text
                );
            }
            assert!(!written.html.contains("<link>"), "{}", written.html);
        }
    }
}

#[test]
fn a_letter_as_it_is_read() {
    let letters = load(&[]).unwrap();
    let link = "https://office.example/north/applications/1";
    let changes = [
        ("title", "高寒<草>地"),
        ("link", link),
        ("opinion", "第一行\n第二行"),
        ("phone", ""),
    ];
    let written = letters
        .write(
            "returned",
            Language::Chinese,
            &data("returned", &changes),
            "https://office.example",
        )
        .unwrap();
    insta::assert_snapshot!(format!("{}\n\n{}\n{}", written.subject, written.text, written.html));
}

#[test]
fn a_subject_is_one_line_of_bounded_length() {
    let letters = load(&[]).unwrap();
    let long = "长".repeat(5000);
    for (title, expected) in [
        ("a\r\nBcc: b@c.example", "请修改《a Bcc: b@c.example》"),
        ("a\n\nb", "请修改《a"),
        ("a\u{85}\u{2028}b\0c\td", "请修改《a b c d》"),
        (&*long, &format!("请修改《{}…", "长".repeat(SUBJECT - 4))),
        ("\u{20bb7}野家", "请修改《\u{20bb7}野家》"),
    ] {
        let data = data("returned", &[("title", title)]);
        let written = letters.write("returned", Language::Chinese, &data, "").unwrap();
        assert_eq!(written.subject, *expected);
        assert!(!written.subject.contains(['\r', '\n']));
    }
}

#[test]
fn a_region_speaks_for_itself() {
    let own = "退回：{{ title }}\n\n请修改。{{ link }}\n";
    let letters = load(&[
        ("action-send_back.zh.txt", own),
        ("reset.zh.txt", "重设\n\n{{ link }}\n"),
    ])
    .unwrap();
    let write = |kind: &str, language, changes: &[(&str, &str)]| {
        letters.write(kind, language, &data(kind, changes), "").unwrap().subject
    };
    let back = [("action_id", "send_back"), ("title", "甲")];
    assert_eq!(write("returned", Language::Chinese, &back), "退回：甲");
    assert_eq!(write("returned", Language::English, &back), "Please change “甲”");
    assert_eq!(write("returned", Language::Chinese, &[("title", "甲")]), "请修改《甲》");
    assert_eq!(write("reset", Language::Chinese, &[]), "重设");
}

#[test]
fn mistakes_stop_the_load() {
    let cases = [
        (
            "reset.zh.txt",
            "重设\n\n{{ lnk }}\n",
            "mail/reset.zh.txt:3: a letter of kind reset has no \"lnk\"; did you mean \"link\"?",
        ),
        (
            "reset.zh.txt",
            "重设\n\n{{ password }}\n",
            "mail/reset.zh.txt:3: a letter of kind reset has no \"password\"",
        ),
        (
            "reset.zh.txt",
            "重设\n{{ link",
            "mail/reset.zh.txt:2: syntax error: unexpected end of input, expected end of variable block",
        ),
        (
            "reset.zh.txt",
            "{{ link }}\n",
            "mail/reset.zh.txt:1: the first line is the subject, the second is blank, then comes the letter",
        ),
        (
            "reset.zh.txt",
            "",
            "mail/reset.zh.txt:1: the first line is the subject, the second is blank, then comes the letter",
        ),
        (
            "reset.zh.txt",
            "a\n\n{{ link|shout }}",
            "mail/reset.zh.txt:3: unknown filter: filter shout is unknown",
        ),
        (
            "reset.zh.txt",
            "a\n\n{{ link.host.x }}",
            "mail/reset.zh.txt:3: undefined value",
        ),
        (
            "rest.zh.txt",
            "a\n\nb",
            "mail/rest.zh.txt: there is no letter or action \"rest\"; did you mean \"reset\"?",
        ),
        (
            "action-sendback.zh.txt",
            "a\n\nb",
            "mail/action-sendback.zh.txt: there is no letter or action \"action-sendback\"",
        ),
        (
            "reset.txt",
            "a\n\nb",
            "mail/reset.txt: a text of mail/ is called KIND.zh.txt or KIND.en.txt, the frame frame.html",
        ),
    ];
    for (name, source, expected) in cases {
        assert_eq!(load(&[(name, source)]).unwrap_err().to_string(), expected);
    }
}
