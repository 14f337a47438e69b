//! The `dengji` program.
fn main() {}
