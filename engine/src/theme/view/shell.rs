//! The frame around every page.

use serde::Serialize;

use super::WatchBar;
use crate::definition::Language;
use crate::definition::region::{MenuItem, MenuTarget};

/// What is around every page: who, where, what else.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// What looks alike on many pages. Templates read it as the shell's own.
    pub frame: Frame,
    /// 当前页面, from the first level to this page.
    pub breadcrumb: Vec<Crumb>,
    /// Other languages the page is offered in.
    pub languages: Vec<LanguageLink>,
    /// Where the other size of text is taken.
    pub text_size: String,
    /// What the last request did, shown once.
    pub notice: Option<Notice>,
    /// The server watches its files: what is wrong with them.
    pub watch: Option<WatchBar>,
}

/// What looks alike on many pages: it is rendered once for all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Frame {
    /// The language of the page and of every text in the views.
    pub language: Language,
    /// The office; none on `/`, on `/verify/…` and on errors outside a region.
    pub region: Option<RegionHead>,
    /// Who is signed in.
    pub user: Option<User>,
    /// The office's menu; see [`MenuEntry::of_region`].
    pub menu: Vec<MenuEntry>,
    /// 当前有 (n) 条工作提醒; shown to whoever is signed in, linked to the queue.
    pub reminders: usize,
    /// Pages are shown in large text.
    pub large_text: bool,
    /// The program's version, in the footer.
    pub version: String,
    /// The server is a demonstration: a band says so.
    pub demo: bool,
}

/// What the header says about the office.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct RegionHead {
    /// The folder's name, the first segment of every address.
    pub id: String,
    /// 某省.
    pub name: String,
    /// 某省科技管理信息系统.
    pub title: String,
    /// 某省科学技术厅.
    pub authority: String,
    /// 技术支持.
    pub phone: Option<String>,
    /// The address of 常见问题.
    pub faq: Option<String>,
    /// The address of 咨询服务.
    pub contact: Option<String>,
}

/// Who is signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct User {
    /// 王伟任.
    pub name: String,
    /// 成果登记人.
    pub role: String,
    /// The name of the person's unit.
    pub unit: Option<String>,
    /// Other roles of the account: posting `role=ID` to `/{region}/role` takes one.
    pub other_roles: Vec<RoleChoice>,
}

/// A role that could be taken instead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct RoleChoice {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
}

/// One entry of the menu.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct MenuEntry {
    /// What it says.
    pub label: String,
    /// Where it leads; none for a heading.
    pub href: Option<String>,
    /// This page belongs to it, or to an entry below it.
    pub current: bool,
    /// The entries below.
    pub items: Vec<MenuEntry>,
}

impl MenuEntry {
    /// The office's menu for somebody in `role`: entries for other roles are left out, and so are
    /// headings with nothing below them. `current` is the target this page belongs to.
    pub fn of_region(
        items: &[MenuItem],
        region: &str,
        role: &str,
        language: Language,
        current: Option<MenuTarget>,
    ) -> Vec<Self> {
        let mine = items
            .iter()
            .filter(|item| item.roles.is_empty() || item.roles.iter().any(|id| &**id == role));
        mine.filter_map(|item| {
            let below = Self::of_region(&item.items, region, role, language, current);
            let href = address(item.target).map(|name| format!("/{region}/{name}"));
            if href.is_none() && below.is_empty() {
                return None;
            }
            let here = href.is_some() && current == Some(item.target);
            let current = here || below.iter().any(|entry| entry.current);
            Some(Self {
                label: item.label.get(language).to_owned(),
                href,
                current,
                items: below,
            })
        })
        .collect()
    }
}

fn address(target: MenuTarget) -> Option<&'static str> {
    match target {
        MenuTarget::Heading => None,
        MenuTarget::Applications => Some("applications"),
        MenuTarget::Certificates => Some("certificates"),
        MenuTarget::Queue => Some("queue"),
        MenuTarget::Account => Some("account"),
        MenuTarget::Profile => Some("profile"),
        MenuTarget::People => Some("people"),
        MenuTarget::Units => Some("units"),
        MenuTarget::Registers => Some("registers"),
        MenuTarget::Documents => Some("documents"),
        MenuTarget::Statistics => Some("statistics"),
        MenuTarget::Approvals => Some("approvals"),
    }
}

/// One step of 当前页面.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Crumb {
    /// What it says.
    pub label: String,
    /// Where it leads; none for this page and for headings.
    pub href: Option<String>,
}

/// A link to this page in another language.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LanguageLink {
    /// The BCP 47 tag.
    pub tag: String,
    /// The language's own name: 中文, English.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

/// What the last request did.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    /// How it ended.
    pub kind: NoticeKind,
    /// A sentence.
    pub text: String,
}

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// Well.
    Done,
    /// Worth knowing.
    Info,
    /// Well, but.
    Warning,
    /// Not.
    Error,
}

/// A link with a text.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Link {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

/// A division of a list into numbered pages; shown where there is more than one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Paging {
    /// Entries in all.
    pub total: usize,
    /// The page shown, from 1.
    pub page: usize,
    /// Pages in all.
    pub pages: usize,
    /// The address of the page before.
    pub previous: Option<String>,
    /// The address of the page after.
    pub next: Option<String>,
}
