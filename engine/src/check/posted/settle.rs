//! From typed names to what is stored, where that takes more than the form: look-ups, and names that several codes
//! have of which one alone fits the other answers.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{Posted, Reason, Refused};
use crate::check::{Answers, Context, Evaluated, Path, path};
use crate::definition::{Field, FieldType, Form, Id};
use indexmap::IndexMap;

impl Posted {
    /// Puts the id of a record in the place of its typed name. What no record that may be picked is called, or
    /// several, is refused. `fields` are those of the page, `stored` all answers as they are stored.
    pub fn settle(&mut self, form: &Arc<Form>, fields: &IndexMap<Id, Field>, stored: &Answers, context: &Context<'_>) {
        let mut open = Vec::new();
        for field in fields.values() {
            let here = Path::field(Id::clone(&field.id));
            names(field, &here, self.answers.get(&*field.id), context, &mut open);
        }
        open.retain(
            |(path, typed, from)| match unchanged(path, typed, from, stored, context) {
                Some(id) => path::set(&mut self.answers, path, Json::String(id)).is_err(),
                None => true,
            },
        );
        let several = |refused: &Refused| refused.reason == Reason::SeveralChoices && !refused.raw.is_empty();
        let several: Vec<Refused> = self.refused.extract_if(.., |refused| several(refused)).collect();
        if open.is_empty() && several.is_empty() {
            return;
        }
        let mut answers = stored.clone();
        answers.retain(|id, _| !fields.contains_key(id.as_str()));
        let page = fields
            .keys()
            .filter_map(|id| Some((id.to_string(), stored.get(&**id)?.clone())));
        answers.extend(self.merge(fields, &page.collect()));
        let evaluated = Evaluated::new(form, &answers, context);
        for (path, typed, _) in open {
            self.settled(&evaluated, &path, fields, &typed, context);
        }
        for refused in several {
            let at = refused.path.parse::<Path>().ok();
            let one = at
                .as_ref()
                .and_then(|path| evaluated.picker(path, context)?.resolve(&refused.raw).ok());
            let single = |path: &Path| {
                let field = path.question(fields);
                field.is_some_and(|field| matches!(field.kind, FieldType::Choice(_) | FieldType::Tree(_)))
            };
            match (one, at.filter(single)) {
                (Some(code), Some(path)) => drop(path::set(&mut self.answers, &path, Json::String(code))),
                _ => self.refused.push(refused),
            }
        }
    }

    fn settled(
        &mut self,
        evaluated: &Evaluated,
        path: &Path,
        fields: &IndexMap<Id, Field>,
        typed: &str,
        context: &Context<'_>,
    ) {
        let resolved = match evaluated.picker(path, context) {
            Some(picker) => picker.resolve(typed),
            None => Err((Reason::NotListed, Vec::new())),
        };
        let is_secret = path.question(fields).is_some_and(|field| field.sensitive);
        match resolved {
            Ok(id) => drop(path::set(&mut self.answers, path, Json::String(id))),
            Err((reason, near)) => {
                drop(path::set(&mut self.answers, path, Json::Null));
                self.refused.push(Refused {
                    path: path.to_string(),
                    raw: if is_secret { String::new() } else { typed.to_owned() },
                    reason,
                    near: if is_secret { Vec::new() } else { near },
                });
            }
        }
    }
}

/// The look-ups below `here` whose answer is no id: place, what was typed, register.
fn names(field: &Field, here: &Path, answer: Option<&Json>, context: &Context<'_>, open: &mut Vec<(Path, String, Id)>) {
    match (&field.kind, answer) {
        (FieldType::Lookup(lookup), Some(Json::String(typed)))
            if context.lookups.get(&lookup.from, typed).is_none() =>
        {
            open.push((here.clone(), typed.clone(), Id::clone(&lookup.from)));
        }
        (FieldType::Table(table), Some(Json::Array(rows))) => {
            let none = Map::new();
            for (at, row) in rows.iter().enumerate() {
                let cells = row.as_object().unwrap_or(&none);
                for column in table.columns.values() {
                    let below = here.row(at).column(Id::clone(&column.id));
                    names(column, &below, cells.get(&*column.id), context, open);
                }
            }
        }
        _ => {}
    }
}

/// The stored id where what was typed is what the page shows of it: nothing was changed.
fn unchanged(path: &Path, typed: &str, from: &str, stored: &Answers, context: &Context<'_>) -> Option<String> {
    let id = path.get(stored)?.as_str()?;
    let record = context.lookups.get(from, id);
    let name = record
        .as_ref()
        .and_then(|record| record.get("name"))
        .and_then(Json::as_str);
    (name.unwrap_or(id) == typed).then(|| id.to_owned())
}
