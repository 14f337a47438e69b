//! The units and registers of a region as checks, look-ups and plugins read them: one snapshot for one
//! request.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::registers::Kept;
use crate::check::Lookups;
use crate::definition::{CodeList, Id, Region};
use crate::plugin::{Looked, UnitRecord};
use crate::store::{RegisterEntry, Store, StoreError, Unit};
use indexmap::IndexMap;

/// All units and registers of a region as they stood when the request began, and its code lists.
#[derive(Debug, Clone, Default)]
pub struct Units {
    units: Arc<Vec<Unit>>,
    by_id: Arc<HashMap<String, usize>>,
    registers: Arc<IndexMap<Id, Kept>>,
    codes: Arc<IndexMap<Id, Arc<CodeList>>>,
}

impl Units {
    /// Reads them.
    pub(super) async fn read(
        store: &Store,
        region: &Region,
        codes: Arc<IndexMap<Id, Arc<CodeList>>>,
    ) -> Result<Self, StoreError> {
        let (units, entries) = store.kept(&region.id).await?;
        let mut by_register: HashMap<String, Vec<RegisterEntry>> = HashMap::new();
        for entry in entries {
            by_register.entry(entry.register.clone()).or_default().push(entry);
        }
        let kept = region.registers.values().map(|register| {
            let entries = by_register.remove(&*register.id).unwrap_or_default();
            (Id::clone(&register.id), Kept::new(register, entries))
        });
        Ok(Self::new(units, kept.collect(), codes))
    }

    /// These units and records.
    pub(super) fn new(
        mut units: Vec<Unit>,
        registers: IndexMap<Id, Kept>,
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

    /// Whether these are the very same as `other`, read at one time.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.units, &other.units) && Arc::ptr_eq(&self.registers, &other.registers)
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
        "active": unit.is_active(),
    })
}

impl Lookups for Units {
    fn get(&self, register: &str, id: &str) -> Option<Json> {
        match register {
            "units" => self.unit(id).map(record),
            register => self.registers.get(register)?.record(id).cloned(),
        }
    }

    fn is_offered(&self, register: &str, record: &Json) -> bool {
        let id = record["id"].as_str().unwrap_or_default();
        match register {
            "units" => self.unit(id).is_some_and(Unit::is_active),
            register => self.registers.get(register).is_some_and(|kept| kept.is_active(id)),
        }
    }

    fn all(&self, register: &str) -> Box<dyn Iterator<Item = Json> + '_> {
        if register == "units" {
            return Box::new(self.units.iter().filter(|unit| unit.is_active()).map(record));
        }
        let kept = self.registers.get(register).into_iter();
        Box::new(kept.flat_map(Kept::active).cloned())
    }

    fn name(&self, register: &str, id: &str) -> Option<Cow<'_, str>> {
        match register {
            "units" => self.unit(id).map(|unit| Cow::from(&unit.name)),
            register => {
                let name = self.registers.get(register)?.record(id)?.get("name")?;
                name.as_str().map(Cow::from)
            }
        }
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
