//! `Told`: what the program tells rooms below by way of the door, since it alone knows all of them.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One thing of each type. An act that needs one asks its entry for it.
#[derive(Clone, Default)]
pub(crate) struct Told(BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl Told {
    /// These, and one more; a second of the same type takes the place of the first.
    pub(crate) fn with<T: Any + Send + Sync>(mut self, thing: T) -> Told {
        self.0.insert(TypeId::of::<T>(), Arc::new(thing));
        self
    }

    /// The one of a type, if any was told.
    pub(crate) fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.0.get(&TypeId::of::<T>()).and_then(|thing| thing.clone().downcast().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_a_type_is_told_and_other_types_stay() {
        let told = Told::default().with(1_i64).with("one").with(2_i64);
        assert_eq!(told.get::<i64>().as_deref(), Some(&2));
        assert_eq!(told.get::<&str>().as_deref(), Some(&"one"));
        assert_eq!(told.get::<u8>(), None);
    }
}
