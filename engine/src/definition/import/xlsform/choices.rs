//! The sheet `choices`: lists of codes with further columns for filters.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::super::draft::{Code, Compiled, List, Words};
use super::super::id::{Ids, id_of};
use super::super::remark::{Place, Remark};
use super::column::Columns;
use super::{Settings, left};
use crate::definition::sheet::Sheet;

/// All lists, by the name that they have in the workbook.
#[derive(Debug, Default)]
pub(super) struct Choices {
    lists: IndexMap<String, (String, List)>,
    /// The further columns: as they are called, and their ids.
    pub(super) columns: Vec<(String, String)>,
}

/// Among so many lists the one that was meant is looked for.
const MOST_NAMES: usize = 200;
/// The most choices of all lists.
const MOST_CHOICES: usize = 20_000;

/// The code of what is none of the others, with its name.
const OTHER: (&str, &str, &str) = ("other", "其他", "Other");

impl Choices {
    pub(super) fn read(sheet: Option<&Sheet>, form: &str, settings: &Settings, remarks: &mut Vec<Remark>) -> Self {
        let mut choices = Self::default();
        let Some((sheet, header)) = sheet.and_then(|sheet| Some((sheet, sheet.rows.first()?))) else {
            return choices;
        };
        let columns = Columns::read(sheet, header, &settings.language, remarks);
        let mut ids = Ids::default();
        // What `it` has of its own.
        for own in ["code", "name", "parent", "name_en"] {
            ids.take(own);
        }
        let further: Vec<(String, usize)> = columns
            .further
            .iter()
            .filter(|(name, _)| !name.contains("::"))
            .cloned()
            .collect();
        for (name, _) in &further {
            let (id, _) = ids.take(name);
            choices.columns.push((name.clone(), id));
        }
        let mut seen: HashSet<(&str, &str)> = HashSet::new();
        if let Some(row) = sheet.rows.get(MOST_CHOICES + 1) {
            let place = Place::Cell {
                sheet: sheet.name.clone(),
                row: row.number,
                column: None,
            };
            let remark = left(
                "import-choice",
                place,
                format!("选项超过 {MOST_CHOICES} 个的上限，从这一行起没有导入"),
                format!(
                    "there are more than {MOST_CHOICES} choices, which is the limit: from here on they are left out"
                ),
            );
            let (zh, en) = (
                "长的列表请用 dengji codes import 转成代码表",
                "make a code list of a long one with `dengji codes import`",
            );
            remarks.push(remark.help(zh, en));
        }
        for row in sheet.rows.iter().skip(1).take(MOST_CHOICES) {
            let (list, code) = (columns.cell(row, "list_name"), columns.cell(row, "name"));
            let place = |key: &str| Place::Cell {
                sheet: sheet.name.clone(),
                row: row.number,
                column: columns.at(key),
            };
            if list.is_empty() {
                continue;
            }
            if code.is_empty() {
                let (zh, en) = (
                    "这个选项没有 name，没有导入",
                    "the choice has no `name` and is left out",
                );
                remarks.push(left("import-choice", place("name"), zh, en));
                continue;
            }
            let entry = choices.lists.entry(list.to_owned()).or_insert_with(|| {
                let ids = choices.columns.iter().map(|(_, id)| id.clone());
                let empty = List {
                    columns: ids.collect(),
                    ..List::default()
                };
                (format!("{form}-{}", id_of(list).replace('_', "-")), empty)
            });
            if !seen.insert((list, code)) {
                let remark = left(
                    "import-choice",
                    place("name"),
                    format!("列表 {list} 里代码 {code} 重复，后一个没有导入"),
                    format!("the code {code} stands twice in the list {list}: the later one is left out"),
                );
                remarks.push(if settings.allows_duplicates {
                    let (zh, en) = ("给每一项一个自己的代码", "give each of them a code of its own");
                    remark.help(zh, en)
                } else {
                    remark
                });
                continue;
            }
            entry.1.codes.push(Code {
                code: code.to_owned(),
                name: columns.words(row, "label").or(|| Words::of(code)),
                cells: further.iter().map(|(_, at)| row.cell(*at).trim().to_owned()).collect(),
            });
        }
        choices
    }

    /// The id of the list that a question names.
    pub(super) fn id(&self, name: &str) -> Option<&str> {
        self.lists.get(name).map(|(id, _)| id.as_str())
    }

    /// The names of the lists, for what is near a misspelt one.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.lists.keys().map(String::as_str).take(MOST_NAMES)
    }

    /// Adds the code of what is none of the others, and says which code that is.
    pub(super) fn with_other(&mut self, name: &str) -> Option<&'static str> {
        let (_, list) = self.lists.get_mut(name)?;
        if list.codes.iter().all(|code| code.code != OTHER.0) {
            let cells = vec![String::new(); list.columns.len()];
            list.codes.push(Code {
                code: OTHER.0.to_owned(),
                name: Words::both(OTHER.1, OTHER.2),
                cells,
            });
        }
        Some(OTHER.0)
    }

    /// The lists as expressions read them.
    pub(super) fn compiled(&self) -> Compiled {
        let compiled = self
            .lists
            .values()
            .filter_map(|(id, list)| Some((id.clone(), list.compiled(id)?)));
        compiled.collect()
    }

    /// The lists by id; those that filters read are marked.
    pub(super) fn into_lists(self, filtered: &[String]) -> IndexMap<String, List> {
        let mark = |(id, list): (String, List)| {
            let filtered = filtered.contains(&id);
            (id, List { filtered, ..list })
        };
        self.lists.into_values().map(mark).collect()
    }
}
