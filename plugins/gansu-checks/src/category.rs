//! `category_mismatch`: the category is chosen by the plan. Results of 自然科学基金, 杰青 and 创新群体 are
//! basic theory; those of other plans, or with intellectual property and a finished conversion, are
//! applied technology.

use dengji_plugin::{Answers, Finding};

use crate::Options;
use crate::options::{Converted, Expected};

/// The finding, where the plan belongs to another form than `form`.
pub(crate) fn check(options: &Options, answers: &Answers, form: &str) -> Option<Finding> {
    let expected = *options.expects.get(form)?;
    let plan = answers.text(&options.plan_type)?;
    let basic = options.basic_plans.iter().any(|code| code == plan);
    match expected {
        Expected::Applied if basic && !is_converted(&options.converted, answers) => Some(wrong_for_applied()),
        Expected::Basic if !basic => Some(wrong_for_basic()),
        _ => None,
    }
    .map(|finding| finding.at(&options.plan_type))
}

fn is_converted(converted: &Converted, answers: &Answers) -> bool {
    let finished = answers
        .text(&converted.state)
        .is_some_and(|state| converted.states.iter().any(|code| code == state));
    finished && !answers.rows(&converted.property).is_empty()
}

fn wrong_for_applied() -> Finding {
    Finding::error(
        "category_mismatch",
        "该计划类别的成果应按基础理论类登记，不能按应用技术类登记。请改填基础理论类登记表；如已取得知识产权并完成成果转化，请先填写知识产权状况和成果转化情况。",
    )
    .english(
        "Results of this kind of plan are registered as basic theory, not as applied technology. Use the form for basic theory; if there is intellectual property and the conversion is finished, state both first.",
    )
}

fn wrong_for_basic() -> Finding {
    Finding::error(
        "category_mismatch",
        "该计划类别的成果应按应用技术类登记，不能按基础理论类登记。请改填应用技术类登记表，或更正计划类别。",
    )
    .english(
        "Results of this kind of plan are registered as applied technology, not as basic theory. Use the form for applied technology, or correct the kind of plan.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        Options {
            basic_plans: vec!["nsf".into()],
            expects: [
                ("applied".into(), Expected::Applied),
                ("theory".into(), Expected::Basic),
            ]
            .into(),
            converted: Converted {
                states: vec!["industrial".into()],
                ..Converted::default()
            },
            ..Options::default()
        }
    }

    #[test]
    fn the_plan_decides_the_form() {
        for (form, answers, wrong) in [
            ("applied", r#"{"plan_type": "nsf"}"#, true),
            ("applied", r#"{"plan_type": "key"}"#, false),
            ("applied", r#"{}"#, false),
            (
                "applied",
                r#"{"plan_type": "nsf", "ip": [{}], "application_state": "industrial"}"#,
                false,
            ),
            (
                "applied",
                r#"{"plan_type": "nsf", "ip": [], "application_state": "industrial"}"#,
                true,
            ),
            (
                "applied",
                r#"{"plan_type": "nsf", "ip": [{}], "application_state": "trial"}"#,
                true,
            ),
            ("theory", r#"{"plan_type": "nsf"}"#, false),
            ("theory", r#"{"plan_type": "key"}"#, true),
            ("soft", r#"{"plan_type": "nsf"}"#, false),
        ] {
            let finding = check(&options(), &Answers::parse(answers).unwrap(), form);
            assert_eq!(finding.is_some(), wrong, "{form} {answers}");
        }
    }
}
