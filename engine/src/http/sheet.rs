//! An account form on a page: its parts filled in, what is wrong with it, and what the account itself
//! asks beside it.

use super::filling::{refuse, without_label};
use super::visit::Visit;
use crate::check::{Answers, Path};
use crate::definition::Form;
use crate::definition::form::Severity;
use crate::registry::Once;
use crate::registry::accounts::{Sheet, Typed, Unfit};
use crate::registry::states;
use crate::theme::filling::{Editing, Filling, Message};
use crate::theme::input_name::anchor;
use crate::theme::view::{AccountPart, ErrorLink, Input};

use super::body::Posting;

/// What was posted beside a form.
pub(super) fn typed<'p>(visit: &Visit, posting: &'p Posting, once: &'p Once) -> Typed<'p> {
    Typed {
        once: Some(once),
        language: visit.language,
        pairs: &posting.pairs,
        sign_in_name: posting.get("sign_in_name").unwrap_or_default(),
        password: posting.get("password").unwrap_or_default(),
        again: posting.get("again").unwrap_or_default(),
        agreed: posting.get("agree").is_some(),
    }
}

/// The parts of a form over these answers, and a link to each thing that is wrong. What `named` holds is taken out of it
/// and stands right below the person's name, where the form asks that.
pub(super) fn parts(
    visit: &Visit,
    sheet: &Sheet,
    answers: &Answers,
    unfit: Option<&Unfit>,
    named: &mut Vec<Input>,
) -> (Vec<AccountPart>, Vec<ErrorLink>) {
    let form = sheet.form();
    let evaluated = sheet.evaluated(answers);
    let mut filling = Filling::new(answers);
    filling.reveal = true;
    filling.picks = true;
    let mut asked = states(form.fields().map(|(_, field)| field), &evaluated);
    asked.names = sheet.names(answers);
    asked.offer(sheet.candidates(&evaluated));
    filling.asked = asked.into();
    let errors = unfit
        .map(|unfit| tell(visit, form, unfit, &mut filling))
        .unwrap_or_default();
    let prepared = visit.shop.form(form);
    let several = form.pages.len() > 1;
    let shown = form.pages.values().filter(|page| evaluated.page_shown(&page.id));
    let mut parts = Vec::new();
    for page in shown {
        let Some(fields) = prepared.page(&page.id) else {
            continue;
        };
        let title = several.then(|| page.title.get(visit.language).to_owned());
        let mut part = AccountPart {
            title: title.unwrap_or_default(),
            intro: page.intro.as_ref().map(|intro| intro.get(visit.language).to_owned()),
            ..AccountPart::default()
        };
        if !named.is_empty() && page.fields.contains_key("name") {
            let (first, rest) = fields.fill_split(visit.language, &filling, "name");
            part.fields = first;
            part.inputs = std::mem::take(named);
            parts.push(part);
            parts.push(AccountPart {
                fields: rest,
                ..AccountPart::default()
            });
        } else {
            part.fields = fields.fill(visit.language, &filling);
            parts.push(part);
        }
    }
    (parts, errors)
}

/// The same to be read only: what somebody has filled in, sensitive answers masked.
pub(super) fn read_only(visit: &Visit, form: &Form, sheet: &Sheet, answers: &Answers) -> Vec<AccountPart> {
    let evaluated = sheet.evaluated(answers);
    let mut filling = Filling::new(answers);
    let mut asked = states(sheet.form().fields().map(|(_, field)| field), &evaluated);
    asked.names = sheet.names(answers);
    filling.asked = asked.into();
    filling.editing = Editing::Nothing;
    let prepared = visit.shop.form(sheet.form());
    let part = |page: &crate::definition::Page| AccountPart {
        title: page.title.get(visit.language).into(),
        intro: None,
        fields: prepared
            .page(&page.id)
            .map(|fields| fields.fill(visit.language, &filling))
            .unwrap_or_default(),
        inputs: Vec::new(),
    };
    form.pages.values().map(part).collect()
}

fn tell(visit: &Visit, form: &Form, unfit: &Unfit, filling: &mut Filling<'_>) -> Vec<ErrorLink> {
    let mut errors = Vec::new();
    let mut one = |filling: &mut Filling<'_>, path: String, text: String| {
        let label = path
            .parse::<Path>()
            .map(|path| path.label(form).get(visit.language).to_owned())
            .unwrap_or_default();
        let text = without_label(&text, &label).to_owned();
        errors.push(ErrorLink {
            label,
            message: text.clone(),
            href: format!("#{}", anchor(&path)),
        });
        let message = Message {
            severity: Severity::Error,
            text,
        };
        filling.messages.entry(path).or_default().push(message);
    };
    for refused in &unfit.refused {
        let text = refuse(visit, refused, filling);
        one(filling, refused.path.clone(), text);
    }
    for finding in &unfit.findings {
        let at = finding.at.as_ref().map(ToString::to_string).unwrap_or_default();
        one(filling, at, finding.message.get(visit.language).to_owned());
    }
    // What the registry says of a field of the form stands at that field.
    for (input, text) in unfit.own.iter().filter(|(input, _)| form.field(input).is_some()) {
        one(filling, (*input).to_owned(), text.get(visit.language).to_owned());
    }
    errors
}

/// What is said at each input of the account itself, with a link to it.
pub(super) fn own_errors(visit: &Visit, inputs: &mut [Input], unfit: Option<&Unfit>) -> Vec<ErrorLink> {
    let mut errors = Vec::new();
    for (name, text) in unfit.into_iter().flat_map(|unfit| &unfit.own) {
        let text = text.get(visit.language).to_owned();
        if *name == "agree" {
            errors.push(ErrorLink {
                label: String::new(),
                message: text,
                href: "#agree".into(),
            });
        } else if let Some(input) = inputs.iter_mut().find(|input| input.name == *name) {
            errors.push(ErrorLink {
                label: input.label.clone(),
                message: text.clone(),
                href: format!("#{name}"),
            });
            input.error = Some(text);
        }
    }
    errors
}

/// The inputs by which a password is chosen.
pub(super) fn password_inputs(visit: &Visit) -> Vec<Input> {
    let rule = &visit.office.region().sign_in.password;
    let classes = rule
        .classes
        .iter()
        .map(|class| visit.text(&format!("password_{class}"), &[]));
    let classes: Vec<String> = classes.collect();
    let (min, max) = (rule.min_length.to_string(), rule.max_length.to_string());
    let mut help = visit.text("password_length", &[("min", &min), ("max", &max)]);
    if !classes.is_empty() {
        let all = classes.join(&visit.text("list_comma", &[]));
        help.push_str(&visit.text("password_classes", &[("classes", &all)]));
    }
    let input = |name, key: &str, help| Input {
        name,
        label: visit.text(key, &[]),
        kind: "password",
        autocomplete: "new-password",
        help,
        ..Input::default()
    };
    vec![
        input("password", "sign_in_password", help),
        input("again", "password_again", visit.text("password_again_help", &[])),
    ]
}
