//! `region.yaml` (LANGUAGE L7) and everything it names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use sha2::{Digest, Sha256};

use super::Loader;
use super::codes::{line_spot, records};
use super::form::hex;
use super::workflow::Names;
use crate::definition::expression::{Scope, Type};
use crate::definition::region::{
    CounterKey, Document, DocumentSource, MenuItem, MenuTarget, NumberPart, Numbering, PasswordRule, PluginUse, Role,
    Sees, SignIn, Support, UnitSeed, Watermark, WayIn,
};
use crate::definition::scope::App;
use crate::definition::source::{
    Entry, Keys, MapReader, Node, SourceFile, Spot, check_id, list_of, string_of, text_of, wrong_type,
};
use crate::definition::workflow::Effect;
use crate::definition::{Calendar, Form, Id, Language, Region, Text};

const REGION: Keys = Keys {
    what: ("地区", "a region"),
    keys: &[
        ("abstract", "只作底，不对外服务", "a base that is never served"),
        ("extends", "以哪些地区为底", "the regions it is built on"),
        ("name", "地区名称", "the place's name"),
        ("title", "系统名称", "the system's title"),
        ("authority", "登记机关", "the registering authority"),
        ("place", "行政区划代码", "the GB/T 2260 code"),
        ("language", "zh-CN 或 en", "zh-CN or en"),
        ("theme", "主题", "the theme"),
        ("calendar", "工作日历", "working days"),
        ("menu", "菜单文件", "the menu's file"),
        ("words", "本办公室的用语", "the office's own words"),
        ("support", "联系方式", "whom to ask"),
        ("signIn", "登录方式", "how people sign in"),
        ("accounts", "取得账号的途径", "the ways to an account"),
        ("roles", "角色", "the roles"),
        ("unitKinds", "单位种类", "what kinds of unit there are"),
        (
            "units",
            "预置单位的 CSV",
            "a CSV of units that are there from the start",
        ),
        ("numbering", "编号规则", "how numbers are made"),
        ("documents", "文书", "what is printed"),
        ("plugins", "插件", "plugins"),
    ],
};

const ROLE: Keys = Keys {
    what: ("角色", "a role"),
    keys: &[
        ("label", "名称", "what people call it"),
        (
            "sees",
            "看到哪些申请：own、unit、handled 或 region",
            "which applications it sees",
        ),
    ],
};

const WAY_IN: Keys = Keys {
    what: ("取得账号的途径", "a way to an account"),
    keys: &[
        ("label", "名称", "what people call it"),
        ("form", "要填的表", "the form it asks"),
        ("agreement", "须同意的协议", "the text to agree to"),
        ("creates", "产生什么", "what it creates"),
        ("joins", "加入已有单位", "joins a unit"),
        ("invitedBy", "由谁分配", "the role that invites"),
        ("activation", "激活方式", "how it is activated"),
        ("approvedBy", "由谁批准", "the role that approves"),
    ],
};

const CREATES: Keys = Keys {
    what: ("产生的内容", "`creates`"),
    keys: &[
        ("unit", "单位种类", "a unit of this kind"),
        ("role", "角色", "the role"),
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
const SIGN_IN: Keys = Keys {
    what: ("登录方式", "signIn"),
    keys: &[
        ("by", "email 或 name", "email or name"),
        ("captcha", "验证码", "whether a captcha is asked"),
        ("password", "密码规则", "what a password must be"),
    ],
};
const PASSWORD: Keys = Keys {
    what: ("密码规则", "a password rule"),
    keys: &[
        ("minLength", "最短", "at least"),
        ("maxLength", "最长", "at most"),
        (
            "classes",
            "须含的字符类",
            "classes that must appear: upper, lower, digit, symbol",
        ),
    ],
};
const NUMBERING: Keys = Keys {
    what: ("编号规则", "a numbering"),
    keys: &[
        ("pattern", "样式，如 962{year}{category}{serial:4}", "the pattern"),
        ("counter", "按什么分别计数", "what has a count of its own"),
    ],
};
const DOCUMENT: Keys = Keys {
    what: ("文书", "a document"),
    keys: &[
        ("label", "名称", "what people call it"),
        ("template", "Typst 模板", "a Typst template"),
        ("layout", "插件版式", "a plugin's layout"),
        ("in", "在哪些状态提供", "the states in which it is offered"),
        ("by", "提供给哪些角色", "the roles it is offered to"),
        ("watermark", "水印", "a text across the page"),
    ],
};
const WATERMARK: Keys = Keys {
    what: ("水印", "a watermark"),
    keys: &[("when", "条件", "the condition"), ("text", "文字", "the text")],
};
const PLUGIN: Keys = Keys {
    what: ("插件", "a plugin"),
    keys: &[
        ("file", "组件文件", "the component's file"),
        ("sha256", "文件的 SHA-256", "the file's SHA-256"),
        ("on", "何时运行：check、document", "when it runs: check, document"),
        ("options", "选项", "its options"),
        ("lookups", "可以查的表", "the lists it may look up"),
    ],
};
const MENU: Keys = Keys {
    what: ("菜单项", "a menu entry"),
    keys: &[
        ("label", "名称", "what it says"),
        ("to", "去处", "where it leads"),
        ("roles", "给哪些角色", "for these roles"),
        ("items", "下级", "the entries below"),
    ],
};

impl Loader<'_> {
    /// Loads the region; `None` for a base, or where nothing can be made of it.
    pub(super) fn region(mut self) -> Option<Region> {
        let path = PathBuf::from(&*self.id).join("region.yaml");
        let own = self.files.tree(&path, self.problems)?;
        if own.get("abstract").and_then(Node::scalar) == Some("true") {
            return None;
        }
        let node = self.files.merged(&path, "/region.yaml", self.problems)?;
        self.collect_folders(&own);
        let map = MapReader::new(&node, &REGION, self.problems)?;
        self.texts = self.read_texts();
        self.codes = self.code_lists();
        self.calendar = Arc::new(self.region_calendar(&map));
        let roles = self.each_in(&map, "roles", ("角色", "roles"), false, Self::role_entry);
        let unit_kinds = self.unit_kinds(&map);
        let forms = self.forms();
        let mut plugins = self.each_in(&map, "plugins", ("插件", "plugins"), true, Self::plugin);
        let numbering = self.each_in(&map, "numbering", ("编号规则", "numbering"), false, Self::numbering);
        let document_nodes = map.get("documents").and_then(Node::entries).unwrap_or_default();
        let names = Names {
            roles: &roles,
            numbering: numbering.keys().cloned().collect(),
            documents: document_nodes.iter().map(|entry| entry.key.as_str().into()).collect(),
            forms: &forms,
        };
        let workflow_path = self.nearest_file("workflow.yaml");
        let workflow = match workflow_path {
            Some(path) => self
                .files
                .merged(&path, "/workflow.yaml", self.problems)
                .and_then(|node| self.workflow(&node, &names)),
            None => {
                let help = Text::both("写一个 workflow.yaml", "write a workflow.yaml");
                self.problems.error(
                    "missing-file",
                    &node.spot,
                    Text::both("没有 workflow.yaml", "there is no workflow.yaml"),
                    Some(help),
                );
                None
            }
        };
        let issued: Vec<Id> = workflow
            .iter()
            .flat_map(|workflow| workflow.actions.values())
            .flat_map(|action| &action.effects)
            .filter_map(|effect| match effect {
                Effect::Issue(id) => Some(id.clone()),
                _ => None,
            })
            .collect();
        let states = workflow
            .as_ref()
            .map(|workflow| workflow.states.keys().cloned().collect())
            .unwrap_or_default();
        let documents = self.documents(document_nodes, &roles, &states, &mut plugins, &issued);
        let ways_in = self.ways_in(&map, &roles, &unit_kinds);
        let region = Region {
            id: self.id.clone(),
            name: self.need_text(&map, "name"),
            title: self.need_text(&map, "title"),
            authority: self.need_text(&map, "authority"),
            place: map.string("place", self.problems).unwrap_or_default(),
            language: self.language(&map),
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
            roles,
            ways_in,
            unit_kinds,
            numbering,
            documents,
            plugins,
            workflow: workflow?,
            forms,
            codes: std::mem::take(&mut self.codes),
            texts: std::mem::take(&mut self.texts),
        };
        Some(region)
    }

    fn need_text(&mut self, map: &MapReader<'_>, key: &str) -> Text {
        map.need(key, self.problems)
            .and_then(|node| text_of(node, self.problems))
            .unwrap_or_default()
    }

    /// The region's folder, then each base's, nearest first.
    fn collect_folders(&mut self, own: &Node) {
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

    fn nearest_file(&self, name: &str) -> Option<PathBuf> {
        self.folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|path| self.files.has(path))
    }

    /// Reads every entry of a map of the author's own names.
    fn each_in<T>(
        &mut self,
        map: &MapReader<'_>,
        key: &str,
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
            if let Some(item) = read(self, entry) {
                found.insert(entry.key.as_str().into(), item);
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
        self.calendar(name.scalar().unwrap_or_default(), rollover, name)
    }

    fn role_entry(&mut self, entry: &Entry) -> Option<Role> {
        let map = MapReader::new(&entry.value, &ROLE, self.problems)?;
        let sees_node = map.need("sees", self.problems)?;
        let sees = match sees_node.scalar().unwrap_or_default() {
            "own" => Sees::Own,
            "unit" => Sees::Unit,
            "handled" => Sees::Handled,
            "region" => Sees::Region,
            other => {
                self.problems.unknown(
                    "unknown-sees",
                    sees_node,
                    ("范围", "scope"),
                    other,
                    ["own", "unit", "handled", "region"],
                );
                return None;
            }
        };
        Some(Role {
            id: entry.key.as_str().into(),
            label: self.need_text(&map, "label"),
            sees,
        })
    }

    fn unit_kinds(&mut self, map: &MapReader<'_>) -> IndexMap<Id, Text> {
        self.each_in(
            map,
            "unitKinds",
            ("单位种类", "unit kinds"),
            true,
            |loader, entry| text_of(&entry.value, loader.problems),
        )
    }

    fn ways_in(
        &mut self,
        map: &MapReader<'_>,
        roles: &IndexMap<Id, Role>,
        kinds: &IndexMap<Id, Text>,
    ) -> IndexMap<Id, WayIn> {
        self.each_in(
            map,
            "accounts",
            ("取得账号的途径", "accounts"),
            false,
            |loader, entry| {
                let map = MapReader::new(&entry.value, &WAY_IN, loader.problems)?;
                let label = loader.need_text(&map, "label");
                let creates = map.need("creates", loader.problems)?;
                let creates = MapReader::new(creates, &CREATES, loader.problems)?;
                let role_node = match creates.get("unit") {
                    Some(_) => creates.get("role"),
                    None => Some(creates.need("role", loader.problems)?),
                };
                let role = role_node.and_then(|node| loader.role(node, roles));
                let creates_unit = creates.get("unit").and_then(|node| loader.unit_kind(node, kinds));
                for word in ["invitedBy", "approvedBy"] {
                    if let Some(node) = map.get(word) {
                        loader.role(node, roles);
                    }
                }
                if let Some(node) = map.get("agreement") {
                    loader.text_named(node);
                }
                Some(WayIn {
                    id: entry.key.as_str().into(),
                    label,
                    role,
                    creates_unit,
                    joins_unit: map.get("joins").is_some(),
                })
            },
        )
    }

    fn unit_kind(&mut self, node: &Node, kinds: &IndexMap<Id, Text>) -> Option<Id> {
        let name = string_of(node, self.problems)?;
        if kinds.contains_key(name.as_str()) {
            return Some(name.into());
        }
        self.problems.unknown(
            "unknown-unit-kind",
            node,
            ("单位种类", "kind of unit"),
            &name,
            kinds.keys().map(|id| &**id),
        );
        None
    }

    fn units(&mut self, map: &MapReader<'_>, kinds: &IndexMap<Id, Text>) -> Vec<UnitSeed> {
        let Some(node) = map.get("units") else {
            return Vec::new();
        };
        let Some(name) = string_of(node, self.problems) else {
            return Vec::new();
        };
        let Some(path) = self.nearest_file(&name) else {
            self.missing_file(node, &name);
            return Vec::new();
        };
        let Some(file) = self.files.read(&path, self.problems) else {
            return Vec::new();
        };
        let mut units = Vec::new();
        for (line, mut row) in records(&file, self.problems) {
            let mut take = |key: &str| row.shift_remove(key).unwrap_or_default();
            let own_kinds: Vec<Id> = take("kinds")
                .split([';', ' ', '|'])
                .filter(|kind| !kind.is_empty())
                .map(Id::from)
                .collect();
            if let Some(kind) = own_kinds.iter().find(|kind| !kinds.contains_key(*kind)) {
                let message = Text::both(
                    format!("没有单位种类「{kind}」"),
                    format!("there is no kind of unit `{kind}`"),
                );
                self.problems.error(
                    "unknown-unit-kind",
                    &line_spot(&file, line),
                    message,
                    crate::definition::source::nearest(kind, kinds.keys().map(|id| &**id)),
                );
            }
            units.push(UnitSeed {
                id: take("id").into(),
                name: take("name"),
                credit_code: take("credit_code"),
                kinds: own_kinds,
                place: take("place"),
            });
        }
        units
    }

    fn language(&mut self, map: &MapReader<'_>) -> Language {
        match map.get("language").map(|node| (node, node.scalar())) {
            None | Some((_, Some("zh-CN"))) => Language::Chinese,
            Some((_, Some("en"))) => Language::English,
            Some((node, other)) => {
                self.problems.unknown(
                    "unknown-language",
                    node,
                    ("语言", "language"),
                    other.unwrap_or_default(),
                    ["zh-CN", "en"],
                );
                Language::Chinese
            }
        }
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

    fn sign_in(&mut self, map: &MapReader<'_>) -> SignIn {
        let mut sign_in = SignIn {
            by_email: false,
            captcha: false,
            password: PasswordRule {
                min_length: 8,
                max_length: 64,
                classes: Vec::new(),
            },
        };
        let Some(map) = map
            .get("signIn")
            .and_then(|node| MapReader::new(node, &SIGN_IN, self.problems))
        else {
            return sign_in;
        };
        sign_in.by_email = match map.get("by").map(|node| (node, node.scalar())) {
            None | Some((_, Some("name"))) => false,
            Some((_, Some("email"))) => true,
            Some((node, other)) => {
                self.problems.unknown(
                    "unknown-sign-in",
                    node,
                    ("登录方式", "way of signing in"),
                    other.unwrap_or_default(),
                    ["email", "name"],
                );
                false
            }
        };
        sign_in.captcha = map.bool("captcha", self.problems).unwrap_or(false);
        if let Some(map) = map
            .get("password")
            .and_then(|node| MapReader::new(node, &PASSWORD, self.problems))
        {
            let rule = &mut sign_in.password;
            rule.min_length = map.count("minLength", self.problems).unwrap_or(rule.min_length);
            rule.max_length = map.count("maxLength", self.problems).unwrap_or(rule.max_length);
            for (class, node) in map.names("classes", self.problems) {
                match &*class {
                    "upper" | "lower" | "digit" | "symbol" => rule.classes.push(class.to_string()),
                    other => self.problems.unknown(
                        "unknown-class",
                        node,
                        ("字符类", "class of characters"),
                        other,
                        ["upper", "lower", "digit", "symbol"],
                    ),
                }
            }
        }
        sign_in
    }

    fn numbering(&mut self, entry: &Entry) -> Option<Numbering> {
        let map = MapReader::new(&entry.value, &NUMBERING, self.problems)?;
        let node = map.need("pattern", self.problems)?;
        let pattern = self.number_pattern(node)?;
        if !pattern.iter().any(|part| matches!(part, NumberPart::Serial(_))) {
            let message = Text::both(
                "编号样式里没有 {serial:n}，各份编号会相同",
                "the pattern has no {serial:n}: all numbers would be the same",
            );
            self.problems.at_node("number-without-serial", node, message, None);
        }
        let mut counter = Vec::new();
        for (name, node) in map.names("counter", self.problems) {
            match &*name {
                "year" => counter.push(CounterKey::Year),
                "category" => counter.push(CounterKey::Category),
                other => self.problems.unknown(
                    "unknown-counter",
                    node,
                    ("计数方式", "counter key"),
                    other,
                    ["year", "category"],
                ),
            }
        }
        for (part, key, name) in [
            (NumberPart::Year, CounterKey::Year, "year"),
            (NumberPart::Category, CounterKey::Category, "category"),
        ] {
            if counter.contains(&key) && !pattern.contains(&part) {
                let message = Text::both(
                    format!("按 {name} 分别计数，编号里却没有 {{{name}}}，会出现重号"),
                    format!("counted by {name}, but the pattern lacks {{{name}}}: numbers would repeat"),
                );
                self.problems.at_node("number-repeats", node, message, None);
            }
        }
        Some(Numbering { pattern, counter })
    }

    fn number_pattern(&mut self, node: &Node) -> Option<Vec<NumberPart>> {
        let source = string_of(node, self.problems)?;
        let mut parts = Vec::new();
        let mut rest = source.as_str();
        while let Some(open) = rest.find('{') {
            if open > 0 {
                parts.push(NumberPart::Text(rest[..open].into()));
            }
            let Some(close) = rest[open..].find('}') else {
                wrong_type(node, ("成对的 { }", "paired { }"), None, self.problems);
                return None;
            };
            let name = &rest[open + 1..open + close];
            parts.push(match name.split_once(':') {
                None if name == "year" => NumberPart::Year,
                None if name == "category" => NumberPart::Category,
                Some(("serial", digits)) if digits.parse::<usize>().is_ok_and(|digits| (1..=12).contains(&digits)) => {
                    NumberPart::Serial(digits.parse().unwrap_or(4))
                }
                _ => {
                    self.problems.unknown(
                        "unknown-number-part",
                        node,
                        ("编号部分", "part of a number"),
                        name,
                        ["year", "category", "serial:4"],
                    );
                    return None;
                }
            });
            rest = &rest[open + close + 1..];
        }
        if !rest.is_empty() {
            parts.push(NumberPart::Text(rest.into()));
        }
        Some(parts)
    }

    fn plugin(&mut self, entry: &Entry) -> Option<PluginUse> {
        let map = MapReader::new(&entry.value, &PLUGIN, self.problems)?;
        let file_node = map.need("file", self.problems)?;
        let file_name = string_of(file_node, self.problems)?;
        let (mut on_check, mut on_document) = (false, false);
        for (name, node) in map.names("on", self.problems) {
            match &*name {
                "check" => on_check = true,
                "document" => on_document = true,
                other => self.problems.unknown(
                    "unknown-plugin-use",
                    node,
                    ("运行时机", "time to run"),
                    other,
                    ["check", "document"],
                ),
            }
        }
        let lookups = map
            .names("lookups", self.problems)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        let places = self
            .folders
            .iter()
            .map(|folder| self.files.root().join(folder).join("plugins").join(&file_name));
        let places: Vec<PathBuf> = places.chain([self.folders_of_all.plugins.join(&file_name)]).collect();
        let safe = !file_name.contains(['/', '\\']) && !file_name.starts_with('.');
        let Some(file) = places.into_iter().find(|path| safe && path.is_file()) else {
            self.missing_file(file_node, &file_name);
            return None;
        };
        let bytes: Arc<[u8]> = match std::fs::read(&file) {
            Ok(bytes) => bytes.into(),
            Err(error) => {
                let message = Text::both(
                    format!("读不了 {file_name}：{error}"),
                    format!("{file_name} cannot be read: {error}"),
                );
                self.problems.at_node("file-unreadable", file_node, message, None);
                return None;
            }
        };
        let sha256 = hex(&Sha256::digest(&bytes));
        let hash_node = map.need("sha256", self.problems)?;
        if hash_node.scalar() != Some(sha256.as_str()) {
            let message = Text::both(
                format!("{file_name} 的内容与这里写的 sha256 不符"),
                format!("{file_name} is not what this sha256 stands for"),
            );
            let help = Text::both(
                format!("文件现在的 sha256 是 {sha256}；确认来源可靠后再改"),
                format!("the file's sha256 is {sha256}; change it once you trust where the file came from"),
            );
            self.problems.at_node("plugin-hash", hash_node, message, Some(help));
            return None;
        }
        let options = map.get("options").map_or_else(|| serde_json::json!({}), Node::to_json);
        Some(PluginUse {
            id: entry.key.as_str().into(),
            file,
            bytes,
            sha256,
            on_check,
            on_document,
            options,
            lookups,
        })
    }

    fn documents(
        &mut self,
        entries: &[Entry],
        roles: &IndexMap<Id, Role>,
        states: &indexmap::IndexSet<Id>,
        plugins: &mut IndexMap<Id, PluginUse>,
        issued: &[Id],
    ) -> IndexMap<Id, Document> {
        let files = Arc::new(self.document_files());
        let mut scope = Scope {
            names: IndexMap::new(),
            calendar: Arc::clone(&self.calendar),
        };
        scope.names.insert("app".into(), App::ty());
        scope.names.insert("today".into(), Type::Date);
        let mut documents = IndexMap::new();
        for entry in entries {
            check_id(entry, true, self.problems);
            let Some(map) = MapReader::new(&entry.value, &DOCUMENT, self.problems) else {
                continue;
            };
            let id = Id::from(entry.key.as_str());
            let label = self.need_text(&map, "label");
            let Some(source) = self.document_source(&map, &files, plugins) else {
                continue;
            };
            let in_states = map
                .names("in", self.problems)
                .into_iter()
                .filter_map(|(_, node)| self.state_id(node, states))
                .collect();
            let by = map
                .names("by", self.problems)
                .into_iter()
                .filter_map(|(_, node)| self.role(node, roles))
                .collect();
            let watermark = map.get("watermark").and_then(|node| self.watermark(node, &scope));
            let issued = issued.contains(&id);
            documents.insert(
                id.clone(),
                Document {
                    id,
                    label,
                    source,
                    states: in_states,
                    by,
                    watermark,
                    issued,
                },
            );
        }
        documents
    }

    fn document_source(
        &mut self,
        map: &MapReader<'_>,
        files: &Arc<BTreeMap<String, Arc<[u8]>>>,
        plugins: &mut IndexMap<Id, PluginUse>,
    ) -> Option<DocumentSource> {
        match (map.get("template"), map.get("layout")) {
            (Some(node), None) => {
                let name = string_of(node, self.problems)?;
                let own = self.folders.iter().map(|folder| format!("{}/{name}", folder.display()));
                let Some(main) = own.chain([name.clone()]).find(|path| files.contains_key(path)) else {
                    self.missing_file(node, &name);
                    return None;
                };
                Some(DocumentSource::Template {
                    main,
                    files: Arc::clone(files),
                })
            }
            (None, Some(node)) => {
                let name = string_of(node, self.problems)?;
                match plugins.get_mut(name.as_str()) {
                    Some(plugin) => {
                        plugin.on_document = true;
                        Some(DocumentSource::Layout(name.into()))
                    }
                    None => {
                        let known: Vec<&str> = plugins.keys().map(|id| &**id).collect();
                        self.problems
                            .unknown("unknown-plugin", node, ("插件", "plugin"), &name, known);
                        None
                    }
                }
            }
            _ => {
                let message = Text::both(
                    "文书要写 template 或 layout 之一",
                    "a document has either `template` or `layout`",
                );
                self.problems.at_node("document-source", map.node, message, None);
                None
            }
        }
    }

    fn watermark(&mut self, node: &Node, scope: &Scope) -> Option<Watermark> {
        let map = MapReader::new(node, &WATERMARK, self.problems)?;
        let text = map
            .need("text", self.problems)
            .and_then(|node| text_of(node, self.problems))?;
        Some(Watermark {
            when: self.condition(map.get("when"), scope),
            text,
        })
    }

    /// Every file under `documents/` of the region and its bases.
    fn document_files(&mut self) -> BTreeMap<String, Arc<[u8]>> {
        let mut files = BTreeMap::new();
        for folder in &self.folders {
            for path in self.files.in_folder(&folder.join("documents"), "") {
                if let Ok(bytes) = std::fs::read(self.files.root().join(&path)) {
                    files.insert(path.to_string_lossy().into_owned(), bytes.into());
                }
            }
        }
        files
    }

    fn forms(&mut self) -> IndexMap<Id, Arc<Form>> {
        let mut forms = IndexMap::new();
        for path in self.files.in_folder(&PathBuf::from(&*self.id), ".form.yaml") {
            let Some(node) = self.files.tree(&path, self.problems) else {
                continue;
            };
            if node.get("form").is_none() {
                continue;
            }
            let Some(stem) = path
                .file_name()
                .and_then(|name| name.to_str()?.strip_suffix(".form.yaml").map(str::to_owned))
            else {
                continue;
            };
            let Some(merged) = self.files.merged(&path, ".form.yaml", self.problems) else {
                continue;
            };
            if let Some(form) = self.form(&stem, &merged) {
                forms.insert(Id::from(stem), Arc::new(form));
            }
        }
        if forms.is_empty() {
            let file = Arc::new(SourceFile {
                path: PathBuf::from(&*self.id),
                text: String::new(),
            });
            let message = Text::both("这个地区没有登记表", "the region has no form");
            let help = Text::both("写一个带 form: 的 *.form.yaml", "write a *.form.yaml with `form:`");
            self.problems
                .error("missing-file", &Spot { file, range: 0..0 }, message, Some(help));
        }
        forms
    }

    fn read_texts(&mut self) -> IndexMap<String, String> {
        let mut texts = IndexMap::new();
        for folder in self.folders.clone() {
            for path in self.files.in_folder(&folder.join("texts"), ".md") {
                let Some(stem) = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()) else {
                    continue;
                };
                if let (false, Some(file)) = (texts.contains_key(&stem), self.files.read(&path, self.problems)) {
                    texts.insert(stem, file.text.clone());
                }
            }
        }
        texts
    }

    /// `texts/NAME.md`, as the key of the region's texts.
    pub(super) fn text_named(&mut self, node: &Node) -> Option<Id> {
        let name = string_of(node, self.problems)?;
        let stem = name
            .strip_prefix("texts/")
            .and_then(|name| name.strip_suffix(".md"))
            .unwrap_or(&name);
        if self.texts.contains_key(stem) {
            return Some(stem.into());
        }
        let known: Vec<String> = self.texts.keys().map(|stem| format!("texts/{stem}.md")).collect();
        self.problems.unknown(
            "unknown-text",
            node,
            ("文字", "text"),
            &name,
            known.iter().map(String::as_str),
        );
        None
    }

    fn words(&mut self, map: &MapReader<'_>) -> IndexMap<String, Text> {
        let Some(node) = self.named_yaml(map.get("words")) else {
            return IndexMap::new();
        };
        let Some(map) = MapReader::open(&node, ("用语", "words"), self.problems) else {
            return IndexMap::new();
        };
        map.entries()
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), text_of(&entry.value, self.problems)?)))
            .collect()
    }

    fn menu(&mut self, map: &MapReader<'_>, roles: &IndexMap<Id, Role>) -> Vec<MenuItem> {
        let Some(node) = self.named_yaml(map.get("menu")) else {
            return Vec::new();
        };
        list_of(&node, self.problems)
            .iter()
            .filter_map(|item| self.menu_item(item, roles))
            .collect()
    }

    fn menu_item(&mut self, node: &Node, roles: &IndexMap<Id, Role>) -> Option<MenuItem> {
        const TARGETS: [&str; 3] = ["applications", "certificates", "queue"];
        let map = MapReader::new(node, &MENU, self.problems)?;
        let target = match map.get("to").map(|node| (node, node.scalar().unwrap_or_default())) {
            None => MenuTarget::Heading,
            Some((_, "applications")) => MenuTarget::Applications,
            Some((_, "certificates")) => MenuTarget::Certificates,
            Some((_, "queue")) => MenuTarget::Queue,
            Some((node, other)) => {
                self.problems
                    .unknown("unknown-menu-target", node, ("去处", "target"), other, TARGETS);
                return None;
            }
        };
        let label = self.need_text(&map, "label");
        let roles_of = map
            .names("roles", self.problems)
            .into_iter()
            .filter_map(|(_, node)| self.role(node, roles))
            .collect();
        let items = map
            .get("items")
            .map(|node| list_of(node, self.problems))
            .unwrap_or_default();
        let items = items.iter().filter_map(|item| self.menu_item(item, roles)).collect();
        Some(MenuItem {
            label,
            target,
            roles: roles_of,
            items,
        })
    }

    /// The tree of a YAML file that the region names.
    fn named_yaml(&mut self, node: Option<&Node>) -> Option<Node> {
        let node = node?;
        let name = string_of(node, self.problems)?;
        match self.nearest_file(&name) {
            Some(path) => self.files.tree(&path, self.problems),
            None => {
                self.missing_file(node, &name);
                None
            }
        }
    }

    fn missing_file(&mut self, node: &Node, name: &str) {
        let folder = Path::new(name).parent().unwrap_or(Path::new(""));
        let mut known = Vec::new();
        for base in &self.folders {
            for path in self.files.in_folder(&base.join(folder), "") {
                known.extend(path.strip_prefix(base).ok().map(|path| path.display().to_string()));
            }
        }
        let message = Text::both(format!("找不到文件 {name}"), format!("there is no file {name}"));
        self.problems.at_node(
            "missing-file",
            node,
            message,
            crate::definition::source::nearest(name, known.iter().map(String::as_str)),
        );
    }
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
