//! What holds of the interrogator on any model: odd lists and captions, margins, progress.

use vitrine_models::{
    BestOptions, Clip, InterrogationSource, Interrogator, InterrogatorMode, InterrogatorOptions,
    ProductVocabulary, TermTable, TermVectors,
};

use crate::fixture::{self, CLIP_KEY, list, picture_like};

const MODES: [InterrogatorMode; 4] =
    [InterrogatorMode::Fast, InterrogatorMode::Classic, InterrogatorMode::Best, InterrogatorMode::Negative];

fn options(margin: Option<f32>, min_phrases: usize, max_phrases: usize) -> InterrogatorOptions {
    let best = BestOptions { margin, min_phrases, max_phrases, ..BestOptions::default() };
    InterrogatorOptions { best, ..InterrogatorOptions::default() }
}

/// The chain with a full forward pass for each phrase in each step: the text and its phrases.
fn plain_chain(
    clip: &Clip,
    image: &[f32],
    caption: &str,
    mut phrases: Vec<String>,
    options: &BestOptions,
) -> (String, Vec<String>) {
    let height = |text: &str| -> f32 {
        clip.embed_texts(&[text]).unwrap()[0].iter().zip(image).map(|(a, b)| a * b).sum()
    };
    let (mut text, mut now) = (caption.to_owned(), height(caption));
    let (mut best, mut best_height) = ((text.clone(), Vec::new()), now);
    let mut chosen = Vec::new();
    for step in 0..options.max_phrases {
        let heights: Vec<f32> = phrases.iter().map(|phrase| height(&format!("{text}, {phrase}"))).collect();
        let Some(i) = (0..phrases.len()).reduce(|a, b| if heights[b] > heights[a] { b } else { a }) else {
            break;
        };
        if heights[i] <= now && step >= options.min_phrases {
            break;
        }
        now = heights[i];
        let phrase = phrases.remove(i);
        text = format!("{text}, {phrase}");
        chosen.push(phrase);
        if now > best_height {
            (best, best_height) = ((text.clone(), chosen.clone()), now);
        }
        if clip.token_ids(&text).unwrap().len() >= clip.max_tokens() {
            break;
        }
    }
    best
}

#[test]
fn the_chain_is_that_of_full_forward_passes() {
    let clip = fixture::clip();
    let lists: Vec<_> =
        fixture::lists(false).into_iter().filter(|table| table.name() != "flavours").collect();
    let interrogator = fixture::interrogator(&clip, lists);
    let captions = [
        "a red mug",
        // Signs that grow together with the comma after them, ids that end a text early, many tokens.
        "what a mug!",
        "mug <|endoftext|> shirt",
        "Rosé ☕, 杯子",
        &"a large old table and ".repeat(12),
        &"a large old table and ".repeat(20),
    ];
    for (i, caption) in captions.into_iter().enumerate() {
        let image = picture_like(&clip, ["blue wool hat", "two bottles on a table, tall"][i % 2]);
        let options = options(None, 2, 10);
        let caption = caption.trim();
        let phrases =
            interrogator.rank(&image, 2048).unwrap().into_iter().map(|phrase| phrase.term).collect();
        let (text, chain) = plain_chain(&clip, &image, caption, phrases, &options.best);
        let found =
            interrogator.interrogate(&clip, &image, caption, InterrogatorMode::Best, &options).unwrap();
        if found.source == InterrogationSource::Chain {
            assert_eq!(found.text, text);
            assert!(found.phrases.iter().map(|phrase| &phrase.term).eq(&chain), "{caption}");
        } else {
            let similarity = |text: &str| -> f32 {
                clip.embed_texts(&[text]).unwrap()[0].iter().zip(&image).map(|(a, b)| a * b).sum()
            };
            assert!(found.similarity >= similarity(&text) - 1e-6, "{caption}: the chain was better");
        }
        assert!(found.text.starts_with(caption), "{}", found.text);
    }
}

#[test]
fn a_margin_saves_work_and_a_wide_one_changes_nothing() {
    let clip = fixture::clip();
    let interrogator = fixture::interrogator(&clip, fixture::lists(false));
    for caption in ["a red mug on a white table", "a picture"] {
        let image = picture_like(&clip, "a purple wool chair and two bags, tall and old");
        let run = |margin| {
            let options = options(margin, 4, 12);
            interrogator.interrogate(&clip, &image, caption, InterrogatorMode::Best, &options).unwrap()
        };
        let (exact, wide, narrow) = (run(None), run(Some(4.0)), run(Some(0.0)));
        assert_eq!((&exact.text, &exact.phrases.len()), (&wide.text, &wide.phrases.len()));
        assert!((exact.similarity - wide.similarity).abs() < 2e-6);
        assert_eq!(exact.n_evaluated, wide.n_evaluated);
        assert!(narrow.n_evaluated < exact.n_evaluated, "{} texts", narrow.n_evaluated);
    }
}

#[test]
fn empty_lists_and_single_terms_are_answered() {
    let clip = fixture::clip();
    let image = picture_like(&clip, "a red mug");
    for text in ["", "red"] {
        let tables = vec![list("flavours", text), list("mediums", "")];
        let interrogator = fixture::interrogator(&clip, tables);
        for mode in MODES {
            let found =
                interrogator.interrogate(&clip, &image, "a mug", mode, &options(None, 0, 32)).unwrap();
            let caption = if mode == InterrogatorMode::Negative { "" } else { "a mug" };
            assert!(found.text.starts_with(caption), "{mode:?}: {}", found.text);
            assert!(found.phrases.iter().all(|phrase| phrase.term == "red"), "{mode:?}");
            assert!(found.similarity.is_finite());
        }
    }
    let none = Interrogator::new(Vec::new()).unwrap();
    let found =
        none.interrogate(&clip, &image, "a mug", InterrogatorMode::Best, &options(None, 8, 32)).unwrap();
    assert_eq!((found.text.as_str(), found.source), ("a mug", InterrogationSource::Caption));
}

#[test]
fn without_a_caption_the_phrases_stand_alone() {
    let clip = fixture::clip();
    let interrogator = fixture::interrogator(&clip, vec![list("flavours", "red\nblue mug\nold table\n☕")]);
    let image = picture_like(&clip, "blue mug");
    for mode in MODES {
        let found = interrogator.interrogate(&clip, &image, " ", mode, &options(None, 0, 32)).unwrap();
        let terms: Vec<&str> = found.phrases.iter().map(|phrase| phrase.term.as_str()).collect();
        assert_eq!(found.text, terms.join(", "), "{mode:?}");
        assert!(!terms.is_empty());
        if mode == InterrogatorMode::Best {
            assert_eq!(terms[0], "blue mug");
        }
    }
}

#[test]
fn a_caption_longer_than_the_model_reads_stays_whole() {
    let clip = fixture::clip();
    let interrogator = fixture::interrogator(&clip, fixture::lists(true));
    let image = picture_like(&clip, "a red mug");
    let caption = "a small red ceramic mug with a round handle ".repeat(12);
    let caption = caption.trim();
    for mode in [InterrogatorMode::Fast, InterrogatorMode::Classic, InterrogatorMode::Best] {
        let found = interrogator.interrogate(&clip, &image, caption, mode, &options(None, 8, 32)).unwrap();
        assert_eq!(found.text, caption, "{mode:?}");
        assert!(found.phrases.is_empty());
    }
}

#[test]
fn negative_finds_what_is_least_like_the_picture() {
    let clip = fixture::clip();
    let interrogator = fixture::interrogator(&clip, fixture::lists(false));
    let image = picture_like(&clip, "red wool");
    let found = interrogator
        .interrogate(&clip, &image, "", InterrogatorMode::Negative, &options(None, 0, 8))
        .unwrap();
    let all = interrogator.rank(&image, usize::MAX).unwrap();
    let flavours = all.iter().filter(|phrase| phrase.table == "flavours" || phrase.table == "negative");
    let least = flavours.map(|phrase| phrase.similarity).fold(f32::INFINITY, f32::min);
    assert!(found.similarity <= least + 1e-6, "{} instead of at most {least}", found.similarity);
    assert!(!found.text.is_empty());
}

#[test]
fn a_run_in_parts_can_be_watched_and_ended_early() {
    let clip = fixture::clip();
    let interrogator = fixture::interrogator(&clip, fixture::lists(false));
    let image = picture_like(&clip, "a purple wool chair");
    let options = options(None, 3, 5);
    let begin = || interrogator.begin(&clip, &image, "a chair", InterrogatorMode::Best, &options).unwrap();
    let mut run = begin();
    let mut before = run.progress();
    assert_eq!((before.n_phrases, before.max_phrases), (0, 5));
    while run.advance(&clip).unwrap() {
        let now = run.progress();
        assert!(now.n_phrases >= before.n_phrases && now.n_evaluated > before.n_evaluated);
        before = now;
    }
    let whole = run.finish(&clip).unwrap();
    assert_eq!(
        whole,
        interrogator.interrogate(&clip, &image, "a chair", InterrogatorMode::Best, &options).unwrap()
    );
    let early = begin().finish(&clip).unwrap();
    assert!(early.similarity <= whole.similarity && early.text.starts_with("a chair"));
}

#[test]
fn product_terms_come_from_the_vector_alone_and_sum_to_one() {
    let clip = fixture::clip();
    let vocabulary = fixture::vocabulary(&clip, &fixture::lists(false));
    let image = picture_like(&clip, "a photo of a lamp");
    let found = vocabulary.terms(&image, usize::MAX).unwrap();
    for attribute in &found.attributes {
        let sum: f32 = attribute.terms.iter().map(|term| term.probability).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{}: {sum}", attribute.table);
        assert!(attribute.terms.is_sorted_by(|a, b| a.probability >= b.probability));
    }
    assert_eq!(found.product_type().unwrap().term, "lamp");
    let groups = &found.get("product_types").unwrap().groups;
    assert_eq!(groups[0].group, "lamps");
    assert!(found.get("flavours").is_none() && found.get("mediums").is_none());
    assert_eq!(vocabulary.terms(&image, 1).unwrap().attributes[0].terms[0], found.attributes[0].terms[0]);
    assert!(vocabulary.terms(&image[1..], 1).is_err());
    let images: Vec<Vec<f32>> = ["a mug", "two red hats", ""].map(|text| picture_like(&clip, text)).to_vec();
    let together = vocabulary.terms_of_all(&images, 3).unwrap();
    for (image, found) in images.iter().zip(together) {
        assert_eq!(found, vocabulary.terms(image, 3).unwrap());
    }
}

#[test]
fn two_names_for_one_thing_are_told_as_one() {
    let clip = fixture::clip();
    let table = list("product_types", "mug\nlamp\ncup\nchair").with_synonyms("mug\tcup");
    let separate = list("product_types", "mug\nlamp\ncup\nchair");
    let image = picture_like(&clip, "a photo of a cup");
    let found = fixture::vocabulary(&clip, &[table]).terms(&image, 9).unwrap();
    let apart = fixture::vocabulary(&clip, &[separate]).terms(&image, 9).unwrap();
    let probability = |terms: &vitrine_models::ProductTerms, term: &str| {
        let terms = &terms.get("product_types").unwrap().terms;
        terms.iter().find(|found| found.term == term).map(|found| found.probability)
    };
    assert_eq!(found.product_type().unwrap().term, "mug");
    assert_eq!(probability(&found, "cup"), None);
    let sum = probability(&apart, "mug").unwrap() + probability(&apart, "cup").unwrap();
    assert!((probability(&found, "mug").unwrap() - sum).abs() < 1e-6);
    assert_eq!(found.product_type().unwrap().similarity, apart.product_type().unwrap().similarity);
}

#[test]
fn product_mode_names_the_type_and_what_is_likely() {
    let clip = fixture::clip();
    let lists = fixture::lists(false);
    let vocabulary = fixture::vocabulary(&clip, &lists);
    let interrogator = fixture::interrogator(&clip, lists);
    let image = picture_like(&clip, "a photo of a lamp");
    let ask = |interrogator: &Interrogator, min_probability| {
        let options = InterrogatorOptions { min_probability, ..InterrogatorOptions::default() };
        interrogator.interrogate(&clip, &image, "a thing", InterrogatorMode::Product, &options)
    };
    assert!(ask(&interrogator, 0.0).is_err());
    let interrogator = interrogator.with_product(vocabulary);
    let (sure, all) = (ask(&interrogator, 1.1).unwrap(), ask(&interrogator, 0.0).unwrap());
    assert_eq!(sure.text, "a thing, lamp");
    let tables: Vec<&str> = all.phrases.iter().map(|phrase| phrase.table.as_str()).collect();
    assert_eq!(tables, ["product_types", "colours", "materials", "styles"]);
    assert_eq!(all.product.unwrap().attributes.len(), 4);
}

#[test]
fn an_own_list_describes_products_too() {
    let clip = fixture::clip();
    let own = vec![list("brands", "acme\nglobex"), list("colours", "mauve")];
    let tables = TermTable::with_own(fixture::lists(false), own);
    let image = picture_like(&clip, "a photo of a product, globex");
    let found = fixture::vocabulary(&clip, &tables).terms(&image, 3).unwrap();
    assert_eq!(found.best("brands").unwrap().term, "globex");
    assert_eq!(found.best("colours").unwrap().term, "mauve");
}

#[test]
fn vectors_that_do_not_belong_to_a_list_are_refused() {
    let clip = fixture::clip();
    let (short, long) = (list("colours", "red"), list("colours", "red\nblue"));
    let vectors = TermVectors::embed(&clip, &short, "{}", CLIP_KEY).unwrap();
    assert!(Interrogator::new(vec![(long.clone(), vectors.clone())]).is_err());
    assert!(ProductVocabulary::new(vec![(long, vectors)], clip.logit_scale()).is_err());
}

#[test]
fn the_scale_of_cosines_is_the_checkpoint_s() {
    assert!((fixture::clip().logit_scale() - 3.0_f32.exp()).abs() < 1e-3);
}
