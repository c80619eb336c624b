//! Questions and answers as clients see them.

use vitrine_catalog::{
    WordsOf,
    search::{self as engine, Chosen, Like, Part, Query},
};

use super::product;
use crate::types::{
    Completion, FacetGroup, FacetValue, Facets, FilterName, HeatMap, PartName, PartScore, Reasons,
    SearchPage, SearchProblem, SearchRequest, SearchWeights, SortBy, Why, WordFound, WordPlace,
};

/// What values of filters are called.
pub(crate) fn filter_names() -> Vec<FilterName> {
    let name = |(key, value, label): (&str, &str, &str)| FilterName {
        key: key.to_owned(),
        value: value.to_owned(),
        label: label.to_owned(),
    };
    engine::filter_names().map(name).collect()
}

pub(crate) fn query(request: &SearchRequest) -> Query {
    Query {
        text: request.text.clone(),
        pictures: request.pictures.iter().map(|term| (term.token.clone(), term.weight)).collect(),
        products: request
            .products
            .iter()
            .map(|term| Like {
                product: term.product.into(),
                picture: term.picture.map(Into::into),
                weight: term.weight,
            })
            .collect(),
        filters: request
            .filters
            .iter()
            .map(|filter| Chosen {
                key: filter.key.clone(),
                value: filter.value.clone(),
                is_not: filter.is_not,
            })
            .collect(),
        sort: match request.sort {
            SortBy::Relevance => engine::SortBy::Relevance,
            SortBy::Name => engine::SortBy::Name,
            SortBy::Price => engine::SortBy::Price,
            SortBy::PriceDown => engine::SortBy::PriceDown,
            SortBy::Newest => engine::SortBy::Newest,
            SortBy::LeastSure => engine::SortBy::LeastSure,
        },
        weights: request.weights.map(weights).unwrap_or_default(),
    }
}

fn weights(weights: SearchWeights) -> engine::Weights {
    let SearchWeights { look, matching, description, own, words } = weights;
    engine::Weights { look, matching, description, own, words }.sane()
}

pub(crate) fn page(request: &SearchRequest, page: engine::Page) -> SearchPage {
    SearchPage {
        total: page.total,
        n_good: page.n_good,
        n_not_yet_searchable: page.n_not_yet_searchable,
        is_ranked: page.is_ranked,
        problems: page.problems.iter().map(|one| problem(&request.text, one)).collect(),
        unknown_words: page.unknown,
        is_partial: page.is_partial,
        can_improve: page.can_improve,
        items: page.items.iter().map(product).collect(),
    }
}

/// A place in a text as JavaScript counts.
fn units(text: &str, end: usize) -> u32 {
    let before = text.get(..end).unwrap_or(text);
    u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// With its place as JavaScript counts.
fn problem(text: &str, problem: &engine::Problem) -> SearchProblem {
    SearchProblem {
        start: units(text, problem.start),
        end: units(text, problem.end),
        message: problem.message.clone(),
    }
}

pub(crate) fn facets(facets: engine::Facets) -> Facets {
    let value = |value: engine::FacetValue| FacetValue {
        value: value.value,
        label: value.label,
        n: value.n,
        is_chosen: value.is_chosen,
    };
    let group = |group: engine::FacetGroup| FacetGroup {
        key: group.key,
        name: group.name,
        values: group.values.into_iter().map(value).collect(),
        n_more: group.n_more,
    };
    Facets { n_counted: facets.n_counted, groups: facets.groups.into_iter().map(group).collect() }
}

pub(crate) fn completions(text: &str, found: Vec<engine::Completion>) -> Vec<Completion> {
    let completion = |one: engine::Completion| Completion {
        start: units(text, one.start),
        end: units(text, one.end),
        insert: one.insert,
        label: one.label,
        n: one.n,
    };
    found.into_iter().map(completion).collect()
}

pub(crate) fn why(why: engine::Why) -> Why {
    let part = |score: engine::PartScore| PartScore {
        part: part(score.part),
        gave: score.gave,
        weight: score.weight,
        is_there: score.is_there,
    };
    let word = |found: engine::WordFound| {
        let (stands, of) = found.stands.unzip();
        let place = of.map(|of| match of {
            WordsOf::Models => WordPlace::Written,
            WordsOf::Merchant | WordsOf::Folders => WordPlace::Shop,
        });
        WordFound { word: found.word, stands, place }
    };
    Why {
        relevance: why.relevance,
        parts: why.parts.into_iter().map(part).collect(),
        words: why.words.into_iter().map(word).collect(),
        is_named: why.is_named,
    }
}

fn part(part: Part) -> PartName {
    match part {
        Part::Look => PartName::Look,
        Part::Matching => PartName::Matching,
        Part::Description => PartName::Description,
        Part::Own => PartName::Own,
        Part::Words => PartName::Words,
        Part::CloserLook => PartName::CloserLook,
    }
}

pub(crate) fn reasons(reasons: engine::Reasons) -> Reasons {
    let (first, first_why) = reasons.first.unzip();
    Reasons {
        product: product(&reasons.found),
        rank: reasons.rank,
        total: reasons.total,
        why: reasons.why.map(why),
        left_out_by: reasons.left_out_by,
        first: first.as_ref().map(product),
        first_why: first_why.map(why),
        summary: reasons.summary,
    }
}

pub(crate) fn heat_map(heat: engine::HeatMap) -> HeatMap {
    HeatMap {
        columns: heat.columns,
        rows: heat.rows,
        values: heat.values,
        by: part(heat.by),
        words: heat.words,
    }
}
