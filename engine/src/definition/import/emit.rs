//! A draft as the files that an author would have written.

use super::draft::{Code, Draft, Field, Kind, List, Page, Rule};
use super::yaml::{Line, Out, write};

/// A list of more codes than this is a file of its own.
const MOST_INLINE: usize = 12;
/// So many codes stand on one line, and so many characters of their names.
const ON_A_LINE: usize = 4;
const WIDTH: usize = 40;

/// The form as YAML.
pub(super) fn form(draft: &Draft, head: &[String]) -> String {
    let mut lines: Vec<Line> = head.iter().map(|text| Line::comment(text.clone())).collect();
    lines.push(Line::new("form", draft.id.as_str().into()));
    lines.push(Line::new("title", draft.title.out()));
    if !draft.version.is_empty() {
        lines.push(Line::new("version", Out::Code(draft.version.clone())));
    }
    let pages = draft.pages.iter().flat_map(|page| page_lines(page, draft));
    lines.push(Line::new("pages", Out::Map(pages.collect())));
    if !draft.rules.is_empty() {
        lines.push(Line::new("rules", Out::Map(draft.rules.iter().map(rule).collect())));
    }
    write(&lines)
}

/// The lists that are files of their own: path and text.
pub(super) fn lists(draft: &Draft) -> Vec<(String, String)> {
    let files = draft.lists.iter().filter(|(_, list)| is_file(list));
    files.map(|(id, list)| (format!("codes/{id}.csv"), csv(list))).collect()
}

/// Whether a list becomes a file.
fn is_file(list: &List) -> bool {
    list.filtered || list.codes.len() > MOST_INLINE
}

fn csv(list: &List) -> String {
    let english = list
        .codes
        .iter()
        .any(|code| !code.name.en.is_empty() && !code.name.zh.is_empty());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut header = vec!["code", "name"];
    header.extend(english.then_some("name_en"));
    header.extend(list.columns.iter().map(String::as_str));
    let mut written = writer.write_record(&header);
    for code in &list.codes {
        let mut cells = vec![code.code.as_str(), code.name.first()];
        cells.extend(english.then_some(code.name.en.as_str()));
        let further = (0..list.columns.len()).map(|at| code.cells.get(at).map_or("", String::as_str));
        cells.extend(further);
        written = written.and_then(|()| writer.write_record(&cells));
    }
    // Into memory, rows of one length: nothing can go wrong.
    let bytes = written.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// A page; where nothing is asked on it, what is said of it.
fn page_lines(page: &Page, draft: &Draft) -> Vec<Line> {
    let asks = page.fields.iter().any(|field| !matches!(field.kind, Kind::Left));
    if !asks {
        let left = page.fields.iter().flat_map(|field| field.comments.clone());
        return page.comments.iter().cloned().chain(left).map(Line::comment).collect();
    }
    let mut lines = vec![Line::new("title", page.title.out())];
    if !page.intro.is_empty() {
        lines.push(Line::new("intro", page.intro.out()));
    }
    lines.extend(
        page.show_when
            .iter()
            .map(|when| Line::new("showWhen", Out::Code(when.clone()))),
    );
    lines.push(Line::new("fields", Out::Map(fields(&page.fields, draft))));
    vec![Line {
        comments: page.comments.clone(),
        ..Line::new(&page.id, Out::Map(lines))
    }]
}

fn fields(fields: &[Field], draft: &Draft) -> Vec<Line> {
    fields.iter().flat_map(|one| field(one, draft)).collect()
}

fn field(field: &Field, draft: &Draft) -> Vec<Line> {
    if matches!(field.kind, Kind::Left) {
        return field.comments.iter().cloned().map(Line::comment).collect();
    }
    let mut lines = vec![Line::new("label", field.label.out())];
    for (key, words) in [("help", &field.help), ("placeholder", &field.placeholder)] {
        if !words.is_empty() {
            lines.push(Line::new(key, words.out()));
        }
    }
    kind(field, draft, &mut lines);
    let code = |text: &String| Out::Code(text.clone());
    lines.extend(field.filter.as_ref().map(|filter| Line::new("where", code(filter))));
    if field.required {
        lines.push(Line::new("required", Out::Plain("true".into())));
    }
    for (key, when) in [
        ("requireWhen", &field.require_when),
        ("showWhen", &field.show_when),
        ("readOnlyWhen", &field.read_only_when),
    ] {
        lines.extend(when.as_ref().map(|when| Line::new(key, code(when))));
    }
    lines.extend(field.words.iter().map(|(key, value)| Line::new(key, value.clone())));
    lines.extend(field.default.clone().map(|value| Line::new("default", value)));
    if !field.further.is_empty() {
        let further = field.further.iter().map(|(key, value)| Line::new(key, value.clone()));
        lines.push(Line::new("schema", Out::Map(further.collect())));
    }
    if let Kind::Table(columns) = &field.kind {
        lines.push(Line::new("columns", Out::Map(fields(columns, draft))));
    }
    vec![Line {
        comments: field.comments.clone(),
        ..Line::new(&field.id, Out::Map(lines))
    }]
}

/// The type and the keys that belong to it alone, but for columns, which come last.
fn kind(field: &Field, draft: &Draft, lines: &mut Vec<Line>) {
    let mut put = |key: &str, value: Out| lines.push(Line::new(key, value));
    match &field.kind {
        Kind::Left => {}
        Kind::Plain(name) => put("type", (*name).into()),
        Kind::Choice { list, many } => {
            put("type", if *many { "choices" } else { "choice" }.into());
            match draft.lists.get(list).filter(|list| !is_file(list)) {
                Some(inline) => put("codes", codes(inline)),
                None => put("codes", list.as_str().into()),
            }
        }
        Kind::List(of) => {
            put("type", "list".into());
            put("of", (*of).into());
        }
        Kind::Table(_) => put("type", "table".into()),
        Kind::Computed { of, compute } => {
            put("type", "computed".into());
            put("of", (*of).into());
            put("compute", Out::Code(compute.clone()));
        }
    }
}

fn codes(list: &List) -> Out {
    let entries = list.codes.iter().map(|code| (code.code.clone(), code.name.out()));
    let width = |code: &Code| {
        [&code.code, &code.name.zh, &code.name.en]
            .map(|text| text.chars().count())
            .iter()
            .sum::<usize>()
    };
    if list.codes.len() <= ON_A_LINE && list.codes.iter().map(width).sum::<usize>() <= WIDTH {
        return Out::Flow(entries.collect());
    }
    Out::Map(entries.map(|(code, name)| Line::new(&code, name)).collect())
}

fn rule(rule: &Rule) -> Line {
    let mut lines = Vec::new();
    if !rule.each.is_empty() {
        lines.push(Line::new("each", rule.each.join(".").as_str().into()));
    }
    lines.push(Line::new("assert", Out::Code(rule.assert.clone())));
    lines.push(Line::new("at", rule.at.as_str().into()));
    lines.push(Line::new("message", rule.message.out()));
    Line {
        comments: rule.comments.clone(),
        ..Line::new(&rule.id, Out::Map(lines))
    }
}
