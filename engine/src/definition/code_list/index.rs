//! Finding entries by what a person types: width and case of letters and white space count for nothing, and pinyin
//! initials find Chinese names (`jsj` finds 计算机).
//!
//! A list of 45,000 entries is searched in three texts that were joined once, so that a search allocates for what it
//! finds and for nothing else.

use pinyin::ToPinyin;

use super::Entry;

/// Stands before and after every key; no key and no query has it.
const END: u8 = b'\n';

/// The keys of a list's entries.
#[derive(Debug)]
pub(super) struct Index {
    codes: Keys,
    names: Keys,
    initials: Keys,
    entries: usize,
}

/// One key an entry, in the entries' order, each between two [`END`]s.
#[derive(Debug)]
struct Keys {
    text: String,
    starts: Vec<u32>,
}

/// How well an entry fits, best first.
const RANKS: usize = 6;
const EXACT: usize = 0;
const CODE: usize = 1;
const NAME: usize = 2;
const INITIALS: usize = 3;
const IN_NAME: usize = 4;
const IN_INITIALS: usize = 5;

impl Index {
    pub(super) fn new(entries: &[Entry]) -> Self {
        Self {
            codes: Keys::new(entries, |entry, out| fold(&entry.code, out)),
            names: Keys::new(entries, |entry, out| fold(&entry.name, out)),
            initials: Keys::new(entries, |entry, out| initials(&entry.name, out)),
            entries: entries.len(),
        }
    }

    pub(super) fn named(&self, name: &str) -> Vec<usize> {
        let name = folded(name);
        let mut found = Vec::new();
        if !name.is_empty() {
            self.names.each(&name, |at, fit| {
                if fit == Fit::Whole {
                    found.push(at);
                }
            });
        }
        found
    }

    pub(super) fn search(&self, typed: &str, most: usize, mut keep: impl FnMut(usize) -> bool) -> Vec<usize> {
        let query = folded(typed);
        if query.is_empty() {
            return (0..self.entries).filter(|at| keep(*at)).take(most).collect();
        }
        let mut ranks: [Vec<usize>; RANKS] = Default::default();
        self.codes.each(&query, |at, fit| match fit {
            Fit::Whole => ranks[EXACT].push(at),
            Fit::Left => ranks[CODE].push(at),
            Fit::Inside => {}
        });
        self.names.each(&query, |at, fit| match fit {
            Fit::Whole => ranks[EXACT].push(at),
            Fit::Left => ranks[NAME].push(at),
            Fit::Inside => ranks[IN_NAME].push(at),
        });
        if query.is_ascii() {
            self.initials.each(&query, |at, fit| match fit {
                Fit::Whole | Fit::Left => ranks[INITIALS].push(at),
                Fit::Inside => ranks[IN_INITIALS].push(at),
            });
        }
        let mut seen = vec![false; self.entries];
        let best_first = ranks.into_iter().flatten();
        best_first
            .filter(|at| !std::mem::replace(&mut seen[*at], true) && keep(*at))
            .take(most)
            .collect()
    }
}

/// How a query stands in a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Whole,
    Left,
    Inside,
}

impl Keys {
    fn new(entries: &[Entry], key: impl Fn(&Entry, &mut String)) -> Self {
        let mut keys = Self {
            text: String::from("\n"),
            starts: Vec::with_capacity(entries.len()),
        };
        for entry in entries {
            keys.starts.push(u32::try_from(keys.text.len()).unwrap_or(u32::MAX));
            key(entry, &mut keys.text);
            keys.text.push('\n');
        }
        keys
    }

    /// Gives every entry whose key has `query` in it, in the entries' order; an entry may come more than once.
    fn each(&self, query: &str, mut found: impl FnMut(usize, Fit)) {
        let bytes = self.text.as_bytes();
        for (start, _) in self.text.match_indices(query) {
            let left = bytes.get(start.wrapping_sub(1)) == Some(&END);
            let right = bytes.get(start + query.len()) == Some(&END);
            let fit = match (left, right) {
                (true, true) => Fit::Whole,
                (true, false) => Fit::Left,
                _ => Fit::Inside,
            };
            let at = self.starts.partition_point(|from| *from as usize <= start);
            found(at.saturating_sub(1), fit);
        }
    }
}

/// A query against names that are in no index: units and registers.
#[derive(Debug)]
pub struct Typed {
    query: String,
}

impl Typed {
    /// What somebody typed.
    pub fn new(typed: &str) -> Self {
        Self { query: folded(typed) }
    }

    /// How well `name` fits, 0 best; none where it does not. Nothing typed fits everything.
    pub fn rank(&self, name: &str) -> Option<usize> {
        if self.query.is_empty() {
            return Some(NAME);
        }
        let mut key = String::with_capacity(name.len());
        fold(name, &mut key);
        match key.find(&self.query) {
            Some(0) if key.len() == self.query.len() => return Some(EXACT),
            Some(0) => return Some(NAME),
            Some(_) => return Some(IN_NAME),
            None if !self.query.is_ascii() => return None,
            None => key.clear(),
        }
        initials(name, &mut key);
        match key.find(&self.query)? {
            0 => Some(INITIALS),
            _ => Some(IN_INITIALS),
        }
    }

    /// Whether `name` is what was typed, whatever the width and case of its letters.
    pub fn is(&self, name: &str) -> bool {
        self.rank(name) == Some(EXACT)
    }
}

/// `text` as it is compared: letters and signs half as wide and small, without white space.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold(text, &mut out);
    out
}

fn fold(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '\u{ff01}'..='\u{ff5e}' => out.extend(
                char::from_u32(u32::from(letter) - 0xfee0)
                    .unwrap_or(letter)
                    .to_lowercase(),
            ),
            letter if letter.is_whitespace() || letter.is_control() => {}
            letter if letter.is_ascii() => out.push(letter.to_ascii_lowercase()),
            letter => out.extend(letter.to_lowercase()),
        }
    }
}

/// The first letter of each character's sound; letters and digits stand for themselves, signs are left out.
fn initials(name: &str, out: &mut String) {
    for letter in name.chars() {
        match letter.to_pinyin() {
            Some(sound) => out.extend(sound.plain().chars().next()),
            None => {
                let mut plain = [0; 4];
                fold(letter.encode_utf8(&mut plain), out);
                if !out.ends_with(char::is_alphanumeric) && !out.ends_with('\n') {
                    out.pop();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CodeList, Row};
    use super::Typed;

    fn list(rows: &[(&str, &str, &str)]) -> CodeList {
        let rows = rows.iter().map(|(code, name, parent)| Row {
            code: (*code).into(),
            name: (*name).into(),
            parent: (*parent).into(),
            ..Row::default()
        });
        CodeList::new("list".into(), rows.collect()).unwrap()
    }

    fn found(list: &CodeList, typed: &str) -> Vec<String> {
        let positions = list.search(typed, 5, |_| true);
        positions
            .into_iter()
            .map(|at| list.entries()[at].code.to_string())
            .collect()
    }

    fn science() -> CodeList {
        list(&[
            ("520", "计算机科学技术", ""),
            ("520.10", "计算机科学技术基础学科", "520"),
            ("520.20", "人工智能", "520"),
            ("413", "信息与系统科学相关工程与技术", ""),
            ("413.5", "应用计算机", "413"),
            ("JSJ", "其他", ""),
            ("9", "ＡＢ（农、林）类 C", ""),
        ])
    }

    #[test]
    fn the_left_comes_before_anywhere() {
        let list = science();
        for (typed, expected) in [
            ("计算机", vec!["520", "520.10", "413.5"]),
            ("jsj", vec!["JSJ", "520", "520.10", "413.5"]),
            ("RGZN", vec!["520.20"]),
            ("520", vec!["520", "520.10", "520.20"]),
            ("５２０．１", vec!["520.10"]),
            (" 人工 智能 ", vec!["520.20"]),
            ("ab", vec!["9"]),
            ("nllc", vec!["9"]),
            ("20", vec![]),
            ("没有", vec![]),
            ("", vec!["520", "520.10", "520.20", "413", "413.5"]),
        ] {
            assert_eq!(found(&list, typed), expected, "{typed}");
        }
    }

    #[test]
    fn what_is_not_kept_makes_room_for_others() {
        let list = science();
        let found = list.search("计算机", 1, |entry| entry.parent.is_some());
        assert_eq!(&*list.entries()[found[0]].code, "520.10");
    }

    #[test]
    fn codes_and_names_are_read_back() {
        let list = list(&[("a b", "甲 乙", ""), ("a", "甲", ""), ("1", "1", ""), ("2", "甲", "a")]);
        for code in ["a b", "a", "1", "2"] {
            assert_eq!(&*list.read(&list.shown(code)).unwrap().code, code);
        }
        assert_eq!(list.shown("1"), "1");
        assert_eq!(
            (list.named("甲"), list.named(" 甲乙"), list.named("")),
            (vec![1, 3], vec![0], vec![])
        );
        assert!(list.read("a 乙").is_none() && list.read("").is_none());
    }

    #[test]
    fn names_without_an_index_are_ranked_the_same() {
        let rank = |typed: &str, name: &str| Typed::new(typed).rank(name);
        assert_eq!(rank("兰州大学", "兰州大学"), Some(0));
        assert!(rank("兰州", "兰州大学") < rank("lz", "兰州大学"));
        assert!(rank("lz", "兰州大学") < rank("大学", "兰州大学"));
        assert!(rank("大学", "兰州大学") < rank("dx", "兰州大学"));
        assert_eq!((rank("北", "兰州大学"), rank("xx", "兰州大学")), (None, None));
        assert!(Typed::new("（兰州）ＡＢ").is("(兰州)ab"));
    }

    #[test]
    fn a_large_list_is_searched_without_a_pause() {
        let rows: Vec<(String, String, String)> = (0..45_000)
            .map(|at| {
                let parent = if at < 100 {
                    String::new()
                } else {
                    format!("{}", at / 100)
                };
                (format!("{at}"), format!("第{at}类计算机科学技术"), parent)
            })
            .collect();
        let rows: Vec<(&str, &str, &str)> = rows.iter().map(|(a, b, c)| (&**a, &**b, &**c)).collect();
        let list = list(&rows);
        assert_eq!(list.search("jsj", 200, |_| true).len(), 200);
        let begun = std::time::Instant::now();
        for typed in ["jsj", "计算机", "4", "第44999", "kxjs", "没有的"] {
            list.search(typed, 200, |_| true);
        }
        // 5 ms each in a release; without optimisation some thirty times that.
        assert!(begun.elapsed().as_millis() < 1_000, "{:?}", begun.elapsed());
    }
}
