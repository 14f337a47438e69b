//! A region as a whole: its forms, workflow, roles, documents, numberings and plugins.

use super::form::each;
use super::key::{Turn, Weight, compare as compare_keys};
use super::told::{Places, Subject, Told, entry, place};
use super::{Consequence, Side, Version, What, codes, form, origins, workflow};
use crate::definition::load::Of;
use crate::definition::source::Node;
use crate::definition::{Form, Text};

/// What of `region.yaml` is told piece by piece.
const APART: [&str; 6] = ["extends", "abstract", "roles", "documents", "numbering", "plugins"];

/// Two versions of a region, or that it is there on one side alone.
pub(super) fn compare_or_tell(told: &mut Told, old: Option<&Version>, new: Option<&Version>) {
    let subject = |version: &Version| {
        let region = &version.region;
        Subject::new(What::Region, ("地区", "region"), Some(&region.name), &region.id)
    };
    let place = |version: &Version| version.trees.region.as_ref().and_then(|tree| place(&tree.spot));
    let places = Places {
        old: old.and_then(place),
        new: new.and_then(place),
    };
    match (old, new) {
        (Some(old), Some(new)) => compare(told, old, new),
        (None, Some(new)) => told.added(&subject(new), Consequence::Safe, ("", ""), places),
        (Some(old), None) => told.removed(&subject(old), Consequence::CannotMove, ("", ""), places),
        (None, None) => {}
    }
}

pub(super) fn compare(told: &mut Told, old: &Version, new: &Version) {
    told.region = Some(new.region.id.clone());
    parts_of(told, old, new);
    told.region = None;
}

fn parts_of(told: &mut Told, old: &Version, new: &Version) {
    let (before, after) = (sides(old), sides(new));
    for is in &after {
        match before.iter().find(|was| was.form.id == is.form.id) {
            Some(was) => form::compare(told, *was, *is),
            None => {
                let places = Places {
                    old: None,
                    new: place(&is.tree.spot),
                };
                told.added(&form_subject(is.form), Consequence::Safe, ("", ""), places);
            }
        }
    }
    for was in before.iter().filter(|was| !new.region.forms.contains_key(&was.form.id)) {
        let places = Places {
            old: place(&was.tree.spot),
            new: None,
        };
        told.removed(&form_subject(was.form), Consequence::CannotMove, ("", ""), places);
    }
    codes::compare(told, &before, &after);
    workflow::compare(told, old, new);
    let (Some(from), Some(to)) = (&old.trees.region, &new.trees.region) else {
        return;
    };
    roles(told, old, new, (from.get("roles"), to.get("roles")));
    parts(
        told,
        (from, to),
        ("documents", What::Document, ("文书", "document")),
        Of::Document,
    );
    parts(
        told,
        (from, to),
        ("numbering", What::Numbering, ("编号规则", "numbering")),
        Of::Numbering,
    );
    parts(
        told,
        (from, to),
        ("plugins", What::Plugin, ("插件", "plugin")),
        Of::Plugin,
    );
    let subject = Subject::new(What::Region, ("地区", "region"), Some(&new.region.name), &new.region.id);
    compare_keys(told, &subject, Of::Region, (from, to), &APART, &Places::default(), safe);
}

fn safe(_: &Turn<'_>) -> Weight {
    Weight::of(Consequence::Safe)
}

fn form_subject(form: &Form) -> Subject {
    Subject::new(What::Form, ("登记表", "form"), Some(&form.title), &form.id)
}

fn sides(version: &Version) -> Vec<Side<'_>> {
    let side = |(id, tree)| {
        Some(Side {
            form: version.region.forms.get(id)?,
            tree,
            trees: Some(&version.trees),
        })
    };
    version.trees.forms.iter().filter_map(side).collect()
}

fn roles(told: &mut Told, old: &Version, new: &Version, (before, after): (Option<&Node>, Option<&Node>)) {
    let (was, is) = (&old.region.roles, &new.region.roles);
    let origins = origins(
        |id| was.contains_key(id),
        is.iter().map(|(id, role)| (id, &*role.renamed_from)),
    );
    let subject = |id: &str, label: &Text| Subject::new(What::Role, ("角色", "role"), Some(label), id);
    for (id, role) in is {
        let subject = subject(id, &role.label);
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
            let apart = ["renamedFrom", "after", "before"];
            compare_keys(
                told,
                &subject,
                Of::Role,
                (&from.value, &to.value),
                &apart,
                &places,
                safe,
            );
        }
    }
    for (id, role) in was.iter().filter(|(id, _)| !origins.values().any(|old| old == *id)) {
        let more = (
            "，没有 renamedFrom 接续它：若有申请在等这个角色，服务不会启动；只有它的账号不能再登录",
            "; no `renamedFrom` continues it: the server does not start while an application waits for it, and accounts with no other role cannot sign in",
        );
        told.removed(
            &subject(id, &role.label),
            Consequence::CannotMove,
            more,
            Places::of(entry(before, id), None),
        );
    }
}

/// The entries of one map of `region.yaml`.
fn parts(told: &mut Told, (old, new): (&Node, &Node), (key, what, words): (&str, What, (&str, &str)), of: Of) {
    each(old.get(key), new.get(key), |was, is| {
        let known = is.or(was);
        let id = known.map(|entry| entry.key.as_str()).unwrap_or_default();
        let label = known.and_then(|entry| entry.value.get("label")).map(label_of);
        let subject = Subject::new(what, words, label.as_ref(), id);
        let places = Places::of(was, is);
        match (was, is) {
            (None, Some(is)) => told.added(&subject, asks(&is.value), ("", ""), places),
            (_, None) => told.removed(&subject, Consequence::Safe, ("", ""), places),
            (Some(was), Some(is)) => {
                let both = (&was.value, &is.value);
                let weigh = |_: &Turn<'_>| Weight::of(asks(&is.value));
                compare_keys(told, &subject, of, both, &["after", "before"], &places, weigh);
            }
        }
    });
}

/// A plugin that checks may find otherwise; nothing else of a region does anything to answers.
fn asks(part: &Node) -> Consequence {
    let checks = |node: &Node| match node.scalar() {
        Some(one) => one == "check",
        None => node
            .to_json()
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one == "check")),
    };
    match part.get("on").is_some_and(checks) {
        true => Consequence::NeedsAnswer,
        false => Consequence::Safe,
    }
}

/// A text as it is written, in one language or two.
fn label_of(node: &Node) -> Text {
    let part = |key: &str| node.get(key).and_then(Node::scalar);
    match (node.scalar(), part("zh"), part("en")) {
        (Some(text), ..) => Text::chinese(text),
        (None, Some(zh), Some(en)) => Text::both(zh, en),
        (None, zh, en) => Text::chinese(zh.or(en).unwrap_or_default()),
    }
}
