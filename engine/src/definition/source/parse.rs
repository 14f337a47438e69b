//! YAML events → [`Node`]. Refuses what would make two readers disagree: anchors, aliases, tags,
//! merge keys, duplicate keys, several documents.

mod slip;

use std::collections::HashMap;
use std::sync::Arc;

use serde_yaml::granit_parser::{Event, Parser, ScalarStyle, Span};

use super::{Entry, Node, Problems, SourceFile, Spot, Value};
use crate::definition::{Text, limits};

/// A map with fewer keys is searched from its front.
const FEW: usize = 16;

/// Reads one file. `None` where nothing usable stands in it; every mistake goes to `problems`.
pub fn parse(file: &Arc<SourceFile>, problems: &mut Problems) -> Option<Node> {
    let mut builder = Builder {
        file,
        problems,
        stack: Vec::new(),
        root: None,
        documents: 0,
        values: 0,
    };
    let before = builder.problems.len();
    if let Some(line) = long_line(&file.text) {
        let spot = Spot {
            file: Arc::clone(file),
            range: line..line,
        };
        builder
            .problems
            .too_large(&spot, ("一行的字节数", "the bytes of one line"), limits::LINE_BYTES);
        return None;
    }
    for next in Parser::new_from_str(&file.text) {
        match next {
            Ok((event, span)) => builder.take(event, &span)?,
            Err(error) => {
                let at = byte_of(&file.text, error.marker().index());
                let spot = Spot {
                    file: Arc::clone(file),
                    range: at..at,
                };
                let said = error.info();
                if said.contains("recursion limit") {
                    builder.too_deep(&spot);
                    return None;
                }
                let message = Text::both(
                    format!("YAML 写法有误：{}", slip::in_chinese(&said)),
                    format!("this is not valid YAML: {said}"),
                );
                let help = slip::help(&file.text, at);
                builder.problems.error("yaml-syntax", &spot, message, Some(help));
                return None;
            }
        }
    }
    // What these leave behind is not what was meant; there is no use in reading on.
    let lost = builder
        .problems
        .any_since(before, &["yaml-alias", "yaml-key", "yaml-merge-key"]);
    if builder.root.is_none() && builder.problems.len() == before {
        let spot = Spot {
            file: Arc::clone(file),
            range: 0..0,
        };
        let message = Text::both("这个文件是空的", "the file is empty");
        let help = Text::both("写上内容，或删去这个文件", "write something into it, or delete it");
        builder.problems.error("empty-file", &spot, message, Some(help));
    }
    builder.root.filter(|_| !lost)
}

/// Where the first line begins that is too long.
fn long_line(text: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.len() > limits::LINE_BYTES {
            return Some(start);
        }
        start += line.len();
    }
    None
}

fn byte_of(text: &str, chars: usize) -> usize {
    text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at)
}

enum Open {
    List(Vec<Node>, Spot),
    Map(OpenMap),
}

struct OpenMap {
    entries: Vec<Entry>,
    spot: Spot,
    /// A key whose value is still to come.
    key: Option<(String, Spot)>,
    /// The keys of a map that has many.
    places: HashMap<String, usize>,
}

impl OpenMap {
    fn new(spot: Spot) -> Self {
        Self {
            entries: Vec::new(),
            spot,
            key: None,
            places: HashMap::new(),
        }
    }

    /// The entry that has this key already.
    fn known(&self, name: &str) -> Option<&Entry> {
        if self.places.is_empty() {
            return self.entries.iter().find(|entry| entry.key == name);
        }
        self.places.get(name).and_then(|at| self.entries.get(*at))
    }

    fn push(&mut self, entry: Entry) {
        if self.entries.len() == FEW {
            let keys = self.entries.iter().enumerate();
            self.places = keys.map(|(at, entry)| (entry.key.clone(), at)).collect();
        }
        if self.entries.len() >= FEW {
            self.places.insert(entry.key.clone(), self.entries.len());
        }
        self.entries.push(entry);
    }
}

struct Builder<'a> {
    file: &'a Arc<SourceFile>,
    problems: &'a mut Problems,
    stack: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    values: usize,
}

impl Builder<'_> {
    /// `None` stops the reading.
    fn take(&mut self, event: Event<'_>, span: &Span) -> Option<()> {
        let spot = self.spot(span);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.refuse(
                        "yaml-documents",
                        &spot,
                        "一个文件只能有一份 YAML，请删去 ---",
                        "a file holds one YAML document: remove the `---`",
                    );
                    return None;
                }
            }
            Event::Alias(_) => {
                self.refuse(
                    "yaml-alias",
                    &spot,
                    "不支持别名 *…：文字以 * 开头时请加引号，重复的内容请用 extends",
                    "aliases are not used here: quote a text that starts with *, and use `extends` for what repeats",
                );
                // Something must stand where a value is due.
                self.add(Node {
                    spot,
                    replaced: None,
                    value: Value::List(Vec::new()),
                });
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_properties(anchor, tag.is_some(), &spot);
                let plain = matches!(style, ScalarStyle::Plain);
                // Where nothing is written, the parser says `~`.
                let text = match (plain && spot.range.is_empty(), tag) {
                    (true, None) => String::new(),
                    // What was read as a tag is the beginning of the text that was meant.
                    (true, Some(_)) => self.property(&spot, '!').1.to_owned(),
                    (false, _) => text.into_owned(),
                };
                self.add(Node {
                    spot,
                    replaced: None,
                    value: Value::Scalar { text, plain },
                });
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_properties(anchor, tag.is_some(), &spot);
                self.stack.push(Open::List(Vec::new(), spot));
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_properties(anchor, tag.is_some(), &spot);
                self.stack.push(Open::Map(OpenMap::new(spot)));
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&spot),
            _ => {}
        }
        if self.stack.len() > limits::DEPTH {
            self.too_deep(&self.spot(span));
            return None;
        }
        if self.values > limits::VALUES {
            let what = ("一个文件里的键和值", "the keys and values in one file");
            self.problems.too_large(&self.spot(span), what, limits::VALUES);
            return None;
        }
        Some(())
    }

    fn spot(&self, span: &Span) -> Spot {
        let range = span.byte_range().unwrap_or_default();
        Spot {
            file: Arc::clone(self.file),
            range,
        }
    }

    fn too_deep(&mut self, spot: &Spot) {
        let most = limits::DEPTH;
        let (zh, en) = (
            format!("嵌套太深（超过 {most} 层）"),
            format!("nested more than {most} levels deep"),
        );
        self.refuse("yaml-depth", spot, &zh, &en);
    }

    fn refuse(&mut self, rule: &'static str, spot: &Spot, zh: &str, en: &str) {
        self.problems.error(rule, spot, Text::both(zh, en), None);
    }

    fn refuse_properties(&mut self, anchor: usize, tagged: bool, spot: &Spot) {
        if anchor > 0 {
            let spot = &self.property(spot, '&').0;
            self.refuse(
                "yaml-anchor",
                spot,
                "不支持锚点 &…：文字以 & 开头时请加引号，重复的内容请用 extends",
                "anchors are not used here: quote a text that starts with &, and use `extends` for what repeats",
            );
        }
        if tagged {
            let spot = &self.property(spot, '!').0;
            self.refuse(
                "yaml-tag",
                spot,
                "不支持标签 !…：表达式或文字以 ! 开头时请加引号",
                "tags are not used here: quote an expression or text that starts with !",
            );
        }
    }

    /// The tag or anchor before a value, and its text.
    fn property(&self, value: &Spot, mark: char) -> (Spot, &str) {
        let before = self.file.text.get(..value.range.start).unwrap_or_default();
        let start = before.rfind(mark).unwrap_or(value.range.start);
        let text = before.get(start..).unwrap_or_default().trim_end();
        let spot = Spot {
            file: Arc::clone(self.file),
            range: start..start + text.len(),
        };
        (spot, text)
    }

    fn close(&mut self, end: &Spot) {
        let node = match self.stack.pop() {
            Some(Open::List(items, spot)) => Node {
                spot: self.up_to(spot, end),
                replaced: None,
                value: Value::List(items),
            },
            Some(Open::Map(map)) => Node {
                spot: self.up_to(map.spot, end),
                replaced: None,
                value: Value::Map(map.entries),
            },
            None => return,
        };
        self.add(node);
    }

    fn up_to(&self, start: Spot, end: &Spot) -> Spot {
        let range = start.range.start..end.range.end.max(start.range.start);
        Spot {
            file: start.file,
            range,
        }
    }

    fn add(&mut self, node: Node) {
        self.values += 1;
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(items, _)) => items.push(node),
            Some(Open::Map(map)) => match map.key.take() {
                Some((name, key_spot)) => {
                    if let Some(first) = map.known(&name) {
                        let related = (
                            first.key_spot.place(),
                            Text::both("第一次写在这里", "first written here"),
                        );
                        self.problems.error_with(
                            "duplicate-key",
                            &key_spot,
                            Text::both(
                                format!("「{name}」在这里写了两次"),
                                format!("`{name}` is written twice here"),
                            ),
                            Some(Text::both(
                                "删去其中一个，或改成另一个名字",
                                "remove one of them or rename it",
                            )),
                            vec![related],
                        );
                    } else {
                        map.push(Entry {
                            key: name,
                            key_spot,
                            value: node,
                        });
                    }
                }
                None => match node.value {
                    Value::Scalar { text, plain } => {
                        if plain && text == "<<" {
                            self.problems.error(
                                "yaml-merge-key",
                                &node.spot,
                                Text::both("不支持 <<，请用 extends", "`<<` is not used here: use `extends`"),
                                None,
                            );
                        }
                        map.key = Some((text, node.spot));
                    }
                    _ => {
                        self.problems.error(
                            "yaml-key",
                            &node.spot,
                            Text::both("键必须是文字", "a key must be a plain text"),
                            None,
                        );
                        map.key = Some((String::new(), node.spot));
                    }
                },
            },
        }
    }
}
