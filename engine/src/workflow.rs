//! The pure question "may this action happen, and where does it lead" (LANGUAGE L8).
//!
//! Nothing is read or written here: [`decide`] takes where an application stands, who acts and what
//! is known, and gives a [`Step`] for the caller to carry out in one transaction, or a [`Refusal`]
//! that names what is missing.

mod decide;
mod due;
mod editing;
mod input;
mod refusal;
mod standing;

#[cfg(test)]
mod tests;

pub use decide::{Facts, Request, Step, condition, decide, may_pick, offered};
pub use editing::{Editing, may_edit};
pub use input::InputFault;
pub use refusal::Refusal;
pub use standing::{Actor, Person, Standing, Stay, Waits, may_see};
