//! What the engine's own rules say: what is wrong, where, and how to mend it.

use crate::definition::code_list::OutOfTerm;
use crate::definition::{CodeList, Field, FieldType, Language, Text};

/// `label：message`, in each language.
pub(super) fn at(label: &Text, message: &Text) -> Text {
    let (zh, en) = (Language::Chinese, Language::English);
    Text::both(
        // 推荐单位不能为空, as the office's own system says it; anything else stands behind a colon.
        match message.get(zh) {
            empty if empty.starts_with("不能为空") => format!("{}{empty}。", label.get(zh)),
            other => format!("{}：{other}。", label.get(zh)),
        },
        format!("{}: {}.", label.get(en), message.get(en)),
    )
}

/// How a required answer is asked for depends on how it is given.
pub(super) fn required(field: &Field) -> Text {
    match &field.kind {
        FieldType::Choice(_) | FieldType::Tree(_) | FieldType::YesNo => {
            Text::both("为必选项，请选择", "must be chosen")
        }
        FieldType::Choices(_) | FieldType::Trees(_) => Text::both("请至少选择一项", "please choose at least one"),
        FieldType::Table(_) => Text::both("请至少填写一行", "please add at least one row"),
        FieldType::File(rules) if rules.min_items > 1 => {
            let count = rules.min_items;
            Text::both(format!("请上传 {count} 个文件"), format!("please upload {count} files"))
        }
        FieldType::File(_) => Text::both("请上传文件", "please upload a file"),
        _ => Text::both("为必填项，请填写", "must be filled in"),
    }
}

/// A required lookup without a pick, in the words of the offices' manuals: 推荐单位不能为空.
pub(super) fn not_picked(label: &Text) -> Text {
    let (zh, en) = (label.get(Language::Chinese), label.get(Language::English));
    Text::both(
        format!("{zh}不能为空，请从候选项中选取；没有所需的项时请联系管理单位。"),
        format!(
            "{en} must be picked from the suggestions; if what you need is missing, please ask the managing office."
        ),
    )
}

pub(super) fn wrong_type(field: &Field) -> Text {
    match &field.kind {
        FieldType::Table(_) => Text::both("应逐行填写", "must be a list of rows"),
        FieldType::File(_) => Text::both(
            "应为已上传的文件，请重新上传",
            "must be an uploaded file; please upload it again",
        ),
        _ => Text::both("填写的内容类型不正确", "has the wrong type"),
    }
}

pub(super) fn count(zh: &str, en: &str, limit: usize, found: usize) -> Text {
    Text::both(
        format!("{zh} {limit}，现有 {found}"),
        format!("{en} {limit}; there are {found}"),
    )
}

pub(super) fn code_unknown() -> Text {
    Text::both(
        "所选内容不在选项中，请重新选择",
        "what was chosen is not on the list; please choose again",
    )
}

/// A code that is on the list but may not be chosen on the day of filing; it names the day.
pub(super) fn code_retired(name: Option<&str>, why: OutOfTerm) -> Text {
    let (zh, en) = match name {
        Some(name) => (format!("“{name}”"), format!("“{name}”")),
        None => ("所选内容".to_owned(), "what was chosen".to_owned()),
    };
    match why {
        OutOfTerm::From(day) => Text::both(
            format!("{zh}自 {day} 起才可使用，请重新选择"),
            format!("{en} can be chosen from {day} on; please choose again"),
        ),
        OutOfTerm::Until(day) => Text::both(
            format!("{zh}只使用到 {day}，现已停用，请重新选择"),
            format!("{en} was in use until {day}; please choose again"),
        ),
        OutOfTerm::Retired => Text::both(
            format!("{zh}已停用，请重新选择"),
            format!("{en} is no longer in use; please choose again"),
        ),
    }
}

/// Names the nearest smallest branches below the chosen code.
pub(super) fn not_leaf(list: &CodeList, code: &str, most: usize) -> Text {
    let names = leaves_below(list, code, most + 1);
    let more = names.len() > most;
    let shown = names[..names.len().min(most)].join("、");
    let label = list.label(code);
    if shown.is_empty() {
        return Text::both(
            format!("“{label}”还有下级，请选择最小分支"),
            format!("“{label}” has entries below it; please choose a smallest branch"),
        );
    }
    let (zh, en) = if more { (" 等", " and others") } else { ("", "") };
    Text::both(
        format!("只能选择最小分支，请在“{label}”之下选择：{shown}{zh}"),
        format!("only a smallest branch can be chosen; below “{label}” there are: {shown}{en}"),
    )
}

fn leaves_below(list: &CodeList, code: &str, most: usize) -> Vec<String> {
    let mut names = Vec::new();
    let mut open: Vec<usize> = list.get(code).map_or_else(Vec::new, |entry| entry.children.clone());
    open.reverse();
    while let Some(at) = open.pop() {
        let entry = &list.entries()[at];
        if entry.children.is_empty() && !entry.branch {
            names.push(entry.name.to_string());
        }
        open.extend(entry.children.iter().rev());
        if names.len() == most {
            break;
        }
    }
    names
}

pub(super) fn where_mismatch() -> Text {
    Text::both(
        "所选内容与相关填报内容不符，请重新选择",
        "what was chosen does not fit the other answers; please choose again",
    )
}

/// What is picked is no longer in use.
pub(super) fn lookup_inactive() -> Text {
    Text::both(
        "所选的已停用，请重新点选；单位已更名或合并的，请点选现在的单位",
        "what was picked is no longer in use; pick again, and of a unit that was renamed or merged the present one",
    )
}

pub(super) fn lookup_unknown(field: &Field) -> Text {
    let label = field.label.get(Language::Chinese);
    let english = field.label.get(Language::English);
    Text::both(
        format!("所选的{label}未登记，只能从候选项中选取；没有时请联系管理单位"),
        format!(
            "the chosen {english} is not registered; it can only be picked from the suggestions. If it is missing, please ask the managing office"
        ),
    )
}

pub(super) fn no_candidate() -> Text {
    Text::both(
        "没有可以选取的项，请联系管理单位",
        "there is nothing to pick from; please ask the managing office",
    )
}

pub(super) fn repeated(first: usize) -> Text {
    Text::both(
        format!("与第 {} 行重复，请修改其中一行", first + 1),
        format!("is the same as in row {}; please change one of them", first + 1),
    )
}

pub(super) fn file_size(name: &str, limit: u64) -> Text {
    let limit = size(limit);
    Text::both(
        format!("文件“{name}”超过 {limit}，请压缩或拆分后重新上传"),
        format!("the file “{name}” is larger than {limit}; please compress or split it and upload it again"),
    )
}

pub(super) fn file_kind(name: &str, accept: &[String]) -> Text {
    let kinds = accept.join("、");
    Text::both(
        format!("文件“{name}”的格式不被接受，请上传：{kinds}"),
        format!(
            "the file “{name}” is of a kind that is not accepted; please upload one of: {}",
            accept.join(", ")
        ),
    )
}

pub(super) fn stale_print() -> Text {
    Text::both(
        "打印之后填报内容有改动，请重新打印、签章后上传",
        "the answers were changed after this was printed; please print, sign and upload it again",
    )
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes / 1024),
        _ => format!("{} MB", bytes / 1_048_576),
    }
}

pub(super) fn digits(most: usize) -> Text {
    Text::both(
        format!("数字最多 {most} 位有效数字，请减少位数"),
        format!("a number can have at most {most} significant digits; please shorten it"),
    )
}

pub(super) fn too_costly() -> Text {
    Text::both(
        "内容过多，本项规则无法完成检查，请减少行数；仍有问题时请联系技术支持",
        "there is too much here for the rule to be checked; please reduce the rows, or ask for support",
    )
}
