//! Saving a page, durably, with 1, 32 and 128 people at it: each save is answered once it would
//! survive a loss of power. The time is that of one save by everybody.
#![allow(missing_docs, reason = "the macros make public functions")]

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dengji_tests::{AtWork, Client, Filed};
use tokio::task::JoinSet;

/// One person with an application of their own, and the revision of the page they save.
#[derive(Clone)]
struct Writer {
    client: Client,
    filed: Filed,
    revision: u64,
}

impl Writer {
    async fn save(mut self) -> Self {
        let pairs = [
            ("~revision", self.revision.to_string()),
            ("~", "summary".to_owned()),
            ("summary", format!("第 {} 次保存的成果简介。", self.revision + 1)),
        ];
        let saved = self.client.post(&self.filed.page("summary"), &pairs).await;
        assert_eq!(saved.status, 303, "{}", saved.text());
        self.revision += 1;
        self
    }
}

/// How long it takes until everybody has saved once.
async fn all_save(writers: &mut Vec<Writer>) -> Duration {
    let begin = Instant::now();
    let mut saves: JoinSet<Writer> = writers.drain(..).map(Writer::save).collect();
    while let Some(writer) = saves.join_next().await {
        writers.push(writer.expect("a save does not panic"));
    }
    begin.elapsed()
}

fn save(criterion: &mut Criterion) {
    let office = AtWork::start(env!("CARGO_TARGET_TMPDIR"));
    let mut group = criterion.benchmark_group("save");
    group.sample_size(20);
    for people in [1, 32, 128] {
        let mut writers: Vec<Writer> = office.runtime.block_on(async {
            let mut writers = Vec::new();
            for _ in 0..people {
                let mut client = office.client.clone();
                let filed = client.add("gansu", &office.form, &office.answers).await;
                writers.push(Writer {
                    client,
                    filed,
                    revision: 0,
                });
            }
            writers
        });
        group.throughput(Throughput::Elements(people));
        group.bench_function(format!("{people} at once"), |bencher| {
            bencher.iter_custom(|rounds| {
                office.runtime.block_on(async {
                    let mut total = Duration::ZERO;
                    for _ in 0..rounds {
                        total += all_save(&mut writers).await;
                    }
                    total
                })
            });
        });
    }
    group.finish();
}

criterion_group!(benches, save);
criterion_main!(benches);
