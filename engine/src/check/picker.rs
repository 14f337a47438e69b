//! Searching what may be picked in one place: by what is typed, branch by branch, and by an exact name. Every
//! candidate that is given passed the same judgement that a check passes on the answer.

use std::collections::HashSet;

use super::posted::{Near, Reason, Refused};
use super::{Context, Evaluated, Lookups, Path, limits};
use crate::definition::code_list::{Entry, Typed};
use crate::definition::expression::{Value, value_of};
use crate::definition::form::{Choice, Lookup};
use crate::definition::{CodeList, FieldType, Language};

/// One question that is answered by picking, in its place.
pub struct Picker<'e> {
    evaluated: &'e Evaluated,
    lookups: &'e dyn Lookups,
    source: Source<'e>,
    extra: Vec<Value>,
    language: Language,
}

#[derive(Clone, Copy)]
enum Source<'e> {
    Codes(&'e Choice),
    Records(&'e Lookup),
}

/// Something to pick, or a branch to look into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// What is stored.
    pub value: String,
    /// What stands in the input once it is picked; typed, it is read as this entry.
    pub text: String,
    /// The names above it, joined by ` / `.
    pub above: String,
    /// Whether it may be picked.
    pub picks: bool,
    /// Whether something lies below it.
    pub opens: bool,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The best first.
    pub offered: Vec<Offered>,
    /// Whether there was more than is shown.
    pub more: bool,
    /// The branch that is looked into and those above it, outermost first: code and name.
    pub way: Vec<(String, String)>,
}

impl Evaluated {
    /// The picker of the question at `path`; none where nothing is picked there, or where it is not asked now.
    pub fn picker<'e>(&'e self, path: &Path, context: &Context<'e>) -> Option<Picker<'e>> {
        let page = self.form().pages.get(self.form().page_of.get(path.root())?)?;
        let field = path.question(&page.fields)?;
        let source = match &field.kind {
            FieldType::Choice(choice)
            | FieldType::Choices(choice)
            | FieldType::Tree(choice)
            | FieldType::Trees(choice) => Source::Codes(choice),
            FieldType::List(item) => match &**item {
                FieldType::Tree(choice) | FieldType::Trees(choice) => Source::Codes(choice),
                _ => return None,
            },
            FieldType::Lookup(lookup) => Source::Records(lookup),
            _ => return None,
        };
        let asked = self.page_shown(&page.id) && self.at(path).is_none_or(|state| state.shown);
        asked.then(|| Picker {
            evaluated: self,
            lookups: context.lookups,
            source,
            extra: self.records(path),
            language: Language::Chinese,
        })
    }
}

impl Picker<'_> {
    /// The same, with codes as they read in `language` where somebody has said it.
    pub fn in_language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// What `typed` finds, from the left first, then anywhere; at most [`limits::CANDIDATES`].
    pub fn search(&self, typed: &str) -> Found {
        match self.source {
            Source::Codes(choice) => {
                let shown = |entry: &Entry| self.takes(choice, entry) || self.opens(choice, entry);
                // Code and name together are what an input shows of an entry.
                let typed = choice.list.read(typed).map_or(typed, |entry| &entry.code);
                let read = choice.list.in_language(self.language);
                let mut found = read.search(typed, limits::CANDIDATES + 1, self.bounded(shown));
                if found.is_empty() {
                    found = choice.list.search(typed, limits::CANDIDATES + 1, self.bounded(shown));
                }
                self.offered(choice, found)
            }
            Source::Records(lookup) => self.records(lookup, &Typed::new(typed)),
        }
    }

    /// What lies right below the branch `code`, or at the top where it is empty or unknown. Where a `where` narrows
    /// the list, everything that fits stands at the top.
    pub fn level(&self, code: &str) -> Found {
        let Source::Codes(choice) = self.source else {
            return self.search("");
        };
        let entries = choice.list.entries();
        if choice.filter.is_some() || !choice.list.is_tree() {
            let found = choice.list.search(
                "",
                limits::CANDIDATES + 1,
                self.bounded(|entry| self.takes(choice, entry)),
            );
            return self.offered(choice, found);
        }
        let branch = choice.list.get(code);
        let shown = |at: &usize| self.takes(choice, &entries[*at]) || self.opens(choice, &entries[*at]);
        let level: Vec<usize> = match branch {
            Some(branch) => branch
                .children
                .iter()
                .copied()
                .filter(shown)
                .take(limits::CANDIDATES + 1)
                .collect(),
            None => {
                let roots = (0..entries.len()).filter(|at| entries[*at].parent.is_none());
                roots.filter(shown).take(limits::CANDIDATES + 1).collect()
            }
        };
        let mut found = self.offered(choice, level);
        found.way = way(&choice.list.in_language(self.language), branch);
        found
    }

    /// The value that a typed text means, or what may have been meant.
    pub fn resolve(&self, typed: &str) -> Result<String, (Reason, Vec<Near>)> {
        let fits: Vec<String> = match self.source {
            Source::Codes(choice) => {
                let named = choice.list.named(typed);
                let entries = named.into_iter().map(|at| &choice.list.entries()[at]);
                let fitting = entries.filter(|entry| self.takes(choice, entry));
                fitting.map(|entry| entry.code.to_string()).collect()
            }
            Source::Records(lookup) => {
                let name = Typed::new(typed);
                let names = self.lookups.names(&lookup.from);
                let named = names.filter(|(id, known)| name.is(known) || *typed == with_id(known, id));
                let fitting = named.filter(|(id, _)| self.fits(lookup, id));
                fitting.map(|(id, _)| id.into_owned()).take(2).collect()
            }
        };
        if let [one] = fits.as_slice() {
            return Ok(one.clone());
        }
        let reason = match (fits.is_empty(), self.source) {
            (false, _) => Reason::SeveralChoices,
            (true, Source::Codes(_)) => Reason::UnknownChoice,
            (true, Source::Records(_)) => Reason::NotListed,
        };
        Err((reason, self.near(typed, limits::NEAR_NAMED)))
    }

    /// What `typed` finds, to be chosen from at the field itself: the answer to 选择 where there is no other page.
    pub fn offer(&self, path: &Path, typed: &str) -> Refused {
        Refused {
            path: path.to_string(),
            raw: typed.to_owned(),
            reason: Reason::Choose,
            near: self.near(typed, limits::OFFERED),
        }
    }

    fn near(&self, typed: &str, most: usize) -> Vec<Near> {
        let near = self.search(typed).offered.into_iter().filter(|offered| offered.picks);
        let near = near.take(most).map(|offered| Near {
            label: match offered.above.is_empty() {
                true => offered.text,
                false => format!("{}（{}）", offered.text, offered.above),
            },
            value: offered.value,
        });
        near.collect()
    }

    /// Whether this very value may be picked.
    pub fn has(&self, value: &str) -> bool {
        match self.source {
            Source::Codes(choice) => choice.list.get(value).is_some_and(|entry| self.takes(choice, entry)),
            Source::Records(lookup) => {
                let record = self.lookups.get(&lookup.from, value);
                record.is_some_and(|record| record.get("active") != Some(&false.into())) && self.fits(lookup, value)
            }
        }
    }

    /// Whether there are branches to look into.
    pub fn is_tree(&self) -> bool {
        matches!(self.source, Source::Codes(choice) if choice.list.is_tree() && choice.filter.is_none())
    }

    /// A test that says no once it has been asked too often.
    fn bounded(&self, test: impl Fn(&Entry) -> bool) -> impl FnMut(&Entry) -> bool {
        let mut left = limits::FILTERED;
        move |entry| {
            left = left.saturating_sub(1);
            left > 0 && test(entry)
        }
    }

    fn takes(&self, choice: &Choice, entry: &Entry) -> bool {
        choice.takes(entry)
            && entry.term.misses(self.evaluated.filed_on()).is_none()
            && self
                .evaluated
                .code_fits(choice, &entry.code, &self.extra)
                .unwrap_or(false)
    }

    /// A branch can be looked into where every branch is shown.
    fn opens(&self, choice: &Choice, entry: &Entry) -> bool {
        choice.filter.is_none() && !entry.children.is_empty()
    }

    fn offered(&self, choice: &Choice, mut positions: Vec<usize>) -> Found {
        let more = positions.len() > limits::CANDIDATES;
        positions.truncate(limits::CANDIDATES);
        let list = choice.list.in_language(self.language);
        let entries = list.entries();
        let offer = |at: usize| Offered {
            value: entries[at].code.to_string(),
            text: list.shown(&entries[at].code),
            above: entries[at]
                .parent
                .map(|above| list.path(&entries[above].code))
                .unwrap_or_default(),
            picks: self.takes(choice, &entries[at]),
            opens: self.opens(choice, &entries[at]),
        };
        Found {
            offered: positions.into_iter().map(offer).collect(),
            more,
            way: Vec::new(),
        }
    }

    fn records(&self, lookup: &Lookup, typed: &Typed) -> Found {
        let names = self.lookups.names(&lookup.from);
        let ranked = names
            .enumerate()
            .filter_map(|(at, (id, name))| Some((typed.rank(&name)?, at, id, name)));
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort_unstable_by_key(|(rank, at, ..)| (*rank, *at));
        let fitting = ranked
            .into_iter()
            .take(limits::FILTERED)
            .filter(|(_, _, id, _)| self.fits(lookup, id));
        let mut fitting: Vec<_> = fitting
            .take(limits::CANDIDATES + 1)
            .map(|(_, _, id, name)| (id, name))
            .collect();
        let more = fitting.len() > limits::CANDIDATES;
        fitting.truncate(limits::CANDIDATES);
        let mut seen = HashSet::new();
        let twice: HashSet<String> = fitting
            .iter()
            .filter(|(_, name)| !seen.insert(name))
            .map(|(_, name)| name.to_string())
            .collect();
        let offer = |(id, name): &(std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| Offered {
            value: id.to_string(),
            text: if twice.contains(&**name) {
                with_id(name, id)
            } else {
                name.to_string()
            },
            above: String::new(),
            picks: true,
            opens: false,
        };
        Found {
            offered: fitting.iter().map(offer).collect(),
            more,
            way: Vec::new(),
        }
    }

    fn fits(&self, lookup: &Lookup, id: &str) -> bool {
        if lookup.filter.is_none() {
            return true;
        }
        let record = self.lookups.get(&lookup.from, id);
        let record = record.map(|record| value_of(&record, &lookup.record));
        record.is_some_and(|record| self.evaluated.record_fits(lookup, record, &self.extra).unwrap_or(false))
    }
}

/// A name that several records have, told apart.
fn with_id(name: &str, id: &str) -> String {
    format!("{name}（{id}）")
}

fn way(list: &CodeList, branch: Option<&Entry>) -> Vec<(String, String)> {
    let up = |entry: &&Entry| entry.parent.map(|above| &list.entries()[above]);
    let here = branch.and_then(|branch| list.get(&branch.code));
    let mut way: Vec<_> = std::iter::successors(here, up)
        .map(|entry| (entry.code.to_string(), entry.name.to_string()))
        .collect();
    way.reverse();
    way
}
