use std::sync::Arc;

use indexmap::IndexMap;
use jiff::civil::{Date, date};
use serde_json::{Map, Value as Json, json};

use super::*;
use crate::definition::build::{Ask, Kind, Tab, ask, codes, condition, field, form, must};
use crate::definition::expression::{Period, Scope, Type, Value};
use crate::definition::problem::Place;
use crate::definition::region::Sees;
use crate::definition::scope::{App, input_type, unit_type};
use crate::definition::workflow::{
    Action, ActionField, By, Due, Edits, Effect, State, Target, WaitsFor, WaitsForUnit, Workflow,
};
use crate::definition::{Calendar, FieldType, Form, Id, Language};

/// A Friday.
const TODAY: Date = date(2026, 11, 20);

fn state(id: &str, edits: Edits, waits_for: Option<(&str, WaitsForUnit)>, due: Option<(Period, bool)>) -> (Id, State) {
    let state = State {
        id: id.into(),
        label: id.to_uppercase().as_str().into(),
        edits,
        waits_for: waits_for.map(|(role, unit)| WaitsFor {
            role: role.into(),
            unit,
        }),
        due: due.map(|(within, total)| Due {
            within,
            then: None,
            total,
        }),
        is_final: id == "done",
        renamed_from: Vec::new(),
    };
    (id.into(), state)
}

fn action(
    id: &str,
    from: &[&str],
    by: By,
    to: &[(Option<&'static str>, &str)],
    inputs: Vec<ActionField>,
) -> (Id, Action) {
    let form: IndexMap<Id, ActionField> = inputs.into_iter().map(|input| (input_id(&input), input)).collect();
    let scope = scope().with("input", input_type(&form));
    let target = |(when, to): &(Option<&'static str>, &str)| Target {
        when: condition(*when, &scope),
        to: (*to).into(),
    };
    let action = Action {
        id: id.into(),
        label: id.into(),
        from: from.iter().map(|state| Id::from(*state)).collect(),
        by: vec![by],
        requires_check: id == "submit",
        when: condition((id == "withdraw").then_some("today < app.filed_on + days(3)"), &scope),
        confirm: None,
        to: to.iter().map(target).collect(),
        form,
        effects: match id {
            "approve" => vec![
                Effect::AssignNumber("registration".into()),
                Effect::Issue("certificate".into()),
            ],
            "hand_over" => vec![Effect::HandTo("unit".into())],
            _ => Vec::new(),
        },
    };
    (id.into(), action)
}

fn input_id(input: &ActionField) -> Id {
    match input {
        ActionField::Field(field) => field.id.clone(),
        ActionField::Marks { id, .. } => id.clone(),
    }
}

fn input(ask: Ask) -> ActionField {
    ActionField::Field(field(ask, &scope()))
}

fn scope() -> Scope {
    let mut scope = Scope {
        calendar: Arc::new(Calendar {
            rollover: true,
            ..Calendar::default()
        }),
        ..Scope::default()
    };
    scope.names.insert("app".into(), App::ty());
    scope.names.insert("today".into(), Type::Date);
    scope.names.insert("recommender".into(), unit_type());
    scope
}

fn workflow() -> Workflow {
    let recommender = WaitsForUnit::Field("recommender".into());
    let states = IndexMap::from_iter([
        state("draft", Edits::Applicant, None, None),
        state("returned", Edits::Marked, None, None),
        state(
            "unit",
            Edits::Nobody,
            Some(("unit_admin", WaitsForUnit::Applicant)),
            Some((Period::Workdays(5), true)),
        ),
        state(
            "recommend",
            Edits::Nobody,
            Some(("recommender", recommender)),
            Some((Period::Days(1), false)),
        ),
        state(
            "office",
            Edits::Nobody,
            Some(("office", WaitsForUnit::Any)),
            Some((Period::Months(1), true)),
        ),
        state("done", Edits::Nobody, None, None),
    ]);
    let opinion = || input(must("opinion", Kind::Plain(FieldType::LongText)));
    let marks = || ActionField::Marks {
        id: "marks".into(),
        label: "需修改的栏目".into(),
    };
    let grade = || {
        input(ask(
            "grade",
            Kind::Choice(codes("grade", &["good", "poor"]), None, false),
        ))
    };
    let route: &[(Option<&'static str>, &str)] = &[(Some("filled(app.applicant.unit)"), "unit"), (None, "recommend")];
    let role = |role: &str| By::Role(role.into());
    let reviewing: &[&str] = &["unit", "recommend", "office"];
    let actions = IndexMap::from_iter([
        action("submit", &["draft", "returned"], By::Applicant, route, vec![]),
        action(
            "unit_pass",
            &["unit"],
            role("unit_admin"),
            &[(None, "recommend")],
            vec![],
        ),
        action(
            "recommend_pass",
            &["recommend"],
            role("recommender"),
            &[(None, "office")],
            vec![opinion(), grade()],
        ),
        action("approve", &["office"], role("office"), &[(None, "done")], vec![]),
        action(
            "judge",
            &["office"],
            role("office"),
            &[(Some(r#"input.grade == "good""#), "done"), (None, "returned")],
            vec![grade()],
        ),
        action(
            "send_back",
            reviewing,
            By::Handler,
            &[(None, "returned")],
            vec![opinion(), marks()],
        ),
        action(
            "hand_over",
            &["recommend"],
            By::Handler,
            &[(None, "recommend")],
            vec![input(must("unit", Kind::Text))],
        ),
        action(
            "withdraw",
            &["unit", "recommend"],
            By::Applicant,
            &[(None, "draft")],
            vec![],
        ),
        action("expire", &["recommend"], By::Clock, &[(None, "returned")], vec![]),
        action("comment", reviewing, By::Anyone, &[(None, "office")], vec![]),
    ]);
    Workflow {
        start: "draft".into(),
        states,
        actions,
        place: Place::default(),
        scope: scope(),
    }
}

fn the_form() -> Form {
    let mut why = ask("why", Kind::Text);
    why.show = Some("doubtful");
    let overview = Tab {
        id: "overview",
        fields: vec![ask("name", Kind::Text), why],
        ..Tab::default()
    };
    let people = Kind::Table {
        columns: vec![ask("name", Kind::Text)],
        min: 0,
        max: 9,
        unique: vec![],
    };
    let fields = vec![ask("people", people), ask("recommender", Kind::Units(None, false))];
    let lets = [("doubtful", r#"name == "?""#)];
    form(
        vec![
            overview,
            Tab {
                id: "people",
                fields,
                ..Tab::default()
            },
        ],
        &lets,
        vec![],
        &[],
    )
}

fn person(role: &str, unit: Option<&str>) -> Actor {
    let sees = match role {
        "registrant" => Sees::Own,
        "unit_admin" => Sees::Unit,
        "office" => Sees::Region,
        _ => Sees::Handled,
    };
    let is_applicant = role == "registrant";
    Actor::Person(Person {
        account: "a".into(),
        role: role.into(),
        sees,
        unit: unit.map(Id::from),
        is_applicant,
    })
}

fn at(state: &str, waits: Option<(&str, Option<&str>)>) -> Standing {
    Standing {
        state: state.into(),
        waits_for: waits.map(|(role, unit)| Waits {
            role: role.into(),
            unit: unit.map(Id::from),
        }),
        due: Some(TODAY),
        applicant_unit: Some("lzu".into()),
        handled_by: Vec::new(),
        marks: Vec::new(),
        stays: Vec::new(),
    }
}

/// What is known in a test; the closure is made from it.
struct Known {
    app: App,
    answers: Map<String, Json>,
    form: Form,
    errors: Option<usize>,
}

impl Known {
    fn new(unit: Option<&str>, recommender: Option<&str>) -> Self {
        let app = App {
            filed_on: TODAY,
            applicant_name: "张三".into(),
            applicant_unit: unit.map(str::to_owned),
            applicant_role: "registrant".into(),
            state: "draft".into(),
            region: "r".into(),
            category: "f".into(),
        };
        let answers = recommender
            .map(|unit| ("recommender".to_owned(), unit.into()))
            .into_iter()
            .collect();
        Self {
            app,
            answers,
            form: the_form(),
            errors: Some(0),
        }
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            app: &self.app,
            today: TODAY,
            form: &self.form,
            answers: &self.answers,
            value: &|_| Value::Empty,
            check_errors: self.errors,
        }
    }

    fn decide(&self, standing: &Standing, actor: &Actor, action: &str, input: Json) -> Result<Step, Refusal> {
        let input = input.as_object().unwrap();
        decide(&workflow(), standing, actor, &self.facts(), Request { action, input })
    }
}

fn waits(role: &str, unit: Option<&str>) -> Option<Waits> {
    Some(Waits {
        role: role.into(),
        unit: unit.map(Id::from),
    })
}

#[test]
fn steps_lead_on_and_settle_who_is_waited_for() {
    let known = Known::new(Some("lzu"), Some("kj"));
    let solo = Known::new(None, Some("kj"));
    let applicant = person("registrant", None);
    let draft = at("draft", None);
    let recommend = at("recommend", Some(("recommender", Some("kj"))));
    let office = at("office", Some(("office", None)));
    let unit = at("unit", Some(("unit_admin", Some("lzu"))));
    let kj = person("recommender", Some("kj"));
    let staff = person("office", None);
    let opinion = json!({"opinion": "同意"});
    let cases = [
        (
            &known,
            &draft,
            &applicant,
            "submit",
            json!({}),
            "unit",
            waits("unit_admin", Some("lzu")),
            Some(date(2026, 11, 27)),
        ),
        (
            &solo,
            &draft,
            &applicant,
            "submit",
            json!({}),
            "recommend",
            waits("recommender", Some("kj")),
            Some(date(2026, 11, 23)),
        ),
        (
            &known,
            &unit,
            &person("unit_admin", Some("lzu")),
            "unit_pass",
            json!({}),
            "recommend",
            waits("recommender", Some("kj")),
            Some(date(2026, 11, 23)),
        ),
        (
            &known,
            &recommend,
            &kj,
            "recommend_pass",
            opinion,
            "office",
            waits("office", None),
            Some(date(2026, 12, 21)),
        ),
        (&known, &office, &staff, "approve", json!({}), "done", None, None),
        (
            &known,
            &office,
            &staff,
            "judge",
            json!({"grade": "good"}),
            "done",
            None,
            None,
        ),
        (
            &known,
            &office,
            &staff,
            "judge",
            json!({"grade": "poor"}),
            "returned",
            None,
            None,
        ),
        (&known, &office, &staff, "judge", json!({}), "returned", None, None),
        (
            &known,
            &recommend,
            &kj,
            "hand_over",
            json!({"unit": "jy"}),
            "recommend",
            waits("recommender", Some("jy")),
            Some(TODAY),
        ),
        (&known, &unit, &applicant, "withdraw", json!({}), "draft", None, None),
        (
            &known,
            &recommend,
            &Actor::Clock,
            "expire",
            json!({}),
            "returned",
            None,
            None,
        ),
        (
            &known,
            &office,
            &staff,
            "comment",
            json!({}),
            "office",
            waits("office", None),
            Some(TODAY),
        ),
    ];
    for (known, standing, actor, action, input, to, waits, due) in cases {
        let step = known.decide(standing, actor, action, input).unwrap();
        assert_eq!((&*step.to, step.waits_for, step.due), (to, waits, due), "{action}");
    }
}

#[test]
fn a_step_carries_effects_marks_and_only_what_was_asked() {
    let known = Known::new(Some("lzu"), Some("kj"));
    let office = at("office", Some(("office", None)));
    let staff = person("office", None);
    let step = known.decide(&office, &staff, "approve", json!({"extra": 1})).unwrap();
    assert_eq!(
        step.effects,
        [
            Effect::AssignNumber("registration".into()),
            Effect::Issue("certificate".into())
        ]
    );
    assert!(step.input.is_empty());
    let input = json!({"opinion": "请补充", "marks": ["name", "people[1].name", "page:overview"]});
    let step = known.decide(&office, &staff, "send_back", input).unwrap();
    assert_eq!(step.marks, ["name", "people[1].name", "page:overview"]);
}

#[test]
fn every_refusal_names_what_is_needed() {
    let known = Known::new(Some("lzu"), Some("kj"));
    let draft = at("draft", None);
    let unit = at("unit", Some(("unit_admin", Some("lzu"))));
    let office = at("office", Some(("office", None)));
    let recommend = at("recommend", Some(("recommender", Some("kj"))));
    let applicant = person("registrant", None);
    let staff = person("office", None);
    let other_unit = person("unit_admin", Some("other"));
    let not_allowed = |by: By| Refusal::NotAllowed { needs: vec![by] };
    let role = |role: &str| By::Role(role.into());
    let cases: Vec<(&Standing, &Actor, &str, Json, Refusal)> = vec![
        (
            &draft,
            &applicant,
            "fly",
            json!({}),
            Refusal::UnknownAction("fly".into()),
        ),
        (
            &office,
            &applicant,
            "submit",
            json!({}),
            Refusal::WrongState {
                stands: "office".into(),
                needs: vec!["draft".into(), "returned".into()],
            },
        ),
        (&draft, &staff, "submit", json!({}), not_allowed(By::Applicant)),
        (&draft, &Actor::Clock, "submit", json!({}), not_allowed(By::Applicant)),
        (&office, &applicant, "approve", json!({}), not_allowed(role("office"))),
        (&unit, &staff, "send_back", json!({}), not_allowed(By::Handler)),
        (&recommend, &staff, "expire", json!({}), not_allowed(By::Clock)),
        (&office, &other_unit, "comment", json!({}), not_allowed(By::Anyone)),
    ];
    for (standing, actor, action, input, refusal) in cases {
        assert_eq!(known.decide(standing, actor, action, input), Err(refusal), "{action}");
    }
    assert_eq!(
        known.decide(&unit, &other_unit, "unit_pass", json!({})),
        Err(not_allowed(role("unit_admin")))
    );
}

#[test]
fn conditions_checks_and_units_refuse() {
    let applicant = person("registrant", None);
    let draft = at("draft", None);
    let unit = at("unit", Some(("unit_admin", Some("lzu"))));
    let mut known = Known::new(Some("lzu"), None);
    known.app.filed_on = date(2026, 11, 1);
    assert_eq!(
        known.decide(&unit, &applicant, "withdraw", json!({})),
        Err(Refusal::NotNow)
    );
    for errors in [None, Some(3)] {
        known.errors = errors;
        assert_eq!(
            known.decide(&draft, &applicant, "submit", json!({})),
            Err(Refusal::NeedsCheck { errors })
        );
    }
    let solo = Known::new(None, None);
    let no_unit = Refusal::NoUnit {
        state: "recommend".into(),
        role: "recommender".into(),
        field: Some("recommender".into()),
    };
    assert_eq!(solo.decide(&draft, &applicant, "submit", json!({})), Err(no_unit));
}

#[test]
fn inputs_are_asked_for_and_judged() {
    let known = Known::new(Some("lzu"), Some("kj"));
    let recommend = at("recommend", Some(("recommender", Some("kj"))));
    let kj = person("recommender", Some("kj"));
    let cases = [
        ("recommend_pass", json!({}), vec!["opinion required"]),
        ("recommend_pass", json!({"opinion": " "}), vec!["opinion required"]),
        (
            "recommend_pass",
            json!({"opinion": 7, "grade": "best"}),
            vec!["opinion type", "grade code-unknown"],
        ),
        (
            "send_back",
            json!({"opinion": "x", "marks": ["name", "nothing"]}),
            vec!["marks mark-unknown"],
        ),
        (
            "send_back",
            json!({"opinion": "x", "marks": "name"}),
            vec!["marks mark-unknown"],
        ),
    ];
    for (action, input, expected) in cases {
        let Err(Refusal::Input(faults)) = known.decide(&recommend, &kj, action, input) else {
            panic!("{action}")
        };
        let faults: Vec<String> = faults
            .iter()
            .map(|fault| format!("{} {}", fault.field, fault.rule))
            .collect();
        assert_eq!(faults, expected, "{action}");
    }
}

#[test]
fn what_is_offered_depends_on_state_and_person() {
    let known = Known::new(Some("lzu"), Some("kj"));
    let workflow = workflow();
    let recommend = at("recommend", Some(("recommender", Some("kj"))));
    let cases = [
        (at("draft", None), person("registrant", None), vec!["submit"]),
        (
            recommend.clone(),
            person("registrant", None),
            vec!["withdraw", "comment"],
        ),
        (
            recommend.clone(),
            person("recommender", Some("kj")),
            vec!["recommend_pass", "send_back", "hand_over", "comment"],
        ),
        (recommend.clone(), person("recommender", Some("jy")), vec![]),
        (recommend, Actor::Clock, vec!["expire"]),
        (at("done", None), person("office", None), vec![]),
    ];
    for (standing, actor, expected) in cases {
        let offered = offered(&workflow, &standing, &actor, &known.facts());
        let offered: Vec<&str> = offered.iter().map(|action| &*action.id).collect();
        assert_eq!(offered, expected, "{} {actor:?}", standing.state);
    }
}

#[test]
fn who_sees() {
    let mut standing = at("recommend", Some(("recommender", Some("kj"))));
    standing.handled_by = vec![Waits {
        role: "recommender".into(),
        unit: Some("old".into()),
    }];
    let cases = [
        ("registrant", None, true),
        ("unit_admin", Some("lzu"), true),
        ("unit_admin", Some("other"), false),
        ("unit_admin", None, false),
        ("recommender", Some("kj"), true),
        ("recommender", Some("old"), true),
        ("recommender", Some("jy"), false),
        ("office", None, true),
    ];
    for (role, unit, expected) in cases {
        let Actor::Person(person) = person(role, unit) else {
            panic!("a person")
        };
        assert_eq!(may_see(&person, &standing), expected, "{role} {unit:?}");
    }
}

#[test]
fn who_edits_and_what() {
    let (workflow, form) = (workflow(), the_form());
    let fields = |ids: &[&str]| Editing::Only(ids.iter().map(|id| Id::from(*id)).collect());
    let cases: Vec<(&str, &str, &[&str], Editing)> = vec![
        ("draft", "registrant", &[], Editing::All),
        ("draft", "office", &[], Editing::No),
        ("unit", "registrant", &[], Editing::No),
        ("returned", "registrant", &[], Editing::All),
        ("returned", "registrant", &["people[1].name"], fields(&["people"])),
        ("returned", "registrant", &["page:overview"], fields(&["name", "why"])),
        ("returned", "registrant", &["name"], fields(&["name", "why"])),
        ("returned", "unit_admin", &["name"], Editing::No),
    ];
    for (state, role, marks, expected) in cases {
        let mut standing = at(state, None);
        standing.marks = marks.iter().map(|mark| (*mark).to_owned()).collect();
        assert_eq!(
            may_edit(&workflow, &form, &standing, &person(role, None)),
            expected,
            "{state} {role} {marks:?}"
        );
    }
    assert_eq!(
        may_edit(&workflow, &form, &at("draft", None), &Actor::Clock),
        Editing::No
    );
}

#[test]
fn limits_roll_over_and_add_up() {
    let workflow = workflow();
    let last = |state: &str, stays: Vec<(Date, Date)>| {
        let mut standing = at("draft", None);
        standing.stays = stays
            .into_iter()
            .map(|(from, until)| Stay {
                state: state.into(),
                from,
                until,
            })
            .collect();
        due::last_day(&workflow.states[state], &standing, TODAY, &workflow.scope.calendar)
    };
    let monday = date(2026, 11, 16);
    assert_eq!(last("unit", vec![]), Some(date(2026, 11, 27)));
    assert_eq!(
        last("unit", vec![(monday, date(2026, 11, 18))]),
        Some(date(2026, 11, 25))
    );
    assert_eq!(last("unit", vec![(date(2026, 1, 1), date(2026, 11, 18))]), Some(TODAY));
    assert_eq!(last("recommend", vec![(monday, TODAY)]), Some(date(2026, 11, 23)));
    assert_eq!(
        last("office", vec![(monday, date(2026, 11, 18))]),
        Some(date(2026, 12, 18))
    );
    assert_eq!(last("done", vec![]), None);
}

#[test]
fn refusals_are_told_in_both_languages() {
    let (workflow, form) = (workflow(), the_form());
    let refusals = [
        Refusal::UnknownAction("x".into()),
        Refusal::WrongState {
            stands: "unit".into(),
            needs: vec![],
        },
        Refusal::NotAllowed {
            needs: vec![By::Role("office".into()), By::Handler],
        },
        Refusal::NotNow,
        Refusal::NeedsCheck { errors: None },
        Refusal::NeedsCheck { errors: Some(2) },
        Refusal::Input(vec![]),
        Refusal::NoUnit {
            state: "unit".into(),
            role: "unit_admin".into(),
            field: None,
        },
        Refusal::NoUnit {
            state: "recommend".into(),
            role: "recommender".into(),
            field: Some("recommender".into()),
        },
        Refusal::TooCostly,
    ];
    for refusal in refusals {
        let text = refusal.text(&workflow, &IndexMap::new(), &form);
        assert!(
            text.has_english() && !text.get(Language::Chinese).is_empty(),
            "{refusal:?}"
        );
    }
}
