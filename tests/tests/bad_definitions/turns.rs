//! What leads to itself, or to twice as much at every step.

use std::fmt::Write;

use super::Spoilt;

const FORM: &str = "qingshan/applied.form.yaml";
const SCHEMA: &str = "qingshan/some.schema.json";

#[test]
fn anchors_and_aliases() {
    let laughs: String = (1..12)
        .map(|at| format!("a{at}: &a{at} [{}]\n", vec![format!("*a{}", at - 1); 9].join(", ")))
        .collect();
    Spoilt::new()
        .write(FORM, format!("a0: &a0 [lol]\n{laughs}form: applied\n"))
        .is("yaml-alias", FORM);
    Spoilt::new().write(FORM, "form: &a [*a]\n").is("yaml-alias", FORM);
    Spoilt::new().write(FORM, "form: &a applied\n").is("yaml-anchor", FORM);
    Spoilt::new()
        .write(FORM, "form: applied\n<<: {a: b}\n")
        .is("yaml-merge-key", FORM);
    Spoilt::new()
        .write(FORM, "form: !!python/object/apply:os.system [id]\n")
        .is("yaml-tag", FORM);
    Spoilt::new().write(FORM, "[a, b]: c\n").is("yaml-key", FORM);
    Spoilt::new()
        .write(FORM, "form: applied\n---\nform: applied\n")
        .is("yaml-documents", FORM);
}

#[test]
fn bases() {
    Spoilt::new()
        .write("qingshan/self.form.yaml", "form: self\nextends: qingshan/self\n")
        .is("extends-cycle", "qingshan/self.form.yaml");
    let round = Spoilt::new();
    round
        .write("qingshan/a.form.yaml", "form: a\nextends: qingshan/b\n")
        .write("qingshan/b.form.yaml", "form: b\nextends: qingshan/a\n");
    round.is("extends-cycle", "qingshan/b.form.yaml");

    // Two of the next at every step.
    let doubled = Spoilt::new();
    for at in 0..40 {
        doubled.write(
            &format!("base/d{at}.form.yaml"),
            format!("extends: [base/d{0}, base/d{0}]\n", at + 1),
        );
    }
    doubled.write("base/d40.form.yaml", "title: t\n");
    doubled
        .write(FORM, "form: applied\nextends: base/d0\n")
        .is("too-large", FORM);

    // A chain as long as the folder is large.
    let chain = Spoilt::new();
    for at in 0..5_000 {
        chain.write(&format!("base/d{at}.form.yaml"), format!("extends: base/d{}\n", at + 1));
    }
    chain.write("base/d5000.form.yaml", "title: t\n");
    chain
        .write(FORM, "form: applied\nextends: base/d0\n")
        .is("too-large", FORM);

    let many = Spoilt::new();
    many.write(
        FORM,
        format!("form: applied\nextends:\n{}", "  - base/applied\n".repeat(100_000)),
    );
    many.is("too-large", FORM);

    let region = Spoilt::new();
    region
        .write("qingshan/region.yaml", "extends: qingshan\nname: x\n")
        .is("extends-cycle", "qingshan/region.yaml");
}

#[test]
fn places_beside_one_another() {
    let chain = |count: usize, last: &str| {
        (0..count).fold(String::from("  p:\n    title: P\n    fields:\n"), |mut text, at| {
            let target = if at + 1 == count {
                last.to_owned()
            } else {
                format!("f{}", at + 1)
            };
            writeln!(text, "      f{at}: {{label: F, type: text, after: {target}}}").unwrap();
            text
        })
    };
    // Each stands after the next: what is right, and longer than any stack.
    let spoilt = Spoilt::new();
    spoilt.pages(&format!(
        "{}      last: {{label: L, type: text}}\n",
        chain(9_000, "last")
    ));
    let told = spoilt.check();
    assert!(
        told.problems.iter().all(|(rule, ..)| rule != "position-cycle"),
        "{told:#?}"
    );
    Spoilt::new()
        .pages(&format!(
            "{}      last: {{label: L, type: text}}\n",
            chain(40_000, "last")
        ))
        .is("too-large", FORM);
    Spoilt::new().pages(&chain(40_000, "f0")).is("position-cycle", FORM);
}

#[test]
fn conditions_that_read_one_another() {
    let chain = |last: &str| {
        (0..9_000).fold(String::from("  p:\n    title: P\n    fields:\n"), |mut text, at| {
            writeln!(text, "      f{at}: {{label: F, type: yes-no, showWhen: 'f{}'}}", at + 1).unwrap();
            text
        }) + last
    };
    let spoilt = Spoilt::new();
    spoilt.pages(&chain("      f9000: {label: F, type: yes-no}\n"));
    let told = spoilt.check();
    assert!(!told.has("visibility-cycle", FORM), "{told:#?}");
    Spoilt::new()
        .pages(&chain("      f9000: {label: F, type: yes-no, showWhen: 'f0'}\n"))
        .is("visibility-cycle", FORM);

    let lets = (0..9_000).rev().fold(String::new(), |mut text, at| {
        writeln!(text, "  l{at}: 'l{}'", at + 1).unwrap();
        text
    });
    let head = "form: applied\nextends: base/applied\nlet:\n";
    let sound = Spoilt::new();
    sound.write(FORM, format!("{head}{lets}  l9000: 'funded'\n"));
    let told = sound.check();
    assert!(!told.has("computation-cycle", FORM), "{told:#?}");
    Spoilt::new()
        .write(FORM, format!("{head}{lets}  l9000: 'l0'\n"))
        .is("computation-cycle", FORM);
}

/// A form over a schema of these properties and definitions.
fn schema(properties: &str, defs: &str) -> Spoilt {
    let spoilt = Spoilt::new();
    spoilt.write(FORM, "form: applied\ntitle: t\nversion: \"1\"\ncode: Y\nschema: some.schema.json\npages: {p: {title: P, fields: [f]}}\n");
    spoilt.write(
        SCHEMA,
        format!("{{\"type\": \"object\", \"properties\": {{{properties}}},\n\"$defs\": {{{defs}}}}}\n"),
    );
    spoilt
}

#[test]
fn references() {
    for (properties, defs, rule) in [
        (r##""f": {"$ref": "#/properties/f"}"##, "", "schema-ref"),
        (
            r##""f": {"$ref": "#/$defs/a"}"##,
            r##""a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}"##,
            "schema-ref",
        ),
        (r##""f": {"$ref": "#"}"##, "", "schema-unsupported"),
        (r##""f": {"type": "array", "items": {"$ref": "#"}}"##, "", "schema-ref"),
        (
            r##""f": {"type": "string", "not": {"$ref": "#/properties/f"}}"##,
            "",
            "schema-ref",
        ),
        (
            r##""f": {"type": "string", "anyOf": [{"$ref": "#/$defs/a"}]}"##,
            r##""a": {"anyOf": [{"$ref": "#/$defs/a"}]}"##,
            "schema-ref",
        ),
        (r##""f": {"$ref": "../../../etc/passwd#/a"}"##, "", "schema-ref"),
        (r##""f": {"$ref": "file:///etc/passwd"}"##, "", "schema-ref"),
        (r##""f": {"$ref": "http://127.0.0.1:1/a.json"}"##, "", "schema-ref"),
        (r##""f": {"$ref": 7}"##, "", "schema-ref"),
    ] {
        let told = schema(properties, defs).check();
        assert!(told.has(rule, SCHEMA), "{properties}: no {rule}: {told:#?}");
    }
    // Ten of the next at every step: 10^8 in all.
    let defs: Vec<String> = (0..8)
        .map(|at| {
            format!(
                "\"a{at}\": {{\"allOf\": [{}]}}",
                vec![format!("{{\"$ref\": \"#/$defs/a{}\"}}", at + 1); 10].join(", ")
            )
        })
        .collect();
    let defs = format!("{}, \"a8\": {{\"maxLength\": 3}}", defs.join(",\n"));
    schema(r##""f": {"type": "string", "allOf": [{"$ref": "#/$defs/a0"}]}"##, &defs).is("too-large", SCHEMA);
    // Each a whole copy of a large piece.
    let large: Vec<String> = (0..2_000).map(|at| format!("\"v{at}\"")).collect();
    let properties: Vec<String> = (0..1_000)
        .map(|at| format!("\"p{at}\": {{\"$ref\": \"#/$defs/large\"}}"))
        .collect();
    let large = format!("\"large\": {{\"type\": \"string\", \"enum\": [{}]}}", large.join(",\n"));
    schema(&properties.join(",\n"), &large).is("too-large", SCHEMA);
}
