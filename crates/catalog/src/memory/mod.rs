//! What of a library is held in memory, so that no page and no filter walks over tables.
//!
//! ```text
//! members.rs   which product a picture belongs to, and which products can be seen
//! narrow.rs    conditions on products
//! claims.rs    of which pictures something is claimed, as bitmaps, for filters
//! vectors.rs   the fused vectors of a pack's models, in the index
//! ```
//!
//! All of it is computed from the store and follows the store's log of changes
//! ([`crate::store::Change`]): who changes something writes to the store alone, in this process or in
//! another one, and whoever asks here first catches up with the log. So nothing here can be told what
//! the store did not take, and nothing can be forgotten.

mod claims;
mod members;
mod narrow;
mod vectors;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use roaring::RoaringBitmap;

use crate::{
    CatalogError,
    describe::AttributeKind,
    store::{ModelId, PictureId, ProductId, Store},
};

use claims::Claims;
pub(crate) use members::Members;
pub(crate) use narrow::{Clause, Condition, Narrowing};
pub(crate) use vectors::Vectors;

/// Entries of the log that are read at once: some ten milliseconds' work.
const STEP: u64 = 4_096;
/// With more entries than this to read it is quicker to read everything.
const MOST_STEPS: u64 = 64;

/// Products and claims in memory.
#[derive(Default)]
pub(crate) struct Memory {
    state: RwLock<Option<State>>,
    /// Held by whoever catches up.
    following: Mutex<()>,
    /// What passes the filters that were asked for last, the newest at the end: every page asks again.
    passed: Mutex<Vec<Passed>>,
}

/// What passed some filters when the log stood at a position.
struct Passed {
    filters: Narrowing,
    writer: ModelId,
    position: u64,
    allowed: Arc<Allowed>,
}

/// Sets of filters that are kept, at some megabytes each in a large catalog.
const N_PASSED: usize = 4;

struct State {
    /// Everything up to here in the log is in.
    position: u64,
    members: Members,
    claims: Claims,
}

/// What passes filters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Allowed {
    /// Photos of the products, those without the claim too.
    pub(crate) pictures: RoaringBitmap,
    /// The products.
    pub(crate) products: RoaringBitmap,
}

impl Memory {
    /// Looks at the products as they are now. The second argument is where in the log that is.
    pub(crate) fn members<R>(
        &self,
        store: &Store,
        look: impl FnOnce(&Members, u64) -> R,
    ) -> Result<R, CatalogError> {
        self.follow(store)?;
        self.read(|state| look(&state.members, state.position))
    }

    /// The products of which all of this holds; a claim holds where it does of any of its photos.
    pub(crate) fn allowed(
        &self,
        store: &Store,
        filters: &Narrowing,
        writer: ModelId,
    ) -> Result<Arc<Allowed>, CatalogError> {
        self.follow(store)?;
        let position = self.read(|state| state.position)?;
        {
            let passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
            let is_it =
                |one: &&Passed| one.position == position && one.writer == writer && &one.filters == filters;
            if let Some(known) = passed.iter().find(is_it) {
                return Ok(known.allowed.clone());
            }
        }
        // Whoever catches up waits meanwhile, so that all of this is of one moment.
        let _following = self.following.lock().unwrap_or_else(PoisonError::into_inner);
        let mut products = self.read(|state| state.members.products().clone())?;
        for clause in filters {
            let mut held = RoaringBitmap::new();
            for condition in &clause.any_of {
                match condition {
                    Condition::Among(some) => held |= some,
                    Condition::Claim(kind, value) => {
                        let pictures = self.pictures_claimed(store, kind, value, writer)?;
                        held |= self.read(|state| state.members.products_of_all(&pictures))?;
                    }
                }
            }
            if clause.is_not {
                products -= held;
            } else {
                products &= held;
            }
        }
        let (position, pictures) =
            self.read(|state| (state.position, state.members.pictures_of_all(&products)))?;
        let allowed = Arc::new(Allowed { pictures, products });
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        passed.retain(|one| one.position == position && (one.writer != writer || &one.filters != filters));
        if passed.len() >= N_PASSED {
            passed.remove(0);
        }
        passed.push(Passed { filters: filters.clone(), writer, position, allowed: allowed.clone() });
        Ok(allowed)
    }

    /// The pictures of which something is claimed, hidden ones too.
    pub(crate) fn claimed(
        &self,
        store: &Store,
        kind: &AttributeKind,
        value: &str,
        writer: ModelId,
    ) -> Result<Arc<RoaringBitmap>, CatalogError> {
        self.follow(store)?;
        let _following = self.following.lock().unwrap_or_else(PoisonError::into_inner);
        self.pictures_claimed(store, kind, value, writer)
    }

    /// As [`Memory::claimed`], of whoever holds `following`.
    fn pictures_claimed(
        &self,
        store: &Store,
        kind: &AttributeKind,
        value: &str,
        writer: ModelId,
    ) -> Result<Arc<RoaringBitmap>, CatalogError> {
        match self.read(|state| state.claims.get(kind, value, writer))? {
            Some(pictures) => Ok(pictures),
            None => self.read_claim(store, kind, value, writer),
        }
    }

    /// Reads of which pictures something is claimed, and keeps it. The caller holds `following`: what changes
    /// from now on is put into it too.
    fn read_claim(
        &self,
        store: &Store,
        kind: &AttributeKind,
        value: &str,
        writer: ModelId,
    ) -> Result<Arc<RoaringBitmap>, CatalogError> {
        let pictures: Arc<RoaringBitmap> =
            Arc::new(store.with_claim(kind, value, writer)?.into_iter().map(PictureId::get).collect());
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = &mut *state {
            state.claims.keep(kind, value, writer, pictures.clone());
        }
        Ok(pictures)
    }

    /// Catches up with the store's log.
    pub(crate) fn follow(&self, store: &Store) -> Result<(), CatalogError> {
        let log = store.log()?;
        let known = self.state.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|s| s.position);
        if known == Some(log.last) {
            return Ok(());
        }
        let _following = self.following.lock().unwrap_or_else(PoisonError::into_inner);
        let mut position = match self.read(|state| state.position) {
            Ok(position)
                if position >= log.floor && log.last - position.min(log.last) <= STEP * MOST_STEPS =>
            {
                position
            }
            _ => return self.load(store),
        };
        while position < log.last {
            let changes = store.changes_after(position, STEP)?;
            let Some(last) = changes.last() else { break };
            position = last.seq;
            let mut moved: Vec<PictureId> =
                changes.iter().filter(|change| change.is_place).map(|change| change.picture).collect();
            moved.sort_unstable();
            moved.dedup();
            let now = if moved.is_empty() { Vec::new() } else { store.memberships(&moved)? };
            let mut claimed: Vec<PictureId> =
                changes.iter().filter(|change| change.is_claim).map(|change| change.picture).collect();
            claimed.sort_unstable();
            claimed.dedup();
            let mut claims = Vec::new();
            for writer in self.read(|state| state.claims.writers())? {
                claims.push((writer, store.claims_of(&claimed, writer)?));
            }
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(state) = &mut *state {
                state.members.replace(&moved, &now);
                for (writer, found) in claims {
                    state.claims.replace(writer, &claimed, found);
                }
                state.position = position;
            }
        }
        Ok(())
    }

    fn load(&self, store: &Store) -> Result<(), CatalogError> {
        let mut members = Members::default();
        let position = store.each_membership(|picture, product| members.add(picture, product))?;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        *state = Some(State { position, members, claims: Claims::default() });
        Ok(())
    }

    fn read<R>(&self, look: impl FnOnce(&State) -> R) -> Result<R, CatalogError> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            Some(state) => Ok(look(state)),
            None => Err(CatalogError::Io {
                what: "reading the catalog".into(),
                source: std::io::Error::other("it is not loaded"),
            }),
        }
    }
}

/// Products by their numbers.
pub(crate) fn product_ids(products: impl Iterator<Item = u32>) -> Vec<ProductId> {
    products.map(ProductId::new).collect()
}
