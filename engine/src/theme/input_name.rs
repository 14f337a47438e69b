//! How the inputs of a page are named: what the theme renders, `check::posted` reads back.
//!
//! | name | value |
//! |---|---|
//! | `field`, `table[0].column`, `list[0]` | what was typed |
//! | `~` | the path of a field or cell that was offered for editing; of a table with `:rows` behind |
//! | `~revision` | the revision that the page was rendered from, and behind a full stop what its fields were then |
//! | `~once` | what makes the same post twice one new application |
//! | `~do` | the button that was pressed: a [`Command`] |
//! | `~pick` | the path of the field whose 选择 was pressed |
//! | `~paste:table` | lines out of a spreadsheet, for the button `fill:table` |
//! | `~sheet:table` | a workbook or CSV, for the buttons `append:table` and `replace:table` |

use std::fmt;
use std::str::FromStr;

/// Marks a field that was offered: whatever has no marker is left untouched.
pub const MARKER: &str = "~";
/// The revision the page was rendered from.
pub const REVISION: &str = "~revision";
/// The number in a value of [`REVISION`].
pub fn revision(value: &str) -> Option<u64> {
    value.split('.').next()?.parse().ok()
}

/// Says which press of a button that adds an application this is.
pub const ONCE: &str = "~once";
/// The button.
pub const COMMAND: &str = "~do";
/// The button beside a field that is picked from a long list: its value is the field's path.
pub const PICK: &str = "~pick";
/// Before a table's path: lines out of a spreadsheet that are to be filled in.
pub const PASTE: &str = "~paste:";
/// Before a table's path: a file whose rows are to be taken in.
pub const SHEET: &str = "~sheet:";
/// The most rows that one button adds.
pub const MOST_ADDED: usize = 50;
/// A choice with so many entries or fewer is shown as radio buttons.
pub const FEW: usize = 7;
/// A list with `maxItems` up to this has one input an item; a longer one has one line an item.
pub const SLOTS: u64 = 10;

/// What a button asks for. Rows count from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Command {
    /// 保存.
    #[default]
    Save,
    /// 保存并下一步.
    SaveNext,
    /// 填写检查, after saving.
    Check,
    /// Adds a row behind the last.
    Add(String),
    /// Adds so many rows behind the last, or as many as there is room for.
    AddSeveral(String, usize),
    /// Puts a copy of a row behind it, without what only one row can have.
    Copy(String, usize),
    /// Removes a row.
    Remove(String, usize),
    /// Brings back what was removed last.
    Restore(String),
    /// Moves a row up.
    Up(String, usize),
    /// Moves a row down.
    Down(String, usize),
    /// Fills in the pasted lines: behind the last row, or from a row and a column on.
    Fill(String, Option<(usize, String)>),
    /// Takes in the rows of a file behind the last row.
    Append(String),
    /// Takes in the rows of a file in place of all rows.
    Replace(String),
    /// Removes a file by its id.
    RemoveFile(String, String),
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Save => f.write_str("save"),
            Self::SaveNext => f.write_str("save-next"),
            Self::Check => f.write_str("check"),
            Self::Add(table) => write!(f, "add:{table}"),
            Self::AddSeveral(table, rows) => write!(f, "add:{table}:{rows}"),
            Self::Copy(table, row) => write!(f, "copy:{table}:{row}"),
            Self::Remove(table, row) => write!(f, "remove:{table}:{row}"),
            Self::Restore(table) => write!(f, "restore:{table}"),
            Self::Up(table, row) => write!(f, "up:{table}:{row}"),
            Self::Down(table, row) => write!(f, "down:{table}:{row}"),
            Self::Fill(table, None) => write!(f, "fill:{table}"),
            Self::Fill(table, Some((row, column))) => write!(f, "fill:{table}:{row}:{column}"),
            Self::Append(table) => write!(f, "append:{table}"),
            Self::Replace(table) => write!(f, "replace:{table}"),
            Self::RemoveFile(field, id) => write!(f, "remove-file:{field}:{id}"),
        }
    }
}

impl Command {
    /// The table or field that the button belongs to.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Save | Self::SaveNext | Self::Check => None,
            Self::Add(path) | Self::AddSeveral(path, _) | Self::Copy(path, _) => Some(path),
            Self::Remove(path, _) | Self::Restore(path) | Self::Up(path, _) | Self::Down(path, _) => Some(path),
            Self::Fill(path, _) | Self::Append(path) | Self::Replace(path) => Some(path),
            Self::RemoveFile(path, _) => Some(path),
        }
    }
}

/// The value of `~do` is none that a page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no button of the page asks for this")]
pub struct UnknownCommand;

impl FromStr for Command {
    type Err = UnknownCommand;

    fn from_str(text: &str) -> Result<Self, UnknownCommand> {
        let mut parts = text.splitn(3, ':');
        let row = |text: &str| text.parse::<usize>().map_err(|_| UnknownCommand);
        match (parts.next().unwrap_or_default(), parts.next(), parts.next()) {
            ("save", None, None) => Ok(Self::Save),
            ("save-next", None, None) => Ok(Self::SaveNext),
            ("check", None, None) => Ok(Self::Check),
            ("add", Some(table), None) => Ok(Self::Add(table.into())),
            ("add", Some(table), Some(rows)) => Ok(Self::AddSeveral(table.into(), row(rows)?.min(MOST_ADDED))),
            ("copy", Some(table), Some(at)) => Ok(Self::Copy(table.into(), row(at)?)),
            ("restore", Some(table), None) => Ok(Self::Restore(table.into())),
            ("fill", Some(table), None) => Ok(Self::Fill(table.into(), None)),
            ("fill", Some(table), Some(cell)) => {
                let (at, column) = cell.split_once(':').ok_or(UnknownCommand)?;
                Ok(Self::Fill(table.into(), Some((row(at)?, column.into()))))
            }
            ("append", Some(table), None) => Ok(Self::Append(table.into())),
            ("replace", Some(table), None) => Ok(Self::Replace(table.into())),
            ("remove", Some(table), Some(at)) => Ok(Self::Remove(table.into(), row(at)?)),
            ("up", Some(table), Some(at)) => Ok(Self::Up(table.into(), row(at)?)),
            ("down", Some(table), Some(at)) => Ok(Self::Down(table.into(), row(at)?)),
            ("remove-file", Some(field), Some(id)) => Ok(Self::RemoveFile(field.into(), id.into())),
            _ => Err(UnknownCommand),
        }
    }
}

/// The id of the element that shows `path`, for links: `f-people[0].name`.
pub fn anchor(path: &str) -> String {
    format!("f-{path}")
}

/// The place of the message that says what was removed from a table.
pub fn removed_place(table: &str) -> String {
    format!("{table}-removed")
}

/// The path without row numbers: `people[0].name` → `people.name`.
pub fn without_rows(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut inside = false;
    for letter in path.chars() {
        match letter {
            '[' => inside = true,
            ']' => inside = false,
            _ if !inside => out.push(letter),
            _ => {}
        }
    }
    out
}

/// How a sensitive text is shown: the first three and the last four characters, or nothing of it
/// where it is short. A mask that comes back in a form means that the text was left as it is.
pub fn mask(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() < 12 {
        return "*".repeat(letters.len().max(1));
    }
    let hidden = letters.len() - 7;
    let masked = letters[..3].iter().copied();
    masked
        .chain(std::iter::repeat_n('*', hidden))
        .chain(letters[letters.len() - 4..].iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_read_back_as_written() {
        let all = [
            Command::Save,
            Command::SaveNext,
            Command::Check,
            Command::Add("units[0].staff".into()),
            Command::Remove("people".into(), 2),
            Command::Up("people".into(), 1),
            Command::Down("people".into(), 0),
            Command::RemoveFile("units[0].proof".into(), "ab:12".into()),
            Command::AddSeveral("people".into(), 5),
            Command::Copy("units[0].staff".into(), 1),
            Command::Restore("people".into()),
            Command::Fill("people".into(), None),
            Command::Fill("units[0].staff".into(), Some((3, "name".into()))),
            Command::Append("people".into()),
            Command::Replace("people".into()),
        ];
        for command in all {
            assert_eq!(command.to_string().parse(), Ok(command));
        }
        for broken in [
            "",
            "add",
            "remove:people",
            "remove:people:x",
            "save:people",
            "drop:table",
            "fill:people:1",
            "copy:people",
            "restore:people:1",
            "append:people:1",
        ] {
            assert_eq!(broken.parse::<Command>(), Err(UnknownCommand), "{broken}");
        }
    }

    #[test]
    fn masks_show_only_the_ends() {
        for (text, expected) in [
            ("", "*"),
            ("王", "*"),
            ("1380000", "*******"),
            ("620102199001011234", "620***********1234"),
        ] {
            assert_eq!(mask(text), expected);
        }
    }

    #[test]
    fn rows_are_cut_out_of_paths() {
        for (path, expected) in [("a", "a"), ("a[0].b", "a.b"), ("a[10].b[2].c", "a.b.c")] {
            assert_eq!(without_rows(path), expected);
        }
    }
}
