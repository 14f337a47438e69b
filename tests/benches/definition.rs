//! Reading definitions: `dengji check` of the regions there are, a region that grows, and one condition of
//! a large form. What is twice as large should take twice as long.
#![allow(missing_docs, reason = "the macros make public functions")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dengji::definition::Expression;
use dengji::definition::Language;
use dengji::definition::expression::{Frame, Type, Value};
use dengji::definition::load::{load, samples};
use dengji::definition::problem::{Format, print};
use dengji_tests::{LARGE, LargeRegion, folders};

/// What `dengji check` does, but for starting the program.
fn regions(criterion: &mut Criterion) {
    let folders = folders();
    let mut group = criterion.benchmark_group("definition");
    group.sample_size(20);
    group.bench_function("check of all regions", |bencher| {
        bencher.iter(|| {
            let mut loaded = load(&folders, None).expect("the folder can be read");
            for region in loaded.regions.values() {
                loaded.problems.extend(samples(&folders, region).1);
            }
            print(
                &loaded.problems,
                &folders.forms,
                Language::Chinese,
                Format::Text { colour: false },
            )
            .len()
        });
    });
    group.finish();
}

fn growing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("definition of fields");
    group.sample_size(10);
    for fields in [1_000, 2_000, 4_000, 8_000] {
        let large = LargeRegion::new(fields);
        let folders = large.folders();
        let loaded = load(&folders, None).expect("the folder can be read");
        assert!(!loaded.has_errors(), "{:#?}", loaded.problems);
        group.throughput(Throughput::Elements(fields as u64));
        group.bench_with_input(BenchmarkId::from_parameter(fields), &folders, |bencher, folders| {
            bencher.iter(|| load(folders, None).expect("the folder can be read").regions.len());
        });
    }
    group.finish();
}

/// Every condition of a form of 4,000 fields, against one set of answers. The time is that of all.
fn conditions(criterion: &mut Criterion) {
    let large = LargeRegion::new(4_000);
    let loaded = load(&large.folders(), None).expect("the folder can be read");
    let form = &loaded.regions[LARGE].forms["applied"];
    let answers: Vec<Value> = form.scope.names.values().map(answer).collect();
    let frame = Frame {
        base: &answers,
        extra: &[],
    };
    let fields = form.pages.values().flat_map(|page| page.fields.values());
    let asked = |field: &'_ dengji::definition::Field| [field.show_when.is_some(), field.require_when.is_some()];
    assert!(fields.clone().flat_map(asked).filter(|there| *there).count() >= 2_000);
    let conditions: Vec<&Expression> = fields
        .flat_map(|field| field.show_when.iter().chain(&field.require_when))
        .chain(form.rules.values().map(|rule| &rule.assert))
        .collect();
    let mut group = criterion.benchmark_group("condition");
    group.throughput(Throughput::Elements(conditions.len() as u64));
    group.bench_function(format!("{} conditions", conditions.len()), |bencher| {
        bencher.iter(|| {
            let holds = |condition: &&&Expression| condition.holds(black_box(&frame)).is_ok_and(|holds| holds);
            conditions.iter().filter(holds).count()
        });
    });
    group.finish();
}

/// An answer of each type.
fn answer(ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::Bool(true),
        Type::Int => Value::Int(40),
        Type::Text | Type::Code(_) => Value::Text("a".into()),
        Type::List(of) => Value::List(vec![answer(of); 20].into()),
        Type::Record(record) => Value::Record(record.columns.values().map(answer).collect()),
        _ => Value::Empty,
    }
}

criterion_group!(benches, regions, growing, conditions);
criterion_main!(benches);
