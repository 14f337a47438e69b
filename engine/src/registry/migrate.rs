//! Applications in progress, taken over to the form of today: only where that is safe, one durable transaction
//! each, and audited. Everything else stays as it is and is told.
//!
//! A server does none of this by itself: an application is judged by the form it began with until an operator
//! runs `dengji migrate`.

mod judge;

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::draft::by_page;
use super::history::RETURNED_WITH;
use super::{Case, Refused, Registry};
use crate::check::{Answers, CompiledForm};
use crate::definition::difference::{Carried, Consequence, origins};
use crate::definition::{Form, Id, Text};
use crate::store::{Application, Audit, Change, Expect, Listing, Page, Put};
use crate::workflow::Actor;

/// How many applications are read in one go.
const PART: usize = 200;

/// One application and what becomes of it.
#[derive(Debug, Clone)]
pub struct Fate {
    /// Its id.
    pub application: String,
    /// What lists call it.
    pub title: String,
    /// Its form.
    pub form: String,
    /// The state it stands in.
    pub state: String,
    /// The content hash of the version it is pinned to.
    pub from: String,
    /// The content hash of the form of today; none where the region no longer has the form.
    pub to: Option<String>,
    /// What taking it over does to it.
    pub consequence: Consequence,
    /// Why it cannot be taken over as it is; empty where that is safe.
    pub reasons: Vec<Reason>,
    /// Whether it was taken over.
    pub moved: bool,
}

/// Why an application cannot be taken over as it is. It tells no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The place among the answers; none where it is about the whole application.
    pub at: Option<String>,
    /// What this alone does to it.
    pub consequence: Consequence,
    /// In words.
    pub message: Text,
}

/// What a run has come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Applications in progress that are pinned to the form of today.
    pub current: usize,
    /// Applications that have ended.
    pub ended: usize,
    /// Those on an older version, by consequence, mildest first.
    pub counts: [usize; 4],
    /// How many of them were taken over.
    pub moved: usize,
}

impl Registry {
    /// Judges every application in progress of a region, or the one called `only`, and with `go` takes over
    /// those for which that is safe. `tell` hears of each that is on an older version. What was done stays done
    /// if it is interrupted, and a second run goes on from there.
    pub async fn migrate(
        &self,
        region: &str,
        only: Option<&str>,
        go: bool,
        mut tell: impl FnMut(Fate),
    ) -> Result<Outcome, Refused> {
        let mut outcome = Outcome::default();
        if let Some(id) = only {
            let application = self
                .inner
                .store
                .application(region, id)
                .await?
                .ok_or(Refused::NotFound)?;
            self.one(&application, go, &mut outcome, &mut tell).await?;
            return Ok(outcome);
        }
        let mut after = None;
        loop {
            let page = Page { after, limit: PART };
            let listed = self.inner.store.applications(region, &Listing::All, &page).await?;
            for application in &listed.items {
                self.one(application, go, &mut outcome, &mut tell).await?;
            }
            after = listed.next;
            if after.is_none() {
                return Ok(outcome);
            }
        }
    }

    async fn one(
        &self,
        application: &Application,
        go: bool,
        outcome: &mut Outcome,
        tell: &mut impl FnMut(Fate),
    ) -> Result<(), Refused> {
        let office = self.office(&application.region)?;
        let workflow = &office.region().workflow;
        let state = workflow
            .now(&application.state)
            .and_then(|state| workflow.states.get(state));
        let form = office.form(&application.form);
        if state.is_some_and(|state| state.is_final) {
            outcome.ended += 1;
            return Ok(());
        }
        if form.is_some_and(|form| form.form().hash == application.form_hash) {
            outcome.current += 1;
            return Ok(());
        }
        let mut fate = fate(application, form.map(|form| form.form()));
        let reasons = match (state, form) {
            (None, _) => Err(stuck(
                "流程里已没有它所处的状态",
                "the workflow no longer has the state it stands in",
            )),
            (_, None) => Err(stuck("本地区已不提供这种登记表", "the region no longer has its form")),
            (Some(_), Some(form)) => self.judged(application, form).await,
        };
        match reasons {
            Err(reason) => fate.reasons.push(reason),
            Ok((case, carried, reasons)) if reasons.is_empty() => {
                if let (true, Some(form)) = (go, form) {
                    match self.take_over(&case, form, carried).await {
                        Ok(()) => {
                            fate.moved = true;
                            outcome.moved += 1;
                        }
                        Err(Refused::Stale(_)) => fate.reasons.push(stuck(
                            "同时有人在改它，没有转入，请再运行一次",
                            "somebody was changing it at the same time; it was not moved, run this again",
                        )),
                        Err(error) => return Err(error),
                    }
                }
            }
            Ok((_, _, reasons)) => fate.reasons = reasons,
        }
        let gravest = fate.reasons.iter().map(|reason| reason.consequence).max();
        fate.consequence = gravest.unwrap_or(Consequence::Safe);
        outcome.counts[fate.consequence as usize] += 1;
        tell(fate);
        Ok(())
    }

    /// The application under its own form, its answers in the new one, and what speaks against moving it.
    async fn judged(
        &self,
        application: &Application,
        form: &Arc<CompiledForm>,
    ) -> Result<(Case, Carried, Vec<Reason>), Reason> {
        let case = self
            .case_of(&application.region, &application.id, |_| Actor::Clock)
            .await;
        let case = case.map_err(|error| {
            let reason = match error {
                Refused::Failed(reason) => reason,
                other => other.to_string(),
            };
            stuck(
                &format!("它所用的版本读不出来：{reason}"),
                &format!("the version it is on cannot be read: {reason}"),
            )
        })?;
        let (carried, reasons) = judge::judge(&case, form).await;
        Ok((case, carried, reasons))
    }

    async fn take_over(&self, case: &Case, form: &Arc<CompiledForm>, carried: Carried) -> Result<(), Refused> {
        let new = form.form();
        let application = case.application();
        let (region, id) = (application.region.clone(), application.id.clone());
        let expect = vec![
            Expect::ApplicationRevision {
                region: region.clone(),
                id: id.clone(),
                revision: application.revision,
            },
            Expect::AnswersRevision {
                region: region.clone(),
                id: id.clone(),
                revision: application.answers_revision,
            },
        ];
        let next = self.next(case, new, &carried);
        let mut put = vec![
            Put::FormVersion(self.version(&region, new)),
            Put::Application(Box::new(next)),
        ];
        put.extend(self.pages(case, new, carried.answers.clone())?);
        let renamed = carried.origins.iter().filter(|(now, before)| now != before);
        let renamed: Map<String, Json> = renamed.map(|(now, old)| (old.to_string(), json!(&**now))).collect();
        put.push(Put::Audit(Audit {
            region,
            application: Some(id),
            at: self.inner.clock.now(),
            actor: "operator".into(),
            role: String::new(),
            act: "form-version".into(),
            detail: json!({"form": &*new.id, "from": application.form_hash, "to": new.hash, "renamed": renamed}),
        }));
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(())
    }

    /// The application as it stands under the new form: its marks, remarks and fingerprints follow renames.
    fn next(&self, case: &Case, new: &Form, carried: &Carried) -> Application {
        let old = case.application();
        let mut next = Application {
            form_hash: new.hash.clone(),
            revision: old.revision + 1,
            updated_at: self.inner.clock.now(),
            ..old.clone()
        };
        if let Some(returned) = &mut next.returned {
            returned.marks = returned
                .marks
                .iter()
                .flat_map(|mark| marks_now(mark, case.form(), new, carried))
                .collect();
        }
        if let Some(remarks) = old.summary.get("remarks").and_then(Json::as_object) {
            let now = remarks.iter().flat_map(|(mark, text)| {
                let now = marks_now(mark, case.form(), new, carried);
                now.into_iter().map(|mark| (mark, text.clone()))
            });
            next.summary["remarks"] = Json::Object(now.collect());
        }
        if let Some(before) = old.summary.get(RETURNED_WITH).and_then(Json::as_object) {
            next.summary[RETURNED_WITH] = Json::Object(self.fingerprints_now(case, new, carried, before));
        }
        next
    }

    /// The fingerprints of what was returned, so that what had changed since still shows, and nothing else.
    fn fingerprints_now(
        &self,
        case: &Case,
        new: &Form,
        carried: &Carried,
        before: &Map<String, Json>,
    ) -> Map<String, Json> {
        let is = self.fingerprints(case);
        let moved = self.fingerprints_of(case.application(), &carried.answers);
        let mut now = Map::new();
        for (_, field) in new.fields() {
            let old = carried.origins.get(&field.id);
            let was = old.and_then(|old| before.get(&**old));
            let unchanged = old.is_none_or(|old| is.get(&**old) == was);
            let fingerprint = if unchanged { moved.get(&*field.id) } else { was };
            if let Some(fingerprint) = fingerprint {
                now.insert(field.id.to_string(), fingerprint.clone());
            }
        }
        now
    }

    /// The answers on the pages of the new form. A page that was saved counts one save more.
    fn pages(&self, case: &Case, new: &Form, answers: Answers) -> Result<Vec<Put>, Refused> {
        let old = case.form();
        let page_origins = page_origins(old, new);
        let mut pages: IndexMap<String, Answers> = by_page(new, answers);
        for (page, before) in &page_origins {
            if case.saved_pages().any(|page| page == &**before) {
                pages.entry(page.to_string()).or_default();
            }
        }
        let application = case.application();
        let mut put = Vec::new();
        let mut kept = BTreeSet::new();
        for (page, answers) in pages {
            let known = [page_origins.get(page.as_str()).map(|id| &**id), Some(page.as_str())];
            let revision = known.into_iter().flatten().map(|page| case.page_revision(page)).max();
            let stored = self.sealed_page(
                new,
                &application.region,
                &application.id,
                &page,
                revision.unwrap_or(0) + 1,
                answers,
            )?;
            put.push(Put::Page(stored));
            kept.insert(page);
        }
        for page in case.saved_pages().filter(|page| !kept.contains(*page)) {
            put.push(Put::DropPage {
                region: application.region.clone(),
                application: application.id.clone(),
                page: page.to_owned(),
            });
        }
        Ok(put)
    }
}

fn fate(application: &Application, form: Option<&Arc<Form>>) -> Fate {
    Fate {
        application: application.id.clone(),
        title: application.title.clone(),
        form: application.form.clone(),
        state: application.state.clone(),
        from: application.form_hash.clone(),
        to: form.map(|form| form.hash.clone()),
        consequence: Consequence::Safe,
        reasons: Vec::new(),
        moved: false,
    }
}

fn stuck(zh: &str, en: &str) -> Reason {
    Reason {
        at: None,
        consequence: Consequence::CannotMove,
        message: Text::both(zh, en),
    }
}

/// The old id of each page.
fn page_origins(old: &Form, new: &Form) -> IndexMap<Id, Id> {
    origins(
        |id| old.pages.contains_key(id),
        new.pages.iter().map(|(id, page)| (id, &*page.renamed_from)),
    )
}

/// What a mark is called in the new form: a page that is gone is its fields. None where nothing is left of it.
fn marks_now(mark: &str, old: &Form, new: &Form, carried: &Carried) -> Vec<String> {
    let Some(page) = mark.strip_prefix("page:") else {
        return carried.after(mark).into_iter().collect();
    };
    let origins = page_origins(old, new);
    if let Some((now, _)) = origins.iter().find(|(_, before)| &***before == page) {
        return vec![format!("page:{now}")];
    }
    let fields = old.pages.get(page).into_iter().flat_map(|page| page.fields.keys());
    fields
        .filter_map(|field| carried.now(field))
        .map(ToString::to_string)
        .collect()
}
