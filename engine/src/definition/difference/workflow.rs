//! States and actions. A workflow is never pinned: what differs holds for applications in progress at once.

use super::form::each;
use super::key::{Turn, Weight, compare as compare_keys};
use super::told::{Places, Subject, Told, entry};
use super::{Consequence, Version, What, origins};
use crate::definition::load::Of;
use crate::definition::source::Node;

pub(super) fn compare(told: &mut Told, old: &Version, new: &Version) {
    let (Some(before), Some(after)) = (&old.trees.workflow, &new.trees.workflow) else {
        return;
    };
    let subject = Subject::new(What::Workflow, ("流程", "workflow"), None, &new.region.id);
    let safe = |_: &Turn<'_>| Weight::of(Consequence::Safe);
    let apart = ["extends", "states", "actions"];
    compare_keys(
        told,
        &subject,
        Of::Workflow,
        (before, after),
        &apart,
        &Places::default(),
        safe,
    );
    states(told, old, new, (before.get("states"), after.get("states")));
    actions(told, (before.get("actions"), after.get("actions")), old, new);
}

fn states(told: &mut Told, old: &Version, new: &Version, (before, after): (Option<&Node>, Option<&Node>)) {
    let (was, is) = (&old.region.workflow.states, &new.region.workflow.states);
    let origins = origins(
        |id| was.contains_key(id),
        is.iter().map(|(id, state)| (id, &*state.renamed_from)),
    );
    for (id, state) in is {
        let subject = Subject::new(What::State, ("状态", "state"), Some(&state.label), id);
        let to = entry(after, id);
        let Some(old_id) = origins.get(id) else {
            told.added(&subject, Consequence::Safe, ("", ""), Places::of(None, to));
            continue;
        };
        let from = entry(before, old_id);
        let places = Places::of(from, to);
        if old_id != id {
            told.renamed(&subject, old_id, places.clone());
        }
        if let (Some(from), Some(to)) = (from, to) {
            let safe = |_: &Turn<'_>| Weight::of(Consequence::Safe);
            let apart = ["renamedFrom", "after", "before"];
            compare_keys(
                told,
                &subject,
                Of::State,
                (&from.value, &to.value),
                &apart,
                &places,
                safe,
            );
        }
    }
    for (id, state) in was.iter().filter(|(id, _)| !origins.values().any(|old| old == *id)) {
        let subject = Subject::new(What::State, ("状态", "state"), Some(&state.label), id);
        let more = (
            "，没有 renamedFrom 接续它：若有申请处于该状态，服务不会启动",
            "; no `renamedFrom` continues it: the server does not start while an application stands there",
        );
        told.removed(
            &subject,
            Consequence::CannotMove,
            more,
            Places::of(entry(before, id), None),
        );
    }
}

fn actions(told: &mut Told, (before, after): (Option<&Node>, Option<&Node>), old: &Version, new: &Version) {
    each(before, after, |was, is| {
        let id = is.or(was).map(|entry| entry.key.as_str()).unwrap_or_default();
        let known = new
            .region
            .workflow
            .actions
            .get(id)
            .or_else(|| old.region.workflow.actions.get(id));
        let subject = Subject::new(What::Action, ("操作", "action"), known.map(|action| &action.label), id);
        let places = Places::of(was, is);
        match (was, is) {
            (None, _) => told.added(&subject, Consequence::Safe, ("", ""), places),
            (_, None) => told.removed(&subject, Consequence::Safe, ("", ""), places),
            (Some(was), Some(is)) => {
                let safe = |_: &Turn<'_>| Weight::of(Consequence::Safe);
                let both = (&was.value, &is.value);
                compare_keys(told, &subject, Of::Action, both, &["after", "before"], &places, safe);
            }
        }
    });
}
