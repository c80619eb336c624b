//! The table of a file that `torch.save` wrote: an uncompressed zip archive with the numbers of each
//! storage as a file of its own, and a pickle, `data.pkl`, that says which tensors are made of them.
//!
//! The archive is hostile input. Nothing in it is executed ([`super::pickle`]), nothing is unpacked:
//! files that are compressed are refused, the others are read where they lie.

use std::collections::HashMap;
use std::io::Cursor;
use std::ops::Range;
use std::path::Path;

use zip::{CompressionMethod, ZipArchive};

use super::located::{Files, Located};
use super::mapped::MappedFile;
use super::pickle::{self, TensorEntry};
use crate::ModelError;

/// What to do about a file that this program does not read.
const WAY_OUT: &str = "use the model's model.safetensors, or save its weights as one";
/// One storage for each tensor; the largest models here have some thousand.
const MAX_FILES: usize = 100_000;
/// The pickle of a model of a thousand tensors has 200 kB.
const MAX_PICKLE_BYTES: usize = 16 << 20;

pub(super) fn open(path: &Path) -> Result<Files, ModelError> {
    let file = MappedFile::open(path)?;
    let tensors = table(&file).map_err(|reason| file.error(format!("{reason}; {WAY_OUT}")))?;
    Ok(Files { parts: vec![file], tensors })
}

fn table(file: &MappedFile) -> Result<HashMap<String, Located>, String> {
    let bytes = file.bytes();
    if !bytes.starts_with(b"PK") {
        return Err("it is not in the format that PyTorch writes since version 1.6".to_owned());
    }
    let archive = Archive::open(bytes)?;
    let order = archive.find("byteorder").and_then(|range| bytes.get(range));
    if order.is_some_and(|order| order != b"little") {
        return Err("its numbers are in the byte order of another kind of processor".to_owned());
    }
    let pickle = archive.find("data.pkl").and_then(|range| bytes.get(range));
    let pickle = pickle.ok_or("it holds no list of tensors")?;
    if pickle.len() > MAX_PICKLE_BYTES {
        return Err("its list of tensors is far too long".to_owned());
    }
    let mut tensors = HashMap::new();
    for (name, entry) in pickle::read(pickle)? {
        let located = locate(&archive, &entry).map_err(|reason| format!("{name}: {reason}"))?;
        tensors.insert(name.to_owned(), located);
    }
    Ok(tensors)
}

fn locate(archive: &Archive, entry: &TensorEntry<'_>) -> Result<Located, String> {
    let storage = archive.find(&format!("data/{}", entry.storage)).ok_or("its numbers are missing")?;
    let size = entry.dtype.map_or(entry.n_bytes_each, |dtype| dtype.size_in_bytes());
    let bytes = || -> Option<Range<usize>> {
        let n = entry.shape.iter().try_fold(1_usize, |n, &dim| n.checked_mul(dim))?;
        let start = storage.start.checked_add(entry.offset.checked_mul(size)?)?;
        let end = start.checked_add(n.checked_mul(size)?)?;
        (end <= storage.end).then_some(start..end)
    };
    let bytes = bytes().ok_or("it needs more numbers than the file holds")?;
    let in_order = is_in_order(&entry.shape, &entry.strides);
    Ok(Located { part: 0, dtype: entry.dtype, shape: entry.shape.clone(), bytes, in_order })
}

/// Strides of a dimension of one element say nothing.
fn is_in_order(shape: &[usize], strides: &[usize]) -> bool {
    let mut expected = 1_usize;
    shape.iter().zip(strides).rev().all(|(&dim, &stride)| {
        let fits = dim == 1 || stride == expected;
        expected = expected.saturating_mul(dim);
        fits
    })
}

/// Where the files of an archive lie in its bytes.
struct Archive {
    /// Without the folder that they all lie in.
    files: HashMap<String, Range<usize>>,
}

impl Archive {
    fn open(bytes: &[u8]) -> Result<Self, String> {
        let damaged = |error: zip::result::ZipError| format!("it is incomplete or damaged ({error})");
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if archive.len() > MAX_FILES || archive.has_duplicate_names() {
            return Err("it is not an archive that PyTorch writes".to_owned());
        }
        let mut ranges = Vec::with_capacity(archive.len());
        for i in 0..archive.len() {
            let file = archive.by_index_raw(i).map_err(damaged)?;
            if file.compression() != CompressionMethod::Stored || file.encrypted() {
                return Err("its contents are compressed, which PyTorch never does".to_owned());
            }
            let start = file.data_start().and_then(|start| usize::try_from(start).ok());
            let range = start.zip(usize::try_from(file.size()).ok()).and_then(|(start, size)| {
                let end = start.checked_add(size)?;
                (end <= bytes.len()).then_some(start..end)
            });
            let range = range.ok_or("it is incomplete: some of its contents are missing")?;
            ranges.push((String::from_utf8_lossy(file.name_raw()).into_owned(), range));
        }
        // The folder has the name under which the file was saved.
        let folders = ranges.iter().filter_map(|(name, _)| name.strip_suffix("data.pkl"));
        let mut folders = folders.filter(|folder| folder.matches('/').count() <= 1);
        let folder = folders.next().unwrap_or_default().to_owned();
        if folders.next().is_some() {
            return Err("it holds several lists of tensors".to_owned());
        }
        let own = |(name, range): &(String, Range<usize>)| {
            name.strip_prefix(&folder).map(|name| (name.to_owned(), range.clone()))
        };
        Ok(Self { files: ranges.iter().filter_map(own).collect() })
    }

    fn find(&self, name: &str) -> Option<Range<usize>> {
        self.files.get(name).cloned()
    }
}
