//! Tax IDs and driver's licenses: sealed everywhere, looked at on record only.

use db::{DoorKey, sqlite_path};
use identity::acts::{AgreeWord, RecordIdentifier, Reveal};
use identity::{IdentifierKind, PlainIdentifier};
use secrets::{Keys, Random};
use testkit::engines;

use crate::town::Town;

const NUMBER: &str = "123-45-6789";

async fn recorded(town: &Town, (customer, key): (&str, &str), keys: &Keys) {
    let plain = PlainIdentifier::tax_id("ssn", NUMBER).unwrap();
    let value = plain.seal(town.customer(customer).await, keys, &Random::seeded(9));
    town.act(key, &RecordIdentifier::of(customer, &value)).await;
}

/// Everything the database holds in words, and on SQLite its very bytes.
async fn everything(town: &Town) -> Vec<u8> {
    let mut read = town.db().read().await.unwrap();
    let mut all = Vec::new();
    for sql in [
        "select command from act",
        "select outcome from act",
        "select reason from act",
        "select command from act_personal",
    ] {
        let rows: Vec<(String,)> = read.all(sql, vec![]).await.unwrap();
        rows.iter().for_each(|(text,)| all.extend_from_slice(text.as_bytes()));
    }
    if let Some(path) = sqlite_path(town.url()) {
        for ending in ["", "-wal"] {
            let mut name = path.clone().into_os_string();
            name.push(ending);
            all.extend(std::fs::read(name).unwrap_or_default());
        }
    }
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_number_is_in_clear_nowhere_and_the_same_one_is_found_again() {
    for engine in engines("a_number_is_in_clear_nowhere_and_the_same_one_is_found_again") {
        let town = Town::new(engine).await;
        let keys = Keys::in_memory(&Random::seeded(1));
        recorded(&town, ("ann", "1"), &keys).await;
        recorded(&town, ("bob", "2"), &keys).await;
        town.act(
            "word",
            &AgreeWord { customer: "ann".to_owned(), hash: secrets::hash_password("tumbleweed", &Random::seeded(2)) },
        )
        .await;
        let all = everything(&town).await;
        assert!(holds(&all, "identity.record_identifier") || holds(&all, "ssn"), "the acts were looked at");
        for secret in [NUMBER, "123456789", "12345678", "tumbleweed"] {
            assert!(!holds(&all, secret), "{secret} stands in clear");
        }
        let logged: Vec<(String,)> =
            town.db().read().await.unwrap().all("select command from act", vec![]).await.unwrap();
        assert!(logged.iter().all(|(command,)| !command.contains("6789") && !command.contains("argon2id")));
        let (ann, bob) = (town.customer("ann").await, town.customer("bob").await);
        let on_record = identity::identifiers(&mut town.db().read().await.unwrap(), &[ann, bob]).await.unwrap();
        assert_eq!(on_record.len(), 2);
        assert_eq!(on_record[0].value.fingerprint, on_record[1].value.fingerprint);
        assert_eq!(on_record[0].open(&keys).unwrap(), NUMBER);
        assert_eq!(on_record[0].masked(), "•••-••-6789");
        town.remove().await;
    }
}

#[tokio::test]
async fn each_look_is_on_record() {
    for engine in engines("each_look_is_on_record") {
        let town = Town::new(engine).await;
        recorded(&town, ("ann", "1"), &Keys::in_memory(&Random::seeded(1))).await;
        let look = |customer: &str| Reveal { customer: customer.to_owned(), kind: IdentifierKind::TaxId };
        town.act("look 1", &look("ann")).await;
        town.act("look 2", &look("ann")).await;
        town.act("look 2", &look("ann")).await;
        assert_eq!(town.refusal(&look("bob")).await, "nothing_there");
        assert_eq!(town.refusal(&look("nobody")).await, "customer_unknown");
        let mut read = town.db().read().await.unwrap();
        let views = read.number("select count(*) from identifier_view", vec![]).await.unwrap();
        let logged = read.number("select count(*) from act where kind = 'identity.reveal'", vec![]).await.unwrap();
        assert_eq!((views, logged), (Some(2), Some(2)));
        drop(read);
        town.remove().await;
    }
}

#[tokio::test]
async fn numbers_follow_a_change_of_keys_and_their_fingerprints_stay() {
    for engine in engines("numbers_follow_a_change_of_keys_and_their_fingerprints_stay") {
        let town = Town::new(engine).await;
        let folder = tempfile::tempdir().unwrap();
        let (file, random) = (folder.path().join("keys"), Random::of_the_machine());
        let old = Keys::create(&file, &random).unwrap();
        recorded(&town, ("ann", "1"), &old).await;
        let new = Keys::add_key(&file, &random).unwrap();
        let door_key = DoorKey::for_the_door();
        assert_eq!(identity::seal_again(town.db(), &door_key, (&new, &random)).await.unwrap(), 1);
        assert_eq!(identity::seal_again(town.db(), &door_key, (&new, &random)).await.unwrap(), 0);
        let mut read = town.db().read().await.unwrap();
        let in_use = identity::keys_in_use(&mut read).await.unwrap();
        assert_eq!(in_use.into_iter().collect::<Vec<_>>(), [(new.newest_id().to_owned(), 1)]);
        let ann = town.customer("ann").await;
        let on_record = identity::identifiers(&mut read, &[ann]).await.unwrap();
        assert_eq!(on_record[0].open(&new).unwrap(), NUMBER);
        assert!(on_record[0].open(&old).is_err());
        let again = PlainIdentifier::tax_id("ssn", NUMBER).unwrap().seal(ann, &new, &random);
        assert_eq!(again.fingerprint, on_record[0].value.fingerprint);
        drop(read);
        town.remove().await;
    }
}

#[tokio::test]
async fn what_no_page_sealed_is_refused() {
    for engine in engines("what_no_page_sealed_is_refused") {
        let town = Town::new(engine).await;
        let keys = Keys::in_memory(&Random::seeded(1));
        let plain = PlainIdentifier::tax_id("ssn", NUMBER).unwrap();
        let good = RecordIdentifier::of("ann", &plain.seal(town.customer("ann").await, &keys, &Random::seeded(3)));
        for broken in [
            RecordIdentifier { sealed: NUMBER.to_owned(), ..good.clone() },
            RecordIdentifier { sealed: String::new(), ..good.clone() },
            RecordIdentifier { fingerprint: "00".to_owned(), ..good.clone() },
            RecordIdentifier { last_four: NUMBER.to_owned(), ..good.clone() },
        ] {
            assert_eq!(town.refusal(&broken).await, "not_sealed", "{broken:?}");
        }
        let word = AgreeWord { customer: "ann".to_owned(), hash: "tumbleweed".to_owned() };
        assert_eq!(town.refusal(&word).await, "not_sealed");
        town.remove().await;
    }
}
