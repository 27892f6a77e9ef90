//! `Words`: the sentences of an explanation, from one file per language.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The sentences of one language by key.
pub(crate) struct Words(BTreeMap<String, String>);

/// Every language with its file.
const FILES: [(&str, &str); 2] = [("en", include_str!("words/en.toml")), ("es", include_str!("words/es.toml"))];

static LANGUAGES: LazyLock<BTreeMap<&'static str, Words>> = LazyLock::new(|| {
    let words = |text: &str| Words(toml::from_str(text).expect("a test reads every language file"));
    FILES.into_iter().map(|(language, text)| (language, words(text))).collect()
});

impl Words {
    /// The words of a language, or else English.
    pub(crate) fn of(language: &str) -> &'static Words {
        LANGUAGES.get(language).unwrap_or_else(|| &LANGUAGES["en"])
    }

    /// The sentence of a key with its gaps filled.
    pub(crate) fn say(&self, key: &str, gaps: &[(&str, &str)]) -> String {
        let sentence = self.0.get(key).map_or(key, String::as_str);
        let mut said = String::with_capacity(sentence.len() + 32);
        let mut rest = sentence;
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let Some((gap, behind)) = after.split_once('}') else { break };
            said.push_str(gaps.iter().find(|(name, _)| *name == gap).map_or("", |(_, filled)| filled));
            rest = behind;
        }
        said + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_says_the_same_with_the_same_gaps() {
        let gaps = |sentence: &str| {
            let mut gaps: Vec<String> =
                sentence.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect();
            gaps.sort();
            gaps
        };
        let english = Words::of("en");
        for (language, words) in LANGUAGES.iter() {
            let keys: Vec<&String> = words.0.keys().collect();
            assert_eq!(keys, english.0.keys().collect::<Vec<_>>(), "{language}");
            for (key, sentence) in &words.0 {
                assert_eq!(gaps(sentence), gaps(&english.0[key]), "{language} {key}");
            }
        }
        assert_eq!(english.say("flat", &[("number", "2")]), "amount for reaching tier 2");
    }
}
