//! Which names an author may give (LANGUAGE L1).

use super::{Entry, Problems};
use crate::definition::{Text, limits};

/// The words that mean something in expressions and so cannot be an id (LANGUAGE L1).
pub(in crate::definition) const RESERVED: [&str; 27] = [
    "today",
    "app",
    "row",
    "outer",
    "it",
    "input",
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Whether `id` may be one (LANGUAGE L1); `dashes` where `-` is allowed.
pub(in crate::definition) fn is_id(id: &str, dashes: bool) -> bool {
    let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || (dashes && c == '-');
    id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(inside) && !RESERVED.contains(&id)
}

/// Checks an id of LANGUAGE L1; `dashes` where `-` is allowed.
pub(in crate::definition) fn check_id(entry: &Entry, dashes: bool, problems: &mut Problems) {
    let id = entry.key.as_str();
    if id.len() > limits::NAME_BYTES {
        let what = ("一个标识的字节数", "the bytes of an id");
        return problems.too_large(&entry.key_spot, what, limits::NAME_BYTES);
    }
    if is_id(id, dashes) {
        return;
    }
    let help = if RESERVED.contains(&id) {
        Text::both(
            "这个词在表达式里另有含义，请换一个",
            "the word means something else in expressions: take another",
        )
    } else {
        Text::both(
            "以小写字母开头，只用小写字母、数字和 _；中文写在 label 里",
            "start with a small letter; use small letters, digits and _; Chinese goes into `label`",
        )
    };
    let message = Text::both(format!("「{id}」不能作标识"), format!("`{id}` cannot be an id"));
    problems.error("bad-id", &entry.key_spot, message, Some(help));
}
