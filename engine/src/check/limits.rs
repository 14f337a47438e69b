//! What one check takes on and shows at most. Limits on requests and expressions stand with those.

/// Findings that are kept; how many more there were is counted.
pub const FINDINGS: usize = 500;

/// Rows of one table that are looked at, whatever the table's own limit.
pub const ROWS: usize = 2_000;

/// Smallest branches that a finding names below a code that is none.
pub const LEAVES_NAMED: usize = 8;

/// Candidates counted to see whether exactly one fits.
pub const CANDIDATES: usize = 200;

/// Significant digits of a decimal number, so that it is the same in every program.
pub const DIGITS: usize = 15;
