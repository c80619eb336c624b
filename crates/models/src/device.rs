//! Where the arithmetic runs: chosen at run time, told to the user, never a reason to fail.

use candle_core::Device;

/// What the user asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DevicePreference {
    /// The fastest device that this build knows and this machine has.
    #[default]
    Auto,
    /// The processor, always.
    Cpu,
}

/// What was chosen, in words for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceReport {
    /// `CPU`, `CUDA` or `Metal`.
    pub name: String,
    /// Why the graphics card is not used although it was wanted.
    pub note: Option<String>,
}

/// A device that models can be loaded onto.
#[derive(Debug, Clone)]
pub struct ModelDevice {
    pub(crate) device: Device,
    report: DeviceReport,
}

impl ModelDevice {
    /// What was chosen, in words for the user.
    #[must_use]
    pub fn report(&self) -> &DeviceReport {
        &self.report
    }

    fn cpu(note: Option<String>) -> Self {
        Self { device: Device::Cpu, report: DeviceReport { name: "CPU".to_owned(), note } }
    }
}

/// Picks a device. A graphics card that cannot be opened gives the processor and a note.
#[must_use]
pub fn select_device(preference: DevicePreference) -> ModelDevice {
    if preference == DevicePreference::Cpu {
        return ModelDevice::cpu(None);
    }
    match open_accelerator() {
        None => ModelDevice::cpu(None),
        Some((name, Ok(device))) => {
            ModelDevice { device, report: DeviceReport { name: name.to_owned(), note: None } }
        }
        Some((name, Err(reason))) => ModelDevice::cpu(Some(format!(
            "The graphics card could not be used ({name}: {reason}), so the processor does the work."
        ))),
    }
}

type Opened = (&'static str, Result<Device, String>);

/// The accelerator of this build, or `None` where it was built without one.
fn open_accelerator() -> Option<Opened> {
    #[cfg(feature = "cuda")]
    return Some(("CUDA", open(|| Device::new_cuda(0))));
    #[cfg(all(feature = "metal", target_os = "macos", not(feature = "cuda")))]
    return Some(("Metal", open(|| Device::new_metal(0))));
    #[cfg(not(any(feature = "cuda", all(feature = "metal", target_os = "macos"))))]
    None
}

/// Drivers that are absent make their loaders panic rather than return.
#[cfg(any(feature = "cuda", all(feature = "metal", target_os = "macos")))]
fn open(
    device: impl FnOnce() -> candle_core::Result<Device> + std::panic::UnwindSafe,
) -> Result<Device, String> {
    match std::panic::catch_unwind(device) {
        Ok(Ok(device)) => Ok(device),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("its driver is not installed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_chosen_without_a_note_when_asked_for() {
        let device = select_device(DevicePreference::Cpu);
        assert_eq!(device.report(), &DeviceReport { name: "CPU".to_owned(), note: None });
    }

    #[test]
    fn auto_always_gives_a_device_that_computes() {
        let chosen = select_device(DevicePreference::Auto);
        let sum = candle_core::Tensor::ones(8, candle_core::DType::F32, &chosen.device)
            .and_then(|ones| ones.sum_all())
            .and_then(|sum| sum.to_scalar::<f32>());
        assert_eq!(sum.unwrap(), 8.0);
    }
}
