//! The demonstration: an account for every way in and every role, and an application in each state.
//!
//! Everything comes from the region's own samples, so a new region has a demonstration without a
//! line of code.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::people::in_role;
use super::sample::{self, SampleError};
use super::{Clock, Given, Office, Person, Refused, Registry};
use crate::check::Answers;
use crate::definition::load::{Act, Sample};
use crate::definition::region::{Role, Sees, WayIn};
use crate::definition::workflow::WaitsForUnit;
use crate::definition::{FieldType, Form, Id, Language};
use crate::document::{Job, Output};
use crate::store::{Account, Accounts, Change, CommitError, Expect, Put, Upload, fresh_id};

/// The password of every demonstration account.
pub const PASSWORD: &str = "Dengji#2026";

/// Made-up people for the roles that samples do not name.
const NAMES: [&str; 6] = ["李建华", "陈志远", "刘文静", "周启明", "赵淑兰", "孙立新"];

/// An account of the demonstration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoAccount {
    /// The sign-in name.
    pub name: String,
    /// The role's id.
    pub role: String,
    /// The role's label, or that of the way in.
    pub label: String,
    /// The unit's name.
    pub unit: Option<String>,
}

/// Why the demonstration cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Something was refused.
    #[error("{sample}: {refused}")]
    Refused {
        /// The sample.
        sample: String,
        /// Why.
        refused: Refused,
    },
    /// A sample is wrong.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// Accounts or units could not be entered.
    #[error(transparent)]
    Entry(#[from] Refused),
    /// A walk leads elsewhere than its sample says.
    #[error("{sample}: after `{act}` the state is {found}, the sample says {expected}")]
    Walk {
        /// The sample.
        sample: String,
        /// The action.
        act: String,
        /// Where it led.
        found: String,
        /// Where it should lead.
        expected: String,
    },
}

/// Enters accounts and applications, unless they are there from an earlier start.
pub async fn seed(registry: &Registry, region: &str, samples: &[Sample]) -> Result<Vec<DemoAccount>, DemoError> {
    let office = registry.office(region)?;
    let walks: Vec<&Sample> = samples.iter().filter(|sample| !sample.walk.is_empty()).collect();
    let first = samples
        .iter()
        .find(|sample| sample.name == "complete")
        .or(walks.first().copied());
    let answers = first
        .map(|sample| sample::answers(sample, None))
        .transpose()?
        .unwrap_or_default();
    for sample in &walks {
        enter_units(registry, region, sample).await?;
    }
    let cast = Cast::new(office, first, &answers);
    let before = registry
        .store()
        .accounts(region, &Accounts::All)
        .await
        .map_err(Refused::from)?;
    let mut accounts = Vec::new();
    for part in &cast.parts {
        accounts.push(enter_account(registry, office, part).await?);
    }
    if before.is_empty() {
        enter_applications(registry, office, &walks, &accounts).await?;
    }
    let mut told = Vec::new();
    for (part, account) in cast.parts.iter().zip(&accounts) {
        let unit = match &account.unit {
            Some(unit) => registry
                .store()
                .unit(region, unit)
                .await
                .map_err(Refused::from)?
                .map(|unit| unit.name),
            None => None,
        };
        told.push(DemoAccount {
            name: account.sign_in_name.clone(),
            role: part.role.to_string(),
            label: part.label.clone(),
            unit,
        });
    }
    Ok(told)
}

/// Somebody to play a role.
struct Part {
    id: String,
    role: Id,
    /// The way in that such people come by; empty where none leads to the role.
    way: String,
    label: String,
    name: String,
    unit: Option<String>,
}

struct Cast {
    parts: Vec<Part>,
}

impl Cast {
    /// One part for each way in, then one for each role that no way leads to.
    fn new(office: &Office, sample: Option<&Sample>, answers: &Answers) -> Self {
        let region = office.region();
        let applicant = sample
            .and_then(|sample| sample.context.get("applicant"))
            .cloned()
            .unwrap_or(Json::Null);
        let text = |key: &str| applicant.get(key).and_then(Json::as_str).map(str::to_owned);
        let own_unit = text("unit");
        let unit_of = |role: &Role| match role.sees {
            Sees::Region => None,
            _ => handled_unit(office, &role.id, answers).or_else(|| own_unit.clone()),
        };
        let mut parts = Vec::new();
        let part = |id: &str, role: &Role, way: &str, label: String, unit: Option<String>| Part {
            id: id.to_owned(),
            way: way.to_owned(),
            role: Id::clone(&role.id),
            name: match text("name").filter(|_| role.sees == Sees::Own) {
                Some(name) => name,
                None => NAMES[region.roles.get_index_of(&role.id).unwrap_or(0) % NAMES.len()].to_owned(),
            },
            label,
            unit,
        };
        for way in region.ways_in.values() {
            let Some(role) = way.role.as_ref().and_then(|role| region.roles.get(role)) else {
                continue;
            };
            let unit = (way.joins_unit || way.creates_unit.is_some())
                .then(|| unit_of(role))
                .flatten();
            parts.push(part(&way.id, role, &way.id, label_of(way, role), unit));
        }
        for role in region.roles.values() {
            if !parts.iter().any(|part: &Part| part.role == role.id) {
                parts.push(part(
                    &role.id,
                    role,
                    "",
                    role.label.get(Language::Chinese).to_owned(),
                    unit_of(role),
                ));
            }
        }
        Self { parts }
    }
}

/// The label of the role, with the way's where it says more.
fn label_of(way: &WayIn, role: &Role) -> String {
    let (way, role) = (way.label.get(Language::Chinese), role.label.get(Language::Chinese));
    if way.starts_with(role) {
        way.to_owned()
    } else {
        role.to_owned()
    }
}

/// The unit that the workflow makes this role wait for, where an answer names it.
fn handled_unit(office: &Office, role: &str, answers: &Answers) -> Option<String> {
    let states = office.region().workflow.states.values();
    let mut waits = states
        .filter_map(|state| state.waits_for.as_ref())
        .filter(|waits| *waits.role == *role);
    waits.find_map(|waits| match &waits.unit {
        WaitsForUnit::Field(field) => answers.get(&**field)?.as_str().map(str::to_owned),
        _ => None,
    })
}

async fn enter_units(registry: &Registry, region: &str, sample: &Sample) -> Result<(), Refused> {
    for unit in sample::units(region, sample) {
        let expect = vec![Expect::UnitRevision {
            region: region.to_owned(),
            id: unit.id.clone(),
            revision: 0,
        }];
        match registry
            .store()
            .commit(Change {
                expect,
                put: vec![Put::Unit(unit)],
            })
            .await
        {
            Ok(_) | Err(CommitError::Stale { .. } | CommitError::Taken { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn enter_account(registry: &Registry, office: &Office, part: &Part) -> Result<Account, Refused> {
    let region = office.region();
    let sign_in_name = if region.sign_in.by_email {
        format!("{}@demo.example", part.id)
    } else {
        part.id.clone()
    };
    if let Some(known) = registry
        .store()
        .account_by_sign_in_name(&region.id, &sign_in_name)
        .await?
    {
        return Ok(known);
    }
    let now = registry.clock().now();
    let account = Account {
        unit: part.unit.clone(),
        roles: vec![part.role.to_string()],
        password_hash: registry.inner.passwords.hash(PASSWORD.to_owned()).await?,
        way: part.way.clone(),
        email: format!("{}@demo.example", part.id),
        ..Account::new(&region.id, fresh_id(now)?, sign_in_name, part.name.clone(), now)
    };
    let expect = vec![Expect::AccountRevision {
        region: account.region.clone(),
        id: account.id.clone(),
        revision: 0,
    }];
    let put = vec![Put::Account(Box::new(account.clone()))];
    registry.store().commit(Change { expect, put }).await?;
    Ok(account)
}

/// Walks each sample so far that every state it passes has an application of its own.
async fn enter_applications(
    registry: &Registry,
    office: &Office,
    samples: &[&Sample],
    accounts: &[Account],
) -> Result<(), DemoError> {
    let mut covered: Vec<String> = Vec::new();
    for sample in samples {
        let start = office.region().workflow.start.to_string();
        let stops = std::iter::once(start.as_str()).chain(sample.walk.iter().map(|act| act.state.as_str()));
        for (steps, state) in stops.enumerate() {
            if covered.iter().any(|known| known == state) {
                continue;
            }
            covered.push(state.to_owned());
            walk(registry, office, sample, &sample.walk[..steps], accounts).await?;
        }
    }
    Ok(())
}

/// Enters a sample and takes some of its steps; gives the application.
pub async fn walk(
    registry: &Registry,
    office: &Office,
    sample: &Sample,
    steps: &[Act],
    accounts: &[Account],
) -> Result<String, DemoError> {
    let refused = |refused| DemoError::Refused {
        sample: sample.name.clone(),
        refused,
    };
    let registry = match sample::today(sample)? {
        Some(day) if day < registry.clock().today() => registry.at(Clock::fixed(day)),
        _ => registry.clone(),
    };
    let form = office.form(&sample.form).ok_or(Refused::NotFound)?;
    let applicant = applicant(office, sample, accounts).ok_or_else(|| refused(Refused::NotSignedIn))?;
    let answers = sample::answers(sample, None)?;
    let id = registry.enter(&applicant, form, answers).await.map_err(refused)?;
    registry
        .attach_files(&applicant, &id, form.form())
        .await
        .map_err(refused)?;
    for step in steps {
        let person = match step.by == *applicant.role {
            true => applicant.clone(),
            false => handler(&registry, office, &id, &step.by, accounts)
                .await
                .map_err(refused)?,
        };
        let given = Given {
            input: step.input.clone(),
            ..Given::default()
        };
        let acted = registry.act(&person, &id, &step.act, &given).await.map_err(refused)?;
        if acted.state != step.state {
            return Err(DemoError::Walk {
                sample: sample.name.clone(),
                act: step.act.clone(),
                found: acted.state,
                expected: step.state.clone(),
            });
        }
    }
    Ok(id)
}

/// The account that fits the sample's applicant: by role, and with or without the unit.
fn applicant(office: &Office, sample: &Sample, accounts: &[Account]) -> Option<Person> {
    let wanted = sample.context.get("applicant");
    let text = |key: &str| wanted.and_then(|wanted| wanted.get(key)).and_then(Json::as_str);
    let role = text("role")?;
    let unit = text("unit");
    let fits = |account: &&Account| account.roles.iter().any(|own| own == role) && account.unit.as_deref() == unit;
    in_role(office, accounts.iter().find(fits)?, role)
}

/// Whoever the application waits for, in this role.
async fn handler(
    registry: &Registry,
    office: &Office,
    id: &str,
    role: &str,
    accounts: &[Account],
) -> Result<Person, Refused> {
    let application = registry
        .store()
        .application(&office.region().id, id)
        .await?
        .ok_or(Refused::NotFound)?;
    let unit = application.waits_for.and_then(|waits| waits.unit);
    let fits =
        |account: &&Account| account.roles.iter().any(|own| own == role) && (unit.is_none() || account.unit == unit);
    let account = accounts.iter().find(fits).ok_or(Refused::NotFound)?;
    in_role(office, account, role).ok_or(Refused::NotFound)
}

impl Registry {
    /// Puts a real, small PDF behind every file that a sample names.
    async fn attach_files(&self, person: &Person, id: &str, form: &Form) -> Result<(), Refused> {
        let case = self.case(person, id).await?;
        let mut changed: IndexMap<String, Answers> = IndexMap::new();
        let mut put = Vec::new();
        for (page, field) in form.fields() {
            let (FieldType::File(_), Some(files)) = (&field.kind, case.answers().get(&*field.id)) else {
                continue;
            };
            let mut entries = Vec::new();
            for file in files.as_array().into_iter().flatten() {
                let name = file.get("name").and_then(Json::as_str).unwrap_or("附件").to_owned();
                let name = format!("{}.pdf", name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem));
                let content = self.demo_file(&name).await?;
                let size = content.len() as u64;
                let file = self.inner.files.put(content.into()).await?.to_string();
                entries.push(serde_json::json!({"id": file, "name": name, "size": size, "kind": "pdf"}));
                put.push(Put::Upload(Upload {
                    region: person.region.to_string(),
                    application: id.to_owned(),
                    file,
                    name,
                    size,
                    kind: "pdf".into(),
                    by: person.account.clone(),
                    at: self.inner.clock.now(),
                }));
            }
            let answers = changed.entry(page.id.to_string()).or_default();
            answers.insert(field.id.to_string(), Json::Array(entries));
        }
        for (page, files) in changed {
            let mut answers: Map<String, Json> = form
                .pages
                .get(&*page)
                .into_iter()
                .flat_map(|page| page.fields.keys())
                .filter_map(|id| Some((id.to_string(), case.answers().get(&**id)?.clone())))
                .collect();
            answers.extend(files);
            let revision = case.page_revision(&page) + 1;
            put.push(Put::Page(self.sealed_page(
                form,
                &person.region,
                id,
                &page,
                revision,
                answers,
            )?));
        }
        self.inner
            .store
            .commit(Change {
                expect: Vec::new(),
                put,
            })
            .await?;
        Ok(())
    }

    /// One page that says what it stands for.
    async fn demo_file(&self, name: &str) -> Result<Vec<u8>, Refused> {
        const SOURCE: &[u8] = br#"#set page(paper: "a5")
#set text(font: "Noto Serif SC", size: 16pt, lang: "zh")
#set document(title: json("data.json").name)
#align(center + horizon, json("data.json").name)
"#;
        let files = BTreeMap::from([("file.typ".to_owned(), std::sync::Arc::from(SOURCE))]);
        let job = Job {
            main: "file.typ".into(),
            files: std::sync::Arc::new(files),
            data: serde_json::json!({"name": name}),
            date: self.inner.clock.today(),
            output: Output::Pdf,
        };
        Ok(self.inner.renderer.render(job).await?.bytes)
    }
}
