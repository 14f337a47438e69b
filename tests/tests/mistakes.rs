//! Mistakes as people make them, each alone in a copy of a shipped region: each is told once, at its
//! place, by its rule, with the way to mend it, and nothing else is told.
//!
//! `⟦` in what is written shows where the problem must point; it is not written into the file. A row
//! with a base's file is loaded with every region, a row with a region's file with that region.
#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

#[path = "mistakes/rows.rs"]
mod rows;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::thread;

use dengji::definition::Language;
use dengji::definition::load::{load, samples};
use dengji::definition::problem::Problem;
use dengji_tests::Copied;

use rows::{MISTAKES, Mistake};

const MARK: char = '⟦';

/// Which way an author went wrong: every one of these has a mistake of its own.
const CLASSES: [&str; 31] = [
    "unknown key",
    "wrong type",
    "duplicate id",
    "unknown field",
    "unknown page",
    "unknown code list",
    "unknown role",
    "unknown state",
    "unknown document",
    "unknown plugin",
    "unknown text",
    "expression syntax",
    "expression type",
    "visibility cycle",
    "computation cycle",
    "self-reference",
    "never shown",
    "constant rule",
    "contradiction",
    "code list",
    "unreachable page",
    "unreachable state",
    "no way out",
    "nobody acts",
    "idle role",
    "due without calendar",
    "numbering",
    "document field",
    "sample",
    "translation",
    "file",
];

/// The problems of the region that owns `file`, or of all where a base does.
fn problems(copy: &Copied, file: &str) -> Vec<Problem> {
    let folders = copy.folders();
    let region = file.split('/').next().filter(|region| *region != "national");
    let loaded = load(&folders, region).unwrap();
    let mut problems = loaded.problems;
    for region in loaded.regions.values() {
        problems.extend(samples(&folders, region).1);
    }
    problems
}

/// What a mistake was told as, in one line: severity, rule and place.
fn told(problem: &Problem) -> String {
    let place = &problem.place;
    let severity = problem.severity;
    format!(
        "{severity:?} {} {}:{}:{} {}",
        problem.rule,
        place.file.display(),
        place.line,
        place.column,
        problem.message.get(Language::English)
    )
}

/// Writes the mistake into its file, and gives the text that was there and the place to be told.
fn seed(copy: &Copied, mistake: &Mistake) -> (String, (usize, usize)) {
    let path = copy.file(&format!("forms/{}", mistake.file));
    let before = fs::read_to_string(&path).unwrap();
    let found = before.matches(mistake.from).count();
    assert_eq!(found, 1, "{} has `{}` {found} times", mistake.file, mistake.from);
    let marked = before.replace(mistake.from, mistake.to);
    fs::write(&path, marked.replace(MARK, "")).unwrap();
    let marked = match mistake.elsewhere {
        None => marked,
        Some((file, text)) => {
            let there = fs::read_to_string(copy.file(&format!("forms/{file}"))).unwrap();
            let plain = text.replace(MARK, "");
            assert_eq!(there.matches(&plain).count(), 1, "{file} has `{plain}` once");
            there.replace(&plain, text)
        }
    };
    let at = marked.find(MARK).expect("the row marks the place");
    let column = marked[..at].rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (before, (marked[..at].matches('\n').count() + 1, column))
}

/// What is wrong with what was told of the mistake; empty where all is well.
fn differs(mistake: &Mistake, problems: &[Problem], (line, column): (usize, usize)) -> String {
    let file = mistake.elsewhere.map_or(mistake.file, |(file, _)| file);
    let fits = |problem: &Problem| {
        let place = &problem.place;
        let help = problem.help.as_ref().unwrap_or(&problem.message);
        problem.rule == mistake.rule
            && place.file.to_str() == Some(file)
            && (place.line, place.column) == (line, column)
            && help.get(Language::English).contains(mistake.says)
            && help.has_english()
    };
    if matches!(problems, [only] if fits(only)) {
        return String::new();
    }
    let mut wrong = format!(
        "{}: expected {} {file}:{line}:{column} saying `{}`; told\n",
        mistake.class, mistake.rule, mistake.says
    );
    for problem in problems {
        let help = problem.help.as_ref().map(|help| help.get(Language::English));
        let _ = writeln!(wrong, "    {}\n      {}", told(problem), help.unwrap_or("-"));
    }
    wrong
}

#[test]
fn the_shipped_regions_have_no_problem() {
    let copy = Copied::of(&["gansu", "guangxi"]);
    assert_eq!(problems(&copy, "national/region.yaml"), []);
}

#[test]
fn each_mistake_is_told_once_at_its_place_and_nothing_else_is() {
    let wrong: String = thread::scope(|scope| {
        let share = MISTAKES.len().div_ceil(SHARES);
        let shares: Vec<_> = MISTAKES
            .chunks(share)
            .map(|share| scope.spawn(|| one_after_another(share)))
            .collect();
        shares.into_iter().map(|share| share.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{wrong}");
}

/// How many copies are worked on at once.
const SHARES: usize = 4;

/// Each mistake in one copy, mended before the next; what is wrong with what was told.
fn one_after_another(mistakes: &[Mistake]) -> String {
    let copy = Copied::of(&["gansu", "guangxi"]);
    let mut wrong = String::new();
    for mistake in mistakes {
        let (before, place) = seed(&copy, mistake);
        wrong += &differs(mistake, &problems(&copy, mistake.file), place);
        fs::write(copy.file(&format!("forms/{}", mistake.file)), before).unwrap();
    }
    wrong
}

#[test]
fn there_are_forty_of_every_class() {
    let different: BTreeSet<_> = MISTAKES.iter().map(|mistake| (mistake.file, mistake.to)).collect();
    assert!(different.len() >= 40, "only {} mistakes", different.len());
    let had: BTreeSet<_> = MISTAKES.iter().map(|mistake| mistake.class).collect();
    assert_eq!(had, CLASSES.into_iter().collect());
}
