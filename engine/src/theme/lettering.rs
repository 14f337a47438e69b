//! Pictures of a few letters that people can read and programs find hard: bent, turned, struck through.
//!
//! A picture is dark on a light ground of its own, so that it reads alike on a light and on a dark page, and twice
//! as large as it is shown, for sharp screens. The same letters and seed give the same picture: whoever asks again
//! gets no second look at the same letters.

use std::path::Path as FilePath;

use sha2::{Digest, Sha256};
use tiny_skia::{
    Color, FillRule, LineCap, Paint, Path, PathBuilder, PathSegment, Pixmap, Point, Rect, Stroke, Transform,
};
use ttf_parser::{Face, OutlineBuilder};

use super::ThemeError;
use super::assets::files_in;

/// The letters that pictures are made of: none that is taken for another (0 and O, 1 and I, 2 and Z, 5 and S, …),
/// and none so wide that it runs into its neighbours.
pub const ALPHABET: &str = "ACEFHJKNPRTXY3479";

/// The size in pixels: twice what the page shows.
const WIDTH: u32 = 320;
const HEIGHT: u32 = 112;
/// Lines drawn through the letters in their colour, lines cut out of them, and dots.
const LINES: usize = 3;
const CUTS: usize = 1;
const DOTS: usize = 40;

/// The outlines of the alphabet.
#[derive(Debug)]
pub struct Lettering {
    outlines: Vec<(char, Path)>,
}

impl Lettering {
    /// Takes the outlines from the first font in the folder that has every letter.
    pub fn load(fonts: &FilePath) -> Result<Self, ThemeError> {
        for (_, path) in files_in(fonts)? {
            let bytes = std::fs::read(&path).map_err(|source| ThemeError::Read { path, source })?;
            let Ok(face) = Face::parse(&bytes, 0) else { continue };
            let outlines: Option<Vec<_>> = ALPHABET.chars().map(|c| Some((c, outline(&face, c)?))).collect();
            if let Some(outlines) = outlines {
                return Ok(Self { outlines });
            }
        }
        Err(ThemeError::NoFont {
            path: fonts.to_owned(),
            letters: ALPHABET,
        })
    }

    /// The picture of these letters as PNG; `None` for letters outside the alphabet.
    pub fn draw(&self, letters: &str, seed: &str) -> Option<Vec<u8>> {
        let mut chance = Chance::of(seed);
        let mut canvas = Pixmap::new(WIDTH, HEIGHT)?;
        canvas.fill(Color::from_rgba8(0xee, 0xf1, 0xf6, 0xff));
        let mut ink = Paint::default();
        ink.set_color_rgba8(0x1f, 0x2d, 0x50, 0xff);
        let mut ground = Paint::default();
        ground.set_color_rgba8(0xee, 0xf1, 0xf6, 0xff);
        let wave = Wave::of(&mut chance);
        let step = (WIDTH as f32 - 40.0) / letters.chars().count().max(1) as f32;
        let bold = Stroke {
            width: 2.5,
            ..Stroke::default()
        };
        for (at, letter) in letters.chars().enumerate() {
            let (_, path) = self.outlines.iter().find(|(known, _)| *known == letter)?;
            let size = chance.between(80.0, 94.0);
            let middle = 20.0 + step * (at as f32 + 0.5) + chance.between(-7.0, 7.0);
            let turned = Transform::from_row(size, 0.0, size * chance.between(-0.2, 0.2), size, 0.0, 0.0)
                .post_rotate(chance.between(-17.0, 17.0))
                .post_translate(middle, HEIGHT as f32 / 2.0 + chance.between(-8.0, 8.0));
            let path = wave.bend(&path.clone().transform(turned)?)?;
            canvas.fill_path(&path, &ink, FillRule::Winding, Transform::identity(), None);
            canvas.stroke_path(&path, &ink, &bold, Transform::identity(), None);
        }
        for _ in 0..CUTS {
            let width = chance.between(2.0, 3.0);
            strike(&mut canvas, &ground, width, &mut chance)?;
        }
        for _ in 0..LINES {
            let width = chance.between(2.0, 3.6);
            strike(&mut canvas, &ink, width, &mut chance)?;
        }
        for _ in 0..DOTS {
            let (x, y) = (chance.between(0.0, WIDTH as f32), chance.between(0.0, HEIGHT as f32));
            let side = chance.between(2.0, 4.5);
            canvas.fill_rect(Rect::from_xywh(x, y, side, side)?, &ink, Transform::identity(), None);
        }
        canvas.encode_png().ok()
    }
}

/// A curve from one side to the other.
fn strike(canvas: &mut Pixmap, paint: &Paint<'_>, width: f32, chance: &mut Chance) -> Option<()> {
    let mut height = || chance.between(0.15, 0.85) * HEIGHT as f32;
    let mut path = PathBuilder::new();
    path.move_to(0.0, height());
    let (first, second) = (height(), height());
    path.cubic_to(
        WIDTH as f32 * 0.3,
        first,
        WIDTH as f32 * 0.65,
        second,
        WIDTH as f32,
        height(),
    );
    let stroke = Stroke {
        width,
        line_cap: LineCap::Round,
        ..Stroke::default()
    };
    canvas.stroke_path(&path.finish()?, paint, &stroke, Transform::identity(), None);
    Some(())
}

/// The outline of a letter, one em large, its middle at the origin.
fn outline(face: &Face<'_>, letter: char) -> Option<Path> {
    let mut pen = Pen(PathBuilder::new());
    face.outline_glyph(face.glyph_index(letter)?, &mut pen)?;
    let path = pen.0.finish()?;
    let bounds = path.bounds();
    let (x, y) = (
        bounds.left() + bounds.width() / 2.0,
        bounds.top() + bounds.height() / 2.0,
    );
    let em = 1.0 / f32::from(face.units_per_em());
    path.transform(Transform::from_translate(-x, -y).post_scale(em, -em))
}

struct Pen(PathBuilder);

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

/// How the whole picture is bent: two waves, one across and one along.
struct Wave {
    across: (f32, f32, f32),
    along: (f32, f32, f32),
}

impl Wave {
    fn of(chance: &mut Chance) -> Self {
        let mut wave = |height: f32, length: f32| {
            (
                chance.between(0.7, 1.0) * height,
                std::f32::consts::TAU / (length * chance.between(0.8, 1.2)),
                chance.between(0.0, std::f32::consts::TAU),
            )
        };
        Self {
            across: wave(6.0, 110.0),
            along: wave(8.0, 190.0),
        }
    }

    fn moved(&self, point: Point) -> Point {
        let at = |(height, turn, start): (f32, f32, f32), along: f32| height * (along * turn + start).sin();
        Point::from_xy(point.x + at(self.across, point.y), point.y + at(self.along, point.x))
    }

    fn bend(&self, path: &Path) -> Option<Path> {
        let mut bent = PathBuilder::new();
        for segment in path.segments() {
            match segment {
                PathSegment::MoveTo(to) => {
                    let to = self.moved(to);
                    bent.move_to(to.x, to.y);
                }
                PathSegment::LineTo(to) => {
                    let to = self.moved(to);
                    bent.line_to(to.x, to.y);
                }
                PathSegment::QuadTo(by, to) => {
                    let (by, to) = (self.moved(by), self.moved(to));
                    bent.quad_to(by.x, by.y, to.x, to.y);
                }
                PathSegment::CubicTo(first, second, to) => {
                    let (first, second, to) = (self.moved(first), self.moved(second), self.moved(to));
                    bent.cubic_to(first.x, first.y, second.x, second.y, to.x, to.y);
                }
                PathSegment::Close => bent.close(),
            }
        }
        bent.finish()
    }
}

/// Numbers that follow from a seed.
struct Chance {
    block: [u8; 32],
    used: usize,
}

impl Chance {
    fn of(seed: &str) -> Self {
        Self {
            block: Sha256::digest(seed.as_bytes()).into(),
            used: 0,
        }
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        if self.used + 2 > self.block.len() {
            self.block = Sha256::digest(self.block).into();
            self.used = 0;
        }
        let number = u16::from_le_bytes([self.block[self.used], self.block[self.used + 1]]);
        self.used += 2;
        low + (high - low) * f32::from(number) / f32::from(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lettering() -> Lettering {
        let fonts = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../themes/default/fonts");
        Lettering::load(&fonts).unwrap()
    }

    #[test]
    fn a_picture_follows_from_its_letters_and_its_seed() {
        let lettering = lettering();
        let picture = lettering.draw("A3KX", "seed").unwrap();
        let size = Pixmap::decode_png(&picture).unwrap();
        assert_eq!((size.width(), size.height()), (WIDTH, HEIGHT));
        assert_eq!(lettering.draw("A3KX", "seed").unwrap(), picture);
        assert_ne!(lettering.draw("A3KX", "another").unwrap(), picture);
        assert_ne!(lettering.draw("A3KY", "seed").unwrap(), picture);
        assert!(lettering.draw("A3K0", "seed").is_none(), "no such letter");
    }

    #[test]
    fn every_letter_stays_within_the_picture() {
        let lettering = lettering();
        for at in 0..40 {
            let letters: String = ALPHABET.chars().cycle().skip(at * 3).take(4).collect();
            let picture = Pixmap::decode_png(&lettering.draw(&letters, &at.to_string()).unwrap()).unwrap();
            let ink = |y: u32| {
                (0..WIDTH)
                    .filter(|x| picture.pixel(*x, y).is_some_and(|p| p.red() < 0x60))
                    .count()
            };
            // An edge has dots and ends of lines, but no letter's body.
            assert!(
                ink(0) < 40 && ink(HEIGHT - 1) < 40,
                "{letters} with seed {at} touches an edge"
            );
        }
    }

    #[test]
    fn a_folder_without_a_font_is_told() {
        let error = Lettering::load(FilePath::new("/nowhere")).unwrap_err().to_string();
        assert_eq!(error, format!("no font in /nowhere has the letters {ALPHABET}"));
    }
}
