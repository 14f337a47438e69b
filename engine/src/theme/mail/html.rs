//! Plain text as what the frame sets: paragraphs of lines, lines of parts. Only addresses of this server become links:
//! a title or a name that somebody typed must not lead readers elsewhere under the office's name.

use serde::Serialize;

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it says.
    pub text: String,
    /// The address that it is, if it is one of this server.
    pub href: Option<String>,
}

/// The paragraphs of a letter, which blank lines part: lines of parts. `root` is how this server is reached.
pub fn paragraphs(text: &str, root: &str) -> Vec<Vec<Vec<Part>>> {
    let mut paragraphs = vec![Vec::new()];
    for line in text.lines() {
        match (line.trim().is_empty(), paragraphs.last_mut()) {
            (false, Some(last)) => last.push(parts(line, root)),
            _ => paragraphs.push(Vec::new()),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

fn parts(line: &str, root: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = |text: &str, href: Option<String>| {
        if !text.is_empty() {
            parts.push(Part {
                text: text.to_owned(),
                href,
            });
        }
    };
    let mut rest = line;
    while let Some(at) = rest.find(root).filter(|_| !root.is_empty()) {
        let (before, address) = rest.split_at(at);
        plain(before, None);
        let length = length(address);
        let (address, after) = address.split_at(length);
        // `http://office.example.evil.example` begins with our address and is not ours.
        let ours = address.len() == root.len() || address[root.len()..].starts_with('/');
        plain(address, ours.then(|| address.to_owned()));
        rest = after;
    }
    plain(rest, None);
    parts
}

/// How long an address is: to the first character that none has, without the mark that ends a sentence.
fn length(text: &str) -> usize {
    let within = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let end = text.find(|c| !within(c)).unwrap_or(text.len());
    text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')']).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_addresses_become_links() {
        let root = "http://127.0.0.1:8080";
        for (line, expected) in [
            (
                "请打开 http://127.0.0.1:8080/a/b?t=x-_~%20。",
                &["http://127.0.0.1:8080/a/b?t=x-_~%20"][..],
            ),
            ("See http://127.0.0.1:8080/a.", &["http://127.0.0.1:8080/a"]),
            (
                "http://127.0.0.1:8080/a http://127.0.0.1:8080/b",
                &["http://127.0.0.1:8080/a", "http://127.0.0.1:8080/b"],
            ),
            ("http://127.0.0.1:8080", &["http://127.0.0.1:8080"]),
            ("http://127.0.0.1:80801/a", &[]),
            ("http://127.0.0.1:8080.evil.example/a", &[]),
            ("http://127.0.0.1:8080@evil.example/a", &[]),
            ("http://evil.example/", &[]),
            ("javascript:alert(1)", &[]),
            ("", &[]),
        ] {
            let parts = parts(line, root);
            let links: Vec<&str> = parts.iter().filter_map(|part| part.href.as_deref()).collect();
            assert_eq!(links, expected, "{line}");
            let whole: String = parts.iter().map(|part| &*part.text).collect();
            assert_eq!(whole, line, "nothing is lost");
        }
    }
}
