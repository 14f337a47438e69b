//! `$ref`: into the same file or into another one of the region's folder.

use std::path::{Component, Path, PathBuf};

use super::{Loader, Piece};
use crate::definition::merge::laid_over;
use crate::definition::source::{Entry, Node, Value};
use crate::definition::{Text, limits};

/// How many references may lead to one another, and how deep a schema may stand in another.
const DEEPEST: usize = 32;

impl Loader<'_> {
    /// The piece with its own `$ref` followed; what stands beside the reference is laid over it.
    pub(super) fn resolved(&mut self, mut piece: Piece) -> Option<Piece> {
        for _ in 0..DEEPEST {
            let Some(reference) = piece.node.get("$ref").cloned() else {
                return Some(piece);
            };
            let target = self.referred(&reference, &piece.file)?;
            let Value::Map(mut beside) = piece.node.value else {
                return None;
            };
            beside.retain(|entry| entry.key != "$ref");
            piece = if beside.is_empty() {
                target
            } else {
                let beside = Node {
                    value: Value::Map(beside),
                    ..piece.node
                };
                Piece {
                    node: laid_over(target.node, beside, self.problems),
                    file: target.file,
                }
            };
        }
        self.goes_round(&piece.node);
        None
    }

    /// The piece without any `$ref`, as a schema that stands for itself.
    pub(super) fn inlined(&mut self, piece: Piece, depth: usize) -> Option<Node> {
        if depth > DEEPEST {
            self.goes_round(&piece.node);
            return None;
        }
        let Piece { node, file } = self.resolved(piece)?;
        let mut below = |node: Node| {
            self.inlined(
                Piece {
                    node,
                    file: file.clone(),
                },
                depth + 1,
            )
        };
        let value = match node.value {
            Value::Map(entries) => {
                let entries = entries.into_iter().map(|entry| {
                    Some(Entry {
                        value: below(entry.value)?,
                        ..entry
                    })
                });
                Value::Map(entries.collect::<Option<_>>()?)
            }
            Value::List(items) => Value::List(items.into_iter().map(below).collect::<Option<_>>()?),
            scalar => scalar,
        };
        Some(Node {
            spot: node.spot,
            replaced: node.replaced,
            value,
        })
    }

    pub(super) fn goes_round(&mut self, node: &Node) {
        let message = Text::both("$ref 绕成了圈", "`$ref` goes round in a circle");
        self.problems.at_node("schema-ref", node, message, None);
    }

    /// What `file#/pointer` names.
    fn referred(&mut self, reference: &Node, from: &Path) -> Option<Piece> {
        let written = reference.scalar().unwrap_or_default().to_owned();
        let (name, pointer) = written.split_once('#').unwrap_or((&written, ""));
        let file = if name.is_empty() {
            Some(from.to_path_buf())
        } else {
            inside(from.parent().unwrap_or(Path::new("")), name)
        };
        let file =
            file.filter(|file| self.folders.iter().any(|folder| file.starts_with(folder)) && self.files.has(file));
        let Some(file) = file else {
            let message = Text::both(
                format!("本地区的文件夹里没有 {name}"),
                format!("there is no {name} in the region's folder"),
            );
            let help = Text::both(
                "只能引用本地区文件夹（或其底）里的文件",
                "only files of the region's folder and of its bases can be referred to",
            );
            self.problems.at_node("schema-ref", reference, message, Some(help));
            return None;
        };
        let root = self.files.parsed(&file, self.problems)?;
        let found = pointer.split('/').skip(1).try_fold(root, |node, step| {
            let step = step.replace("~1", "/").replace("~0", "~");
            match &node.value {
                Value::List(items) => items.get(step.parse::<usize>().ok()?),
                _ => node.get(&step),
            }
        });
        let Some(node) = found.cloned() else {
            let message = Text::both(
                format!("{} 里没有 {pointer}", file.display()),
                format!("{} has no {pointer}", file.display()),
            );
            self.problems.at_node("schema-ref", reference, message, None);
            return None;
        };
        self.referred += node.values();
        if self.referred > limits::VALUES {
            let what = ("由 $ref 引入的值的个数", "the values that `$ref`s bring");
            self.problems.too_large(&reference.spot, what, limits::VALUES);
            return None;
        }
        Some(Piece { node, file })
    }
}

/// `name` from `folder`, without leaving the folder of all definitions.
fn inside(folder: &Path, name: &str) -> Option<PathBuf> {
    let mut path = folder.to_path_buf();
    for part in Path::new(name).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir => path.pop().then_some(())?,
            _ => return None,
        }
    }
    Some(path)
}
