//! What a check says.

use serde_json::{Value as Json, json};

use super::path::Path;
use super::{Evaluated, limits};
use crate::definition::form::Severity;
use crate::definition::{Form, Id, Language, Text};

/// One result of checking. No message holds a sensitive answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it blocks.
    pub severity: Severity,
    /// The engine's rule (`required`, `max-length`, …) or the id of a rule of the form or of a plugin.
    pub rule: String,
    /// Where it is; none where it is about the whole form.
    pub at: Option<Path>,
    /// The page of that place.
    pub page: Option<Id>,
    /// What is wrong, where, and how to mend it.
    pub message: Text,
}

impl Finding {
    /// A finding at `at`; the page is looked up.
    pub fn new(form: &Form, severity: Severity, rule: impl Into<String>, at: Option<Path>, message: Text) -> Self {
        let page = at.as_ref().and_then(|path| form.page_of.get(path.root())).cloned();
        Self {
            severity,
            rule: rule.into(),
            at,
            page,
            message,
        }
    }

    /// As it leaves the program: `{severity, rule, at, page, message}` with the message in `language`.
    pub fn json(&self, language: Language) -> Json {
        json!({
            "severity": self.severity,
            "rule": self.rule,
            "at": self.at.as_ref().map(Path::to_string),
            "page": self.page.as_deref(),
            "message": self.message.get(language),
        })
    }
}

/// What a check found, and the form as it was worked out for it.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What is shown, required and worked out.
    pub evaluated: Evaluated,
    /// The findings, at most [`limits::FINDINGS`].
    pub findings: Vec<Finding>,
    /// How many findings are not among them.
    pub more: usize,
    errors: usize,
}

impl Checked {
    pub(super) fn new(evaluated: Evaluated, findings: Vec<Finding>) -> Self {
        let mut checked = Self {
            evaluated,
            findings: Vec::new(),
            more: 0,
            errors: 0,
        };
        checked.merge(findings);
        checked
    }

    /// A form that was worked out and not checked.
    pub fn of(evaluated: Evaluated) -> Self {
        Self::new(evaluated, Vec::new())
    }

    /// Adds what plugins found.
    pub fn merge(&mut self, more: impl IntoIterator<Item = Finding>) {
        for finding in more {
            self.errors += usize::from(finding.severity == Severity::Error);
            if self.findings.len() < limits::FINDINGS {
                self.findings.push(finding);
            } else {
                self.more += 1;
            }
        }
    }

    /// How many findings block, those left out included.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Whether nothing blocks.
    pub fn passed(&self) -> bool {
        self.errors == 0
    }
}
