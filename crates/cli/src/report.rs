//! `vitrine report`: the catalog's health, in numbers and as a page.

use std::path::Path;

use vitrine_api::{Api, types::Health};

use crate::{
    args::Arguments,
    output::{self, count, counted, visible},
};

pub fn run(api: &Api, arguments: &Arguments, file: Option<&Path>, dry_run: bool) -> anyhow::Result<()> {
    let health = api.health()?;
    let written = file.filter(|_| !dry_run);
    if let Some(file) = written {
        api.write_report(file)?;
    }
    if arguments.json {
        return output::json(&health);
    }
    show(&health);
    if let Some(file) = written {
        say!("Written to {}", visible(&file.display().to_string()));
    }
    Ok(())
}

fn show(health: &Health) {
    let reviewed = &health.reviewed;
    say!("{}, {}", counted(health.n_products, "product"), counted(health.n_photos, "photo"));
    line(health.n_described, "described", "is:described");
    line(reviewed.approved, "approved as they were written", "is:approved");
    line(reviewed.edited, "written or edited by a person", "is:edited");
    line(reviewed.rejected, "rejected", "is:rejected");
    line(reviewed.needs_info, "need information", "is:unclear");
    line(health.n_contradicted, "to check, with words that a photo contradicts", "vitrine review list");
    say!("Problems of {}", counted(health.n_with_problem, "product"));
    for problem in health.problems.iter().filter(|problem| problem.n_products > 0) {
        line(problem.n_products, &problem.label, &format!("problem:{}", problem.name));
    }
    line(health.n_without_photo, "in a list, without a photo", "");
    line(health.n_twin_groups, "groups of photos that are alike", "");
    if health.n_unmeasured > 0 {
        say!("{} not looked at yet", counted(health.n_unmeasured, "photo"));
    }
    let sum = |n: fn(&vitrine_api::types::AgreementDay) -> u64| health.days.iter().map(n).sum::<u64>();
    let (right, judged) = (sum(|day| day.n_right), sum(|day| day.n_right + day.n_wrong));
    if let Some(share) = (right * 100).checked_div(judged) {
        say!("People found {share} % of {} right", counted(judged, "claim"));
    }
}

/// A number, what it counts, and what to search for to see them.
fn line(n: u64, what: &str, how: &str) {
    let how = if n == 0 || how.is_empty() { String::new() } else { format!("  ({how})") };
    say!("  {:>9}  {what}{how}", count(n));
}
