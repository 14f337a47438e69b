//! Who may ask for an address: declared with every route, and held at the gate as far as it can be before a record
//! is read. Who may see or change a single record is decided by its handler, through [`crate::registry`].

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::app::{App, Settings};
use super::visit::SignedIn;
use super::{Error, kept};
use crate::definition::Text;
use crate::definition::region::Sees;

/// Who may ask for a route. Everybody else is led to sign-in, or told that there is no such page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Everybody.
    Anyone,
    /// Everybody who has the secret in the address: whoever got the letter.
    Link,
    /// Everybody, on a server that is a demonstration; elsewhere there is no such address.
    Demonstration,
    /// Everybody, on a server that watches its files (`serve --watch`); elsewhere there is no such address.
    Watching,
    /// Whoever is signed in, about themself: their account, their lists.
    SignedIn,
    /// Whoever is signed in in a role that files applications.
    Applicants,
    /// Whoever sees the application: its applicant; whom it waits for; beyond a draft, by role the applicant's unit,
    /// who has handled it, or the whole region.
    Sees,
    /// The applicant, while the application may be changed.
    Edits,
    /// The applicant, whatever state the application is in.
    Owns,
    /// Whoever may take the action now, as the workflow says.
    Acts,
    /// Whoever handles the application or has handled it, and did not file it.
    Unmasks,
    /// Whoever looks after people: those of their unit, or of the region.
    People,
    /// Whoever allots accounts, by the ways in that name their role.
    Invites,
    /// Whoever looks after units: their own, or those of the region.
    Units,
    /// Whoever may change units: a role that sees the whole region.
    ChangesUnits,
    /// Whoever keeps a register: the roles that it names.
    Keeps,
    /// Whoever may print a document over a register.
    PrintsOver,
    /// Whoever approves accounts or units, by the ways in that name their role.
    Approves,
}

impl Access {
    /// Whether nobody is admitted without a session.
    pub(super) fn needs_session(self) -> bool {
        !matches!(self, Self::Anyone | Self::Link | Self::Demonstration | Self::Watching)
    }

    /// Whether a server with these settings has such addresses at all.
    pub(super) fn is_there(self, settings: &Settings) -> bool {
        match self {
            Self::Demonstration => settings.demo_outbox().is_some(),
            Self::Watching => settings.watch.is_some(),
            _ => true,
        }
    }

    /// Refuses a role that no record could open this for.
    fn admit(self, SignedIn { visit, person }: &SignedIn) -> Result<(), Error> {
        let registry = visit.app.registry();
        let may = match self {
            Self::Applicants if !person.files() => {
                return Err(Error::Forbidden(Text::both(
                    "只有申请人可以新增申请，请用申请人的角色登录",
                    "Only applicants can add applications; sign in as one.",
                )));
            }
            Self::People => registry.looks_after_people(person),
            Self::Invites => !registry.inviting_ways(person)?.is_empty(),
            Self::Units => person.sees != Sees::Own,
            Self::ChangesUnits => person.sees == Sees::Region,
            Self::Keeps => !registry.registers(person)?.is_empty(),
            Self::PrintsOver => !registry.register_documents(person)?.is_empty(),
            Self::Approves => registry.approves(person)?,
            _ => true,
        };
        may.then_some(()).ok_or(Error::NotFound)
    }
}

/// The layer before a route that needs a session. The handler gets what was found here and asks no second time.
pub(super) async fn gate(
    State((app, access)): State<(App, Access)>,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    let (mut parts, body) = request.into_parts();
    let signed_in = match SignedIn::from_request_parts(&mut parts, &app).await {
        // What was typed on a page outlives the session.
        Err(Error::SignIn { region, next }) if access == Access::Edits => {
            return Err(kept::sign_in(&app, parts, body, region, next).await);
        }
        found => found?,
    };
    access.admit(&signed_in)?;
    parts.extensions.insert(signed_in);
    Ok(next.run(Request::from_parts(parts, body)).await)
}
