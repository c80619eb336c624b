//! The colours of the page, of both schemes.
//!
//! The tests of this file hold them to WCAG 2.2, level AA: text at 4.5 to 1 on what lies behind it (1.4.3),
//! marks of plots at 3 to 1 (1.4.11).

/// Colours of one scheme.
pub(super) struct Scheme {
    /// Behind everything.
    ground: &'static str,
    /// Behind plots, tables and photos.
    surface: &'static str,
    /// Text.
    ink: &'static str,
    /// Text that matters less.
    ink_soft: &'static str,
    /// Lines between things, which tell nothing.
    line: &'static str,
    /// Focus.
    accent: &'static str,
    /// Bars and curves, a system each.
    systems: [&'static str; N_COLOURS],
}

/// Systems beyond this share colours; their names stand beside every mark.
pub(super) const N_COLOURS: usize = 8;

const LIGHT: Scheme = Scheme {
    ground: "#f5f6f7",
    surface: "#ffffff",
    ink: "#1b1f24",
    ink_soft: "#545b64",
    line: "#d9dde2",
    accent: "#0c6380",
    systems: ["#0c6c8c", "#b4510b", "#6a48b4", "#2b7a38", "#b12f78", "#59626e", "#7a6a00", "#2558c7"],
};

const DARK: Scheme = Scheme {
    ground: "#14171a",
    surface: "#1d2125",
    ink: "#e9ecef",
    ink_soft: "#aab2bb",
    line: "#363c43",
    accent: "#62c4e2",
    systems: ["#5abfde", "#f0a35e", "#b99ef2", "#7fcd88", "#f08cc0", "#a9b4c2", "#d3c15c", "#8fb2ff"],
};

/// The colours as the style sheet's variables.
pub(super) fn variables() -> String {
    format!(
        ":root {{ color-scheme: light dark; {} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {} }} }}\n",
        of_scheme(&LIGHT),
        of_scheme(&DARK)
    )
}

fn of_scheme(scheme: &Scheme) -> String {
    let Scheme { ground, surface, ink, ink_soft, line, accent, systems } = scheme;
    let systems: String =
        systems.iter().enumerate().map(|(at, colour)| format!(" --s{at}: {colour};")).collect();
    format!(
        "--ground: {ground}; --surface: {surface}; --ink: {ink}; --ink-soft: {ink_soft}; --line: {line}; \
         --accent: {accent};{systems}"
    )
}

#[cfg(test)]
mod tests {
    use super::{DARK, LIGHT};

    /// WCAG's relative luminance.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let level = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if level <= 0.04045 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn check(mark: &str, behind: &str, at_least: f64) {
        let (a, b) = (luminance(mark), luminance(behind));
        let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
        assert!(contrast >= at_least, "{mark} on {behind}: {contrast:.2}");
    }

    #[test]
    fn everything_stands_out_from_what_lies_behind() {
        for scheme in [LIGHT, DARK] {
            for behind in [scheme.ground, scheme.surface] {
                check(scheme.ink, behind, 4.5);
                check(scheme.ink_soft, behind, 4.5);
                check(scheme.accent, behind, 3.0);
                for system in scheme.systems {
                    check(system, behind, 4.5);
                }
            }
        }
    }
}
