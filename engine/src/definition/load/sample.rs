//! `samples/*.yaml` (LANGUAGE L10): answers, and the findings and states they must lead to.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::Folders;
use crate::definition::merge::Files;
use crate::definition::problem::Problem;
use crate::definition::source::{Keys, MapReader, Node, Problems, list_of, nearest, string_of};
use crate::definition::{Region, Text};

/// One sample file, its `from` chain resolved.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The file's name without `.yaml`.
    pub name: String,
    /// The form it fills.
    pub form: String,
    /// `context:` as written, the chain's merged.
    pub context: Map<String, Json>,
    /// `registers:` as written: rows that stand beside the region's own.
    pub registers: Map<String, Json>,
    /// Answers and changes by path, to be applied in order.
    pub layers: Vec<Layer>,
    /// The findings it must give; `None` where it does not say.
    pub findings: Option<Vec<ExpectedFinding>>,
    /// Small variations.
    pub cases: Vec<Case>,
    /// The actions it must go through.
    pub walk: Vec<Act>,
}

/// One file's part of a sample's answers.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    /// Merged over what stands before.
    pub answers: Map<String, Json>,
    /// Set by path after that.
    pub set: IndexMap<String, Json>,
}

/// A variation of a sample.
#[derive(Debug, Clone)]
pub struct Case {
    /// What it tries.
    pub name: String,
    /// Changes by path.
    pub set: IndexMap<String, Json>,
    /// Changes of the context.
    pub context: Map<String, Json>,
    /// The findings it must give.
    pub findings: Vec<ExpectedFinding>,
}

/// A finding that must come, compared by rule and place, and by what else is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedFinding {
    /// The rule.
    pub rule: String,
    /// The place.
    pub at: Option<String>,
    /// The message, when it matters.
    pub message: Option<String>,
    /// The severity, when it matters.
    pub severity: Option<String>,
}

/// One step of a walk.
#[derive(Debug, Clone)]
pub struct Act {
    /// The action.
    pub act: String,
    /// The role that takes it.
    pub by: String,
    /// The state it must lead to.
    pub state: String,
    /// What the action's form is given.
    pub input: Map<String, Json>,
}

const SAMPLE: Keys = Keys {
    what: ("样例", "a sample"),
    keys: &[
        ("form", "登记表", "the form"),
        ("from", "以哪个样例为底", "the sample it starts from"),
        ("context", "日期与申请人", "day and applicant"),
        ("registers", "登记册中的行", "rows of registers"),
        ("answers", "填报内容", "the answers"),
        ("set", "按路径修改", "changes by path"),
        ("findings", "应有的检查结果", "the findings it must give"),
        ("cases", "变化", "variations"),
        ("walk", "应走的流程", "the actions it must go through"),
    ],
};

const CASE: Keys = Keys {
    what: ("变化", "a case"),
    keys: &[
        ("name", "名称", "what it tries"),
        ("set", "按路径修改", "changes by path"),
        ("context", "日期与申请人", "changes of the context"),
        ("findings", "应有的检查结果", "the findings it must give"),
    ],
};

const FINDING: Keys = Keys {
    what: ("检查结果", "a finding"),
    keys: &[
        ("rule", "规则", "the rule"),
        ("at", "位置", "the place"),
        ("message", "提示", "the message"),
        ("severity", "级别", "the severity"),
    ],
};

const ACT: Keys = Keys {
    what: ("一步", "a step"),
    keys: &[
        ("act", "操作", "the action"),
        ("by", "角色", "the role"),
        ("state", "应到的状态", "the state it leads to"),
        ("input", "操作表单的内容", "what the action's form is given"),
    ],
};

/// The samples of a checked region, and what is wrong with them.
pub fn samples(folders: &Folders, region: &Region) -> (Vec<Sample>, Vec<Problem>) {
    let mut files = Files::new(&folders.forms);
    let mut problems = Problems::default();
    let folder = PathBuf::from(&*region.id).join("samples");
    let mut samples = Vec::new();
    for path in files.in_folder(&folder, ".yaml") {
        let mut reader = Reader {
            files: &mut files,
            folder: &folder,
            region,
            problems: &mut problems,
        };
        samples.extend(reader.sample(&path, &mut Vec::new()));
    }
    (samples, problems.into_sorted())
}

struct Reader<'a> {
    files: &'a mut Files,
    folder: &'a Path,
    region: &'a Region,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn sample(&mut self, path: &Path, seen: &mut Vec<PathBuf>) -> Option<Sample> {
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
        context.extend(object(map.get("context")));
        registers.extend(object(map.get("registers")));
        self.fields(map.get("answers"), &form);
        self.fields(map.get("set"), &form);
        layers.push(Layer {
            answers: object(map.get("answers")),
            set: object(map.get("set")).into_iter().collect(),
        });
        let findings = map.get("findings").map(|node| self.findings(node));
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
            form,
            context,
            registers,
            layers,
            findings,
            cases: cases.iter().filter_map(|node| self.case(node)).collect(),
            walk: walk.iter().filter_map(|node| self.act(node)).collect(),
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
        let Some(form) = self.region.forms.get(form) else {
            return;
        };
        for entry in node.and_then(Node::entries).unwrap_or_default() {
            let root = entry.key.split(['.', '[']).next().unwrap_or_default();
            // `null` takes away what a sample of another form had answered.
            if form.field(root).is_some() || entry.value.is_null() {
                continue;
            }
            let message = Text::both(
                format!("登记表里没有字段「{root}」"),
                format!("the form has no field `{root}`"),
            );
            let help = nearest(root, form.page_of.keys().map(|id| &**id));
            self.problems
                .error("sample-unknown-field", &entry.key_spot, message, help);
        }
    }

    fn findings(&mut self, node: &Node) -> Vec<ExpectedFinding> {
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
            findings.push(ExpectedFinding {
                rule,
                at: map.string("at", self.problems),
                message: map.string("message", self.problems),
                severity: map.string("severity", self.problems),
            });
        }
        findings
    }

    fn case(&mut self, node: &Node) -> Option<Case> {
        let map = MapReader::new(node, &CASE, self.problems)?;
        let name = map
            .need("name", self.problems)
            .and_then(|node| string_of(node, self.problems))?;
        let findings = map
            .need("findings", self.problems)
            .map(|node| self.findings(node))
            .unwrap_or_default();
        let set = object(map.get("set")).into_iter().collect();
        Some(Case {
            name,
            set,
            context: object(map.get("context")),
            findings,
        })
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
        })
    }
}

fn object(node: Option<&Node>) -> Map<String, Json> {
    match node.map(Node::to_json) {
        Some(Json::Object(map)) => map,
        _ => Map::new(),
    }
}
