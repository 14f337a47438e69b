//! Pages that need no application: entrances, texts, verification, errors.

use serde::Serialize;

use super::{Captcha, Html, Link, View};

/// `/`: the offices on this server.
#[derive(Debug, Serialize)]
pub struct Regions {
    /// The offices.
    pub regions: Vec<RegionCard>,
}

/// One office on `/`.
#[derive(Debug, Serialize)]
pub struct RegionCard {
    /// 某省.
    pub name: String,
    /// 某省科技管理信息系统.
    pub title: String,
    /// 某省科学技术厅.
    pub authority: String,
    /// `/somewhere/`.
    pub href: String,
}

/// `/{region}/`: the office's entrance; with a menu once somebody is signed in.
#[derive(Debug, Serialize)]
pub struct Home {
    /// What everybody should know first: the region's text `notice`.
    pub notice: Option<Html>,
    /// What can be registered: the categories of the region's forms.
    pub categories: Vec<String>,
    /// Texts to read: guide, agreement, questions.
    pub texts: Vec<Link>,
    /// Ways to an account (单位注册, …); empty while there are none on the web.
    pub ways_in: Vec<Link>,
    /// `/{region}/sign-in`; none once signed in.
    pub sign_in: Option<String>,
    /// Where a signed-in person most likely goes: own applications, queue, certificates.
    pub tasks: Vec<Task>,
}

/// Something to do, with how much of it waits.
#[derive(Debug, Serialize)]
pub struct Task {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// How many wait.
    pub count: Option<usize>,
}

/// `/{region}/sign-in`. Posts `name`, `password` and `next` to the same address.
#[derive(Debug, Serialize)]
pub struct SignIn {
    /// The sign-in name is an e-mail address.
    pub by_email: bool,
    /// What was typed as a name.
    pub name: String,
    /// Why it failed.
    pub error: Option<String>,
    /// Where to go afterwards.
    pub next: Option<String>,
    /// What was typed before the session ended is kept.
    pub kept: bool,
    /// The picture that keeps programs out, after a failure.
    pub captcha: Option<Captcha>,
    /// Ways in that lead to no account: 登记单位信息.
    pub ways_in: Vec<Link>,
    /// `/{region}/sign-up`.
    pub sign_up: String,
    /// `/{region}/reset`.
    pub reset: String,
    /// Accounts to try, only on a demonstration server.
    pub demo_accounts: Vec<DemoAccount>,
}

/// An account of the demonstration.
#[derive(Debug, Serialize)]
pub struct DemoAccount {
    /// The sign-in name.
    pub name: String,
    /// The password, the same for everybody to see.
    pub password: String,
    /// The role's label.
    pub role: String,
    /// The unit's name.
    pub unit: Option<String>,
}

/// `/{region}/texts/{text}`.
#[derive(Debug, Serialize)]
pub struct TextPage {
    /// Its first heading, or its name.
    pub title: String,
    /// The text; see [`crate::theme::markdown`].
    pub body: Html,
}

/// `/verify/{token}`: what anybody may know about a certificate.
#[derive(Debug, Serialize)]
pub struct Verify {
    /// What is certified; none where the token is unknown.
    pub certificate: Option<VerifiedCertificate>,
}

/// A certificate as the public sees it.
#[derive(Debug, Serialize)]
pub struct VerifiedCertificate {
    /// 登记号.
    pub number: String,
    /// 成果名称.
    pub name: String,
    /// 登记机关.
    pub authority: String,
    /// 登记日期.
    pub issued_on: String,
    /// Whether it stands.
    pub valid: bool,
    /// What the form makes public, label and text.
    pub more: Vec<Fact>,
}

/// A label with its value.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Fact {
    /// The question.
    pub label: String,
    /// The answer.
    pub text: String,
}

/// Any error.
#[derive(Debug, Serialize)]
pub struct ErrorPage {
    /// The HTTP status.
    pub status: u16,
    /// What happened.
    pub title: String,
    /// Why, in a sentence.
    pub detail: String,
    /// What can be done, as links.
    pub ways_on: Vec<Link>,
    /// What to tell the support, so that the log can be searched.
    pub reference: Option<String>,
}

impl View for Regions {
    const TEMPLATE: &'static str = "regions.html";
}

impl View for Home {
    const TEMPLATE: &'static str = "home.html";
}

impl View for SignIn {
    const TEMPLATE: &'static str = "sign-in.html";
}

impl View for TextPage {
    const TEMPLATE: &'static str = "text.html";
}

impl View for Verify {
    const TEMPLATE: &'static str = "verify.html";
}

impl View for ErrorPage {
    const TEMPLATE: &'static str = "error.html";
}
