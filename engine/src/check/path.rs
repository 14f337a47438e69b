//! Where an answer stands: `field`, `table[0].column`, `table[0].inner[1].column`, `list[2]`.

use std::fmt;
use std::str::FromStr;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::{Answers, FieldState, RowState};
use crate::definition::expression::Value;
use crate::definition::{Field, FieldType, Form, Id, Language, Text};

/// A place in the answers of a form. Rows count from 0 here and from 1 for people.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    field: Id,
    rest: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Step {
    Row(usize),
    Column(Id),
}

/// The text is not a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a path: write field, table[0].column or table[0].inner[0].column")]
pub struct NotAPath;

/// The value cannot be put there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// What stands above the place has no rows or no columns.
    #[error("{0}: what stands there cannot hold it")]
    Mismatch(Path),
    /// A row can be added only right behind the last one.
    #[error("{at}: there are only {rows} rows")]
    NoSuchRow {
        /// The place.
        at: Path,
        /// How many rows there are.
        rows: usize,
    },
}

impl Path {
    /// The place of a whole field.
    pub fn field(id: impl Into<Id>) -> Self {
        Self {
            field: id.into(),
            rest: Vec::new(),
        }
    }

    /// The row or item `at` below this place.
    pub fn row(&self, at: usize) -> Self {
        self.below(Step::Row(at))
    }

    /// The column `id` below this place.
    pub fn column(&self, id: impl Into<Id>) -> Self {
        self.below(Step::Column(id.into()))
    }

    fn below(&self, step: Step) -> Self {
        let mut rest = Vec::with_capacity(self.rest.len() + 1);
        rest.extend_from_slice(&self.rest);
        rest.push(step);
        Self {
            field: Id::clone(&self.field),
            rest,
        }
    }

    /// The field of the form that it lies in.
    pub fn root(&self) -> &Id {
        &self.field
    }

    /// The answer that stands here.
    pub fn get<'a>(&self, answers: &'a Answers) -> Option<&'a Json> {
        self.rest
            .iter()
            .try_fold(answers.get(&*self.field)?, |value, step| match step {
                Step::Row(at) => value.get(at),
                Step::Column(id) => value.get(&**id),
            })
    }

    /// What is so of the field or cell here; of the table where the path ends in a row.
    pub(super) fn state<'a>(&self, fields: &'a IndexMap<Id, FieldState>) -> Option<&'a FieldState> {
        let mut at = fields.get(&self.field)?;
        let mut row = None;
        for step in &self.rest {
            match step {
                Step::Row(number) => row = Some(at.rows.get(*number)),
                Step::Column(id) => at = row.take()??.columns.get(id)?,
            }
        }
        Some(at)
    }

    /// The field or column here; none where the path ends in a row or an item, or leads nowhere.
    pub fn question<'a>(&self, fields: &'a IndexMap<Id, Field>) -> Option<&'a Field> {
        let mut at = fields.get(&self.field)?;
        let mut in_row = false;
        for step in &self.rest {
            match step {
                Step::Row(_) if is_table(Some(at)) && !in_row => in_row = true,
                Step::Row(_) => return None,
                Step::Column(id) => at = std::mem::take(&mut in_row).then(|| column(at, id))??,
            }
        }
        (!in_row).then_some(at)
    }

    /// The rows that the place lies in, innermost first, as expressions read them; empty ones for rows that are not
    /// there yet.
    pub(super) fn records(&self, fields: &IndexMap<Id, FieldState>) -> Vec<Value> {
        let mut at = fields.get(&self.field);
        let mut row: Option<&RowState> = None;
        let mut records = Vec::new();
        for step in &self.rest {
            match step {
                Step::Row(number) => {
                    row = at.and_then(|state| state.rows.get(*number));
                    records.push(row.map(|row| row.record().clone()).unwrap_or_default());
                }
                Step::Column(id) => at = row.take().and_then(|row| row.columns.get(id)),
            }
        }
        records.reverse();
        records
    }

    /// The rows that the place lies in, outermost first, by the paths of their tables.
    pub fn rows(&self) -> Vec<(String, usize)> {
        let mut here = Self::field(Id::clone(&self.field));
        let mut rows = Vec::new();
        for step in &self.rest {
            if let Step::Row(at) = step {
                rows.push((here.to_string(), *at));
            }
            here.rest.push(step.clone());
        }
        rows
    }

    /// What people call the place: `成果完成人员名单 第 2 行 姓名`.
    pub fn label(&self, form: &Form) -> Text {
        let Some(field) = form.field(&self.field) else {
            return Text::chinese(self.to_string());
        };
        let both = |language| label_in(field, &self.rest, language);
        Text::both(both(Language::Chinese), both(Language::English))
    }
}

fn label_in(field: &Field, rest: &[Step], language: Language) -> String {
    let mut text = field.label.get(language).to_owned();
    let mut at = Some(field);
    for step in rest {
        let part = match (step, language) {
            (Step::Row(row), Language::Chinese) if is_table(at) => format!(" 第 {} 行", row + 1),
            (Step::Row(row), Language::Chinese) => format!(" 第 {} 项", row + 1),
            (Step::Row(row), Language::English) if is_table(at) => format!(", row {}", row + 1),
            (Step::Row(row), Language::English) => format!(", entry {}", row + 1),
            (Step::Column(id), _) => {
                at = at.and_then(|table| column(table, id));
                let name = at.map_or(&**id, |column| column.label.get(language));
                if language == Language::Chinese {
                    format!(" {name}")
                } else {
                    format!(", {name}")
                }
            }
        };
        text.push_str(&part);
    }
    text
}

fn is_table(field: Option<&Field>) -> bool {
    field.is_some_and(|field| matches!(field.kind, FieldType::Table(_)))
}

fn column<'a>(field: &'a Field, id: &str) -> Option<&'a Field> {
    match &field.kind {
        FieldType::Table(table) => table.columns.get(id),
        _ => None,
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.field)?;
        self.rest.iter().try_for_each(|step| match step {
            Step::Row(at) => write!(f, "[{at}]"),
            Step::Column(id) => write!(f, ".{id}"),
        })
    }
}

impl FromStr for Path {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        let mut path: Option<Self> = None;
        for part in text.split('.') {
            let (name, rows) = part.split_at(part.find('[').unwrap_or(part.len()));
            if !is_name(name) {
                return Err(NotAPath);
            }
            let mut here = path.map_or_else(|| Self::field(name), |above| above.column(name));
            here.rest.extend(row_steps(rows)?);
            path = Some(here);
        }
        path.ok_or(NotAPath)
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// `[0]` or nothing, and no further.
fn row_steps(text: &str) -> Result<Option<Step>, NotAPath> {
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .ok_or(NotAPath)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotAPath);
    }
    digits.parse().map(|at| Some(Step::Row(at))).map_err(|_| NotAPath)
}

/// Puts `value` at `path`; null removes an answer. A table gets its next row by naming it.
pub fn set(answers: &mut Answers, path: &Path, value: Json) -> Result<(), SetError> {
    if path.rest.is_empty() {
        put(answers, &path.field, value);
        return Ok(());
    }
    let mut at = answers.entry(&*path.field).or_insert(Json::Null);
    for (depth, step) in path.rest.iter().enumerate() {
        let last = depth + 1 == path.rest.len();
        at = match step {
            Step::Row(row) => row_of(at, *row, path)?,
            Step::Column(id) => {
                let columns = object_of(at, path)?;
                if last {
                    put(columns, id, value);
                    return Ok(());
                }
                columns.entry(&**id).or_insert(Json::Null)
            }
        };
    }
    *at = value;
    Ok(())
}

fn put(map: &mut Map<String, Json>, id: &str, value: Json) {
    if value.is_null() {
        map.shift_remove(id);
    } else {
        map.insert(id.into(), value);
    }
}

fn row_of<'a>(at: &'a mut Json, row: usize, path: &Path) -> Result<&'a mut Json, SetError> {
    if at.is_null() {
        *at = Json::Array(Vec::new());
    }
    let Json::Array(rows) = at else {
        return Err(SetError::Mismatch(path.clone()));
    };
    if row == rows.len() {
        rows.push(Json::Null);
    }
    let count = rows.len();
    rows.get_mut(row).ok_or_else(|| SetError::NoSuchRow {
        at: path.clone(),
        rows: count,
    })
}

fn object_of<'a>(at: &'a mut Json, path: &Path) -> Result<&'a mut Map<String, Json>, SetError> {
    if at.is_null() {
        *at = Json::Object(Map::new());
    }
    at.as_object_mut().ok_or_else(|| SetError::Mismatch(path.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_read_and_write_alike() {
        for text in [
            "name",
            "people[0].name",
            "units[1].staff[20].id_no",
            "keywords[2]",
            "people[3]",
        ] {
            assert_eq!(text.parse::<Path>().map(|path| path.to_string()), Ok(text.into()));
        }
        for text in [
            "",
            "Name",
            "a.",
            ".a",
            "a[",
            "a[]",
            "a[-1]",
            "a[+1]",
            "a[0][1]",
            "a[0]b",
            "名称",
            "a b",
            "a[99999999999999999999]",
        ] {
            assert_eq!(text.parse::<Path>(), Err(NotAPath), "{text}");
        }
    }

    #[test]
    fn setting_by_path() {
        let cases = [
            (json!({}), "name", json!("x"), Ok(json!({"name": "x"}))),
            (json!({"name": "x"}), "name", Json::Null, Ok(json!({}))),
            (
                json!({}),
                "people[0].name",
                json!("x"),
                Ok(json!({"people": [{"name": "x"}]})),
            ),
            (
                json!({"t": [{"i": [{"a": 1}]}]}),
                "t[0].i[1].a",
                json!(2),
                Ok(json!({"t": [{"i": [{"a": 1}, {"a": 2}]}]})),
            ),
            (json!({"k": ["a"]}), "k[0]", json!("b"), Ok(json!({"k": ["b"]}))),
            (json!({"k": ["a"]}), "k[2]", json!("b"), Err(1)),
            (json!({"k": "a"}), "k[0]", json!("b"), Err(0)),
        ];
        for (before, path, value, expected) in cases {
            let Json::Object(mut answers) = before else {
                panic!("answers are a map")
            };
            let path: Path = path.parse().unwrap();
            let found = match set(&mut answers, &path, value) {
                Ok(()) => Ok(Json::Object(answers)),
                Err(SetError::NoSuchRow { rows, .. }) => Err(rows),
                Err(SetError::Mismatch(_)) => Err(0),
            };
            assert_eq!(found, expected, "{path}");
        }
    }
}
