//! The kinds of definition file, each with its shape.

use super::Shape;
use crate::definition::load::{FORM, MENU, REGION, SAMPLE, WORKFLOW};

/// A kind of definition file.
#[derive(Debug)]
pub struct FileKind {
    /// Its name in `dengji schema --config NAME`.
    pub name: &'static str,
    /// What it is, in Chinese and English.
    pub what: (&'static str, &'static str),
    /// Which files are of the kind, as patterns below the folder of all definitions.
    pub files: &'static [&'static str],
    /// The shape of a whole file.
    pub shape: Shape,
    /// Whether such files may be laid over others, and when one stands alone.
    pub layers: Option<Layers>,
}

/// When a file that may be laid over others (LANGUAGE L2) has to be complete by itself.
#[derive(Debug)]
pub struct Layers {
    /// A file without all of these is only a part.
    pub declares: &'static [&'static str],
    /// A file with one of these gets the rest from elsewhere, or need not be whole.
    pub inherits: &'static [&'static str],
}

/// Every kind.
pub static KINDS: [FileKind; 6] = [
    FileKind {
        name: "region",
        what: ("地区", "region"),
        files: &["*/region.yaml"],
        shape: Shape::Map(&REGION),
        layers: Some(Layers {
            declares: &[],
            inherits: &["extends", "abstract"],
        }),
    },
    FileKind {
        name: "workflow",
        what: ("流程", "workflow"),
        files: &["*/workflow.yaml"],
        shape: Shape::Map(&WORKFLOW),
        layers: Some(Layers {
            declares: &["start"],
            inherits: &["extends"],
        }),
    },
    FileKind {
        name: "form",
        what: (
            "登记表、账号表、登记册的表",
            "form, of a category, an account or a register",
        ),
        files: &["*/*.form.yaml", "*/accounts/*.form.yaml", "*/registers/*.form.yaml"],
        shape: Shape::Map(&FORM),
        layers: Some(Layers {
            declares: &["form"],
            inherits: &["extends", "schema"],
        }),
    },
    FileKind {
        name: "sample",
        what: ("样例", "sample"),
        files: &["*/samples/*.yaml"],
        shape: Shape::Map(&SAMPLE),
        layers: None,
    },
    FileKind {
        name: "menu",
        what: ("菜单", "menu"),
        files: &["*/texts/menu.yaml"],
        shape: Shape::List(&Shape::Map(&MENU)),
        layers: None,
    },
    FileKind {
        name: "words",
        what: ("用语", "the office's own words"),
        files: &["*/texts/words.yaml"],
        shape: Shape::Each(super::Ids::Free, &Shape::Text),
        layers: None,
    },
];

impl FileKind {
    /// The kind called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// The kind of the files that end in `suffix`, as `extends` names them.
    pub(in crate::definition) fn of_suffix(suffix: &str) -> Option<&'static Self> {
        let ends = |kind: &Self| kind.files.iter().any(|files| files.ends_with(suffix));
        KINDS.iter().find(|kind| kind.layers.is_some() && ends(kind))
    }

    /// The kind of a file, by its path below the folder of all definitions; none where no kind's.
    pub fn of(path: &std::path::Path) -> Option<&'static Self> {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        let fits = |pattern: &str| {
            let wanted: Vec<&str> = pattern.split('/').collect();
            wanted.len() == parts.len()
                && wanted
                    .iter()
                    .zip(&parts)
                    .all(|(wanted, part)| match wanted.strip_prefix('*') {
                        Some(ending) => part.ends_with(ending),
                        None => part == wanted,
                    })
        };
        KINDS.iter().find(|kind| kind.files.iter().any(|files| fits(files)))
    }
}
