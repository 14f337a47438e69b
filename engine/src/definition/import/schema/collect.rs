//! Objects: their properties one by one, and the conditions that they set for one another.

use super::super::draft::Words;
use super::super::id::Ids;
use super::condition::{Conditional, When};
use super::seen::{Seen, items};
use super::{Asked, MOST_QUESTIONS, Part, Reading, Section, below, left, place, step};

/// How deep objects may stand in one another.
const DEEPEST: usize = 8;

/// Words of an object that are read, or that say nothing of an answer.
const READ: [&str; 24] = [
    "$schema",
    "$id",
    "id",
    "$comment",
    "$defs",
    "definitions",
    "$ref",
    "title",
    "description",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "unevaluatedProperties",
    "examples",
    "default",
    "if",
    "then",
    "else",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "deprecated",
    "$anchor",
];

impl<'r> Reading<'r> {
    /// The properties of an object.
    pub(super) fn section(
        &mut self,
        name: &str,
        path: &str,
        object: &Seen<'r>,
        ids: &mut Ids,
        depth: usize,
    ) -> Section {
        let mut section = Section {
            name: name.to_owned(),
            path: path.to_owned(),
            title: object.words("title").or(|| Words::of(name)),
            help: object.words("description"),
            parts: Vec::new(),
        };
        for (properties, pointer) in object.all("properties") {
            for entry in properties.entries().unwrap_or_default() {
                let known = section.parts.iter().any(|part| part.name() == entry.key);
                if known || self.count > MOST_QUESTIONS {
                    continue;
                }
                let property = self.seen(&entry.value, &step(&pointer, &entry.key));
                let part = self.part(&entry.key, path, &property, object.requires(&entry.key), ids, depth);
                section.parts.extend(part);
            }
        }
        self.conditionals_of(object, path, &mut section, ids, depth);
        for (word, node, pointer) in object.entries() {
            if !READ.contains(&word) && !word.starts_with("x-") && !is_plain_all_of(word, node) {
                let remark = left(
                    "import-word",
                    place(node, &pointer),
                    format!("对象上的「{word}」没有对应的写法，没有导入"),
                    format!("there is nothing that `{word}` of an object could become: it is left out"),
                );
                self.once(remark);
            }
        }
        section
    }

    fn part(
        &mut self,
        name: &str,
        path: &str,
        property: &Seen<'r>,
        required: bool,
        ids: &mut Ids,
        depth: usize,
    ) -> Option<Part> {
        if self.count > MOST_QUESTIONS {
            return None;
        }
        let own = below(path, name);
        let is_object = property.get("properties").is_some();
        if is_object && depth < DEEPEST {
            self.count += 1;
            return Some(Part::Section(self.section(name, &own, property, ids, depth + 1)));
        }
        if is_object {
            let remark = left(
                "import-depth",
                property.place(),
                format!("对象嵌套超过 {DEEPEST} 层的上限，没有导入"),
                format!("objects stand more than {DEEPEST} deep in one another, which is the limit: left out"),
            );
            self.once(remark);
            return None;
        }
        let mut asked = self.asked(name, &own, property, ids, 0)?;
        asked.field.required = required && !matches!(asked.field.kind, super::Kind::Left);
        let ty = super::super::draft::type_of(&asked.field.id, &asked.field.kind, &self.compiled);
        self.answers.insert(own, (asked.field.id.clone(), ty));
        Some(Part::Field(Box::new(asked)))
    }

    /// `if`/`then`/`else`, also inside `allOf`, and what depends on a property that is there. What only
    /// a branch has becomes a field that is asked under the condition.
    fn conditionals_of(&mut self, object: &Seen<'r>, path: &str, section: &mut Section, ids: &mut Ids, depth: usize) {
        let mut found: Vec<(When<'r>, bool, Seen<'r>)> = Vec::new();
        for (node, pointer) in object.layers.clone() {
            let alternatives = node.get("allOf").map(items).unwrap_or_default().iter().enumerate();
            let inside = alternatives
                .filter(|(_, part)| part.get("if").is_some())
                .map(|(at, part)| (part, format!("{pointer}/allOf/{at}")));
            for (holder, pointer) in std::iter::once((node, pointer.clone())).chain(inside) {
                let Some(condition) = holder.get("if") else { continue };
                let condition = self.seen(condition, &step(&pointer, "if"));
                for (word, negated) in [("then", false), ("else", true)] {
                    if let Some(branch) = holder.get(word) {
                        let branch = self.seen(branch, &step(&pointer, word));
                        found.push((When::Fits(condition.clone()), negated, branch));
                    }
                }
            }
            for word in ["dependentSchemas", "dependencies", "dependentRequired"] {
                for entry in node
                    .get(word)
                    .and_then(crate::definition::source::Node::entries)
                    .unwrap_or_default()
                {
                    let pointer = step(&step(&pointer, word), &entry.key);
                    let filled = When::Filled(below(path, &entry.key));
                    self.dependent(filled, &entry.value, &pointer, &mut found, path, object);
                }
            }
        }
        for (when, negated, branch) in found {
            self.branch(when, negated, &branch, path, section, ids, depth);
        }
    }

    /// What depends on a property that is there: names, a schema, or one of several schemas that each ask
    /// for a value of it.
    fn dependent(
        &mut self,
        filled: When<'r>,
        node: &'r super::Node,
        pointer: &str,
        found: &mut Vec<(When<'r>, bool, Seen<'r>)>,
        path: &str,
        object: &Seen<'r>,
    ) {
        let names = items(node);
        if !names.is_empty() {
            for name in names.iter().filter_map(super::Node::scalar) {
                self.conditionals.push(Conditional {
                    when: filled.clone(),
                    negated: false,
                    path: path.to_owned(),
                    requires: vec![name.to_owned()],
                    shows: Vec::new(),
                });
            }
            return;
        }
        let branch = self.seen(node, pointer);
        let alternatives = branch.get("oneOf").or_else(|| branch.get("anyOf"));
        let Some((alternatives, at)) = alternatives else {
            found.push((filled, false, branch));
            return;
        };
        let declared = |name: &str| {
            object
                .all("properties")
                .iter()
                .any(|(node, _)| node.get(name).is_some())
        };
        for (index, alternative) in items(alternatives).iter().enumerate() {
            let alternative = self.seen(alternative, &format!("{at}/{index}"));
            // The properties that the object has say when; the others are what then is asked.
            let mut condition = alternative.clone();
            condition.layers.truncate(1);
            found.push((
                When::Declared(condition, declared_names(&alternative, &declared)),
                false,
                alternative,
            ));
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what a section needs, and the condition")]
    fn branch(
        &mut self,
        when: When<'r>,
        negated: bool,
        branch: &Seen<'r>,
        path: &str,
        section: &mut Section,
        ids: &mut Ids,
        depth: usize,
    ) {
        let mut conditional = Conditional {
            when,
            negated,
            path: path.to_owned(),
            requires: Vec::new(),
            shows: Vec::new(),
        };
        for (properties, pointer) in branch.all("properties") {
            for entry in properties.entries().unwrap_or_default() {
                let property = self.seen(&entry.value, &step(&pointer, &entry.key));
                let own = below(path, &entry.key);
                if !section.parts.iter().any(|part| part.name() == entry.key) {
                    if self.count > MOST_QUESTIONS {
                        return;
                    }
                    let part = self.part(&entry.key, path, &property, false, ids, depth);
                    section.parts.extend(part);
                    conditional.shows.push(entry.key.clone());
                } else if self.shows_already(&own) {
                    conditional.shows.push(entry.key.clone());
                } else if !conditional.when.is_about(&entry.key) && has_words(&property) {
                    let remark = left(
                        "import-condition",
                        property.place(),
                        format!("只在条件成立时对「{}」的约束没有导入", entry.key),
                        format!("what constrains `{}` only under the condition is left out", entry.key),
                    );
                    let remark = remark.help("写成登记表的 rules", "write it as one of the form's `rules`");
                    self.once(remark);
                }
            }
        }
        let lists = branch.all("required");
        let names = lists
            .iter()
            .flat_map(|(list, _)| items(list))
            .filter_map(super::Node::scalar);
        conditional.requires.extend(names.map(str::to_owned));
        for word in ["if", "not", "oneOf", "anyOf", "dependencies", "dependentSchemas"] {
            if let Some((node, pointer)) = branch.get(word)
                && !matches!(conditional.when, When::Declared(..) if word == "oneOf")
            {
                let remark = left(
                    "import-condition",
                    place(node, &pointer),
                    format!("分支里的「{word}」没有导入"),
                    format!("`{word}` inside of a branch is left out"),
                );
                self.once(remark);
            }
        }
        self.conditionals.push(conditional);
    }

    /// Whether another branch asks for it: one of the conditions is enough then.
    fn shows_already(&self, path: &str) -> bool {
        self.conditionals.iter().any(|conditional| {
            conditional
                .shows
                .iter()
                .any(|name| below(&conditional.path, name) == path)
        })
    }

    /// A property that is no object.
    pub(super) fn asked(
        &mut self,
        name: &str,
        path: &str,
        property: &Seen<'r>,
        ids: &mut Ids,
        tables: usize,
    ) -> Option<Asked> {
        self.count += 1;
        let mut asked = self.property(name, path, property, tables)?;
        let (id, collides) = ids.take(&path.replace('/', " "));
        if collides {
            let remark = super::changed(
                "import-id",
                property.place(),
                format!("「{name}」的标识已被占用，改为 {id}"),
                format!("the id of `{name}` was taken: it becomes `{id}`"),
            );
            self.remarks.push(remark);
        }
        asked.field.id = id;
        Some(asked)
    }
}

fn is_plain_all_of(word: &str, node: &super::Node) -> bool {
    word == "allOf" && items(node).iter().all(|part| part.entries().is_some())
}

/// Whether a schema asks anything.
fn has_words(property: &Seen<'_>) -> bool {
    let silent = ["title", "description", "type", "$comment"];
    property.entries().iter().any(|(word, ..)| !silent.contains(word))
}

/// The properties of an alternative that the object itself has.
fn declared_names(alternative: &Seen<'_>, declared: &impl Fn(&str) -> bool) -> Vec<String> {
    let lists = alternative.all("properties");
    let names = lists.iter().flat_map(|(node, _)| node.entries().unwrap_or_default());
    names
        .filter(|entry| declared(&entry.key))
        .map(|entry| entry.key.clone())
        .collect()
}
