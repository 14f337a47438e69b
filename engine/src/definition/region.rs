//! What a region is once it is known to be right (LANGUAGE L7).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::expression::{Expression, RecordType, Type};
use super::workflow::Workflow;
use super::{Calendar, CodeList, Form, Id, Language, Text};

/// One office: forms, roles, workflow, numbering, documents, plugins, texts.
#[derive(Debug)]
pub struct Region {
    /// The folder's name.
    pub id: Id,
    /// For example 青山省.
    pub name: Text,
    /// For example 青山省科技管理信息系统.
    pub title: Text,
    /// For example 青山省科学技术厅.
    pub authority: Text,
    /// The GB/T 2260 code of the place.
    pub place: String,
    /// The language of a page before a person chooses.
    pub language: Language,
    /// The languages that every text is said to be in; empty where nobody says.
    pub languages: Vec<Language>,
    /// The theme's name.
    pub theme: String,
    /// The region's own folder, then its bases', nearest first.
    pub folders: Vec<PathBuf>,
    /// Working days.
    pub calendar: Arc<Calendar>,
    /// The menu in the office's own words.
    pub menu: Vec<MenuItem>,
    /// The office's own words for what the theme says, by the theme's key.
    pub words: IndexMap<String, Text>,
    /// Whom to ask.
    pub support: Support,
    /// How people sign in.
    pub sign_in: SignIn,
    /// The roles.
    pub roles: IndexMap<Id, Role>,
    /// The account form that every person keeps up to date, if there is one.
    pub profile: Option<Id>,
    /// The ways to an account.
    pub ways_in: IndexMap<Id, WayIn>,
    /// What kinds of unit there are.
    pub unit_kinds: IndexMap<Id, Text>,
    /// Units that are there from the start.
    pub units: Vec<UnitSeed>,
    /// The tables that people keep while the office runs, besides units.
    pub registers: IndexMap<Id, Register>,
    /// Number patterns.
    pub numbering: IndexMap<Id, Numbering>,
    /// What is printed.
    pub documents: IndexMap<Id, Document>,
    /// Plugins.
    pub plugins: IndexMap<Id, PluginUse>,
    /// The workflow.
    pub workflow: Workflow,
    /// The forms offered.
    pub forms: IndexMap<Id, Arc<Form>>,
    /// The forms of sign-up, activation and profile (`accounts/*.form.yaml`).
    pub account_forms: IndexMap<Id, Arc<Form>>,
    /// Code lists by id, own and inherited.
    pub codes: IndexMap<Id, Arc<CodeList>>,
    /// Markdown texts by file name without `.md`.
    pub texts: IndexMap<String, String>,
    /// How much of it its samples must exercise.
    pub coverage: CoverageGoal,
}

/// How much of a region its samples must exercise, in percent; nothing where no goal is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CoverageGoal {
    /// Of the rules: each broken once and kept once.
    pub rules: Option<u8>,
    /// Of the transitions: each action from each of its states to each of its targets.
    pub transitions: Option<u8>,
    /// Of the fields and columns: each answered once.
    pub fields: Option<u8>,
    /// Of the conditions: each holding once and once not.
    pub conditions: Option<u8>,
}

/// One entry of the menu, with what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuItem {
    /// What it says.
    pub label: Text,
    /// Where it leads; empty for a heading.
    pub target: MenuTarget,
    /// Only for these roles; everybody where empty.
    pub roles: Vec<Id>,
    /// The entries below.
    pub items: Vec<MenuItem>,
}

/// Where a menu entry leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuTarget {
    /// Nowhere: a heading.
    Heading,
    /// `applications`: the person's own applications.
    Applications,
    /// `certificates`: the person's certificates.
    Certificates,
    /// `queue`: what waits for the person.
    Queue,
    /// `account`: the person's own account: password, mail, phone, sessions, second factor.
    Account,
    /// `profile`: what the person tells about themself, the region's `profile` form.
    Profile,
    /// `people`: the accounts that the person looks after.
    People,
    /// `units`: the units that the person looks after.
    Units,
    /// `registers`: the registers that the person keeps.
    Registers,
    /// `documents`: the documents over a register that the person may print.
    Documents,
    /// `statistics`: figures over what the person sees.
    Statistics,
    /// `approvals`: the accounts and units that wait for the person's approval.
    Approvals,
}

/// Whom an applicant can ask, and what can be read first.
#[derive(Debug, Clone, Default)]
pub struct Support {
    /// 技术支持.
    pub phone: Option<String>,
    /// The text behind 常见问题.
    pub faq: Option<String>,
    /// The text behind 咨询服务.
    pub contact: Option<String>,
}

/// How people sign in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// By e-mail address; by user name where false.
    pub by_email: bool,
    /// Whether a captcha is asked.
    pub captcha: bool,
    /// What a password must be.
    pub password: PasswordRule,
}

/// What a password must be.
#[derive(Debug, Clone)]
pub struct PasswordRule {
    /// Characters at least.
    pub min_length: usize,
    /// Characters at most.
    pub max_length: usize,
    /// Classes of which each must appear: `upper`, `lower`, `digit`, `symbol`.
    pub classes: Vec<String>,
}

/// What somebody may see and do.
#[derive(Debug, Clone)]
pub struct Role {
    /// Its name.
    pub id: Id,
    /// What people call it.
    pub label: Text,
    /// Which applications it sees.
    pub sees: Sees,
    /// Whether it is taken only with a second factor.
    pub second_factor: bool,
    /// What the role was called before: accounts that had it have this one.
    pub renamed_from: Vec<Id>,
}

/// Which applications a role sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    /// The person's own.
    Own,
    /// Those of the person's unit.
    Unit,
    /// Those that wait for or were handled by the person's unit in this role.
    Handled,
    /// All of the region.
    Region,
}

/// A way to an account (`accounts:`).
#[derive(Debug, Clone)]
pub struct WayIn {
    /// Its name.
    pub id: Id,
    /// What people call it.
    pub label: Text,
    /// Whom it is for, and who must not use it.
    pub help: Option<Text>,
    /// The form it asks, a key of [`Region::account_forms`]. Of an account that somebody allots it is asked when
    /// the account is activated.
    pub form: Option<Id>,
    /// The form that is asked when the link in the mail is opened, where that is another one.
    pub activation_form: Option<Id>,
    /// The text to agree to first, a key of [`Region::texts`].
    pub agreement: Option<Id>,
    /// The role whose people allot such accounts; anybody signs up by themself where there is none.
    pub invited_by: Option<Id>,
    /// What must happen before the account can be used.
    pub activation: Activation,
    /// The role that approves, for [`Activation::Approval`].
    pub approved_by: Option<Id>,
    /// The role it gives to the account it creates; none where it creates a unit alone.
    pub role: Option<Id>,
    /// The kind of the unit it creates, if it creates one.
    pub creates_unit: Option<Id>,
    /// Whether the person joins a unit that is there already.
    pub joins_unit: bool,
}

/// What must happen before a new account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    None,
    /// A link that was sent by e-mail is opened.
    Email,
    /// Somebody approves.
    Approval,
}

/// A unit that is there from the start.
#[derive(Debug, Clone)]
pub struct UnitSeed {
    /// Its id.
    pub id: Id,
    /// Its official name.
    pub name: String,
    /// 统一社会信用代码.
    pub credit_code: String,
    /// Its kinds.
    pub kinds: Vec<Id>,
    /// Where it is.
    pub place: String,
}

/// A table that people keep while the office runs: batches, terms, lists of experts.
#[derive(Debug)]
pub struct Register {
    /// Its name.
    pub id: Id,
    /// What people call it.
    pub label: Text,
    /// The form of one record. It has a field `name`, by which people pick.
    pub form: Arc<Form>,
    /// The roles that keep it; those that see the whole region where empty.
    pub edited_by: Vec<Id>,
    /// Records that are there from the start, with answers to the form.
    pub seed: Vec<SeedRecord>,
}

impl Region {
    /// What the role called `id` is called today; none where it is gone.
    pub fn role_now(&self, id: &str) -> Option<&Id> {
        let known = self.roles.get_key_value(id).map(|(id, _)| id);
        known.or_else(|| {
            let was = |role: &&Role| role.renamed_from.iter().any(|old| **old == *id);
            self.roles.values().find(was).map(|role| &role.id)
        })
    }
}

impl Register {
    /// What one of its records reads as: `id`, then each field; what a record itself picked as the id.
    pub fn record_type(&self) -> Type {
        let field = |(_, field): (_, &super::Field)| {
            let ty = match (&field.kind, self.form.scope.names.get(&field.id)) {
                (super::FieldType::Lookup(_), _) | (_, None) => Type::Text,
                (_, Some(ty)) => ty.clone(),
            };
            (field.id.clone(), ty)
        };
        let columns = [("id".into(), Type::Text)]
            .into_iter()
            .chain(self.form.fields().map(field));
        Type::Record(Arc::new(RecordType {
            name: self.id.to_string(),
            columns: columns.collect(),
        }))
    }
}

/// A record of a register that is there from the start.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedRecord {
    /// Its id.
    pub id: Id,
    /// Its columns, by field.
    pub answers: serde_json::Map<String, Json>,
}

/// How numbers are made.
#[derive(Debug, Clone)]
pub struct Numbering {
    /// The parts in order.
    pub pattern: Vec<NumberPart>,
    /// What has a count of its own.
    pub counter: Vec<CounterKey>,
}

/// A part of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberPart {
    /// As written.
    Text(String),
    /// The year of assignment, four digits.
    Year,
    /// The form's `code`.
    Category,
    /// The count, filled with zeros to so many digits.
    Serial(usize),
}

/// What has a count of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterKey {
    /// Each year.
    Year,
    /// Each form code.
    Category,
}

/// Something that is printed from an application.
#[derive(Debug)]
pub struct Document {
    /// Its name.
    pub id: Id,
    /// What people call it.
    pub label: Text,
    /// What makes it.
    pub source: DocumentSource,
    /// The states in which it is offered; every state where empty.
    pub states: Vec<Id>,
    /// The roles it is offered to; everybody who sees the application where empty.
    pub by: Vec<Id>,
    /// The register over which it is printed once: over all applications that picked the same entry.
    pub over: Option<Id>,
    /// Printed across every page while the condition holds; always where there is none.
    pub watermark: Option<Watermark>,
    /// Whether an effect issues it, so that it is printed once and then kept.
    pub issued: bool,
}

/// What makes a document.
#[derive(Debug)]
pub enum DocumentSource {
    /// A Typst file with what it may read.
    Template {
        /// The main file's key in `files`, for example `region/documents/certificate.typ`.
        main: String,
        /// Every file under `documents/` of the region's own folder and its bases, by path from
        /// `forms/`. A template can read these and nothing else.
        files: Arc<BTreeMap<String, Arc<[u8]>>>,
    },
    /// A plugin's layout.
    Layout(Id),
}

/// A text across the page.
#[derive(Debug)]
pub struct Watermark {
    /// Printed while this holds.
    pub when: Option<Expression>,
    /// The text.
    pub text: Text,
}

/// A plugin that the region asks for.
#[derive(Debug, Clone)]
pub struct PluginUse {
    /// Its name in findings and logs.
    pub id: Id,
    /// The component's file.
    pub file: PathBuf,
    /// The bytes, whose SHA-256 was compared with the definition.
    pub bytes: Arc<[u8]>,
    /// SHA-256 in hex.
    pub sha256: String,
    /// Whether it runs with the check.
    pub on_check: bool,
    /// Whether it lays out documents.
    pub on_document: bool,
    /// The region's options, passed to it as JSON.
    pub options: Json,
    /// The code lists and registers it may look up.
    pub lookups: Vec<Id>,
}
