//! `SingleSignOn`: one OpenID Connect provider, and the two conversations with it.
//!
//! Authorization code flow with PKCE and nonce. The library follows no redirects and verifies signature, issuer, audience
//! and times; the instant is handed in.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use db::Fault;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::reqwest::{Client as HttpClient, redirect};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, TokenResponse as _, UserInfoError,
};
use secrets::Token;

/// How long the provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// One provider of single sign-on, such as the city's directory.
#[derive(Clone, PartialEq, Eq)]
pub struct SingleSignOn {
    /// What the button says.
    pub name: String,
    /// The provider's address, under which its description is found.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there.
    pub client_secret: String,
    /// Our page that it leads back to, as entered there.
    pub redirect_url: String,
}

/// What one sign-in is known by; none of it is shown to anybody but the provider.
pub(super) struct Tie {
    pub(super) state: Token,
    pub(super) nonce: Token,
    pub(super) verifier: Token,
}

/// Who the provider says this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) subject: String,
    /// Only when the provider has verified it.
    pub(super) email: Option<String>,
}

type Provider =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

impl SingleSignOn {
    /// Where to send the browser.
    pub(super) async fn authorization_url(&self, tie: &Tie) -> Result<String, Fault> {
        let (provider, _) = self.discover().await?;
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(tie.verifier.text().into()));
        let (state, nonce) = (tie.state.text().to_owned(), tie.nonce.text().to_owned());
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let request = provider.authorize_url(flow, move || CsrfToken::new(state), move || Nonce::new(nonce));
        let (url, _, _) = request
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        Ok(url.into())
    }

    /// Who comes back with a code; `None` when the provider does not confirm it.
    pub(super) async fn identity(&self, code: &str, tie: &Tie, now: DateTime<Utc>) -> Result<Option<Identity>, Fault> {
        let (provider, http) = self.discover().await?;
        let request = provider
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| self.fault("describes no way to exchange a code", error))?
            .set_pkce_verifier(PkceCodeVerifier::new(tie.verifier.text().to_owned()));
        let answer = match request.request_async(&http).await {
            Ok(answer) => answer,
            Err(RequestTokenError::ServerResponse(_)) => return Ok(None),
            Err(error) => return Err(self.fault("did not exchange a code", error)),
        };
        let Some(id_token) = answer.id_token() else { return Ok(None) };
        let verifier = provider.id_token_verifier().set_time_fn(move || now);
        let Ok(claims) = id_token.claims(&verifier, &Nonce::new(tie.nonce.text().to_owned())) else { return Ok(None) };
        if let Some(expected) = claims.access_token_hash() {
            let (Ok(algorithm), Ok(key)) = (id_token.signing_alg(), id_token.signing_key(&verifier)) else {
                return Ok(None);
            };
            let hash = AccessTokenHash::from_token(answer.access_token(), algorithm, key);
            if !hash.is_ok_and(|hash| hash == *expected) {
                return Ok(None);
            }
        }
        let told = claims.email().filter(|_| claims.email_verified() == Some(true)).map(|email| email.to_string());
        let email = match told {
            Some(email) => Some(email),
            None => {
                let subject = Some(claims.subject().clone());
                match provider.user_info(answer.access_token().clone(), subject) {
                    Ok(request) => self.verified_email(request.request_async(&http).await)?,
                    // The provider has no such page.
                    Err(_) => None,
                }
            }
        };
        Ok(Some(Identity { subject: claims.subject().to_string(), email }))
    }

    /// The e-mail address that the page about the person tells, if it is verified.
    fn verified_email<E: std::error::Error + Send + Sync + 'static>(
        &self,
        answer: Result<CoreUserInfoClaims, UserInfoError<E>>,
    ) -> Result<Option<String>, Fault> {
        match answer {
            Ok(claims) => {
                Ok(claims.email().filter(|_| claims.email_verified() == Some(true)).map(|email| email.to_string()))
            }
            Err(UserInfoError::Request(error)) => Err(self.fault("did not answer about a person", error)),
            Err(_) => Ok(None),
        }
    }

    async fn discover(&self) -> Result<(Provider, HttpClient), Fault> {
        let issuer = IssuerUrl::new(self.issuer.clone()).map_err(|error| self.fault("has no good address", error))?;
        let is_here = issuer.url().host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
        if issuer.url().scheme() != "https" && !is_here {
            return Err(Fault::new(format!("the single sign-on {} must have an https address", self.issuer)));
        }
        let http = HttpClient::builder()
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .https_only(!is_here)
            .build()
            .map_err(|error| self.fault("cannot be asked", error))?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &http)
            .await
            .map_err(|error| self.fault("did not describe itself", error))?;
        let redirect =
            RedirectUrl::new(self.redirect_url.clone()).map_err(|error| self.fault("has no good way back", error))?;
        let (id, secret) = (ClientId::new(self.client_id.clone()), ClientSecret::new(self.client_secret.clone()));
        let provider = CoreClient::from_provider_metadata(metadata, id, Some(secret)).set_redirect_uri(redirect);
        Ok((provider, http))
    }

    fn fault(&self, what: &str, error: impl std::error::Error + Send + Sync + 'static) -> Fault {
        Fault::caused(format!("the single sign-on {} {what}", self.issuer), error)
    }
}

impl fmt::Debug for SingleSignOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SingleSignOn").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
