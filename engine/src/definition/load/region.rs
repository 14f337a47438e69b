//! `region.yaml` (LANGUAGE L7) and everything it names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::Loader;
use super::checkers::pin_checkers;
use super::document::{Around, DOCUMENT};
use super::goal::COVERAGE;
use super::language::LANGUAGE;
use super::number::NUMBERING;
use super::people::{ROLE, SIGN_IN, WAY_IN};
use super::plugin::PLUGIN;
use super::register::REGISTER;
use super::workflow::Names;
use crate::definition::merge::Merged;
use crate::definition::region::Support;
use crate::definition::shape::{Ids, Key, Keys, Shape};
use crate::definition::source::{Entry, MapReader, Node, Spot, check_id, nearest, string_of, text_of};
use crate::definition::workflow::{Effect, Workflow};
use crate::definition::{Calendar, Id, Region, Text, limits};

pub(in crate::definition) static REGION: Keys = Keys::new(
    "region",
    ("地区", "a region"),
    &[
        Key::new(
            "abstract",
            Shape::Flag,
            "只作底，不对外服务",
            "a base that is never served",
        )
        .usually("false", "false"),
        Key::new("extends", Shape::Names, "以哪些地区为底", "the regions it is built on").such_as("national"),
        Key::new("name", Shape::Text, "地区名称", "the place's name")
            .needed()
            .such_as("北河省"),
        Key::new("title", Shape::Text, "系统名称", "the system's title")
            .needed()
            .such_as("北河省科技成果登记系统"),
        Key::new("authority", Shape::Text, "登记机关", "the registering authority")
            .needed()
            .such_as("北河省科学技术厅"),
        Key::new("place", Shape::Word, "行政区划代码", "the GB/T 2260 code").such_as("\"990000\""),
        Key::new(
            "language",
            Shape::OneOf(&LANGUAGE),
            "页面的语言",
            "the language of a page before a person chooses",
        )
        .usually("zh-CN", "zh-CN"),
        Key::new(
            "languages",
            Shape::SomeOf(&LANGUAGE),
            "每段文字都应有的语言",
            "the languages that every text must be in",
        )
        .usually("不作要求", "nothing is asked")
        .such_as("[zh-CN, en]"),
        Key::new("theme", Shape::Word, "主题", "the theme").usually("default", "default"),
        Key::new("calendar", Shape::Map(&CALENDAR), "工作日历", "working days").such_as("{name: cn, rollover: true}"),
        Key::new("menu", Shape::Word, "菜单文件", "the menu's file").such_as("texts/menu.yaml"),
        Key::new("words", Shape::Word, "本办公室的用语", "the office's own words").such_as("texts/words.yaml"),
        Key::new("support", Shape::Map(&SUPPORT), "联系方式", "whom to ask").such_as("{phone: 010-00000000}"),
        Key::new("signIn", Shape::Map(&SIGN_IN), "登录方式", "how people sign in")
            .such_as("{by: email, captcha: true}"),
        Key::new(
            "accounts",
            Shape::Each(Ids::Plain, &Shape::Map(&WAY_IN)),
            "取得账号的途径",
            "the ways to an account",
        )
        .such_as("{solo: {label: 登记人, form: person, creates: {role: registrant}}}"),
        Key::new(
            "profile",
            Shape::Word,
            "个人信息维护的表（accounts/*.form.yaml）",
            "the account form that people keep up to date",
        )
        .such_as("profile"),
        Key::new(
            "roles",
            Shape::Each(Ids::Plain, &Shape::Map(&ROLE)),
            "角色",
            "the roles",
        )
        .such_as("{office: {label: 省科技厅, sees: region}}"),
        Key::new(
            "unitKinds",
            Shape::Each(Ids::Dashed, &Shape::Text),
            "单位种类",
            "what kinds of unit there are",
        )
        .such_as("{completing: 完成单位}"),
        Key::new(
            "units",
            Shape::Word,
            "预置单位的 CSV",
            "a CSV of units that are there from the start",
        )
        .such_as("codes/units.csv"),
        Key::new(
            "registers",
            Shape::Each(Ids::Dashed, &Shape::Map(&REGISTER)),
            "登记册：随时维护的表",
            "the tables that people keep while the office runs",
        )
        .such_as("{batches: {label: 批次, form: batch, editedBy: [office]}}"),
        Key::new(
            "numbering",
            Shape::Each(Ids::Plain, &Shape::Map(&NUMBERING)),
            "编号规则",
            "how numbers are made",
        )
        .such_as("{registration: {pattern: '999{year}{category}{serial:4}', counter: [year, category]}}"),
        Key::new(
            "documents",
            Shape::Each(Ids::Dashed, &Shape::Map(&DOCUMENT)),
            "文书",
            "what is printed",
        )
        .such_as("{certificate: {label: 登记证书, template: documents/certificate.typ}}"),
        Key::new(
            "plugins",
            Shape::Each(Ids::Dashed, &Shape::Map(&PLUGIN)),
            "插件",
            "plugins",
        )
        .such_as("{checks: {file: checks.wasm, sha256: \"…\", on: [check]}}"),
        Key::new(
            "coverage",
            Shape::Map(&COVERAGE),
            "样例至少要覆盖的百分比",
            "how much of it the samples must exercise, in percent",
        )
        .such_as("{rules: 100, transitions: 100}"),
    ],
);

static CALENDAR: Keys = Keys::new(
    "calendar",
    ("工作日历", "a calendar"),
    &[
        Key::new(
            "name",
            Shape::Word,
            "名称（calendars/*.csv）",
            "its name (calendars/*.csv)",
        )
        .needed()
        .such_as("cn"),
        Key::new(
            "rollover",
            Shape::Flag,
            "到期日遇休息日顺延",
            "a deadline on a day off moves on",
        )
        .usually("false", "false"),
    ],
);
static SUPPORT: Keys = Keys::new(
    "support",
    ("联系方式", "support"),
    &[
        Key::new("phone", Shape::Word, "电话", "the phone").such_as("010-00000000"),
        Key::new(
            "faq",
            Shape::Word,
            "常见问题（texts/*.md）",
            "the FAQ's text (texts/*.md)",
        )
        .such_as("texts/faq.md"),
        Key::new(
            "contact",
            Shape::Word,
            "咨询服务（texts/*.md）",
            "the contact's text (texts/*.md)",
        )
        .such_as("texts/contact.md"),
    ],
);

impl Loader<'_> {
    /// Loads the region; `None` for a base, or where nothing can be made of it.
    pub(super) fn region(mut self) -> Option<Region> {
        let path = PathBuf::from(&*self.id).join("region.yaml");
        let own = self.files.tree(&path, self.problems)?;
        let name = Id::clone(&self.id);
        self.file_id(&path, &name);
        if is_base(&own) {
            self.unknown_files(&own);
            return None;
        }
        let merged = self.files.merged(&path, "/region.yaml", self.problems)?;
        let node = merged.node;
        self.unknown_files(&node);
        self.collect_folders(&own);
        let map = MapReader::new(&node, &REGION, self.problems)?;
        self.texts = self.read_texts();
        self.seeds = self.seed_files(&map);
        self.codes = self.code_lists();
        self.calendar = Arc::new(self.region_calendar(&map));
        let document_nodes = map.get("documents").and_then(Node::entries).unwrap_or_default();
        self.documents = Some(document_nodes.iter().map(|entry| entry.key.as_str().into()).collect());
        let roles = self.each_in(&map, "roles", ("角色", "roles"), false, Self::role_entry);
        let role_entries = map.get("roles").and_then(Node::entries).unwrap_or_default();
        self.renamed(("角色", "role"), &role_entries.iter().collect::<Vec<_>>());
        let mut workflow_tree = self.workflow_tree(&node);
        let workflow_node = workflow_tree.as_ref().map(|merged| &merged.node);
        self.app = self.app_type(workflow_node, &node, &roles);
        let registers = self.registers(&map, &roles);
        let unit_kinds = self.unit_kinds(&map);
        let account_forms = self.account_forms();
        let mut forms = self.forms();
        let mut plugins = self.each_in(&map, "plugins", ("插件", "plugins"), true, Self::plugin);
        pin_checkers(&mut forms, &plugins);
        let numbering = self.each_in(&map, "numbering", ("编号规则", "numbering"), false, Self::numbering);
        let names = Names {
            roles: &roles,
            role_entries,
            numbering: numbering.keys().cloned().collect(),
            documents: document_nodes.iter().map(|entry| entry.key.as_str().into()).collect(),
            forms: &forms,
        };
        let states: Option<IndexSet<Id>> = workflow_tree.as_ref().map(|merged| state_names(&merged.node));
        if let Some(merged) = &mut workflow_tree {
            self.removed = std::mem::take(&mut merged.removed);
            self.fields.clear();
            self.patterns = 0;
        }
        let workflow = workflow_tree.and_then(|merged| self.workflow(&merged.node, &names));
        let mut around = Around {
            roles: &roles,
            states: states.as_ref(),
            plugins: &mut plugins,
            issued: &issued(workflow.as_ref()),
        };
        let documents = self.documents(document_nodes, &mut around);
        self.removed = merged.removed;
        let ways_in = self.ways_in(&map, &roles, &unit_kinds, &account_forms);
        let region = Region {
            id: self.id.clone(),
            name: self.need_text(&map, "name"),
            title: self.need_text(&map, "title"),
            authority: self.need_text(&map, "authority"),
            place: map.string("place", self.problems).unwrap_or_default(),
            language: self.language(&map),
            languages: self.languages(&map),
            theme: map.string("theme", self.problems).unwrap_or_else(|| "default".into()),
            folders: self
                .folders
                .iter()
                .map(|folder| self.files.root().join(folder))
                .collect(),
            calendar: Arc::clone(&self.calendar),
            menu: self.menu(&map, &roles),
            words: self.words(&map),
            support: self.support(&map),
            sign_in: self.sign_in(&map),
            units: self.units(&map, &unit_kinds),
            coverage: self.coverage_goal(&map),
            roles,
            profile: self.profile(&map, &account_forms),
            ways_in,
            unit_kinds,
            registers,
            numbering,
            documents,
            plugins,
            workflow: workflow?,
            forms,
            account_forms,
            codes: self.codes.clone(),
            texts: self.texts.clone(),
        };
        self.templates_read_fields(&region, &node);
        self.unused(&region);
        self.untranslated(&region);
        Some(region)
    }

    /// The merged `workflow.yaml`, own or inherited.
    fn workflow_tree(&mut self, region: &Node) -> Option<Merged> {
        let Some(path) = self.nearest_file("workflow.yaml") else {
            let message = Text::both("没有 workflow.yaml", "there is no workflow.yaml");
            let help = Text::both("写一个 workflow.yaml", "write a workflow.yaml");
            let spot = Spot::whole(&region.spot.file.path);
            self.problems.error("missing-file", &spot, message, Some(help));
            return None;
        };
        self.files.merged(&path, "/workflow.yaml", self.problems)
    }

    /// A text that must be there; empty where it is not, which is told.
    pub(super) fn need_text(&mut self, map: &MapReader<'_>, key: &str) -> Text {
        map.need(key, self.problems)
            .and_then(|node| text_of(node, self.problems))
            .unwrap_or_default()
    }

    /// The region's folder, then each base's, nearest first.
    pub(super) fn collect_folders(&mut self, own: &Node) {
        let mut waiting: Vec<String> = extends(own);
        while !waiting.is_empty() {
            let base = waiting.remove(0);
            let folder = PathBuf::from(&base);
            if self.folders.contains(&folder) {
                continue;
            }
            if let Some(node) = self.files.tree(&folder.join("region.yaml"), self.problems) {
                waiting.extend(extends(&node));
            }
            self.folders.push(folder);
        }
    }

    /// The file of this name in the nearest folder that has it.
    pub(super) fn nearest_file(&self, name: &str) -> Option<PathBuf> {
        self.folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|path| self.files.has(path))
    }

    /// Reads every entry of a map of the author's own names.
    pub(super) fn each_in<T>(
        &mut self,
        map: &MapReader<'_>,
        key: &'static str,
        what: (&str, &str),
        dashes: bool,
        read: impl Fn(&mut Self, &Entry) -> Option<T>,
    ) -> IndexMap<Id, T> {
        let mut found = IndexMap::new();
        let Some(entries) = map.get(key).and_then(|node| MapReader::open(node, what, self.problems)) else {
            return found;
        };
        if self.too_many(entries.entries()) {
            return found;
        }
        for entry in entries.entries() {
            check_id(entry, dashes, self.problems);
            match read(self, entry) {
                Some(item) => drop(found.insert(entry.key.as_str().into(), item)),
                None => self.breaks(key, &entry.key),
            }
        }
        found
    }

    /// Tells where there are more entries of a kind than there may be.
    pub(super) fn too_many(&mut self, entries: &[Entry]) -> bool {
        let first = entries.get(limits::ENTRIES);
        if let Some(entry) = first {
            let what = ("这里的条目", "the entries here");
            self.problems.too_large(&entry.key_spot, what, limits::ENTRIES);
        }
        first.is_some()
    }

    fn region_calendar(&mut self, map: &MapReader<'_>) -> Calendar {
        let Some(node) = map.get("calendar") else {
            return Calendar::default();
        };
        let Some(map) = MapReader::new(node, &CALENDAR, self.problems) else {
            return Calendar::default();
        };
        let rollover = map.bool("rollover").unwrap_or(false);
        let Some(name) = map.need("name", self.problems) else {
            return Calendar::default();
        };
        let before = self.problems.len();
        let calendar = self.calendar(name.scalar().unwrap_or_default(), rollover, name);
        if self.problems.len() > before {
            self.breaks("calendar", "");
        }
        calendar
    }

    fn support(&mut self, map: &MapReader<'_>) -> Support {
        let Some(map) = map
            .get("support")
            .and_then(|node| MapReader::new(node, &SUPPORT, self.problems))
        else {
            return Support::default();
        };
        let mut text = |key: &str| {
            map.get(key)
                .and_then(|node| self.text_named(node))
                .map(|id| id.to_string())
        };
        let (faq, contact) = (text("faq"), text("contact"));
        Support {
            phone: map.string("phone", self.problems),
            faq,
            contact,
        }
    }

    /// The tree of a YAML file that the region names.
    pub(super) fn named_yaml(&mut self, node: Option<&Node>) -> Option<Node> {
        let node = node?;
        let name = string_of(node, self.problems)?;
        match self.nearest_file(&name) {
            Some(path) => self.files.tree(&path, self.problems),
            None => {
                self.missing_file(node, &name, "");
                None
            }
        }
    }

    /// That `name` is no file; the names of `folder` are looked at for the nearest.
    pub(super) fn missing_file(&mut self, node: &Node, name: &str, folder: &str) {
        let inside = Path::new(name).parent().unwrap_or(Path::new(""));
        let mut known = Vec::new();
        // A misspelt name has the ending of what it was meant to be.
        let ending = Path::new(name)
            .file_name()
            .and_then(|file| file.to_str()?.split_once('.'));
        let ending = ending.map_or(String::new(), |(_, ending)| format!(".{ending}"));
        for base in &self.folders {
            let base = base.join(folder);
            for path in self.files.in_folder(&base.join(inside), &ending) {
                known.extend(path.strip_prefix(&base).ok().map(|path| path.display().to_string()));
            }
        }
        let message = Text::both(format!("找不到文件 {name}"), format!("there is no file {name}"));
        let help = nearest(name, known.iter().map(String::as_str));
        self.problems.at_node("missing-file", node, message, help);
    }
}

/// The states as they are written, the faulty ones too.
fn state_names(workflow: &Node) -> IndexSet<Id> {
    let states = workflow.get("states").and_then(Node::entries).unwrap_or_default();
    states.iter().map(|entry| Id::from(entry.key.as_str())).collect()
}

/// The documents that an effect issues.
fn issued(workflow: Option<&Workflow>) -> Vec<Id> {
    let actions = workflow.into_iter().flat_map(|workflow| workflow.actions.values());
    let effects = actions.flat_map(|action| &action.effects);
    let documents = effects.filter_map(|effect| match effect {
        Effect::Issue(id) => Some(id.clone()),
        _ => None,
    });
    documents.collect()
}

fn extends(node: &Node) -> Vec<String> {
    use crate::definition::source::Value;
    match node.get("extends").map(|node| &node.value) {
        Some(Value::Scalar { text, .. }) => vec![text.clone()],
        Some(Value::List(items)) => items
            .iter()
            .filter_map(|item| item.scalar().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether a `region.yaml` is only there to be extended.
pub(super) fn is_base(own: &Node) -> bool {
    own.get("abstract").is_some_and(|node| node.to_json() == true)
}
