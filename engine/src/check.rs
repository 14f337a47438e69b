//! Checking of answers.

pub mod posted;
