//! What a browser posts for a page that was filled with given answers.

use dengji::check::Answers;
use dengji::definition::{Field, FieldType, Id};
use indexmap::IndexMap;
use serde_json::Value as Json;

/// A file to be uploaded.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The input's name.
    pub field: String,
    /// The file's name.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// The pairs and files of one page, by the naming of `theme::input_name`.
pub fn page_pairs(
    fields: &IndexMap<Id, Field>,
    answers: &Answers,
    revision: u64,
) -> (Vec<(String, String)>, Vec<Upload>) {
    let mut posting = Posting {
        pairs: vec![("~revision".into(), revision.to_string())],
        files: Vec::new(),
    };
    for field in fields.values() {
        posting.field(field, &field.id, answers.get(&*field.id));
    }
    (posting.pairs, posting.files)
}

struct Posting {
    pairs: Vec<(String, String)>,
    files: Vec<Upload>,
}

impl Posting {
    fn put(&mut self, name: &str, value: impl Into<String>) {
        self.pairs.push((name.to_owned(), value.into()));
    }

    fn field(&mut self, field: &Field, path: &str, answer: Option<&Json>) {
        match &field.kind {
            FieldType::Note | FieldType::Computed(_) => {}
            FieldType::Table(table) => {
                let rows = answer.and_then(Json::as_array).cloned().unwrap_or_default();
                self.put("~", format!("{path}:{}", rows.len()));
                for (at, row) in rows.iter().enumerate() {
                    for column in table.columns.values() {
                        self.field(column, &format!("{path}[{at}].{}", column.id), row.get(&*column.id));
                    }
                }
            }
            FieldType::File(_) => {
                self.put("~", path);
                for file in answer.and_then(Json::as_array).into_iter().flatten() {
                    let name = file.get("name").and_then(Json::as_str).unwrap_or("file").to_owned();
                    let content = if name.ends_with("jpg") {
                        // No more than says how large it is.
                        b"\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x20\x03 a picture".to_vec()
                    } else {
                        b"%PDF-1.7 a proof".to_vec()
                    };
                    self.files.push(Upload {
                        field: path.to_owned(),
                        name,
                        content,
                    });
                }
            }
            FieldType::List(_) => {
                self.put("~", path);
                for (at, item) in answer.and_then(Json::as_array).into_iter().flatten().enumerate() {
                    self.put(&format!("{path}[{at}]"), plain(item));
                }
            }
            _ => {
                self.put("~", path);
                match answer {
                    Some(Json::Array(items)) => items.iter().for_each(|item| self.put(path, plain(item))),
                    Some(value) => self.put(path, plain(value)),
                    None => {}
                }
            }
        }
    }
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
