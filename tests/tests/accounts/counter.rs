//! What the account suites share: filling a form of an account in, and finding what came of it.

use dengji::store::{Account, Unit};
use dengji_tests::{Answer, Client, TestApp};

/// A password that every region takes.
pub(crate) const PASSWORD: &str = "Beihai#2026";

/// What the account itself asks, beside the fields of its form.
const OWN: [&str; 8] = ["sign_in_name", "password", "again", "agree", "~do", "next", "way", "do"];

/// Pairs as a page posts them: each field with the mark that it was on the page.
pub(crate) fn filled(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in fields {
        if !OWN.contains(name) {
            pairs.push(("~".to_owned(), (*name).to_owned()));
        }
        pairs.push(((*name).to_owned(), (*value).to_owned()));
    }
    pairs
}

/// The same fields with some of them answered otherwise.
pub(crate) fn but<'a>(fields: &[(&'a str, &'a str)], changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields
        .iter()
        .filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    kept.chain(changed).copied().collect()
}

/// Asserts that a post led on, to this address.
#[track_caller]
pub(crate) fn led(answer: &Answer, to: &str) {
    assert_eq!((answer.status, answer.location()), (303, to), "{}", told(answer));
}

/// Asserts that a post was refused with a page that says this.
#[track_caller]
pub(crate) fn refused(answer: &Answer, said: &str) {
    assert_eq!(answer.status, 422, "{}", told(answer));
    assert!(answer.page().contains(said), "not said: {said}\n{}", told(answer));
}

/// What a page says, without its markup.
pub(crate) fn told(answer: &Answer) -> String {
    let page = answer.page();
    let main = page.split("<main").nth(1).unwrap_or(&page);
    let mut text = String::new();
    let mut inside = false;
    for letter in main.chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The names of all inputs on a page, without the marks and hidden ones.
pub(crate) fn inputs(answer: &Answer) -> Vec<String> {
    let page = answer.text();
    let mut found: Vec<String> = Vec::new();
    for tag in page
        .split('<')
        .filter(|tag| tag.starts_with("input") || tag.starts_with("select"))
    {
        let name = tag.split(" name=\"").nth(1).and_then(|rest| rest.split('"').next());
        let shown = name.filter(|name| !name.starts_with('~') && !tag.contains("type=\"hidden\""));
        if let Some(name) = shown.filter(|name| !found.iter().any(|known| known == name)) {
            found.push(name.to_owned());
        }
    }
    found
}

/// Signs in with a password.
pub(crate) async fn enter(app: &TestApp, region: &str, name: &str, password: &str) -> (Client, Answer) {
    let mut client = app.client();
    let answer = client
        .post(&format!("/{region}/sign-in"), &[("name", name), ("password", password)])
        .await;
    (client, answer)
}

/// Signs in, or fails.
pub(crate) async fn entered(app: &TestApp, region: &str, name: &str, password: &str) -> Client {
    let (client, answer) = enter(app, region, name, password).await;
    assert_eq!(answer.status, 303, "{name}: {}", told(&answer));
    client
}

/// The account of this name.
pub(crate) async fn account(app: &TestApp, region: &str, name: &str) -> Option<Account> {
    app.registry
        .store()
        .account_by_sign_in_name(region, name)
        .await
        .unwrap()
}

/// The unit of this name.
pub(crate) async fn unit(app: &TestApp, region: &str, name: &str) -> Option<Unit> {
    let units = app.registry.store().units(region).await.unwrap();
    units.into_iter().find(|unit| unit.name == name)
}

/// Somebody of this role at the office's counter.
pub(crate) async fn office(app: &TestApp, region: &str) -> Client {
    let name = if region == "gansu" {
        "office@demo.example"
    } else {
        "office"
    };
    app.signed_in(region, name).await
}

/// The link to whoever is called so, on a list.
#[track_caller]
pub(crate) fn link_to(list: &Answer, below: &str, called: &str) -> String {
    let page = list.page();
    let mut links = page.split("<a ").filter(|link| link.contains(below));
    let found = links.find(|link| link.split("</a>").next().is_some_and(|link| link.contains(called)));
    let found = found.unwrap_or_else(|| panic!("{called} is not on the list: {}", told(list)));
    let href = found.split("href=\"").nth(1).and_then(|rest| rest.split('"').next());
    href.unwrap().to_owned()
}

/// Approves, at the office, what waits under this name.
pub(crate) async fn approve(app: &TestApp, region: &str, called: &str) {
    let mut clerk = office(app, region).await;
    let list = clerk.get(&format!("/{region}/approvals")).await;
    let one = link_to(&list, "/approvals/", called);
    let done = clerk.post(&one, &[("do", "approve")]).await;
    led(&done, &format!("/{region}/approvals"));
}
