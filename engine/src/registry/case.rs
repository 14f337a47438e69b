//! One application as one person sees it: read once, then asked many things.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock, RwLock};

use jiff::civil::Date;
use serde_json::Value as Json;

use super::checkers::Checkers;
use super::{Office, PageNow, Person, Refused, Registry, Units, sealed};
use crate::check::posted::Removed;
use crate::check::{self, Answers, Checked, CompiledForm, Evaluated, Finding, Path};
use crate::definition::form::{Lookup, Severity};
use crate::definition::scope::App;
use crate::definition::workflow::{Action, State};
use crate::definition::{FieldType, Form, Id, Language};
use crate::plugin::{CallError, PluginFinding, PluginSeverity};
use crate::store::{AnswerPage, Application, Dossier, Party};
use crate::workflow::{Actor, Editing, Facts, Standing, Waits, may_edit, may_see, offered};

/// What an application's pages show of it.
#[derive(Clone, Copy)]
pub struct Look<'c> {
    /// What is shown, required and worked out.
    pub evaluated: &'c Evaluated,
    /// What a check found, plugins apart; nothing while it cannot be changed.
    pub findings: &'c [Finding],
}

impl<'c> From<&'c Checked> for Look<'c> {
    fn from(checked: &'c Checked) -> Self {
        Self {
            evaluated: &checked.evaluated,
            findings: &checked.findings,
        }
    }
}

/// One application as one person sees it. Cheap to clone.
#[derive(Clone)]
pub struct Case {
    pub(super) office: Arc<Office>,
    pub(super) opened: Arc<Opened>,
    pub(super) actor: Actor,
}

/// What an application is whoever looks at it: read, opened and judged once, and shared until something changes that
/// it hangs on.
pub(super) struct Opened {
    dossier: Arc<Dossier>,
    form: Arc<CompiledForm>,
    answers: Answers,
    /// What was removed last from each page's tables, sealed.
    removed: BTreeMap<String, Removed>,
    units: Units,
    app: App,
    today: Date,
    standing: Standing,
    checkers: Checkers,
    plugin_context: crate::plugin::Context,
    evaluated: OnceLock<Evaluated>,
    checked: OnceLock<Checked>,
    pub(super) pages: RwLock<HashMap<Id, Arc<PageNow>>>,
}

impl Registry {
    /// Opens an application. One that the person may not see is not found.
    pub async fn case(&self, person: &Person, id: &str) -> Result<Case, Refused> {
        let case = self.case_of(&person.region, id, |application| {
            Actor::Person(person.actor(application.applicant == person.account))
        });
        let case = case.await?;
        // A draft is its applicant's own affair until it is submitted.
        let draft = super::list::is_draft(&case.office, case.application());
        match &case.actor {
            Actor::Person(person) if may_see(person, case.standing()) && (person.is_applicant || !draft) => Ok(case),
            _ => Err(Refused::NotFound),
        }
    }

    /// Opens an application for whoever `actor` says, without asking whether they may see it.
    pub(super) async fn case_of(
        &self,
        region: &str,
        id: &str,
        actor: impl FnOnce(&Application) -> Actor,
    ) -> Result<Case, Refused> {
        let office = Arc::clone(self.office(region)?);
        let dossier = self.inner.store.dossier(region, id).await?;
        let Some(dossier) = dossier else {
            office.opened.remove(id);
            return Err(Refused::NotFound);
        };
        let units = office.units(&self.inner.store).await?;
        let actor = actor(&dossier.application);
        let known = office.opened.get(id);
        if let Some(opened) = known.filter(|known| known.still_holds(&dossier, &units, self.inner.clock.today())) {
            return Ok(Case { office, opened, actor });
        }
        let case = self.case_from(office, dossier, units, actor).await?;
        // A plugin that cannot be asked now may be asked the next time.
        if case.opened.checkers.is_ok() {
            case.office.opened.insert(id.to_owned(), Arc::clone(&case.opened));
        }
        Ok(case)
    }

    /// An application that has been read.
    pub(super) async fn case_from(
        &self,
        office: Arc<Office>,
        dossier: Arc<Dossier>,
        units: Units,
        actor: Actor,
    ) -> Result<Case, Refused> {
        let form = self.pinned(&office, &dossier.application.form_hash).await?;
        let mut answers: Answers = dossier.pages.iter().flat_map(|page| page.answers.clone()).collect();
        let place = sealed::Place {
            region: &office.region().id,
            application: &dossier.application.id,
        };
        sealed::open(
            &self.inner.sealer,
            &place,
            form.form().fields().map(|(_, field)| field),
            &mut answers,
        )?;
        let checkers = self.checkers(&office, &form).await;
        let opened = Opened::new(
            &office,
            dossier,
            form,
            answers,
            units,
            self.inner.clock.today(),
            checkers,
        );
        Ok(Case {
            office,
            opened: Arc::new(opened),
            actor,
        })
    }
}

impl Opened {
    fn new(
        office: &Office,
        dossier: Arc<Dossier>,
        form: Arc<CompiledForm>,
        answers: Answers,
        units: Units,
        today: Date,
        checkers: Checkers,
    ) -> Self {
        let application = &dossier.application;
        let app = App {
            filed_on: application.filed_on.unwrap_or(today),
            applicant_name: application.applicant_name.clone(),
            applicant_unit: application.applicant_unit.clone(),
            applicant_role: applicant_role(office, application),
            state: application.state.clone(),
            region: application.region.clone(),
            category: application.form.clone(),
        };
        let plugin_context = crate::plugin::Context {
            region: app.region.clone(),
            form: app.category.clone(),
            version: form.form().version.clone(),
            language: Language::Chinese,
            today,
            filed_on: app.filed_on,
            applicant_name: app.applicant_name.clone(),
            applicant_unit: app.applicant_unit.clone(),
            action: None,
        };
        Self {
            standing: standing(application),
            removed: super::rows::removed(&dossier),
            dossier,
            form,
            answers,
            units,
            app,
            today,
            checkers,
            plugin_context,
            evaluated: OnceLock::new(),
            checked: OnceLock::new(),
            pages: RwLock::default(),
        }
    }

    /// About how many bytes of the store it takes; open, it takes many times as much.
    pub(super) fn bytes(&self) -> u64 {
        self.dossier.bytes()
    }

    /// Whether it would be the same if it were opened now.
    fn still_holds(&self, dossier: &Arc<Dossier>, units: &Units, today: Date) -> bool {
        Arc::ptr_eq(&self.dossier, dossier) && self.units.is(units) && self.today == today
    }
}

impl Case {
    /// The same application as if it were judged by the form of today, with these answers.
    pub(super) fn over(&self, form: Arc<CompiledForm>, answers: Answers) -> Self {
        let opened = Opened::new(
            &self.office,
            Arc::clone(&self.opened.dossier),
            form,
            answers,
            self.opened.units.clone(),
            self.opened.today,
            Ok(self.office.checkers_of_today()),
        );
        Self {
            opened: Arc::new(opened),
            ..self.clone()
        }
    }

    /// The office.
    pub fn office(&self) -> &Arc<Office> {
        &self.office
    }

    /// The form that the application is pinned to.
    pub fn form(&self) -> &Arc<Form> {
        self.opened.form.form()
    }

    /// The stored application.
    pub fn application(&self) -> &Application {
        &self.opened.dossier.application
    }

    /// All answers, as they are stored, sensitive ones opened.
    pub fn answers(&self) -> &Answers {
        &self.opened.answers
    }

    /// How many times a page was saved.
    pub fn page_revision(&self, page: &str) -> u64 {
        self.saved_page(page).map_or(0, |saved| saved.revision)
    }

    /// A page as it is stored, sensitive answers sealed.
    pub(super) fn saved_page(&self, page: &str) -> Option<&AnswerPage> {
        let mut saved = self.opened.dossier.pages.iter();
        saved.find(|saved| saved.page == page).map(|saved| &**saved)
    }

    /// The pages that were saved.
    pub(super) fn saved_pages(&self) -> impl Iterator<Item = &str> {
        self.opened.dossier.pages.iter().map(|saved| &*saved.page)
    }

    /// What was removed last from a page's tables, sealed.
    pub(super) fn removed_sealed(&self, page: &str) -> Option<&Removed> {
        self.opened.removed.get(page)
    }

    /// The units of the region.
    pub fn units(&self) -> &Units {
        &self.opened.units
    }

    /// The day on which it is looked at.
    pub fn today(&self) -> Date {
        self.opened.today
    }

    /// What `app` reads as in expressions.
    pub(super) fn app(&self) -> &App {
        &self.opened.app
    }

    /// Where it stands, for the workflow.
    pub(super) fn standing(&self) -> &Standing {
        &self.opened.standing
    }

    /// The state it stands in.
    pub fn state(&self) -> Option<&State> {
        self.office
            .region()
            .workflow
            .states
            .get(self.application().state.as_str())
    }

    /// What the person may change.
    pub fn editing(&self) -> Editing {
        may_edit(
            &self.office.region().workflow,
            self.form(),
            self.standing(),
            &self.actor,
        )
    }

    /// Whether the person files this application.
    pub fn is_applicant(&self) -> bool {
        matches!(&self.actor, Actor::Person(person) if person.is_applicant)
    }

    /// The form evaluated over the answers.
    pub fn evaluated(&self) -> &Evaluated {
        match self.opened.checked.get() {
            Some(checked) => &checked.evaluated,
            None => self
                .opened
                .evaluated
                .get_or_init(|| self.evaluated_over(self.answers())),
        }
    }

    /// The form evaluated over other answers than the stored ones.
    pub fn evaluated_over(&self, answers: &Answers) -> Evaluated {
        Evaluated::new(self.form(), answers, &self.context())
    }

    pub(super) fn context(&self) -> check::Context<'_> {
        check::Context {
            app: self.app(),
            today: self.today(),
            lookups: self.units(),
        }
    }

    /// Types and limits of one page's answers, for a draft.
    pub(super) fn check_page(&self, page: &str, answers: &Answers) -> Vec<Finding> {
        check::check_page(&self.opened.form, page, answers, &self.context())
    }

    /// The engine's own check, without plugins: what the pages' progress is worked out from.
    pub fn check_without_plugins(&self) -> &Checked {
        self.opened.checked.get_or_init(|| self.check_over(self.answers()))
    }

    /// The same over other answers than the stored ones.
    pub fn check_over(&self, answers: &Answers) -> Checked {
        check::check(&self.opened.form, answers, &self.context())
    }

    /// 填写检查: everything, plugins included. Where a plugin could not be asked, nothing counts as
    /// passed.
    pub async fn check(&self) -> Result<Checked, CallError> {
        let mut checked = self.check_without_plugins().clone();
        let answers = Json::Object(checked.evaluated.visible_answers(self.answers())).to_string();
        for plugin in self.opened.checkers.clone()?.iter() {
            let found = plugin
                .check(&self.opened.plugin_context, &answers, Arc::new(self.units().clone()))
                .await?;
            let found: Vec<Finding> = found
                .into_iter()
                .map(|finding| plugin_finding(self.form(), finding))
                .collect();
            checked.merge(found);
        }
        Ok(checked)
    }

    pub(super) fn plugin_context(&self, action: Option<&str>) -> crate::plugin::Context {
        crate::plugin::Context {
            action: action.map(str::to_owned),
            ..self.opened.plugin_context.clone()
        }
    }

    /// What its pages show of it: checked while it may be changed, only worked out otherwise.
    pub fn look(&self) -> Look<'_> {
        match self.editing() {
            Editing::No => Look {
                evaluated: self.evaluated(),
                findings: &[],
            },
            _ => self.check_without_plugins().into(),
        }
    }

    /// The actions the person may take now, in the workflow's order.
    pub fn offered(&self) -> Vec<&Action> {
        self.offered_over(self.evaluated())
    }

    /// The same over what was worked out already.
    pub fn offered_over(&self, evaluated: &Evaluated) -> Vec<&Action> {
        // Whether an action is offered hangs on values; answers are asked for once it is taken.
        let answers = Answers::new();
        let value = |name: &str| evaluated.value(name);
        let facts = self.facts(&answers, &value, None);
        offered(&self.office.region().workflow, self.standing(), &self.actor, &facts)
    }

    pub(super) fn facts<'a>(
        &'a self,
        answers: &'a Answers,
        value: &'a dyn Fn(&str) -> crate::definition::expression::Value,
        check_errors: Option<usize>,
    ) -> Facts<'a> {
        Facts {
            app: self.app(),
            today: self.today(),
            form: self.form(),
            answers,
            value,
            check_errors,
        }
    }

    /// The fields that are hidden now, for documents.
    pub(super) fn hidden(&self, evaluated: &Evaluated) -> BTreeSet<String> {
        let shown = |page: &str, field: &str| {
            evaluated.page_shown(page) && evaluated.field(field).is_none_or(|state| state.shown)
        };
        let fields = self.form().fields();
        fields
            .filter(|(page, field)| !shown(&page.id, &field.id))
            .map(|(_, field)| field.id.to_string())
            .collect()
    }

    /// The names of what was picked: as they were at submission, as they are now before that.
    pub fn names(&self) -> BTreeMap<String, String> {
        let mut names = self.picked_names();
        let snapshot = self.application().summary.get("names").and_then(Json::as_object);
        let pairs = snapshot.into_iter().flatten();
        names.extend(pairs.filter_map(|(id, name)| Some((id.clone(), name.as_str()?.to_owned()))));
        names
    }

    /// The names, as they are now, of everything that the answers pick.
    pub(super) fn picked_names(&self) -> BTreeMap<String, String> {
        picked_names(self.form(), self.answers(), self.units())
    }
}

/// The names of everything that the answers to a form pick.
pub fn picked_names(form: &Form, answers: &Answers, units: &Units) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let mut take = |lookup: &Lookup, picked: Option<&Json>| {
        let Some(id) = picked.and_then(Json::as_str) else {
            return;
        };
        if let Some(name) = check::Lookups::name(units, &lookup.from, id) {
            names.insert(id.to_owned(), name.into_owned());
        }
    };
    for (_, field) in form.fields().filter(|(_, field)| !field.sensitive) {
        let answer = answers.get(&*field.id);
        match &field.kind {
            FieldType::Lookup(lookup) => take(lookup, answer),
            FieldType::Table(table) => {
                for row in answer.and_then(Json::as_array).into_iter().flatten() {
                    for column in table.columns.values().filter(|column| !column.sensitive) {
                        if let FieldType::Lookup(lookup) = &column.kind {
                            take(lookup, row.get(&*column.id));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    names
}

/// The role that the applicant filed in: the first of the roles that see their own applications.
fn applicant_role(office: &Office, application: &Application) -> String {
    let stored = application.summary.get("role").and_then(Json::as_str);
    // A role that was renamed since reads by its name of today.
    let today = |role: &str| {
        office
            .region()
            .role_now(role)
            .map_or_else(|| role.to_owned(), ToString::to_string)
    };
    stored.map(today).unwrap_or_else(|| {
        let own = office
            .region()
            .roles
            .values()
            .find(|role| role.sees == crate::definition::region::Sees::Own);
        own.map(|role| role.id.to_string()).unwrap_or_default()
    })
}

fn standing(application: &Application) -> Standing {
    Standing {
        state: application.state.as_str().into(),
        waits_for: application.waits_for.as_ref().map(waits),
        due: application.due_on,
        applicant_unit: application.applicant_unit.as_deref().map(Id::from),
        handled_by: application.handled_by.iter().map(waits).collect(),
        marks: application
            .returned
            .as_ref()
            .map(|returned| returned.marks.clone())
            .unwrap_or_default(),
        stays: Vec::new(),
    }
}

fn waits(party: &Party) -> Waits {
    Waits {
        role: party.role.as_str().into(),
        unit: party.unit.as_deref().map(Id::from),
    }
}

pub(super) fn party(waits: &Waits) -> Party {
    Party {
        role: waits.role.to_string(),
        unit: waits.unit.as_deref().map(str::to_owned),
    }
}

/// What a plugin found, as a finding of the form.
pub(super) fn plugin_finding(form: &Form, finding: PluginFinding) -> Finding {
    let severity = match finding.severity {
        PluginSeverity::Error => Severity::Error,
        PluginSeverity::Warning => Severity::Warning,
    };
    let at = finding.at.and_then(|at| at.parse::<Path>().ok());
    Finding::new(form, severity, finding.rule, at, finding.message)
}
