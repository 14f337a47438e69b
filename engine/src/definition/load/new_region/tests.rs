use super::*;

fn place(name: &str, code: &str) -> Place {
    Place {
        name: name.into(),
        code: (!code.is_empty()).then(|| code.into()),
    }
}

#[test]
fn a_templates_holes_are_filled() {
    let wanted = Wanted {
        region: "yunnan".into(),
        from: "base".into(),
        name: None,
    };
    let template =
        "extends: __from__\nname: __name__\nplace: \"__place__\"\npattern: '9__digits__{year}' # __region__\n";
    for (place, expected) in [
        (
            place("云南省", "530000"),
            "extends: base\nname: 云南省\nplace: \"530000\"\npattern: '953{year}' # yunnan\n",
        ),
        (
            place("某区", ""),
            "extends: base\nname: 某区\npattern: '999{year}' # yunnan\n",
        ),
    ] {
        assert_eq!(filled(template, &wanted, &place), expected);
    }
}

#[test]
fn names_and_digits_are_replaced() {
    let file = std::sync::Arc::new(crate::definition::source::SourceFile::new(
        PathBuf::from("f"),
        "name: {zh: 青山省, en: Qingshan}\nplace: '630000'\n".into(),
    ));
    let region = crate::definition::source::parse(&file, &mut Problems::default()).unwrap();
    let to = place("绿水市", "110000");
    let renaming = Renaming::new(&region, &to);
    for (text, expected) in [
        ("青山省科学技术厅", "绿水市科学技术厅"),
        ("青山科技成果登记系统", "绿水科技成果登记系统"),
        ("省科技厅", "省科技厅"),
    ] {
        assert_eq!(renaming.text(text), expected);
    }
    for (pattern, expected) in [
        ("963{year}{serial:4}", "911{year}{serial:4}"),
        ("A{year}63{serial:4}", "A{year}63{serial:4}"),
        ("63", "11"),
    ] {
        assert_eq!(renaming.pattern(pattern), expected);
    }
}

#[test]
fn what_changes_is_written_as_yaml() {
    for (text, expected) in [
        ("绿水市", "绿水市"),
        ("a: b", "\"a: b\""),
        ("true", "\"true\""),
        ("", "\"\""),
    ] {
        assert_eq!(renaming::quoted(text), expected);
    }
    let changed = renaming::Changed::Map(vec![(
        "certificate".into(),
        renaming::Changed::Map(vec![("label".into(), renaming::Changed::Text("绿水证书".into()))]),
    )]);
    assert_eq!(changed.yaml(1), "\n  certificate:\n    label: 绿水证书\n");
}
