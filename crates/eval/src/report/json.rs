//! A report as JSON, for other programs.

use serde_json::{Map, Value, json};

use super::Report;
use crate::bootstrap::Interval;

impl Report {
    /// The figures:
    ///
    /// ```text
    /// { "title", "about", "n_queries", "n_without_relevant",
    ///   "interval": { "method", "level", "n_resamples", "seed" },
    ///   "systems": [ { "name", "measures": { "Recall@1": { "mean", "low", "high", "n" }, .. },
    ///                  "recall_at_k": [ Recall@1, Recall@2, .. ] }, .. ],
    ///   "differences": [ { "name", "to": first system, "measures": as above }, .. ] }
    /// ```
    #[must_use]
    pub fn json(&self) -> Value {
        let resampling = self.settings.resampling;
        let first = self.systems.first().map(|system| system.name.as_str());
        let systems: Vec<Value> = self
            .systems
            .iter()
            .map(|system| {
                json!({
                    "name": system.name,
                    "measures": self.by_measure(&system.intervals),
                    "recall_at_k": system.recall,
                })
            })
            .collect();
        let differences: Vec<Value> = self
            .differences
            .iter()
            .map(|difference| {
                json!({
                    "name": difference.name,
                    "to": first,
                    "measures": self.by_measure(&difference.intervals),
                })
            })
            .collect();
        json!({
            "title": self.settings.title,
            "about": self.settings.about,
            "n_queries": self.n_queries,
            "n_without_relevant": self.n_without_relevant,
            "interval": {
                "method": "percentile bootstrap over queries",
                "level": 0.95,
                "n_resamples": resampling.n_resamples(),
                "seed": resampling.seed(),
            },
            "systems": systems,
            "differences": differences,
        })
    }

    fn by_measure(&self, intervals: &[Interval]) -> Map<String, Value> {
        let named = self.settings.measures.iter().zip(intervals);
        named.map(|(measure, interval)| (measure.to_string(), json!(interval))).collect()
    }
}
