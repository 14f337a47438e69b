//! JSON Schema (draft 7 to 2020-12) with an optional UI schema, of JSON Forms or react-jsonschema-form.
//!
//! Every property becomes a field, objects in objects become sections, and the UI schema (or, without
//! one, the objects) makes pages of them.

mod collect;
mod condition;
mod forms;
mod layout;
mod property;
mod rjsf;
mod seen;

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::draft::{Compiled, Draft, Field, Kind, List, Words, scope_of};
use super::id::Ids;
use super::remark::{Place, Remark};
use super::{ImportError, MOST_QUESTIONS, Source, form_id};
use crate::definition::expression::{Type, compile};
use crate::definition::sheet::decoded;
use crate::definition::source::{Node, Problems, SourceFile, parse};
use crate::definition::{Language, Text};

use condition::Conditional;

/// The form of a schema, and what is to be said of it.
pub(super) fn draft(source: &Source<'_>) -> Result<(Draft, Vec<Remark>), ImportError> {
    let (text, _) = decoded(source.bytes).map_err(ImportError::Sheet)?;
    let root = json(&text, source.name, false)?;
    let ui = source.ui.map(|text| json(text, "ui", true)).transpose()?;
    let mut reading = Reading {
        root: &root,
        language: source.language,
        form: form_id(source, ""),
        remarks: Vec::new(),
        lists: IndexMap::new(),
        compiled: Compiled::new(),
        answers: IndexMap::new(),
        conditionals: Vec::new(),
        shows: IndexMap::new(),
        requires: IndexMap::new(),
        count: 0,
        schemas: condition::MOST_SCHEMAS,
    };
    let top = reading.seen(&root, "");
    if top.get("properties").and_then(|(node, _)| node.entries()).is_none() {
        return Err(ImportError::NoSchema);
    }
    let mut section = reading.section("", "", &top, &mut Ids::default(), 0);
    if reading.count > MOST_QUESTIONS {
        return Err(ImportError::TooMany);
    }
    reading.conditions();
    reading.apply(&mut section);
    let title = top.words("title");
    let pages = match &ui {
        Some(ui) if forms::is_layout(ui) => reading.arranged(ui, section),
        Some(ui) => {
            reading.decorated(ui, &mut section);
            reading.by_objects(section)
        }
        None => reading.by_objects(section),
    };
    let mut draft = Draft {
        title: title.or(|| Words::of(&reading.form)),
        id: reading.form,
        pages,
        lists: reading.lists,
        ..Draft::default()
    };
    let mut remarks = reading.remarks;
    prove(&mut draft, &reading.compiled, &mut remarks);
    Ok((draft, remarks))
}

/// Leaves out the conditions that read what is not there any more, such as a field that is hidden.
fn prove(draft: &mut Draft, lists: &Compiled, remarks: &mut Vec<Remark>) {
    let scope = scope_of(draft, lists);
    for field in draft.pages.iter_mut().flat_map(|page| &mut page.fields) {
        for when in [&mut field.show_when, &mut field.require_when, &mut field.read_only_when] {
            let lost = when.take_if(|when| compile(when, &scope, Some(&Type::Bool)).is_err());
            if let (Some(lost), Some(place)) = (lost, &field.place) {
                let remark = left(
                    "import-condition",
                    place.clone(),
                    "条件用到了没有导入的属性，没有导入",
                    "the condition reads a property that was left out: so is the condition",
                );
                let length = lost.len();
                remarks.push(remark.written(&lost, 0..length));
            }
        }
    }
    for page in &mut draft.pages {
        page.show_when
            .take_if(|when| compile(when, &scope, Some(&Type::Bool)).is_err());
    }
}

/// A JSON file as a tree with places.
fn json(text: &str, name: &str, ui: bool) -> Result<Node, ImportError> {
    let wrong = |line, column, why| ImportError::Json { ui, line, column, why };
    serde_json::from_str::<Json>(text).map_err(|error| wrong(error.line(), error.column(), error.to_string()))?;
    let file = Arc::new(SourceFile::new(name.into(), without_escapes(text)));
    let mut problems = Problems::default();
    let node = parse(&file, &mut problems);
    node.ok_or_else(|| {
        let first = problems.into_sorted().into_iter().next();
        let (place, why) = first
            .map(|problem| (problem.place, problem.message))
            .unwrap_or_default();
        wrong(place.line, place.column, why.get(Language::English).to_owned())
    })
}

/// The same JSON without what YAML reads in another way: tabs between values, and characters beyond the
/// first plane that are written as two escapes. No place moves but behind such an escape.
fn without_escapes(text: &str) -> String {
    let text = text.replace('\t', " ");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let code = |from: usize| {
            rest.get(from..from + 6)
                .and_then(|escape| u16::from_str_radix(escape.strip_prefix("\\u")?, 16).ok())
        };
        let pair = code(0).zip(code(6)).and_then(|(high, low)| {
            char::decode_utf16([high, low])
                .next()?
                .ok()
                .filter(|c| u32::from(*c) > 0xffff)
        });
        let length = match pair {
            Some(c) => {
                out.push(c);
                12
            }
            None => {
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[..length]);
                length
            }
        };
        rest = &rest[length..];
    }
    out + rest
}

/// What is at hand while the properties become fields.
struct Reading<'r> {
    root: &'r Node,
    language: Language,
    form: String,
    remarks: Vec<Remark>,
    lists: IndexMap<String, List>,
    compiled: Compiled,
    /// What each property outside of tables is called and reads as, by its path.
    answers: IndexMap<String, (String, Type)>,
    conditionals: Vec<Conditional<'r>>,
    /// The conditions under which a property is asked; one of them is enough.
    shows: IndexMap<String, Vec<String>>,
    /// The same for where it must be answered.
    requires: IndexMap<String, Vec<String>>,
    count: usize,
    /// How many schemas conditions may still hold.
    schemas: usize,
}

/// A property that became a field or a column.
#[derive(Debug)]
struct Asked {
    /// Its name.
    name: String,
    /// The names from the root, joined by `/`.
    path: String,
    place: Place,
    field: Field,
    /// The columns of a table.
    columns: Vec<Asked>,
}

/// An object: its title, and what is in it.
#[derive(Debug, Default)]
struct Section {
    name: String,
    path: String,
    title: Words,
    help: Words,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Field(Box<Asked>),
    Section(Section),
}

impl Asked {
    /// The field with its columns.
    fn finish(self) -> Field {
        let mut field = Field {
            place: Some(self.place),
            ..self.field
        };
        if let Kind::Table(columns) = &mut field.kind {
            *columns = self.columns.into_iter().map(Asked::finish).collect();
        }
        field
    }
}

impl Part {
    fn name(&self) -> &str {
        match self {
            Self::Field(asked) => &asked.name,
            Self::Section(section) => &section.name,
        }
    }
}

impl Section {
    /// Every field in it, in order.
    fn each(&mut self, visit: &mut impl FnMut(&mut Asked)) {
        for part in &mut self.parts {
            match part {
                Part::Field(asked) => visit(asked),
                Part::Section(section) => section.each(visit),
            }
        }
    }
}

impl Reading<'_> {
    /// Says a remark and gives the comment for it.
    fn say(&mut self, remark: Remark) -> String {
        let line = remark.line(self.language);
        self.remarks.push(remark);
        line
    }
}

/// Where a node of the schema stands.
fn place(node: &Node, pointer: &str) -> Place {
    place_in(node, pointer, false)
}

fn place_in(node: &Node, pointer: &str, ui: bool) -> Place {
    let at = node.spot.place();
    Place::Json {
        pointer: pointer.to_owned(),
        line: at.line,
        column: at.column,
        ui,
    }
}

fn left(rule: &'static str, place: Place, zh: impl Into<String>, en: impl Into<String>) -> Remark {
    Remark::left(rule, place, Text::both(zh.into(), en.into()))
}

fn changed(rule: &'static str, place: Place, zh: impl Into<String>, en: impl Into<String>) -> Remark {
    Remark::changed(rule, place, Text::both(zh.into(), en.into()))
}

/// A step of a JSON pointer.
fn step(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// A name below a path.
fn below(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}/{name}")
    }
}

#[cfg(test)]
mod tests;
