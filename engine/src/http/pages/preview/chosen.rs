//! What is to be shown: page, sample and case, role, language; and the sample as it is in its file now.

use std::sync::Arc;

use indexmap::IndexMap;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Map;

use super::origin::Origins;
use crate::check::{self, Answers, CompiledForm, Evaluated};
use crate::definition::load::{Case, Folders, Sample, merged_form, samples};
use crate::definition::problem::Problem;
use crate::definition::region::Sees;
use crate::definition::{Form, Language, Page, Region, Text};
use crate::http::Error;
use crate::http::visit::Visit;
use crate::http::watch::written;
use crate::registry::sample::{self, SampleError, Tried};
use crate::theme::LANGUAGES;
use crate::theme::view::Choosable;

/// The address's query. What it lacks or names wrongly is chosen here.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Asked {
    page: Option<String>,
    /// A sample's name, with `:2` behind it for its second case; empty for a blank form.
    sample: Option<String>,
    role: Option<String>,
    lang: Option<String>,
}

/// Everything that a preview shows of.
pub(super) struct Chosen {
    pub(super) visit: Visit,
    pub(super) form: Arc<CompiledForm>,
    pub(super) page: String,
    pub(super) role: String,
    pub(super) samples: Vec<Sample>,
    pub(super) problems: Vec<Problem>,
    pub(super) origins: Origins,
    /// Which sample, and which of its cases.
    at: Option<(usize, Option<usize>)>,
    blank: Sample,
}

impl Chosen {
    /// Reads the region's samples and what the address asks for.
    pub(super) async fn read(mut visit: Visit, form: &str, asked: &Asked) -> Result<Self, Error> {
        let form = Arc::clone(visit.office.form(form).ok_or(Error::NotFound)?);
        let tag = asked.lang.as_deref();
        visit.language = LANGUAGES
            .into_iter()
            .find(|language| Some(language.tag()) == tag)
            .unwrap_or(visit.language);
        let watch = visit.app.settings().watch.as_ref().ok_or(Error::NotFound)?;
        let folders = watch.folders().clone();
        let (region, id) = (Arc::clone(visit.office.region()), form.form().id.to_string());
        let read = tokio::task::spawn_blocking(move || read(&folders, &region, &id)).await;
        let (samples, problems, origins) = read.map_err(|error| Error::Internal(error.to_string()))?;
        let blank = Sample {
            name: String::new(),
            form: form.form().id.to_string(),
            context: Map::new(),
            registers: samples
                .first()
                .map(|sample| sample.registers.clone())
                .unwrap_or_default(),
            layers: Vec::new(),
            findings: None,
            cases: Vec::new(),
            walk: Vec::new(),
            documents: IndexMap::default(),
        };
        let at = match asked.sample.as_deref() {
            Some("") => None,
            Some(name) => found(&samples, name),
            None => samples
                .iter()
                .position(|sample| sample.name == "complete")
                .or((!samples.is_empty()).then_some(0))
                .map(|at| (at, None)),
        };
        let roles = &visit.office.region().roles;
        let role = asked.role.as_deref().and_then(|role| roles.get(role));
        let role = role.or(roles.values().find(|role| role.sees == Sees::Own));
        let role = role.or(roles.values().next()).map(|role| role.id.to_string());
        let pages = &form.form().pages;
        let page = asked.page.as_deref().and_then(|page| pages.get(page));
        let page = page.or(pages.values().find(|page| !page.fields.is_empty()));
        let page = page.or(pages.values().next()).ok_or(Error::NotFound)?.id.to_string();
        Ok(Self {
            role: role.unwrap_or_default(),
            page,
            visit,
            form,
            samples,
            problems,
            origins,
            at,
            blank,
        })
    }

    /// The form.
    pub(super) fn form(&self) -> &Arc<Form> {
        self.form.form()
    }

    /// The page that is shown.
    pub(super) fn page(&self) -> Result<&Page, Error> {
        self.form().pages.get(self.page.as_str()).ok_or(Error::NotFound)
    }

    /// The sample that is shown.
    pub(super) fn sample(&self) -> &Sample {
        self.at
            .and_then(|(sample, _)| self.samples.get(sample))
            .unwrap_or(&self.blank)
    }

    /// Its case that is shown.
    pub(super) fn case(&self) -> Option<&Case> {
        let (_, case) = self.at?;
        self.sample().cases.get(case?)
    }

    /// The answers of sample and case; what a new application starts with where there is none.
    pub(super) fn answers(&self) -> Result<Answers, Error> {
        match self.at {
            Some(_) => sample::answers(self.sample(), self.case()).map_err(|error| wrong(&error)),
            None => Ok(check::initial_answers(self.form())),
        }
    }

    /// These answers, checked as the sample would be.
    pub(super) async fn tried(&self, answers: Answers) -> Result<Tried, Error> {
        let now = self.visit.app.registry().clock().today();
        let office = &self.visit.office;
        let tried = office.try_answers(self.sample(), self.case(), answers, now).await;
        tried.map_err(|error| wrong(&error))
    }

    /// Whether somebody in the role fills the form; others read it.
    pub(super) fn edits(&self) -> bool {
        let role = self.visit.office.role(&self.role);
        role.is_none_or(|role| role.sees == Sees::Own)
    }

    /// The address of this preview with another page.
    pub(super) fn address(&self, page: &str) -> String {
        self.address_in(page, self.visit.language)
    }

    /// The address of this preview with another page, in another language.
    pub(super) fn address_in(&self, page: &str, language: Language) -> String {
        let part = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        format!(
            "{}?page={}&sample={}&role={}&lang={}",
            self.path(),
            part(page),
            part(&self.sample_value()),
            part(&self.role),
            language.tag()
        )
    }

    /// The address without a query.
    pub(super) fn path(&self) -> String {
        format!("/preview/{}/{}", self.visit.office.region().id, self.form().id)
    }

    /// The pages before and after, of those that are shown.
    pub(super) fn neighbours(&self, evaluated: &Evaluated) -> (Option<String>, Option<String>) {
        let pages = self.form().pages.keys();
        let shown: Vec<&str> = pages.map(|id| &**id).filter(|id| evaluated.page_shown(id)).collect();
        let at = shown.iter().position(|id| *id == self.page);
        let take = |at: Option<usize>| at.and_then(|at| shown.get(at)).map(|id| (*id).to_owned());
        (take(at.and_then(|at| at.checked_sub(1))), take(at.map(|at| at + 1)))
    }

    /// The samples with their cases, as they are chosen.
    pub(super) fn sample_options(&self) -> Vec<Choosable> {
        let chosen = self.sample_value();
        let blank = (String::new(), self.visit.text("preview_blank", &[]));
        let of_sample = |sample: &Sample| {
            let name = sample.name.clone();
            let cases = sample.cases.iter().enumerate().map(move |(at, case)| {
                let value = format!("{name}:{}", at + 1);
                (value, format!("{name} › {}", case.name))
            });
            let own = (sample.name.clone(), sample.name.clone());
            std::iter::once(own).chain(cases).collect::<Vec<_>>()
        };
        let all = std::iter::once(blank).chain(self.samples.iter().flat_map(of_sample));
        all.map(|(value, label)| Choosable {
            chosen: value == chosen,
            value,
            label,
        })
        .collect()
    }

    fn sample_value(&self) -> String {
        let name = &self.sample().name;
        match self.at {
            Some((_, Some(case))) => format!("{name}:{}", case + 1),
            _ => name.clone(),
        }
    }

    /// What is wrong with the region's samples, as they are now.
    pub(super) fn sample_troubles(&self) -> impl Iterator<Item = String> + '_ {
        let language = self.visit.language;
        let told = self.problems.iter();
        told.map(move |problem| format!("{} {}", written(&problem.place), problem.message.get(language)))
    }
}

/// The samples of the form as they are in their files now, what is wrong with the region's samples, and
/// where everything of the form is written.
fn read(folders: &Folders, region: &Region, form: &str) -> (Vec<Sample>, Vec<Problem>, Origins) {
    let (mut samples, problems) = samples(folders, region);
    samples.retain(|sample| sample.form == form);
    let tree = merged_form(folders, &region.id, form).ok().and_then(Result::ok);
    (samples, problems, Origins::new(tree))
}

/// The sample, and its case, that the address names.
fn found(samples: &[Sample], name: &str) -> Option<(usize, Option<usize>)> {
    let by_name: IndexMap<&str, usize> = samples
        .iter()
        .enumerate()
        .map(|(at, sample)| (sample.name.as_str(), at))
        .collect();
    if let Some(at) = by_name.get(name) {
        return Some((*at, None));
    }
    let (name, case) = name.rsplit_once(':')?;
    let at = *by_name.get(name)?;
    let case = case.parse::<usize>().ok()?.checked_sub(1)?;
    Some((at, Some(case).filter(|case| *case < samples[at].cases.len())))
}

fn wrong(error: &SampleError) -> Error {
    Error::Unprocessable(Text::both(
        format!("样例不能使用：{error}"),
        format!("The sample cannot be used: {error}."),
    ))
}
