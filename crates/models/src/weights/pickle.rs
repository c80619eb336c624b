//! The pickle in a file that `torch.save` wrote, read as data.
//!
//! A pickle is a program for a small stack machine that builds Python objects and may call any function;
//! loaded by Python, it can do whatever its author likes (<https://docs.python.org/3/library/pickle.html>,
//! instructions in CPython's `Lib/pickletools.py`). This machine knows the few instructions with which a
//! dictionary of tensors is written and the few names that occur there. Whatever else is found is refused
//! by name, and nothing is ever called.
//!
//! In: the bytes of `data.pkl`. Out: the tensors by name, each with its storage, type, shape and strides.
//!
//! Values are small and refer to tables, so nothing is nested, nothing is copied when it is used again,
//! and memory stays within a fixed multiple of the pickle's length: every instruction adds at most one
//! value.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use candle_core::DType;

/// Longer than any name of a tensor; names are copied.
const MAX_NAME_BYTES: usize = 1024;
/// More dimensions than any tensor here has.
const MAX_DIMS: usize = 8;

/// A tensor as the pickle describes it; nothing of it is checked against the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TensorEntry<'a> {
    /// The file below `data/` with its numbers.
    pub(super) storage: &'a str,
    /// `None` for types that no model here uses.
    pub(super) dtype: Option<DType>,
    /// Of a number of the storage.
    pub(super) n_bytes_each: usize,
    /// Index of its first number in the storage.
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<usize>,
}

/// The tensors of a state dictionary, or why it is refused.
pub(super) fn read(pickle: &[u8]) -> Result<Vec<(&str, TensorEntry<'_>)>, String> {
    let mut machine = Machine::new(pickle);
    loop {
        if let Some(result) = machine.step()? {
            return machine.state_dict(result);
        }
    }
}

/// The names that may occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
    /// candle's type, if it has one, and the length of a number in bytes.
    Storage(Option<DType>, usize),
}

impl Known {
    fn from_name(module: &str, name: &str) -> Option<Self> {
        Some(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2") => Self::RebuildTensor,
            ("torch._utils", "_rebuild_parameter") => Self::RebuildParameter,
            ("torch", "FloatStorage") => Self::Storage(Some(DType::F32), 4),
            ("torch", "HalfStorage") => Self::Storage(Some(DType::F16), 2),
            ("torch", "BFloat16Storage") => Self::Storage(Some(DType::BF16), 2),
            ("torch", "DoubleStorage") => Self::Storage(Some(DType::F64), 8),
            ("torch", "LongStorage") => Self::Storage(Some(DType::I64), 8),
            ("torch", "IntStorage") => Self::Storage(Some(DType::I32), 4),
            ("torch", "ShortStorage") => Self::Storage(Some(DType::I16), 2),
            ("torch", "ByteStorage") => Self::Storage(Some(DType::U8), 1),
            ("torch", "CharStorage" | "BoolStorage") => Self::Storage(None, 1),
            _ => return None,
        })
    }
}

/// A value of the machine. Those with an index stand in a table of [`Machine`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value<'a> {
    /// Where a tuple, or the items of a dictionary, begin on the stack.
    Mark,
    Nothing,
    Bool,
    Int(i64),
    Float,
    Text(&'a str),
    Known(Known),
    Tuple(usize),
    Dict(usize),
    Storage(usize),
    Tensor(usize),
}

/// A storage, by the file that holds it.
#[derive(Debug, Clone, Copy)]
struct Storage<'a> {
    file: &'a str,
    dtype: Option<DType>,
    n_bytes_each: usize,
}

struct Machine<'a> {
    rest: &'a [u8],
    stack: Vec<Value<'a>>,
    memo: HashMap<u32, Value<'a>>,
    tuples: Vec<Vec<Value<'a>>>,
    dicts: Vec<Vec<(Value<'a>, Value<'a>)>>,
    storages: Vec<Storage<'a>>,
    tensors: Vec<TensorEntry<'a>>,
}

type Step<T> = Result<T, String>;

const BROKEN: &str = "its list of tensors is damaged";

fn broken<T>() -> Step<T> {
    Err(BROKEN.to_owned())
}

impl<'a> Machine<'a> {
    fn new(pickle: &'a [u8]) -> Self {
        Self {
            rest: pickle,
            stack: Vec::new(),
            memo: HashMap::new(),
            tuples: Vec::new(),
            dicts: Vec::new(),
            storages: Vec::new(),
            tensors: Vec::new(),
        }
    }

    /// Carries out one instruction; the result after the last one.
    fn step(&mut self) -> Step<Option<Value<'a>>> {
        let [code] = self.take()?;
        match code {
            // PROTO: a version, which changes nothing for the instructions below.
            0x80 => drop(self.take::<1>()?),
            b'(' => self.stack.push(Value::Mark),
            b'N' => self.stack.push(Value::Nothing),
            0x88 | 0x89 => self.stack.push(Value::Bool),
            // BININT, BININT1, BININT2, LONG1
            b'J' => {
                let n = i32::from_le_bytes(self.take()?);
                self.stack.push(Value::Int(n.into()));
            }
            b'K' => {
                let [n] = self.take()?;
                self.stack.push(Value::Int(n.into()));
            }
            b'M' => {
                let n = u16::from_le_bytes(self.take()?);
                self.stack.push(Value::Int(n.into()));
            }
            0x8a => self.long()?,
            // BINFLOAT
            b'G' => {
                self.take::<8>()?;
                self.stack.push(Value::Float);
            }
            // BINUNICODE
            b'X' => {
                let length = u32::from_le_bytes(self.take()?);
                let text = self.take_slice(length as usize)?;
                self.stack.push(Value::Text(std::str::from_utf8(text).map_err(|_| BROKEN)?));
            }
            b'c' => self.global()?,
            // BINPERSID
            b'Q' => self.storage()?,
            b'R' => self.call()?,
            b'b' => self.set_attributes()?,
            // Tuples of all items since the mark, of none, one, two and three.
            b't' => {
                let items = self.since_mark()?;
                self.push_tuple(items);
            }
            b')' => self.push_tuple(Vec::new()),
            0x85..=0x87 => {
                let items = self.pop_items(usize::from(code - 0x84))?;
                self.push_tuple(items);
            }
            b'}' => self.push_dict(),
            // SETITEM, SETITEMS
            b's' => {
                let items = self.pop_items(2)?;
                self.set_items(&items)?;
            }
            b'u' => {
                let items = self.since_mark()?;
                self.set_items(&items)?;
            }
            // BINPUT, LONG_BINPUT, BINGET, LONG_BINGET
            b'q' | b'r' => {
                let id = self.memo_id(code == b'q')?;
                let value = *self.stack.last().ok_or(BROKEN)?;
                self.memo.insert(id, value);
            }
            b'h' | b'j' => {
                let id = self.memo_id(code == b'h')?;
                let value = *self.memo.get(&id).ok_or(BROKEN)?;
                self.stack.push(value);
            }
            b'.' => return self.pop().map(Some),
            code => {
                return Err(format!(
                    "it holds more than tensors (an object of Python, instruction {code:#04x})"
                ));
            }
        }
        Ok(None)
    }

    fn take<const N: usize>(&mut self) -> Step<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(BROKEN)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn take_slice(&mut self, length: usize) -> Step<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(BROKEN)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn take_line(&mut self) -> Step<&'a str> {
        let end = self.rest.iter().position(|&byte| byte == b'\n').ok_or(BROKEN)?;
        let line = self.take_slice(end)?;
        self.take::<1>()?;
        std::str::from_utf8(line).or_else(|_| broken())
    }

    fn memo_id(&mut self, short: bool) -> Step<u32> {
        Ok(if short { self.take::<1>()?[0].into() } else { u32::from_le_bytes(self.take()?) })
    }

    /// An integer of up to eight bytes, the lowest first.
    fn long(&mut self) -> Step<()> {
        let [n] = self.take()?;
        let bytes = self.take_slice(n.into())?;
        if bytes.len() > 8 {
            return broken();
        }
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut padded = [if negative { 0xff } else { 0 }; 8];
        padded[..bytes.len()].copy_from_slice(bytes);
        self.stack.push(Value::Int(i64::from_le_bytes(padded)));
        Ok(())
    }

    fn pop(&mut self) -> Step<Value<'a>> {
        self.stack.pop().ok_or_else(|| BROKEN.to_owned())
    }

    fn pop_items(&mut self, n: usize) -> Step<Vec<Value<'a>>> {
        let start = self.stack.len().checked_sub(n).ok_or(BROKEN)?;
        Ok(self.stack.split_off(start))
    }

    fn since_mark(&mut self) -> Step<Vec<Value<'a>>> {
        let mark = self.stack.iter().rposition(|value| *value == Value::Mark).ok_or(BROKEN)?;
        let items = self.stack.split_off(mark + 1);
        self.stack.pop();
        Ok(items)
    }

    fn push_tuple(&mut self, items: Vec<Value<'a>>) {
        self.stack.push(Value::Tuple(self.tuples.len()));
        self.tuples.push(items);
    }

    fn push_dict(&mut self) {
        self.stack.push(Value::Dict(self.dicts.len()));
        self.dicts.push(Vec::new());
    }

    fn pop_tuple(&mut self) -> Step<&[Value<'a>]> {
        match self.pop()? {
            Value::Tuple(i) => Ok(&self.tuples[i]),
            _ => broken(),
        }
    }

    fn set_items(&mut self, items: &[Value<'a>]) -> Step<()> {
        let (Some(Value::Dict(dict)), true) = (self.stack.last(), items.len().is_multiple_of(2)) else {
            return broken();
        };
        let pairs = items.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        self.dicts[*dict].extend(pairs);
        Ok(())
    }

    /// A name of a module, to be called later.
    fn global(&mut self) -> Step<()> {
        let (module, name) = (self.take_line()?, self.take_line()?);
        let known = Known::from_name(module, name).ok_or_else(|| {
            let named: String = format!("{module}.{name}").chars().take(80).collect();
            format!("it holds more than tensors (it asks for {named:?})")
        })?;
        self.stack.push(Value::Known(known));
        Ok(())
    }

    /// `("storage", type, file, device, length)`.
    fn storage(&mut self) -> Step<()> {
        let &[
            Value::Text("storage"),
            Value::Known(Known::Storage(dtype, n_bytes_each)),
            Value::Text(file),
            Value::Text(_),
            Value::Int(_),
        ] = self.pop_tuple()?
        else {
            return broken();
        };
        self.stack.push(Value::Storage(self.storages.len()));
        self.storages.push(Storage { file, dtype, n_bytes_each });
        Ok(())
    }

    /// REDUCE: what a function would return, for the three that are known.
    fn call(&mut self) -> Step<()> {
        let arguments = self.pop_tuple()?.to_vec();
        match (self.pop()?, arguments.as_slice()) {
            (Value::Known(Known::OrderedDict), []) => self.push_dict(),
            // A tensor that is trained, whether it is, and hooks, of which a file has none.
            (
                Value::Known(Known::RebuildParameter),
                &[Value::Tensor(tensor), Value::Bool, Value::Dict(_)],
            ) => {
                self.stack.push(Value::Tensor(tensor));
            }
            // The same arguments as in torch/_utils.py; newer versions add one, `None` in a file of weights.
            (
                Value::Known(Known::RebuildTensor),
                &[
                    Value::Storage(storage),
                    Value::Int(offset),
                    Value::Tuple(shape),
                    Value::Tuple(strides),
                    Value::Bool,
                    Value::Dict(_),
                    ref metadata @ ..,
                ],
            ) if matches!(metadata, [] | [Value::Nothing]) => {
                let storage = self.storages[storage];
                let tensor = TensorEntry {
                    storage: storage.file,
                    dtype: storage.dtype,
                    n_bytes_each: storage.n_bytes_each,
                    offset: usize::try_from(offset).or_else(|_| broken())?,
                    shape: self.sizes(shape)?,
                    strides: self.sizes(strides)?,
                };
                if tensor.shape.len() != tensor.strides.len() {
                    return broken();
                }
                self.stack.push(Value::Tensor(self.tensors.len()));
                self.tensors.push(tensor);
            }
            _ => return broken(),
        }
        Ok(())
    }

    fn sizes(&self, tuple: usize) -> Step<Vec<usize>> {
        let items = &self.tuples[tuple];
        if items.len() > MAX_DIMS {
            return broken();
        }
        let size = |item: &Value<'_>| match item {
            Value::Int(n) => usize::try_from(*n).or_else(|_| broken()),
            _ => broken(),
        };
        items.iter().map(size).collect()
    }

    /// BUILD: a state dictionary carries `_metadata`, the versions of its modules, which nobody needs.
    fn set_attributes(&mut self) -> Step<()> {
        match (self.pop()?, self.stack.last()) {
            (Value::Dict(_), Some(Value::Dict(_))) => Ok(()),
            _ => broken(),
        }
    }

    /// The result as tensors by name.
    fn state_dict(self, result: Value<'a>) -> Step<Vec<(&'a str, TensorEntry<'a>)>> {
        let Value::Dict(dict) = result else {
            return Err("it holds something else than a dictionary of tensors".to_owned());
        };
        let entry = |(key, value): &(Value<'a>, Value<'a>)| match (key, value) {
            (Value::Text(name), _) if name.len() > MAX_NAME_BYTES => broken(),
            (Value::Text(name), Value::Tensor(tensor)) => Ok((*name, self.tensors[*tensor].clone())),
            (Value::Text(name), _) => {
                let name: String = name.chars().take(80).collect();
                Err(format!("it holds more than tensors ({name:?} is none)"))
            }
            _ => Err("it holds something else than a dictionary of tensors".to_owned()),
        };
        self.dicts[dict].iter().map(entry).collect()
    }
}
