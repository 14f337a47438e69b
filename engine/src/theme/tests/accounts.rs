//! One of every page about accounts, with `text` wherever somebody outside may have written something.

use super::pages::shell;
use super::*;
use crate::theme::view;

/// Every page by name.
pub(super) fn pages(theme: &Theme, language: Language, text: &str) -> Vec<(&'static str, String)> {
    let inside = shell(language, true);
    let outside = shell(language, false);
    let link = || Link {
        label: text.into(),
        href: "/x".into(),
    };
    let error = || ErrorLink {
        label: text.into(),
        message: text.into(),
        href: "#name".into(),
    };
    let mut all = Vec::new();
    let mut add =
        |name, page: Result<String, ThemeError>| all.push((name, page.unwrap_or_else(|e| panic!("{name}: {e}"))));
    let ways = Ways {
        ways: vec![Way {
            id: "solo".into(),
            label: text.into(),
            help: text.into(),
            chosen: true,
        }],
        agreements: vec![link()],
        agreed: true,
        errors: vec![error()],
        sign_in: "/somewhere/sign-in".into(),
    };
    add("ways", theme.page(&outside, &ways));
    let form = AccountForm {
        title: text.into(),
        lead: Some(text.into()),
        parts: vec![AccountPart {
            title: text.into(),
            intro: Some(text.into()),
            fields: Html::default(),
            inputs: Vec::new(),
        }],
        inputs: ["text", "email", "password", "fixed", "select", "checkboxes"]
            .map(|kind| input(kind, text))
            .into(),
        agreed: true,
        errors: vec![error()],
        live: Some("/somewhere/sign-up/solo/check".into()),
        suggest: Some("/somewhere/sign-up/solo/suggest".into()),
        captcha: Some(Captcha {
            id: text.into(),
            picture: "/somewhere/captcha/1".into(),
            another: "/somewhere/captcha".into(),
            work: text.into(),
            error: Some(text.into()),
        }),
        submit: text.into(),
        links: vec![link()],
    };
    add("account-form", theme.page(&outside, &form));
    let told = |good| Told {
        title: text.into(),
        good,
        lines: vec![text.into()],
        button: Some(text.into()),
        links: vec![link(), link()],
    };
    add("told", theme.page(&outside, &told(true)));
    add("told-not", theme.page(&outside, &told(false)));
    let roles = Roles {
        roles: vec![("basic".into(), text.into()), ("office".into(), text.into())],
        next: Some(text.into()),
    };
    add("roles", theme.page(&inside, &roles));
    let code = Code {
        step: text.into(),
        next: Some(text.into()),
        error: Some(text.into()),
    };
    add("sign-in-code", theme.page(&outside, &code));
    let contact = || Contact {
        value: text.into(),
        typed: text.into(),
        verified: Some("2026-11-20".into()),
        error: Some(text.into()),
    };
    let session = |current| OwnSession {
        id: "s".into(),
        agent: text.into(),
        since: "2026-11-20 09:30".into(),
        seen: "2026-11-20 10:30".into(),
        current,
    };
    let account = view::Account {
        sign_in_name: text.into(),
        name: text.into(),
        email: contact(),
        confirm: input("password", text),
        phone: contact(),
        phone_waiting: Some(text.into()),
        second_factor: true,
        sessions: vec![session(true), session(false)],
        errors: vec![error()],
        password: vec![input("password", text)],
        href: "/somewhere/account".into(),
        profile: Some("/somewhere/profile".into()),
    };
    add("account", theme.page(&inside, &account));
    let factor = |set, recovery: &[&str]| SecondFactor {
        set,
        required: !set,
        picture: "/somewhere/account/second-factor/picture".into(),
        secret: text.into(),
        address: "otpauth://totp/x".into(),
        recovery: recovery.iter().map(ToString::to_string).collect(),
        error: Some(text.into()),
        back: "/somewhere/account".into(),
    };
    add("second-factor", theme.page(&inside, &factor(false, &[])));
    add("second-factor-set", theme.page(&inside, &factor(true, &[])));
    add(
        "second-factor-recovery",
        theme.page(&inside, &factor(true, &["abcde-fghjk", "23456-789ab"])),
    );
    care(&mut add, theme, &inside, text);
    all
}

fn care(
    add: &mut impl FnMut(&'static str, Result<String, ThemeError>),
    theme: &Theme,
    inside: &view::Shell,
    text: &str,
) {
    let option = || (text.to_owned(), text.to_owned(), true);
    let search = || Search {
        text: text.into(),
        standings: vec![option()],
        kinds: vec![option()],
    };
    let paging = || Paging {
        total: 45,
        page: 2,
        pages: 3,
        previous: Some("?page=1".into()),
        next: Some("?page=3".into()),
    };
    let people = People {
        search: search(),
        rows: vec![PersonRow {
            name: text.into(),
            sign_in_name: text.into(),
            unit: Some(text.into()),
            roles: vec![text.into()],
            standing: text.into(),
            tone: "done",
            since: "2026-11-20".into(),
            href: "/x".into(),
        }],
        paging: paging(),
        invite: vec![Link {
            label: text.into(),
            href: "/x".into(),
        }],
    };
    add("people", theme.page(inside, &people));
    let none = People {
        rows: Vec::new(),
        ..people
    };
    add("people-none", theme.page(inside, &none));
    let units = Units {
        search: search(),
        rows: vec![UnitRow {
            name: text.into(),
            former: vec![text.into()],
            code: String::new(),
            kinds: vec![text.into()],
            accounts: 2,
            standing: text.into(),
            tone: "ended",
            href: "/x".into(),
        }],
        paging: paging(),
    };
    add("units", theme.page(inside, &units));
    let approvals = Approvals {
        rows: vec![ApprovalRow {
            name: text.into(),
            way: text.into(),
            unit: text.into(),
            since: "2026-11-20".into(),
            href: "/x".into(),
        }],
    };
    add("approvals", theme.page(inside, &approvals));
    add("approvals-none", theme.page(inside, &Approvals { rows: Vec::new() }));
    let care = Care {
        title: text.into(),
        standing: text.into(),
        tone: "waiting",
        facts: vec![Fact {
            label: text.into(),
            text: text.into(),
        }],
        parts: vec![AccountPart {
            title: text.into(),
            intro: None,
            fields: Html::default(),
            inputs: Vec::new(),
        }],
        deeds: vec![Deed {
            name: "refuse",
            label: text.into(),
            help: text.into(),
            inputs: vec![input("text", text)],
            danger: true,
        }],
        errors: vec![ErrorLink {
            label: text.into(),
            message: text.into(),
            href: String::new(),
        }],
        people: vec![Link {
            label: text.into(),
            href: "/x".into(),
        }],
        back: "/x".into(),
    };
    add("care", theme.page(inside, &care));
}

fn input(kind: &'static str, text: &str) -> Input {
    Input {
        name: match kind {
            "password" => "password",
            "select" => "unit",
            "checkboxes" => "kinds",
            "email" => "email",
            _ => "name",
        },
        label: text.into(),
        kind,
        value: text.into(),
        autocomplete: "off",
        help: text.into(),
        error: Some(text.into()),
        options: vec![(text.into(), text.into(), true)],
        optional: false,
    }
}
