//! Signing up by oneself: a unit, a person, or both, as the way in says.

use serde_json::{Value as Json, json};

use super::letters::Opens;
use super::{Contact, Sheet, Typed, Unfit};
use crate::check::{Answers, Path};
use crate::definition::region::{Activation, WayIn};
use crate::definition::{Form, Id, Language, Text};
use crate::registry::attempts::LETTERS;
use crate::registry::email::Email;
use crate::registry::outbox::Letter;
use crate::registry::{Office, Refused, Registry, sign_in_name};
use crate::store::{Account, Audit, Change, CommitError, Expect, Put, Standing, Subject, Unit, fresh_id};

/// What signing up has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedUp {
    /// The account can be used.
    Ready,
    /// A link was sent to this address; whether or not an account was there already.
    Mailed(String),
    /// It waits for this role's approval.
    Waits(Id),
    /// A unit is registered; its people sign up next.
    Unit(String),
}

impl Registry {
    /// The ways in that somebody can take by themself, in the region's order.
    pub fn open_ways(&self, region: &str) -> Result<Vec<&WayIn>, Refused> {
        let ways = self.region(region)?.ways_in.values();
        Ok(ways
            .filter(|way| way.invited_by.is_none() && way.form.is_some())
            .collect())
    }

    /// A way in that somebody can take by themself, with its form.
    pub async fn open_way(&self, region: &str, way: &str) -> Result<(&WayIn, Sheet), Refused> {
        let ways = self.open_ways(region)?;
        let way = ways
            .into_iter()
            .find(|known| *known.id == *way)
            .ok_or(Refused::NotFound)?;
        let form = way.form.as_ref().ok_or(Refused::NotFound)?;
        Ok((way, self.sheet(region, form).await?))
    }

    /// Signs up, or says what is wrong.
    pub async fn sign_up(&self, region: &str, way: &str, typed: Typed<'_>) -> Result<Result<SignedUp, Unfit>, Refused> {
        let (way, sheet) = self.open_way(region, way).await?;
        let office = self.office(region)?;
        let (mut unfit, fits) = match sheet.checked(typed.pairs, &sheet.initial())? {
            Ok(given) => {
                let unfit = Unfit {
                    given,
                    ..Unfit::default()
                };
                (unfit, true)
            }
            Err(unfit) => (unfit, false),
        };
        unfit.own = self.own_faults(office, way, &unfit.given, typed);
        // What the form says of the address itself is not said twice.
        let told = unfit
            .findings
            .iter()
            .filter_map(|finding| finding.at.as_ref())
            .map(Path::to_string);
        let told: Vec<String> = told
            .chain(unfit.refused.iter().map(|refused| refused.path.clone()))
            .collect();
        unfit
            .own
            .retain(|(input, _)| *input != "email" || !told.iter().any(|at| at == "email"));
        if way.joins_unit && self.unit_joined(office, &unfit.given).await?.is_none() {
            let about_unit = |at: &Path| at.to_string() == "unit";
            unfit
                .findings
                .retain(|finding| !finding.at.as_ref().is_some_and(about_unit));
            unfit.own.push(("unit", no_such_unit(office)));
        }
        if fits && unfit.own.is_empty() {
            if self.same_as_before(region, typed.once).await? {
                return Ok(Ok(outcome(way, &unfit.given)));
            }
            // As often whether or not the address has an account.
            if way.role.is_some() && way.activation == Activation::Email {
                self.allow(&office.region().id, Contact::Mail, text(&unfit.given, "email"))
                    .await?;
            }
            loop {
                match self.enter_sign_up(office, way, &sheet, &unfit.given, typed).await? {
                    Entry::Done(done) => return Ok(Ok(done)),
                    Entry::Unfit(own) => {
                        unfit.own.push(own);
                        break;
                    }
                    // Somebody took the address, opened the link or changed the unit at this very moment.
                    Entry::Overtaken => {
                        if self.same_as_before(region, typed.once).await? {
                            return Ok(Ok(outcome(way, &unfit.given)));
                        }
                    }
                }
            }
        }
        Ok(Err(unfit))
    }

    /// The unit that was picked, where it is registered and in use.
    async fn unit_joined(&self, office: &Office, given: &Answers) -> Result<Option<Unit>, Refused> {
        let unit = self.inner.store.unit(&office.region().id, text(given, "unit")).await?;
        Ok(unit.filter(Unit::is_active))
    }

    /// What is wrong with what the account itself asks.
    fn own_faults(
        &self,
        office: &Office,
        way: &WayIn,
        answers: &Answers,
        typed: Typed<'_>,
    ) -> Vec<(&'static str, Text)> {
        let mut faults = Vec::new();
        if way.agreement.is_some() && !typed.agreed {
            faults.push((
                "agree",
                Text::both("请先阅读并同意注册协议", "Read the agreement and tick that you agree."),
            ));
        }
        if let Some(fault) = answers
            .get("email")
            .and_then(Json::as_str)
            .and_then(|typed| Email::parse(typed).err())
        {
            faults.push(("email", fault.text()));
        }
        if way.asks_password() {
            if !office.region().sign_in.by_email {
                faults.extend(sign_in_name::fault(typed.sign_in_name).map(|text| ("sign_in_name", text)));
            }
            let known = [typed.sign_in_name, text(answers, "email"), text(answers, "name")];
            faults.extend(self.password_faults(office, typed.password, typed.again, &known));
        }
        faults
    }

    async fn enter_sign_up(
        &self,
        office: &Office,
        way: &WayIn,
        sheet: &Sheet,
        answers: &Answers,
        typed: Typed<'_>,
    ) -> Result<Entry, Refused> {
        let mut change = Change::default();
        if way.joins_unit {
            // Whoever joins a unit that is merged or disabled meanwhile would be left behind in it.
            let Some(unit) = self.unit_joined(office, answers).await? else {
                return Ok(Entry::Unfit(("unit", no_such_unit(office))));
            };
            change.expect.push(Expect::UnitRevision {
                region: unit.region,
                id: unit.id,
                revision: unit.revision,
            });
        }
        let unit = match &way.creates_unit {
            Some(kind) => {
                let unit = self.new_unit(office, way, kind, sheet.form(), answers)?;
                change.expect.push(no_unit(&unit));
                change
                    .put
                    .push(self.audit_of(office, "unit-registered", json!({"unit": unit.id, "way": &*way.id})));
                change.put.push(Put::Unit(unit.clone()));
                Some(unit)
            }
            None => None,
        };
        let done = outcome(way, answers);
        if let Some(role) = &way.role {
            let entered = self
                .new_account(office, way, role, unit.as_ref(), sheet, answers, typed)
                .await?;
            match entered {
                Entered::New(account, more) => {
                    change.expect.push(no_account(&account));
                    change.put.extend(more);
                    change.put.push(self.audit_of(
                        office,
                        "signed-up",
                        json!({"account": account.id, "way": &*way.id}),
                    ));
                    change.put.push(Put::Account(account));
                }
                // The answer is the same, and a unit that waits for approval is entered as well: nothing tells a
                // stranger that the address has an account. Its owner is told by letter.
                Entered::Known(known) if way.activation == Activation::Approval => {
                    change.expect.extend(known.expect);
                    change.put.extend(known.put);
                }
                Entered::Known(known) => change = known,
            }
        }
        if let Some(once) = typed.once {
            self.only_once(&office.region().id, once, &mut change).await?;
        }
        match self.inner.store.commit(change).await {
            Ok(_) => Ok(Entry::Done(done)),
            Err(CommitError::Taken {
                what: Subject::SignInName,
            }) if office.region().sign_in.by_email => Ok(Entry::Overtaken),
            Err(CommitError::Stale {
                what: Subject::Account | Subject::Unit | Subject::Ticket,
            }) => Ok(Entry::Overtaken),
            Err(CommitError::Taken { what }) => Ok(Entry::Unfit(taken(what)?)),
            Err(error) => Err(error.into()),
        }
    }

    fn new_unit(
        &self,
        office: &Office,
        way: &WayIn,
        kind: &Id,
        form: &Form,
        answers: &Answers,
    ) -> Result<Unit, Refused> {
        let now = self.inner.clock.now();
        let id = fresh_id(now)?;
        let sealed = self.sealed_answers(office, &id, form, answers)?;
        Ok(Unit {
            credit_code: text(answers, "credit_code").to_uppercase(),
            org_code: text(answers, "org_code").to_uppercase(),
            kinds: vec![kind.to_string()],
            place: text(answers, "place").to_owned(),
            standing: standing_of(way),
            created_at: Some(now),
            way: way.id.to_string(),
            sealed,
            ..Unit::new(&office.region().id, id, text(answers, "name").trim().to_owned())
        })
    }

    #[expect(clippy::too_many_arguments, reason = "what somebody has typed, from one place")]
    async fn new_account(
        &self,
        office: &Office,
        way: &WayIn,
        role: &Id,
        unit: Option<&Unit>,
        sheet: &Sheet,
        answers: &Answers,
        typed: Typed<'_>,
    ) -> Result<Entered, Refused> {
        let region = &office.region().id;
        let now = self.inner.clock.now();
        // Hashed in every case, so that the answer takes as long whether or not the address has an account.
        let password_hash = match way.asks_password() {
            true => self.inner.passwords.hash(typed.password.to_owned()).await?,
            false => String::new(),
        };
        let email = Email::parse(text(answers, "email"))
            .map(|email| email.to_string())
            .unwrap_or_default();
        let sign_in_name = if office.region().sign_in.by_email || !way.asks_password() {
            email.clone()
        } else {
            sign_in_name::plain(typed.sign_in_name)
        };
        let known = self.inner.store.account_by_sign_in_name(region, &sign_in_name).await?;
        let by_address = office.region().sign_in.by_email || way.activation == Activation::Email;
        // Who signs up again before opening the link gets another one, with what was typed last.
        let is_known = |known: &&Account| {
            known.standing != Standing::AwaitsActivation || way.asks_password() || self.is_invited(office, known)
        };
        if by_address && let Some(known) = known.as_ref().filter(is_known) {
            if known.standing == Standing::AwaitsActivation {
                let (account, mut put) = self.sent_again(office, known.clone()).await?;
                // Whoever opens the link at this very moment has an account, and keeps it.
                let expect = vec![no_account(&account)];
                put.push(Put::Account(account));
                return Ok(Entered::Known(Change { expect, put }));
            }
            return Ok(Entered::Known(self.told_of_account(way, known).await?));
        }
        let pending = known.filter(|known| known.standing == Standing::AwaitsActivation);
        let id = match &pending {
            Some(account) => account.id.clone(),
            None => fresh_id(now)?,
        };
        let mut account = Account {
            revision: pending.as_ref().map_or(1, |account| account.revision + 1),
            unit: match unit {
                Some(unit) => Some(unit.id.clone()),
                None if way.joins_unit => Some(text(answers, "unit").to_owned()),
                None => None,
            },
            roles: vec![role.to_string()],
            standing: standing_of(way),
            way: way.id.to_string(),
            email,
            phone: text(answers, "phone").to_owned(),
            sealed: self.sealed_answers(office, &id, sheet.form(), answers)?,
            password_hash,
            id_valid_until: super::profile::id_valid_until(answers),
            language: Some(typed.language),
            ..Account::new(region, id, sign_in_name, person_name(way, answers).to_owned(), now)
        };
        let mut more = Vec::new();
        if way.activation == Activation::Email {
            more.extend(
                pending
                    .iter()
                    .filter_map(|old| Some(Opens::Activation.close(region, old.link.as_deref()?))),
            );
            let link = self.link(region, Opens::Activation, json!({"account": account.id}))?;
            account.link = Some(link.key);
            more.push(link.put);
            let letter = Letter::Activation {
                link: link.href,
                valid_until: link.until,
            };
            more.push(self.letter_to(&account, &letter)?);
        }
        Ok(Entered::New(Box::new(account), more))
    }

    /// The letter to somebody with whose address somebody signs up; where too many have gone there, none.
    async fn told_of_account(&self, way: &WayIn, known: &Account) -> Result<Change, Refused> {
        let region = &known.region;
        let mailbox = Contact::Mail.counted(&known.email);
        // A way whose link is sent by mail has counted the letter already.
        let counted = way.activation == Activation::Email;
        let mut put = Vec::new();
        if counted || self.may_try(region, LETTERS, &mailbox).await? {
            let letter = Letter::AlreadyRegistered {
                link: format!("/{region}/sign-in"),
            };
            put.push(self.letter(region, &known.id, &letter)?);
            if !counted {
                put.push(self.tried(region, LETTERS, &mailbox)?);
            }
        }
        let expect = Vec::new();
        Ok(Change { expect, put })
    }

    /// An entry of the region's audit chain about what nobody signed in has done.
    pub(super) fn audit_of(&self, office: &Office, act: &str, detail: Json) -> Put {
        Put::Audit(Audit {
            region: office.region().id.to_string(),
            application: None,
            at: self.inner.clock.now(),
            actor: String::new(),
            role: String::new(),
            act: act.to_owned(),
            detail,
        })
    }
}

/// What trying to enter a sign-up has come to.
enum Entry {
    Done(SignedUp),
    /// An input that is wrong, and why.
    Unfit((&'static str, Text)),
    /// Somebody else has changed meanwhile what this was read from.
    Overtaken,
}

/// What entering an account has come to.
enum Entered {
    /// A new one, or a newer try of one that was never activated.
    New(Box<Account>, Vec<Put>),
    /// Somebody has the address already; what is written to them.
    Known(Change),
}

impl WayIn {
    /// Whether a password is chosen when signing up, and not at the link in a letter.
    pub fn asks_password(&self) -> bool {
        self.role.is_some() && self.activation != Activation::Email
    }
}

/// How what a way creates begins.
fn standing_of(way: &WayIn) -> Standing {
    match way.activation {
        Activation::None => Standing::Active,
        Activation::Email => Standing::AwaitsActivation,
        Activation::Approval => Standing::AwaitsApproval,
    }
}

/// What the person is told: it depends on the way alone, not on who is known already.
fn outcome(way: &WayIn, answers: &Answers) -> SignedUp {
    match (way.activation, &way.approved_by, &way.creates_unit) {
        (Activation::Approval, Some(role), _) => SignedUp::Waits(Id::clone(role)),
        (Activation::Email, ..) if way.role.is_some() => SignedUp::Mailed(text(answers, "email").to_owned()),
        (_, _, Some(_)) => SignedUp::Unit(text(answers, "name").trim().to_owned()),
        _ => SignedUp::Ready,
    }
}

/// The name of the person who fills a way's form: of a unit's form the contact's.
fn person_name<'a>(way: &WayIn, answers: &'a Answers) -> &'a str {
    let field = if way.creates_unit.is_some() { "contact" } else { "name" };
    text(answers, field).trim()
}

pub(super) fn text<'a>(answers: &'a Answers, field: &str) -> &'a str {
    answers.get(field).and_then(Json::as_str).unwrap_or_default()
}

/// That no such unit can be picked, and by which of the region's own ways one is registered first.
fn no_such_unit(office: &Office) -> Text {
    let ways = office.region().ways_in.values();
    let first = ways.filter(|way| way.role.is_none() && way.invited_by.is_none());
    let first: Vec<&Text> = first.map(|way| &way.label).collect();
    let all = |language, between| {
        let labels: Vec<&str> = first.iter().map(|label| label.get(language)).collect();
        labels.join(between)
    };
    let (zh, en) = match first.is_empty() {
        true => (
            "没有登记的单位请联系管理单位".to_owned(),
            "If it is not registered yet, ask the managing office.".to_owned(),
        ),
        false => (
            format!(
                "没有登记信息的单位，请先到登录页点击“{}”",
                all(Language::Chinese, "”或“")
            ),
            format!(
                "If it is not registered yet, begin at the sign-in page with “{}”.",
                all(Language::English, "” or “")
            ),
        ),
    };
    Text::both(
        format!("没有这个在用的单位，请按单位公章的全称输入并点选；{zh}"),
        format!("No active unit of this name is registered; pick it by its full name. {en}"),
    )
}

fn no_unit(unit: &Unit) -> Expect {
    Expect::UnitRevision {
        region: unit.region.clone(),
        id: unit.id.clone(),
        revision: 0,
    }
}

/// That the account stands as it did: that there is none, for a new one.
pub(super) fn no_account(account: &Account) -> Expect {
    Expect::AccountRevision {
        region: account.region.clone(),
        id: account.id.clone(),
        revision: account.revision - 1,
    }
}

/// What the person is told where somebody has the name or code already, and at which input.
fn taken(what: Subject) -> Result<(&'static str, Text), Refused> {
    Ok(match what {
        Subject::SignInName => (
            "sign_in_name",
            Text::both(
                "这个用户名已被使用，请换一个",
                "Somebody has this user name; choose another one.",
            ),
        ),
        Subject::UnitName => (
            "name",
            Text::both(
                "这个单位已在本系统登记，无需重复登记；请直接注册或登录",
                "A unit of this name is registered already; there is no need to do it again.",
            ),
        ),
        Subject::UnitCode => (
            "credit_code",
            Text::both(
                "这个代码的单位已在本系统登记，无需重复登记；单位已更名的请联系管理单位",
                "A unit with this code is registered already; if its name has changed, ask the managing office.",
            ),
        ),
        what => return Err(CommitError::Taken { what }.into()),
    })
}
