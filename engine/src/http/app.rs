//! What every handler has at hand: the registry, a theme a region, prepared forms.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use indexmap::IndexMap;

use super::Watch;
use crate::definition::workflow::{Action, ActionField};
use crate::definition::{Form, Id, Region};
use crate::registry::Registry;
use crate::theme::lettering::Lettering;
use crate::theme::{self, PreparedFields, PreparedForm, Theme, ThemeError};

/// How the server presents itself.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Browsers reach it over HTTPS, so that cookies may say so.
    pub secure: bool,
    /// The accounts of the demonstration, by region; shown on the sign-in pages.
    pub demo: IndexMap<String, Vec<DemoAccount>>,
    /// A proxy stands before the server, and the last address that it adds to `X-Forwarded-For` is the client's.
    pub behind_proxy: bool,
    /// The files are watched (`serve --watch`): what the pages say of them.
    pub watch: Option<Watch>,
}

impl Settings {
    /// Where the demonstration shows the mail that it sends; none on any other server.
    pub(super) fn demo_outbox(&self) -> Option<&'static str> {
        (!self.demo.is_empty()).then_some("/demo/outbox")
    }

    /// Whether these are the name and password of an account that the demonstration shows to everybody.
    pub(super) fn shows(&self, region: &str, name: &str, password: &str) -> bool {
        let mut shown = self.demo.get(region).into_iter().flatten();
        shown.any(|account| account.name == name && account.password == password)
    }
}

/// An account of the demonstration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoAccount {
    /// The sign-in name.
    pub name: String,
    /// The password.
    pub password: String,
    /// The role's label.
    pub role: String,
    /// The unit's name.
    pub unit: Option<String>,
}

/// The state of the server. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    registry: Registry,
    settings: Settings,
    front: Arc<Theme>,
    regions: HashMap<Id, Arc<Shop>>,
}

/// One region's theme with its forms prepared for it.
pub struct Shop {
    pub(super) theme: Theme,
    /// Draws the pictures that keep programs out, where the region asks for them.
    pub(super) lettering: Option<Lettering>,
    actions: HashMap<Id, PreparedFields>,
    forms: RwLock<HashMap<String, Arc<PreparedForm>>>,
}

/// Why the pages cannot be made ready.
#[derive(Debug, thiserror::Error)]
#[error("theme {theme}{}: {error}", region.as_ref().map(|region| format!(" of region {region}")).unwrap_or_default())]
pub struct AppError {
    /// The theme's name.
    pub theme: String,
    /// The region whose theme it is; none for the theme of pages that belong to no region.
    pub region: Option<Id>,
    /// What is wrong with it.
    pub error: Box<ThemeError>,
    /// The folders it was read from, nearest first.
    pub folders: Vec<PathBuf>,
}

/// The theme of pages that belong to no region.
const FRONT: &str = "default";

impl App {
    /// Loads the themes and prepares every form and every action's inputs.
    pub fn new(registry: Registry, themes: &Path, settings: Settings) -> Result<Self, AppError> {
        let front = Self::load_front(themes)?;
        let mut regions = HashMap::new();
        for office in registry.offices() {
            let region = office.region();
            regions.insert(Id::clone(&region.id), Arc::new(Shop::new(region, themes)?));
        }
        Ok(Self::of(registry, front, regions, settings))
    }

    /// Puts together what was made ready: one of `shops` for every office of the registry.
    pub fn of(registry: Registry, front: Arc<Theme>, shops: HashMap<Id, Arc<Shop>>, settings: Settings) -> Self {
        Self {
            inner: Arc::new(Inner {
                registry,
                settings,
                front,
                regions: shops,
            }),
        }
    }

    /// Loads the theme of pages that belong to no region.
    pub fn load_front(themes: &Path) -> Result<Arc<Theme>, AppError> {
        let front = Theme::load(themes, FRONT, &[], &IndexMap::new()).map_err(|error| AppError {
            theme: FRONT.into(),
            region: None,
            error: Box::new(error),
            folders: theme::folders(themes, FRONT, &[]),
        })?;
        Ok(Arc::new(front))
    }

    /// What the office does.
    pub fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The theme of pages that belong to no region.
    pub(super) fn front(&self) -> &Theme {
        &self.inner.front
    }

    pub(super) fn shop(&self, region: &str) -> Option<&Arc<Shop>> {
        self.inner.regions.get(region)
    }

    /// The folders of the region's theme, nearest first; of the front's where there is no region.
    pub(super) fn theme_folders(&self, region: Option<&Region>) -> Vec<PathBuf> {
        let shop = region.and_then(|region| self.shop(&region.id));
        shop.map_or(self.front(), |shop| &shop.theme).folders().to_vec()
    }

    pub(super) fn themes(&self) -> impl Iterator<Item = &Theme> {
        std::iter::once(&*self.inner.front).chain(self.inner.regions.values().map(|shop| &shop.theme))
    }
}

impl Shop {
    /// Loads the region's theme and prepares every form and every action's inputs.
    pub fn new(region: &Region, themes: &Path) -> Result<Self, AppError> {
        let overrides: Vec<PathBuf> = region.folders.iter().map(|folder| folder.join("theme")).collect();
        let failed = |error| AppError {
            theme: region.theme.clone(),
            region: Some(Id::clone(&region.id)),
            error: Box::new(error),
            folders: theme::folders(themes, &region.theme, &overrides),
        };
        let theme = Theme::load(themes, &region.theme, &overrides, &region.words).map_err(failed)?;
        let fonts = themes.join(FRONT).join("fonts");
        let lettering = region.sign_in.captcha.then(|| Lettering::load(&fonts));
        let lettering = lettering.transpose().map_err(failed)?;
        let inputs = |action: &Action| {
            let fields = action.form.values().filter_map(|input| match input {
                ActionField::Field(field) => Some(field),
                ActionField::Marks { .. } => None,
            });
            PreparedFields::new(fields, &theme)
        };
        let actions = region
            .workflow
            .actions
            .iter()
            .map(|(id, action)| (Id::clone(id), inputs(action)))
            .collect();
        let forms = region
            .forms
            .values()
            .map(|form| (form.hash.clone(), Arc::new(PreparedForm::new(form, &theme))));
        let forms = RwLock::new(forms.collect());
        Ok(Self {
            theme,
            lettering,
            actions,
            forms,
        })
    }

    /// The prepared form; one that an application is pinned to is prepared when it is first shown.
    pub(super) fn form(&self, form: &Form) -> Arc<PreparedForm> {
        let known = self
            .forms
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&form.hash)
            .cloned();
        known.unwrap_or_else(|| {
            let prepared = Arc::new(PreparedForm::new(form, &self.theme));
            let mut forms = self.forms.write().unwrap_or_else(PoisonError::into_inner);
            forms.insert(form.hash.clone(), Arc::clone(&prepared));
            prepared
        })
    }

    pub(super) fn action(&self, id: &str) -> Option<&PreparedFields> {
        self.actions.get(id)
    }
}
