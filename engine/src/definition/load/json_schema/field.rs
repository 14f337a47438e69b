//! One property of a JSON Schema as the field that an author would have written.

use super::{Loader, Piece};
use crate::definition::load::field_keys::{CONSTRAINTS, allowed};
use crate::definition::source::{Entry, Node, Spot, Value};

/// A text that may be longer than this is asked for in a large box.
const LONG: usize = 200;

/// Words that say nothing of an answer.
const SILENT: [&str; 9] = [
    "$comment",
    "$id",
    "$schema",
    "$anchor",
    "$defs",
    "definitions",
    "examples",
    "deprecated",
    "writeOnly",
];

impl Loader<'_> {
    /// The field of a property; `must` is where it is said to be required.
    pub(super) fn field_of(
        &mut self,
        property: &Entry,
        piece: Piece,
        must: Option<&Node>,
        depth: usize,
    ) -> Option<Entry> {
        let Piece { node, file } = self.resolved(piece)?;
        let mut field = Draft {
            spot: node.spot.clone(),
            words: Vec::new(),
            further: Vec::new(),
        };
        let name = || scalar(&property.key, property.key_spot.clone());
        field.word("label", node.get("title").cloned().unwrap_or_else(name));
        if let Some(help) = node.get("description") {
            field.word("help", help.clone());
        }
        if let Some(must) = must {
            field.word("required", plain("true", must.spot.clone()));
        }
        let kind = self.kind_of(&node, &file, &mut field, depth)?;
        field.word(
            "type",
            scalar(kind, node.get("type").map_or(&node.spot, |node| &node.spot).clone()),
        );
        let words = node.entries().unwrap_or_default();
        for entry in words.iter().filter(|entry| !told(kind, &entry.key, &node)) {
            let piece = Piece {
                node: entry.value.clone(),
                file: file.clone(),
            };
            let value = self.inlined(piece, 0)?;
            field.constrain(kind, &entry.key, value);
        }
        Some(Entry {
            key: property.key.clone(),
            key_spot: property.key_spot.clone(),
            value: field.finish(),
        })
    }

    /// The field's type; what belongs to that type alone is added to the field.
    fn kind_of(
        &mut self,
        node: &Node,
        file: &std::path::Path,
        field: &mut Draft,
        depth: usize,
    ) -> Option<&'static str> {
        let Some(name) = type_name(node) else {
            self.unsupported(&node.spot, "type");
            return None;
        };
        Some(match name {
            "string" => match codes(node) {
                Some(codes) => {
                    field.word("codes", codes);
                    "choice"
                }
                None => text_kind(node),
            },
            "integer" => "integer",
            "number" => "decimal",
            "boolean" => "yes-no",
            "array" => {
                let items = node.get("items").cloned();
                let Some(items) = items else {
                    self.unsupported(&node.spot, "items");
                    return None;
                };
                let items = self.resolved(Piece {
                    node: items,
                    file: file.to_path_buf(),
                })?;
                return self.list_kind(node, &items, field, depth);
            }
            other => {
                let spot = node.get("type").map_or(&node.spot, |node| &node.spot);
                self.unsupported(spot, other);
                return None;
            }
        })
    }

    /// An array of objects is a table, of enumerated texts a choice of several, of anything else a list.
    fn list_kind(&mut self, node: &Node, items: &Piece, field: &mut Draft, depth: usize) -> Option<&'static str> {
        match type_name(&items.node) {
            Some("object") => {
                let columns = self.properties(items, depth + 1)?;
                let columns = Value::Map(columns.into_values().collect());
                field.word(
                    "columns",
                    Node {
                        spot: items.node.spot.clone(),
                        replaced: None,
                        value: columns,
                    },
                );
                for (word, ours) in [("minItems", "minRows"), ("maxItems", "maxRows")] {
                    if let Some(count) = node.get(word) {
                        field.word(ours, count.clone());
                    }
                }
                Some("table")
            }
            Some("string") if codes(&items.node).is_some() => {
                field
                    .words
                    .extend(codes(&items.node).map(|codes| entry("codes", codes)));
                Some("choices")
            }
            Some(name) => {
                let of = match name {
                    "string" => text_kind(&items.node),
                    "integer" => "integer",
                    "number" => "decimal",
                    "boolean" => "yes-no",
                    other => {
                        self.unsupported(&items.node.spot, other);
                        return None;
                    }
                };
                field.word("of", scalar(of, items.node.spot.clone()));
                for entry in items.node.entries().unwrap_or_default() {
                    if !told(of, &entry.key, &items.node) {
                        let piece = Piece {
                            node: entry.value.clone(),
                            file: items.file.clone(),
                        };
                        let value = self.inlined(piece, 0)?;
                        field.constrain("list", &entry.key, value);
                    }
                }
                Some("list")
            }
            None => {
                self.unsupported(&items.node.spot, "items");
                None
            }
        }
    }
}

/// A field while it is being written down.
struct Draft {
    spot: Spot,
    words: Vec<Entry>,
    /// What goes into the field's own `schema:`.
    further: Vec<Entry>,
}

impl Draft {
    fn word(&mut self, key: &str, value: Node) {
        self.words.push(entry(key, value));
    }

    /// A word of JSON Schema, as the field's own where its type takes it.
    fn constrain(&mut self, kind: &str, key: &str, value: Node) {
        let own = (CONSTRAINTS.contains(&key) && allowed(kind, key)) || key == "default";
        let words = if own { &mut self.words } else { &mut self.further };
        words.push(entry(key, value));
    }

    fn finish(mut self) -> Node {
        if !self.further.is_empty() {
            let further = std::mem::take(&mut self.further);
            let node = Node {
                spot: self.spot.clone(),
                replaced: None,
                value: Value::Map(further),
            };
            self.word("schema", node);
        }
        Node {
            spot: self.spot,
            replaced: None,
            value: Value::Map(self.words),
        }
    }
}

/// Whether the field says already what the word says, or the word says nothing.
fn told(kind: &str, word: &str, node: &Node) -> bool {
    let by_type = match word {
        "enum" | "oneOf" => matches!(kind, "choice" | "choices") && codes(node).is_some(),
        // An array whose items made its type.
        "items" => matches!(kind, "table" | "choices" | "list"),
        "minItems" | "maxItems" => kind == "table",
        "properties" | "required" | "additionalProperties" => kind == "table",
        "format" => !matches!(kind, "text" | "long-text"),
        _ => false,
    };
    by_type || SILENT.contains(&word) || matches!(word, "type" | "title" | "description")
}

/// The one type that is not null; what the other words tell where none is named.
fn type_name(node: &Node) -> Option<&str> {
    let named = match node.get("type").map(|node| &node.value) {
        Some(Value::Scalar { text, .. }) => Some(text.as_str()),
        Some(Value::List(items)) => items.iter().filter_map(Node::scalar).find(|name| *name != "null"),
        _ => None,
    };
    named.or_else(|| {
        let has = |word: &str| node.get(word).is_some();
        match () {
            () if has("properties") => Some("object"),
            () if has("items") => Some("array"),
            () if has("enum") || has("pattern") || has("maxLength") || codes(node).is_some() => Some("string"),
            () => None,
        }
    })
}

fn text_kind(node: &Node) -> &'static str {
    match node.get("format").and_then(Node::scalar) {
        Some("date") => "date",
        Some("month") => "month",
        Some("email") => "email",
        Some("uri") => "url",
        Some("cn-phone") => "phone",
        Some("cn-id-number") => "cn-id-number",
        Some("cn-credit-code") => "cn-credit-code",
        Some("cn-org-code") => "cn-org-code",
        Some("cn-patent-number") => "cn-patent-number",
        Some("isbn") => "isbn",
        Some("issn") => "issn",
        _ => {
            let most = node
                .get("maxLength")
                .and_then(Node::scalar)
                .and_then(|text| text.parse::<usize>().ok());
            if most.is_some_and(|most| most > LONG) {
                "long-text"
            } else {
                "text"
            }
        }
    }
}

/// The codes of an enumeration of texts: `enum: [a, b]`, or `oneOf: [{const: a, title: 甲}]`.
fn codes(node: &Node) -> Option<Node> {
    let of = |word: &str| match node.get(word).map(|list| (list, &list.value)) {
        Some((list, Value::List(items))) if !items.is_empty() => Some((list, items)),
        _ => None,
    };
    let (list, rows): (&Node, Vec<Entry>) = if let Some((list, items)) = of("enum") {
        let row = |item: &Node| Some(named(item.scalar()?, &item.spot, item.clone()));
        (list, items.iter().map(row).collect::<Option<_>>()?)
    } else {
        let (list, items) = of("oneOf")?;
        let row = |item: &Node| {
            let code = item.get("const")?;
            Some(named(
                code.scalar()?,
                &code.spot,
                item.get("title").unwrap_or(code).clone(),
            ))
        };
        (list, items.iter().map(row).collect::<Option<_>>()?)
    };
    Some(Node {
        spot: list.spot.clone(),
        replaced: None,
        value: Value::Map(rows),
    })
}

fn named(code: &str, spot: &Spot, label: Node) -> Entry {
    Entry {
        key: code.to_owned(),
        key_spot: spot.clone(),
        value: label,
    }
}

fn entry(key: &str, value: Node) -> Entry {
    Entry {
        key: key.to_owned(),
        key_spot: value.spot.clone(),
        value,
    }
}

fn scalar(text: &str, spot: Spot) -> Node {
    Node {
        spot,
        replaced: None,
        value: Value::Scalar {
            text: text.to_owned(),
            plain: false,
        },
    }
}

fn plain(text: &str, spot: Spot) -> Node {
    Node {
        spot,
        replaced: None,
        value: Value::Scalar {
            text: text.to_owned(),
            plain: true,
        },
    }
}
