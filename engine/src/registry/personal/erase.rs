//! One person's data removed, step by step: each application in one transaction, the account last, so that what was
//! interrupted can be run again.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::{Holdings, damaged};
use crate::check::Answers;
use crate::definition::{Field, FieldType, Form, Id, Text, load};
use crate::registry::Refused;
use crate::registry::operator::Operator;
use crate::registry::upload::sending;
use crate::store::{Account, AnswerPage, Application, AuditEntry, Change, Expect, FileId, Put, Sealer, Ticket, Unit};

/// Changes of one transaction.
const PART: usize = 500;

/// What was removed, or would be, and what stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Erasure {
    /// Drafts that go whole, by id.
    pub drafts: Vec<String>,
    /// Unfinished applications that lose their personal answers, by id, with how many answers go.
    pub unfinished: Vec<(String, usize)>,
    /// Files that nobody else has.
    pub files: usize,
    /// Messages.
    pub messages: usize,
    /// Tickets.
    pub tickets: usize,
    /// The names of units that it is no longer asked for.
    pub contact_of: Vec<String>,
    /// Sessions.
    pub sessions: usize,
    /// Audit entries that lose their detail; the entries stay, and the chain still proves.
    pub entries: usize,
    /// What stays, and why.
    pub kept: Vec<Kept>,
}

/// Something that stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// What: a registration number, or what else it is.
    pub what: Text,
    /// Why.
    pub why: Text,
}

impl Operator {
    /// Removes what nothing obliges to keep of one person: account, sessions, tickets, messages, drafts, and the
    /// personal answers of what was filed and is not registered. With `dry_run` it only says what would happen.
    pub async fn erase(&self, account: &Account, dry_run: bool) -> Result<Erasure, Refused> {
        let holdings = self.holdings(account).await?;
        let mut erasure = Erasure {
            sessions: self.store.sessions(&account.region, &account.id).await?.len(),
            messages: holdings.messages.len(),
            tickets: holdings.tickets.len(),
            kept: self.kept(&holdings),
            ..Erasure::default()
        };
        for application in holdings.applications.iter().filter(|it| !is_registered(it)) {
            let change = match self.is_draft(application) {
                true => self.without_draft(application, &mut erasure).await?,
                false => self.without_person(account, application, &mut erasure).await?,
            };
            let files = match self.is_draft(application) {
                true => self.lone_files(application).await?,
                false => Vec::new(),
            };
            erasure.files += files.len();
            if !dry_run {
                self.store.commit(change).await?;
                for file in files {
                    self.files.delete(file).await?;
                }
            }
        }
        for unit in &holdings.contact_of {
            erasure.contact_of.push(unit.name.clone());
            if !dry_run {
                self.store.commit(without_contact(account, unit)).await?;
            }
        }
        let loose = self.without_loose(&holdings, &mut erasure);
        if !dry_run {
            for put in loose.chunks(PART) {
                self.store.commit(change(Vec::new(), put.to_vec())).await?;
            }
            for parts in sending(&holdings.tickets) {
                self.files.drop_parts(&parts).await?;
            }
            self.store.commit(self.without_account(account, &erasure)).await?;
        }
        Ok(erasure)
    }

    fn is_draft(&self, application: &Application) -> bool {
        application.filed_on.is_none() && *self.region.workflow.start == *application.state
    }

    /// What stays: registrations, and what the person did in office.
    fn kept(&self, holdings: &Holdings) -> Vec<Kept> {
        let registered = holdings
            .applications
            .iter()
            .filter(|application| is_registered(application));
        let mut kept: Vec<Kept> = registered
            .map(|application| Kept {
                what: Text::from(application.number.as_deref().unwrap_or(&application.id)),
                why: Text::both(
                    "已登记：登记内容、证书和办理记录是登记机关依法保存的档案",
                    "registered: what was registered, its certificate and its history are records that the office must keep",
                ),
            })
            .collect();
        if !holdings.acts.is_empty() {
            let count = holdings.acts.len();
            kept.push(Kept {
                what: Text::both(
                    format!("对他人申请的 {count} 条办理记录"),
                    format!("{count} acts on other people's applications"),
                ),
                why: Text::both(
                    "属于他人申请的档案，只以账号编号记载",
                    "they belong to those applications and name the account by its number alone",
                ),
            });
        }
        kept
    }

    async fn without_draft(&self, application: &Application, erasure: &mut Erasure) -> Result<Change, Refused> {
        let (region, id) = (&application.region, &application.id);
        let mut put = vec![Put::DeleteApplication {
            region: region.clone(),
            id: id.clone(),
        }];
        let entries = self.store.audit(region, id).await?;
        self.forget(entries.iter(), erasure, &mut put);
        erasure.drafts.push(id.clone());
        Ok(change(vec![stands(application)], put))
    }

    /// The files of an application that no other has handed in.
    async fn lone_files(&self, application: &Application) -> Result<Vec<FileId>, Refused> {
        let mut lone = Vec::new();
        for upload in self.store.uploads(&application.region, &application.id).await? {
            let everywhere = self.store.uploads_of(&upload.file).await?;
            let elsewhere = everywhere
                .iter()
                .any(|other| (&other.region, &other.application) != (&application.region, &application.id));
            if !elsewhere {
                lone.push(upload.file.parse().map_err(|error| damaged(&upload.file, &error))?);
            }
        }
        Ok(lone)
    }

    async fn without_person(
        &self,
        account: &Account,
        application: &Application,
        erasure: &mut Erasure,
    ) -> Result<Change, Refused> {
        let (region, id) = (&application.region, &application.id);
        let form = self.pinned(application).await?;
        let own = own_texts(account);
        let dossier = self.store.dossier(region, id).await?.ok_or(Refused::NotFound)?;
        let (mut expect, mut put, mut removed) = (vec![stands(application)], Vec::new(), 0);
        for page in &dossier.pages {
            let mut answers = page.answers.clone();
            let fields = form.pages.get(page.page.as_str()).map(|page| &page.fields);
            let gone = strip(fields, &mut answers, &own);
            // Rows that could be brought back go with it, whatever they say.
            if gone > 0 || page.removed.is_some() {
                removed += gone;
                expect.push(Expect::PageRevision {
                    region: region.clone(),
                    application: id.clone(),
                    page: page.page.clone(),
                    revision: page.revision,
                });
                put.push(Put::Page(AnswerPage {
                    revision: page.revision + 1,
                    saved_at: self.clock.now(),
                    answers,
                    removed: None,
                    ..AnswerPage::clone(page)
                }));
            }
        }
        put.push(Put::Application(Box::new(Application {
            revision: application.revision + 1,
            applicant_name: String::new(),
            ..application.clone()
        })));
        let entries = self.store.audit(region, id).await?;
        let own = entries.iter().filter(|entry| entry.actor == account.id);
        self.forget(own, erasure, &mut put);
        erasure.unfinished.push((id.clone(), removed));
        Ok(change(expect, put))
    }

    async fn pinned(&self, application: &Application) -> Result<Form, Refused> {
        let version = self
            .store
            .form_version(&application.region, &application.form_hash)
            .await?;
        let version =
            version.ok_or_else(|| Refused::Failed(format!("form version {} is not stored", application.form_hash)))?;
        load::pinned(&self.region, &version.form, &version.definition)
            .map_err(|error| Refused::Failed(format!("form version {}: {error}", application.form_hash)))
    }

    /// Messages, tickets and the region's own entries.
    fn without_loose(&self, holdings: &Holdings, erasure: &mut Erasure) -> Vec<Put> {
        let mut put = Vec::new();
        put.extend(holdings.messages.iter().map(|message| Put::DropMessage {
            region: message.region.clone(),
            id: message.id.clone(),
        }));
        put.extend(holdings.tickets.iter().map(Ticket::dropped));
        self.forget(holdings.entries.iter(), erasure, &mut put);
        put
    }

    fn without_account(&self, account: &Account, erasure: &Erasure) -> Change {
        let detail = json!({
            "account": account.id,
            "drafts": erasure.drafts,
            "unfinished": erasure.unfinished.iter().map(|(id, _)| id).collect::<Vec<_>>(),
            "kept": erasure.kept.len(),
        });
        let delete = Put::DeleteAccount {
            region: account.region.clone(),
            id: account.id.clone(),
        };
        let expect = Expect::AccountRevision {
            region: account.region.clone(),
            id: account.id.clone(),
            revision: account.revision,
        };
        change(vec![expect], vec![delete, self.audit("account-erase", detail)])
    }

    /// Erases the details of audit entries that have one.
    fn forget<'e>(&self, entries: impl Iterator<Item = &'e AuditEntry>, erasure: &mut Erasure, put: &mut Vec<Put>) {
        for entry in entries.filter(|entry| entry.detail.as_ref().is_some_and(|detail| !detail.is_null())) {
            erasure.entries += 1;
            put.push(Put::EraseAuditDetail {
                region: self.region.id.to_string(),
                application: entry.application.clone(),
                sequence: entry.sequence,
                at: self.clock.now(),
            });
        }
    }
}

/// What the person is called, and where they are reached.
fn own_texts(account: &Account) -> BTreeSet<&str> {
    let own = [&account.name, &account.sign_in_name, &account.email, &account.phone];
    own.into_iter().map(String::as_str).collect()
}

/// The unit without the person as whom to ask.
fn without_contact(account: &Account, unit: &Unit) -> Change {
    let mut sealed = unit.sealed.clone();
    if let Some(answers) = sealed.as_object_mut() {
        strip(None, answers, &own_texts(account));
    }
    let expect = Expect::UnitRevision {
        region: unit.region.clone(),
        id: unit.id.clone(),
        revision: unit.revision,
    };
    let unit = Unit {
        revision: unit.revision + 1,
        sealed,
        ..unit.clone()
    };
    change(vec![expect], vec![Put::Unit(unit)])
}

fn change(expect: Vec<Expect>, put: Vec<Put>) -> Change {
    Change { expect, put }
}

fn is_registered(application: &Application) -> bool {
    application.number.is_some() || application.certificate.is_some()
}

fn stands(application: &Application) -> Expect {
    Expect::ApplicationRevision {
        region: application.region.clone(),
        id: application.id.clone(),
        revision: application.revision,
    }
}

/// Takes out what is personal: sealed answers, what is marked sensitive, addresses and telephone numbers, and
/// whatever is the person's own name or sign-in name. Gives how many answers went.
fn strip(fields: Option<&IndexMap<Id, Field>>, answers: &mut Answers, own: &BTreeSet<&str>) -> usize {
    let before = answers.len();
    let mut within = 0;
    answers.retain(|id, value| {
        let field = fields.and_then(|fields| fields.get(id.as_str()));
        let text = value.as_str();
        let named = text.is_some_and(|text| own.contains(text) || is_contact(text));
        if Sealer::is_sealed(value) || field.is_some_and(is_personal) || named {
            return false;
        }
        let columns = match field.map(|field| &field.kind) {
            Some(FieldType::Table(table)) => Some(&table.columns),
            _ => None,
        };
        for row in value
            .as_array_mut()
            .into_iter()
            .flatten()
            .filter_map(Json::as_object_mut)
        {
            within += strip(columns, row, own);
        }
        true
    });
    before - answers.len() + within
}

fn is_personal(field: &Field) -> bool {
    field.sensitive || matches!(field.kind, FieldType::Email | FieldType::Phone)
}

/// Whether a text is an e-mail address or a telephone number and nothing else: forms ask for them as plain texts, too.
fn is_contact(text: &str) -> bool {
    let text = text.trim();
    let is_address = text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !text.contains(char::is_whitespace) && !host.contains('@')
    });
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_mobile = digits.len() == 11 && digits.starts_with('1') && !digits.starts_with("10");
    let is_landline = (10..=18).contains(&digits.len()) && digits.starts_with('0');
    is_address || (is_number && (is_mobile || is_landline))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers_are_personal_whatever_the_field_is_called() {
        for contact in [
            "wang@example.cn",
            "13800001234",
            "138 0000 1234",
            "0931-8912345",
            "09318912345",
        ] {
            assert!(is_contact(contact), "{contact}");
        }
        for other in [
            "",
            "光伏",
            "2024-06-18",
            "9622026Y0001",
            "0.5",
            "1,200",
            "@",
            "a b@c.d",
            "62010219700914101X",
        ] {
            assert!(!is_contact(other), "{other}");
        }
    }

    #[test]
    fn a_person_is_taken_out_of_answers() {
        let sealed = Sealer::new(&[7; 32]).seal("r/a/people.id_no", "x").unwrap();
        let mut answers = json!({
            "name": "一种支架", "contact": "王伟", "phone": "13800001234",
            "people": [{"name": "王伟", "id_no": sealed, "title": "11"}, {"name": "李强", "id_no": sealed}],
        });
        let answers = answers.as_object_mut().unwrap();
        assert_eq!(strip(None, answers, &BTreeSet::from(["王伟"])), 5);
        assert_eq!(
            Json::Object(answers.clone()),
            json!({"name": "一种支架", "people": [{"title": "11"}, {"name": "李强"}]})
        );
    }
}
