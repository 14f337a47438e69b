//! 填写检查 of a complete application: the engine's own part, and with the region's plugin.
#![allow(missing_docs, reason = "the macros make public functions")]

use criterion::{Criterion, criterion_group, criterion_main};
use dengji_tests::AtWork;

fn check(criterion: &mut Criterion) {
    let office = AtWork::start(env!("CARGO_TARGET_TMPDIR"));
    let case = office.case();
    let mut group = criterion.benchmark_group("check");
    group.bench_function("without plugin", |bencher| {
        bencher.iter(|| case.check_over(case.answers()).findings.len())
    });
    group.bench_function("with plugin", |bencher| {
        bencher.iter(|| {
            office
                .runtime
                .block_on(case.check())
                .expect("the plugin answers")
                .findings
                .len()
        });
    });
    group.bench_function("request", |bencher| {
        let mut client = office.client.clone();
        let address = office.filed.at("check");
        bencher.iter(|| office.runtime.block_on(client.get(&address)).status);
    });
    group.finish();
}

criterion_group!(benches, check);
criterion_main!(benches);
