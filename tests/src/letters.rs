//! What an office has written: letters and short messages, read as their readers read them.

use dengji::registry::outbox::{Mailer, Outbox, Phone};
use dengji::store::{Channel, Page, Phase};
use jiff::SignedDuration;

use super::{TestApp, repository};

/// How many messages are read.
const READ: usize = 500;

/// A letter or a short message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The mailbox, or the phone's number.
    pub to: String,
    /// The subject; of a short message nothing.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl Mail {
    /// The address of the link in it, without the host; `part` is what stands behind the region.
    pub fn link(&self, part: &str) -> String {
        let host = "http://127.0.0.1";
        let links = self.text.split(host).skip(1);
        let mut paths = links.map(|rest| rest.split(|c: char| c.is_whitespace() || c == '\u{3002}').next());
        let found = paths.find_map(|path| path.filter(|path| path.contains(&format!("/{part}/"))));
        found
            .unwrap_or_else(|| panic!("no link to {part} in {}", self.text))
            .to_owned()
    }

    /// The six digits in it.
    pub fn code(&self) -> String {
        let mut runs = self.text.split(|c: char| !c.is_ascii_digit());
        let code = runs.find(|run| run.len() == 6);
        code.unwrap_or_else(|| panic!("no code in {}", self.text)).to_owned()
    }
}

impl TestApp {
    /// Passes on what waits, and reads all that the office has written so far, oldest first.
    pub async fn letters(&self, region: &str) -> Vec<Mail> {
        let themes = repository().join("themes");
        let outbox = Outbox::open(self.registry.clone(), &themes, Mailer::Kept, Phone::Kept);
        let outbox = outbox.expect("the texts of letters can be read");
        for channel in [Channel::Mail, Channel::Phone] {
            while outbox.pass(channel).await.expect("the store can be read").sent > 0 {}
        }
        let listed = self.registry.store().messages(region, &Page::first(READ)).await;
        let mut messages = listed.expect("the store can be read").items;
        messages.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        let mail = |message: dengji::store::Message| match message.phase {
            Phase::Kept { letter, .. } => {
                let text = |key: &str| letter[key].as_str().unwrap_or_default().to_owned();
                Some(Mail {
                    to: text("to"),
                    subject: text("subject"),
                    text: text("text"),
                })
            }
            _ => None,
        };
        messages.into_iter().filter_map(mail).collect()
    }

    /// The newest message to this mailbox or phone. A second passes, so that whatever is written next is newer.
    pub async fn letter_to(&self, region: &str, to: &str) -> Mail {
        let letters = self.letters(region).await;
        self.clock.pass(SignedDuration::from_secs(1));
        let found = letters.iter().rev().find(|mail| mail.to == to);
        found
            .unwrap_or_else(|| panic!("nothing was written to {to}: {letters:#?}"))
            .clone()
    }
}
