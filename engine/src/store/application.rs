//! Applications and their answers: what is stored of them, and how they are listed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Store;
use super::error::{StoreError, Subject};
use super::key;
use super::record::{Record, Unique, decode, quiet_debug};
use super::seal::found_in;
use super::table::Table;
use super::view::{Listed, Page, View};

/// Where an application stands. Its answers are kept apart, a record a page.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Application {
    /// The region.
    pub region: String,
    /// The id, unique in the region.
    pub id: String,
    /// The form's id.
    pub form: String,
    /// The content hash of the [`super::FormVersion`] it is pinned to.
    pub form_hash: String,
    /// What lists call it. Counts when the application is created; later only [`super::Put::Title`] changes it.
    pub title: String,
    /// The account that files it.
    pub applicant: String,
    /// The name of that person, for lists.
    pub applicant_name: String,
    /// The unit of that person.
    pub applicant_unit: Option<String>,
    /// The workflow's state.
    pub state: String,
    /// Since when it is in that state.
    pub state_since: Timestamp,
    /// Whom it waits for.
    pub waits_for: Option<Party>,
    /// Who has handled it, for roles that see what they handled.
    pub handled_by: Vec<Party>,
    /// The day of first submission (LANGUAGE L3, `app.filed_on`).
    pub filed_on: Option<Date>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When anything of it was last changed. Never goes back: the later of the stored and the put one is kept.
    pub updated_at: Timestamp,
    /// How many actions have happened, counted from 1, so that 0 can mean "does not exist".
    pub revision: u64,
    /// How many times a page was saved. The store counts it; what is put is ignored.
    pub answers_revision: u64,
    /// The registration number; unique in the region, and never given again.
    pub number: Option<String>,
    /// The day of that number.
    pub registered_on: Option<Date>,
    /// The id of its [`super::Certificate`].
    pub certificate: Option<String>,
    /// The last day of the state's time limit.
    pub due_on: Option<Date>,
    /// Why and with which marks it was returned, while it is.
    pub returned: Option<Returned>,
    /// The names of what was picked, as they were at submission.
    pub summary: Value,
}

quiet_debug!(Application: region, id, state, revision, answers_revision);

/// A role, and the unit in which somebody has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Party {
    /// The role's id.
    pub role: String,
    /// The unit's id; `None` where the role belongs to the whole region.
    pub unit: Option<String>,
}

/// A return to the applicant.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Returned {
    /// What the reviewer wrote.
    pub opinion: String,
    /// The account that returned it.
    pub by: String,
    /// The paths of the marked fields.
    pub marks: Vec<String>,
}

quiet_debug!(Returned: by, marks);

/// The saved answers of one page.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerPage {
    /// The region.
    pub region: String,
    /// The application.
    pub application: String,
    /// The page's id.
    pub page: String,
    /// How many times it was saved, counted from 1.
    pub revision: u64,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// The answers by field id; sensitive ones sealed.
    pub answers: Map<String, Value>,
    /// The rows that were removed last and can still be brought back; sensitive answers sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Value>,
}

quiet_debug!(AnswerPage: region, application, page, revision);

/// An application with its saved pages, as they stood at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Dossier {
    /// The application.
    pub application: Application,
    /// Its pages, by their ids.
    pub pages: Vec<Arc<AnswerPage>>,
    /// The bytes that each page takes in the store, as far as they are known.
    sizes: Vec<usize>,
    application_size: usize,
}

impl Dossier {
    /// An application with these pages.
    pub fn new(application: Application, pages: Vec<AnswerPage>) -> Self {
        Self {
            application,
            sizes: vec![0; pages.len()],
            application_size: 0,
            pages: pages.into_iter().map(Arc::new).collect(),
        }
    }

    pub(super) fn read(view: &View, key: &[u8]) -> Result<Option<Self>, StoreError> {
        let Some(stored) = view.bytes(Application::TABLE, key)? else {
            return Ok(None);
        };
        let (mut pages, mut sizes) = (Vec::new(), Vec::new());
        for entry in view.entries(AnswerPage::TABLE, key::below(key))? {
            let (_, value) = entry?;
            sizes.push(value.len());
            pages.push(Arc::new(decode(AnswerPage::TABLE, &value)?));
        }
        Ok(Some(Self {
            application: decode(Application::TABLE, &stored)?,
            pages,
            sizes,
            application_size: stored.len(),
        }))
    }

    /// About how many bytes of the store it takes.
    pub fn bytes(&self) -> u64 {
        let pages: usize = self.sizes.iter().sum();
        (pages + self.application_size) as u64
    }

    /// The same pages of a newer application, which takes so many bytes.
    pub(super) fn with_application(&self, application: Application, bytes: usize) -> Self {
        Self {
            application,
            application_size: bytes,
            ..self.clone()
        }
    }

    /// The same with a newer page, which takes so many bytes.
    pub(super) fn with_page(&self, page: AnswerPage, bytes: usize) -> Self {
        let mut newer = self.clone();
        match newer.pages.binary_search_by(|known| known.page.cmp(&page.page)) {
            Ok(at) => (newer.pages[at], newer.sizes[at]) = (Arc::new(page), bytes),
            Err(at) => {
                newer.pages.insert(at, Arc::new(page));
                newer.sizes.insert(at, bytes);
            }
        }
        newer
    }

    /// The same without the page of this key.
    pub(super) fn without_page(&self, key: &[u8]) -> Self {
        let mut newer = self.clone();
        if let Some(at) = newer.pages.iter().position(|page| page.key() == key) {
            newer.pages.remove(at);
            newer.sizes.remove(at);
        }
        newer
    }
}

/// Which states and roles applications of a region are in, and how many of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Occupied {
    /// By the state they stand in.
    pub states: BTreeMap<String, u64>,
    /// By the role they wait for.
    pub waiting: BTreeMap<String, u64>,
    /// By each role that has handled them.
    pub handled: BTreeMap<String, u64>,
}

/// A list of applications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listing {
    /// All of the region; newest first.
    All,
    /// Those of an applicant (account id); newest first.
    Applicant(String),
    /// Those that were returned to an applicant (account id) and wait for them; latest come first.
    Returned(String),
    /// Those of a unit's people; newest first.
    Unit(String),
    /// Those that wait for a party; latest come first.
    Waiting(Party),
    /// Those that a party has handled; newest first.
    Handled(Party),
    /// Those in a state; latest come first.
    State(String),
    /// Those of a form; newest first.
    Form(String),
}

impl Listing {
    /// The part of the index where the list stands.
    fn prefix(&self, region: &str) -> Vec<u8> {
        let party =
            |kind, party: &Party| key::of(&[kind, region, &party.role, party.unit.as_deref().unwrap_or_default()]);
        match self {
            Self::All => key::of(&["applications", region]),
            Self::Applicant(account) => key::of(&["applications by applicant", region, account]),
            Self::Returned(account) => key::of(&["applications returned", region, account]),
            Self::Unit(unit) => key::of(&["applications by unit", region, unit]),
            Self::Waiting(who) => party("applications waiting", who),
            Self::Handled(who) => party("applications handled", who),
            Self::State(state) => key::of(&["applications by state", region, state]),
            Self::Form(form) => key::of(&["applications by form", region, form]),
        }
    }

    /// The moment that orders the list.
    fn order(&self, application: &Application) -> Timestamp {
        match self {
            Self::Returned(_) | Self::Waiting(_) | Self::State(_) => application.state_since,
            _ => application.created_at,
        }
    }
}

impl Application {
    /// The lists it stands in.
    fn listings(&self) -> Vec<Listing> {
        let mut listings = vec![
            Listing::All,
            Listing::Applicant(self.applicant.clone()),
            Listing::State(self.state.clone()),
            Listing::Form(self.form.clone()),
        ];
        listings.extend(
            self.returned
                .as_ref()
                .map(|_| Listing::Returned(self.applicant.clone())),
        );
        listings.extend(self.applicant_unit.clone().map(Listing::Unit));
        listings.extend(self.waits_for.clone().map(Listing::Waiting));
        let handled: BTreeSet<&Party> = self.handled_by.iter().collect();
        listings.extend(handled.into_iter().cloned().map(Listing::Handled));
        listings
    }
}

impl Record for Application {
    const TABLE: Table = Table::Applications;

    fn key(&self) -> Vec<u8> {
        key::of(&[&self.region, &self.id])
    }

    fn unique(&self) -> Vec<Unique> {
        let number = self.number.iter();
        number
            .map(|n| Unique {
                what: Subject::Number,
                key: number_key(&self.region, n),
                forever: true,
            })
            .collect()
    }

    fn index(&self) -> Vec<Vec<u8>> {
        let place = |listing: Listing| {
            let mut place = listing.prefix(&self.region);
            place.extend(key::of(&[&key::newest_first(listing.order(self)), &self.id]));
            place
        };
        let mut places: Vec<_> = self.listings().into_iter().map(place).collect();
        places.extend(self.due_on.map(|day| due_key(&self.region, day, &self.id)));
        places
    }
}

impl Record for AnswerPage {
    const TABLE: Table = Table::Answers;

    fn key(&self) -> Vec<u8> {
        key::of(&[&self.region, &self.application, &self.page])
    }

    fn index(&self) -> Vec<Vec<u8>> {
        let place = |found: &str| {
            let mut place = found_key(&self.region, found);
            place.extend(key::of(&[&self.application, &self.page]));
            place
        };
        found_in(&self.answers).into_iter().map(place).collect()
    }
}

fn found_key(region: &str, found_by: &str) -> Vec<u8> {
    key::of(&["answers by fingerprint", region, found_by])
}

fn number_key(region: &str, number: &str) -> Vec<u8> {
    key::of(&["number", region, number])
}

fn due_key(region: &str, day: Date, id: &str) -> Vec<u8> {
    key::of(&["applications due", region, &day.to_string(), id])
}

impl Store {
    /// The application with this id.
    pub async fn application(&self, region: &str, id: &str) -> Result<Option<Application>, StoreError> {
        let key = key::of(&[region, id]);
        self.read(move |view| view.get(&key)).await
    }

    /// The application and all its saved pages, as they stood at one moment. The same value is given until one of
    /// them changes, as long as it is remembered.
    pub async fn dossier(&self, region: &str, id: &str) -> Result<Option<Arc<Dossier>>, StoreError> {
        let key = key::of(&[region, id]);
        let recent = &self.inner.recent;
        if let Some(known) = recent.dossier(&key) {
            return Ok(Some(known));
        }
        let (told, of) = (recent.now(), key.clone());
        let found = self.read(move |view| Dossier::read(view, &of)).await?.map(Arc::new);
        if let Some(found) = &found {
            recent.keep_dossier(told, key, found);
        }
        Ok(found)
    }

    /// One part of a list of applications, each with all its saved pages, as they stood at one moment, and where the
    /// next part begins. Of those that `wanted` says no to, no page is read.
    pub async fn dossiers(
        &self,
        region: &str,
        listing: &Listing,
        page: &Page,
        wanted: impl Fn(&Application) -> bool + Send + 'static,
    ) -> Result<Listed<Dossier>, StoreError> {
        let (prefix, page) = (listing.prefix(region), page.clone());
        self.read(move |view| {
            let Listed { items, next } = view.indexed::<Application>(&prefix, &page)?;
            let wanted = items.into_iter().filter(|application| wanted(application));
            let with_pages = wanted.map(|application| {
                let pages = view.all(&application.key())?;
                Ok(Dossier::new(application, pages))
            });
            let items = with_pages.collect::<Result<_, StoreError>>()?;
            Ok(Listed { items, next })
        })
        .await
    }

    /// One saved page.
    pub async fn page(&self, region: &str, application: &str, page: &str) -> Result<Option<AnswerPage>, StoreError> {
        let key = key::of(&[region, application, page]);
        self.read(move |view| view.get(&key)).await
    }

    /// One part of a list of applications.
    pub async fn applications(
        &self,
        region: &str,
        listing: &Listing,
        page: &Page,
    ) -> Result<Listed<Application>, StoreError> {
        let (prefix, page) = (listing.prefix(region), page.clone());
        self.read(move |view| view.indexed(&prefix, &page)).await
    }

    /// What `keep` makes of the applications of a list, in its order: of at most `looked` of them, and not more than
    /// `wanted`; and whether that was all of the list.
    pub async fn matching<T: Send + 'static>(
        &self,
        region: &str,
        listing: &Listing,
        (looked, wanted): (usize, usize),
        keep: impl Fn(Application) -> Option<T> + Send + 'static,
    ) -> Result<(Vec<T>, bool), StoreError> {
        let prefix = listing.prefix(region);
        self.read(move |view| {
            let mut found = Vec::new();
            for (at, entry) in view.entries(Table::Index, key::below(&prefix))?.enumerate() {
                if at == looked || found.len() == wanted {
                    return Ok((found, false));
                }
                found.extend(keep(view.named(&entry?.1)?));
            }
            Ok((found, true))
        })
        .await
    }

    /// How long a list of applications is.
    pub async fn count(&self, region: &str, listing: &Listing) -> Result<u64, StoreError> {
        let list = listing.prefix(region);
        let recent = &self.inner.recent;
        if let Some(known) = recent.count(&list) {
            return Ok(known);
        }
        let (told, of) = (recent.now(), list.clone());
        let count = self.read(move |view| view.count(&of)).await?;
        recent.keep_count(told, list, count);
        Ok(count)
    }

    /// Which states and roles the applications of a region are in. It reads the index alone.
    pub async fn occupied(&self, region: &str) -> Result<Occupied, StoreError> {
        let region = region.to_owned();
        self.read(move |view| {
            let count = |kind: &str| {
                let mut found = BTreeMap::new();
                for entry in view.entries(Table::Index, key::below(&key::of(&[kind, &region])))? {
                    let name = key::parts(&entry?.0).into_iter().nth(2).unwrap_or_default();
                    *found.entry(name).or_default() += 1;
                }
                Ok(found)
            };
            Ok(Occupied {
                states: count("applications by state")?,
                waiting: count("applications waiting")?,
                handled: count("applications handled")?,
            })
        })
        .await
    }

    /// How many applications wait for a role, of a unit or of the whole region.
    pub async fn count_waiting(&self, region: &str, role: &str, unit: Option<&str>) -> Result<u64, StoreError> {
        let party = Party {
            role: role.to_owned(),
            unit: unit.map(str::to_owned),
        };
        self.count(region, &Listing::Waiting(party)).await
    }

    /// The applications whose time limit ends on `last` or before, the oldest limit first.
    pub async fn due_until(&self, region: &str, last: Date) -> Result<Vec<Application>, StoreError> {
        let start = key::of(&["applications due", region]);
        let end = key::below(&key::of(&["applications due", region, &last.to_string()])).end;
        self.read(move |view| view.all_indexed(start..end)).await
    }

    /// The applications in which a sensitive answer has this fingerprint (see [`super::Sealer::found_by`]), by id.
    pub async fn applications_found_by(&self, region: &str, found_by: &str) -> Result<Vec<Application>, StoreError> {
        let (region, prefix) = (region.to_owned(), found_key(region, found_by));
        self.read(move |view| {
            let pages: Vec<AnswerPage> = view.all_indexed(key::below(&prefix))?;
            let ids: BTreeSet<String> = pages.into_iter().map(|page| page.application).collect();
            let found = ids.iter().map(|id| view.get(&key::of(&[&region, id])));
            found.filter_map(Result::transpose).collect()
        })
        .await
    }

    /// The application that was given this registration number.
    pub async fn application_by_number(&self, region: &str, number: &str) -> Result<Option<Application>, StoreError> {
        let key = number_key(region, number);
        self.read(move |view| view.unique(&key)).await
    }
}
