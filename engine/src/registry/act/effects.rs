//! What an action does besides changing the state: number, certificate, mail.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::opinion;
use crate::definition::Form;
use crate::definition::region::{CounterKey, NumberPart, Numbering};
use crate::definition::workflow::{By, Edits, Effect};
use crate::registry::outbox::{Letter, News};
use crate::registry::print::Issue;
use crate::registry::{Case, Person, Refused, Registry};
use crate::store::{Accounts, Certificate, Expect, Put, Recipient, fresh_id};
use crate::workflow::{Step, Waits};

/// What the effects of a step add to its change.
#[derive(Default)]
pub(super) struct Effects {
    pub(super) expect: Vec<Expect>,
    pub(super) put: Vec<Put>,
    pub(super) number: Option<String>,
    pub(super) certificate: Option<(String, String)>,
    pub(super) pictures: Map<String, Json>,
}

impl Registry {
    pub(super) async fn effects(&self, person: &Person, case: &Case, step: &Step) -> Result<Effects, Refused> {
        let mut effects = Effects::default();
        for effect in &step.effects {
            match effect {
                Effect::AssignNumber(numbering) => self.assign_number(case, numbering, &mut effects).await?,
                Effect::Issue(document) => self.issue(case, document, step, &mut effects).await?,
                Effect::Notify(whom) => self.notify(person, case, step, whom, &mut effects).await?,
                // The step already waits for the unit that was named.
                Effect::HandTo(_) => {}
            }
        }
        Ok(effects)
    }

    async fn assign_number(&self, case: &Case, numbering: &str, effects: &mut Effects) -> Result<(), Refused> {
        let region = case.office.region();
        let rule = region
            .numbering
            .get(numbering)
            .ok_or_else(|| Refused::Failed(format!("no numbering {numbering}")))?;
        let year = case.today().year();
        let counter = counter_name(numbering, rule, year, &case.form().code);
        let stands = self.inner.store.counter(&region.id, &counter).await?;
        effects.number = Some(number(rule, year, case.form(), stands + 1));
        effects.expect.push(Expect::Counter {
            region: region.id.to_string(),
            name: counter.clone(),
            value: stands,
        });
        effects.put.push(Put::Counter {
            region: region.id.to_string(),
            name: counter,
            value: stands + 1,
        });
        Ok(())
    }

    async fn issue(&self, case: &Case, document: &str, step: &Step, effects: &mut Effects) -> Result<(), Refused> {
        let number = effects
            .number
            .clone()
            .or_else(|| case.application().number.clone())
            .unwrap_or_default();
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| Refused::Failed(error.to_string()))?;
        let token = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let issue = Issue {
            number: &number,
            on: case.today(),
            verify_token: &token,
            state: &step.to,
        };
        let (pdf, picture) = self.render_issue(case, document, &issue).await?;
        // Kept by content: one that no commit follows harms nobody.
        let picture = self.inner.files.put(picture).await?;
        effects
            .pictures
            .insert(document.to_owned(), Json::String(picture.to_string()));
        let sha256: String = Sha256::digest(&pdf).iter().map(|byte| format!("{byte:02x}")).collect();
        let id = fresh_id(self.inner.clock.now())?;
        effects.certificate = Some((id.clone(), sha256.clone()));
        effects.put.push(Put::Certificate(Box::new(Certificate {
            region: case.application().region.clone(),
            id,
            application: case.application().id.clone(),
            number,
            document: document.to_owned(),
            issued_on: case.today(),
            pdf,
            sha256,
            verify_token: token,
        })));
        Ok(())
    }

    /// The accounts that are meant, where the application waits for `waits`.
    pub(in crate::registry) async fn told(
        &self,
        case: &Case,
        waits: Option<&Waits>,
        whom: &By,
    ) -> Result<Vec<crate::store::Account>, Refused> {
        let region = &case.application().region;
        let wanted = |account: &crate::store::Account| match whom {
            By::Applicant => account.id == case.application().applicant,
            By::Role(role) => account.roles.iter().any(|own| *own == **role),
            By::Handler => waits.is_some_and(|waits| {
                let unit = waits.unit.as_deref();
                account.roles.iter().any(|own| *own == *waits.role)
                    && unit.is_none_or(|unit| account.unit.as_deref() == Some(unit))
            }),
            By::Anyone | By::Clock => false,
        };
        let unit = waits
            .and_then(|waits| waits.unit.as_deref())
            .filter(|_| *whom == By::Handler);
        let accounts: Vec<crate::store::Account> = match (whom, unit) {
            (By::Applicant, _) => self
                .inner
                .store
                .account(region, &case.application().applicant)
                .await?
                .into_iter()
                .collect(),
            (_, Some(unit)) => {
                self.inner
                    .store
                    .accounts(region, &Accounts::Unit(unit.to_owned()))
                    .await?
            }
            _ => self.inner.store.accounts(region, &Accounts::All).await?,
        };
        Ok(accounts.into_iter().filter(wanted).collect())
    }

    async fn notify(
        &self,
        person: &Person,
        case: &Case,
        step: &Step,
        whom: &By,
        effects: &mut Effects,
    ) -> Result<(), Refused> {
        let region = &case.application().region;
        let accounts = self.told(case, step.waits_for.as_ref(), whom).await?;
        let mut told = BTreeSet::from([person.account.clone()]);
        for account in accounts {
            if !told.insert(account.id.clone()) {
                continue;
            }
            let letter = news(whom, case, step, effects);
            effects
                .put
                .push(self.message(region, Recipient::Account(account.id), None, &letter)?);
        }
        Ok(())
    }
}

/// What a step tells these people. To the applicant it matters how it ended, to everybody else that it is their turn.
fn news(whom: &By, case: &Case, step: &Step, effects: &Effects) -> Letter {
    let workflow = &case.office.region().workflow;
    let numbered = effects.number.clone().or_else(|| case.application().number.clone());
    let news = News {
        application: case.application().id.clone(),
        title: case.application().title.clone(),
        state: step.to.to_string(),
        action: step.action.to_string(),
        opinion: opinion(&step.input),
        number: numbered.clone().unwrap_or_default(),
    };
    let next = workflow.states.get(&*step.to);
    let issues = step.effects.iter().any(|effect| matches!(effect, Effect::Issue(_)));
    match whom {
        By::Applicant if issues => Letter::Issued(news),
        By::Applicant if next.is_some_and(|state| state.edits != Edits::Nobody) => Letter::Returned(news),
        By::Applicant if next.is_some_and(|state| state.is_final) && numbered.is_some() => Letter::Approved(news),
        By::Applicant if next.is_some_and(|state| state.is_final) => Letter::Refused(news),
        By::Applicant => Letter::Moved(news),
        _ => Letter::Waiting(news),
    }
}

fn counter_name(numbering: &str, rule: &Numbering, year: i16, category: &str) -> String {
    rule.counter.iter().fold(numbering.to_owned(), |name, key| match key {
        CounterKey::Year => format!("{name}/{year}"),
        CounterKey::Category => format!("{name}/{category}"),
    })
}

/// The number that this count gives.
pub(in crate::registry) fn number(rule: &Numbering, year: i16, form: &Form, serial: u64) -> String {
    let parts = rule.pattern.iter().map(|part| match part {
        NumberPart::Text(text) => text.clone(),
        NumberPart::Year => format!("{year:04}"),
        NumberPart::Category => form.code.clone(),
        NumberPart::Serial(digits) => format!("{serial:0digits$}"),
    });
    parts.collect()
}
