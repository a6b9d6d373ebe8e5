//! Hash tables of ids. Their hash is seeded at random, as that of the standard library is, so that nobody can choose ids
//! that all fall together; it takes a third of the time.

use std::collections::HashMap;

/// A table by id.
pub(crate) type IdTable<K, V> = HashMap<K, V, ahash::RandomState>;
