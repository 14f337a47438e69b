//! Templates taken apart at their blocks, so that a block can be rendered without the frame around it.
//!
//! Only the plain case is taken apart: a page that extends the layout and has nothing outside its blocks. Every other
//! template is rendered whole.

/// What a page's template begins with.
const EXTENDS: &str = "{% extends \"layout.html\" %}";
/// What the layout begins with, and every part of it therefore knows.
const IMPORT: &str = "{% import \"parts.html\" as parts %}";

/// The blocks of a page's template by name, each as a template of its own whose lines stand where they stood; none
/// where the template is not a plain page with these blocks and no others.
pub(super) fn page<const N: usize>(source: &str, names: [&str; N]) -> Option<[String; N]> {
    let rest = source.trim_start().strip_prefix(EXTENDS)?;
    // Both need the template that the block stands in.
    if rest.contains("super(") || rest.contains("self.") {
        return None;
    }
    let mut outside = rest.to_owned();
    for name in names {
        outside = outside.replacen(&whole(rest, name)?, "", 1);
    }
    if outside.contains("{%") || outside.contains("{{") {
        return None;
    }
    blocks(source, names)
}

/// The blocks of the layout, in the same way; none where one of them is missing, or where the layout itself knows
/// something that its pages may read.
pub(super) fn layout<const N: usize>(source: &str, names: [&str; N]) -> Option<[String; N]> {
    let own = source.replacen(IMPORT, "", 1);
    let knows = ["{% set", "{% import", "{% from", "{% macro", "self."]
        .iter()
        .any(|word| own.contains(word));
    if knows { None } else { blocks(source, names) }
}

fn blocks<const N: usize>(source: &str, names: [&str; N]) -> Option<[String; N]> {
    let mut found = names.map(|_| String::new());
    for (found, name) in found.iter_mut().zip(names) {
        let begin = format!("{{% block {name} %}}");
        let (before, behind) = source.split_once(&begin)?;
        let (body, _) = behind
            .split_once("{% endblock %}")
            .filter(|(body, _)| !body.contains("{% block"))?;
        let import = if body.contains("parts.") { IMPORT } else { "" };
        *found = format!("{import}{}{body}", "\n".repeat(before.matches('\n').count()));
    }
    Some(found)
}

fn whole(source: &str, name: &str) -> Option<String> {
    let begin = format!("{{% block {name} %}}");
    let (_, behind) = source.split_once(&begin)?;
    let (body, _) = behind.split_once("{% endblock %}")?;
    Some(format!("{begin}{body}{{% endblock %}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_page_comes_apart_and_keeps_its_lines() {
        let source = "{% extends \"layout.html\" %}\n{% block title %}T{% endblock %}\n{% block main %}\n{{ parts.x() }}{% endblock %}\n";
        let [title, main] = page(source, ["title", "main"]).unwrap();
        assert_eq!(title, "\nT");
        assert_eq!(main, format!("{IMPORT}\n\n\n{{{{ parts.x() }}}}"));
    }

    #[test]
    fn what_is_not_plain_stays_whole() {
        for source in [
            "{% extends \"form-page.html\" %}{% block title %}{% endblock %}{% block main %}{% endblock %}",
            "{% extends \"layout.html\" %}{% set a = 1 %}{% block title %}{% endblock %}{% block main %}{% endblock %}",
            "{% extends \"layout.html\" %}{% block title %}{% endblock %}",
            "{% extends \"layout.html\" %}{% block title %}{% endblock %}{% block main %}{% block in %}{% endblock %}{% endblock %}",
            "{% extends \"layout.html\" %}{% block title %}{% endblock %}{% block main %}{% endblock %}{% block crumbs %}{% endblock %}",
            "{% extends \"layout.html\" %}{% block title %}{% endblock %}{% block main %}{{ self.title() }}{% endblock %}",
            "<p>{% block title %}{% endblock %}{% block main %}{% endblock %}",
        ] {
            assert_eq!(page(source, ["title", "main"]), None, "{source}");
        }
        let known = format!("{IMPORT}{{% block a %}}b{{% endblock %}}");
        assert_eq!(layout(&known, ["a"]), Some(["b".to_owned()]));
        assert_eq!(layout(&format!("{known}{{% set own = 1 %}}"), ["a"]), None);
    }
}
