//! `registers:`, the tables that people keep while the office runs (LANGUAGE L6).
//!
//! What a register's records read as is settled first, from the fields of its form, so that any form
//! may pick from any register; the forms and the seeds are read after that.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::Loader;
use super::codes::{line_spot, records};
use crate::definition::expression::{RecordType, Type};
use crate::definition::form_schema::{Validator, field_schema};
use crate::definition::region::{Register, Role, SeedRecord};
use crate::definition::shape::{Key, Keys, Shape};
use crate::definition::source::{Entry, MapReader, Node, SourceFile, nearest, string_of};
use crate::definition::{Field, FieldType, Form, Id, Language, Text, scope};

pub(super) static REGISTER: Keys = Keys::new(
    "register",
    ("登记册", "a register"),
    &[
        Key::new("label", Shape::Text, "名称", "what people call it")
            .needed()
            .such_as("批次"),
        Key::new(
            "form",
            Shape::Word,
            "一条记录的表（registers/*.form.yaml）",
            "the form of a record (registers/*.form.yaml)",
        )
        .usually("登记册自己的标识", "the register's own id")
        .such_as("batch"),
        Key::new("editedBy", Shape::Names, "由哪些角色维护", "the roles that keep it").such_as("[office]"),
        Key::new(
            "seed",
            Shape::Word,
            "预置记录的 CSV",
            "a CSV of records that are there from the start",
        )
        .such_as("codes/batches.csv"),
    ],
);

impl Loader<'_> {
    /// What a record of each declared register reads as; unknown where its form cannot be found.
    pub(super) fn register_types(&mut self, entries: &[Entry]) -> IndexMap<Id, Type> {
        let mut types = IndexMap::new();
        for entry in entries {
            let path = self.register_form_file(entry);
            let node = path.and_then(|path| self.form_tree(&path));
            let ty = node.map_or(Type::Unknown, |node| self.register_type(&entry.key, &node));
            types.insert(entry.key.as_str().into(), ty);
        }
        types
    }

    fn register_type(&mut self, id: &str, form: &Node) -> Type {
        let mut columns: IndexMap<Id, Type> = [("id".into(), Type::Text)].into();
        let pages = form.get("pages").and_then(Node::entries).unwrap_or_default();
        for page in pages {
            for field in page.value.get("fields").and_then(Node::entries).unwrap_or_default() {
                // What a record of a register itself picked is read as the id that it stores.
                let ty = match field.value.get("type").and_then(Node::scalar) {
                    Some("lookup") => Type::Text,
                    _ => self.read_type(&field.key, &field.value),
                };
                columns.insert(field.key.as_str().into(), ty);
            }
        }
        Type::Record(Arc::new(RecordType {
            name: id.into(),
            columns,
        }))
    }

    /// What a record of `from` reads as: `units`, or one of the region's registers.
    pub(super) fn record_type(&self, from: &str) -> Type {
        match from {
            "units" => scope::unit_type(),
            _ => self.registers.get(from).cloned().unwrap_or(Type::Unknown),
        }
    }

    /// One of the registers, `units` among them, or a problem.
    pub(super) fn register_named(&mut self, node: &Node) -> Option<Id> {
        let name = string_of(node, self.problems)?;
        if name == "units" || self.registers.contains_key(name.as_str()) {
            return Some(name.into());
        }
        let known: Vec<Id> = self.registers.keys().cloned().collect();
        let known = known
            .iter()
            .map(|id| &**id)
            .filter(|id| *id != "units")
            .chain(["units"]);
        self.problems
            .unknown("unknown-register", node, ("登记册", "register"), &name, known);
        None
    }

    fn register_form_file(&self, entry: &Entry) -> Option<PathBuf> {
        let stem = entry.value.get("form").and_then(Node::scalar).unwrap_or(&entry.key);
        self.nearest_file(&format!("registers/{stem}.form.yaml"))
    }

    /// One register with its form and its seed.
    pub(super) fn register(&mut self, entry: &Entry, roles: &IndexMap<Id, Role>) -> Option<Register> {
        if entry.key == "units" {
            let message = Text::both("units 是内置的登记册，不用再写", "`units` is a register already");
            let help = Text::both("换一个标识", "take another id");
            self.problems
                .error("duplicate-id", &entry.key_spot, message, Some(help));
            return None;
        }
        let map = MapReader::new(&entry.value, &REGISTER, self.problems)?;
        let label = self.need_text(&map, "label");
        let mut edited_by = Vec::new();
        for (_, node) in map.names("editedBy", self.problems) {
            edited_by.extend(self.role(node, roles));
        }
        let form = self.register_form(entry, &map)?;
        let seed = map.get("seed").map(|node| self.seed(node, &form)).unwrap_or_default();
        Some(Register {
            id: entry.key.as_str().into(),
            label,
            form: Arc::new(form),
            edited_by,
            seed,
        })
    }

    fn register_form(&mut self, entry: &Entry, map: &MapReader<'_>) -> Option<Form> {
        let Some(path) = self.register_form_file(entry) else {
            let stem = map.get("form").and_then(Node::scalar).unwrap_or(&entry.key);
            let node = map.get("form").unwrap_or(map.node);
            self.missing_file(node, &format!("registers/{stem}.form.yaml"), "");
            return None;
        };
        let stem = path.file_name()?.to_string_lossy().into_owned();
        let form = self.form_file(&path, stem.strip_suffix(".form.yaml")?)?;
        if form.field("name").is_none() {
            let message = Text::both(
                format!("登记册「{}」的表里没有字段 name，选取时没有可显示的名称", entry.key),
                format!(
                    "the form of the register `{}` has no field `name`, which people pick by",
                    entry.key
                ),
            );
            let help = Text::both("在表里加一个 name 字段", "add a field `name` to the form");
            let node = map.get("form").unwrap_or(map.node);
            self.problems
                .at_node("register-without-name", node, message, Some(help));
            return None;
        }
        self.readable_fields(&path, &form);
        Some(form)
    }

    /// Entries are read by look-ups and printed: nothing of them is sealed, and they have no files.
    fn readable_fields(&mut self, path: &Path, form: &Form) {
        fn unfit(field: &Field) -> bool {
            match &field.kind {
                _ if field.sensitive => true,
                FieldType::File(_) => true,
                FieldType::Table(table) => table.columns.values().any(unfit),
                _ => false,
            }
        }
        let unfit: Vec<Id> = form
            .fields()
            .filter(|(_, field)| unfit(field))
            .map(|(_, field)| Id::clone(&field.id))
            .collect();
        if unfit.is_empty() {
            return;
        }
        let Some(tree) = self.form_tree(path) else { return };
        let pages = tree.get("pages").and_then(Node::entries).unwrap_or_default();
        let fields = pages
            .iter()
            .filter_map(|page| page.value.get("fields")?.entries())
            .flatten();
        for entry in fields.filter(|entry| unfit.iter().any(|id| **id == *entry.key)) {
            let message = Text::both(
                format!("登记册的字段 {} 不能是敏感字段或文件", entry.key),
                format!("the register's field `{}` is sensitive or has files", entry.key),
            );
            let help = Text::both(
                "登记册的内容供点选和打印，不加密保存；删去 sensitive，或换一种类型",
                "entries are picked and printed, and not sealed: delete `sensitive`, or take another type",
            );
            self.problems
                .error("register-field", &entry.key_spot, message, Some(help));
        }
    }

    /// The records of the CSV that `seed:` names, typed by the form's fields.
    fn seed(&mut self, node: &Node, form: &Form) -> Vec<SeedRecord> {
        let Some(name) = string_of(node, self.problems) else {
            return Vec::new();
        };
        let Some(path) = self.nearest_file(&name) else {
            self.missing_file(node, &name, "");
            return Vec::new();
        };
        let Some(file) = Self::csv_file(self.files, &path, self.problems) else {
            return Vec::new();
        };
        let rows = records(&file, &["id", "name"], self.problems);
        self.seed_columns(&file, rows.first().map(|(_, row)| row), form);
        let mut seen: IndexMap<String, usize> = IndexMap::new();
        let mut seed = Vec::new();
        for (line, mut row) in rows {
            let id = row.shift_remove("id").unwrap_or_default();
            if let Some(first) = seen.insert(id.clone(), line) {
                let message = Text::both(format!("记录 {id} 重复"), format!("the record {id} stands twice"));
                let related = vec![(
                    line_spot(&file, first).place(),
                    Text::both("第一次在这里", "first here"),
                )];
                self.problems
                    .error_with("seed-duplicate", &line_spot(&file, line), message, None, related);
                continue;
            }
            if id.is_empty() {
                self.wrong_cell(&file, line, "id", &Text::both("不能为空", "must not be empty"));
            }
            let answers = self.seed_answers(&file, line, &row, form);
            seed.push(SeedRecord { id: id.into(), answers });
        }
        seed
    }

    /// Every column is a field that fits into one cell.
    fn seed_columns(&mut self, file: &Arc<SourceFile>, row: Option<&IndexMap<String, String>>, form: &Form) {
        let Some(row) = row else { return };
        let mut told = HashSet::new();
        for column in row.keys().filter(|column| *column != "id") {
            if form.field(column).is_some_and(|field| fits_a_cell(&field.kind)) || !told.insert(column) {
                continue;
            }
            let message = Text::both(
                format!("登记册的表里没有能写在一格里的字段「{column}」"),
                format!("the register's form has no field `{column}` that fits into one cell"),
            );
            let fields = form.fields().filter(|(_, field)| fits_a_cell(&field.kind));
            let help = nearest(column, fields.map(|(_, field)| &*field.id));
            let header = super::codes::header_line(file);
            self.problems
                .error("seed-column", &line_spot(file, header), message, help);
        }
    }

    fn seed_answers(
        &mut self,
        file: &Arc<SourceFile>,
        line: usize,
        row: &IndexMap<String, String>,
        form: &Form,
    ) -> Map<String, Json> {
        let mut answers = Map::new();
        for (_, field) in form.fields() {
            let text = row.get(&*field.id).map(String::as_str).unwrap_or_default();
            if text.is_empty() {
                if field.required && field.show_when.is_none() {
                    self.wrong_cell(file, line, &field.id, &Text::both("不能为空", "must not be empty"));
                }
                continue;
            }
            match cell(field, text) {
                Ok(value) => drop(answers.insert(field.id.to_string(), value)),
                Err(why) => self.wrong_cell(file, line, &field.id, &why),
            }
        }
        answers
    }

    fn wrong_cell(&mut self, file: &Arc<SourceFile>, line: usize, column: &str, why: &Text) {
        let message = Text::both(
            format!("{column}：{}", why.get(Language::Chinese)),
            format!("{column}: {}", why.get(Language::English)),
        );
        self.problems.error("seed-value", &line_spot(file, line), message, None);
    }

    /// The CSV files that seed registers: under `codes/`, but no code lists.
    pub(super) fn seed_files(&self, map: &MapReader<'_>) -> HashSet<PathBuf> {
        let entries = map.get("registers").and_then(Node::entries).unwrap_or_default();
        let names = entries.iter().filter_map(|entry| entry.value.get("seed")?.scalar());
        names.filter_map(|name| self.nearest_file(name)).collect()
    }

    /// The registers of the region, each with its form and seed.
    pub(super) fn registers(&mut self, map: &MapReader<'_>, roles: &IndexMap<Id, Role>) -> IndexMap<Id, Register> {
        let entries = map.get("registers").and_then(Node::entries).unwrap_or_default();
        self.registers = self.register_types(entries);
        self.each_in(map, "registers", ("登记册", "registers"), true, |loader, entry| {
            loader.register(entry, roles)
        })
    }
}

/// Whether an answer of this type can be written into one cell of a CSV.
fn fits_a_cell(kind: &FieldType) -> bool {
    !matches!(
        kind,
        FieldType::Table(_) | FieldType::File(_) | FieldType::Computed(_) | FieldType::Note
    )
}

/// The answer that a cell holds; `;` stands between the items of a list.
fn cell(field: &Field, text: &str) -> Result<Json, Text> {
    use FieldType as T;
    let number = || {
        text.parse::<serde_json::Number>()
            .map_or_else(|_| json!(text), Json::Number)
    };
    let value = match &field.kind {
        T::Integer | T::Year | T::Decimal | T::Money => number(),
        T::YesNo => match text {
            "true" | "yes" | "1" | "是" => json!(true),
            "false" | "no" | "0" | "否" => json!(false),
            _ => json!(text),
        },
        T::List(_) | T::Choices(_) | T::Trees(_) => {
            text.split(';').map(str::trim).filter(|item| !item.is_empty()).collect()
        }
        _ => json!(text),
    };
    if let Some(code) = unknown_code(&field.kind, &value) {
        return Err(Text::both(
            format!("没有代码 {code}"),
            format!("there is no code {code}"),
        ));
    }
    let schema = Validator::new(&field_schema(field));
    match schema.ok().and_then(|schema| schema.misfits(&value).into_iter().next()) {
        Some(misfit) => Err(misfit.message),
        None => Ok(value),
    }
}

/// The first code of a choice that is not on its list.
fn unknown_code<'v>(kind: &FieldType, value: &'v Json) -> Option<&'v str> {
    use FieldType as T;
    let (T::Choice(choice) | T::Choices(choice) | T::Tree(choice) | T::Trees(choice)) = kind else {
        return None;
    };
    let one = std::slice::from_ref(value);
    let mut codes = value
        .as_array()
        .map_or(one, Vec::as_slice)
        .iter()
        .filter_map(Json::as_str);
    codes.find(|code| choice.list.get(code).is_none())
}
