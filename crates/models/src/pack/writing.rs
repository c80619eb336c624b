//! A manifest as the text of a `pack.toml`, for whoever makes a pack.

use std::path::PathBuf;

use toml::{Table, Value};

use super::manifest::{
    self, ClaimCalibration, ClaimCalibrations, ClaimWeights, Coverage, FORMAT, FusedCalibration,
    PackManifest, PartCalibration, ScoreRange,
};
use crate::ModelError;

impl PackManifest {
    /// The text of a `pack.toml` that [`crate::Pack::open`] reads back as this manifest.
    ///
    /// # Errors
    /// [`ModelError::Pack`] for a manifest that could not be opened again, with the reason: a name with
    /// other characters than allowed, a model whose files are not listed, a path that leads out.
    pub fn to_toml(&self) -> Result<String, ModelError> {
        manifest::check(self)
            .map_err(|reason| ModelError::Pack { path: PathBuf::from("pack.toml"), reason })?;
        let mut pack = Table::new();
        pack.insert("format".to_owned(), FORMAT.into());
        for (key, text) in [
            ("name", &self.name),
            ("revision", &self.revision),
            ("summary", &self.summary),
            ("licence", &self.licence),
        ] {
            pack.insert(key.to_owned(), text.as_str().into());
        }
        if self.starter {
            pack.insert("starter".to_owned(), true.into());
        }
        if let Some(lists) = &self.lists {
            pack.insert("lists".to_owned(), lines(lists));
        }
        if !self.scripts.is_empty() {
            pack.insert("scripts".to_owned(), lines(&self.scripts));
        }
        if !self.agrees.is_empty() {
            let names: Vec<String> =
                self.agrees.iter().map(|precision| precision.name().to_owned()).collect();
            pack.insert("agrees".to_owned(), lines(&names));
        }
        let Coverage { knows, lacks } = &self.coverage;
        if !(knows.is_empty() && lacks.is_empty()) {
            let coverage = table([("knows", lines(knows)), ("lacks", lines(lacks))]);
            pack.insert("coverage".to_owned(), coverage);
        }
        for (role, entry) in [("clip", &self.clip), ("caption", &self.caption), ("match", &self.matching)] {
            if let Some(entry) = entry {
                pack.insert(role.to_owned(), table([("folder", entry.folder.as_str().into())]));
            }
        }
        let calibration = &self.calibration;
        pack.insert(
            "calibration".to_owned(),
            table([
                ("text", range(calibration.text)),
                ("image", range(calibration.image)),
                ("match_image", range(calibration.match_image)),
                ("fused", fused(&calibration.fused)),
                ("claims", claims(&calibration.claims)),
            ]),
        );
        let mut files = Table::new();
        for (name, sum) in &self.files {
            let size_bytes = i64::try_from(sum.size_bytes).unwrap_or(i64::MAX);
            files.insert(
                name.clone(),
                table([("sha256", sum.sha256.as_str().into()), ("size_bytes", size_bytes.into())]),
            );
        }
        pack.insert("files".to_owned(), Value::Table(files));
        Ok(pack.to_string())
    }
}

fn table<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Table(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn lines(lines: &[String]) -> Value {
    Value::Array(lines.iter().map(|line| Value::from(line.as_str())).collect())
}

/// The shortest digits that read back as the same number, so `0.15` stays `0.15`.
fn number(x: f32) -> Value {
    Value::Float(x.to_string().parse().unwrap_or_else(|_| f64::from(x)))
}

fn fused(fused: &FusedCalibration) -> Value {
    let part = |part: PartCalibration| {
        table([("mean", number(part.mean)), ("spread", number(part.spread)), ("weight", number(part.weight))])
    };
    table([
        ("look", part(fused.look)),
        ("match", part(fused.matching)),
        ("description", part(fused.description)),
        ("own", part(fused.own)),
        ("line", number(fused.line)),
        ("width", number(fused.width)),
        ("context", number(fused.context)),
        ("closer", part(fused.closer)),
    ])
}

fn claims(claims: &ClaimCalibrations) -> Value {
    let weights = |weights: ClaimWeights| {
        table([
            ("bias", number(weights.bias)),
            ("look", number(weights.look)),
            ("pixels", number(weights.pixels)),
            ("caption", number(weights.caption)),
            ("match", number(weights.matching)),
        ])
    };
    let kind =
        |kind: ClaimCalibration| table([("first", weights(kind.first)), ("closer", weights(kind.closer))]);
    table([
        ("type", kind(claims.product_type)),
        ("colour", kind(claims.colour)),
        ("material", kind(claims.material)),
        ("pattern", kind(claims.pattern)),
        ("other", kind(claims.other)),
    ])
}

fn range(range: ScoreRange) -> Value {
    table([("unrelated", number(range.unrelated)), ("sure", number(range.sure))])
}
