//! The tables of safetensors files: one file, or an index and its parts.
//!
//! The format: eight bytes with the length of a JSON header, the header with type, shape and place of each
//! tensor, the numbers (<https://github.com/huggingface/safetensors>). The crate of the same name checks
//! that the places follow each other without gaps and end with the file.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use candle_core::DType;
use safetensors::SafeTensors;
use serde::Deserialize;

use super::located::{Files, Located};
use super::mapped::MappedFile;
use crate::{ModelError, json_file};

/// Headers of real models have some hundred kilobytes.
const MAX_HEADER_BYTES: u64 = 16 << 20;
/// The largest models that would run on a merchant's machine have a dozen parts.
const MAX_PARTS: usize = 256;

pub(super) fn open_one(path: &Path) -> Result<Files, ModelError> {
    let part = MappedFile::open(path)?;
    let tensors = table(&part, 0)?;
    Ok(Files { parts: vec![part], tensors })
}

/// `model.safetensors.index.json`: which part holds which tensor.
#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// Opens every part that the index names. Parts lie beside the index and hold what it says.
pub(super) fn open_parts(index_path: &Path) -> Result<Files, ModelError> {
    let error = |reason: String| ModelError::Weights { path: index_path.to_path_buf(), reason };
    let index: Index = json_file::read(index_path)?;
    let folder = index_path.parent().unwrap_or(Path::new("."));
    let mut parts: Vec<MappedFile> = Vec::new();
    let mut tables: Vec<HashMap<String, Located>> = Vec::new();
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    let mut tensors = HashMap::with_capacity(index.weight_map.len());
    for (tensor, file) in &index.weight_map {
        let part = match by_name.get(file.as_str()) {
            Some(&part) => part,
            None => {
                if !is_part_name(file) {
                    return Err(error(format!("the name {file:?} is not that of a part beside it")));
                }
                if parts.len() == MAX_PARTS {
                    return Err(error(format!("it names more than {MAX_PARTS} parts")));
                }
                let part = MappedFile::open(&folder.join(file))?;
                tables.push(table(&part, parts.len())?);
                parts.push(part);
                by_name.insert(file, parts.len() - 1);
                parts.len() - 1
            }
        };
        let located = tables[part].remove(tensor);
        let located = located.ok_or_else(|| error(format!("{tensor} is not in {file} as it says")))?;
        tensors.insert(tensor.clone(), located);
    }
    if parts.is_empty() {
        return Err(error("it names no part".to_owned()));
    }
    Ok(Files { parts, tensors })
}

/// A plain name that ends as weights do, on every system.
fn is_part_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    name.ends_with(".safetensors") && !name.starts_with('.') && name.len() <= 255 && name.chars().all(plain)
}

fn table(file: &MappedFile, part: usize) -> Result<HashMap<String, Located>, ModelError> {
    let bytes = file.bytes();
    let length = bytes.first_chunk().map(|length| u64::from_le_bytes(*length));
    if length.is_some_and(|length| length > MAX_HEADER_BYTES) {
        return Err(file.error("it does not begin as a safetensors file does"));
    }
    let (n_header, metadata) = SafeTensors::read_metadata(bytes)
        .map_err(|error| file.error(format!("it is incomplete or damaged ({error})")))?;
    // The eight bytes of the length come before the header.
    let start = 8 + n_header;
    let located = |info: &safetensors::tensor::TensorInfo| Located {
        part,
        dtype: DType::try_from(info.dtype).ok(),
        shape: info.shape.clone(),
        bytes: start + info.data_offsets.0..start + info.data_offsets.1,
        in_order: true,
    };
    Ok(metadata.tensors().into_iter().map(|(name, info)| (name, located(info))).collect())
}
