use std::sync::Arc;

use indexmap::IndexMap;

use super::*;
use crate::definition::CodeList;
use crate::definition::code_list::Row;
use crate::definition::expression::{Scope, Type};
use crate::definition::form::{Choice, FileRules, Lookup};

fn field(id: &str, label: &str, kind: FieldType) -> Field {
    Field {
        id: id.into(),
        label: label.into(),
        help: None,
        placeholder: None,
        kind,
        required: false,
        require_when: None,
        show_when: None,
        read_only_when: None,
        default: None,
        sensitive: false,
        print_in_full: false,
        public: false,
        statistic: None,
        renamed_from: Vec::new(),
        constraints: Map::new(),
    }
}

fn tree() -> Choice {
    let row = |code: &str, name: &str, parent: &str| Row {
        code: code.into(),
        name: name.into(),
        parent: parent.into(),
        ..Row::default()
    };
    let list = CodeList::new(
        "d".into(),
        vec![row("5", "工程", ""), row("51", "机械", "5"), row("52", "材料", "5")],
    );
    Choice {
        list: Arc::new(list.unwrap()),
        filter: None,
        leaf_only: false,
    }
}

fn form() -> Form {
    let secret = Field {
        sensitive: true,
        ..field("id_no", "证件号码", FieldType::CnIdNumber)
    };
    let columns = [field("name", "姓名", FieldType::Text), secret];
    let people = Table {
        columns: columns.into_iter().map(|column| (column.id.clone(), column)).collect(),
        min_rows: 0,
        max_rows: 200,
        unique: Vec::new(),
        ordered: true,
        row_type: Type::Text,
        order: Vec::new(),
    };
    let files = FileRules {
        accept: Vec::new(),
        max_size: 1,
        min_items: 0,
        max_items: 9,
        template: None,
        print_of: None,
    };
    let lookup = Lookup {
        from: "units".into(),
        record: Type::Text,
        filter: None,
        pick_only: false,
    };
    let fields = [
        field("name", "成果名称", FieldType::Text),
        field("start", "起始日期", FieldType::Date),
        field("money", "经费（万元）", FieldType::Money),
        field("used", "是否应用", FieldType::YesNo),
        field("discipline", "学科", FieldType::Tree(tree())),
        field("areas", "领域", FieldType::Trees(tree())),
        field("recommender", "推荐单位", FieldType::Lookup(lookup)),
        field("keywords", "关键词", FieldType::List(Box::new(FieldType::Text))),
        field("proof", "附件", FieldType::File(files)),
        field("people", "完成人员", FieldType::Table(people)),
        field("hint", "说明", FieldType::Note),
        field("reason", "未应用原因", FieldType::Text),
    ];
    let fields: IndexMap<_, _> = fields.into_iter().map(|field| (field.id.clone(), field)).collect();
    let page_of = fields.keys().map(|id| (id.clone(), "main".into())).collect();
    let page = |id: &str, fields| Page {
        id: id.into(),
        title: "成果概况".into(),
        intro: None,
        text: None,
        renamed_from: Vec::new(),
        show_when: None,
        require_when: None,
        fields,
    };
    Form {
        id: "applied".into(),
        title: "登记表".into(),
        category: "应用技术类".into(),
        version: "2021".into(),
        code: "Y".into(),
        pages: [
            ("read".into(), page("read", IndexMap::new())),
            ("main".into(), page("main", fields)),
        ]
        .into(),
        lets: IndexMap::new(),
        rules: IndexMap::new(),
        create: Vec::new(),
        scope: Scope::default(),
        order: Vec::new(),
        page_of,
        schema: Json::Null,
        source: Json::Null,
        hash: String::new(),
    }
}

fn made(reveal: bool) -> Json {
    let answers = json!({
        "name": "高原\u{7}夏菜", "start": "2026-11-20", "money": 12000.50, "used": false,
        "discipline": "51", "areas": ["51", "52"], "recommender": "u1", "keywords": ["甲", "乙"],
        "proof": [{"name": "证明.pdf", "size": 3}],
        "people": [{"name": "𠮷䶮", "id_no": "620102199001011234"}, {"name": "李四"}],
    });
    data(&Subject {
        office: Office {
            id: "r",
            name: "某省",
            title: "系统",
            authority: "某厅",
            place: "000000",
        },
        form: &form(),
        application: Application {
            id: "a1",
            number: Some("9992026Y0001"),
            registered_on: Some(jiff::civil::date(2026, 11, 20)),
            filed_on: None,
            state: "审核通过",
            verify_url: None,
        },
        applicant: Applicant {
            name: "王五",
            unit: None,
        },
        answers: answers.as_object().unwrap(),
        hidden: &BTreeSet::from(["reason".to_owned()]),
        names: &BTreeMap::from([("u1".to_owned(), "某大学".to_owned())]),
        language: Language::Chinese,
        watermark: None,
        label: "登记表",
        reveal,
    })
}

#[test]
fn answers_read_as_a_person_reads_them() {
    let data = made(false);
    let table = [
        ("/answers/name/text", "高原夏菜"),
        ("/answers/name/label", "成果名称"),
        ("/answers/start/text", "2026-11-20"),
        ("/answers/money/text", "12000.5"),
        ("/answers/used/text", "否"),
        ("/answers/discipline/text", "工程 / 机械"),
        ("/answers/areas/text", "工程 / 机械、工程 / 材料"),
        ("/answers/recommender/text", "某大学"),
        ("/answers/recommender/value", "u1"),
        ("/answers/keywords/text", "甲、乙"),
        ("/answers/proof/text", "证明.pdf"),
        ("/answers/people/rows/0/name/text", "𠮷䶮"),
        ("/answers/people/rows/1/id_no/text", ""),
        ("/application/registered_on", "2026-11-20"),
        ("/pages/0/id", "main"),
        ("/pages/0/fields/9/kind", "table"),
        ("/pages/0/fields/9/columns/1/label", "证件号码"),
        ("/pages/0/fields/9/rows/0/0", "𠮷䶮"),
    ];
    for (path, expected) in table {
        assert_eq!(data.pointer(path), Some(&json!(expected)), "{path}");
    }
}

#[test]
fn notes_and_hidden_fields_are_left_out() {
    let data = made(false);
    assert_eq!(data["pages"].as_array().unwrap().len(), 1);
    assert_eq!(data["pages"][0]["fields"].as_array().unwrap().len(), 10);
    assert_eq!(data.pointer("/answers/reason"), None);
    assert_eq!(data.pointer("/answers/hint"), None);
}

#[test]
fn sensitive_answers_are_masked_unless_revealed() {
    for (reveal, expected) in [(false, "620***********1234"), (true, "620102199001011234")] {
        let data = made(reveal);
        for path in [
            "/answers/people/rows/0/id_no/text",
            "/answers/people/rows/0/id_no/value",
            "/pages/0/fields/9/rows/0/1",
        ] {
            assert_eq!(data.pointer(path), Some(&json!(expected)), "{path}");
        }
        assert_eq!(data.to_string().contains("199001011234"), reveal);
    }
}

#[test]
fn a_form_may_print_a_sensitive_answer_in_full() {
    let names = BTreeMap::new();
    let wording = Wording {
        language: Language::Chinese,
        names: &names,
        reveal: false,
    };
    let value = json!("620102199001011234");
    let mut id_no = field("id_no", "证件号码", FieldType::Text);
    for (sensitive, print_in_full, expected) in [
        (true, false, "620***********1234"),
        (true, true, "620102199001011234"),
        (false, false, "620102199001011234"),
    ] {
        (id_no.sensitive, id_no.print_in_full) = (sensitive, print_in_full);
        assert_eq!(wording.text(&id_no, Some(&value)), expected);
        assert_eq!(wording.value(&id_no, Some(&value)), json!(expected));
    }
}
