//! The catalog's health as clients see it.

use vitrine_catalog::health as engine;

use super::file_name;
use crate::types::{AgreementDay, Health, HealthProblem, Reviewed, Unphotographed};

pub(crate) fn health(health: engine::Health) -> Health {
    let [pending, approved, edited, rejected, needs_info] = health.n_by_state;
    Health {
        n_products: health.n_products,
        n_photos: health.n_photos,
        n_described: health.n_described,
        reviewed: Reviewed { pending, approved, edited, rejected, needs_info },
        n_contradicted: health.n_contradicted,
        n_doubtful: health.n_doubtful,
        problems: health.n_by_problem.into_iter().map(problem).collect(),
        n_with_problem: health.n_with_problem,
        n_twin_groups: health.n_twin_groups,
        n_without_photo: health.n_without_photo,
        n_unmeasured: health.n_unmeasured,
        days: health.days.into_iter().map(day).collect(),
    }
}

fn problem((problem, n_products): (engine::Problem, u64)) -> HealthProblem {
    HealthProblem {
        name: problem.name().to_owned(),
        label: problem.label().to_owned(),
        advice: advice(problem).to_owned(),
        is_of_photo: problem.is_of_photo(),
        n_products,
    }
}

/// What a problem is, and what to do.
pub(crate) fn advice(problem: engine::Problem) -> &'static str {
    match problem {
        engine::Problem::Tiny => {
            "A side of the photo has fewer than 100 pixels (250 for clothing): Google refuses it. Use a larger one."
        }
        engine::Problem::Small => {
            "A side of the photo has fewer than 500 pixels. It is taken, but looks poor when it is zoomed into."
        }
        engine::Problem::Blurred => "Nothing in the photo is sharp. Take it again, or use a larger original.",
        engine::Problem::Dark => "The photo has too little light. Brighten it, or take it again.",
        engine::Problem::Pale => {
            "The photo has too much light, or the product hardly stands out from what is behind it."
        }
        engine::Problem::Framed => {
            "Bars or a frame lie around the photo. Google refuses borders; cut them off."
        }
        engine::Problem::Watermark => {
            "The same mark lies on many photos of the folder. Google refuses watermarks; use the photos without it."
        }
        engine::Problem::Untitled => "No product list and no person gave the product a title.",
        engine::Problem::Wordy => "The title has more than 150 characters; Google cuts it off.",
        engine::Problem::NoAlt => {
            "No list has an alternative text for the product, and nobody approved one. Approve it in the review."
        }
    }
}

fn day(day: engine::AgreementDay) -> AgreementDay {
    AgreementDay {
        day: day.day,
        n_approved: day.n_approved,
        n_edited: day.n_edited,
        n_rejected: day.n_rejected,
        n_right: day.n_right,
        n_wrong: day.n_wrong,
    }
}

pub(crate) fn unphotographed(product: engine::Unphotographed) -> Unphotographed {
    Unphotographed {
        product: product.product.into(),
        title: product.title,
        key: product.key,
        list: file_name(&product.list),
    }
}
