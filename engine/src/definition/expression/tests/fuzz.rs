//! Nothing that an author writes may panic, and every mistake stands inside the source.

use super::super::super::Text;
use super::super::{Frame, Message, compile};
use super::{scope, slots};

const SOURCES: &[&str] = &[
    "people.exists(p, p.id_no == name && p.papers.all(x, x.pages > 0)) || !filled(report)",
    "status in [\"1\", '3'] ? amount * 1.5e2 : sum(people.map(p, p.share))",
    "deadline(period_end, workdays(5)) >= date(\"2021-01-01\") and （今天 ≥ 明天）",
    "name.matches(r'^\\d+$') && size('成果' + \"\\u4e00\") % 2 == -1 // 说明",
];

/// What is put at some place of a source.
const PIECES: &[&str] = &[
    "(", ")", "\"", "'", "“", "，", "=", ".", "[", "}", "{", "-", "!", "?", "1", "in", "\\", "成", "\0", "🙂", "`",
];

fn survives(source: &str) {
    let scope = scope();
    match compile(source, &scope, None) {
        Ok(expression) => {
            let slots = slots(&serde_json::json!({}));
            let _ = expression.eval(&Frame {
                base: &slots,
                extra: &[],
            });
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty(), "{source}");
            for found in mistakes {
                assert!(source.get(found.start..found.end).is_some(), "{source}: {found:?}");
            }
        }
    }
}

#[test]
fn truncations_and_mutations() {
    // A small generator, so that a failure comes again.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    for source in SOURCES {
        let ends: Vec<usize> = source.char_indices().map(|(at, _)| at).collect();
        for _ in 0..60 {
            survives(&source[..ends[next(ends.len())]]);
            survives(&source[ends[next(ends.len())]..]);
            let (from, to) = (ends[next(ends.len())], ends[next(ends.len())]);
            survives(&format!(
                "{}{}{}",
                &source[..from],
                PIECES[next(PIECES.len())],
                &source[to..]
            ));
            let _ = Message::compile(
                &Text::chinese(format!("说 {{{}}} {}", &source[..from], &source[to..])),
                &scope(),
            );
        }
    }
}
