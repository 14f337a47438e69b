//! The frame around pages: rendered once for all pages that it looks alike on, and only its holes are filled anew.
//!
//! The holes are blocks of the layout: a page's own (`title`, `main`) and those of the layout that tell of the single
//! request (`links`, `crumbs`). A layout or a page that a region has built otherwise is rendered whole.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::Environment;
use minijinja::value::{Object, Serde, Value};
use quick_cache::sync::Cache;

use super::error::ThemeError;
use super::split;
use super::view::{Frame, Shell};

/// The holes in the order of the layout: the blocks of a page and of the layout.
const HOLES: [&str; 4] = ["title", "links", "crumbs", "main"];
const OF_PAGE: [&str; 2] = ["title", "main"];
const OF_LAYOUT: [&str; 2] = ["links", "crumbs"];
/// The layout's file.
const LAYOUT: &str = "layout.html";
/// The template that leaves the holes open.
const OPEN: &str = "layout.html#open";
/// What the mark of a hole begins with: no text that somebody typed can be it, because text is escaped.
const MARK: &str = "<hole ";
/// Frames that are remembered.
const FRAMES: usize = 2000;

/// The frames of a theme.
#[derive(Debug)]
pub(super) struct Frames {
    /// The pages that can be taken out of their frame.
    pages: HashSet<String>,
    /// None for a layout whose holes stand otherwise.
    known: Cache<Frame, Option<Arc<Around>>>,
}

/// A frame around its holes.
#[derive(Debug)]
pub(super) struct Around([String; HOLES.len() + 1]);

/// The templates that frames are made of, by the names they have for it.
pub(super) fn parts(templates: &IndexMap<String, String>) -> Vec<(String, String)> {
    let Some(of_layout) = templates
        .get(LAYOUT)
        .and_then(|source| split::layout(source, OF_LAYOUT))
    else {
        return Vec::new();
    };
    let holes = HOLES.map(|hole| format!("{{% block {hole} %}}{}{{% endblock %}}", mark(hole)));
    let mut parts = vec![(
        OPEN.to_owned(),
        format!("{{% extends \"{LAYOUT}\" %}}{}", holes.concat()),
    )];
    let named = |file: &str, block: &str| format!("{file}#{block}");
    parts.extend(OF_LAYOUT.map(|block| named(LAYOUT, block)).into_iter().zip(of_layout));
    for (file, source) in templates {
        if let Some(blocks) = split::page(source, OF_PAGE) {
            parts.extend(OF_PAGE.map(|block| named(file, block)).into_iter().zip(blocks));
        }
    }
    parts
}

impl Frames {
    /// None rendered yet.
    pub(super) fn new(templates: &IndexMap<String, String>) -> Self {
        let parts = parts(templates);
        let pages = parts.iter().filter_map(|(name, _)| name.strip_suffix("#main"));
        Self {
            pages: pages.map(str::to_owned).collect(),
            known: Cache::new(FRAMES),
        }
    }

    /// Whether pages are put into this frame.
    #[cfg(test)]
    pub(super) fn has(&self, frame: &Frame) -> bool {
        self.known.get(frame).flatten().is_some()
    }

    /// The frame of this shell around a page; none where the page is to be rendered whole.
    pub(super) fn around(
        &self,
        environment: &Environment<'_>,
        shell: &Shell,
        page: &str,
    ) -> Result<Option<Arc<Around>>, ThemeError> {
        if shell.watch.is_some() || !self.pages.contains(page) {
            return Ok(None);
        }
        if let Some(known) = self.known.get(&shell.frame) {
            return Ok(known);
        }
        let alike = Value::from_object(Read {
            shell: shell.clone(),
            alike: true,
        });
        let shown = environment
            .get_template(OPEN)?
            .render(minijinja::context! { shell => alike });
        // A layout that asks for more than looks alike is rendered whole, and what is wrong with it is told there.
        let frame = shown.ok().and_then(|shown| Around::of(&shown)).map(Arc::new);
        self.known.insert(shell.frame.clone(), frame.clone());
        Ok(frame)
    }
}

fn mark(hole: &str) -> String {
    format!("{MARK}{hole}>")
}

impl Around {
    /// What stands around the holes, each of them there once and in its order; none where it is otherwise.
    fn of(shown: &str) -> Option<Self> {
        let mut pieces: [String; HOLES.len() + 1] = Default::default();
        let mut rest = shown;
        for (piece, hole) in pieces.iter_mut().zip(HOLES) {
            let (before, behind) = rest.split_once(&mark(hole))?;
            (*piece, rest) = (before.to_owned(), behind);
        }
        pieces[HOLES.len()] = rest.to_owned();
        let whole = pieces.iter().all(|piece| !piece.contains(MARK));
        whole.then_some(Self(pieces))
    }

    /// The whole page.
    pub(super) fn filled(&self, environment: &Environment<'_>, page: &str, data: &Value) -> Result<String, ThemeError> {
        let Self([first, rest @ ..]) = self;
        let mut filled = first.clone();
        for (hole, behind) in HOLES.iter().zip(rest) {
            let file = if OF_LAYOUT.contains(hole) { LAYOUT } else { page };
            let block = environment.get_template(&format!("{file}#{hole}"))?;
            filled.push_str(&block.render(data)?);
            filled.push_str(behind);
        }
        Ok(filled)
    }
}

/// The shell as templates read it. What no template asks for is not made into a value.
pub(super) fn value(shell: &Shell) -> Value {
    Value::from_object(Read {
        shell: shell.clone(),
        alike: false,
    })
}

#[derive(Debug)]
struct Read {
    shell: Shell,
    /// What a single request alone has is not there.
    alike: bool,
}

impl Object for Read {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let Self { shell, alike } = &**self;
        if *alike && ["breadcrumb", "languages", "text_size", "notice", "watch"].contains(&key) {
            // The layout asks whether files are watched; they are not.
            return (key == "watch").then(|| Value::from(()));
        }
        let frame = &shell.frame;
        Some(match key {
            "language" => Value::from(Serde(&frame.language)),
            "region" => Value::from(Serde(&frame.region)),
            "user" => Value::from(Serde(&frame.user)),
            "menu" => Value::from(Serde(&frame.menu)),
            "reminders" => Value::from(frame.reminders),
            "large_text" => Value::from(frame.large_text),
            "version" => Value::from(&*frame.version),
            "demo" => Value::from(frame.demo),
            "breadcrumb" => Value::from(Serde(&shell.breadcrumb)),
            "languages" => Value::from(Serde(&shell.languages)),
            "text_size" => Value::from(&*shell.text_size),
            "notice" => Value::from(Serde(&shell.notice)),
            "watch" => Value::from(Serde(&shell.watch)),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_that_stand_otherwise_leave_the_page_whole() {
        let [title, links, crumbs, main] = HOLES.map(mark);
        for (shown, pieces) in [
            (
                format!("a{title}b{links}c{crumbs}d{main}e"),
                Some(["a", "b", "c", "d", "e"]),
            ),
            (format!("{title}{links}{crumbs}{main}"), Some(["", "", "", "", ""])),
            (format!("a{links}b{title}c{crumbs}d{main}e"), None),
            (format!("a{title}b{links}c{main}d"), None),
            (format!("a{title}b{title}c{links}{crumbs}{main}"), None),
        ] {
            let found = Around::of(&shown).map(|Around(found)| found);
            assert_eq!(found, pieces.map(|pieces| pieces.map(str::to_owned)), "{shown}");
        }
    }
}
