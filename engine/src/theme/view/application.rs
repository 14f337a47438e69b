//! Pages around applications: lists, the form, its check, review, actions and documents.

use serde::Serialize;

use super::{Html, Link, Paging, View};

/// `/{region}/applications`: 填写科技成果.
#[derive(Debug, Serialize)]
pub struct Applications {
    /// The page's heading, as the menu calls it.
    pub title: String,
    /// The words that are searched for.
    pub text: String,
    /// The year that is searched for.
    pub year: String,
    /// The categories to choose from.
    pub forms: Vec<Pick>,
    /// The states to choose from.
    pub states: Vec<Pick>,
    /// The orders to choose from.
    pub orders: Vec<Pick>,
    /// The address without what is searched for; none where nothing is.
    pub clear: Option<String>,
    /// The headings that sort.
    pub columns: Vec<Column>,
    /// How many were looked at, where older ones were not.
    pub cut: Option<usize>,
    /// How many there are in all.
    pub total: usize,
    /// The applications, newest first or as sorted.
    pub rows: Vec<ApplicationRow>,
    /// Whether there is more.
    pub paging: Paging,
    /// `/{region}/applications/new`; none for a person who may not add.
    pub new: Option<String>,
    /// The name of this page's presses of a button that adds an application.
    pub once: String,
}

/// Something to choose in a search.
#[derive(Debug, Serialize)]
pub struct Pick {
    /// Its value.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The heading of a column that sorts.
#[derive(Debug, Serialize)]
pub struct Column {
    /// What it is called.
    pub label: String,
    /// The same list sorted by it, or the other way round.
    pub href: String,
    /// `ascending`, `descending` or `none` (`aria-sort`).
    pub sorted: &'static str,
}

/// One application in a list.
#[derive(Debug, Default, Serialize)]
pub struct ApplicationRow {
    /// 成果名称; the template says 未命名 where it is empty.
    pub name: String,
    /// 类别.
    pub category: String,
    /// The state's label.
    pub state: String,
    /// How it is going.
    pub tone: Tone,
    /// Who applied; shown to reviewers.
    pub applicant: Option<String>,
    /// 更新时间, for people.
    pub updated: String,
    /// 登记号.
    pub number: Option<String>,
    /// `/{region}/applications/{id}`, linked from the name.
    pub href: String,
    /// What can be done with it, such as 详细修改.
    pub actions: Vec<Link>,
    /// Where a post makes a new one with its answers.
    pub copy: Option<String>,
}

/// How an application is going, as a colour and an icon beside the state's label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// With the applicant.
    #[default]
    Draft,
    /// With a reviewer.
    Waiting,
    /// Back with the applicant.
    Returned,
    /// Approved.
    Done,
    /// Ended otherwise.
    Ended,
}

/// `/{region}/applications/new`: which category.
#[derive(Debug, Serialize)]
pub struct NewApplication {
    /// The categories.
    pub categories: Vec<Category>,
    /// The name of this page's presses of a button that adds an application.
    pub once: String,
}

/// One category to choose.
#[derive(Debug, Serialize)]
pub struct Category {
    /// 应用技术类.
    pub category: String,
    /// 应用技术类科技成果登记表.
    pub form: String,
    /// 版本号.
    pub version: String,
    /// `/{region}/applications/new/{form}`. Where `starts` is set, the 填写申请 button posts there.
    pub href: String,
    /// Nothing is asked first: the button creates the application at once.
    pub starts: bool,
}

/// `/{region}/applications/new/{form}`: the few questions asked first. Posts to the same address.
#[derive(Debug, Serialize)]
pub struct CreateApplication {
    /// 应用技术类.
    pub category: String,
    /// The form's title.
    pub form: String,
    /// The fields; may be empty.
    pub fields: Html,
    /// The name of this page's press of the button.
    pub once: String,
    /// What is wrong.
    pub errors: Vec<ErrorLink>,
    /// Back to the categories.
    pub back: String,
    /// Where a field that is searched asks what there is.
    pub suggest: String,
}

/// One entry of an error summary.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorLink {
    /// Where: 成果完成人员名单 第 2 行 姓名.
    pub label: String,
    /// What.
    pub message: String,
    /// `#f-name`, or with a page before it.
    pub href: String,
}

/// The head that overview, form pages, check and review share.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ApplicationHead {
    /// The application's id.
    pub id: String,
    /// `/{region}/applications/{id}`.
    pub href: String,
    /// 成果名称; may be empty.
    pub name: String,
    /// The form's title.
    pub form: String,
    /// 版本号.
    pub version: String,
    /// The state's label.
    pub state: String,
    /// How it is going.
    pub tone: Tone,
    /// 登记号.
    pub number: Option<String>,
    /// The tabs (栏目) in order.
    pub tabs: Vec<Tab>,
    /// How many of the tabs that ask for something are complete; none where nothing can be filled.
    pub progress: Option<Progress>,
    /// The actions this person may take, each linked to `…/actions/{action}`.
    pub actions: Vec<ActionLink>,
    /// What can be printed, each linked to `…/documents/{doc}`.
    pub documents: Vec<Link>,
    /// `…/check`; none for whom 填写检查 makes no sense.
    pub check: Option<String>,
    /// `…/unmask`; none for whom nothing is masked, or who may not see it.
    pub unmask: Option<String>,
    /// 返回: the list the person came from.
    pub back: String,
}

/// One tab.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tab {
    /// Its title.
    pub label: String,
    /// `…/pages/{page}`.
    pub href: String,
    /// This page.
    pub current: bool,
    /// How far it is filled.
    pub progress: TabProgress,
    /// The same in words ([`TabProgress::text_key`]); empty where there is nothing to say.
    pub said: String,
    /// A reviewer marked something on it.
    pub marked: bool,
}

/// What stands in the strip of tabs, for a page that has saved itself.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TabStrip {
    /// The tabs in order.
    pub tabs: Vec<Tab>,
    /// How many of those that ask for something are complete.
    pub progress: Option<Progress>,
}

/// How far a tab is filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TabProgress {
    /// Nothing to say, for example a page that is only read.
    #[default]
    Plain,
    /// Nobody has filled anything in yet.
    Untouched,
    /// Something required is missing.
    Missing,
    /// Something that was filled in is wrong.
    Wrong,
    /// Nothing is missing.
    Complete,
}

impl TabProgress {
    /// The key of the theme's text that says so; none where there is nothing to say.
    pub fn text_key(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Untouched => Some("tab_untouched"),
            Self::Missing => Some("tab_missing"),
            Self::Wrong => Some("tab_wrong"),
            Self::Complete => Some("tab_complete"),
        }
    }
}

/// How far the form is filled. Tabs that may stay empty do not count until they are filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Complete tabs.
    pub done: usize,
    /// Complete tabs, and those where something is missing or wrong.
    pub all: usize,
}

/// A button for an action.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ActionLink {
    /// 提交到单位管理员.
    pub label: String,
    /// `…/actions/{action}`.
    pub href: String,
    /// The step that leads on; others are shown quieter.
    pub primary: bool,
}

/// What a reviewer wrote.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Opinion {
    /// Who, with role.
    pub by: String,
    /// When.
    pub on: String,
    /// What.
    pub text: String,
}

/// `/{region}/applications/{id}`: the overview.
#[derive(Debug, Serialize)]
pub struct Overview {
    /// The application.
    pub head: ApplicationHead,
    /// Who applied.
    pub applicant: String,
    /// The applicant's unit.
    pub unit: Option<String>,
    /// The way through the office.
    pub steps: Vec<Step>,
    /// What happened, newest first.
    pub history: Vec<Happening>,
    /// Whether answers can be changed here, so that the tabs say 填写 rather than 查看.
    pub editable: bool,
    /// All answers, read-only, by page: the review. Empty where the tabs are enough.
    pub answers: Vec<AnswerPage>,
}

/// One state on the way.
#[derive(Debug, Serialize)]
pub struct Step {
    /// The state's label.
    pub label: String,
    /// Behind, here or ahead.
    pub place: StepPlace,
    /// When it was reached, or by when it is due.
    pub note: Option<String>,
}

/// Where a step lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepPlace {
    /// Passed.
    Behind,
    /// The application stands here.
    Here,
    /// Still to come.
    Ahead,
}

/// One entry of the history.
#[derive(Debug, Serialize)]
pub struct Happening {
    /// When, for people.
    pub on: String,
    /// Who, with role.
    pub by: String,
    /// The action's label.
    pub action: String,
    /// The state it led to.
    pub state: String,
    /// What was written.
    pub opinion: Option<String>,
    /// The fields that were marked.
    pub marks: Vec<Link>,
}

/// The answers of one page, to read: from [`crate::theme::PreparedFields::fill`] with
/// [`crate::theme::filling::Editing::Nothing`].
#[derive(Debug, Serialize)]
pub struct AnswerPage {
    /// The page's title.
    pub title: String,
    /// The page's id, for the anchor `p-ID`.
    pub id: String,
    /// The answers.
    pub body: Html,
}

/// `…/check`: the result of 填写检查.
#[derive(Debug, Serialize)]
pub struct CheckPage {
    /// The application.
    pub head: ApplicationHead,
    /// What blocks, by page.
    pub errors: Vec<FindingGroup>,
    /// What informs, by page.
    pub warnings: Vec<FindingGroup>,
    /// How many errors in all; more may exist than are shown.
    pub error_count: usize,
    /// How many warnings in all.
    pub warning_count: usize,
    /// A plugin that could not be asked: what to do about it.
    pub trouble: Option<String>,
}

/// The findings of one page.
#[derive(Debug, Serialize)]
pub struct FindingGroup {
    /// The page's title; none for what belongs to no page.
    pub page: Option<String>,
    /// The findings.
    pub findings: Vec<ErrorLink>,
}

/// `…/actions/{action}`: the confirmation with the action's small form. Posts to the same address.
#[derive(Debug, Serialize)]
pub struct ActionPage {
    /// The application.
    pub head: ApplicationHead,
    /// The action's label.
    pub label: String,
    /// What is asked before it is done.
    pub confirm: Option<String>,
    /// The action's inputs, from [`crate::theme::PreparedFields::fill`].
    pub fields: Html,
    /// The fields that can be marked, by page; empty where the action marks nothing.
    pub marks: Option<Marks>,
    /// What is wrong.
    pub errors: Vec<ErrorLink>,
    /// The application's revision, posted back as `~revision`.
    pub revision: u64,
    /// 返回.
    pub back: String,
}

/// `…/unmask`: sensitive answers in full, behind the question why. Posts to the same address.
#[derive(Debug, Serialize)]
pub struct Unmask {
    /// The application.
    pub head: ApplicationHead,
    /// Why; as it was typed, until it stands in the audit chain.
    pub reason: String,
    /// What is wrong with the reason.
    pub errors: Vec<ErrorLink>,
    /// The pages with sensitive answers, in full; empty until a reason was given.
    pub answers: Vec<AnswerPage>,
    /// The page's own address.
    pub address: String,
    /// 返回.
    pub back: String,
}

/// The checkboxes of `type: marked-fields`. Each posts `NAME=FIELD`, and a remark `NAME.FIELD`.
#[derive(Debug, Serialize)]
pub struct Marks {
    /// The input's name.
    pub name: String,
    /// The question.
    pub label: String,
    /// The pages.
    pub pages: Vec<MarkPage>,
}

/// The fields of one page.
#[derive(Debug, Serialize)]
pub struct MarkPage {
    /// The page's title.
    pub title: String,
    /// The fields.
    pub fields: Vec<Mark>,
}

/// One field that can be marked.
#[derive(Debug, Serialize)]
pub struct Mark {
    /// The field's id.
    pub field: String,
    /// The field's label.
    pub label: String,
    /// It is marked already.
    pub marked: bool,
    /// The remark.
    pub remark: String,
}

/// `…/documents/{doc}`: the preview.
#[derive(Debug, Serialize)]
pub struct DocumentPage {
    /// The document's label.
    pub label: String,
    /// Of which application.
    pub name: String,
    /// The pages as images; the template gives each an alternative text with `summary`.
    pub images: Vec<PageImage>,
    /// What the document says, for whom does not see it: label and text.
    pub summary: Vec<super::Fact>,
    /// The address of the PDF (打印 and 下载).
    pub pdf: String,
    /// 返回.
    pub back: String,
}

/// One page as an image.
#[derive(Debug, Serialize)]
pub struct PageImage {
    /// Its address.
    pub src: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// `/{region}/queue`: what waits for me.
#[derive(Debug, Serialize)]
pub struct Queue {
    /// What waits, the most urgent first.
    pub rows: Vec<QueueRow>,
    /// Whether there is more.
    pub paging: Paging,
}

/// One application that waits.
#[derive(Debug, Default, Serialize)]
pub struct QueueRow {
    /// 成果名称.
    pub name: String,
    /// 类别.
    pub category: String,
    /// Who applied.
    pub applicant: String,
    /// The applicant's unit.
    pub unit: Option<String>,
    /// The state's label.
    pub state: String,
    /// Since when it waits.
    pub since: String,
    /// By when.
    pub due: Option<String>,
    /// The limit has passed.
    pub overdue: bool,
    /// It was returned by this office before and comes back changed.
    pub again: bool,
    /// `/{region}/applications/{id}/review`.
    pub href: String,
}

/// `/{region}/certificates`: 打印科技成果登记证书.
#[derive(Debug, Serialize)]
pub struct Certificates {
    /// The page's heading, as the menu calls it.
    pub title: String,
    /// What has been issued.
    pub rows: Vec<CertificateRow>,
    /// Whether there is more.
    pub paging: Paging,
}

/// One certificate.
#[derive(Debug, Default, Serialize)]
pub struct CertificateRow {
    /// 登记号.
    pub number: String,
    /// 成果名称.
    pub name: String,
    /// 类别.
    pub category: String,
    /// 登记日期.
    pub issued_on: String,
    /// The preview.
    pub href: String,
}

impl View for Applications {
    const TEMPLATE: &'static str = "applications.html";
}

impl View for NewApplication {
    const TEMPLATE: &'static str = "new-application.html";
}

impl View for CreateApplication {
    const TEMPLATE: &'static str = "create-application.html";
}

impl View for TabStrip {
    const TEMPLATE: &'static str = "tabs.html";
}

impl View for Overview {
    const TEMPLATE: &'static str = "overview.html";
}

impl View for CheckPage {
    const TEMPLATE: &'static str = "check.html";
}

impl View for ActionPage {
    const TEMPLATE: &'static str = "action.html";
}

impl View for Unmask {
    const TEMPLATE: &'static str = "unmask.html";
}

impl View for DocumentPage {
    const TEMPLATE: &'static str = "document.html";
}

impl View for Queue {
    const TEMPLATE: &'static str = "queue.html";
}

impl View for Certificates {
    const TEMPLATE: &'static str = "certificates.html";
}
