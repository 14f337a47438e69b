//! The rows of `survey` as the tree that `begin_group` and `end_repeat` make of them.

use super::super::remark::{Place, Remark};
use super::super::{ImportError, MOST_QUESTIONS};
use super::column::Columns;
use super::left;
use crate::definition::sheet::{Row, Sheet};

/// How deep groups may stand in one another.
const DEEPEST: usize = 16;

/// A row of `survey`.
#[derive(Debug, Clone)]
pub(super) struct Question<'b> {
    pub(super) row: &'b Row,
    /// The first word of its type, `_` for a blank where the type has two: `select_one`, `begin_group`.
    pub(super) word: String,
    /// The list that it chooses from.
    pub(super) list: Option<String>,
    /// Whether something else may be chosen too.
    pub(super) or_other: bool,
    pub(super) name: String,
}

#[derive(Debug)]
pub(super) enum Node<'b> {
    Ask(Question<'b>),
    Group(Question<'b>, Vec<Node<'b>>),
    Repeat(Question<'b>, Vec<Node<'b>>),
}

/// Reads the rows; what opens and does not close is closed at the end, and told.
pub(super) fn read<'b>(
    sheet: &'b Sheet,
    columns: &Columns,
    remarks: &mut Vec<Remark>,
) -> Result<Vec<Node<'b>>, ImportError> {
    if sheet.rows.len() > MOST_QUESTIONS + 1 {
        return Err(ImportError::TooMany);
    }
    let mut open: Vec<(Question<'b>, Vec<Node<'b>>)> = Vec::new();
    let (mut nodes, mut too_deep) = (Vec::new(), 0_usize);
    for row in sheet.rows.iter().skip(1) {
        let place = |key: &str| Place::Cell {
            sheet: sheet.name.clone(),
            row: row.number,
            column: columns.at(key),
        };
        let Some(question) = question(row, columns) else {
            if !columns.cell(row, "name").is_empty() {
                let (zh, en) = ("这一行没有 type，没有导入", "the row has no `type` and is left out");
                remarks.push(left("import-type", place("type"), zh, en));
            }
            continue;
        };
        match question.word.as_str() {
            "begin_group" | "begin_repeat" if open.len() >= DEEPEST => {
                too_deep += 1;
                let remark = left(
                    "import-group",
                    place("type"),
                    format!("组嵌套超过 {DEEPEST} 层的上限，这一层没有导入"),
                    format!(
                        "groups stand more than {DEEPEST} deep in one another, which is the limit: this one is left out"
                    ),
                );
                remarks.push(remark);
            }
            "begin_group" | "begin_repeat" => open.push((question, std::mem::take(&mut nodes))),
            "end_group" | "end_repeat" if too_deep > 0 => too_deep -= 1,
            word @ ("end_group" | "end_repeat") => match open.pop() {
                Some((group, before)) => {
                    if group.word.trim_start_matches("begin") != word.trim_start_matches("end") {
                        let remark = left(
                            "import-group",
                            place("type"),
                            format!(
                                "第 {} 行开始的是 {}，这里结束的却是 {word}",
                                group.row.number, group.word
                            ),
                            format!(
                                "row {} begins with {}, but this ends with {word}",
                                group.row.number, group.word
                            ),
                        );
                        remarks.push(remark);
                    }
                    nodes = closed(group, before, nodes);
                }
                None => {
                    let (zh, en) = ("这里没有要结束的组", "there is no group to end here");
                    remarks.push(left("import-group", place("type"), zh, en));
                }
            },
            _ if question.name.is_empty() => {
                let (zh, en) = ("这一行没有 name，没有导入", "the row has no `name` and is left out");
                remarks.push(left("import-name", place("name"), zh, en));
            }
            _ => nodes.push(Node::Ask(question)),
        }
    }
    while let Some((group, before)) = open.pop() {
        let place = Place::Cell {
            sheet: sheet.name.clone(),
            row: group.row.number,
            column: columns.at("type"),
        };
        let (zh, en) = ("这个组没有结束", "the group does not end");
        remarks.push(left("import-group", place, zh, en));
        nodes = closed(group, before, nodes);
    }
    Ok(nodes)
}

/// What stood before a group, with the group behind it.
fn closed<'b>(group: Question<'b>, mut before: Vec<Node<'b>>, inside: Vec<Node<'b>>) -> Vec<Node<'b>> {
    before.push(if group.word == "begin_repeat" {
        Node::Repeat(group, inside)
    } else {
        Node::Group(group, inside)
    });
    before
}

fn question<'b>(row: &'b Row, columns: &Columns) -> Option<Question<'b>> {
    let written = columns.cell(row, "type").to_lowercase();
    let exact: Vec<&str> = columns.cell(row, "type").split_whitespace().collect();
    let words: Vec<&str> = written.split_whitespace().collect();
    let (word, used) = match words.as_slice() {
        [] => return None,
        [first @ ("begin" | "end"), second, ..] => (format!("{first}_{second}"), 2),
        ["select", "one" | "multiple", ..] => (format!("select_{}", words[1]), 2),
        ["select1", ..] => ("select_one".to_owned(), 1),
        [first, ..] => ((*first).to_owned(), 1),
    };
    let word = if word == "begin_loop" || word == "end_loop" {
        word.replace("loop", "repeat")
    } else {
        word
    };
    // The list's name keeps its capitals.
    let list = exact.get(used).map(|list| (*list).to_owned());
    let or_other = words
        .get(used + 1..)
        .is_some_and(|rest| matches!(rest, ["or_other"] | ["or", "other"]));
    Some(Question {
        row,
        word,
        list,
        or_other,
        name: columns.cell(row, "name").to_owned(),
    })
}

/// The lists from which something else may be chosen too.
pub(super) fn with_other<'n>(nodes: &'n [Node<'_>]) -> Vec<&'n str> {
    let mut found = Vec::new();
    let mut left: Vec<&Node<'_>> = nodes.iter().collect();
    while let Some(node) = left.pop() {
        match node {
            Node::Ask(question) if question.or_other => found.extend(question.list.as_deref()),
            Node::Ask(_) => {}
            Node::Group(_, inside) | Node::Repeat(_, inside) => left.extend(inside),
        }
    }
    found
}
