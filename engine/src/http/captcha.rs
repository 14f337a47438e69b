//! The captcha of a form: shown with a fresh challenge, its answer judged before anything else is done.

use super::Error;
use super::body::Posting;
use super::visit::Visit;
use crate::definition::Text;
use crate::registry::Solution;
use crate::theme::view::{Captcha, ErrorLink};

/// The input of the letters, and the name under which its fault stands among those of a form.
pub(super) const INPUT: &str = "captcha";

impl Visit {
    /// What the form asks, where the region asks it. What is wrong with the answer before stands among `own` and is
    /// linked to from the page's errors.
    pub(super) fn captcha(
        &self,
        own: &[(&'static str, Text)],
        errors: &mut Vec<ErrorLink>,
    ) -> Result<Option<Captcha>, Error> {
        let fault = own.iter().find(|(input, _)| *input == INPUT);
        let fault = fault.map(|(_, text)| text.get(self.language).to_owned());
        let captcha = self.fresh_captcha(fault)?;
        if let Some(fault) = captcha.as_ref().and_then(|captcha| captcha.error.clone()) {
            errors.push(ErrorLink {
                label: self.text("captcha", &[]),
                message: fault,
                href: format!("#{INPUT}"),
            });
        }
        Ok(captcha)
    }

    /// The same for a page that tells its errors in another way.
    pub(super) fn fresh_captcha(&self, error: Option<String>) -> Result<Option<Captcha>, Error> {
        let challenge = self.app.registry().challenge(&self.office.region().id)?;
        Ok(challenge.map(|challenge| Captcha {
            picture: self.href(&format!("captcha/{}.png", challenge.id)),
            another: self.href("captcha"),
            id: challenge.id,
            work: challenge.work,
            error,
        }))
    }

    /// What is wrong with the answer to the captcha, for its input; nothing where it is right or not asked.
    pub(super) async fn captcha_fault(&self, posting: &Posting) -> Result<Option<(&'static str, Text)>, Error> {
        let text = |name| posting.get(name).unwrap_or_default();
        let once = self.once(posting);
        let solution = Solution {
            once: Some(&once),
            id: text("captcha_id"),
            letters: text(INPUT),
            work: text("captcha_work"),
        };
        let region = &self.office.region().id;
        if self.app.registry().solved(region, &solution).await? {
            return Ok(None);
        }
        let key = match solution.letters.trim().is_empty() && solution.work.is_empty() {
            true => "captcha_missing",
            false => "captcha_wrong",
        };
        let told = self.text(key, &[]);
        Ok(Some((INPUT, Text::both(told.clone(), told))))
    }
}
