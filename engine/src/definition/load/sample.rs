//! `samples/*.yaml` (LANGUAGE L10): answers, and the findings and states they must lead to.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::Folders;
use super::rule::SEVERITY;
use crate::definition::merge::Files;
use crate::definition::problem::Problem;
use crate::definition::shape::{Key, Keys, Pattern, Shape};
use crate::definition::source::{MapReader, Node, Problems, list_of, nearest, string_of};
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

pub(in crate::definition) static SAMPLE: Keys = Keys::new(
    "sample",
    ("样例", "a sample"),
    &[
        Key::new(
            "form",
            Shape::Word,
            "登记表（没有 from 时必写）",
            "the form (needed where there is no `from`)",
        )
        .such_as("applied-technology"),
        Key::new("from", Shape::Word, "以哪个样例为底", "the sample it starts from").such_as("complete.yaml"),
        Key::new("context", Shape::Map(&CONTEXT), "日期与申请人", "day and applicant")
            .such_as("{today: 2026-11-20, applicant: {unit: u1}}"),
        Key::new("registers", Shape::DataMap, "登记册中的行", "rows of registers")
            .such_as("{units: [{id: u1, name: 青山大学, kinds: [completing]}]}"),
        Key::new("answers", Shape::DataMap, "填报内容", "the answers").such_as("{name: 高原光伏微电网}"),
        Key::new("set", Shape::DataMap, "按路径修改", "changes by path").such_as("{'people[0].name': 李四}"),
        Key::new(
            "findings",
            Shape::List(&Shape::Map(&FINDING)),
            "应有的检查结果",
            "the findings it must give",
        )
        .usually("不比较", "not compared")
        .such_as("[{rule: required, at: name}]"),
        Key::new("cases", Shape::List(&Shape::Map(&CASE)), "变化", "variations")
            .such_as("[{name: 缺名称, set: {name: null}, findings: [{rule: required, at: name}]}]"),
        Key::new(
            "walk",
            Shape::List(&Shape::Map(&ACT)),
            "应走的流程",
            "the actions it must go through",
        )
        .such_as("[{act: submit, by: registrant, state: unit}]"),
    ],
);

static CONTEXT: Keys = Keys::new(
    "context",
    ("日期与申请人", "`context`"),
    &[
        Key::new("today", Shape::Written(&DAY), "今天", "the day of today")
            .usually("运行的那天", "the day on which it runs")
            .such_as("2026-11-20"),
        Key::new(
            "filed_on",
            Shape::Written(&DAY),
            "首次提交日",
            "the day of first submission",
        )
        .usually("同 today", "as `today`")
        .such_as("2026-11-20"),
        Key::new("applicant", Shape::Map(&APPLICANT), "申请人", "the applicant").such_as("{name: 王伟, unit: u1}"),
    ],
);

static APPLICANT: Keys = Keys::new(
    "applicant",
    ("申请人", "the applicant"),
    &[
        Key::new("name", Shape::Word, "姓名", "the name").such_as("王伟"),
        Key::new("unit", Shape::Word, "单位的标识", "the unit's id")
            .usually("没有单位", "none")
            .such_as("u1"),
        Key::new("role", Shape::Word, "角色", "the role").such_as("registrant"),
    ],
);

static DAY: Pattern = Pattern {
    regex: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    what: ("日期，如 2026-11-20", "a date such as 2026-11-20"),
};

static CASE: Keys = Keys::new(
    "case",
    ("变化", "a case"),
    &[
        Key::new("name", Shape::Word, "名称", "what it tries")
            .needed()
            .such_as("起止颠倒"),
        Key::new("set", Shape::DataMap, "按路径修改", "changes by path").such_as("{period_end: 2020-01-01}"),
        Key::new(
            "context",
            Shape::Map(&CONTEXT),
            "日期与申请人",
            "changes of the context",
        )
        .such_as("{filed_on: 2026-01-01}"),
        Key::new(
            "findings",
            Shape::List(&Shape::Map(&FINDING)),
            "应有的检查结果",
            "the findings it must give",
        )
        .needed()
        .such_as("[{rule: period_order, at: period_end}]"),
    ],
);

static FINDING: Keys = Keys::new(
    "finding",
    ("检查结果", "a finding"),
    &[
        Key::new("rule", Shape::Word, "规则", "the rule")
            .needed()
            .such_as("required"),
        Key::new("at", Shape::Word, "位置", "the place").such_as("'people[0].name'"),
        Key::new("message", Shape::Word, "提示", "the message").such_as("研究终止日期早于研究起始日期"),
        Key::new("severity", Shape::OneOf(&SEVERITY), "级别", "the severity"),
    ],
);

static ACT: Keys = Keys::new(
    "step",
    ("一步", "a step"),
    &[
        Key::new("act", Shape::Word, "操作", "the action")
            .needed()
            .such_as("submit"),
        Key::new("by", Shape::Word, "角色", "the role")
            .needed()
            .such_as("registrant"),
        Key::new("state", Shape::Word, "应到的状态", "the state it leads to")
            .needed()
            .such_as("unit"),
        Key::new(
            "input",
            Shape::DataMap,
            "操作表单的内容",
            "what the action's form is given",
        )
        .such_as("{opinion: 同意}"),
    ],
);

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
        })
    }
}

fn object(node: Option<&Node>) -> Map<String, Json> {
    match node.map(Node::to_json) {
        Some(Json::Object(map)) => map,
        _ => Map::new(),
    }
}
