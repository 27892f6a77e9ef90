//! `Field`: one question of a form, which judges what was sent for it.

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::NaiveDate;
use kernel::Cents;

use crate::Posted;
use crate::commas::without_commas;

/// One question of a form, with its label, hint and error.
#[derive(Clone, Debug, Template)]
#[template(path = "field.html")]
pub struct Field {
    name: String,
    label: String,
    hint: String,
    kind: FieldKind,
    value: String,
    chosen: Vec<String>,
    choices: Vec<Choice>,
    error: Option<String>,
    is_required: bool,
    max: usize,
    autocomplete: Option<&'static str>,
    is_focused: bool,
    codes: &'static [&'static str],
    unchosen: &'static str,
}

impl HtmlSafe for Field {}

/// What kind of answer a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldKind {
    Text,
    Secret,
    Email,
    Phone,
    Code,
    Whole,
    Money,
    Date,
    Lines,
    Select,
    Radios,
    Checks,
    Check,
    File,
    Hidden,
}

/// One of several answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// A line below it, or nothing.
    pub hint: String,
}

impl Choice {
    /// An answer.
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into(), hint: String::new() }
    }

    /// With a line below it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Choice {
        Choice { hint: hint.into(), ..self }
    }
}

/// The most letters of a field that names no other limit.
const MAX: usize = 200;
/// The most letters of a field of several lines that names no other limit.
const LINES_MAX: usize = 2_000;

impl Field {
    fn new(kind: FieldKind, name: &str, label: &str, max: usize) -> Field {
        Field {
            name: name.to_owned(),
            label: label.to_owned(),
            hint: String::new(),
            kind,
            value: String::new(),
            chosen: Vec::new(),
            choices: Vec::new(),
            error: None,
            is_required: false,
            max,
            autocomplete: None,
            is_focused: false,
            codes: &[],
            unchosen: "Choose",
        }
    }

    /// One line of words.
    #[must_use]
    pub fn text(name: &str, label: &str) -> Field {
        Field::new(FieldKind::Text, name, label, MAX)
    }

    /// A password: never shown again, never trimmed.
    #[must_use]
    pub fn secret(name: &str, label: &str) -> Field {
        Field::new(FieldKind::Secret, name, label, MAX)
    }

    /// An e-mail address.
    #[must_use]
    pub fn email(name: &str, label: &str) -> Field {
        Field { autocomplete: Some("off"), ..Field::new(FieldKind::Email, name, label, MAX) }
    }

    /// A telephone number.
    #[must_use]
    pub fn phone(name: &str, label: &str) -> Field {
        Field { autocomplete: Some("off"), ..Field::new(FieldKind::Phone, name, label, 40) }
    }

    /// A one-time code, as a second factor.
    #[must_use]
    pub fn code(name: &str, label: &str) -> Field {
        Field { autocomplete: Some("one-time-code"), ..Field::new(FieldKind::Code, name, label, 40) }
    }

    /// A whole number.
    #[must_use]
    pub fn whole(name: &str, label: &str) -> Field {
        Field::new(FieldKind::Whole, name, label, 20)
    }

    /// An amount of money in dollars.
    #[must_use]
    pub fn money(name: &str, label: &str) -> Field {
        Field::new(FieldKind::Money, name, label, 24)
    }

    /// A day.
    #[must_use]
    pub fn date(name: &str, label: &str) -> Field {
        Field::new(FieldKind::Date, name, label, 10)
    }

    /// Several lines of words.
    #[must_use]
    pub fn lines(name: &str, label: &str) -> Field {
        Field::new(FieldKind::Lines, name, label, LINES_MAX)
    }

    /// Why something is done: goes into the log with the change.
    #[must_use]
    pub fn reason() -> Field {
        let field = Field { max: 500, ..Field::lines("reason", "Reason") };
        field
            .required()
            .hint("Recorded with the change. Write it for whoever asks in a year.")
            .answers(&["reason_missing"])
    }

    /// One of many, from a list that opens.
    #[must_use]
    pub fn select(name: &str, label: &str, choices: Vec<Choice>) -> Field {
        Field { choices, ..Field::new(FieldKind::Select, name, label, MAX) }
    }

    /// What a list says while nothing is chosen: `All`, or `Nobody`, where that is an answer.
    #[must_use]
    pub fn unchosen(self, words: &'static str) -> Field {
        Field { unchosen: words, ..self }
    }

    /// One of a few, all in sight.
    #[must_use]
    pub fn radios(name: &str, label: &str, choices: Vec<Choice>) -> Field {
        Field { choices, ..Field::new(FieldKind::Radios, name, label, MAX) }
    }

    /// Any of a few, all in sight.
    #[must_use]
    pub fn checks(name: &str, label: &str, choices: Vec<Choice>) -> Field {
        Field { choices, ..Field::new(FieldKind::Checks, name, label, MAX) }
    }

    /// One box to check.
    #[must_use]
    pub fn check(name: &str, label: &str) -> Field {
        Field::new(FieldKind::Check, name, label, 10)
    }

    /// A file of the visitor's machine. The form's address has to be one that [takes files](crate::Route::taking_files).
    #[must_use]
    pub fn file(name: &str, label: &str) -> Field {
        Field::new(FieldKind::File, name, label, MAX)
    }

    /// Carried along unseen, such as the version of what is edited. It comes back from outside: check it.
    #[must_use]
    pub fn hidden(name: &str, value: impl Into<String>) -> Field {
        Field { value: value.into(), ..Field::new(FieldKind::Hidden, name, "", MAX) }
    }

    /// With a line between label and box.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Field {
        Field { hint: hint.into(), ..self }
    }

    /// Must be answered.
    #[must_use]
    pub fn required(self) -> Field {
        Field { is_required: true, ..self }
    }

    /// With another limit of letters.
    #[must_use]
    pub fn max(self, max: usize) -> Field {
        Field { max, ..self }
    }

    /// Filled in beforehand.
    #[must_use]
    pub fn value(self, value: impl Into<String>) -> Field {
        Field { value: value.into(), ..self }
    }

    /// With these boxes checked beforehand.
    #[must_use]
    pub fn checked(self, chosen: Vec<String>) -> Field {
        Field { chosen, ..self }
    }

    /// With what browsers may fill in, such as `username`.
    #[must_use]
    pub fn autocomplete(self, what: &'static str) -> Field {
        Field { autocomplete: Some(what), ..self }
    }

    /// Has the cursor when the page opens; one field of a page at most.
    #[must_use]
    pub fn focused(self) -> Field {
        Field { is_focused: true, ..self }
    }

    /// Refusals with these codes are said beside this field.
    #[must_use]
    pub fn answers(self, codes: &'static [&'static str]) -> Field {
        Field { codes, ..self }
    }
}

/// What forms do with their fields.
impl Field {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn id(&self) -> String {
        format!("field-{}", self.name)
    }

    pub(crate) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    pub(crate) fn is_file(&self) -> bool {
        self.kind == FieldKind::File
    }

    pub(crate) fn answers_for(&self, code: &str) -> bool {
        self.codes.contains(&code)
    }

    pub(crate) fn refuse(&mut self, words: String) {
        self.error.get_or_insert(words);
    }

    pub(crate) fn renew(&mut self, value: String) {
        self.value = value;
    }

    /// The value as it is shown; of a date and the like also as it is read.
    pub(crate) fn current(&self) -> &str {
        &self.value
    }

    pub(crate) fn chosen(&self) -> &[String] {
        &self.chosen
    }

    pub(crate) fn as_whole(&self) -> Option<i64> {
        without_commas(self.value.trim())?.parse().ok()
    }

    pub(crate) fn as_money(&self) -> Option<Cents> {
        let text = without_commas(self.value.trim().trim_start_matches('$'))?;
        Cents::parse_dollars(&text).ok()
    }

    /// `2026-07-01`, as browsers send it, or `7/1/2026`, as people write it.
    pub(crate) fn as_date(&self) -> Option<NaiveDate> {
        let text = self.value.trim();
        let forms = ["%Y-%m-%d", "%m/%d/%Y"];
        let read = forms.iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok());
        read.filter(|day| (1800..=2999).contains(&chrono::Datelike::year(day)))
    }

    /// Takes what was sent and notes what is wrong with it.
    pub(crate) fn take(&mut self, sent: &Posted) {
        if self.kind == FieldKind::Checks {
            let known = |value: &&String| self.choices.iter().any(|choice| choice.value == **value);
            self.chosen = sent.all(&self.name).iter().filter(known).cloned().collect();
            self.error = self.check_chosen(sent.all(&self.name).len());
            return;
        }
        if self.kind == FieldKind::File {
            let is_missing = self.is_required && sent.file(&self.name).is_none();
            self.error = is_missing.then(|| self.words_for_nothing());
            return;
        }
        self.value = sent.raw(&self.name).replace("\r\n", "\n");
        self.error = self.check_value();
        // A value that is far too long is not sent back; one that is a little too long can be shortened.
        if MAX.max(self.max) * 4 < self.value.len() {
            self.value.clear();
        }
    }

    fn check_chosen(&self, sent: usize) -> Option<String> {
        if self.chosen.len() < sent {
            return Some(format!("{}: choose from the list", self.label));
        }
        (self.is_required && self.chosen.is_empty()).then(|| format!("{}: choose at least one", self.label))
    }

    fn check_value(&self) -> Option<String> {
        let label = &self.label;
        let text = self.value.trim();
        if text.is_empty() {
            return self.is_required.then(|| self.words_for_nothing());
        }
        if self.max < text.chars().count() {
            return Some(format!("{label}: at most {} characters", self.max));
        }
        let is_odd = |letter: char| letter.is_control() && !(self.kind == FieldKind::Lines && letter == '\n');
        if text.chars().any(is_odd) {
            return Some(format!("{label}: contains characters that cannot be stored"));
        }
        let is_known = || self.choices.iter().any(|choice| choice.value == self.value);
        match self.kind {
            FieldKind::Whole if self.as_whole().is_none() => Some(format!("{label}: enter a whole number, such as 12")),
            FieldKind::Money if self.as_money().is_none() => {
                Some(format!("{label}: enter an amount in dollars, such as 1,250.00"))
            }
            FieldKind::Date if self.as_date().is_none() => Some(format!("{label}: enter a date, such as 7/1/2026")),
            FieldKind::Email if !looks_like_email(text) => {
                Some(format!("{label}: enter an address such as name@example.gov"))
            }
            FieldKind::Select | FieldKind::Radios if !is_known() => Some(format!("{label}: choose from the list")),
            FieldKind::Text
            | FieldKind::Secret
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Code
            | FieldKind::Whole
            | FieldKind::Money
            | FieldKind::Date
            | FieldKind::Lines
            | FieldKind::Select
            | FieldKind::Radios
            | FieldKind::Checks
            | FieldKind::Check
            | FieldKind::File
            | FieldKind::Hidden => None,
        }
    }

    fn words_for_nothing(&self) -> String {
        match self.kind {
            FieldKind::Select | FieldKind::Radios => format!("{}: choose one", self.label),
            FieldKind::Check => format!("{}: check the box", self.label),
            FieldKind::File => format!("{}: choose a file", self.label),
            FieldKind::Text
            | FieldKind::Secret
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Code
            | FieldKind::Whole
            | FieldKind::Money
            | FieldKind::Date
            | FieldKind::Lines
            | FieldKind::Checks
            | FieldKind::Hidden => format!("{}: enter something", self.label),
        }
    }
}

/// What the template asks.
impl Field {
    fn type_name(&self) -> &'static str {
        match self.kind {
            FieldKind::Secret => "password",
            FieldKind::Email => "email",
            FieldKind::Phone => "tel",
            FieldKind::Date => "date",
            FieldKind::Hidden => "hidden",
            FieldKind::File => "file",
            FieldKind::Text
            | FieldKind::Code
            | FieldKind::Whole
            | FieldKind::Money
            | FieldKind::Lines
            | FieldKind::Select
            | FieldKind::Radios
            | FieldKind::Checks
            | FieldKind::Check => "text",
        }
    }

    fn input_mode(&self) -> Option<&'static str> {
        match self.kind {
            FieldKind::Code | FieldKind::Whole => Some("numeric"),
            FieldKind::Money => Some("decimal"),
            FieldKind::Text
            | FieldKind::Secret
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Date
            | FieldKind::Lines
            | FieldKind::Select
            | FieldKind::Radios
            | FieldKind::Checks
            | FieldKind::Check
            | FieldKind::File
            | FieldKind::Hidden => None,
        }
    }

    /// The value as the box shows it: passwords never, days as browsers want them.
    fn shown(&self) -> String {
        match (self.kind, self.as_date()) {
            (FieldKind::Secret, _) => String::new(),
            (FieldKind::Date, Some(day)) => day.to_string(),
            _ => self.value.clone(),
        }
    }

    fn described_by(&self) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id()));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id()));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn is_chosen(&self, choice: &Choice) -> bool {
        self.value == choice.value || self.chosen.contains(&choice.value)
    }
}

/// Enough to catch a slip of the pen; whether it exists is found out by writing to it.
fn looks_like_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains(['@', ' ']))
}
