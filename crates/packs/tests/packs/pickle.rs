//! Weights as PyTorch saves them, good ones and ones that call something.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::Value;

use crate::models::Files;

/// Puts a `pytorch_model.bin` with the same tensors in the place of the `model.safetensors`; `extra` are
/// instructions at the pickle's start.
pub fn replace_weights(files: &mut Files, extra: &[u8]) {
    let safetensors = files.remove("model.safetensors").unwrap();
    let length = u64::from_le_bytes(safetensors[..8].try_into().unwrap()) as usize;
    let header: BTreeMap<String, Value> = serde_json::from_slice(&safetensors[8..8 + length]).unwrap();
    let data = &safetensors[8 + length..];

    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut pickle = b"\x80\x02".to_vec();
    pickle.extend(extra);
    pickle.push(b'}');
    let tensors = header.iter().filter(|(name, _)| *name != "__metadata__");
    for (at, (name, tensor)) in tensors.enumerate() {
        let number = |value: &Value| value.as_u64().unwrap() as usize;
        let shape: Vec<usize> = tensor["shape"].as_array().unwrap().iter().map(number).collect();
        let (start, end) = (number(&tensor["data_offsets"][0]), number(&tensor["data_offsets"][1]));
        let storage = match tensor["dtype"].as_str().unwrap() {
            "F32" => "FloatStorage",
            "F16" => "HalfStorage",
            "I64" => "LongStorage",
            other => panic!("a tensor of {other}"),
        };
        text(&mut pickle, name);
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut pickle, "storage");
        pickle.extend(format!("ctorch\n{storage}\n").as_bytes());
        text(&mut pickle, &at.to_string());
        text(&mut pickle, "cpu");
        int(&mut pickle, shape.iter().product());
        pickle.extend(b"tQ");
        int(&mut pickle, 0);
        let strides: Vec<usize> = (0..shape.len()).map(|axis| shape[axis + 1..].iter().product()).collect();
        for sizes in [&shape, &strides] {
            pickle.push(b'(');
            sizes.iter().for_each(|&n| int(&mut pickle, n));
            pickle.push(b't');
        }
        pickle.extend(b"\x89ccollections\nOrderedDict\n)RtRs");
        archive.start_file(format!("archive/data/{at}"), stored).unwrap();
        archive.write_all(&data[start..end]).unwrap();
    }
    pickle.push(b'.');
    archive.start_file("archive/data.pkl", stored).unwrap();
    archive.write_all(&pickle).unwrap();
    files.insert("pytorch_model.bin".to_owned(), archive.finish().unwrap().into_inner());
}

/// Instructions that call `os.system("true")`.
pub const CALL: &[u8] = b"cos\nsystem\nX\x04\x00\x00\x00true\x85R0";

fn text(pickle: &mut Vec<u8>, text: &str) {
    pickle.push(b'X');
    pickle.extend((text.len() as u32).to_le_bytes());
    pickle.extend(text.as_bytes());
}

fn int(pickle: &mut Vec<u8>, n: usize) {
    pickle.push(b'J');
    pickle.extend((n as u32).to_le_bytes());
}
