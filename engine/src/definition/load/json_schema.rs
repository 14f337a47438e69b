//! A form whose fields are the properties of a JSON Schema file (`schema: some.schema.json`).
//!
//! Each property becomes the field that an author would have written, every piece of it with its place
//! in the JSON file; pages pick and arrange them, and what stands at a field there is laid over it.
//! From then on the form is read as any other.

mod field;
mod reference;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::Loader;
use crate::definition::Text;
use crate::definition::merge::laid_over;
use crate::definition::source::{Entry, Node, Spot, Value, nearest, string_of, wrong_type};

/// What the root of a form's schema may say. Anything else speaks of several properties at once, which
/// is a rule's to do.
const ROOT_WORDS: [&str; 13] = [
    "$schema",
    "$id",
    "$comment",
    "$defs",
    "definitions",
    "title",
    "description",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "unevaluatedProperties",
    "examples",
];

/// A table may hold another one; what stands deeper still is told as a circle before it costs anything.
const DEEPEST_TABLE: usize = 3;

/// A piece of a schema and the file it stands in, from which its references are resolved.
#[derive(Clone)]
struct Piece {
    node: Node,
    file: PathBuf,
}

/// What a schema's properties became, and the names of all of them.
struct Fields<'a> {
    fields: IndexMap<String, Entry>,
    declared: HashSet<&'a str>,
}

impl Loader<'_> {
    /// The merged definition of a form, with the fields of its JSON Schema on its pages.
    pub(super) fn form_tree(&mut self, path: &Path) -> Option<Node> {
        let merged = self.files.merged(path, ".form.yaml", self.problems)?;
        self.removed = merged.removed;
        self.referred = 0;
        match merged.node.get("schema").cloned() {
            Some(schema) => self.with_schema(merged.node, &schema),
            None => Some(merged.node),
        }
    }

    fn with_schema(&mut self, form: Node, schema: &Node) -> Option<Node> {
        let name = string_of(schema, self.problems)?;
        let Some(file) = self.nearest_file(&name) else {
            self.missing_file(schema, &name, "");
            return None;
        };
        let node = self.files.tree(&file, self.problems)?;
        let root = self.resolved(Piece { node, file })?;
        for entry in root.node.entries().unwrap_or_default() {
            if !ROOT_WORDS.contains(&entry.key.as_str()) {
                self.unsupported(&entry.key_spot, &entry.key);
            }
        }
        let fields = self.properties(&root, 0)?;
        let declared = root.node.get("properties").and_then(Node::entries).unwrap_or_default();
        let declared: HashSet<&str> = declared.iter().map(|entry| entry.key.as_str()).collect();
        let fields = Fields { fields, declared };
        let Value::Map(mut entries) = form.value else {
            return None;
        };
        entries.retain(|entry| entry.key != "schema");
        if let Some(title) = root
            .node
            .get("title")
            .filter(|_| entries.iter().all(|entry| entry.key != "title"))
        {
            entries.insert(
                0,
                Entry {
                    key: "title".into(),
                    key_spot: title.spot.clone(),
                    value: title.clone(),
                },
            );
        }
        let mut picked = HashSet::new();
        for entry in entries.iter_mut().filter(|entry| entry.key == "pages") {
            if let Value::Map(pages) = &mut entry.value.value {
                pages.iter_mut().for_each(|page| self.pick(page, &fields, &mut picked));
            }
        }
        for (name, field) in fields.fields.iter().filter(|(name, _)| !picked.contains(name.as_str())) {
            let message = Text::both(
                format!("没有栏目用到属性「{name}」"),
                format!("no page picks the property `{name}`"),
            );
            let help = Text::both("把它写进某个栏目的 fields", "put it into the `fields` of a page");
            self.problems
                .warning("unpicked-property", &field.key_spot, message, Some(help));
        }
        Some(Node {
            value: Value::Map(entries),
            ..form
        })
    }

    /// The fields that the properties of an object become, by name; `depth` tables deep.
    fn properties(&mut self, object: &Piece, depth: usize) -> Option<IndexMap<String, Entry>> {
        if depth > DEEPEST_TABLE {
            self.goes_round(&object.node);
            return None;
        }
        let Some(properties) = object.node.get("properties").and_then(Node::entries) else {
            let expected = ("带 properties 的 JSON Schema", "a JSON Schema with `properties`");
            wrong_type(&object.node, expected, None, self.problems);
            return None;
        };
        let required: IndexMap<&str, &Node> = match object.node.get("required").map(|node| &node.value) {
            Some(Value::List(names)) => names
                .iter()
                .map(|name| (name.scalar().unwrap_or_default(), name))
                .collect(),
            _ => IndexMap::new(),
        };
        let mut fields = IndexMap::new();
        for property in properties {
            let piece = Piece {
                node: property.value.clone(),
                file: object.file.clone(),
            };
            let must = required.get(property.key.as_str()).copied();
            if let Some(field) = self.field_of(property, piece, must, depth) {
                fields.insert(property.key.clone(), field);
            }
        }
        let known: HashSet<&str> = properties.iter().map(|property| property.key.as_str()).collect();
        for (text, name) in required {
            if !known.contains(text) {
                self.unknown_property(name, text, properties.iter().map(|property| property.key.as_str()));
            }
        }
        Some(fields)
    }

    /// Puts the fields that a page names in their place: a list of names, or a map whose values are
    /// laid over them.
    fn pick(&mut self, page: &mut Entry, known: &Fields<'_>, picked: &mut HashSet<String>) {
        let Value::Map(entries) = &mut page.value.value else {
            return;
        };
        let Some(named) = entries.iter_mut().find(|entry| entry.key == "fields") else {
            return;
        };
        let mut placed = Vec::new();
        let fields = &known.fields;
        // What could not be made of a property was told where it stands.
        let is_told = |name: &str| known.declared.contains(name);
        match &named.value.value {
            Value::List(names) => {
                for node in names {
                    let Some(name) = string_of(node, self.problems) else {
                        continue;
                    };
                    match fields.get(&name) {
                        Some(field) => placed.push(field.clone()),
                        None if is_told(&name) => {}
                        None => self.unknown_property(node, &name, fields.keys().map(String::as_str)),
                    }
                }
            }
            Value::Map(own) => {
                for entry in own {
                    match fields.get(&entry.key) {
                        Some(field) => placed.push(self.over(field, entry)),
                        // A field of the form's own, besides those of the schema.
                        None if entry.value.get("type").is_some() => placed.push(entry.clone()),
                        None if is_told(&entry.key) => {}
                        None => {
                            let node = Node {
                                spot: entry.key_spot.clone(),
                                replaced: None,
                                value: entry.value.value.clone(),
                            };
                            self.unknown_property(&node, &entry.key, fields.keys().map(String::as_str));
                        }
                    }
                }
            }
            Value::Scalar { .. } => return,
        }
        picked.extend(placed.iter().map(|entry| entry.key.clone()));
        named.value.value = Value::Map(placed);
    }

    fn over(&mut self, field: &Entry, own: &Entry) -> Entry {
        Entry {
            value: laid_over(field.value.clone(), own.value.clone(), self.problems),
            ..field.clone()
        }
    }

    fn unknown_property<'k>(&mut self, node: &Node, name: &str, known: impl Iterator<Item = &'k str>) {
        let message = Text::both(
            format!("JSON Schema 里没有属性「{name}」"),
            format!("the JSON Schema has no property `{name}`"),
        );
        self.problems
            .at_node("unknown-property", node, message, nearest(name, known));
    }

    /// A word or shape that no field can stand for.
    fn unsupported(&mut self, spot: &Spot, what: &str) {
        let message = Text::both(
            format!("登记表不能由「{what}」得出"),
            format!("a form cannot be made from `{what}`"),
        );
        let help = match what {
            "object" => Text::both(
                "把其中的属性各写成一个属性；成行重复的写成对象的数组",
                "write what is in it as properties of their own, and what repeats as an array of objects",
            ),
            "type" | "items" | "null" => Text::both(
                "写上一种类型：string、integer、number、boolean，或由它们组成的 array",
                "name one type: string, integer, number, boolean, or an array of these",
            ),
            _ => Text::both(
                "属性之间的条件请写成登记表的 rules 或 showWhen",
                "write what holds between properties as `rules` or `showWhen` of the form",
            ),
        };
        self.problems.error("schema-unsupported", spot, message, Some(help));
    }
}
