//! The entries of a register while people keep them: listed, added, changed, switched off and on.

use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

use super::{in_order, unchanged};
use crate::check::Answers;
use crate::definition::region::Register;
use crate::definition::{Field, FieldType, Language, Text};
use crate::document;
use crate::registry::accounts::{People, Sheet, Unfit, part};
use crate::registry::{Person, Refused, Registry};
use crate::store::{Change, CommitError, FormerName, Put, RegisterEntry, fresh_id};

/// How many entries a register may have: every look-up reads all of them.
const MOST_ENTRIES: usize = 10_000;
/// How many columns a list shows beside the name.
const COLUMNS: usize = 3;

/// What is wanted of a register's list.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// A part of any column.
    pub text: String,
    /// Only those that can be picked, or only those that cannot.
    pub active: Option<bool>,
    /// The part, from 1.
    pub page: usize,
}

/// A part of a register's list.
#[derive(Debug, Clone)]
pub struct Rows {
    /// What the columns beside the name are called.
    pub columns: Vec<String>,
    /// The entries.
    pub part: People<EntryRow>,
}

/// An entry in a list.
#[derive(Debug, Clone)]
pub struct EntryRow {
    /// Its id.
    pub id: String,
    /// What people pick it by.
    pub name: String,
    /// What it was called before.
    pub former: Vec<FormerName>,
    /// The texts of [`Rows::columns`].
    pub columns: Vec<String>,
    /// Whether it can be picked.
    pub active: bool,
}

/// One entry, opened to be changed.
pub struct OpenEntry {
    /// It.
    pub entry: RegisterEntry,
    /// Its form.
    pub sheet: Sheet,
    /// Its columns, as answers to the form.
    pub answers: Answers,
    /// The day on which it was entered; none where it was there from the start.
    pub since: Option<Date>,
}

impl Registry {
    /// The entries of a register that the person keeps.
    pub async fn entries(
        &self,
        person: &Person,
        register: &str,
        search: &Search,
        language: Language,
    ) -> Result<Rows, Refused> {
        let register = self.register(person, register)?;
        let sheet = self.entry_sheet(person, &register.id).await?;
        let mut entries = self.inner.store.register(&person.region, &register.id).await?;
        in_order(register, &mut entries);
        // The latest first: it is what people look for.
        entries.reverse();
        let shown: Vec<&Field> = shown(register).collect();
        let text = search.text.trim().to_lowercase();
        let row = |entry: RegisterEntry| {
            let answers = entry.data.as_object().cloned().unwrap_or_default();
            let names = sheet.names(&answers);
            let read = |field: &&Field| document::text(field, answers.get(&*field.id), &names, language);
            EntryRow {
                name: entry.name().to_owned(),
                columns: shown.iter().map(read).collect(),
                former: entry.former_names,
                active: entry.active,
                id: entry.id,
            }
        };
        let hit = |row: &EntryRow| {
            let former = row.former.iter().map(|former| &former.name);
            let mut texts = [&row.name, &row.id].into_iter().chain(&row.columns).chain(former);
            text.is_empty() || texts.any(|field| field.to_lowercase().contains(&text))
        };
        let wanted = |row: &EntryRow| search.active.is_none_or(|active| row.active == active) && hit(row);
        let rows: Vec<EntryRow> = entries.into_iter().map(row).filter(wanted).collect();
        let label = |field: &&Field| field.label.get(language).to_owned();
        Ok(Rows {
            columns: shown.iter().map(label).collect(),
            part: part(rows, search.page, |row| row),
        })
    }

    /// The form of an entry of a register that the person keeps.
    pub async fn entry_sheet(&self, person: &Person, register: &str) -> Result<Sheet, Refused> {
        let register = self.register(person, register)?;
        let office = self.office(&person.region)?;
        let form = office.register_form(&register.id).ok_or(Refused::NotFound)?;
        self.sheet_of(office, form).await
    }

    /// One entry of a register that the person keeps.
    pub async fn entry(&self, person: &Person, register: &str, id: &str) -> Result<OpenEntry, Refused> {
        let sheet = self.entry_sheet(person, register).await?;
        let entry = self.inner.store.register_entry(&person.region, register, id).await?;
        let entry = entry.ok_or(Refused::NotFound)?;
        let answers = entry.data.as_object().cloned().unwrap_or_default();
        Ok(OpenEntry {
            since: entry.created_at.map(|at| self.day(at)),
            entry,
            sheet,
            answers,
        })
    }

    /// Adds an entry, or says what is wrong with it; gives its id.
    pub async fn add_entry(
        &self,
        person: &Person,
        register: &str,
        pairs: &[(String, String)],
    ) -> Result<Result<String, Unfit>, Refused> {
        let sheet = self.entry_sheet(person, register).await?;
        let answers = match sheet.checked(pairs, &Answers::new())? {
            Ok(answers) => answers,
            Err(unfit) => return Ok(Err(unfit)),
        };
        let known = self.inner.store.register(&person.region, register).await?;
        if known.len() >= MOST_ENTRIES {
            return Err(Refused::Input(Text::both(
                format!("一个登记册最多 {MOST_ENTRIES} 条记录"),
                format!("A register has at most {MOST_ENTRIES} entries."),
            )));
        }
        let now = self.inner.clock.now();
        let id = fresh_id(now)?;
        let data = Json::Object(answers);
        let detail = json!({"register": register, "entry": id, "columns": data});
        let entry = RegisterEntry {
            created_at: Some(now),
            ..RegisterEntry::new(&person.region, register, id.clone(), data)
        };
        self.put_entry(person, entry, 0, "register-add", detail).await?;
        Ok(Ok(id))
    }

    /// Changes an entry that was read at `revision`, or says what is wrong with it. A name that it loses stays in
    /// its history.
    pub async fn change_entry(
        &self,
        person: &Person,
        register: &str,
        id: &str,
        revision: u64,
        pairs: &[(String, String)],
    ) -> Result<Result<(), Unfit>, Refused> {
        let OpenEntry {
            entry, sheet, answers, ..
        } = self.entry(person, register, id).await?;
        let given = match sheet.checked(pairs, &answers)? {
            Ok(given) => given,
            Err(unfit) => return Ok(Err(unfit)),
        };
        if entry.revision != revision {
            return Err(stale());
        }
        let differences = differences(&answers, &given);
        if differences.is_empty() {
            return Ok(Ok(()));
        }
        let detail = json!({"register": register, "entry": id, "changed": differences});
        let mut changed = RegisterEntry {
            revision: revision + 1,
            data: Json::Object(given),
            ..entry.clone()
        };
        if changed.name() != entry.name() {
            changed.former_names.push(FormerName {
                name: entry.name().to_owned(),
                until: self.inner.clock.today(),
            });
        }
        self.put_entry(person, changed, revision, "register-change", detail)
            .await?;
        Ok(Ok(()))
    }

    /// Lets an entry that was read at `revision` be picked, or not. What was picked stays readable.
    pub async fn switch_entry(
        &self,
        person: &Person,
        register: &str,
        id: &str,
        revision: u64,
        active: bool,
    ) -> Result<(), Refused> {
        let OpenEntry { entry, .. } = self.entry(person, register, id).await?;
        if entry.revision != revision {
            return Err(stale());
        }
        if entry.active == active {
            return Ok(());
        }
        let detail = json!({"register": register, "entry": id, "active": active});
        let changed = RegisterEntry {
            revision: revision + 1,
            active,
            ..entry
        };
        self.put_entry(person, changed, revision, "register-standing", detail)
            .await
    }

    async fn put_entry(
        &self,
        person: &Person,
        entry: RegisterEntry,
        revision: u64,
        act: &str,
        detail: Json,
    ) -> Result<(), Refused> {
        let expect = vec![unchanged(&entry, revision)];
        let put = vec![self.audit(person, None, act, detail), Put::RegisterEntry(entry)];
        match self.inner.store.commit(Change { expect, put }).await {
            Ok(_) => Ok(()),
            Err(CommitError::Stale { .. }) => Err(stale()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The columns that a list shows beside the name.
fn shown(register: &Register) -> impl Iterator<Item = &Field> {
    let fits = |field: &&Field| {
        let whole = matches!(
            field.kind,
            FieldType::Table(_) | FieldType::File(_) | FieldType::Note | FieldType::LongText
        );
        !whole && *field.id != *"name"
    };
    let fields = register.form.fields().map(|(_, field)| field);
    fields.filter(fits).take(COLUMNS)
}

/// Each column that changes: what it was and what it is.
fn differences(before: &Answers, after: &Answers) -> Map<String, Json> {
    let ids = before.keys().chain(after.keys().filter(|id| !before.contains_key(*id)));
    let differs = ids.filter(|id| before.get(*id) != after.get(*id));
    differs
        .map(|id| (id.clone(), json!([before.get(id), after.get(id)])))
        .collect()
}

fn stale() -> Refused {
    Refused::Stale(Text::both(
        "这条记录在别处已经改过，您的修改还没有保存，仍在下面。请与现在的内容核对；再次保存将以本页的内容为准",
        "This entry was changed elsewhere; your changes are not stored yet and stand below. Compare them with what it is now; saving again puts this page in its place.",
    ))
}
