//! No page of a form is heavier than an office's line carries in a moment: 60 KB before compression, filled or empty.

use dengji_tests::{Answer, TestApp};

/// Bytes of a page before compression.
const MOST: usize = 60 * 1024;

#[tokio::test]
async fn every_page_of_every_form() {
    let app = TestApp::start().await;
    let mut heavy = Vec::new();
    let mut heaviest = (0, String::new());
    for region in ["gansu", "guangxi"] {
        let accounts = app.demo(region).await;
        let answers = app.answers(region, "complete");
        let forms: Vec<String> = app
            .office(region)
            .region()
            .forms
            .keys()
            .map(ToString::to_string)
            .collect();
        for name in forms {
            let form = app.form(region, &name);
            let mut applicant = app.in_role(region, &accounts, "registrant", None).await;
            let filed = applicant.add(region, &form, &answers).await;
            for page in form.pages.values().filter(|page| !page.fields.is_empty()) {
                let address = filed.page(&page.id);
                let empty = applicant.get(&address).await;
                applicant.save(&filed, &form, &page.id, &answers).await;
                let filled = applicant.get(&address).await;
                for (answer, how) in [(empty, "empty"), (filled, "filled")] {
                    let size = size(&answer);
                    let told = format!("{region}/{name}/{} {how}: {size} bytes", page.id);
                    heaviest = heaviest.max((size, told.clone()));
                    if size > MOST {
                        heavy.push(told);
                    }
                }
            }
        }
    }
    assert!(heavy.is_empty(), "{heavy:#?}");
    println!("the heaviest: {}", heaviest.1);
}

/// The pages by which somebody signs up.
#[tokio::test]
async fn every_way_in() {
    let app = TestApp::start().await;
    for region in ["gansu", "guangxi"] {
        let ways = app.registry.open_ways(region).unwrap();
        let ways: Vec<String> = ways.iter().map(|way| way.id.to_string()).collect();
        assert!(!ways.is_empty());
        for way in ways {
            let page = app.client().get(&format!("/{region}/sign-up/{way}?agree=yes")).await;
            assert!(size(&page) <= MOST, "{region}/{way}: {} bytes", page.body.len());
        }
    }
}

fn size(answer: &Answer) -> usize {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.body.len()
}
