//! What one check takes on and shows at most. Limits on requests and expressions stand with those.

/// Findings that are kept; how many more there were is counted.
pub const FINDINGS: usize = 500;

/// Rows of one table that are looked at, whatever the table's own limit.
pub const ROWS: usize = 2_000;

/// Smallest branches that a finding names below a code that is none.
pub const LEAVES_NAMED: usize = 8;

/// Entries that are named where what was typed is none of them.
pub const NEAR_NAMED: usize = 8;

/// Entries that are offered at the field itself where there is no page to search on.
pub const OFFERED: usize = 20;

/// Candidates that a filter is asked of in one request, whatever the list's size.
pub const FILTERED: usize = 50_000;

/// Candidates that one request shows, and that are counted to see whether exactly one fits.
pub const CANDIDATES: usize = 200;

/// Significant digits of a decimal number, so that it is the same in every program.
pub const DIGITS: usize = 15;
