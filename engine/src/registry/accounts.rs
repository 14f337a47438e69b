//! Getting and keeping an account: ways in, activation, approval, invitations, credentials, the care
//! of units.
//!
//! What each way asks and creates is the region's data ([`crate::definition::region::WayIn`]); the
//! forms are account forms, checked as every other form is. What the account itself asks (sign-in
//! name, password, agreement) stands beside the form.

mod activation;
mod approval;
mod contact;
mod credentials;
mod invitation;
mod letters;
mod overview;
mod profile;
mod second_factor;
mod sheet;
mod sign_up;
mod unit_care;

use super::Once;
use crate::check::{Answers, Finding, posted};
use crate::definition::{Language, Text};

pub use activation::{Activated, Activation};
pub use approval::Candidate;
pub use contact::Contact;
pub use credentials::Strength;
pub(super) use credentials::{LONGEST_PASSWORD, fault as password_fault};
pub use invitation::Invited;
pub(super) use letters::password_link;
pub(super) use overview::part;
pub use overview::{AccountRow, OwnSession, People, UnitRow, Wanted};
pub use second_factor::Setup;
pub use sheet::Sheet;
pub use sign_up::SignedUp;

/// What somebody typed to get an account.
#[derive(Clone, Copy, Default)]
pub struct Typed<'a> {
    /// The inputs of the form.
    pub pairs: &'a [(String, String)],
    /// The chosen sign-in name, where the region signs in by name.
    pub sign_in_name: &'a str,
    /// The chosen password.
    pub password: &'a str,
    /// The same once more.
    pub again: &'a str,
    /// Whether the agreement was ticked.
    pub agreed: bool,
    /// The language of the page it was typed on.
    pub language: Language,
    /// The form as it was posted.
    pub once: Option<&'a Once>,
}

/// What is wrong with what was typed; nothing was stored.
#[derive(Debug, Default)]
pub struct Unfit {
    /// Inputs of the form that could not be read.
    pub refused: Vec<posted::Refused>,
    /// What the check of the form found.
    pub findings: Vec<Finding>,
    /// What is wrong with the account's own inputs, by their names: `sign_in_name`, `password`, `again`, `agree`,
    /// `email`, …
    pub own: Vec<(&'static str, Text)>,
    /// The form's answers as they were typed.
    pub given: Answers,
}

impl Unfit {
    /// One thing that is wrong with an input of the account itself.
    fn own(input: &'static str, text: Text) -> Self {
        Self {
            own: vec![(input, text)],
            ..Self::default()
        }
    }
}
