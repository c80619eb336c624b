//! A table of vectors, of which a few are asked at a time: what words are before they are read.
//!
//! On a processor a row is read from the file of the weights when it is asked for. SigLIP 2 knows 256,000 words; their
//! 786 MB would stand in memory, and be read whenever the model is loaded, for a dozen words of a search. A file and
//! not a mapping, since what is missing on a drive that was unplugged is an error then and not the program's end.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use candle_core::{DType, Device, Tensor};

use crate::ModelError;

/// `[rows, width]`
pub(crate) struct Table {
    pub(super) place: Place,
    pub(super) n_rows: usize,
    pub(super) width: usize,
}

pub(super) enum Place {
    /// Rows of `stored` from `start` on, which become `dtype`.
    File { path: PathBuf, file: Mutex<File>, start: u64, stored: DType, dtype: DType },
    /// On a graphics card, which reads no files.
    Tensor(Tensor),
}

impl Table {
    /// Rows of these numbers: `[ids, width]`.
    pub(crate) fn rows(&self, ids: &[u32]) -> Result<Tensor, ModelError> {
        if let Some(id) = ids.iter().find(|&&id| id as usize >= self.n_rows) {
            let reason = format!("there is no word {id} among {}", self.n_rows);
            return Err(ModelError::Compute { reason });
        }
        match &self.place {
            Place::Tensor(table) => {
                Ok(table.index_select(&Tensor::from_slice(ids, ids.len(), table.device())?, 0)?)
            }
            Place::File { path, file, start, stored, dtype } => {
                let size = self.width * stored.size_in_bytes();
                let mut bytes = vec![0; ids.len() * size];
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                for (row, &id) in bytes.chunks_exact_mut(size).zip(ids) {
                    file.seek(SeekFrom::Start(start + u64::from(id) * size as u64))
                        .and_then(|_| file.read_exact(row))
                        .map_err(|source| ModelError::io(path, source))?;
                }
                let rows = Tensor::from_raw_buffer(&bytes, *stored, &[ids.len(), self.width], &Device::Cpu)?;
                Ok(rows.to_dtype(*dtype)?)
            }
        }
    }
}
