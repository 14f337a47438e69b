//! Getting and keeping an account, as people do it: the account chapters of each manual step by step, units and their
//! people, passwords and second factors, and what people get wrong or try on purpose.

#[path = "accounts/bad_input.rs"]
mod bad_input;
#[path = "accounts/counter.rs"]
mod counter;
#[path = "accounts/credentials.rs"]
mod credentials;
#[path = "accounts/gansu.rs"]
mod gansu;
#[path = "accounts/guangxi.rs"]
mod guangxi;
#[path = "accounts/takeover.rs"]
mod takeover;
#[path = "accounts/third_way.rs"]
mod third_way;
#[path = "accounts/units.rs"]
mod units;
