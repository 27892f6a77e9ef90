//! A small OpenID Connect provider on this machine, which says whatever a test wants said.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use chrono::{DateTime, Utc};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessToken, Audience, EmptyAdditionalClaims, EndUserEmail, IssuerUrl, JsonWebKeyId, Nonce, PrivateSigningKey as _,
    StandardClaims, SubjectIdentifier,
};
use staff::sign_in::SingleSignOn;

/// What the provider says of whoever signs in there.
#[derive(Clone)]
pub(crate) struct Said {
    pub(crate) subject: String,
    pub(crate) email: Option<(String, bool)>,
    pub(crate) is_email_on_page: bool,
    pub(crate) audience: String,
    pub(crate) nonce: String,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) key: u8,
}

/// A provider that runs until the test's process ends.
pub(crate) struct FakeProvider {
    pub(crate) issuer: String,
    pub(crate) said: Arc<Mutex<Option<Said>>>,
}

/// The seed of the key that the provider publishes.
pub(crate) const KEY: u8 = 7;

impl FakeProvider {
    pub(crate) fn start() -> FakeProvider {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let said = Arc::new(Mutex::new(None));
        let provider = FakeProvider { issuer: issuer.clone(), said: said.clone() };
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &issuer, &said);
            }
        });
        provider
    }

    pub(crate) fn settings(&self) -> SingleSignOn {
        SingleSignOn {
            name: "City account".to_owned(),
            issuer: self.issuer.clone(),
            client_id: "portreeve".to_owned(),
            client_secret: "secret".to_owned(),
            redirect_url: "http://127.0.0.1:1/sign-in/back".to_owned(),
        }
    }
}

fn answer(mut stream: TcpStream, issuer: &str, said: &Mutex<Option<Said>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    let said = said.lock().unwrap().clone();
    let (status, text) = match first.split(' ').nth(1).unwrap() {
        "/.well-known/openid-configuration" => ("200 OK", description(issuer)),
        "/keys" => {
            ("200 OK", format!("{{\"keys\":[{}]}}", serde_json::to_string(&key(KEY).as_verification_key()).unwrap()))
        }
        "/token" => match said.filter(|_| body.contains("code=good") && body.contains("code_verifier=")) {
            Some(said) => ("200 OK", tokens(issuer, &said)),
            None => ("400 Bad Request", r#"{"error":"invalid_grant"}"#.to_owned()),
        },
        "/person" => ("200 OK", person(&said.unwrap())),
        _ => ("404 Not Found", String::new()),
    };
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n");
    write!(stream, "{head}content-length: {}\r\n\r\n{text}", text.len()).unwrap();
}

fn description(issuer: &str) -> String {
    serde_json::json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/person"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    })
    .to_string()
}

fn tokens(issuer: &str, said: &Said) -> String {
    let email = said.email.as_ref().filter(|_| !said.is_email_on_page);
    let standard = StandardClaims::new(SubjectIdentifier::new(said.subject.clone()))
        .set_email(email.map(|(email, _)| EndUserEmail::new(email.clone())))
        .set_email_verified(email.map(|(_, is_verified)| *is_verified));
    let claims = CoreIdTokenClaims::new(
        IssuerUrl::new(issuer.to_owned()).unwrap(),
        vec![Audience::new(said.audience.clone())],
        said.expires_at,
        testkit::noon(),
        standard,
        EmptyAdditionalClaims {},
    )
    .set_nonce(Some(Nonce::new(said.nonce.clone())));
    let access = AccessToken::new("access".to_owned());
    let token = CoreIdToken::new(claims, &key(said.key), CoreJwsSigningAlgorithm::EdDsa, Some(&access), None).unwrap();
    serde_json::json!({ "access_token": "access", "token_type": "Bearer", "id_token": token.to_string() }).to_string()
}

fn person(said: &Said) -> String {
    let (email, is_verified) = said.email.clone().unwrap_or_default();
    serde_json::json!({ "sub": said.subject, "email": email, "email_verified": is_verified }).to_string()
}

/// The Ed25519 key of a seed, in the wrapping that PEM files have.
fn key(seed: u8) -> CoreEdDsaPrivateSigningKey {
    let wrapping = data_encoding::HEXLOWER.decode(b"302e020100300506032b657004220420").unwrap();
    let letters = data_encoding::BASE64.encode(&[&wrapping[..], &[seed; 32]].concat());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{letters}\n-----END PRIVATE KEY-----\n");
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new("one".to_owned()))).unwrap()
}
