//! What a guest's reply must be before anything of it is used.

use serde_json::Value as Json;

use super::contract::types;
use super::limits::cut;
use super::{Fault, Limits};
use crate::definition::Text;

/// One finding of a plugin, known to be well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginFinding {
    /// Whether it blocks.
    pub severity: PluginSeverity,
    /// `[a-z][a-z0-9_-]*`, at most 64 characters.
    pub rule: String,
    /// `field`, `table[0]`, `table[0].column`, `table[0].inner[1].column`; none for the whole form.
    pub at: Option<String>,
    /// What the applicant reads; cut where it was too long.
    pub message: Text,
}

/// Whether a finding blocks or informs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginSeverity {
    /// Blocks.
    Error,
    /// Informs.
    Warning,
}

/// A page that a plugin laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginLayout {
    /// A Typst document that reads `data.json` and `qr.svg`.
    pub source: String,
    /// The content of `data.json`; known to be JSON.
    pub data: String,
}

/// The longest rule id and place that are taken.
const RULE: usize = 64;
const PLACE: usize = 200;

/// Findings as the engine uses them, or what is wrong with the reply.
pub(super) fn findings(reply: Vec<types::Finding>, limits: &Limits) -> Result<Vec<PluginFinding>, Fault> {
    if reply.len() > limits.findings {
        return Err(Fault::Findings(limits.findings));
    }
    let bytes: usize = reply.iter().map(length).sum();
    if bytes > limits.output {
        return Err(Fault::Output(limits.output));
    }
    reply.into_iter().map(|raw| finding(raw, limits)).collect()
}

/// A layout as the engine uses it, or what is wrong with the reply.
pub(super) fn layout(layout: PluginLayout, limits: &Limits) -> Result<PluginLayout, Fault> {
    if layout.source.len() + layout.data.len() > limits.output {
        return Err(Fault::Output(limits.output));
    }
    if layout.source.trim().is_empty() {
        return Err(Fault::Broken("the layout has no source".into()));
    }
    match serde_json::from_str::<Json>(&layout.data) {
        Ok(_) => Ok(layout),
        Err(error) => Err(Fault::Broken(format!("the layout's data is not JSON: {error}"))),
    }
}

fn length(raw: &types::Finding) -> usize {
    let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    raw.rule.len() + optional(&raw.at) + raw.message.len() + optional(&raw.message_en)
}

fn finding(raw: types::Finding, limits: &Limits) -> Result<PluginFinding, Fault> {
    if !is_rule(&raw.rule) {
        return Err(Fault::Broken(format!(
            "{:?} is no rule id ([a-z][a-z0-9_-]*)",
            cut(raw.rule, RULE)
        )));
    }
    if let Some(at) = raw.at.as_ref().filter(|at| !is_place(at)) {
        let shown = cut(at.clone(), RULE);
        return Err(Fault::Broken(format!(
            "rule `{}`: {shown:?} is no place such as `table[0].column`",
            raw.rule
        )));
    }
    if raw.message.trim().is_empty() {
        return Err(Fault::Broken(format!("rule `{}` has no message", raw.rule)));
    }
    let zh = cut(raw.message, limits.message);
    let message = match raw.message_en {
        Some(en) => Text::both(zh, cut(en, limits.message)),
        None => Text::chinese(zh),
    };
    let severity = match raw.severity {
        types::Severity::Error => PluginSeverity::Error,
        types::Severity::Warning => PluginSeverity::Warning,
    };
    Ok(PluginFinding {
        severity,
        rule: raw.rule,
        at: raw.at,
        message,
    })
}

fn is_rule(rule: &str) -> bool {
    rule.len() <= RULE && is_word(rule, "_-")
}

/// `field`, then any of `[row]` followed by `.column`.
fn is_place(place: &str) -> bool {
    let segments: Vec<&str> = place.split('.').collect();
    let last = segments.len() - 1;
    place.len() <= PLACE
        && segments
            .iter()
            .enumerate()
            .all(|(at, segment)| match segment.split_once('[') {
                None => at == last && is_word(segment, "_"),
                Some((field, row)) => is_word(field, "_") && row.strip_suffix(']').is_some_and(is_row),
            })
}

fn is_row(row: &str) -> bool {
    (1..=6).contains(&row.len()) && row.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(word: &str, further: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || further.contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        for place in ["name", "people[0]", "people[12].id_no", "a[0].b[1].c", "a[0].b[1]"] {
            assert!(is_place(place), "{place}");
        }
        let long = "a".repeat(PLACE + 1);
        for place in [
            "",
            "Name",
            "a.b",
            "a[]",
            "a[-1]",
            "a[0]b",
            "a[0].",
            ".a",
            "a[0",
            "a[0].b-c",
            "a[1234567]",
            "姓名",
            &long,
        ] {
            assert!(!is_place(place), "{place}");
        }
    }

    #[test]
    fn rules() {
        for rule in ["filing_deadline", "a", "a-1"] {
            assert!(is_rule(rule), "{rule}");
        }
        for rule in ["", "1a", "A", "a b", "é", "a.b"] {
            assert!(!is_rule(rule), "{rule}");
        }
    }

    #[test]
    fn replies() {
        let raw = |rule: &str, message: &str| types::Finding {
            severity: types::Severity::Warning,
            rule: rule.into(),
            at: None,
            message: message.into(),
            message_en: None,
        };
        let limits = Limits {
            findings: 2,
            message: 3,
            output: 40,
            ..Limits::default()
        };
        let cut = findings(vec![raw("r", "一二三四")], &limits).unwrap();
        assert_eq!(cut[0].message, Text::chinese("一二…"));
        assert!(matches!(findings(vec![raw("r", " ")], &limits), Err(Fault::Broken(_))));
        assert!(matches!(
            findings(vec![raw("r", "m"); 3], &limits),
            Err(Fault::Findings(2))
        ));
        assert!(matches!(
            findings(vec![raw("r", &"m".repeat(40))], &limits),
            Err(Fault::Output(40))
        ));
    }

    #[test]
    fn layouts() {
        let check = |source: &str, data: &str| {
            layout(
                PluginLayout {
                    source: source.into(),
                    data: data.into(),
                },
                &Limits::default(),
            )
        };
        assert!(check("= A", "{}").is_ok());
        assert!(matches!(check(" ", "{}"), Err(Fault::Broken(_))));
        assert!(matches!(check("= A", "{"), Err(Fault::Broken(_))));
    }
}
