//! What one definition may hold at most. Every limit is far above what an office needs, and whoever
//! passes one is told which, as the problem `too-large`: a mistake or an attack shall cost neither
//! the server's memory nor its time. Limits of one expression stand with [`super::expression`].

/// Bytes of one text file: YAML, JSON, CSV, Markdown, a template.
pub const FILE_BYTES: u64 = 8 << 20;

/// Bytes of one component under `plugins/`.
pub const PLUGIN_BYTES: u64 = 64 << 20;

/// Bytes of one line of a file that is read piece by piece (YAML, JSON).
pub const LINE_BYTES: usize = 64 << 10;

/// Keys and values (texts, lists and maps) in one YAML or JSON file, and values in all that the `$ref`s of a
/// form bring.
pub const VALUES: usize = 500_000;

/// How deep lists and maps may stand in one another.
pub const DEPTH: usize = 64;

/// Files that one definition is merged from, each counted as often as it is reached.
pub const BASES: usize = 64;

/// States and actions of a workflow; roles, documents, registers, ways in of a region: each kind.
pub const ENTRIES: usize = 2_000;

/// Fields and columns of one form; its rules; its `let`s.
pub const FIELDS: usize = 10_000;

/// Cells of one CSV.
pub const CELLS: usize = 1_000_000;

/// Levels of a code list's tree.
pub const LEVELS: usize = 16;

/// Bytes of a name: a field's id, a key, a code.
pub const NAME_BYTES: usize = 200;

/// Expressions in one message.
pub const MESSAGE_EXPRESSIONS: usize = 50;

/// Bytes of memory that one compiled pattern may take.
pub const PATTERN_BYTES: usize = 1 << 20;

/// Patterns of one form: each is compiled.
pub const PATTERNS: usize = 1_000;

/// Rows, items or files that a field may require.
pub const REQUIRED_ITEMS: u64 = 2_000;

/// Characters that a text may be required to have.
pub const REQUIRED_LENGTH: u64 = 1_000_000;

/// Problems that are kept; how many more there were is told.
pub const PROBLEMS: usize = 500;

/// Characters of one message or help that are kept.
pub const MESSAGE_LENGTH: usize = 1_000;
