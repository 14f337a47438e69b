//! Problems as SARIF 2.1.0, which code hosts and editors show beside the line.

use serde_json::{Value as Json, json};

use super::{Place, Problem};
use crate::definition::Language;
use crate::definition::form::Severity;

/// One run of one tool. Files are named from the folder of all definitions.
pub(super) fn sarif(problems: &[Problem], language: Language) -> Json {
    let mut rules: Vec<&str> = problems.iter().map(|problem| problem.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let results: Vec<Json> = problems
        .iter()
        .map(|problem| result(problem, &rules, language))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "dengji",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|id| json!({"id": id})).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"FORMS": {"description": {"text": "The folder of all definitions."}}},
            "results": results,
        }],
    })
}

fn result(problem: &Problem, rules: &[&str], language: Language) -> Json {
    let message = problem.message.get(language);
    let text = match &problem.help {
        Some(help) => format!("{message}\n{}", help.get(language)),
        None => message.to_owned(),
    };
    let level = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let related = problem.related.iter().enumerate().map(|(id, (place, note))| {
        let mut location = location(place);
        location["id"] = json!(id);
        location["message"] = json!({"text": note.get(language)});
        location
    });
    json!({
        "ruleId": problem.rule,
        "ruleIndex": rules.iter().position(|rule| *rule == problem.rule),
        "level": level,
        "message": {"text": text},
        "locations": [location(&problem.place)],
        "relatedLocations": related.collect::<Vec<_>>(),
    })
}

fn location(place: &Place) -> Json {
    let mut physical = json!({"artifactLocation": {"uri": uri(place), "uriBaseId": "FORMS"}});
    if place.line > 0 {
        physical["region"] = json!({
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        });
    }
    json!({"physicalLocation": physical})
}

/// The path with what a URI cannot hold escaped.
fn uri(place: &Place) -> String {
    let mut uri = String::new();
    for byte in place.file.to_string_lossy().replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => uri.push(char::from(byte)),
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Text;

    #[test]
    fn a_problem_has_its_rule_level_and_region() {
        let place = |line| Place {
            file: "a b/x.yaml".into(),
            line,
            column: 3,
            end_line: line,
            end_column: 9,
        };
        let problem = Problem {
            rule: "unknown-key",
            severity: Severity::Warning,
            place: place(2),
            message: Text::both("错", "wrong"),
            help: Some(Text::both("改", "mend it")),
            related: vec![(place(0), Text::both("见", "see"))],
        };
        let result = &sarif(&[problem], Language::English)["runs"][0]["results"][0];
        assert_eq!(result["ruleId"], "unknown-key");
        assert_eq!(result["ruleIndex"], 0);
        assert_eq!(result["level"], "warning");
        assert_eq!(result["message"]["text"], "wrong\nmend it");
        let physical = &result["locations"][0]["physicalLocation"];
        assert_eq!(physical["artifactLocation"]["uri"], "a%20b/x.yaml");
        assert_eq!(physical["region"]["startLine"], 2);
        assert!(
            result["relatedLocations"][0]["physicalLocation"]
                .get("region")
                .is_none()
        );
    }
}
