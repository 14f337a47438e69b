//! Pages about one's own account: signing up, activating, signing in, keeping it.

use serde::Serialize;

use super::{ErrorLink, Html, Link, View};

/// `/{region}/sign-up`: which way in. The chosen one and the agreement are asked with GET.
#[derive(Debug, Serialize)]
pub struct Ways {
    /// The ways, in the region's order.
    pub ways: Vec<Way>,
    /// The texts to agree to, where a way asks that.
    pub agreements: Vec<Link>,
    /// The agreement was ticked.
    pub agreed: bool,
    /// What is missing.
    pub errors: Vec<ErrorLink>,
    /// `/{region}/sign-in`.
    pub sign_in: String,
}

/// One way in.
#[derive(Debug, Serialize)]
pub struct Way {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Whom it is for, and who must not use it.
    pub help: String,
    /// Whether it was chosen.
    pub chosen: bool,
}

/// A form about an account: signing up, activating, one's own details, another password, an invitation.
#[derive(Debug, Default, Serialize)]
pub struct AccountForm {
    /// The page's heading.
    pub title: String,
    /// A sentence above the form.
    pub lead: Option<String>,
    /// The parts of the region's form; empty where the account itself is all that is asked.
    pub parts: Vec<AccountPart>,
    /// What the account itself asks, below the form's parts.
    pub inputs: Vec<Input>,
    /// The agreement was ticked before.
    pub agreed: bool,
    /// What is wrong.
    pub errors: Vec<ErrorLink>,
    /// Where what is typed is checked while it is typed.
    pub live: Option<String>,
    /// Where a field that is searched asks what there is; none on a form without one.
    pub suggest: Option<String>,
    /// Whether the picture that keeps programs out is asked.
    pub captcha: Option<Captcha>,
    /// What the button says.
    pub submit: String,
    /// Where else to go.
    pub links: Vec<Link>,
}

/// A page of the region's account form.
#[derive(Debug, Default, Serialize)]
pub struct AccountPart {
    /// Its heading; empty where the form has one page.
    pub title: String,
    /// What to know first.
    pub intro: Option<String>,
    /// The fields.
    pub fields: Html,
    /// What the account itself asks or shows right below them.
    pub inputs: Vec<Input>,
}

/// An input of the account itself.
#[derive(Debug, Default, Serialize)]
pub struct Input {
    /// Its name in the post.
    pub name: &'static str,
    /// The question.
    pub label: String,
    /// `text`, `email`, `password`, `fixed` (shown, not asked), `select`, …
    pub kind: &'static str,
    /// What was typed; never of a password.
    pub value: String,
    /// The `autocomplete` token (WCAG 1.3.5).
    pub autocomplete: &'static str,
    /// What to know.
    pub help: String,
    /// What is wrong.
    pub error: Option<String>,
    /// What can be chosen, of a `select`: value, label, whether chosen.
    pub options: Vec<(String, String, bool)>,
    /// It may stay empty.
    pub optional: bool,
}

/// The picture that keeps programs out.
#[derive(Debug, Serialize)]
pub struct Captcha {
    /// What is brought back with the answer.
    pub id: String,
    /// The picture's address.
    pub picture: String,
    /// Where another one is had, for pages with JavaScript.
    pub another: String,
    /// What a browser works out instead of reading the picture, as `challenge:difficulty`.
    pub work: String,
    /// What is wrong with the answer.
    pub error: Option<String>,
}

/// Something is done, or cannot be: what, and where to go on.
#[derive(Debug, Serialize)]
pub struct Told {
    /// What.
    pub title: String,
    /// Whether it went well.
    pub good: bool,
    /// Sentences.
    pub lines: Vec<String>,
    /// A button that does what the page is about, posted to the same address.
    pub button: Option<String>,
    /// Where to go on.
    pub links: Vec<Link>,
}

/// `/{region}/roles`: in which role, after signing in with several.
#[derive(Debug, Serialize)]
pub struct Roles {
    /// Id and label.
    pub roles: Vec<(String, String)>,
    /// Where to go afterwards.
    pub next: Option<String>,
}

/// `/{region}/account`: one's own account.
#[derive(Debug, Serialize)]
pub struct Account {
    /// The name to sign in with.
    pub sign_in_name: String,
    /// The name.
    pub name: String,
    /// The mailbox.
    pub email: Contact,
    /// The password, which another mailbox takes.
    pub confirm: Input,
    /// The phone.
    pub phone: Contact,
    /// A code was sent to this phone and waits to be typed.
    pub phone_waiting: Option<String>,
    /// Whether there is a second factor.
    pub second_factor: bool,
    /// Where the sessions are.
    pub sessions: Vec<OwnSession>,
    /// What is wrong with what was posted.
    pub errors: Vec<ErrorLink>,
    /// Inputs of the password form.
    pub password: Vec<Input>,
    /// `/{region}/account`.
    pub href: String,
    /// `/{region}/profile`, where the region has such a form.
    pub profile: Option<String>,
}

/// A mailbox or phone.
#[derive(Debug, Serialize)]
pub struct Contact {
    /// The address or number.
    pub value: String,
    /// What was typed instead.
    pub typed: String,
    /// When it was verified.
    pub verified: Option<String>,
    /// What is wrong.
    pub error: Option<String>,
}

/// One of one's own sessions.
#[derive(Debug, Serialize)]
pub struct OwnSession {
    /// What it is ended by.
    pub id: String,
    /// The browser.
    pub agent: String,
    /// Since when.
    pub since: String,
    /// Last used.
    pub seen: String,
    /// The one in use.
    pub current: bool,
}

/// `/{region}/account/second-factor`.
#[derive(Debug, Default, Serialize)]
pub struct SecondFactor {
    /// There is one already.
    pub set: bool,
    /// The role asks for it and nothing else may be done before.
    pub required: bool,
    /// The QR code as the address of an image.
    pub picture: String,
    /// The secret for typing.
    pub secret: String,
    /// For an authenticator on this very device.
    pub address: String,
    /// The recovery codes, shown once.
    pub recovery: Vec<String>,
    /// What is wrong with the code.
    pub error: Option<String>,
    /// `/{region}/account`.
    pub back: String,
}

/// `/{region}/sign-in/code`: the second step of signing in.
#[derive(Debug, Serialize)]
pub struct Code {
    /// What is brought back with it.
    pub step: String,
    /// Where to go afterwards.
    pub next: Option<String>,
    /// Why the last code was not taken.
    pub error: Option<String>,
}

impl View for Ways {
    const TEMPLATE: &'static str = "ways.html";
}

impl View for AccountForm {
    const TEMPLATE: &'static str = "account-form.html";
}

impl View for Told {
    const TEMPLATE: &'static str = "told.html";
}

impl View for Roles {
    const TEMPLATE: &'static str = "roles.html";
}

impl View for Account {
    const TEMPLATE: &'static str = "account.html";
}

impl View for SecondFactor {
    const TEMPLATE: &'static str = "second-factor.html";
}

impl View for Code {
    const TEMPLATE: &'static str = "sign-in-code.html";
}
