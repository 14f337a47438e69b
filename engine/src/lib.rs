//! One program that runs a registration office from a folder of text files.
//!
//! Modules, highest first; each may use those below it and none above
//! (`tests/tests/tidy.rs` holds this):
//!
//! | module | what it hides |
//! |---|---|
//! | [`cli`] | the commands and their exit codes |
//! | [`http`] | the router, extractors, handlers and the error page |
//! | [`registry`] | what an office does, one transaction each |
//! | [`document`] | Typst in a child process: data in, PDF or PNG out |
//! | [`check`] | answers × form → findings |
//! | [`plugin`] | wasmtime, the plugin contract and its limits |
//! | [`workflow`] | the pure question "may this action happen, and where does it lead" |
//! | [`theme`] | page templates, prepared field markup, texts and static files |
//! | [`store`] | the database |
//! | [`definition`] | YAML → problems or an immutable [`definition::Region`] |

pub mod check;
pub mod cli;
pub mod definition;
pub mod document;
pub mod http;
pub mod plugin;
pub mod registry;
pub mod store;
pub mod theme;
pub mod workflow;
