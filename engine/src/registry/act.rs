//! An action carried out: state, number, certificate, mail and audit entry in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::case::party;
use super::{
    Case, Person, Refused, Registry,
    history::RETURNED_WITH,
    print::{Issue, PICTURES},
};
use crate::definition::region::{CounterKey, NumberPart, Numbering, Sees};
use crate::definition::workflow::{Action, By, Edits, Effect};
use crate::definition::{Form, Language, Text};
use crate::store::{
    Accounts, Application, Certificate, Change, CommitError, Expect, Message, Party, Put, Returned, fresh_id,
};
use crate::workflow::{Refusal, Request, Step, decide};

/// How often an action is tried again when another node took the number it was about to take.
const TRIES: usize = 8;

/// What was given with an action.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Its inputs by id: texts, codes, numbers; marks as a list.
    pub input: Map<String, Json>,
    /// Remarks on single marked fields.
    pub remarks: BTreeMap<String, String>,
    /// The application's revision that the person saw.
    pub revision: Option<u64>,
}

/// What an action has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// The state the application stands in now.
    pub state: String,
    /// The number that was assigned.
    pub number: Option<String>,
    /// The certificate that was issued.
    pub certificate: Option<String>,
}

/// What the effects of a step add to its change.
#[derive(Default)]
struct Effects {
    expect: Vec<Expect>,
    put: Vec<Put>,
    number: Option<String>,
    certificate: Option<(String, String)>,
    pictures: Map<String, Json>,
}

impl Registry {
    /// Takes an action. Either all of it happens, durably, or nothing.
    pub async fn act(&self, person: &Person, id: &str, action: &str, given: &Given) -> Result<Acted, Refused> {
        for _ in 0..TRIES {
            let case = self.case(person, id).await?;
            if given.revision.is_some_and(|seen| seen != case.application.revision) {
                return Err(CommitError::Stale {
                    what: crate::store::Subject::Application,
                }
                .into());
            }
            let step = self.decide(&case, action, given).await?;
            let numbered = step
                .effects
                .iter()
                .any(|effect| matches!(effect, Effect::AssignNumber(_)));
            let _turn = if numbered {
                Some(case.office.numbering().await)
            } else {
                None
            };
            let acted = self.carry_out(person, &case, &step, given).await;
            // Somebody took the number meanwhile: read again, render again.
            if !matches!(acted, Err(CommitOr::Moved)) {
                return acted.map_err(Refused::from);
            }
        }
        Err(Refused::Busy)
    }

    async fn decide(&self, case: &Case, action: &str, given: &Given) -> Result<Step, Refused> {
        let workflow = &case.office.region().workflow;
        let needs_check = workflow.actions.get(action).is_some_and(|action| action.requires_check);
        // Who may not act is told so before anything is computed.
        let evaluated = case.evaluated();
        let answers = evaluated.visible_answers(&case.answers);
        let value = |name: &str| evaluated.value(name);
        let request = Request {
            action,
            input: &given.input,
        };
        let early = decide(
            workflow,
            &case.standing,
            &case.actor,
            &case.facts(&answers, &value, Some(0)),
            request,
        );
        let step = early.map_err(|refusal| refused(case, &refusal))?;
        if !needs_check {
            return Ok(step);
        }
        let errors = case.check().await?.errors();
        if errors > 0 {
            return Err(refused(case, &Refusal::NeedsCheck { errors: Some(errors) }));
        }
        Ok(step)
    }

    async fn carry_out(&self, person: &Person, case: &Case, step: &Step, given: &Given) -> Result<Acted, CommitOr> {
        let workflow = &case.office.region().workflow;
        let action = workflow.actions.get(&*step.action).ok_or(Refused::NotFound)?;
        let effects = self.effects(person, case, step).await?;
        let old = &case.application;
        let mut next = self.moved(person, case, action, step, &effects);
        let remarks: Map<String, Json> = given
            .remarks
            .iter()
            .map(|(field, text)| (field.clone(), Json::String(text.clone())))
            .collect();
        next.summary["remarks"] = Json::Object(remarks.clone());
        if next.returned.is_some() && old.returned.is_none() {
            next.summary[RETURNED_WITH] = Json::Object(self.fingerprints(case));
        }
        let acted = Acted {
            state: next.state.clone(),
            number: effects.number.clone(),
            certificate: effects.certificate.as_ref().map(|(id, _)| id.clone()),
        };
        let mut expect = vec![
            Expect::ApplicationRevision {
                region: old.region.clone(),
                id: old.id.clone(),
                revision: old.revision,
            },
            Expect::AnswersRevision {
                region: old.region.clone(),
                id: old.id.clone(),
                revision: old.answers_revision,
            },
        ];
        expect.extend(effects.expect);
        let detail = json!({
            "from": old.state,
            "to": next.state,
            "input": step.input,
            "remarks": remarks,
            "number": effects.number,
            "certificate": effects.certificate.as_ref().map(|(_, sha256)| sha256),
            "answers": answers_digest(case),
        });
        let mut put = vec![Put::Application(Box::new(next))];
        put.extend(effects.put);
        put.push(self.audit(person, Some(&old.id), &step.action, detail));
        match self.inner.store.commit(Change { expect, put }).await {
            Ok(_) => Ok(acted),
            Err(CommitError::CounterMoved { .. }) => Err(CommitOr::Moved),
            Err(error) => Err(CommitOr::Refused(error.into())),
        }
    }

    /// The application as the step leaves it.
    fn moved(&self, person: &Person, case: &Case, action: &Action, step: &Step, effects: &Effects) -> Application {
        let workflow = &case.office.region().workflow;
        let now = self.inner.clock.now();
        let old = &case.application;
        let mut next = Application {
            revision: old.revision + 1,
            updated_at: now,
            ..old.clone()
        };
        if *step.to != *old.state {
            next.state = step.to.to_string();
            next.state_since = now;
        }
        next.waits_for = step.waits_for.as_ref().map(party);
        next.due_on = step.due;
        let handler = Party {
            role: person.role.to_string(),
            unit: person.unit.clone().filter(|_| person.sees != Sees::Region),
        };
        if !case.is_applicant() && !next.handled_by.contains(&handler) {
            next.handled_by.push(handler);
        }
        let edits = |state: &str| workflow.states.get(state).map_or(Edits::Nobody, |state| state.edits);
        let by_applicant = action.by.contains(&By::Applicant) && case.is_applicant();
        if by_applicant && *step.to == *workflow.start {
            next.filed_on = None;
        } else if edits(&old.state) != Edits::Nobody && edits(&next.state) == Edits::Nobody {
            next.filed_on = next.filed_on.or(Some(case.today));
            let names: Map<String, Json> = case
                .picked_names()
                .into_iter()
                .map(|(id, name)| (id, Json::String(name)))
                .collect();
            next.summary["names"] = Json::Object(names);
        }
        next.returned = (edits(&next.state) == Edits::Marked).then(|| Returned {
            opinion: opinion(&step.input),
            by: person.account.clone(),
            marks: step.marks.clone(),
        });
        if let Some(number) = &effects.number {
            next.number = Some(number.clone());
            next.registered_on = Some(case.today);
        }
        if let Some((certificate, _)) = &effects.certificate {
            next.summary[PICTURES] = Json::Object(effects.pictures.clone());
            next.certificate = Some(certificate.clone());
        }
        next
    }

    async fn effects(&self, person: &Person, case: &Case, step: &Step) -> Result<Effects, Refused> {
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
        let year = case.today.year();
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
            .or_else(|| case.application.number.clone())
            .unwrap_or_default();
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| Refused::Failed(error.to_string()))?;
        let token = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let issue = Issue {
            number: &number,
            on: case.today,
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
            region: case.application.region.clone(),
            id,
            application: case.application.id.clone(),
            number,
            document: document.to_owned(),
            issued_on: case.today,
            pdf,
            sha256,
            verify_token: token,
        })));
        Ok(())
    }

    async fn notify(
        &self,
        person: &Person,
        case: &Case,
        step: &Step,
        whom: &By,
        effects: &mut Effects,
    ) -> Result<(), Refused> {
        let region = &case.application.region;
        let wanted = |account: &crate::store::Account| match whom {
            By::Applicant => account.id == case.application.applicant,
            By::Role(role) => account.roles.iter().any(|own| *own == **role),
            By::Handler => step.waits_for.as_ref().is_some_and(|waits| {
                let unit = waits.unit.as_deref();
                account.roles.iter().any(|own| *own == *waits.role)
                    && unit.is_none_or(|unit| account.unit.as_deref() == Some(unit))
            }),
            By::Anyone | By::Clock => false,
        };
        let unit = step
            .waits_for
            .as_ref()
            .and_then(|waits| waits.unit.as_deref())
            .filter(|_| *whom == By::Handler);
        let accounts = match (whom, unit) {
            (By::Applicant, _) => self
                .inner
                .store
                .account(region, &case.application.applicant)
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
        let mut told = BTreeSet::from([person.account.clone()]);
        for account in accounts.into_iter().filter(wanted) {
            if !told.insert(account.id.clone()) {
                continue;
            }
            let now = self.inner.clock.now();
            effects.put.push(Put::Message(Message {
                region: region.clone(),
                id: fresh_id(now)?,
                to: account.id,
                kind: format!("action-{}", step.action),
                data: json!({"application": case.application.id, "state": &*step.to}),
                created_at: now,
                attempts: 0,
                not_before: None,
            }));
        }
        Ok(())
    }
}

/// Why a step was not carried out.
enum CommitOr {
    /// The counter moved: worth another try.
    Moved,
    Refused(Refused),
}

impl From<Refused> for CommitOr {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<CommitOr> for Refused {
    fn from(error: CommitOr) -> Self {
        match error {
            CommitOr::Moved => Self::Busy,
            CommitOr::Refused(refused) => refused,
        }
    }
}

fn refused(case: &Case, refusal: &Refusal) -> Refused {
    let region = case.office.region();
    let text = refusal.text(&region.workflow, &region.roles, case.form());
    match refusal {
        Refusal::UnknownAction(_) => Refused::NotFound,
        Refusal::NotAllowed { .. } => Refused::NotAllowed(text),
        Refusal::WrongState { .. } => Refused::Stale(text),
        Refusal::Input(faults) => {
            let inputs = faults
                .iter()
                .map(|fault| (fault.field.to_string(), fault.message.clone()));
            Refused::Action {
                inputs: inputs.collect(),
                text,
            }
        }
        _ => Refused::Action {
            text,
            inputs: Vec::new(),
        },
    }
}

/// What a reviewer wrote: the input called `opinion`, else the first text that was given.
pub(super) fn opinion(input: &Map<String, Json>) -> String {
    let named = input.get("opinion").and_then(Json::as_str);
    named
        .or_else(|| input.values().find_map(Json::as_str))
        .unwrap_or_default()
        .to_owned()
}

/// The fingerprint of the answers that an action was taken on, for the audit chain.
fn answers_digest(case: &Case) -> String {
    let text = Json::Object(case.answers.clone()).to_string();
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn counter_name(numbering: &str, rule: &Numbering, year: i16, category: &str) -> String {
    rule.counter.iter().fold(numbering.to_owned(), |name, key| match key {
        CounterKey::Year => format!("{name}/{year}"),
        CounterKey::Category => format!("{name}/{category}"),
    })
}

fn number(rule: &Numbering, year: i16, form: &Form, serial: u64) -> String {
    let parts = rule.pattern.iter().map(|part| match part {
        NumberPart::Text(text) => text.clone(),
        NumberPart::Year => format!("{year:04}"),
        NumberPart::Category => form.code.clone(),
        NumberPart::Serial(digits) => format!("{serial:0digits$}"),
    });
    parts.collect()
}

impl Case {
    /// What an action's page needs: the action, if the person may take it now.
    pub fn action(&self, id: &str) -> Result<&Action, Refused> {
        if let Some(action) = self.offered().into_iter().find(|action| *action.id == *id) {
            return Ok(action);
        }
        let workflow = &self.office.region().workflow;
        if !workflow.actions.contains_key(id) {
            return Err(Refused::NotFound);
        }
        let evaluated = self.evaluated();
        let answers = evaluated.visible_answers(&self.answers);
        let value = |name: &str| evaluated.value(name);
        let none = Map::new();
        let facts = self.facts(&answers, &value, Some(0));
        match decide(
            workflow,
            &self.standing,
            &self.actor,
            &facts,
            Request {
                action: id,
                input: &none,
            },
        ) {
            Err(refusal) => Err(refused(self, &refusal)),
            Ok(_) => Err(Refused::NotFound),
        }
    }

    /// The label of a role, for people.
    pub fn role_label(&self, role: &str, language: Language) -> String {
        self.office
            .role(role)
            .map_or_else(|| role.to_owned(), |role| role.label.get(language).to_owned())
    }

    /// A reviewer's remarks on single fields, while the application is returned.
    pub fn remarks(&self) -> BTreeMap<String, String> {
        let remarks = self.application.summary.get("remarks").and_then(Json::as_object);
        let returned = remarks
            .into_iter()
            .flatten()
            .filter(|_| self.application.returned.is_some());
        returned
            .filter_map(|(field, text)| Some((field.clone(), text.as_str()?.to_owned())))
            .collect()
    }

    /// Why the application was returned, while it is.
    pub fn returned_text(&self) -> Option<Text> {
        self.application
            .returned
            .as_ref()
            .map(|returned| Text::chinese(returned.opinion.as_str()))
    }
}
