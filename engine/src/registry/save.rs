//! Saving a page of an application: what can be read is stored, the rest is told.
//!
//! **Nothing is stored over what was saved elsewhere meanwhile.** A post names the revision that its page was shown
//! at. One of an older revision is refused as stale, unless all that it asks for stands there already: then it is the
//! same post sent twice, and there is nothing left to do.

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::draft::{title_field, too_many};
use super::rows::{Rows, incoming, sheet_of};
use super::sealed::{self, Known};
use super::{Case, Person, Received, Refused, Registry};
use crate::check::posted::{self, Posted};
use crate::check::{self, Answers, Finding};
use crate::definition::form::Severity;
use crate::definition::{Field, FieldType, Id, Text};
use crate::store::{AnswerPage, Change, CommitError, Expect, FileId, Put, Subject};
use crate::workflow::Editing;

pub use crate::theme::input_name::Command;

/// What saving a page has come to.
#[derive(Debug)]
pub struct Saved {
    /// The page's revision now.
    pub revision: u64,
    /// What could not be read, not stored.
    pub refused: Vec<posted::Refused>,
    /// What is wrong with single answers; those with an error were not stored.
    pub findings: Vec<Finding>,
    /// The page's answers as the person gave them, for showing them again.
    pub given: Answers,
    /// The row or field that a button was about.
    pub show: Option<String>,
}

impl Saved {
    /// Whether everything that was given is stored.
    pub fn is_whole(&self) -> bool {
        self.refused.is_empty() && !self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

impl Case {
    /// What was posted of a page, as far as the person may change it now.
    pub(super) fn posted(&self, page: &str, pairs: &[(String, String)]) -> Result<Posted, Refused> {
        let fields = &self.form().pages.get(page).ok_or(Refused::NotFound)?.fields;
        let mut posted = posted::decode(fields, pairs, &self.may_edit(fields)).map_err(too_many)?;
        posted.settle(self.form(), fields, self.answers(), &self.context());
        Ok(posted)
    }

    /// Whether the person may change what stands at a path, of these fields, now.
    fn may_edit(&self, fields: &IndexMap<Id, Field>) -> impl Fn(&str) -> bool + Sync {
        let editing = self.editing();
        let evaluated = fields.values().any(can_be_read_only).then(|| self.evaluated());
        move |path: &str| {
            let root = path.split(['[', '.']).next().unwrap_or(path);
            let state = |evaluated: &check::Evaluated| {
                let state = path.parse().ok().and_then(|path| evaluated.at(&path).cloned());
                state.is_none_or(|state| !state.read_only)
            };
            editing.allows(root) && evaluated.is_none_or(state)
        }
    }
}

impl Registry {
    /// Saves one page: what can be read and fits its type is stored, the rest is told. `files` are
    /// uploads that came with the post, by field.
    pub async fn save_page(
        &self,
        person: &Person,
        case: &Case,
        page: &str,
        pairs: &[(String, String)],
        files: &[(String, Received)],
    ) -> Result<Saved, Refused> {
        match self.save_once(person, case, page, pairs, files).await {
            // Somebody was quicker by a moment, perhaps this same post sent twice: judged by what stands there now.
            Err(Refused::Stale(_)) => {
                let now = self.case(person, &case.application().id).await?;
                self.save_once(person, &now, page, pairs, files).await
            }
            done => done,
        }
    }

    async fn save_once(
        &self,
        person: &Person,
        case: &Case,
        page: &str,
        pairs: &[(String, String)],
        files: &[(String, Received)],
    ) -> Result<Saved, Refused> {
        let definition = case.form();
        let fields = &definition.pages.get(page).ok_or(Refused::NotFound)?.fields;
        if case.editing() == Editing::No {
            return Err(not_editable(case));
        }
        let mut posted = case.posted(page, pairs)?;
        if !posted.unknown.is_empty() {
            tracing::info!(
                region = &*person.region,
                application = case.application().id,
                page,
                unknown = posted.unknown.len(),
                "a save named fields that its page does not offer; they were ignored"
            );
        }
        let revision = case.page_revision(page);
        let is_stale = posted.revision.unwrap_or(0) != revision;
        let stored = page_answers(fields, case.answers());
        let mut given = match is_stale {
            true => posted.merge(fields, &as_seen(&posted, fields, &stored)),
            false => posted.merge(fields, &stored),
        };
        let incoming = incoming(&posted, sheet_of(files, &posted.command)).await?;
        let files = || files.iter().filter(|(field, _)| posted.files.contains(field));
        let (mut uploads, mut refused_files) = (Vec::new(), Vec::new());
        if is_stale {
            // Told again by the commit; told here before any file is kept.
            if posted.revision.is_none() || !files().all(|(field, file)| is_there(&stored, field, file)) {
                return Err(stale(page));
            }
        } else {
            self.room_for(case, files().map(|(_, file)| file)).await?;
            for (field, file) in files() {
                match self
                    .receive(person, case, fields, field, file.clone(), &mut given)
                    .await
                {
                    Ok(upload) => uploads.push(upload),
                    // A file that cannot be taken does not take the page's answers with it.
                    Err(Refused::Input(text)) => {
                        let at = field.parse().ok();
                        refused_files.push(Finding::new(definition, Severity::Error, "file-refused", at, text));
                    }
                    Err(other) => return Err(other),
                }
            }
        }
        // Rows are not moved under somebody who has something to mend in them.
        let command = if posted.refused.is_empty() {
            posted.command.clone()
        } else {
            Command::Save
        };
        let rows = Rows {
            case,
            fields,
            page,
            may_edit: &case.may_edit(fields),
        };
        let mut removed = self.removed_open(&rows, &command)?;
        let mut show = command.perform(fields, &mut given, &mut removed).map_err(|full| {
            Refused::Input(Text::both(
                format!("表格最多 {} 行，不能再添加", full.max),
                format!("The table takes at most {} rows.", full.max),
            ))
        })?;
        if let Some(incoming) = incoming {
            let (first, refused) = rows.fill(&incoming, &mut given, &mut removed)?;
            posted.refused.extend(refused);
            show = Some(first);
        }
        let removed = self.removed_sealed(&rows, removed)?;
        let mut findings = case.check_page(page, &given);
        let keep = storable(&given, &stored, &findings);
        findings.extend(refused_files);
        findings.extend(check::branches_chosen(definition, page, &given));
        let revision = match is_stale {
            true if keep != stored => return Err(stale(page)),
            true => revision,
            false => {
                self.store_page(person, case, page, revision, (keep, removed), uploads)
                    .await?
            }
        };
        Ok(Saved {
            revision,
            refused: posted.refused,
            findings,
            given,
            show,
        })
    }

    async fn store_page(
        &self,
        person: &Person,
        case: &Case,
        page: &str,
        revision: u64,
        (answers, removed): (Answers, Option<Json>),
        uploads: Vec<Put>,
    ) -> Result<u64, Refused> {
        let definition = case.form();
        let application = case.application();
        let region = application.region.clone();
        let id = application.id.clone();
        let expect = vec![
            Expect::ApplicationRevision {
                region: region.clone(),
                id: id.clone(),
                revision: application.revision,
            },
            Expect::PageRevision {
                region: region.clone(),
                application: id.clone(),
                page: page.to_owned(),
                revision,
            },
        ];
        let mut put = uploads;
        if let Some(field) =
            title_field(definition).filter(|field| definition.page_of.get(*field).is_some_and(|of| &**of == page))
        {
            let title = answers
                .get(&**field)
                .and_then(Json::as_str)
                .unwrap_or_default()
                .to_owned();
            put.push(Put::Title {
                region: region.clone(),
                application: id.clone(),
                title,
            });
        }
        put.push(Put::Page(AnswerPage {
            removed,
            ..self.sealed_anew(case, page, revision + 1, answers)?
        }));
        put.push(self.audit(
            person,
            Some(&id),
            "save",
            json!({"page": page, "revision": revision + 1}),
        ));
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(revision + 1)
    }

    /// The page as it will be stored; what was sealed and has not changed stays as it is.
    fn sealed_anew(&self, case: &Case, page: &str, revision: u64, mut answers: Answers) -> Result<AnswerPage, Refused> {
        let application = case.application();
        let fields = || {
            case.form()
                .pages
                .get(page)
                .into_iter()
                .flat_map(|page| page.fields.values())
        };
        let place = sealed::Place {
            region: &application.region,
            application: &application.id,
        };
        let sealer = &self.inner.sealer;
        let known = case.saved_page(page);
        let known = known.map(|saved| Known::of(sealer, fields(), case.answers(), &saved.answers));
        sealed::seal_anew(sealer, &place, fields(), &mut answers, &known.unwrap_or_default())?;
        Ok(AnswerPage {
            region: application.region.clone(),
            application: application.id.clone(),
            page: page.to_owned(),
            revision,
            saved_at: self.inner.clock.now(),
            answers,
            removed: None,
        })
    }
}

fn stale(page: &str) -> Refused {
    CommitError::Stale {
        what: Subject::Page(page.to_owned()),
    }
    .into()
}

fn can_be_read_only(field: &Field) -> bool {
    let column = match &field.kind {
        FieldType::Table(table) => table.columns.values().any(can_be_read_only),
        _ => false,
    };
    column || field.read_only_when.is_some()
}

/// What is stored, without rows that the post did not know of: they may be what it added itself the first time.
fn as_seen(posted: &Posted, fields: &IndexMap<Id, Field>, stored: &Answers) -> Answers {
    let mut seen = stored.clone();
    for (id, known) in &posted.answers {
        let is_table = matches!(
            fields.get(id.as_str()).map(|field| &field.kind),
            Some(FieldType::Table(_))
        );
        let rows = seen.get_mut(id).and_then(Json::as_array_mut).filter(|_| is_table);
        if let (Some(rows), Some(known)) = (rows, known.as_array()) {
            rows.truncate(known.len());
        }
    }
    seen
}

/// Whether this very file is among the stored ones of its field.
fn is_there(stored: &Answers, field: &str, file: &Received) -> bool {
    let id = FileId::of(&file.content).to_string();
    let at = field.parse::<check::Path>().ok();
    let files = at
        .as_ref()
        .and_then(|at| at.get(stored)?.as_array())
        .into_iter()
        .flatten();
    files
        .into_iter()
        .any(|known| known.get("id").and_then(Json::as_str) == Some(&id))
}

pub(super) fn page_answers(fields: &IndexMap<Id, Field>, answers: &Answers) -> Answers {
    let own = fields
        .keys()
        .filter_map(|id| Some((id.to_string(), answers.get(&**id)?.clone())));
    own.collect()
}

/// What is given, but for what has an error: a field stays as it is stored, and so does a cell where
/// the table's rows stand as they stood; in other rows the cell is left empty.
fn storable(given: &Answers, stored: &Answers, findings: &[Finding]) -> Answers {
    let rows = |answers: &Answers, id: &str| answers.get(id).and_then(Json::as_array).map_or(0, Vec::len);
    let mut keep = given.clone();
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    for at in errors.filter_map(|finding| finding.at.as_ref()) {
        let root = at.root();
        let in_row = at.to_string().contains("].");
        let same_rows = rows(given, root) == rows(stored, root);
        let old = if in_row && !same_rows {
            None
        } else {
            at.get(stored).cloned()
        };
        let put_back = check::path::set(&mut keep, at, old.unwrap_or(Json::Null));
        if !in_row || put_back.is_err() {
            match stored.get(&**root) {
                Some(old) => drop(keep.insert(root.to_string(), old.clone())),
                None => drop(keep.shift_remove(&**root)),
            }
        }
    }
    keep
}

pub(super) fn not_editable(case: &Case) -> Refused {
    let state = case.state().map(|state| state.label.clone()).unwrap_or_default();
    Refused::NotAllowed(Text::both(
        format!("申请处于“{state}”，内容不能修改；只有退回后申请人才能修改"),
        format!(
            "The application stands at “{}” and cannot be changed; only the applicant can, once it is returned.",
            state.get(crate::definition::Language::English)
        ),
    ))
}
