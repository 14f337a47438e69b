//! The units of a region as checks, look-ups and plugins read them: one snapshot for one request.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::check::Lookups;
use crate::definition::{CodeList, Id};
use crate::plugin::{Looked, UnitRecord};
use crate::store::{Store, StoreError, Unit};
use indexmap::IndexMap;

/// All units of a region as they stood when the request began, and the region's code lists.
#[derive(Debug, Clone, Default)]
pub struct Units {
    units: Arc<Vec<Unit>>,
    by_id: Arc<HashMap<String, usize>>,
    codes: Arc<IndexMap<Id, Arc<CodeList>>>,
}

impl Units {
    /// Reads them.
    pub(super) async fn read(
        store: &Store,
        region: &str,
        codes: Arc<IndexMap<Id, Arc<CodeList>>>,
    ) -> Result<Self, StoreError> {
        Ok(Self::new(store.units(region).await?, codes))
    }

    /// These units.
    pub(super) fn new(mut units: Vec<Unit>, codes: Arc<IndexMap<Id, Arc<CodeList>>>) -> Self {
        units.sort_by(|a, b| a.name.cmp(&b.name));
        let by_id = units
            .iter()
            .enumerate()
            .map(|(at, unit)| (unit.id.clone(), at))
            .collect();
        Self {
            units: Arc::new(units),
            by_id: Arc::new(by_id),
            codes,
        }
    }

    /// The unit `id`.
    pub fn unit(&self, id: &str) -> Option<&Unit> {
        self.by_id.get(id).and_then(|at| self.units.get(*at))
    }

    /// The name of the unit `id`, or the id itself.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.unit(id).map_or(id, |unit| &unit.name)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Unit> {
        self.units.iter()
    }
}

/// A unit as expressions read it (LANGUAGE L6).
fn record(unit: &Unit) -> Json {
    json!({
        "id": unit.id,
        "name": unit.name,
        "credit_code": unit.credit_code,
        "kinds": unit.kinds,
        "place": unit.place,
        "parent": unit.parent,
        "active": unit.active,
    })
}

impl Lookups for Units {
    fn get(&self, register: &str, id: &str) -> Option<Json> {
        self.unit(id).filter(|_| register == "units").map(record)
    }

    fn all(&self, register: &str) -> Box<dyn Iterator<Item = Json> + '_> {
        let active = self.units.iter().filter(|unit| unit.active).map(record);
        if register == "units" {
            Box::new(active)
        } else {
            Box::new(std::iter::empty())
        }
    }
}

impl crate::plugin::Lookups for Units {
    fn code_label<'a>(&'a self, list: &'a str, code: &'a str) -> Looked<'a, String> {
        let label = self
            .codes
            .get(list)
            .and_then(|list| list.get(code))
            .map(|entry| entry.name.to_string());
        Box::pin(std::future::ready(Ok(label)))
    }

    fn unit<'a>(&'a self, id: &'a str) -> Looked<'a, UnitRecord> {
        let found = Units::unit(self, id).map(|unit| UnitRecord {
            id: unit.id.clone(),
            name: unit.name.clone(),
            credit_code: unit.credit_code.clone(),
            kinds: unit.kinds.clone(),
            place: unit.place.clone(),
            active: unit.active,
        });
        Box::pin(std::future::ready(Ok(found)))
    }
}
