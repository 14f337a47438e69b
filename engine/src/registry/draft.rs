//! A new application: what its first step asks, and how a page of answers is put into the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::{Person, Refused, Registry, Saved, sealed};
use crate::check::posted;
use crate::check::{self, Answers, CompiledForm, Finding};
use crate::definition::form::Severity;
use crate::definition::scope::App;
use crate::definition::{FieldType, Form, Id, Text};
use crate::store::{AnswerPage, Application, Audit, Change, Expect, FormVersion, Put, fresh_id};

/// What can be picked, by path: the value to store and the name to read.
type Candidates = BTreeMap<String, Vec<(String, String)>>;

/// A new application, not stored yet.
pub(super) struct Entered {
    pub(super) id: String,
    pub(super) change: Change,
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
        let units = office.units(&self.inner.store).await?;
        let app = self.app_of_new(person, form);
        let (given, refused) = first_read(definition, pairs, &self.context_of_new(&app, &units))?;
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
        let entered = self.entered(person, form, answers, json!({}))?;
        Ok(Ok(self.enter_once(person, pairs, &definition.id, entered).await?))
    }

    /// What can be picked in the fields that are asked first, by path, and the names of what these answers pick.
    pub async fn first_candidates(
        &self,
        person: &Person,
        form: &CompiledForm,
        answers: &Answers,
    ) -> Result<(Candidates, BTreeMap<String, String>), Refused> {
        let units = self.office(&person.region)?.units(&self.inner.store).await?;
        let app = self.app_of_new(person, form);
        let evaluated = check::Evaluated::new(form.form(), answers, &self.context_of_new(&app, &units));
        let mut candidates = BTreeMap::new();
        for page in form.form().pages.values() {
            candidates.extend(evaluated.candidates(&page.fields, &units));
        }
        Ok((candidates, super::picked_names(form.form(), answers, &units)))
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

    /// What a check knows before there is an application.
    pub(super) fn context_of_new<'a>(&self, app: &'a App, units: &'a super::Units) -> check::Context<'a> {
        check::Context {
            app,
            today: self.inner.clock.today(),
            lookups: units,
        }
    }

    /// What `app` reads as before there is an application.
    pub(super) fn app_of_new(&self, person: &Person, form: &CompiledForm) -> App {
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

pub(super) fn too_many(error: posted::TooManyPairs) -> Refused {
    Refused::Input(Text::both(
        format!("一次提交的内容太多（{} 项）", error.0),
        error.to_string(),
    ))
}

/// What the first step was given, and what of it could not be read.
pub(super) fn first_read(
    form: &Arc<Form>,
    pairs: &[(String, String)],
    context: &check::Context<'_>,
) -> Result<(Answers, Vec<posted::Refused>), Refused> {
    let asked = |path: &str| {
        let root = path.split(['[', '.']).next().unwrap_or(path);
        form.create.iter().any(|id| **id == *root)
    };
    let mut given = Answers::new();
    let mut refused = Vec::new();
    for page in form.pages.values() {
        let mut posted = posted::decode(&page.fields, pairs, &asked).map_err(too_many)?;
        posted.settle(form, &page.fields, &given, context);
        given = posted.merge(&page.fields, &given);
        refused.extend(posted.refused);
    }
    Ok((given, refused))
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
