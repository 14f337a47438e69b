//! The CSV files of a region. The first byte says which: what follows is the file.
#![no_main]
#![allow(missing_docs, reason = "the macro makes public functions")]

use std::cell::OnceCell;

use dengji_fuzz::Spoilt;
use libfuzzer_sys::fuzz_target;

const FILES: [(&str, u8); 4] = [
    ("codes/level.csv", b'l'),
    ("codes/place.csv", b'p'),
    ("codes/units.csv", b'u'),
    ("calendars/cn.csv", b'c'),
];

thread_local! {
    static REGIONS: [OnceCell<Spoilt>; FILES.len()] = const { [const { OnceCell::new() }; FILES.len()] };
}

fuzz_target!(|input: &[u8]| {
    let Some((which, content)) = input.split_first() else {
        return;
    };
    let Some(at) = FILES.iter().position(|(_, letter)| letter == which) else {
        return;
    };
    REGIONS.with(|regions| {
        let region = regions[at].get_or_init(Spoilt::new);
        region.write(FILES[at].0, content);
        region.load();
    });
});
