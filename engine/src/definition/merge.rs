//! `extends`: bases left to right, the file itself over them (LANGUAGE L2).

mod place;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{self, Found};
use super::shape::FileKind;
use super::source::{self, Entry, Node, Problems, SourceFile, Spot, Value};
use super::{Text, limits};

/// The files below the folder of all definitions, each read and parsed once.
#[derive(Debug)]
pub struct Files {
    root: PathBuf,
    parsed: BTreeMap<PathBuf, Option<Node>>,
}

/// A file with its bases merged under it.
#[derive(Debug)]
pub struct Merged {
    /// The whole.
    pub node: Node,
    /// What a `null` took away, and where that is written.
    pub removed: Vec<(String, Spot)>,
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
        let told = match folder::read(&self.root, path, limits::FILE_BYTES).map(String::from_utf8) {
            Ok(Ok(text)) if text.contains('\0') => (
                Text::both(
                    "这个文件里有 NUL 字符，不是文本文件",
                    "the file has NUL characters in it: it is no text",
                ),
                Some(Text::both("请另存为 UTF-8 文本", "save it as UTF-8 text")),
            ),
            Ok(Ok(text)) => {
                let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
                return Some(Arc::new(SourceFile::new(path.to_path_buf(), text)));
            }
            Ok(Err(_)) => (
                Text::both("这个文件不是 UTF-8 编码", "the file is not UTF-8"),
                Some(Text::both(
                    "请另存为 UTF-8：记事本在“编码”里选，Excel 选“CSV UTF-8”",
                    "save it as UTF-8; in Excel choose `CSV UTF-8`",
                )),
            ),
            Err(refused) => refused.told(),
        };
        problems.error("file-unreadable", &Spot::whole(path), told.0, told.1);
        None
    }

    /// One file as a tree, without its bases.
    pub fn tree(&mut self, path: &Path, problems: &mut Problems) -> Option<Node> {
        self.parsed(path, problems).cloned()
    }

    /// The same, to look into.
    pub(super) fn parsed(&mut self, path: &Path, problems: &mut Problems) -> Option<&Node> {
        if !self.parsed.contains_key(path) {
            let node = self.read(path, problems).and_then(|file| {
                // JSON is YAML but for the tabs that it may be set in.
                let tabs = path.extension().is_some_and(|ending| ending == "json") && file.text.contains('\t');
                let file = if tabs { without_tabs(&file) } else { file };
                source::parse(&file, problems)
            });
            self.parsed.insert(path.to_path_buf(), node);
        }
        self.parsed.get(path)?.as_ref()
    }

    /// One file with its bases merged under it. `suffix` is the kind's, such as `.form.yaml`. `None`
    /// where the file or one of its bases cannot be read: what is missing then is no mistake of its own.
    pub fn merged(&mut self, path: &Path, suffix: &str, problems: &mut Problems) -> Option<Merged> {
        let mut removed = Vec::new();
        let mut chain = Chain {
            suffix,
            seen: Vec::new(),
            reached: 0,
            removed: &mut removed,
            problems,
        };
        let node = self.merge_chain(path, &mut chain);
        if chain.reached > limits::BASES {
            let own = self.parsed(path, problems)?;
            let spot = own.get("extends").unwrap_or(own).spot.clone();
            let what = (
                "一份定义由 extends 合并的文件数",
                "the files that one definition is merged from",
            );
            problems.too_large(&spot, what, limits::BASES);
        }
        Some(Merged { node: node?, removed })
    }

    fn merge_chain(&mut self, path: &Path, chain: &mut Chain<'_>) -> Option<Node> {
        let own = self.tree(path, chain.problems)?;
        chain.reached += 1;
        if chain.reached > limits::BASES {
            return None;
        }
        chain.seen.push(path.to_path_buf());
        let mut under: Option<Node> = None;
        let mut sound = true;
        if let Some(extends) = own.get("extends") {
            for (base, node) in source::names_of(extends, chain.problems) {
                match self.base(&base, node, chain) {
                    Some(base) => {
                        under = Some(match under {
                            Some(under) => merge(under, base, &mut Vec::new(), &mut Problems::default()),
                            None => base,
                        });
                    }
                    None => sound = false,
                }
                if chain.reached > limits::BASES {
                    break;
                }
            }
        }
        chain.seen.pop();
        let merged = match under {
            _ if !sound => return None,
            Some(base) => merge(base, own, chain.removed, chain.problems),
            None => added(own, chain.problems),
        };
        Some(match FileKind::of_suffix(chain.suffix) {
            Some(kind) => place::entries(merged, &kind.shape, chain.problems),
            None => merged,
        })
    }

    /// What `extends` names, its own bases under it.
    fn base(&mut self, name: &str, node: &Node, chain: &mut Chain<'_>) -> Option<Node> {
        let path = base_path(name, chain.suffix);
        if chain.seen.contains(&path) {
            let names: Vec<String> = chain.seen.iter().map(|path| path.display().to_string()).collect();
            let circle = format!("{} → {}", names.join(" → "), path.display());
            let message = Text::both(
                format!("extends 绕成了圈：{circle}"),
                format!("`extends` goes round in a circle: {circle}"),
            );
            chain.problems.at_node("extends-cycle", node, message, None);
            return None;
        }
        if !self.has(&path) {
            let message = Text::both(
                format!("extends 所指的文件 {} 不存在", path.display()),
                format!("`extends` names {}, which does not exist", path.display()),
            );
            let known = self.siblings(chain.suffix);
            let without = name.strip_suffix(chain.suffix).or(name.strip_suffix(".yaml"));
            let help = match without.filter(|name| known.iter().any(|known| known == name)) {
                Some(name) => Some(Text::both(
                    format!("不写后缀：{name}"),
                    format!("write it without its ending: {name}"),
                )),
                None => source::nearest(name, known.iter().map(String::as_str)),
            };
            chain.problems.at_node("extends-missing", node, message, help);
            return None;
        }
        let base = self.merge_chain(&path, chain)?;
        Some(without(base, &["extends", "abstract"]))
    }

    /// The files of a folder, relative to the root, that end in `suffix`, by name; without those whose
    /// name is not UTF-8.
    pub fn in_folder(&self, folder: &Path, suffix: &str) -> Vec<PathBuf> {
        let read = std::fs::read_dir(self.root.join(folder))
            .into_iter()
            .flatten()
            .flatten();
        let mut found: Vec<PathBuf> = read
            .filter(|entry| entry.path().is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| name.ends_with(suffix))
            .map(|name| folder.join(name))
            .collect();
        found.sort();
        found
    }

    /// Everything below a folder, by name; nothing whose name or folder begins with a dot.
    pub(super) fn all_below(&self, folder: &Path) -> Vec<Found> {
        folder::below(&self.root, folder)
    }

    /// What `extends` could name, for a kind of file.
    fn siblings(&self, suffix: &str) -> Vec<String> {
        let folders = std::fs::read_dir(&self.root).into_iter().flatten().flatten();
        let mut found = Vec::new();
        for folder in folders.filter(|entry| entry.path().is_dir()) {
            let name = folder.file_name().to_string_lossy().into_owned();
            if let Some(file) = suffix.strip_prefix('/') {
                found.extend(folder.path().join(file).is_file().then_some(name));
                continue;
            }
            for inner in [PathBuf::from(&name), Path::new(&name).join("accounts")] {
                let files = self.in_folder(&inner, suffix);
                let names = files.iter().map(|path| path.display().to_string());
                found.extend(names.filter_map(|path| path.strip_suffix(suffix).map(str::to_owned)));
            }
        }
        found.sort();
        found
    }
}

fn without_tabs(file: &SourceFile) -> Arc<SourceFile> {
    Arc::new(SourceFile::new(file.path.clone(), file.text.replace('\t', " ")))
}

/// `over` laid over `base` by the rules of `extends`.
pub(super) fn laid_over(base: Node, over: Node, problems: &mut Problems) -> Node {
    merge(base, over, &mut Vec::new(), problems)
}

/// What is known while a chain of bases is merged.
struct Chain<'a> {
    suffix: &'a str,
    seen: Vec<PathBuf>,
    /// How many files were merged, each as often as it was.
    reached: usize,
    removed: &'a mut Vec<(String, Spot)>,
    problems: &'a mut Problems,
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
const TYPE_FREE: [&str; 13] = [
    "label",
    "help",
    "placeholder",
    "required",
    "requireWhen",
    "showWhen",
    "readOnlyWhen",
    "sensitive",
    "printInFull",
    "public",
    "renamedFrom",
    "after",
    "before",
];

/// RFC 7396 over trees, order kept, spots kept.
fn merge(base: Node, over: Node, removed: &mut Vec<(String, Spot)>, problems: &mut Problems) -> Node {
    let both_maps = base.entries().is_some() && over.entries().is_some();
    if !both_maps || base.is_text_map() || over.is_text_map() {
        return Node {
            replaced: Some(base.spot),
            ..added(over, problems)
        };
    }
    let kind = |node: &Node| node.get("type").and_then(Node::scalar).map(str::to_owned);
    let retyped = kind(&base).zip(kind(&over)).is_some_and(|(old, new)| old != new);
    let (Value::Map(mut entries), Value::Map(additions)) = (base.value, over.value) else {
        return Node {
            value: Value::Map(Vec::new()),
            ..over
        };
    };
    if retyped {
        entries.retain(|entry| TYPE_FREE.contains(&entry.key.as_str()));
    }
    let places: HashMap<String, usize> = entries
        .iter()
        .enumerate()
        .map(|(at, entry)| (entry.key.clone(), at))
        .collect();
    let mut entries: Vec<Option<Entry>> = entries.into_iter().map(Some).collect();
    for addition in additions {
        let inherited = places.get(&addition.key).and_then(|at| entries.get_mut(*at));
        match inherited {
            Some(slot) if addition.value.is_null() => {
                *slot = None;
                removed.push((addition.key, addition.key_spot));
            }
            Some(slot) => {
                let Some(old) = slot.take() else { continue };
                *slot = Some(Entry {
                    value: merge(old.value, addition.value, removed, problems),
                    ..addition
                });
            }
            None => entries.extend(new_entry(addition, problems).map(Some)),
        }
    }
    let entries = entries.into_iter().flatten().collect();
    Node {
        spot: over.spot,
        replaced: Some(base.spot),
        value: Value::Map(entries),
    }
}

/// What stands over nothing: a `null` in it removes nothing.
fn added(node: Node, problems: &mut Problems) -> Node {
    let Value::Map(entries) = node.value else { return node };
    let entries = entries.into_iter().filter_map(|entry| new_entry(entry, problems));
    Node {
        value: Value::Map(entries.collect()),
        ..node
    }
}

fn new_entry(entry: Entry, problems: &mut Problems) -> Option<Entry> {
    if entry.value.is_null() {
        removes_nothing(&entry, problems);
        return None;
    }
    // These are data that only pass through; a null in them is a value.
    if matches!(entry.key.as_str(), "options" | "schema") {
        return Some(entry);
    }
    let value = added(entry.value, problems);
    Some(Entry { value, ..entry })
}

fn removes_nothing(entry: &Entry, problems: &mut Problems) {
    let message = Text::both(
        format!("null 用来去掉继承来的「{}」，但没有继承到它", entry.key),
        format!("`null` removes an inherited `{}`, but none is inherited", entry.key),
    );
    let help = Text::both("请删去这一行", "delete this line");
    problems.error("removes-nothing", &entry.key_spot, message, Some(help));
}
