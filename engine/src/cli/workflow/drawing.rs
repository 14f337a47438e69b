//! The workflow as a picture (SVG): the states below one another, what leads on at their right and what leads
//! back at their left.
//!
//! Every way has a lane of its own and its words stand where it leaves its state, so that nothing overlaps.

use std::fmt::Write as _;

use super::{comma, width, word};
use crate::definition::{Language, Region};

/// Pixels of one column of text; Chinese characters take two.
const COLUMN: f64 = 7.6;
/// Between two ways at one side of a box, and between two lanes.
const STEP: f64 = 26.0;
const LANE: f64 = 14.0;
/// Between boxes, and around the whole.
const GAP: f64 = 30.0;
/// The least height of a box.
const BOX: f64 = 52.0;

/// One way from a state to another.
struct Way {
    from: usize,
    to: usize,
    label: String,
}

/// One side of the column of boxes, with what runs there.
struct Side {
    ways: Vec<Way>,
    /// The widest words.
    words: f64,
    /// Where the boxes end, and in which direction the lanes lie.
    edge: f64,
    direction: f64,
}

/// A state as it is drawn.
struct Drawn {
    label: String,
    id: String,
    is_final: bool,
    top: f64,
    height: f64,
}

/// The whole picture.
pub(super) fn drawing(region: &Region, language: Language) -> String {
    let (on, back) = ways(region, language);
    let states = boxes(region, language, &on, &back);
    let label_width = |state: &Drawn| text_width(&state.label).max(text_width(&state.id)) + 32.0;
    let box_width = states.iter().map(label_width).fold(140.0, f64::max);
    let room = |ways: &[Way]| {
        let words = ways.iter().map(|way| text_width(&way.label)).fold(0.0, f64::max) + 16.0;
        (words, words + LANE * (ways.len() as f64 + 1.0))
    };
    let ((back_words, back_room), (on_words, on_room)) = (room(&back), room(&on));
    let left = GAP + back_room;
    let bottom = states.last().map_or(GAP, |state| state.top + state.height);
    let (wide, high) = (left + box_width + on_room + GAP, bottom + GAP);
    let title = escaped(region.title.get(language));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide:.0}\" height=\"{high:.0}\" \
         viewBox=\"0 0 {wide:.0} {high:.0}\" role=\"img\" font-family=\"sans-serif\" font-size=\"14\">\n\
         <title>{title}</title>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#444\"/></marker></defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    let sides = [
        Side {
            ways: on,
            words: on_words,
            edge: left + box_width,
            direction: 1.0,
        },
        Side {
            ways: back,
            words: back_words,
            edge: left,
            direction: -1.0,
        },
    ];
    for side in &sides {
        side.draw(&states, &mut svg);
    }
    for state in &states {
        state.draw(left, box_width, &mut svg);
    }
    if let Some(at) = region.workflow.states.get_index_of(&region.workflow.start) {
        let (x, y) = (left + box_width / 2.0, states[at].top);
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{:.1}\" r=\"5\" fill=\"#444\"/>\
             <path d=\"M{x:.1} {:.1}V{y:.1}\" stroke=\"#444\" marker-end=\"url(#tip)\"/>",
            y - GAP + 8.0,
            y - GAP + 12.0,
        );
    }
    svg + "</svg>\n"
}

/// Every way there is: those that lead on, or stay, and those that lead back.
fn ways(region: &Region, language: Language) -> (Vec<Way>, Vec<Way>) {
    let workflow = &region.workflow;
    let mut all = Vec::new();
    for action in workflow.actions.values() {
        let by: Vec<String> = action.by.iter().map(|by| word(by, region, language)).collect();
        for (from, target) in action
            .from
            .iter()
            .flat_map(|from| action.to.iter().map(move |to| (from, to)))
        {
            let when = target.when.as_ref().map(|when| format!(" [{}]", when.source()));
            let label = format!(
                "{} / {}{}",
                action.label.get(language),
                by.join(comma(language)),
                when.unwrap_or_default()
            );
            let place = |id| workflow.states.get_index_of(id);
            if let (Some(from), Some(to)) = (place(from), place(&target.to)) {
                all.push(Way { from, to, label });
            }
        }
    }
    all.into_iter().partition(|way| way.from <= way.to)
}

/// The boxes below one another, each high enough for what leaves and reaches it.
fn boxes(region: &Region, language: Language, on: &[Way], back: &[Way]) -> Vec<Drawn> {
    let mut top = GAP * 1.5;
    let place = |(at, state): (usize, &crate::definition::workflow::State)| {
        let most = ends(on, at).max(ends(back, at)) as f64;
        let drawn = Drawn {
            label: state.label.get(language).to_owned(),
            id: state.id.to_string(),
            is_final: state.is_final,
            top,
            height: BOX.max((most + 1.0) * STEP),
        };
        top += drawn.height + GAP;
        drawn
    };
    region.workflow.states.values().enumerate().map(place).collect()
}

/// How many ends of ways a box has at one side.
fn ends(ways: &[Way], at: usize) -> usize {
    let ends = ways.iter().flat_map(|way| [way.from, way.to]);
    ends.filter(|end| *end == at).count()
}

impl Side {
    fn draw(&self, states: &[Drawn], svg: &mut String) {
        let mut taken = vec![0usize; states.len()];
        let mut end = |at: usize| {
            taken[at] += 1;
            states[at].top + taken[at] as f64 * STEP
        };
        for (lane, way) in self.ways.iter().enumerate() {
            let (leaves, reaches) = (end(way.from), end(way.to));
            let x = self.edge + self.direction * (self.words + LANE * (lane as f64 + 1.0));
            let _ = writeln!(
                svg,
                "<path d=\"M{:.1} {leaves:.1}H{x:.1}V{reaches:.1}H{:.1}\" fill=\"none\" stroke=\"#444\" \
                 marker-end=\"url(#tip)\"/>",
                self.edge,
                self.edge + self.direction,
            );
            let (from, anchor) = match self.direction > 0.0 {
                true => (self.edge + 8.0, "start"),
                false => (self.edge - 8.0, "end"),
            };
            let _ = writeln!(
                svg,
                "<text x=\"{from:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" fill=\"#222\">{}</text>",
                leaves - 5.0,
                escaped(&way.label)
            );
        }
    }
}

impl Drawn {
    fn draw(&self, left: f64, wide: f64, svg: &mut String) {
        let (top, high) = (self.top, self.height);
        let mut frame = |inset: f64| {
            let _ = writeln!(
                svg,
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"8\" fill=\"#f2f5fa\" \
                 stroke=\"#1f4e8c\"/>",
                left + inset,
                top + inset,
                wide - 2.0 * inset,
                high - 2.0 * inset,
            );
        };
        frame(0.0);
        if self.is_final {
            frame(4.0);
        }
        let (x, middle) = (left + wide / 2.0, top + high / 2.0);
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#111\">{}</text>\n\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555\" font-size=\"12\">{}</text>",
            middle - 2.0,
            escaped(&self.label),
            middle + 16.0,
            escaped(&self.id),
        );
    }
}

fn text_width(text: &str) -> f64 {
    width(text) as f64 * COLUMN
}

/// A text as it stands in XML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}
