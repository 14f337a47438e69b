//! What is typed into an action's form, read as a page is: by the types of its fields, with names in the place of ids.

use serde_json::{Map, Value as Json};

use crate::check::posted::{self, Near, Reason};
use crate::check::{Lookups, limits};
use crate::definition::code_list::Typed;
use crate::definition::form::Lookup;
use crate::definition::workflow::{Action, ActionField};
use crate::definition::{Field, FieldType};
use crate::registry::draft::too_many;
use crate::registry::{Case, Refused};
use crate::theme::input_name::MARKER;
use crate::workflow::may_pick;

impl Case {
    /// The inputs of an action as they were posted, and what of them could not be read. An input that was not posted
    /// is not there.
    pub fn read_inputs(
        &self,
        action: &Action,
        pairs: &[(String, String)],
    ) -> Result<(Map<String, Json>, Vec<posted::Refused>), Refused> {
        let fields = || {
            action.form.values().filter_map(|input| match input {
                ActionField::Field(field) => Some(field),
                ActionField::Marks { .. } => None,
            })
        };
        // All of an action's inputs are offered: nothing of it is stored yet that could stay as it is.
        let offered = fields().map(|field| (MARKER.to_owned(), field.id.to_string()));
        let pairs: Vec<_> = offered.chain(pairs.iter().cloned()).collect();
        let mut read = posted::decode_each(fields(), &pairs, &|_| true).map_err(too_many)?;
        read.answers.retain(|_, answer| !answer.is_null());
        for field in fields() {
            if let (FieldType::Lookup(lookup), Some(typed)) = (&field.kind, read.answers.get(&*field.id)) {
                let typed = typed.as_str().unwrap_or_default().to_owned();
                match self.picked(action, lookup, &typed) {
                    Ok(id) => drop(read.answers.insert(field.id.to_string(), Json::String(id))),
                    Err(refused) => {
                        read.answers.remove(&*field.id);
                        read.refused.push(unread(field, &typed, refused));
                    }
                }
            }
        }
        Ok((read.answers, read.refused))
    }

    /// The name of what a look-up of an action has picked.
    pub fn input_name(&self, lookup: &Lookup, id: &str) -> Option<String> {
        let record = self.units().get(&lookup.from, id)?;
        record.get("name").and_then(Json::as_str).map(str::to_owned)
    }

    /// The id of the one record that is called so and may be picked, or what may have been meant.
    fn picked(&self, action: &Action, lookup: &Lookup, typed: &str) -> Result<String, Vec<Near>> {
        let workflow = &self.office.region().workflow;
        let evaluated = self.evaluated();
        let answers = Map::new();
        let value = |name: &str| evaluated.value(name);
        let facts = self.facts(&answers, &value, None);
        let fits = |id: &str| {
            let record = self.units().get(&lookup.from, id);
            let record = record.filter(|record| self.units().is_offered(&lookup.from, record));
            record.is_some_and(|record| may_pick(workflow, action, &facts, lookup, &record))
        };
        if fits(typed) {
            return Ok(typed.to_owned());
        }
        let name = Typed::new(typed);
        let names = self.units().names(&lookup.from);
        let mut ranked: Vec<_> = names
            .filter_map(|(id, known)| Some((name.rank(&known)?, id, known)))
            .collect();
        ranked.sort_by_key(|(rank, ..)| *rank);
        ranked.truncate(limits::CANDIDATES);
        let mut called = ranked.iter().filter(|(_, id, known)| name.is(known) && fits(id));
        match (called.next(), called.next()) {
            (Some((_, id, _)), None) => Ok(id.to_string()),
            _ => {
                let near = ranked.iter().filter(|(_, id, _)| fits(id)).take(limits::NEAR_NAMED);
                let near = near.map(|(_, id, known)| Near {
                    value: id.to_string(),
                    label: known.to_string(),
                });
                Err(near.collect())
            }
        }
    }
}

fn unread(field: &Field, typed: &str, near: Vec<Near>) -> posted::Refused {
    posted::Refused {
        path: field.id.to_string(),
        raw: typed.to_owned(),
        reason: Reason::NotListed,
        near,
    }
}
