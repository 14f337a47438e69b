//! A certificate from a template, in a rendering process that is warm: as PDF and as a preview.
#![allow(missing_docs, reason = "the macros make public functions")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use dengji::definition::Language;
use dengji::definition::region::DocumentSource;
use dengji::document::{self, Job, Output, Renderer, RendererOptions};
use dengji_tests::{AtWork, TODAY, program, repository};

/// What is rendered when the office approves.
fn job(office: &AtWork, output: Output) -> Job {
    let region = office.app.office("gansu");
    let region = region.region();
    let certificate = region
        .documents
        .values()
        .find(|document| document.issued)
        .expect("the region issues one");
    let DocumentSource::Template { main, files } = &certificate.source else {
        panic!("the certificate is a template")
    };
    let data = document::data(&document::Subject {
        office: document::Office::of(region, Language::Chinese),
        form: &office.form,
        application: document::Application {
            id: &office.filed.id,
            number: Some("9622026Y0001"),
            registered_on: Some(TODAY),
            filed_on: Some(TODAY),
            state: "审核通过",
            verify_url: Some("https://office.example/verify/gansu/AAAAAAAAAAAAAAAAAAAAAA"),
        },
        applicant: document::Applicant {
            name: &office.person.name,
            unit: Some("陇原大学"),
        },
        answers: &office.answers,
        hidden: &BTreeSet::new(),
        names: &BTreeMap::new(),
        language: Language::Chinese,
        watermark: None,
        label: certificate.label.get(Language::Chinese),
        reveal: false,
    });
    Job {
        main: main.clone(),
        files: Arc::clone(files),
        data,
        date: TODAY,
        output,
    }
}

fn certificate(criterion: &mut Criterion) {
    let office = AtWork::start(env!("CARGO_TARGET_TMPDIR"));
    let options = RendererOptions::new(program("render-worker"), repository().join("themes/default/fonts"));
    let renderer = office
        .runtime
        .block_on(Renderer::start(options))
        .expect("the renderer starts");
    let mut group = criterion.benchmark_group("certificate");
    group.sample_size(30);
    for (name, output) in [
        ("pdf", Output::Pdf),
        (
            "png",
            Output::Png {
                page: 0,
                pixel_per_pt: 2.0,
            },
        ),
    ] {
        let job = job(&office, output);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                office
                    .runtime
                    .block_on(renderer.render(job.clone()))
                    .expect("it renders")
                    .bytes
                    .len()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, certificate);
criterion_main!(benches);
