//! Escaping for element content and quoted attributes.

/// Appends `text` so that it is text both inside an element and inside a quoted attribute.
pub(super) fn push(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

/// `text`, escaped.
pub(in crate::theme) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_special_character_is_escaped() {
        for (text, expected) in [
            ("成果", "成果"),
            (
                "<a href=\"x\">&'</a>",
                "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;",
            ),
            ("&&", "&amp;&amp;"),
        ] {
            assert_eq!(super::escaped(text), expected);
        }
    }
}
