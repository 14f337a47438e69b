//! A question as a field: its texts, conditions and constraints.

use super::super::draft::{Field, Kind, Rule, Words};
use super::super::id::id_of;
use super::super::remark::Remark;
use super::super::turn::{Around, Names, Turned, Wanted, message, turn};
use super::super::xpath::{Expr, Operator, Piece, parse};
use super::super::yaml::Out;
use super::names::{Is, Item, Worked, in_row, other_name};
use super::tree::Question;
use super::{Reading, changed, is_no, is_yes, left};
use crate::definition::expression::{Expression, Scope, Type, compile};
use crate::definition::scope::entry_type;

/// What is known of the whole form.
pub(super) struct Form<'f> {
    pub(super) names: &'f Names,
    pub(super) scope: &'f Scope,
    pub(super) worked: &'f Worked,
}

impl Form<'_> {
    fn around<'a>(&'a self, item: &'a Item<'_>) -> Around<'a> {
        Around {
            names: self.names,
            tables: &item.tables,
            dot: None,
            day: "today",
            columns: &[],
        }
    }
}

impl Reading<'_> {
    /// The fields of these questions; `within` are the conditions of the groups around them.
    pub(super) fn fields(&mut self, items: &[Item<'_>], form: &Form<'_>, within: Option<&str>) -> Vec<Field> {
        items
            .iter()
            .flat_map(|item| self.fields_of(item, form, within))
            .collect()
    }

    fn fields_of(&mut self, item: &Item<'_>, form: &Form<'_>, within: Option<&str>) -> Vec<Field> {
        match &item.is {
            Is::Left(remark) => {
                let comments = vec![self.say(remark.clone())];
                vec![Field {
                    comments,
                    ..Field::default()
                }]
            }
            Is::Group(inside) => {
                let mut comments = Vec::new();
                let when = self.shown(item, form, within, &mut comments);
                let mut fields = Vec::new();
                if !item.id.is_empty() {
                    fields.push(Field {
                        id: item.id.clone(),
                        label: self.columns.words(item.question.row, "label"),
                        kind: Kind::Plain("note"),
                        show_when: when.clone(),
                        comments: std::mem::take(&mut comments),
                        ..Field::default()
                    });
                }
                if !comments.is_empty() {
                    fields.push(Field {
                        comments,
                        ..Field::default()
                    });
                }
                fields.extend(self.fields(inside, form, when.as_deref()));
                fields
            }
            Is::Table(inside) => {
                let columns = self.fields(inside, form, None);
                vec![self.table(item, columns, form, within)]
            }
            Is::Field(kind, words) => {
                let mut fields = vec![self.field(item, kind.clone(), words.clone(), form, within)];
                fields.extend(self.other(item, form));
                fields
            }
            Is::Calculation => {
                let row = item.question.row.number;
                let kind = match form.worked.get(&row) {
                    Some((of, compute)) => Kind::Computed {
                        of,
                        compute: compute.clone(),
                    },
                    None => Kind::Left,
                };
                let mut field = self.field(item, kind, Vec::new(), form, within);
                if matches!(field.kind, Kind::Left) {
                    let place = self.place(row, "calculation");
                    let said = self.remarks.iter().find(|remark| remark.place == place);
                    field.comments.extend(said.map(|remark| remark.line(self.language)));
                }
                vec![field]
            }
        }
    }

    fn table(&mut self, item: &Item<'_>, columns: Vec<Field>, form: &Form<'_>, within: Option<&str>) -> Field {
        let asks = columns.iter().any(|column| !matches!(column.kind, Kind::Left));
        if !asks {
            let comments = columns.into_iter().flat_map(|column| column.comments).collect();
            return Field {
                comments,
                ..Field::default()
            };
        }
        let mut field = self.field(item, Kind::Table(columns), Vec::new(), form, within);
        let count = self.columns.cell(item.question.row, "repeat_count").to_owned();
        if let Ok(rows) = count.parse::<u16>() {
            for word in ["minRows", "maxRows"] {
                field.words.push((word.into(), Out::Plain(rows.to_string())));
            }
        } else if !count.is_empty() {
            self.rows_as_counted(item, &count, form, &mut field);
        }
        field
    }

    /// `repeat_count` that is worked out: a rule about the number of rows.
    fn rows_as_counted(&mut self, item: &Item<'_>, count: &str, form: &Form<'_>, field: &mut Field) {
        let place = self.place(item.question.row.number, "repeat_count");
        if !item.tables.is_empty() {
            let (zh, en) = (
                "内层表格的行数不能由算式决定",
                "how many rows an inner table has cannot be worked out",
            );
            field
                .comments
                .push(self.say(left("import-repeat", place, zh, en).written(count, 0..count.len())));
            return;
        }
        let turned = match turn(count, form.around(item), Wanted::Value, form.scope) {
            Ok(turned) if matches!(turned.compiled.ty(), Type::Int) => turned.text,
            Ok(turned) => format!("int({})", turned.text),
            Err(wrong) => {
                let remark = Remark::left("import-expression", place, wrong.message).written(count, wrong.at);
                field.comments.push(self.say(remark));
                return;
            }
        };
        self.rules.push(Rule {
            id: format!("{}_rows", item.id),
            each: Vec::new(),
            assert: format!("size({}) == {turned}", item.id),
            at: item.id.clone(),
            message: Words::both(
                "行数与前面填写的数目不一致",
                "The number of rows differs from what was answered before",
            ),
            comments: Vec::new(),
        });
    }

    /// What every question has: texts, conditions, rules.
    fn field(
        &mut self,
        item: &Item<'_>,
        kind: Kind,
        words: Vec<(String, Out)>,
        form: &Form<'_>,
        within: Option<&str>,
    ) -> Field {
        let row = item.question.row;
        let mut field = Field {
            id: item.id.clone(),
            label: self.label(&item.question),
            help: self
                .columns
                .words(row, "hint")
                .or(|| self.columns.words(row, "guidance_hint")),
            kind,
            words,
            ..Field::default()
        };
        if matches!(field.kind, Kind::Left) {
            return field;
        }
        let mut comments = Vec::new();
        field.show_when = self.shown(item, form, within, &mut comments);
        field.filter = self.filter(item, &field.kind, form, &mut comments);
        if !matches!(field.kind, Kind::Computed { .. } | Kind::Plain("note")) {
            self.required(item, form, &mut field, &mut comments);
            self.constraint(item, form, &mut field, &mut comments);
            self.default(item, &mut field, &mut comments);
            if !is_no(self.columns.cell(row, "readonly")) {
                let place = self.place(row.number, "readonly");
                let (zh, en) = (
                    "没有算式的只读问题填不了，按可填导入",
                    "a read-only question without a calculation could not be answered: it can be",
                );
                self.remarks.push(changed("import-readonly", place, zh, en));
            }
        }
        field.comments.extend(comments);
        field
    }

    fn label(&mut self, question: &Question<'_>) -> Words {
        let label = self.columns.words(question.row, "label");
        if label.first().contains("${") {
            let place = self.place(question.row.number, "label");
            let (zh, en) = (
                "名称里的 ${…} 不会换成填报内容",
                "`${…}` in a label is not replaced by an answer",
            );
            self.remarks.push(changed("import-label", place, zh, en));
        }
        if label.is_empty() && question.word != "calculate" {
            let place = self.place(question.row.number, "label");
            let (zh, en) = (
                "没有 label，用 name 代替",
                "there is no `label`: the name stands for it",
            );
            self.remarks.push(changed("import-label", place, zh, en));
        }
        label.or(|| Words::of(&question.name))
    }

    /// When the question is asked: its own condition and that of the groups around it.
    pub(super) fn shown(
        &mut self,
        item: &Item<'_>,
        form: &Form<'_>,
        within: Option<&str>,
        comments: &mut Vec<String>,
    ) -> Option<String> {
        let own = self.condition(item, "relevant", form, comments);
        match (within, own) {
            (Some(within), Some(own)) => Some(format!("{} && {}", bracketed(within), bracketed(&own))),
            (within, own) => own.or_else(|| within.map(str::to_owned)),
        }
    }

    /// The condition in a cell; none where there is none or it cannot be turned.
    fn condition(&mut self, item: &Item<'_>, key: &str, form: &Form<'_>, comments: &mut Vec<String>) -> Option<String> {
        let row = item.question.row;
        let source = self.columns.cell(row, key).to_owned();
        if source.is_empty() {
            return None;
        }
        let scope = in_row(form.scope, &item.tables);
        let place = self.place(row.number, key);
        let turned = self.told(
            turn(&source, form.around(item), Wanted::Condition, &scope),
            &source,
            place.clone(),
            comments,
        )?;
        match turned.compiled.verdict() {
            None => Some(turned.text),
            Some(always) => {
                let (zh, en) = if always {
                    ("这个条件永远成立", "this condition always holds")
                } else {
                    ("这个条件不可能成立", "this condition can never hold")
                };
                let remark = if always { changed } else { left }("import-condition", place, zh, en);
                comments.push(self.say(remark.written(&source, 0..source.len())));
                None
            }
        }
    }

    /// What was turned; otherwise says why not.
    fn told(
        &mut self,
        turned: Result<Turned, super::super::xpath::Wrong>,
        source: &str,
        place: super::super::remark::Place,
        comments: &mut Vec<String>,
    ) -> Option<Turned> {
        match turned {
            Ok(turned) => Some(turned),
            Err(wrong) => {
                let remark = Remark::left("import-expression", place, wrong.message).written(source, wrong.at);
                comments.push(self.say(remark));
                None
            }
        }
    }

    fn required(&mut self, item: &Item<'_>, form: &Form<'_>, field: &mut Field, comments: &mut Vec<String>) {
        let written = self.columns.cell(item.question.row, "required");
        if is_yes(written) {
            field.required = true;
        } else if !is_no(written) {
            field.require_when = self.condition(item, "required", form, comments);
        }
    }

    fn filter(&mut self, item: &Item<'_>, kind: &Kind, form: &Form<'_>, comments: &mut Vec<String>) -> Option<String> {
        let row = item.question.row;
        let source = self.columns.cell(row, "choice_filter").to_owned();
        let Kind::Choice { list, .. } = kind else { return None };
        if source.is_empty() {
            return None;
        }
        let compiled = self.lists.get(list)?;
        let mut columns = self.choices.columns.clone();
        columns.extend([
            ("name".to_owned(), "code".to_owned()),
            ("label".to_owned(), "name".to_owned()),
        ]);
        let scope = in_row(form.scope, &item.tables).with("it", entry_type(compiled));
        let around = Around {
            columns: &columns,
            ..form.around(item)
        };
        let place = self.place(row.number, "choice_filter");
        let turned = self.told(
            turn(&source, around, Wanted::Condition, &scope),
            &source,
            place,
            comments,
        )?;
        self.filtered.push(list.clone());
        Some(turned.text)
    }

    fn constraint(&mut self, item: &Item<'_>, form: &Form<'_>, field: &mut Field, comments: &mut Vec<String>) {
        let row = item.question.row;
        let source = self.columns.cell(row, "constraint").to_owned();
        if source.is_empty() {
            return;
        }
        let said = self.columns.words(row, "constraint_message");
        if said.is_empty()
            && let Some(bounds) = bounds(&source, &field.kind)
        {
            field.words.extend(bounds);
            return;
        }
        let place = self.place(row.number, "constraint");
        let around = Around {
            dot: Some((&item.question.name, true)),
            day: "app.filed_on",
            ..form.around(item)
        };
        let scope = in_row(form.scope, &item.tables);
        let Some(turned) = self.told(
            turn(&source, around, Wanted::Condition, &scope),
            &source,
            place.clone(),
            comments,
        ) else {
            return;
        };
        if turned.compiled.verdict().is_some() {
            let (zh, en) = (
                "这个约束不看填了什么，没有导入",
                "this constraint does not ask what was answered: it is left out",
            );
            comments.push(self.say(left("import-constraint", place, zh, en).written(&source, 0..source.len())));
            return;
        }
        let message = self.message(&said, field, around, row.number);
        // A rule about a list is not skipped while nothing is chosen.
        let optional = matches!(
            field.kind,
            Kind::Choice { many: true, .. } | Kind::Plain("file") | Kind::Table(_)
        );
        let own = around
            .path(&item.question.name, 0..0)
            .map(|path| path.text().to_owned())
            .unwrap_or_default();
        let assert = if optional {
            format!("!filled({own}) || {}", bracketed(&turned.text))
        } else {
            turned.text
        };
        let ids: Vec<&str> = item
            .tables
            .iter()
            .map(String::as_str)
            .chain([item.id.as_str()])
            .collect();
        self.rules.push(Rule {
            id: id_of(&format!("{}_check", ids.join("_"))),
            each: item.tables.clone(),
            assert,
            at: own,
            message,
            comments: Vec::new(),
        });
    }

    /// What the applicant is told, with the answers that it names.
    fn message(&mut self, said: &Words, field: &Field, around: Around<'_>, row: usize) -> Words {
        let label = field.label.clone();
        let said = said.clone().or(|| {
            let zh = format!("“{}”的填写不符合要求", label.first());
            let en = if label.en.is_empty() {
                String::new()
            } else {
                format!("`{}` is not as it should be", label.en)
            };
            Words { zh, en }
        });
        let mut lost = false;
        let mut turned = |text: &str| {
            message(text, around).unwrap_or_else(|| {
                lost = true;
                text.replace('{', "{{").replace('}', "}}")
            })
        };
        let words = Words {
            zh: turned(&said.zh),
            en: turned(&said.en),
        };
        if lost {
            let place = self.place(row, "constraint_message");
            let (zh, en) = (
                "提示里的 ${…} 不能换成填报内容",
                "`${…}` in the message cannot be replaced by an answer",
            );
            self.remarks.push(changed("import-message", place, zh, en));
        }
        words
    }

    fn default(&mut self, item: &Item<'_>, field: &mut Field, comments: &mut Vec<String>) {
        let row = item.question.row;
        let written = self.columns.cell(row, "default").to_owned();
        if written.is_empty() {
            return;
        }
        let text = written.trim_matches(['\'', '"']);
        let plain = |fits: bool| fits.then(|| Out::Plain(text.to_owned()));
        let code = |list: &str, code: &str| self.lists.get(list).is_some_and(|list| list.get(code).is_some());
        let number = serde_json::from_str::<serde_json::Number>(text).is_ok();
        let calls = written.contains("${") || written.contains("()");
        field.default = match &field.kind {
            _ if calls => None,
            Kind::Plain("integer" | "year") => plain(text.parse::<i64>().is_ok() && number),
            Kind::Plain("decimal") => plain(number),
            Kind::Plain("yes-no") => plain(matches!(text, "true" | "false")),
            Kind::Plain("date") => plain(text.parse::<jiff::civil::Date>().is_ok()),
            Kind::Plain("text" | "long-text") => Some(text.into()),
            Kind::Choice { list, many: false } => code(list, text).then(|| text.into()),
            Kind::Choice { list, many: true } => {
                let codes: Vec<&str> = text.split_whitespace().collect();
                let known = codes.iter().all(|one| code(list, one));
                known.then(|| Out::List(codes.into_iter().map(Out::from).collect()))
            }
            _ => None,
        };
        if field.default.is_none() {
            let place = self.place(row.number, "default");
            let (zh, en) = (
                "这个默认值不能用：默认值是固定的，并且是本类型的答案",
                "this default cannot be used: a default is fixed, and an answer of the type",
            );
            comments.push(self.say(left("import-default", place, zh, en).written(&written, 0..written.len())));
        }
    }

    /// The text beside a choice of something else.
    fn other(&mut self, item: &Item<'_>, form: &Form<'_>) -> Option<Field> {
        let Is::Field(Kind::Choice { many, .. }, _) = &item.is else {
            return None;
        };
        let named = form
            .names
            .get(&other_name(&item.question.name))
            .filter(|_| item.question.or_other)?;
        let path = form.around(item).path(&item.question.name, 0..0).ok()?;
        let label = self.columns.words(item.question.row, "label");
        let zh = |text: &str| format!("{text}（其他，请说明）");
        Some(Field {
            id: named.id.clone(),
            label: Words {
                zh: if label.first().is_empty() {
                    zh("")
                } else {
                    zh(label.first())
                },
                en: if label.en.is_empty() {
                    String::new()
                } else {
                    format!("{} (other, please say)", label.en)
                },
            },
            kind: Kind::Plain("text"),
            show_when: Some(if *many {
                format!("\"other\" in {}", path.text())
            } else {
                format!("{} == \"other\"", path.text())
            }),
            ..Field::default()
        })
    }
}

/// In brackets, where `&&` would pull it apart.
fn bracketed(condition: &str) -> String {
    let loose = ["||", "?"].iter().any(|mark| condition.contains(mark));
    if loose {
        format!("({condition})")
    } else {
        condition.to_owned()
    }
}

/// `. >= 0 and . <= 100` of a number, as words of JSON Schema.
fn bounds(source: &str, kind: &Kind) -> Option<Vec<(String, Out)>> {
    if !matches!(kind, Kind::Plain("integer" | "decimal")) {
        return None;
    }
    let (mut words, mut left) = (Vec::new(), vec![parse(source).ok()?]);
    while let Some(piece) = left.pop() {
        let Expr::Binary(operator, both) = piece.expr else {
            return None;
        };
        let [a, b] = *both;
        if operator == Operator::And {
            left.extend([b, a]);
            continue;
        }
        words.push(bound(operator, &a, &b)?);
    }
    let distinct = words
        .iter()
        .enumerate()
        .all(|(at, (word, _))| words[..at].iter().all(|(other, _)| other != word));
    distinct.then_some(words)
}

fn bound(operator: Operator, a: &Piece, b: &Piece) -> Option<(String, Out)> {
    let word = match operator {
        Operator::GreaterOrEqual => "minimum",
        Operator::Greater => "exclusiveMinimum",
        Operator::LessOrEqual => "maximum",
        Operator::Less => "exclusiveMaximum",
        _ => return None,
    };
    let (negative, number) = match &b.expr {
        Expr::Number(number) => ("", number),
        Expr::Minus(of) => match &of.expr {
            Expr::Number(number) => ("-", number),
            _ => return None,
        },
        _ => return None,
    };
    let number = serde_json::from_str::<serde_json::Number>(&format!("{negative}{number}")).ok()?;
    matches!(a.expr, Expr::Dot).then(|| (word.to_owned(), Out::Plain(number.to_string())))
}

/// What a condition of two parts says for sure; none where it does not compile.
pub(super) fn verdict(condition: &str, scope: &Scope) -> Option<bool> {
    compile(condition, scope, Some(&Type::Bool))
        .ok()
        .as_ref()
        .and_then(Expression::verdict)
}
