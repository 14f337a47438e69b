//! Markdown texts of a region as markup: raw HTML in them is shown, not obeyed.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::view::Html;

/// The text as markup. Raw HTML is escaped, links lead to the web, to mail, to a telephone or to
/// this site and nowhere else, and images are left out but for their alternative text. Headings
/// start at the second level, because the page has the first: a [`title`] at the very top is left to
/// the page.
pub fn markdown(source: &str) -> Html {
    let body = match source.trim_start().split_once('\n') {
        Some((first, rest)) if first.starts_with("# ") => rest,
        _ => source,
    };
    let events = Parser::new_ext(body, Options::ENABLE_TABLES).map(tame);
    let mut out = String::with_capacity(source.len() * 2);
    html::push_html(&mut out, events);
    Html(out)
}

/// The first heading of the first level, for the page's title.
pub fn title(source: &str) -> Option<&str> {
    source.lines().find_map(|line| line.strip_prefix("# ")).map(str::trim)
}

fn tame(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Link {
            link_type,
            dest_url: address(dest_url),
            title,
            id,
        }),
        Event::Start(Tag::Image { .. }) => Event::Start(Tag::Emphasis),
        Event::End(TagEnd::Image) => Event::End(TagEnd::Emphasis),
        Event::Start(Tag::Heading {
            level,
            id,
            classes,
            attrs,
        }) => Event::Start(Tag::Heading {
            level: lower(level),
            id,
            classes,
            attrs,
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        other => other,
    }
}

fn address(target: CowStr<'_>) -> CowStr<'_> {
    let scheme = target
        .split([':', '/', '?', '#'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let has_scheme = target.get(scheme.len()..).is_some_and(|rest| rest.starts_with(':'));
    match has_scheme {
        true if !matches!(scheme.as_str(), "http" | "https" | "mailto" | "tel") => CowStr::Borrowed("#"),
        _ => target,
    }
}

fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_html_is_shown_and_not_obeyed() {
        for source in [
            "<script>alert(1)</script>",
            "a <b onclick=x>b</b>",
            "<img src=x onerror=alert(1)>",
        ] {
            let out = markdown(source).0;
            assert!(
                !out.contains("<script") && !out.contains("<b ") && !out.contains("<img"),
                "{out}"
            );
            assert!(out.contains("&lt;"), "{out}");
        }
    }

    #[test]
    fn links_lead_only_where_they_may() {
        for (source, expected) in [
            ("[a](javascript:alert(1))", "href=\"#\""),
            ("[a](JavaScript:alert)", "href=\"#\""),
            ("[a](data:text/html,x)", "href=\"#\""),
            ("[a](https://example.org)", "href=\"https://example.org\""),
            ("[a](/here?x=1)", "href=\"/here?x=1\""),
            ("[a](tel:400-000)", "href=\"tel:400-000\""),
        ] {
            let out = markdown(source).0;
            assert!(out.contains(expected), "{source} gave {out}");
        }
    }

    #[test]
    fn headings_start_at_the_second_level() {
        assert_eq!(markdown("# A").0, "<h2>A</h2>\n");
        assert_eq!(title("x\n# 填报说明 \n"), Some("填报说明"));
    }
}
