//! One form: pages and lets (LANGUAGE L4, L5).

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::Loader;
use super::field_keys::FIELD;
use super::order::Reads;
use super::rule::RULE;
use super::secret::Behind;
use crate::definition::expression::{Scope, Type};
use crate::definition::shape::{Ids, Key, Keys, Shape};
use crate::definition::source::{Entry, MapReader, Node, Spot, check_id};
use crate::definition::{Field, FieldType, Form, Id, Page, Text, form_schema, limits};

pub(in crate::definition) static FORM: Keys = Keys::new(
    "form",
    ("登记表", "a form"),
    &[
        Key::new(
            "form",
            Shape::Word,
            "登记表的标识，同文件名",
            "the form's id, as its file is called",
        )
        .usually(
            "没有 form 的文件只供别的文件继承",
            "a file without it is only there to be extended",
        )
        .such_as("applied-technology"),
        Key::new("extends", Shape::Names, "以哪些文件为底", "the files it is built on")
            .such_as("[national/applied-technology, beihe/common]"),
        Key::new(
            "schema",
            Shape::Word,
            "字段来自这个 JSON Schema 文件",
            "the JSON Schema file whose properties are its fields",
        )
        .such_as("result.schema.json"),
        Key::new("title", Shape::Text, "标题", "the title")
            .needed()
            .such_as("应用技术类科技成果登记表"),
        Key::new(
            "category",
            Shape::Text,
            "类别名称，如 应用技术类",
            "what applicants choose by",
        )
        .usually("同 title", "as `title`")
        .such_as("应用技术类"),
        Key::new("version", Shape::Word, "版本号", "the author's version").such_as("\"2026\""),
        Key::new("code", Shape::Word, "编号中的类别字母", "`{category}` in numbers").such_as("Y"),
        Key::new(
            "create",
            Shape::Names,
            "新增时先填的字段",
            "the fields asked when an application is added",
        )
        .such_as("[name, status]"),
        Key::new(
            "pages",
            Shape::Each(Ids::Dashed, &Shape::Map(&PAGE)),
            "栏目",
            "the pages",
        )
        .needed()
        .such_as("{overview: {title: 成果概况, fields: {name: {label: 成果名称, type: text}}}}"),
        Key::new(
            "let",
            Shape::Each(Ids::Plain, &Shape::Expression),
            "给表达式取的名字",
            "named expressions",
        )
        .such_as("{long: 'period_start + years(5) < period_end'}"),
        Key::new(
            "rules",
            Shape::Each(Ids::Plain, &Shape::Map(&RULE)),
            "填报内容之间的规则",
            "what must hold between answers",
        )
        .such_as("{order: {assert: 'period_end >= period_start', message: 终止日期早于起始日期}}"),
    ],
);

/// A page. Over a JSON Schema its `fields` may be a list of properties, too: `schema:` has made a map
/// of that before a page is read.
pub(in crate::definition) static PAGE: Keys = Keys::new(
    "page",
    ("栏目", "a page"),
    &[
        Key::new("title", Shape::Text, "栏目名称", "the page's title")
            .needed()
            .such_as("成果概况"),
        Key::new(
            "intro",
            Shape::Text,
            "栏目开头的说明",
            "a paragraph above the questions",
        )
        .such_as("请认真核对。"),
        Key::new(
            "text",
            Shape::Word,
            "只供阅读的文字（texts/*.md）",
            "a text to read (texts/*.md)",
        )
        .such_as("texts/guide.md"),
        Key::new(
            "showWhen",
            Shape::Expression,
            "条件成立时才有这个栏目",
            "there only while this holds",
        )
        .such_as("'converted'"),
        Key::new(
            "requireWhen",
            Shape::Expression,
            "条件不成立时，填了才要填全",
            "while false, required binds once a field is filled",
        )
        .such_as("'status == \"applied\"'"),
        Key::new(
            "renamedFrom",
            Shape::Names,
            "栏目原来的标识",
            "the ids the page had before",
        )
        .such_as("basics"),
        Key::new(
            "fields",
            Shape::Picked(&Shape::Each(Ids::Plain, &Shape::Map(&FIELD))),
            "字段",
            "the questions",
        )
        .such_as("{name: {label: 成果名称, type: text, required: true}}"),
    ],
);

impl Loader<'_> {
    /// Builds the form `id` from its merged definition.
    pub(super) fn form(&mut self, id: &str, node: &Node) -> Option<Form> {
        let top = MapReader::new(node, &FORM, self.problems)?;
        if let Some((name, declared)) = top.string("form", self.problems).zip(top.get("form"))
            && name != id
        {
            let message = Text::both(
                format!("form 写的是「{name}」，文件名却是「{id}」"),
                format!("`form` says `{name}`, the file is called `{id}`"),
            );
            self.problems.at_node(
                "form-id",
                declared,
                message,
                Some(Text::both("两处要一致", "make them the same")),
            );
        }
        let title = top
            .need("title", self.problems)
            .and_then(|node| crate::definition::source::text_of(node, self.problems))
            .unwrap_or_default();
        let pages_node = top.need("pages", self.problems)?;
        let page_entries = MapReader::open(pages_node, ("栏目", "pages"), self.problems)?.entries();
        if let Some(spot) = too_many_fields(page_entries) {
            let what = ("一份登记表的字段和列", "the fields and columns of one form");
            self.problems.too_large(&spot, what, limits::FIELDS);
            return None;
        }
        let mut scope = self.field_scope(page_entries);
        let lets = self.lets(top.get("let"), &mut scope);
        let pages = self.pages(page_entries, &scope);
        self.can_be_shown(page_entries, &pages, &scope);
        let page_of = page_of(&pages);
        let behind = Behind {
            pages: &pages,
            lets: &lets,
        };
        self.computed_stay_sensitive(page_entries, behind);
        let rules = self.rules(top.get("rules"), &scope, behind);
        let create = self.create(&top, &page_of, &scope);
        let reads = Reads::of(&pages, &lets);
        let order = self.order(&scope, &reads, page_entries, top.get("let"));
        let code = top.string("code", self.problems).unwrap_or_default();
        let source = json!({"language": super::LANGUAGE_VERSION, "form": node.to_json(), "codes": codes_used(&pages)});
        let hash = content_hash(&source);
        let mut form = Form {
            id: id.into(),
            category: top.text("category", self.problems).unwrap_or_else(|| title.clone()),
            title,
            version: top.string("version", self.problems).unwrap_or_default(),
            code,
            pages,
            lets,
            rules,
            create,
            scope,
            order,
            page_of,
            schema: Json::Null,
            source,
            hash,
        };
        form.schema = form_schema::schema(&form.id, &form.title, &form.pages);
        Some(form)
    }

    /// Every field by its bare id, then `today` and `app`.
    fn field_scope(&mut self, pages: &[Entry]) -> Scope {
        let mut scope = Scope::new(Arc::clone(&self.calendar));
        let mut places: IndexMap<Id, &Entry> = IndexMap::new();
        self.fields.clear();
        self.patterns = 0;
        for page in pages {
            for field in page.value.get("fields").and_then(Node::entries).unwrap_or_default() {
                let id = Id::from(field.key.as_str());
                self.fields.insert(id.clone(), field.key_spot.clone());
                if let Some(first) = places.insert(id.clone(), field) {
                    let message = Text::both(
                        format!("字段「{id}」在两个栏目里都有"),
                        format!("the field `{id}` is on two pages"),
                    );
                    let related = vec![(first.key_spot.place(), Text::both("第一个在这里", "the first is here"))];
                    let help = Text::both("同一张表里字段的标识不能重复", "ids of fields are unique in a form");
                    self.problems
                        .error_with("duplicate-id", &field.key_spot, message, Some(help), related);
                }
                let ty = self.read_type(&field.key, &field.value);
                scope.names.insert(id, ty);
            }
        }
        let all: Vec<&Entry> = pages
            .iter()
            .flat_map(|page| page.value.get("fields").and_then(Node::entries).unwrap_or_default())
            .collect();
        self.renamed_fields(&all);
        self.renamed(("栏目", "page"), &pages.iter().collect::<Vec<_>>());
        scope.names.insert("today".into(), Type::Date);
        scope.names.insert("app".into(), self.app.clone());
        scope
    }

    fn pages(&mut self, entries: &[Entry], scope: &Scope) -> IndexMap<Id, Page> {
        let mut pages = IndexMap::new();
        for entry in entries {
            check_id(entry, true, self.problems);
            let Some(map) = MapReader::new(&entry.value, &PAGE, self.problems) else {
                continue;
            };
            let mut fields: IndexMap<Id, Field> = IndexMap::new();
            if let Some(map) = map
                .get("fields")
                .and_then(|node| MapReader::open(node, ("字段", "fields"), self.problems))
            {
                for entry in map.entries() {
                    if let Some(field) = self.field(entry, scope, 0) {
                        fields.insert(field.id.clone(), field);
                    }
                }
            }
            if map.get("fields").is_none() && map.get("text").is_none() && map.get("intro").is_none() {
                let message = Text::both("这个栏目没有字段，也没有文字", "the page has neither fields nor a text");
                self.problems.error(
                    "empty-page",
                    &entry.key_spot,
                    message,
                    Some(Text::both(
                        "写 fields，或用 text 指向一篇 texts/*.md",
                        "write `fields`, or let `text` name one of texts/*.md",
                    )),
                );
            }
            let title = map
                .need("title", self.problems)
                .and_then(|node| crate::definition::source::text_of(node, self.problems));
            let id = Id::from(entry.key.as_str());
            let page = Page {
                id: id.clone(),
                title: title.unwrap_or_default(),
                intro: map.text("intro", self.problems),
                text: map.get("text").and_then(|node| self.text_named(node)),
                show_when: self.condition(map.get("showWhen"), scope),
                require_when: self.condition(map.get("requireWhen"), scope),
                renamed_from: self.old_ids(&map),
                fields,
            };
            pages.insert(id, page);
        }
        pages
    }

    fn create(&mut self, top: &MapReader<'_>, page_of: &IndexMap<Id, Id>, scope: &Scope) -> Vec<Id> {
        let mut create = Vec::new();
        for (name, node) in top.names("create", self.problems) {
            if page_of.contains_key(&name) {
                create.push(name);
            } else if !scope.names.contains_key(&name) {
                self.unknown_field(node, &name, page_of.keys().map(|id| &**id));
            }
        }
        create
    }
}

/// Where the first field stands that is one too many, counting columns.
fn too_many_fields(pages: &[Entry]) -> Option<Spot> {
    let fields = pages
        .iter()
        .flat_map(|page| page.value.get("fields").and_then(Node::entries).unwrap_or_default());
    let mut left = limits::FIELDS;
    for field in fields {
        let columns = field.value.get("columns").and_then(Node::entries).unwrap_or_default();
        let inner = |column: &Entry| {
            column
                .value
                .get("columns")
                .and_then(Node::entries)
                .map_or(0, <[_]>::len)
        };
        let count = 1 + columns.iter().map(|column| 1 + inner(column)).sum::<usize>();
        let Some(rest) = left.checked_sub(count) else {
            return Some(field.key_spot.clone());
        };
        left = rest;
    }
    None
}

fn page_of(pages: &IndexMap<Id, Page>) -> IndexMap<Id, Id> {
    pages
        .values()
        .flat_map(|page| page.fields.keys().map(|field| (field.clone(), page.id.clone())))
        .collect()
}

/// The code lists that the form's fields use, row by row: part of what an application is pinned to.
fn codes_used(pages: &IndexMap<Id, Page>) -> Json {
    let mut used = serde_json::Map::new();
    let mut fields: Vec<&Field> = pages.values().flat_map(|page| page.fields.values()).collect();
    while let Some(field) = fields.pop() {
        match &field.kind {
            FieldType::Choice(choice)
            | FieldType::Choices(choice)
            | FieldType::Tree(choice)
            | FieldType::Trees(choice)
                if !choice.list.id.starts_with("field:") =>
            {
                used.entry(choice.list.id.to_string())
                    .or_insert_with(|| choice.list.to_json());
            }
            FieldType::Table(table) => fields.extend(table.columns.values()),
            _ => {}
        }
    }
    used.sort_keys();
    Json::Object(used)
}

/// What names a version of a form.
pub(super) fn content_hash(source: &Json) -> String {
    hex(&Sha256::digest(source.to_string().as_bytes()))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
