//! What receivers get: signed, again after a failure, from one of several senders, never to where it may not go.

use std::time::{Duration, Instant};

use testkit::Asked;
use webhooks::acts::Replay;
use webhooks::{Delivery, DeliveryRefused, DeliveryState, PAUSES, WebhookSecret, WebhookState};

use crate::town::{HERE, Happen, Receiver, Town};

fn is_delivered(count: usize) -> impl Fn(&[Delivery]) -> bool {
    move |all| all.iter().filter(|one| one.state == DeliveryState::Delivered).count() == count
}

fn is_tried(count: i64) -> impl Fn(&[Delivery]) -> bool {
    move |all| all.iter().all(|one| one.attempts == count)
}

fn signature(secret: &WebhookSecret, asked: &Asked) -> String {
    let header = |name: &str| asked.header(name).unwrap().to_owned();
    secret.sign(&header("webhook-id"), header("webhook-timestamp").parse().unwrap(), &asked.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_there_exactly_when_the_change_is_and_arrives_signed() {
    for engine in testkit::engines("a_message_is_there_exactly_when_the_change_is_and_arrives_signed") {
        let (town, receiver) = (Town::new(engine).await, Receiver::new().await);
        town.happens("before there is anybody to tell").await;
        let (id, secret) = town.webhook("Ours", &receiver.url()).await;
        assert_eq!(town.refusal("refused", &Happen { is_refused: true }).await, "refused");
        assert_eq!(town.messages(id).await, [], "what was undone is told to nobody");
        town.happens("one").await;
        town.happens("one").await;
        let [message] = <[Delivery; 1]>::try_from(town.messages(id).await).expect("done once, told once");
        town.send_until(&[town.sender(HERE)], id, is_delivered(1)).await;
        let [asked] = <[Asked; 1]>::try_from(receiver.got()).expect("sent once");
        assert!(asked.head.starts_with("POST /hook HTTP/1.1"), "{}", asked.head);
        assert_eq!(asked.body, message.body("Saguaro Bend"));
        assert_eq!(asked.header("content-type"), Some("application/json"));
        assert_eq!(asked.header("webhook-id"), Some(message.message.as_str()));
        assert_eq!(asked.header("webhook-timestamp"), Some("1782907200"));
        assert_eq!(asked.header("webhook-signature"), Some(signature(&secret, &asked).as_str()));
        town.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again_under_its_id_by_the_schedule_and_then_given_up() {
    for engine in testkit::engines("what_fails_is_tried_again_under_its_id_by_the_schedule_and_then_given_up") {
        let (town, receiver) = (Town::new(engine).await, Receiver::new().await);
        let (id, _) = town.webhook("Ours", &receiver.url()).await;
        town.happens("one").await;
        receiver.answers(&["500 Oops", "302 Found", "204 No Content"]);
        let senders = [town.sender(HERE)];
        town.send_until(&senders, id, is_tried(1)).await;
        town.later(PAUSES[0] - 1);
        town.send_until(&senders, id, is_tried(1)).await;
        town.later(1);
        town.send_until(&senders, id, is_tried(2)).await;
        assert_eq!(town.messages(id).await[0].last_status, Some(302), "nobody is sent elsewhere");
        town.later(PAUSES[1]);
        town.send_until(&senders, id, is_delivered(1)).await;
        let ids: Vec<_> = receiver.got().iter().map(|asked| asked.header("webhook-id").unwrap().to_owned()).collect();
        assert_eq!(ids.len(), 3);
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");

        receiver.answers(&["500 Oops"; 10]);
        let message = town.messages(id).await[0].message.clone();
        let again = Replay { webhook: id.0, message: Some(message), since: None, with_delivered: false };
        assert_eq!(town.act("again", &again).await, 1);
        for (number, pause) in (1..).zip(PAUSES) {
            town.send_until(&senders, id, is_tried(number)).await;
            town.later(pause);
        }
        town.send_until(&senders, id, |all| all[0].state == DeliveryState::GivenUp).await;
        assert_eq!((town.messages(id).await[0].attempts, receiver.got().len()), (10, 13));
        let since = Replay {
            webhook: id.0,
            message: None,
            since: Some(testkit::noon() - chrono::Duration::hours(1)),
            with_delivered: false,
        };
        assert_eq!(town.act("all again", &since).await, 1);
        town.send_until(&senders, id, is_delivered(1)).await;
        assert_eq!(town.refusal("nothing left", &since).await, "webhook_nothing_since");
        assert_eq!(town.act("whatever", &Replay { with_delivered: true, ..since }).await, 1);
        town.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_senders_send_each_message_once() {
    for engine in testkit::engines("several_senders_send_each_message_once") {
        let (town, receiver) = (Town::new(engine).await, Receiver::new().await);
        let (id, _) = town.webhook("Ours", &receiver.url()).await;
        for number in 0..40 {
            town.happens(&format!("number {number}")).await;
        }
        let senders = [town.sender(HERE), town.sender(HERE), town.sender(HERE)];
        town.send_until(&senders, id, is_delivered(40)).await;
        let mut ids: Vec<_> =
            receiver.got().iter().map(|asked| asked.header("webhook-id").unwrap().to_owned()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), receiver.got().len()), (40, 40));
        town.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_receiver_holds_up_nobody_and_who_dies_while_sending_loses_nothing() {
    for engine in testkit::engines("a_slow_receiver_holds_up_nobody_and_who_dies_while_sending_loses_nothing") {
        let (town, receiver) = (Town::new(engine).await, Receiver::new().await);
        // Takes connections and never says a word.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/", silent.local_addr().unwrap());
        let (slow, _) = town.webhook("Slow", &address).await;
        let (quick, _) = town.webhook("Quick", &receiver.url()).await;
        for number in 0..20 {
            town.happens(&format!("number {number}")).await;
        }
        let begun = Instant::now();
        let (stop, sender) = (jobs::Stop::default(), town.sender(HERE));
        let standing = tokio::spawn({
            let stop = stop.clone();
            async move { sender.stand(&stop).await }
        });
        while !is_delivered(20)(&town.messages(quick).await) {
            assert!(begun.elapsed() < Duration::from_secs(10), "the quick one waits for the slow one");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        standing.abort();
        let _killed = standing.await;
        drop(silent);
        let slow_ones = town.messages(slow).await;
        assert!(slow_ones.iter().all(|one| one.state == DeliveryState::Open && one.attempts == 0), "{slow_ones:?}");
        // Where nobody listened somebody does now; what the dead sender had taken is free after a minute.
        let change = webhooks::acts::ChangeWebhook {
            webhook: slow.0,
            title: "Slow".to_owned(),
            url: receiver.url(),
            kinds: vec!["test.*".to_owned()],
        };
        town.act("elsewhere", &change).await;
        town.send_until(&[town.sender(HERE)], slow, is_delivered(12)).await;
        town.later(60);
        town.send_until(&[town.sender(HERE)], slow, is_delivered(20)).await;
        let sent: Vec<_> = town.messages(slow).await.into_iter().map(|one| one.message).collect();
        assert_eq!(sent, slow_ones.into_iter().map(|one| one.message).collect::<Vec<_>>(), "under the same ids");
        town.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_secrets_sign_for_a_while() {
    for engine in testkit::engines("two_secrets_sign_for_a_while") {
        let (town, receiver) = (Town::new(engine).await, Receiver::new().await);
        let (id, old) = town.webhook("Ours", &receiver.url()).await;
        let new = town.secret(id, 2).await;
        let senders = [town.sender(HERE)];
        town.happens("both").await;
        town.send_until(&senders, id, is_delivered(1)).await;
        town.later(2 * 3_600);
        town.happens("the new one").await;
        town.send_until(&senders, id, is_delivered(2)).await;
        let leaked = town.secret(id, 0).await;
        town.happens("the newest one").await;
        town.send_until(&senders, id, is_delivered(3)).await;
        let got = receiver.got();
        let both = format!("{} {}", signature(&new, &got[0]), signature(&old, &got[0]));
        assert_eq!(got[0].header("webhook-signature"), Some(both.as_str()));
        assert_eq!(got[1].header("webhook-signature"), Some(signature(&new, &got[1]).as_str()));
        assert_eq!(got[2].header("webhook-signature"), Some(signature(&leaked, &got[2]).as_str()));
        town.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_is_sent_nothing_more() {
    for engine in testkit::engines("a_receiver_that_is_gone_is_sent_nothing_more") {
        let (town, receiver) = (Town::new(engine).await, Receiver::new().await);
        let (id, _) = town.webhook("Ours", &receiver.url()).await;
        town.happens("one").await;
        receiver.answers(&["410 Gone"]);
        let senders = [town.sender(HERE)];
        town.send_until(&senders, id, is_tried(1)).await;
        assert_eq!(town.state(id).await, WebhookState::Gone);
        town.happens("two").await;
        town.later(60);
        town.send_until(&senders, id, is_tried(1)).await;
        assert_eq!((town.messages(id).await.len(), receiver.got().len()), (1, 1), "what happens meanwhile is not kept");
        town.act("start", &webhooks::acts::StartWebhook { webhook: id.0 }).await;
        town.send_until(&senders, id, is_delivered(1)).await;
        town.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_to_this_machine_unless_its_network_is_named() {
    for engine in testkit::engines("nothing_is_sent_to_this_machine_unless_its_network_is_named") {
        let (town, receiver) = (Town::new(engine).await, Receiver::new().await);
        let by_name = receiver.url().replace("127.0.0.1", "localhost");
        let secured = |url: &str| url.replace("http://", "https://");
        let urls = [receiver.url(), by_name.clone(), secured(&receiver.url()), secured(&by_name)];
        let mut all = Vec::new();
        for url in &urls {
            all.push(town.webhook(url, url).await.0);
        }
        town.happens("one").await;
        for (networks, pause) in [("", PAUSES[0]), ("10.0.0.0/8", PAUSES[1])] {
            let tries = town.messages(all[0]).await[0].attempts + 1;
            for id in &all {
                town.send_until(&[town.sender(networks)], *id, is_tried(tries)).await;
                let message = town.messages(*id).await.remove(0);
                assert_eq!(message.last_refused, Some(DeliveryRefused::ForbiddenAddress), "{urls:?} {message:?}");
            }
            town.later(pause);
        }
        assert_eq!(receiver.got().len(), 0);
        // Named, it is reached; only what is not encrypted is no answer to HTTPS: it is hung up on, or waits for more.
        town.send_until(&[town.sender("127.0.0.0/8 ::1/128")], all[0], is_delivered(1)).await;
        town.send_until(&[town.sender("127.0.0.0/8 ::1/128")], all[3], |all| all[0].attempts == 3).await;
        let last = town.messages(all[3]).await[0].last_refused;
        assert!(matches!(last, Some(DeliveryRefused::Connection | DeliveryRefused::Timeout)), "{last:?}");
        town.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_says_when_is_not_asked_before() {
    for engine in testkit::engines("a_receiver_that_says_when_is_not_asked_before") {
        let (town, receiver) = (Town::new(engine).await, Receiver::new().await);
        let (id, _) = town.webhook("Ours", &receiver.url()).await;
        let senders = [town.sender(HERE)];
        #[rustfmt::skip]
        let rows = [
            ("429 Too Many Requests; retry-after: 120",         120),
            ("503 Service Unavailable; retry-after: 999999999", 24 * 3_600),
            ("503 Service Unavailable; retry-after: 1",         PAUSES[0]),
            ("503 Service Unavailable; retry-after: -1",        PAUSES[0]),
            ("503 Service Unavailable; retry-after: tomorrow",  PAUSES[0]),
            ("500 Internal Server Error; retry-after: 120",     PAUSES[0]),
        ];
        for (answer, seconds) in rows {
            receiver.answers(&[answer]);
            town.happens(answer).await;
            town.send_until(&senders, id, is_tried(1)).await;
            let last = town.messages(id).await.pop().unwrap();
            assert_eq!((last.next_at - testkit::noon()).num_seconds(), seconds, "{answer}");
        }
        town.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrived_is_kept_for_thirty_days_and_what_was_given_up_for_ninety() {
    const DAY: i64 = 24 * 3_600;
    for engine in testkit::engines("what_arrived_is_kept_for_thirty_days_and_what_was_given_up_for_ninety") {
        let (town, receiver) = (Town::new(engine).await, Receiver::new().await);
        let (id, _) = town.webhook("Ours", &receiver.url()).await;
        let senders = [town.sender(HERE)];
        let is_left = |count: usize| move |all: &[Delivery]| all.len() == count;
        receiver.answers(&["500 Oops"; 10]);
        town.happens("given up").await;
        for (number, pause) in (1..).zip(PAUSES) {
            town.send_until(&senders, id, is_tried(number)).await;
            town.later(pause);
        }
        town.send_until(&senders, id, |all| all[0].state == DeliveryState::GivenUp).await;
        town.happens("arrives").await;
        town.send_until(&senders, id, is_delivered(1)).await;
        town.later(30 * DAY);
        town.happens("arrives later").await;
        town.send_until(&senders, id, is_delivered(2)).await;
        town.later(1);
        town.send_until(&senders, id, is_left(2)).await;
        let left: Vec<_> = town.messages(id).await.iter().map(|one| one.state).collect();
        assert_eq!(left, [DeliveryState::GivenUp, DeliveryState::Delivered]);
        town.later(60 * DAY - 1);
        town.send_until(&senders, id, is_left(1)).await;
        assert_eq!(town.messages(id).await[0].state, DeliveryState::GivenUp, "it can still be sent again");
        town.later(1);
        town.send_until(&senders, id, is_left(0)).await;
        town.remove().await;
    }
}
