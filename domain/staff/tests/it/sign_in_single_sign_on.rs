//! Single sign-on: who comes back is the one who left, once, in time, and known here.

use chrono::{DateTime, Utc};
use db::Engine;
use secrets::Token;
use staff::sign_in::{Begun, Returned, Returning, SignInRefused, Step};
use testkit::engines;

use crate::sign_in_desk::{Desk, With, at, from, refusal_of, token_of};
use crate::sign_in_provider::{FakeProvider, KEY, Said};

struct Town {
    desk: Desk,
    provider: FakeProvider,
}

impl Town {
    async fn new(engine: Engine) -> Town {
        let provider = FakeProvider::start();
        let desk = Desk::with(engine, With { providers: vec![provider.settings()], ..With::default() }).await;
        Town { desk, provider }
    }

    async fn begin(&self, return_to: &str, now: DateTime<Utc>) -> Begun {
        self.desk.sign_in.sso_begin(&self.provider.issuer, return_to, now).await.unwrap().unwrap()
    }

    /// Comes back from the provider, which says this.
    async fn back(&self, begun: &Begun, said: Option<Said>, now: DateTime<Utc>) -> Returned {
        *self.provider.said.lock().unwrap() = said;
        let state = begun.state.text();
        let returning = Returning { state, state_of_browser: state, code: "good" };
        self.desk.sign_in.sso_end(returning, &from("192.0.2.1"), now).await.unwrap()
    }

    /// Leaves and comes back; the provider says what is said of the one it is asked about.
    async fn round(&self, change: impl FnOnce(&mut Said)) -> Step {
        let begun = self.begin("/", at(0)).await;
        let mut said = said(&begun, "subject-1", "ann@town.example");
        change(&mut said);
        self.back(&begun, Some(said), at(1)).await.step
    }
}

/// What an honest provider says.
fn said(begun: &Begun, subject: &str, email: &str) -> Said {
    Said {
        subject: subject.to_owned(),
        email: Some((email.to_owned(), true)),
        is_email_on_page: false,
        audience: "portreeve".to_owned(),
        nonce: parameter(begun, "nonce"),
        expires_at: at(5),
        key: KEY,
    }
}

fn parameter(begun: &Begun, name: &str) -> String {
    let (_, query) = begun.url.split_once('?').unwrap();
    let found = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    found.unwrap_or_else(|| panic!("{name} is missing")).to_owned()
}

#[tokio::test]
async fn who_is_known_by_a_verified_address_is_let_in_and_known_from_then_on() {
    for engine in engines("who_is_known_by_a_verified_address_is_let_in_and_known_from_then_on") {
        let town = Town::new(engine).await;
        let ann = town.desk.person("ann", "Ann@Town.example").await;
        let begun = town.begin("/accounts/7", at(0)).await;
        assert_eq!(parameter(&begun, "state"), begun.state.text());
        assert_eq!(parameter(&begun, "code_challenge_method"), "S256");
        assert_eq!(parameter(&begun, "response_type"), "code");

        let returned = town.back(&begun, Some(said(&begun, "subject-1", "ann@town.example")), at(1)).await;
        assert_eq!(returned.return_to, "/accounts/7");
        let session = town.desk.session(&token_of(returned.step), at(1)).await.unwrap();
        assert_eq!((session.actor.id, session.is_whole), (ann, true));
        assert_eq!(town.desk.events(ann).await, ["identity_linked", "signed_in"]);

        // The next time it is the identity that counts, whatever address it has now.
        let step = town.round(|said| said.email = None).await;
        assert_eq!(town.desk.session(&token_of(step), at(1)).await.unwrap().actor.id, ann);
        // Another identity with the same address is not taken for her.
        let step = town.round(|said| said.subject = "subject-2".to_owned()).await;
        assert_eq!(refusal_of(step), SignInRefused::IdentityUnknown);
        // Until somebody has looked at it and unlinked the old one.
        assert_eq!(town.desk.sign_in.unlink_identities(ann, at(2)).await.unwrap(), 1);
        assert_eq!(town.desk.sign_in.unlink_identities(ann, at(2)).await.unwrap(), 0);
        token_of(town.round(|said| said.subject = "subject-2".to_owned()).await);
        assert_eq!(refusal_of(town.round(|_| ()).await), SignInRefused::IdentityUnknown);
        town.desk.leaves(ann).await;
        let step = town.round(|said| said.subject = "subject-2".to_owned()).await;
        assert_eq!(refusal_of(step), SignInRefused::IdentityUnknown);
        town.desk.base.remove().await;
    }
}

#[tokio::test]
async fn the_way_back_is_good_once_in_time_and_in_the_same_browser() {
    for engine in engines("the_way_back_is_good_once_in_time_and_in_the_same_browser") {
        let town = Town::new(engine).await;
        town.desk.person("ann", "ann@town.example").await;
        let begun = town.begin("//evil.example", at(0)).await;
        let says = said(&begun, "subject-1", "ann@town.example");
        *town.provider.said.lock().unwrap() = Some(says.clone());
        let stranger = Token::new(&secrets::Random::seeded(99));
        for (state, state_of_browser) in [
            (begun.state.text(), ""),
            (begun.state.text(), stranger.text()),
            (stranger.text(), stranger.text()),
            ("", ""),
        ] {
            let returning = Returning { state, state_of_browser, code: "good" };
            let returned = town.desk.sign_in.sso_end(returning, &from("a"), at(1)).await.unwrap();
            assert_eq!(refusal_of(returned.step), SignInRefused::SingleSignOnExpired);
        }
        let returned = town.back(&begun, Some(says.clone()), at(1)).await;
        assert_eq!(returned.return_to, "/", "not to another site");
        assert!(matches!(returned.step, Step::In(_)));
        let again = town.back(&begun, Some(says), at(1)).await;
        assert_eq!(refusal_of(again.step), SignInRefused::SingleSignOnExpired);

        let late = town.begin("/", at(0)).await;
        let returned = town.back(&late, Some(said(&late, "subject-1", "ann@town.example")), at(10)).await;
        assert_eq!(refusal_of(returned.step), SignInRefused::SingleSignOnExpired);
        town.desk.base.remove().await;
    }
}

#[tokio::test]
async fn what_the_provider_did_not_confirm_for_us_now_is_refused() {
    for engine in engines("what_the_provider_did_not_confirm_for_us_now_is_refused") {
        let town = Town::new(engine).await;
        town.desk.person("ann", "ann@town.example").await;
        let failed = SignInRefused::SingleSignOnFailed;
        let changes: [fn(&mut Said); 4] = [
            |said| said.nonce = "of another sign-in".to_owned(),
            |said| said.audience = "another program".to_owned(),
            |said| said.expires_at = at(0),
            |said| said.key = KEY + 1,
        ];
        for (place, change) in changes.into_iter().enumerate() {
            assert_eq!(refusal_of(town.round(change).await), failed, "change {place}");
        }
        // The provider does not know the code.
        let begun = town.begin("/", at(0)).await;
        assert_eq!(refusal_of(town.back(&begun, None, at(1)).await.step), failed);
        // The code is no code at all.
        let (begun, long) = (town.begin("/", at(0)).await, "a".repeat(100_000));
        let state = begun.state.text();
        let returning = Returning { state, state_of_browser: state, code: &long };
        let returned = town.desk.sign_in.sso_end(returning, &from("a"), at(1)).await.unwrap();
        assert_eq!(refusal_of(returned.step), failed);
        assert!(matches!(town.round(|_| ()).await, Step::In(_)));
        town.desk.base.remove().await;
    }
}

#[tokio::test]
async fn an_address_counts_when_it_is_verified_and_belongs_to_one_person() {
    for engine in engines("an_address_counts_when_it_is_verified_and_belongs_to_one_person") {
        let town = Town::new(engine).await;
        town.desk.person("ann", "ann@town.example").await;
        town.desk.person("bob", "front@town.example").await;
        town.desk.person("eve", "front@town.example").await;
        town.desk.actor("night_run", "system", "run@town.example").await;
        let unknown = SignInRefused::IdentityUnknown;
        let changes: [fn(&mut Said); 6] = [
            |said| said.email = Some(("ann@town.example".to_owned(), false)),
            |said| said.email = Some(("stranger@else.example".to_owned(), true)),
            |said| said.email = Some(("front@town.example".to_owned(), true)),
            |said| said.email = Some(("run@town.example".to_owned(), true)),
            |said| said.email = Some((String::new(), true)),
            |said| said.email = None,
        ];
        for (place, change) in changes.into_iter().enumerate() {
            assert_eq!(refusal_of(town.round(change).await), unknown, "change {place}");
        }
        // Some providers tell the address on a page of its own.
        assert!(matches!(town.round(|said| said.is_email_on_page = true).await, Step::In(_)));
        town.desk.base.remove().await;
    }
}

#[tokio::test]
async fn a_provider_must_be_set_up_and_have_a_safe_address() {
    for engine in engines("a_provider_must_be_set_up_and_have_a_safe_address") {
        let mut unsafe_one = FakeProvider::start().settings();
        unsafe_one.issuer = "http://directory.example".to_owned();
        let desk = Desk::with(engine, With { providers: vec![unsafe_one], ..With::default() }).await;
        let begin = async |issuer| desk.sign_in.sso_begin(issuer, "/", at(0)).await;
        assert_eq!(begin("https://other.example").await.unwrap(), Err(SignInRefused::ProviderUnknown));
        let fault = begin("http://directory.example").await.unwrap_err().to_string();
        assert!(fault.contains("must have an https address"), "{fault}");
        assert!(!format!("{:?}", desk.sign_in.providers()).contains("secret\""));
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn a_second_factor_here_is_asked_for_after_the_provider_too() {
    for engine in engines("a_second_factor_here_is_asked_for_after_the_provider_too") {
        let town = Town::new(engine).await;
        town.desk.person("ann", "ann@town.example").await;
        let token = token_of(town.round(|_| ()).await);
        crate::sign_in_second_factor::set_up_app(&town.desk, &token, at(1)).await;
        assert!(matches!(town.round(|_| ()).await, Step::NeedsSecondFactor(_)));
        town.desk.base.remove().await;
    }
}
