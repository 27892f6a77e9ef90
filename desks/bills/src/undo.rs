//! `/bills/{number}/undo/{adjustment}`: takes an adjustment back, whole.

use billing::Adjustment;
use billing::acts::ReverseAdjustment;
use kernel::Cents;
use web::shown::money;
use web::{Answer, Ask, At, Carried, Changes, Columns, Facts, Field, Form, Problem, Section};

use crate::loaded::Loaded;
use crate::words::{capital_words, day};

struct Undo {
    loaded: Loaded,
    number: i64,
    one: Adjustment,
}

impl Undo {
    async fn load(ask: &Ask, bill: &str, adjustment: &str) -> Result<Undo, Problem> {
        let number = web::number(adjustment)?;
        let mut read = ask.read().await?;
        let loaded = Loaded::of(&mut read, bill).await?;
        let one = loaded.adjustments.iter().find(|(known, ..)| *known == number).map(|(_, one, _)| one.clone());
        let one = one.ok_or_else(|| Problem {
            why: format!("Bill {} has no adjustment {number}.", loaded.number()),
            ..Problem::not_found()
        })?;
        Ok(Undo { loaded, number, one })
    }

    fn form(&self, ask: &Ask) -> Form {
        let action = self.loaded.href(&format!("undo/{}", self.number));
        ask.form(&action, "Take it back").field(Field::reason().focused()).cancel(&self.loaded.href(""))
    }

    fn draw(&self, ask: &Ask, form: &Form) -> Answer {
        let one = &self.one;
        let moved = one.cents + one.tax;
        let balance = self.loaded.balance;
        let after = if one.reversed_by.is_some() { balance } else { balance - moved };
        let reason = self.loaded.reasons.get(&one.reason_code).cloned();
        let facts = Facts::new()
            .fact("Reason", reason.unwrap_or_else(|| capital_words(&one.reason_code)))
            .fact("Without tax", money(&one.cents))
            .fact("Tax that went with it", money(&one.tax))
            .fact("Counted from", day(one.effective_on))
            .link("Its postings", "Journal", self.loaded.journal_href(ask, one.journal));
        let changes = Changes::new().change("The adjustment", money(&moved), money(&Cents::ZERO)).change(
            "The account owes",
            money(&balance),
            money(&after),
        );
        let main = vec![
            Section::new("changes", "What it changes").with(&changes),
            Section::new("send", "Take it back").with(form),
        ];
        let title = format!("Take adjustment {} back", self.number);
        let page = self.loaded.alerts(self.loaded.page(ask, &title, "undo"));
        let page = match form.has_errors() {
            true => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY),
            false => page,
        };
        let said = web::Said::new(&one.reason, "written with it");
        page.body(&Columns { main, side: vec![Section::bare().with(&facts).with(&said)] }).answer()
    }
}

pub(crate) async fn show(ask: Ask, At((bill, adjustment)): At<(String, String)>) -> Answer {
    let undo = Undo::load(&ask, &bill, &adjustment).await?;
    undo.draw(&ask, &undo.form(&ask))
}

pub(crate) async fn send(ask: Ask, At((bill, adjustment)): At<(String, String)>) -> Answer {
    let undo = Undo::load(&ask, &bill, &adjustment).await?;
    let mut form = undo.form(&ask);
    if form.is_good() {
        let account = undo.loaded.view.account_number.clone();
        let act = ReverseAdjustment { account, number: undo.number, reason: form.text("reason") };
        let carried = form.carry_out(&ask, &act).await?;
        let path = match &carried {
            Carried::Waiting(waiting) => format!("/approvals/{}", waiting.proposal.0),
            Carried::Done(_) | Carried::Refused => undo.loaded.href(""),
        };
        if let Some(go) = carried.go(&path, "The adjustment was taken back") {
            return go.answer();
        }
    }
    undo.draw(&ask, &form)
}
