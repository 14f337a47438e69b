//! `dengji new`: what it makes is sound, passes its samples and can be served at once; what it may not
//! make it refuses.

use std::fs;
use std::sync::Arc;

use dengji::definition::load::{Folders, NewRegionError, Wanted, load, new_region, samples};
use dengji::definition::{Language, Region};
use dengji::document::Renderer;
use dengji::plugin::{Grant, Limits, Plugins};
use dengji::registry::sample::run;
use dengji::registry::{Clock, Office};
use dengji_tests::{Copied, TestApp, renderer};

fn wanted(region: &str, from: &str, name: Option<&str>) -> Wanted {
    Wanted {
        region: region.into(),
        from: from.into(),
        name: name.map(str::to_owned),
    }
}

fn sound(folders: &Folders, id: &str) -> Arc<Region> {
    let loaded = load(folders, Some(id)).unwrap();
    assert!(loaded.problems.is_empty(), "{id}: {:#?}", loaded.problems);
    Arc::clone(&loaded.regions[id])
}

/// Runs the region's samples; gives how many there are.
async fn passes(folders: &Folders, region: &Arc<Region>, renderer: &Renderer) -> usize {
    let (samples, problems) = samples(folders, region);
    assert!(problems.is_empty(), "{problems:#?}");
    let plugins = Plugins::new(Limits::default(), Grant::default()).unwrap();
    let office = Office::compile(Arc::clone(region), &plugins).await.unwrap();
    let ran = run(&office, &samples, Clock::system().today(), Some(renderer)).await;
    for outcome in &ran.outcomes {
        assert!(
            outcome.difference.is_none(),
            "{}: {:#?}",
            outcome.name,
            outcome.difference
        );
    }
    for form in region.forms.keys() {
        let walks = |sample: &&dengji::definition::load::Sample| *sample.form == **form && !sample.walk.is_empty();
        assert!(samples.iter().any(|sample| walks(&sample)), "no walk of {form}");
    }
    ran.outcomes.len()
}

#[tokio::test]
async fn every_source_gives_a_region_that_is_sound_and_passes_its_samples() {
    let copied = Copied::of(&["gansu", "guangxi"]);
    let folders = copied.folders();
    let renderer = renderer().await;
    for (id, from, name, expected, pattern) in [
        ("yunnan", "national", None, ("云南省", "530000"), "953"),
        ("guizhou", "gansu", None, ("贵州省", "520000"), "952"),
        ("neimenggu", "guangxi", None, ("内蒙古自治区", "150000"), "915"),
        ("shaanxi", "national", None, ("陕西省", "610000"), "961"),
        ("shanxi", "national", None, ("山西省", "140000"), "914"),
        ("test-city", "gansu", Some("测试新区"), ("测试新区", ""), "999"),
    ] {
        let made = new_region(&folders, &wanted(id, from, name)).unwrap();
        assert_eq!(
            (made.name.as_str(), made.place.as_deref().unwrap_or_default()),
            expected,
            "{id}"
        );
        let region = sound(&folders, id);
        assert_eq!(region.name.get(Language::Chinese), expected.0);
        assert_eq!(region.place, expected.1, "{id}");
        assert!(
            region.title.get(Language::Chinese).contains(short(expected.0)),
            "{id}: {:?}",
            region.title
        );
        assert!(
            region.authority.get(Language::Chinese).contains(short(expected.0)),
            "{id}"
        );
        let number = format!("{:?}", region.numbering["registration"].pattern[0]);
        assert!(number.contains(pattern), "{id}: {number}");
        assert!(passes(&folders, &region, &renderer).await >= 3, "{id}");
        // No file of the new region names the place that it was made from.
        for file in &made.files {
            let text = fs::read_to_string(folders.forms.join(file)).unwrap();
            assert!(!text.contains("甘肃") && !text.contains("广西"), "{}", file.display());
            assert!(!text.contains("__"), "{}", file.display());
        }
    }
    let loaded = load(&folders, None).unwrap();
    assert!(loaded.problems.is_empty(), "{:#?}", loaded.problems);
}

fn short(name: &str) -> &str {
    name.trim_end_matches("自治区").trim_end_matches('省')
}

#[tokio::test]
async fn what_was_made_can_be_served_with_its_demonstration() {
    let copied = Copied::of(&["gansu"]);
    let folders = copied.folders();
    new_region(&folders, &wanted("yunnan", "national", None)).unwrap();
    new_region(&folders, &wanted("guizhou", "gansu", None)).unwrap();
    let app = TestApp::of(folders).await;
    for region in ["yunnan", "guizhou"] {
        let accounts = app.demo(region).await;
        assert!(accounts.len() >= 4, "{region}: {accounts:?}");
    }
}

#[test]
fn what_may_not_be_made_is_refused_and_leaves_nothing() {
    let copied = Copied::of(&["gansu"]);
    let folders = copied.folders();
    let before = listed(&folders);
    for (id, from, said) in [
        ("gansu", "national", "不会覆盖"),
        ("Yunnan", "national", "不能作地区的标识"),
        ("../yunnan", "national", "不能作地区的标识"),
        ("import", "national", "不能作地区的标识"),
        (
            "a23456789012345678901234567890123456789012",
            "national",
            "不能作地区的标识",
        ),
        ("yunnan", "natoinal", "是否要写「national」？"),
    ] {
        match new_region(&folders, &wanted(id, from, None)) {
            Err(NewRegionError::Refused(text)) => {
                assert!(text.get(Language::Chinese).contains(said), "{id}: {text}");
                assert!(text.has_english(), "{id}");
            }
            other => panic!("{id} from {from}: {other:?}"),
        }
    }
    copied.edit("forms/gansu/region.yaml", "sees: own", "sees: [own");
    match new_region(&folders, &wanted("yunnan", "gansu", None)) {
        Err(NewRegionError::Source(problems)) => assert_eq!(problems[0].rule, "yaml-syntax"),
        other => panic!("a broken source: {other:?}"),
    }
    assert_eq!(listed(&folders), before);
}

fn listed(folders: &Folders) -> Vec<String> {
    let entries = fs::read_dir(&folders.forms).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
