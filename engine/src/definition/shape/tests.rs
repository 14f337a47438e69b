use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::*;
use crate::definition::form_schema::Validator;
use crate::definition::source::{Node, Problems, SourceFile, parse};

fn node(yaml: &str) -> Node {
    let file = Arc::new(SourceFile::new(PathBuf::from("f"), format!("v: {yaml}\n")));
    let mut problems = Problems::default();
    let tree = parse(&file, &mut problems);
    assert!(problems.is_empty(), "{yaml}: {problems:?}");
    tree.unwrap().get("v").unwrap().clone()
}

fn tables(kind: &'static FileKind) -> Vec<&'static Keys> {
    kind.tables()
}

/// The published schema of one map, with what it refers to.
fn schema_of(kind: &'static FileKind, map: &str) -> Json {
    let defs = publish(kind)["$defs"].clone();
    json!({"$ref": format!("#/$defs/{map}"), "$defs": defs})
}

#[test]
fn the_published_keys_are_those_that_are_read() {
    for kind in &KINDS {
        let published = publish(kind);
        let mut tables: BTreeMap<&str, &Keys> = tables(kind).into_iter().map(|keys| (keys.name, keys)).collect();
        for (name, map) in published["$defs"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| *name != "text")
        {
            let plain = name.strip_suffix(".part").unwrap_or(name);
            let keys = tables.get(plain).unwrap_or_else(|| panic!("no table {name}"));
            let of_map = map["properties"].as_object().unwrap().keys().map(String::as_str);
            let of_map: Vec<&str> = of_map
                .filter(|key| !PLACES.iter().any(|place| place.name == *key))
                .collect();
            assert_eq!(of_map, keys.names().collect::<Vec<_>>(), "{}: {name}", kind.name);
        }
        tables.retain(|name, _| published["$defs"].get(name).is_none());
        assert!(tables.is_empty(), "{}: not published: {:?}", kind.name, tables.keys());
    }
}

#[test]
fn what_does_not_fit_a_key_is_refused_by_its_schema_and_the_other_way_round() {
    let probes = [
        "zzz",
        "''",
        "[zzz]",
        "[[zzz]]",
        "[]",
        "{zzz: 1}",
        "{}",
        "true",
        "'true'",
        "yes",
        "7",
        "'7'",
        "07",
        "7.0",
        "-1",
        "1.5",
        "1000000000000000",
        "{zh: 字}",
        "{zh: 字, en: text}",
        "{en: text}",
        "{zh: [字]}",
        "{zh: 字, fr: mot}",
        "20 MB",
        "20MB",
        "5 workdays",
        "five days",
        "2026-11-20",
        "20261120",
        "[1, true]",
        "[upper, digit]",
        "[upper, zzz]",
    ];
    let mut compared = 0;
    for kind in &KINDS {
        for keys in tables(kind) {
            for key in keys.keys {
                let words = match key.shape {
                    Shape::OneOf(words) | Shape::SomeOf(words) => words.names().collect(),
                    _ => Vec::new(),
                };
                let schema = json!({
                    "$ref": format!("#/$defs/{}/properties/{}", keys.name, key.name),
                    "$defs": publish(kind)["$defs"],
                });
                let schema = Validator::new(&schema).unwrap();
                for probe in probes.iter().chain(&words) {
                    let node = node(probe);
                    // What stands inside a map or a list is compared where that is read.
                    let container = node.scalar().is_none() && holds_maps(&key.shape);
                    if container && key.shape.fits(&node) {
                        continue;
                    }
                    let accepted = schema.misfits(&node.to_json()).is_empty();
                    assert_eq!(key.shape.fits(&node), accepted, "{}.{}: {probe}", keys.name, key.name);
                    let mut problems = Problems::default();
                    key.tell(&node, &mut problems);
                    assert_eq!(
                        problems.is_empty(),
                        accepted,
                        "{}.{}: {probe} is told",
                        keys.name,
                        key.name
                    );
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 4000, "{compared}");
}

fn holds_maps(shape: &Shape) -> bool {
    match shape {
        Shape::Any(shapes) => shapes.iter().any(holds_maps),
        Shape::Picked(shape) => holds_maps(shape),
        shape => matches!(
            shape,
            Shape::Map(_) | Shape::Each(..) | Shape::List(_) | Shape::Marked { .. }
        ),
    }
}

#[test]
fn every_example_is_one() {
    for kind in &KINDS {
        for keys in tables(kind) {
            for key in keys.keys {
                let plain = matches!(key.shape, Shape::Flag | Shape::OneOf(_));
                assert!(
                    plain || !key.example.is_empty() || !key.usually.0.is_empty(),
                    "{}.{}",
                    keys.name,
                    key.name
                );
                if key.example.is_empty() {
                    continue;
                }
                let node = node(key.example);
                assert!(key.shape.fits(&node), "{}.{}: {}", keys.name, key.name, key.example);
                let schema = json!({
                    "$ref": format!("#/$defs/{}/properties/{}", keys.name, key.name),
                    "$defs": publish(kind)["$defs"],
                });
                let misfits = Validator::new(&schema).unwrap().misfits(&node.to_json());
                assert!(misfits.is_empty(), "{}.{}: {misfits:?}", keys.name, key.name);
            }
        }
    }
}

#[test]
fn a_type_takes_its_own_keys_alone() {
    let kind = FileKind::named("form").unwrap();
    let schema = Validator::new(&schema_of(kind, "field")).unwrap();
    let keys = tables(kind).into_iter().find(|keys| keys.name == "field").unwrap();
    let by_type = keys.by_type.unwrap();
    for of in by_type.types.names() {
        let mut field = json!({"label": "名称", "type": of});
        for key in (by_type.needs)(of) {
            assert!(!schema.misfits(&field).is_empty(), "{of} without {key}");
            let known = keys.key(key).unwrap();
            field[*key] = node(known.example).to_json();
        }
        assert!(schema.misfits(&field).is_empty(), "{of}");
        for key in keys.keys.iter().filter(|key| field.get(key.name).is_none()) {
            let mut more = field.clone();
            let example = match key.shape {
                Shape::Flag => "true",
                Shape::OneOf(words) => words.words[0].0,
                _ => key.example,
            };
            more[key.name] = node(example).to_json();
            let accepted = schema.misfits(&more).is_empty();
            assert_eq!(accepted, (by_type.takes)(of, key.name), "{of} with {}", key.name);
        }
    }
}

#[test]
fn a_file_is_of_the_kind_that_its_place_says() {
    for (path, kind) in [
        ("a/region.yaml", Some("region")),
        ("a/workflow.yaml", Some("workflow")),
        ("a/x.form.yaml", Some("form")),
        ("a/accounts/x.form.yaml", Some("form")),
        ("a/registers/x.form.yaml", Some("form")),
        ("a/samples/x.yaml", Some("sample")),
        ("a/texts/menu.yaml", Some("menu")),
        ("a/texts/words.yaml", Some("words")),
        ("a/x.yaml", None),
        ("a/b/c/x.form.yaml", None),
        ("region.yaml", None),
    ] {
        assert_eq!(FileKind::of(Path::new(path)).map(|kind| kind.name), kind, "{path}");
    }
    for (suffix, kind) in [
        (".form.yaml", "form"),
        ("/region.yaml", "region"),
        ("/workflow.yaml", "workflow"),
    ] {
        assert_eq!(
            FileKind::of_suffix(suffix).map(|kind| kind.name),
            Some(kind),
            "{suffix}"
        );
    }
}

/// One table reached as an entry of a named map and in another way would need two definitions.
#[test]
fn no_table_is_reached_in_two_ways() {
    for kind in &KINDS {
        let (mut named, mut other) = (Vec::new(), Vec::new());
        for keys in tables(kind) {
            for key in keys.keys {
                sort_in(&key.shape, false, &mut named, &mut other);
            }
        }
        let both: Vec<&&str> = named.iter().filter(|name| other.contains(name)).collect();
        assert!(both.is_empty(), "{}: {both:?}", kind.name);
    }
}

fn sort_in(shape: &Shape, is_named: bool, named: &mut Vec<&'static str>, other: &mut Vec<&'static str>) {
    match shape {
        Shape::Map(keys) if is_named => named.push(keys.name),
        Shape::Map(keys) => other.push(keys.name),
        Shape::Marked { these, otherwise, .. } => named.extend([these.name, otherwise.name]),
        Shape::Each(_, inner) => sort_in(inner, true, named, other),
        Shape::List(inner) | Shape::Picked(inner) => sort_in(inner, false, named, other),
        Shape::Any(shapes) => shapes.iter().for_each(|shape| sort_in(shape, is_named, named, other)),
        _ => {}
    }
}
