//! Password hashes: Argon2id, on few threads at a time.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::Refused;

/// Argon2id with 19 MiB, two passes, one lane: OWASP's first recommendation.
static ARGON: LazyLock<Argon2<'static>> = LazyLock::new(|| {
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19 * 1024, 2, 1, None).unwrap_or_default(),
    )
});

/// Hashes and verifies on a bounded pool, so that sign-ins cannot take the machine.
#[derive(Debug, Clone)]
pub(super) struct Passwords {
    places: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(2)),
        }
    }
}

impl Passwords {
    /// The hash of a password, with a fresh salt.
    pub(super) async fn hash(&self, password: String) -> Result<String, Refused> {
        self.run(move || {
            let hash = ARGON
                .hash_password(password.as_bytes())
                .map_err(|error| Refused::Failed(error.to_string()))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password fits. Without a hash the same time is spent and the answer is no.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Refused> {
        self.run(move || {
            let known = hash.as_deref().filter(|hash| !hash.is_empty());
            let Some(parsed) = known.and_then(|hash| PasswordHash::new(hash).ok()) else {
                let _ = ARGON.hash_password(password.as_bytes());
                return Ok(false);
            };
            Ok(ARGON.verify_password(password.as_bytes(), &parsed).is_ok())
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(|_| Refused::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        done.await.map_err(|error| Refused::Failed(error.to_string()))?
    }
}

/// Whether a password is among those that guessers try first: words, names and rows of the keyboard, however they are
/// spelt and whatever is put behind them, and what `known` says of its owner.
pub(super) fn is_common(password: &str, known: &[&str]) -> bool {
    zxcvbn::zxcvbn(password, known).score() < zxcvbn::Score::Two
}
