//! What whoever writes definitions sees beside a page: which rules fire, what is hidden, what is worked
//! out.

use serde::Serialize;

use super::{FormPage, Link, View};
use crate::definition::form::Severity;

/// `/preview/`: every form of every region.
#[derive(Debug, Serialize)]
pub struct Previews {
    /// The regions.
    pub regions: Vec<PreviewRegion>,
}

/// A region with its forms.
#[derive(Debug, Serialize)]
pub struct PreviewRegion {
    /// What people call it.
    pub label: String,
    /// Its home page.
    pub href: String,
    /// The preview of each form.
    pub forms: Vec<Link>,
}

/// `/preview/{region}/{form}`: one page of a form as applicants see it, filled with a sample.
#[derive(Debug, Serialize)]
pub struct Preview {
    /// The page itself.
    #[serde(flatten)]
    pub page: FormPage,
    /// What stands beside it.
    pub preview: PreviewPanel,
}

/// What was chosen to be shown, and what comes of it.
#[derive(Debug, Default, Serialize)]
pub struct PreviewPanel {
    /// `/preview/{region}/{form}`; takes `page`, `sample`, `role` and `lang`.
    pub address: String,
    /// The same with everything that was chosen.
    pub again: String,
    /// The pages, the samples with their cases, the roles, the languages.
    pub pages: Vec<Choosable>,
    /// Samples with their cases; a blank form first.
    pub samples: Vec<Choosable>,
    /// The roles.
    pub roles: Vec<Choosable>,
    /// The languages.
    pub languages: Vec<Choosable>,
    /// The answers are those that were just posted.
    pub typed: bool,
    /// Whether the page is shown with these answers.
    pub page_shown: bool,
    /// What kept the preview from being complete.
    pub troubles: Vec<String>,
    /// Everything that the check finds.
    pub findings: Vec<PreviewFinding>,
    /// What differs from what the sample says is found.
    pub difference: Vec<String>,
    /// The rules that do not hold.
    pub fired: Vec<PreviewRule>,
    /// The rules that hold, then those that do not apply.
    pub quiet: Vec<PreviewRule>,
    /// How many hold.
    pub passed: usize,
    /// How many do not apply.
    pub silent: usize,
    /// Pages, fields and cells that are not shown.
    pub hidden: Vec<PreviewValue>,
    /// Computed fields and lets.
    pub computed: Vec<PreviewValue>,
}

/// One option.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Choosable {
    /// What is posted.
    pub value: String,
    /// What people read.
    pub label: String,
    /// It is chosen.
    pub chosen: bool,
}

/// One finding.
#[derive(Debug, Serialize)]
pub struct PreviewFinding {
    /// Whether it blocks.
    pub severity: Severity,
    /// The rule.
    pub rule: String,
    /// Where.
    pub label: String,
    /// What.
    pub message: String,
    /// The field, on this page or another; empty where it is about the whole form.
    pub href: String,
    /// Where the rule or the field is written.
    pub origin: Option<Link>,
}

/// One rule of the form.
#[derive(Debug, Serialize)]
pub struct PreviewRule {
    /// Its id.
    pub id: String,
    /// `broken`, `holds`, `silent` or `too-costly`.
    pub verdict: &'static str,
    /// The same for people.
    pub told: String,
    /// At how many places it does not hold.
    pub places: usize,
    /// Its condition.
    pub when: Option<String>,
    /// What must hold.
    pub assert: String,
    /// Where it is written.
    pub origin: Option<Link>,
}

/// A field that is hidden or worked out.
#[derive(Debug, Default, Serialize)]
pub struct PreviewValue {
    /// Its id or path.
    pub id: String,
    /// Its label; empty for a let.
    pub label: String,
    /// What was worked out.
    pub value: String,
    /// The expression that decides.
    pub expression: String,
    /// Where that is written.
    pub origin: Option<Link>,
}

/// `/preview/files/…`: a file of the definitions, line by line.
#[derive(Debug, Serialize)]
pub struct SourceView {
    /// The file, from the folder of all definitions.
    pub path: String,
    /// Its lines.
    pub lines: Vec<String>,
}

impl View for Previews {
    const TEMPLATE: &'static str = "previews.html";
}

impl View for Preview {
    const TEMPLATE: &'static str = "preview.html";
}

impl View for SourceView {
    const TEMPLATE: &'static str = "source.html";
}
