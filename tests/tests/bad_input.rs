//! Bad requests, strangers, and what they are told: nothing a client sends gives a 5xx or is stored in part.

#[path = "bad_input/content.rs"]
mod content;
#[path = "bad_input/requests.rs"]
mod requests;
#[path = "bad_input/start.rs"]
mod start;
#[path = "bad_input/strangers.rs"]
mod strangers;

const REGION: &str = "gansu";
const FORM: &str = "applied-technology";
