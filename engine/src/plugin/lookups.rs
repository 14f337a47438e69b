//! What a guest may ask of the region's data, and what answers it.

use std::future::Future;
use std::pin::Pin;

/// The answer to a look-up, later.
pub type Looked<'a, T> = Pin<Box<dyn Future<Output = Result<Option<T>, LookupFailed>> + Send + 'a>>;

/// The region's data as a guest may read it. Which lists a plugin may name was checked before.
pub trait Lookups: Send + Sync {
    /// The label of `code` in the code list `list`; none where either is unknown.
    fn code_label<'a>(&'a self, list: &'a str, code: &'a str) -> Looked<'a, String>;

    /// The registered unit `id`.
    fn unit<'a>(&'a self, id: &'a str) -> Looked<'a, UnitRecord>;
}

/// A registered unit as a guest sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRecord {
    /// Its id.
    pub id: String,
    /// Its official name.
    pub name: String,
    /// 统一社会信用代码.
    pub credit_code: String,
    /// Its kinds.
    pub kinds: Vec<String>,
    /// Where it is.
    pub place: String,
    /// Whether it still acts.
    pub active: bool,
}

/// The data could not be read now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LookupFailed(pub String);

/// Knows nothing: for plugins that look nothing up.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLookups;

impl Lookups for NoLookups {
    fn code_label<'a>(&'a self, _: &'a str, _: &'a str) -> Looked<'a, String> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn unit<'a>(&'a self, _: &'a str) -> Looked<'a, UnitRecord> {
        Box::pin(std::future::ready(Ok(None)))
    }
}
