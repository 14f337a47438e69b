//! Reading answers: every look at a field says what it expects, and anything else is empty.

use serde_json::{Map, Value};

use crate::{Date, PluginError};

/// An application's answers by field id. Hidden and unanswered fields are not in it.
#[derive(Debug, Clone, Default)]
pub struct Answers(Map<String, Value>);

impl Answers {
    /// Reads the JSON object that the host passes.
    pub fn parse(json: &str) -> Result<Self, PluginError> {
        serde_json::from_str(json)
            .map(Self)
            .map_err(|error| PluginError::InvalidInput(format!("answers: {error}")))
    }

    /// The raw value of a field.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// The text or code of a field, where there is one that is not blank.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.get(field)?.as_str().filter(|text| !text.trim().is_empty())
    }

    /// The date of a field, where there is a real one.
    pub fn date(&self, field: &str) -> Option<Date> {
        self.text(field)?.parse().ok()
    }

    /// The rows of a table; none where it is empty.
    pub fn rows(&self, table: &str) -> &[Value] {
        self.get(table).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_at_the_wrong_type_is_empty() {
        let answers = Answers::parse(r#"{"name": " ", "day": "2026-02-30", "ip": [{}], "count": 3}"#).unwrap();
        assert_eq!(answers.text("name"), None);
        assert_eq!(answers.date("day"), None);
        assert_eq!(answers.rows("ip").len(), 1);
        assert_eq!(answers.rows("count"), [] as [Value; 0]);
        assert_eq!(answers.text("count"), None);
    }

    #[test]
    fn anything_but_an_object_is_refused() {
        for json in ["[]", "3", "", "{"] {
            assert!(
                matches!(Answers::parse(json), Err(PluginError::InvalidInput(_))),
                "{json}"
            );
        }
    }
}
