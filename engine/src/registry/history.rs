//! What happened to an application, for the people who see it.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde_json::{Map, Value as Json};

use super::{Case, Person, Refused, Registry, act::opinion, clock::local};
use crate::check::Answers;
use crate::store::Application;

/// Where an application's summary keeps the fingerprints of its last return.
pub(super) const RETURNED_WITH: &str = "returned_with";

/// The same press of a button comes again within so long.
pub(super) const TWICE: SignedDuration = SignedDuration::from_mins(1);

/// One action that was taken.
#[derive(Debug, Clone)]
pub struct Event {
    /// When, in the office's time.
    pub at: DateTime,
    /// The name of the person.
    pub name: String,
    /// The role they acted in.
    pub role: String,
    /// The action's id, or `create`.
    pub act: String,
    /// The state it led to.
    pub state: Option<String>,
    /// What was written.
    pub opinion: Option<String>,
    /// What was marked.
    pub marks: Vec<String>,
}

impl Registry {
    /// The fields whose answers differ from what they were when the application was last returned;
    /// none where it never was.
    pub fn changed(&self, case: &Case) -> BTreeSet<String> {
        let Some(before) = case.application().summary.get(RETURNED_WITH).and_then(Json::as_object) else {
            return BTreeSet::new();
        };
        let now = self.fingerprints(case);
        let fields = case.form().fields().map(|(_, field)| &*field.id);
        fields
            .filter(|id| now.get(*id) != before.get(*id))
            .map(str::to_owned)
            .collect()
    }

    /// The application, where this very person has just taken this action on it as it was at the revision they saw:
    /// a button that was pressed twice acts once, and the second press finds it done.
    pub async fn acted_already(
        &self,
        person: &Person,
        id: &str,
        action: &str,
        seen: u64,
    ) -> Result<Option<Application>, Refused> {
        let store = &self.inner.store;
        let application = store.application(&person.region, id).await?;
        let Some(application) = application.filter(|application| application.revision == seen.saturating_add(1)) else {
            return Ok(None);
        };
        let acts = store.audit(&person.region, id).await?;
        let last = acts.iter().rev().find(|entry| entry.act == action);
        let now = self.inner.clock.now();
        let own = last.is_some_and(|entry| entry.actor == person.account && entry.at + TWICE > now);
        Ok(own.then_some(application))
    }

    /// What the answers are, for comparing: a keyed hash tells nothing of a sensitive one.
    pub(super) fn fingerprints(&self, case: &Case) -> Map<String, Json> {
        self.fingerprints_of(case.application(), case.answers())
    }

    /// The same of other answers than the stored ones.
    pub(super) fn fingerprints_of(&self, application: &Application, answers: &Answers) -> Map<String, Json> {
        let hash = |(id, answer): (&String, &Json)| {
            let place = format!("{}/{}/{id}", application.region, application.id);
            (
                id.clone(),
                Json::String(self.inner.sealer.fingerprint(&place, &answer.to_string())),
            )
        };
        answers.iter().map(hash).collect()
    }

    /// The actions taken on an application, newest first; saves are left out.
    pub async fn history(&self, case: &Case) -> Result<Vec<Event>, Refused> {
        let application = case.application();
        let workflow = &case.office().region().workflow;
        let mut events = Vec::new();
        for entry in self.inner.store.audit(&application.region, &application.id).await? {
            let told_create = entry.act == "create";
            let told = told_create || workflow.actions.contains_key(entry.act.as_str());
            if !told {
                continue;
            }
            let account = self.inner.store.account(&application.region, &entry.actor).await?;
            let detail = entry.detail.unwrap_or(Json::Null);
            let input = detail
                .get("input")
                .and_then(Json::as_object)
                .cloned()
                .unwrap_or_default();
            let marks = input
                .values()
                .filter_map(Json::as_array)
                .flatten()
                .filter_map(Json::as_str);
            events.push(Event {
                at: local(entry.at),
                name: account.map(|account| account.name).unwrap_or_default(),
                role: entry.role,
                act: entry.act,
                state: match detail.get("to").and_then(Json::as_str) {
                    None if told_create => Some(workflow.start.to_string()),
                    // A state that was renamed since is told by its name of today.
                    to => to.map(|to| workflow.now(to).map_or_else(|| to.to_owned(), ToString::to_string)),
                },
                opinion: Some(opinion(&input)).filter(|opinion| !opinion.is_empty()),
                marks: marks.map(str::to_owned).collect(),
            });
        }
        events.reverse();
        Ok(events)
    }
}
