//! What a person should know of a photo that is shown all the same.

use vitrine_photo::Doubt;

use super::{Skip, SkipCode, Unrecognisable};

/// The doubts about one photo, as they are kept: a word each, of a cut one with its share in percent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doubts(String);

const CUT_SHORT: &str = "cut_short";
const COARSE: &str = "coarse";
const GARBLED: &str = "garbled";
const BAD_PROFILE: &str = "bad_profile";
const PREVIEW: &str = "preview";

impl Doubts {
    /// Of a photo that was decoded, and of what can be seen on it.
    pub fn of(doubts: &[Doubt], unrecognisable: Option<Unrecognisable>) -> Self {
        let words = doubts.iter().map(|doubt| match doubt {
            // Never all of it, whatever the rounding says.
            Doubt::CutShort { share } => format!("{CUT_SHORT}:{:.0}", (share * 100.).clamp(1., 99.)),
            Doubt::Coarse => COARSE.to_owned(),
            Doubt::Garbled => GARBLED.to_owned(),
            Doubt::BadProfile => BAD_PROFILE.to_owned(),
            Doubt::Preview => PREVIEW.to_owned(),
        });
        let words = words.chain(unrecognisable.map(|kind| kind.name().to_owned()));
        Self(words.collect::<Vec<_>>().join(" "))
    }

    /// As the database keeps it.
    pub fn from_stored(words: String) -> Self {
        Self(words)
    }

    /// For the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Why nothing can be recognised on it; none where there may be a product.
    pub fn unrecognisable(&self) -> Option<Unrecognisable> {
        self.0.split_whitespace().find_map(Unrecognisable::from_name)
    }

    /// Each as a sentence.
    pub fn sentences(&self) -> Vec<String> {
        self.0.split_whitespace().filter_map(sentence).collect()
    }

    /// How the photo stands in the list of skipped and doubtful files; none where it is shown as it should be.
    pub fn as_skip(&self) -> Option<Skip> {
        let is_listed = |word: &&str| ![BAD_PROFILE, PREVIEW].contains(word);
        let words = self.0.split_whitespace().filter(is_listed).filter_map(sentence).collect::<Vec<_>>();
        (!words.is_empty()).then(|| Skip::new(SkipCode::Doubtful, words.join(" ")))
    }
}

fn sentence(word: &str) -> Option<String> {
    let (kind, number) = word.split_once(':').unwrap_or((word, ""));
    Some(match kind {
        CUT_SHORT => format!(
            "Cut short: {number} % of the photo is there, and is shown. Copy or export the file again for the rest."
        ),
        COARSE => "Cut short: the photo lacks its finer detail. Copy or export the file again.".into(),
        GARBLED => {
            "Some of the file is damaged: parts of the photo may look wrong. Copy or export it again.".into()
        }
        BAD_PROFILE => {
            "Its colour profile is damaged, so its colours may be off. Export the photo again.".into()
        }
        PREVIEW => "Shown as the preview that the file holds.".into(),
        _ => {
            let what = Unrecognisable::from_name(kind)?.sentence();
            format!("{what} Replace the photo, or take it out of the folder.")
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that fails may panic
mod tests {
    use super::*;

    #[test]
    fn doubts_survive_the_database_and_those_that_matter_are_listed() {
        let check = |doubts: &[Doubt], stored: &str, listed: Option<&str>| {
            let kept = Doubts::from_stored(Doubts::of(doubts, None).as_str().to_owned());
            assert_eq!(kept.as_str(), stored);
            assert_eq!(kept.sentences().len(), doubts.len());
            let skip = kept.as_skip();
            assert_eq!(skip.is_some(), listed.is_some(), "{stored}");
            assert!(skip.is_none_or(|skip| skip.message.contains(listed.unwrap_or_default())), "{stored}");
        };
        check(&[], "", None);
        check(&[Doubt::CutShort { share: 0.584 }], "cut_short:58", Some("58 %"));
        check(
            &[Doubt::CutShort { share: 0.999 }, Doubt::BadProfile],
            "cut_short:99 bad_profile",
            Some("99 %"),
        );
        check(&[Doubt::Coarse], "coarse", Some("finer detail"));
        check(&[Doubt::Garbled], "garbled", Some("damaged"));
        check(&[Doubt::BadProfile, Doubt::Preview], "bad_profile preview", None);
        for kind in
            [Unrecognisable::Blank, Unrecognisable::Noise, Unrecognisable::Page, Unrecognisable::Screen]
        {
            let word = kind.name();
            let kept = Doubts::of(&[Doubt::BadProfile], Some(kind));
            assert_eq!((kept.as_str(), kept.unrecognisable()), (&*format!("bad_profile {word}"), Some(kind)));
            assert!(kept.as_skip().unwrap().message.starts_with("Nothing recognisable"), "{word}");
        }
    }
}
