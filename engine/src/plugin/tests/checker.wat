;; A component of the world `checker` whose whole guest is one core module; words in
;; braces are filled in by the test. `check` gets a pointer to its lowered arguments and gives a pointer
;; to its lowered reply.
(component
  {imports}
  (core module $guest
    {core_imports}
    (memory (export "memory") {memory})
    (global $top (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
      (global.set $top (i32.add (local.get $at) (local.get 3)))
      (local.get $at))
    {data}
    (func (export "check") (param i32) (result i32) {body}))
  {instance}

  (type $severity' (enum "error" "warning"))
  (type $finding' (record (field "severity" $severity') (field "rule" string) (field "at" (option string))
    (field "message" string) (field "message-en" (option string))))
  (type $plugin-error' (variant (case "invalid-input" string) (case "unavailable" string) (case "internal" string)))
  (type $applicant' (record (field "name" string) (field "unit" (option string))))
  (type $context' (record (field "region" string) (field "form" string) (field "version" string)
    (field "locale" string) (field "today" string) (field "filed-on" string) (field "applicant" $applicant')
    (field "action" (option string)) (field "options" string)))
  (type $check' (func (param "context" $context') (param "answers" string)
    (result (result (list $finding') (error $plugin-error')))))
  (func $check (type $check') (canon lift (core func $i "check") (memory (core memory $i "memory"))
    (realloc (core func $i "realloc"))))

  ;; An instance may only export a function whose types are named by the same instance.
  (component $named
    (type $severity' (enum "error" "warning"))
    (import "severity" (type $severity (eq $severity')))
    (type $finding' (record (field "severity" $severity) (field "rule" string) (field "at" (option string))
      (field "message" string) (field "message-en" (option string))))
    (import "finding" (type $finding (eq $finding')))
    (type $plugin-error' (variant (case "invalid-input" string) (case "unavailable" string) (case "internal" string)))
    (import "plugin-error" (type $plugin-error (eq $plugin-error')))
    (type $applicant' (record (field "name" string) (field "unit" (option string))))
    (import "applicant" (type $applicant (eq $applicant')))
    (type $context' (record (field "region" string) (field "form" string) (field "version" string)
      (field "locale" string) (field "today" string) (field "filed-on" string) (field "applicant" $applicant)
      (field "action" (option string)) (field "options" string)))
    (import "context" (type $context (eq $context')))
    (import "check" (func $check (param "context" $context) (param "answers" string)
      (result (result (list $finding) (error $plugin-error)))))
    (export $severity-out "severity" (type $severity))
    (type $finding-out' (record (field "severity" $severity-out) (field "rule" string) (field "at" (option string))
      (field "message" string) (field "message-en" (option string))))
    (export $finding-out "finding" (type $finding) (type (eq $finding-out')))
    (export $plugin-error-out "plugin-error" (type $plugin-error))
    (export $applicant-out "applicant" (type $applicant))
    (type $context-out' (record (field "region" string) (field "form" string) (field "version" string)
      (field "locale" string) (field "today" string) (field "filed-on" string) (field "applicant" $applicant-out)
      (field "action" (option string)) (field "options" string)))
    (export $context-out "context" (type $context) (type (eq $context-out')))
    (export "check" (func $check) (func (param "context" $context-out) (param "answers" string)
      (result (result (list $finding-out) (error $plugin-error-out))))))
  (instance $out (instantiate $named
    (with "severity" (type $severity')) (with "finding" (type $finding')) (with "plugin-error" (type $plugin-error'))
    (with "applicant" (type $applicant')) (with "context" (type $context')) (with "check" (func $check))))
  (export "dengji:plugin/check@{version}" (instance $out)))
