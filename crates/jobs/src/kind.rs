//! The sorts of jobs, the lanes in which they run, and the stages that they pass.

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Photos are found, read, made searchable and described.
    Index,
    /// A model pack is downloaded.
    Pull,
    /// A model pack is copied from a folder.
    Import,
    /// A model pack's files are compared with their checksums.
    Verify,
    /// Searches learn from the shop.
    Tune,
}

impl JobKind {
    /// The lane in which it runs.
    #[must_use]
    pub const fn lane(self) -> Lane {
        match self {
            Self::Index => Lane::Index,
            Self::Pull | Self::Import | Self::Verify => Lane::Packs,
            Self::Tune => Lane::Tuning,
        }
    }

    /// The stages that it can pass, in their usual order.
    #[must_use]
    pub const fn stages(self) -> &'static [Stage] {
        match self {
            Self::Index => &[Stage::Scan, Stage::Read, Stage::Embed, Stage::Describe, Stage::Refine],
            // A pack that is there already is checked before its download, or in place of it.
            Self::Pull => &[Stage::Ask, Stage::Check, Stage::Download, Stage::Try],
            Self::Import => &[Stage::Copy, Stage::Check, Stage::Try],
            Self::Verify => &[Stage::Check],
            Self::Tune => &[Stage::Gather, Stage::Learn, Stage::Prepare, Stage::Measure],
        }
    }

    /// The name of the thread that does it; some systems keep 15 letters.
    pub(crate) const fn thread_name(self) -> &'static str {
        match self {
            Self::Index => "vitrine-index",
            Self::Pull => "vitrine-pull",
            Self::Import => "vitrine-import",
            Self::Verify => "vitrine-verify",
            Self::Tune => "vitrine-tune",
        }
    }
}

/// Of a lane one job runs at a time; lanes do not hinder one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// The catalog's photos.
    Index,
    /// The folder of model packs.
    Packs,
    /// What searches learn from the shop.
    Tuning,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// At work.
    Running,
    /// Held by the user.
    Paused,
    /// Ended by the user before its end.
    Cancelled,
    /// Everything is done.
    Finished,
    /// It could not go on.
    Failed,
}

impl JobState {
    /// Whether nothing more will come.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Cancelled | Self::Finished | Self::Failed)
    }
}

/// A part of a job that has its own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Looking for photos.
    Scan,
    /// Reading them.
    Read,
    /// Making them searchable.
    Embed,
    /// Describing them.
    Describe,
    /// Comparing them with words in more ways, which makes searches better.
    Refine,
    /// Asking the hub which files there are.
    Ask,
    /// Bytes come in.
    Download,
    /// Bytes are copied from another folder of this machine.
    Copy,
    /// Files are compared with their checksums.
    Check,
    /// The models are loaded once, to see that they can be.
    Try,
    /// Queries are made of what is known of products, and read.
    Gather,
    /// The network learns.
    Learn,
    /// Photos are made ready to be found by what was learnt.
    Prepare,
    /// Searches are asked, as they were and as they would be.
    Measure,
}

impl Stage {
    /// How many there are.
    pub(crate) const N: usize = Self::Measure as usize + 1;

    /// What it counts.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::Scan | Self::Read | Self::Embed | Self::Describe | Self::Refine | Self::Prepare => {
                Unit::Photos
            }
            Self::Ask => Unit::Files,
            Self::Download | Self::Copy | Self::Check => Unit::Bytes,
            Self::Try => Unit::Models,
            Self::Gather | Self::Measure => Unit::Searches,
            Self::Learn => Unit::Steps,
        }
    }
}

/// What a stage counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Photos.
    Photos,
    /// Files of a model pack.
    Files,
    /// Bytes.
    Bytes,
    /// Models.
    Models,
    /// Searches.
    Searches,
    /// Steps of a training.
    Steps,
}
