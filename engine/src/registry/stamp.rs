//! What the fields of a page were when it was shown: a short mark of each, behind the page's revision. Where the page was
//! saved elsewhere meanwhile, the marks tell what the person has not touched. They are keyed by application and page and
//! too short to tell anything of an answer.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value as Json;

use super::{Case, Registry};
use crate::check::Answers;
use crate::definition::{Id, Page};

/// Hexadecimal digits of a mark: one in sixteen million answers that differ is taken for the same.
const DIGITS: usize = 6;

impl Registry {
    /// The revision of a page as it stands, and the marks of its fields: `3.0a1b2c…`.
    pub fn stamp(&self, case: &Case, page: &Page) -> String {
        let now = case.page_now(page);
        let stamp = now.stamp.get_or_init(|| {
            let marks = self.marks(case, page, case.answers());
            format!("{}.{}", case.page_revision(&page.id), marks.concat())
        });
        stamp.clone()
    }

    /// The fields of a page that `given` leaves as they were when the page was stamped so.
    pub fn untouched<'p>(&self, case: &Case, page: &'p Page, stamp: &str, given: &Answers) -> HashSet<&'p Id> {
        let was = stamp.split_once('.').map_or("", |(_, marks)| marks).as_bytes();
        if was.len() != page.fields.len() * DIGITS {
            return HashSet::new();
        }
        let now = self.marks(case, page, given);
        let pairs = page.fields.keys().zip(was.chunks(DIGITS)).zip(now);
        let same = pairs.filter(|((_, was), now)| *was == now.as_bytes());
        same.map(|((id, _), _)| id).collect()
    }

    fn marks(&self, case: &Case, page: &Page, answers: &Answers) -> Vec<String> {
        let application = case.application();
        let context = format!("{}/{}/stamp", application.region, application.id);
        let key = self.inner.sealer.fingerprint(&context, &page.id);
        let mark = |id: &Id| {
            let mut hasher = DefaultHasher::new();
            key.hash(&mut hasher);
            feed(answers.get(&**id).unwrap_or(&Json::Null), &mut hasher);
            format!("{:0DIGITS$x}", hasher.finish() & ((1 << (4 * DIGITS)) - 1))
        };
        page.fields.keys().map(mark).collect()
    }
}

/// An answer as it counts: no list and no text is no answer, and the order of a row's cells says nothing.
fn feed(answer: &Json, hasher: &mut DefaultHasher) {
    match answer {
        Json::Null => 0_u8.hash(hasher),
        Json::String(text) if text.is_empty() => 0_u8.hash(hasher),
        Json::Array(items) if items.is_empty() => 0_u8.hash(hasher),
        Json::Array(items) => {
            (1_u8, items.len()).hash(hasher);
            items.iter().for_each(|item| feed(item, hasher));
        }
        Json::Object(cells) => {
            let mut cells: Vec<_> = cells.iter().filter(|(_, cell)| !cell.is_null()).collect();
            cells.sort_unstable_by_key(|(id, _)| *id);
            (2_u8, cells.len()).hash(hasher);
            for (id, cell) in cells {
                id.hash(hasher);
                feed(cell, hasher);
            }
        }
        other => (3_u8, other.to_string()).hash(hasher),
    }
}
