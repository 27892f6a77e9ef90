//! The words around a bill, from one file per language.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Every language with its file.
const FILES: [(&str, &str); 2] = [("en", include_str!("words/en.toml")), ("es", include_str!("words/es.toml"))];

static LANGUAGES: LazyLock<BTreeMap<&'static str, BTreeMap<String, String>>> = LazyLock::new(|| {
    let words = |text: &str| toml::from_str(text).expect("a test reads every language file");
    FILES.into_iter().map(|(language, text)| (language, words(text))).collect()
});

/// The sentence of a key in a language with its gaps filled; English where there are no words for it.
pub(crate) fn say(language: &str, key: &str, gaps: &[(&str, &str)]) -> String {
    let words = LANGUAGES.get(language).unwrap_or_else(|| &LANGUAGES["en"]);
    let mut said = words.get(key).map_or(key, String::as_str).to_owned();
    for (gap, filled) in gaps {
        said = said.replace(&format!("{{{gap}}}"), filled);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_says_the_same_with_the_same_gaps() {
        let gaps = |sentence: &str| {
            let gaps = sentence.split('{').skip(1).filter_map(|rest| rest.split('}').next());
            let mut gaps: Vec<String> = gaps.map(str::to_owned).collect();
            gaps.sort();
            gaps
        };
        for (language, words) in LANGUAGES.iter() {
            assert!(words.keys().eq(LANGUAGES["en"].keys()), "{language}");
            for (key, sentence) in words {
                assert_eq!(gaps(sentence), gaps(&LANGUAGES["en"][key]), "{language} {key}");
            }
        }
        assert_eq!(say("es", "forward", &[]), "Saldo anterior");
        assert_eq!(say("de", "total", &[]), "Total");
    }
}
