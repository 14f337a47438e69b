//! What a check knows besides the form and the answers.

use std::borrow::Cow;

use jiff::civil::Date;
use serde_json::Value as Json;

use crate::definition::scope::App;

/// The application, the day and the live tables.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What `app` reads as.
    pub app: &'a App,
    /// What `today` reads as.
    pub today: Date,
    /// Units and registers as they stand now.
    pub lookups: &'a dyn Lookups,
}

/// Units and registers, read live. A record is an object of its columns and always has `id`.
pub trait Lookups: Sync {
    /// The record `id` of `register` (`units` or a register's id).
    fn get(&self, register: &str, id: &str) -> Option<Json>;

    /// Whether a record that is there can still be picked. One that was switched off, or has become part of another,
    /// cannot; it stays readable where it was picked.
    fn is_offered(&self, register: &str, record: &Json) -> bool {
        register != "units" || record.get("active") != Some(&Json::Bool(false))
    }

    /// All records of `register` that can be picked, in its own order.
    fn all(&self, register: &str) -> Box<dyn Iterator<Item = Json> + '_>;

    /// What the record `id` of `register` is called.
    fn name(&self, register: &str, id: &str) -> Option<Cow<'_, str>> {
        let record = self.get(register, id)?;
        Some(Cow::Owned(record.get("name")?.as_str()?.to_owned()))
    }

    /// The id and the name of every record that [`Lookups::all`] gives, for searching.
    fn names(&self, register: &str) -> Box<dyn Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> + '_> {
        let text = |record: &Json, key: &str| record.get(key).and_then(Json::as_str).map(str::to_owned);
        let named = move |record: Json| Some((text(&record, "id")?.into(), text(&record, "name")?.into()));
        Box::new(self.all(register).filter_map(named))
    }
}

/// No registers: for sign-up forms and tests.
impl Lookups for () {
    fn get(&self, _register: &str, _id: &str) -> Option<Json> {
        None
    }

    fn all(&self, _register: &str) -> Box<dyn Iterator<Item = Json> + '_> {
        Box::new(std::iter::empty())
    }
}
