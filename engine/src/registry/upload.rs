//! Files that come with a page: known by content, kept by hash, listed with the application.

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::{Case, Person, Refused, Registry};
use crate::check::Answers;
use crate::definition::form::FileRules;
use crate::definition::{Field, FieldType, Id, Text};
use crate::store::{FileId, Put, Upload};

/// Bytes of all files that one application was ever given.
const APPLICATION_BYTES: u64 = 500 << 20;

/// A file as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// The name it came with, to be shown and nothing else.
    pub name: String,
    /// The content.
    pub content: bytes::Bytes,
}

/// What a file is by its content: `pdf`, `png`, `jpg`, `docx`, `xlsx`, `doc`, `xls`, `zip`.
pub fn kind_of(content: &[u8]) -> Option<&'static str> {
    let has = |needle: &[u8]| content.windows(needle.len()).any(|window| window == needle);
    match content {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("pdf"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("png"),
        [0xff, 0xd8, 0xff, ..] => Some("jpg"),
        [b'P', b'K', 3, 4, ..] if has(b"word/document.xml") => Some("docx"),
        [b'P', b'K', 3, 4, ..] if has(b"xl/workbook.xml") => Some("xlsx"),
        [b'P', b'K', 3, 4, ..] => Some("zip"),
        // The compound file of older office programs; which one is told by the stream's name.
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] if has(b"W\0o\0r\0k\0b\0o\0o\0k") => Some("xls"),
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Some("doc"),
        _ => None,
    }
}

impl Registry {
    /// Keeps a file and enters it into the answers of its field.
    pub(super) async fn receive(
        &self,
        person: &Person,
        case: &Case,
        fields: &IndexMap<Id, Field>,
        field: &str,
        file: Received,
        answers: &mut Answers,
    ) -> Result<Put, Refused> {
        let (label, rules) = match fields.get(field).map(|field| (&field.label, &field.kind)) {
            Some((label, FieldType::File(rules))) => (label, rules),
            _ => {
                return Err(Refused::Input(Text::both(
                    "这个字段不接受文件",
                    "This field takes no files.",
                )));
            }
        };
        let kind = acceptable(label, rules, &file, answers.get(field))?;
        let size = file.content.len() as u64;
        let id = self.inner.files.put(file.content).await?.to_string();
        let name = safe_name(&file.name, kind);
        let mut entry = json!({"id": id, "name": name, "size": size, "kind": kind});
        if let Some(document) = &rules.print_of
            && let Some(mark) = self.last_mark(case, document).await?
        {
            entry["print"] = mark;
        }
        match answers.get_mut(field).and_then(Json::as_array_mut) {
            Some(list) => {
                list.retain(|known| known.get("id") != Some(&Json::String(id.clone())));
                list.push(entry);
            }
            None => drop(answers.insert(field.to_owned(), json!([entry]))),
        }
        Ok(Put::Upload(Upload {
            region: person.region.to_string(),
            application: case.application().id.clone(),
            file: id,
            name,
            size,
            kind: kind.to_owned(),
            by: person.account.clone(),
            at: self.inner.clock.now(),
        }))
    }

    /// Refuses files that would make an application's larger than [`APPLICATION_BYTES`] in all.
    pub(super) async fn room_for<'f>(
        &self,
        case: &Case,
        files: impl Iterator<Item = &'f Received>,
    ) -> Result<(), Refused> {
        let more: u64 = files.map(|file| file.content.len() as u64).sum();
        if more == 0 {
            return Ok(());
        }
        let application = case.application();
        let kept = self.inner.store.uploads(&application.region, &application.id).await?;
        let kept: u64 = kept.iter().map(|upload| upload.size).sum();
        if kept + more <= APPLICATION_BYTES {
            return Ok(());
        }
        let limit = APPLICATION_BYTES >> 20;
        Err(Refused::Input(Text::both(
            format!("一份申请的附件合计不能超过 {limit} MB（含已替换的文件），请压缩后再上传"),
            format!(
                "The files of one application may have {limit} MB in all, replaced ones included; please compress them."
            ),
        )))
    }

    /// A file of an application that the person may see: its name, its kind and its content.
    pub async fn download(&self, case: &Case, file: &str) -> Result<(String, String, bytes::Bytes), Refused> {
        let application = case.application();
        let upload = self
            .inner
            .store
            .upload(&application.region, &application.id, file)
            .await?;
        let upload = upload.ok_or(Refused::NotFound)?;
        let id: FileId = upload.file.parse().map_err(|_| Refused::NotFound)?;
        Ok((upload.name, upload.kind, self.inner.files.get(id).await?))
    }
}

fn acceptable(label: &Text, rules: &FileRules, file: &Received, there: Option<&Json>) -> Result<&'static str, Refused> {
    let refuse = |zh: String, en: String| {
        Err(Refused::Input(Text::both(
            format!("{label}：{zh}"),
            format!("{}: {en}", label.get(crate::definition::Language::English)),
        )))
    };
    let accepted = rules.accept.join("、");
    if file.content.is_empty() {
        return refuse("文件是空的".into(), "the file is empty".into());
    }
    if file.content.len() as u64 > rules.max_size {
        let limit = rules.max_size >> 20;
        return refuse(
            format!("文件超过 {limit} MB，请压缩后再上传"),
            format!("the file is larger than {limit} MB"),
        );
    }
    let Some(kind) = kind_of(&file.content).filter(|kind| rules.accept.iter().any(|accept| accept == kind)) else {
        return refuse(
            format!("只接受 {accepted} 文件（按内容判断，与文件名无关）"),
            format!("only {accepted} files are taken (told by content, not by name)"),
        );
    };
    let count = there.and_then(Json::as_array).map_or(0, Vec::len);
    if count >= rules.max_items {
        return refuse(
            format!("最多上传 {} 个文件，请先删去一个", rules.max_items),
            format!("at most {} files; remove one first", rules.max_items),
        );
    }
    Ok(kind)
}

/// The last part of the name without characters that mean something to a file system or a header.
fn safe_name(name: &str, kind: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean = |c: &char| {
        !c.is_control()
            && !matches!(c, '"' | '<' | '>' | ':' | '|' | '?' | '*' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let kept: String = last.trim_matches('.').chars().filter(clean).take(120).collect();
    let kept = kept.trim();
    if kept.is_empty() {
        format!("file.{kind}")
    } else {
        kept.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_content() {
        let cases: [(&[u8], Option<&str>); 7] = [
            (b"%PDF-1.7 ...", Some("pdf")),
            (b"\x89PNG\r\n\x1a\n...", Some("png")),
            (b"\xff\xd8\xff\xe0", Some("jpg")),
            (b"PK\x03\x04 word/document.xml", Some("docx")),
            (b"PK\x03\x04 anything", Some("zip")),
            (b"MZ this is a program", None),
            (b"", None),
        ];
        for (content, kind) in cases {
            assert_eq!(kind_of(content), kind);
        }
    }

    #[test]
    fn names_lose_what_could_do_harm() {
        for (name, safe) in [
            ("../../etc/passwd", "passwd"),
            (r"C:\文档\报告.pdf", "报告.pdf"),
            ("\u{202e}fdp.exe", "fdp.exe"),
            ("..", "file.pdf"),
            ("a\r\nSet-Cookie: x", "aSet-Cookie x"),
        ] {
            assert_eq!(safe_name(name, "pdf"), safe);
        }
    }
}
