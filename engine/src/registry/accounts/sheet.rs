//! One account form while somebody fills it: read, evaluated, checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value as Json;

use super::Unfit;
use crate::check::picker::Found;
use crate::check::{self, Answers, CompiledForm, Evaluated, posted};
use crate::definition::form::Severity;
use crate::definition::scope::App;
use crate::definition::{FieldType, Form, Text};
use crate::registry::case::picked_names;
use crate::registry::email::Email;
use crate::registry::{Office, Refused, Registry, Units, Wanted, pick, sealed};
use crate::store::Account;

/// An account form with what it reads around it.
pub struct Sheet {
    form: Arc<CompiledForm>,
    units: Units,
    app: App,
    today: Date,
}

impl Registry {
    /// The account form `id` of a region.
    pub async fn sheet(&self, region: &str, id: &str) -> Result<Sheet, Refused> {
        let office = self.office(region)?;
        let form = office.account_form(id).ok_or(Refused::NotFound)?;
        self.sheet_of(office, form).await
    }

    /// A form of a region that no application fills in.
    pub(in crate::registry) async fn sheet_of(
        &self,
        office: &Office,
        form: &Arc<CompiledForm>,
    ) -> Result<Sheet, Refused> {
        let today = self.inner.clock.today();
        Ok(Sheet {
            form: Arc::clone(form),
            units: office.units(&self.inner.store).await?,
            app: App {
                filed_on: today,
                applicant_name: String::new(),
                applicant_unit: None,
                applicant_role: String::new(),
                state: String::new(),
                region: office.region().id.to_string(),
                category: form.form().id.to_string(),
            },
            today,
        })
    }

    /// Seals the sensitive answers of an account's or a unit's form; `owner` is its id.
    pub(super) fn sealed_answers(
        &self,
        office: &Office,
        owner: &str,
        form: &Form,
        answers: &Answers,
    ) -> Result<Json, Refused> {
        let mut answers = answers.clone();
        let place = sealed::Place {
            region: &office.region().id,
            application: owner,
        };
        let fields = form.fields().map(|(_, field)| field);
        sealed::seal(&self.inner.sealer, &place, fields, &mut answers)?;
        Ok(Json::Object(answers))
    }

    /// Seals the answers of one of an account's forms over what it has told before: what its other forms asked and this
    /// one does not stays as it is.
    pub(super) fn sealed_over(
        &self,
        office: &Office,
        account: &Account,
        form: &Form,
        answers: &Answers,
    ) -> Result<Json, Refused> {
        let mut all = account.sealed.as_object().cloned().unwrap_or_default();
        if let Json::Object(own) = self.sealed_answers(office, &account.id, form, answers)? {
            all.retain(|id, _| form.field(id).is_none());
            all.extend(own.into_iter().filter(|(id, _)| form.field(id).is_some()));
        }
        Ok(Json::Object(all))
    }

    /// Opens what [`Registry::sealed_answers`] sealed.
    pub(super) fn opened_answers(
        &self,
        office: &Office,
        owner: &str,
        form: &Form,
        sealed: &Json,
    ) -> Result<Answers, Refused> {
        let mut answers = sealed.as_object().cloned().unwrap_or_default();
        let place = sealed::Place {
            region: &office.region().id,
            application: owner,
        };
        let fields = form.fields().map(|(_, field)| field);
        sealed::open(&self.inner.sealer, &place, fields, &mut answers)?;
        Ok(answers)
    }
}

impl Sheet {
    /// The form.
    pub fn form(&self) -> &Arc<Form> {
        self.form.form()
    }

    /// What can be picked.
    pub fn units(&self) -> &Units {
        &self.units
    }

    /// The names of everything that these answers pick, whether it can still be picked or not.
    pub fn names(&self, answers: &Answers) -> BTreeMap<String, String> {
        picked_names(self.form(), answers, &self.units)
    }

    /// The form over these answers.
    pub fn evaluated(&self, answers: &Answers) -> Evaluated {
        Evaluated::new(self.form.form(), answers, &self.context())
    }

    /// What stands in the form before anybody types.
    pub fn initial(&self) -> Answers {
        check::initial_answers(self.form())
    }

    /// What can be picked in each lookup, by path.
    pub fn candidates(&self, evaluated: &Evaluated) -> BTreeMap<String, Vec<(String, String)>> {
        let pages = self.form().pages.values();
        pages
            .flat_map(|page| evaluated.candidates(&page.fields, &self.units))
            .collect()
    }

    /// What `wanted` finds at its field, over the form as it is being filled.
    pub fn suggest(&self, wanted: &Wanted<'_>, stored: &Answers) -> Result<Found, Refused> {
        let (given, _) = self.read(wanted.pairs, stored)?;
        let evaluated = self.evaluated(&given);
        let at: Option<check::Path> = wanted.at.parse().ok();
        let picker = at.and_then(|at| evaluated.picker(&at, &self.context()));
        let nothing = || {
            Refused::Input(Text::both(
                "本表没有这个可选取的栏",
                "The form has no such field to pick in.",
            ))
        };
        Ok(wanted.find(picker.ok_or_else(nothing)?))
    }

    /// The form as it was posted by a button that only asks for it again: with what could not be read, and with what
    /// can be picked at the field whose 选择 was pressed.
    pub fn again(&self, pairs: &[(String, String)], stored: &Answers) -> Result<Unfit, Refused> {
        let (given, mut refused) = self.read(pairs, stored)?;
        let evaluated = self.evaluated(&given);
        pick::offer(&evaluated, &self.context(), pairs, &mut refused);
        Ok(Unfit {
            refused,
            given,
            ..Unfit::default()
        })
    }

    /// Reads a post over `stored`, without checking it.
    pub fn read(
        &self,
        pairs: &[(String, String)],
        stored: &Answers,
    ) -> Result<(Answers, Vec<posted::Refused>), Refused> {
        let mut given = stored.clone();
        let mut refused = Vec::new();
        for page in self.form().pages.values() {
            let mut read =
                posted::decode(&page.fields, pairs, &|_| true).map_err(|error| Refused::Input(too_many(error)))?;
            read.settle(self.form(), &page.fields, &given, &self.context());
            given = merged(&read, page, given);
            refused.extend(read.refused);
        }
        self.one_way_to_write(&mut given);
        Ok((given, refused))
    }

    /// Writes addresses of mail as they are compared, where what was typed can mean one only.
    fn one_way_to_write(&self, answers: &mut Answers) {
        let mails = self.form().fields().map(|(_, field)| field);
        for field in mails.filter(|field| matches!(field.kind, FieldType::Email)) {
            if let Some(typed) = answers.get_mut(&*field.id)
                && let Some(Ok(email)) = typed.as_str().map(Email::parse)
            {
                *typed = Json::String(email.to_string());
            }
        }
    }

    /// Reads and checks a post: the answers that are asked now, or what is wrong with them.
    pub fn checked(&self, pairs: &[(String, String)], stored: &Answers) -> Result<Result<Answers, Unfit>, Refused> {
        let (given, refused) = self.read(pairs, stored)?;
        let checked = check::check(&self.form, &given, &self.context());
        let visible = checked.evaluated.visible_answers(&given);
        let findings: Vec<_> = checked
            .findings
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        if refused.is_empty() && findings.is_empty() {
            return Ok(Ok(visible));
        }
        Ok(Err(Unfit {
            refused,
            findings,
            own: Vec::new(),
            given,
        }))
    }

    /// What is wrong with a post that is refused in any case, because of an input of the account itself.
    pub fn unfit(
        &self,
        pairs: &[(String, String)],
        stored: &Answers,
        own: (&'static str, crate::definition::Text),
    ) -> Result<Unfit, Refused> {
        let unfit = match self.checked(pairs, stored)? {
            Ok(given) => Unfit {
                given,
                ..Unfit::default()
            },
            Err(unfit) => unfit,
        };
        Ok(Unfit {
            own: vec![own],
            ..unfit
        })
    }

    fn context(&self) -> check::Context<'_> {
        check::Context {
            app: &self.app,
            today: self.today,
            lookups: &self.units,
        }
    }
}

/// The answers of one page put over all others.
fn merged(read: &posted::Posted, page: &crate::definition::Page, given: Answers) -> Answers {
    let (own, mut rest): (Answers, Answers) = given
        .into_iter()
        .partition(|(id, _)| page.fields.contains_key(id.as_str()));
    rest.extend(read.merge(&page.fields, &own));
    rest
}

fn too_many(error: posted::TooManyPairs) -> crate::definition::Text {
    crate::definition::Text::both(
        format!("一次提交的内容太多，最多 {} 项", posted::MAX_PAIRS),
        format!("{error}."),
    )
}
