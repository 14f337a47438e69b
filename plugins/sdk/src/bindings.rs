//! The contract as generated code, one module a world; they share their types.

/// The world `checker`.
pub mod checker {
    wit_bindgen::generate!({
        path: "../../engine/wit",
        world: "checker",
        pub_export_macro: true,
        export_macro_name: "export_world",
        default_bindings_module: "dengji_plugin::bindings::checker",
    });
}

/// The world `certificate`.
pub mod certificate {
    wit_bindgen::generate!({
        path: "../../engine/wit",
        world: "certificate",
        pub_export_macro: true,
        export_macro_name: "export_world",
        default_bindings_module: "dengji_plugin::bindings::certificate",
        with: {
            "dengji:plugin/types@0.1.0": super::checker::dengji::plugin::types,
            "dengji:plugin/host-log@0.1.0": super::checker::dengji::plugin::host_log,
            "dengji:plugin/host-lookup@0.1.0": super::checker::dengji::plugin::host_lookup,
        },
    });
}
