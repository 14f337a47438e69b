//! What is printed from an application: prints made on demand, and what an action issued and froze.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::SignedDuration;
use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::{Case, Office, Refused, Registry, Units};
use crate::definition::expression::{Frame, Value};
use crate::definition::region::{Document, DocumentSource};
use crate::definition::scope::App;
use crate::definition::{Field, FieldType, Language};
use crate::document::{self, Job, Output};
use crate::store::{Certificate, Change, Put, Ticket};

/// Dots a point in a picture: 144 dots an inch.
const PICTURE_SCALE: f64 = 2.0;
/// Where an application's summary keeps the files of its pictures, by document.
pub(super) const PICTURES: &str = "pictures";

/// The kind of the ticket that keeps the mark of a print.
const PRINTED: &str = "printed";
/// How long a print is expected back.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);

fn printed_key(case: &Case, document: &str) -> String {
    format!("{}/{document}", case.application().id)
}

/// A finished print.
#[derive(Debug, Clone)]
pub struct Print {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// What to call the file, without `.pdf`.
    pub name: String,
}

/// What an issue adds to the data.
pub(super) struct Issue<'a> {
    pub(super) number: &'a str,
    pub(super) on: Date,
    pub(super) verify_token: &'a str,
    /// The state the application is about to reach.
    pub(super) state: &'a str,
}

impl Case {
    /// The documents that the person can print now.
    pub fn documents(&self) -> Vec<&Document> {
        let region = self.office.region();
        region
            .documents
            .values()
            .filter(|document| self.offers(document))
            .collect()
    }

    fn offers(&self, document: &Document) -> bool {
        let in_state =
            document.states.is_empty() || document.states.iter().any(|state| **state == *self.application().state);
        let role = match &self.actor {
            crate::workflow::Actor::Person(person) => document.by.is_empty() || document.by.contains(&person.role),
            crate::workflow::Actor::Clock => true,
        };
        document.over.is_none() && in_state && role && (!document.issued || self.application().certificate.is_some())
    }

    /// The document called `id`, if the person can print it now.
    pub fn document(&self, id: &str) -> Result<&Document, Refused> {
        self.documents()
            .into_iter()
            .find(|document| *document.id == *id)
            .ok_or(Refused::NotFound)
    }
}

impl Registry {
    /// Prints a document: the frozen bytes where it was issued, a fresh print otherwise.
    pub async fn print(&self, case: &Case, document: &str, language: Language) -> Result<Print, Refused> {
        let document = case.document(document)?;
        let name = format!(
            "{}-{}",
            document.label.get(language),
            case.application()
                .number
                .as_deref()
                .unwrap_or(&case.application().title)
        );
        if let Some(certificate) = self.issued(case, document).await? {
            return Ok(Print {
                pdf: certificate.pdf,
                name,
            });
        }
        let job = self.job(case, document, None, language).await?;
        self.keep_mark(case, &document.id).await?;
        Ok(Print {
            pdf: self.inner.renderer.render(job).await?.bytes,
            name,
        })
    }

    /// Remembers which answers a print shows that is to come back signed (LANGUAGE L4, `printOf`).
    async fn keep_mark(&self, case: &Case, document: &str) -> Result<(), Refused> {
        let comes_back = |field: &Field| matches!(&field.kind, FieldType::File(rules) if rules.print_of.as_deref() == Some(document));
        if !case.is_applicant() || !case.form().fields().any(|(_, field)| comes_back(field)) {
            return Ok(());
        }
        let ticket = Ticket {
            region: case.application().region.clone(),
            kind: PRINTED.to_owned(),
            key: printed_key(case, document),
            data: json!({"mark": case.evaluated().print_mark(case.answers())}),
            expires_at: self.inner.clock.now() + KEPT,
        };
        let put = vec![Put::Ticket(ticket)];
        let expect = Vec::new();
        self.inner.store.commit(Change { expect, put }).await?;
        Ok(())
    }

    /// The mark of the last print of a document; none where it was never printed here.
    pub(super) async fn last_mark(&self, case: &Case, document: &str) -> Result<Option<Json>, Refused> {
        let ticket = self
            .inner
            .store
            .ticket(&case.application().region, PRINTED, &printed_key(case, document))
            .await?;
        Ok(ticket.map(|mut ticket| ticket.data["mark"].take()))
    }

    /// The first page of an issued document as a PNG, frozen with it.
    pub async fn picture(&self, case: &Case, document: &str) -> Result<Bytes, Refused> {
        case.document(document)?;
        let pictures = case.application().summary.get(PICTURES);
        let id = pictures
            .and_then(|pictures| pictures.get(document))
            .and_then(Json::as_str);
        let id = id.and_then(|id| id.parse().ok()).ok_or(Refused::NotFound)?;
        Ok(self.inner.files.get(id).await?)
    }

    async fn issued(&self, case: &Case, document: &Document) -> Result<Option<Certificate>, Refused> {
        let application = case.application();
        let Some(id) = application.certificate.as_deref().filter(|_| document.issued) else {
            return Ok(None);
        };
        let certificate = self.inner.store.certificate(&application.region, id).await?;
        Ok(certificate.filter(|certificate| certificate.document == *document.id))
    }

    /// Renders a document that an action is about to issue, as PDF and as the picture of its first
    /// page. Changes nothing.
    pub(super) async fn render_issue(
        &self,
        case: &Case,
        document: &str,
        issue: &Issue<'_>,
    ) -> Result<(Vec<u8>, Bytes), Refused> {
        let region = case.office.region();
        let document = region
            .documents
            .get(document)
            .ok_or_else(|| Refused::Failed(format!("no document {document}")))?;
        let job = self.job(case, document, Some(issue), region.language).await?;
        let output = Output::Png {
            page: 0,
            pixel_per_pt: PICTURE_SCALE,
        };
        let picture = Job { output, ..job.clone() };
        let pdf = self.inner.renderer.render(job).await?.bytes;
        let picture = self.inner.renderer.render(picture).await?.bytes;
        Ok((pdf, picture.into()))
    }

    async fn job(
        &self,
        case: &Case,
        document: &Document,
        issue: Option<&Issue<'_>>,
        language: Language,
    ) -> Result<Job, Refused> {
        let verify_url = issue.map(|issue| {
            format!(
                "{}/verify/{}/{}",
                self.inner.public_url,
                case.application().region,
                issue.verify_token
            )
        });
        let data = self.data(case, document, issue, verify_url.as_deref(), language);
        let date = issue.map_or(case.today(), |issue| issue.on);
        match &document.source {
            DocumentSource::Template { main, files } => Ok(Job {
                main: main.clone(),
                files: Arc::clone(files),
                data,
                date,
                output: Output::Pdf,
            }),
            DocumentSource::Layout(plugin) => {
                let issue = crate::plugin::Issue {
                    document: document.id.to_string(),
                    number: issue.map(|issue| issue.number.to_owned()).unwrap_or_default(),
                    registered_on: date,
                    verify_url: verify_url.unwrap_or_default(),
                };
                let context = case.plugin_context(None);
                layout_job(
                    &case.office,
                    &context,
                    plugin,
                    &issue,
                    &data,
                    Arc::new(case.units().clone()),
                )
                .await
            }
        }
    }

    pub(super) fn data(
        &self,
        case: &Case,
        document: &Document,
        issue: Option<&Issue<'_>>,
        verify_url: Option<&str>,
        language: Language,
    ) -> Json {
        self.data_by(case, document, issue, verify_url, language, document::data)
    }

    /// What `made` makes of an application and everything around it.
    pub(super) fn data_by(
        &self,
        case: &Case,
        document: &Document,
        issue: Option<&Issue<'_>>,
        verify_url: Option<&str>,
        language: Language,
        made: fn(&document::Subject<'_>) -> Json,
    ) -> Json {
        let region = case.office.region();
        let application = case.application();
        let evaluated = case.evaluated();
        let answers = evaluated.visible_answers(case.answers());
        let hidden = case.hidden(evaluated);
        let names = case.names();
        let state = issue.map_or(application.state.as_str(), |issue| issue.state);
        let state_label = region
            .workflow
            .states
            .get(state)
            .map_or(state, |state| state.label.get(language));
        let app = App {
            state: state.to_owned(),
            ..case.app().clone()
        };
        let watermark = watermark(document, &app, case.today(), language);
        let unit = application
            .applicant_unit
            .as_deref()
            .map(|unit| case.units().name(unit));
        made(&document::Subject {
            office: document::Office::of(region, language),
            form: case.form(),
            application: document::Application {
                id: &application.id,
                number: issue.map(|issue| issue.number).or(application.number.as_deref()),
                registered_on: issue.map(|issue| issue.on).or(application.registered_on),
                filed_on: application.filed_on,
                state: state_label,
                verify_url,
            },
            applicant: document::Applicant {
                name: &application.applicant_name,
                unit,
            },
            answers: &answers,
            hidden: &hidden,
            names: &names,
            language,
            watermark,
            label: document.label.get(language),
            reveal: false,
        })
    }
}

/// What is printed across a document now.
pub(super) fn watermark<'d>(document: &'d Document, app: &App, today: Date, language: Language) -> Option<&'d str> {
    let watermark = document.watermark.as_ref()?;
    let slots = [app.value(), Value::Date(today)];
    let frame = Frame {
        base: &slots,
        extra: &[],
    };
    let when = watermark.when.as_ref();
    let holds = when.is_none_or(|when| when.holds(&frame).unwrap_or(true));
    holds.then(|| watermark.text.get(language))
}

/// A document that a plugin lays out.
pub(super) async fn layout_job(
    office: &Office,
    context: &crate::plugin::Context,
    plugin: &str,
    issue: &crate::plugin::Issue,
    data: &Json,
    units: Arc<Units>,
) -> Result<Job, Refused> {
    let plugin = office
        .plugin(plugin)
        .ok_or_else(|| Refused::Failed(format!("plugin {plugin} is not loaded")))?;
    let layout = plugin.layout(context, issue, &data.to_string(), units).await?;
    let files = BTreeMap::from([("layout.typ".to_owned(), Arc::from(layout.source.as_bytes()))]);
    let data: Json = serde_json::from_str(&layout.data).map_err(|error| Refused::Failed(error.to_string()))?;
    Ok(Job {
        main: "layout.typ".into(),
        files: Arc::new(files),
        data: with_verify_url(data, &issue.verify_url),
        date: issue.registered_on,
        output: Output::Pdf,
    })
}

/// The renderer draws the QR code from `application.verify_url`; a layout need not carry it itself.
fn with_verify_url(mut data: Json, url: &str) -> Json {
    if let Some(object) = data.as_object_mut()
        && !url.is_empty()
    {
        let application = object.entry("application").or_insert_with(|| serde_json::json!({}));
        if let Some(application) = application.as_object_mut() {
            application.insert("verify_url".into(), Json::String(url.to_owned()));
        }
    }
    data
}
