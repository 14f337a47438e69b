//! 个人信息维护: what a person tells about themself, in the region's own form.

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::sign_up::{no_account, text};
use super::{Sheet, Unfit};
use crate::check::Answers;
use crate::registry::{Person, Refused, Registry};
use crate::store::{Account, Change, Put};

impl Registry {
    /// The form of the person's own details with what is known, where the region has one.
    pub async fn profile(&self, person: &Person) -> Result<Option<(Sheet, Answers)>, Refused> {
        let office = self.office(&person.region)?;
        let Some(form) = &office.region().profile else {
            return Ok(None);
        };
        let account = self.account_of(person).await?;
        let sheet = self.sheet(&person.region, form).await?;
        let mut known = self.opened_answers(office, &account.id, sheet.form(), &account.sealed)?;
        let mut keep = |field: &str, value: &str| {
            if sheet.form().field(field).is_some() && !value.is_empty() {
                known.insert(field.to_owned(), Json::String(value.to_owned()));
            }
        };
        keep("name", &account.name);
        keep("phone", &account.phone);
        keep("email", &account.email);
        Ok(Some((sheet, known)))
    }

    /// Stores the person's own details, or says what is wrong with them.
    ///
    /// The address of mail is changed under the account's own page alone, where it is verified.
    pub async fn save_profile(
        &self,
        person: &Person,
        pairs: &[(String, String)],
    ) -> Result<Result<(), Unfit>, Refused> {
        let office = self.office(&person.region)?;
        let (sheet, known) = self.profile(person).await?.ok_or(Refused::NotFound)?;
        let email = known.get("email").cloned();
        let before = known.clone();
        let mut answers = match sheet.checked(pairs, &known)? {
            Ok(answers) => answers,
            Err(unfit) => return Ok(Err(unfit)),
        };
        if let Some(email) = email {
            answers.insert("email".to_owned(), email);
        }
        let asked = sheet.form().fields().map(|(_, field)| &*field.id);
        let fields: Vec<&str> = asked.filter(|id| before.get(*id) != answers.get(*id)).collect();
        let account = self.account_of(person).await?;
        let sealed = self.sealed_over(office, &account, sheet.form(), &answers)?;
        let name = Some(text(&answers, "name").trim()).filter(|name| !name.is_empty());
        let phone = text(&answers, "phone");
        let changed = Account {
            revision: account.revision + 1,
            name: name.unwrap_or(&account.name).to_owned(),
            phone_verified: account
                .phone_verified
                .filter(|_| phone.is_empty() || phone == account.phone),
            phone: if phone.is_empty() {
                account.phone.clone()
            } else {
                phone.to_owned()
            },
            id_valid_until: id_valid_until(&answers).or(account.id_valid_until),
            sealed,
            ..account
        };
        let expect = vec![no_account(&changed)];
        let put = vec![
            self.audit(
                person,
                None,
                "profile",
                json!({"account": changed.id, "fields": fields}),
            ),
            Put::Account(Box::new(changed)),
        ];
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(Ok(()))
    }

    /// The account of somebody who is signed in.
    pub(super) async fn account_of(&self, person: &Person) -> Result<Account, Refused> {
        let account = self.inner.store.account(&person.region, &person.account).await?;
        account.ok_or(Refused::NotSignedIn)
    }
}

/// 证件失效期, where a form asks it.
pub(super) fn id_valid_until(answers: &Answers) -> Option<Date> {
    text(answers, "id_valid_until").parse().ok()
}
