//! The types of questions as types of fields.

use super::super::draft::Kind;
use super::super::remark::Remark;
use super::super::yaml::Out;
use super::tree::Question;
use super::{Reading, changed, left};
use crate::definition::expression::Type;
use crate::definition::source::nearest;

/// What a type becomes.
#[derive(Debug)]
pub(super) enum Found {
    /// A field, with constraint words that the type brings.
    Field(Kind, Vec<(String, Out)>),
    /// A value that is worked out.
    Calculation,
    /// Something that needs no field: the language has a word for it, or nobody asks it.
    Word(Option<(&'static str, Type)>),
    /// Nothing.
    Left(Remark),
}

/// The types that are known, for what is near a misspelt one.
const KNOWN: [&str; 17] = [
    "text",
    "integer",
    "decimal",
    "date",
    "select_one",
    "select_multiple",
    "note",
    "calculate",
    "image",
    "file",
    "range",
    "barcode",
    "acknowledge",
    "begin_group",
    "begin_repeat",
    "end_group",
    "end_repeat",
];

impl Reading<'_> {
    /// The type of a question that is no group.
    pub(super) fn found(&mut self, question: &Question<'_>) -> Found {
        let row = question.row;
        let place = self.place(row.number, "type");
        let look = self.columns.cell(row, "appearance").to_lowercase();
        let has = |word: &str| look.split_whitespace().any(|part| part == word);
        let calculated = !self.columns.cell(row, "calculation").is_empty();
        let plain = |name| Found::Field(Kind::Plain(name), Vec::new());
        match question.word.as_str() {
            "calculate" => Found::Calculation,
            "text" | "integer" | "int" | "decimal" | "date" | "string" | "hidden" if calculated => Found::Calculation,
            "text" | "string" if has("multiline") => plain("long-text"),
            "text" | "string" if has("url") => plain("url"),
            "text" | "string" => plain("text"),
            "integer" | "int" => plain("integer"),
            "decimal" => plain("decimal"),
            "date" if has("month-year") => plain("month"),
            "date" if has("year") => plain("year"),
            "date" => plain("date"),
            "note" => plain("note"),
            "acknowledge" | "trigger" => plain("yes-no"),
            "select_one" | "select_multiple" | "rank" => self.choosing(question),
            "image" | "photo" => {
                if ["signature", "draw", "annotate"].iter().any(|word| has(word)) {
                    let (zh, en) = (
                        "不能在页面上签名或画图，改成上传图片",
                        "nothing can be drawn on a page: it becomes an upload of a picture",
                    );
                    self.remarks.push(changed(
                        "import-appearance",
                        self.place(row.number, "appearance"),
                        zh,
                        en,
                    ));
                }
                files(&["jpg", "png"])
            }
            "file" => files(&["pdf", "jpg", "png", "docx", "xlsx", "zip"]),
            "range" => self.range(question),
            "time" => {
                let (zh, en) = (
                    "没有时刻类型，改成有格式要求的文本",
                    "there is no type for a time of day: it becomes a text of that shape",
                );
                self.remarks.push(changed("import-type", place, zh, en));
                let pattern = Out::Code("^([01][0-9]|2[0-3]):[0-5][0-9]$".into());
                Found::Field(Kind::Plain("text"), vec![("pattern".into(), pattern)])
            }
            "datetime" => {
                let (zh, en) = (
                    "没有日期时间类型，改成日期",
                    "there is no type for a moment: it becomes a date",
                );
                self.remarks.push(changed("import-type", place, zh, en));
                plain("date")
            }
            "barcode" => {
                let (zh, en) = ("不能扫码，改成文本", "nothing can be scanned: it becomes a text");
                self.remarks.push(changed("import-type", place, zh, en));
                plain("text")
            }
            "today" => Found::Word(Some(("today", Type::Date))),
            "username" => Found::Word(Some(("app.applicant.name", Type::Text))),
            "start" | "end" | "deviceid" | "phonenumber" | "simserial" | "subscriberid" | "email" | "audit"
            | "start-geopoint" | "background-audio" => Found::Word(None),
            other => Found::Left(self.unknown(question, other)),
        }
    }

    fn unknown(&self, question: &Question<'_>, word: &str) -> Remark {
        let place = self.place(question.row.number, "type");
        let (zh, en) = match word {
            "geopoint" | "geotrace" | "geoshape" => ("没有地理位置类型", "there is no type for a place on the map"),
            "audio" | "video" => ("不能上传录音和录像", "sound and film cannot be uploaded"),
            "hidden" => ("不显示的问题没有值", "a question that is not shown has no value"),
            "select_one_from_file"
            | "select_multiple_from_file"
            | "select_one_external"
            | "xml-external"
            | "csv-external" => (
                "选项在另一个文件里：请用 dengji codes import 把它转成代码表，再写 codes",
                "the choices are in another file: make a code list of it with `dengji codes import` and name it in `codes`",
            ),
            _ => ("没有这个类型", "there is no such type"),
        };
        let mut remark = left(
            "import-type",
            place,
            format!("{zh}：{}（{word}）没有导入", question.name),
            format!("{en}: {} ({word}) is left out", question.name),
        );
        if zh == "没有这个类型" {
            remark.help = nearest(word, KNOWN);
        }
        remark
    }

    fn choosing(&mut self, question: &Question<'_>) -> Found {
        let place = self.place(question.row.number, "type");
        let name = question.list.as_deref().unwrap_or_default();
        let many = question.word != "select_one";
        let Some(id) = self.choices.id(name) else {
            let mut remark = left(
                "import-list",
                place,
                format!("choices 里没有列表「{name}」，{} 没有导入", question.name),
                format!("`choices` has no list `{name}`: {} is left out", question.name),
            );
            remark.help = nearest(name, self.choices.names());
            return Found::Left(remark);
        };
        let kind = Kind::Choice {
            list: id.to_owned(),
            many,
        };
        if question.word == "rank" {
            let (zh, en) = (
                "不能排序，改成多选",
                "nothing can be ranked: it becomes a choice of several",
            );
            self.remarks.push(changed("import-type", place, zh, en));
        }
        if self.columns.cell(question.row, "appearance").starts_with("search(") {
            let (zh, en) = (
                "search() 没有对应的写法，选项以 choices 为准",
                "`search()` cannot be taken over: the choices are those of the sheet",
            );
            let place = self.place(question.row.number, "appearance");
            self.remarks.push(left("import-appearance", place, zh, en));
        }
        Found::Field(kind, Vec::new())
    }

    /// `start=1 end=10 step=1`
    fn range(&mut self, question: &Question<'_>) -> Found {
        let written = self.columns.cell(question.row, "parameters");
        let number = |key: &str| {
            let pair = written.split([' ', ',', ';']).filter_map(|part| part.split_once('='));
            let mut found = pair
                .filter(|(name, _)| name.trim() == key)
                .map(|(_, value)| value.trim());
            found
                .next()
                .filter(|value| value.parse::<f64>().is_ok_and(f64::is_finite) && !value.starts_with('+'))
        };
        let (start, end, step) = (number("start"), number("end"), number("step"));
        let whole = [start, end, step]
            .iter()
            .flatten()
            .all(|value| value.parse::<i64>().is_ok());
        let words = [("minimum", start), ("maximum", end)];
        let words = words.into_iter().filter_map(|(word, value)| {
            let value = serde_json::from_str::<serde_json::Number>(value?).ok()?;
            Some((word.to_owned(), Out::Plain(value.to_string())))
        });
        Found::Field(Kind::Plain(if whole { "integer" } else { "decimal" }), words.collect())
    }
}

fn files(kinds: &[&str]) -> Found {
    let accept = Out::List(kinds.iter().map(|kind| (*kind).into()).collect());
    Found::Field(Kind::Plain("file"), vec![("accept".into(), accept)])
}
