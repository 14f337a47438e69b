//! The audit chains: one for each application and one for the rest of each region.
//!
//! Every entry's hash is SHA-256 over the hash before it, who did what when, and a *commitment*: SHA-256 over a
//! random salt and the detail. Salt and detail stand apart and can be erased together; the commitment then tells
//! nothing, and the chain still proves. [`proof`] walks the chains.

mod proof;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Store;
use super::change::Audit;
use super::draft::Draft;
use super::error::{CommitError, StoreError, Subject};
use super::hex;
use super::key;
use super::record::{decode, encode};
use super::table::Table;
use super::view::{Listed, Page, View};

pub use proof::{AuditBreak, AuditProof};

/// What stands before the first entry of a chain.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One entry, as it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// The application; `None` for the region's own chain.
    pub application: Option<String>,
    /// The place in its chain, from 1.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// In which role.
    pub role: String,
    /// What.
    pub act: String,
    /// What else there was to tell.
    pub detail: Option<Value>,
    /// When the detail was erased.
    pub erased_at: Option<Timestamp>,
    /// The hash up to and with this entry, in hex.
    pub hash: String,
}

/// One entry as it is stored; its place is its key.
#[derive(Serialize, Deserialize)]
struct Link {
    at: Timestamp,
    actor: String,
    role: String,
    act: String,
    commitment: String,
    previous: String,
    hash: String,
}

/// What a link commits to.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Detail {
    Kept { salt: String, text: String },
    Erased { at: Timestamp },
}

/// Where a chain ends.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Head {
    sequence: u64,
    hash: String,
}

/// The name of a chain in keys: the application, or nothing.
fn chain(application: Option<&str>) -> &str {
    application.unwrap_or_default()
}

fn link_key(region: &str, chain: &str, sequence: u64) -> Vec<u8> {
    key::of(&[region, chain, &key::number(sequence)])
}

/// Adds an entry to its chain and gives its sequence number.
pub(super) fn append(draft: &mut Draft<'_, '_>, audit: &Audit) -> Result<u64, CommitError> {
    let chain = chain(audit.application.as_deref());
    let head_key = key::of(&[&audit.region, chain]);
    let head = draft.bytes(Table::AuditHeads, &head_key)?;
    let head: Head = match head {
        Some(bytes) => decode(Table::AuditHeads, &bytes)?,
        None => Head {
            sequence: 0,
            hash: GENESIS.to_owned(),
        },
    };
    let sequence = head.sequence + 1;
    let (commitment, detail) = commit_to(&audit.detail)?;
    let mut link = Link {
        at: audit.at,
        actor: audit.actor.clone(),
        role: audit.role.clone(),
        act: audit.act.clone(),
        commitment,
        previous: head.hash,
        hash: String::new(),
    };
    link.hash = link.computed_hash(&audit.region, chain, sequence);
    let key = link_key(&audit.region, chain, sequence);
    draft.write(Table::Audit, key.clone(), encode(Table::Audit, &link)?);
    draft.write(Table::AuditDetails, key, encode(Table::AuditDetails, &detail)?);
    draft.write(
        Table::AuditHeads,
        head_key,
        encode(
            Table::AuditHeads,
            &Head {
                sequence,
                hash: link.hash,
            },
        )?,
    );
    Ok(sequence)
}

/// Erases the detail and salt of an entry.
pub(super) fn erase(
    draft: &mut Draft<'_, '_>,
    region: &str,
    application: Option<&str>,
    sequence: u64,
    at: Timestamp,
) -> Result<(), CommitError> {
    let key = link_key(region, chain(application), sequence);
    match draft.bytes(Table::AuditDetails, &key)? {
        None => Err(CommitError::Missing {
            what: Subject::AuditEntry,
        }),
        Some(bytes) => {
            if let Detail::Kept { .. } = decode(Table::AuditDetails, &bytes)? {
                draft.write(
                    Table::AuditDetails,
                    key,
                    encode(Table::AuditDetails, &Detail::Erased { at })?,
                );
            }
            Ok(())
        }
    }
}

/// A fresh salt, the detail as text, and the commitment to both.
fn commit_to(detail: &Value) -> Result<(String, Detail), StoreError> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).map_err(|_| StoreError::NoRandomness)?;
    let (salt, text) = (hex::encode(&salt), detail.to_string());
    Ok((commitment(&salt, &text), Detail::Kept { salt, text }))
}

fn commitment(salt: &str, text: &str) -> String {
    hex::encode(&Sha256::new().chain_update(salt).chain_update(text).finalize())
}

impl Link {
    /// The hash that this entry must have at this place. Every part goes in with its length, so that no letter can
    /// move from one to the next.
    fn computed_hash(&self, region: &str, chain: &str, sequence: u64) -> String {
        let (at, sequence) = (self.at.to_string(), sequence.to_string());
        let parts = [
            &self.previous,
            region,
            chain,
            &sequence,
            &at,
            &self.actor,
            &self.role,
            &self.act,
            &self.commitment,
        ];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hex::encode(&hash.finalize())
    }
}

/// The entry at this key, with its detail.
fn entry(view: &View, place: &[u8], link: &[u8]) -> Result<AuditEntry, StoreError> {
    let link: Link = decode(Table::Audit, link)?;
    let detail = view.bytes(Table::AuditDetails, place)?;
    let detail = detail.map(|bytes| decode(Table::AuditDetails, &bytes)).transpose()?;
    let (detail, erased_at) = match detail {
        Some(Detail::Kept { text, .. }) => (serde_json::from_str(&text).ok(), None),
        Some(Detail::Erased { at }) => (None, Some(at)),
        None => (None, None),
    };
    let (application, sequence) = place_of(place);
    let Link {
        at,
        actor,
        role,
        act,
        hash,
        ..
    } = link;
    Ok(AuditEntry {
        application,
        sequence,
        at,
        actor,
        role,
        act,
        detail,
        erased_at,
        hash,
    })
}

/// The chain and the sequence number in a key of [`Table::Audit`].
fn place_of(key: &[u8]) -> (Option<String>, u64) {
    let mut parts = key::parts(key).into_iter().skip(1);
    let application = parts.next().filter(|chain| !chain.is_empty());
    let sequence = parts.next().and_then(|n| u64::from_str_radix(&n, 16).ok());
    (application, sequence.unwrap_or_default())
}

impl Store {
    /// All that happened to an application, oldest first.
    pub async fn audit(&self, region: &str, application: &str) -> Result<Vec<AuditEntry>, StoreError> {
        let prefix = key::of(&[region, application]);
        self.read(move |view| {
            let links = view.entries(Table::Audit, key::below(&prefix))?;
            links
                .map(|link| link.and_then(|(place, link)| entry(view, &place, &link)))
                .collect()
        })
        .await
    }

    /// What happened in a region apart from its applications, newest first.
    pub async fn audit_region(&self, region: &str, page: &Page) -> Result<Listed<AuditEntry>, StoreError> {
        let mut keys = key::below(&key::of(&[region, ""]));
        if let Some(before) = &page.after {
            keys.end = key::of(&[region, "", before]);
        }
        let limit = page.limit.min(super::view::PAGE_LIMIT);
        self.read(move |view| {
            let mut items = Vec::new();
            for link in view.entries(Table::Audit, keys)?.rev().take(limit.saturating_add(1)) {
                let (place, link) = link?;
                items.push(entry(view, &place, &link)?);
            }
            let more = items.len() > limit;
            items.truncate(limit);
            let next = items.last().filter(|_| more).map(|last| key::number(last.sequence));
            Ok(Listed { items, next })
        })
        .await
    }

    /// The entries by an account in any chain of a region, and those of the region's own chain that name it.
    pub async fn audit_of(&self, region: &str, account: &str) -> Result<Vec<AuditEntry>, StoreError> {
        let (prefix, account) = (key::of(&[region]), account.to_owned());
        self.read(move |view| {
            let mut found = Vec::new();
            for link in view.entries(Table::Audit, key::below(&prefix))? {
                let (place, link) = link?;
                let entry = entry(view, &place, &link)?;
                let named = entry.detail.as_ref().and_then(|detail| detail.get("account")?.as_str());
                if entry.actor == account || (entry.application.is_none() && named == Some(&account)) {
                    found.push(entry);
                }
            }
            Ok(found)
        })
        .await
    }

    /// Recomputes all audit chains of a region and tells every place where they do not hold.
    pub async fn verify_audit(&self, region: &str) -> Result<AuditProof, StoreError> {
        let region = region.to_owned();
        self.read(move |view| proof::prove(view, &region)).await
    }
}
