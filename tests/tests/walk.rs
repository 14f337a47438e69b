//! Every sample of every region that says `walk:` goes through the real router, from an empty form
//! to where it says, certificate included. A new region needs no new test.

use dengji::check::Answers;
use dengji::definition::load::{Act, Sample};
use dengji::registry::demo::DemoAccount;
use dengji::registry::sample;
use dengji_tests::{Client, TODAY, TestApp, page_pairs, pdf_text};

#[tokio::test]
async fn every_walk_of_every_region() {
    let app = TestApp::start().await;
    let regions: Vec<String> = app
        .registry
        .offices()
        .map(|office| office.region().id.to_string())
        .collect();
    let mut walked = 0;
    for region in regions {
        let accounts = app.demo(&region).await;
        let samples = app.samples(&region);
        for form in app.office(&region).region().forms.keys() {
            let reaches = |sample: &&Sample| *sample.form == **form && !sample.walk.is_empty();
            assert!(
                samples.iter().any(|sample| reaches(&sample)),
                "{region}/{form} has no sample with a walk"
            );
        }
        for sample in samples.iter().filter(|sample| !sample.walk.is_empty()) {
            app.clock.set(sample::today(sample).unwrap().unwrap_or(TODAY));
            walk(&app, &region, sample, &accounts).await;
            walked += 1;
        }
    }
    assert!(walked >= 2);
}

async fn walk(app: &TestApp, region: &str, sample: &Sample, accounts: &[DemoAccount]) {
    let answers = sample::answers(sample, None).unwrap();
    let context = sample.context.get("applicant").expect("a walk says who applies");
    let role = context["role"].as_str().expect("the applicant has a role");
    let unit = context.get("unit").is_some_and(|unit| unit.is_string());
    let account = accounts
        .iter()
        .find(|account| account.role == role && account.unit.is_some() == unit);
    let mut applicant = app
        .signed_in(region, &account.expect("there is an account for the applicant").name)
        .await;
    let id = fill(app, region, sample, &answers, &mut applicant).await;
    for step in &sample.walk {
        take(app, region, &id, step, accounts, (&mut applicant, role)).await;
    }
    let application = app.registry.store().application(region, &id).await.unwrap().unwrap();
    if application.certificate.is_some() {
        certified(app, region, &id, &answers, &mut applicant).await;
    }
    assert!(
        app.registry
            .store()
            .verify_audit(region)
            .await
            .unwrap()
            .breaks
            .is_empty()
    );
}

/// Adds an application and saves every page; gives its id.
async fn fill(app: &TestApp, region: &str, sample: &Sample, answers: &Answers, applicant: &mut Client) -> String {
    let office = app.office(region);
    let form = office.form(&sample.form).unwrap().form().clone();
    let asked = form.create.iter().filter_map(|id| Some((id.clone(), form.field(id)?)));
    let first: Vec<(String, String)> = {
        let mut pairs = Vec::new();
        for (id, _) in asked {
            let page = &form.pages[&form.page_of[&id]];
            let (all, _) = page_pairs(&page.fields, answers, 0);
            pairs.extend(
                all.into_iter()
                    .filter(|(name, value)| **name == *id || (name == "~" && **value == *id)),
            );
        }
        pairs
    };
    let created = applicant
        .post(&format!("/{region}/applications/new/{}", form.id), &first)
        .await;
    assert_eq!(created.status, 303, "{}", created.text());
    let id = created.location().split('/').nth(3).unwrap().to_owned();
    for page in form.pages.values().filter(|page| !page.fields.is_empty()) {
        let address = format!("/{region}/applications/{id}/pages/{}", page.id);
        let shown = applicant.get(&address).await;
        assert_eq!(shown.status, 200, "{address}: {}", shown.text());
        let revision = shown.hidden("~revision").unwrap().parse().unwrap();
        let (pairs, files) = page_pairs(&page.fields, answers, revision);
        let saved = if files.is_empty() {
            applicant.post(&address, &pairs).await
        } else {
            applicant.upload(&address, &pairs, &files).await
        };
        assert_eq!(saved.status, 303, "{address}: {}", saved.text());
    }
    let checked = applicant.get(&format!("/{region}/applications/{id}/check")).await;
    assert!(
        checked.text().contains("所有检查全部合格"),
        "{region}/{}: {}",
        sample.name,
        checked.text()
    );
    id
}

async fn take(
    app: &TestApp,
    region: &str,
    id: &str,
    step: &Act,
    accounts: &[DemoAccount],
    applicant: (&mut Client, &str),
) {
    let address = format!("/{region}/applications/{id}/actions/{}", step.act);
    let mut handler;
    let (client, role) = applicant;
    let client = if step.by == role {
        client
    } else {
        let account = accounts.iter().find(|account| account.role == step.by);
        handler = app
            .signed_in(region, &account.expect("there is an account for the role").name)
            .await;
        &mut handler
    };
    let asked = client.get(&address).await;
    assert_eq!(asked.status, 200, "{address}: {}", asked.text());
    let mut pairs = vec![("~revision".to_owned(), asked.hidden("~revision").unwrap())];
    for (input, value) in &step.input {
        match value.as_array() {
            Some(items) => pairs.extend(
                items
                    .iter()
                    .filter_map(|item| Some((input.clone(), item.as_str()?.to_owned()))),
            ),
            None => pairs.push((input.clone(), value.as_str().unwrap_or_default().to_owned())),
        }
    }
    let done = client.post(&address, &pairs).await;
    assert_eq!(done.status, 303, "{address}: {}", done.text());
    let application = app.registry.store().application(region, id).await.unwrap().unwrap();
    assert_eq!(application.state, step.state, "{address}");
}

/// The certificate can be seen, downloaded and verified, and says what was filled in.
async fn certified(app: &TestApp, region: &str, id: &str, answers: &Answers, applicant: &mut Client) {
    let application = app.registry.store().application(region, id).await.unwrap().unwrap();
    let number = application.number.expect("a certificate has a number");
    let listed = applicant.get(&format!("/{region}/certificates")).await;
    assert!(listed.text().contains(&number));
    let office = app.office(region);
    let document = office
        .region()
        .documents
        .values()
        .find(|document| document.issued)
        .unwrap();
    let address = format!("/{region}/applications/{id}/documents/{}", document.id);
    assert_eq!(applicant.get(&address).await.status, 200);
    let picture = applicant.get(&format!("{address}/png")).await;
    assert_eq!((picture.status, &picture.body[..4]), (200, &b"\x89PNG"[..]));
    let pdf = applicant.get(&format!("{address}/pdf")).await;
    assert_eq!((pdf.status, &pdf.body[..5]), (200, &b"%PDF-"[..]));
    assert_eq!(
        pdf.body,
        applicant.get(&format!("{address}/pdf")).await.body,
        "the certificate is frozen"
    );
    let certificate = app
        .registry
        .store()
        .certificate(region, &application.certificate.unwrap())
        .await
        .unwrap()
        .unwrap();
    let verified = app
        .client()
        .get(&format!("/verify/{region}/{}", certificate.verify_token))
        .await;
    assert!(verified.status == 200 && verified.text().contains(&number));
    let Some(text) = pdf_text(&pdf.body) else { return };
    let squeezed = text.replace(char::is_whitespace, "");
    let name = answers["name"].as_str().unwrap();
    let units = answers
        .get("completing_units")
        .and_then(|rows| rows.as_array())
        .cloned()
        .unwrap_or_default();
    let people = answers
        .get("people")
        .and_then(|rows| rows.as_array())
        .cloned()
        .unwrap_or_default();
    let wanted = units
        .iter()
        .chain(&people)
        .filter_map(|row| row["name"].as_str())
        .chain([name, number.as_str()]);
    for wanted in wanted {
        assert!(
            squeezed.contains(&wanted.replace(char::is_whitespace, "")),
            "the certificate lacks {wanted}:\n{text}"
        );
    }
}
