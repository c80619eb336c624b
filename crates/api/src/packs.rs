//! Model packs as clients see them: the list, and one job at a time.
//!
//! A job (a download, an import, a check) runs on a thread of its own and outlives whoever asked for it:
//! a window may close its settings. Clients hear of it as [`Event::Packs`], or ask with
//! [`Api::pack_job`] and [`Api::wait_for_packs`].

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use vitrine_packs::{
    Control, HubOptions, Installed, Offer, Outcome, PackError, Progress, Shelf, Step, Unfinished,
};

use crate::{
    Api, Event,
    types::{
        ApiError, ErrorCode, PackChange, PackItem, PackJob, PackJobEnd, PackJobKind, PackList, PackNews,
        PackState, PackStep,
    },
};

type Listener = Box<dyn Fn(Event) + Send + Sync>;

/// The packs folder and the job.
pub(crate) struct Packs {
    shelf: Shelf,
    /// The folder of the pack that ships.
    shipped: Option<PathBuf>,
    slot: Mutex<Slot>,
    ended: Condvar,
    listeners: Mutex<Vec<Listener>>,
}

#[derive(Default)]
struct Slot {
    job: Option<PackJob>,
    control: Control,
    /// How the last job ended.
    end: Option<PackJobEnd>,
}

impl Packs {
    pub(crate) fn new(folder: PathBuf, pack_folders: &[PathBuf]) -> Arc<Self> {
        let shipped = pack_folders.iter().find(|folder| folder.join("pack.toml").is_file()).cloned();
        Arc::new(Self {
            shelf: Shelf::new(folder),
            shipped,
            slot: Mutex::default(),
            ended: Condvar::new(),
            listeners: Mutex::default(),
        })
    }

    pub(crate) fn subscribe(&self, listener: Listener) {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    /// Ends the job and waits for that; what was downloaded is kept.
    pub(crate) fn close(&self) {
        self.slot().control.cancel();
        self.wait();
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self) -> Option<PackJobEnd> {
        let slot = self.slot();
        let slot =
            self.ended.wait_while(slot, |slot| slot.job.is_some()).unwrap_or_else(PoisonError::into_inner);
        slot.end.clone()
    }

    fn tell(&self, news: &PackNews) {
        for listener in &*self.listeners.lock().unwrap_or_else(PoisonError::into_inner) {
            listener(Event::Packs(news.clone()));
        }
    }

    /// Runs `work` on a thread of its own.
    fn start(
        self: &Arc<Self>,
        kind: PackJobKind,
        name: &str,
        work: impl FnOnce(&Shelf, &Control, &mut dyn FnMut(&Progress)) -> Result<Done, PackError> + Send + 'static,
    ) -> Result<(), ApiError> {
        let control = Control::default();
        let job = begun(kind, name);
        {
            let mut slot = self.slot();
            if slot.job.is_some() {
                return Err(PackError::Busy.into());
            }
            *slot = Slot { job: Some(job.clone()), control: control.clone(), end: None };
        }
        let packs = Arc::clone(self);
        let name = name.to_owned();
        let spawned = thread::Builder::new().name("vitrine-packs".into()).spawn(move || {
            let mut job = job;
            let mut listener = |progress: &Progress| {
                follow(&mut job, progress);
                packs.slot().job = Some(job.clone());
                packs.tell(&PackNews { job: Some(job.clone()), ended: None });
            };
            let guard = Ending { packs: &packs, kind, name: &name };
            let done = work(&packs.shelf, &control, &mut listener);
            guard.end(done);
        });
        spawned.map(|_| ()).map_err(|error| {
            self.slot().job = None;
            ApiError {
                code: ErrorCode::Internal,
                message: "The system has no room for another task. Close other programs and try again."
                    .into(),
                detail: Some(error.to_string()),
            }
        })
    }

    fn end(&self, end: PackJobEnd) {
        {
            let mut slot = self.slot();
            slot.job = None;
            slot.end = Some(end.clone());
        }
        self.ended.notify_all();
        self.tell(&PackNews { job: None, ended: Some(end) });
    }
}

/// What a job brought.
struct Done {
    name: String,
    was_there: bool,
}

/// Ends the job also when its work panics, or nobody could ever start another.
struct Ending<'a> {
    packs: &'a Packs,
    kind: PackJobKind,
    name: &'a str,
}

impl Ending<'_> {
    fn end(self, done: Result<Done, PackError>) {
        let end = match done {
            Ok(Done { name, was_there }) => PackJobEnd { kind: self.kind, name, was_there, error: None },
            Err(error) => PackJobEnd {
                kind: self.kind,
                name: self.name.to_owned(),
                was_there: false,
                error: Some(error.into()),
            },
        };
        self.packs.end(end);
    }
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let error = ApiError {
                code: ErrorCode::Internal,
                message: "Something went wrong inside Vitrine. What was downloaded is kept; try again."
                    .into(),
                detail: None,
            };
            let name = self.name.to_owned();
            self.packs.end(PackJobEnd { kind: self.kind, name, was_there: false, error: Some(error) });
        }
    }
}

impl Api {
    /// Every pack: the one that ships, those of this machine, those to download.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn packs(&self) -> Result<PackList, ApiError> {
        let in_use = self.library.models().ok().map(|models| models.folder);
        let change = self.library.pack_change()?;
        let previous = self.library.previous_pack()?.and_then(|folder| Installed::at(&folder));
        Ok(PackList {
            packs: items(&self.packs, in_use.as_deref())?,
            packs_folder: self.packs.shelf.folder().display().to_string(),
            job: self.pack_job(),
            change: change.map(|change| PackChange {
                from: change.from,
                to: change.to,
                n_done: change.n_done,
                n_total: change.n_total,
            }),
            previous: previous.map(|pack| pack.name),
        })
    }

    /// Downloads a pack in the background, or goes on with it. The only request that uses the network.
    ///
    /// # Errors
    /// No such pack, or another job is under way. What goes wrong later comes with the job's end.
    pub fn pull_pack(&self, name: &str) -> Result<(), ApiError> {
        let offer = Offer::named(name)?;
        let in_use = self.packs_in_use();
        self.packs.start(PackJobKind::Pull, name, move |shelf, control, listener| {
            let outcome = shelf.pull(&offer, &HubOptions::from_environment(), control, listener)?;
            shelf.sweep(&in_use);
            Ok(Done { name: offer.name, was_there: matches!(outcome, Outcome::AlreadyThere(_)) })
        })
    }

    /// Copies a pack or models from a folder, in the background. `name` names the pack, else its folder.
    ///
    /// # Errors
    /// Another job is under way. What goes wrong later comes with the job's end.
    pub fn import_pack(&self, folder: &Path, name: Option<&str>) -> Result<(), ApiError> {
        let (folder, name) = (folder.to_path_buf(), name.map(str::to_owned));
        let shown = name.clone().unwrap_or_default();
        self.packs.start(PackJobKind::Import, &shown, move |shelf, control, listener| {
            let outcome = shelf.import(&folder, name.as_deref(), control, listener)?;
            let (place, was_there) = match outcome {
                Outcome::Installed(place) => (place, false),
                Outcome::AlreadyThere(place) => (place, true),
            };
            Ok(Done { name: Installed::at(&place).map(|pack| pack.name).unwrap_or_default(), was_there })
        })
    }

    /// Compares every file of a pack with its checksum, in the background.
    ///
    /// # Errors
    /// No such pack, or another job is under way. What is wrong comes with the job's end.
    pub fn verify_pack(&self, name: &str) -> Result<(), ApiError> {
        let folder = self.folder_of_pack(name)?;
        let done = Done { name: name.to_owned(), was_there: true };
        self.packs.start(PackJobKind::Verify, name, move |_, control, listener| {
            vitrine_packs::verify(&folder, control, listener).map(|()| done)
        })
    }

    /// Stops the job with this pack. What was downloaded is kept. Nothing happens where there is none.
    pub fn cancel_pack_job(&self, name: &str) {
        let slot = self.packs.slot();
        if slot.job.as_ref().is_some_and(|job| job.name == name) {
            slot.control.cancel();
        }
    }

    /// What is under way.
    #[must_use]
    pub fn pack_job(&self) -> Option<PackJob> {
        self.packs.slot().job.clone()
    }

    /// Waits for the end of the job; none where there was none in this session.
    #[must_use]
    pub fn wait_for_packs(&self) -> Option<PackJobEnd> {
        self.packs.wait()
    }

    /// Deletes a pack, and what was downloaded of it.
    ///
    /// # Errors
    /// The pack is in use, ships with Vitrine, or is not there.
    pub fn remove_pack(&self, name: &str) -> Result<(), ApiError> {
        let is_on_shelf = self.packs.shelf.find(name).is_ok();
        if !is_on_shelf && self.packs.shipped_pack().is_some_and(|pack| pack.name == name) {
            return Err(ApiError {
                code: ErrorCode::BadRequest,
                message: format!("The model pack {name} ships with Vitrine and cannot be removed."),
                detail: None,
            });
        }
        Ok(self.packs.shelf.remove(name, &self.packs_in_use())?)
    }

    /// Works with this pack from now on. Searches are answered with the pack in use until every photo was
    /// read with the new one; [`Api::packs`] tells how far that is.
    ///
    /// # Errors
    /// The pack is not there or cannot be used; then nothing changes.
    pub fn use_pack(&self, name: &str) -> Result<(), ApiError> {
        Ok(self.library.use_pack(&self.folder_of_pack(name)?)?)
    }

    /// Gives up a change of packs that is under way, else goes back to the pack before.
    ///
    /// # Errors
    /// The pack before cannot be used any more.
    pub fn undo_pack_change(&self) -> Result<(), ApiError> {
        Ok(self.library.undo_pack_change()?)
    }

    fn folder_of_pack(&self, name: &str) -> Result<PathBuf, ApiError> {
        match self.packs.shelf.find(name) {
            Ok(pack) => Ok(pack.folder),
            Err(error) => match self.packs.shipped_pack().filter(|pack| pack.name == name) {
                Some(shipped) => Ok(shipped.folder),
                None => Err(error.into()),
            },
        }
    }

    /// The folders of the pack that answers and of the one that gets ready.
    fn packs_in_use(&self) -> Vec<PathBuf> {
        let current = self.library.models().ok().map(|models| models.folder);
        let next = self.library.pack_change().ok().flatten();
        let next = next.and_then(|change| self.packs.shelf.find(&change.to).ok()).map(|pack| pack.folder);
        current.into_iter().chain(next).collect()
    }
}

impl Packs {
    fn shipped_pack(&self) -> Option<Installed> {
        self.shipped.as_deref().and_then(Installed::at)
    }
}

fn items(packs: &Packs, in_use: Option<&Path>) -> Result<Vec<PackItem>, ApiError> {
    let offers = Offer::all()?;
    let unfinished = packs.shelf.unfinished();
    let is_in_use = |pack: &Installed| in_use.is_some_and(|folder| is_same(folder, &pack.folder));
    let mut items: Vec<PackItem> = Vec::new();
    let shipped = packs.shipped_pack();
    for (pack, is_shipped) in shipped
        .iter()
        .map(|pack| (pack, true))
        .chain(packs.shelf.installed().iter().map(|pack| (pack, false)))
    {
        let offer = offers.iter().find(|offer| offer.name == pack.name);
        items.push(PackItem {
            is_in_use: is_in_use(pack),
            is_shipped,
            is_offered: offer.is_some(),
            title: offer.map_or_else(|| title_of(&pack.name), |offer| offer.title.clone()),
            ..item(pack)
        });
    }
    // One that was named for this session and lies elsewhere.
    if let Some(pack) = in_use.and_then(Installed::at).filter(|_| !items.iter().any(|item| item.is_in_use)) {
        items.insert(0, PackItem { is_in_use: true, ..item(&pack) });
    }
    for offer in &offers {
        let part = unfinished.iter().find(|part| part.name == offer.name);
        match items.iter_mut().find(|item| item.name == offer.name && !item.is_shipped) {
            Some(item) => item.done_bytes = part.map_or(0, |part| part.done_bytes),
            None => items.push(offered(offer, part)),
        }
    }
    Ok(items)
}

fn item(pack: &Installed) -> PackItem {
    PackItem {
        name: pack.name.clone(),
        title: title_of(&pack.name),
        summary: pack.summary.clone(),
        licence: pack.licence.clone(),
        state: if pack.problem.is_some() { PackState::Damaged } else { PackState::Installed },
        is_in_use: false,
        is_shipped: false,
        is_offered: false,
        size_bytes: pack.size_bytes,
        done_bytes: 0,
        memory_bytes: Some(pack.memory_bytes).filter(|&bytes| bytes > 0),
        problem: pack.problem.clone(),
        folder: Some(pack.folder.display().to_string()),
    }
}

fn offered(offer: &Offer, part: Option<&Unfinished>) -> PackItem {
    PackItem {
        name: offer.name.clone(),
        title: offer.title.clone(),
        summary: offer.summary.clone(),
        licence: offer.licence.clone(),
        state: if part.is_some() { PackState::Partial } else { PackState::Available },
        is_in_use: false,
        is_shipped: false,
        is_offered: true,
        size_bytes: part.map(|part| part.total_bytes).filter(|&n| n > 0).unwrap_or(offer.about_bytes),
        done_bytes: part.map_or(0, |part| part.done_bytes),
        memory_bytes: None,
        problem: None,
        folder: None,
    }
}

/// `my-models` as `My-models`.
fn title_of(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    real(one) == real(other)
}

fn begun(kind: PackJobKind, name: &str) -> PackJob {
    PackJob {
        kind,
        name: name.to_owned(),
        step: PackStep::Asking,
        file: None,
        done: 0,
        total: 0,
        bytes_per_second: 0,
        eta_secs: None,
        note: None,
    }
}

fn follow(job: &mut PackJob, progress: &Progress) {
    job.step = match progress.step {
        Step::Asking => PackStep::Asking,
        Step::Downloading => PackStep::Downloading,
        Step::Copying => PackStep::Copying,
        Step::Checking => PackStep::Checking,
        Step::Trying => PackStep::Trying,
    };
    job.file.clone_from(&progress.file);
    job.done = progress.done_bytes;
    job.total = progress.total_bytes;
    job.bytes_per_second = progress.bytes_per_second as u64;
    let left = progress.total_bytes.saturating_sub(progress.done_bytes);
    job.eta_secs = left.checked_div(job.bytes_per_second);
    job.note.clone_from(&progress.note);
}

impl From<PackError> for ApiError {
    fn from(error: PackError) -> Self {
        let code = match &error {
            PackError::UnknownName { .. } | PackError::NotInstalled { .. } => ErrorCode::NotFound,
            PackError::BadName { .. }
            | PackError::AlreadyInstalled { .. }
            | PackError::InUse { .. }
            | PackError::BadEndpoint { .. } => ErrorCode::BadRequest,
            PackError::Busy => ErrorCode::InUse,
            PackError::Connection { .. }
            | PackError::Untrusted { .. }
            | PackError::Refused { .. }
            | PackError::Gated { .. }
            | PackError::NotOnHub { .. }
            | PackError::BadAnswer { .. }
            | PackError::Damaged { .. } => ErrorCode::Network,
            PackError::NoRoom { .. } | PackError::DiskFull { .. } | PackError::Io { .. } => {
                ErrorCode::Storage
            }
            PackError::Unsupported { .. } | PackError::CannotImport { .. } | PackError::Unusable(_) => {
                ErrorCode::BadPack
            }
            PackError::Cancelled => ErrorCode::Cancelled,
            _ => ErrorCode::Internal,
        };
        Self { code, message: error.to_string(), detail: None }
    }
}
