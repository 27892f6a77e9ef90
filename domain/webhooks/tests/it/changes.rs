//! What may be decided about webhooks, and why not.

use kernel::Refusal;
use secrets::{Keys, Random, Sealed};
use webhooks::acts::{
    AddWebhook, ChangeWebhook, Replay, SendTest, SetAside, SetWebhookSecret, StartWebhook, StopWebhook, WebhookRefused,
};
use webhooks::{DeliveryState, NotReached, WebhookId};

use crate::town::Town;

fn add(title: &str, url: &str, kinds: &[&str]) -> AddWebhook {
    let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    AddWebhook { title: title.to_owned(), url: url.to_owned(), kinds }
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    for engine in testkit::engines("what_cannot_be_is_refused") {
        let town = Town::new(engine).await;
        let (good, url) = (add("Ours", "https://a.example/", &["*"]), "https://a.example/");
        assert_eq!(town.act("good", &good).await, WebhookId(1));
        #[rustfmt::skip]
        let rows = [
            (add("",         url,                 &["*"]),            "webhook_title"),
            (add("a\u{7}b",  url,                 &["*"]),            "webhook_title"),
            (add(" Ours ",   url,                 &["*"]),            "webhook_title_taken"),
            (add("Theirs",   "a.example",         &["*"]),            "webhook_url"),
            (add("Theirs",   "ftp://a.example/",  &["*"]),            "webhook_url"),
            (add("Theirs",   "https://u@a.test/", &["*"]),            "webhook_url"),
            (add("Theirs",   url,                 &[]),               "webhook_kinds"),
            (add("Theirs",   url,                 &["billing"]),      "webhook_kinds"),
            (add("Theirs",   url,                 &["billing.Sign"]), "webhook_kinds"),
            (add("Theirs",   url,                 &["billing.sing"]), "webhook_kinds"),
            (add("Theirs",   url,                 &["garden.*"]),     "webhook_kinds"),
            (add("Theirs",   "http://10.0.0.1/",  &["*"]),            "webhook_url"),
            (add("Theirs",   "https://10.0.0.1/", &["*"]),            "webhook_url"),
        ];
        for (number, (act, code)) in rows.iter().enumerate() {
            assert_eq!(town.refusal(&format!("row {number}"), act).await, *code, "{act:?}");
        }
        let change = |webhook: i64, title: &str| ChangeWebhook {
            webhook,
            title: title.to_owned(),
            url: url.to_owned(),
            kinds: vec!["billing.*".to_owned()],
        };
        assert_eq!(town.refusal("none", &change(2, "Theirs")).await, "webhook_unknown");
        town.act("its own title", &change(1, "Ours")).await;
        let sealed = |bytes: usize| Sealed { key_id: "k1".to_owned(), bytes: vec![0; bytes] };
        for (bytes, hours, code) in
            [(71, 0, "webhook_secret_not_sealed"), (72, 169, "webhook_hours"), (72, -1, "webhook_hours")]
        {
            let act = SetWebhookSecret::of(WebhookId(1), &sealed(bytes), hours);
            assert_eq!(town.refusal(&format!("{bytes} {hours}"), &act).await, code);
        }
        town.remove().await;
    }
}

#[tokio::test]
async fn a_webhook_is_stopped_started_tried_and_tidied_up() {
    for engine in testkit::engines("a_webhook_is_stopped_started_tried_and_tidied_up") {
        let town = Town::new(engine).await;
        let (id, _) = town.webhook("Ours", "https://a.example/").await;
        let webhook = id.0;
        assert_eq!(town.refusal("active", &StartWebhook { webhook }).await, "webhook_active");
        let message = town.act("test", &SendTest { webhook }).await;
        assert_eq!(town.messages(id).await.remove(0).message, message);
        town.act("stop", &StopWebhook { webhook }).await;
        assert_eq!(town.refusal("stopped", &StopWebhook { webhook }).await, "webhook_stopped");
        assert_eq!(town.refusal("test a stopped one", &SendTest { webhook }).await, "webhook_not_active");
        town.happens("while it is stopped").await;
        town.act("start", &StartWebhook { webhook }).await;
        assert_eq!(town.messages(id).await.len(), 1, "what waited stays, what was done meanwhile was not for it");
        let again = |message: Option<&str>| Replay {
            webhook,
            message: message.map(str::to_owned),
            since: None,
            with_delivered: false,
        };
        assert_eq!(town.refusal("which", &again(Some("msg_0"))).await, "webhook_no_message");
        assert_eq!(town.refusal("what", &again(None)).await, "webhook_what_again");
        assert_eq!(town.act("now", &again(Some(&message))).await, 1);
        assert_eq!(town.messages(id).await.remove(0).state, DeliveryState::Open);
        assert_eq!(town.refusal("aside", &SetAside { webhook }).await, "webhook_nothing_given_up");
        town.remove().await;
    }
}

#[tokio::test]
async fn secrets_are_sealed_again_with_the_newest_key() {
    for engine in testkit::engines("secrets_are_sealed_again_with_the_newest_key") {
        let town = Town::new(engine).await;
        let (id, _) = town.webhook("Ours", "https://a.example/").await;
        town.secret(id, 24).await;
        let (db, key) = (town.db(), db::DoorKey::for_the_door());
        let in_use = webhooks::keys_in_use(&mut db.read().await.unwrap()).await.unwrap();
        assert_eq!(in_use.values().copied().collect::<Vec<_>>(), [2]);
        let random = Random::seeded(9);
        let others = Keys::in_memory(&random);
        assert!(webhooks::seal_again(db, &key, (&others, &random)).await.is_err(), "the old key is needed");
        assert_eq!(webhooks::seal_again(db, &key, (town.keys(), &random)).await.unwrap(), 0, "they are already");
        town.remove().await;
    }
}

#[test]
fn refusals_say_what_to_do() {
    let words = WebhookRefused::Url(NotReached::PlainHttp).to_string();
    assert!(words.contains("https://"), "{words}");
    assert_eq!(WebhookRefused::Url(NotReached::PlainHttp).code(), "webhook_url");
}
