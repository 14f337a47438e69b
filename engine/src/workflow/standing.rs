//! Where an application stands, who acts, and who sees it.

use jiff::civil::Date;

use crate::definition::Id;
use crate::definition::region::Sees;

/// Where an application stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The state.
    pub state: Id,
    /// Whom it waits for, as settled when it came here.
    pub waits_for: Option<Waits>,
    /// The last day of that wait.
    pub due: Option<Date>,
    /// The unit of the applicant.
    pub applicant_unit: Option<Id>,
    /// Who handled it before.
    pub handled_by: Vec<Waits>,
    /// What was marked for correction: field ids, `page:` and a page's id, or paths in a table.
    pub marks: Vec<String>,
    /// Earlier stays, for limits that add up.
    pub stays: Vec<Stay>,
}

/// A role, of one unit or of any.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Waits {
    /// The role.
    pub role: Id,
    /// Its unit; none where the role is not bound to one.
    pub unit: Option<Id>,
}

/// One earlier stay in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The state.
    pub state: Id,
    /// The day it began.
    pub from: Date,
    /// The day it ended.
    pub until: Date,
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who has signed in.
    Person(Person),
    /// Time.
    Clock,
}

/// Somebody in the one role that was chosen after signing in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub account: Id,
    /// The chosen role.
    pub role: Id,
    /// Which applications that role sees.
    pub sees: Sees,
    /// The person's unit.
    pub unit: Option<Id>,
    /// Whether the application at hand is the person's own.
    pub is_applicant: bool,
}

impl Waits {
    /// Whether `person` is meant: the role is chosen, and the unit is theirs where one is named.
    pub fn means(&self, person: &Person) -> bool {
        self.role == person.role && self.unit.as_ref().is_none_or(|unit| person.unit.as_ref() == Some(unit))
    }
}

/// Whether `person` sees the application. Whom it waits for always does.
pub fn may_see(person: &Person, standing: &Standing) -> bool {
    let waits = standing.waits_for.as_ref().is_some_and(|waits| waits.means(person));
    let own_unit = || person.unit.is_some() && person.unit == standing.applicant_unit;
    let in_scope = match person.sees {
        Sees::Own => false,
        Sees::Unit => own_unit(),
        Sees::Handled => standing.handled_by.iter().any(|handled| handled.means(person)),
        Sees::Region => true,
    };
    person.is_applicant || waits || in_scope
}
