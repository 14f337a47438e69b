//! Which letters there are, and what the text of each may read.

/// A kind of letter.
#[derive(Debug)]
pub struct Kind {
    /// Its name: the file's without language.
    pub name: &'static str,
    /// It goes to a phone, as one line without a subject.
    pub phone: bool,
    /// What its text may read besides [`COMMON`].
    has: &'static [&'static str],
}

/// What every text may read: the region's name, its system's, the authority, the support's telephone, the address of
/// the entrance, and the reader's name where it is known.
const COMMON: [&str; 6] = ["region", "system", "authority", "phone", "home", "name"];

/// What the news of an application may read; each may be empty.
const NEWS: &[&str] = &["title", "state", "action", "action_id", "number", "opinion", "link"];

const fn mail(name: &'static str, has: &'static [&'static str]) -> Kind {
    Kind {
        name,
        phone: false,
        has,
    }
}

/// Every kind.
pub const KINDS: &[Kind] = &[
    mail("activation", &["link", "valid_until"]),
    mail("already-registered", &["link"]),
    mail("invited", &["link", "valid_until", "unit", "role", "inviter"]),
    mail("verify-email", &["link", "valid_until"]),
    mail("email-changed", &["at"]),
    mail("reset", &["link", "valid_until"]),
    mail("password-changed", &["at"]),
    mail("account-approved", &["link"]),
    mail("account-refused", &["reason"]),
    mail("unit-approved", &["unit"]),
    mail("unit-refused", &["unit", "reason"]),
    mail("waiting", NEWS),
    mail("returned", NEWS),
    mail("approved", NEWS),
    mail("refused", NEWS),
    mail("issued", NEWS),
    mail("moved", NEWS),
    mail(
        "reminder",
        &[
            "title",
            "state",
            "action",
            "action_id",
            "number",
            "opinion",
            "link",
            "due_on",
        ],
    ),
    Kind {
        name: "phone-code",
        phone: true,
        has: &["code", "valid_until"],
    },
];

impl Kind {
    /// What a region's text for one of its actions may read.
    pub(super) const NEWS: &'static Self = &mail("news", NEWS);

    /// The kind of this name.
    pub fn of(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// Whether it tells of an application.
    pub fn is_news(&self) -> bool {
        self.has.contains(&"action_id")
    }

    /// Everything its text may read.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        COMMON.into_iter().chain(self.has.iter().copied())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    pub(super) fn nearest(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.names())
    }
}

/// The known name that comes nearest.
pub(super) fn nearest(name: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    known
        .map(|known| (strsim::osa_distance(known, name), known))
        .filter(|(distance, _)| *distance <= 3)
        .min()
        .map(|(_, known)| known)
}
