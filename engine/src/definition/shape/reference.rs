//! The tables as pages to read: every key of every kind of file, every rule that a file can break.

mod problems;

use std::fmt::Write;

use super::{FileKind, Ids, KINDS, Key, Keys, PLACES, Shape, Words};
use crate::definition::Language;

pub use problems::{Cases, problems};

/// A pair of texts in the asked language.
fn said(language: Language, (zh, en): (&'static str, &'static str)) -> &'static str {
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
}

/// Every key of every kind of file, in Markdown.
pub fn keywords(language: Language) -> String {
    let say = |both| said(language, both);
    let mut page = String::new();
    let _ = write!(
        page,
        "{GENERATED}\n# {}\n\n{}\n",
        say(("关键字", "Keywords")),
        say(INTRODUCTION)
    );
    for kind in &KINDS {
        let _ = writeln!(
            page,
            "- [{}](#kind-{}){}`{}`",
            say(kind.what),
            kind.name,
            say(("：", ": ")),
            kind.files.join("`, `")
        );
    }
    let mut told: Vec<&str> = Vec::new();
    for kind in &KINDS {
        let _ = write!(page, "\n<a id=\"kind-{}\"></a>\n\n## {}\n\n", kind.name, say(kind.what));
        let _ = writeln!(page, "{}`{}`", say(("文件：", "Files: ")), kind.files.join("`, `"));
        if !matches!(kind.shape, Shape::Map(_)) {
            let whole = say(("整个文件是", "The whole file is "));
            let _ = writeln!(page, "\n{whole}{}", holds(&kind.shape, language));
        }
        for keys in kind.tables() {
            if !told.contains(&keys.name) {
                told.push(keys.name);
                table(keys, language, &mut page);
            }
        }
    }
    let _ = write!(page, "\n<a id=\"places\"></a>\n\n## {}\n\n", say(("位置", "Places")));
    let _ = writeln!(page, "{}\n", say(PLACES_TOLD));
    rows(&PLACES, language, &mut page);
    page
}

/// The first line of every generated page.
const GENERATED: &str = "<!-- dengji schema --reference docs -->\n";

const INTRODUCTION: (&str, &str) = (
    "每种定义文件可以写哪些键。本页由 `dengji schema --reference docs` 从程序所用的同一张表生成；\
     编辑器用的 JSON Schema 也来自这张表（`dengji schema --config`）。**加粗**的键必须写。\n",
    "Which keys each kind of definition file takes. `dengji schema --reference docs` makes this page of the very \
     tables that the program reads by; the JSON Schema for editors comes of them too (`dengji schema --config`). \
     Keys in **bold** must be written.\n",
);

const PLACES_TOLD: (&str, &str) = (
    "栏目、字段、列、规则、状态、操作等自己命名的各项，还可以写这两个键之一，说明排在哪里。",
    "An entry with a name of the author's own (a page, field, column, rule, state, action, …) may also say where it \
     stands, by one of these keys.",
);

fn table(keys: &Keys, language: Language, page: &mut String) {
    let _ = write!(
        page,
        "\n<a id=\"{}\"></a>\n\n### {}\n\n",
        keys.name,
        said(language, keys.what)
    );
    if keys.single {
        let one = ("下列键写且只写一个。", "Exactly one of these keys is written.");
        let _ = writeln!(page, "{}\n", said(language, one));
    }
    rows(keys.keys, language, page);
    if let Some(by_type) = keys.by_type {
        types(keys, by_type, language, page);
    }
}

fn rows(keys: &[Key], language: Language, page: &mut String) {
    let head = (
        "| 键 | 含义 | 写什么 | 不写时 | 例 |",
        "| Key | Meaning | What to write | When left out | Example |",
    );
    let _ = writeln!(page, "{}\n|---|---|---|---|---|", said(language, head));
    for key in keys {
        let name = if key.needed {
            format!("**`{}`**", key.name)
        } else {
            format!("`{}`", key.name)
        };
        let example = match (key.example, key.shape) {
            ("", Shape::OneOf(words)) => words.names().next().unwrap_or_default(),
            ("", Shape::Flag) => "true",
            ("", _) => key.usually.0,
            (example, _) => example,
        };
        let _ = writeln!(
            page,
            "| {name} | {} | {} | {} | `{}: {}` |",
            cell(said(language, (key.zh, key.en))),
            cell(&holds(&key.shape, language)),
            cell(said(language, key.usually)),
            key.name,
            cell(example),
        );
    }
}

/// The keys that each type has of its own.
fn types(keys: &Keys, by_type: &super::ByType, language: Language, page: &mut String) {
    let head = (
        "| 类型 | 含义 | 必写 | 另可写 |",
        "| Type | Meaning | Needs | Also takes |",
    );
    let _ = writeln!(page, "\n{}\n|---|---|---|---|", said(language, head));
    let restricted = |key: &&str| by_type.types.names().any(|kind| !(by_type.takes)(kind, key));
    for (kind, zh, en) in by_type.types.words {
        let needs = (by_type.needs)(kind);
        let also = keys.names().filter(restricted);
        let also = also.filter(|key| (by_type.takes)(kind, key) && !needs.contains(key));
        let _ = writeln!(
            page,
            "| `{kind}` | {} | {} | {} |",
            said(language, (zh, en)),
            ticked(needs.iter().copied()),
            ticked(also)
        );
    }
}

fn ticked(names: impl Iterator<Item = &'static str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ")
}

/// What a key of this shape holds, for people.
fn holds(shape: &Shape, language: Language) -> String {
    let say = |zh: String, en: String| match language {
        Language::Chinese => zh,
        Language::English => en,
    };
    let link = |keys: &Keys| format!("[{}](#{})", said(language, keys.what), keys.name);
    match shape {
        Shape::Text => said(language, ("文字，或 `{zh: …, en: …}`", "a text, or `{zh: …, en: …}`")).to_owned(),
        Shape::Message => said(
            language,
            ("文字，其中 `{…}` 是表达式", "a text in which `{…}` is an expression"),
        )
        .to_owned(),
        Shape::Map(keys) => link(keys),
        Shape::Marked { word, these, otherwise } => say(
            format!("{}，或 `type: {word}` 的{}", link(otherwise), link(these)),
            format!("{}, or with `type: {word}` {}", link(otherwise), link(these)),
        ),
        Shape::Each(ids, inner) => {
            let (name_zh, name_en) = match ids {
                Ids::Free => ("代码或键", "code or key"),
                _ => ("标识", "id"),
            };
            let inner = holds(inner, language);
            say(
                format!("各项“{name_zh}: {inner}”"),
                format!("entries `{name_en}:` {inner}"),
            )
        }
        Shape::List(inner) => {
            let inner = holds(inner, language);
            say(format!("列表，每项是{inner}"), format!("a list of {inner}"))
        }
        Shape::Picked(inner) => holds(inner, language),
        Shape::OneOf(words) => meanings(words, language),
        Shape::SomeOf(words) => {
            let words = meanings(words, language);
            say(format!("一个或几个：{words}"), format!("one or several: {words}"))
        }
        Shape::Any(shapes) => {
            let all: Vec<String> = shapes.iter().map(|shape| holds(shape, language)).collect();
            all.join(said(language, ("，或", ", or ")))
        }
        _ => {
            let (zh, en) = shape.expected();
            say(zh, en)
        }
    }
}

fn meanings(words: &Words, language: Language) -> String {
    let told = words.words.iter().map(|(word, zh, en)| match language {
        Language::Chinese => format!("`{word}`（{zh}）"),
        Language::English => format!("`{word}` ({en})"),
    });
    told.collect::<Vec<_>>().join(said(language, ("、", ", ")))
}

/// A text that stands in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

impl FileKind {
    /// Every table that this kind of file leads to, its own first.
    pub fn tables(&self) -> Vec<&'static Keys> {
        let mut found: Vec<&'static Keys> = Vec::new();
        let mut waiting = std::collections::VecDeque::from([self.shape]);
        while let Some(shape) = waiting.pop_front() {
            let (keys, inner): (Vec<&'static Keys>, &[Shape]) = match shape {
                Shape::Map(keys) => (vec![keys], &[]),
                Shape::Marked { these, otherwise, .. } => (vec![otherwise, these], &[]),
                Shape::Each(_, inner) | Shape::List(inner) | Shape::Picked(inner) => {
                    (Vec::new(), std::slice::from_ref(inner))
                }
                Shape::Any(shapes) => (Vec::new(), shapes),
                _ => continue,
            };
            waiting.extend(inner.iter().copied());
            for keys in keys {
                if found.iter().all(|known| known.name != keys.name) {
                    found.push(keys);
                    waiting.extend(keys.keys.iter().map(|key| key.shape));
                }
            }
        }
        found
    }
}
