//! `Form`: fields with a button. On the way back it holds what was sent, judged, with errors beside the fields.

use acts::{Act, Done, Failure, Waiting};
use askama::Template;
use askama::filters::HtmlSafe;
use chrono::NaiveDate;
use kernel::{Cents, Refusal};
use secrets::Token;

use crate::alert::AlertItem;
use crate::{Alert, Ask, Field, Go, Posted, PostedFile, Problem};

/// A form. Made by [`Ask::form`] with the same fields for showing and for reading it.
#[derive(Clone, Debug, Template)]
#[template(path = "form.html")]
pub struct Form {
    action: String,
    button: String,
    cancel: Option<String>,
    form_key: String,
    key: String,
    reason: Option<String>,
    fields: Vec<Field>,
    errors: Vec<String>,
    is_danger: bool,
    is_small: bool,
    /// What was sent, when it was sent to this form.
    sent: Option<Posted>,
}

impl HtmlSafe for Form {}

/// What came of the act a form stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried<T> {
    /// It was done.
    Done(Done<T>),
    /// It waits for a second person.
    Waiting(Waiting),
    /// The rules refused it, and the form says why.
    Refused,
}

impl<T> Carried<T> {
    /// Sends the visitor on, saying that it is done, or that it waits and why. `None` when it was refused: show the form.
    #[must_use]
    pub fn go(&self, path: &str, done: impl Into<String>) -> Option<Go> {
        let alert = match self {
            Carried::Done(_) => Alert::good(done),
            Carried::Waiting(waiting) => waiting_alert(waiting),
            Carried::Refused => return None,
        };
        Some(Go::to(path).saying(alert))
    }
}

fn waiting_alert(waiting: &Waiting) -> Alert {
    let heading = format!("Sent for approval as proposal {}", waiting.proposal.0);
    Alert::info(heading)
        .text(crate::problem::sentence(&format!("a second person has to agree, because {}", waiting.why)))
}

/// The longest one-time key of a form.
const KEY_MAX: usize = 100;

impl Form {
    pub(crate) fn new(ask: &Ask, action: &str, button: &str) -> Form {
        let is_sent = !ask.posted().is_empty() && ask.path() == action;
        let sent = is_sent.then(|| ask.posted().clone());
        let is_key =
            |key: &&str| (16..=KEY_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        let key = sent.as_ref().map(|sent| sent.text("key")).filter(is_key).map(str::to_owned);
        Form {
            action: action.to_owned(),
            button: button.to_owned(),
            cancel: None,
            form_key: ask.form_key().to_owned(),
            key: key.unwrap_or_else(|| Token::new(ask.site().random()).text().to_owned()),
            reason: None,
            fields: Vec::new(),
            errors: Vec::new(),
            is_danger: false,
            is_small: false,
            sent,
        }
    }

    /// With one more field, which takes what was sent for it.
    #[must_use]
    pub fn field(mut self, mut field: Field) -> Form {
        if let Some(sent) = &self.sent {
            field.take(sent);
        }
        self.fields.push(field);
        self
    }

    /// With a link beside the button that leads back without doing anything.
    #[must_use]
    pub fn cancel(self, href: &str) -> Form {
        Form { cancel: Some(href.to_owned()), ..self }
    }

    /// With the reason recorded when no field named `reason` asks for one.
    #[must_use]
    pub fn because(self, reason: &str) -> Form {
        Form { reason: Some(reason.to_owned()), ..self }
    }

    /// With a button that looks like what cannot be taken back.
    #[must_use]
    pub fn danger(self) -> Form {
        Form { is_danger: true, ..self }
    }

    /// In one line, for a button within a page or a table.
    #[must_use]
    pub fn small(self) -> Form {
        Form { is_small: true, ..self }
    }

    /// Whether it was sent and nothing is wrong with it.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.sent.is_some() && !self.has_errors()
    }

    /// Whether something is wrong with it.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty() || self.fields.iter().any(|field| field.error().is_some())
    }

    /// Says what is wrong with a field; the first error of a field stays.
    pub fn refuse_field(&mut self, name: &str, words: impl Into<String>) {
        match self.fields.iter_mut().find(|field| field.name() == name) {
            Some(field) => field.refuse(words.into()),
            None => self.errors.push(words.into()),
        }
    }

    /// Puts another value into a field than what was sent for it: what a form carries along unseen, after it turned out
    /// to be stale, so that sending the same form once more says what is so now.
    pub fn renew(&mut self, name: &str, value: impl Into<String>) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name() == name) {
            field.renew(value.into());
        }
    }

    /// Says what is wrong with the whole.
    pub fn refuse(&mut self, words: impl Into<String>) {
        self.errors.push(words.into());
    }

    /// Says why the rules refused it: beside the field that answers for the refusal's code, if there is one.
    pub fn refuse_by(&mut self, refusal: &dyn Refusal) {
        let words = crate::problem::sentence(&crate::shown::with_days(&refusal.to_string()));
        match self.fields.iter_mut().find(|field| field.answers_for(refusal.code())) {
            Some(field) => field.refuse(words),
            None => self.errors.push(words),
        }
    }

    /// A field's words, trimmed; empty when there are none.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.get(name).current().trim().to_owned()
    }

    /// A password, exactly as typed.
    #[must_use]
    pub fn secret(&self, name: &str) -> String {
        self.sent.as_ref().map_or_else(String::new, |sent| sent.raw(name).to_owned())
    }

    /// The file that was chosen for a field.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<PostedFile> {
        self.sent.as_ref()?.file(name).cloned()
    }

    /// A field's words, if there are any.
    #[must_use]
    pub fn optional_text(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// A whole number; `None` when the field is empty or its error is noted.
    #[must_use]
    pub fn whole(&self, name: &str) -> Option<i64> {
        self.get(name).as_whole()
    }

    /// An amount of money; `None` when the field is empty or its error is noted.
    #[must_use]
    pub fn money(&self, name: &str) -> Option<Cents> {
        self.get(name).as_money()
    }

    /// A day; `None` when the field is empty or its error is noted.
    #[must_use]
    pub fn date(&self, name: &str) -> Option<NaiveDate> {
        self.get(name).as_date()
    }

    /// Whether a single box is checked.
    #[must_use]
    pub fn is_checked(&self, name: &str) -> bool {
        !self.get(name).current().is_empty()
    }

    /// The values of all checked boxes of a field, each one of its choices.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<String> {
        self.get(name).chosen().to_vec()
    }

    /// Carries out the act the form stands for, once however often it is sent.
    ///
    /// When the rules refuse it, the form says why. The reason is the field `reason`, or [`Form::because`].
    pub async fn carry_out<A: Act>(&mut self, ask: &Ask, act: &A) -> Result<Carried<A::Outcome>, Problem> {
        let by = self.by(ask)?;
        match ask.site().door().carry_out(&by, act).await {
            Ok(done) => Ok(Carried::Done(done)),
            Err(Failure::Refused(refusal)) => {
                self.refuse_by(&*refusal);
                Ok(Carried::Refused)
            }
            Err(Failure::Waiting(waiting)) => Ok(Carried::Waiting(waiting)),
            Err(Failure::Fault(fault)) => Err(Problem::from(fault)),
        }
    }

    /// Who gives the command of this form, why, and under its one-time key.
    pub fn by(&self, ask: &Ask) -> Result<acts::By, Problem> {
        let asked = self.fields.iter().find(|field| field.name() == "reason").map(|field| field.current().trim());
        let reason = asked.filter(|words| !words.is_empty()).or(self.reason.as_deref()).unwrap_or_default();
        Ok(ask.who()?.by(reason, &self.key))
    }

    fn get(&self, name: &str) -> &Field {
        let field = self.fields.iter().find(|field| field.name() == name);
        field.unwrap_or_else(|| panic!("the form to {} has no field {name}", self.action))
    }

    /// Whether it has to be sent in parts, as forms with files are.
    fn has_file(&self) -> bool {
        self.fields.iter().any(Field::is_file)
    }

    /// Everything wrong, in the order of the fields, with links to them.
    fn summary(&self) -> Vec<AlertItem> {
        let whole = self.errors.iter().map(|text| AlertItem { text: text.clone(), href: None });
        let fields = self.fields.iter().filter_map(|field| {
            let href = Some(format!("#{}", field.id()));
            Some(AlertItem { text: field.error()?.to_owned(), href })
        });
        whole.chain(fields).collect()
    }
}
