//! One photo, asked everything: a caption, the CLIP Interrogator in any of its modes, colours, and
//! how well the words match. For a person who waits, so models answer at once; nothing is stored.

use std::{path::Path, sync::Arc};

use vitrine_models::{
    BestOptions, Caption, CaptionOptions, Decoding, ImagePreprocess, ImageTokens, InterrogationRun,
    Interrogator, InterrogatorMode, InterrogatorOptions, MatchStart, Priority, RankedTerm, TermTable,
    TermVectors, rank_terms, regular_file,
};

use crate::{
    CatalogError, Library,
    colour::{ProductColour, product_colours},
    describe::{self, Description, ListReading},
    engine::Engine,
    library::{Inner, file_name},
    models::no_answer,
    photo,
};

/// The largest file of terms: some hundred thousand.
const MAX_TERMS_BYTES: u64 = 16 << 20;
/// Letters of a prompt: a dozen words or two, beyond which a caption has no room of its own.
const MAX_PROMPT: usize = 120;
/// Terms that a ranking among given ones tells.
const N_RANKED: usize = 10;
/// With which a hurried `best` passes over phrases: a fifth of what a good phrase adds.
const QUICK_MARGIN: f32 = 0.002;

/// What to do with a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DescribeMode {
    /// As the catalog describes products: title, text, alternative text, attributes.
    #[default]
    Product,
    /// The caption alone.
    Caption,
    /// The caption and the phrases of all lists that are most like the photo.
    Fast,
    /// The caption, then medium, artist, presentation, movement and flavours.
    Classic,
    /// The chain of phrases that comes nearest; takes a while.
    Best,
    /// Phrases that the photo is least like.
    Negative,
}

/// How the caption's words are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CaptionStyle {
    /// The most likely of several sentences followed side by side, as the model's makers advise.
    #[default]
    Beam,
    /// The most likely word, each time.
    Greedy,
    /// By chance among the likely words; the same seed gives the same caption.
    Nucleus {
        /// Where chance starts from.
        seed: u64,
    },
}

/// How a photo is described.
#[derive(Debug, Clone, Default)]
pub struct PhotoOptions {
    /// What to do.
    pub mode: DescribeMode,
    /// How the caption is made.
    pub style: CaptionStyle,
    /// Words that the caption starts with.
    pub prompt: Option<String>,
    /// Rank these terms, and nothing else: a text file with a term a line.
    pub terms: Option<std::path::PathBuf>,
    /// Let `best` pass over phrases that hardly help, which may change its answer a little.
    pub quick: bool,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct PhotoReading {
    /// The file's name.
    pub name: String,
    /// The caption as it came; none where the pack has no model for it, or none was asked for.
    pub caption: Option<Caption>,
    /// The mode's words.
    pub text: String,
    /// Cosine of the words and the photo.
    pub similarity: Option<f32>,
    /// The phrases among the words, or the terms that were ranked.
    pub phrases: Vec<RankedTerm>,
    /// Everything that a catalog would keep, in [`DescribeMode::Product`].
    pub written: Option<Description>,
    /// The product's main colours.
    pub colours: Vec<ProductColour>,
    /// How likely the words belong to the photo, by the pack's matching model (ITM), 0 to 1.
    pub match_probability: Option<f32>,
}

/// What is being done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhotoStep {
    /// A word list is read by the search model, once for ever.
    ReadingList(ListReading),
    /// Phrases are tried; the text so far, phrases chosen, phrases at most.
    Trying(String, usize, usize),
}

impl Library {
    /// Describes a photo that need not be in the catalog. `go_on` hears what is being done, about once
    /// a second, and ends it by answering false.
    ///
    /// # Errors
    /// A file that is no picture, a list that cannot be read, a pack without the models for it,
    /// [`CatalogError::Cancelled`].
    pub fn describe_photo(
        &self,
        path: &Path,
        options: &PhotoOptions,
        go_on: &dyn Fn(PhotoStep) -> bool,
    ) -> Result<PhotoReading, CatalogError> {
        if options.prompt.as_ref().is_some_and(|prompt| prompt.chars().count() > MAX_PROMPT) {
            return Err(CatalogError::TooLong {
                what: "The words that a caption starts with",
                limit: MAX_PROMPT,
            });
        }
        let inner = self.inner();
        let engine = inner.engine()?;
        let bad = |skip| CatalogError::BadPicture { name: path.display().to_string(), skip };
        let picture = photo::read_file(path)
            .and_then(|bytes| photo::decode(&bytes, photo::FOR_MODELS))
            .map_err(bad)?
            .pixels;
        let vector = engine.models.embed_picture(&picture)?;
        let colours = product_colours(&picture);
        let asking = Asking { inner, engine: &engine, options, go_on };
        let mut reading = PhotoReading {
            name: file_name(path),
            caption: None,
            text: String::new(),
            similarity: None,
            phrases: Vec::new(),
            written: None,
            colours,
            match_probability: None,
        };
        if let Some(terms) = &options.terms {
            reading.phrases = asking.rank(&vector, terms)?;
            reading.text =
                reading.phrases.iter().map(|phrase| phrase.term.as_str()).collect::<Vec<_>>().join(", ");
            return Ok(reading);
        }
        let (picture, mut read) = (Arc::new(picture), None);
        if options.mode != DescribeMode::Negative && engine.models.describes() {
            let (caption, tokens) = asking.caption(&picture)?;
            reading.caption = Some(caption);
            read = Some(tokens);
        }
        let caption = reading.caption.as_ref().map(|caption| caption.text.clone()).unwrap_or_default();
        match options.mode {
            DescribeMode::Caption if reading.caption.is_none() => {
                return Err(CatalogError::NoModels(
                    "The pack in use holds no model that describes photos. Use another one.".to_owned(),
                ));
            }
            DescribeMode::Caption => reading.text = caption,
            DescribeMode::Product => {
                let written = asking.product(&vector, &reading)?;
                reading.text.clone_from(&written.text);
                reading.written = Some(written);
            }
            DescribeMode::Fast => {
                asking.interrogate(&vector, &caption, InterrogatorMode::Fast, &mut reading)?;
            }
            DescribeMode::Classic => {
                asking.interrogate(&vector, &caption, InterrogatorMode::Classic, &mut reading)?;
            }
            DescribeMode::Best => {
                asking.interrogate(&vector, &caption, InterrogatorMode::Best, &mut reading)?;
            }
            DescribeMode::Negative => {
                asking.interrogate(&vector, "", InterrogatorMode::Negative, &mut reading)?;
            }
        }
        if reading.similarity.is_none() {
            let words = engine.models.embed_text(&reading.text)?;
            reading.similarity = Some(words.iter().zip(&vector).map(|(a, b)| a * b).sum());
        }
        if engine.models.matches() {
            reading.match_probability = Some(asking.match_probability(&picture, read, &reading.text)?);
        }
        Ok(reading)
    }
}

/// What every question about a photo needs.
struct Asking<'a> {
    inner: &'a Inner,
    engine: &'a Engine,
    options: &'a PhotoOptions,
    go_on: &'a dyn Fn(PhotoStep) -> bool,
}

impl Asking<'_> {
    /// The caption, and the picture as the captioner read it.
    fn caption(&self, picture: &Arc<image::RgbImage>) -> Result<(Caption, ImageTokens), CatalogError> {
        let (picture, style, prompt) = (picture.clone(), self.options.style, self.options.prompt.clone());
        let describer = self.engine.models.loaded()?.describer();
        let (captions, tokens) = describer.run(Priority::Interactive, move |describer| {
            let captioner = describer.captioner()?;
            let usual = captioner.usual_options();
            let decoding = match style {
                CaptionStyle::Beam => usual.decoding,
                CaptionStyle::Greedy => Decoding::Greedy,
                CaptionStyle::Nucleus { seed } => Decoding::nucleus(seed),
            };
            let tokens = captioner.encode_images(&[captioner.preprocess().apply(&picture)])?;
            let options = CaptionOptions { decoding, prompt, ..usual };
            Ok((captioner.caption_tokens(&tokens, &options)?, tokens))
        })?;
        Ok((captions.into_iter().next().ok_or_else(no_answer)?, tokens))
    }

    fn product(&self, vector: &[f32], reading: &PhotoReading) -> Result<Description, CatalogError> {
        let vocabulary = self
            .engine
            .vocabulary(&self.inner.options.folder, &|reading| self.tell(reading))?
            .ok_or(CatalogError::Cancelled)?;
        let caption = reading.caption.as_ref().map(|caption| (caption.text.clone(), caption.mean_log_prob));
        let findings = vocabulary.findings(vector, caption, reading.colours.clone())?;
        Ok(describe::describe(&findings, self.engine.models.lists()))
    }

    /// The bare terms' vectors of a list.
    fn vectors(&self, table: &TermTable) -> Result<TermVectors, CatalogError> {
        let cache = self.inner.options.folder.join("cache");
        describe::vectors(&self.engine.models, table, "{}", &cache, &|reading| self.tell(reading))?
            .ok_or(CatalogError::Cancelled)
    }

    /// Says how far word lists are read; whether to go on.
    fn tell(&self, reading: &ListReading) -> Result<bool, CatalogError> {
        Ok((self.go_on)(PhotoStep::ReadingList(reading.clone())))
    }

    fn rank(&self, vector: &[f32], file: &Path) -> Result<Vec<RankedTerm>, CatalogError> {
        let (_, bytes) = regular_file::read(file, MAX_TERMS_BYTES)
            .map_err(|_| CatalogError::NoSuchPath(file.to_path_buf()))?;
        let text = String::from_utf8_lossy(&bytes);
        let table = TermTable::parse(&file_name(file), &text)?;
        let vectors = self.vectors(&table)?;
        Ok(rank_terms(vector, &table, &vectors, N_RANKED)?)
    }

    fn interrogate(
        &self,
        vector: &[f32],
        caption: &str,
        mode: InterrogatorMode,
        reading: &mut PhotoReading,
    ) -> Result<(), CatalogError> {
        let mut tables = Vec::new();
        for table in self.engine.models.lists().tables() {
            tables.push((table.clone(), self.vectors(table)?));
        }
        let interrogator = Interrogator::new(tables)?;
        let best =
            BestOptions { margin: self.options.quick.then_some(QUICK_MARGIN), ..BestOptions::default() };
        let options = InterrogatorOptions { best, ..InterrogatorOptions::default() };
        let clip = self.engine.models.loaded()?.clip();
        let (image, words) = (vector.to_vec(), caption.to_owned());
        let mut run = clip.run(Priority::Interactive, move |clip| {
            interrogator.begin(clip, &image, &words, mode, &options)
        })?;
        loop {
            let progress = run.progress();
            let step = PhotoStep::Trying(progress.text, progress.n_phrases, progress.max_phrases);
            if !(self.go_on)(step) {
                return Err(CatalogError::Cancelled);
            }
            let (next, more): (InterrogationRun, bool) = clip.run(Priority::Interactive, move |clip| {
                let mut run = run;
                let more = run.advance(clip)?;
                Ok((run, more))
            })?;
            run = next;
            if !more {
                break;
            }
        }
        let found = clip.run(Priority::Interactive, move |clip| run.finish(clip))?;
        reading.text = found.text;
        reading.similarity = Some(found.similarity);
        reading.phrases = found.phrases;
        Ok(())
    }

    /// How likely the text belongs to the picture, which the captioner may have read.
    fn match_probability(
        &self,
        picture: &Arc<image::RgbImage>,
        read: Option<ImageTokens>,
        text: &str,
    ) -> Result<f32, CatalogError> {
        let (picture, text) = (picture.clone(), text.to_owned());
        let describer = self.engine.models.loaded()?.describer();
        let found = describer.run(Priority::Interactive, move |describer| {
            let prepare = |preprocess: &ImagePreprocess| vec![preprocess.apply(&picture)];
            let tokens = describer.tokens_to_match(read.as_ref(), prepare)?;
            describer.matcher()?.match_probabilities(&tokens, &[text.as_str()], MatchStart::default())
        })?;
        found.into_iter().flatten().next().ok_or_else(no_answer)
    }
}
