//! What stands beside the page: everything that is found, how each rule comes out, what is hidden and by
//! which condition, what is worked out.

use super::chosen::Chosen;
use crate::check::rules::{Verdict, verdicts};
use crate::check::{FieldState, Finding};
use crate::definition::expression::Expression;
use crate::definition::form::Rule;
use crate::definition::{Field, FieldType, Page};
use crate::http::filling::without_label;
use crate::registry::computed_text;
use crate::registry::sample::{Tried, difference};
use crate::theme::LANGUAGES;
use crate::theme::input_name::anchor;
use crate::theme::view::{Choosable, PreviewFinding, PreviewPanel, PreviewRule, PreviewValue};

/// Cells that are hidden and listed.
const CELLS: usize = 100;

/// The whole panel.
pub(super) fn panel(chosen: &Chosen, tried: &Tried) -> PreviewPanel {
    let evaluated = &tried.checked.evaluated;
    let mut panel = PreviewPanel {
        address: chosen.path(),
        again: chosen.address(&chosen.page),
        pages: pages(chosen, tried),
        samples: chosen.sample_options(),
        roles: roles(chosen),
        languages: languages(chosen),
        page_shown: evaluated.page_shown(&chosen.page),
        troubles: chosen.sample_troubles().collect(),
        findings: tried
            .checked
            .findings
            .iter()
            .map(|found| finding(chosen, found))
            .collect(),
        difference: expected(chosen, tried),
        hidden: hidden(chosen, tried),
        computed: computed(chosen, tried),
        ..PreviewPanel::default()
    };
    if let Some(fault) = &tried.fault {
        let plugin = fault.plugin.to_string();
        panel
            .troubles
            .push(chosen.visit.text("check_unavailable", &[("plugin", &plugin)]));
        panel.troubles.push(fault.to_string());
    }
    let mut silent = Vec::new();
    for (one, verdict) in verdicts(evaluated) {
        let shown = rule(chosen, one, verdict);
        match verdict {
            Verdict::Broken(_) | Verdict::TooCostly => panel.fired.push(shown),
            Verdict::Holds => panel.quiet.push(shown),
            Verdict::Silent => silent.push(shown),
        }
    }
    panel.passed = panel.quiet.len();
    panel.silent = silent.len();
    panel.quiet.extend(silent);
    panel
}

fn pages(chosen: &Chosen, tried: &Tried) -> Vec<Choosable> {
    let option = |page: &Page| {
        let title = page.title.get(chosen.visit.language);
        Choosable {
            value: page.id.to_string(),
            label: match tried.checked.evaluated.page_shown(&page.id) {
                true => title.to_owned(),
                false => chosen.visit.text("preview_is_hidden", &[("title", title)]),
            },
            chosen: *page.id == *chosen.page,
        }
    };
    chosen.form().pages.values().map(option).collect()
}

fn roles(chosen: &Chosen) -> Vec<Choosable> {
    let roles = chosen.visit.office.region().roles.values();
    roles
        .map(|role| Choosable {
            value: role.id.to_string(),
            label: role.label.get(chosen.visit.language).to_owned(),
            chosen: *role.id == *chosen.role,
        })
        .collect()
}

fn languages(chosen: &Chosen) -> Vec<Choosable> {
    LANGUAGES
        .map(|language| Choosable {
            value: language.tag().into(),
            label: crate::http::shell::name_of(language).into(),
            chosen: language == chosen.visit.language,
        })
        .to_vec()
}

/// The finding, linked to its field on whichever page that is, and to what found it.
fn finding(chosen: &Chosen, found: &Finding) -> PreviewFinding {
    let language = chosen.visit.language;
    let path = found.at.as_ref().map(ToString::to_string);
    let label = found.at.as_ref().map(|at| at.label(chosen.form()));
    let label = label.map(|label| label.get(language).to_owned()).unwrap_or_default();
    let at_field = |path: &String| format!("#{}", anchor(path));
    let place = path.as_ref().map(at_field).unwrap_or_default();
    let href = match &found.page {
        Some(page) if **page != *chosen.page => format!("{}{place}", chosen.address(page)),
        _ => place,
    };
    let by_rule = chosen.form().rules.contains_key(found.rule.as_str());
    let origin = match by_rule {
        true => chosen.origins.rule(&found.rule),
        false => path.as_ref().and_then(|path| chosen.origins.field(path, "")),
    };
    PreviewFinding {
        severity: found.severity,
        rule: found.rule.clone(),
        message: without_label(found.message.get(language), &label).to_owned(),
        label,
        href,
        origin,
    }
}

/// What differs from the findings that the sample or its case says it has.
fn expected(chosen: &Chosen, tried: &Tried) -> Vec<String> {
    let expected = match chosen.case() {
        Some(case) => Some(&case.findings),
        None => chosen.sample().findings.as_ref(),
    };
    expected
        .and_then(|expected| difference(expected, &tried.checked.findings))
        .map(|difference| difference.lines())
        .unwrap_or_default()
}

fn rule(chosen: &Chosen, rule: &Rule, verdict: Verdict) -> PreviewRule {
    let (class, key) = match verdict {
        Verdict::Broken(_) => ("broken", "preview_broken"),
        Verdict::Holds => ("holds", "preview_holds"),
        Verdict::Silent => ("silent", "preview_silent"),
        Verdict::TooCostly => ("too-costly", "preview_too_costly"),
    };
    PreviewRule {
        id: rule.id.to_string(),
        verdict: class,
        told: chosen.visit.text(key, &[]),
        places: match verdict {
            Verdict::Broken(places) => places,
            _ => 0,
        },
        when: rule.when.as_ref().map(|when| when.source().to_owned()),
        assert: rule.assert.source().to_owned(),
        origin: chosen.origins.rule(&rule.id),
    }
}

/// The pages that are hidden, and the fields and cells that are hidden on the others.
fn hidden(chosen: &Chosen, tried: &Tried) -> Vec<PreviewValue> {
    let evaluated = &tried.checked.evaluated;
    let mut hidden = Vec::new();
    for page in chosen.form().pages.values() {
        if !evaluated.page_shown(&page.id) {
            hidden.push(PreviewValue {
                id: page.id.to_string(),
                label: page.title.get(chosen.visit.language).to_owned(),
                expression: source(page.show_when.as_ref()),
                origin: chosen.origins.page(&page.id, "showWhen"),
                ..PreviewValue::default()
            });
            continue;
        }
        for field in page.fields.values() {
            if let Some(state) = evaluated.field(&field.id) {
                hidden_below(chosen, field, &field.id, state, &mut hidden);
            }
        }
    }
    hidden
}

fn hidden_below(chosen: &Chosen, field: &Field, path: &str, state: &FieldState, hidden: &mut Vec<PreviewValue>) {
    if !state.shown {
        if hidden.len() < CELLS {
            hidden.push(PreviewValue {
                id: path.to_owned(),
                label: field.label.get(chosen.visit.language).to_owned(),
                expression: source(field.show_when.as_ref()),
                origin: chosen.origins.field(path, "showWhen"),
                ..PreviewValue::default()
            });
        }
        return;
    }
    each_cell(field, path, state, &mut |column, path, state| {
        hidden_below(chosen, column, path, state, hidden);
    });
}

/// Calls `take` for every cell of a table.
fn each_cell(field: &Field, path: &str, state: &FieldState, take: &mut dyn FnMut(&Field, &str, &FieldState)) {
    let FieldType::Table(table) = &field.kind else { return };
    for (at, row) in state.rows.iter().enumerate() {
        for column in table.columns.values() {
            if let Some(state) = row.columns.get(&column.id) {
                take(column, &format!("{path}[{at}].{}", column.id), state);
            }
        }
    }
}

/// Computed fields and cells that are shown, then the lets.
fn computed(chosen: &Chosen, tried: &Tried) -> Vec<PreviewValue> {
    let evaluated = &tried.checked.evaluated;
    let mut found = Vec::new();
    for (_, field) in chosen.form().fields() {
        if let Some(state) = evaluated.field(&field.id) {
            computed_below(chosen, field, &field.id, state, &mut found);
        }
    }
    for named in chosen.form().lets.values() {
        found.push(PreviewValue {
            id: named.id.to_string(),
            value: computed_text(&evaluated.value(&named.id).to_json()),
            expression: named.expression.source().to_owned(),
            origin: chosen.origins.named_expression(&named.id),
            ..PreviewValue::default()
        });
    }
    found
}

fn computed_below(chosen: &Chosen, field: &Field, path: &str, state: &FieldState, found: &mut Vec<PreviewValue>) {
    if let FieldType::Computed(computed) = &field.kind
        && state.shown
        && found.len() < CELLS
    {
        found.push(PreviewValue {
            id: path.to_owned(),
            label: field.label.get(chosen.visit.language).to_owned(),
            value: state.given.as_ref().map(computed_text).unwrap_or_default(),
            expression: computed.compute.source().to_owned(),
            origin: chosen.origins.field(path, "compute"),
        });
    }
    each_cell(field, path, state, &mut |column, path, state| {
        computed_below(chosen, column, path, state, found);
    });
}

fn source(condition: Option<&Expression>) -> String {
    condition
        .map(|condition| condition.source().to_owned())
        .unwrap_or_default()
}
