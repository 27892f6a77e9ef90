//! `/verification-rule`: what a caller must know in this town.

use web::{Answer, Ask, Carried, Choice, Facts, Field, Form, Section, Words};

use crate::acts::SetVerificationRule;
use crate::permissions::SET_RULE;
use crate::{Question, VerificationRule, store};

pub(super) async fn show(ask: Ask) -> Answer {
    let rule = store::rule(&mut ask.read().await?).await?;
    let yes_or_no = |question: Question| match (rule.questions.contains(&question), question.is_public()) {
        (false, _) => "not asked",
        (true, true) => "counts; does not prove anything alone",
        (true, false) => "counts",
    };
    let facts = Question::ALL
        .into_iter()
        .fold(Facts::new(), |facts, question| facts.fact(question.title(), yes_or_no(question)));
    let page = ask.page("How callers are verified").lead("Before anybody is told anything about an account.");
    let page = match ask.may(SET_RULE) {
        true => page.action("Change it", "/verification-rule/change"),
        false => page,
    };
    page.body(&Section::bare().with(&Words::new(rule.sentence())))
        .body(&Section::new("questions", "Questions").with(&facts))
        .answer()
}

fn form(ask: &Ask, rule: &VerificationRule) -> Form {
    let choices = Question::ALL.map(|question| Choice::new(question.code(), question.title())).to_vec();
    let now = rule.questions.iter().map(|question| question.code().to_owned()).collect();
    ask.form(ask.path(), "Put it in force")
        .field(
            Field::checks("questions", "Questions that count", choices)
                .required()
                .checked(now)
                .answers(&["rule_broken"]),
        )
        .field(Field::whole("needed", "Right answers needed").required().value(rule.needed.to_string()))
        .field(Field::whole("minutes", "Minutes it holds").required().value(rule.minutes.to_string()))
        .field(Field::whole("recent_days", "Days after a change").required().value(rule.recent_days.to_string()).hint(
            "So long a changed telephone does not count, nor the amount of a bill that was mailed to a new address.",
        ))
        .field(
            Field::whole("tries", "Failed calls of a day")
                .required()
                .value(rule.tries.to_string())
                .hint("After so many nobody is verified on the phone that day, unless somebody clears the red flag."),
        )
        .field(Field::reason())
        .cancel("/verification-rule")
}

pub(super) async fn change(ask: Ask) -> Answer {
    let rule = store::rule(&mut ask.read().await?).await?;
    draw(&ask, &form(&ask, &rule))
}

pub(super) async fn send(ask: Ask) -> Answer {
    let rule = store::rule(&mut ask.read().await?).await?;
    let mut form = form(&ask, &rule);
    if form.is_good()
        && let (Some(needed), Some(minutes)) = (form.whole("needed"), form.whole("minutes"))
    {
        let questions = form.all("questions").iter().filter_map(|code| Question::of_code(code)).collect();
        let needed = usize::try_from(needed).unwrap_or(0);
        let (recent_days, tries) = (form.whole("recent_days"), form.whole("tries"));
        let act = SetVerificationRule { questions, needed, minutes, recent_days, tries };
        let carried: Carried<()> = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go("/verification-rule", "The rule is in force") {
            return go.answer();
        }
    }
    draw(&ask, &form)
}

fn draw(ask: &Ask, form: &Form) -> Answer {
    let page =
        ask.page("Change how callers are verified").crumbs(&[("How callers are verified", "/verification-rule")]);
    page.form(form).answer()
}
