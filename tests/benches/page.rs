//! The largest page of each region: its fields alone, shown through the whole router, judged while it is typed, and
//! saved durably. Beside the time on the clock stands the processor time of all threads.
#![allow(missing_docs, reason = "the macros make public functions")]

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use criterion::{Criterion, criterion_group, criterion_main};
use dengji::definition::Language;
use dengji::theme::filling::Filling;
use dengji::theme::{PreparedForm, Theme};
use dengji_tests::{AtWork, Client, page_pairs, repository};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Rounds by which processor time is told.
const ROUNDS: u32 = 500;

fn pages(criterion: &mut Criterion) {
    for region in ["gansu", "guangxi"] {
        page(criterion, region);
    }
}

fn page(criterion: &mut Criterion, region: &str) {
    let office = AtWork::of(region, env!("CARGO_TARGET_TMPDIR"));
    let page = office.largest_page();
    let address = office.filed.page(&page);
    let shown = office.runtime.block_on(office.client.clone().get(&address));
    let mut group = criterion.benchmark_group(format!("{region}, page {page}, {} bytes", shown.body.len()));
    group.sample_size(50);

    let theme = Theme::load(
        &repository().join("themes"),
        "default",
        &[],
        &office.app.office(region).region().words,
    );
    let prepared = PreparedForm::new(&office.form, &theme.expect("the theme loads"));
    let case = office.case();
    let mut filling = Filling::new(case.answers());
    filling.asked = Arc::clone(&case.page_now(&office.form.pages[page.as_str()]).asked);
    let fields = prepared.page(&page).expect("the page is prepared");
    group.bench_function("fields", |bencher| {
        bencher.iter(|| fields.fill(Language::Chinese, &filling))
    });
    group.bench_function("evaluation", |bencher| {
        bencher.iter(|| case.evaluated_over(case.answers()).page_shown(&page))
    });
    group.bench_function("check", |bencher| {
        bencher.iter(|| case.check_over(case.answers()).passed())
    });
    group.bench_function("opening", |bencher| bencher.iter(|| office.case()));

    let client = RefCell::new(office.client.clone());
    let show = || async {
        let mut client = client.borrow().clone();
        assert_eq!(client.get(&address).await.status, 200);
    };
    group.bench_function("shown", |bencher| bencher.iter(|| office.runtime.block_on(show())));
    tell(&office, "shown", &show);

    let revision = shown.revision().expect("the page has a revision");
    let (typed, _) = page_pairs(&office.form.pages[page.as_str()].fields, &office.answers, revision);
    let judge = || async {
        let mut client = client.borrow().clone();
        assert_eq!(quietly(&mut client, &format!("{address}/live"), &typed).await, 200);
    };
    group.bench_function("judged", |bencher| bencher.iter(|| office.runtime.block_on(judge())));
    tell(&office, "judged", &judge);

    let revision = RefCell::new(revision);
    let save = || async {
        let mut typed = typed.clone();
        typed[0].1 = revision.borrow().to_string();
        *revision.borrow_mut() += 1;
        let mut client = client.borrow().clone();
        assert_eq!(client.post(&address, &typed).await.status, 303);
    };
    group.sample_size(20).measurement_time(Duration::from_secs(8));
    group.bench_function("saved", |bencher| bencher.iter(|| office.runtime.block_on(save())));
    tell(&office, "saved", &save);
    let both = || async {
        save().await;
        show().await;
    };
    tell(&office, "saved and shown again", &both);
    group.finish();
}

fn tell<F: Future<Output = ()>>(office: &AtWork, what: &str, work: &impl Fn() -> F) {
    if let Some(time) = office.processor_time(ROUNDS, work) {
        println!("{what}: {time:?} of processor time");
    }
}

/// Posts as a page's script does.
async fn quietly(client: &mut Client, address: &str, pairs: &[(String, String)]) -> u16 {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let body: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{}={}", encoded(key), encoded(value)))
        .collect();
    let request = Request::post(address)
        .header("sec-fetch-site", "same-origin")
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body.join("&")));
    client.send(request.expect("the request is well formed")).await.status
}

criterion_group!(benches, pages);
criterion_main!(benches);
