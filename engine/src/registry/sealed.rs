//! Sensitive answers: sealed on the way into the store, opened on the way out.
//!
//! A seal holds only in its place (region, application, field), so that a sealed value cannot be
//! moved to where somebody else may read it.

use serde_json::{Map, Value as Json};

use crate::check::Answers;
use crate::definition::{Field, FieldType};
use crate::store::{SealError, Sealer};

/// Where answers belong.
pub(super) struct Place<'a> {
    pub(super) region: &'a str,
    pub(super) application: &'a str,
}

/// Seals every sensitive answer of `fields`.
pub(super) fn seal<'f>(
    sealer: &Sealer,
    place: &Place<'_>,
    fields: impl Iterator<Item = &'f Field>,
    answers: &mut Answers,
) -> Result<(), SealError> {
    each_sensitive(fields, answers, "", &mut |path, value| {
        if !Sealer::is_sealed(value) {
            *value = sealer.seal(&context(place, path), &value.to_string())?;
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
            let plain = sealer.open(&context(place, path), value)?;
            *value = serde_json::from_str(&plain).unwrap_or(Json::Null);
        }
        Ok(())
    })
}

fn context(place: &Place<'_>, path: &str) -> String {
    format!("{}/{}/{path}", place.region, place.application)
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
