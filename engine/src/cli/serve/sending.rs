//! The outbox beside a server whose definitions may change: letters are written with the words of today.

use std::path::PathBuf;

use tokio::sync::watch::{Receiver, Sender};
use tokio::task::JoinHandle;

use super::Failure;
use crate::cli::settings::Settings;
use crate::registry::Registry;
use crate::registry::outbox::{Outbox, Sending};

/// An outbox at work, whichever version of the definitions it writes with.
pub(super) struct Posting {
    stopping: Sender<bool>,
    task: JoinHandle<()>,
}

impl Posting {
    /// Begins to send; fails where the words of today cannot be read. `settings` gives the ways out anew for each
    /// version.
    pub(super) fn start(
        mut registry: Receiver<Registry>,
        themes: PathBuf,
        settings: impl Fn() -> Result<Settings, Failure> + Send + 'static,
    ) -> Result<Self, Failure> {
        let open = move |registry: Registry| -> Result<Sending, Failure> {
            let Settings { mailer, phone, .. } = settings()?;
            Ok(Outbox::open(registry, &themes, mailer, phone)?.spawn())
        };
        let first = open(registry.borrow_and_update().clone())?;
        let stopping = Sender::new(false);
        let mut stopped = stopping.subscribe();
        let task = tokio::spawn(async move {
            let mut sending = Some(first);
            loop {
                let again = tokio::select! {
                    changed = registry.changed() => changed.is_ok(),
                    _ = stopped.changed() => false,
                };
                if !again {
                    break;
                }
                if let Some(sending) = sending.take() {
                    sending.stop().await;
                }
                match open(registry.borrow_and_update().clone()) {
                    Ok(fresh) => sending = Some(fresh),
                    Err(failure) => tracing::warn!(error = failure.text, "letters wait until their texts can be read"),
                }
            }
            // A server that reads its files once has no further versions: only its end ends this.
            while !*stopped.borrow_and_update() && stopped.changed().await.is_ok() {}
            if let Some(sending) = sending {
                sending.stop().await;
            }
        });
        Ok(Self { stopping, task })
    }

    /// Lets what is being sent end, then sends no more.
    pub(super) async fn stop(self) {
        let _ = self.stopping.send(true);
        let _ = self.task.await;
    }
}
