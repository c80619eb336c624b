//! Layers as products read them, kept in a file: a model that was loaded once is loaded again in the time that reading
//! takes, without its weights being read, rounded and arranged.
//!
//! ```text
//! magic, key | the numbers of each layer | list: where each lies, and its checksum | length and checksum of the list
//! ```
//!
//! In the key is whatever the numbers follow from: the model's files, the precision, the kind of processor, and this
//! program. A file with another key is written anew, a layer that is not in it or has another checksum is made from the
//! weights; so the file may be lost or damaged at any time. Floats of full size are not kept, since arranging them is
//! all that would be saved, nor are small models.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use vitrine_kernels::{self as kernels, Isa, Matrix};

use crate::dense::Dense;
use crate::{ModelError, Precision, regular_file};

/// Of a file, and of one that is being written.
const ENDING: &str = ".layers";
const PART: &str = ".part";
const MAGIC: &[u8; 16] = b"vitrine layers 1";
/// Models whose weights are smaller are loaded as fast without.
const WORTH_BYTES: u64 = 64 << 20;
/// How much must stay free on the disk.
const FREE_BYTES: u64 = 1 << 30;

type Key = [u8; 32];

/// The layers of one model in one precision, while it is loaded.
pub(super) struct Kept {
    path: PathBuf,
    key: Key,
    n_weight_bytes: u64,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    found: Option<Found>,
    /// How often each name was asked for.
    asked: HashMap<String, u32>,
    /// What the next file will be, where this one lacks layers.
    next: Option<Next>,
    /// That it cannot be written.
    has_given_up: bool,
}

/// A file that is there.
struct Found {
    file: File,
    /// Where the list begins.
    end: u64,
    layers: Layers,
}

/// A file that is written.
struct Next {
    file: BufWriter<NamedTempFile>,
    end: u64,
    layers: Layers,
}

/// By name, and the how manieth of that name.
type Layers = HashMap<String, Layer>;

#[derive(Debug, Clone, Copy)]
struct Layer {
    is_int8: bool,
    n_in: usize,
    n_out: usize,
    start: u64,
    n_bytes: u64,
    checksum: u32,
}

/// A layer as the list has it.
type Stored = (bool, usize, usize, u64, u64, u32);

impl From<Layer> for Stored {
    fn from(Layer { is_int8, n_in, n_out, start, n_bytes, checksum }: Layer) -> Self {
        (is_int8, n_in, n_out, start, n_bytes, checksum)
    }
}

impl From<Stored> for Layer {
    fn from((is_int8, n_in, n_out, start, n_bytes, checksum): Stored) -> Self {
        Self { is_int8, n_in, n_out, start, n_bytes, checksum }
    }
}

impl Kept {
    /// Those of the model in `model`, whose weights are of `n_bytes`, in a file below `folder`. None where keeping them
    /// is not worth the disk.
    pub(super) fn open(folder: &Path, model: &Path, precision: Precision, n_bytes: u64) -> Option<Self> {
        let is_rounded = matches!(precision, Precision::Bf16 | Precision::Int8);
        (is_rounded && n_bytes >= WORTH_BYTES)
            .then(|| Self::open_any(folder, model, precision, n_bytes))
            .flatten()
    }

    fn open_any(folder: &Path, model: &Path, precision: Precision, n_weight_bytes: u64) -> Option<Self> {
        let key = key_of(model, precision).inspect_err(untold).ok()?;
        let name = format!("{}-{}{ENDING}", model.file_name()?.to_string_lossy(), precision.name());
        let path = folder.join(name);
        let found = Found::open(&path, &key).inspect_err(untold).ok();
        let state = RefCell::new(State { found, ..State::default() });
        Some(Self { path, key, n_weight_bytes, state })
    }

    /// The layer of this name as it was kept, or else as `make` gives it, which is kept then.
    pub(super) fn layer(
        &self,
        name: &str,
        precision: kernels::Precision,
        make: impl FnOnce() -> Result<Dense, ModelError>,
    ) -> Result<Dense, ModelError> {
        let mut state = self.state.borrow_mut();
        let nth = state.asked.entry(name.to_owned()).or_default();
        let name = format!("{name} {nth}");
        *nth += 1;
        if let Some(matrix) = state.found.as_mut().and_then(|found| found.read(&name, precision)) {
            return Ok(Dense::Packed(matrix));
        }
        let layer = make()?;
        if let Dense::Packed(matrix) = &layer
            && !state.has_given_up
            && let Err(error) = self.keep(&mut state, name, matrix)
        {
            untold(&error);
            // Nor are those that follow; the model is loaded all the same.
            (state.next, state.has_given_up) = (None, true);
        }
        Ok(layer)
    }

    fn keep(&self, state: &mut State, name: String, matrix: &Matrix) -> io::Result<()> {
        let State { found, next, .. } = state;
        let next = match next {
            Some(next) => next,
            None => next.insert(self.begin(found.as_mut())?),
        };
        next.write(name, matrix)
    }

    /// A file with the layers that are there already.
    fn begin(&self, found: Option<&mut Found>) -> io::Result<Next> {
        let folder = self.path.parent().ok_or(io::ErrorKind::NotFound)?;
        fs::create_dir_all(folder)?;
        if fs4::available_space(folder)? < FREE_BYTES.saturating_add(self.n_weight_bytes) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let file = tempfile::Builder::new().prefix(&self.name()).suffix(PART).tempfile_in(folder)?;
        let mut next = Next { file: BufWriter::new(file), end: 0, layers: Layers::new() };
        next.file.write_all(MAGIC)?;
        next.file.write_all(&self.key)?;
        next.end = HEAD;
        if let Some(found) = found {
            found.file.seek(SeekFrom::Start(HEAD))?;
            io::copy(&mut (&found.file).take(found.end - HEAD), &mut next.file)?;
            (next.end, next.layers) = (found.end, found.layers.clone());
        }
        Ok(next)
    }

    /// The model is loaded: puts what was written into place. Other files of the same model go.
    pub(super) fn finish(&self) {
        if let Some(next) = self.state.borrow_mut().next.take() {
            if let Err(error) = next.finish(&self.path) {
                return untold(&error);
            }
            self.remove_others();
        }
    }

    /// Its other precisions, and what a run left that was killed.
    fn remove_others(&self) {
        let own = self.name();
        let (Some(folder), Some((model, _))) = (self.path.parent(), own.rsplit_once('-')) else { return };
        let Ok(files) = fs::read_dir(folder) else { return };
        for file in files.filter_map(Result::ok) {
            let name = file.file_name().to_string_lossy().into_owned();
            let is_of_model = name.rsplit_once('-').is_some_and(|(of, _)| of == model);
            let is_ours = name.ends_with(ENDING) || name.ends_with(PART);
            if is_of_model && is_ours && name != own {
                // What cannot be removed lies there, and harms nobody.
                let _ = fs::remove_file(file.path()).inspect_err(untold);
            }
        }
    }

    fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// Where the numbers begin.
const HEAD: u64 = (MAGIC.len() + size_of::<Key>()) as u64;
/// Length and checksum of the list.
const TAIL: u64 = 12;

impl Found {
    fn open(path: &Path, key: &Key) -> io::Result<Self> {
        let other = |reason: &str| io::Error::new(io::ErrorKind::InvalidData, reason.to_owned());
        let (mut file, metadata) = regular_file::open(path)?;
        let mut head = [0; HEAD as usize];
        file.read_exact(&mut head)?;
        if head[..MAGIC.len()] != MAGIC[..] || head[MAGIC.len()..] != key[..] {
            return Err(other("it is of other files, another processor or another program"));
        }
        let tail_start = metadata.len().checked_sub(TAIL).ok_or_else(|| other("it is cut off"))?;
        file.seek(SeekFrom::Start(tail_start))?;
        let (mut length, mut checksum) = ([0; 8], [0; 4]);
        file.read_exact(&mut length)?;
        file.read_exact(&mut checksum)?;
        let end = tail_start.checked_sub(u64::from_le_bytes(length)).filter(|end| *end >= HEAD);
        let end = end.ok_or_else(|| other("it is cut off"))?;
        file.seek(SeekFrom::Start(end))?;
        let mut list = Vec::new();
        (&file).take(tail_start - end).read_to_end(&mut list)?;
        if crc32fast::hash(&list) != u32::from_le_bytes(checksum) {
            return Err(other("its list is damaged"));
        }
        let layers: HashMap<String, Stored> = serde_json::from_slice(&list)?;
        Ok(Self { file, end, layers: layers.into_iter().map(|(name, layer)| (name, layer.into())).collect() })
    }

    fn read(&mut self, name: &str, precision: kernels::Precision) -> Option<Matrix> {
        let layer = *self.layers.get(name)?;
        let is_inside = layer.start.checked_add(layer.n_bytes).is_some_and(|end| end <= self.end);
        let n_weights = layer.n_in.checked_mul(layer.n_out).filter(|n| *n > 0)? as u64;
        let is_int8 = precision == kernels::Precision::Int8;
        if layer.is_int8 != is_int8 || !is_inside || n_weights > layer.n_bytes {
            return None;
        }
        let mut checksum = crc32fast::Hasher::new();
        let mut numbers = || -> io::Result<Matrix> {
            self.file.seek(SeekFrom::Start(layer.start))?;
            let mut file = (&self.file).take(layer.n_bytes);
            Matrix::of_parts(precision, layer.n_in, layer.n_out, |part| {
                file.read_exact(part)?;
                checksum.update(part);
                Ok(())
            })
        };
        let matrix = numbers().inspect_err(untold).ok()?;
        (checksum.finalize() == layer.checksum).then_some(matrix)
    }
}

impl Next {
    fn write(&mut self, name: String, matrix: &Matrix) -> io::Result<()> {
        let mut checksum = crc32fast::Hasher::new();
        let mut n_bytes = 0;
        for part in matrix.parts() {
            self.file.write_all(part)?;
            checksum.update(part);
            n_bytes += part.len() as u64;
        }
        let layer = Layer {
            is_int8: matrix.precision() == kernels::Precision::Int8,
            n_in: matrix.n_in(),
            n_out: matrix.n_out(),
            start: self.end,
            n_bytes,
            checksum: checksum.finalize(),
        };
        self.end += n_bytes;
        self.layers.insert(name, layer);
        Ok(())
    }

    fn finish(mut self, path: &Path) -> io::Result<()> {
        let layers: HashMap<&String, Stored> =
            self.layers.iter().map(|(name, layer)| (name, (*layer).into())).collect();
        let list = serde_json::to_vec(&layers)?;
        self.file.write_all(&list)?;
        self.file.write_all(&(list.len() as u64).to_le_bytes())?;
        self.file.write_all(&crc32fast::hash(&list).to_le_bytes())?;
        // What a crash leaves of it has another checksum: it need not be on the disk before it has its name.
        self.file.into_inner()?.persist(path)?;
        Ok(())
    }
}

/// Whatever the numbers follow from.
fn key_of(model: &Path, precision: Precision) -> io::Result<Key> {
    let mut key = Sha256::new();
    let mut add = |what: &str, metadata: &fs::Metadata| -> io::Result<()> {
        let changed = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        key.update(format!("{what:?} {} {}\n", metadata.len(), changed.as_nanos()));
        Ok(())
    };
    let mut files: Vec<PathBuf> = Vec::new();
    for file in fs::read_dir(model)? {
        files.push(file?.path());
    }
    files.sort();
    for path in files {
        add(&path.file_name().unwrap_or_default().to_string_lossy(), &fs::metadata(&path)?)?;
    }
    // Another build may fold, round and arrange otherwise.
    add("program", &fs::metadata(std::env::current_exe()?)?)?;
    key.update(format!("{} {}", precision.name(), Isa::best().name()));
    Ok(key.finalize().into())
}

/// For who looks into the log: a model is loaded without the file as well as with it.
fn untold(error: &io::Error) {
    tracing::debug!(%error, "a model's layers are not kept");
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use candle_core::{Device, Tensor};
    use tempfile::TempDir;

    use super::*;

    const INT8: kernels::Precision = kernels::Precision::Int8;

    /// A model's folder and the one beside it.
    fn folders() -> (TempDir, PathBuf, PathBuf) {
        let pack = tempfile::tempdir().unwrap();
        let (model, kept) = (pack.path().join("clip"), pack.path().join("layers"));
        fs::create_dir(&model).unwrap();
        fs::write(model.join("model.safetensors"), "weights").unwrap();
        (pack, model, kept)
    }

    /// Loads a model of these layers, two of which have the same name: what each is, and how many were made anew.
    fn load(model: &Path, kept: &Path, precision: Precision, names: &[&str]) -> (Vec<Vec<f32>>, usize) {
        let kept = Kept::open_any(kept, model, precision, 0).unwrap();
        let made = Cell::new(0);
        let layer = |(at, name): (usize, &&str)| {
            let make = || {
                made.set(made.get() + 1);
                let weight = Tensor::arange(at as f32, at as f32 + 12.0, &Device::Cpu)?.reshape((3, 4))?;
                Dense::new(INT8, weight, Some(Tensor::new(&[1.0_f32, 2.0, 3.0], &Device::Cpu)?))
            };
            let layer = kept.layer(name, INT8, make).unwrap();
            let x = Tensor::new(&[[1.0_f32, -2.0, 0.5, 3.0]], &Device::Cpu).unwrap();
            layer.forward(&x).unwrap().flatten_all().unwrap().to_vec1().unwrap()
        };
        let found = names.iter().enumerate().map(layer).collect();
        kept.finish();
        (found, made.get())
    }

    fn files(folder: &Path) -> Vec<String> {
        let name = |file: io::Result<fs::DirEntry>| file.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_loaded_once_is_not_made_again() {
        let (_pack, model, kept) = folders();
        let names = ["up", "cross", "cross"];
        let (first, made) = load(&model, &kept, Precision::Int8, &names);
        assert_eq!(made, 3);
        assert_ne!(first[1], first[2], "two layers of one name are two");
        assert_eq!(load(&model, &kept, Precision::Int8, &names), (first.clone(), 0));
        // Loaded beside another one, a model asks for fewer layers, or for more.
        assert_eq!(load(&model, &kept, Precision::Int8, &["up"]), (first[..1].to_vec(), 0));
        assert_eq!(load(&model, &kept, Precision::Int8, &["up", "cross", "cross", "down"]).1, 1);
        assert_eq!(load(&model, &kept, Precision::Int8, &["up", "cross", "cross", "down"]).1, 0);
        assert_eq!(files(&kept), ["clip-int8.layers"]);
    }

    #[test]
    fn layers_of_other_files_or_numbers_are_made_anew() {
        let (_pack, model, kept) = folders();
        load(&model, &kept, Precision::Int8, &["up"]);
        assert_eq!(load(&model, &kept, Precision::Bf16, &["up"]).1, 1, "another precision");
        assert_eq!(files(&kept), ["clip-bf16.layers"]);
        fs::write(model.join("rounding.json"), "{}").unwrap();
        assert_eq!(load(&model, &kept, Precision::Bf16, &["up"]).1, 1, "another file");
        fs::write(model.join("model.safetensors"), "others!").unwrap();
        assert_eq!(load(&model, &kept, Precision::Bf16, &["up"]).1, 1, "other weights of the same length");
        assert_eq!(load(&model, &kept, Precision::Bf16, &["up"]).1, 0);
        // What a run left that was killed goes with the next file.
        fs::write(kept.join("clip-int8.layersX.part"), "").unwrap();
        fs::write(kept.join("other-int8.layers"), "").unwrap();
        load(&model, &kept, Precision::Int8, &["up"]);
        assert_eq!(files(&kept), ["clip-int8.layers", "other-int8.layers"]);
    }

    #[test]
    fn damage_of_any_kind_is_survived() {
        let (_pack, model, kept) = folders();
        let names = ["up", "down"];
        let (first, _) = load(&model, &kept, Precision::Int8, &names);
        let path = kept.join("clip-int8.layers");
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x11;
            fs::write(&path, &bytes).unwrap();
            let (found, made) = load(&model, &kept, Precision::Int8, &names);
            assert_eq!(found, first, "byte {at}");
            assert!(made > 0, "byte {at} is not looked at");
        }
        for length in (0..whole.len()).step_by(7) {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(load(&model, &kept, Precision::Int8, &names), (first.clone(), 2), "length {length}");
        }
        assert_eq!(load(&model, &kept, Precision::Int8, &names).1, 0, "and mended");
    }

    #[test]
    fn a_file_that_could_not_be_written_is_not_begun_again() {
        let (_pack, model, folder) = folders();
        fs::write(&folder, "a file where the folder would be").unwrap();
        let kept = Kept::open_any(&folder, &model, Precision::Int8, 0).unwrap();
        let layer = |name| {
            let weight = || Tensor::zeros((3, 4), candle_core::DType::F32, &Device::Cpu);
            kept.layer(name, INT8, || Dense::new(INT8, weight()?, None)).unwrap();
        };
        layer("up");
        fs::remove_file(&folder).unwrap();
        layer("down");
        kept.finish();
        assert!(!folder.exists(), "a part of a model is kept");
    }

    #[test]
    fn a_model_is_loaded_where_nothing_can_be_kept() {
        let (_pack, model, kept) = folders();
        fs::write(&kept, "a file where the folder would be").unwrap();
        assert_eq!(load(&model, &kept, Precision::Int8, &["up"]).1, 1);
        for (precision, n_bytes) in [(Precision::F32, WORTH_BYTES), (Precision::Int8, WORTH_BYTES - 1)] {
            assert!(Kept::open(&kept, &model, precision, n_bytes).is_none(), "{precision:?}");
        }
        assert!(Kept::open(&kept, &model, Precision::Int8, WORTH_BYTES).is_some());
    }
}
