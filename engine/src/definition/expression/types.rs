//! Which types fit, compare and join, and what they are called.

use std::sync::Arc;

use super::{CodeList, Language, Text, Type};

impl Type {
    /// What an author calls it.
    pub fn name(&self) -> Text {
        match self {
            Self::Bool => Text::both("是否", "yes or no"),
            Self::Int => Text::both("整数", "a whole number"),
            Self::Decimal => Text::both("小数", "a decimal number"),
            Self::Text => Text::both("文本", "a text"),
            Self::Code(list) => Text::both(
                format!("代码（{}）", called(list)),
                format!("a code of {}", called(list)),
            ),
            Self::Date => Text::both("日期", "a date"),
            Self::Month => Text::both("年月", "a month"),
            Self::Period => Text::both("时长", "a period"),
            Self::List(of) => of.name().listed(),
            Self::Record(record) => Text::both(
                format!("记录（{}）", record.name),
                format!("a record of {}", record.name),
            ),
            Self::Unknown => Text::both("未知", "unknown"),
        }
    }

    /// Whether a value of this type may stand where `place` is taken.
    pub fn fits(&self, place: &Self) -> bool {
        match (self, place) {
            (Self::List(a), Self::List(b)) => a.fits(b),
            (Self::Record(a), Self::Record(b)) => Arc::ptr_eq(a, b) || a.name == b.name,
            (Self::Decimal, Self::Int) => false,
            (Self::Code(a), Self::Code(b)) => a.id == b.id,
            _ => self.is_unknown() || place.is_unknown() || self.is_alike(place),
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Decimal | Self::Unknown)
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Code(_) | Self::Unknown)
    }

    pub(super) fn is_bool(&self) -> bool {
        matches!(self, Self::Bool | Self::Unknown)
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    /// The type of a list's elements.
    pub(super) fn element(&self) -> Option<&Type> {
        match self {
            Self::List(of) => Some(of),
            Self::Unknown => Some(self),
            _ => None,
        }
    }

    /// Whether `==` between the two can be true.
    pub(super) fn is_comparable(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Record(_) | Self::Period, _) | (_, Self::Record(_) | Self::Period) => false,
            (Self::List(a), Self::List(b)) => a.is_comparable(b),
            (Self::Code(a), Self::Code(b)) => {
                Arc::ptr_eq(a, b) || a.entries().iter().any(|entry| b.get(&entry.code).is_some())
            }
            _ => self.is_unknown() || other.is_unknown() || self.is_alike(other),
        }
    }

    /// Whether `<` orders the two.
    pub(super) fn is_ordered_with(&self, other: &Self) -> bool {
        let ordered = |ty: &Self| ty.is_number() || ty.is_text() || matches!(ty, Self::Date | Self::Month);
        ordered(self) && ordered(other) && (self.is_unknown() || other.is_unknown() || self.is_alike(other))
    }

    /// The type that takes the values of both.
    pub(super) fn join(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Unknown, ty) | (ty, Self::Unknown) => ty.clone(),
            (Self::Int, Self::Int) => Self::Int,
            (a, b) if a.is_number() && b.is_number() => Self::Decimal,
            (Self::Code(a), Self::Code(b)) if a.id == b.id => self.clone(),
            (a, b) if a.is_text() && b.is_text() => Self::Text,
            (Self::List(a), Self::List(b)) => Self::List(Box::new(a.join(b)?)),
            (a, b) if a.fits(b) => self.clone(),
            _ => return None,
        })
    }

    /// The same kind of scalar: any two numbers, any two texts.
    fn is_alike(&self, other: &Self) -> bool {
        (self.is_number() && other.is_number())
            || (self.is_text() && other.is_text())
            || matches!(
                (self, other),
                (Self::Bool, Self::Bool)
                    | (Self::Date, Self::Date)
                    | (Self::Month, Self::Month)
                    | (Self::Period, Self::Period)
            )
    }
}

/// What an author calls a list in a Chinese sentence: one that has a file is said to be one.
pub(super) fn called_in_chinese(list: &CodeList) -> String {
    let has_file = !list.id.contains([':', '.']);
    format!("{}{}", if has_file { "代码表 " } else { "" }, called(list))
}

/// What an author calls a list: its file, or the field whose codes are written out.
pub(super) fn called(list: &CodeList) -> &str {
    list.id.strip_prefix("field:").unwrap_or(&list.id)
}

impl Text {
    /// The name of a list of what this names.
    fn listed(&self) -> Self {
        let (zh, en) = self.in_both();
        Self::both(format!("{zh}列表"), format!("a list, each {en}"))
    }

    /// The Chinese and the English text.
    pub(super) fn in_both(&self) -> (&str, &str) {
        (self.get(Language::Chinese), self.get(Language::English))
    }
}
