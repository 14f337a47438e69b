//! From `samples/*.yaml` to samples, and what is wrong with them.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::keys::{ACT, APPLICANT, CASE, CONTEXT, FINDING, SAMPLE};
use super::{Act, Case, Expected, ExpectedFinding, Layer, Sample, Words};
use crate::definition::merge::Files;
use crate::definition::source::{MapReader, Node, Problems, Spot, list_of, nearest, string_of};
use crate::definition::{FieldType, Id, Region, Text};

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
        if !self.files.has(&path) || seen.contains(&path) {
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
            // `null` takes away what a sample of another form had answered.
            if !entry.value.is_null() {
                self.place(&entry.key, &entry.key_spot, form);
            }
        }
    }

    /// A path of the form: its field, and the column that it goes on to.
    fn place(&mut self, path: &str, spot: &Spot, form: &str) {
        let Some(form) = self.region.forms.get(form) else {
            return;
        };
        let mut names = path.split('.').map(|step| step.split('[').next().unwrap_or_default());
        let root = names.next().unwrap_or_default();
        let Some(field) = form.field(root) else {
            let known = form.page_of.keys().map(|id| &**id);
            return self.unknown_field(root, spot, known);
        };
        let (FieldType::Table(table), Some(column)) = (&field.kind, names.next()) else {
            return;
        };
        if !table.columns.contains_key(column) {
            self.unknown_field(column, spot, table.columns.keys().map(|id| &**id));
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
        if let Some(map) = node.and_then(|node| MapReader::new(node, &CONTEXT, self.problems))
            && let Some(applicant) = map.get("applicant")
        {
            MapReader::new(applicant, &APPLICANT, self.problems);
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

fn object(node: Option<&Node>) -> Map<String, Json> {
    match node.map(Node::to_json) {
        Some(Json::Object(map)) => map,
        _ => Map::new(),
    }
}
