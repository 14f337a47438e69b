//! Why an action may not happen, and what it would need.

use indexmap::IndexMap;

use super::input::InputFault;
use crate::definition::region::Role;
use crate::definition::workflow::{Action, By, Workflow};
use crate::definition::{Form, Id, Language, Text};

/// Why an action may not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such action.
    #[error("there is no action {0}")]
    UnknownAction(String),
    /// The application stands elsewhere, perhaps because somebody was quicker.
    #[error("the action cannot be taken in state {stands}")]
    WrongState {
        /// Where it stands.
        stands: Id,
        /// Where it would have to stand.
        needs: Vec<Id>,
    },
    /// Somebody else may do this.
    #[error("the action is another role's")]
    NotAllowed {
        /// Who may.
        needs: Vec<By>,
    },
    /// The action's own condition does not hold now.
    #[error("the condition of the action does not hold")]
    NotNow,
    /// The check was not run or found errors.
    #[error("the check must pass first")]
    NeedsCheck {
        /// How many errors it found; none where it was not run.
        errors: Option<usize>,
    },
    /// Something is missing from, or wrong with, what was given with the action.
    #[error("{} of the action's inputs are missing or wrong", .0.len())]
    Input(Vec<InputFault>),
    /// The next state waits for a role of a unit, and there is no such unit.
    #[error("state {state} would wait for nobody")]
    NoUnit {
        /// The next state.
        state: Id,
        /// The role it waits for.
        role: Id,
        /// The field that names the unit; none where it is the applicant's own.
        field: Option<Id>,
    },
    /// A condition takes more steps than one may take.
    #[error("a condition of the action takes too many steps")]
    TooCostly,
}

impl Refusal {
    /// What the person is told.
    pub fn text(&self, workflow: &Workflow, roles: &IndexMap<Id, Role>, form: &Form) -> Text {
        match self {
            Self::UnknownAction(_) => Text::both("没有这项操作", "There is no such action."),
            Self::WrongState { stands, .. } => {
                let state = state_label(workflow, stands);
                phrase(
                    &state,
                    |state| format!("申请目前处于“{state}”，不能进行这项操作，请刷新页面"),
                    |state| {
                        format!(
                            "The application now stands at “{state}”, where this cannot be done; please reload the page."
                        )
                    },
                )
            }
            Self::NotAllowed { needs } => not_allowed(needs, roles),
            Self::NotNow => Text::both("目前不满足这项操作的条件", "This cannot be done yet."),
            Self::NeedsCheck { errors: None } => Text::both("请先进行填写检查", "The check must be run first."),
            Self::NeedsCheck { errors: Some(count) } => Text::both(
                format!("填写检查未通过，还有 {count} 处需要修改"),
                format!("The check has not passed; {count} things must be mended."),
            ),
            Self::Input(_) => Text::both("请按提示补充或修改", "Please fill in or mend what is marked."),
            Self::NoUnit { field, .. } => no_unit(field.as_ref(), form),
            Self::TooCostly => Text::both(
                "条件过于复杂，无法判断，请联系技术支持",
                "A condition could not be worked out; please ask for support.",
            ),
        }
    }
}

/// Everything about who may take `action`, for people.
fn not_allowed(needs: &[By], roles: &IndexMap<Id, Role>) -> Text {
    let names = |language| {
        let names: Vec<String> = needs.iter().map(|by| who(by, roles).get(language).to_owned()).collect();
        names.join(if language == Language::Chinese { "、" } else { ", " })
    };
    Text::both(
        format!("这项操作由以下角色进行：{}", names(Language::Chinese)),
        format!("This is done by: {}.", names(Language::English)),
    )
}

fn who(by: &By, roles: &IndexMap<Id, Role>) -> Text {
    match by {
        By::Role(role) => roles
            .get(role)
            .map_or_else(|| Text::chinese(Id::clone(role)), |role| role.label.clone()),
        By::Applicant => Text::both("申请人", "the applicant"),
        By::Handler => Text::both("当前审核人", "whoever it waits for"),
        By::Clock => Text::both("系统（到期自动）", "the system, when time is up"),
        By::Anyone => Text::both("能看到本申请的人", "whoever sees the application"),
    }
}

fn no_unit(field: Option<&Id>, form: &Form) -> Text {
    let Some(field) = field else {
        return Text::both(
            "申请人没有依托单位，无法提交到单位",
            "The applicant has no unit to submit to.",
        );
    };
    let label = form
        .field(field)
        .map_or_else(|| Text::chinese(Id::clone(field)), |field| field.label.clone());
    phrase(
        &label,
        |label| format!("{label}不能为空，请先选择"),
        |label| format!("{label} must be chosen first."),
    )
}

fn state_label(workflow: &Workflow, state: &Id) -> Text {
    workflow
        .states
        .get(state)
        .map_or_else(|| Text::chinese(Id::clone(state)), |state| state.label.clone())
}

fn phrase(name: &Text, zh: impl Fn(&str) -> String, en: impl Fn(&str) -> String) -> Text {
    Text::both(zh(name.get(Language::Chinese)), en(name.get(Language::English)))
}

/// Who may take `action`, as a refusal.
pub(super) fn not_for(action: &Action) -> Refusal {
    Refusal::NotAllowed {
        needs: action.by.clone(),
    }
}
