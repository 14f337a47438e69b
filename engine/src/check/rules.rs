//! The form's own rules, once or for every row.

use super::evaluated::{Evaluated, RowState};
use super::finding::Finding;
use super::path::Path;
use super::wording;
use crate::definition::expression::{TooCostly, Value};
use crate::definition::form::{Rule, Severity};
use crate::definition::{Form, Id};

/// Where a rule is being judged: the row it reads as `row`, then the one around it.
struct Here<'a> {
    rows: Vec<(Path, &'a RowState)>,
}

/// How a rule of the form came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does not hold at so many places.
    Broken(usize),
    /// It holds wherever it applies.
    Holds,
    /// It does not apply: `when` is false, what it reads is empty, or its table has no row.
    Silent,
    /// It takes more steps than one rule may.
    TooCostly,
}

/// How each rule comes out, in the order of the form.
pub fn verdicts(evaluated: &Evaluated) -> Vec<(&Rule, Verdict)> {
    let rules = evaluated.form().rules.values();
    rules.map(|rule| (rule, verdict(rule, evaluated))).collect()
}

fn verdict(rule: &Rule, evaluated: &Evaluated) -> Verdict {
    let (mut wrong, mut right) = (0, 0);
    for here in places(rule, evaluated) {
        match judged(rule, evaluated, &here.records()) {
            Ok(Value::Bool(false)) => wrong += 1,
            Ok(Value::Bool(true)) => right += 1,
            Ok(_) => {}
            Err(TooCostly) => return Verdict::TooCostly,
        }
    }
    match (wrong, right) {
        (0, 0) => Verdict::Silent,
        (0, _) => Verdict::Holds,
        (wrong, _) => Verdict::Broken(wrong),
    }
}

/// Judges every rule and adds what does not hold.
pub(super) fn run(form: &Form, evaluated: &Evaluated, findings: &mut Vec<Finding>) {
    for rule in form.rules.values() {
        for here in places(rule, evaluated) {
            let extra = here.records();
            match judged(rule, evaluated, &extra) {
                Ok(Value::Bool(false)) => {
                    let message = rule.message.fill(&evaluated.frame(&extra));
                    findings.push(Finding::new(
                        form,
                        rule.severity,
                        &*rule.id,
                        here.place(rule.at.as_deref()),
                        message,
                    ));
                }
                Ok(_) => {}
                Err(TooCostly) => {
                    findings.push(too_costly(form, rule, &here));
                    break;
                }
            }
        }
    }
}

/// Of every rule in every place: whether its `when` holds (true where it has none), and if so whether
/// it is kept; none where its result is empty or costs too much.
pub(super) fn outcomes(evaluated: &Evaluated) -> Vec<(&Rule, bool, Option<bool>)> {
    let mut outcomes = Vec::new();
    for rule in evaluated.form().rules.values() {
        for here in places(rule, evaluated) {
            let extra: Vec<Value> = here.rows.iter().map(|(_, row)| row.record().clone()).collect();
            let frame = evaluated.frame(&extra);
            let applies = rule.when.as_ref().map_or(Ok(true), |when| when.holds(&frame));
            let applies = applies.unwrap_or(false);
            let kept = match rule.assert.eval(&frame) {
                Ok(Value::Bool(kept)) if applies => Some(kept),
                _ => None,
            };
            outcomes.push((rule, applies, kept));
        }
    }
    outcomes
}

/// What the rule's `assert` gives; empty where the rule does not apply.
fn judged(rule: &Rule, evaluated: &Evaluated, extra: &[Value]) -> Result<Value, TooCostly> {
    let frame = evaluated.frame(extra);
    if let Some(when) = &rule.when
        && !when.holds(&frame)?
    {
        return Ok(Value::Empty);
    }
    rule.assert.eval(&frame)
}

/// The whole form, or each row of the table or inner table that the rule names.
fn places<'a>(rule: &Rule, evaluated: &'a Evaluated) -> Vec<Here<'a>> {
    let Some(tables) = &rule.each else {
        return vec![Here { rows: Vec::new() }];
    };
    let Some((table, inner)) = tables.split_first() else {
        return Vec::new();
    };
    let rows = evaluated.field(table).map_or(&[][..], |state| &state.rows);
    let above = Path::field(Id::clone(table));
    let rows = rows.iter().enumerate().map(|(at, row)| (above.row(at), row));
    match inner.first() {
        None => rows.map(|row| Here { rows: vec![row] }).collect(),
        Some(inner) => rows.flat_map(|outer| inner_rows(outer, inner)).collect(),
    }
}

fn inner_rows<'a>(outer: (Path, &'a RowState), inner: &Id) -> Vec<Here<'a>> {
    let rows = outer.1.columns.get(inner).map_or(&[][..], |state| &state.rows);
    let above = outer.0.column(Id::clone(inner));
    let here = |(at, row)| Here {
        rows: vec![(above.row(at), row), outer.clone()],
    };
    rows.iter().enumerate().map(here).collect()
}

impl Here<'_> {
    /// The rows as an expression reads them, behind the form's own slots.
    fn records(&self) -> Vec<Value> {
        self.rows.iter().map(|(_, row)| row.record().clone()).collect()
    }

    /// `at` as a place of the answers; the row itself where none is given.
    fn place(&self, at: Option<&str>) -> Option<Path> {
        let row = |number: usize| self.rows.get(number).map(|(path, _)| path.clone());
        let Some(at) = at else { return row(0) };
        let (first, column) = at.split_once('.').unwrap_or((at, ""));
        let above = match first {
            "row" => row(0)?,
            "outer" => row(1)?,
            _ => return at.parse().ok(),
        };
        Some(if column.is_empty() { above } else { above.column(column) })
    }
}

fn too_costly(form: &Form, rule: &Rule, here: &Here<'_>) -> Finding {
    let at = here.place(rule.at.as_deref());
    let label = at.as_ref().map_or_else(|| form.title.clone(), |path| path.label(form));
    Finding::new(
        form,
        Severity::Error,
        "rule-too-costly",
        at,
        wording::at(&label, &wording::too_costly()),
    )
}
