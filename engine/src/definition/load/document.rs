//! `documents:`: what is printed, and the files that templates may read (LANGUAGE L9).

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::Loader;
use crate::definition::expression::{Scope, Type};
use crate::definition::region::{Document, DocumentSource, PluginUse, Role, Watermark};
use crate::definition::shape::{Key, Keys, Shape};
use crate::definition::source::{Entry, MapReader, Node, Spot, check_id, string_of, text_of};
use crate::definition::{Id, Text, folder, limits};

pub(super) static DOCUMENT: Keys = Keys::new(
    "document",
    ("文书", "a document"),
    &[
        Key::new("label", Shape::Text, "名称", "what people call it")
            .needed()
            .such_as("登记证书"),
        Key::new("template", Shape::Word, "Typst 模板", "a Typst template").such_as("documents/certificate.typ"),
        Key::new("layout", Shape::Word, "插件版式", "a plugin's layout").such_as("certificate"),
        Key::new(
            "in",
            Shape::Names,
            "在哪些状态提供",
            "the states in which it is offered",
        )
        .usually("每个状态", "every state")
        .such_as("[done]"),
        Key::new("by", Shape::Names, "提供给哪些角色", "the roles it is offered to")
            .usually("每个角色", "every role")
            .such_as("[registrant, office]"),
        Key::new("watermark", Shape::Map(&WATERMARK), "水印", "a text across the page").such_as("{text: 草稿}"),
        Key::new(
            "over",
            Shape::Word,
            "对选了同一条登记册记录的全部申请打印一份",
            "printed once over all applications that picked one entry of this register",
        )
        .such_as("batches"),
    ],
);
static WATERMARK: Keys = Keys::new(
    "watermark",
    ("水印", "a watermark"),
    &[
        Key::new("when", Shape::Expression, "条件", "the condition")
            .usually("总有", "always")
            .such_as("'app.state != \"done\"'"),
        Key::new("text", Shape::Text, "文字", "the text")
            .needed()
            .such_as("草稿"),
    ],
);

/// What a document may name. Without states there was no workflow to read, which is told elsewhere.
pub(super) struct Around<'a> {
    pub(super) roles: &'a IndexMap<Id, Role>,
    pub(super) states: Option<&'a IndexSet<Id>>,
    pub(super) plugins: &'a mut IndexMap<Id, PluginUse>,
    pub(super) issued: &'a [Id],
}

impl Loader<'_> {
    /// All documents. A plugin that lays one out is marked so.
    pub(super) fn documents(&mut self, entries: &[Entry], around: &mut Around<'_>) -> IndexMap<Id, Document> {
        let files = Arc::new(self.document_files());
        let mut documents = IndexMap::new();
        if self.too_many(entries) {
            return documents;
        }
        for entry in entries {
            check_id(entry, true, self.problems);
            if let Some(document) = self.document(entry, &files, around) {
                documents.insert(document.id.clone(), document);
            }
        }
        documents
    }

    fn document(
        &mut self,
        entry: &Entry,
        files: &Arc<BTreeMap<String, Arc<[u8]>>>,
        around: &mut Around<'_>,
    ) -> Option<Document> {
        let map = MapReader::new(&entry.value, &DOCUMENT, self.problems)?;
        let id = Id::from(entry.key.as_str());
        let label = self.need_text(&map, "label");
        let source = self.document_source(&map, files, around.plugins);
        let named = map.names("in", self.problems);
        let states = around.states.map(|states| {
            let known = named.into_iter().filter_map(|(_, node)| self.state_id(node, states));
            known.collect()
        });
        let by = map.names("by", self.problems);
        let by = by
            .into_iter()
            .filter_map(|(_, node)| self.role(node, around.roles))
            .collect();
        let watermark = map.get("watermark").and_then(|node| self.watermark(node));
        let over = map.get("over").and_then(|node| self.register_named(node));
        let issued = around.issued.contains(&id);
        if let Some(node) = map.get("over").filter(|_| issued) {
            let message = Text::both(
                format!("文书 {id} 由操作签发给一项申请，不能又按登记册汇总"),
                format!("the document `{id}` is issued for one application, and cannot be over a register"),
            );
            let help = Text::both(
                "删去 over，或换一份文书签发",
                "delete `over`, or issue another document",
            );
            self.problems.at_node("document-issued-over", node, message, Some(help));
        }
        Some(Document {
            id,
            label,
            source: source?,
            states: states.unwrap_or_default(),
            by,
            over,
            watermark,
            issued,
        })
    }

    fn document_source(
        &mut self,
        map: &MapReader<'_>,
        files: &Arc<BTreeMap<String, Arc<[u8]>>>,
        plugins: &mut IndexMap<Id, PluginUse>,
    ) -> Option<DocumentSource> {
        match (map.get("template"), map.get("layout")) {
            (Some(node), None) => {
                let name = string_of(node, self.problems)?;
                let own = self.folders.iter().map(|folder| format!("{}/{name}", folder.display()));
                let Some(main) = own.chain([name.clone()]).find(|path| files.contains_key(path)) else {
                    self.missing_file(node, &name, "");
                    return None;
                };
                Some(DocumentSource::Template {
                    main,
                    files: Arc::clone(files),
                })
            }
            (None, Some(node)) => {
                let name = string_of(node, self.problems)?;
                match plugins.get_mut(name.as_str()) {
                    Some(plugin) => {
                        plugin.on_document = true;
                        Some(DocumentSource::Layout(name.into()))
                    }
                    None if self.is_broken("plugins", &name) => None,
                    None => {
                        let known: Vec<&str> = plugins.keys().map(|id| &**id).collect();
                        self.problems
                            .unknown("unknown-plugin", node, ("插件", "plugin"), &name, known);
                        None
                    }
                }
            }
            _ => {
                let message = Text::both(
                    "文书要写 template 或 layout 之一",
                    "a document has either `template` or `layout`",
                );
                let help = match map.get("template") {
                    Some(_) => Text::both("删去其中一个", "delete one of the two"),
                    None => Text::both(
                        "写 template: documents/….typ，或 layout: 插件",
                        "write `template: documents/….typ`, or `layout:` and a plugin",
                    ),
                };
                self.problems.at_node("document-source", map.node, message, Some(help));
                None
            }
        }
    }

    fn watermark(&mut self, node: &Node) -> Option<Watermark> {
        let map = MapReader::new(node, &WATERMARK, self.problems)?;
        let mut scope = Scope::new(Arc::clone(&self.calendar));
        scope.names.insert("app".into(), self.app.clone());
        scope.names.insert("today".into(), Type::Date);
        let text = map
            .need("text", self.problems)
            .and_then(|node| text_of(node, self.problems))?;
        Some(Watermark {
            when: self.condition(map.get("when"), &scope),
            text,
        })
    }

    /// Every file under `documents/` of the region and its bases.
    fn document_files(&mut self) -> BTreeMap<String, Arc<[u8]>> {
        let mut files = BTreeMap::new();
        for folder_of in &self.folders {
            for path in self.files.in_folder(&folder_of.join("documents"), "") {
                match folder::read(self.files.root(), &path, limits::FILE_BYTES) {
                    Ok(bytes) => drop(files.insert(path.to_string_lossy().into_owned(), bytes.into())),
                    Err(refused) => {
                        let (message, help) = refused.told();
                        self.problems
                            .error("file-unreadable", &Spot::whole(&path), message, help);
                    }
                }
            }
        }
        files
    }
}
