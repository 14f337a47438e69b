//! Whether one application can be taken over: its answers are carried, and both forms are checked.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;

use super::{Reason, marks_now};
use crate::check::{Answers, CompiledForm, Finding, Path};
use crate::definition::difference::{Carried, Consequence, carry};
use crate::definition::form::Severity;
use crate::definition::form_schema::is_answered;
use crate::definition::{Language, Text};
use crate::registry::Case;

/// The answers in the new form, and everything that speaks against it.
pub(super) async fn judge(case: &Case, form: &Arc<CompiledForm>) -> (Carried, Vec<Reason>) {
    let carried = carry(case.form(), form.form(), case.answers());
    let mut reasons: Vec<Reason> = carried
        .losses
        .iter()
        .map(|loss| Reason {
            at: Some(loss.at.clone()),
            consequence: loss.consequence,
            message: loss.message.clone(),
        })
        .collect();
    reasons.extend(lost_marks(case, form, &carried));
    let moved = case.over(Arc::clone(form), carried.answers.clone());
    reasons.extend(shown_otherwise(case, &moved, &carried));
    match found(case, &moved, &carried).await {
        Ok(found) => reasons.extend(found),
        Err(reason) => reasons.push(reason),
    }
    (carried, reasons)
}

/// A mark that leads nowhere would open or close more than the reviewer meant.
fn lost_marks(case: &Case, form: &CompiledForm, carried: &Carried) -> Vec<Reason> {
    let returned = case.application().returned.iter();
    let marks = returned.flat_map(|returned| &returned.marks);
    let lost = marks.filter(|mark| marks_now(mark, case.form(), form.form(), carried).is_empty());
    lost.map(|mark| Reason {
        at: Some(mark.clone()),
        consequence: Consequence::CannotMove,
        message: Text::both(
            format!("退回时标出的「{mark}」在新版里没有"),
            format!("`{mark}`, which was marked when it was returned, is not in the new version"),
        ),
    })
    .collect()
}

/// Answers that were shown and are hidden now, which would be left out of what is submitted; and those that were
/// hidden and would be part of it now.
fn shown_otherwise(case: &Case, moved: &Case, carried: &Carried) -> Vec<Reason> {
    let visible = case.evaluated().visible_answers(case.answers());
    let was = carry(case.form(), moved.form(), &visible);
    let is: Answers = moved.evaluated().visible_answers(moved.answers());
    let reason = |id: &str, consequence, zh: &str, en: &str| {
        let label = &moved.form().field(id)?.label;
        Some(Reason {
            at: Some(carried.before(id)),
            consequence,
            message: Text::both(
                format!("{label} ({id}) {zh}"),
                format!("{} ({id}) {en}", label.get(Language::English)),
            ),
        })
    };
    let mut reasons = Vec::new();
    for (id, old) in carried
        .origins
        .iter()
        .filter(|(_, old)| case.answers().contains_key(&***old))
    {
        let before = was.answers.get(&**id).filter(|answer| is_answered(answer));
        let after = is.get(&**id).filter(|answer| is_answered(answer));
        let kept = carried.answers.contains_key(&**id);
        reasons.extend(match (before, after) {
            (Some(before), after) if !same(before, after) => reason(
                id,
                Consequence::LosesAnswer,
                "已填写，按新版不再显示，提交时会略去",
                "is answered and would be hidden: it would be left out of what is submitted",
            ),
            (None, Some(_)) if kept && !visible.contains_key(&**old) => reason(
                id,
                Consequence::NeedsAnswer,
                "填写后原是隐藏的，按新版会重新显示并提交，需要核对",
                "is answered but was hidden, and would be shown and submitted again: it has to be looked at",
            ),
            _ => None,
        });
    }
    reasons
}

/// Whether nothing of `was` is missing: what is unanswered does not count.
fn same(was: &Json, is: Option<&Json>) -> bool {
    match (was, is) {
        (was, _) if !is_answered(was) => true,
        (Json::Object(was), Some(Json::Object(is))) => was.iter().all(|(key, was)| same(was, is.get(key))),
        (Json::Array(was), Some(Json::Array(is))) => {
            was.len() == is.len() && was.iter().zip(is).all(|(was, is)| same(was, Some(is)))
        }
        (was, Some(is)) => was == is,
        (was, None) => was
            .as_object()
            .is_some_and(|cells| cells.values().all(|cell| same(cell, None))),
    }
}

/// The errors that the new form finds and the old one does not.
async fn found(case: &Case, moved: &Case, carried: &Carried) -> Result<Vec<Reason>, Reason> {
    let unchecked = |_| Reason {
        at: None,
        consequence: Consequence::CannotMove,
        message: Text::both(
            "插件没有答复，无法确认它按新版也能通过；请稍后再试",
            "a plugin gave no answer, so it is not known whether it passes under the new version; try again later",
        ),
    };
    let before = case.check().await.map_err(unchecked)?;
    let after = moved.check().await.map_err(unchecked)?;
    if after.more > 0 {
        return Err(Reason {
            at: None,
            consequence: Consequence::NeedsAnswer,
            message: Text::both(
                "检查结果太多，无法逐条比较",
                "there are too many findings to compare them one by one",
            ),
        });
    }
    let errors = |finding: &&Finding| finding.severity == Severity::Error;
    let known: BTreeSet<(String, Option<String>)> = before
        .findings
        .iter()
        .filter(errors)
        .map(|finding| (finding.rule.clone(), finding.at.as_ref().map(Path::to_string)))
        .collect();
    let new = after.findings.iter().filter(errors).filter_map(|finding| {
        let at = finding.at.as_ref().map(Path::to_string);
        let old = at.as_deref().map(|at| carried.before(at));
        // What is lost is told already; that it is missing then goes without saying.
        let lost = old
            .as_deref()
            .is_some_and(|old| carried.losses.iter().any(|loss| loss.at == old));
        if lost || known.contains(&(finding.rule.clone(), old)) {
            return None;
        }
        // An answer that its new type refuses has no place.
        let retyped = finding
            .at
            .as_ref()
            .is_some_and(|at| carried.retyped.contains(at.root()));
        Some(Reason {
            at,
            consequence: if retyped {
                Consequence::LosesAnswer
            } else {
                Consequence::NeedsAnswer
            },
            message: finding.message.clone(),
        })
    });
    Ok(new.collect())
}
