//! Finding entries by what a person types: width and case of letters and white space count for nothing, and pinyin
//! initials find Chinese names (`jsj` finds 计算机). A character that is read in several ways is found by each of them:
//! nobody is asked which reading a name takes (`cq` and `zq` find 重庆).
//!
//! A list of 45,000 entries is searched in three sequences that were joined once, so that a search allocates for what
//! it finds and for nothing else.

use pinyin::ToPinyinMulti;

use super::Entry;

/// Stands before and after every key; no key and no query has it.
const END: u8 = b'\n';

/// The keys of a list's entries.
#[derive(Debug)]
pub(super) struct Index {
    codes: Keys,
    names: Keys,
    initials: Initials,
    entries: usize,
}

/// One key an entry, in the entries' order, each between two [`END`]s.
#[derive(Debug)]
struct Keys {
    text: String,
    starts: Vec<u32>,
}

/// The initials of a list's entries, in the entries' order, each between two [`NONE`]s.
#[derive(Debug)]
struct Initials {
    letters: Vec<Sounds>,
    starts: Vec<u32>,
}

/// By which letters a character is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sounds {
    /// A bit for each letter that one of its readings begins with.
    all: u64,
    /// The bit of the usual reading.
    usual: u64,
}

/// The mask of what no letter or digit stands for: what lies between two keys, or a letter of another script.
const NONE: Sounds = Sounds { all: 0, usual: 0 };

/// How well an entry fits, best first.
const RANKS: usize = 8;
const EXACT: usize = 0;
const CODE: usize = 1;
const NAME: usize = 2;
const INITIALS: usize = 3;
/// The initials of a less usual reading.
const READING: usize = 4;
const IN_NAME: usize = 5;
const IN_INITIALS: usize = 6;
const IN_READING: usize = 7;

impl Index {
    pub(super) fn new(entries: &[Entry]) -> Self {
        Self {
            codes: Keys::new(entries, |entry, out| fold(&entry.code, out)),
            names: Keys::new(entries, |entry, out| fold(&entry.name, out)),
            initials: Initials::new(entries),
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
            // One letter stands somewhere in most of them.
            let least = if query.len() > 1 { IN_READING } else { READING };
            self.initials.each(&query, |at, rank| {
                if rank <= least {
                    ranks[rank].push(at);
                }
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

    /// Gives every entry whose key has `query` in it, in the entries' order, by where it stands first.
    fn each(&self, query: &str, mut found: impl FnMut(usize, Fit)) {
        let bytes = self.text.as_bytes();
        let mut single = query.chars();
        let matches: &mut dyn Iterator<Item = usize> = match (single.next(), single.next()) {
            // One character is looked for faster as a character than as a text.
            (Some(letter), None) => &mut self.text.match_indices(letter).map(|(start, _)| start),
            _ => &mut self.text.match_indices(query).map(|(start, _)| start),
        };
        // The entry whose key begins last before the match; matches ascend, and so does it.
        let mut next = 0;
        let mut told = usize::MAX;
        for start in matches {
            while self.starts.get(next).is_some_and(|from| *from as usize <= start) {
                next += 1;
            }
            let at = next.saturating_sub(1);
            if at == told {
                continue;
            }
            told = at;
            let left = bytes.get(start.wrapping_sub(1)) == Some(&END);
            let right = bytes.get(start + query.len()) == Some(&END);
            found(
                at,
                match (left, right) {
                    (true, true) => Fit::Whole,
                    (true, false) => Fit::Left,
                    _ => Fit::Inside,
                },
            );
        }
    }
}

impl Initials {
    fn new(entries: &[Entry]) -> Self {
        let mut keys = Self {
            letters: vec![NONE],
            starts: Vec::with_capacity(entries.len()),
        };
        for entry in entries {
            keys.starts.push(u32::try_from(keys.letters.len()).unwrap_or(u32::MAX));
            initials(&entry.name, &mut keys.letters);
            keys.letters.push(NONE);
        }
        keys
    }

    /// Gives every entry that has `query` in it, in the entries' order, with how well it fits.
    fn each(&self, query: &str, mut found: impl FnMut(usize, usize)) {
        let query: Vec<u64> = query.bytes().map(bit).collect();
        let ends = self.starts.iter().skip(1).copied();
        let ends = ends.chain([u32::try_from(self.letters.len()).unwrap_or(u32::MAX)]);
        for (at, (start, end)) in self.starts.iter().zip(ends).enumerate() {
            let name = &self.letters[*start as usize..(end as usize).saturating_sub(1)];
            if let Some(rank) = rank(name, &query) {
                found(at, rank);
            }
        }
    }
}

/// How well a name's initials fit where they have the query first.
fn rank(name: &[Sounds], query: &[u64]) -> Option<usize> {
    let at = name
        .windows(query.len().max(1))
        .position(|part| part.iter().zip(query).all(|(letter, wanted)| letter.all & wanted != 0))?;
    let is_usual = name[at..]
        .iter()
        .zip(query)
        .all(|(letter, wanted)| letter.usual == *wanted);
    Some(match (at, is_usual) {
        (0, true) => INITIALS,
        (0, false) => READING,
        (_, true) => IN_INITIALS,
        (_, false) => IN_READING,
    })
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
            None => {}
        }
        let (mut key, query) = (Vec::new(), self.query.bytes().map(bit).collect::<Vec<_>>());
        initials(name, &mut key);
        rank(&key, &query)
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

/// The first letters of each character's readings; letters and digits stand for themselves, signs are left out.
fn initials(name: &str, out: &mut Vec<Sounds>) {
    for letter in name.chars() {
        if let Some(readings) = letter.to_pinyin_multi() {
            let first = readings.into_iter().filter_map(|sound| sound.plain().bytes().next());
            let mut bits = first.map(bit);
            let usual = bits.next().unwrap_or(0);
            out.push(Sounds {
                all: bits.fold(usual, |all, other| all | other),
                usual,
            });
            continue;
        }
        let (mut plain, mut folded) = ([0; 4], String::new());
        fold(letter.encode_utf8(&mut plain), &mut folded);
        let letters = folded.chars().filter(|letter| letter.is_alphanumeric());
        let bits = letters.map(|letter| u8::try_from(letter).map_or(0, bit));
        out.extend(bits.map(|bit| Sounds { all: bit, usual: bit }));
    }
}

/// The bit of a small letter or a digit.
fn bit(letter: u8) -> u64 {
    match letter {
        b'a'..=b'z' => 1 << (letter - b'a'),
        b'0'..=b'9' => 1 << (26 + letter - b'0'),
        _ => 0,
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
    fn every_reading_of_a_character_finds_it() {
        let list = list(&[
            ("500000", "重庆市", ""),
            ("430100", "长沙市", ""),
            ("350200", "厦门市", ""),
            ("371722", "单县", ""),
            ("1", "重庆长江3D打印", ""),
        ]);
        for (typed, expected) in [
            ("cq", vec!["500000", "1"]),
            ("zqs", vec!["500000"]),
            ("cs", vec!["430100"]),
            ("zs", vec!["430100"]),
            ("xm", vec!["350200"]),
            ("sx", vec!["371722"]),
            ("dx", vec!["371722"]),
            ("cqcj3ddy", vec!["1"]),
            ("zqzj3", vec!["1"]),
            ("cqx", vec![]),
        ] {
            assert_eq!(found(&list, typed), expected, "{typed}");
            let rank = |name: &str| Typed::new(typed).rank(name);
            let named = list.entries().iter().filter(|entry| rank(&entry.name).is_some());
            assert_eq!(named.map(|entry| &*entry.code).collect::<Vec<_>>(), expected, "{typed}");
        }
    }

    #[test]
    fn the_usual_reading_comes_before_others() {
        let list = list(&[
            ("1", "重庆", ""),
            ("2", "产权", ""),
            ("3", "生产权", ""),
            ("4", "江北重庆", ""),
        ]);
        let usual = |typed: &str| found(&list, typed);
        assert_eq!(usual("cq"), ["2", "1", "3", "4"]);
        let rank = |typed: &str| Typed::new(typed).rank("重庆");
        assert!(rank("zq") < rank("cq") && rank("cq") < rank("q"), "{:?}", rank("cq"));
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
