//! `extends`: bases left to right, the file itself over them (LANGUAGE L2).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Text;
use super::source::{self, Entry, Node, Problems, SourceFile, Value};

/// The files below the folder of all definitions, each read and parsed once.
#[derive(Debug)]
pub struct Files {
    root: PathBuf,
    parsed: BTreeMap<PathBuf, Option<Node>>,
}

impl Files {
    /// Files below `root`.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            parsed: BTreeMap::new(),
        }
    }

    /// The folder of all definitions.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether `path`, relative to the root, is a file.
    pub fn has(&self, path: &Path) -> bool {
        self.root.join(path).is_file()
    }

    /// The text of a file; unreadable ones are a problem.
    pub fn read(&self, path: &Path, problems: &mut Problems) -> Option<Arc<SourceFile>> {
        let bytes = std::fs::read(self.root.join(path));
        let text = bytes
            .map_err(|error| error.to_string())
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned()));
        match text {
            Ok(text) => {
                let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
                Some(Arc::new(SourceFile {
                    path: path.to_path_buf(),
                    text,
                }))
            }
            Err(error) => {
                let file = Arc::new(SourceFile {
                    path: path.to_path_buf(),
                    text: String::new(),
                });
                let message = Text::both(
                    format!("读不了这个文件：{error}"),
                    format!("the file cannot be read: {error}"),
                );
                problems.error("file-unreadable", &source::Spot { file, range: 0..0 }, message, None);
                None
            }
        }
    }

    /// One file as a tree, without its bases.
    pub fn tree(&mut self, path: &Path, problems: &mut Problems) -> Option<Node> {
        if let Some(known) = self.parsed.get(path) {
            return known.clone();
        }
        let node = self
            .read(path, problems)
            .and_then(|file| source::parse(&file, problems));
        self.parsed.insert(path.to_path_buf(), node.clone());
        node
    }

    /// One file with its bases merged under it. `suffix` is the kind's, such as `.form.yaml`.
    pub fn merged(&mut self, path: &Path, suffix: &str, problems: &mut Problems) -> Option<Node> {
        self.merge_chain(path, suffix, &mut Vec::new(), problems)
    }

    fn merge_chain(
        &mut self,
        path: &Path,
        suffix: &str,
        seen: &mut Vec<PathBuf>,
        problems: &mut Problems,
    ) -> Option<Node> {
        let own = self.tree(path, problems)?;
        seen.push(path.to_path_buf());
        let mut merged: Option<Node> = None;
        if let Some(extends) = own.get("extends") {
            for (base, node) in source::names_of(extends, problems) {
                let base_path = base_path(&base, suffix);
                if seen.contains(&base_path) {
                    let chain = seen
                        .iter()
                        .map(|p| p.display().to_string())
                        .collect::<Vec<_>>()
                        .join(" → ");
                    let message = Text::both(
                        format!("extends 绕成了圈：{chain} → {}", base_path.display()),
                        format!("`extends` goes round in a circle: {chain} → {}", base_path.display()),
                    );
                    problems.at_node("extends-cycle", node, message, None);
                    continue;
                }
                if !self.has(&base_path) {
                    let message = Text::both(
                        format!("extends 所指的文件 {} 不存在", base_path.display()),
                        format!("`extends` names {}, which does not exist", base_path.display()),
                    );
                    let known = self.siblings(suffix);
                    problems.at_node(
                        "extends-missing",
                        node,
                        message,
                        source::nearest(&base, known.iter().map(String::as_str)),
                    );
                    continue;
                }
                let Some(base) = self.merge_chain(&base_path, suffix, seen, problems) else {
                    continue;
                };
                let base = without(base, &["extends", "abstract"]);
                merged = Some(match merged {
                    Some(under) => merge(under, base, &mut Problems::default()),
                    None => base,
                });
            }
        }
        seen.pop();
        Some(match merged {
            Some(base) => merge(base, own, problems),
            None => place_entries(own, problems),
        })
    }

    /// The files of a folder, relative to the root, that end in `suffix`, by name.
    pub fn in_folder(&self, folder: &Path, suffix: &str) -> Vec<PathBuf> {
        let read = std::fs::read_dir(self.root.join(folder))
            .into_iter()
            .flatten()
            .flatten();
        let mut found: Vec<PathBuf> = read
            .filter(|entry| entry.path().is_file() && entry.file_name().to_string_lossy().ends_with(suffix))
            .map(|entry| folder.join(entry.file_name()))
            .collect();
        found.sort();
        found
    }

    fn siblings(&self, suffix: &str) -> Vec<String> {
        let mut found = Vec::new();
        let folders = std::fs::read_dir(&self.root)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().is_dir());
        for folder in folders {
            for file in std::fs::read_dir(folder.path()).into_iter().flatten().flatten() {
                let name = file.file_name().to_string_lossy().into_owned();
                if let Some(stem) = name.strip_suffix(suffix).filter(|stem| !stem.is_empty()) {
                    found.push(format!("{}/{stem}", folder.file_name().to_string_lossy()));
                }
            }
        }
        found.sort();
        found
    }
}

fn without(node: Node, keys: &[&str]) -> Node {
    match node.value {
        Value::Map(mut entries) => {
            entries.retain(|entry| !keys.contains(&entry.key.as_str()));
            Node {
                value: Value::Map(entries),
                ..node
            }
        }
        _ => node,
    }
}

/// `national/applied-technology` + `.form.yaml`; a region's base is its folder.
fn base_path(base: &str, suffix: &str) -> PathBuf {
    if suffix == "/region.yaml" || suffix == "/workflow.yaml" && !base.contains('/') {
        return PathBuf::from(format!("{base}{suffix}"));
    }
    let suffix = suffix.strip_prefix('/').map(|_| ".yaml").unwrap_or(suffix);
    PathBuf::from(format!("{base}{suffix}"))
}

/// What stays of an inherited field when its `type` is replaced.
const TYPE_FREE: [&str; 11] = [
    "label",
    "help",
    "placeholder",
    "required",
    "requireWhen",
    "showWhen",
    "readOnlyWhen",
    "sensitive",
    "public",
    "after",
    "before",
];

/// RFC 7396 over trees, order kept, spots kept.
fn merge(base: Node, over: Node, problems: &mut Problems) -> Node {
    let both_maps = base.entries().is_some() && over.entries().is_some();
    if !both_maps || base.is_text_map() || over.is_text_map() {
        return Node {
            replaced: Some(base.spot),
            ..over
        };
    }
    let retyped = match (
        base.get("type").and_then(Node::scalar),
        over.get("type").and_then(Node::scalar),
    ) {
        (Some(old), Some(new)) => old != new,
        _ => false,
    };
    let (Value::Map(mut entries), Value::Map(additions)) = (base.value, over.value) else {
        return Node {
            spot: over.spot,
            replaced: None,
            value: Value::Map(Vec::new()),
        };
    };
    if retyped {
        entries.retain(|entry| TYPE_FREE.contains(&entry.key.as_str()));
    }
    for addition in additions {
        let at = entries.iter().position(|entry| entry.key == addition.key);
        if addition.value.is_null() {
            match at {
                Some(at) => drop(entries.remove(at)),
                None => removes_nothing(&addition, problems),
            }
            continue;
        }
        match at {
            Some(at) => {
                let old = std::mem::replace(&mut entries[at].value, addition.value.clone());
                entries[at].value = merge(old, addition.value, problems);
                entries[at].key_spot = addition.key_spot;
            }
            None => entries.push(addition),
        }
    }
    place_entries(
        Node {
            spot: over.spot,
            replaced: Some(base.spot),
            value: Value::Map(entries),
        },
        problems,
    )
}

fn removes_nothing(entry: &Entry, problems: &mut Problems) {
    let message = Text::both(
        format!("null 用来去掉继承来的「{}」，但没有继承到它", entry.key),
        format!("`null` removes an inherited `{}`, but none is inherited", entry.key),
    );
    problems.error(
        "removes-nothing",
        &entry.key_spot,
        message,
        Some(Text::both("请删去这一行", "delete this line")),
    );
}

/// Moves every entry that says `after:` or `before:` to its place, and takes the word away.
fn place_entries(node: Node, problems: &mut Problems) -> Node {
    let Value::Map(entries) = node.value else { return node };
    let mut placed: Vec<Entry> = entries
        .into_iter()
        .map(|entry| Entry {
            value: place_entries(entry.value, problems),
            ..entry
        })
        .collect();
    for at in 0..placed.len() {
        let key = placed[at].key.clone();
        let Some(entry) = placed.iter().position(|entry| entry.key == key) else {
            continue;
        };
        let Some((word, target)) = take_position(&mut placed[entry].value) else {
            continue;
        };
        let Some(name) = target.scalar().map(str::to_owned) else {
            source::wrong_type(&target, ("一个标识", "an id"), None, problems);
            continue;
        };
        if !placed.iter().any(|other| other.key == name && other.key != key) {
            let known: Vec<String> = placed
                .iter()
                .map(|other| other.key.clone())
                .filter(|other| *other != key)
                .collect();
            problems.unknown(
                "unknown-position",
                &target,
                ("同级内容", "neighbour"),
                &name,
                known.iter().map(String::as_str),
            );
            continue;
        }
        let moved = placed.remove(entry);
        let target = placed
            .iter()
            .position(|other| other.key == name)
            .unwrap_or(placed.len());
        placed.insert(if word == "after" { target + 1 } else { target }, moved);
    }
    Node {
        value: Value::Map(placed),
        ..node
    }
}

fn take_position(node: &mut Node) -> Option<(&'static str, Node)> {
    let Value::Map(entries) = &mut node.value else {
        return None;
    };
    for word in ["after", "before"] {
        // `after` and `before` are only words for entries that are maps themselves.
        if let Some(at) = entries.iter().position(|entry| entry.key == word) {
            return Some((word, entries.remove(at).value));
        }
    }
    None
}
