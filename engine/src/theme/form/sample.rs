//! A form with every type of field, for tests, and a reader of what a page would post.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use crate::definition::code_list::Row;
use crate::definition::expression::Type;
use crate::definition::form::{Choice, FileRules, Lookup, Table};
use crate::definition::{CodeList, Field, FieldType, Id, Text};
use crate::theme::Theme;

/// The theme of the repository.
pub(crate) fn theme() -> Theme {
    let themes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes");
    Theme::load(&themes, "default", &[], &IndexMap::new()).unwrap_or_else(|error| panic!("{error}"))
}

/// A field that only has a label and a type.
pub(crate) fn field(id: &str, label: &str, kind: FieldType) -> Field {
    Field {
        id: id.into(),
        label: Text::chinese(label),
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

/// A list of `code name` or `code name parent`.
pub(crate) fn choice(rows: &[&str]) -> Choice {
    let rows = rows.iter().map(|row| {
        let mut parts = row.split(' ').map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        Row {
            code: next(),
            name: next(),
            parent: next(),
            ..Row::default()
        }
    });
    let list = CodeList::new("list".into(), rows.collect()).unwrap();
    Choice {
        list: Arc::new(list),
        filter: None,
        leaf_only: false,
    }
}

/// A table of these columns.
pub(crate) fn table(columns: Vec<Field>) -> Table {
    Table {
        columns: columns.into_iter().map(|column| (column.id.clone(), column)).collect(),
        min_rows: 1,
        max_rows: 5,
        unique: Vec::new(),
        ordered: true,
        row_type: Type::Unknown,
        order: Vec::new(),
    }
}

/// One field of every type.
pub(crate) fn fields() -> IndexMap<Id, Field> {
    let discipline = || {
        choice(&[
            "110 数学",
            "11011 数学史 110",
            "11014 数理逻辑 110",
            "120 信息科学",
            "12010 基础学科 120",
            "130 力学",
            "13010 基础力学 130",
            "140 物理学",
            "14015 理论物理学 140",
            "14020 声学 140",
            "14030 光学 140",
            "150 化学",
            "15010 化学史 150",
            "15015 无机化学 150",
        ])
    };
    let mut keywords = field("keywords", "关键词", FieldType::List(Box::new(FieldType::Text)));
    keywords.required = true;
    keywords.constraints = json!({"minItems": 3, "maxItems": 3}).as_object().unwrap().clone();
    let mut name = field("name", "成果名称", FieldType::Text);
    name.required = true;
    name.help = Some(Text::chinese("与评价证书一致；证书一旦生成，将无法修改。"));
    name.constraints = json!({"maxLength": 100}).as_object().unwrap().clone();
    let mut summary = field("summary", "成果简介", FieldType::LongText);
    summary.constraints = json!({"maxLength": 2000}).as_object().unwrap().clone();
    let forms = [
        "01 新技术",
        "02 新工艺",
        "03 新产品",
        "04 新材料",
        "05 新装备",
        "06 农业、生物新品种",
        "07 矿产新品种",
    ];
    let mut embodiment = field("embodiment", "成果体现形式", FieldType::Choice(choice(&forms)));
    embodiment.required = true;
    let mut leaf = discipline();
    leaf.leaf_only = true;
    let mut recommender = field(
        "recommender",
        "推荐单位",
        FieldType::Lookup(Lookup {
            from: "units".into(),
            record: Type::Text,
            filter: None,
            pick_only: true,
        }),
    );
    recommender.required = true;
    let mut id_no = field("id_no", "证件号码", FieldType::CnIdNumber);
    id_no.sensitive = true;
    let mut person = field("person", "姓名", FieldType::Text);
    person.required = true;
    let inner = table(vec![
        field("what", "内容", FieldType::Text),
        field("when", "日期", FieldType::Date),
    ]);
    let people = table(vec![
        person,
        id_no,
        field("born", "出生年月", FieldType::Month),
        field("title", "职称", FieldType::Tree(discipline())),
        field("proof", "证明", FieldType::File(files())),
        field("papers", "论文", FieldType::Table(inner)),
    ]);
    let mut members = field("people", "成果完成人员名单", FieldType::Table(people));
    members.required = true;
    let all = vec![
        field("intro", "填写说明", FieldType::Note),
        name,
        field("period_start", "研究起始日期", FieldType::Date),
        field("month", "完成年月", FieldType::Month),
        field("year", "年度", FieldType::Year),
        keywords,
        embodiment,
        field("count", "数量", FieldType::Integer),
        field("rate", "比例", FieldType::Decimal),
        field("income", "收益", FieldType::Money),
        field("funded", "财政资助", FieldType::YesNo),
        field(
            "modes",
            "转化方式",
            FieldType::Choices(choice(&["1 自行实施", "2 转让", "3 许可"])),
        ),
        field("discipline", "学科分类", FieldType::Tree(leaf)),
        field("fields", "应用行业", FieldType::Trees(discipline())),
        recommender,
        field("mail", "电子邮箱", FieldType::Email),
        field("phone", "电话", FieldType::Phone),
        field("links", "网址", FieldType::List(Box::new(FieldType::Url))),
        summary,
        members,
        field("report", "研制报告", FieldType::File(files())),
    ];
    all.into_iter().map(|field| (field.id.clone(), field)).collect()
}

fn files() -> FileRules {
    FileRules {
        accept: vec!["pdf".into(), "jpg".into()],
        max_size: 20 << 20,
        min_items: 0,
        max_items: 3,
        template: None,
        print_of: None,
    }
}

/// Answers to [`fields`]; `text` is every free text.
pub(crate) fn answers(text: &str) -> Map<String, Json> {
    let file = json!({"id": "f1", "name": format!("{text}.pdf"), "size": 123456, "kind": "pdf"});
    let answers = json!({
        "name": text,
        "period_start": "2019-06-12",
        "month": "2021-11",
        "year": 2021,
        "keywords": [text, "实验", "装备"],
        "embodiment": "03",
        "count": 12,
        "rate": 0.125,
        "income": 1234.5,
        "funded": true,
        "modes": ["1", "3"],
        "discipline": "11014",
        "fields": ["110", "12010"],
        "recommender": "u1",
        "mail": text,
        "phone": text,
        "links": [text, "https://example.org/?a=1&b=2"],
        "summary": format!("{text}\n\n第二段"),
        "people": [
            {"person": text, "id_no": "620102199001011234", "born": "1990-01", "title": "120",
             "papers": [{"what": text, "when": "2020-02-29"}]},
            {"person": "李四", "proof": [file.clone()]},
        ],
        "report": [file],
    });
    answers.as_object().unwrap().clone()
}

/// What a browser would post of a form's markup, without pressing a button.
pub(crate) fn pairs(markup: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (at, _) in markup.match_indices('<') {
        let rest = &markup[at..];
        let Some(tag) = rest.find('>').map(|end| &rest[..end]) else {
            continue;
        };
        let Some(name) = attribute(tag, "name") else { continue };
        if tag.starts_with("<input") {
            let kind = attribute(tag, "type").unwrap_or_default();
            let ticked = !matches!(kind.as_str(), "radio" | "checkbox") || tag.contains(" checked");
            if ticked && kind != "file" {
                pairs.push((name, attribute(tag, "value").unwrap_or_default()));
            }
        } else if tag.starts_with("<textarea") {
            let text = rest[tag.len() + 1..].split("</textarea>").next().unwrap();
            pairs.push((
                name,
                unescaped(text.strip_prefix('\n').unwrap_or(text)).replace('\n', "\r\n"),
            ));
        } else if tag.starts_with("<select") {
            let body = rest[tag.len() + 1..].split("</select>").next().unwrap();
            let chosen = body
                .split("<option")
                .find(|option| option.split('>').next().unwrap().contains(" selected"));
            pairs.push((
                name,
                chosen.and_then(|option| attribute(option, "value")).unwrap_or_default(),
            ));
        }
    }
    pairs
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let after = tag.split(&format!(" {name}=\"")).nth(1)?;
    Some(unescaped(after.split('"').next()?))
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#39;", "'").replace("&amp;", "&")
}
