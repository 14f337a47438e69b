//! From the document data to what the certificate prints.

use dengji_plugin::{Date, Issue, PluginError};
use serde_json::{Value, json};

use crate::Options;

/// The JSON that `certificate.typ` reads. Every key is there; an empty text leaves its line out.
pub(crate) fn certificate(options: &Options, issue: &Issue, data: &Value) -> Result<Value, PluginError> {
    let registered_on: Date = issue
        .registered_on
        .parse()
        .map_err(|error| PluginError::InvalidInput(format!("registered-on {:?}: {error}", issue.registered_on)))?;
    let answers = &data["answers"];
    Ok(json!({
        "heading": options.heading,
        "number": issue.number,
        "name": text(&answers[&options.name]),
        "units": names(&answers[&options.units], &options.unit_name),
        "people": names(&answers[&options.people], &options.person_name),
        "category": first_text([&data["form"]["category"], &data["form"]["title"]]),
        "authority": first_text([&data["region"]["authority"], &data["region"]["name"]]),
        "registered_on": registered_on.chinese(),
        "verify_url": issue.verify_url,
        "statement": options.statement,
        "note": options.note,
    }))
}

/// What people read of one answer.
fn text(answer: &Value) -> &str {
    answer["text"].as_str().map_or("", str::trim)
}

/// One column of a table in the table's order, without rows that leave it empty.
fn names<'a>(table: &'a Value, column: &str) -> Vec<&'a str> {
    let rows = table["rows"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    rows.iter()
        .map(|row| text(&row[column]))
        .filter(|name| !name.is_empty())
        .collect()
}

fn first_text<const N: usize>(candidates: [&Value; N]) -> &str {
    candidates
        .into_iter()
        .filter_map(Value::as_str)
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(registered_on: &str) -> Issue {
        Issue {
            document: "certificate".into(),
            number: "9452026Y0001".into(),
            registered_on: registered_on.into(),
            verify_url: "https://example.org/verify/1".into(),
        }
    }

    #[test]
    fn tables_keep_their_order_and_lose_empty_rows() {
        let data = json!({
            "form": {"category": "应用技术类", "title": "登记表"},
            "region": {"authority": "科学技术厅"},
            "answers": {
                "name": {"text": " 成果 "},
                "completing_units": {"rows": [{"name": {"text": "乙"}}, {"name": {"text": ""}}, {}, {"name": {"text": "甲"}}]},
            },
        });
        let printed = certificate(&Options::default(), &issue("2026-07-01"), &data).unwrap();
        assert_eq!(printed["units"], json!(["乙", "甲"]));
        assert_eq!(printed["people"], json!([]));
        assert_eq!(printed["name"], "成果");
        assert_eq!(printed["category"], "应用技术类");
        assert_eq!(printed["registered_on"], "2026年7月1日");
    }

    #[test]
    fn nothing_known_is_not_an_error() {
        for data in [
            json!({}),
            json!(null),
            json!({"answers": {"people": {"rows": 3}, "name": "x"}}),
        ] {
            assert!(
                certificate(&Options::default(), &issue("2026-07-01"), &data).is_ok(),
                "{data}"
            );
        }
    }

    #[test]
    fn an_issue_without_a_day_is_refused() {
        assert!(matches!(
            certificate(&Options::default(), &issue(""), &json!({})),
            Err(PluginError::InvalidInput(_))
        ));
    }
}
