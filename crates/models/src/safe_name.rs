//! Names that are one plain name on every system.

/// Longer than any name that a pack or a hub needs, and short enough for every file system.
const MAX_LEN: usize = 128;

/// Names that Windows takes for devices, whatever ending follows.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Whether a name can be that of a file or folder on every system, and of nothing else: no way up or out, no
/// separator of any system, nothing that a system cuts off or takes for a device.
#[must_use]
pub fn is_safe_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let is_device = DEVICES.contains(&stem.as_str())
        || numbered.is_some_and(|n| n.len() == 1 && n.bytes().all(|byte| byte.is_ascii_digit()));
    !name.is_empty()
        && name.len() <= MAX_LEN
        && !name.starts_with(' ')
        && !name.ends_with(['.', ' '])
        && !name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|'])
        && !name.chars().any(char::is_control)
        && !is_device
}

#[cfg(test)]
mod tests {
    use super::is_safe_name;

    #[test]
    fn names_are_plain_everywhere() {
        let check = |name, expected| assert_eq!(is_safe_name(name), expected, "{name:?}");
        for name in ["starter", "2026-11-20.3", "model.safetensors", "my models", "console", "com10"] {
            check(name, true);
        }
        for name in
            ["", ".", "..", "a/b", "..\\..\\x", "c:x", "nul", "CON.json", "com1", "a.", "a ", "a\nb", "a\0"]
        {
            check(name, false);
        }
        check(&"x".repeat(200), false);
    }
}
