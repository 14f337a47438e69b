//! The largest page of a form: as a request through the whole router, and its fields alone.
#![allow(missing_docs, reason = "the macros make public functions")]

use criterion::{Criterion, criterion_group, criterion_main};
use dengji::definition::Language;
use dengji::theme::filling::{Candidate, Filling};
use dengji::theme::{PreparedForm, Theme};
use dengji_tests::{AtWork, repository};

fn page(criterion: &mut Criterion) {
    let office = AtWork::start(env!("CARGO_TARGET_TMPDIR"));
    let page = office.largest_page();
    let address = office.filed.page(&page);
    let size = office.runtime.block_on(office.client.clone().get(&address)).body.len();
    let mut group = criterion.benchmark_group(format!("page {page}, {size} bytes"));
    group.bench_function("request", |bencher| {
        let mut client = office.client.clone();
        bencher.iter(|| office.runtime.block_on(client.get(&address)).status);
    });

    let region = office.app.office("gansu");
    let theme = Theme::load(&repository().join("themes"), "default", &[], &region.region().words);
    let prepared = PreparedForm::new(&office.form, &theme.expect("the theme loads"));
    let case = office.case();
    let evaluated = case.evaluated();
    let mut filling = Filling::new(case.answers());
    let candidate = |(value, label)| Candidate { value, label };
    let candidates = evaluated.candidates(&office.form.pages[page.as_str()].fields, case.units());
    filling.candidates = candidates
        .into_iter()
        .map(|(path, list)| (path, list.into_iter().map(candidate).collect()))
        .collect();
    let fields = prepared.page(&page).expect("the page is prepared");
    group.bench_function("fields", |bencher| {
        bencher.iter(|| fields.fill(Language::Chinese, &filling))
    });
    group.bench_function("evaluation", |bencher| {
        bencher.iter(|| case.evaluated().page_shown(&page))
    });
    group.finish();
}

criterion_group!(benches, page);
criterion_main!(benches);
