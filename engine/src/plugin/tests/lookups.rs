//! A guest that looks something up: what it may ask, and what happens while it waits.

use super::*;

/// What the region's data answers in a test.
enum Answer {
    Label,
    Failure,
    Never,
}

impl Lookups for Answer {
    fn code_label<'a>(&'a self, list: &'a str, code: &'a str) -> Looked<'a, String> {
        Box::pin(async move {
            match self {
                Self::Label => Ok(Some(format!("{list} {code}"))),
                Self::Failure => Err(LookupFailed("the database is away".into())),
                Self::Never => std::future::pending().await,
            }
        })
    }

    fn unit<'a>(&'a self, _: &'a str) -> Looked<'a, UnitRecord> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// Asks for the label of `key` in `kind`; gives one finding where there is one and traps otherwise.
fn asking() -> PluginUse {
    let parts = Guest {
        imports: r#"(import "dengji:plugin/host-lookup@0.1.0" (instance $lookup
            (export "code-label" (func (param "code-list" string) (param "code" string) (result (option string))))))
          (core module $memory
            (memory (export "memory") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
          (core instance $m (instantiate $memory))
          (core func $label (canon lower (func $lookup "code-label") (memory (core memory $m "memory"))
            (realloc (core func $m "realloc"))))"#,
        core_imports: r#"(import "host" "label" (func $label (param i32 i32 i32 i32 i32)))
          (import "host" "memory" (memory $shared 1))"#,
        instance: r#"(core instance $i (instantiate $guest (with "host" (instance
            (export "label" (func $label)) (export "memory" (memory $m "memory"))))))"#,
        data: r#"(data (memory $shared) (i32.const 8) "kindkey") (data (memory 1) (i32.const 32) "\00\00\00\00\40\00\00\00\00\00\00\00")"#,
        body: r#"
          (call $label (i32.const 8) (i32.const 4) (i32.const 12) (i32.const 3) (i32.const 64))
          (if (i32.ne (i32.load $shared (i32.const 72)) (i32.const 8)) (then unreachable))
          (i32.const 32)"#,
        ..GUEST
    };
    PluginUse {
        lookups: vec!["kind".into()],
        ..guest(parts)
    }
}

fn ask(wanted: &PluginUse, limits: Limits, answer: Answer) -> Result<Vec<PluginFinding>, Fault> {
    let plugin = Plugins::new(limits, Grant::default()).unwrap().load(wanted).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime
        .block_on(plugin.check(&context(), "{}", Arc::new(answer)))
        .map_err(|error| error.fault)
}

#[test]
fn a_granted_list_is_read() {
    assert_eq!(ask(&asking(), patient(), Answer::Label), Ok(vec![]));
}

#[test]
fn a_list_that_is_not_granted_ends_the_call() {
    let other = PluginUse {
        lookups: vec!["other".into()],
        ..asking()
    };
    assert!(matches!(
        ask(&other, patient(), Answer::Label),
        Err(Fault::LookupRefused(_))
    ));
    let never = Limits {
        lookups: 0,
        ..patient()
    };
    assert!(matches!(
        ask(&asking(), never, Answer::Label),
        Err(Fault::LookupRefused(_))
    ));
}

#[test]
fn data_that_is_away_is_not_the_plugins_fault() {
    let failed = ask(&asking(), patient(), Answer::Failure);
    assert_eq!(failed, Err(Fault::LookupFailed("the database is away".into())));
}

#[test]
fn a_call_that_waits_for_ever_is_ended_and_others_are_told_that_it_is_busy() {
    let (whole_call, wait) = (Duration::from_millis(200), Duration::from_millis(50));
    let limits = Limits {
        whole_call,
        wait,
        concurrent: 1,
        ..patient()
    };
    let plugin = Plugins::new(limits, Grant::default()).unwrap().load(&asking()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let context = context();
        let check = |answer| plugin.check(&context, "{}", Arc::new(answer));
        let (first, second) = tokio::join!(check(Answer::Never), check(Answer::Label));
        assert_eq!(first.unwrap_err().fault, Fault::Deadline(whole_call));
        assert_eq!(second.unwrap_err().fault, Fault::Busy(wait));
        assert_eq!(check(Answer::Label).await, Ok(vec![]), "the place is free again");
    });
}
