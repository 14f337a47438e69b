//! Guests that misbehave: each is a tiny component, and each is stopped, named, and harmless.

mod guests;
mod lookups;

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::date;
use serde_json::json;

use super::*;

/// The parts of a component that a test changes; see `tests/checker.wat`.
struct Guest<'a> {
    body: &'a str,
    memory: &'a str,
    data: &'a str,
    imports: &'a str,
    core_imports: &'a str,
    instance: &'a str,
    version: &'a str,
}

const GUEST: Guest<'_> = Guest {
    body: "unreachable",
    memory: "1",
    data: "",
    imports: "",
    core_imports: "",
    instance: "(core instance $i (instantiate $guest))",
    version: CONTRACT_VERSION,
};

/// One finding at 64 with its texts at 256; `check` returns 32, which says `ok` and points to it.
const ONE_FINDING: &str = r#"
    (data (i32.const 32) "\00\00\00\00\40\00\00\00\01\00\00\00")
    (data (i32.const 64) "\01\00\00\00\00\01\00\00\04\00\00\00\01\00\00\00\10\01\00\00\04\00\00\00\20\01\00\00\06\00\00\00\00")
    (data (i32.const 256) "late") (data (i32.const 272) "name") (data (i32.const 288) "\e8\bf\9f\e4\ba\86")"#;

fn guest(parts: Guest<'_>) -> PluginUse {
    let text = include_str!("tests/checker.wat")
        .replace("{body}", parts.body)
        .replace("{memory}", parts.memory)
        .replace("{data}", parts.data)
        .replace("{imports}", parts.imports)
        .replace("{core_imports}", parts.core_imports)
        .replace("{instance}", parts.instance)
        .replace("{version}", parts.version);
    used("guest", text.into_bytes())
}

fn used(id: &str, bytes: Vec<u8>) -> PluginUse {
    PluginUse {
        id: id.into(),
        file: "guest.wasm".into(),
        sha256: digest::sha256(&bytes),
        bytes: bytes.into(),
        on_check: true,
        on_document: false,
        options: json!({}),
        lookups: Vec::new(),
    }
}

fn context() -> Context {
    Context {
        region: "r".into(),
        form: "f".into(),
        version: "1".into(),
        language: Language::Chinese,
        today: date(2026, 11, 20),
        filed_on: date(2026, 11, 20),
        applicant_name: "张三".into(),
        applicant_unit: None,
        action: None,
    }
}

/// Limits under which only the one that a test lowers can trip on a busy machine.
fn patient() -> Limits {
    Limits {
        deadline: Duration::from_secs(30),
        whole_call: Duration::from_secs(60),
        concurrent: 2,
        ..Limits::default()
    }
}

fn run(limits: Limits, wanted: &PluginUse) -> Result<Vec<PluginFinding>, Fault> {
    let plugin = Plugins::new(limits, Grant::default()).unwrap().load(wanted).unwrap();
    call(&plugin)
}

fn call(plugin: &Plugin) -> Result<Vec<PluginFinding>, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime
        .block_on(plugin.check(&context(), "{}", Arc::new(NoLookups)))
        .map_err(|error| {
            assert_eq!((&*error.plugin, error.function), ("guest", Function::Check));
            error.fault
        })
}

fn load(wanted: &PluginUse) -> LoadError {
    Plugins::new(patient(), Grant::default())
        .unwrap()
        .load(wanted)
        .err()
        .unwrap()
}

#[test]
fn a_good_guest_gives_its_finding() {
    let found = run(
        patient(),
        &guest(Guest {
            body: "(i32.const 32)",
            data: ONE_FINDING,
            ..GUEST
        }),
    )
    .unwrap();
    let expected = PluginFinding {
        severity: PluginSeverity::Warning,
        rule: "late".into(),
        at: Some("name".into()),
        message: "迟了".into(),
    };
    assert_eq!(found, [expected]);
}

#[test]
fn an_endless_loop_runs_out_of_fuel_or_time() {
    let endless = guest(Guest {
        body: "(loop $again (br $again)) unreachable",
        ..GUEST
    });
    let limits = Limits {
        fuel: 1_000_000,
        ..patient()
    };
    assert_eq!(run(limits, &endless), Err(Fault::OutOfFuel(1_000_000)));
    let deadline = Duration::from_millis(30);
    let limits = Limits {
        fuel: u64::MAX / 2,
        deadline,
        ..patient()
    };
    assert_eq!(run(limits, &endless), Err(Fault::Deadline(deadline)));
}

#[test]
fn growing_without_end_is_told_from_any_other_trap() {
    let body = "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable";
    assert_eq!(
        run(patient(), &guest(Guest { body, ..GUEST })),
        Err(Fault::Memory(32 << 20))
    );
    let large = guest(Guest { memory: "512", ..GUEST });
    assert!(matches!(run(patient(), &large), Err(Fault::Trap(_))));
}

#[test]
fn a_trap_gives_its_reason() {
    let logging = Guest {
        imports: r#"(import "dengji:plugin/host-log@0.1.0" (instance $log
            (type $level' (enum "debug" "info" "warn" "error"))
            (export "level" (type $level (eq $level')))
            (export "log" (func (param "level" $level) (param "message" string)))))
          (core module $memory (memory (export "memory") 1))
          (core instance $m (instantiate $memory))
          (core func $log (canon lower (func $log "log") (memory (core memory $m "memory"))))"#,
        core_imports: r#"(import "host" "log" (func $log (param i32 i32 i32)))
          (import "host" "memory" (memory $shared 1))"#,
        instance: r#"(core instance $i (instantiate $guest (with "host" (instance
            (export "log" (func $log)) (export "memory" (memory $m "memory"))))))"#,
        data: r#"(data $shared (i32.const 8) "no row (lib.rs:7)")"#,
        body: "(call $log (i32.const 3) (i32.const 8) (i32.const 17)) unreachable",
        ..GUEST
    };
    assert_eq!(
        run(patient(), &guest(logging)),
        Err(Fault::Trap("no row (lib.rs:7)".into()))
    );
    assert!(matches!(run(patient(), &guest(GUEST)), Err(Fault::Trap(_))));
}

#[test]
fn a_broken_reply_is_refused_as_a_whole() {
    let broken_rule = ONE_FINDING.replace(r#""late""#, r#""LATE""#);
    let broken_place = ONE_FINDING.replace(r#""name""#, r#""na-e""#);
    let broken_text = ONE_FINDING.replace(r"\e8\bf\9f", r"\e8\bf\ff");
    let outside_memory = ONE_FINDING.replace(r"\00\01\00\00\04", r"\00\01\00\ff\04");
    for data in [broken_rule, broken_place, broken_text, outside_memory] {
        let reply = run(
            patient(),
            &guest(Guest {
                body: "(i32.const 32)",
                data: &data,
                ..GUEST
            }),
        );
        assert!(matches!(reply, Err(Fault::Broken(_))), "{data}: {reply:?}");
    }
    let nowhere = run(
        patient(),
        &guest(Guest {
            body: "(i32.const -4)",
            ..GUEST
        }),
    );
    assert!(matches!(nowhere, Err(Fault::Broken(_))), "{nowhere:?}");
}

#[test]
fn an_over_long_reply_is_refused() {
    let parts = Guest {
        body: "(i32.const 32)",
        data: ONE_FINDING,
        ..GUEST
    };
    let limits = Limits {
        output: 13,
        ..patient()
    };
    assert_eq!(run(limits, &guest(parts)), Err(Fault::Output(13)));
    // So many findings that they are not even copied out of the guest.
    let many = ONE_FINDING.replace(r"\40\00\00\00\01\00\00\00", r"\40\00\00\00\ff\ff\00\00");
    let many = run(
        patient(),
        &guest(Guest {
            body: "(i32.const 32)",
            data: &many,
            memory: "64",
            ..GUEST
        }),
    );
    assert!(matches!(many, Err(Fault::Broken(_) | Fault::Findings(_))), "{many:?}");
}

#[test]
fn a_refusal_is_the_plugins_own_word() {
    let data =
        r#"(data (i32.const 32) "\01\00\00\00\01\00\00\00\00\01\00\00\03\00\00\00") (data (i32.const 256) "x y")"#;
    let refused = run(
        patient(),
        &guest(Guest {
            body: "(i32.const 32)",
            data,
            ..GUEST
        }),
    );
    assert_eq!(refused, Err(Fault::Refused(Refusal::Unavailable("x y".into()))));
}

#[test]
fn a_plugin_that_keeps_failing_rests() {
    let limits = Limits {
        failures: 2,
        rest: Duration::from_secs(60),
        ..patient()
    };
    let plugin = Plugins::new(limits, Grant::default())
        .unwrap()
        .load(&guest(GUEST))
        .unwrap();
    let faults = [call(&plugin), call(&plugin), call(&plugin)].map(Result::unwrap_err);
    assert!(
        matches!(faults, [Fault::Trap(_), Fault::Trap(_), Fault::Resting(_)]),
        "{faults:?}"
    );
}

#[test]
fn only_what_is_granted_is_linked() {
    let importing = |name: &str| {
        let imports = format!(r#"(import "{name}" (instance $import))"#);
        guest(Guest {
            imports: &imports,
            ..GUEST
        })
    };
    assert!(matches!(
        load(&importing("wasi:io/poll@0.2.0")),
        LoadError::System { .. }
    ));
    assert!(matches!(
        load(&importing("dengji:plugin/host-log@0.2.0")),
        LoadError::Version { .. }
    ));
    assert!(matches!(
        load(&importing("dengji:plugin/host-net@0.1.0")),
        LoadError::UnknownImport { .. }
    ));
    assert!(matches!(
        load(&importing("other:thing/api")),
        LoadError::UnknownImport { .. }
    ));
    let lookup = importing("dengji:plugin/host-lookup@0.1.0");
    assert!(matches!(load(&lookup), LoadError::NotGranted { .. }));
    let asked = PluginUse {
        lookups: vec!["units".into()],
        ..lookup
    };
    assert!(Plugins::new(patient(), Grant::default()).unwrap().load(&asked).is_ok());
    let denied = Plugins::new(
        patient(),
        Grant {
            lookup: false,
            log: true,
        },
    )
    .unwrap()
    .load(&asked);
    assert!(matches!(denied, Err(LoadError::NotGranted { .. })));
}

#[test]
fn a_component_that_does_not_fit_is_not_loaded() {
    assert!(matches!(
        load(&used("guest", b"\0asm\x01\0\0\0".to_vec())),
        LoadError::NotAComponent { .. }
    ));
    assert!(matches!(
        load(&used("guest", b"nonsense".to_vec())),
        LoadError::NotAComponent { .. }
    ));
    assert!(matches!(
        load(&used("guest", b"(component)".to_vec())),
        LoadError::MissingExport { .. }
    ));
    assert!(matches!(
        load(&guest(Guest {
            version: "0.2.0",
            ..GUEST
        })),
        LoadError::Version { .. }
    ));
    let other = PluginUse {
        sha256: "00".into(),
        ..guest(GUEST)
    };
    assert!(matches!(load(&other), LoadError::Hash { .. }));
    let layout = PluginUse {
        on_check: false,
        on_document: true,
        ..guest(GUEST)
    };
    assert!(matches!(load(&layout), LoadError::MissingExport { .. }));
    let empty = r#"(component (instance $i) (export "dengji:plugin/check@0.1.0" (instance $i)))"#;
    assert!(matches!(load(&used("guest", empty.into())), LoadError::Type { .. }));
}

#[test]
fn a_call_can_move_between_threads() {
    fn assert_send<T: Send>(_: T) {}
    let plugin = Plugins::new(patient(), Grant::default())
        .unwrap()
        .load(&guest(GUEST))
        .unwrap();
    let (context, lookups) = (context(), Arc::new(NoLookups));
    assert_send(plugin.check(&context, "{}", lookups));
}
