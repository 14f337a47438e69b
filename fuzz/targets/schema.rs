//! A form made from a JSON Schema; its page picks the first properties there are.
#![no_main]
#![allow(missing_docs, reason = "the macro makes public functions")]

use std::cell::OnceCell;

use dengji_fuzz::Spoilt;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value as Json, json};

/// More properties than this find nothing new.
const PICKED: usize = 30;

thread_local! {
    static REGION: OnceCell<Spoilt> = const { OnceCell::new() };
}

fuzz_target!(|schema: &str| {
    let read: Json = serde_json::from_str(schema).unwrap_or_default();
    let properties = read.get("properties").and_then(Json::as_object);
    let picked: Vec<&String> = properties.into_iter().flat_map(|map| map.keys()).take(PICKED).collect();
    let form = json!({
        "form": "applied", "title": "t", "version": "1", "code": "Y", "schema": "some.schema.json",
        "pages": { "p": { "title": "P", "fields": picked } },
    });
    REGION.with(|region| {
        let region = region.get_or_init(Spoilt::new);
        region.write("applied.form.yaml", form.to_string());
        region.write("some.schema.json", schema);
        region.load();
    });
});
