//! From a folder of text files to a checked, immutable [`Region`].
//!
//! Everything an author can get wrong is found here and told as a [`problem::Problem`] with file,
//! line and column; what leaves this module is known to be right and needs no checking again.

#[cfg(test)]
pub(crate) mod build;
pub mod calendar;
pub mod check_digit;
pub mod code_list;
pub mod difference;
pub mod expression;
pub(crate) mod folder;
pub mod form;
pub mod form_schema;
pub mod import;
pub mod limits;
pub mod load;
pub mod merge;
pub mod official;
pub mod problem;
pub mod region;
pub mod scope;
pub mod shape;
pub mod sheet;
pub mod show;
pub mod source;
pub mod text;
mod unseen;
pub mod workflow;

use std::sync::Arc;

pub use calendar::Calendar;
pub use code_list::CodeList;
pub use expression::Expression;
pub use form::{Field, FieldType, Form, Page, Rule};
pub use region::Region;
pub use text::{Language, Text};
pub use unseen::unseen;

/// The name of something in a definition: a field, a page, a role, a state, a code list.
///
/// Cheap to clone. Which characters are allowed is LANGUAGE L1's rule and was checked at load.
pub type Id = Arc<str>;
