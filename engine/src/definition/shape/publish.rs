//! The tables as JSON Schema (draft 2020-12), for editors and for whoever wants to check a file elsewhere.
//!
//! A file that others lie under need not be whole, and a `null` in it removes what is inherited. So each
//! map of a kind that may be laid over others stands in the schema twice: once whole, once as a part.

use serde_json::{Map, Value as Json, json};

use super::{FileKind, GREATEST_COUNT, Ids, Key, Keys, PLACES, Shape, Words};
use crate::definition::source::RESERVED;

/// How complete a map has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// Nothing lies under it, and it lies over nothing.
    Alone,
    /// It could be laid over others, but nothing lies under it.
    Whole,
    /// Something may lie under it.
    Part,
}

impl How {
    fn suffix(self) -> &'static str {
        match self {
            Self::Alone | Self::Whole => "",
            Self::Part => ".part",
        }
    }
}

/// The JSON Schema of a kind of file.
pub fn publish(kind: &FileKind) -> Json {
    let mut published = Published::default();
    let top = match &kind.layers {
        None => published.shape(&kind.shape, How::Alone, false),
        Some(layers) => {
            let part = published.shape(&kind.shape, How::Part, false);
            let whole = published.shape(&kind.shape, How::Whole, false);
            let inherits: Vec<Json> = layers.inherits.iter().map(|key| json!({"required": [key]})).collect();
            let stands_alone = json!({"required": layers.declares, "not": {"anyOf": inherits}});
            json!({"if": stands_alone, "then": whole, "else": part})
        }
    };
    let mut schema = Map::new();
    schema.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".into(), json!(format!("{} / {}", kind.what.0, kind.what.1)));
    schema.insert("description".into(), json!(kind.files.join(", ")));
    schema.extend(top.as_object().cloned().unwrap_or_default());
    published.maps.sort_keys();
    schema.insert("$defs".into(), Json::Object(published.maps));
    Json::Object(schema)
}

/// The maps that were met so far, by name.
#[derive(Default)]
struct Published {
    maps: Map<String, Json>,
}

impl Published {
    fn shape(&mut self, shape: &Shape, how: How, named: bool) -> Json {
        let scalar = || json!({"type": ["string", "number", "boolean"]});
        match shape {
            Shape::Text | Shape::Message => self.text(),
            Shape::Word | Shape::Expression => scalar(),
            Shape::Flag => json!({"type": "boolean"}),
            Shape::Count => json!({"type": "integer", "minimum": 0, "maximum": GREATEST_COUNT}),
            Shape::Percent => json!({"type": "integer", "minimum": 0, "maximum": 100}),
            Shape::Number => json!({"type": "number"}),
            Shape::Written(pattern) => json!({"type": "string", "pattern": pattern.regex}),
            Shape::OneOf(words) => one_of(words),
            Shape::Names => json!({"type": ["string", "number", "boolean", "array"], "items": scalar()}),
            Shape::SomeOf(words) => json!({"anyOf": [one_of(words), {"type": "array", "items": one_of(words)}]}),
            Shape::Map(keys) => self.map(keys, how, named),
            Shape::Each(ids, inner) => self.each(*ids, inner, how),
            // A list replaces a list whole, so its items are never parts.
            Shape::List(inner) => json!({"type": "array", "items": self.shape(inner, How::Alone, false)}),
            Shape::Marked { word, these, otherwise } => json!({
                "if": {"properties": {"type": {"const": word}}, "required": ["type"]},
                "then": self.map(these, how, named),
                "else": self.map(otherwise, how, named),
            }),
            Shape::Picked(inner) if how == How::Part => {
                json!({"anyOf": [self.shape(inner, how, false), {"type": "array", "items": scalar()}]})
            }
            Shape::Picked(inner) => self.shape(inner, how, false),
            Shape::Data => json!({}),
            Shape::DataMap => json!({"type": "object"}),
            Shape::DataList => json!({"type": "array"}),
            Shape::Any(shapes) => {
                let each: Vec<Json> = shapes.iter().map(|shape| self.shape(shape, how, false)).collect();
                json!({"anyOf": each})
            }
        }
    }

    fn text(&mut self) -> Json {
        let word = json!({"type": ["string", "number", "boolean"]});
        self.maps.entry("text").or_insert_with(|| {
            json!({
                "title": "文字 / a text",
                "type": ["string", "number", "boolean", "object"],
                "properties": {"zh": word, "en": word},
                "required": ["zh"],
                "additionalProperties": false,
            })
        });
        json!({"$ref": "#/$defs/text"})
    }

    /// A map of the author's own names.
    fn each(&mut self, ids: Ids, inner: &Shape, how: How) -> Json {
        let mut value = self.shape(inner, how, true);
        if how == How::Part {
            value = or_null(value);
        }
        let names = match ids {
            Ids::Free => return json!({"type": "object", "additionalProperties": value}),
            Ids::Plain => "^[a-z][a-z0-9_]*$",
            Ids::Dashed => "^[a-z][a-z0-9_-]*$",
        };
        json!({
            "type": "object",
            "propertyNames": {"pattern": names, "not": {"enum": RESERVED}},
            "additionalProperties": value,
        })
    }

    /// A map of known keys, as a reference to its definition. `named` where it is an entry of a map of
    /// the author's own names, among which it may say where it stands.
    fn map(&mut self, keys: &'static Keys, how: How, named: bool) -> Json {
        let name = format!("{}{}", keys.name, how.suffix());
        let reference = json!({"$ref": format!("#/$defs/{name}")});
        if self.maps.contains_key(&name) {
            return reference;
        }
        // Its own name is there before its keys, which may hold maps like it.
        self.maps.insert(name.clone(), Json::Null);
        let mut properties = Map::new();
        let places = PLACES.iter().filter(|_| named && how != How::Alone);
        for key in keys.keys.iter().chain(places) {
            properties.insert(key.name.into(), self.key(key, how));
        }
        let mut map = Map::new();
        map.insert("title".into(), json!(format!("{} / {}", keys.what.0, keys.what.1)));
        map.insert("type".into(), json!("object"));
        map.insert("properties".into(), Json::Object(properties));
        map.insert("additionalProperties".into(), json!(false));
        if keys.single {
            map.insert("minProperties".into(), json!(1));
            map.insert("maxProperties".into(), json!(1));
        }
        let needed: Vec<&str> = keys.keys.iter().filter(|key| key.needed).map(|key| key.name).collect();
        if how != How::Part && !needed.is_empty() {
            map.insert("required".into(), json!(needed));
        }
        let by_type = by_type(keys, how);
        if !by_type.is_empty() {
            map.insert("allOf".into(), json!(by_type));
        }
        self.maps.insert(name, Json::Object(map));
        reference
    }

    fn key(&mut self, key: &Key, how: How) -> Json {
        let mut value = self.shape(&key.shape, how, false);
        if how == How::Part || (how == How::Alone && !key.needed) {
            value = or_null(value);
        }
        let mut described = Map::new();
        described.insert("description".into(), json!(format!("{} / {}", key.zh, key.en)));
        described.insert("markdownDescription".into(), json!(markdown(key)));
        described.extend(value.as_object().cloned().unwrap_or_default());
        Json::Object(described)
    }
}

/// What an editor shows of a key.
fn markdown(key: &Key) -> String {
    let mut lines = vec![key.zh.to_owned(), key.en.to_owned()];
    match key.usually {
        ("", _) => {}
        (zh, en) if zh == en => lines.push(format!("默认 / default: `{zh}`")),
        (zh, en) => lines.push(format!("默认 / default: {zh} / {en}")),
    }
    if !key.example.is_empty() {
        lines.push(format!("```yaml\n{}: {}\n```", key.name, key.example));
    }
    lines.join("\n\n")
}

fn one_of(words: &Words) -> Json {
    let names: Vec<&str> = words.names().collect();
    let told: Vec<String> = words.words.iter().map(|(_, zh, en)| format!("{zh} / {en}")).collect();
    json!({"enum": names, "markdownEnumDescriptions": told})
}

/// The same, or a `null`.
fn or_null(mut schema: Json) -> Json {
    let object = schema.as_object_mut();
    match object.map(|object| (object.get("type").cloned(), object)) {
        Some((Some(Json::String(one)), object)) if !object.contains_key("$ref") => {
            object.insert("type".into(), json!([one, "null"]));
            schema
        }
        Some((Some(Json::Array(mut types)), object)) => {
            types.push(json!("null"));
            object.insert("type".into(), Json::Array(types));
            schema
        }
        Some((_, object)) if object.is_empty() => schema,
        _ => match schema.get_mut("anyOf").and_then(Json::as_array_mut) {
            Some(any) => {
                any.push(json!({"type": "null"}));
                schema
            }
            None => json!({"anyOf": [schema, {"type": "null"}]}),
        },
    }
}

/// What each type does not take and what it needs; types that agree in both share an entry.
fn by_type(keys: &Keys, how: How) -> Vec<Json> {
    let Some(by_type) = keys.by_type else { return Vec::new() };
    let mut groups: Vec<(Vec<&str>, Vec<&str>, &[&str])> = Vec::new();
    for kind in by_type.types.names() {
        let refused: Vec<&str> = keys.names().filter(|key| !(by_type.takes)(kind, key)).collect();
        let needs = if how == How::Part { &[] } else { (by_type.needs)(kind) };
        match groups
            .iter_mut()
            .find(|(_, other, others)| *other == refused && *others == needs)
        {
            Some((kinds, ..)) => kinds.push(kind),
            None => groups.push((vec![kind], refused, needs)),
        }
    }
    let condition = |(kinds, refused, needs): (Vec<&str>, Vec<&str>, &[&str])| {
        let refused: Map<String, Json> = refused.into_iter().map(|key| (key.to_owned(), json!(false))).collect();
        let mut then = Map::new();
        then.insert("properties".into(), Json::Object(refused));
        if !needs.is_empty() {
            then.insert("required".into(), json!(needs));
        }
        json!({
            "if": {"properties": {by_type.key: {"enum": kinds}}, "required": [by_type.key]},
            "then": then,
        })
    };
    groups.into_iter().map(condition).collect()
}
