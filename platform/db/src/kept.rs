//! What a process keeps beside an open database: values worked out from its rows, such as compiled rates.
//!
//! A value is shared by every transaction of the process. What a writable transaction works out may stand on rows that
//! are never committed, so it is its own until then. Whoever keeps a value finds out by himself whether it still holds.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

type Values = BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>;

/// What is kept of a database by all of its transactions.
#[derive(Clone, Default)]
pub(crate) struct Common(Arc<Mutex<Values>>);

/// What one transaction sees of it.
pub(crate) struct Kept {
    common: Common,
    /// What a writable transaction keeps until it commits; `None` where nothing is written.
    own: Option<Values>,
}

impl Kept {
    pub(crate) fn of_reader(common: &Common) -> Kept {
        Kept { common: common.clone(), own: None }
    }

    pub(crate) fn of_writer(common: &Common) -> Kept {
        Kept { common: common.clone(), own: Some(Values::new()) }
    }

    pub(crate) fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let id = TypeId::of::<T>();
        let own = self.own.as_ref().and_then(|own| own.get(&id).cloned());
        own.or_else(|| self.common.with(|values| values.get(&id).cloned()))?.downcast().ok()
    }

    pub(crate) fn put<T: Send + Sync + 'static>(&mut self, value: Arc<T>) {
        match &mut self.own {
            Some(own) => own.insert(TypeId::of::<T>(), value),
            None => self.common.with(|values| values.insert(TypeId::of::<T>(), value)),
        };
    }

    /// Shares with all what stands on rows that are committed now.
    pub(crate) fn share(&mut self) {
        let mut own = self.own.take().unwrap_or_default();
        self.common.with(|values| values.append(&mut own));
    }
}

impl Common {
    /// A panic between two whole values leaves whole values behind, so a poisoned lock is taken all the same.
    fn with<R>(&self, with: impl FnOnce(&mut Values) -> R) -> R {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_shared_once_it_is_committed() {
        let common = Common::default();
        let mut reader = Kept::of_reader(&common);
        reader.put(Arc::new(1_i64));
        let mut writer = Kept::of_writer(&common);
        assert_eq!(writer.get::<i64>().as_deref(), Some(&1));
        writer.put(Arc::new(2_i64));
        writer.put(Arc::new("two"));
        assert_eq!((writer.get::<i64>().as_deref(), reader.get::<i64>().as_deref()), (Some(&2), Some(&1)));
        let mut rolled_back = Kept::of_writer(&common);
        rolled_back.put(Arc::new(3_i64));
        drop(rolled_back);
        assert_eq!(reader.get::<i64>().as_deref(), Some(&1));
        writer.share();
        assert_eq!((reader.get::<i64>().as_deref(), reader.get::<&str>().as_deref()), (Some(&2), Some(&"two")));
        assert!(reader.get::<String>().is_none());
    }
}
