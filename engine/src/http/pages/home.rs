//! `/{region}/`: the office's entrance.

use axum::http::StatusCode;
use axum::response::Response;

use crate::definition::region::MenuTarget;
use crate::http::Error;
use crate::http::shell::Stand;
use crate::http::visit::Visit;
use crate::registry::Person;
use crate::theme::view::{Home, Link, Task};

/// What can be registered, what can be read, where to sign in; once signed in, what there is to do.
pub(in crate::http) async fn show(visit: Visit) -> Result<Response, Error> {
    let region = visit.office.region();
    let language = visit.language;
    let text = |(id, source): (&String, &String)| Link {
        label: crate::theme::title(source).unwrap_or(id).to_owned(),
        href: visit.href(&format!("texts/{id}")),
    };
    let titled = |(_, source): &(&String, &String)| crate::theme::title(source).is_some();
    let view = Home {
        notice: region.texts.get("notice").map(|text| crate::theme::markdown(text)),
        categories: region
            .forms
            .values()
            .map(|form| form.category.get(language).to_owned())
            .collect(),
        texts: region.texts.iter().filter(titled).map(text).collect(),
        ways_in: Vec::new(),
        sign_in: visit.person.is_none().then(|| visit.href("sign-in")),
        tasks: match &visit.person {
            Some(person) => tasks(&visit, person).await?,
            None => Vec::new(),
        },
    };
    let shell = visit.shell(Stand::default()).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

async fn tasks(visit: &Visit, person: &Person) -> Result<Vec<Task>, Error> {
    let reminders = visit.app.registry().reminders(person).await?;
    let task = |key: &str, target: MenuTarget, below: &str, count| Task {
        label: menu_label(visit, target).unwrap_or_else(|| visit.text(key, &[])),
        href: visit.href(below),
        count,
    };
    let mut tasks = Vec::new();
    if !person.files() {
        tasks.push(task("queue", MenuTarget::Queue, "queue", Some(reminders)));
    }
    let count = (person.files() && reminders > 0).then_some(reminders);
    tasks.push(task("applications", MenuTarget::Applications, "applications", count));
    tasks.push(task("certificates", MenuTarget::Certificates, "certificates", None));
    Ok(tasks)
}

/// What the office's menu calls a page.
pub(in crate::http) fn menu_label(visit: &Visit, target: MenuTarget) -> Option<String> {
    let mut level: Vec<_> = visit.office.region().menu.iter().collect();
    while let Some(item) = level.pop() {
        if item.target == target {
            return Some(item.label.get(visit.language).to_owned());
        }
        level.extend(&item.items);
    }
    None
}

/// `/{region}` is the folder: its page has a slash.
pub(in crate::http) async fn add_slash(visit: Visit) -> Response {
    visit.redirect(&visit.href(""), None)
}
