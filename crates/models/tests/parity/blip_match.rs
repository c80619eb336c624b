//! Both matching checkpoints: image tokens, vectors (ITC) and logits (ITM); image tokens that two models
//! share; texts that are too long to be matched whole.

use serde::Deserialize;
use vitrine_models::{
    CaptionOptions, Captioner, DevicePreference, MatchStart, Matcher, ModelError, PixelTensor, Precision,
    select_device_with,
};

use crate::golden::{self, assert_close, assert_same_direction, row};

#[derive(Deserialize)]
struct Expected {
    pictures: Vec<String>,
    texts: Vec<Text>,
    encoder_start: u32,
}

#[derive(Deserialize)]
struct Text {
    text: String,
    ids: Vec<u32>,
}

impl Expected {
    fn texts(&self) -> Vec<&str> {
        self.texts.iter().map(|text| text.text.as_str()).collect()
    }
}

const VARIANTS: [&str; 2] = ["blip_match_base", "blip_match_wide"];

fn load(variant: &str) -> Matcher {
    Matcher::load(&golden::folder(variant), &golden::cpu()).unwrap()
}

fn captioner(variant: &str) -> Captioner {
    Captioner::load(&golden::folder(variant), &golden::cpu()).unwrap()
}

fn prepared(variant: &str, model: &Matcher, expected: &Expected) -> Vec<PixelTensor> {
    let picture = |name: &String| golden::picture(&format!("{variant}/prepared/{name}.png"));
    expected.pictures.iter().map(|name| model.preprocess().apply(&picture(name))).collect()
}

#[test]
fn text_ids_are_those_of_transformers() {
    for variant in VARIANTS {
        let (expected, _) = golden::expected::<Expected>(variant);
        let model = load(variant);
        for Text { text, ids } in &expected.texts {
            assert_eq!(&model.text_ids(text, MatchStart::Cls).unwrap(), ids, "{variant}: {text:?}");
            let enc = model.text_ids(text, MatchStart::Enc).unwrap();
            assert_eq!((enc[0], &enc[1..]), (expected.encoder_start, &ids[1..]), "{variant}: {text:?}");
        }
    }
}

#[test]
fn vectors_are_those_of_transformers() {
    for variant in VARIANTS {
        let (expected, tensors) = golden::expected::<Expected>(variant);
        let model = load(variant);
        let tokens = model.encode_images(&prepared(variant, &model, &expected)).unwrap();
        let images = model.image_vectors(&tokens).unwrap();
        for (i, (name, vector)) in expected.pictures.iter().zip(&images).enumerate() {
            let golden = row(&tensors["image_vectors"], i);
            assert_eq!(vector.len(), model.itc_dim());
            assert_same_direction(name, vector, &golden);
            assert_close(name, vector, &golden, 2e-5);
        }
        let texts = expected.texts();
        for (i, (text, vector)) in texts.iter().zip(model.text_vectors(&texts).unwrap()).enumerate() {
            let golden = row(&tensors["text_vectors"], i);
            assert_same_direction(text, &vector, &golden);
            assert_close(text, &vector, &golden, 2e-5);
            let alone = model.text_vectors(&[text]).unwrap().remove(0);
            assert_close("alone and in a batch", &alone, &vector, 1e-5);
        }
    }
}

#[test]
fn match_logits_are_those_of_transformers() {
    for variant in VARIANTS {
        let (expected, tensors) = golden::expected::<Expected>(variant);
        let model = load(variant);
        let tokens = model.encode_images(&prepared(variant, &model, &expected)).unwrap();
        for (start, golden) in [(MatchStart::Cls, "logits_cls"), (MatchStart::Enc, "logits_enc")] {
            let found = model.match_logits(&tokens, &expected.texts(), start).unwrap();
            for (i, (name, found)) in expected.pictures.iter().zip(&found).enumerate() {
                let golden = row(&tensors[golden], i);
                assert_close(&format!("{variant} {start:?} {name}"), &found.concat(), &golden, 5e-5);
            }
        }
    }
}

/// Half precision is another model's arithmetic, not another model.
#[test]
fn half_precision_gives_nearly_the_same() {
    let (expected, tensors) = golden::expected::<Expected>("blip_match_wide");
    let device = select_device_with(DevicePreference::Cpu, Precision::F16);
    let model = Matcher::load(&golden::folder("blip_match_wide"), &device).unwrap();
    let tokens = model.encode_images(&prepared("blip_match_wide", &model, &expected)).unwrap();
    let logits = model.match_logits(&tokens, &expected.texts(), MatchStart::Cls).unwrap();
    let vectors = model.image_vectors(&tokens).unwrap();
    for (i, name) in expected.pictures.iter().enumerate() {
        assert_close(name, &logits[i].concat(), &row(&tensors["logits_cls"], i), 0.03);
        assert_close(name, &vectors[i], &row(&tensors["image_vectors"], i), 0.01);
    }
    // Read in another precision, pictures are not what the model takes.
    let error = load("blip_match_wide").image_vectors(&tokens).unwrap_err();
    assert!(matches!(error, ModelError::ForeignImageTokens), "{error}");
}

#[test]
fn a_pair_scores_the_same_alone_and_among_others() {
    let (expected, _) = golden::expected::<Expected>("blip_match_wide");
    let model = load("blip_match_wide");
    let pixels = prepared("blip_match_wide", &model, &expected);
    let words: Vec<String> = (0..90).map(|i| "red mug ".repeat(i % 11)).collect();
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    let tokens = model.encode_images(&pixels).unwrap();
    let together = model.match_logits(&tokens, &texts, MatchStart::Cls).unwrap();
    // Few texts: several pictures go together.
    let few = model.match_logits(&tokens, &texts[..2], MatchStart::Cls).unwrap();
    for (i, pixels) in pixels.iter().enumerate() {
        let alone = model.encode_images(std::slice::from_ref(pixels)).unwrap();
        for (j, text) in texts.iter().enumerate().step_by(7) {
            let logits = model.match_logits(&alone, &[text], MatchStart::Cls).unwrap();
            assert_close(text, &logits[0][0], &together[i][j], 2e-5);
        }
        assert_close("few texts", &few[i].concat(), &together[i][..2].concat(), 2e-5);
    }
}

#[test]
fn image_tokens_serve_every_question_and_every_model_with_the_same_tower() {
    let (expected, tensors) = golden::expected::<Expected>("blip_match_base");
    let (matcher, captioner) = (load("blip_match_base"), captioner("blip_base"));
    assert!(matcher.shares_image_tower(&captioner));
    let pixels = prepared("blip_match_base", &matcher, &expected);
    let tokens = matcher.encode_images(&pixels).unwrap();
    assert_eq!(tokens.len(), pixels.len());

    let options = CaptionOptions::default();
    assert_eq!(
        captioner.caption_tokens(&tokens, &options).unwrap(),
        captioner.caption(&pixels, &options).unwrap()
    );
    // And the other way round, once more.
    let tokens = captioner.encode_images(&pixels).unwrap();
    for _ in 0..2 {
        let logits = matcher.match_logits(&tokens, &expected.texts(), MatchStart::Cls).unwrap();
        assert_close("logits", &logits[1].concat(), &row(&tensors["logits_cls"], 1), 5e-5);
    }
    let one = tokens.picture(1).unwrap();
    let logits = matcher.match_logits(&one, &expected.texts(), MatchStart::Cls).unwrap();
    assert_close("one picture", &logits[0].concat(), &row(&tensors["logits_cls"], 1), 5e-5);
    assert!(tokens.picture(pixels.len()).is_none());
}

#[test]
fn tokens_of_another_tower_are_refused() {
    let (matcher, other) = (load("blip_match_wide"), captioner("blip_base"));
    assert!(!matcher.shares_image_tower(&other));
    let pixels = matcher.preprocess().apply(&golden::picture("pictures/square.png"));
    let tokens = matcher.encode_images(&[pixels]).unwrap();
    let error = other.caption_tokens(&tokens, &CaptionOptions::default()).unwrap_err();
    assert!(matches!(error, ModelError::ForeignImageTokens), "{error}");
    let base = load("blip_match_base");
    for error in [
        base.image_vectors(&tokens).unwrap_err(),
        base.match_logits(&tokens, &["a mug"], MatchStart::Cls).unwrap_err(),
    ] {
        assert!(matches!(error, ModelError::ForeignImageTokens), "{error}");
    }
}

/// The smallest difference counts, in the last weight as in the first.
#[test]
fn towers_of_one_shape_with_other_weights_do_not_share() {
    let folder = tempfile::tempdir().unwrap();
    let original = golden::folder("blip_base");
    for name in ["config.json", "preprocessor_config.json", "tokenizer.json"] {
        std::fs::copy(original.join(name), folder.path().join(name)).unwrap();
    }
    let file = original.join("model.safetensors");
    let mut weights = candle_core::safetensors::load(file, &candle_core::Device::Cpu).unwrap();
    let norm = "vision_model.post_layernorm.bias";
    let changed = weights[norm].affine(1.000_001, 0.0).unwrap();
    weights.insert(norm.to_owned(), changed);
    candle_core::safetensors::save(&weights, folder.path().join("model.safetensors")).unwrap();
    let changed = Captioner::load(folder.path(), &golden::cpu()).unwrap();
    assert!(!load("blip_match_base").shares_image_tower(&changed));
}

#[test]
fn long_texts_are_judged_sentence_by_sentence() {
    let model = load("blip_match_base");
    let pixels = ["pictures/landscape.png", "pictures/checks.png"]
        .map(|path| model.preprocess().apply(&golden::picture(path)));
    let tokens = model.encode_images(&pixels).unwrap();
    let sentences = [
        "A red ceramic mug, approx. 3.5 cm wide.",
        "It has a round handle!",
        "The background is plain white",
    ];
    let long = format!("{} {} {}", sentences[0], sentences[1], sentences[2]);
    let endless = "a large round wooden table ".repeat(20);
    let texts = ["a red mug", long.as_str(), endless.as_str()];

    let found = model.match_parts(&tokens, &texts, MatchStart::Cls).unwrap();
    let probabilities = model.match_probabilities(&tokens, &texts, MatchStart::Cls).unwrap();
    for (picture, matches) in found.iter().enumerate() {
        assert_eq!(matches[0].parts.len(), 1);
        let parts: Vec<&str> = matches[1].parts.iter().map(|part| &long[part.range.clone()]).collect();
        assert_eq!(parts, sentences);
        let alone = model
            .match_probabilities(&tokens.picture(picture).unwrap(), &sentences, MatchStart::Cls)
            .unwrap()
            .remove(0);
        let in_text: Vec<f32> = matches[1].parts.iter().map(|part| part.probability).collect();
        assert_close("sentences", &in_text, &alone, 1e-5);
        let lowest = alone.iter().copied().fold(1.0, f32::min);
        assert_close("the worst sentence", &[probabilities[picture][1]], &[lowest], 1e-5);

        assert!(matches[2].parts.len() >= 4);
        for part in &matches[2].parts {
            let ids = model.text_ids(&endless[part.range.clone()], MatchStart::Cls).unwrap();
            assert!(ids.len() <= 35, "{} tokens", ids.len());
        }
        let words: usize = matches[2].parts.iter().map(|p| endless[p.range.clone()].split(' ').count()).sum();
        assert_eq!(words, 100);
    }
}

#[test]
fn probabilities_are_the_softmax_of_the_logits() {
    let model = load("blip_match_base");
    let pixels = model.preprocess().apply(&golden::picture("pictures/landscape.png"));
    let tokens = model.encode_images(&[pixels]).unwrap();
    for start in [MatchStart::Cls, MatchStart::Enc] {
        let [no, yes] = model.match_logits(&tokens, &["a red mug"], start).unwrap()[0][0];
        let found = model.match_probabilities(&tokens, &["a red mug"], start).unwrap()[0][0];
        assert_close("probability", &[found], &[yes.exp() / (no.exp() + yes.exp())], 1e-6);
    }
}

#[test]
fn nothing_in_gives_nothing_out() {
    let model = load("blip_match_base");
    let none = model.encode_images(&[]).unwrap();
    assert!(none.is_empty() && model.image_vectors(&none).unwrap().is_empty());
    assert!(model.text_vectors(&[]).unwrap().is_empty());
    assert!(model.match_probabilities(&none, &["a mug"], MatchStart::Cls).unwrap().is_empty());
    let pixels = model.preprocess().apply(&golden::picture("pictures/dot.png"));
    let one = model.encode_images(&[pixels]).unwrap();
    assert_eq!(model.match_probabilities(&one, &[], MatchStart::Cls).unwrap(), [Vec::<f32>::new()]);
}

#[test]
fn a_captioner_is_no_matcher() {
    let error = Matcher::load(&golden::folder("blip_base"), &golden::cpu()).err().unwrap().to_string();
    assert!(error.contains("BlipForConditionalGeneration"), "{error}");
}
