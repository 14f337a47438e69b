//! Everything about one person as files: `person.json`, uploads and certificates.

use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::damaged;
use crate::registry::Refused;
use crate::registry::operator::Operator;
use crate::registry::sealed::{self, Place};
use crate::store::{Account, Application, AuditEntry, FileId, LETTER, Message, Sealer, Unit, place};

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// How many applications.
    pub applications: usize,
    /// How many files, `person.json` among them.
    pub files: usize,
}

impl Operator {
    /// Writes everything about an account to a folder that is not there yet, readable by its owner alone.
    pub async fn export(&self, account: &Account, to: &Path) -> Result<Exported, Refused> {
        make_folder(to)?;
        let holdings = self.holdings(account).await?;
        let mut done = Exported {
            applications: holdings.applications.len(),
            files: 1,
        };
        let mut applications = Vec::new();
        for application in &holdings.applications {
            applications.push(self.export_application(application, to, &mut done.files).await?);
        }
        let sessions = self.store.sessions(&account.region, &account.id).await?;
        let sessions = sessions
            .iter()
            .map(|session| json!({"began": session.created_at, "last_used": session.seen_at, "role": session.role}));
        let mut messages = Vec::new();
        for message in &holdings.messages {
            let data = self.said(message)?;
            messages.push(json!({"kind": message.kind, "written": message.created_at, "data": data}));
        }
        let tickets = holdings
            .tickets
            .iter()
            .map(|ticket| json!({"kind": ticket.kind, "ends": ticket.expires_at}));
        let acts = holdings.acts.iter().map(|entry| {
            // What it is about is another person's: that it was done, not what stands there.
            json!({"application": entry.application, "at": entry.at, "role": entry.role, "act": entry.act})
        });
        let person = json!({
            "region": &*self.region.id,
            "exported_at": self.clock.now(),
            "account": self.account_data(account).await?,
            "contact_of": self.contact_data(&holdings.contact_of)?,
            "applications": applications,
            "sessions": sessions.collect::<Vec<_>>(),
            "messages": messages,
            "tickets": tickets.collect::<Vec<_>>(),
            "audit": holdings.entries.iter().map(entry).collect::<Vec<_>>(),
            "handled": acts.collect::<Vec<_>>(),
        });
        let text = serde_json::to_string_pretty(&person).map_err(|error| Refused::Failed(error.to_string()))?;
        write(&to.join("person.json"), text.as_bytes())?;
        Ok(done)
    }

    async fn account_data(&self, account: &Account) -> Result<Json, Refused> {
        let unit = match &account.unit {
            Some(unit) => self.store.unit(&account.region, unit).await?.map(|unit| unit.name),
            None => None,
        };
        let mut data = serde_json::to_value(account).map_err(|error| Refused::Failed(error.to_string()))?;
        if let Some(data) = data.as_object_mut() {
            // What opens the account is no information about the person.
            for secret in ["password_hash", "second_factor", "link"] {
                data.shift_remove(secret);
            }
            data.insert("unit_name".into(), json!(unit));
            for value in data.values_mut().filter_map(Json::as_object_mut) {
                self.unsealed(&account.id, value)?;
            }
        }
        Ok(data)
    }

    /// What units that name the account as whom to ask have told.
    fn contact_data(&self, units: &[Unit]) -> Result<Vec<Json>, Refused> {
        let told = |unit: &Unit| {
            let mut answers = unit.sealed.as_object().cloned().unwrap_or_default();
            self.unsealed(&unit.id, &mut answers)?;
            Ok(json!({"unit": unit.name, "answers": answers}))
        };
        units.iter().map(told).collect()
    }

    async fn export_application(
        &self,
        application: &Application,
        to: &Path,
        files: &mut usize,
    ) -> Result<Json, Refused> {
        let (region, id) = (&application.region, &application.id);
        let dossier = self.store.dossier(region, id).await?;
        let pages = dossier.as_ref().map(|dossier| dossier.pages.as_slice());
        let mut answers = Map::new();
        for page in pages.unwrap_or_default() {
            let mut opened = page.answers.clone();
            self.unsealed(id, &mut opened)?;
            answers.insert(page.page.clone(), json!({"saved_at": page.saved_at, "answers": opened}));
        }
        let mut uploads = Vec::new();
        for upload in self.store.uploads(region, id).await? {
            let file: FileId = upload.file.parse().map_err(|error| damaged(&upload.file, &error))?;
            let path = format!(
                "files/{id}-{}-{}",
                &upload.file[..8.min(upload.file.len())],
                upload.name
            );
            write(&to.join(&path), &self.files.get(file).await?)?;
            *files += 1;
            uploads.push(json!({"name": upload.name, "size": upload.size, "at": upload.at, "path": path}));
        }
        let mut certificate = Json::Null;
        if let Some(certified) = &application.certificate
            && let Some(found) = self.store.certificate(region, certified).await?
        {
            let path = format!("certificates/{}.pdf", found.id);
            write(&to.join(&path), &found.pdf)?;
            *files += 1;
            certificate = json!({"number": found.number, "issued_on": found.issued_on, "path": path});
        }
        let audit = self.store.audit(region, id).await?;
        Ok(json!({
            "id": id,
            "form": application.form,
            "title": application.title,
            "state": application.state,
            "number": application.number,
            "created_at": application.created_at,
            "updated_at": application.updated_at,
            "filed_on": application.filed_on,
            "registered_on": application.registered_on,
            "pages": answers,
            "files": uploads,
            "certificate": certificate,
            "audit": audit.iter().map(entry).collect::<Vec<_>>(),
        }))
    }

    /// What a message says, while it is kept.
    fn said(&self, message: &Message) -> Result<Json, Refused> {
        if !Sealer::is_sealed(&message.data) {
            return Ok(message.data.clone());
        }
        let plain = self
            .sealer
            .open(&place(&message.region, &message.id, LETTER), &message.data)?;
        Ok(serde_json::from_str(&plain).unwrap_or(Json::Null))
    }

    /// Opens what is sealed among these answers of this owner.
    fn unsealed(&self, owner: &str, answers: &mut Map<String, Json>) -> Result<(), Refused> {
        let place = Place {
            region: &self.region.id,
            application: owner,
        };
        Ok(sealed::open_all(&self.sealer, &place, answers)?)
    }
}

fn entry(entry: &AuditEntry) -> Json {
    json!({
        "at": entry.at, "actor": entry.actor, "role": entry.role, "act": entry.act, "detail": entry.detail,
        "erased_at": entry.erased_at,
    })
}

fn make_folder(path: &Path) -> Result<(), Refused> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    for folder in [path.to_owned(), path.join("files"), path.join("certificates")] {
        let made = builder.create(&folder);
        made.map_err(|error| damaged(&folder.display().to_string(), &error))?;
    }
    Ok(())
}

fn write(path: &Path, content: &[u8]) -> Result<(), Refused> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(content));
    written.map_err(|error| damaged(&path.display().to_string(), &error))
}
