//! Documents in real rendering processes: what comes out, and what harm a template can do.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dengji::document::{Job, Output, RenderError, Rendered, Renderer, RendererOptions};
use jiff::civil::date;
use serde_json::{Value as Json, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn options() -> RendererOptions {
    RendererOptions {
        workers: 1,
        ..RendererOptions::new(env!("CARGO_BIN_EXE_dengji"), root().join("themes/default/fonts"))
    }
}

/// Every template under `forms/`, by path from there.
fn templates() -> BTreeMap<String, Arc<[u8]>> {
    let forms = root().join("forms");
    let mut found = BTreeMap::new();
    for region in std::fs::read_dir(&forms).unwrap() {
        let Ok(documents) = std::fs::read_dir(region.unwrap().path().join("documents")) else {
            continue;
        };
        for file in documents {
            let path = file.unwrap().path();
            let key = path.strip_prefix(&forms).unwrap().to_str().unwrap().to_owned();
            found.insert(key, std::fs::read(path).unwrap().into());
        }
    }
    found
}

/// The path of the first certificate template of a region.
fn certificate() -> String {
    templates()
        .into_keys()
        .find(|path| path.ends_with("/certificate.typ"))
        .unwrap()
}

fn data() -> Json {
    let cell = |text: &str| json!({"value": text, "text": text});
    let units = ["某某大学", "某某省农业科学院蔬菜研究所"];
    let people = ["张三", "𬭎田䶮", "欧阳明日"];
    let rows = |names: &[&str]| names.iter().map(|name| json!({"name": cell(name)})).collect::<Vec<_>>();
    json!({
        "region": {"id": "r", "name": "某某省", "title": "系统", "authority": "某某省科学技术厅", "place": "000000"},
        "form": {"id": "f", "title": "应用技术类科技成果登记表", "category": "应用技术类", "version": "2021"},
        "application": {
            "id": "a1", "number": "9992026Y0001", "registered_on": "2026-11-20", "filed_on": "2026-11-02",
            "state": "审核通过", "verify_url": "https://example.org/verify/9992026Y0001",
        },
        "applicant": {"name": "张三", "unit": units[0]},
        "answers": {
            "name": {"label": "成果名称", "value": "高原夏菜节水栽培关键技术", "text": "高原夏菜节水栽培关键技术"},
            "recommender": {"label": "推荐单位", "value": "u", "text": "某某市科学技术局"},
            "secrecy": {"label": "密级", "value": "0", "text": "非密"},
            "completing_units": {"label": "完成单位", "rows": rows(&units)},
            "people": {"label": "完成人员", "rows": rows(&people)},
        },
        "pages": [
            {"id": "overview", "title": "成果概况", "fields": [
                {"id": "name", "label": "成果名称", "kind": "text", "text": "高原夏菜节水栽培关键技术"},
                {"id": "start", "label": "研究起始日期", "kind": "date", "text": "2023-01-01"},
                {"id": "end", "label": "研究终止日期", "kind": "date", "text": "2025-12-31"},
            ]},
            {"id": "people", "title": "成果完成人员名单", "fields": [
                {"id": "people", "label": "完成人员", "kind": "table", "columns": [{"id": "name", "label": "姓名"}],
                 "rows": people.map(|name| vec![name])},
            ]},
        ],
        "watermark": null,
        "documents": {"label": "科技成果登记证书"},
    })
}

fn job(main: &str, data: Json) -> Job {
    Job {
        main: main.into(),
        files: Arc::new(templates()),
        data,
        date: date(2026, 11, 20),
        output: Output::Pdf,
    }
}

fn template(source: &str) -> Job {
    let files = BTreeMap::from([("r/documents/main.typ".to_owned(), source.as_bytes().into())]);
    Job {
        main: "r/documents/main.typ".into(),
        files: Arc::new(files),
        ..job("", data())
    }
}

async fn rendered(renderer: &Renderer, job: Job) -> Rendered {
    renderer.render(job).await.unwrap_or_else(|error| panic!("{error}"))
}

/// The text of a PDF; none where the machine has no `pdftotext`.
fn text_of(pdf: &[u8]) -> Option<String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    let told = Command::new("pdftotext")
        .arg(file.path())
        .arg("-")
        .stderr(Stdio::null())
        .output()
        .ok()?;
    Some(String::from_utf8(told.stdout).unwrap())
}

fn contains(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

#[tokio::test]
async fn a_certificate_has_its_names_and_is_an_archive_pdf() {
    let renderer = Renderer::start(options()).await.unwrap();
    let certificate = rendered(&renderer, job(&certificate(), data())).await;
    assert_eq!((certificate.pages, certificate.warnings), (1, Vec::new()));
    assert!(contains(&certificate.bytes, "<pdfaid:part>2</pdfaid:part>"));
    assert!(contains(
        &certificate.bytes,
        "<pdfaid:conformance>A</pdfaid:conformance>"
    ));
    let Some(text) = text_of(&certificate.bytes) else {
        return;
    };
    for part in [
        "高原夏菜节水栽培关键技术",
        "某某省农业科学院蔬菜研究所",
        "张三",
        "𬭎田䶮",
        "9992026Y0001",
        "不具有确立成果等级的作用",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[tokio::test]
async fn a_certificate_is_refused_without_its_number_unless_it_is_a_draft() {
    let renderer = Renderer::start(options()).await.unwrap();
    for (path, empty) in [("/application/number", Json::Null), ("/answers/people/rows", json!([]))] {
        let mut data = data();
        *data.pointer_mut(path).unwrap() = empty;
        let refused = renderer.render(job(&certificate(), data.clone())).await;
        assert!(
            matches!(refused, Err(RenderError::Template { .. })),
            "{path}: {refused:?}"
        );
        data["watermark"] = "草稿".into();
        assert_eq!(rendered(&renderer, job(&certificate(), data)).await.pages, 1, "{path}");
    }
}

#[tokio::test]
async fn a_job_that_nobody_waits_for_is_given_up() {
    let renderer = Renderer::start(RendererOptions { queue: 0, ..options() })
        .await
        .unwrap();
    let endless = "#for a in range(10000) { for b in range(10000) { let c = a + b } }";
    let given_up = tokio::time::timeout(Duration::from_millis(300), renderer.render(template(endless))).await;
    assert!(given_up.is_err());
    rendered(&renderer, template("the next one")).await;
}

#[tokio::test]
async fn many_units_and_people_stay_on_one_page() {
    let renderer = Renderer::start(options()).await.unwrap();
    let mut data = data();
    let cell = |text: String| json!({"name": {"value": text, "text": text}});
    data["answers"]["completing_units"]["rows"] = (0..30)
        .map(|n| cell(format!("某某省第{n}农业科学技术推广研究总站")))
        .collect();
    data["answers"]["people"]["rows"] = (0..120).map(|n| cell(format!("完成人{n}"))).collect();
    data["answers"]["name"]["text"] = "长".repeat(100).into();
    assert_eq!(rendered(&renderer, job(&certificate(), data)).await.pages, 1);
}

#[tokio::test]
async fn a_form_prints_every_page_with_its_watermark() {
    let renderer = Renderer::start(options()).await.unwrap();
    let mut data = data();
    data["watermark"] = "草稿".into();
    data["application"]["number"] = Json::Null;
    data["pages"][1]["fields"][0]["rows"] = (0..90u32)
        .filter_map(|n| char::from_u32('一' as u32 + n))
        .map(|name| json!([format!("李{name}")]))
        .collect();
    let form = rendered(&renderer, job("national/documents/form.typ", data)).await;
    assert!(form.pages >= 4, "{} pages", form.pages);
    let Some(text) = text_of(&form.bytes) else { return };
    for part in [
        "应用技术类科技成果登记表",
        "第一完成单位",
        "某某市科学技术局",
        "非密",
        "2023-01-01",
        "李乙",
    ] {
        assert!(text.contains(part), "{part} is missing");
    }
    assert_eq!(text.matches('草').count(), form.pages, "the watermark is on every page");
    assert!(text.matches("序号").count() >= 3, "the header is repeated");
}

#[tokio::test]
async fn the_same_job_gives_the_same_bytes_in_any_process() {
    let renderer = Renderer::start(options()).await.unwrap();
    let first = rendered(&renderer, job(&certificate(), data())).await;
    let second = rendered(&renderer, job(&certificate(), data())).await;
    assert!(first == second, "a second run differs");
    let other = Renderer::start(options()).await.unwrap();
    assert!(
        first == rendered(&other, job(&certificate(), data())).await,
        "another process differs"
    );
}

#[tokio::test]
async fn a_missing_glyph_names_character_and_field() {
    let renderer = Renderer::start(options()).await.unwrap();
    let mut data = data();
    data["pages"][1]["fields"][0]["rows"][1][0] = "李\u{e123}".into();
    for output in [
        Output::Pdf,
        Output::Png {
            page: 0,
            pixel_per_pt: 1.0,
        },
    ] {
        let job = Job {
            output,
            ..job("national/documents/form.typ", data.clone())
        };
        let expected = RenderError::MissingGlyph {
            character: '\u{e123}',
            field: Some("完成人员 2 · 姓名".into()),
        };
        assert_eq!(renderer.render(job).await, Err(expected));
    }
    assert_eq!(
        renderer
            .render(template("#set text(font: \"Noto Serif SC\")\n\u{e123}"))
            .await,
        Err(RenderError::MissingGlyph {
            character: '\u{e123}',
            field: None
        }),
    );
}

#[tokio::test]
async fn a_template_error_has_its_place() {
    let renderer = Renderer::start(options()).await.unwrap();
    let error = renderer
        .render(template("甲\n#let x = 1\n乙 #(x + missing)"))
        .await
        .unwrap_err();
    let RenderError::Template { diagnostics } = error else {
        panic!("{error:?}")
    };
    let place = (diagnostics[0].file.as_str(), diagnostics[0].line, diagnostics[0].column);
    assert_eq!(place, ("r/documents/main.typ", 3, 9));
}

#[tokio::test]
async fn a_template_reads_its_own_files_only() {
    let renderer = Renderer::start(options()).await.unwrap();
    for source in [
        "#read(\"/etc/passwd\")",
        "#read(\"../../../../etc/passwd\")",
        "#read(\"/r/region.yaml\")",
        "#import \"@preview/cetz:0.3.0\": *",
    ] {
        let told = renderer.render(template(source)).await;
        assert!(matches!(told, Err(RenderError::Template { .. })), "{source}: {told:?}");
    }
    let allowed = "#json(\"data.json\").form.id #json(\"/data.json\").form.id #image(\"qr.svg\", alt: \"qr\")
        #datetime.today().display()";
    rendered(&renderer, template(allowed)).await;
}

#[tokio::test]
async fn a_template_that_does_not_end_is_stopped() {
    let renderer = Renderer::start(RendererOptions {
        time: Duration::from_secs(2),
        ..options()
    })
    .await
    .unwrap();
    let begun = Instant::now();
    let endless = "#for a in range(10000) { for b in range(10000) { let c = a + b } }";
    assert_eq!(renderer.render(template(endless)).await, Err(RenderError::Timeout));
    assert!(begun.elapsed() < Duration::from_secs(6));
    rendered(&renderer, template("the next one")).await;
}

#[tokio::test]
async fn a_template_that_takes_all_memory_is_ended() {
    let renderer = Renderer::start(options()).await.unwrap();
    for source in ["#range(1000000000)", "#let a = (1,)\n#for n in range(60) { a += a }"] {
        assert_eq!(
            renderer.render(template(source)).await,
            Err(RenderError::Memory),
            "{source}"
        );
        rendered(&renderer, template("the next one")).await;
    }
}

#[tokio::test]
async fn pages_are_counted_and_pictured() {
    let renderer = Renderer::start(options()).await.unwrap();
    let with = |output| Job {
        output,
        ..template("a #pagebreak() b")
    };
    let counted = rendered(&renderer, with(Output::PageCount)).await;
    assert_eq!((counted.pages, counted.bytes.len()), (2, 0));
    let picture = rendered(
        &renderer,
        with(Output::Png {
            page: 1,
            pixel_per_pt: 0.5,
        }),
    )
    .await;
    assert!(picture.bytes.starts_with(b"\x89PNG"));
    let beyond = renderer
        .render(with(Output::Png {
            page: 2,
            pixel_per_pt: 0.5,
        }))
        .await;
    assert_eq!(beyond, Err(RenderError::NoSuchPage { pages: 2 }));
}

#[tokio::test]
async fn a_full_queue_refuses() {
    let options = RendererOptions {
        queue: 0,
        time: Duration::from_secs(1),
        ..options()
    };
    let renderer = Renderer::start(options).await.unwrap();
    let endless = "#for a in range(10000) { for b in range(10000) { let c = a + b } }";
    let (first, second) = tokio::join!(renderer.render(template(endless)), renderer.render(template("a")));
    assert_eq!((first, second), (Err(RenderError::Timeout), Err(RenderError::Busy)));
}

#[tokio::test]
async fn a_folder_without_fonts_is_told_at_once() {
    let empty = tempfile::tempdir().unwrap();
    let started = Renderer::start(RendererOptions {
        fonts_dir: empty.path().into(),
        ..options()
    })
    .await;
    assert!(matches!(started, Err(RenderError::Start(_))), "{started:?}");
}
