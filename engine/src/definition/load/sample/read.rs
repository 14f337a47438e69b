//! From `samples/*.yaml` to samples, and what is wrong with them.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::keys::{ACT, APPLICANT, CASE, CONTEXT, FINDING, SAMPLE};
use super::{Act, Case, Expected, ExpectedFinding, Layer, Sample, Words};
use crate::definition::expression::Type;
use crate::definition::form::Table;
use crate::definition::merge::Files;
use crate::definition::scope::unit_type;
use crate::definition::source::{
    Entry, MapReader, Node, Problems, Spot, Value, empty_value, list_of, nearest, string_of,
};
use crate::definition::{Field, FieldType, Id, Region, Text};

/// Reads the samples of one region.
pub(super) struct Reader<'a> {
    files: &'a mut Files,
    folder: &'a Path,
    region: &'a Region,
    problems: &'a mut Problems,
}

impl<'a> Reader<'a> {
    pub(super) fn new(files: &'a mut Files, folder: &'a Path, region: &'a Region, problems: &'a mut Problems) -> Self {
        Self {
            files,
            folder,
            region,
            problems,
        }
    }

    /// The sample in this file with everything that it starts from; `seen` are the files on the way.
    pub(super) fn sample(&mut self, path: &Path, seen: &mut Vec<PathBuf>) -> Option<Sample> {
        let node = self.files.tree(path, self.problems)?;
        let map = MapReader::new(&node, &SAMPLE, self.problems)?;
        seen.push(path.to_path_buf());
        let base = map.get("from").and_then(|node| self.base(node, seen));
        let form = match (map.get("form"), &base) {
            (Some(node), _) => self.form(node)?,
            (None, Some(base)) => base.form.clone(),
            // That its base is missing or has mistakes of its own was told.
            (None, None) if map.get("from").is_some() => return None,
            (None, None) => {
                map.need("form", self.problems);
                return None;
            }
        };
        let (mut context, mut registers, mut layers) = base
            .map(|base| (base.context, base.registers, base.layers))
            .unwrap_or_default();
        context.extend(self.context(map.get("context")));
        self.records(map.get("registers"));
        registers.extend(object(map.get("registers")));
        self.fields(map.get("answers"), &form);
        self.fields(map.get("set"), &form);
        layers.push(Layer {
            answers: object(map.get("answers")),
            set: object(map.get("set")).into_iter().collect(),
        });
        let findings = map.get("findings").map(|node| self.findings(node, &form));
        let cases = map
            .get("cases")
            .map(|node| list_of(node, self.problems))
            .unwrap_or_default();
        let walk = map
            .get("walk")
            .map(|node| list_of(node, self.problems))
            .unwrap_or_default();
        Some(Sample {
            name: path
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default(),
            cases: cases.iter().filter_map(|node| self.case(node, &form)).collect(),
            form,
            context,
            registers,
            layers,
            findings,
            walk: walk.iter().filter_map(|node| self.act(node)).collect(),
            documents: map
                .get("documents")
                .map(|node| self.documents(node))
                .unwrap_or_default(),
        })
    }

    fn base(&mut self, node: &Node, seen: &mut Vec<PathBuf>) -> Option<Sample> {
        let name = string_of(node, self.problems)?;
        let path = self.folder.join(&name);
        if seen.contains(&path) {
            let message = Text::both(
                format!("样例绕成了圈：又回到 {name}"),
                format!("samples go round in a circle, back to {name}"),
            );
            let help = Text::both("去掉其中一个 from", "take one `from` away");
            self.problems.at_node("unknown-sample", node, message, Some(help));
            return None;
        }
        if !self.files.has(&path) {
            let known: Vec<String> = self
                .files
                .in_folder(self.folder, ".yaml")
                .iter()
                .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
                .collect();
            self.problems.unknown(
                "unknown-sample",
                node,
                ("样例", "sample"),
                &name,
                known.iter().map(String::as_str),
            );
            return None;
        }
        self.sample(&path, seen)
    }

    fn form(&mut self, node: &Node) -> Option<String> {
        let name = string_of(node, self.problems)?;
        if !self.region.forms.contains_key(name.as_str()) {
            self.problems.unknown(
                "unknown-form",
                node,
                ("登记表", "form"),
                &name,
                self.region.forms.keys().map(|id| &**id),
            );
            return None;
        }
        Some(name)
    }

    /// Every answer, by field or by path, is one to a field of the form: a sample of an older form is
    /// told here rather than by what it no longer finds.
    fn fields(&mut self, node: Option<&Node>, form: &str) {
        for entry in node.and_then(Node::entries).unwrap_or_default() {
            empty_value(entry, self.problems);
            // `null` takes away what a sample of another form had answered.
            if !entry.value.is_null() {
                self.place(&entry.key, &entry.key_spot, form);
                self.rows(entry, form);
            }
        }
    }

    /// The columns in the rows that are given for a whole table.
    fn rows(&mut self, entry: &Entry, form: &str) {
        let field = self.region.forms.get(form).and_then(|form| form.field(&entry.key));
        if let Some(Field {
            kind: FieldType::Table(table),
            ..
        }) = field
        {
            self.cells(&entry.value, table);
        }
    }

    fn cells(&mut self, rows: &Node, table: &Table) {
        let Value::List(rows) = &rows.value else { return };
        for cell in rows.iter().flat_map(|row| row.entries().unwrap_or_default()) {
            match table.columns.get(cell.key.as_str()).map(|column| &column.kind) {
                None => self.unknown_field(&cell.key, &cell.key_spot, table.columns.keys().map(|id| &**id)),
                Some(FieldType::Table(inner)) => self.cells(&cell.value, inner),
                Some(_) => {}
            }
        }
    }

    /// The rows beside the region's own: of registers that there are, with the columns that these have.
    fn records(&mut self, node: Option<&Node>) {
        let region = self.region;
        for entry in node.and_then(Node::entries).unwrap_or_default() {
            let record = match region.registers.get(entry.key.as_str()) {
                Some(register) => register.record_type(),
                None if entry.key == "units" => unit_type(),
                None => {
                    let message = Text::both(
                        format!("没有名为「{}」的登记册", entry.key),
                        format!("there is no register called `{}`", entry.key),
                    );
                    let known = region.registers.keys().map(|id| &**id).chain(["units"]);
                    let help = nearest(&entry.key, known);
                    self.problems.error("unknown-register", &entry.key_spot, message, help);
                    continue;
                }
            };
            let Type::Record(record) = record else { continue };
            for cell in list_of(&entry.value, self.problems)
                .iter()
                .flat_map(|row| row.entries().unwrap_or_default())
            {
                if !record.columns.contains_key(cell.key.as_str()) {
                    let message = Text::both(
                        format!("登记册 {} 的记录没有「{}」", entry.key, cell.key),
                        format!("a record of {} has no `{}`", entry.key, cell.key),
                    );
                    let help = nearest(&cell.key, record.columns.keys().map(|id| &**id));
                    self.problems
                        .error("sample-unknown-field", &cell.key_spot, message, help);
                }
            }
        }
    }

    /// A path of the form: its field, and the column that it goes on to.
    fn place(&mut self, path: &str, spot: &Spot, form: &str) {
        let Some(form) = self.region.forms.get(form) else {
            return;
        };
        if !path.split('.').all(is_step) {
            let message = Text::both(format!("「{path}」不是路径"), format!("`{path}` is no path"));
            let help = Text::both(
                "写成 字段、表格[0].列 或 表格[0].内层表格[0].列",
                "write field, table[0].column or table[0].inner[0].column",
            );
            return self.problems.error("sample-unknown-field", spot, message, Some(help));
        }
        let mut names = path.split('.').map(|step| step.split('[').next().unwrap_or_default());
        let root = names.next().unwrap_or_default();
        let Some(field) = form.field(root) else {
            let known = form.page_of.keys().map(|id| &**id);
            return self.unknown_field(root, spot, known);
        };
        let mut field = field;
        for name in names {
            let table = match &field.kind {
                FieldType::Table(table) => table,
                // What a file is called, and how large it is.
                FieldType::File(_) => return,
                _ => {
                    let message = Text::both(
                        format!("「{}」不是表格，没有列「{name}」", field.id),
                        format!("`{}` is no table: it has no column `{name}`", field.id),
                    );
                    let help = Text::both(format!("写 {}", field.id), format!("write {}", field.id));
                    return self.problems.error("sample-unknown-field", spot, message, Some(help));
                }
            };
            match table.columns.get(name) {
                Some(column) => field = column,
                None => return self.unknown_field(name, spot, table.columns.keys().map(|id| &**id)),
            }
        }
    }

    fn unknown_field<'k>(&mut self, name: &str, spot: &Spot, known: impl Iterator<Item = &'k str>) {
        let message = Text::both(
            format!("登记表里没有字段「{name}」"),
            format!("the form has no field `{name}`"),
        );
        self.problems
            .error("sample-unknown-field", spot, message, nearest(name, known));
    }

    /// The words by document.
    fn documents(&mut self, node: &Node) -> IndexMap<Id, Vec<Words>> {
        let mut documents = IndexMap::new();
        let map = MapReader::open(node, ("文书里的文字", "words of documents"), self.problems);
        for entry in map.iter().flat_map(|map| map.entries()) {
            if !self.region.documents.contains_key(entry.key.as_str()) {
                let message = Text::both(
                    format!("没有名为「{}」的文书", entry.key),
                    format!("there is no document called `{}`", entry.key),
                );
                let help = nearest(&entry.key, self.region.documents.keys().map(|id| &**id));
                self.problems.error("unknown-document", &entry.key_spot, message, help);
                continue;
            }
            let words = list_of(&entry.value, self.problems).iter();
            let words = words.filter_map(|node| {
                Some(Words {
                    text: string_of(node, self.problems)?,
                    spot: node.spot.clone(),
                })
            });
            let words = words.collect();
            documents.insert(Id::from(entry.key.as_str()), words);
        }
        documents
    }

    fn findings(&mut self, node: &Node, form: &str) -> Expected {
        let mut findings = Vec::new();
        for item in list_of(node, self.problems) {
            let Some(map) = MapReader::new(item, &FINDING, self.problems) else {
                continue;
            };
            let Some(rule) = map
                .need("rule", self.problems)
                .and_then(|node| string_of(node, self.problems))
            else {
                continue;
            };
            let at = map.string("at", self.problems);
            if let (Some(at), Some(node)) = (&at, map.get("at")) {
                self.place(at, &node.spot, form);
            }
            findings.push(ExpectedFinding {
                rule,
                at,
                message: map.string("message", self.problems),
                severity: map.string("severity", self.problems),
                spot: item.spot.clone(),
            });
        }
        Expected {
            list: findings,
            node: node.clone(),
        }
    }

    fn case(&mut self, node: &Node, form: &str) -> Option<Case> {
        let map = MapReader::new(node, &CASE, self.problems)?;
        let name = map
            .need("name", self.problems)
            .and_then(|node| string_of(node, self.problems))?;
        let findings = map
            .need("findings", self.problems)
            .map(|node| self.findings(node, form))?;
        self.fields(map.get("set"), form);
        let set = object(map.get("set")).into_iter().collect();
        Some(Case {
            name,
            set,
            context: self.context(map.get("context")),
            findings,
        })
    }

    /// The day and the applicant as they are written.
    fn context(&mut self, node: Option<&Node>) -> Map<String, Json> {
        if let Some(map) = node.and_then(|node| MapReader::new(node, &CONTEXT, self.problems)) {
            for day in ["today", "filed_on"].into_iter().filter_map(|key| map.get(key)) {
                let text = day.scalar().unwrap_or_default();
                if text.parse::<jiff::civil::Date>().is_err() {
                    let message = Text::both(
                        format!("日历上没有「{text}」这一天"),
                        format!("there is no day `{text}`"),
                    );
                    let help = Text::both("写成日期，如 2026-11-20", "write a date such as 2026-11-20");
                    self.problems.at_node("no-such-day", day, message, Some(help));
                }
            }
            let applicant = map.get("applicant");
            let applicant = applicant.and_then(|node| MapReader::new(node, &APPLICANT, self.problems));
            if let Some(role) = applicant.and_then(|map| map.get("role")) {
                let name = role.scalar().unwrap_or_default();
                if !self.region.roles.contains_key(name) {
                    let known = self.region.roles.keys().map(|id| &**id);
                    self.problems
                        .unknown("unknown-role", role, ("角色", "role"), name, known);
                }
            }
        }
        object(node)
    }

    fn act(&mut self, node: &Node) -> Option<Act> {
        let map = MapReader::new(node, &ACT, self.problems)?;
        let mut named = |key: &str, known: Vec<&str>| {
            let node = map.need(key, self.problems)?;
            let name = string_of(node, self.problems)?;
            if !known.contains(&name.as_str()) {
                let message = Text::both(format!("流程里没有「{name}」"), format!("the workflow has no `{name}`"));
                self.problems
                    .at_node("unknown-in-walk", node, message, nearest(&name, known));
                return None;
            }
            Some(name)
        };
        let workflow = &self.region.workflow;
        let act = named("act", workflow.actions.keys().map(|id| &**id).collect());
        let by = named(
            "by",
            self.region.roles.keys().map(|id| &**id).chain(["clock"]).collect(),
        );
        let state = named("state", workflow.states.keys().map(|id| &**id).collect());
        let asked = act.as_ref().and_then(|act| workflow.actions.get(act.as_str()));
        for entry in map.get("input").and_then(Node::entries).unwrap_or_default() {
            if let Some(action) = asked.filter(|action| !action.form.contains_key(entry.key.as_str())) {
                let message = Text::both(
                    format!("操作「{}」不要求填「{}」", action.id, entry.key),
                    format!("the action `{}` asks for no `{}`", action.id, entry.key),
                );
                let help = nearest(&entry.key, action.form.keys().map(|id| &**id));
                self.problems.error("unknown-in-walk", &entry.key_spot, message, help);
            }
        }
        Some(Act {
            act: act?,
            by: by?,
            state: state?,
            input: object(map.get("input")),
            spot: node.spot.clone(),
            state_spot: map.get("state")?.spot.clone(),
        })
    }
}

/// Whether a step of a path is a name, with whole numbers in brackets behind it.
fn is_step(step: &str) -> bool {
    let (name, rest) = step.split_at(step.find('[').unwrap_or(step.len()));
    let numbers = |rest: &str| {
        rest.strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .is_some_and(|inside| inside.split("][").all(|number| number.parse::<usize>().is_ok()))
    };
    !name.is_empty() && (rest.is_empty() || numbers(rest))
}

fn object(node: Option<&Node>) -> Map<String, Json> {
    match node.map(Node::to_json) {
        Some(Json::Object(map)) => map,
        _ => Map::new(),
    }
}
