//! `plugins:`: the components a region asks for, each named by what it contains (LANGUAGE L7).

use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Loader;
use super::form::hex;
use crate::definition::folder::read_file;
use crate::definition::region::PluginUse;
use crate::definition::shape::{Key, Keys, Shape, Words};
use crate::definition::source::{Entry, MapReader, Node, nearest, string_of};
use crate::definition::{Id, Text, limits};

pub(super) static PLUGIN: Keys = Keys::new(
    "plugin",
    ("插件", "a plugin"),
    &[
        Key::new("file", Shape::Word, "组件文件", "the component's file")
            .needed()
            .such_as("checks.wasm"),
        Key::new("sha256", Shape::Word, "文件的 SHA-256", "the file's SHA-256")
            .needed()
            .such_as("\"b98e6198…\""),
        Key::new("on", Shape::SomeOf(&PLUGIN_USE), "何时运行", "when it runs").such_as("[check]"),
        Key::new("options", Shape::Data, "给插件的选项", "its options")
            .usually("{}", "{}")
            .such_as("{months: 6}"),
        Key::new(
            "lookups",
            Shape::Names,
            "可以查的代码表和登记册",
            "the lists and registers it may look up",
        )
        .such_as("[place, units]"),
    ],
);

static PLUGIN_USE: Words = Words::new(
    "unknown-plugin-use",
    ("运行时机", "time to run"),
    &[
        ("check", "检查填报内容时", "when answers are checked"),
        ("document", "制作文书时", "when a document is made"),
    ],
);

impl Loader<'_> {
    /// One plugin: its file is there and is what its hash says.
    pub(super) fn plugin(&mut self, entry: &Entry) -> Option<PluginUse> {
        let map = MapReader::new(&entry.value, &PLUGIN, self.problems)?;
        let file_node = map.need("file", self.problems)?;
        let file_name = string_of(file_node, self.problems)?;
        let on = map.names("on", self.problems);
        let runs = |when: &str| on.iter().any(|(name, _)| &**name == when);
        let lookups = self.plugin_lookups(&map);
        let (file, bytes) = self.plugin_bytes(file_node, &file_name)?;
        let sha256 = hex(&Sha256::digest(&bytes));
        self.hash_fits(&map, &file_name, &sha256)?;
        let options = map.get("options").map_or_else(|| serde_json::json!({}), Node::to_json);
        Some(PluginUse {
            id: entry.key.as_str().into(),
            file,
            bytes,
            sha256,
            on_check: runs("check"),
            on_document: runs("document"),
            options,
            lookups,
        })
    }

    /// The code lists and registers that it may look up.
    fn plugin_lookups(&mut self, map: &MapReader<'_>) -> Vec<Id> {
        let names = map.names("lookups", self.problems);
        let (registers, lists): (Vec<_>, Vec<_>) = names
            .into_iter()
            .partition(|(name, _)| &**name == "units" || self.registers.contains_key(name));
        let known = lists
            .into_iter()
            .filter(|(name, node)| self.list_named(name, node).is_some());
        let known: Vec<Id> = known.map(|(name, _)| name).collect();
        registers.into_iter().map(|(name, _)| name).chain(known).collect()
    }

    fn plugin_bytes(&mut self, node: &Node, name: &str) -> Option<(PathBuf, Arc<[u8]>)> {
        let own = self.folders.iter();
        let own = own.map(|folder| self.files.root().join(folder).join("plugins").join(name));
        let places: Vec<PathBuf> = own.chain([self.folders_of_all.plugins.join(name)]).collect();
        let safe = !name.contains(['/', '\\']) && !name.starts_with('.');
        let Some(file) = places.into_iter().find(|path| safe && path.is_file()) else {
            self.missing_plugin(node, name);
            return None;
        };
        match read_file(&file, limits::PLUGIN_BYTES) {
            Ok(bytes) => Some((file, bytes.into())),
            Err(refused) => {
                let (message, help) = refused.told();
                self.problems.at_node("file-unreadable", node, message, help);
                None
            }
        }
    }

    /// That there is no such component; those that lie beside it are looked at for the nearest.
    fn missing_plugin(&mut self, node: &Node, name: &str) {
        let own = self.folders.iter();
        let own = own.map(|folder| self.files.root().join(folder).join("plugins"));
        let listed = own
            .chain([self.folders_of_all.plugins.clone()])
            .filter_map(|folder| std::fs::read_dir(folder).ok());
        let mut known: Vec<String> = listed
            .flat_map(|entries| entries.flatten())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".wasm"))
            .collect();
        known.sort();
        let message = Text::both(format!("找不到文件 {name}"), format!("there is no file {name}"));
        let help = nearest(name, known.iter().map(String::as_str));
        self.problems.at_node("missing-file", node, message, help);
    }

    fn hash_fits(&mut self, map: &MapReader<'_>, name: &str, sha256: &str) -> Option<()> {
        let node = map.need("sha256", self.problems)?;
        if node.scalar() == Some(sha256) {
            return Some(());
        }
        let message = Text::both(
            format!("{name} 的内容与这里写的 sha256 不符"),
            format!("{name} is not what this sha256 stands for"),
        );
        let help = Text::both(
            format!("文件现在的 sha256 是 {sha256}；确认来源可靠后再改"),
            format!("the file's sha256 is {sha256}; change it once you trust where the file came from"),
        );
        self.problems.at_node("plugin-hash", node, message, Some(help));
        None
    }
}
