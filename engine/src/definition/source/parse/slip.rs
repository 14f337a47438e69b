//! What the YAML parser says, for people who do not read YAML's grammar.

use crate::definition::Text;

/// What the parser says, and what that means; the first that is contained counts.
const SAID: [(&str, &str); 10] = [
    ("recursion limit", "嵌套太深"),
    ("flow mapping", "缺少 , 或 }，可能是上一行的 { 没有配对"),
    ("flow sequence", "缺少 , 或 ]，可能是上一行的 [ 没有配对"),
    ("unclosed bracket", "括号没有配对"),
    (
        "mapping values are not allowed",
        "这里不能有「键: 值」，多半是缩进不对，或文字里有冒号加空格",
    ),
    ("tab", "缩进不能用制表符（Tab）"),
    ("block scalar", "| 或 > 后面要换行"),
    ("quote", "引号没有配对"),
    ("block mapping", "缩进与上面的内容不一致"),
    ("block sequence", "缩进与上面的内容不一致"),
];

/// The parser's message in Chinese; itself where it is a rare one.
pub(super) fn in_chinese(info: &str) -> &str {
    let known = SAID.iter().find(|(said, _)| info.contains(said));
    known.map_or(info, |(_, meant)| meant)
}

/// What to look at, from the line of the mistake and the one before it.
pub(super) fn help(text: &str, at: usize) -> Text {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count();
    let near: Vec<&str> = text
        .lines()
        .skip(line.saturating_sub(1))
        .take(if line == 0 { 1 } else { 2 })
        .collect();
    let has = |piece: &str| near.iter().any(|line| line.contains(piece));
    if near.iter().any(|line| line.trim_start_matches(' ').starts_with('\t')) {
        return Text::both("缩进请用空格", "indent with spaces");
    }
    if has(": !") || has(": &") || has(": *") {
        return Text::both(
            "以 !、& 或 * 开头的表达式或文字要加引号",
            "quote an expression or text that starts with !, & or *",
        );
    }
    if has("：") || has("，") || has("｛") {
        return Text::both(
            "这里有全角标点：键后面要用半角冒号加空格「: 」，各项之间用半角逗号",
            "there is full-width punctuation: a key is followed by `: `, and commas are half-width",
        );
    }
    Text::both(
        "请检查缩进、冒号后的空格和引号；含 {、[、: 或 # 的文字要加引号",
        "check the indentation, the space after a colon and the quotes; quote a text with {, [, : or # in it",
    )
}
