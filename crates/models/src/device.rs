//! Where the arithmetic runs and in which numbers: chosen at run time, told to the user, never a reason
//! to fail.
//!
//! In: what the user asked for. Out: a [`ModelDevice`] that models are loaded onto, whose report says what
//! was chosen and, where that is not what was asked for, why.

use std::{path::Path, sync::Arc};

use candle_core::{DType, Device};
use serde::Deserialize;

/// What the user asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DevicePreference {
    /// The fastest device that this build knows and this machine has.
    #[default]
    Auto,
    /// The processor, always.
    Cpu,
}

/// The numbers that a model computes in. Vectors, scores and captions come out in f32 whichever is chosen. On a
/// graphics card half precision halves the memory and is several times faster. On a processor bf16 and int8 are what
/// weights are kept in and products are made of (`vitrine_kernels::Precision`); all else is f32. There they are faster
/// where the processor has instructions for them, and wherever weights are read from memory for a few rows alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// What the device computes fastest without harm: [`Precision::F32`] on a processor,
    /// [`Precision::F16`] on a graphics card that has the units for it.
    #[default]
    Auto,
    /// 32 bits.
    F32,
    /// 16 bits, 11 of them for the digits: nearer to f32 than [`Precision::Bf16`].
    F16,
    /// 16 bits with the range of f32, 8 of them for the digits.
    Bf16,
    /// 8 bits and a scale for each output and each row. On processors alone.
    Int8,
}

impl Precision {
    /// Its name, as settings and options spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::Int8 => "int8",
        }
    }

    /// The precision of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Auto, Self::F32, Self::F16, Self::Bf16, Self::Int8].into_iter().find(|it| it.name() == name)
    }

    /// Bytes of one weight; `Auto` counts as f32.
    #[must_use]
    pub fn size_bytes(self) -> u64 {
        match self {
            Self::Auto | Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
            Self::Int8 => 1,
        }
    }

    /// What tensors on such a device hold.
    fn dtype(self, device: &Device) -> DType {
        match self {
            Self::Auto | Self::F32 | Self::Int8 => DType::F32,
            Self::Bf16 if device.is_cpu() => DType::F32,
            Self::F16 => DType::F16,
            Self::Bf16 => DType::BF16,
        }
    }
}

/// Whether this processor has instructions for bf16, so that models are faster in it and not smaller alone.
#[must_use]
pub fn has_fast_bf16() -> bool {
    vitrine_kernels::Isa::best().has_bf16()
}

/// What was chosen, in words for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceReport {
    /// `CPU`, `CUDA` or `Metal`.
    pub name: String,
    /// What models compute in there; never [`Precision::Auto`].
    pub precision: Precision,
    /// Why the graphics card or the precision is not used although it was wanted.
    pub note: Option<String>,
}

/// A device that models can be loaded onto, and the numbers that they compute in there.
#[derive(Debug, Clone)]
pub struct ModelDevice {
    pub(crate) device: Device,
    pub(crate) dtype: DType,
    report: DeviceReport,
    abilities: Abilities,
    layers: Option<Arc<Path>>,
}

impl ModelDevice {
    /// What was chosen, in words for the user.
    #[must_use]
    pub fn report(&self) -> &DeviceReport {
        &self.report
    }

    /// The same device, where models compute in this; one that it lacks gives what suits it and a note.
    #[must_use]
    pub fn with_precision(&self, precision: Precision) -> Self {
        let note = self.report.note.clone();
        Self {
            layers: self.layers.clone(),
            ..Self::new(self.device.clone(), self.abilities, precision, note)
        }
    }

    /// What models compute in there where nobody chose: on a processor in the smallest numbers in which they are known
    /// to answer as in f32, which are bf16 where the processor multiplies it faster, and int8 where a pack says so
    /// (`agrees`).
    #[must_use]
    pub fn usual_precision(&self, agrees: &[Precision]) -> Precision {
        match self.is_processor() {
            true if agrees.contains(&Precision::Int8) => Precision::Int8,
            true if has_fast_bf16() => Precision::Bf16,
            _ => self.report.precision,
        }
    }

    /// The same device, where models keep their layers as it reads them in files below `folder`, once they were loaded:
    /// the next time they are loaded faster. The folder may be removed at any time, and need not be there.
    #[must_use]
    pub fn keeping_layers_in(&self, folder: &Path) -> Self {
        Self { layers: Some(folder.into()), ..self.clone() }
    }

    /// Where layers are kept; none on a graphics card, which reads weights as they are.
    pub(crate) fn layers_folder(&self) -> Option<&Path> {
        self.layers.as_deref().filter(|_| self.is_processor())
    }

    /// Whether it is the processor.
    #[must_use]
    pub fn is_processor(&self) -> bool {
        self.device.is_cpu()
    }

    /// What models can compute in there, from the most exact to the smallest.
    #[must_use]
    pub fn precisions(&self) -> Vec<Precision> {
        let Abilities { f16, bf16, int8, .. } = self.abilities;
        let possible =
            [(true, Precision::F32), (f16, Precision::F16), (bf16, Precision::Bf16), (int8, Precision::Int8)];
        possible.into_iter().filter(|(is_possible, _)| *is_possible).map(|(_, precision)| precision).collect()
    }

    fn new(device: Device, abilities: Abilities, wanted: Precision, note: Option<String>) -> Self {
        let (precision, lacking) = abilities.choose(wanted);
        let note = match (note, lacking) {
            (Some(note), Some(lacking)) => Some(format!("{note} {lacking}")),
            (note, lacking) => note.or(lacking),
        };
        let report = DeviceReport { name: abilities.name.to_owned(), precision, note };
        Self { dtype: precision.dtype(&device), device, report, abilities, layers: None }
    }
}

/// [`select_device_with`] in the precision that suits the device.
#[must_use]
pub fn select_device(preference: DevicePreference) -> ModelDevice {
    select_device_with(preference, Precision::Auto)
}

/// Picks a device. A graphics card that cannot be opened gives the processor and a note, a precision that
/// the device cannot do gives what suits it and a note.
#[must_use]
pub fn select_device_with(preference: DevicePreference, precision: Precision) -> ModelDevice {
    let cpu = |note| ModelDevice::new(Device::Cpu, Abilities::CPU, precision, note);
    if preference == DevicePreference::Cpu {
        return cpu(None);
    }
    match open_accelerator() {
        None => cpu(None),
        Some((_, Ok((device, abilities)))) => ModelDevice::new(device, abilities, precision, None),
        Some((name, Err(reason))) => cpu(Some(format!(
            "The graphics card could not be used ({name}: {reason}), so the processor does the work."
        ))),
    }
}

/// What a device is and which numbers it computes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Abilities {
    name: &'static str,
    /// The choice for [`Precision::Auto`].
    auto: Precision,
    f16: bool,
    bf16: bool,
    int8: bool,
}

impl Abilities {
    /// candle multiplies f16 on a processor, though slower than f32; bf16 and int8 are this project's own.
    const CPU: Self = Self { name: "CPU", auto: Precision::F32, f16: true, bf16: true, int8: true };

    /// Apple's chips compute f16 at least as fast as f32; bf16 only the newer ones.
    #[cfg_attr(not(all(feature = "metal", target_os = "macos", not(feature = "cuda"))), allow(dead_code))]
    const METAL: Self = Self { name: "Metal", auto: Precision::F16, f16: true, bf16: false, int8: false };

    /// By compute capability: fast f16 came with the tensor cores of 7.0 (cards of 6.1 have it at 1/64 of
    /// the speed of f32), bf16 with 8.0 (CUDA C++ Programming Guide, "Arithmetic Instructions").
    #[cfg_attr(not(feature = "cuda"), allow(dead_code))]
    fn cuda((major, _minor): (i32, i32)) -> Self {
        let auto = if major >= 7 { Precision::F16 } else { Precision::F32 };
        Self { name: "CUDA", auto, f16: major >= 6, bf16: major >= 8, int8: false }
    }

    /// The precision to use, and a note where it is not the one that was wanted.
    fn choose(self, wanted: Precision) -> (Precision, Option<String>) {
        let (possible, name) = match wanted {
            Precision::Auto => return (self.auto, None),
            Precision::F32 => return (Precision::F32, None),
            Precision::F16 => (self.f16, "f16"),
            Precision::Bf16 => (self.bf16, "bf16"),
            Precision::Int8 => (self.int8, "int8"),
        };
        if possible {
            return (wanted, None);
        }
        let used = self.auto.name();
        (self.auto, Some(format!("{} does not compute in {name} here, so models use {used}.", self.name)))
    }
}

type Opened = (&'static str, Result<(Device, Abilities), String>);

/// The accelerator of this build, or `None` where it was built without one.
fn open_accelerator() -> Option<Opened> {
    #[cfg(feature = "cuda")]
    return Some(("CUDA", open(open_cuda)));
    #[cfg(all(feature = "metal", target_os = "macos", not(feature = "cuda")))]
    return Some(("Metal", open(|| Ok((Device::new_metal(0)?, Abilities::METAL)))));
    #[cfg(not(any(feature = "cuda", all(feature = "metal", target_os = "macos"))))]
    None
}

#[cfg(feature = "cuda")]
fn open_cuda() -> candle_core::Result<(Device, Abilities)> {
    let device = Device::new_cuda(0)?;
    let stream = device.as_cuda_device()?.cuda_stream();
    let capability = stream.context().compute_capability().map_err(candle_core::Error::wrap)?;
    Ok((device, Abilities::cuda(capability)))
}

/// An error in a note for people: where a backtrace is asked for, candle's words go on with it.
#[cfg_attr(not(any(feature = "cuda", all(feature = "metal", target_os = "macos"))), allow(dead_code))]
fn reason(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Drivers that are absent make their loaders panic rather than return.
#[cfg(any(feature = "cuda", all(feature = "metal", target_os = "macos")))]
fn open<T>(device: impl FnOnce() -> candle_core::Result<T> + std::panic::UnwindSafe) -> Result<T, String> {
    match std::panic::catch_unwind(device) {
        Ok(Ok(device)) => Ok(device),
        Ok(Err(error)) => Err(reason(&error)),
        Err(_) => Err("its driver is not installed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_chosen_without_a_note_when_asked_for() {
        let device = select_device(DevicePreference::Cpu);
        let report = DeviceReport { name: "CPU".to_owned(), precision: Precision::F32, note: None };
        assert_eq!(device.report(), &report);
    }

    #[test]
    fn a_card_that_fails_is_told_of_in_one_line() {
        let mismatch = "system has unsupported display driver / cuda driver combination";
        let error = candle_core::Error::Cuda(mismatch.into());
        for error in [error.bt(), candle_core::Error::Msg(format!("{mismatch}\n   0: <unknown>"))] {
            assert_eq!(reason(&error), mismatch);
        }
    }

    #[test]
    fn auto_always_gives_a_device_that_computes() {
        let chosen = select_device(DevicePreference::Auto);
        let sum = candle_core::Tensor::ones(8, chosen.dtype, &chosen.device)
            .and_then(|ones| ones.sum_all()?.to_dtype(DType::F32))
            .and_then(|sum| sum.to_scalar::<f32>());
        assert_eq!(sum.unwrap(), 8.0);
    }

    #[test]
    fn a_precision_that_the_device_lacks_gives_what_suits_it_and_says_so() {
        use Precision::{Auto, Bf16, F16, F32, Int8};
        let check = |abilities: Abilities, wanted, expected, noted: bool| {
            let (chosen, note) = abilities.choose(wanted);
            assert_eq!(chosen, expected, "{abilities:?} {wanted:?}");
            assert_eq!(note.is_some(), noted, "{abilities:?} {wanted:?}");
        };
        let (pascal, turing, ampere) =
            (Abilities::cuda((6, 1)), Abilities::cuda((7, 5)), Abilities::cuda((8, 0)));
        for abilities in [Abilities::CPU, Abilities::METAL, pascal, turing, ampere] {
            check(abilities, F32, F32, false);
        }
        for (abilities, auto) in
            [(Abilities::CPU, F32), (Abilities::METAL, F16), (pascal, F32), (turing, F16), (ampere, F16)]
        {
            check(abilities, Auto, auto, false);
        }
        check(Abilities::CPU, F16, F16, false);
        check(Abilities::CPU, Bf16, Bf16, false);
        check(Abilities::CPU, Int8, Int8, false);
        check(Abilities::METAL, Bf16, F16, true);
        check(Abilities::METAL, Int8, F16, true);
        check(Abilities::cuda((5, 2)), F16, F32, true);
        check(turing, Bf16, F16, true);
        check(pascal, Int8, F32, true);
        check(ampere, Bf16, Bf16, false);
    }

    #[test]
    fn both_notes_are_told() {
        let note = Some("The graphics card could not be used.".to_owned());
        let without = Abilities { bf16: false, ..Abilities::CPU };
        let device = ModelDevice::new(Device::Cpu, without, Precision::Bf16, note);
        let note = device.report().note.clone().unwrap();
        assert!(note.starts_with("The graphics card could not") && note.contains("bf16"), "{note}");
        assert_eq!(device.dtype, DType::F32);
    }

    #[test]
    fn names_are_read_back() {
        let names = ["auto", "f32", "f16", "bf16", "int8"];
        assert!(names.iter().all(|name| Precision::from_name(name).is_some_and(|it| it.name() == *name)));
        assert_eq!(Precision::from_name("f64"), None);
    }
}
