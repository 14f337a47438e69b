//! Every limit of a call, with its default, and what an operator grants.

use std::time::Duration;

/// What one call may use. Exceeding a limit ends the call; nothing of its reply is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Work, in wasmtime's units, roughly one an instruction. The same for the same input everywhere.
    pub fuel: u64,
    /// Time inside the guest. Time inside look-ups is not counted.
    pub deadline: Duration,
    /// Time for the whole call with its look-ups.
    pub whole_call: Duration,
    /// How long a call waits for a free place before it fails as busy.
    pub wait: Duration,
    /// Calls at one time.
    pub concurrent: u32,
    /// Bytes over all memories of the guest.
    pub memory: usize,
    /// Bytes of all texts of a reply.
    pub output: usize,
    /// Findings in a reply.
    pub findings: usize,
    /// Characters of one message; a longer one is cut and ends with an ellipsis.
    pub message: usize,
    /// Look-ups.
    pub lookups: usize,
    /// Lines in the log; further ones are dropped.
    pub log_lines: usize,
    /// Characters of one line; a longer one is cut.
    pub log_line: usize,
    /// Failures in a row after which the plugin rests.
    pub failures: u32,
    /// The first rest; each further failure doubles it, up to 32 times as long.
    pub rest: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: 50_000_000,
            // Fuel is what ends a guest that works too much, the same everywhere; this ends one that a
            // busy machine would let go on for long, and decides nothing else.
            deadline: Duration::from_secs(1),
            whole_call: Duration::from_secs(5),
            wait: Duration::from_secs(2),
            concurrent: 16,
            memory: 32 << 20,
            output: 1 << 20,
            findings: 200,
            message: 500,
            lookups: 1_000,
            log_lines: 50,
            log_line: 1_000,
            failures: 3,
            rest: Duration::from_secs(1),
        }
    }
}

/// What the operator lets plugins import. A plugin gets what both its region asks for and this grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// `host-log`: lines in the server's log.
    pub log: bool,
    /// `host-lookup`: the code lists and units that the region names under `lookups`.
    pub lookup: bool,
}

impl Default for Grant {
    fn default() -> Self {
        Self {
            log: true,
            lookup: true,
        }
    }
}

/// `text`, or its beginning with an ellipsis where it has more than `limit` characters.
pub(super) fn cut(text: String, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some(_) => text.chars().take(limit.saturating_sub(1)).chain(['…']).collect(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn only_what_is_too_long_is_cut() {
        for (text, limit, expected) in [("登记", 2, "登记"), ("登记表", 2, "登…"), ("", 0, ""), ("a", 0, "…")]
        {
            assert_eq!(cut(text.into(), limit), expected);
        }
    }
}
