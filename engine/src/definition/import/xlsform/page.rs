//! Groups as pages.

use super::super::draft::{Kind, Page, Words};
use super::super::id::Ids;
use super::super::turn::Names;
use super::Reading;
use super::field::{Form, verdict};
use super::names::{Is, Item, scope};
use super::tree::Node;

impl Reading<'_> {
    /// The pages of a form: a group is one, so is a table outside of groups, and so is what stands
    /// between them.
    pub(super) fn pages(&mut self, nodes: Vec<Node<'_>>) -> Vec<Page> {
        let mut names = Names::new();
        let items = self.items(nodes, &[], false, &mut Ids::default(), &mut names);
        let worked = self.worked(&items, &mut names);
        let scope = scope(&items, &names);
        let form = Form {
            names: &names,
            scope: &scope,
            worked: &worked,
        };
        let mut pages: Vec<Page> = Vec::new();
        let mut ids = Ids::default();
        let mut stray = false;
        for item in &items {
            match &item.is {
                Is::Group(inside) => {
                    pages.push(self.page(item, inside, &form, &mut ids));
                    stray = false;
                }
                Is::Table(_) => {
                    let fields = self.fields(std::slice::from_ref(item), &form, None);
                    let title = self.columns.words(item.question.row, "label");
                    pages.push(Page {
                        id: ids.take(&item.question.name).0,
                        title: title.or(|| Words::of(&item.question.name)),
                        fields,
                        ..Page::default()
                    });
                    stray = false;
                }
                _ => {
                    let fields = self.fields(std::slice::from_ref(item), &form, None);
                    match pages.last_mut().filter(|_| stray) {
                        Some(page) => page.fields.extend(fields),
                        None => pages.push(Page {
                            fields,
                            ..Page::stray(&mut ids)
                        }),
                    }
                    stray = true;
                }
            }
        }
        self.calm(&mut pages, &form);
        pages
    }

    fn page(&mut self, item: &Item<'_>, inside: &[Item<'_>], form: &Form<'_>, ids: &mut Ids) -> Page {
        let row = item.question.row;
        let mut comments = Vec::new();
        let show_when = self.shown(item, form, None, &mut comments);
        Page {
            id: ids.take(&item.question.name).0,
            title: self.columns.words(row, "label").or(|| Words::of(&item.question.name)),
            intro: self.columns.words(row, "hint"),
            show_when,
            fields: self.fields(inside, form, None),
            comments,
        }
    }

    /// Leaves out conditions that say the same as others around them and so can never fail or hold.
    fn calm(&mut self, pages: &mut [Page], form: &Form<'_>) {
        for field in pages.iter_mut().flat_map(|page| &mut page.fields) {
            let Some(when) = &field.show_when else { continue };
            if verdict(when, form.scope).is_some() && !matches!(field.kind, Kind::Left) {
                field.comments.push(format!("showWhen: {when}"));
                field.show_when = None;
            }
        }
    }
}
