//! `dengji workflow REGION`: who can do what in which state, as a table, as a picture, or for Mermaid.

mod drawing;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{FolderOptions, Lang, language, sound_region, told};
use crate::definition::workflow::{Action, By, State};
use crate::definition::{Language, Region};

/// What `workflow` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// 地区。The region.
    region: String,
    /// 输出 Mermaid 流程图。A Mermaid diagram instead of the table.
    #[arg(long)]
    diagram: bool,
    /// 另外把流程图写到这个 SVG 文件。Also writes the diagram into this SVG file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    folders: FolderOptions,
    /// 提示的语言。
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// Runs the command.
pub(super) fn run(options: &Options) -> ExitCode {
    told(try_run(options))
}

fn try_run(options: &Options) -> Result<String, String> {
    let folders = options.folders.folders();
    let language = language(options.lang);
    let region = sound_region(&folders, &options.region, language)?;
    if let Some(file) = &options.svg {
        let drawn = drawing::drawing(&region, language);
        std::fs::write(file, drawn).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(match options.diagram {
        true => diagram(&region, language),
        false => matrix(&region, language),
    })
}

/// A line a state, a column for each who can act.
fn matrix(region: &Region, language: Language) -> String {
    let mut actors: Vec<(By, String)> = vec![(By::Applicant, word(&By::Applicant, region, language))];
    for role in region.roles.keys() {
        let by = By::Role(role.clone());
        actors.push((by.clone(), word(&by, region, language)));
    }
    for by in [By::Anyone, By::Clock] {
        actors.push((by.clone(), word(&by, region, language)));
    }
    let cell = |state: &State, by: &By| {
        let actions = region.workflow.actions.values();
        let fitting = actions.filter(|action| action.from.contains(&state.id) && acts(action, state, by));
        fitting
            .map(|action| action.label.get(language))
            .collect::<Vec<_>>()
            .join(comma(language))
    };
    let mut rows: Vec<Vec<String>> = Vec::new();
    for state in region.workflow.states.values() {
        let name = format!("{} ({})", state.label.get(language), state.id);
        rows.push(
            [name]
                .into_iter()
                .chain(actors.iter().map(|(by, _)| cell(state, by)))
                .collect(),
        );
    }
    let used = |column: &usize| *column == 0 || rows.iter().any(|row| !row[*column].is_empty());
    let columns: Vec<usize> = (0..=actors.len()).filter(used).collect();
    let head = [String::new()]
        .into_iter()
        .chain(actors.iter().map(|(_, name)| name.clone()));
    rows.insert(0, head.collect());
    let widths: Vec<usize> = columns
        .iter()
        .map(|&column| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0))
        .collect();
    let line = |row: &Vec<String>| {
        let cells = columns.iter().zip(&widths).map(|(&column, &wide)| {
            let fill = wide - width(&row[column]);
            format!("{}{:fill$}", row[column], "")
        });
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// Whether the action is one of `by` in this state; by the handler means by whom the state waits for.
fn acts(action: &Action, state: &State, by: &By) -> bool {
    let handler = state.waits_for.as_ref().map(|waits| By::Role(waits.role.clone()));
    action.by.contains(by) || (action.by.contains(&By::Handler) && handler.as_ref() == Some(by))
}

fn word(by: &By, region: &Region, language: Language) -> String {
    let (zh, en) = match by {
        By::Applicant => ("申请人", "applicant"),
        By::Handler => ("办理人", "handler"),
        By::Clock => ("到期自动", "clock"),
        By::Anyone => ("任何人", "anyone"),
        By::Role(role) => {
            let label = region.roles.get(role).map(|role| role.label.get(language));
            return label.unwrap_or(role).to_owned();
        }
    };
    if language == Language::Chinese { zh } else { en }.to_owned()
}

/// The states and the actions between them, for Mermaid.
fn diagram(region: &Region, language: Language) -> String {
    let workflow = &region.workflow;
    let mut lines = vec!["stateDiagram-v2".to_owned(), format!("    [*] --> {}", workflow.start)];
    for state in workflow.states.values() {
        lines.push(format!("    {}: {}", state.id, plain(state.label.get(language))));
    }
    for action in workflow.actions.values() {
        let by: Vec<String> = action.by.iter().map(|by| word(by, region, language)).collect();
        for from in &action.from {
            for target in &action.to {
                let when = target
                    .when
                    .as_ref()
                    .map(|when| format!(" [{}]", when.source()))
                    .unwrap_or_default();
                let label = format!("{} / {}{when}", action.label.get(language), by.join(comma(language)));
                lines.push(format!("    {from} --> {}: {}", target.to, plain(&label)));
            }
        }
    }
    for state in workflow.states.values().filter(|state| state.is_final) {
        lines.push(format!("    {} --> [*]", state.id));
    }
    lines.join("\n") + "\n"
}

/// What stands between the parts of a list.
fn comma(language: Language) -> &'static str {
    if language == Language::Chinese { "、" } else { ", " }
}

/// A label without the characters that end one in Mermaid.
fn plain(label: &str) -> String {
    label.replace([';', '\n'], " ").replace(':', "：").replace('#', "＃")
}

/// Columns of a terminal: Chinese characters take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c >= '\u{1100}' { 2 } else { 1 }).sum()
}
