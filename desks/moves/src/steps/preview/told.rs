//! What the last step asks: who comes, where mail goes, why; and what was told, as the change takes it.

use customers::AddressLines;
use customers::acts::OpenAccount;
use customers::permissions::CHANGE;
use identity::Asking;
use web::{Ask, Field, Form};

use super::super::Kind;
use super::Loaded;
use crate::opening::{account, judge_lines, judge_somebody, lines, mailing, somebody, told_mailing};

pub(super) fn form(ask: &Ask, loaded: &Loaded) -> Form {
    let button = match loaded.state.kind {
        Kind::Start => "Move them in",
        Kind::Stop => "Move them out",
        Kind::Transfer => "Hand the services over",
        Kind::Revert => "Hand over to the owner",
    };
    let mut form = ask.form("/moves/preview", button).field(Field::hidden("state", loaded.state.text()).max(4_000));
    if loaded.opens() {
        form = match &loaded.owner {
            Some(_) => form,
            None => somebody(form),
        };
        form = mailing(form, loaded.location.as_ref());
    }
    if loaded.state.kind.leaves() && ask.may(CHANGE) {
        form = address(form, "forward", "Forwarding street or P.O. box", "Where the final bill goes, if it is known.");
        form = loaded.asking.beside(ask, form, "How the forwarding address was told");
    }
    form.field(Field::reason().hint("Such as who called, and when.")).cancel("/moves")
}

fn address(form: Form, name: &str, label: &str, hint: &str) -> Form {
    form.field(Field::text(&format!("{name}_street"), label).max(120).hint(hint))
        .field(Field::text(&format!("{name}_city"), "Forwarding city").max(80))
        .field(Field::text(&format!("{name}_state"), "Forwarding state").max(20))
        .field(Field::text(&format!("{name}_zip"), "Forwarding ZIP code").max(20))
}

/// Says what the change would refuse with words that name no field.
pub(super) fn judge(loaded: &Loaded, form: &mut Form) {
    if form.has_errors() {
        return;
    }
    if loaded.opens() && loaded.owner.is_none() {
        judge_somebody(form);
    }
    let prefixes = [("mail", loaded.opens()), ("forward", loaded.state.kind.leaves())];
    for (prefix, _) in prefixes.into_iter().filter(|(_, is_asked)| *is_asked) {
        judge_lines(form, prefix);
    }
    if forwarding(loaded, form).is_some() && Asking::answer(form).is_none() {
        form.refuse_field("asked_by", "Say how the forwarding address was told.");
    }
}

/// The account that is opened for whoever comes.
pub(super) fn opened(loaded: &Loaded, form: &Form) -> OpenAccount {
    let Some(owner) = &loaded.owner else { return account(form, loaded.on) };
    let mailing = told_mailing(form);
    OpenAccount { customer: Some(owner.reference.clone()), new_customer: None, opened_on: loaded.on, mailing }
}

/// Where whoever leaves goes.
pub(super) fn forwarding(loaded: &Loaded, form: &Form) -> Option<AddressLines> {
    loaded.state.kind.leaves().then(|| lines(form, "forward")).filter(|lines| !lines.is_empty())
}
