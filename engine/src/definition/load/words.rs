//! What authors call the keys of a definition, for telling what has changed.

use super::{document, field_keys, form, number, people, plugin, region, rule, workflow_keys};
use crate::definition::shape::Keys;

/// A map of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::definition) enum Of {
    Region,
    Form,
    Page,
    Field,
    Rule,
    Workflow,
    State,
    Action,
    Role,
    Document,
    Numbering,
    Plugin,
}

/// What a key means, in Chinese and English.
pub(in crate::definition) fn word(of: Of, key: &str) -> Option<(&'static str, &'static str)> {
    let table: &Keys = match of {
        Of::Region => &region::REGION,
        Of::Form => &form::FORM,
        Of::Page => &form::PAGE,
        Of::Field => &field_keys::FIELD,
        Of::Rule => &rule::RULE,
        Of::Workflow => &workflow_keys::WORKFLOW,
        Of::State => &workflow_keys::STATE,
        Of::Action => &workflow_keys::ACTION,
        Of::Role => &people::ROLE,
        Of::Document => &document::DOCUMENT,
        Of::Numbering => &number::NUMBERING,
        Of::Plugin => &plugin::PLUGIN,
    };
    table.key(key).map(|key| (key.zh, key.en))
}
