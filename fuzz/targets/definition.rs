//! One YAML file of a region. The first byte says which: what follows is the file.
#![no_main]
#![allow(missing_docs, reason = "the macro makes public functions")]

use std::cell::OnceCell;

use dengji_fuzz::Spoilt;
use libfuzzer_sys::fuzz_target;

const FILES: [(&str, u8); 6] = [
    ("applied.form.yaml", b'f'),
    ("workflow.yaml", b'w'),
    ("region.yaml", b'r'),
    ("menu.yaml", b'm'),
    ("samples/complete.yaml", b's'),
    ("accounts/person.form.yaml", b'a'),
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
        if FILES[at].0 == "menu.yaml" {
            region.write(
                "region.yaml",
                "extends: base\nname: x\ntitle: x\nauthority: x\nmenu: menu.yaml\n",
            );
        }
        region.write(FILES[at].0, content);
        region.load();
    });
});
