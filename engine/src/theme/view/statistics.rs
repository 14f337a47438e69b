//! The page of figures.

use serde::Serialize;

use super::View;

/// `/{region}/statistics`: figures over what the person sees.
#[derive(Debug, Serialize)]
pub struct Statistics {
    /// What the figures are about, and that they were cut where they were.
    pub lead: Vec<String>,
    /// The forms.
    pub forms: Vec<FormFigures>,
    /// The same for a spreadsheet.
    pub xlsx: String,
    /// The same as plain text.
    pub csv: String,
}

/// The figures of a form.
#[derive(Debug, Serialize)]
pub struct FormFigures {
    /// Its title.
    pub title: String,
    /// What the columns of figures are called: the years, then all of them.
    pub heads: Vec<String>,
    /// Its tables; empty where nothing was filed.
    pub tables: Vec<FigureTable>,
}

/// One table of figures.
#[derive(Debug, Serialize)]
pub struct FigureTable {
    /// What it counts.
    pub title: String,
    /// The rows.
    pub rows: Vec<FigureRow>,
}

/// One row of figures.
#[derive(Debug, Serialize)]
pub struct FigureRow {
    /// What it counts.
    pub label: String,
    /// The figures, as the form's columns stand.
    pub cells: Vec<String>,
}

impl View for Statistics {
    const TEMPLATE: &'static str = "statistics.html";
}
