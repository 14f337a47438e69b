//! Accounts and units, and registers, which people keep as they keep the units.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Store;
use super::error::{StoreError, Subject};
use super::key;
use super::record::{Record, Unique, quiet_debug};
use super::seal::found_in;
use super::table::Table;

/// A person's sign-in.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// The region.
    pub region: String,
    /// The id, unique in the region.
    pub id: String,
    /// How many times it was changed, counted from 1.
    pub revision: u64,
    /// What its owner signs in with; unique in the region, whatever the case of its letters.
    pub sign_in_name: String,
    /// The person's name.
    pub name: String,
    /// The unit's id.
    pub unit: Option<String>,
    /// The ids of the roles it may take.
    pub roles: Vec<String>,
    /// The hash of the password; empty until one is chosen.
    pub password_hash: String,
    /// Whether it may be used.
    pub standing: Standing,
    /// How many sign-ins in a row have failed.
    pub failures: u32,
    /// Until when it is locked after failures.
    pub locked_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The answers of its own form, sensitive ones sealed.
    pub sealed: Value,
}

quiet_debug!(Account: region, id, revision, standing);

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Its owner has not confirmed it yet.
    AwaitsActivation,
    /// A role has not approved it yet.
    AwaitsApproval,
    /// It may be used.
    Active,
    /// Somebody has switched it off.
    Disabled,
}

impl Standing {
    fn name(self) -> &'static str {
        match self {
            Self::AwaitsActivation => "awaits-activation",
            Self::AwaitsApproval => "awaits-approval",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// Which accounts of a region are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accounts {
    /// All.
    All,
    /// Those of a unit.
    Unit(String),
    /// Those of one standing.
    Standing(Standing),
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// The region.
    pub region: String,
    /// The id, unique in the region.
    pub id: String,
    /// How many times it was changed, counted from 1.
    pub revision: u64,
    /// The name, as on its seal; unique in the region.
    pub name: String,
    /// 统一社会信用代码; empty if unknown.
    pub credit_code: String,
    /// The ids of its kinds: a university completes and recommends.
    pub kinds: Vec<String>,
    /// The code of its place.
    pub place: String,
    /// The id of the unit above it.
    pub parent: Option<String>,
    /// Whether it can be picked.
    pub active: bool,
}

/// One row of a region's register (LANGUAGE L6).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegisterEntry {
    /// The region.
    pub region: String,
    /// The register's id.
    pub register: String,
    /// The entry's id, unique in the register.
    pub id: String,
    /// How many times it was changed, counted from 1.
    pub revision: u64,
    /// Its columns.
    pub data: Value,
}

impl Record for Account {
    const TABLE: Table = Table::Accounts;

    fn key(&self) -> Vec<u8> {
        key::of(&[&self.region, &self.id])
    }

    fn unique(&self) -> Vec<Unique> {
        let key = sign_in_key(&self.region, &self.sign_in_name);
        vec![Unique {
            what: Subject::SignInName,
            key,
            forever: false,
        }]
    }

    fn index(&self) -> Vec<Vec<u8>> {
        let place = |kind, of: &str| key::of(&[kind, &self.region, of, &self.id]);
        let mut places = vec![place("accounts by standing", self.standing.name())];
        places.extend(self.unit.as_ref().map(|unit| place("accounts by unit", unit)));
        let found = self.sealed.as_object().map(found_in).unwrap_or_default();
        places.extend(found.into_iter().map(|found| place("accounts by fingerprint", found)));
        places
    }
}

impl Record for Unit {
    const TABLE: Table = Table::Units;

    fn key(&self) -> Vec<u8> {
        key::of(&[&self.region, &self.id])
    }

    fn unique(&self) -> Vec<Unique> {
        vec![Unique {
            what: Subject::UnitName,
            key: unit_name_key(&self.region, &self.name),
            forever: false,
        }]
    }
}

impl Record for RegisterEntry {
    const TABLE: Table = Table::Registers;

    fn key(&self) -> Vec<u8> {
        key::of(&[&self.region, &self.register, &self.id])
    }
}

fn sign_in_key(region: &str, name: &str) -> Vec<u8> {
    key::of(&["sign-in name", region, &name.trim().to_lowercase()])
}

fn unit_name_key(region: &str, name: &str) -> Vec<u8> {
    key::of(&["unit name", region, name.trim()])
}

impl Store {
    /// The account with this id.
    pub async fn account(&self, region: &str, id: &str) -> Result<Option<Account>, StoreError> {
        let key = key::of(&[region, id]);
        self.read(move |view| view.get(&key)).await
    }

    /// The account that signs in with this name; case and space around it do not matter.
    pub async fn account_by_sign_in_name(&self, region: &str, name: &str) -> Result<Option<Account>, StoreError> {
        let key = sign_in_key(region, name);
        self.read(move |view| view.unique(&key)).await
    }

    /// The wanted accounts, in the order of their ids.
    pub async fn accounts(&self, region: &str, which: &Accounts) -> Result<Vec<Account>, StoreError> {
        let prefix = match which {
            Accounts::All => {
                let prefix = key::of(&[region]);
                return self.read(move |view| view.all(&prefix)).await;
            }
            Accounts::Unit(unit) => key::of(&["accounts by unit", region, unit]),
            Accounts::Standing(standing) => key::of(&["accounts by standing", region, standing.name()]),
        };
        self.read(move |view| view.all_indexed(key::below(&prefix))).await
    }

    /// The accounts in which a sensitive answer has this fingerprint (see [`super::Sealer::found_by`]), by id.
    pub async fn accounts_found_by(&self, region: &str, found_by: &str) -> Result<Vec<Account>, StoreError> {
        let prefix = key::of(&["accounts by fingerprint", region, found_by]);
        self.read(move |view| view.all_indexed(key::below(&prefix))).await
    }

    /// The unit with this id.
    pub async fn unit(&self, region: &str, id: &str) -> Result<Option<Unit>, StoreError> {
        let key = key::of(&[region, id]);
        self.read(move |view| view.get(&key)).await
    }

    /// The unit with exactly this name.
    pub async fn unit_by_name(&self, region: &str, name: &str) -> Result<Option<Unit>, StoreError> {
        let key = unit_name_key(region, name);
        self.read(move |view| view.unique(&key)).await
    }

    /// All units of the region, active or not, in the order of their ids.
    pub async fn units(&self, region: &str) -> Result<Vec<Unit>, StoreError> {
        let prefix = key::of(&[region]);
        self.read(move |view| view.all(&prefix)).await
    }

    /// All entries of a register, in the order of their ids.
    pub async fn register(&self, region: &str, register: &str) -> Result<Vec<RegisterEntry>, StoreError> {
        let prefix = key::of(&[region, register]);
        self.read(move |view| view.all(&prefix)).await
    }

    /// One entry of a register.
    pub async fn register_entry(
        &self,
        region: &str,
        register: &str,
        id: &str,
    ) -> Result<Option<RegisterEntry>, StoreError> {
        let key = key::of(&[region, register, id]);
        self.read(move |view| view.get(&key)).await
    }
}
