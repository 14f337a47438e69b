//! What a new region is called and where it lies, by GB/T 2260.

use std::path::PathBuf;

use pinyin::ToPinyin;

use super::Wanted;
use crate::definition::load::Loader;
use crate::definition::load::codes::records;

/// A place with its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// What it is called.
    pub(super) name: String,
    /// Its code, where it is in the list.
    pub(super) code: Option<String>,
}

/// What may end a place's name, longest first; the rest is what it is called for short.
const ENDINGS: [&str; 7] = [
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "特别行政区",
    "自治区",
    "省",
    "市",
];

/// How places are spelt whose characters have several sounds, or that sound as another does.
const SPELLINGS: [(&str, &str); 3] = [("陕西", "shaanxi"), ("西藏", "xizang"), ("重庆", "chongqing")];

impl Place {
    /// The place that is wanted: by its name, else by the name that the region's id spells, else
    /// called as the id.
    pub(super) fn find(loader: &mut Loader<'_>, wanted: &Wanted) -> Self {
        let known = known(loader);
        let found = match &wanted.name {
            Some(name) => known.into_iter().find(|place| place.name == *name),
            None => known.into_iter().find(|place| place.spelt() == wanted.region),
        };
        found.unwrap_or_else(|| Self {
            name: wanted.name.as_deref().unwrap_or(&wanted.region).to_owned(),
            code: None,
        })
    }

    /// The name without what it ends in.
    pub(super) fn short(&self) -> &str {
        short(&self.name)
    }

    /// The first two digits of the code; `99`, which no place has, without one.
    pub(super) fn digits(&self) -> &str {
        self.code.as_deref().and_then(|code| code.get(..2)).unwrap_or("99")
    }

    fn spelt(&self) -> String {
        match SPELLINGS.iter().find(|(name, _)| *name == self.short()) {
            Some((_, spelling)) => (*spelling).to_owned(),
            None => self.short().to_pinyin().flatten().map(|sound| sound.plain()).collect(),
        }
    }
}

/// A name without what it ends in.
pub(super) fn short(name: &str) -> &str {
    ENDINGS
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name)
}

/// The places of the list that the source uses, those of no other first.
fn known(loader: &mut Loader<'_>) -> Vec<Place> {
    let Some(path) = loader.nearest_file(&PathBuf::from("codes/gbt2260.csv").to_string_lossy()) else {
        return Vec::new();
    };
    let Some(file) = loader.files.read(&path, loader.problems) else {
        return Vec::new();
    };
    let rows = records(&file, &["code", "name"], loader.problems);
    let (tops, others): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|(_, row)| row.get("parent").is_none_or(String::is_empty));
    let place = |(_, mut row): (usize, indexmap::IndexMap<String, String>)| Place {
        name: row.shift_remove("name").unwrap_or_default(),
        code: row.shift_remove("code"),
    };
    tops.into_iter().chain(others).map(place).collect()
}
