//! `SignInRefused`: why somebody is not signed in, or something about it is not changed.

use kernel::Refusal;
use secrets::PasswordRefused;

/// The rules say no. What is said never tells whether a name exists.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInRefused {
    /// Unknown name, wrong password, no password, or not working here anymore: all the same words.
    #[error("The sign-in name and the password do not go together.")]
    WrongCredentials,
    /// Too many failures.
    #[error("There were too many tries. Please wait {} and try again.", waiting(*.seconds))]
    Waits {
        /// How long, at least 1.
        seconds: i64,
    },
    /// The session has ended.
    #[error("Your session has ended. Please sign in again.")]
    NotSignedIn,
    /// The second code is wrong, expired, or was used before.
    #[error("The code is not right, or it was used before. A new one appears every 30 seconds.")]
    WrongCode,
    /// The link does not exist, has expired, or was used.
    #[error("This link has expired or was used before. Please ask for a new one.")]
    LinkExpired,
    /// The new password cannot be taken.
    #[error(transparent)]
    Password(PasswordRefused),
    /// The present password is wrong.
    #[error("The present password is not right.")]
    WrongPassword,
    /// Only whole sessions may do this.
    #[error("Please finish signing in with your second code first.")]
    SecondFactorMissing,
    /// There is a second factor already.
    #[error("A second factor is turned on already. Turn it off first to set up another one.")]
    SecondFactorIsOn,
    /// There is no second factor, or it was not set up.
    #[error("No second factor is set up.")]
    SecondFactorIsOff,
    /// Nobody has this name.
    #[error("Nobody here has the sign-in name '{code}'.")]
    UnknownPerson {
        /// The name asked for.
        code: String,
    },
    /// Programs have tokens instead of passwords.
    #[error("'{code}' is a program and cannot sign in; give it an access token.")]
    NotAPerson {
        /// The name asked for.
        code: String,
    },
    /// The person does not work here anymore.
    #[error("'{code}' does not work here anymore.")]
    NotActive {
        /// The name asked for.
        code: String,
    },
    /// The token's name is missing or too long.
    #[error("An access token needs a name of at most 100 characters.")]
    TokenName,
    /// The token's scopes are missing, too many, or no permissions.
    #[error("An access token needs at least one scope, each the code of a permission such as billing.sign.")]
    TokenScopes,
    /// The token's last day is past or too far.
    #[error("An access token lasts at least until today and at most a year.")]
    TokenExpiry,
    /// No such provider is set up.
    #[error("This single sign-on is not set up here.")]
    ProviderUnknown,
    /// The way back from the provider was taken too late, twice, or in another browser.
    #[error("This sign-in has expired or was begun in another browser. Please begin again.")]
    SingleSignOnExpired,
    /// The provider does not confirm who this is.
    #[error("The single sign-on did not confirm who you are. Please begin again.")]
    SingleSignOnFailed,
    /// The provider knows the person, and we do not.
    #[error(
        "This account does not belong to anybody who works here. Ask the administrator to enter your e-mail address."
    )]
    IdentityUnknown,
    /// The account at the provider is linked to somebody else.
    #[error("This account of the single sign-on belongs to somebody else here.")]
    IdentityTaken,
}

impl Refusal for SignInRefused {
    fn code(&self) -> &'static str {
        match self {
            SignInRefused::WrongCredentials => "wrong_credentials",
            SignInRefused::Waits { .. } => "too_many_tries",
            SignInRefused::NotSignedIn => "not_signed_in",
            SignInRefused::WrongCode => "wrong_code",
            SignInRefused::LinkExpired => "link_expired",
            SignInRefused::Password(refused) => refused.code(),
            SignInRefused::WrongPassword => "wrong_password",
            SignInRefused::SecondFactorMissing => "second_factor_missing",
            SignInRefused::SecondFactorIsOn => "second_factor_on",
            SignInRefused::SecondFactorIsOff => "second_factor_off",
            SignInRefused::UnknownPerson { .. } => "unknown_person",
            SignInRefused::NotAPerson { .. } => "not_a_person",
            SignInRefused::NotActive { .. } => "not_active",
            SignInRefused::TokenName => "token_name",
            SignInRefused::TokenScopes => "token_scopes",
            SignInRefused::TokenExpiry => "token_expiry",
            SignInRefused::ProviderUnknown => "provider_unknown",
            SignInRefused::SingleSignOnExpired => "single_sign_on_expired",
            SignInRefused::SingleSignOnFailed => "single_sign_on_failed",
            SignInRefused::IdentityUnknown => "identity_unknown",
            SignInRefused::IdentityTaken => "identity_taken",
        }
    }
}

impl From<PasswordRefused> for SignInRefused {
    fn from(refused: PasswordRefused) -> SignInRefused {
        SignInRefused::Password(refused)
    }
}

/// A wait in words: seconds under a minute, then whole minutes.
fn waiting(seconds: i64) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        2..60 => format!("{seconds} seconds"),
        60 => "1 minute".to_owned(),
        _ => format!("{} minutes", (seconds + 59) / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_words() {
        for (seconds, words) in
            [(1, "1 second"), (30, "30 seconds"), (60, "1 minute"), (61, "2 minutes"), (900, "15 minutes")]
        {
            let said = SignInRefused::Waits { seconds }.to_string();
            assert!(said.contains(&format!("wait {words} and")), "{said}");
        }
    }
}
