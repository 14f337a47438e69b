//! Expressions and patterns beyond their limits.

use super::Spoilt;

const FORM: &str = "qingshan/applied.form.yaml";

/// The rule that a condition of the form breaks.
fn condition(source: &str, rule: &str) {
    let quoted = source.replace('\'', "''");
    let spoilt = Spoilt::new();
    spoilt.pages(&format!("  p:\n    title: P\n    fields:\n      f:\n        label: F\n        type: text\n        showWhen: '{quoted}'\n"));
    let told = spoilt.check();
    let start: String = source.chars().take(60).collect();
    assert!(told.has(rule, FORM), "{start:?}: no {rule}: {told:#?}");
}

#[test]
fn sources_that_are_too_long_or_too_deep() {
    condition(&format!("funded{}", " && funded".repeat(300)), "expression-too-long");
    condition(&"x".repeat(60_000), "expression-too-long");
    condition(&format!("size({}) > 1", ["1"; 400].join(",")), "expression-too-long");
    condition(&format!("funded{}", "&&funded".repeat(160)), "expression-too-long");
    condition(
        &format!("{}funded{}", "(".repeat(900), ")".repeat(900)),
        "expression-too-deep",
    );
    condition(
        &format!("{}1{} == []", "[".repeat(900), "]".repeat(900)),
        "expression-too-deep",
    );
    condition(
        "people.exists(a, people.exists(b, people.exists(c, a.name == c.name)))",
        "expression-too-deep",
    );
    condition(&format!("{}true", "true ? true : ".repeat(130)), "expression-too-long");
    condition(&"(".repeat(1_999), "expression-too-deep");
    condition(&"\u{ff08}".repeat(600), "expression-syntax");
    condition("\"", "expression-syntax");
    condition("9223372036854775808 == 1", "expression-literal");
    condition("-9223372036854775809 == 1", "expression-literal");
    condition("name.matches(\"(((((a{9}){9}){9}){9}){9}){9}\")", "expression-literal");
    condition("name.matches(\"(?=a)\")", "expression-literal");
    condition("name.matches(\"(\")", "expression-literal");
}

#[test]
fn patterns_that_explode() {
    for pattern in [
        "(((((((a{99}){99}){99}){99}){99}){99}){99}",
        r"(\p{L}{500}){500}",
        "(",
        "(?=a)",
        r"\1",
        "[z-a]",
        "a{1000000}",
    ] {
        let spoilt = Spoilt::new();
        spoilt.pages(&format!(
            "  p: {{title: P, fields: {{f: {{label: F, type: text, pattern: '{pattern}'}}}}}}\n"
        ));
        let told = spoilt.check();
        assert!(told.has("constraint-invalid", FORM), "{pattern}: {told:#?}");
    }
    // Each is as large as it may be.
    let fields = (0..5_000).fold(String::new(), |text, at| {
        text + &format!("      f{at}: {{label: F, type: text, pattern: '[a-z]{{9000}}'}}\n")
    });
    let page = format!("  p:\n    title: P\n    fields:\n{fields}");
    Spoilt::new().pages(&page).is("too-large", FORM);
    // What is exponential elsewhere is a matter of nothing here, also against a value.
    let spoilt = Spoilt::new();
    let value = "a".repeat(5_000);
    spoilt.pages(&format!(
        "  p: {{title: P, fields: {{f: {{label: F, type: text, pattern: '^(a+)+$', default: '{value}!'}}}}}}\n"
    ));
    spoilt.is("default-misfit", FORM);
}

#[test]
fn messages_with_many_expressions() {
    let many = "{name} ".repeat(5_000);
    let rules = format!(
        "form: applied\nextends: base/applied\nrules:\n  r:\n    assert: 'filled(name)'\n    message: '{many}'\n"
    );
    Spoilt::new().write(FORM, rules).is("expression-too-long", FORM);
    let braces = "{".repeat(50_000);
    let rules = format!(
        "form: applied\nextends: base/applied\nrules:\n  r:\n    assert: 'filled(name)'\n    message: '{braces}x'\n"
    );
    Spoilt::new().write(FORM, rules).check();
}
