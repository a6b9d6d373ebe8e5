//! Hash tables by ID. Like the standard library's, the hash has a random seed, so that a client can't choose IDs that
//! collide. It takes a third of the time.

use std::collections::HashMap;

/// A hash table by ID.
pub(crate) type IdTable<K, V> = HashMap<K, V, ahash::RandomState>;
