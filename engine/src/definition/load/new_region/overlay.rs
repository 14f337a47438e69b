//! A new region over one that is already there: what differs, and nothing else.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::renaming::{Changed, Renaming, chinese, quoted};
use super::{Content, NewRegionError, Wanted, read};
use crate::definition::load::Loader;
use crate::definition::source::Node;

/// What the office has to fill in itself.
const TO_BE_SAID: &str = "（请填写）";

/// Every file of the new folder.
pub(super) fn content(
    loader: &mut Loader<'_>,
    region: &Node,
    renaming: &Renaming<'_>,
    wanted: &Wanted,
) -> Result<Content, NewRegionError> {
    let mut content = Content::new();
    content.insert("region.yaml".into(), region_file(region, renaming, wanted));
    for folder in ["", "accounts"] {
        forms(loader, folder, renaming, wanted, &mut content);
    }
    if let Some(path) = loader.nearest_file("workflow.yaml") {
        workflow(loader, &path, renaming, wanted, &mut content);
    }
    if let Some(name) = region.get("units").and_then(Node::scalar) {
        content.insert(name.into(), UNITS.to_owned());
    }
    texts(loader, region, renaming, &mut content)?;
    samples(loader, region, renaming, wanted, &mut content)?;
    Ok(content)
}

const UNITS: &str = "\
# 本地已知的单位：标识、名称、统一社会信用代码、种类（几种之间用空格分开）、行政区划代码，每行一个。
id,name,credit_code,kinds,place
";

fn region_file(region: &Node, renaming: &Renaming<'_>, wanted: &Wanted) -> String {
    let (name, from) = (&renaming.to.name, &wanted.from);
    let mut file = format!(
        "# {name}：以 {from} 为底，这里只写不同之处，没写的都同 forms/{from}/region.yaml。\n\
         # 要改哪一项，照那里的写法写在这里；要去掉哪一项，写 null。\nextends: {from}\n"
    );
    let said = |key: &str| region.get(key).and_then(chinese).map(|text| renaming.text(text));
    let or_made = |key: &str, made: &str| {
        let said = said(key).filter(|text| text.contains(renaming.to.short()));
        said.unwrap_or_else(|| format!("{name}{made}"))
    };
    for (key, text, note) in [
        ("name", name.clone(), ""),
        (
            "title",
            or_made("title", "科技成果登记系统"),
            " # 系统名称，显示在每一页上",
        ),
        (
            "authority",
            or_made("authority", "科学技术厅"),
            " # 登记机关，印在证书上",
        ),
    ] {
        let _ = writeln!(file, "{key}: {}{note}", quoted(&text));
    }
    match &renaming.to.code {
        Some(code) => drop(writeln!(file, "place: \"{code}\" # 行政区划代码")),
        None if region.get("place").is_some() => drop(writeln!(file, "place: null # 请写上行政区划代码")),
        None => {}
    }
    if region.get("support").and_then(|support| support.get("phone")).is_some() {
        let _ = writeln!(file, "support: {{phone: {TO_BE_SAID}}} # 咨询电话");
    }
    numbering(region, renaming, &mut file);
    plugins(region, wanted, &mut file);
    if region.get("coverage").is_some() {
        file.push_str("coverage: null # 样例只带来走完流程的几份；写够以后再定覆盖目标\n");
    }
    let own = [
        "name",
        "title",
        "authority",
        "place",
        "support",
        "numbering",
        "coverage",
        "extends",
    ];
    if let Some(Changed::Map(changed)) = renaming.changed(region) {
        for (key, value) in changed.into_iter().filter(|(key, _)| !own.contains(&key.as_str())) {
            let _ = write!(file, "{key}:{}", value.yaml(1));
        }
    }
    file
}

fn numbering(region: &Node, renaming: &Renaming<'_>, file: &mut String) {
    let all = region.get("numbering").and_then(Node::entries).unwrap_or_default();
    let changed = all.iter().filter_map(|entry| {
        let pattern = entry.value.get("pattern")?.scalar()?;
        let renamed = renaming.pattern(pattern);
        (renamed != pattern).then(|| format!("  {}: {{pattern: '{renamed}'}}\n", entry.key))
    });
    let changed: String = changed.collect();
    if !changed.is_empty() {
        let _ = write!(file, "# 编号的开头已改成本地的代码。\nnumbering:\n{changed}");
    }
}

/// Plugins come with the source by reference: the same component, held to the same hash.
fn plugins(region: &Node, wanted: &Wanted, file: &mut String) {
    let all = region.get("plugins").and_then(Node::entries).unwrap_or_default();
    for plugin in all {
        let _ = writeln!(
            file,
            "# 插件 {id} 随 {} 继承；不要它时写 plugins: {{{id}: null}}。",
            wanted.from,
            id = plugin.key
        );
    }
}

/// One small file for each form that the source offers in a folder.
fn forms(loader: &mut Loader<'_>, folder: &str, renaming: &Renaming<'_>, wanted: &Wanted, content: &mut Content) {
    for path in loader
        .files
        .in_folder(&Path::new(&wanted.from).join(folder), ".form.yaml")
    {
        let own = loader.files.tree(&path, loader.problems);
        let Some(id) = own.as_ref().and_then(|own| own.get("form")?.scalar()) else {
            continue;
        };
        let Some(merged) = loader.files.merged(&path, ".form.yaml", loader.problems) else {
            continue;
        };
        let base = path.with_file_name(id);
        let mut file = format!(
            "# 只写与 forms/{} 不同之处；dengji show {} {id} 打印合并后的全文。\nform: {id}\nextends: {}\n",
            path.display(),
            wanted.region,
            base.display()
        );
        if folder == "accounts" {
            file = format!("form: {id}\nextends: {}\n", base.display());
        }
        add(renaming.changed(&merged.node), &mut file);
        content.insert(Path::new(folder).join(format!("{id}.form.yaml")), file);
    }
}

/// The workflow is inherited as it is, unless it says the source's name.
fn workflow(loader: &mut Loader<'_>, path: &Path, renaming: &Renaming<'_>, wanted: &Wanted, content: &mut Content) {
    let merged = loader.files.merged(path, "/workflow.yaml", loader.problems);
    if let Some(changed) = merged.and_then(|merged| renaming.changed(&merged.node)) {
        let mut file = format!("extends: {}/workflow\n", wanted.from);
        add(Some(changed), &mut file);
        content.insert("workflow.yaml".into(), file);
    }
}

fn add(changed: Option<Changed>, file: &mut String) {
    if let Some(Changed::Map(changed)) = changed {
        for (key, value) in changed.into_iter().filter(|(key, _)| key != "extends" && key != "form") {
            let _ = write!(file, "{key}:{}", value.yaml(1));
        }
    }
}

/// Texts and templates that say the source's name, and the texts about whom to ask.
fn texts(
    loader: &Loader<'_>,
    region: &Node,
    renaming: &Renaming<'_>,
    content: &mut Content,
) -> Result<(), NewRegionError> {
    let support = region.get("support").and_then(Node::entries).unwrap_or_default();
    let about: Vec<PathBuf> = support
        .iter()
        .filter_map(|entry| Some(entry.value.scalar()?.into()))
        .collect();
    for folder in ["texts", "documents"] {
        for path in loader.files.in_folder(&Path::new(&*loader.id).join(folder), "") {
            let text = read(&loader.files.root().join(&path))?;
            let name = Path::new(folder).join(path.file_name().unwrap_or_default());
            if renaming.changes(&text) || about.contains(&name) {
                content.insert(name, renaming.text(&text));
            }
        }
    }
    Ok(())
}

/// The samples that go through the workflow, with those that they start from.
fn samples(
    loader: &mut Loader<'_>,
    region: &Node,
    renaming: &Renaming<'_>,
    wanted: &Wanted,
    content: &mut Content,
) -> Result<(), NewRegionError> {
    let folder = Path::new(&wanted.from).join("samples");
    let mut waiting: Vec<PathBuf> = Vec::new();
    for path in loader.files.in_folder(&folder, ".yaml") {
        let walks = loader.files.tree(&path, loader.problems);
        if walks.is_some_and(|sample| sample.get("walk").is_some()) {
            waiting.push(path);
        }
    }
    let mut done = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        if !done.insert(path.clone()) {
            continue;
        }
        let sample = loader.files.tree(&path, loader.problems);
        if let Some(base) = sample.as_ref().and_then(|sample| sample.get("from")?.scalar()) {
            waiting.push(folder.join(base));
        }
        let text = read(&loader.files.root().join(&path))?;
        let name = path.file_name().unwrap_or_default();
        content.insert(
            Path::new("samples").join(name),
            renaming.sample(&text, region.get("numbering")),
        );
    }
    Ok(())
}
