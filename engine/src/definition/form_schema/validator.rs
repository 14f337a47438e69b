//! A compiled schema whose misfits can be told to an applicant.

use serde_json::Value as Json;

use super::super::check_digit::{self, Fault};
use super::super::{Text, limits};
use super::wording;

/// A compiled schema of one answer. Patterns run in linear time, nothing is fetched, and an unknown
/// format is a mistake in the schema.
#[derive(Debug)]
pub struct Validator(jsonschema::Validator);

/// The schema is not one, for example because a `pattern` cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct BadSchema {
    /// The word at its top that is wrong or holds what is wrong; empty where none can be named.
    pub word: String,
    /// What is wrong.
    pub problem: String,
}

/// One way in which an answer does not fit its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The word of the schema in kebab-case (`max-length`), or `check-digit`.
    pub word: String,
    /// The item of a list that it is about, from 0.
    pub item: Option<usize>,
    /// What is wrong and how to mend it. Does not repeat the answer.
    pub message: Text,
}

type Check = fn(&str) -> Result<(), Fault>;

/// The formats of the language beyond JSON Schema's own.
const FORMATS: [(&str, Check); 7] = [
    ("cn-id-number", |text| check_digit::resident_id(text).map(drop)),
    ("cn-credit-code", check_digit::credit_code),
    ("cn-org-code", check_digit::org_code),
    ("cn-patent-number", check_digit::patent_number),
    ("cn-phone", check_digit::phone),
    ("isbn", check_digit::isbn),
    ("issn", check_digit::issn),
];

impl Validator {
    /// Compiles `schema`.
    pub fn new(schema: &Json) -> Result<Self, BadSchema> {
        let mut options = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .with_pattern_options(
                jsonschema::PatternOptions::regex()
                    .size_limit(limits::PATTERN_BYTES)
                    .dfa_size_limit(limits::PATTERN_BYTES),
            )
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .with_format("month", is_month);
        for (name, check) in FORMATS {
            options = options.with_format(name, move |text| check(text).is_ok());
        }
        options.build(schema).map(Self).map_err(|error| BadSchema {
            word: error
                .instance_path()
                .as_str()
                .split('/')
                .nth(1)
                .unwrap_or_default()
                .to_owned(),
            problem: error.to_string(),
        })
    }

    /// The formats that can be asked for: those of JSON Schema and the language's own.
    pub fn formats() -> impl Iterator<Item = &'static str> {
        let standard = [
            "date",
            "date-time",
            "time",
            "duration",
            "email",
            "idn-email",
            "hostname",
            "idn-hostname",
            "ipv4",
            "ipv6",
            "uri",
            "uri-reference",
            "iri",
            "iri-reference",
            "uri-template",
            "uuid",
            "json-pointer",
            "relative-json-pointer",
            "regex",
            "month",
        ];
        standard.into_iter().chain(FORMATS.iter().map(|(name, _)| *name))
    }

    /// Every misfit of `answer`, in the order of the schema.
    pub fn misfits(&self, answer: &Json) -> Vec<Misfit> {
        if self.0.is_valid(answer) {
            return Vec::new();
        }
        let mut misfits: Vec<Misfit> = self.0.iter_errors(answer).map(|error| misfit(&error)).collect();
        let told: Vec<Option<usize>> = misfits.iter().filter(|m| is_format(&m.word)).map(|m| m.item).collect();
        misfits.retain(|misfit| misfit.word != "pattern" || !told.contains(&misfit.item));
        misfits
    }
}

/// A date in a wrong shape fails `format` and the type's own `pattern`: the first says more.
fn is_format(word: &str) -> bool {
    matches!(word, "format" | "check-digit")
}

fn misfit(error: &jsonschema::ValidationError<'_>) -> Misfit {
    use jsonschema::error::ValidationErrorKind as Kind;
    let fault = match error.kind() {
        Kind::Format { format } => fault(format, error.instance()),
        _ => None,
    };
    let word = match fault {
        Some(Fault::CheckDigit) => "check-digit".into(),
        _ => kebab(error.kind().keyword()),
    };
    let message = match fault {
        Some(fault) => wording::fault(fault),
        None => wording::misfit(error.kind(), error.instance()),
    };
    let first = error.instance_path().as_str().split('/').nth(1);
    Misfit {
        word,
        item: first.and_then(|step| step.parse().ok()),
        message,
    }
}

fn fault(format: &str, answer: &Json) -> Option<Fault> {
    let (_, check) = FORMATS.iter().find(|(name, _)| *name == format)?;
    check(answer.as_str()?).err()
}

fn is_month(text: &str) -> bool {
    text.len() == 7 && format!("{text}-01").parse::<jiff::civil::Date>().is_ok()
}

fn kebab(word: &str) -> String {
    let mut kebab = String::with_capacity(word.len() + 2);
    for c in word.trim_start_matches('$').chars() {
        if c.is_ascii_uppercase() {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}
