//! What a document's template reads: an answer that no form of the region has is a problem.
//!
//! Typst is not evaluated. Only names that are written out where an answer is read are looked at
//! (`answers.name`, `answers.at("name"`, `answer(data, "name")`, `column(data, "table", "name")`), in the
//! template and in the files that it imports; whatever is put together at run time, or has a `default:` of its own, passes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::Loader;
use crate::definition::region::DocumentSource;
use crate::definition::source::{Node, SourceFile, Spot, nearest};
use crate::definition::{Field, FieldType, Region, Text};

/// How an answer is read, the name in the first group that matched.
static READS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"answers\.at\(\s*"([a-z][a-z0-9_]*)"\s*\)|\banswers\.([a-z][a-z0-9_]*)\b|\banswer\(\s*(?:data\s*,\s*)?"([a-z][a-z0-9_]*)"|\bcolumn\(\s*(?:data\s*,\s*)?"([a-z][a-z0-9_]*)"\s*,\s*"([a-z][a-z0-9_]*)""#,
    )
    .ok()
});

static IMPORTS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"#(?:import|include)\s+"([^"]+)""#).ok());

/// Methods of a Typst dictionary, which are no names of answers.
const METHODS: [&str; 9] = [
    "at", "keys", "values", "pairs", "len", "insert", "remove", "map", "filter",
];

/// A name that a template reads: the bytes where it stands, and for a column its table.
struct Read {
    name: String,
    table: Option<String>,
    at: std::ops::Range<usize>,
}

impl Loader<'_> {
    /// Checks every template of the region. Asked only where all is well: with mistakes about, which
    /// fields there are is not known.
    pub(super) fn templates_read_fields(&mut self, region: &Region, node: &Node) {
        if self.problems.has_errors() {
            return;
        }
        let mut seen = BTreeSet::new();
        for document in region.documents.values() {
            let DocumentSource::Template { main, files } = &document.source else {
                continue;
            };
            let named = node
                .get("documents")
                .and_then(|documents| documents.get(&document.id)?.get("template"));
            let mut waiting = vec![main.clone()];
            while let Some(path) = waiting.pop() {
                let text = files.get(&path).and_then(|bytes| std::str::from_utf8(bytes).ok());
                let Some(text) = text.filter(|_| seen.insert(path.clone())) else {
                    continue;
                };
                waiting.extend(imports(&path, text, files));
                self.template(&path, text, region, named);
            }
        }
    }

    fn template(&mut self, path: &str, text: &str, region: &Region, named: Option<&Node>) {
        let fields: BTreeMap<&str, &Field> = region
            .forms
            .values()
            .flat_map(|form| form.fields())
            .map(|(_, field)| (&*field.id, field))
            .collect();
        let file = Arc::new(SourceFile::new(PathBuf::from(path), text.to_owned()));
        for read in reads(text) {
            if self.problems.is_full() || (read.table.is_none() && fields.contains_key(read.name.as_str())) {
                continue;
            }
            let columns = read.table.as_deref().map(|table| columns_of(table, region));
            let known: Vec<&str> = match &columns {
                Some(columns) => columns.iter().copied().collect(),
                None => fields.keys().copied().collect(),
            };
            if known.contains(&read.name.as_str()) || columns.is_some_and(|columns| columns.is_empty()) {
                continue;
            }
            let message = match &read.table {
                Some(table) => Text::both(
                    format!("模板读取表格「{table}」的「{}」，没有登记表有这一列", read.name),
                    format!("the template reads `{}` of `{table}`, which no form has", read.name),
                ),
                None => Text::both(
                    format!("模板读取「{}」，没有登记表有这个字段", read.name),
                    format!("the template reads `{}`, which no form has", read.name),
                ),
            };
            let spot = Spot {
                file: Arc::clone(&file),
                range: read.at,
            };
            let note = Text::both("文书在这里用到这个模板", "the document uses this template here");
            let related = named.map(|node| (node.spot.place(), note)).into_iter().collect();
            self.problems
                .error_with("document-field", &spot, message, nearest(&read.name, known), related);
        }
    }
}

/// The columns of a table, of every form that has it.
fn columns_of<'r>(table: &str, region: &'r Region) -> BTreeSet<&'r str> {
    let tables = region.forms.values().filter_map(|form| match &form.field(table)?.kind {
        FieldType::Table(table) => Some(table),
        _ => None,
    });
    tables.flat_map(|table| table.columns.keys().map(|id| &**id)).collect()
}

/// The names that a source reads, without those in line comments.
fn reads(text: &str) -> Vec<Read> {
    let mut found = Vec::new();
    let (mut line, mut seen) = (0, 0);
    for captures in READS.iter().flat_map(|regex| regex.captures_iter(text)) {
        let start = captures.get(0).map_or(0, |all| all.start());
        if let Some(broken) = text[seen..start].rfind('\n') {
            line = seen + broken + 1;
        }
        seen = start;
        if text[line..start].trim_start().starts_with("//") {
            continue;
        }
        let group = |at: usize| captures.get(at);
        let single = group(1).or(group(3)).or(group(4));
        let dotted = group(2).filter(|name| {
            let called = text[name.end()..].starts_with('(');
            !called && !METHODS.contains(&name.as_str())
        });
        found.extend(single.or(dotted).map(|name| Read {
            name: name.as_str().into(),
            table: None,
            at: name.range(),
        }));
        found.extend(group(4).zip(group(5)).map(|(table, column)| Read {
            name: column.as_str().into(),
            table: Some(table.as_str().into()),
            at: column.range(),
        }));
    }
    found
}

/// The files that a source takes in, by their keys in `files`.
fn imports(path: &str, text: &str, files: &BTreeMap<String, Arc<[u8]>>) -> Vec<String> {
    let folder = Path::new(path).parent().unwrap_or(Path::new(""));
    let names = IMPORTS
        .iter()
        .flat_map(|regex| regex.captures_iter(text))
        .filter_map(|captures| captures.get(1));
    let paths = names.map(|name| match name.as_str().strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => folder.join(name.as_str()).to_string_lossy().into_owned(),
    });
    paths.filter(|path| files.contains_key(path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_where_answers_are_read() {
        for (source, expected) in [
            (r#"#data.answers.name.text"#, vec!["name"]),
            (r#"data.answers.at("name").text"#, vec!["name"]),
            (r#"data.answers.at("name", default: (:))"#, vec![]),
            (r#"answer(data, "name")"#, vec!["name"]),
            (r#"answer("name")"#, vec!["name"]),
            (r#"column(data, "people", "born")"#, vec!["people", "born"]),
            (r#"for key in data.answers.keys() {}"#, vec![]),
            (r#"data.answers.at(id)"#, vec![]),
            (r#"// answer(data, "old")"#, vec![]),
            (r#"#let answer(data, id) = none"#, vec![]),
        ] {
            let names: Vec<String> = reads(source).into_iter().map(|read| read.name).collect();
            assert_eq!(names, expected, "{source}");
        }
    }
}
