//! One person's data: all of it written out, or removed as far as nothing obliges to keep it (个人信息保护法 第四十五、
//! 四十七条). What was registered stays with its certificate: it is the office's record.

mod erase;
mod export;

use serde_json::Value as Json;

use super::Refused;
use super::operator::Operator;
use crate::definition::Text;
use crate::store::{Account, Application, AuditEntry, Listing, Message, Page, Recipient, Ticket, Unit};

pub use erase::{Erasure, Kept};
pub use export::Exported;

/// How many records are read at a time.
const PART: usize = 500;

/// What the records of a region hold about one account, besides the account.
pub(super) struct Holdings {
    /// The applications it files.
    pub(super) applications: Vec<Application>,
    /// Messages to it.
    pub(super) messages: Vec<Message>,
    /// Tickets that name it.
    pub(super) tickets: Vec<Ticket>,
    /// Entries of the region's own chain by it or about it.
    pub(super) entries: Vec<AuditEntry>,
    /// What it did to other people's applications.
    pub(super) acts: Vec<AuditEntry>,
    /// The units that name it as whom to ask: with its address or its telephone number.
    pub(super) contact_of: Vec<Unit>,
}

impl Operator {
    pub(super) async fn holdings(&self, account: &Account) -> Result<Holdings, Refused> {
        let region = &*self.region.id;
        let applications = self.own_applications(account).await?;
        let names = [&account.id, &account.sign_in_name, &account.email, &account.phone];
        let names: Vec<&str> = names
            .into_iter()
            .map(String::as_str)
            .filter(|name| !name.is_empty())
            .collect();
        let messages = self.messages_to(&names).await?;
        let tickets = self.store.all_tickets(region).await?;
        let tickets = tickets
            .into_iter()
            .filter(|ticket| names.contains(&ticket.key.as_str()) || mentions(&ticket.data, &names));
        let own = |id: &str| applications.iter().any(|application| application.id == id);
        let (mut entries, mut acts) = (Vec::new(), Vec::new());
        for entry in self.store.audit_of(region, &account.id).await? {
            match &entry.application {
                None => entries.push(entry),
                Some(id) if !own(id) => acts.push(entry),
                Some(_) => {}
            }
        }
        let mut contact_of = self.store.units(region).await?;
        contact_of.retain(|unit| {
            let reached = |(field, own): (&str, &String)| !own.is_empty() && unit.sealed[field] == **own;
            [("email", &account.email), ("phone", &account.phone)]
                .into_iter()
                .any(reached)
        });
        Ok(Holdings {
            contact_of,
            messages,
            tickets: tickets.collect(),
            applications,
            entries,
            acts,
        })
    }

    /// The messages to an account, or to an address of it.
    async fn messages_to(&self, names: &[&str]) -> Result<Vec<Message>, Refused> {
        let mut page = Page::first(PART);
        let mut all = Vec::new();
        loop {
            let part = self.store.messages(&self.region.id, &page).await?;
            let to = |message: &Message| match &message.to {
                Recipient::Account(to) => names.contains(&to.as_str()),
                Recipient::Address { address, of } => [address, of].iter().any(|name| names.contains(&name.as_str())),
            };
            all.extend(part.items.into_iter().filter(to));
            match part.next {
                Some(next) => page.after = Some(next),
                None => return Ok(all),
            }
        }
    }

    async fn own_applications(&self, account: &Account) -> Result<Vec<Application>, Refused> {
        let listing = Listing::Applicant(account.id.clone());
        let mut page = Page::first(PART);
        let mut all = Vec::new();
        loop {
            let part = self.store.applications(&self.region.id, &listing, &page).await?;
            all.extend(part.items);
            match part.next {
                Some(next) => page.after = Some(next),
                None => return Ok(all),
            }
        }
    }
}

/// Whether one of these names stands in the data as a text of its own.
fn mentions(data: &Json, names: &[&str]) -> bool {
    match data {
        Json::String(text) => names.contains(&text.as_str()),
        Json::Array(items) => items.iter().any(|item| mentions(item, names)),
        Json::Object(object) => object.values().any(|value| mentions(value, names)),
        _ => false,
    }
}

fn damaged(what: &str, error: &impl std::fmt::Display) -> Refused {
    Refused::Input(Text::both(format!("{what}：{error}"), format!("{what}: {error}")))
}
