//! One side of a comparison: a folder of definitions, or a form as it was stored with an application.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::definition::difference::{Side, Version};
use crate::definition::load::{Folders, load, pinned, pinned_tree, trees};
use crate::definition::problem::{Format, print};
use crate::definition::source::Node;
use crate::definition::{Form, Language};
use crate::store::{FormVersion, Store, StoreOptions};

/// Characters of a hash that are shown.
const SHORT: usize = 12;

/// Reads what an argument names.
pub(super) struct Reader {
    pub(super) folders: Folders,
    pub(super) data: Option<PathBuf>,
    pub(super) language: Language,
}

/// What an argument named.
pub(super) enum Read {
    /// A folder.
    Folder(Whole),
    /// A stored form.
    Stored(Box<Stored>),
}

/// The regions of a folder.
pub(super) struct Whole {
    pub(super) versions: Vec<Version>,
}

/// A form as it was stored.
pub(super) struct Stored {
    region: String,
    form: Form,
    tree: Node,
}

impl Reader {
    pub(super) fn read(&self, named: &str) -> Result<Read, String> {
        match named.split_once('@') {
            Some((place, hash)) if !Path::new(named).exists() => Ok(Read::Stored(Box::new(self.stored(place, hash)?))),
            _ => Ok(Read::Folder(self.folder(Path::new(named))?)),
        }
    }

    /// The folder of one region where it holds a `region.yaml`, else of all of them.
    fn folder(&self, path: &Path) -> Result<Whole, String> {
        let path = path
            .canonicalize()
            .map_err(|error| format!("{}: {error}", path.display()))?;
        if !path.join("region.yaml").is_file() {
            return self.whole(&path, None);
        }
        let (Some(forms), Some(region)) = (path.parent(), path.file_name()) else {
            return Err(match self.language {
                Language::Chinese => format!("{} 不是地区的文件夹", path.display()),
                Language::English => format!("{} is no folder of a region", path.display()),
            });
        };
        self.whole(forms, Some(&region.to_string_lossy()))
    }

    fn whole(&self, forms: &Path, only: Option<&str>) -> Result<Whole, String> {
        // The components of the same checkout, where it has them.
        let beside = forms.join("../plugins/dist");
        let plugins = if beside.is_dir() {
            beside
        } else {
            self.folders.plugins.clone()
        };
        let folders = Folders {
            forms: forms.to_path_buf(),
            plugins,
        };
        let loaded = load(&folders, only).map_err(|error| error.told().get(self.language).to_owned())?;
        if loaded.has_errors() || loaded.regions.is_empty() {
            let told = print(&loaded.problems, forms, self.language, Format::Text { colour: false });
            let why = match self.language {
                Language::Chinese => "这里没有可以比较的地区",
                Language::English => "there is no sound region to compare",
            };
            return Err(format!("{told}{}: {why}", forms.display()));
        }
        let mut versions = Vec::new();
        for (id, region) in &loaded.regions {
            let trees = trees(&folders, id).map_err(|error| error.to_string())?;
            let region = Arc::clone(region);
            versions.push(Version { region, trees });
        }
        Ok(Whole { versions })
    }

    fn stored(&self, place: &str, hash: &str) -> Result<Stored, String> {
        let (region, form) = place.split_once('/').ok_or("write REGION/FORM@HASHPREFIX")?;
        let data = self
            .data
            .as_deref()
            .ok_or("--data names the folder that holds stored versions")?;
        let known = known(data, region)?;
        let own: Vec<&FormVersion> = known.iter().filter(|version| version.form == form).collect();
        let named: Vec<&&FormVersion> = own.iter().filter(|version| version.hash.starts_with(hash)).collect();
        let [version] = named.as_slice() else {
            return Err(ambiguous(place, hash, &own, self.language));
        };
        let loaded = load(&self.folders, Some(region)).map_err(|error| error.told().get(self.language).to_owned())?;
        let today = loaded.regions.get(region).ok_or_else(|| {
            let told = Format::Text { colour: false };
            print(&loaded.problems, &self.folders.forms, self.language, told)
        })?;
        let form =
            pinned(today, form, &version.definition).map_err(|why| format!("{place}@{}: {why}", version.hash))?;
        Ok(Stored {
            region: region.to_owned(),
            form,
            tree: pinned_tree(&version.definition),
        })
    }
}

fn known(data: &Path, region: &str) -> Result<Vec<FormVersion>, String> {
    let file = data.join("dengji.redb");
    if !file.is_file() {
        return Err(format!("{} is not there", file.display()));
    }
    let store = Store::open(&file, &StoreOptions::default()).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime
        .block_on(store.form_versions(region))
        .map_err(|error| error.to_string())
}

/// That a prefix names none or several, and what there is.
fn ambiguous(place: &str, hash: &str, known: &[&FormVersion], language: Language) -> String {
    let short = |version: &&FormVersion| {
        let hash: String = version.hash.chars().take(SHORT).collect();
        format!("  {place}@{hash}  {}  {:.0}", version.version, version.stored_at)
    };
    let list: Vec<String> = known.iter().map(short).collect();
    let head = match language {
        Language::Chinese => format!("“{hash}”不是恰好一个存储版本的开头；{place} 存有："),
        Language::English => {
            format!("`{hash}` does not begin the hash of exactly one stored version; of {place} there are:")
        }
    };
    format!("{head}\n{}", list.join("\n"))
}

/// The two forms to compare where one side is a stored form.
pub(super) fn forms<'a>(old: &'a Read, new: &'a Read, language: Language) -> Result<(Side<'a>, Side<'a>), String> {
    let named = match (old, new) {
        (Read::Stored(stored), _) | (_, Read::Stored(stored)) => stored,
        _ => return Err("no side is a stored form".into()),
    };
    let side = |read: &'a Read| match read {
        Read::Stored(stored) => Some(Side {
            form: &stored.form,
            tree: &stored.tree,
            trees: None,
        }),
        Read::Folder(whole) => {
            let fits = |version: &&Version| whole.versions.len() == 1 || *version.region.id == *named.region;
            let version = whole.versions.iter().find(fits)?;
            Some(Side {
                form: version.region.forms.get(&named.form.id)?,
                tree: version.trees.forms.get(&named.form.id)?,
                trees: Some(&version.trees),
            })
        }
    };
    let missing = || match language {
        Language::Chinese => format!("另一边没有登记表 {}/{}", named.region, named.form.id),
        Language::English => format!("the other side has no form {}/{}", named.region, named.form.id),
    };
    side(old).zip(side(new)).ok_or_else(missing)
}
