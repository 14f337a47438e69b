//! Differences as people and programs read them.

use std::fmt::Write;

use serde_json::{Value as Json, json};

use super::{Consequence, Difference};
use crate::definition::Language;
use crate::definition::problem::Place;

/// How differences are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Print {
    /// For people: gravest first, each with its places.
    Text,
    /// A JSON array.
    Json,
}

/// All differences; what is gravest comes first, and what is alike stands in the order of the definition.
pub fn print(differences: &[Difference], language: Language, how: Print) -> String {
    match how {
        Print::Json => {
            let all: Vec<Json> = differences
                .iter()
                .map(|difference| to_json(difference, language))
                .collect();
            format!("{:#}\n", json!(all))
        }
        Print::Text => to_text(differences, language),
    }
}

fn to_json(difference: &Difference, language: Language) -> Json {
    json!({
        "what": difference.what,
        "how": difference.how,
        "region": difference.region.as_deref(),
        "form": difference.form.as_deref(),
        "id": difference.id,
        "key": difference.key,
        "consequence": difference.consequence,
        "message": difference.message.get(language),
        "old": difference.old,
        "new": difference.new,
    })
}

fn to_text(differences: &[Difference], language: Language) -> String {
    let mut out = String::new();
    for consequence in Consequence::ALL.into_iter().rev() {
        let own: Vec<&Difference> = differences.iter().filter(|it| it.consequence == consequence).collect();
        if own.is_empty() {
            continue;
        }
        // Writing into a String cannot fail.
        let _ = writeln!(out, "{}", heading(consequence, own.len(), language));
        let mut part = String::new();
        for difference in own {
            let own = part_of(difference);
            if own != part {
                let _ = writeln!(out, "  [{own}]");
                part = own;
            }
            let _ = writeln!(out, "  {}", difference.message.get(language));
            let _ = writeln!(out, "      {}", places(difference));
        }
        out.push('\n');
    }
    out
}

/// `region/form`, as far as it is known.
fn part_of(difference: &Difference) -> String {
    let names = [difference.region.as_deref(), difference.form.as_deref()];
    names.into_iter().flatten().collect::<Vec<_>>().join("/")
}

fn heading(consequence: Consequence, count: usize, language: Language) -> String {
    let label = consequence.label();
    match language {
        Language::Chinese => format!("{}：{count} 处", label.get(language)),
        Language::English => format!("{}: {count}", label.get(language)),
    }
}

/// `old/file.yaml:3 → new/file.yaml:4`; a dash where there is none.
fn places(difference: &Difference) -> String {
    let told = |place: &Option<Place>| match place {
        None => "—".to_owned(),
        Some(place) if place.line == 0 => place.file.display().to_string(),
        Some(place) => format!("{}:{}", place.file.display(), place.line),
    };
    format!("{} → {}", told(&difference.old), told(&difference.new))
}
