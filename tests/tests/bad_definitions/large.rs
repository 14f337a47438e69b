//! What is far too much of something that is right in itself.

use std::fmt::Write;

use super::Spoilt;

const FORM: &str = "qingshan/applied.form.yaml";
const MILLION: usize = 1_000_000;

/// `count` lines, each made from its number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, at| {
        writeln!(text, "{}", line(at)).unwrap();
        text
    })
}

#[test]
fn a_file_of_ten_megabytes() {
    for (file, line) in [
        (FORM, "# a comment of no use, said once more\n"),
        ("qingshan/workflow.yaml", "- [a, b]\n"),
        ("qingshan/codes/level.csv", "a,b\n"),
        ("qingshan/texts/faq.md", "A line.\n"),
    ] {
        let text = line.repeat(10 * MILLION / line.len());
        Spoilt::new().write(file, text).is("file-unreadable", file);
    }
}

#[test]
fn a_file_just_below_the_limit_full_of_values() {
    let eight = 8 * MILLION;
    for text in [
        "- a\n".repeat(eight / 4),
        "[],".repeat(20_000 / 3) + "\n",
        format!("a: [\n{}]\n", "[],\n".repeat(eight / 4 - 10)),
        lines(400_000, |at| format!("key{at}: 1")),
        lines(200_000, |at| format!("? key{at}\n: 1")),
        lines(150_000, |at| format!("- {{a: {at}, b: c}}")),
        format!("a: >\n{}", "  text\n".repeat(eight / 8)),
        format!("a: \"{}\"\n", "\\u4e2d\n".repeat(eight / 8)),
        "---\n".repeat(eight / 4),
        "%TAG ! !\n".repeat(eight / 9),
        "'\n".repeat(eight / 2),
        "a\n".repeat(eight / 2),
        "? \n".repeat(eight / 3),
    ] {
        let start: String = text.chars().take(30).collect();
        let spoilt = Spoilt::new();
        // Without `form:` it is a part, of which nothing is said where it is sound.
        spoilt.write(FORM, text);
        let told = spoilt.check();
        assert!(!told.problems.is_empty(), "{start:?}");
    }
}

#[test]
fn one_line_that_does_not_end() {
    for text in [
        "[".repeat(MILLION),
        "a: ".repeat(MILLION),
        "x".repeat(7 * MILLION),
        "{a: ".repeat(MILLION),
    ] {
        Spoilt::new().write(FORM, text).is("too-large", FORM);
    }
}

#[test]
fn lists_and_maps_deep_in_one_another() {
    for text in [
        "[".repeat(10_000),
        "{a: ".repeat(10_000),
        format!("a: {}{}", "[".repeat(60_000 / 2), "]".repeat(60_000 / 2)),
        lines(3_000, |at| format!("{}a:", " ".repeat(at))),
        lines(200, |at| format!("{}- ", "- ".repeat(at))),
        format!("x: {}1{}", "[".repeat(65), "]".repeat(65)),
    ] {
        Spoilt::new()
            .write(FORM, text)
            .told_as(&["yaml-depth", "yaml-syntax"], FORM);
    }
}

#[test]
fn a_key_or_name_of_a_megabyte() {
    let name = "n".repeat(60_000);
    let long = "n".repeat(7 * MILLION);
    for text in [
        format!("form: applied\nextends: base/applied\n{name}: 1\n"),
        format!("form: {name}\nextends: base/applied\n"),
        format!("form: applied\nextends: {name}\n"),
        format!(
            "form: applied\nextends: base/applied\npages: {{p: {{title: t, fields: {{{name}: {{label: l, type: text}}}}}}}}\n"
        ),
        format!(
            "form: applied\nextends: base/applied\npages: {{p: {{title: t, fields: {{f: {{label: l, type: {name}}}}}}}}}\n"
        ),
        format!(
            "form: applied\nextends: base/applied\npages:\n  p:\n    title: t\n    fields:\n      f:\n        label: l\n        type: |\n          {}\n",
            long.as_bytes()
                .chunks(50_000)
                .map(|chunk| String::from_utf8_lossy(chunk).into_owned())
                .collect::<Vec<_>>()
                .join("\n          ")
        ),
    ] {
        let spoilt = Spoilt::new();
        spoilt.write(FORM, text);
        let told = spoilt.check();
        assert!(told.problems.iter().any(|(_, file, _)| file == FORM), "{told:#?}");
        let longest = told.problems.iter().map(|(_, _, message)| message.len()).max();
        assert!(longest < Some(10_000), "a message of {longest:?} bytes");
    }
}

#[test]
fn a_hundred_thousand_of_something() {
    let many = 100_000;
    let fields = lines(many, |at| format!("      f{at}: {{label: F, type: text}}"));
    Spoilt::new()
        .pages(&format!("  p:\n    title: P\n    fields:\n{fields}"))
        .is("too-large", FORM);

    let columns = lines(20_000, |at| format!("          c{at}: {{label: F, type: text}}"));
    let table = format!(
        "  p:\n    title: P\n    fields:\n      t:\n        label: T\n        type: table\n        columns:\n{columns}"
    );
    Spoilt::new().pages(&table).is("too-large", FORM);

    let codes = lines(1_200_000, |at| format!("{at},n"));
    Spoilt::new()
        .write("qingshan/codes/level.csv", format!("code,name\n{codes}"))
        .is("file-unreadable", "qingshan/codes/level.csv");
    let codes = lines(600_000, |at| format!("{at},n"));
    Spoilt::new()
        .write("qingshan/codes/level.csv", format!("code,name\n{codes}"))
        .is("too-large", "qingshan/codes/level.csv");
    let wide = format!("code,name,{}\n1,1,{}\n", "c,".repeat(many), ",".repeat(many));
    Spoilt::new()
        .write("qingshan/codes/level.csv", wide)
        .is("csv-header", "qingshan/codes/level.csv");

    let roles = lines(20_000, |at| format!("  r{at}: {{label: R, sees: own}}"));
    let region = format!("extends: base\nname: x\ntitle: x\nauthority: x\nroles:\n{roles}");
    Spoilt::new()
        .write("qingshan/region.yaml", region)
        .is("too-large", "qingshan/region.yaml");
    let states = lines(20_000, |at| format!("  s{at}: {{label: S, final: true}}"));
    let actions = lines(20_000, |at| {
        format!("  a{at}: {{label: A, from: s{at}, by: applicant, to: s{at}}}")
    });
    let workflow = format!("start: s0\nstates:\n{states}actions:\n{actions}");
    Spoilt::new()
        .write("qingshan/workflow.yaml", workflow)
        .is("too-large", "qingshan/workflow.yaml");
    let rules = lines(20_000, |at| format!("  r{at}: {{assert: 'filled(name)', message: m}}"));
    let lets = lines(20_000, |at| format!("  l{at}: 'filled(name)'"));
    for part in [format!("rules:\n{rules}"), format!("let:\n{lets}")] {
        let form = format!("form: applied\nextends: base/applied\n{part}");
        Spoilt::new().write(FORM, form).is("too-large", FORM);
    }

    let numbers = "1,\n  ".repeat(many);
    Spoilt::new()
        .pages(&format!(
            "  p: {{title: P, fields: {{f: {{label: F, type: integer, enum: [{numbers}]}}}}}}\n"
        ))
        .check();
}

/// A problem each, and more of them than anybody reads.
#[test]
fn a_hundred_thousand_mistakes() {
    let many = 70_000;
    for (file, text) in [
        (
            FORM,
            format!("form: applied\n{}", lines(many, |at| format!("unknown{at}: 1"))),
        ),
        (FORM, format!("form: applied\n{}", "title: a\n".repeat(many))),
        (
            FORM,
            format!(
                "form: applied\nextends: base/applied\nrules:\n{}",
                lines(many, |at| format!("  r{at}: {{assert: 'nname{at} == 1', message: m}}"))
            ),
        ),
        (
            FORM,
            format!(
                "form: applied\nextends: base/applied\npages:\n  p:\n    title: P\n    fields:\n{}",
                lines(9_000, |at| format!(
                    "      f{at}: {{label: F, type: text, showWhen: 'fx{at} == 1'}}"
                ))
            ),
        ),
        (
            FORM,
            format!("form: applied\n{}", lines(many, |at| format!("k{at}: &a 1"))),
        ),
        (FORM, lines(many, |at| format!("k{at}: *a"))),
        ("qingshan/codes/level.csv", format!("code,name\n{}", ",\n".repeat(many))),
        (
            "qingshan/codes/level.csv",
            format!("code,name\n{}", "a,b,c\n".repeat(many)),
        ),
        (
            "qingshan/codes/level.csv",
            format!("code,name\n{}", "a,b\n".repeat(many)),
        ),
        (
            "qingshan/codes/level.csv",
            format!("code,name,parent\n{}", lines(many, |at| format!("{at},n,x{at}"))),
        ),
        (
            "qingshan/codes/level.csv",
            format!(
                "code,name,parent\n{}",
                lines(many, |at| format!("{at},n,{}", (at + 1) % many))
            ),
        ),
        (
            "qingshan/codes/level.csv",
            format!(
                "code,name,parent\n0,n,\n{}",
                lines(many, |at| format!("{},n,{at}", at + 1))
            ),
        ),
        (
            "qingshan/calendars/cn.csv",
            format!("date,kind\n{}", "a,b\n".repeat(many)),
        ),
    ] {
        let start: String = text.chars().take(60).collect();
        let spoilt = Spoilt::new();
        spoilt.write(file, text);
        let told = spoilt.check();
        assert!(
            told.problems.iter().any(|(_, place, _)| place == file),
            "{start:?}: {told:#?}"
        );
        assert!(
            told.problems.len() <= 502,
            "{start:?}: {} problems",
            told.problems.len()
        );
    }
}

#[test]
fn more_is_required_than_anybody_can_give() {
    for field in [
        "{label: F, type: list, of: text, minItems: 1000000000000}",
        "{label: F, type: file, accept: [pdf], minItems: 1000000000000}",
        "{label: F, type: text, minLength: 1000000000000}",
        "{label: F, type: table, minRows: 1000000000000, maxRows: 1000000000000, columns: {a: {label: A, type: text}}}",
    ] {
        Spoilt::new()
            .pages(&format!("  p: {{title: P, fields: {{f: {field}}}}}\n"))
            .is("constraint-contradiction", FORM);
    }
    for field in [
        "{label: F, type: list, of: text, minItems: -1}",
        "{label: F, type: text, maxLength: 1e999}",
        "{label: F, type: text, maxLength: [1]}",
        "{label: F, type: integer, multipleOf: 0}",
    ] {
        Spoilt::new()
            .pages(&format!("  p: {{title: P, fields: {{f: {field}}}}}\n"))
            .is("constraint-invalid", FORM);
    }
    Spoilt::new().pages("  p: {title: P, fields: {f: {label: F, type: table, maxRows: 99999999999999999999, columns: {a: {label: A, type: text}}}}}\n").is("wrong-type", FORM);
    Spoilt::new()
        .pages("  p: {title: P, fields: {f: {label: F, type: file, maxSize: 99999999999999999999 MB}}}\n")
        .is("wrong-type", FORM);
}
