use super::*;
use crate::definition::build::codes;
use crate::definition::expression::RecordType;

fn record(name: &str, columns: &[(&str, Type)]) -> Type {
    let columns = columns.iter().map(|(id, ty)| ((*id).into(), ty.clone()));
    Type::Record(std::sync::Arc::new(RecordType {
        name: name.into(),
        columns: columns.collect(),
    }))
}

/// A form with one answer of each type, a table and a table in it.
fn form() -> (Names, Scope) {
    let colour = Type::Code(codes("colour", &["red", "blue", "1"]));
    let fields = [
        ("name", Type::Text),
        ("age", Type::Int),
        ("score", Type::Decimal),
        ("born", Type::Date),
        ("met", Type::Date),
        ("sure", Type::Bool),
        ("colour", colour.clone()),
        ("colours", Type::List(Box::new(colour))),
    ];
    let mut names = Names::new();
    let mut scope = Scope::default();
    let mut put = |name: &str, tables: &[&str], what: What| {
        let tables = tables.iter().map(|table| (*table).to_owned()).collect();
        names.insert(
            name.into(),
            Named {
                id: name.to_lowercase(),
                tables,
                what,
            },
        );
    };
    for (name, ty) in fields {
        put(name, &[], What::Answer(ty.clone()));
        scope.names.insert(name.into(), ty);
    }
    put("Member", &[], What::Table);
    put("role", &["member"], What::Answer(Type::Text));
    put("amount", &["member"], What::Answer(Type::Decimal));
    put("Visit", &["member"], What::Table);
    put("cost", &["member", "visit"], What::Answer(Type::Int));
    put("gone", &[], What::Left);
    put("twice", &[], What::Ambiguous);
    put("circle", &[], What::Pending);
    put("day", &[], What::Word("today", Type::Date));
    let visit = record("visit", &[("cost", Type::Int), ("index", Type::Int)]);
    let member = record(
        "member",
        &[
            ("role", Type::Text),
            ("amount", Type::Decimal),
            ("visit", Type::List(Box::new(visit.clone()))),
            ("index", Type::Int),
        ],
    );
    scope.names.insert("member".into(), Type::List(Box::new(member)));
    scope.names.insert("today".into(), Type::Date);
    scope.names.insert("app".into(), crate::definition::scope::App::ty());
    (names, scope)
}

/// What a source becomes, or `! message` of why it does not.
fn turned(source: &str, tables: &[&str], dot: Option<&str>, wanted: Wanted) -> String {
    let (names, scope) = form();
    let tables: Vec<String> = tables.iter().map(|table| (*table).to_owned()).collect();
    let around = Around {
        names: &names,
        tables: &tables,
        dot: dot.map(|dot| (dot, true)),
        day: "today",
        columns: &[("province".to_owned(), "province".to_owned())],
    };
    let mut scope = scope.with("it", record("list", &[("code", Type::Text), ("province", Type::Text)]));
    let row = |ty: Option<Type>| match ty {
        Some(Type::List(row)) => *row,
        _ => unreachable!(),
    };
    if !tables.is_empty() {
        let outer = row(scope.names.get("member").cloned());
        let Type::Record(columns) = &outer else { unreachable!() };
        scope = match tables.len() {
            1 => scope.with("row", outer),
            _ => scope
                .with("row", row(columns.columns.get("visit").cloned()))
                .with("outer", outer.clone()),
        };
    }
    match turn(source, around, wanted, &scope) {
        Ok(turned) => turned.text,
        Err(wrong) => format!("! {}", wrong.message.get(crate::definition::Language::English)),
    }
}

fn check(source: &str, expected: &str) {
    assert_eq!(turned(source, &[], None, Wanted::Condition), expected, "{source}");
}

fn check_value(source: &str, expected: &str) {
    assert_eq!(turned(source, &[], None, Wanted::Value), expected, "{source}");
}

#[test]
fn conditions() {
    for (source, expected) in [
        ("${colour} = 'red'", r#"colour == "red""#),
        ("'red'=${colour}", r#""red" == colour"#),
        ("${colour} != 'red'", r#"!filled(colour) || colour != "red""#),
        ("${colour} = 1", r#"colour == "1""#),
        ("${name} > 1", "double(name) > 1"),
        ("${name} = ${age}", "double(name) == age"),
        ("${name} = ''", "!filled(name)"),
        ("${name} != ''", "filled(name)"),
        ("${name}", "filled(name)"),
        ("${age} > 18 and ${age} <= 60", "age > 18 && age <= 60"),
        ("${age} >= '18'", "age >= 18"),
        (
            "${age} > 18 or ${sure} and ${name} != ''",
            "age > 18 || sure && filled(name)",
        ),
        (
            "(${age} > 18 or ${sure}) and ${name} != ''",
            "(age > 18 || sure) && filled(name)",
        ),
        ("not(${age} > 18)", "!(filled(age) && age > 18)"),
        (
            "not(${age} > 18 or ${sure})",
            "!(filled(age) && age > 18) && !(filled(sure) && sure)",
        ),
        ("not(${colour} = 'red')", r#"!filled(colour) || colour != "red""#),
        ("not(not(${colour} = 'red'))", r#"colour == "red""#),
        ("${sure} = true()", "sure"),
        ("${sure} = 'OK'", "sure"),
        ("${sure} = false()", "!(filled(sure) && sure)"),
        ("selected(${colours}, 'red')", r#""red" in colours"#),
        ("not(selected(${colours}, 'red'))", r#"!("red" in colours)"#),
        ("selected(${colour}, 'red')", r#"colour == "red""#),
        ("count-selected(${colours}) > 2", "size(colours) > 2"),
        ("${colours} = 'red blue'", r#"colours == ["red", "blue"]"#),
        ("string-length(${name}) < 10", "size(name) < 10"),
        (
            "regex(${name}, '[A-Z]{2}\\d+')",
            r#"name.matches("^(?:[A-Z]{2}\\d+)$")"#,
        ),
        ("regex(${name}, '^a$')", r#"name.matches("^a$")"#),
        (
            "contains(${name}, \"x\") and starts-with(${name}, 'y')",
            r#"name.contains("x") && name.startsWith("y")"#,
        ),
        ("${born} < date('2000-01-31')", r#"born < date("2000-01-31")"#),
        ("${born} < '2000-01-31'", r#"born < date("2000-01-31")"#),
        ("${born} <= today()", "born <= today"),
        ("${met} - ${born} > 30", "met > born + days(30)"),
        ("int((today() - ${born}) div 365.25) >= 18", "today >= born + years(18)"),
        ("int((today() - ${born}) div 365.25) > 17", "today >= born + years(18)"),
        ("18 <= int((today() - ${born}) div 365.25)", "today >= born + years(18)"),
        ("${met} = ${born} + 5", "met == born + days(5)"),
        ("count(${Member}) > 2", "size(member) > 2"),
        ("sum(${amount}) > 100", "sum(member.map(r, r.amount)) > 100"),
        ("/data/group/age = 5", "age == 5"),
        ("${day} > ${born}", "today > born"),
        ("province = ${name}", "it.province == name"),
        ("${name} = “甲”", r#"name == "甲""#),
        ("${name} = 'a\"b\\'", r#"name == "a\"b\\""#),
        ("if(${sure}, ${age} > 1, ${age} > 2)", "sure ? age > 1 : age > 2"),
    ] {
        check(source, expected);
    }
}

#[test]
fn values() {
    for (source, expected) in [
        ("${age} div 2", "double(age) / 2.0"),
        ("${age} * 2 + 1", "age * 2 + 1"),
        ("(${age} + 1) * 2", "(age + 1) * 2"),
        ("${age} - (${age} - 1)", "age - (age - 1)"),
        ("${age} mod 2", "age % 2"),
        ("-${age} + .5", "-age + 0.5"),
        ("${name} + 1", "double(name) + 1"),
        ("number(${name})", "double(name)"),
        ("int(${score})", "int(score)"),
        (
            "round(${score}, 2)",
            "double(int(score * 100.0 + (score < 0.0 ? -0.5 : 0.5))) / 100.0",
        ),
        ("if(${age} > 18, 'adult', 'child')", r#"age > 18 ? "adult" : "child""#),
        ("if(${age} > 18, ${age}, '')", r#"age > 18 ? string(age) : """#),
        ("coalesce(${name}, 'none')", r#"filled(name) ? name : "none""#),
        ("concat(${name}, ' ', ${age})", r#"name + " " + string(age)"#),
        ("jr:choice-name(${colour}, '${colour}')", "label(colour)"),
        ("selected-at(${colours}, 0)", "colours[0]"),
        ("max(${age}, 5)", "age > 5 ? age : 5"),
        ("indexed-repeat(${amount}, ${Member}, 1)", "member[0].amount"),
        ("count(${amount})", "size(member)"),
        ("count-non-empty(${amount})", "size(member.filter(r, filled(r.amount)))"),
        ("format-date(${born}, '%Y')", "string(born.getFullYear())"),
        ("today()", "today"),
        ("${born} + 7", "born + days(7)"),
    ] {
        check_value(source, expected);
    }
}

#[test]
fn rows() {
    let within = |source: &str, tables: &[&str]| turned(source, tables, Some("amount"), Wanted::Condition);
    assert_eq!(
        within("${role} = 'x' and ${age} > 1", &["member"]),
        r#"row.role == "x" && age > 1"#
    );
    assert_eq!(within(". > 5", &["member"]), "row.amount > 5");
    assert_eq!(within("../role != ''", &["member"]), "filled(row.role)");
    assert_eq!(within("position(..) = 1", &["member"]), "row.index == 1");
    assert_eq!(
        within("sum(${cost}) > 5", &["member"]),
        "sum(row.visit.map(r, r.cost)) > 5"
    );
    assert_eq!(
        within("${cost} > 5 and ${role} = 'x'", &["member", "visit"]),
        r#"row.cost > 5 && outer.role == "x""#
    );
    assert_eq!(
        within("${amount} > 5", &[]),
        "! this reads a column of several rows: make one value of it with sum() or count()"
    );
}

#[test]
fn what_is_answered_for_sure_needs_no_question() {
    let about = |source: &str| turned(source, &[], Some("colour"), Wanted::Condition);
    assert_eq!(about(". != 'red'"), r#"colour != "red""#);
    assert_eq!(
        about("not(. = 'red') or ${name} != 'x'"),
        r#"colour != "red" || !filled(name) || name != "x""#
    );
}

#[test]
fn what_cannot_be_turned_is_told() {
    for (source, expected) in [
        (
            "pulldata('a', 'b')",
            "! there is nothing that `pulldata()` could be turned into",
        ),
        ("${nobody} = 1", "! there is no question called `nobody`"),
        ("${gone} = 1", "! `gone` was not taken over"),
        ("${twice} = 1", "! several questions are called `twice`"),
        ("${circle} = 1", "! `circle` is worked out of itself"),
        ("${colour} = 'green'", "! colour has no code \"green\""),
        ("${age} >", "! the expression breaks off here"),
        ("${age", "! `${` has no `}`"),
        ("'a", "! the quote has no counterpart"),
        ("(${age} > 1", "! `)` is missing here"),
        ("${age} > 1)", "! `)` is not expected here"),
        ("${age} ? 1", "! `?` cannot stand in an expression"),
        ("age > 1", "! a question is written ${age}"),
        (
            "instance('x')/root/item[name = 'a']/label = 'b'",
            "! a path with a [condition] cannot be turned",
        ),
        (
            "regex(${name}, '(?=a)b')",
            "! the pattern is wrong: error: look-around, including look-ahead and look-behind, is not supported",
        ),
        (
            "${born} - ${met} + 1 > 2",
            "! two days cannot be subtracted; compare a with b + days(n)",
        ),
        ("${sure} + 1 > 2", "! this takes a number, but it is yes or no"),
        (
            "99999999999999999999 > ${age}",
            "! 99999999999999999999 has too many digits",
        ),
        ("", "! the expression breaks off here"),
    ] {
        check(source, expected);
    }
}

#[test]
fn no_source_takes_long_or_much() {
    let deep = format!("{}1{}", "(".repeat(100), ")".repeat(100));
    let nested = (0..30).fold("${score}".to_owned(), |inner, _| format!("round({inner}, 2)"));
    let chain = vec!["${age}"; 190].join(" + ");
    let if_chain = (0..30).fold("'a'".to_owned(), |inner, _| format!("if({inner} = 'a', 'a', 'b')"));
    let minus = "-".repeat(300);
    for source in [
        deep,
        nested,
        chain,
        if_chain,
        minus,
        "x".repeat(5_000),
        "${age} and ".repeat(300),
    ] {
        let told = turned(&source, &[], None, Wanted::Value);
        assert!(told.len() < 3_000, "{source}");
    }
}

/// Whatever is cut out of good sources or put into them: an answer, never a panic.
#[test]
fn garbled_sources_do_no_harm() {
    let good =
        "if(selected(${colours}, 'red') and not(regex(${name}, '^a+$')), (${age} - 1) div 2, coalesce(../x, -.5))";
    let marks = [
        "", "(", ")", "'", "${", "}", "..", "/", " and ", "，", "[", "-", "\u{0}", "甲", "1e9",
    ];
    for (at, _) in good.char_indices() {
        for (index, mark) in marks.iter().enumerate() {
            let rest = good[at..]
                .char_indices()
                .nth(index % 4)
                .map_or("", |(skip, _)| &good[at + skip..]);
            turned(
                &format!("{}{mark}{rest}", &good[..at]),
                &[],
                Some("name"),
                Wanted::Condition,
            );
        }
    }
}
