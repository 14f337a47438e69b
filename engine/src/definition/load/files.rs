//! The files of a region's folder: which forms are there, and which files nothing reads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use super::{Loader, region_folders};
use crate::definition::source::{Node, Problems, Spot, is_id, nearest, wrong_type};
use crate::definition::{Form, Id, Region, Text};

/// Folders of which every file may be read.
const OPEN_FOLDERS: [&str; 4] = ["documents", "plugins", "theme", TEMPLATE_FOLDER];

/// Where a base keeps what a new region is made from.
pub(super) const TEMPLATE_FOLDER: &str = "template";

/// What is read in each other folder.
const READ: [(&str, &str); 7] = [
    ("schemas", ".schema.json"),
    ("accounts", ".form.yaml"),
    ("registers", ".form.yaml"),
    ("codes", ".csv"),
    ("calendars", ".csv"),
    ("texts", ".md"),
    ("samples", ".yaml"),
];

impl Loader<'_> {
    /// The forms that the region offers: those of its own folder with `form:`.
    pub(super) fn forms(&mut self) -> IndexMap<Id, Arc<Form>> {
        let folder = PathBuf::from(&*self.id);
        let (forms, broken) = self.forms_in(&folder, "forms");
        if forms.is_empty() && !broken {
            let message = Text::both("这个地区没有登记表", "the region has no form");
            let help = Text::both("写一个带 form: 的 *.form.yaml", "write a *.form.yaml with `form:`");
            let spot = Spot::whole(&folder.join("region.yaml"));
            self.problems.error("missing-file", &spot, message, Some(help));
        }
        forms
    }

    /// The forms under `accounts/` of the region's own folder.
    pub(super) fn account_forms(&mut self) -> IndexMap<Id, Arc<Form>> {
        let folder = Path::new(&*self.id).join("accounts");
        self.forms_in(&folder, "account forms").0
    }

    /// The forms of a folder, and whether one of them could not be read.
    fn forms_in(&mut self, folder: &Path, kind: &'static str) -> (IndexMap<Id, Arc<Form>>, bool) {
        let (mut forms, mut broken) = (IndexMap::new(), false);
        for path in self.files.in_folder(folder, ".form.yaml") {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let Some(stem) = name.as_deref().and_then(|name| name.strip_suffix(".form.yaml")) else {
                continue;
            };
            let own = self.files.tree(&path, self.problems);
            if let Some(node) = own.as_ref().filter(|own| own.entries().is_none()) {
                wrong_type(
                    node,
                    ("一组「键: 值」", "a map"),
                    Some(("登记表", "a form")),
                    self.problems,
                );
                broken = true;
                continue;
            }
            if own.as_ref().is_some_and(|own| own.get("form").is_none()) {
                continue;
            }
            self.file_id(&path, stem);
            match own.and_then(|_| self.form_file(&path, stem)) {
                Some(form) => drop(forms.insert(Id::from(stem), Arc::new(form))),
                None => {
                    broken = true;
                    self.breaks(kind, stem);
                }
            }
        }
        (forms, broken)
    }

    /// What is known by its file's or folder's name is called as ids are.
    pub(super) fn file_id(&mut self, path: &Path, name: &str) {
        if is_id(name, true) {
            return;
        }
        let message = Text::both(format!("「{name}」不能作标识"), format!("`{name}` cannot be an id"));
        let help = Text::both(
            "给它改名：以小写字母开头，只用小写字母、数字、_ 和 -",
            "rename it: start with a small letter; use small letters, digits, _ and -",
        );
        self.problems
            .error("file-name", &Spot::whole(path), message, Some(help));
    }

    pub(super) fn form_file(&mut self, path: &Path, stem: &str) -> Option<Form> {
        let node = self.form_tree(path)?;
        self.form(stem, &node)
    }

    /// Warns of every file of the folder that nothing reads: mostly a misspelt name.
    pub(super) fn unknown_files(&mut self, region: &Node) {
        let folder = PathBuf::from(&*self.id);
        let registers = region.get("registers").and_then(Node::entries).unwrap_or_default();
        let seeds = registers.iter().filter_map(|entry| entry.value.get("seed")?.scalar());
        let named: BTreeSet<PathBuf> = ["menu", "words", "units"]
            .iter()
            .filter_map(|key| region.get(key).and_then(Node::scalar))
            .chain(seeds)
            .map(|name| folder.join(name))
            .collect();
        for found in self.files.all_below(&folder) {
            let path = found.path;
            if let Some(odd) = found.refused {
                let (spot, help) = (Spot::whole(&path), Some(odd.help()));
                self.problems.error("file-unreadable", &spot, odd.message(), help);
                continue;
            }
            let inside = path.strip_prefix(&folder).unwrap_or(&path);
            // Where a name is no file, the file beside it is the one that was meant.
            let meant_by = |name: &PathBuf| {
                !self.files.has(name) && name.parent() == path.parent() && name.extension() == path.extension()
            };
            if is_read(inside) || named.contains(&path) || named.iter().any(meant_by) {
                continue;
            }
            let name = inside.display().to_string();
            let message = Text::both(format!("没有任何地方会读 {name}"), format!("nothing reads {name}"));
            let spot = Spot::whole(&path);
            self.problems
                .warning("unknown-file", &spot, message, Some(meant(inside)));
        }
    }

    /// Warns of texts and code lists of the region's own that nothing uses. Asked only where all is
    /// well: with mistakes about, what is used is not known.
    pub(super) fn unused(&mut self, region: &Region) {
        if self.problems.has_errors() {
            return;
        }
        let folder = PathBuf::from(&*self.id);
        let mut used_texts = std::mem::take(&mut self.used_texts);
        // The region's home page shows this one.
        used_texts.insert("notice".to_owned());
        self.unused_in(&folder.join("texts"), ".md", "unused-text", |stem| {
            used_texts.contains(stem)
        });
        self.unused_parts(&folder);
        let used_lists = std::mem::take(&mut self.used_lists);
        let is_used = |stem: &str| used_lists.contains(stem) || !region.codes.contains_key(stem);
        self.unused_in(&folder.join("codes"), ".csv", "unused-code-list", is_used);
    }

    /// A part that no file extends may be a form whose `form:` was forgotten.
    fn unused_parts(&mut self, folder: &Path) {
        let kinds = ["", "accounts", "registers"];
        let own = kinds.map(|kind| self.files.in_folder(&folder.join(kind), ".form.yaml"));
        let own: Vec<PathBuf> = own.into_iter().flatten().collect();
        let mut parts = Vec::new();
        for path in own {
            let tree = self.files.parsed(&path, self.problems);
            if tree.is_some_and(|tree| tree.get("form").is_none()) {
                let name = path.to_string_lossy();
                parts.push((name.trim_end_matches(".form.yaml").to_owned(), path.clone()));
            }
        }
        if parts.is_empty() {
            return;
        }
        let named = self.named_in_forms(&kinds);
        for (_, path) in parts
            .iter()
            .filter(|(name, _)| !named.iter().any(|text| text.contains(name)))
        {
            let message = Text::both(
                "这个文件没有 form，也没有文件继承它，不会用到",
                "the file has no `form:`, and no file extends it: it is not used",
            );
            let help = Text::both(
                "它是登记表时写上 form: 文件名；是共用的部分时在别的文件里 extends 它；否则删去",
                "write `form:` and its name where it is a form; let a file extend it where it is a part; or delete it",
            );
            self.problems
                .warning("unused-part", &Spot::whole(path), message, Some(help));
        }
    }

    /// The lines about `extends` in the forms of every region.
    fn named_in_forms(&self, kinds: &[&str]) -> Vec<String> {
        let regions = region_folders(self.files.root()).unwrap_or_default();
        let folders = regions
            .iter()
            .flat_map(|region| kinds.iter().map(move |kind| Path::new(region).join(kind)));
        let paths = folders.flat_map(|folder| self.files.in_folder(&folder, ".form.yaml"));
        // Read past the trees: those of another region are told of by their own.
        let texts = paths.filter_map(|path| self.files.read(&path, &mut Problems::default()));
        texts.filter_map(|file| extended(&file.text)).collect()
    }

    fn unused_in(&mut self, folder: &Path, suffix: &str, rule: &'static str, is_used: impl Fn(&str) -> bool) {
        for path in self.files.in_folder(folder, suffix) {
            let stem = path
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default();
            if is_used(&stem) {
                continue;
            }
            let message = match rule {
                "unused-text" => Text::both(
                    format!("文字「{stem}」没有用到"),
                    format!("the text `{stem}` is not used"),
                ),
                _ => Text::both(
                    format!("代码表「{stem}」没有用到"),
                    format!("the code list `{stem}` is not used"),
                ),
            };
            let help = match rule {
                "unused-text" => Text::both(
                    "在栏目的 text、账号的 agreement 或 support 里写上它，或删去这个文件",
                    "name it in a page's `text`, an account's `agreement` or in `support`, or delete the file",
                ),
                _ => Text::both(
                    "在字段的 codes 里写上它，或删去这个文件",
                    "name it in a field's `codes`, or delete the file",
                ),
            };
            self.problems.warning(rule, &Spot::whole(&path), message, Some(help));
        }
    }
}

/// What a file says of `extends`, the lines of a list with it.
fn extended(text: &str) -> Option<String> {
    let at = text.lines().position(|line| line.starts_with("extends:"))?;
    let mut lines = text.lines().skip(at);
    let first = lines.next()?;
    let further = lines.take_while(|line| line.starts_with([' ', '-', '#']));
    Some([first].into_iter().chain(further).collect::<Vec<_>>().join("\n"))
}

/// Whether a file of this name, from the region's folder, is read.
fn is_read(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut parts = path.iter().map(|part| part.to_string_lossy());
    let first = parts.next().unwrap_or_default();
    match parts.count() {
        0 => {
            matches!(&*name, "region.yaml" | "workflow.yaml" | "README.md")
                || name.ends_with(".form.yaml")
                || name.ends_with(".schema.json")
        }
        _ if OPEN_FOLDERS.contains(&&*first) => true,
        1 => READ
            .iter()
            .any(|(folder, suffix)| first == *folder && name.ends_with(suffix)),
        _ => false,
    }
}

/// What a file that nothing reads was probably meant to be.
fn meant(path: &Path) -> Text {
    let mut parts: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let name = parts.pop().unwrap_or_default();
    let suffix = |folder: &str| {
        READ.iter()
            .find(|(known, _)| *known == folder)
            .map(|(_, suffix)| *suffix)
    };
    match parts.as_slice() {
        [] => {
            let stem = name.split('.').next().unwrap_or_default();
            let known = [
                "region.yaml".to_owned(),
                "workflow.yaml".to_owned(),
                format!("{stem}.form.yaml"),
            ];
            nearest(&name, known.iter().map(String::as_str)).unwrap_or_default()
        }
        [folder] if let Some(suffix) = suffix(folder) => Text::both(
            format!("{folder}/ 里只读 *{suffix}"),
            format!("of {folder}/ only *{suffix} is read"),
        ),
        [folder, ..] => {
            let known = READ.iter().map(|(folder, _)| *folder).chain(OPEN_FOLDERS);
            nearest(folder, known).unwrap_or_default()
        }
    }
}
