//! Field by field: presence, schema, code lists, look-ups, files.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::compiled::{Checker, Checkers};
use super::finding::Finding;
use super::path::Path;
use super::{Answers, CompiledForm, Context, Evaluated, FieldState, answer, branches, limits, table, wording};
use crate::definition::expression::{TooCostly, Type, Value, value_of};
use crate::definition::form::{Choice, FileRules, Lookup, Severity, Table};
use crate::definition::{Field, FieldType, Form, Id, Text};

/// Words that a half-filled answer may still fail.
const INCOMPLETE: [&str; 4] = ["min-items", "min-length", "contains", "min-properties"];

/// Everything but rules, over the shown fields.
pub(super) fn complete(
    form: &CompiledForm,
    answers: &Answers,
    evaluated: &Evaluated,
    context: &Context<'_>,
) -> Vec<Finding> {
    let mut walk = Walk {
        form: form.form(),
        context,
        evaluated: Some(evaluated),
        print_mark: has_prints(form.form()).then(|| evaluated.print_mark(answers)),
        findings: Vec::new(),
    };
    for (_, field) in form.form().fields() {
        walk.top(field, form.checkers(), answers);
    }
    for at in evaluated.costly() {
        walk.find("rule-too-costly", at, &wording::too_costly());
    }
    walk.findings
}

/// Types and limits of these fields' answers.
pub(super) fn draft<'a>(
    form: &CompiledForm,
    fields: impl Iterator<Item = &'a Field>,
    answers: &Answers,
    context: &Context<'_>,
) -> Vec<Finding> {
    let mut walk = Walk {
        form: form.form(),
        context,
        evaluated: None,
        print_mark: None,
        findings: Vec::new(),
    };
    for field in fields {
        walk.top(field, form.checkers(), answers);
    }
    walk.findings
}

/// One pass over the fields. Without `evaluated` it is a draft: nothing need be complete.
struct Walk<'a> {
    form: &'a Form,
    context: &'a Context<'a>,
    evaluated: Option<&'a Evaluated>,
    /// What a print of these answers is marked by, where the form takes prints back.
    print_mark: Option<String>,
    findings: Vec<Finding>,
}

/// One question with what is known of it.
#[derive(Clone, Copy)]
struct Spot<'a> {
    field: &'a Field,
    path: &'a Path,
    /// None in a draft.
    state: Option<&'a FieldState>,
    checker: Option<&'a Checker>,
    ty: &'a Type,
    extra: &'a [Value],
}

impl<'a> Walk<'a> {
    fn top(&mut self, field: &Field, checkers: &Checkers, answers: &Answers) {
        let path = Path::field(Id::clone(&field.id));
        let state = self.evaluated.and_then(|evaluated| evaluated.field(&field.id));
        let ty = self.form.scope.names.get(&field.id).unwrap_or(&Type::Unknown);
        let spot = Spot {
            field,
            path: &path,
            state,
            checker: checkers.get(&field.id),
            ty,
            extra: &[],
        };
        self.field(spot, answers);
    }

    fn field(&mut self, spot: Spot<'_>, answers: &Map<String, Json>) {
        let hidden = self.evaluated.is_some() && !spot.state.is_some_and(|state| state.shown);
        if hidden {
            return;
        }
        if !answer::is_asked(&spot.field.kind) {
            if let Some(given) = spot.state.and_then(|state| state.given.as_ref()) {
                self.misfits(spot, given);
            }
            return;
        }
        match answer::answered(answers.get(&*spot.field.id)) {
            Some(answer) => self.answer(spot, answer),
            None => self.missing(spot),
        }
    }

    fn missing(&mut self, spot: Spot<'_>) {
        let Some(state) = spot.state.filter(|state| state.given.is_none()) else {
            return;
        };
        if state.required && state.no_candidate {
            self.find("lookup-no-candidate", spot.path, &wording::no_candidate());
        } else if state.required && matches!(spot.field.kind, FieldType::Lookup(_)) {
            let message = wording::not_picked(&spot.path.label(self.form));
            self.tell("required", spot.path, message);
        } else if state.required {
            self.find("required", spot.path, &wording::required(spot.field));
        }
    }

    fn answer(&mut self, spot: Spot<'_>, answer: &Json) {
        match &spot.field.kind {
            FieldType::Table(table) => return self.table(spot, table, answer),
            FieldType::File(rules) => return self.files(spot, rules, answer),
            _ => {}
        }
        if self.misfits(spot, answer) {
            return;
        }
        match &spot.field.kind {
            FieldType::Choice(choice) | FieldType::Tree(choice) => self.code(spot, choice, answer, spot.path),
            FieldType::Choices(choice) | FieldType::Trees(choice) => {
                for (at, code) in answer.as_array().into_iter().flatten().enumerate() {
                    self.code(spot, choice, code, &spot.path.row(at));
                }
            }
            FieldType::Lookup(lookup) => self.lookup(spot, lookup, answer),
            FieldType::Decimal | FieldType::Money if significant(answer) > limits::DIGITS => {
                self.find("max-digits", spot.path, &wording::digits(limits::DIGITS));
            }
            _ => {}
        }
    }

    /// Tells every misfit; true where the answer is not even of the right type.
    fn misfits(&mut self, spot: Spot<'_>, answer: &Json) -> bool {
        let validator = match spot.checker {
            Some(Checker::Whole(validator)) => validator,
            Some(Checker::Table {
                whole: Some(validator), ..
            }) => validator,
            _ => return false,
        };
        let mut wrong_type = false;
        for misfit in validator.misfits(answer) {
            wrong_type |= misfit.word == "type";
            let coded = misfit.word == "enum" && is_told_by_code(&spot.field.kind, answer, misfit.item);
            if coded || (self.evaluated.is_none() && INCOMPLETE.contains(&misfit.word.as_str())) {
                continue;
            }
            let at = misfit
                .item
                .map_or_else(|| spot.path.clone(), |item| spot.path.row(item));
            self.find(&misfit.word, &at, &misfit.message);
        }
        wrong_type
    }

    fn code(&mut self, spot: Spot<'_>, choice: &Choice, code: &Json, at: &Path) {
        let code = code.as_str().unwrap_or_default();
        let Some(entry) = choice.list.get(code) else {
            return self.find("code-unknown", at, &wording::code_unknown());
        };
        let Some(evaluated) = self.evaluated else { return };
        if let Some(why) = entry.term.misses(evaluated.filed_on()) {
            let name = (!spot.field.sensitive).then_some(&*entry.name);
            return self.find("code-retired", at, &wording::code_retired(name, why));
        }
        if choice.leaf_only && !choice.list.is_leaf(code) {
            return self.find("not-leaf", at, &branches::not_leaf(spot.field, choice, code));
        }
        self.fits(evaluated.code_fits(choice, code, spot.extra), at);
    }

    fn lookup(&mut self, spot: Spot<'_>, lookup: &Lookup, id: &Json) {
        let record = self.context.lookups.get(&lookup.from, id.as_str().unwrap_or_default());
        let Some(record) = record else {
            return self.find("lookup-unknown", spot.path, &wording::lookup_unknown(spot.field));
        };
        if !self.context.lookups.is_offered(&lookup.from, &record) {
            return self.find("lookup-inactive", spot.path, &wording::lookup_inactive());
        }
        let Some(evaluated) = self.evaluated else { return };
        let record = value_of(&record, spot.ty);
        self.fits(evaluated.record_fits(lookup, record, spot.extra), spot.path);
    }

    fn fits(&mut self, fits: Result<bool, TooCostly>, at: &Path) {
        match fits {
            Ok(true) => {}
            Ok(false) => self.find("where-mismatch", at, &wording::where_mismatch()),
            Err(TooCostly) => self.find("rule-too-costly", at, &wording::too_costly()),
        }
    }

    fn files(&mut self, spot: Spot<'_>, rules: &FileRules, answer: &Json) {
        let Some(files) = answer.as_array() else {
            return self.find("type", spot.path, &wording::wrong_type(spot.field));
        };
        self.misfits(spot, answer);
        for file in files {
            self.file(spot, rules, file);
        }
        self.stale_prints(spot, rules, files);
        if files.len() > rules.max_items {
            let message = wording::count(
                "文件数最多为",
                "the number of files is at most",
                rules.max_items,
                files.len(),
            );
            self.find("file-count", spot.path, &message);
        }
        if files.len() >= rules.min_items {
            return;
        }
        match spot.state {
            Some(state) if state.required => self.find("required", spot.path, &wording::required(spot.field)),
            Some(_) => {
                let message = wording::count(
                    "文件数至少为",
                    "the number of files is at least",
                    rules.min_items,
                    files.len(),
                );
                self.find("file-count", spot.path, &message);
            }
            None => {}
        }
    }

    /// A returned print is one of the answers as they are now.
    fn stale_prints(&mut self, spot: Spot<'_>, rules: &FileRules, files: &[Json]) {
        let Some(mark) = self.print_mark.as_deref().filter(|_| rules.print_of.is_some()) else {
            return;
        };
        let print = |file: &Json| file.get("print").and_then(Json::as_str).map(|print| print == mark);
        if files.iter().filter_map(print).any(|fits| !fits) {
            self.find("stale-print", spot.path, &wording::stale_print());
        }
    }

    /// The place is the whole field; the message names the file.
    fn file(&mut self, spot: Spot<'_>, rules: &FileRules, file: &Json) {
        let at = spot.path;
        let text = |key| file.get(key).and_then(Json::as_str);
        let (Some(_), Some(name), Some(size), Some(kind)) = (
            text("id"),
            text("name"),
            file.get("size").and_then(Json::as_u64),
            text("kind"),
        ) else {
            return self.find("type", at, &wording::wrong_type(spot.field));
        };
        let name = if spot.field.sensitive { "…" } else { name };
        if size > rules.max_size {
            self.find("file-size", at, &wording::file_size(name, rules.max_size));
        }
        if !rules.accept.is_empty() && !rules.accept.iter().any(|accepted| same_kind(accepted, kind)) {
            self.find("file-kind", at, &wording::file_kind(name, &rules.accept));
        }
    }

    fn table(&mut self, spot: Spot<'_>, table: &Table, answer: &Json) {
        let Some(rows) = answer.as_array() else {
            return self.find("type", spot.path, &wording::wrong_type(spot.field));
        };
        self.misfits(spot, answer);
        for finding in table::whole(table, rows, self.evaluated.is_some()) {
            let at = finding
                .at
                .map_or_else(|| spot.path.clone(), |(row, column)| spot.path.row(row).column(column));
            self.find(finding.rule, &at, &finding.message);
        }
        let Type::Record(record) = &table.row_type else { return };
        let none = HashMap::new();
        let checkers = match spot.checker {
            Some(Checker::Table { columns, .. }) => columns,
            _ => &none,
        };
        for (number, cells) in rows.iter().take(limits::ROWS).enumerate() {
            let at = spot.path.row(number);
            let Some(cells) = cells.as_object() else {
                self.find("type", &at, &wording::wrong_type(spot.field));
                continue;
            };
            let state = spot.state.and_then(|state| state.rows.get(number));
            let record_value = state.map(|row| row.record().clone());
            let extra: Vec<Value> = record_value.into_iter().chain(spot.extra.first().cloned()).collect();
            for column in table.columns.values() {
                let cell = Spot {
                    field: column,
                    path: &at.column(Id::clone(&column.id)),
                    state: state.and_then(|row| row.columns.get(&column.id)),
                    checker: checkers.get(&column.id),
                    ty: record.columns.get(&column.id).unwrap_or(&Type::Unknown),
                    extra: &extra,
                };
                self.field(cell, cells);
            }
        }
    }

    fn find(&mut self, rule: &str, at: &Path, message: &Text) {
        self.tell(rule, at, wording::at(&at.label(self.form), message));
    }

    fn tell(&mut self, rule: &str, at: &Path, message: Text) {
        self.findings.push(Finding::new(
            self.form,
            Severity::Error,
            rule,
            Some(at.clone()),
            message,
        ));
    }
}

/// Whether the answer is a code that is not on the list or no smallest branch, which is told in those
/// words; an enumeration of the author's own stands beside the list.
fn is_told_by_code(kind: &FieldType, answer: &Json, item: Option<usize>) -> bool {
    let (FieldType::Choice(choice) | FieldType::Tree(choice) | FieldType::Choices(choice) | FieldType::Trees(choice)) =
        kind
    else {
        return false;
    };
    let code = item.and_then(|item| answer.get(item)).unwrap_or(answer);
    let code = code.as_str().unwrap_or_default();
    choice.list.get(code).is_none() || (choice.leaf_only && !choice.list.is_leaf(code))
}

/// Whether a file slot of the form takes a print back.
fn has_prints(form: &Form) -> bool {
    fn returns(field: &Field) -> bool {
        match &field.kind {
            FieldType::File(rules) => rules.print_of.is_some(),
            FieldType::Table(table) => table.columns.values().any(returns),
            _ => false,
        }
    }
    form.fields().any(|(_, field)| returns(field))
}

fn same_kind(accepted: &str, kind: &str) -> bool {
    let plain = |kind: &str| match kind.to_ascii_lowercase().as_str() {
        "jpeg" => "jpg".to_owned(),
        "tiff" => "tif".to_owned(),
        other => other.to_owned(),
    };
    plain(accepted) == plain(kind)
}

/// Significant digits of a number as it is written.
fn significant(number: &Json) -> usize {
    let text = number.to_string();
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    if mantissa.contains('.') {
        digits.len()
    } else {
        digits.trim_end_matches('0').len()
    }
}
