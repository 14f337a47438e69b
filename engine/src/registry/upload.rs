//! Files that come with a page: known by content, kept by hash, listed with the application.

mod chunks;
mod content;

use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::{Case, Person, Refused, Registry};
use crate::check::{self, Answers, Path};
use crate::definition::form::FileRules;
use crate::definition::{Field, FieldType, Id, Language, Text, unseen};
use crate::store::{FileId, Put, Upload};
use crate::theme::input_name::without_rows;

pub(super) use chunks::sending;
pub use chunks::{Begun, CHUNK_BYTES, Chunk, MOST_SENT, Sending, Wanted as WantedUpload};
use content::Look;
pub use content::kind_of;

/// For so long a file waits until its pages are counted.
const COUNTED_WITHIN: Duration = Duration::from_secs(10);
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
        let at = field.parse::<Path>().ok();
        let Some((at, (label, rules))) = at.zip(slot(fields, field)) else {
            return Err(Refused::Input(Text::both(
                "这个字段不接受文件",
                "This field takes no files.",
            )));
        };
        let mut list = at.get(answers).and_then(Json::as_array).cloned().unwrap_or_default();
        if rules.max_items == 1 {
            // Of a sole file the next one takes the place.
            list.clear();
        }
        let kind = acceptable(label, rules, &file, list.len())?;
        let look = self.looked_into(label, kind, &file).await?;
        let size = file.content.len() as u64;
        let id = self.inner.files.put(file.content).await?.to_string();
        let name = safe_name(&file.name, kind);
        let mut entry = json!({"id": id, "name": name, "size": size, "kind": kind});
        if let Some(document) = &rules.print_of
            && let Some(mark) = self.last_mark(case, document).await?
        {
            entry["print"] = mark;
        }
        for (key, told) in [
            ("state", look.state.map(Json::from)),
            ("pages", look.pages.map(Json::from)),
            ("pixels", look.pixels.map(|(width, height)| json!([width, height]))),
        ] {
            if let Some(told) = told {
                entry[key] = told;
            }
        }
        list.retain(|known| known.get("id") != Some(&Json::String(id.clone())));
        list.push(entry);
        check::path::set(answers, &at, Json::Array(list)).map_err(|_| {
            Refused::Input(Text::both(
                format!("{label}：请先填写这一行的其他栏目，再上传文件"),
                format!("{}: fill in the rest of this row first", label.get(Language::English)),
            ))
        })?;
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
        self.room(case, files.map(|file| file.content.len() as u64).sum()).await
    }

    /// The same for so many bytes.
    async fn room(&self, case: &Case, more: u64) -> Result<(), Refused> {
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

    /// What a person should know of the file; looking takes time where there is much to unpack.
    async fn looked_into(&self, label: &Text, kind: &'static str, file: &Received) -> Result<Look, Refused> {
        let bytes = file.content.clone();
        let looked = tokio::task::spawn_blocking(move || content::look(kind, &bytes)).await;
        let looked = looked.map_err(|error| Refused::Failed(error.to_string()))?;
        let look = looked.map_err(|unfit| refused(label, &unfit.told()))?;
        if kind != "pdf" {
            return Ok(look);
        }
        // Nobody is sent away, or waits behind others' files, because pages cannot be counted now.
        match tokio::time::timeout(COUNTED_WITHIN, self.inner.renderer.leaves(&file.content)).await {
            Ok(Ok(leaves)) => Ok(look.with(leaves)),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the pages of a file were not counted");
                Ok(look)
            }
            Err(_) => {
                tracing::warn!("the pages of a file were not counted in time");
                Ok(look)
            }
        }
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

/// The file field at `path`, which may be a column of a table.
fn slot<'f>(fields: &'f IndexMap<Id, Field>, path: &str) -> Option<(&'f Text, &'f FileRules)> {
    let names = without_rows(path);
    let mut fields = fields;
    for name in names.split('.') {
        let field = fields.get(name)?;
        match &field.kind {
            FieldType::Table(table) => fields = &table.columns,
            FieldType::File(rules) => return Some((&field.label, rules)),
            _ => return None,
        }
    }
    None
}

fn refused(label: &Text, text: &Text) -> Refused {
    let in_language = |language| text.get(language);
    Refused::Input(Text::both(
        format!("{label}：{}", in_language(Language::Chinese)),
        format!("{}: {}", label.get(Language::English), in_language(Language::English)),
    ))
}

fn acceptable(label: &Text, rules: &FileRules, file: &Received, count: usize) -> Result<&'static str, Refused> {
    let refuse = |zh: String, en: String| Err(refused(label, &Text::both(zh, en)));
    let accepted = rules.accept.join("、");
    if file.content.is_empty() {
        return refuse("文件是空的".into(), "the file is empty".into());
    }
    if file.content.len() as u64 > rules.max_size {
        return Err(refused(label, &too_large(rules.max_size)));
    }
    let Some(kind) = kind_of(&file.content).filter(|kind| rules.accept.iter().any(|accept| accept == kind)) else {
        let is_named = |accept: &&String| file.name.to_ascii_lowercase().ends_with(&format!(".{accept}"));
        if let Some(named) = rules.accept.iter().find(is_named) {
            let named = named.to_uppercase();
            return refuse(
                format!("只接受 {accepted} 文件（按内容判断）：文件名虽是 {named}，内容却不是，可能改过扩展名或已损坏"),
                format!(
                    "only {accepted} files are taken (told by content): it is named {named} and is none, \
                     perhaps it was renamed or is damaged"
                ),
            );
        }
        return refuse(
            format!("只接受 {accepted} 文件（按内容判断，与文件名无关）"),
            format!("only {accepted} files are taken (told by content, not by name)"),
        );
    };
    match count < rules.max_items {
        true => Ok(kind),
        false => Err(refused(label, &too_many(rules.max_items))),
    }
}

fn too_large(most: u64) -> Text {
    let (size, unit) = match most >> 20 {
        0 => (most >> 10, "KB"),
        size => (size, "MB"),
    };
    Text::both(
        format!("文件超过 {size} {unit}，请压缩后再上传"),
        format!("the file is larger than {size} {unit}"),
    )
}

fn too_many(most: usize) -> Text {
    Text::both(
        format!("最多上传 {most} 个文件，请先删去一个"),
        format!("at most {most} files; remove one first"),
    )
}

/// The last part of the name without characters that mean something to a file system or a header.
fn safe_name(name: &str, kind: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean = |c: &char| {
        !c.is_control()
            && !matches!(c, '"' | '<' | '>' | ':' | '|' | '?' | '*')
            && !unseen(*c)
            && !matches!(c, '\u{200c}' | '\u{200d}' | '\u{2028}' | '\u{2029}')
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
    fn names_lose_what_could_do_harm() {
        for (name, safe) in [
            ("../../etc/passwd", "passwd"),
            (r"C:\文档\报告.pdf", "报告.pdf"),
            ("\u{202e}fdp.exe", "fdp.exe"),
            ("a\u{200f}b\u{200b}\u{feff}.pdf", "ab.pdf"),
            ("..", "file.pdf"),
            ("a\r\nSet-Cookie: x", "aSet-Cookie x"),
        ] {
            assert_eq!(safe_name(name, "pdf"), safe);
        }
    }
}
