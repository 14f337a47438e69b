//! One region, from its files to something that can be served. Everything here computes or reads files
//! and runs on a thread for that.

use std::path::Path;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::Sources;
use crate::definition::load::load_again;
use crate::definition::problem::Problem;
use crate::definition::{Region, Text};
use crate::http::{Shop, Told};
use crate::registry::Office;

/// A region that is served.
pub(super) struct Served {
    pub(super) office: Arc<Office>,
    pub(super) shop: Arc<Shop>,
}

/// What reading a region has come to.
pub(super) struct Opened {
    pub(super) id: String,
    pub(super) outcome: Outcome,
    /// The problems of its definition, for the terminal.
    pub(super) problems: Vec<Problem>,
    /// The same and whatever else keeps it from being served, for the pages.
    pub(super) told: Vec<Told>,
    /// What is wrong with its theme.
    pub(super) theme: Option<Told>,
}

/// Whether the region can be served.
pub(super) enum Outcome {
    /// It can.
    Sound(Box<Served>),
    /// It is a base and never served.
    Base,
    /// It cannot: what was served before stays.
    Broken,
}

/// Reads, proves and prepares the region `id`.
pub(super) fn open_region(id: String, sources: &Sources, handle: &Handle) -> Opened {
    let forms = &sources.folders.forms;
    let mut opened = Opened {
        id,
        outcome: Outcome::Broken,
        problems: Vec::new(),
        told: Vec::new(),
        theme: None,
    };
    let loaded = match load_again(&sources.folders, Some(&opened.id), &sources.kept) {
        Ok(loaded) => loaded,
        Err(error) => {
            let told = Told::of(
                "folder-unreadable",
                Path::new(&opened.id),
                Text::chinese(error.to_string()),
            );
            opened.told.push(told);
            return opened;
        }
    };
    let broken = loaded.has_errors();
    opened.problems = loaded.problems;
    let told = opened.problems.iter().cloned();
    opened.told = told.map(|problem| Told::problem(problem, forms)).collect();
    let region = match loaded.regions.get(opened.id.as_str()) {
        Some(region) if !broken => Arc::clone(region),
        _ => {
            opened.outcome = if broken { Outcome::Broken } else { Outcome::Base };
            return opened;
        }
    };
    let (of_shop, themes) = (Arc::clone(&region), sources.themes.clone());
    let shop = handle.spawn_blocking(move || open_shop(&of_shop, &themes));
    let office = handle.block_on(sources.registry.open_office(region, &sources.plugins));
    let shop = handle.block_on(shop).unwrap_or_else(|error| {
        let told = Told::of("theme", &sources.themes, Text::chinese(error.to_string()));
        Err(Box::new(told))
    });
    match (office, shop) {
        (Ok(office), Ok(shop)) => opened.outcome = Outcome::Sound(Box::new(Served { office, shop })),
        (office, shop) => {
            opened
                .told
                .extend(office.err().map(|error| Told::office(&error, &opened.id, forms)));
            opened.theme = shop.err().map(|told| *told);
        }
    }
    opened
}

/// The region's theme with its forms prepared, or what is wrong with the theme.
pub(super) fn open_shop(region: &Region, themes: &Path) -> Result<Arc<Shop>, Box<Told>> {
    let shop = Shop::new(region, themes);
    shop.map(Arc::new)
        .map_err(|error| Box::new(Told::theme(&error.error, &error.folders)))
}
