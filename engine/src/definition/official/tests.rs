use super::*;
use crate::definition::sheet;

fn list(csv: &str, options: &Options) -> List {
    read(&sheet::read(csv.as_bytes(), "list").unwrap(), options).unwrap()
}

fn guessed(csv: &str) -> List {
    list(csv, &Options::default())
}

/// `code<parent` of each code.
fn tree(list: &List) -> Vec<String> {
    list.codes
        .iter()
        .map(|code| format!("{}<{}", code.code, code.parent))
        .collect()
}

fn rules(list: &List) -> Vec<(&'static str, usize)> {
    list.remarks
        .iter()
        .map(|remark| (remark.rule, remark.place.1))
        .collect()
}

#[test]
fn columns_are_found_by_what_they_are_called() {
    for csv in [
        "code,name\n1,甲\n",
        "代码,名称\n1,甲\n",
        "学科 代码,学科名称,说明\n1,甲,x\n",
        "名称,上级代码,代码\n甲,,1\n",
        "某某分类,,\n,,\n序号,类目代码,类目名称\n一,1,甲\n",
        "\u{feff}编码;中文名称\n1;甲\n",
    ] {
        let found = guessed(csv);
        assert_eq!(
            (found.codes[0].code.as_str(), found.codes[0].name.as_str()),
            ("1", "甲"),
            "{csv}"
        );
    }
    let wanted = |text: &str| Options {
        columns: Wanted::parse(text).unwrap(),
        ..Options::default()
    };
    assert_eq!(
        list("x,y,z\n1,甲,\n11,乙,1\n", &wanted("code=x,name=y,parent=z")).codes[1].parent,
        "1"
    );
    assert_eq!(list("x,y\n1,甲\n", &wanted("code=A,name=B")).codes[0].name, "甲");
    assert!(Wanted::parse("code=x,label=y").is_err());
    let book = sheet::read("x,y\n1,甲\n".as_bytes(), "list").unwrap();
    assert!(matches!(
        read(&book, &Options::default()),
        Err(OfficialError::NoColumn { .. })
    ));
    let book = sheet::read("code,name\n".as_bytes(), "list").unwrap();
    assert!(matches!(read(&book, &Options::default()), Err(OfficialError::NoCodes)));
}

#[test]
fn parents_follow_from_codes() {
    let check = |csv: &str, scheme: &str, expected: &[&str]| {
        let scheme = scheme.parse().unwrap();
        assert_eq!(
            tree(&list(
                csv,
                &Options {
                    scheme,
                    ..Options::default()
                }
            )),
            expected,
            "{csv}"
        );
    };
    let subjects = "code,name\n110,数学\n11011,数学史\n1101110,通史\n120,信息\n";
    check(subjects, "guess", &["110<", "11011<110", "1101110<11011", "120<"]);
    check(
        subjects,
        "levels:3,2,2",
        &["110<", "11011<110", "1101110<11011", "120<"],
    );
    check(subjects, "none", &["110<", "11011<", "1101110<", "120<"]);
    let places = "code,name\n620000,甲省\n620100,乙市\n620102,丙区\n110000,丁市\n110101,戊区\n";
    let expected = ["620000<", "620100<620000", "620102<620100", "110000<", "110101<110000"];
    check(places, "guess", &expected);
    check(places, "padded", &expected);
    check(
        "code,name\nA,甲\nA01,乙\nA01.1,丙\n",
        "guess",
        &["A<", "A01<A", "A01.1<A01"],
    );
    check("code,name\n1,甲\n2,乙\n10,丙\n", "guess", &["1<", "2<", "10<"]);
    // Levels that ought to be there are orphans where they are not.
    let missing = list(
        "code,name\n110,甲\n1201110,乙\n",
        &Options {
            scheme: "levels:3,2,2".parse().unwrap(),
            ..Options::default()
        },
    );
    assert_eq!(rules(&missing), [("codes-orphan", 3)]);
    for wrong in ["", "padded:", "levels:0", "levels:3,x", "tree"] {
        assert!(wrong.parse::<Scheme>().is_err(), "{wrong}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_cell() {
    let found = guessed("code,name,parent\n1,甲,\n1,乙,\n3,丙,9\n4,丁,5\n5,戊,4\n,己,\n７,庚 ,\n");
    assert_eq!(
        rules(&found),
        [
            ("codes-empty", 7),
            ("codes-full-width", 8),
            ("codes-spaces", 8),
            ("codes-duplicate", 3),
            ("codes-orphan", 4),
            ("codes-loop", 5),
            ("codes-loop", 6)
        ]
    );
    assert!(!found.is_sound());
    assert_eq!(
        found.codes.last().map(|code| (code.code.as_str(), code.name.as_str())),
        Some(("7", "庚"))
    );
    let told = print(&found.remarks, "list.csv", Language::Chinese);
    assert!(
        told.contains("error[codes-duplicate] list.csv list!A3: 代码 1 重复，第一次在第 2 行"),
        "{told}"
    );
}

#[test]
fn a_written_list_is_read_again() {
    let first = guessed("代码,名称,level\n110,\"数学,及其他\",1\n11011,数学史,2\n");
    let again = guessed(&first.to_csv());
    assert_eq!(
        first.to_csv(),
        "code,name,parent,level\n110,\"数学,及其他\",,1\n11011,数学史,110,2\n"
    );
    assert_eq!(tree(&first), tree(&again));
    assert!(compare(&first.codes, &again.codes).is_empty());
}

#[test]
fn two_editions_are_compared() {
    let old = guessed("code,name,parent\n1,甲,\n11,乙,1\n12,丙,1\n2,丁,\n");
    let new = guessed("code,name,parent\n1,甲,\n11,乙乙,1\n2,丁,\n13,戊,2\n12,丙,2\n");
    let difference = compare(&old.codes, &new.codes);
    assert_eq!(
        difference.print(Language::Chinese),
        "+ 13 戊\n~ 11 乙 → 乙乙\n^ 12 1 → 2\n新增 1，删去 0，改名 1，改上级 1\n"
    );
    assert!(compare(&new.codes, &old.codes).removed.len() == 1);
}
