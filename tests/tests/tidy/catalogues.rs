//! What the theme says: every text that is asked for is there in both languages, and none is there that nobody asks for.

use std::collections::BTreeMap;

use super::{code, engine, files, house, is_test, report};

const LANGUAGES: [&str; 2] = ["zh-CN", "en"];

/// The keys of a catalogue, with their texts.
fn catalogue(language: &str) -> BTreeMap<String, String> {
    let path = house().join(format!("themes/default/texts/{language}.yaml"));
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with(['#', ' ']));
    let pair = |line: &str| {
        line.split_once(':')
            .map(|(key, text)| (key.to_owned(), text.trim().to_owned()))
    };
    lines.filter_map(pair).collect()
}

/// The engine's code without its tests.
fn sources() -> Vec<(String, String)> {
    let sources = engine().into_iter().filter(|(path, _)| !is_test(path));
    sources
        .map(|(path, text)| (path.display().to_string(), code(&text).to_owned()))
        .collect()
}

fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The literals of a source that may be keys, or may be filled to be one: `notice_{key}`.
fn literals(text: &str) -> Vec<&str> {
    let outside_braces = |literal: &str| literal.replace(|c: char| "{}".contains(c), "");
    text.split('"')
        .filter(|literal| is_key(&outside_braces(literal)))
        .collect()
}

/// Whether `literal` is `key`, or becomes it once its holes are filled.
fn may_be(literal: &str, key: &str) -> bool {
    match literal.split_once('{') {
        None => literal == key,
        Some((before, rest)) => {
            let after = rest.split_once('}').map_or("", |(_, after)| after);
            before.len() > 3
                && key.len() > before.len() + after.len()
                && key.starts_with(before)
                && key.ends_with(after)
        }
    }
}

/// What is asked for by name: `.text("key"`, `.text(language, "key"`, `.text_in_both("key"`.
fn asked(text: &str) -> Vec<&str> {
    let calls = text.split(".text(").skip(1).chain(text.split(".text_in_both(").skip(1));
    let key = |call| {
        let (before, rest) = str::split_once(call, '"')?;
        let plain = before
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_:., \n".contains(c));
        let key = rest.split('"').next().filter(|key| is_key(key))?;
        plain.then_some(key)
    };
    calls.filter_map(key).collect()
}

#[test]
fn both_languages_say_the_same_keys_and_no_text_is_empty() {
    let [chinese, english] = LANGUAGES.map(catalogue);
    let mut wrong = Vec::new();
    for (one, other, language) in [(&chinese, &english, "en"), (&english, &chinese, "zh-CN")] {
        wrong.extend(
            one.keys()
                .filter(|key| !other.contains_key(*key))
                .map(|key| format!("{language} lacks {key}")),
        );
    }
    for (key, text) in chinese.iter().chain(&english) {
        if text.trim_matches(['"', '\'']).is_empty() {
            wrong.push(format!("{key} says nothing"));
        }
    }
    assert!(chinese.len() > 100, "the catalogue was not read");
    report(&wrong, "themes/default/texts");
}

#[test]
fn what_the_engine_asks_for_by_name_is_there() {
    let chinese = catalogue("zh-CN");
    let mut wrong = Vec::new();
    let mut found = 0;
    for (path, text) in sources() {
        for key in asked(&text) {
            found += 1;
            if !chinese.contains_key(key) {
                wrong.push(format!("{path}: {key}"));
            }
        }
    }
    assert!(found > 100, "only {found} calls were seen");
    report(&wrong, "themes/default/texts lack what the engine asks for");
}

#[test]
fn no_text_is_left_that_nobody_says() {
    let sources = sources();
    let templates = files("themes/default/templates", &["html"]);
    let texts = sources
        .iter()
        .map(|(_, text)| text)
        .chain(templates.iter().map(|(_, text)| text));
    let literals: Vec<&str> = texts.flat_map(|text| literals(text)).collect();
    let unused: Vec<String> = catalogue("zh-CN")
        .into_keys()
        .filter(|key| !literals.iter().any(|literal| may_be(literal, key)))
        .collect();
    report(&unused, "texts that neither a template nor the engine asks for");
}
