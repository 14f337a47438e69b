//! Accounts and units, and registers, which people keep as they keep the units.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Store;
use super::error::{StoreError, Subject};
use super::key;
use super::record::{Record, Unique, quiet_debug};
use super::seal::found_in;
use super::table::Table;
use crate::definition::{Language, unseen};

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
    /// The way in that it came by; empty where an operator made it.
    #[serde(default)]
    pub way: String,
    /// Where mail goes; empty if nobody has told.
    #[serde(default)]
    pub email: String,
    /// The mobile phone; empty if nobody has told.
    #[serde(default)]
    pub phone: String,
    /// When its owner last proved to read that mail.
    #[serde(default)]
    pub email_verified: Option<Timestamp>,
    /// When its owner last proved to hold that phone.
    #[serde(default)]
    pub phone_verified: Option<Timestamp>,
    /// The last day of the identity document.
    #[serde(default)]
    pub id_valid_until: Option<Date>,
    /// The key of the ticket whose link activates it; an earlier link no longer does.
    #[serde(default)]
    pub link: Option<String>,
    /// The second factor, once its owner has set it up.
    #[serde(default)]
    pub second_factor: Option<SecondFactor>,
    /// The language its owner reads letters in; the region's where it is not known.
    #[serde(default)]
    pub language: Option<Language>,
    /// Whether the office itself has switched it off: a unit does not switch it on again then.
    #[serde(default)]
    pub off_by_office: bool,
}

/// A second factor: codes of an authenticator (RFC 6238), and codes for the day it is lost.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// The shared secret, sealed.
    pub secret: Value,
    /// The step of the last code that was taken; none is taken twice.
    pub last_step: u64,
    /// The hashes of the recovery codes that are left; each is taken once.
    pub recovery: Vec<String>,
}

quiet_debug!(SecondFactor: last_step);

quiet_debug!(Account: region, id, revision, standing);

/// Whether an account may be used, or a unit be picked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Its owner has not confirmed it yet.
    AwaitsActivation,
    /// A role has not approved it yet.
    AwaitsApproval,
    /// It may be used.
    #[default]
    Active,
    /// Somebody has switched it off.
    Disabled,
}

impl Account {
    /// An account as it begins: active, without unit, roles, password or anything else that is known of its owner.
    pub fn new(region: &str, id: String, sign_in_name: String, name: String, now: Timestamp) -> Self {
        Self {
            region: region.to_owned(),
            id,
            revision: 1,
            sign_in_name,
            name,
            unit: None,
            roles: Vec::new(),
            password_hash: String::new(),
            standing: Standing::Active,
            failures: 0,
            locked_until: None,
            created_at: now,
            sealed: Value::Null,
            way: String::new(),
            email: String::new(),
            phone: String::new(),
            email_verified: None,
            phone_verified: None,
            id_valid_until: None,
            link: None,
            second_factor: None,
            language: None,
            off_by_office: false,
        }
    }
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
    /// Those whose mail goes to this address.
    Email(String),
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
    /// The name, as on its seal; unique in the region, whatever the width and case of its letters.
    pub name: String,
    /// 统一社会信用代码; empty if unknown, otherwise unique in the region.
    pub credit_code: String,
    /// The ids of its kinds: a university completes and recommends.
    pub kinds: Vec<String>,
    /// The code of its place.
    pub place: String,
    /// The id of the unit above it.
    pub parent: Option<String>,
    /// Whether it can be picked.
    pub standing: Standing,
    /// 组织机构代码; empty if unknown, otherwise unique in the region.
    #[serde(default)]
    pub org_code: String,
    /// When it was registered; none where it was there from the start.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// The way in that it came by; empty where it was there from the start.
    #[serde(default)]
    pub way: String,
    /// The answers of its own form, sensitive ones sealed.
    #[serde(default)]
    pub sealed: Value,
    /// What it was called before, oldest first.
    #[serde(default)]
    pub former_names: Vec<FormerName>,
    /// The unit that it has become part of; its people and applications are that one's.
    #[serde(default)]
    pub merged_into: Option<String>,
}

/// A name that a unit or an entry of a register had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerName {
    /// The name.
    pub name: String,
    /// Its last day.
    pub until: Date,
}

impl Unit {
    /// A unit as it begins: active, of no kind, with nothing known but its name.
    pub fn new(region: &str, id: String, name: String) -> Self {
        Self {
            region: region.to_owned(),
            id,
            revision: 1,
            name,
            credit_code: String::new(),
            kinds: Vec::new(),
            place: String::new(),
            parent: None,
            standing: Standing::Active,
            org_code: String::new(),
            created_at: None,
            way: String::new(),
            sealed: Value::Null,
            former_names: Vec::new(),
            merged_into: None,
        }
    }

    /// Whether it can be picked.
    pub fn is_active(&self) -> bool {
        self.standing == Standing::Active
    }
}

/// One row of a region's register (LANGUAGE L6).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
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
    /// Whether it can be picked.
    #[serde(default = "yes")]
    pub active: bool,
    /// When it was entered; none where it was there from the start.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// What it was called before, oldest first.
    #[serde(default)]
    pub former_names: Vec<FormerName>,
}

fn yes() -> bool {
    true
}

quiet_debug!(RegisterEntry: region, register, id, revision, active);

impl RegisterEntry {
    /// An entry as it begins: active, with these columns.
    pub fn new(region: &str, register: &str, id: String, data: Value) -> Self {
        Self {
            region: region.to_owned(),
            register: register.to_owned(),
            id,
            revision: 1,
            data,
            active: true,
            created_at: None,
            former_names: Vec::new(),
        }
    }

    /// What people pick it by.
    pub fn name(&self) -> &str {
        self.data.get("name").and_then(Value::as_str).unwrap_or_default()
    }
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
        if !self.email.is_empty() {
            places.push(place("accounts by e-mail", &self.email.to_lowercase()));
        }
        places
    }
}

impl Record for Unit {
    const TABLE: Table = Table::Units;

    fn key(&self) -> Vec<u8> {
        key::of(&[&self.region, &self.id])
    }

    fn unique(&self) -> Vec<Unique> {
        let unique = |what, key| Unique {
            what,
            key,
            forever: false,
        };
        let mut held = vec![unique(Subject::UnitName, unit_name_key(&self.region, &self.name))];
        let codes = [&self.credit_code, &self.org_code];
        let codes = codes.into_iter().filter(|code| !code.is_empty());
        held.extend(codes.map(|code| unique(Subject::UnitCode, unit_code_key(&self.region, code))));
        held
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

fn unit_code_key(region: &str, code: &str) -> Vec<u8> {
    key::of(&["unit code", region, &code.trim().to_uppercase()])
}

/// One name is one unit's, with brackets and letters of either width, and whatever stands between them unseen.
fn unit_name_key(region: &str, name: &str) -> Vec<u8> {
    let seen = name.chars().filter(|c| !c.is_whitespace() && !unseen(*c));
    let plain = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    let name: String = seen.map(plain).collect();
    key::of(&["unit name", region, &name.to_lowercase()])
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
            Accounts::Email(email) => key::of(&["accounts by e-mail", region, &email.to_lowercase()]),
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

    /// The unit with this name, whatever the width and case of its letters.
    pub async fn unit_by_name(&self, region: &str, name: &str) -> Result<Option<Unit>, StoreError> {
        let key = unit_name_key(region, name);
        self.read(move |view| view.unique(&key)).await
    }

    /// The unit with this credit code or organisation code.
    pub async fn unit_by_code(&self, region: &str, code: &str) -> Result<Option<Unit>, StoreError> {
        let key = unit_code_key(region, code);
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

    /// All units of the region and all entries of its registers, as they stood at one moment.
    pub async fn kept(&self, region: &str) -> Result<(Vec<Unit>, Vec<RegisterEntry>), StoreError> {
        let prefix = key::of(&[region]);
        self.read(move |view| Ok((view.all(&prefix)?, view.all(&prefix)?)))
            .await
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
