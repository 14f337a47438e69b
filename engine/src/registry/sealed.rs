//! Sensitive answers: sealed on the way into the store, opened on the way out.
//!
//! A seal holds only in its place (region, owner, field), so that a sealed value cannot be
//! moved to where somebody else may read it.

use std::collections::HashMap;

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
    seal_anew(sealer, place, fields, answers, &Known::default())
}

/// The same, where an answer that is known to be sealed stays as it is.
pub(super) fn seal_anew<'f>(
    sealer: &Sealer,
    place: &Place<'_>,
    fields: impl Iterator<Item = &'f Field>,
    answers: &mut Answers,
    known: &Known,
) -> Result<(), SealError> {
    each_sensitive(fields, answers, "", &mut |path, value| {
        if Sealer::is_sealed(value) {
            return Ok(());
        }
        let plain = value.to_string();
        if let Some(sealed) = known.0.get(&(path.to_owned(), plain.clone())) {
            *value = sealed.clone();
            return Ok(());
        }
        let mut sealed = sealer.seal(&context(place, path), &plain)?;
        if let Some(text) = value.as_str() {
            sealer.make_findable(place.region, text, &mut sealed);
        }
        *value = sealed;
        Ok(())
    })
}

/// Answers as they stand sealed in the store, by field and what they say.
#[derive(Default)]
pub(super) struct Known(HashMap<(String, String), Json>);

impl Known {
    /// The sensitive answers of `fields`, opened and as they are stored under the key that seals now.
    pub(super) fn of<'f>(
        sealer: &Sealer,
        fields: impl Iterator<Item = &'f Field>,
        opened: &Answers,
        stored: &Answers,
    ) -> Self {
        let mut known = Self::default();
        known.take(sealer, fields, "", opened, stored);
        known
    }

    fn take<'f>(
        &mut self,
        sealer: &Sealer,
        fields: impl Iterator<Item = &'f Field>,
        above: &str,
        opened: &Answers,
        stored: &Answers,
    ) {
        for field in fields {
            let (Some(plain), Some(sealed)) = (opened.get(&*field.id), stored.get(&*field.id)) else {
                continue;
            };
            let path = format!("{above}{}", field.id);
            if field.sensitive {
                if Sealer::key_of(sealed) == Some(sealer.key()) {
                    self.0.insert((path, plain.to_string()), sealed.clone());
                }
            } else if let (FieldType::Table(table), Json::Array(plain), Json::Array(sealed)) =
                (&field.kind, plain, sealed)
            {
                let rows = plain.iter().zip(sealed);
                let rows = rows.filter_map(|(plain, sealed)| plain.as_object().zip(sealed.as_object()));
                for (plain, sealed) in rows {
                    self.take(sealer, table.columns.values(), &format!("{path}."), plain, sealed);
                }
            }
        }
    }
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
