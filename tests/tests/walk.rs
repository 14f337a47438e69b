//! Every sample of every region that says `walk:` goes through the real router, from an empty form
//! to where it says, certificate included. A new region needs no new test.

use dengji::check::Answers;
use dengji::definition::load::{Act, Sample};
use dengji::registry::demo::DemoAccount;
use dengji::registry::sample;
use dengji_tests::{Client, Filed, TODAY, TestApp, pdf_text};

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
    let mut applicant = app.in_role(region, accounts, role, Some(unit)).await;
    let filed = fill(app, region, sample, &answers, &mut applicant).await;
    for step in &sample.walk {
        take(app, &filed, step, accounts, (&mut applicant, role)).await;
    }
    if app.application(region, &filed.id).await.certificate.is_some() {
        certified(app, region, &filed.id, &answers, &mut applicant).await;
    }
    app.audit_holds(region).await;
}

/// Adds an application, opens, fills and saves every page, and runs the check.
async fn fill(app: &TestApp, region: &str, sample: &Sample, answers: &Answers, applicant: &mut Client) -> Filed {
    let form = app.form(region, &sample.form);
    let filed = applicant.add(region, &form, answers).await;
    for page in form.pages.values().filter(|page| !page.fields.is_empty()) {
        let saved = applicant.save(&filed, &form, &page.id, answers).await;
        assert_eq!(
            saved.status,
            303,
            "{region}/{}, {}: {}",
            sample.name,
            page.id,
            saved.text()
        );
    }
    let checked = applicant.get(&filed.at("check")).await.text();
    assert!(
        checked.contains("所有检查全部合格"),
        "{region}/{}: {checked}",
        sample.name
    );
    filed
}

async fn take(app: &TestApp, filed: &Filed, step: &Act, accounts: &[DemoAccount], applicant: (&mut Client, &str)) {
    let mut input: Vec<(&str, &str)> = Vec::new();
    for (name, value) in &step.input {
        match value.as_array() {
            Some(items) => input.extend(items.iter().filter_map(|item| Some((name.as_str(), item.as_str()?)))),
            None => input.push((name, value.as_str().unwrap_or_default())),
        }
    }
    let (client, role) = applicant;
    if step.by == role {
        client.must_act(filed, &step.act, &input).await;
    } else {
        let mut handler = app.in_role(&filed.region, accounts, &step.by, None).await;
        handler.must_act(filed, &step.act, &input).await;
    }
    assert_eq!(
        app.application(&filed.region, &filed.id).await.state,
        step.state,
        "{}",
        step.act
    );
}

/// The certificate can be seen, downloaded and verified, and says what was filled in.
async fn certified(app: &TestApp, region: &str, id: &str, answers: &Answers, applicant: &mut Client) {
    let application = app.application(region, id).await;
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
