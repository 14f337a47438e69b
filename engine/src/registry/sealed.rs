//! Sensitive answers: sealed on the way into the store, opened on the way out.
//!
//! A seal holds only in its place (region, owner, field), so that a sealed value cannot be
//! moved to where somebody else may read it.

use serde_json::{Map, Value as Json};

use crate::check::Answers;
use crate::definition::{Field, FieldType};
use crate::store::{SealError, Sealer, place};

/// Where answers belong.
pub(super) struct Place<'a> {
    pub(super) region: &'a str,
    /// The id of the application; of an account or a unit for their own forms; the key of a ticket.
    pub(super) application: &'a str,
}

/// Seals every sensitive answer of `fields`. A text can be found again by its fingerprint.
pub(super) fn seal<'f>(
    sealer: &Sealer,
    place: &Place<'_>,
    fields: impl Iterator<Item = &'f Field>,
    answers: &mut Answers,
) -> Result<(), SealError> {
    each_sensitive(fields, answers, "", &mut |path, value| {
        if !Sealer::is_sealed(value) {
            let mut sealed = sealer.seal(&context(place, path), &value.to_string())?;
            if let Some(text) = value.as_str() {
                sealer.make_findable(place.region, text, &mut sealed);
            }
            *value = sealed;
        }
        Ok(())
    })
}

/// Opens every sealed answer of `fields`.
pub(super) fn open<'f>(
    sealer: &Sealer,
    place: &Place<'_>,
    fields: impl Iterator<Item = &'f Field>,
    answers: &mut Answers,
) -> Result<(), SealError> {
    each_sensitive(fields, answers, "", &mut |path, value| {
        if Sealer::is_sealed(value) {
            *value = opened(sealer, place, path, value)?;
        }
        Ok(())
    })
}

/// Opens every sealed answer, whatever the form says of its field today.
pub(super) fn open_all(sealer: &Sealer, place: &Place<'_>, answers: &mut Answers) -> Result<(), SealError> {
    answers
        .iter_mut()
        .try_for_each(|(id, value)| open_below(sealer, place, id, value))
}

fn open_below(sealer: &Sealer, place: &Place<'_>, path: &str, value: &mut Json) -> Result<(), SealError> {
    if Sealer::is_sealed(value) {
        *value = opened(sealer, place, path, value)?;
        return Ok(());
    }
    let rows = value.as_array_mut().into_iter().flatten();
    for row in rows.filter_map(Json::as_object_mut) {
        for (column, value) in row {
            open_below(sealer, place, &format!("{path}.{column}"), value)?;
        }
    }
    Ok(())
}

fn opened(sealer: &Sealer, place: &Place<'_>, path: &str, value: &Json) -> Result<Json, SealError> {
    let plain = sealer.open(&context(place, path), value)?;
    Ok(serde_json::from_str(&plain).unwrap_or(Json::Null))
}

fn context(at: &Place<'_>, path: &str) -> String {
    place(at.region, at.application, path)
}

fn each_sensitive<'f>(
    fields: impl Iterator<Item = &'f Field>,
    answers: &mut Map<String, Json>,
    above: &str,
    with: &mut dyn FnMut(&str, &mut Json) -> Result<(), SealError>,
) -> Result<(), SealError> {
    for field in fields {
        let Some(value) = answers.get_mut(&*field.id) else {
            continue;
        };
        let path = format!("{above}{}", field.id);
        if field.sensitive {
            with(&path, value)?;
        } else if let (FieldType::Table(table), Json::Array(rows)) = (&field.kind, value) {
            let below = format!("{path}.");
            for row in rows.iter_mut().filter_map(Json::as_object_mut) {
                each_sensitive(table.columns.values(), row, &below, with)?;
            }
        }
    }
    Ok(())
}
