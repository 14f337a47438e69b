//! Every committed guest: built from the sources that are here, and right about its own fixtures.
//!
//! A fixture is `plugins/<guest>/fixtures/<name>.json` with `run` (`check` or `layout`), `context`,
//! `options`, and either `answers` and `findings`, or `issue`, `document` and `data`.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value as Json;

use super::*;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    run: String,
    form: String,
    filed_on: Date,
    #[serde(default)]
    options: Json,
    #[serde(default)]
    answers: Json,
    #[serde(default)]
    findings: Vec<[String; 3]>,
    #[serde(default)]
    document: Json,
    #[serde(default)]
    data: Json,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins")
}

fn fixtures(guest: &str) -> Vec<(PathBuf, Fixture)> {
    let files = std::fs::read_dir(folder().join(guest).join("fixtures")).unwrap();
    let read = files.map(|entry| {
        let path = entry.unwrap().path();
        let fixture = serde_json::from_slice(&std::fs::read(&path).unwrap());
        let fixture = fixture.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, fixture)
    });
    read.collect()
}

fn plugin(plugins: &Plugins, guest: &str, fixture: &Fixture) -> Plugin {
    let bytes = std::fs::read(lock::component(&folder(), guest)).unwrap();
    let wanted = PluginUse {
        on_check: fixture.run == "check",
        on_document: fixture.run == "layout",
        options: fixture.options.clone(),
        ..used(guest, bytes)
    };
    plugins.load(&wanted).unwrap()
}

async fn run(plugin: &Plugin, fixture: &Fixture, path: &Path) {
    let context = Context {
        form: fixture.form.clone(),
        filed_on: fixture.filed_on,
        ..context()
    };
    if fixture.run == "check" {
        let found = plugin
            .check(&context, &fixture.answers.to_string(), Arc::new(NoLookups))
            .await;
        let found = found.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let found: Vec<[String; 3]> = found
            .into_iter()
            .map(|f| [f.rule, f.at.unwrap_or_default(), f.message.to_string()])
            .collect();
        assert_eq!(found, fixture.findings, "{}", path.display());
        return;
    }
    let issue = Issue {
        document: "certificate".into(),
        number: "N1".into(),
        registered_on: fixture.filed_on,
        verify_url: "https://example.org/verify/N1".into(),
    };
    let page = plugin
        .layout(&context, &issue, &fixture.document.to_string(), Arc::new(NoLookups))
        .await;
    let page = page.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(
        serde_json::from_str::<Json>(&page.data).unwrap(),
        fixture.data,
        "{}",
        path.display()
    );
}

#[test]
fn what_is_committed_is_what_the_sources_give() {
    assert_eq!(lock::stale(&folder()).unwrap(), [], "run `dengji plugin build`");
}

#[test]
fn every_guest_agrees_with_its_fixtures() {
    let plugins = Plugins::new(patient(), Grant::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    for guest in lock::guests(&folder()).unwrap() {
        let fixtures = fixtures(&guest);
        assert!(!fixtures.is_empty(), "{guest} has no fixtures");
        for (path, fixture) in fixtures {
            runtime.block_on(run(&plugin(&plugins, &guest, &fixture), &fixture, &path));
        }
    }
}

#[test]
fn every_guest_refuses_nonsense_in_its_own_words() {
    let plugins = Plugins::new(patient(), Grant::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    for guest in lock::guests(&folder()).unwrap() {
        let (_, fixture) = fixtures(&guest).swap_remove(0);
        let unknown = Fixture {
            options: json!({"no-such-option": 1}),
            ..fixture
        };
        let plugin = plugin(&plugins, &guest, &unknown);
        let refused = runtime.block_on(async {
            if unknown.run == "check" {
                return plugin.check(&context(), "{}", Arc::new(NoLookups)).await.err();
            }
            let issue = Issue {
                document: "certificate".into(),
                number: String::new(),
                registered_on: date(2026, 1, 1),
                verify_url: String::new(),
            };
            plugin.layout(&context(), &issue, "{}", Arc::new(NoLookups)).await.err()
        });
        assert!(
            matches!(refused.unwrap().fault, Fault::Refused(Refusal::InvalidInput(_))),
            "{guest}"
        );
    }
}

/// Prints how long loading and a call take: `cargo test -p dengji --lib -- --ignored --nocapture pace`.
#[test]
#[ignore = "a measurement"]
fn pace() {
    let plugins = Plugins::new(patient(), Grant::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    for guest in lock::guests(&folder()).unwrap() {
        let (path, fixture) = fixtures(&guest).swap_remove(0);
        let started = std::time::Instant::now();
        let plugin = plugin(&plugins, &guest, &fixture);
        let loaded = started.elapsed();
        runtime.block_on(async {
            run(&plugin, &fixture, &path).await;
            let started = std::time::Instant::now();
            for _ in 0..1000 {
                run(&plugin, &fixture, &path).await;
            }
            eprintln!("{guest}: load {loaded:?}, one call {:?}", started.elapsed() / 1000);
        });
    }
}
