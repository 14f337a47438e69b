//! One job, inside the rendering process: template and data to pages, pages to PDF or PNG.

use typst::diag::{Severity, SourceDiagnostic, Warned};
use typst::foundations::{Datetime, Smart};
use typst::layout::{Frame, FrameItem};
use typst::text::TextItem;
use typst::utils::Scalar;
use typst::{World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use typst_render::RenderOptions;

use super::frame::{Failure, RenderAsk};
use super::job::{Diagnostic, Output, Rendered};
use super::world::Sandbox;

/// Renders what `ask` says, or says why not.
pub(super) fn compile(world: &Sandbox<'_>, ask: &RenderAsk) -> Result<Rendered, Failure> {
    let Warned { output, warnings } = typst::compile::<PagedDocument>(world);
    let document = output.map_err(|errors| template_failure(world, &errors))?;
    if let Some(character) = document.pages().iter().find_map(|page| missing_glyph(&page.frame)) {
        return Err(Failure::MissingGlyph(character));
    }
    let pages = document.pages().len();
    let bytes = match ask.output {
        Output::PageCount => Vec::new(),
        Output::Pdf => pdf(world, &document, ask)?,
        Output::Text => text(&document),
        Output::Png { page, pixel_per_pt } => png(&document, page, pixel_per_pt)?,
    };
    Ok(Rendered {
        bytes,
        pages,
        warnings: warnings.iter().map(|warning| diagnostic(world, warning)).collect(),
    })
}

fn pdf(world: &Sandbox<'_>, document: &PagedDocument, ask: &RenderAsk) -> Result<Vec<u8>, Failure> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a]).map_err(|error| failure(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(ask.ident.clone()),
        creator: Smart::Custom(Some("dengji".into())),
        timestamp: world.today(None).and_then(midnight).map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).map_err(|errors| template_failure(world, &errors))
}

/// Every run of text, page by page, each on a line.
fn text(document: &PagedDocument) -> Vec<u8> {
    let mut lines = String::new();
    for page in document.pages() {
        collect_text(&page.frame, &mut lines);
    }
    lines.into_bytes()
}

fn collect_text(frame: &Frame, lines: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => collect_text(&group.frame, lines),
            FrameItem::Text(text) => {
                lines.push_str(&text.text);
                lines.push('\n');
            }
            _ => {}
        }
    }
}

fn midnight(day: Datetime) -> Option<Datetime> {
    Datetime::from_ymd_hms(day.year()?, day.month()?, day.day()?, 0, 0, 0)
}

fn png(document: &PagedDocument, page: usize, pixel_per_pt: f64) -> Result<Vec<u8>, Failure> {
    let pages = document.pages();
    let Some(page) = pages.get(page) else {
        return Err(Failure::NoSuchPage(pages.len()));
    };
    let pixel_per_pt = if pixel_per_pt.is_finite() {
        pixel_per_pt.clamp(0.1, 10.0)
    } else {
        1.0
    };
    let options = RenderOptions {
        pixel_per_pt: Scalar::new(pixel_per_pt),
        ..RenderOptions::default()
    };
    typst_render::render(page, &options)
        .encode_png()
        .map_err(|error| failure(error.to_string()))
}

/// The first character that was set as a font's empty box. Typst only tells of these in a PDF/A, and
/// only in words; here every output is held to the same.
fn missing_glyph(frame: &Frame) -> Option<char> {
    frame.items().find_map(|(_, item)| match item {
        FrameItem::Group(group) => missing_glyph(&group.frame),
        FrameItem::Text(text) => missing_in_text(text),
        _ => None,
    })
}

fn missing_in_text(text: &TextItem) -> Option<char> {
    let glyph = text.glyphs.iter().find(|glyph| glyph.id == 0)?;
    let cluster = text.text.get(glyph.range())?;
    let lacks = |character: &char| text.font.ttf().glyph_index(*character).is_none();
    cluster.chars().find(lacks).or_else(|| cluster.chars().next())
}

fn template_failure(world: &Sandbox<'_>, errors: &[SourceDiagnostic]) -> Failure {
    let errors = errors.iter().filter(|error| error.severity == Severity::Error);
    Failure::Template(errors.map(|error| diagnostic(world, error)).collect())
}

fn diagnostic(world: &Sandbox<'_>, told: &SourceDiagnostic) -> Diagnostic {
    let place = told.span.id().zip(world.range(told.span));
    let (file, line, column) = place.map_or_else(Default::default, |(id, range)| {
        let at = world
            .source(id)
            .ok()
            .and_then(|source| source.lines().byte_to_line_column(range.start));
        let (line, column) = at.map_or((0, 0), |(line, column)| (line + 1, column + 1));
        (id.vpath().get_without_slash().to_owned(), line, column)
    });
    let hints = told.hints.iter().map(|hint| hint.v.to_string()).collect();
    Diagnostic {
        file,
        line,
        column,
        message: told.message.to_string(),
        hints,
    }
}

fn failure(message: String) -> Failure {
    Failure::Template(vec![Diagnostic {
        file: String::new(),
        line: 0,
        column: 0,
        message,
        hints: Vec::new(),
    }])
}
