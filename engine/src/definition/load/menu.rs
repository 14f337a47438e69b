//! What an office says itself: `menu:`, `words:` and the texts under `texts/`.

use indexmap::IndexMap;

use super::Loader;
use crate::definition::region::{MenuItem, MenuTarget, Role};
use crate::definition::shape::{Key, Keys, Shape, Words};
use crate::definition::source::{MapReader, Node, list_of, string_of, text_of};
use crate::definition::{Id, Text};

pub(in crate::definition) static MENU: Keys = Keys::new(
    "menu-item",
    ("菜单项", "a menu entry"),
    &[
        Key::new("label", Shape::Text, "名称", "what it says")
            .needed()
            .such_as("申报管理"),
        Key::new("to", Shape::OneOf(&TARGET), "去处", "where it leads")
            .usually("哪儿也不去，只是标题", "nowhere: it is a heading"),
        Key::new("roles", Shape::Names, "给哪些角色", "for these roles")
            .usually("每个角色", "every role")
            .such_as("[registrant]"),
        Key::new("items", Shape::List(&Shape::Map(&MENU)), "下级", "the entries below")
            .such_as("[{label: 填写科技成果, to: applications}]"),
    ],
);

static TARGET: Words = Words::new(
    "unknown-menu-target",
    ("去处", "target"),
    &[
        ("applications", "我的申请", "one's own applications"),
        ("certificates", "证书", "certificates"),
        ("queue", "待办", "what waits for one"),
        ("account", "我的账号", "one's own account"),
        ("profile", "个人信息", "one's own details"),
        ("people", "本单位的人员", "the people of one's unit"),
        ("units", "单位", "the units"),
        ("registers", "登记册", "the registers that one keeps"),
        ("documents", "按登记册汇总的文书", "the documents over a register"),
        ("statistics", "统计", "statistics"),
        (
            "approvals",
            "待批准的账号和单位",
            "accounts and units that wait for approval",
        ),
    ],
);

impl Loader<'_> {
    /// Every text of the region's folder and its bases; the nearest of a name counts.
    pub(super) fn read_texts(&mut self) -> IndexMap<String, String> {
        let mut texts = IndexMap::new();
        for folder in self.folders.clone() {
            for path in self.files.in_folder(&folder.join("texts"), ".md") {
                let Some(stem) = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()) else {
                    continue;
                };
                if texts.contains_key(&stem) {
                    continue;
                }
                match self.files.read(&path, self.problems) {
                    Some(file) => drop(texts.insert(stem, file.text.clone())),
                    None => self.breaks("texts", &stem),
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
            self.used_texts.insert(stem.to_owned());
            return Some(stem.into());
        }
        if self.is_broken("texts", stem) {
            return None;
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

    /// The office's own words, by the theme's keys.
    pub(super) fn words(&mut self, map: &MapReader<'_>) -> IndexMap<String, Text> {
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

    /// The menu.
    pub(super) fn menu(&mut self, map: &MapReader<'_>, roles: &IndexMap<Id, Role>) -> Vec<MenuItem> {
        let Some(node) = self.named_yaml(map.get("menu")) else {
            return Vec::new();
        };
        list_of(&node, self.problems)
            .iter()
            .filter_map(|item| self.menu_item(item, roles))
            .collect()
    }

    fn menu_item(&mut self, node: &Node, roles: &IndexMap<Id, Role>) -> Option<MenuItem> {
        let map = MapReader::new(node, &MENU, self.problems)?;
        let target = match map.get("to").and_then(Node::scalar) {
            Some("applications") => MenuTarget::Applications,
            Some("certificates") => MenuTarget::Certificates,
            Some("queue") => MenuTarget::Queue,
            Some("account") => MenuTarget::Account,
            Some("profile") => MenuTarget::Profile,
            Some("people") => MenuTarget::People,
            Some("units") => MenuTarget::Units,
            Some("registers") => MenuTarget::Registers,
            Some("documents") => MenuTarget::Documents,
            Some("statistics") => MenuTarget::Statistics,
            Some("approvals") => MenuTarget::Approvals,
            _ => MenuTarget::Heading,
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
}
