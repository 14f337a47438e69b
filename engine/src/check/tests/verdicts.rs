//! How each rule comes out, for whoever writes them.

use super::*;
use crate::check::rules::{Verdict, verdicts};

#[test]
fn a_rule_holds_is_broken_or_does_not_apply() {
    let form = sample();
    let cases: Vec<(Json, [Verdict; 5])> = {
        use Verdict::{Broken, Holds, Silent};
        vec![
            (json!({}), [Silent, Silent, Holds, Silent, Holds]),
            (
                json!({"period_start": "2026-09-02", "period_end": "2026-09-01"}),
                [Broken(1), Holds, Holds, Silent, Holds],
            ),
            (
                json!({"period_start": "2020-01-01", "period_end": "2020-01-02"}),
                [Holds, Broken(1), Holds, Silent, Holds],
            ),
            (
                json!({"people": [{"name": "成果"}, {"name": "乙"}, {"name": "成果"}]}),
                [Silent, Silent, Broken(2), Silent, Holds],
            ),
            (json!({"people": []}), [Silent, Silent, Silent, Silent, Holds]),
            (
                json!({"name": "三人", "people": [{"name": "甲"}, {"name": "乙"}, {"name": "丙"}]}),
                [Silent, Silent, Holds, Silent, Broken(1)],
            ),
        ]
    };
    let app = app();
    let context = Context {
        app: &app,
        today: TODAY,
        lookups: &Units,
    };
    for (given, expected) in cases {
        let mut all = answers(complete());
        all.extend(answers(given.clone()));
        let evaluated = Evaluated::new(form.form(), &all, &context);
        let found: Vec<Verdict> = verdicts(&evaluated).into_iter().map(|(_, verdict)| verdict).collect();
        assert_eq!(found, expected, "{given}");
    }
}
