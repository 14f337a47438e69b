//! `rules:` of a form: what must hold between answers, and where its findings point (LANGUAGE L5).

use indexmap::IndexMap;

use super::Loader;
use super::secret::Behind;
use crate::definition::expression::{Expression, Scope, Type, contradiction};
use crate::definition::form::{Rule, Severity, Table};
use crate::definition::shape::{Key, Keys, Shape, Words};
use crate::definition::source::{Entry, MapReader, Node, check_id, string_of};
use crate::definition::{Field, FieldType, Id, Page, Text, limits};

pub(super) static RULE: Keys = Keys::new(
    "rule",
    ("规则", "a rule"),
    &[
        Key::new(
            "each",
            Shape::Word,
            "对表格的每一行检查",
            "checks every row of this table",
        )
        .such_as("people"),
        Key::new(
            "when",
            Shape::Expression,
            "条件成立时才检查",
            "checked only while this holds",
        )
        .such_as("'filled(evaluated_on)'"),
        Key::new("assert", Shape::Expression, "必须成立的条件", "what must hold")
            .needed()
            .such_as("'period_end >= period_start'"),
        Key::new("at", Shape::Word, "问题指向的字段", "the field it points to").such_as("period_end"),
        Key::new("severity", Shape::OneOf(&SEVERITY), "级别", "the severity").usually("error", "error"),
        Key::new("message", Shape::Message, "给填报人的话", "what the applicant is told")
            .needed()
            .such_as("研究终止日期 {period_end} 早于起始日期"),
    ],
);

/// How much a finding weighs.
pub(super) static SEVERITY: Words = Words::new(
    "unknown-severity",
    ("级别", "severity"),
    &[
        ("error", "不改好不能提交", "blocks the submission"),
        ("warning", "只是提醒", "only tells"),
    ],
);

/// What a rule may name.
struct Around<'a> {
    scope: &'a Scope,
    pages: &'a IndexMap<Id, Page>,
    behind: Behind<'a>,
}

impl Around<'_> {
    /// Whether a name of the scope stands behind `today`, where the lets are.
    fn is_let(&self, name: &str) -> bool {
        self.scope.names.get_index_of(name) >= self.scope.names.get_index_of("today")
    }
}

impl Loader<'_> {
    /// All rules of a form.
    pub(super) fn rules(&mut self, node: Option<&Node>, scope: &Scope, behind: Behind<'_>) -> IndexMap<Id, Rule> {
        let around = Around {
            scope,
            pages: behind.pages,
            behind,
        };
        let mut rules = IndexMap::new();
        let Some(map) = node.and_then(|node| MapReader::open(node, ("规则", "rules"), self.problems)) else {
            return rules;
        };
        if let Some(entry) = map.entries().get(limits::FIELDS) {
            let what = ("一份登记表的规则", "the rules of one form");
            self.problems.too_large(&entry.key_spot, what, limits::FIELDS);
            return rules;
        }
        for entry in map.entries() {
            check_id(entry, false, self.problems);
            if let Some(rule) = self.rule(entry, &around) {
                rules.insert(rule.id.clone(), rule);
            }
        }
        rules
    }

    fn rule(&mut self, entry: &Entry, around: &Around<'_>) -> Option<Rule> {
        let map = MapReader::new(&entry.value, &RULE, self.problems)?;
        let (each, scope) = match map.get("each") {
            Some(node) => {
                let (path, scope) = self.each(node, around)?;
                (Some(path), scope)
            }
            None => (None, around.scope.clone()),
        };
        let when = self.condition(map.get("when"), &scope);
        let assert_node = map.need("assert", self.problems);
        let message_node = map.need("message", self.problems);
        let assert = assert_node.and_then(|node| self.expression(node, &scope, Some(&Type::Bool)));
        let message = message_node.and_then(|node| self.message(node, &scope));
        let at = map
            .get("at")
            .and_then(|node| self.rule_place(node, each.as_deref(), around));
        let severity = match map.get("severity").and_then(Node::scalar) {
            Some("warning") => Severity::Warning,
            _ => Severity::Error,
        };
        let (assert, message) = (assert?, message?);
        self.sensitive_in_message(message_node?, each.as_deref(), &message.reads_paths(), around.behind);
        if let Some(node) = assert_node {
            self.can_fail_and_pass(node, when.as_ref(), &assert, &scope);
        }
        let reads_today = |read: &Expression| around.behind.reads_today(read);
        let in_assert = assert_node.filter(|_| reads_today(&assert));
        let in_when = map.get("when").filter(|_| when.as_ref().is_some_and(reads_today));
        if let Some(node) = in_assert.or(in_when) {
            let text = Text::both(
                "规则里的 today 会随日子变化，退回后重交的申请可能因此不合格",
                "`today` in a rule changes with the day, so an application that was fine may fail after a return",
            );
            self.problems.warning(
                "today-in-rule",
                &node.spot,
                text,
                Some(Text::both(
                    "期限请用 app.filed_on（首次提交日）",
                    "a deadline reads `app.filed_on`, the day of first submission",
                )),
            );
        }
        Some(Rule {
            id: entry.key.as_str().into(),
            each,
            when,
            assert,
            at,
            severity,
            message,
        })
    }

    /// A rule that never fails checks nothing, and one that always fails lets nobody through.
    fn can_fail_and_pass(&mut self, node: &Node, when: Option<&Expression>, assert: &Expression, scope: &Scope) {
        let never = |wanted: bool| {
            let both: Vec<_> = when
                .map(|when| (when, true))
                .into_iter()
                .chain([(assert, wanted)])
                .collect();
            assert.verdict() == Some(!wanted) || contradiction(&both, scope).is_some()
        };
        // Where `when` itself can never hold, that was told.
        if when.is_some_and(|when| when.verdict().is_some()) {
            return;
        }
        let message = match (never(false), never(true)) {
            (true, _) => Text::both(
                "这条规则永远不会不通过，等于没有检查",
                "this rule can never fail: it checks nothing",
            ),
            (_, true) => Text::both("这条规则永远不会通过", "this rule always fails"),
            _ => return,
        };
        let help = Text::both("核对 when 和 assert 的条件", "compare what `when` and `assert` ask");
        self.problems.at_node("constant-assert", node, message, Some(help));
    }

    /// `table` or `table.inner`: the path and the scope with `row` (and `outer`).
    fn each(&mut self, node: &Node, around: &Around<'_>) -> Option<(Vec<Id>, Scope)> {
        let (scope, pages) = (around.scope, around.pages);
        let name = string_of(node, self.problems)?;
        let mut parts = name.split('.');
        let outer = parts.next().and_then(|id| table_in(find(pages, id)?));
        let Some(outer) = outer else {
            let first = name.split('.').next().unwrap_or_default();
            if scope.names.contains_key(first) && find(pages, first).is_none() && !around.is_let(first) {
                return None;
            }
            let tables = pages
                .values()
                .flat_map(|page| page.fields.values())
                .filter(|field| table_in(field).is_some());
            self.unknown_here(
                "unknown-field",
                node,
                ("表格", "table"),
                &name,
                tables.map(|field| &*field.id),
            );
            return None;
        };
        match parts.next() {
            None => Some((vec![Id::from(name.as_str())], scope.with("row", outer.row_type.clone()))),
            Some(inner) => {
                let Some(table) = outer.columns.get(inner).and_then(table_in) else {
                    self.problems.unknown(
                        "unknown-field",
                        node,
                        ("内层表格", "inner table"),
                        inner,
                        outer.columns.keys().map(|id| &**id),
                    );
                    return None;
                };
                let scope = scope
                    .with("row", table.row_type.clone())
                    .with("outer", outer.row_type.clone());
                Some((name.split('.').map(Id::from).collect(), scope))
            }
        }
    }

    /// Checks `at`: `field`, `table[0].column` or `row.column`.
    fn rule_place(&mut self, node: &Node, each: Option<&[Id]>, around: &Around<'_>) -> Option<String> {
        let pages = around.pages;
        let path = string_of(node, self.problems)?;
        if let Some(column) = path.strip_prefix("row.") {
            let Some(table) = each.and_then(|each| table_in(table_field(each, pages)?)) else {
                let message = Text::both(
                    "row.… 只能用在有 each 的规则里",
                    "`row.…` belongs into a rule with `each`",
                );
                let help = Text::both(
                    "写上 each: 表格，或写 table[0].列",
                    "say `each: table`, or write `table[0].column`",
                );
                self.problems.at_node("unknown-field", node, message, Some(help));
                return None;
            };
            if !has_column(table, column) {
                self.unknown_field(node, column, table.columns.keys().map(|id| &**id));
                return None;
            }
            return Some(path);
        }
        let (field, rest) = path
            .split_once('[')
            .map_or((path.as_str(), None), |(field, rest)| (field, Some(rest)));
        let Some(found) = find(pages, field) else {
            // A field that has mistakes of its own is in scope but on no page.
            if !around.scope.names.contains_key(field) || around.is_let(field) {
                let known = pages.values().flat_map(|page| page.fields.keys());
                self.unknown_field(node, field, known.map(|id| &**id));
            }
            return None;
        };
        if let Some((_, column)) = rest.and_then(|rest| rest.split_once("].")) {
            let Some(table) = table_in(found) else {
                let message = Text::both(
                    format!("「{field}」不是表格，没有列「{column}」"),
                    format!("`{field}` is no table: it has no column `{column}`"),
                );
                let help = Text::both(format!("写 at: {field}"), format!("write `at: {field}`"));
                self.problems.at_node("unknown-field", node, message, Some(help));
                return None;
            };
            if !has_column(table, column) {
                self.unknown_field(node, column, table.columns.keys().map(|id| &**id));
                return None;
            }
        }
        Some(path)
    }

    fn sensitive_in_message(&mut self, node: &Node, each: Option<&[Id]>, reads: &[Id], behind: Behind<'_>) {
        for path in behind.sensitive_in_text(reads, each) {
            let message = Text::both(
                format!("提示里不能出现敏感字段「{path}」的内容"),
                format!("a message never shows the sensitive field `{path}`"),
            );
            let help = Text::both(
                "删去它，或换成不敏感的字段，如姓名、序号",
                "delete it, or name a field that is not sensitive, such as a name or `row.index`",
            );
            let written = node.get("zh").unwrap_or(node);
            let text = written.scalar().unwrap_or_default();
            let spot = match text.find(&**path) {
                Some(at) => written.spot.within(text, at, at + path.len()),
                None => written.spot.clone(),
            };
            self.problems.error("sensitive-in-message", &spot, message, Some(help));
        }
    }
}

fn find<'p>(pages: &'p IndexMap<Id, Page>, id: &str) -> Option<&'p Field> {
    pages.values().find_map(|page| page.fields.get(id))
}

fn table_in(field: &Field) -> Option<&Table> {
    match &field.kind {
        FieldType::Table(table) => Some(table),
        _ => None,
    }
}

/// The field of the table that `each` names.
fn table_field<'p>(each: &[Id], pages: &'p IndexMap<Id, Page>) -> Option<&'p Field> {
    let (first, inner) = each.split_first()?;
    let first = find(pages, first)?;
    inner
        .iter()
        .try_fold(first, |field, name| table_in(field)?.columns.get(name))
}

/// Whether a row has the column; one with mistakes of its own counts.
fn has_column(table: &Table, column: &str) -> bool {
    match &table.row_type {
        Type::Record(record) => column != "index" && record.columns.contains_key(column),
        _ => false,
    }
}
