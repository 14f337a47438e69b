//! The names of a scope: those that a whole form shares, and the few that one place adds.
//!
//! A form of thousands of fields has thousands of places with a `row` or an `it` of their own. They share
//! the form's names; what a place adds stands behind them.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Id, Type};

/// Types by name, each at its slot.
#[derive(Clone, Debug, Default)]
pub struct Names {
    shared: Arc<IndexMap<Id, Type>>,
    own: IndexMap<Id, Type>,
}

impl Names {
    /// Adds a name in the next slot, or gives one that is there another type. A name that was added
    /// before anything [shared](Self::and) these names is shared with them.
    pub fn insert(&mut self, name: Id, ty: Type) {
        if self.own.is_empty() {
            Arc::make_mut(&mut self.shared).insert(name, ty);
        } else {
            self.own.insert(name, ty);
        }
    }

    /// These names and one more in the next slot.
    pub(super) fn and(&self, name: Id, ty: Type) -> Self {
        let mut more = self.clone();
        more.own.insert(name, ty);
        more
    }

    /// Takes away a name that [`Self::and`] added; those behind it move up.
    pub fn take_added(&mut self, name: &str) -> Option<Type> {
        self.own.shift_remove(name)
    }

    /// The type of a name.
    pub fn get(&self, name: &str) -> Option<&Type> {
        self.own.get(name).or_else(|| self.shared.get(name))
    }

    /// Slot, name and type.
    pub fn get_full(&self, name: &str) -> Option<(usize, &Id, &Type)> {
        match self.own.get_full(name) {
            Some((at, id, ty)) => Some((self.shared.len() + at, id, ty)),
            None => self.shared.get_full(name),
        }
    }

    /// The slot of a name.
    pub fn get_index_of(&self, name: &str) -> Option<usize> {
        self.get_full(name).map(|(at, ..)| at)
    }

    /// The name at a slot.
    pub fn get_index(&self, at: usize) -> Option<(&Id, &Type)> {
        let added = || self.own.get_index(at.checked_sub(self.shared.len())?);
        self.shared.get_index(at).or_else(added)
    }

    /// Whether there is such a name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.own.contains_key(name) || self.shared.contains_key(name)
    }

    /// All of them, in slot order.
    pub fn iter(&self) -> impl Iterator<Item = (&Id, &Type)> {
        self.shared.iter().chain(&self.own)
    }

    /// The names, in slot order.
    pub fn keys(&self) -> impl Iterator<Item = &Id> {
        self.iter().map(|(name, _)| name)
    }

    /// The types, in slot order.
    pub fn values(&self) -> impl Iterator<Item = &Type> {
        self.iter().map(|(_, ty)| ty)
    }
}

impl Extend<(Id, Type)> for Names {
    fn extend<T: IntoIterator<Item = (Id, Type)>>(&mut self, names: T) {
        names.into_iter().for_each(|(name, ty)| self.insert(name, ty));
    }
}

impl FromIterator<(Id, Type)> for Names {
    fn from_iter<T: IntoIterator<Item = (Id, Type)>>(names: T) -> Self {
        Self {
            shared: Arc::new(names.into_iter().collect()),
            own: IndexMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_place_adds_stands_behind_what_all_share() {
        let form: Names = [(Id::from("a"), Type::Int), (Id::from("b"), Type::Bool)]
            .into_iter()
            .collect();
        let inner = form.and("row".into(), Type::Date).and("outer".into(), Type::Month);
        let slots: Vec<_> = inner.keys().map(|name| inner.get_index_of(name)).collect();
        assert_eq!(slots, [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!(inner.get_index(3).map(|(name, _)| &**name), Some("outer"));
        assert_eq!(inner.get_index(4).map(|(name, _)| &**name), None);
        assert!(Arc::ptr_eq(&form.shared, &inner.shared) && !form.contains_key("row"));

        let mut nested = inner.clone();
        assert!(nested.take_added("row").is_some() && nested.take_added("a").is_none());
        assert_eq!(nested.get_index_of("outer"), Some(2));
    }
}
