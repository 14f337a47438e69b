//! What a form is once it is known to be right.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::code_list::Entry;
use super::expression::{Expression, Message, Scope, Type};
use super::{CodeList, Id, Text};

/// The questions of one category, with everything compiled that checking needs.
#[derive(Debug)]
pub struct Form {
    /// The file's name without `.form.yaml`.
    pub id: Id,
    /// For example 应用技术类科技成果登记表.
    pub title: Text,
    /// What an applicant chooses by, for example 应用技术类; the title where none is given.
    pub category: Text,
    /// The author's own version, shown as 版本号.
    pub version: String,
    /// `{category}` in a number pattern, for example `Y`; may be empty.
    pub code: String,
    /// The pages in order.
    pub pages: IndexMap<Id, Page>,
    /// Named expressions, in an order in which each reads only earlier ones.
    pub lets: IndexMap<Id, Let>,
    /// The rules in order.
    pub rules: IndexMap<Id, Rule>,
    /// The fields that are asked when an application is added, before its pages.
    pub create: Vec<Id>,
    /// The slots that every expression of the form reads: fields, lets, `today`, `app`.
    pub scope: Scope,
    /// The order in which fields, computed fields and lets must be worked out, so that each
    /// `showWhen` and `compute` reads only what stands before it. Names of [`Form::scope`].
    pub order: Vec<Id>,
    /// The page of each field.
    pub page_of: IndexMap<Id, Id>,
    /// The JSON Schema (2020-12) of complete answers, as `dengji schema` prints it.
    pub schema: Json,
    /// The merged definition that the form was built from; its canonical text gives [`Form::hash`].
    pub source: Json,
    /// SHA-256, in hex, of what an application is pinned to.
    pub hash: String,
}

impl Form {
    /// The field called `id`.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.pages.get(self.page_of.get(id)?)?.fields.get(id)
    }

    /// All fields with their pages, in order.
    pub fn fields(&self) -> impl Iterator<Item = (&Page, &Field)> {
        self.pages
            .values()
            .flat_map(|page| page.fields.values().map(move |field| (page, field)))
    }
}

/// One tab of a form (栏目).
#[derive(Debug)]
pub struct Page {
    /// Its name in addresses.
    pub id: Id,
    /// The tab's title.
    pub title: Text,
    /// A paragraph above the questions.
    pub intro: Option<Text>,
    /// The text (a key of [`Region::texts`](super::Region)) that stands above the questions.
    pub text: Option<Id>,
    /// Hidden and dropped while this is false.
    pub show_when: Option<Expression>,
    /// While false, required fields bind only once one field of the page is filled.
    pub require_when: Option<Expression>,
    /// The ids that the page had in earlier versions of the form.
    pub renamed_from: Vec<Id>,
    /// The questions in order; empty for a page that is only read.
    pub fields: IndexMap<Id, Field>,
}

/// One question; also one column of a table and one input of an action.
#[derive(Debug)]
pub struct Field {
    /// Its key in the answers.
    pub id: Id,
    /// The question.
    pub label: Text,
    /// A hint below it.
    pub help: Option<Text>,
    /// A hint inside it.
    pub placeholder: Option<Text>,
    /// What may be answered.
    pub kind: FieldType,
    /// Must be answered while shown.
    pub required: bool,
    /// Must be answered while shown and this holds. In a column it reads `row`.
    pub require_when: Option<Expression>,
    /// Asked only while this holds. In a column it reads `row`.
    pub show_when: Option<Expression>,
    /// Shown but not to be changed while this holds.
    pub read_only_when: Option<Expression>,
    /// The answer before there is one.
    pub default: Option<Json>,
    /// Sealed at rest, masked in lists, never in a message or a log.
    pub sensitive: bool,
    /// Sensitive, but printed as it is: on paper that needs the whole of it.
    pub print_in_full: bool,
    /// May be shown to anybody who verifies the certificate.
    pub public: bool,
    /// How statistics count it.
    pub statistic: Option<Statistic>,
    /// The ids that the field had in earlier versions of the form.
    pub renamed_from: Vec<Id>,
    /// JSON Schema's own constraint words (`minLength`, `pattern`, `minimum`, …), as given.
    pub constraints: Map<String, Json>,
}

impl Field {
    /// Whether the field, or a column of it, is sensitive.
    pub fn has_sensitive(&self) -> bool {
        match &self.kind {
            _ if self.sensitive => true,
            FieldType::Table(table) => table.columns.values().any(Self::has_sensitive),
            _ => false,
        }
    }
}

/// How statistics count the answers to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// How often each answer was given; of a table or list, how many entries there are.
    Count,
    /// All numbers added up.
    Sum,
    /// How many fall into each year.
    Year,
}

impl Statistic {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Count, Self::Sum, Self::Year];

    /// The word an author writes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Year => "year",
        }
    }

    /// The way called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }

    /// Whether answers of this type can be counted so: what is chosen is counted, numbers are added
    /// up, days are counted by year. Free text is not counted.
    pub fn suits(self, kind: &FieldType) -> bool {
        use FieldType as T;
        match (self, kind) {
            (way, T::Computed(computed)) => way.suits(&computed.of),
            (Self::Count, kind) => matches!(
                kind,
                T::YesNo
                    | T::Choice(_)
                    | T::Choices(_)
                    | T::Tree(_)
                    | T::Trees(_)
                    | T::Lookup(_)
                    | T::Year
                    | T::List(_)
                    | T::Table(_)
                    | T::File(_)
            ),
            (Self::Sum, kind) => matches!(kind, T::Integer | T::Decimal | T::Money),
            (Self::Year, kind) => matches!(kind, T::Date | T::Month | T::Year),
        }
    }
}

/// The type of a field, with what belongs to that type alone (LANGUAGE L3, L4).
#[derive(Debug)]
#[allow(missing_docs, reason = "the variants are the language's own type names")]
pub enum FieldType {
    Text,
    LongText,
    Integer,
    Decimal,
    /// An amount in 万元 unless the label says otherwise; two decimals or more are kept as typed.
    Money,
    Date,
    Month,
    Year,
    YesNo,
    Choice(Choice),
    Choices(Choice),
    Tree(Choice),
    Trees(Choice),
    Lookup(Lookup),
    Email,
    Phone,
    Url,
    CnIdNumber,
    CnCreditCode,
    CnOrgCode,
    CnPatentNumber,
    Isbn,
    Issn,
    /// A list of single values of one type; `slots` is `maxItems` when it is small and fixed.
    List(Box<FieldType>),
    Table(Table),
    File(FileRules),
    Computed(Computed),
    /// Text to read; stores nothing.
    Note,
}

impl FieldType {
    /// The type's name as an author writes it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long-text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Money => "money",
            Self::Date => "date",
            Self::Month => "month",
            Self::Year => "year",
            Self::YesNo => "yes-no",
            Self::Choice(_) => "choice",
            Self::Choices(_) => "choices",
            Self::Tree(_) => "tree",
            Self::Trees(_) => "trees",
            Self::Lookup(_) => "lookup",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::CnIdNumber => "cn-id-number",
            Self::CnCreditCode => "cn-credit-code",
            Self::CnOrgCode => "cn-org-code",
            Self::CnPatentNumber => "cn-patent-number",
            Self::Isbn => "isbn",
            Self::Issn => "issn",
            Self::List(_) => "list",
            Self::Table(_) => "table",
            Self::File(_) => "file",
            Self::Computed(_) => "computed",
            Self::Note => "note",
        }
    }
}

/// A flat list with more entries than this is searched.
const LONG: usize = 50;

/// What `choice`, `choices`, `tree` and `trees` are chosen from.
#[derive(Debug)]
pub struct Choice {
    /// The codes.
    pub list: Arc<CodeList>,
    /// Keeps only the entries for which this holds; reads `it`.
    pub filter: Option<Expression>,
    /// Only smallest branches may be chosen.
    pub leaf_only: bool,
}

impl Choice {
    /// Whether the entry may be chosen as far as its place in the tree goes.
    pub fn takes(&self, entry: &Entry) -> bool {
        !self.leaf_only || (entry.children.is_empty() && !entry.branch)
    }

    /// Whether there is too much to choose from for a page to show all of it: it is searched instead.
    pub fn is_long(&self) -> bool {
        self.list.is_tree() || self.list.entries().len() > LONG
    }

    /// Whether what may be chosen depends on other answers or on the day, so that it is worked out
    /// for each application.
    pub fn is_narrowed(&self) -> bool {
        self.filter.is_some() || self.list.has_terms()
    }
}

/// What a `lookup` is picked from.
#[derive(Debug)]
pub struct Lookup {
    /// `units` or a register's id.
    pub from: Id,
    /// What one of its records reads as.
    pub record: Type,
    /// Keeps only the records for which this holds; reads `it`.
    pub filter: Option<Expression>,
    /// A sole candidate is picked without asking (`pick: only`).
    pub pick_only: bool,
}

/// A table field.
#[derive(Debug)]
pub struct Table {
    /// The columns in order; one of them may be a table again.
    pub columns: IndexMap<Id, Field>,
    /// At least so many rows once the field is required or any row is there.
    pub min_rows: usize,
    /// At most so many rows; 200 unless given.
    pub max_rows: usize,
    /// Columns in which no two rows may agree; empties ignored.
    pub unique: Vec<Id>,
    /// The order of rows means something and can be changed.
    pub ordered: bool,
    /// What a row reads as: each column's type, then `index`.
    pub row_type: Type,
    /// Where the columns stand in `columns`, each behind those of its row that it reads.
    pub order: Vec<usize>,
}

/// What a `file` field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRules {
    /// Kinds by content: `pdf`, `jpg`, `png`, `docx`, `xlsx`, …
    pub accept: Vec<String>,
    /// Bytes a file.
    pub max_size: u64,
    /// At least so many files.
    pub min_items: usize,
    /// At most so many files.
    pub max_items: usize,
    /// The document that is offered to be printed, filled in and returned here.
    pub template: Option<Id>,
    /// The document whose print is returned here; it must be one of the answers as they are.
    pub print_of: Option<Id>,
}

/// A field that the engine works out.
#[derive(Debug)]
pub struct Computed {
    /// What it is (`of:`), for showing it.
    pub of: Box<FieldType>,
    /// How it is worked out.
    pub compute: Expression,
}

/// A named expression.
#[derive(Debug)]
pub struct Let {
    /// Its name.
    pub id: Id,
    /// What it means.
    pub expression: Expression,
}

/// What must hold between answers.
#[derive(Debug)]
pub struct Rule {
    /// Its name in findings.
    pub id: Id,
    /// The table (`people`) or inner table (`units.staff`) whose every row is checked.
    pub each: Option<Vec<Id>>,
    /// Checked only while this holds.
    pub when: Option<Expression>,
    /// What must hold.
    pub assert: Expression,
    /// Where the finding points: `field`, `table[0].column` or `row.column`.
    pub at: Option<String>,
    /// Whether it blocks.
    pub severity: Severity,
    /// What the applicant is told.
    pub message: Message,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Blocks every action that requires the check.
    Error,
    /// Informs.
    Warning,
}
