//! Which column holds codes, names and parents: by what was said, by what the header calls them, or by
//! what stands in them.

use super::OfficialError;
use crate::definition::Text;
use crate::definition::sheet::{Sheet, column_name};

/// The columns that were asked for, by name or letter.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of the codes.
    pub code: Option<String>,
    /// Of the names.
    pub name: Option<String>,
    /// Of the codes above.
    pub parent: Option<String>,
}

impl Wanted {
    /// Reads `code=代码,name=名称,parent=上级`; the part that says none of these is the error.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut wanted = Self::default();
        for part in text.split([',', '，']).filter(|part| !part.trim().is_empty()) {
            let (key, value) = part.split_once('=').ok_or(part)?;
            let slot = match key.trim() {
                "code" => &mut wanted.code,
                "name" => &mut wanted.name,
                "parent" => &mut wanted.parent,
                _ => return Err(part.to_owned()),
            };
            *slot = Some(value.trim().to_owned());
        }
        Ok(wanted)
    }
}

/// Where the columns are, counted from 0.
#[derive(Debug)]
pub(super) struct Found {
    /// The position of the header among the rows.
    pub(super) header: usize,
    pub(super) code: usize,
    pub(super) name: usize,
    pub(super) parent: Option<usize>,
    /// Other columns whose names can be ids.
    pub(super) further: Vec<(String, usize)>,
}

/// What the columns are called in published lists, the surest first.
const CODE: [&str; 10] = [
    "code",
    "代码",
    "编码",
    "编号",
    "代号",
    "分类号",
    "学科代码",
    "类目代码",
    "数字码",
    "id",
];
const NAME: [&str; 9] = [
    "name",
    "名称",
    "学科名称",
    "类目名称",
    "类别名称",
    "中文名称",
    "单位名称",
    "label",
    "title",
];
const PARENT: [&str; 8] = [
    "parent",
    "上级代码",
    "上级编码",
    "上级",
    "父代码",
    "父级代码",
    "父级",
    "parent_code",
];
/// A header is looked for in so many rows: titles may stand above it.
const HEADER_WITHIN: usize = 20;

/// Finds the columns of a sheet.
pub(super) fn find(sheet: &Sheet, wanted: &Wanted) -> Result<Found, OfficialError> {
    let header = header(sheet, wanted).ok_or_else(|| OfficialError::NoColumn {
        asked: wanted.code.clone().unwrap_or_else(|| "code".into()),
        known: sheet.rows.first().map(|row| row.cells.clone()).unwrap_or_default(),
    })?;
    let cells: Vec<String> = sheet.rows[header].cells.iter().map(|cell| tidy(cell)).collect();
    let column = |asked: &Option<String>, known: &[&str]| match asked {
        Some(asked) => named(&cells, asked),
        None => known_as(&cells, known),
    };
    let missing = |asked: &Option<String>, what: &str| OfficialError::NoColumn {
        asked: asked.clone().unwrap_or_else(|| what.to_owned()),
        known: cells.clone(),
    };
    let code = column(&wanted.code, &CODE).ok_or_else(|| missing(&wanted.code, "code"))?;
    let name = column(&wanted.name, &NAME).ok_or_else(|| missing(&wanted.name, "name"))?;
    let parent = column(&wanted.parent, &PARENT);
    if wanted.parent.is_some() && parent.is_none() {
        return Err(missing(&wanted.parent, "parent"));
    }
    let is_id = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && !matches!(name, "code" | "name" | "parent")
    };
    let mut further: Vec<(String, usize)> = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        let own = at == code || at == name || Some(at) == parent;
        if !own && is_id(cell) && further.iter().all(|(known, _)| known != cell) {
            further.push((cell.clone(), at));
        }
    }
    Ok(Found {
        header,
        code,
        name,
        parent,
        further,
    })
}

fn header(sheet: &Sheet, wanted: &Wanted) -> Option<usize> {
    let fits = |cells: &[String]| {
        let code = wanted
            .code
            .as_ref()
            .map_or_else(|| known_as(cells, &CODE), |asked| by_name(cells, asked));
        let name = wanted
            .name
            .as_ref()
            .map_or_else(|| known_as(cells, &NAME), |asked| by_name(cells, asked));
        code.is_some() && name.is_some()
    };
    let rows = sheet.rows.iter().take(HEADER_WITHIN);
    let tidied: Vec<Vec<String>> = rows
        .map(|row| row.cells.iter().map(|cell| tidy(cell)).collect())
        .collect();
    let lettered = |asked: &Option<String>| asked.as_deref().is_some_and(is_letters);
    let found = tidied.iter().position(|cells| fits(cells));
    found.or_else(|| (lettered(&wanted.code) && lettered(&wanted.name) && !tidied.is_empty()).then_some(0))
}

fn tidy(cell: &str) -> String {
    let inside = cell.trim().trim_start_matches('\u{feff}');
    inside
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_lowercase()
}

/// The column whose header is or begins as one of these; the surest word counts first.
fn known_as(cells: &[String], words: &[&str]) -> Option<usize> {
    let exact = words.iter().find_map(|word| cells.iter().position(|cell| cell == word));
    exact.or_else(|| {
        words.iter().find_map(|word| {
            let ends = |cell: &String| cell.ends_with(word) && !cell.contains('上') && !cell.contains('父');
            cells.iter().position(ends).filter(|_| !word.is_ascii())
        })
    })
}

fn by_name(cells: &[String], asked: &str) -> Option<usize> {
    let asked = tidy(asked);
    cells.iter().position(|cell| *cell == asked)
}

fn is_letters(asked: &str) -> bool {
    (1..=2).contains(&asked.len()) && asked.chars().all(|c| c.is_ascii_uppercase())
}

/// A column by its header, or by its letter.
fn named(cells: &[String], asked: &str) -> Option<usize> {
    let letter = || {
        is_letters(asked)
            .then(|| (0..cells.len().max(1)).find(|at| column_name(*at) == asked))
            .flatten()
    };
    by_name(cells, asked).or_else(letter)
}

impl Found {
    /// Which column was taken for which.
    pub(super) fn told(&self, sheet: &Sheet) -> Text {
        let header = &sheet.rows[self.header];
        let column = |at: usize| format!("{} ({})", column_name(at), header.cell(at).trim());
        let parent = self
            .parent
            .map_or_else(|| ("无".to_owned(), "none".to_owned()), |at| (column(at), column(at)));
        Text::both(
            format!(
                "工作表「{}」：代码在 {}，名称在 {}，上级在 {}",
                sheet.name,
                column(self.code),
                column(self.name),
                parent.0
            ),
            format!(
                "sheet `{}`: codes in {}, names in {}, parents in {}",
                sheet.name,
                column(self.code),
                column(self.name),
                parent.1
            ),
        )
    }
}
