//! Walks the audit chains of a region and says whether, and where not, they hold.

use std::collections::BTreeMap;

use super::super::error::StoreError;
use super::super::key;
use super::super::record::decode;
use super::super::table::Table;
use super::super::view::View;
use super::{Detail, GENESIS, Head, Link, commitment, place_of};

/// What walking the chains has shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditProof {
    /// How many chains there are.
    pub chains: u64,
    /// How many entries they have.
    pub entries: u64,
    /// How many of those had their detail erased.
    pub erased: u64,
    /// Where they do not hold; empty is good.
    pub breaks: Vec<AuditBreak>,
}

/// One place where a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditBreak {
    /// The application; `None` for the region's own chain.
    pub application: Option<String>,
    /// The entry.
    pub sequence: u64,
    /// What is wrong.
    pub reason: &'static str,
}

/// The chain being walked and what has been found so far.
struct Walk<'v> {
    view: &'v View,
    region: &'v str,
    heads: BTreeMap<Option<String>, Option<Head>>,
    chain: Option<String>,
    reached: Head,
    proof: AuditProof,
}

/// Proves all chains of a region.
pub(super) fn prove(view: &View, region: &str) -> Result<AuditProof, StoreError> {
    let mut walk = Walk {
        view,
        region,
        heads: heads(view, region)?,
        chain: None,
        reached: genesis(),
        proof: AuditProof::default(),
    };
    for entry in view.entries(Table::Audit, key::below(&key::of(&[region])))? {
        let (place, link) = entry?;
        walk.step(&place, &link)?;
    }
    walk.end_of_chain();
    walk.chains_without_entries();
    Ok(walk.proof)
}

fn genesis() -> Head {
    Head {
        sequence: 0,
        hash: GENESIS.to_owned(),
    }
}

/// Where each chain says it ends; `None` for a record that cannot be read.
fn heads(view: &View, region: &str) -> Result<BTreeMap<Option<String>, Option<Head>>, StoreError> {
    let mut heads = BTreeMap::new();
    for entry in view.entries(Table::AuditHeads, key::below(&key::of(&[region])))? {
        let (place, head) = entry?;
        heads.insert(place_of(&place).0, decode(Table::AuditHeads, &head).ok());
    }
    Ok(heads)
}

impl Walk<'_> {
    fn step(&mut self, place: &[u8], link: &[u8]) -> Result<(), StoreError> {
        let (chain, sequence) = place_of(place);
        if chain != self.chain {
            self.end_of_chain();
            self.chain = chain;
        }
        self.proof.entries += 1;
        if sequence != self.reached.sequence + 1 {
            self.broken(self.reached.sequence + 1, "an entry is missing");
        }
        let Ok(link) = decode::<Link>(Table::Audit, link) else {
            self.broken(sequence, "the entry cannot be read");
            self.reached.sequence = sequence;
            return Ok(());
        };
        if link.previous != self.reached.hash && sequence == self.reached.sequence + 1 {
            self.broken(sequence, "the entry does not follow the one before it");
        }
        if link.hash != link.computed_hash(self.region, self.chain.as_deref().unwrap_or_default(), sequence) {
            self.broken(sequence, "the entry was altered");
        }
        self.detail(place, &link, sequence)?;
        self.reached = Head {
            sequence,
            hash: link.hash,
        };
        Ok(())
    }

    fn detail(&mut self, place: &[u8], link: &Link, sequence: u64) -> Result<(), StoreError> {
        let bytes = self.view.bytes(Table::AuditDetails, place)?;
        match bytes.map(|bytes| decode(Table::AuditDetails, &bytes)) {
            Some(Ok(Detail::Kept { salt, text })) if commitment(&salt, &text) == link.commitment => {}
            Some(Ok(Detail::Kept { .. })) => self.broken(sequence, "the detail was altered"),
            Some(Ok(Detail::Erased { .. })) => self.proof.erased += 1,
            Some(Err(_)) => self.broken(sequence, "the detail cannot be read"),
            None => self.broken(sequence, "the detail is missing"),
        }
        Ok(())
    }

    /// Compares where the walk ended with where the chain says it ends.
    fn end_of_chain(&mut self) {
        let reached = std::mem::replace(&mut self.reached, genesis());
        if reached.sequence == 0 {
            return;
        }
        self.proof.chains += 1;
        if self.heads.remove(&self.chain).flatten() != Some(reached.clone()) {
            self.broken(reached.sequence, "the chain does not end where it says");
        }
    }

    fn chains_without_entries(&mut self) {
        for chain in std::mem::take(&mut self.heads).into_keys() {
            self.proof.chains += 1;
            self.chain = chain;
            self.broken(1, "all entries are missing");
        }
    }

    fn broken(&mut self, sequence: u64, reason: &'static str) {
        self.proof.breaks.push(AuditBreak {
            application: self.chain.clone(),
            sequence,
            reason,
        });
    }
}
