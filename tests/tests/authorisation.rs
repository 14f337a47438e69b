//! Who may ask for what: every declared route × every role, of the own and of another unit and of the other region,
//! asked of the real router and compared with the declaration, cell by cell.
//!
//! The matrix is kept beside this file, one table a region; `UPDATE=1` writes it anew, and a change of rights shows
//! in its difference. A route without a line there fails [`every_route_is_in_the_matrix`].

#[path = "authorisation/expected.rs"]
mod expected;
#[path = "authorisation/holes.rs"]
mod holes;
#[path = "authorisation/rows.rs"]
mod rows;
#[path = "authorisation/world.rs"]
mod world;

use std::fmt::Write as _;
use std::path::PathBuf;

use dengji::http::{Access, Declared, routes};
use dengji_tests::{Answer, repository};

use rows::{Row, rows};
use world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gansu_is_as_it_is_declared() {
    is_as_declared("gansu", "guangxi").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guangxi_is_as_it_is_declared() {
    is_as_declared("guangxi", "gansu").await;
}

/// What a region does not have, so that there is nothing to ask for; told in its table.
const ABSENT: [(&str, &str); 4] = [
    ("guangxi", "/{region}/profile"),
    ("guangxi", "/{region}/profile/suggest"),
    ("gansu", "/{region}/applications/new/{form}/suggest"),
    ("guangxi", "/{region}/people/new/{way}"),
];

fn is_absent(region: &str, route: &Declared) -> bool {
    ABSENT.contains(&(region, route.path))
}

#[test]
fn every_route_is_in_the_matrix() {
    for region in ["gansu", "guangxi"] {
        let table = std::fs::read_to_string(golden(region)).unwrap();
        for route in routes() {
            let line = format!("| {} {} |", route.method, route.path);
            assert!(
                table.contains(&line),
                "{region}: {line} is not in the matrix; UPDATE=1 writes it"
            );
        }
    }
    for (_, path) in ABSENT {
        let elsewhere = |region: &&str| !ABSENT.contains(&(*region, path));
        assert!(
            ["gansu", "guangxi"].iter().any(elsewhere),
            "{path} is asked for nowhere"
        );
    }
}

/// The router is built from the table and from nothing else, so that no route can be without a declaration.
#[test]
fn no_route_goes_round_the_table() {
    let mut folders = vec![repository().join("engine/src/http")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let expected = usize::from(path.ends_with("http/router.rs"));
            assert_eq!(text.matches(".route(").count(), expected, "{}", path.display());
            // The server that swaps versions hands every request to one of these routers.
            if path.ends_with("http/live.rs") {
                continue;
            }
            for other in [".nest(", ".nest_service(", ".route_service(", ".fallback_service("] {
                assert!(!text.contains(other), "{}: {other}", path.display());
            }
        }
    }
}

async fn is_as_declared(region: &'static str, other: &'static str) {
    let mut world = World::new(region, other).await;
    let mut wrong = Vec::new();
    let mut lines: Vec<Line> = Vec::new();
    // Whoever signs out asks for nothing more.
    let mut asked = routes();
    asked.sort_by_key(|route| route.path.ends_with("/sign-out"));
    for declared in asked {
        if is_absent(region, &declared) {
            lines.push(Line::absent(&declared));
            continue;
        }
        let rows = rows(&world, &declared);
        assert!(
            !rows.is_empty(),
            "{} {}: nothing to ask for",
            declared.method,
            declared.path
        );
        for row in rows {
            let cells = ask(&mut world, &row, &mut wrong).await;
            lines.push(Line::new(&row, cells));
        }
    }
    assert!(
        wrong.is_empty(),
        "{region}: {} cells are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    keep(region, &table(region, &world, lines));
}

/// Asks for a row as everybody; gives who was let in.
async fn ask(world: &mut World, row: &Row, wrong: &mut Vec<String>) -> Vec<bool> {
    let mut cells = Vec::new();
    let mut before = None;
    for at in 0..world.people.len() {
        let may = expected::may(world, row, world.people[at].me.as_ref());
        let name = world.people[at].name;
        let mut client = world.people[at].client.clone();
        let changes = !matches!(row.declared.method, "GET" | "HEAD");
        if changes && !may && before.is_none() {
            before = Some(world.records().await);
        }
        let answer = match row.declared.method {
            _ if row.declared.path.contains("/uploads") => client.send(rows::sent(world, row, may)).await,
            "POST" => {
                let pairs = rows::posted(world, row, world.people[at].me.as_ref(), may);
                client.post(&row.address, &pairs).await
            }
            "GET" => client.get(&row.address).await,
            method => panic!("{method} {}: say how it is asked", row.address),
        };
        let what = || {
            format!(
                "{} {} ({}) as {name}: {}",
                row.declared.method, row.address, row.target, answer.status
            )
        };
        let let_in = is_let_in(world.region, row, &answer);
        match let_in {
            Some(let_in) if let_in == may => {}
            Some(_) => wrong.push(format!("{}, but declared {:?} says {may}", what(), row.declared.access)),
            None => wrong.push(format!("{}: neither let in nor refused", what())),
        }
        if may {
            before = None;
        } else {
            let page = answer.page();
            let leak = world.secrets.iter().find(|secret| page.contains(secret.as_str()));
            wrong.extend(leak.map(|secret| format!("{} tells {secret}", what())));
            if changes && before.as_ref() != Some(&world.records().await) {
                wrong.push(format!("{} has changed something", what()));
                before = None;
            }
        }
        if may && row.is_list && !expected::may_know(world, world.people[at].me.as_ref()) {
            let page = answer.page();
            let leak = world.others.iter().find(|secret| page.contains(secret.as_str()));
            wrong.extend(leak.map(|secret| format!("{} lists {secret}", what())));
        }
        cells.push(let_in == Some(true));
    }
    cells
}

/// Whether an answer lets somebody in or refuses them; none where it is neither.
fn is_let_in(region: &str, row: &Row, answer: &Answer) -> Option<bool> {
    let sign_in = format!("/{region}/sign-in?next=");
    match answer.status {
        403 | 404 => Some(false),
        303 if answer.location().starts_with(&sign_in) => Some(false),
        // An action that does not start here is told apart from one that somebody else was quicker with.
        409 if row.declared.access == Access::Acts => Some(answer.page().contains("申请的状态已改变")),
        // Nothing more to tell of a file, or it is too large.
        204 | 413 if row.declared.path.contains("/uploads") => Some(true),
        200 | 303 | 409 | 410 | 422 => Some(true),
        _ => None,
    }
}

/// A line of the table.
struct Line {
    declared: Declared,
    targets: Vec<String>,
    cells: Option<Vec<bool>>,
}

impl Line {
    fn new(row: &Row, cells: Vec<bool>) -> Self {
        Self {
            declared: row.declared,
            targets: vec![row.target.clone()],
            cells: Some(cells),
        }
    }

    fn absent(declared: &Declared) -> Self {
        Self {
            declared: *declared,
            targets: Vec::new(),
            cells: None,
        }
    }
}

fn table(region: &str, world: &World, lines: Vec<Line>) -> String {
    let mut merged: Vec<Line> = Vec::new();
    for line in lines {
        // Targets of one route with the same cells share a line.
        let same = merged
            .iter_mut()
            .find(|known| known.declared == line.declared && known.cells == line.cells);
        match same {
            Some(known) => known.targets.extend(line.targets),
            None => merged.push(line),
        }
    }
    let mut table = format!(
        "# Who may ask for what in {region}\n\nWritten by `UPDATE=1 cargo test -p dengji-tests --test authorisation`. \
         ✓ is let in, · is refused: no such page, not for this person, or sign in first.\n\n"
    );
    for person in &world.people {
        writeln!(table, "- **{}**: {}", person.name, person.what).unwrap();
    }
    let names: Vec<&str> = world.people.iter().map(|person| person.name).collect();
    writeln!(
        table,
        "\n| route | who, as declared | of what | {} |",
        names.join(" | ")
    )
    .unwrap();
    writeln!(table, "|---|---|---|{}", ":-:|".repeat(names.len())).unwrap();
    for line in merged {
        let marks = match &line.cells {
            Some(cells) => cells.iter().map(|cell| if *cell { "✓" } else { "·" }).collect(),
            None => vec![""; names.len()],
        };
        let targets = match &line.cells {
            None => "not in this region".to_owned(),
            Some(cells) if line.declared.access == Access::Acts && !cells.contains(&true) => {
                format!("the {} other actions and states", line.targets.len())
            }
            Some(_) => line.targets.join(", "),
        };
        let Declared { method, path, access } = line.declared;
        writeln!(
            table,
            "| {method} {path} | {access:?} | {targets} | {} |",
            marks.join(" | ")
        )
        .unwrap();
    }
    table
}

fn golden(region: &str) -> PathBuf {
    repository().join(format!("tests/tests/authorisation/{region}.md"))
}

fn keep(region: &str, table: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(golden(region), table).unwrap();
    }
    let kept = std::fs::read_to_string(golden(region)).unwrap_or_default();
    let changed: Vec<String> = table
        .lines()
        .filter(|line| !kept.lines().any(|known| known == *line))
        .map(|line| format!("+ {line}"))
        .chain(
            kept.lines()
                .filter(|line| !table.lines().any(|known| known == *line))
                .map(|line| format!("- {line}")),
        )
        .collect();
    assert!(
        kept == table,
        "rights have changed; UPDATE=1 writes them:\n{}",
        changed.join("\n")
    );
}
