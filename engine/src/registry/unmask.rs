//! A reviewer looks at what is masked: with a reason, which stays in the application's audit chain.

use std::ops::RangeInclusive;

use indexmap::{IndexMap, IndexSet};
use serde_json::{Map, Value as Json, json};

use super::{Case, Person, Refused, Registry};
use crate::definition::{Field, FieldType, Id, Text, unseen};
use crate::store::{Change, Expect};
use crate::workflow::Actor;

/// How many characters a reason has.
const REASON: RangeInclusive<usize> = 3..=200;

impl Case {
    /// Whether the person may see sensitive answers in full: whoever handles the application now or has handled it,
    /// in the role and unit that they did it in; never the applicant, who typed them. False where nothing is masked.
    pub fn may_unmask(&self) -> bool {
        let Actor::Person(person) = &self.actor else {
            return false;
        };
        let waits = self
            .standing()
            .waits_for
            .iter()
            .any(|waits| waits.role == person.role && (waits.unit.is_none() || waits.unit == person.unit));
        let handled = self
            .standing()
            .handled_by
            .iter()
            .any(|handled| handled.role == person.role && (handled.unit.is_none() || handled.unit == person.unit));
        !person.is_applicant && (waits || handled) && !self.masked().is_empty()
    }

    /// That the person may; what they are told otherwise.
    pub fn unmasking(&self) -> Result<(), Refused> {
        self.may_unmask().then_some(()).ok_or_else(not_allowed)
    }

    /// The sensitive fields that have an answer: `field`, `table.column`.
    fn masked(&self) -> IndexSet<String> {
        let mut masked = IndexSet::new();
        for page in self.form().pages.values() {
            collect(&page.fields, self.answers(), "", &mut masked);
        }
        masked
    }
}

fn collect(fields: &IndexMap<Id, Field>, answers: &Map<String, Json>, above: &str, masked: &mut IndexSet<String>) {
    for (id, field) in fields {
        let path = format!("{above}{id}");
        let answer = answers
            .get(&**id)
            .filter(|answer| !answer.is_null() && **answer != json!(""));
        match (&field.kind, answer) {
            (_, Some(_)) if field.sensitive => drop(masked.insert(path)),
            (FieldType::Table(table), Some(Json::Array(rows))) => {
                for row in rows.iter().filter_map(Json::as_object) {
                    collect(&table.columns, row, &format!("{path}."), masked);
                }
            }
            _ => {}
        }
    }
}

impl Registry {
    /// Notes in the audit chain that the person looks at the sensitive answers, and why. Only then may they be shown.
    pub async fn unmask(&self, person: &Person, case: &Case, reason: &str) -> Result<(), Refused> {
        case.unmasking()?;
        let reason = reason.trim();
        let characters = reason.chars().count();
        if !REASON.contains(&characters)
            || reason
                .chars()
                .any(|c| unseen(c) || (c.is_control() && !matches!(c, '\n' | '\r' | '\t')))
        {
            return Err(Refused::Input(Text::both(
                format!("请写明查看原因，{} 至 {} 字", REASON.start(), REASON.end()),
                format!("Please say why, in {} to {} characters.", REASON.start(), REASON.end()),
            )));
        }
        let application = case.application();
        let detail = json!({"reason": reason, "fields": case.masked()});
        // Who sees it may have changed since it was read: what was allowed must still stand when it is noted.
        let change = Change {
            expect: vec![Expect::ApplicationRevision {
                region: application.region.clone(),
                id: application.id.clone(),
                revision: application.revision,
            }],
            put: vec![self.audit(person, Some(&application.id), "unmask", detail)],
        };
        self.inner.store.commit(change).await?;
        tracing::info!(
            region = application.region,
            application = application.id,
            "sensitive answers were shown"
        );
        Ok(())
    }
}

/// What somebody is told who does not handle the application.
fn not_allowed() -> Refused {
    Refused::NotAllowed(Text::both(
        "只有正在办理或办理过这项申请的人员可以查看完整内容",
        "Only those who handle this application, or have handled it, can see it in full.",
    ))
}
