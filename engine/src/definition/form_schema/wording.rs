//! What an applicant is told about an answer that does not fit: what is wrong and how to mend it.

use jsonschema::JsonType;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value as Json;

use super::super::Text;
use super::super::check_digit::Fault;

/// A number with a check digit that is wrong.
pub(super) fn fault(fault: Fault) -> Text {
    match fault {
        Fault::Length { found, wanted } => Text::both(
            format!("应为 {wanted} 位，现有 {found} 位，请核对"),
            format!("must have {wanted} characters and has {found}; please compare it with the original"),
        ),
        Fault::Character { at } => Text::both(
            format!("第 {at} 位的字符不正确，请核对"),
            format!("character {at} is not allowed there; please compare it with the original"),
        ),
        Fault::Date => both(
            "其中的出生日期不存在，请核对",
            "the date of birth in it does not exist; please compare it",
        ),
        Fault::CheckDigit => both(
            "校验位不正确，请逐位核对",
            "the check digit does not agree; please compare every digit",
        ),
    }
}

/// An answer that fails a word of its schema.
pub(super) fn misfit(kind: &Kind, answer: &Json) -> Text {
    match kind {
        Kind::Type { kind } => wrong_type(kind),
        Kind::MaxLength { limit } => {
            let found = characters(answer);
            Text::both(
                format!("最多 {limit} 个字符，现有 {found} 个，请删减"),
                format!("at most {limit} characters are allowed and there are {found}; please shorten it"),
            )
        }
        Kind::MinLength { limit } => {
            let found = characters(answer);
            Text::both(
                format!("至少 {limit} 个字符，现有 {found} 个，请补充"),
                format!("at least {limit} characters are needed and there are {found}; please add to it"),
            )
        }
        Kind::Minimum { limit } => limit_text("不能小于", "must not be less than", limit),
        Kind::Maximum { limit } => limit_text("不能大于", "must not be more than", limit),
        Kind::ExclusiveMinimum { limit } => limit_text("必须大于", "must be more than", limit),
        Kind::ExclusiveMaximum { limit } => limit_text("必须小于", "must be less than", limit),
        Kind::MultipleOf { multiple_of } => limit_text("必须是以下数的整数倍：", "must be a multiple of", multiple_of),
        Kind::MinItems { limit } => limit_text("请至少填写以下项数：", "the number of entries must be at least", limit),
        Kind::MaxItems { limit } => limit_text("填写的项数最多为", "the number of entries must be at most", limit),
        Kind::UniqueItems => both(
            "有重复的项，请删去重复",
            "there are repeated entries; please remove them",
        ),
        Kind::Enum { .. } | Kind::Constant { .. } => both(
            "不在允许的范围内，请重新选择",
            "is not one of the allowed values; please choose again",
        ),
        Kind::Format { format } => wrong_format(format),
        Kind::Pattern { .. } => both(
            "格式不正确，请按填写说明修改",
            "is not in the expected form; please follow the hint",
        ),
        _ => both(
            "不符合填写要求，请按填写说明修改",
            "does not meet the requirements; please follow the hint",
        ),
    }
}

fn wrong_type(kind: &TypeKind) -> Text {
    match kind {
        TypeKind::Single(JsonType::Integer) => both("请填写整数", "please enter a whole number"),
        TypeKind::Single(JsonType::Number) => both("请填写数字", "please enter a number"),
        TypeKind::Single(JsonType::Boolean) => both("请选择“是”或“否”", "please choose yes or no"),
        TypeKind::Single(JsonType::String) => both("请填写文字", "please enter a text"),
        TypeKind::Single(JsonType::Array) => both("请逐项填写", "please enter a list"),
        _ => both("填写的内容类型不正确", "has the wrong type"),
    }
}

fn wrong_format(format: &str) -> Text {
    match format {
        "date" => both(
            "请填写真实存在的日期，例如 2026-11-20",
            "please enter a real date such as 2026-11-20",
        ),
        "month" => both("请填写年月，例如 2026-11", "please enter a month such as 2026-11"),
        "email" => both(
            "请填写完整的电子邮箱，例如 name@example.cn",
            "please enter a full e-mail address such as name@example.cn",
        ),
        "uri" => both(
            "请填写以 http:// 或 https:// 开头的网址",
            "please enter an address that starts with http:// or https://",
        ),
        _ => both(
            "格式不正确，请按填写说明修改",
            "is not in the expected form; please follow the hint",
        ),
    }
}

/// Unicode scalar values, as JSON Schema counts.
fn characters(answer: &Json) -> usize {
    answer.as_str().map_or(0, |text| text.chars().count())
}

fn limit_text(zh: &str, en: &str, limit: impl std::fmt::Display) -> Text {
    Text::both(format!("{zh} {limit}"), format!("{en} {limit}"))
}

fn both(zh: &str, en: &str) -> Text {
    Text::both(zh, en)
}
