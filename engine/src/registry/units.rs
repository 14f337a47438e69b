//! The units and registers of a region as checks, look-ups and plugins read them: one snapshot for one
//! request.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::check::Lookups;
use crate::definition::region::Register;
use crate::definition::{CodeList, Id, Region};
use crate::plugin::{Looked, UnitRecord};
use crate::store::{RegisterEntry, Store, StoreError, Unit};
use indexmap::IndexMap;

/// All units and registers of a region as they stood when the request began, and its code lists.
#[derive(Debug, Clone, Default)]
pub struct Units {
    units: Arc<Vec<Unit>>,
    by_id: Arc<HashMap<String, usize>>,
    registers: Arc<IndexMap<Id, Vec<Json>>>,
    codes: Arc<IndexMap<Id, Arc<CodeList>>>,
}

impl Units {
    /// Reads them.
    pub(super) async fn read(
        store: &Store,
        region: &Region,
        codes: Arc<IndexMap<Id, Arc<CodeList>>>,
    ) -> Result<Self, StoreError> {
        let mut kept = IndexMap::new();
        for (id, register) in &region.registers {
            kept.insert(Id::clone(id), records(register, store.register(&region.id, id).await?));
        }
        Ok(Self::new(store.units(&region.id).await?, kept, codes))
    }

    /// These units and records.
    pub(super) fn new(
        mut units: Vec<Unit>,
        registers: IndexMap<Id, Vec<Json>>,
        codes: Arc<IndexMap<Id, Arc<CodeList>>>,
    ) -> Self {
        units.sort_by(|a, b| a.name.cmp(&b.name));
        let by_id = units
            .iter()
            .enumerate()
            .map(|(at, unit)| (unit.id.clone(), at))
            .collect();
        Self {
            units: Arc::new(units),
            by_id: Arc::new(by_id),
            registers: Arc::new(registers),
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

/// The records of a register: its seed, with what people entered or changed over it.
pub(super) fn records(register: &Register, entered: Vec<RegisterEntry>) -> Vec<Json> {
    let mut records: IndexMap<String, serde_json::Map<String, Json>> = IndexMap::new();
    for seed in &register.seed {
        records.insert(seed.id.to_string(), seed.answers.clone());
    }
    for entry in entered {
        if let Json::Object(columns) = entry.data {
            records.insert(entry.id, columns);
        }
    }
    let with_id = |(id, mut columns): (String, serde_json::Map<String, Json>)| {
        columns.insert("id".to_owned(), Json::String(id));
        Json::Object(columns)
    };
    records.into_iter().map(with_id).collect()
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
        "active": unit.is_active(),
    })
}

impl Lookups for Units {
    fn get(&self, register: &str, id: &str) -> Option<Json> {
        if register == "units" {
            return self.unit(id).map(record);
        }
        let mut records = self.registers.get(register)?.iter();
        records.find(|record| record["id"].as_str() == Some(id)).cloned()
    }

    fn all(&self, register: &str) -> Box<dyn Iterator<Item = Json> + '_> {
        if register == "units" {
            return Box::new(self.units.iter().filter(|unit| unit.is_active()).map(record));
        }
        let records = self.registers.get(register).into_iter().flatten();
        Box::new(records.cloned())
    }

    fn names(&self, register: &str) -> Box<dyn Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> + '_> {
        if register == "units" {
            let active = self.units.iter().filter(|unit| unit.is_active());
            return Box::new(active.map(|unit| (Cow::from(&unit.id), Cow::from(&unit.name))));
        }
        let text = |record: &Json, key: &str| record.get(key).and_then(Json::as_str).map(str::to_owned);
        let named = move |record: Json| Some((text(&record, "id")?.into(), text(&record, "name")?.into()));
        Box::new(self.all(register).filter_map(named))
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
            active: unit.is_active(),
        });
        Box::pin(std::future::ready(Ok(found)))
    }
}
