//! `filing_deadline`: an application must be filed within six months after 验收, 结题 or 评价.

use dengji_plugin::{Answers, Date, Finding};

use crate::Options;

/// The finding, where the evaluation lies too far back.
///
/// The day of the evaluation is not counted, the last day is: evaluated on 31 August, six months end
/// with the last day of February.
pub(crate) fn check(options: &Options, answers: &Answers, filed_on: Date) -> Option<Finding> {
    let evaluated_on = answers.date(&options.evaluated_on)?;
    let bound = options.modes.is_empty()
        || answers
            .text(&options.evaluation_mode)
            .is_some_and(|mode| options.modes.iter().any(|bound| bound == mode));
    let last = evaluated_on.plus_months(options.months)?;
    if !bound || filed_on <= last {
        return None;
    }
    let months = options.months;
    let zh = format!(
        "评价日期为{}，应在其后{months}个月内申请登记，最迟为{}；提交日期{}已超过期限，不予登记。如评价日期填写有误，请更正。",
        evaluated_on.chinese(),
        last.chinese(),
        filed_on.chinese(),
    );
    let en = format!(
        "Evaluated on {evaluated_on}, so the last day to file was {last} ({months} months later); filed on {filed_on}, this cannot be registered. Correct the date of evaluation if it is wrong."
    );
    Some(
        Finding::error("filing_deadline", zh)
            .english(en)
            .at(&options.evaluated_on),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_late(evaluated_on: &str, mode: &str, filed_on: &str) -> bool {
        let options = Options {
            modes: vec!["acceptance".into()],
            ..Options::default()
        };
        let answers = format!(r#"{{"evaluated_on": "{evaluated_on}", "evaluation_mode": "{mode}"}}"#);
        check(&options, &Answers::parse(&answers).unwrap(), filed_on.parse().unwrap()).is_some()
    }

    #[test]
    fn the_last_day_is_in_time() {
        for (evaluated_on, mode, filed_on, late) in [
            ("2026-05-20", "acceptance", "2026-11-20", false),
            ("2026-05-20", "acceptance", "2026-11-21", true),
            ("2026-08-31", "acceptance", "2027-02-28", false),
            ("2026-08-31", "acceptance", "2027-03-01", true),
            ("2020-01-01", "market-access", "2026-11-20", false),
            ("2020-01-01", "", "2026-11-20", false),
            ("", "acceptance", "2026-11-20", false),
        ] {
            assert_eq!(
                is_late(evaluated_on, mode, filed_on),
                late,
                "{evaluated_on} {mode} {filed_on}"
            );
        }
    }

    #[test]
    fn the_message_names_the_last_day() {
        let answers = Answers::parse(r#"{"evaluated_on": "2026-05-20"}"#).unwrap();
        let finding = check(&Options::default(), &answers, Date::new(2026, 11, 21).unwrap()).unwrap();
        assert_eq!(finding.place(), Some("evaluated_on"));
        assert!(
            finding.message().contains("最迟为2026年11月20日"),
            "{}",
            finding.message()
        );
    }

    #[test]
    fn an_absurd_period_never_ends() {
        let options = Options {
            months: u32::MAX,
            ..Options::default()
        };
        let answers = Answers::parse(r#"{"evaluated_on": "2026-05-20"}"#).unwrap();
        assert_eq!(check(&options, &answers, Date::new(2026, 11, 21).unwrap()), None);
    }
}
