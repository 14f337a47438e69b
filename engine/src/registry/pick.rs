//! Picking from what is too long for a page: what is found for what somebody types, judged as the answer will be by
//! the check, and storing one pick.

use serde_json::Value as Json;

use super::draft::first_read;
use super::save::{not_editable, page_answers};
use super::{Case, Person, Refused, Registry, Saved};
use crate::check::picker::Found;
use crate::check::{CompiledForm, Context, Evaluated, Path, Picker, posted};
use crate::definition::{FieldType, Language, Text};
use crate::theme::input_name::{MARKER, PICK, REVISION};
use crate::workflow::Editing;

/// What is looked for, and where.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The path of the field.
    pub at: &'a str,
    /// What was typed.
    pub typed: &'a str,
    /// The branch to look into instead; empty for the top.
    pub below: Option<&'a str>,
    /// How what is found is to read.
    pub language: Language,
    /// The inputs of the page as they stand now, with their markers; a filter may read them.
    pub pairs: &'a [(String, String)],
}

impl Wanted<'_> {
    /// What `picker` finds of it.
    pub(super) fn find(&self, picker: Picker<'_>) -> Found {
        let picker = picker.in_language(self.language);
        match self.below {
            Some(code) => picker.level(code),
            None => picker.search(self.typed),
        }
    }
}

impl Registry {
    /// What can be picked at a field of an application that the person may change now.
    pub fn suggest(&self, case: &Case, page: &str, wanted: &Wanted<'_>) -> Result<Found, Refused> {
        let at = editable(case, page, wanted.at)?;
        let definition = case.form().pages.get(page).ok_or(Refused::NotFound)?;
        let posted = case.posted(page, wanted.pairs)?;
        let stored = page_answers(&definition.fields, case.answers());
        let given = posted.merge(&definition.fields, &stored);
        let evaluated = case.evaluated_over(&case.over_page(definition, &given));
        let picker = evaluated.picker(&at, &case.context()).ok_or(Refused::NotFound)?;
        Ok(wanted.find(picker))
    }

    /// The same for a field that is asked before there is an application.
    pub async fn first_suggest(
        &self,
        person: &Person,
        form: &CompiledForm,
        wanted: &Wanted<'_>,
    ) -> Result<Found, Refused> {
        let at: Path = wanted.at.parse().map_err(|_| Refused::NotFound)?;
        if !form.form().create.contains(at.root()) {
            return Err(Refused::NotFound);
        }
        let units = self.office(&person.region)?.units(&self.inner.store).await?;
        let app = self.app_of_new(person, form);
        let context = self.context_of_new(&app, &units);
        let (given, _) = first_read(form.form(), wanted.pairs, &context)?;
        let evaluated = Evaluated::new(form.form(), &given, &context);
        let picker = evaluated.picker(&at, &context).ok_or(Refused::NotFound)?;
        Ok(wanted.find(picker))
    }

    /// The first step as it was posted by 选择: with what can be picked there. Nothing is added.
    pub async fn first_again(
        &self,
        person: &Person,
        form: &CompiledForm,
        pairs: &[(String, String)],
    ) -> Result<Saved, Refused> {
        let units = self.office(&person.region)?.units(&self.inner.store).await?;
        let app = self.app_of_new(person, form);
        let context = self.context_of_new(&app, &units);
        let (given, mut refused) = first_read(form.form(), pairs, &context)?;
        let evaluated = Evaluated::new(form.form(), &given, &context);
        offer(&evaluated, &context, pairs, &mut refused);
        Ok(Saved {
            revision: 0,
            refused,
            findings: Vec::new(),
            given,
            show: None,
        })
    }

    /// Stores one pick, and nothing else of the page; of a field with several answers it is one more.
    pub async fn pick(
        &self,
        person: &Person,
        case: &Case,
        page: &str,
        (at, value): (&str, &str),
        revision: u64,
    ) -> Result<Saved, Refused> {
        let at = editable(case, page, at)?;
        let evaluated = case.evaluated();
        let picker = evaluated.picker(&at, &case.context()).ok_or(Refused::NotFound)?;
        if !picker.has(value) {
            return Err(Refused::Input(Text::both(
                "这一项现在不能选取，请重新选择",
                "This cannot be picked now; please choose again.",
            )));
        }
        let mut pairs = vec![(REVISION.to_owned(), revision.to_string())];
        for (table, row) in at.rows() {
            let stored = table
                .parse::<Path>()
                .ok()
                .and_then(|table| table.get(case.answers())?.as_array());
            let rows = stored.map_or(0, Vec::len).max(row + 1);
            pairs.push((MARKER.to_owned(), format!("{table}:{rows}")));
        }
        let name = at.to_string();
        pairs.push((MARKER.to_owned(), name.clone()));
        let fields = case
            .form()
            .pages
            .get(page)
            .map(|page| &page.fields)
            .ok_or(Refused::NotFound)?;
        let is_several = at.question(fields).is_some_and(|field| {
            matches!(
                field.kind,
                FieldType::Choices(_) | FieldType::Trees(_) | FieldType::List(_)
            )
        });
        if let (true, Some(Json::Array(chosen))) = (is_several, at.get(case.answers())) {
            let chosen = chosen.iter().filter_map(Json::as_str);
            pairs.extend(chosen.map(|code| (name.clone(), code.to_owned())));
        }
        pairs.push((name, value.to_owned()));
        self.save_page(person, case, page, &pairs, &[]).await
    }
}

/// The place, where the person may change what stands there now.
fn editable(case: &Case, page: &str, at: &str) -> Result<Path, Refused> {
    let editing = case.editing();
    if editing == Editing::No {
        return Err(not_editable(case));
    }
    let at: Path = at.parse().map_err(|_| Refused::NotFound)?;
    let is_here = case.form().page_of.get(at.root()).is_some_and(|of| **of == *page);
    let evaluated = case.evaluated();
    let is_open = evaluated.at(&at).is_none_or(|state| !state.read_only);
    if !is_here || !is_open || !editing.allows(at.root()) {
        return Err(Refused::NotFound);
    }
    Ok(at)
}

/// Puts what can be picked at the field whose 选择 was pressed in the place of whatever was refused there.
pub(super) fn offer(
    evaluated: &Evaluated,
    context: &Context<'_>,
    pairs: &[(String, String)],
    refused: &mut Vec<posted::Refused>,
) {
    let value = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let at: Option<Path> = value(PICK).and_then(|at| at.parse().ok());
    let picker = at.as_ref().and_then(|at| evaluated.picker(at, context));
    if let (Some(at), Some(picker)) = (at, picker) {
        let offer = picker.offer(&at, value(&at.to_string()).unwrap_or_default());
        refused.retain(|refused| refused.path != offer.path);
        refused.push(offer);
    }
}
