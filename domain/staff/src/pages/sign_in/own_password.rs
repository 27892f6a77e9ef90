//! `/profile/password`: changing one's own password.

use web::{Access, Alert, Answer, Ask, Field, Form, Route, SIGN_IN_PATH};

use super::profile::{PROFILE, PROFILE_PATH};
use super::welcome::{check_twice, new_password};
use super::{desk, own_session};
use crate::sign_in::{Passwords, SignInRefused};

const PATH: &str = "/profile/password";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page(PATH, "Change the own password", Access::SignedIn, show),
        Route::form(PATH, "Change the own password", Access::SignedIn, change),
    ]
}

async fn show(ask: Ask) -> Answer {
    page(&ask, &form(&ask))
}

async fn change(ask: Ask) -> Answer {
    let session = own_session(&ask).await?;
    let mut form = form(&ask);
    check_twice(&mut form);
    if form.is_good() {
        let (old, new) = (form.secret("old"), form.secret("password"));
        match desk(&ask).change_password(&session, Passwords { old: &old, new: &new }, ask.now()).await? {
            Ok(token) => {
                let alert = Alert::good("Your password was changed").text("All your other sessions were ended.");
                return ask.go(PROFILE_PATH).with_session(token.text()).saying(alert).answer();
            }
            Err(SignInRefused::NotSignedIn) => return ask.go(SIGN_IN_PATH).without_session().answer(),
            Err(refused) => form.refuse_by(&refused),
        }
    }
    page(&ask, &form)
}

fn form(ask: &Ask) -> Form {
    let old = Field::secret("old", "Present password").required().autocomplete("current-password").focused();
    new_password(ask.form(PATH, "Change password").field(old.answers(&["wrong_password"]))).cancel(PROFILE_PATH)
}

fn page(ask: &Ask, form: &Form) -> Answer {
    let lead = "At least 12 characters; four or five unrelated words do well. All your other sessions end.";
    ask.page("Change password").crumbs(&[PROFILE]).lead(lead).form(form).answer()
}
