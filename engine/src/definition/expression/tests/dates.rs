//! Days, months and periods.

use serde_json::json;

use super::check;

#[test]
fn days_and_months() {
    // 2026-09-30 is a Wednesday; the 1st of October is off in the fixture's calendar.
    check(
        &json!({"period_start": "2024-02-29", "period_end": "2026-09-30", "founded": "2026-01"}),
        &[
            ("period_end >= period_start", json!(true)),
            ("period_end + days(1)", json!("2026-10-01")),
            ("period_end - days(30)", json!("2026-08-31")),
            ("period_start + years(1)", json!("2025-02-28")),
            ("date('2026-08-31') + months(6)", json!("2027-02-28")),
            ("date('2026-03-31') - months(1)", json!("2026-02-28")),
            ("period_end + workdays(1)", json!("2026-10-02")),
            ("period_end + workdays(2)", json!("2026-10-05")),
            ("date('2026-10-05') - workdays(2)", json!("2026-09-30")),
            ("date('2026-10-02') + workdays(0)", json!("2026-10-02")),
            ("date('2026-10-03') + workdays(0)", json!("2026-10-03")),
            ("deadline(period_end, days(1))", json!("2026-10-02")),
            ("deadline(period_end, days(3))", json!("2026-10-05")),
            ("deadline(period_end, months(1))", json!("2026-10-30")),
            ("period_end + months(6) < app.filed_on", json!(false)),
            ("month(period_end)", json!("2026-09")),
            ("month(period_end) > founded", json!(true)),
            ("founded + months(13)", json!("2027-02")),
            ("founded - years(1)", json!("2025-01")),
            ("founded == month(date('2026-01-15'))", json!(true)),
            ("period_end.getFullYear() - founded.getFullYear()", json!(0)),
            ("date('2026-11-20') == app.filed_on", json!(true)),
            (
                "today + (period_end > today ? days(1) : months(1))",
                json!("2026-12-21"),
            ),
            ("date(string(period_end)) == period_end", json!(true)),
        ],
    );
}
