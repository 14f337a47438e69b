//! Every sample of every region under `forms/`, as `dengji test` runs them. A new region needs no new
//! test code.

use std::path::Path;
use std::sync::Arc;

use dengji::definition::load::{Folders, load, samples};
use dengji::plugin::{Grant, Limits, Plugins};
use dengji::registry::sample::run;
use dengji::registry::{Clock, Office};

/// How many samples a folder of regions has, and what came otherwise than they say.
async fn outcomes(forms: &Path) -> (usize, String) {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = Folders {
        forms: forms.to_path_buf(),
        plugins: house.join("plugins/dist"),
    };
    let loaded = load(&folders, None).unwrap();
    assert!(!loaded.has_errors(), "{:#?}", loaded.problems);
    let plugins = Plugins::new(Limits::default(), Grant::default()).unwrap();
    let (mut count, mut wrong) = (0, String::new());
    for region in loaded.regions.values() {
        let (samples, problems) = samples(&folders, region);
        assert!(problems.is_empty(), "{problems:#?}");
        let office = Office::compile(Arc::clone(region), &plugins).await.unwrap();
        let outcomes = run(&office, &samples, Clock::system().today()).await;
        assert!(!outcomes.is_empty(), "{} has no samples", region.id);
        count += outcomes.len();
        for outcome in outcomes.iter().filter(|outcome| !outcome.difference.is_empty()) {
            wrong += &format!(
                "{}/{}\n  {}\n",
                region.id,
                outcome.name,
                outcome.difference.join("\n  ")
            );
        }
    }
    (count, wrong)
}

#[tokio::test]
async fn every_sample_gives_what_it_says() {
    let (count, wrong) = outcomes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms")).await;
    assert!(count > 0 && wrong.is_empty(), "{wrong}");
}

/// The samples of `fixtures/wrong-samples` expect what does not come; what came instead is told.
#[tokio::test]
async fn what_came_otherwise_is_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/wrong-samples");
    let (_, wrong) = outcomes(&folder).await;
    let expected = std::fs::read_to_string(folder.join("expected.txt")).unwrap();
    assert_eq!(wrong, expected);
}
