//! An action carried out: state, number, certificate, mail and audit entry in one transaction.

mod effects;
mod inputs;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use effects::Effects;
pub(super) use effects::number as number_of;

use super::case::party;
use super::{Case, Person, Refused, Registry, history::RETURNED_WITH, print::PICTURES};
use crate::definition::region::Sees;
use crate::definition::workflow::{Action, By, Edits, Effect};
use crate::definition::{Language, Text};
use crate::store::{Application, Change, CommitError, Expect, Party, Put, Returned};
use crate::workflow::{Actor, Refusal, Request, Step, decide};

/// How often an action is tried again when another node took the number it was about to take.
const TRIES: usize = 8;

/// Characters of a remark on one field.
const REMARK: usize = 500;

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

impl Registry {
    /// Takes an action. Either all of it happens, durably, or nothing.
    pub async fn act(&self, person: &Person, id: &str, action: &str, given: &Given) -> Result<Acted, Refused> {
        self.act_as(person, false, id, action, given).await
    }

    /// Takes an action of the clock: its time is up.
    pub(super) async fn act_by_clock(&self, region: &str, id: &str, action: &str) -> Result<Acted, Refused> {
        let clock = Person::clock(region);
        self.act_as(&clock, true, id, action, &Given::default()).await
    }

    async fn act_as(
        &self,
        person: &Person,
        is_clock: bool,
        id: &str,
        action: &str,
        given: &Given,
    ) -> Result<Acted, Refused> {
        for _ in 0..TRIES {
            let case = match is_clock {
                true => self.case_of(&person.region, id, |_| Actor::Clock).await?,
                false => self.case(person, id).await?,
            };
            if given.revision.is_some_and(|seen| seen != case.application().revision) {
                return Err(CommitError::Stale {
                    what: crate::store::Subject::Application,
                }
                .into());
            }
            if given.remarks.values().any(|text| text.chars().count() > REMARK) {
                let text = Text::both(
                    format!("每处备注最多 {REMARK} 字，请缩短后再提交"),
                    format!("A remark has at most {REMARK} characters; please shorten it."),
                );
                return Err(Refused::Action {
                    text,
                    inputs: Vec::new(),
                });
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

    /// The fingerprint of the answers that an action was taken on, for the audit chain. Keyed, because
    /// the sealed among them could be guessed from a plain one.
    fn answers_digest(&self, case: &Case) -> String {
        let place = format!("{}/{}/answers", case.application().region, case.application().id);
        self.inner
            .sealer
            .fingerprint(&place, &Json::Object(case.answers().clone()).to_string())
    }

    async fn decide(&self, case: &Case, action: &str, given: &Given) -> Result<Step, Refused> {
        let workflow = &case.office.region().workflow;
        let needs_check = workflow.actions.get(action).is_some_and(|action| action.requires_check);
        // Who may not act is told so before anything is computed.
        let evaluated = case.evaluated();
        let answers = evaluated.visible_answers(case.answers());
        let value = |name: &str| evaluated.value(name);
        let request = Request {
            action,
            input: &given.input,
        };
        let early = decide(
            workflow,
            case.standing(),
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
        let old = case.application();
        let mut next = self.moved(person, case, action, step, &effects);
        let remarks: Map<String, Json> = given
            .remarks
            .iter()
            .filter(|(field, _)| step.marks.contains(field))
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
            "answers": self.answers_digest(case),
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
        let old = case.application();
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
        let by_somebody = !handler.role.is_empty();
        if by_somebody && !case.is_applicant() && !next.handled_by.contains(&handler) {
            next.handled_by.push(handler);
        }
        let edits = |state: &str| workflow.states.get(state).map_or(Edits::Nobody, |state| state.edits);
        let by_applicant = action.by.contains(&By::Applicant) && case.is_applicant();
        if by_applicant && *step.to == *workflow.start {
            next.filed_on = None;
        } else if edits(&old.state) != Edits::Nobody && edits(&next.state) == Edits::Nobody {
            next.filed_on = next.filed_on.or(Some(case.today()));
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
            next.registered_on = Some(case.today());
        }
        if let Some((certificate, _)) = &effects.certificate {
            next.summary[PICTURES] = Json::Object(effects.pictures.clone());
            next.certificate = Some(certificate.clone());
        }
        next
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
        let answers = evaluated.visible_answers(self.answers());
        let value = |name: &str| evaluated.value(name);
        let none = Map::new();
        let facts = self.facts(&answers, &value, Some(0));
        match decide(
            workflow,
            self.standing(),
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
        let today = self.office.region().role_now(role);
        today
            .and_then(|role| self.office.role(role))
            .map_or_else(|| role.to_owned(), |role| role.label.get(language).to_owned())
    }

    /// A reviewer's remarks on single fields, while the application is returned.
    pub fn remarks(&self) -> BTreeMap<String, String> {
        let remarks = self.application().summary.get("remarks").and_then(Json::as_object);
        let returned = remarks
            .into_iter()
            .flatten()
            .filter(|_| self.application().returned.is_some());
        returned
            .filter_map(|(field, text)| Some((field.clone(), text.as_str()?.to_owned())))
            .collect()
    }

    /// Why the application was returned, while it is.
    pub fn returned_text(&self) -> Option<Text> {
        self.application()
            .returned
            .as_ref()
            .map(|returned| Text::chinese(returned.opinion.as_str()))
    }
}
