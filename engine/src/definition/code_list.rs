//! Official classifications: flat lists and trees of codes.

mod index;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use jiff::civil::Date;

use self::index::Index;
use super::{Id, Language, limits};

pub use index::{Typed, folded};

/// The column that says what a code was before; `;` stands between several.
pub const RENAMED_FROM: &str = "renamed_from";

/// The column of the names in English.
pub const NAME_EN: &str = "name_en";

/// One classification, in its official order. Immutable and shared.
#[derive(Debug)]
pub struct CodeList {
    /// The list's id: the file name under `codes/`, or `field:<id>` for an inline map.
    pub id: Id,
    entries: Vec<Entry>,
    by_code: HashMap<Arc<str>, usize>,
    is_tree: bool,
    /// Built when the list is first searched.
    index: OnceLock<Index>,
    /// The same list by its English names, made when it is first asked for; none where no entry has one.
    english: OnceLock<Option<Arc<CodeList>>>,
}

/// One code of a list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What is stored.
    pub code: Arc<str>,
    /// What a person reads.
    pub name: Arc<str>,
    /// What a person reads in English, where somebody has said it.
    pub name_en: Option<Arc<str>>,
    /// The position of the entry above it.
    pub parent: Option<usize>,
    /// The positions of the entries below it.
    pub children: Vec<usize>,
    /// 0 for a root.
    pub depth: usize,
    /// True where the full standard has entries below this one that are not shipped.
    pub branch: bool,
    /// When it may be chosen.
    pub term: Term,
    /// Further columns of the CSV, by header.
    pub columns: IndexMap<String, String>,
}

/// When a code may be chosen: the columns `valid_from`, `valid_to` and `retired`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
    /// Never again.
    pub retired: bool,
}

/// Why a code may not be chosen on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutOfTerm {
    /// It may be from this day on.
    From(Date),
    /// It could be until this day.
    Until(Date),
    /// It was taken out of use; nobody says when.
    Retired,
}

impl Term {
    /// Why the code may not be chosen on `day`; none where it may.
    pub fn misses(self, day: Date) -> Option<OutOfTerm> {
        match self {
            Self { from: Some(from), .. } if day < from => Some(OutOfTerm::From(from)),
            Self { to: Some(to), .. } if day > to => Some(OutOfTerm::Until(to)),
            Self { retired: true, .. } => Some(OutOfTerm::Retired),
            _ => None,
        }
    }

    /// Reads the three columns; the name of one that is no date is the error. `retired` is a truth
    /// value or the first day on which the code may no longer be chosen.
    fn read(columns: &IndexMap<String, String>) -> Result<Self, &'static str> {
        let written = |column: &str| columns.get(column).map(String::as_str).filter(|text| !text.is_empty());
        let date = |column: &'static str| -> Result<Option<Date>, &'static str> {
            written(column).map(|text| text.parse().map_err(|_| column)).transpose()
        };
        let mut term = Self {
            from: date("valid_from")?,
            to: date("valid_to")?,
            retired: false,
        };
        match written("retired") {
            None | Some("0" | "false" | "no") => {}
            Some("1" | "true" | "yes") => term.retired = true,
            Some(_) => {
                let last = date("retired")?.and_then(|day| day.yesterday().ok());
                term.to = match (term.to, last) {
                    (Some(to), Some(last)) => Some(to.min(last)),
                    (to, last) => to.or(last),
                };
            }
        }
        Ok(term)
    }
}

/// What is wrong with one row of a list; `row` counts from 1 without the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowProblem {
    /// `code` stands in an earlier row too.
    Duplicate {
        /// The later row.
        row: usize,
        /// The row it repeats.
        first: usize,
        /// The code that stands twice.
        code: String,
    },
    /// `parent` names no code of the list.
    Orphan {
        /// The row.
        row: usize,
        /// The parent it names.
        parent: String,
    },
    /// A date of its term cannot be read.
    Date {
        /// The row.
        row: usize,
        /// The column.
        column: &'static str,
    },
    /// It stands below more entries than there may be levels.
    Deep {
        /// The row.
        row: usize,
    },
    /// Following `parent` from here comes back here. One row of each circle is told.
    Loop {
        /// The first row of the circle.
        row: usize,
    },
}

/// A row as it is read: code, name, parent (empty for a root), branch mark, further columns.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The code.
    pub code: String,
    /// The name.
    pub name: String,
    /// The name in English, or empty: then that of the column `name_en`.
    pub name_en: String,
    /// The parent's code, or empty.
    pub parent: String,
    /// The `branch` column.
    pub branch: bool,
    /// Every other column.
    pub columns: IndexMap<String, String>,
}

impl RowProblem {
    /// The row that it is about, from 1 without the header.
    pub fn row(&self) -> usize {
        match self {
            Self::Duplicate { row, .. }
            | Self::Orphan { row, .. }
            | Self::Date { row, .. }
            | Self::Deep { row }
            | Self::Loop { row } => *row,
        }
    }
}

impl CodeList {
    /// Builds a list, or says every row that is wrong.
    pub fn new(id: Id, rows: Vec<Row>) -> Result<Self, Vec<RowProblem>> {
        let mut problems = Vec::new();
        let mut by_code: HashMap<Arc<str>, usize> = HashMap::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            if let Some(first) = by_code.get(row.code.as_str()) {
                problems.push(RowProblem::Duplicate {
                    row: at + 1,
                    first: first + 1,
                    code: row.code.clone(),
                });
            } else {
                by_code.insert(row.code.as_str().into(), at);
            }
        }
        let mut entries: Vec<Entry> = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            let parent = match row.parent.as_str() {
                "" => None,
                code => {
                    let found = by_code.get(code).copied();
                    if found.is_none() {
                        problems.push(RowProblem::Orphan {
                            row: at + 1,
                            parent: code.into(),
                        });
                    }
                    found
                }
            };
            let term = Term::read(&row.columns).unwrap_or_else(|column| {
                problems.push(RowProblem::Date { row: at + 1, column });
                Term::default()
            });
            entries.push(Entry {
                term,
                code: row.code.as_str().into(),
                name: row.name.as_str().into(),
                name_en: english_name(row).map(Arc::from),
                parent,
                children: Vec::new(),
                depth: 0,
                branch: row.branch,
                columns: row.columns.clone(),
            });
        }
        for (at, depth) in depths(&entries).into_iter().enumerate() {
            match depth {
                Some(depth) if depth >= limits::LEVELS => problems.push(RowProblem::Deep { row: at + 1 }),
                Some(depth) => entries[at].depth = depth,
                None if begins_circle(&entries, at) => problems.push(RowProblem::Loop { row: at + 1 }),
                None => {}
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        for at in 0..entries.len() {
            if let Some(parent) = entries[at].parent {
                entries[parent].children.push(at);
            }
        }
        let is_tree = entries.iter().any(|entry| entry.parent.is_some() || entry.branch);
        Ok(Self {
            id,
            entries,
            by_code,
            is_tree,
            index: OnceLock::new(),
            english: OnceLock::new(),
        })
    }

    /// The list as it reads in this language; an entry without a name there keeps its Chinese one.
    pub fn in_language(self: &Arc<Self>, language: Language) -> Arc<Self> {
        let english = match language {
            Language::Chinese => None,
            Language::English => self.english(),
        };
        Arc::clone(english.unwrap_or(self))
    }

    fn english(&self) -> Option<&Arc<Self>> {
        self.english.get_or_init(|| self.translated().map(Arc::new)).as_ref()
    }

    fn translated(&self) -> Option<Self> {
        if self.entries.iter().all(|entry| entry.name_en.is_none()) {
            return None;
        }
        let entry = |entry: &Entry| Entry {
            name: Arc::clone(entry.name_en.as_ref().unwrap_or(&entry.name)),
            ..entry.clone()
        };
        Some(Self {
            id: self.id.clone(),
            entries: self.entries.iter().map(entry).collect(),
            by_code: self.by_code.clone(),
            is_tree: self.is_tree,
            index: OnceLock::new(),
            english: OnceLock::from(None),
        })
    }

    /// The rows as `[code, name, parent, branch, {column: value}]`, what a pinned form keeps.
    pub fn to_json(&self) -> serde_json::Value {
        let parent = |entry: &Entry| entry.parent.map_or("", |at| &self.entries[at].code);
        let row =
            |entry: &Entry| serde_json::json!([&*entry.code, &*entry.name, parent(entry), entry.branch, entry.columns]);
        self.entries.iter().map(row).collect()
    }

    /// All entries, in the list's own order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether entries stand below one another.
    pub fn is_tree(&self) -> bool {
        self.is_tree
    }

    /// Whether some of its codes may be chosen only at some time.
    pub fn has_terms(&self) -> bool {
        self.entries.iter().any(|entry| entry.term != Term::default())
    }

    /// The entry of `code`.
    pub fn get(&self, code: &str) -> Option<&Entry> {
        self.by_code.get(code).map(|&at| &self.entries[at])
    }

    /// What stands in an input where `code` was picked: the code and its name; an unknown code itself.
    pub fn shown(&self, code: &str) -> String {
        match self.get(code) {
            Some(entry) if *entry.name != *entry.code => format!("{} {}", entry.code, entry.name),
            _ => code.to_owned(),
        }
    }

    /// The entry that `typed` names by its code, or by code and name as [`CodeList::shown`] writes them.
    pub fn read(&self, typed: &str) -> Option<&Entry> {
        let typed = typed.trim();
        self.get(typed).or_else(|| {
            let gaps = typed.match_indices(char::is_whitespace);
            let mut parts = gaps.map(|(at, gap)| (&typed[..at], typed[at + gap.len()..].trim_start()));
            parts.find_map(|(code, name)| {
                let is = |entry: &&Entry| *entry.name == *name || entry.name_en.as_deref() == Some(name);
                self.get(code).filter(is)
            })
        })
    }

    /// The positions of the entries that have this name, or where none has it this English name, whatever the width
    /// and case of its letters.
    pub fn named(&self, name: &str) -> Vec<usize> {
        let named = self.index().named(name);
        match self.english() {
            Some(english) if named.is_empty() => english.index().named(name),
            _ => named,
        }
    }

    /// The positions of up to `most` entries that `typed` finds and `keep` lets stand: by code, name and pinyin
    /// initials from the left first, then by what stands anywhere in name and initials.
    pub fn search(&self, typed: &str, most: usize, mut keep: impl FnMut(&Entry) -> bool) -> Vec<usize> {
        self.index().search(typed, most, |at| keep(&self.entries[at]))
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(&self.entries))
    }

    /// Whether `code` is a smallest branch: nothing below it, shipped or not.
    pub fn is_leaf(&self, code: &str) -> bool {
        self.get(code)
            .is_some_and(|entry| entry.children.is_empty() && !entry.branch)
    }

    /// Whether `code` is `ancestor` or stands below it.
    pub fn is_within(&self, code: &str, ancestor: &str) -> bool {
        let mut at = self.by_code.get(code).copied();
        while let Some(position) = at {
            let entry = &self.entries[position];
            if &*entry.code == ancestor {
                return true;
            }
            at = entry.parent;
        }
        false
    }

    /// The names from the root down to `code`, joined by ` / `; the code itself where it is unknown.
    pub fn path(&self, code: &str) -> String {
        let mut names: Vec<&str> = Vec::new();
        let mut at = self.by_code.get(code).copied();
        if at.is_none() {
            return code.into();
        }
        while let Some(position) = at {
            names.push(&self.entries[position].name);
            at = self.entries[position].parent;
        }
        names.reverse();
        names.join(" / ")
    }

    /// The entry that was called `old` in an earlier version of the list.
    pub fn renamed_from(&self, old: &str) -> Option<&Entry> {
        let was = |entry: &&Entry| {
            let written = entry.columns.get(RENAMED_FROM).map(String::as_str).unwrap_or_default();
            written.split(';').any(|name| name.trim() == old)
        };
        self.entries.iter().find(was)
    }

    /// The name of `code`, or the code itself where it is unknown.
    pub fn label<'a>(&'a self, code: &'a str) -> &'a str {
        self.get(code).map_or(code, |entry| &entry.name)
    }
}

/// The English name of a row: its own, or that of its column.
fn english_name(row: &Row) -> Option<&str> {
    let column = row.columns.get(NAME_EN).map(String::as_str).unwrap_or_default();
    let own = [row.name_en.as_str(), column];
    own.into_iter().find(|name| !name.is_empty())
}

/// Whether following the parents from `start` comes back to it without passing an earlier row: the
/// first of a circle, and no code that merely hangs below one.
fn begins_circle(entries: &[Entry], start: usize) -> bool {
    let mut at = start;
    for _ in 0..entries.len() {
        match entries[at].parent {
            Some(parent) if parent == start => return true,
            Some(parent) if parent > start => at = parent,
            _ => return false,
        }
    }
    false
}

/// How deep each entry stands; none for one from which the way up goes round in a circle.
fn depths(entries: &[Entry]) -> Vec<Option<usize>> {
    let mut depths: Vec<Option<Option<usize>>> = vec![None; entries.len()];
    for start in 0..entries.len() {
        let (mut way, mut next) = (Vec::new(), Some(start));
        let mut above = None;
        while let Some(at) = next {
            if let Some(known) = depths[at] {
                above = Some(known);
                break;
            }
            // Until it is known, whoever comes here again has gone round.
            depths[at] = Some(None);
            way.push(at);
            next = entries[at].parent;
        }
        let mut depth = match above {
            Some(known) => known.map(|depth| depth + 1),
            None => Some(0),
        };
        for at in way.into_iter().rev() {
            depths[at] = Some(depth);
            depth = depth.map(|depth| depth + 1);
        }
    }
    depths.into_iter().map(Option::flatten).collect()
}
