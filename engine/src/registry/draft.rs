//! An application before it is submitted: adding one, saving its pages.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::rows::{Rows, incoming, take_sheets};
use super::{Case, Person, Received, Refused, Registry, sealed};
use crate::check::posted;
use crate::check::{self, Answers, CompiledForm, Finding};
use crate::definition::form::Severity;
use crate::definition::scope::App;
use crate::definition::{Field, FieldType, Form, Id, Text};
use crate::store::{AnswerPage, Application, Audit, Change, Expect, FormVersion, Put, fresh_id};
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

/// A new application, not stored yet.
pub(super) struct Entered {
    pub(super) id: String,
    pub(super) change: Change,
}

impl Saved {
    /// Whether everything that was given is stored.
    pub fn is_whole(&self) -> bool {
        self.refused.is_empty() && !self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

impl Registry {
    /// Adds an application and stores what its first step asked. Gives its id, or what is missing.
    pub async fn create(
        &self,
        person: &Person,
        form: &str,
        pairs: &[(String, String)],
    ) -> Result<Result<String, Saved>, Refused> {
        let office = self.office(&person.region)?;
        let form = office.form(form).ok_or(Refused::NotFound)?;
        if !person.files() {
            return Err(Refused::NotAllowed(Text::both(
                "只有申请人可以新增申请",
                "Only applicants can add applications.",
            )));
        }
        let definition = form.form();
        let mut given = Answers::new();
        let mut refused = Vec::new();
        for page in definition.pages.values() {
            let asked = |path: &str| {
                definition
                    .create
                    .iter()
                    .any(|id| **id == *path.split(['[', '.']).next().unwrap_or(path))
            };
            let posted = posted::decode(&page.fields, pairs, &asked).map_err(too_many)?;
            given = posted.merge(&page.fields, &given);
            refused.extend(posted.refused);
        }
        let missing = self.missing(person, form, &given).await?;
        if !refused.is_empty() || !missing.is_empty() {
            return Ok(Err(Saved {
                revision: 0,
                refused,
                findings: missing,
                given,
                show: None,
            }));
        }
        let mut answers = check::initial_answers(definition);
        answers.extend(given);
        Ok(Ok(self.enter(person, form, answers).await?))
    }

    /// What can be picked in the fields that are asked first, by path.
    pub async fn first_candidates(
        &self,
        person: &Person,
        form: &CompiledForm,
        answers: &Answers,
    ) -> Result<BTreeMap<String, Vec<(String, String)>>, Refused> {
        let units = self.office(&person.region)?.units(&self.inner.store).await?;
        let app = self.app_of_new(person, form);
        let context = check::Context {
            app: &app,
            today: self.inner.clock.today(),
            lookups: &units,
        };
        let evaluated = check::Evaluated::new(form.form(), answers, &context);
        let mut candidates = BTreeMap::new();
        for page in form.form().pages.values() {
            candidates.extend(evaluated.candidates(&page.fields, &units));
        }
        Ok(candidates)
    }

    /// The answers of a page as they were typed, for showing them again after a refusal.
    pub fn typed(&self, case: &Case, page: &str, pairs: &[(String, String)]) -> Result<Answers, Refused> {
        let fields = &case.form().pages.get(page).ok_or(Refused::NotFound)?.fields;
        let editing = case.editing();
        let may_edit = |path: &str| editing.allows(path.split(['[', '.']).next().unwrap_or(path));
        let posted = posted::decode(fields, pairs, &may_edit).map_err(too_many)?;
        Ok(posted.merge(fields, &page_answers(fields, &case.answers)))
    }

    /// Stores a new application with these answers, whatever they are: a draft may be incomplete.
    pub(super) async fn enter(
        &self,
        person: &Person,
        form: &CompiledForm,
        answers: Answers,
    ) -> Result<String, Refused> {
        let entered = self.entered(person, form, answers, json!({}))?;
        self.inner.store.commit(entered.change).await?;
        Ok(entered.id)
    }

    /// The change that enters a new application. `origin` is noted beside its form.
    pub(super) fn entered(
        &self,
        person: &Person,
        form: &CompiledForm,
        answers: Answers,
        origin: Json,
    ) -> Result<Entered, Refused> {
        let definition = form.form();
        let region = person.region.to_string();
        let now = self.inner.clock.now();
        let id = fresh_id(now)?;
        let workflow = &self.region(&region)?.workflow;
        let application = Application {
            region: region.clone(),
            id: id.clone(),
            form: definition.id.to_string(),
            form_hash: definition.hash.clone(),
            title: title(definition, &answers),
            applicant: person.account.clone(),
            applicant_name: person.name.clone(),
            applicant_unit: person.unit.clone(),
            state: workflow.start.to_string(),
            state_since: now,
            waits_for: None,
            handled_by: Vec::new(),
            filed_on: None,
            created_at: now,
            updated_at: now,
            revision: 1,
            answers_revision: 0,
            number: None,
            registered_on: None,
            certificate: None,
            due_on: None,
            returned: None,
            summary: json!({"role": &*person.role}),
        };
        let mut put = vec![
            Put::FormVersion(self.version(&region, definition)),
            Put::Application(Box::new(application)),
        ];
        for (page, answers) in by_page(definition, answers) {
            put.push(Put::Page(
                self.sealed_page(definition, &region, &id, &page, 1, answers)?,
            ));
        }
        let mut detail = json!({"form": &*definition.id, "version": definition.hash});
        if let (Json::Object(detail), Json::Object(origin)) = (&mut detail, origin) {
            detail.extend(origin);
        }
        put.push(self.audit(person, Some(&id), "create", detail));
        let expect = vec![Expect::ApplicationRevision {
            region,
            id: id.clone(),
            revision: 0,
        }];
        Ok(Entered {
            id,
            change: Change { expect, put },
        })
    }

    /// What is stored of a form when an application is pinned to it.
    pub(super) fn version(&self, region: &str, definition: &Form) -> FormVersion {
        FormVersion {
            region: region.to_owned(),
            hash: definition.hash.clone(),
            form: definition.id.to_string(),
            version: definition.version.clone(),
            definition: definition.source.clone(),
            stored_at: self.inner.clock.now(),
        }
    }

    /// Saves one page: what can be read and fits its type is stored, the rest is told. `files` are
    /// uploads that came with the post, by field.
    pub async fn save_page(
        &self,
        person: &Person,
        case: &Case,
        page: &str,
        pairs: &[(String, String)],
        files: Vec<(String, Received)>,
    ) -> Result<Saved, Refused> {
        let definition = case.form();
        let fields = &definition.pages.get(page).ok_or(Refused::NotFound)?.fields;
        let editing = case.editing();
        if editing == Editing::No {
            return Err(not_editable(case));
        }
        let evaluated = case.evaluated();
        let may_edit = |path: &str| {
            let root = path.split(['[', '.']).next().unwrap_or(path);
            let open = path
                .parse()
                .ok()
                .and_then(|path| evaluated.at(&path))
                .is_none_or(|state| !state.read_only);
            editing.allows(root) && open
        };
        let mut posted = posted::decode(fields, pairs, &may_edit).map_err(too_many)?;
        if !posted.unknown.is_empty() {
            tracing::info!(
                region = &*person.region,
                application = case.application.id,
                page,
                unknown = posted.unknown.len(),
                "a save named fields that its page does not offer; they were ignored"
            );
        }
        let revision = posted.revision.unwrap_or(0);
        if revision != case.page_revision(page) {
            // Told again by the commit; told here before any file is kept.
            let what = crate::store::Subject::Page(page.to_owned());
            return Err(crate::store::CommitError::Stale { what }.into());
        }
        let stored = page_answers(fields, &case.answers);
        let mut given = posted.merge(fields, &stored);
        let mut files = files;
        let sheet = take_sheets(&mut files, &posted.command);
        let incoming = incoming(&posted, sheet).await?;
        self.room_for(case, &files).await?;
        let (mut uploads, mut refused_files) = (Vec::new(), Vec::new());
        for (field, file) in files {
            if !posted.files.contains(&field) {
                continue;
            }
            match self.receive(person, case, fields, &field, file, &mut given).await {
                Ok(upload) => uploads.push(upload),
                // A file that cannot be taken does not take the page's answers with it.
                Err(Refused::Input(text)) => {
                    let at = field.parse().ok();
                    refused_files.push(Finding::new(definition, Severity::Error, "file-refused", at, text));
                }
                Err(other) => return Err(other),
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
            may_edit: &may_edit,
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
        let mut findings = self.page_findings(case, page, &given);
        let keep = storable(&given, &stored, &findings);
        findings.extend(refused_files);
        let revision = self
            .store_page(person, case, page, revision, (keep, removed), uploads)
            .await?;
        Ok(Saved {
            revision,
            refused: posted.refused,
            findings,
            given,
            show,
        })
    }

    fn page_findings(&self, case: &Case, page: &str, given: &Answers) -> Vec<Finding> {
        let mut all = case.answers.clone();
        if let Some(page) = case.form().pages.get(page) {
            all.retain(|id, _| !page.fields.contains_key(id.as_str()));
        }
        all.extend(given.clone());
        case.check_page(page, &all)
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
        let application = &case.application;
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
        let page_now = self.sealed_page(definition, &region, &id, page, revision + 1, answers)?;
        put.push(Put::Page(AnswerPage { removed, ..page_now }));
        put.push(self.audit(
            person,
            Some(&id),
            "save",
            json!({"page": page, "revision": revision + 1}),
        ));
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(revision + 1)
    }

    pub(super) fn sealed_page(
        &self,
        form: &Form,
        region: &str,
        application: &str,
        page: &str,
        revision: u64,
        mut answers: Answers,
    ) -> Result<AnswerPage, Refused> {
        let fields = form.pages.get(page).into_iter().flat_map(|page| page.fields.values());
        sealed::seal(
            &self.inner.sealer,
            &sealed::Place { region, application },
            fields,
            &mut answers,
        )?;
        Ok(AnswerPage {
            region: region.to_owned(),
            application: application.to_owned(),
            page: page.to_owned(),
            revision,
            saved_at: self.inner.clock.now(),
            answers,
            removed: None,
        })
    }

    pub(super) fn audit(&self, person: &Person, application: Option<&str>, act: &str, detail: Json) -> Put {
        Put::Audit(Audit {
            region: person.region.to_string(),
            application: application.map(str::to_owned),
            at: self.inner.clock.now(),
            actor: person.account.clone(),
            role: person.role.to_string(),
            act: act.to_owned(),
            detail,
        })
    }

    /// What the first step requires and was not given, and what of it is wrong.
    async fn missing(&self, person: &Person, form: &CompiledForm, given: &Answers) -> Result<Vec<Finding>, Refused> {
        let units = self.office(&person.region)?.units(&self.inner.store).await?;
        let app = self.app_of_new(person, form);
        let context = check::Context {
            app: &app,
            today: self.inner.clock.today(),
            lookups: &units,
        };
        let checked = check::check(form, given, &context);
        let about = |finding: &Finding| {
            let asked = finding
                .at
                .as_ref()
                .is_some_and(|at| form.form().create.contains(at.root()));
            finding.severity == Severity::Error && asked
        };
        Ok(checked.findings.into_iter().filter(about).collect())
    }

    /// What `app` reads as before there is an application.
    fn app_of_new(&self, person: &Person, form: &CompiledForm) -> App {
        App {
            filed_on: self.inner.clock.today(),
            applicant_name: person.name.clone(),
            applicant_unit: person.unit.clone(),
            applicant_role: person.role.to_string(),
            state: self
                .region(&person.region)
                .map(|region| region.workflow.start.to_string())
                .unwrap_or_default(),
            region: person.region.to_string(),
            category: form.form().id.to_string(),
        }
    }
}

fn too_many(error: posted::TooManyPairs) -> Refused {
    Refused::Input(Text::both(
        format!("一次提交的内容太多（{} 项）", error.0),
        error.to_string(),
    ))
}

/// Answers divided by the pages that they stand on; whatever belongs to no field is left out.
pub(super) fn by_page(form: &Form, answers: Answers) -> IndexMap<String, Answers> {
    let mut pages: IndexMap<String, Answers> = IndexMap::new();
    for (id, value) in answers {
        if let Some(page) = form.page_of.get(id.as_str()) {
            pages.entry(page.to_string()).or_default().insert(id, value);
        }
    }
    pages
}

fn page_answers(fields: &IndexMap<Id, Field>, answers: &Answers) -> Answers {
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

/// What lists call an application: the answer to `name`, else to the form's first text field. Never a sensitive one:
/// titles are not sealed.
pub(super) fn title_field(form: &Form) -> Option<&Id> {
    let named = form
        .field("name")
        .filter(|field| !field.sensitive)
        .map(|field| &field.id);
    named.or_else(|| {
        form.fields()
            .map(|(_, field)| field)
            .find(|field| matches!(field.kind, FieldType::Text) && !field.sensitive)
            .map(|field| &field.id)
    })
}

pub(super) fn title(form: &Form, answers: &Answers) -> String {
    let answer = title_field(form)
        .and_then(|field| answers.get(&**field))
        .and_then(Json::as_str);
    answer.unwrap_or_default().to_owned()
}

fn not_editable(case: &Case) -> Refused {
    let state = case.state().map(|state| state.label.clone()).unwrap_or_default();
    Refused::NotAllowed(Text::both(
        format!("申请处于“{state}”，内容不能修改；只有退回后申请人才能修改"),
        format!(
            "The application stands at “{}” and cannot be changed; only the applicant can, once it is returned.",
            state.get(crate::definition::Language::English)
        ),
    ))
}
