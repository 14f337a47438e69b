//! What a person gives with an action: opinion, marked fields and whatever its form asks.

use serde_json::{Map, Value as Json};

use super::editing::fields_of_mark;
use crate::definition::expression::{Frame, TooCostly};
use crate::definition::form::Choice;
use crate::definition::form_schema::{Validator, field_schema, is_answered};
use crate::definition::workflow::{Action, ActionField};
use crate::definition::{Field, FieldType, Form, Id, Text};

/// One thing that is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFault {
    /// The input.
    pub field: Id,
    /// `required`, `code-unknown`, `mark-unknown`, or a word of JSON Schema in kebab-case.
    pub rule: String,
    /// What is wrong and how to mend it.
    pub message: Text,
}

/// What was given, without what was not asked; or everything that is wrong with it.
pub(super) fn accept(
    action: &Action,
    form: &Form,
    given: &Map<String, Json>,
    frame: &Frame<'_>,
) -> Result<Result<Map<String, Json>, Vec<InputFault>>, TooCostly> {
    let mut kept = Map::new();
    let mut faults = Vec::new();
    for (id, input) in &action.form {
        let value = given.get(&**id).filter(|value| is_answered(value));
        let found = match input {
            ActionField::Field(field) => match asked(field, frame)? {
                Asked::No => continue,
                Asked::Optional if value.is_none() => continue,
                Asked::Optional | Asked::Required => field_faults(field, value),
            },
            ActionField::Marks { .. } => value.map_or_else(Vec::new, |marks| mark_faults(id, form, marks)),
        };
        if let Some(value) = value.filter(|_| found.is_empty()) {
            kept.insert(id.to_string(), value.clone());
        }
        faults.extend(found);
    }
    Ok(if faults.is_empty() { Ok(kept) } else { Err(faults) })
}

/// The marks among what was given.
pub(super) fn marks(action: &Action, given: &Map<String, Json>) -> Vec<String> {
    let marks = action
        .form
        .iter()
        .filter(|(_, input)| matches!(input, ActionField::Marks { .. }));
    let given = marks
        .filter_map(|(id, _)| given.get(&**id))
        .filter_map(Json::as_array)
        .flatten();
    given.filter_map(Json::as_str).map(str::to_owned).collect()
}

enum Asked {
    No,
    Optional,
    Required,
}

fn asked(field: &Field, frame: &Frame<'_>) -> Result<Asked, TooCostly> {
    let holds = |condition: &Option<_>, otherwise| match condition {
        None => Ok(otherwise),
        Some(condition) => crate::definition::Expression::holds(condition, frame),
    };
    if matches!(field.kind, FieldType::Note | FieldType::Computed(_)) || !holds(&field.show_when, true)? {
        return Ok(Asked::No);
    }
    let required = field.required || holds(&field.require_when, false)?;
    Ok(if required { Asked::Required } else { Asked::Optional })
}

fn field_faults(field: &Field, value: Option<&Json>) -> Vec<InputFault> {
    let fault = |rule: &str, message| InputFault {
        field: Id::clone(&field.id),
        rule: rule.into(),
        message,
    };
    let Some(value) = value else {
        return vec![fault("required", required())];
    };
    if let FieldType::Choice(choice) | FieldType::Choices(choice) | FieldType::Tree(choice) | FieldType::Trees(choice) =
        &field.kind
        && !all_known(choice, value)
    {
        let message = Text::both(
            "所选内容不在选项中，请重新选择",
            "what was chosen is not on the list; please choose again",
        );
        return vec![fault("code-unknown", message)];
    }
    match Validator::new(&field_schema(field)) {
        Ok(validator) => validator
            .misfits(value)
            .into_iter()
            .map(|misfit| fault(&misfit.word, misfit.message))
            .collect(),
        Err(problem) => vec![fault("schema", Text::chinese(problem.to_string()))],
    }
}

fn all_known(choice: &Choice, value: &Json) -> bool {
    let known = |code: &Json| {
        code.as_str()
            .is_some_and(|code| choice.list.get(code).is_some() && (!choice.leaf_only || choice.list.is_leaf(code)))
    };
    value
        .as_array()
        .map_or_else(|| known(value), |codes| codes.iter().all(known))
}

fn mark_faults(id: &Id, form: &Form, marks: &Json) -> Vec<InputFault> {
    let known = |mark: &Json| mark.as_str().is_some_and(|mark| !fields_of_mark(form, mark).is_empty());
    if marks.as_array().is_some_and(|marks| marks.iter().all(known)) {
        return Vec::new();
    }
    let message = Text::both(
        "标记的栏目不属于本登记表，请重新标记",
        "what was marked is no part of this form; please mark again",
    );
    vec![InputFault {
        field: Id::clone(id),
        rule: "mark-unknown".into(),
        message,
    }]
}

fn required() -> Text {
    Text::both("为必填项，请填写", "must be filled in")
}
