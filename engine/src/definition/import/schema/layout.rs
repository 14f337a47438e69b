//! Pages without a UI schema: what stands in an object of its own is a page.

use super::super::draft::{Field, Kind, Page, Words};
use super::super::id::{Ids, id_of};
use super::{Part, Reading, Section};

impl Reading<'_> {
    /// Each object of the root is a page; so is what stands between them.
    pub(super) fn by_objects(&mut self, section: Section) -> Vec<Page> {
        let mut pages: Vec<Page> = Vec::new();
        let mut ids = Ids::default();
        let mut stray = false;
        for part in section.parts {
            match part {
                Part::Section(section) => {
                    let mut fields = Vec::new();
                    let (title, intro) = (section.title.clone(), section.help.clone());
                    let name = section.name.clone();
                    self.flattened(section, &mut fields);
                    pages.push(Page {
                        id: ids.take(&name).0,
                        title,
                        intro,
                        fields,
                        ..Page::default()
                    });
                    stray = false;
                }
                Part::Field(asked) => {
                    if !stray {
                        pages.push(Page::stray(&mut ids));
                        stray = true;
                    }
                    if let Some(page) = pages.last_mut() {
                        page.fields.push(asked.finish());
                    }
                }
            }
        }
        pages
    }

    /// What is in an object, under a heading for each object in it.
    pub(super) fn flattened(&mut self, section: Section, fields: &mut Vec<Field>) {
        for part in section.parts {
            match part {
                Part::Field(asked) => fields.push(asked.finish()),
                Part::Section(section) => {
                    let mut inside = Vec::new();
                    let heading = heading(&section.path.replace('/', " "), section.title.clone());
                    self.flattened(section, &mut inside);
                    let all = inside.first().and_then(|first| first.show_when.clone());
                    let together = inside.iter().all(|field| field.show_when == all);
                    fields.push(Field {
                        show_when: all.filter(|_| together),
                        ..heading
                    });
                    fields.extend(inside);
                }
            }
        }
    }
}

/// A note that stands above the fields of an object or group.
pub(super) fn heading(name: &str, title: Words) -> Field {
    Field {
        id: format!("{}_heading", id_of(name)),
        label: title,
        kind: Kind::Plain("note"),
        ..Field::default()
    }
}
