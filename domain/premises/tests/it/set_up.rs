//! Property uses are added, and never mean something else later.

use acts::Failure;
use premises::property_uses;
use testkit::engines;

use crate::town::{Town, uses};

#[tokio::test]
async fn property_uses_are_added_and_keep_their_meaning() {
    for engine in engines("property uses are added") {
        let town = Town::new(engine).await;
        town.act("1", &uses(&[("R1", "Residence"), ("R2", "Two families")])).await.unwrap();
        #[rustfmt::skip]
        let refused = [
            (uses(&[("R3", "Many"), ("R1", "Ranch")]), "property_use_titled"),
            (uses(&[("", "Nothing")]),                 "property_use_unprintable"),
            (uses(&[("R4", "")]),                      "property_use_unprintable"),
            (uses(&[("R 4 ", "Four")]),                "property_use_unprintable"),
            (uses(&[("R4", "Four\nmore")]),            "property_use_unprintable"),
        ];
        for (act, code) in refused {
            match town.act("refused", &act).await {
                Err(Failure::Refused(refusal)) => assert_eq!(refusal.code(), code, "{act:?}"),
                other => panic!("{act:?} was not refused: {other:?}"),
            }
        }
        let known = property_uses(&mut town.db().read().await.unwrap()).await.unwrap();
        let known: Vec<(&str, &str)> = known.iter().map(|(code, title)| (code.as_str(), title.as_str())).collect();
        assert_eq!(known, [("B1", "Business"), ("R1", "Residence"), ("R2", "Two families")]);
        town.remove().await;
    }
}
