//! The findings that a sample expects, compared with those that came: as a set, by rule and place, and
//! by message and severity where they are given.

use super::run::Difference;
use crate::check::Finding;
use crate::definition::form::Severity;
use crate::definition::load::{Expected, ExpectedFinding};

/// What is expected, and what of it came.
pub(super) struct Compared {
    /// Each expected finding as a sample writes it, and whether it came.
    pub(super) expected: Vec<(String, bool)>,
    /// What came beside those.
    pub(super) more: Vec<Extra>,
}

/// A finding that was not expected.
pub(super) struct Extra {
    /// As a sample writes it.
    pub(super) written: String,
    /// What the applicant reads.
    message: String,
}

/// Compares.
pub(super) fn compare(expected: &Expected, found: &[Finding]) -> Compared {
    let mut left: Vec<&Finding> = found.iter().collect();
    let mut wanted: Vec<(String, bool)> = expected.list.iter().map(|finding| (written(finding), false)).collect();
    // What says most goes first, or what says less might take its finding.
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|at| says_less(&expected.list[*at]));
    for place in order {
        let at = left.iter().position(|candidate| fits(&expected.list[place], candidate));
        if let Some(at) = at {
            left.remove(at);
            wanted[place].1 = true;
        }
    }
    let more = left.into_iter().map(|finding| Extra {
        written: item(
            &finding.rule,
            finding.at.as_ref().map(ToString::to_string).as_deref(),
            (finding.severity == Severity::Warning).then_some("warning"),
            None,
        ),
        message: finding.message.to_string(),
    });
    Compared {
        expected: wanted,
        more: more.collect(),
    }
}

impl Compared {
    /// Whether all that was expected came, and nothing else.
    pub(super) fn agrees(&self) -> bool {
        self.more.is_empty() && self.expected.iter().all(|(_, came)| *came)
    }

    /// The lines of both sides, where they differ.
    pub(super) fn difference(&self) -> Option<Difference> {
        if self.agrees() {
            return None;
        }

        let came = self.expected.iter().filter(|(_, came)| *came);
        let more = self
            .more
            .iter()
            .map(|extra| format!("{}  # {}", extra.written, extra.message));
        Some(Difference {
            expected: self.expected.iter().map(|(written, _)| written.clone()).collect(),
            found: came.map(|(written, _)| written.clone()).chain(more).collect(),
        })
    }
}

/// What is expected of a sample against what came; none where they agree.
pub fn difference(expected: &Expected, found: &[Finding]) -> Option<Difference> {
    compare(expected, found).difference()
}

fn written(finding: &ExpectedFinding) -> String {
    item(
        &finding.rule,
        finding.at.as_deref(),
        finding.severity.as_deref(),
        finding.message.as_deref(),
    )
}

fn item(rule: &str, at: Option<&str>, severity: Option<&str>, message: Option<&str>) -> String {
    let pairs = [
        ("rule", Some(rule)),
        ("at", at),
        ("severity", severity),
        ("message", message),
    ];
    let pairs = pairs
        .into_iter()
        .filter_map(|(key, value)| Some(format!("{key}: {}", scalar(value?))));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}

/// A text as YAML writes it inside braces.
fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    match !text.is_empty() && text.chars().all(is_plain) && !text.starts_with(['-', '.']) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "''")),
    }
}

/// How much an expected finding leaves open.
fn says_less(finding: &ExpectedFinding) -> usize {
    let given = [&finding.at, &finding.message, &finding.severity];
    given.into_iter().filter(|given| given.is_none()).count()
}

fn fits(wanted: &ExpectedFinding, finding: &Finding) -> bool {
    let at = finding.at.as_ref().map(ToString::to_string);
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    wanted.rule == finding.rule
        && wanted.at.as_ref().is_none_or(|place| at.as_ref() == Some(place))
        && wanted
            .message
            .as_ref()
            .is_none_or(|message| *message == finding.message.to_string())
        && wanted.severity.as_ref().is_none_or(|wanted| wanted == severity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Path;
    use crate::definition::Text;
    use crate::definition::load::Expected;
    use crate::definition::source::{Node, Problems, SourceFile, Spot, parse};
    use std::path::PathBuf;
    use std::sync::Arc;

    fn required(at: &str) -> Finding {
        Finding {
            rule: "required".into(),
            at: Some(at.parse::<Path>().unwrap()),
            page: None,
            severity: Severity::Error,
            message: Text::default(),
        }
    }

    #[test]
    fn what_says_less_leaves_its_finding_to_what_says_more() {
        let file = Arc::new(SourceFile::new(PathBuf::from("s.yaml"), "[]".into()));
        let node: Node = parse(&file, &mut Problems::default()).unwrap();
        let expected = |at: Option<&str>| ExpectedFinding {
            rule: "required".into(),
            at: at.map(str::to_owned),
            message: None,
            severity: None,
            spot: Spot {
                file: Arc::clone(&file),
                range: 0..0,
            },
        };
        let list = vec![expected(None), expected(Some("b"))];
        let compared = compare(&Expected { list, node }, &[required("b"), required("a")]);
        assert!(compared.agrees());
    }
}
