//! A problem of any kind, in a definition, a theme or a plugin, with the lines around it as they stood
//! when it was found.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::definition::form::Severity;
use crate::definition::merge::Files;
use crate::definition::problem::{Place, Problem};
use crate::definition::source::Problems;
use crate::definition::{Language, Text};
use crate::registry::OfficeError;
use crate::theme::ThemeError;
use crate::theme::view::{ExcerptLine, WatchProblem};

/// Lines shown before and behind the one that is wrong.
const AROUND: usize = 2;
/// Characters of a line that are shown.
const WIDEST: usize = 240;
/// What a file's name may not be in an address as it is.
const NAMES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');
/// Bytes of a file that are looked at for an excerpt.
const LARGEST: u64 = 4 << 20;

/// One problem, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub(super) severity: Severity,
    rule: &'static str,
    place: Place,
    message: Text,
    help: Option<Text>,
    related: Vec<(Place, Text)>,
    excerpt: Vec<ExcerptLine>,
    /// The place is below the folder of definitions.
    in_forms: bool,
}

impl Told {
    /// A mistake in a definition below `forms`.
    pub fn problem(problem: Problem, forms: &Path) -> Self {
        let excerpt = excerpt(&forms.join(&problem.place.file), &problem.place);
        let Problem {
            rule,
            severity,
            place,
            message,
            help,
            related,
        } = problem;
        Self {
            severity,
            rule,
            place,
            message,
            help,
            related,
            excerpt,
            in_forms: true,
        }
    }

    /// A mistake in a theme that was read from these folders, the nearest first.
    pub fn theme(error: &ThemeError, folders: &[PathBuf]) -> Self {
        let find = |below: &str| {
            let paths = folders.iter().map(|folder| folder.join(below));
            paths
                .clone()
                .find(|path| path.is_file())
                .or(paths.clone().next_back())
                .unwrap_or_else(|| below.into())
        };
        let (place, message, help) = match error {
            ThemeError::Read { path, source } => (at(path.clone(), 0, 0), unreadable(source), None),
            ThemeError::NoFont { path, letters } => {
                let message = Text::both(
                    format!("没有一种字体含有验证码的字符 {letters}"),
                    format!("no font has the letters of captchas, {letters}"),
                );
                (at(path.clone(), 0, 0), message, None)
            }
            ThemeError::Template { file, line, message } => {
                let place = at(find(&format!("templates/{file}")), *line, 0);
                let zh = format!("模板有错：{message}");
                (place, Text::both(zh, format!("the template is wrong: {message}")), None)
            }
            ThemeError::Mail { file, line, message } => {
                let place = at(find(&format!("mail/{file}")), *line, 0);
                let zh = format!("信函模板有错：{message}");
                (
                    place,
                    Text::both(zh, format!("the letter's template is wrong: {message}")),
                    None,
                )
            }
            ThemeError::Catalogue { path, message } => {
                let place = at(path.clone(), number(message, "line "), number(message, "column "));
                let zh = format!("文字表读不懂：{message}");
                let en = format!("the catalogue cannot be read: {message}");
                (place, Text::both(zh, en), None)
            }
            ThemeError::UnknownText {
                at: where_,
                key,
                nearest,
            } => {
                let (file, line) = where_.rsplit_once(':').unwrap_or((where_, ""));
                let line = line.parse().unwrap_or(0);
                let path = if file.starts_with("templates/") {
                    find(file)
                } else {
                    file.into()
                };
                let message = Text::both(
                    format!("主题没有名为「{key}」的文字"),
                    format!("the theme has no text called `{key}`"),
                );
                (at(path, line, 0), message, nearest.as_deref().map(meant))
            }
            ThemeError::Incomplete { language, keys } => {
                let message = Text::both(
                    format!("文字表缺少：{}", keys.join("、")),
                    format!("the catalogue lacks: {}", keys.join(", ")),
                );
                (at(find(&format!("texts/{language}.yaml")), 0, 0), message, None)
            }
        };
        let excerpt = excerpt(&place.file, &place);
        Self {
            severity: Severity::Error,
            rule: "theme",
            place,
            message,
            help,
            related: Vec::new(),
            excerpt,
            in_forms: false,
        }
    }

    /// Why a region whose definition is right cannot be opened, told at what it is about.
    pub fn office(error: &OfficeError, region: &str, forms: &Path) -> Self {
        let yaml = Path::new(region).join("region.yaml");
        let (rule, place) = match error {
            OfficeError::Plugin { error, .. } => ("plugin", plugin_place(forms, &yaml, error.plugin())),
            OfficeError::Form { form, .. } => (
                "form-schema",
                Some(at(Path::new(region).join(format!("{form}.form.yaml")), 0, 0)),
            ),
            OfficeError::Occupied(problems) => match problems.first() {
                Some(first) => (first.rule, Some(first.place.clone())),
                None => ("store", None),
            },
            OfficeError::TooLarge { plugin, .. } | OfficeError::Kept { plugin, .. } => {
                ("plugin", plugin_place(forms, &yaml, Some(plugin)))
            }
            OfficeError::Version { form, .. } => (
                "form-version",
                Some(at(Path::new(region).join(format!("{form}.form.yaml")), 0, 0)),
            ),
            OfficeError::Store(_)
            | OfficeError::Seed { .. }
            | OfficeError::Keys(_)
            | OfficeError::Merges(_)
            | OfficeError::Renamed { .. } => ("store", None),
        };
        let place = place.unwrap_or_else(|| at(yaml, 0, 0));
        let excerpt = excerpt(&forms.join(&place.file), &place);
        Self {
            severity: Severity::Error,
            rule,
            place,
            message: Text::both(
                format!("这个地区打不开：{error}"),
                format!("the region cannot be opened: {error}"),
            ),
            help: None,
            related: Vec::new(),
            excerpt,
            in_forms: true,
        }
    }

    /// What a sentence says of a whole file or folder.
    pub fn of(rule: &'static str, path: &Path, message: Text) -> Self {
        Self {
            severity: Severity::Error,
            rule,
            place: at(path.to_path_buf(), 0, 0),
            message,
            help: None,
            related: Vec::new(),
            excerpt: Vec::new(),
            in_forms: false,
        }
    }

    /// Whether it keeps something from being served.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// In one language.
    pub(in crate::http) fn view(&self, language: Language) -> WatchProblem {
        let related = self.related.iter();
        WatchProblem {
            severity: self.severity,
            rule: self.rule.to_owned(),
            place: written(&self.place),
            href: self.in_forms.then(|| source_address(&self.place)),
            message: self.message.get(language).to_owned(),
            help: self.help.as_ref().map(|help| help.get(language).to_owned()),
            excerpt: self.excerpt.clone(),
            related: related
                .map(|(place, note)| (written(place), note.get(language).to_owned()))
                .collect(),
        }
    }
}

/// `file:line:column`, as far as it is known.
pub(in crate::http) fn written(place: &Place) -> String {
    let file = place.file.display();
    match (place.line, place.column) {
        (0, _) => file.to_string(),
        (line, 0) => format!("{file}:{line}"),
        (line, column) => format!("{file}:{line}:{column}"),
    }
}

/// Where a file of the definitions is shown, at the line.
pub(in crate::http) fn source_address(place: &Place) -> String {
    let line = match place.line {
        0 => String::new(),
        line => format!("#L{line}"),
    };
    let path = place.file.to_string_lossy();
    let parts = path.split('/').map(|part| utf8_percent_encode(part, NAMES).to_string());
    format!("/preview/files/{}{line}", parts.collect::<Vec<_>>().join("/"))
}

fn at(file: PathBuf, line: usize, column: usize) -> Place {
    Place {
        file,
        line,
        column,
        end_line: line,
        end_column: 0,
    }
}

fn meant(name: &str) -> Text {
    Text::both(format!("是否要写「{name}」？"), format!("did you mean `{name}`?"))
}

fn unreadable(error: &std::io::Error) -> Text {
    Text::both(format!("读不了：{error}"), format!("it cannot be read: {error}"))
}

/// The number behind a word in a parser's message.
fn number(message: &str, word: &str) -> usize {
    let rest = message.split_once(word).map_or("", |(_, rest)| rest);
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// Where the region names the plugin.
fn plugin_place(forms: &Path, yaml: &Path, plugin: Option<&str>) -> Option<Place> {
    let tree = Files::new(forms).tree(yaml, &mut Problems::default())?;
    let entries = tree.get("plugins")?.entries()?;
    let entry = entries.iter().find(|entry| Some(entry.key.as_str()) == plugin)?;
    Some(entry.key_spot.place())
}

/// The lines around a place; none where it is the whole file or cannot be read.
fn excerpt(path: &Path, place: &Place) -> Vec<ExcerptLine> {
    let small = std::fs::metadata(path).is_ok_and(|about| about.len() <= LARGEST);
    let text = small.then(|| std::fs::read_to_string(path).ok()).flatten();
    let text = text.unwrap_or_default();
    lines_around(text.strip_prefix('\u{feff}').unwrap_or(&text), place)
}

fn lines_around(text: &str, place: &Place) -> Vec<ExcerptLine> {
    if place.line == 0 {
        return Vec::new();
    }
    let first = place.line.saturating_sub(AROUND).max(1);
    let lines = text.lines().enumerate().skip(first - 1);
    let lines = lines.take_while(|(at, _)| *at < place.line + AROUND);
    lines.map(|(at, line)| excerpt_line(at + 1, line, place)).collect()
}

fn excerpt_line(number: usize, line: &str, place: &Place) -> ExcerptLine {
    let letters: Vec<char> = line.trim_end().chars().take(WIDEST).collect();
    let here = number == place.line;
    let end = match place.end_line == place.line {
        true => place.end_column,
        false => letters.len() + 1,
    };
    let (from, to) = match (here, place.column) {
        (true, column @ 1..) => (column - 1, end.saturating_sub(1)),
        _ => (letters.len(), letters.len()),
    };
    let from = from.min(letters.len());
    let to = to.clamp(from, letters.len());
    ExcerptLine {
        number,
        before: letters[..from].iter().collect(),
        marked: letters[from..to].iter().collect(),
        after: letters[to..].iter().collect(),
        here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_piece_that_is_wrong_is_marked_by_characters() {
        let text = "一\n二: 三\n  键: [甲, 乙]\n四\n五\n六\n";
        let marked = |line, column, end_line, end_column| {
            let place = Place {
                file: "f".into(),
                line,
                column,
                end_line,
                end_column,
            };
            let lines = lines_around(text, &place);
            let show = |line: &ExcerptLine| format!("{}{}<{}>{}", line.number, line.before, line.marked, line.after);
            lines.iter().map(show).collect::<Vec<_>>().join("|")
        };
        assert_eq!(marked(3, 6, 3, 12), "1一<>|2二: 三<>|3  键: <[甲, 乙]>|4四<>|5五<>");
        assert_eq!(marked(1, 1, 2, 1), "1<一>|2二: 三<>|3  键: [甲, 乙]<>");
        assert_eq!(marked(6, 9, 6, 12), "4四<>|5五<>|6六<>");
        assert_eq!(marked(6, 0, 6, 0), "4四<>|5五<>|6六<>");
        assert_eq!(marked(9, 1, 9, 2), "");
        assert_eq!(marked(0, 0, 0, 0), "");
    }

    #[test]
    fn a_theme_s_mistake_is_told_at_the_nearest_file() {
        let folder = tempfile::tempdir().unwrap();
        let (near, base) = (folder.path().join("near"), folder.path().join("base"));
        for (path, text) in [
            (base.join("templates/a.html"), "1\n2\n3"),
            (base.join("templates/b.html"), "x"),
            (near.join("templates/a.html"), "eins\nzwei"),
        ] {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let template = |file: &str, line| ThemeError::Template {
            file: file.into(),
            line,
            message: "unexpected".into(),
        };
        let unknown = ThemeError::UnknownText {
            at: "templates/b.html:1".into(),
            key: "sav".into(),
            nearest: Some("save".into()),
        };
        let catalogue = ThemeError::Catalogue {
            path: "texts/en.yaml".into(),
            message: "expected a map at line 3 column 7".into(),
        };
        let folders = [near.clone(), base.clone()];
        for (error, place, lines) in [
            (
                template("a.html", 2),
                near.join("templates/a.html").display().to_string() + ":2",
                2,
            ),
            (
                template("b.html", 1),
                base.join("templates/b.html").display().to_string() + ":1",
                1,
            ),
            (
                template("c.html", 0),
                base.join("templates/c.html").display().to_string(),
                0,
            ),
            (unknown, base.join("templates/b.html").display().to_string() + ":1", 1),
            (catalogue, "texts/en.yaml:3:7".to_owned(), 0),
        ] {
            let told = Told::theme(&error, &folders);
            assert_eq!(written(&told.place), place);
            assert_eq!(told.excerpt.len(), lines, "{place}");
        }
    }
}
