//! Model packs as clients see them: the list, and one job at a time.
//!
//! A download, an import or a check is a job of the library's: it outlives whoever asked for it, for a window
//! may close its settings. Clients hear of it as [`Event::Packs`](crate::Event::Packs), or ask with
//! [`Api::pack_job`] and [`Api::wait_for_packs`].

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use vitrine_catalog::jobs::{
    Job, JobError, JobKind, JobSnapshot, JobState, Lane, Outcome, Stage, StartError,
};
use vitrine_packs::{HubOptions, Installed, Offer, Outcome as Arrived, Pace, PackError, Shelf, Unfinished};

use crate::{
    Api, convert,
    types::{
        ApiError, ErrorCode, ModelPrecision, PackChange, PackItem, PackJob, PackJobEnd, PackJobKind,
        PackList, PackNews, PackPace, PackState, PackStep,
    },
};

/// Where packs are.
pub(crate) struct Packs {
    shelf: Shelf,
    /// The folder of the pack that ships.
    shipped: Option<PathBuf>,
    /// Held while a pack is chosen or deleted, so that none is deleted that was just chosen.
    choosing: Mutex<()>,
}

impl Packs {
    pub(crate) fn new(folder: PathBuf, pack_folders: &[PathBuf]) -> Self {
        let shipped = pack_folders.iter().find(|folder| folder.join("pack.toml").is_file()).cloned();
        Self { shelf: Shelf::new(folder), shipped, choosing: Mutex::default() }
    }

    fn choosing(&self) -> MutexGuard<'_, ()> {
        self.choosing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shipped_pack(&self) -> Option<Installed> {
        self.shipped.as_deref().and_then(Installed::at)
    }
}

/// Whether the pack of a job was there before, whole.
struct WasThere(bool);

/// What a job of this lane tells.
pub(crate) fn news(job: &JobSnapshot) -> Option<PackNews> {
    if job.state.is_over() {
        return ended(job).map(|end| PackNews { job: None, ended: Some(end) });
    }
    under_way(job).map(|job| PackNews { job: Some(job), ended: None })
}

impl Api {
    /// Every pack: the one that ships, those of this machine, those to download.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn packs(&self) -> Result<PackList, ApiError> {
        let models = self.library.models().ok();
        // How fast a graphics card would be is not known before it has worked.
        let is_processor = models.as_ref().is_some_and(|models| models.device == "CPU");
        let in_use = models.map(|models| models.folder);
        let change = self.library.pack_change()?;
        let previous = self.library.previous_pack()?;
        let previous_precision = previous.as_ref().map(|(_, precision)| *precision).unwrap_or_default();
        let previous = previous.and_then(|(folder, _)| Installed::at(&folder));
        Ok(PackList {
            packs: items(&self.packs, in_use.as_deref(), is_processor)?,
            packs_folder: self.packs.shelf.folder().display().to_string(),
            job: self.pack_job(),
            change: change.map(|change| PackChange {
                from: change.from,
                to: change.to,
                precision: convert::precision(change.precision),
                n_done: change.n_done,
                n_total: change.n_total,
            }),
            precision: convert::precision(self.library.precision()?),
            previous: previous.map(|pack| pack.name),
            previous_precision: convert::precision(previous_precision),
        })
    }

    /// Downloads a pack in the background, or goes on with it. The only request that uses the network.
    ///
    /// # Errors
    /// No such pack, or another job is under way. What goes wrong later comes with the job's end.
    pub fn pull_pack(&self, name: &str) -> Result<(), ApiError> {
        let offer = Offer::named(name)?;
        let api = self.clone();
        self.start_pack_job(JobKind::Pull, name, move |shelf, job| {
            let arrived = shelf.pull(&offer, &HubOptions::from_environment(), job)?;
            // Asked now: another pack may have been chosen while this one came.
            let _choosing = api.packs.choosing();
            shelf.sweep(&api.packs_in_use());
            Ok(WasThere(matches!(arrived, Arrived::AlreadyThere(_))))
        })
    }

    /// Copies a pack or models from a folder, in the background. `name` names the pack, else its folder.
    ///
    /// # Errors
    /// Another job is under way. What goes wrong later comes with the job's end.
    pub fn import_pack(&self, folder: &Path, name: Option<&str>) -> Result<(), ApiError> {
        let (folder, name) = (folder.to_path_buf(), name.map(str::to_owned));
        let shown = name.clone().unwrap_or_default();
        self.start_pack_job(JobKind::Import, &shown, move |shelf, job| {
            let (place, was_there) = match shelf.import(&folder, name.as_deref(), job)? {
                Arrived::Installed(place) => (place, false),
                Arrived::AlreadyThere(place) => (place, true),
            };
            job.set_subject(&Installed::at(&place).map(|pack| pack.name).unwrap_or_default());
            Ok(WasThere(was_there))
        })
    }

    /// Compares every file of a pack with its checksum, in the background.
    ///
    /// # Errors
    /// No such pack, or another job is under way. What is wrong comes with the job's end.
    pub fn verify_pack(&self, name: &str) -> Result<(), ApiError> {
        let folder = self.folder_of_pack(name)?;
        self.start_pack_job(JobKind::Verify, name, move |_, job| {
            vitrine_packs::verify(&folder, job).map(|()| WasThere(true))
        })
    }

    /// Stops the job with this pack. What was downloaded is kept. Nothing happens where there is none.
    pub fn cancel_pack_job(&self, name: &str) {
        if let Some(job) = self.library.jobs().current(Lane::Packs).filter(|job| job.subject() == name) {
            job.cancel();
        }
    }

    /// What is under way.
    #[must_use]
    pub fn pack_job(&self) -> Option<PackJob> {
        under_way(&self.library.jobs().current(Lane::Packs)?.snapshot())
    }

    /// Waits for the end of the job; none where there was none in this session.
    #[must_use]
    pub fn wait_for_packs(&self) -> Option<PackJobEnd> {
        let jobs = self.library.jobs();
        let end = jobs.current(Lane::Packs).map(|job| job.wait());
        ended(&end.or_else(|| jobs.last_end(Lane::Packs))?)
    }

    /// Runs `work` in the background.
    fn start_pack_job(
        &self,
        kind: JobKind,
        name: &str,
        work: impl FnOnce(&Shelf, &Job) -> Result<WasThere, PackError> + Send + 'static,
    ) -> Result<(), ApiError> {
        let shelf = self.packs.shelf.clone();
        let started = self.library.jobs().start(kind, name, move |job| match work(&shelf, job) {
            Ok(was_there) => Ok(Outcome::default().with(was_there)),
            Err(PackError::Cancelled) => Err(JobError::Cancelled(vitrine_catalog::jobs::Cancelled)),
            Err(error) => Err(JobError::failed(error)),
        });
        started.map(|_| ()).map_err(|error| ApiError {
            code: if matches!(error, StartError::Busy(_)) { ErrorCode::InUse } else { ErrorCode::Internal },
            message: error.to_string(),
            detail: None,
        })
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
        let _choosing = self.packs.choosing();
        Ok(self.packs.shelf.remove(name, &self.packs_in_use())?)
    }

    /// Works with this pack from now on. Searches are answered with the pack in use until every photo was
    /// read with the new one; [`Api::packs`] tells how far that is.
    ///
    /// # Errors
    /// The pack is not there or cannot be used; then nothing changes.
    pub fn use_pack(&self, name: &str) -> Result<(), ApiError> {
        let _choosing = self.packs.choosing();
        Ok(self.library.use_pack(&self.folder_of_pack(name)?)?)
    }

    /// Computes in these numbers from now on: a change as that of [`Api::use_pack`].
    ///
    /// # Errors
    /// No models are in use.
    pub fn use_precision(&self, precision: ModelPrecision) -> Result<(), ApiError> {
        let _choosing = self.packs.choosing();
        Ok(self.library.use_precision(convert::asked_precision(precision))?)
    }

    /// Gives up a change of packs that is under way, else goes back to the pack before.
    ///
    /// # Errors
    /// The pack before cannot be used any more.
    pub fn undo_pack_change(&self) -> Result<(), ApiError> {
        let _choosing = self.packs.choosing();
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

fn items(packs: &Packs, in_use: Option<&Path>, is_processor: bool) -> Result<Vec<PackItem>, ApiError> {
    let offers = Offer::all()?;
    let pace = |offer: &Offer| {
        let pace = offer.pace().filter(|_| is_processor);
        pace.map(|Pace { read, describe }| PackPace { read, describe })
    };
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
            recommended: offer.and_then(|offer| offer.recommended.clone()),
            pace: offer.and_then(pace),
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
            None => items.push(PackItem { pace: pace(offer), ..offered(offer, part) }),
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
        recommended: None,
        size_bytes: pack.size_bytes,
        done_bytes: 0,
        memory_bytes: Some(pack.memory_bytes).filter(|&bytes| bytes > 0),
        pace: None,
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
        recommended: offer.recommended.clone(),
        size_bytes: part.map(|part| part.total_bytes).filter(|&n| n > 0).unwrap_or(offer.about_bytes),
        done_bytes: part.map_or(0, |part| part.done_bytes),
        memory_bytes: offer.memory_bytes(),
        pace: None,
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

fn kind_of(job: &JobSnapshot) -> Option<PackJobKind> {
    match job.kind {
        JobKind::Pull => Some(PackJobKind::Pull),
        JobKind::Import => Some(PackJobKind::Import),
        JobKind::Verify => Some(PackJobKind::Verify),
        JobKind::Index | JobKind::Tune => None,
    }
}

fn under_way(job: &JobSnapshot) -> Option<PackJob> {
    let kind = kind_of(job)?;
    let progress = &job.progress;
    let stage = progress.stage.and_then(|stage| progress.of(stage));
    Some(PackJob {
        kind,
        name: job.subject.clone(),
        step: match progress.stage {
            Some(Stage::Download) => PackStep::Downloading,
            Some(Stage::Copy) => PackStep::Copying,
            Some(Stage::Check) => PackStep::Checking,
            Some(Stage::Try) => PackStep::Trying,
            _ => PackStep::Asking,
        },
        file: progress.current.clone(),
        done: stage.map_or(0, |stage| stage.done),
        total: stage.map_or(0, |stage| stage.total),
        bytes_per_second: stage.map_or(0, |stage| stage.per_second as u64),
        eta_secs: stage.and_then(|stage| stage.eta).map(|eta| eta.as_secs()),
        note: progress.note.clone(),
    })
}

fn ended(job: &JobSnapshot) -> Option<PackJobEnd> {
    let error = match job.state {
        JobState::Cancelled => Some(PackError::Cancelled.into()),
        JobState::Failed => Some(job.error::<PackError>().map_or_else(
            || ApiError {
                code: ErrorCode::Internal,
                message: job.message.clone().unwrap_or_default(),
                detail: None,
            },
            ApiError::from,
        )),
        _ => None,
    };
    Some(PackJobEnd {
        kind: kind_of(job)?,
        name: job.subject.clone(),
        was_there: job.value::<WasThere>().is_some_and(|was| was.0),
        error,
    })
}

impl From<PackError> for ApiError {
    fn from(error: PackError) -> Self {
        Self::from(&error)
    }
}

impl From<&PackError> for ApiError {
    fn from(error: &PackError) -> Self {
        let code = match error {
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
