//! `region.yaml` (LANGUAGE L7) and everything it names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::Loader;
use super::checkers::pin_checkers;
use super::document::Around;
use super::workflow::Names;
use crate::definition::region::Support;
use crate::definition::source::{Entry, Keys, MapReader, Node, Spot, check_id, nearest, string_of, text_of};
use crate::definition::workflow::{Effect, Workflow};
use crate::definition::{Calendar, Id, Region, Text};

pub(super) const REGION: Keys = Keys {
    what: ("地区", "a region"),
    keys: &[
        ("abstract", "只作底，不对外服务", "a base that is never served"),
        ("extends", "以哪些地区为底", "the regions it is built on"),
        ("name", "地区名称", "the place's name"),
        ("title", "系统名称", "the system's title"),
        ("authority", "登记机关", "the registering authority"),
        ("place", "行政区划代码", "the GB/T 2260 code"),
        ("language", "zh-CN 或 en", "zh-CN or en"),
        (
            "languages",
            "每段文字都应有的语言",
            "the languages that every text must be in",
        ),
        ("theme", "主题", "the theme"),
        ("calendar", "工作日历", "working days"),
        ("menu", "菜单文件", "the menu's file"),
        ("words", "本办公室的用语", "the office's own words"),
        ("support", "联系方式", "whom to ask"),
        ("signIn", "登录方式", "how people sign in"),
        ("accounts", "取得账号的途径", "the ways to an account"),
        (
            "profile",
            "个人信息维护的表（accounts/*.form.yaml）",
            "the account form that people keep up to date",
        ),
        ("roles", "角色", "the roles"),
        ("unitKinds", "单位种类", "what kinds of unit there are"),
        (
            "units",
            "预置单位的 CSV",
            "a CSV of units that are there from the start",
        ),
        (
            "registers",
            "登记册：随时维护的表",
            "the tables that people keep while the office runs",
        ),
        ("numbering", "编号规则", "how numbers are made"),
        ("documents", "文书", "what is printed"),
        ("plugins", "插件", "plugins"),
        (
            "coverage",
            "样例至少要覆盖的百分比",
            "how much of it the samples must exercise, in percent",
        ),
    ],
};

const CALENDAR: Keys = Keys {
    what: ("工作日历", "a calendar"),
    keys: &[
        ("name", "名称（calendars/*.csv）", "its name (calendars/*.csv)"),
        ("rollover", "到期日遇休息日顺延", "a deadline on a day off moves on"),
    ],
};
const SUPPORT: Keys = Keys {
    what: ("联系方式", "support"),
    keys: &[
        ("phone", "电话", "the phone"),
        ("faq", "常见问题", "the FAQ's text"),
        ("contact", "咨询服务", "the contact's text"),
    ],
};

impl Loader<'_> {
    /// Loads the region; `None` for a base, or where nothing can be made of it.
    pub(super) fn region(mut self) -> Option<Region> {
        let path = PathBuf::from(&*self.id).join("region.yaml");
        let own = self.files.tree(&path, self.problems)?;
        if own.get("abstract").and_then(Node::scalar) == Some("true") {
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
        let workflow_node = self.workflow_node(&node);
        let states: Option<IndexSet<Id>> = workflow_node.as_ref().map(state_names);
        let workflow = workflow_node.and_then(|node| self.workflow(&node, &names));
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
    fn workflow_node(&mut self, region: &Node) -> Option<Node> {
        let Some(path) = self.nearest_file("workflow.yaml") else {
            let message = Text::both("没有 workflow.yaml", "there is no workflow.yaml");
            let help = Text::both("写一个 workflow.yaml", "write a workflow.yaml");
            let spot = Spot::whole(&region.spot.file.path);
            self.problems.error("missing-file", &spot, message, Some(help));
            return None;
        };
        let merged = self.files.merged(&path, "/workflow.yaml", self.problems)?;
        self.removed = merged.removed;
        self.fields.clear();
        Some(merged.node)
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
        for entry in entries.entries() {
            check_id(entry, dashes, self.problems);
            match read(self, entry) {
                Some(item) => drop(found.insert(entry.key.as_str().into(), item)),
                None => self.breaks(key, &entry.key),
            }
        }
        found
    }

    fn region_calendar(&mut self, map: &MapReader<'_>) -> Calendar {
        let Some(node) = map.get("calendar") else {
            return Calendar::default();
        };
        let Some(map) = MapReader::new(node, &CALENDAR, self.problems) else {
            return Calendar::default();
        };
        let rollover = map.bool("rollover", self.problems).unwrap_or(false);
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
        for base in &self.folders {
            let base = base.join(folder);
            for path in self.files.in_folder(&base.join(inside), "") {
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
