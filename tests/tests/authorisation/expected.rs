//! What the declarations mean, written down once more and without the engine's own functions.

use dengji::definition::region::Sees;
use dengji::definition::workflow::{By, Edits};
use dengji::http::Access;
use dengji::store::{Application, Party};

use super::rows::{Object, Row};
use super::world::{Me, World};

/// Whether somebody may ask for this.
pub(crate) fn may(world: &World, row: &Row, me: Option<&Me>) -> bool {
    let office = world.app.office(world.region);
    let ways = &office.region().ways_in;
    let me = match (row.declared.access, me) {
        (Access::Anyone | Access::Link, _) => return true,
        (Access::Demonstration | Access::Watching, _) | (_, None) => return false,
        (_, Some(me)) => me,
    };
    match (row.declared.access, &row.object) {
        (Access::SignedIn, _) => true,
        (Access::Applicants, _) => me.sees == Sees::Own,
        (Access::Sees, Object::Application(it)) => sees(world, me, it),
        (Access::Edits, Object::Application(it)) => {
            let edits = office.region().workflow.states[&*it.state].edits;
            it.applicant == me.account && edits != Edits::Nobody
        }
        (Access::Owns, Object::Application(it)) => it.applicant == me.account,
        (Access::Acts, Object::Action(it, action)) => {
            let action = &office.region().workflow.actions[action.as_str()];
            let starts = action.from.iter().any(|state| **state == *it.state);
            starts && sees(world, me, it) && action.by.iter().any(|by| acts(by, me, it))
        }
        (Access::Unmasks, Object::Application(it)) => {
            let handles = it.waits_for.iter().chain(&it.handled_by).any(|party| is(me, party));
            sees(world, me, it) && handles && it.applicant != me.account
        }
        (Access::People, Object::Nothing) => me.sees != Sees::Own,
        (Access::People, Object::Account(account)) => {
            let colleague = |role: &String| office.region().roles[role.as_str()].sees == Sees::Handled;
            let of_unit = me.unit.is_some() && me.unit == account.unit;
            match me.sees {
                Sees::Region => true,
                Sees::Unit => of_unit,
                Sees::Handled => of_unit && account.roles.iter().all(colleague),
                Sees::Own => false,
            }
        }
        (Access::Invites, Object::Way(way)) => ways[way.as_str()].invited_by.as_deref() == Some(&*me.role),
        (Access::Units, Object::Nothing) => me.sees != Sees::Own,
        (Access::Units, Object::Unit(unit)) => {
            me.sees == Sees::Region || (me.sees != Sees::Own && me.unit.as_ref() == Some(unit))
        }
        (Access::ChangesUnits, Object::Unit(_)) => me.sees == Sees::Region,
        (Access::Approves, Object::Nothing) => ways.values().any(|way| way.approved_by.as_deref() == Some(&*me.role)),
        // Those who approve here see their region; their candidates' units are new and nobody else's.
        (Access::Approves, Object::Way(way)) => {
            me.sees == Sees::Region && ways[way.as_str()].approved_by.as_deref() == Some(&*me.role)
        }
        (Access::Keeps, _) => me.role == "office",
        (Access::PrintsOver, _) => me.role == "office" || me.role == "unit_admin",
        (access, _) => panic!("{access:?} of {}: say what it means", row.target),
    }
}

/// Whether somebody may read of the applicant's unit and applications in a list.
pub(crate) fn may_know(world: &World, me: Option<&Me>) -> bool {
    let Some(me) = me else { return false };
    let applicant = &world.applications[0].applicant;
    me.sees == Sees::Region
        || me.account == *applicant
        || me.unit.as_ref() == Some(&world.units[0])
        || world.applications.iter().any(|it| sees(world, me, it))
}

fn sees(world: &World, me: &Me, it: &Application) -> bool {
    let office = world.app.office(world.region);
    let draft = it.filed_on.is_none() && *it.state == *office.region().workflow.start;
    if it.applicant == me.account || draft {
        return it.applicant == me.account;
    }
    let waits = it.waits_for.as_ref().is_some_and(|party| is(me, party));
    waits
        || match me.sees {
            Sees::Own => false,
            Sees::Unit => me.unit.is_some() && me.unit == it.applicant_unit,
            Sees::Handled => it.handled_by.iter().any(|party| is(me, party)),
            Sees::Region => true,
        }
}

fn acts(by: &By, me: &Me, it: &Application) -> bool {
    let waits = it.waits_for.as_ref();
    match by {
        By::Applicant => it.applicant == me.account,
        By::Handler => waits.is_some_and(|party| is(me, party)),
        By::Role(role) => {
            let named = waits.filter(|party| party.role == **role);
            me.role == **role && named.is_none_or(|party| is(me, party))
        }
        By::Anyone => true,
        By::Clock => false,
    }
}

fn is(me: &Me, party: &Party) -> bool {
    me.role == party.role && (party.unit.is_none() || me.unit == party.unit)
}
