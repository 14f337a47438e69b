//! Rest after repeated failure, so that a broken guest does not cost its limits at every click.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Limits;

/// How often a plugin failed in a row, and until when it rests.
#[derive(Debug, Default)]
pub(super) struct Rest(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    until: Option<Instant>,
}

impl Rest {
    /// How long the plugin still rests at `now`; none where it may run.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        let until = self.0.lock().unwrap_or_else(PoisonError::into_inner).until?;
        Some(until.saturating_duration_since(now)).filter(|left| !left.is_zero())
    }

    /// Notes how a call that ended at `now` went.
    pub(super) fn note(&self, failed: bool, limits: &Limits, now: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !failed {
            *state = State::default();
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if let Some(beyond) = state.failures.checked_sub(limits.failures) {
            state.until = now.checked_add(limits.rest * (1 << beyond.min(5)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_further_failure_doubles_the_rest_and_a_success_ends_it() {
        let limits = Limits {
            failures: 2,
            rest: Duration::from_secs(1),
            ..Limits::default()
        };
        let (rest, now) = (Rest::default(), Instant::now());
        let mut left = |failed| {
            rest.note(failed, &limits, now);
            rest.left(now).map_or(0, |left| left.as_secs())
        };
        let seconds = [true, true, true, true, true, true, true, true, false, true].map(&mut left);
        assert_eq!(seconds, [0, 1, 2, 4, 8, 16, 32, 32, 0, 0]);
    }

    #[test]
    fn a_rest_passes() {
        let limits = Limits {
            failures: 1,
            rest: Duration::from_secs(1),
            ..Limits::default()
        };
        let (rest, now) = (Rest::default(), Instant::now());
        rest.note(true, &limits, now);
        assert!(rest.left(now).is_some());
        assert_eq!(rest.left(now + Duration::from_secs(1)), None);
    }
}
