//! Findings as a plugin writes them.

use crate::Severity;
use crate::bindings::checker::dengji::plugin::types;

/// One result of checking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    severity: Severity,
    rule: &'static str,
    at: Option<String>,
    message: String,
    message_en: Option<String>,
}

impl Finding {
    /// A finding that blocks. `rule` is `[a-z][a-z0-9_-]*`; `message` is what the applicant reads, in
    /// Chinese: what is wrong and how to mend it.
    pub fn error(rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            rule,
            at: None,
            message: message.into(),
            message_en: None,
        }
    }

    /// A finding that informs.
    pub fn warning(rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(rule, message)
        }
    }

    /// The place it belongs to: `field`, `table[0]` or `table[0].column`.
    pub fn at(self, path: impl Into<String>) -> Self {
        Self {
            at: Some(path.into()),
            ..self
        }
    }

    /// The message in English.
    pub fn english(self, message: impl Into<String>) -> Self {
        Self {
            message_en: Some(message.into()),
            ..self
        }
    }

    /// The rule it is of.
    pub fn rule(&self) -> &str {
        self.rule
    }

    /// The place it belongs to.
    pub fn place(&self) -> Option<&str> {
        self.at.as_deref()
    }

    /// The Chinese message.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<Finding> for types::Finding {
    fn from(finding: Finding) -> Self {
        let Finding {
            severity,
            rule,
            at,
            message,
            message_en,
        } = finding;
        Self {
            severity,
            rule: rule.into(),
            at,
            message,
            message_en,
        }
    }
}
