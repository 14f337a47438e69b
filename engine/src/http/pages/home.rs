//! `/{region}/`: the office's entrance.

use axum::http::StatusCode;
use axum::response::Response;

use crate::definition::Id;
use crate::definition::region::{MenuItem, MenuTarget};
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
        ways_in: match &visit.person {
            None => ways_in(&visit)?,
            Some(_) => Vec::new(),
        },
        sign_in: visit.person.is_none().then(|| visit.href("sign-in")),
        tasks: match &visit.person {
            Some(person) => tasks(&visit, person).await?,
            None => Vec::new(),
        },
    };
    let shell = visit.shell(Stand::default()).await?;
    visit.page(StatusCode::OK, &shell, &view)
}

/// Ways to an account, for whoever has none.
fn ways_in(visit: &Visit) -> Result<Vec<Link>, Error> {
    let ways = visit.app.registry().open_ways(&visit.office.region().id)?;
    if ways.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![Link {
        label: visit.text("sign_up", &[]),
        href: visit.href("sign-up"),
    }])
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
    let waiting = visit.app.registry().approvals(person).await?;
    if waiting > 0 {
        tasks.push(task("approvals", MenuTarget::Approvals, "approvals", Some(waiting)));
    }
    Ok(tasks)
}

/// What the office's menu calls a page, in the menu of the role that is taken.
pub(in crate::http) fn menu_label(visit: &Visit, target: MenuTarget) -> Option<String> {
    let role = visit.person.as_ref().map(|person| &person.role);
    let item = find(&visit.office.region().menu, role, target)?;
    Some(item.label.get(visit.language).to_owned())
}

/// The first entry that leads there, of those that the role sees.
fn find<'m>(items: &'m [MenuItem], role: Option<&Id>, target: MenuTarget) -> Option<&'m MenuItem> {
    let mut mine = items
        .iter()
        .filter(|item| item.roles.is_empty() || role.is_some_and(|role| item.roles.contains(role)));
    mine.find_map(|item| {
        if item.target == target {
            Some(item)
        } else {
            find(&item.items, role, target)
        }
    })
}

/// `/{region}` is the folder: its page has a slash.
pub(in crate::http) async fn add_slash(visit: Visit) -> Response {
    visit.redirect(&visit.href(""), None)
}
