//! Code lists from `codes/*.csv`, calendars from `calendars/*.csv`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use super::Loader;
use super::renamed::renamed_codes;
use crate::definition::code_list::{CodeList, Row, RowProblem};
use crate::definition::merge::Files;
use crate::definition::sheet::{MOST_ROWS, decoded};
use crate::definition::source::{Node, Problems, SourceFile, Spot, nearest, words_of};
use crate::definition::{Calendar, Id, Language, Text, folder, limits};

impl Loader<'_> {
    /// Every list of the region's folder and its bases; the nearest of a name counts.
    pub(super) fn code_lists(&mut self) -> IndexMap<Id, Arc<CodeList>> {
        let mut lists = IndexMap::new();
        for folder in self.folders.clone() {
            for path in self.files.in_folder(&folder.join("codes"), ".csv") {
                let Some(stem) = path.file_stem().map(|stem| Id::from(stem.to_string_lossy())) else {
                    continue;
                };
                // A seed of units or of a register is a table of its own kind.
                if lists.contains_key(&stem) || &*stem == "units" || self.seeds.contains(&path) {
                    continue;
                }
                match self.code_list(&path, &stem) {
                    Some(list) => drop(lists.insert(stem, list)),
                    None => self.breaks("codes", &stem),
                }
            }
        }
        lists
    }

    fn code_list(&mut self, path: &Path, id: &Id) -> Option<Arc<CodeList>> {
        if !self.shared.lists.contains_key(path) {
            let mut problems = Problems::default();
            let file = Self::csv_file(self.files, path, &mut problems);
            let list = file.and_then(|file| {
                self.shared.kept.list(&file).or_else(|| {
                    let list = read_list(&file, id, &mut problems)?;
                    if problems.is_empty() {
                        self.shared.kept.keep(file, Arc::clone(&list));
                    }
                    Some(list)
                })
            });
            self.shared
                .lists
                .insert(path.to_path_buf(), (list, problems.into_sorted()));
        }
        let (list, problems) = self.shared.lists.get(path)?;
        for problem in problems {
            self.problems.add(problem.clone());
        }
        list.clone()
    }

    /// An inline map `code: label`.
    pub(super) fn inline_list(&mut self, field: &str, node: &Node) -> Option<Arc<CodeList>> {
        let mut rows = Vec::new();
        let entries = node.entries()?;
        if entries.is_empty() {
            let message = Text::both("没有可以选的代码", "there is no code to choose");
            let help = Text::both("写上 代码: 名称", "write `code: label`");
            self.problems.at_node("empty-enumeration", node, message, Some(help));
            return None;
        }
        for entry in entries {
            let name = words_of(&entry.value, self.problems)?;
            if name.to_string().trim().is_empty() {
                let message = Text::both(
                    format!("代码「{}」没有名称", entry.key),
                    format!("the code `{}` has no label", entry.key),
                );
                let help = Text::both("写成 代码: 名称", "write `code: label`");
                self.problems.error("empty-value", &entry.key_spot, message, Some(help));
            }
            rows.push(Row {
                code: entry.key.clone(),
                name: name.to_string(),
                name_en: match name.has_english() {
                    true => name.get(Language::English).to_owned(),
                    false => String::new(),
                },
                ..Row::default()
            });
        }
        CodeList::new(format!("field:{field}").into(), rows).ok().map(Arc::new)
    }

    /// `calendars/NAME.csv` of the region or a base.
    pub(super) fn calendar(&mut self, name: &str, rollover: bool, node: &Node) -> Calendar {
        let places: Vec<PathBuf> = self
            .folders
            .iter()
            .map(|folder| folder.join(format!("calendars/{name}.csv")))
            .collect();
        let Some(path) = places.into_iter().find(|path| self.files.has(path)) else {
            let known: Vec<String> = self
                .folders
                .iter()
                .flat_map(|folder| self.files.in_folder(&folder.join("calendars"), ".csv"))
                .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
                .collect();
            self.problems.unknown(
                "unknown-calendar",
                node,
                ("工作日历", "calendar"),
                name,
                known.iter().map(String::as_str),
            );
            return Calendar {
                rollover,
                ..Calendar::default()
            };
        };
        let mut calendar = Calendar {
            rollover,
            ..Calendar::default()
        };
        let Some(file) = Self::csv_file(self.files, &path, self.problems) else {
            return calendar;
        };
        for (line, record) in records(&file, &["date", "kind"], self.problems) {
            let kind = record.get("kind").map(String::as_str).unwrap_or_default();
            match (record.get("date").and_then(|date| date.parse().ok()), kind) {
                (Some(date), "off" | "work") => drop(calendar.exceptions.insert(date, kind == "work")),
                _ => self.problems.error(
                    "calendar-row",
                    &line_spot(&file, line),
                    Text::both(
                        "每行应写 日期,off 或 日期,work（日期如 2026-10-01）",
                        "each row is a date and off or work (a date such as 2026-10-01)",
                    ),
                    None,
                ),
            }
        }
        calendar
    }

    /// The text of a CSV of the region or a base. GB 18030, as Excel saves it in China, is read and told.
    pub(super) fn csv_file(files: &Files, path: &Path, problems: &mut Problems) -> Option<Arc<SourceFile>> {
        let spot = Spot::whole(path);
        let bytes = match folder::read(files.root(), path, limits::FILE_BYTES) {
            Ok(bytes) => bytes,
            Err(refused) => {
                let (message, help) = refused.told();
                problems.error("file-unreadable", &spot, message, help);
                return None;
            }
        };
        let (error, help) = match decoded(&bytes) {
            Ok((text, _)) if text.trim().is_empty() => {
                let message = Text::both("这个文件是空的", "the file is empty");
                let help = Text::both("写上内容，或删去这个文件", "write something into it, or delete it");
                problems.error("empty-file", &spot, message, Some(help));
                return None;
            }
            Ok((text, encoding)) => {
                let path = path.to_path_buf();
                let file = Arc::new(SourceFile::new(path, text));
                if let Some(message) = encoding.told() {
                    let first = line_spot(&file, 1);
                    problems.warning("csv-encoding", &first, message, Some(encoding.mend()));
                }
                return Some(file);
            }
            Err(_) if bytes.starts_with(b"PK") => (
                Text::both("这是 Excel 工作簿，不是 CSV", "this is a workbook, not a CSV"),
                Text::both(
                    "另存为“CSV UTF-8”，或用 dengji codes import 转换",
                    "save it as `CSV UTF-8`, or convert it with `dengji codes import`",
                ),
            ),
            Err(error) => (
                error.told(),
                Text::both(
                    "请另存为 UTF-8：记事本在“编码”里选，Excel 选“CSV UTF-8”",
                    "save it as UTF-8; in Excel choose `CSV UTF-8`",
                ),
            ),
        };
        problems.error("file-unreadable", &spot, error, Some(help));
        None
    }

    /// The list called `name`, or a problem.
    pub(super) fn list_named(&mut self, name: &str, node: &Node) -> Option<Arc<CodeList>> {
        let found = self.codes.get(name).cloned();
        if let Some(list) = &found {
            self.used_lists.insert(list.id.clone());
        } else if !self.is_broken("codes", name) {
            let known: Vec<&str> = self.codes.keys().map(|id| &**id).collect();
            let message = Text::both(
                format!("没有代码表「{name}」（codes/{name}.csv）"),
                format!("there is no code list `{name}` (codes/{name}.csv)"),
            );
            self.problems
                .at_node("unknown-code-list", node, message, nearest(name, known));
        }
        found
    }
}

/// The rows of a CSV with a header, each with its line number; none where the header lacks a column.
pub(super) fn records(
    file: &Arc<SourceFile>,
    columns: &[&str],
    problems: &mut Problems,
) -> Vec<(usize, IndexMap<String, String>)> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(file.text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    if !header_fits(file, &header, columns, problems) {
        return Vec::new();
    }
    let (mut rows, mut unlike) = (Vec::new(), Vec::new());
    let line_of =
        |position: Option<&csv::Position>| position.map_or(1, |position| usize::try_from(position.line()).unwrap_or(1));
    for record in reader.records() {
        if problems.is_full() {
            break;
        }
        if rows.len() * header.len() > limits::CELLS {
            let what = ("一个 CSV 的单元格", "the cells of one CSV");
            problems.too_large(&line_spot(file, header_line(file)), what, limits::CELLS);
            return Vec::new();
        }
        if rows.len() + unlike.len() == MOST_ROWS {
            let message = Text::both(
                format!("超过 {MOST_ROWS} 行的上限"),
                format!("there are more than {MOST_ROWS} rows, which is the limit"),
            );
            let help = Text::both(
                "把表拆开，或去掉用不到的行",
                "split the list, or leave out rows that nobody needs",
            );
            problems.error(
                "file-unreadable",
                &line_spot(file, header_line(file)),
                message,
                Some(help),
            );
            return Vec::new();
        }
        match record {
            Ok(record) => {
                let cells = header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned));
                rows.push((line_of(record.position()), cells.collect()));
            }
            Err(error) => unlike.push((line_of(error.position()), cells_of(&error))),
        }
    }
    let open = file.text.lines().filter(|line| !line.starts_with('#'));
    if open.map(|line| line.matches('"').count()).sum::<usize>() % 2 == 1 && unlike.is_empty() {
        let over_lines = |cells: &IndexMap<String, String>| cells.values().any(|cell| cell.contains('\n'));
        let line = rows.iter().rev().find(|(_, cells)| over_lines(cells)).or(rows.last());
        let message = Text::both(
            "从这一行起有一个双引号没有成对，后面的行都算进了这一格",
            "a double quote that opens here is never closed: the lines behind it are taken for one cell",
        );
        let help = Text::both(
            "补上另一个双引号；格里要写双引号时写两个",
            "close it; a double quote in a cell is written twice",
        );
        let line = line.map_or_else(|| header_line(file), |(line, _)| *line);
        problems.error("csv-row", &line_spot(file, line), message, Some(help));
        return Vec::new();
    }
    for (line, cells) in unlike.iter().take(MOST_TOLD) {
        let message = Text::both(
            format!("这一行有 {cells} 格，表头有 {} 列", header.len()),
            format!("this row has {cells} cells, the header has {} columns", header.len()),
        );
        let help = Text::both(
            "内容里有逗号时，整格加半角双引号",
            "put a cell with a comma in it into double quotes",
        );
        problems.error("csv-row", &line_spot(file, *line), message, Some(help));
    }
    not_told(file, unlike.iter().map(|(line, _)| *line), problems);
    rows
}

/// Whether a header has every column that is needed, and none twice.
fn header_fits(file: &Arc<SourceFile>, header: &csv::StringRecord, columns: &[&str], problems: &mut Problems) -> bool {
    let spot = || line_spot(file, header_line(file));
    let missing = columns
        .iter()
        .find(|column| !header.iter().any(|known| known == **column));
    if let Some(missing) = missing {
        let message = Text::both(
            format!("表头里没有「{missing}」这一列"),
            format!("the header has no column `{missing}`"),
        );
        let other = [(';', ";"), ('\t', "Tab"), ('，', "，")];
        let other = other
            .iter()
            .find(|(mark, _)| header.len() == 1 && header[0].contains(*mark));
        let help = match other {
            Some((_, name)) => Text::both(
                format!("各列之间要用半角逗号，这里用的是 {name}"),
                format!("columns are separated by `,`, here it is {name}"),
            ),
            None => Text::both(
                format!("表头要有：{}", columns.join("、")),
                format!("the header has {}", columns.join(", ")),
            ),
        };
        problems.error("csv-header", &spot(), message, Some(help));
        return false;
    }
    let twice = header
        .iter()
        .enumerate()
        .find(|(at, name)| !name.is_empty() && header.iter().take(*at).any(|other| other == *name));
    if let Some((_, name)) = twice {
        let message = Text::both(
            format!("表头里「{name}」这一列有两个"),
            format!("the header has the column `{name}` twice"),
        );
        let help = Text::both("删去其中一列，或改名", "delete one of them, or rename it");
        problems.error("csv-header", &spot(), message, Some(help));
    }
    twice.is_none()
}

/// How many cells a row of another length has.
fn cells_of(error: &csv::Error) -> u64 {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { len, .. } => *len,
        _ => 0,
    }
}

/// The most rows of a file of which the same is told; of a list of thousands, nobody reads more.
const MOST_TOLD: usize = 20;

/// Says how many lines more than [`MOST_TOLD`] have the mistake that was told before.
fn not_told(file: &Arc<SourceFile>, mut lines: impl Iterator<Item = usize>, problems: &mut Problems) {
    let Some(line) = lines.nth(MOST_TOLD) else { return };
    let more = lines.count() + 1;
    let message = Text::both(
        format!("从这一行起，还有 {more} 行是同样的情形，不再一一列出"),
        format!("from here on {more} more rows are like this and not listed"),
    );
    problems.error("csv-more", &line_spot(file, line), message, None);
}

/// The first line that is neither empty nor a comment.
pub(super) fn header_line(file: &SourceFile) -> usize {
    let lines = file.text.lines();
    lines
        .take_while(|line| line.trim().is_empty() || line.starts_with('#'))
        .count()
        + 1
}

/// The whole of one line.
pub(super) fn line_spot(file: &Arc<SourceFile>, line: usize) -> Spot {
    Spot {
        file: Arc::clone(file),
        range: file.line(line),
    }
}

fn read_list(file: &Arc<SourceFile>, id: &Id, problems: &mut Problems) -> Option<Arc<CodeList>> {
    let header = line_spot(file, header_line(file));
    let before = problems.len();
    let (mut lines, mut rows, mut empty, mut odd) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (line, mut record) in records(file, &["code", "name"], problems) {
        let mut take = |key: &str| record.shift_remove(key).unwrap_or_default();
        let (code, name, parent, branch) = (take("code"), take("name"), take("parent"), take("branch"));
        if code.is_empty() || name.is_empty() {
            empty.push((line, if code.is_empty() { "code" } else { "name" }));
            continue;
        }
        if !matches!(branch.as_str(), "" | "0" | "1" | "true" | "false" | "yes" | "no") {
            odd.push(line);
        }
        lines.push(line);
        rows.push(Row {
            code,
            name,
            name_en: String::new(),
            parent,
            branch: matches!(branch.as_str(), "1" | "true" | "yes"),
            columns: record,
        });
    }
    for (line, column) in empty.iter().take(MOST_TOLD) {
        let message = Text::both(
            format!("代码表每行都要有 code 和 name，这里 {column} 是空的"),
            format!("each row of a code list has a code and a name; here `{column}` is empty"),
        );
        problems.error("code-list-row", &line_spot(file, *line), message, None);
    }
    not_told(file, empty.iter().map(|(line, _)| *line), problems);
    for line in odd.iter().take(MOST_TOLD) {
        let message = Text::both("branch 写 true 或不写", "`branch` is true or empty");
        let help = Text::both(
            "下级没有随本表给出的分支写 true，其他的不写",
            "write true for a branch whose children are not in the list, nothing for all others",
        );
        problems.error("code-list-row", &line_spot(file, *line), message, Some(help));
    }
    not_told(file, odd.iter().copied(), problems);
    if problems.len() > before && rows.is_empty() {
        return None;
    }
    if rows.is_empty() {
        problems.error(
            "code-list-empty",
            &header,
            Text::both("代码表里没有内容", "the code list has no rows"),
            None,
        );
        return None;
    }
    renamed_codes(file, &rows, &lines, problems);
    match CodeList::new(id.clone(), rows) {
        Ok(list) => {
            terms_begin_first(file, &list, &lines, problems);
            Some(Arc::new(list))
        }
        Err(mut found) => {
            // Below a row that is too deep, every row is.
            if let Some(deep) = found
                .iter()
                .position(|problem| matches!(problem, RowProblem::Deep { .. }))
            {
                let first = found[deep].row();
                found.retain(|problem| !matches!(problem, RowProblem::Deep { row } if *row != first));
            }
            for problem in found.iter().take(MOST_TOLD) {
                tell_row(file, &lines, problem, problems);
            }
            let line = |problem: &RowProblem| lines.get(problem.row() - 1).copied().unwrap_or(1);
            not_told(file, found.iter().map(line), problems);
            None
        }
    }
}

/// A code may be chosen on one day at least.
fn terms_begin_first(file: &Arc<SourceFile>, list: &CodeList, lines: &[usize], problems: &mut Problems) {
    let never = list.entries().iter().zip(lines).filter(|(entry, _)| {
        let term = entry.term;
        term.from.zip(term.to).is_some_and(|(from, to)| from > to)
    });
    for (_, line) in never.take(MOST_TOLD) {
        let message = Text::both(
            "停用早于启用，这个代码哪一天都不能选",
            "it ends before it begins: the code can be chosen on no day",
        );
        let help = Text::both(
            "核对 valid_from、valid_to 和 retired",
            "compare `valid_from`, `valid_to` and `retired`",
        );
        problems.error("code-list-date", &line_spot(file, *line), message, Some(help));
    }
}

fn tell_row(file: &Arc<SourceFile>, lines: &[usize], problem: &RowProblem, problems: &mut Problems) {
    let spot = |row: &usize| line_spot(file, lines.get(row - 1).copied().unwrap_or(1));
    match problem {
        RowProblem::Duplicate { row, first, code } => problems.error_with(
            "code-list-duplicate",
            &spot(row),
            Text::both(format!("代码 {code} 重复"), format!("the code {code} stands twice")),
            Some(Text::both(
                "同一个代码表里代码不能重复：改写其中一个，或删去一行",
                "codes are unique in a list: change one of them, or delete a row",
            )),
            vec![(spot(first).place(), Text::both("第一次在这里", "first here"))],
        ),
        RowProblem::Orphan { row, parent } => problems.error(
            "code-list-orphan",
            &spot(row),
            Text::both(
                format!("上级代码 {parent} 不在表中"),
                format!("the parent {parent} is not in the list"),
            ),
            Some(Text::both(
                "补上这个上级代码的一行，或改写 parent",
                "add a row for this parent, or change `parent`",
            )),
        ),
        RowProblem::Date { row, column } => problems.error(
            "code-list-date",
            &spot(row),
            Text::both(
                format!("{column} 应为日期，如 2026-01-01"),
                format!("`{column}` is a date such as 2026-01-01"),
            ),
            (*column == "retired").then(|| {
                Text::both(
                    "retired 也可以写 true，表示从来不能再选",
                    "`retired` may also be true: it can no longer be chosen at all",
                )
            }),
        ),
        RowProblem::Deep { row } => {
            let what = ("代码表的层数", "the levels of a code list");
            problems.too_large(&spot(row), what, limits::LEVELS);
        }
        RowProblem::Loop { row } => problems.error(
            "code-list-loop",
            &spot(row),
            Text::both("沿上级代码走会绕成圈", "following the parents goes round in a circle"),
            Some(Text::both(
                "改写这一行的 parent；最上级的代码不写 parent",
                "change the `parent` of this row; a code at the top has none",
            )),
        ),
    }
}
