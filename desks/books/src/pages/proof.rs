//! `/books/proof`: what holds of the books on the evening of a day, claim by claim; and the proof of all of them.

use chrono::Days as Span;
use finance::{DayProof, LedgerProof, prove, prove_day};
use kernel::Cents;
use web::shown::{capital, counted, date};
use web::{Alert, Answer, Ask, Cell, Column, Empty, Field, Links, LookUp, Page, Section, Table, Tone, address};

use super::parts::{mark, tabs, under_way};
use super::trial::counts;
use crate::days::Days;
use crate::names::{day_href, fund_code, fund_words, ledger_path, side_words};
use crate::work::{Looked, Works};

/// A claim: what is said, the two figures that must be equal, where they lead, and whether they are.
struct Claim {
    words: String,
    figures: [Option<Cents>; 2],
    href: Option<String>,
    holds: Holds,
}

/// Whether a claim holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Yes,
    No,
    /// It need not hold, but somebody should look.
    Look,
    /// It was not looked at here.
    NotAsked,
}

impl Holds {
    fn of(is: bool) -> Holds {
        if is { Holds::Yes } else { Holds::No }
    }

    fn cell(self) -> Cell {
        match self {
            Holds::Yes => Cell::tag(Tone::Good, "holds"),
            Holds::No => Cell::tag(Tone::Bad, "does not hold"),
            Holds::Look => Cell::tag(Tone::Warning, "to look at"),
            Holds::NotAsked => Cell::tag(Tone::Plain, "not looked at"),
        }
    }
}

/// The proof of a day.
pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let asked = ask.query().text("on");
    let on = match crate::days::day_of(asked) {
        Some(day) => day,
        None => finance::first_and_last_day(&mut read).await?.map_or(ask.today(), |(_, last)| last.min(ask.today())),
    };
    let proof = prove_day(&mut read, on).await?;
    let table = claims_table(&ask, &proof, on);
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let page = ask.page(&format!("Daily proof, {}", date(&on))).crumbs(&[("Books", "/books")]);
    let page = match proof.is_proved() {
        true => page.alert(Alert::good(format!("The books are proved as of {}", date(&on))).text(PROVED)),
        false => page.alert(Alert::bad(format!("The books are not proved as of {}", date(&on))).text(NOT_PROVED)),
    };
    let moved = proof.balances.places.values().map(|place| place.debit).sum();
    let facts = counts((proof.journals, proof.postings, moved), Some(day_href(on, None)));
    let day = |words: &str, day: Option<chrono::NaiveDate>, links: Links| match day {
        Some(day) => {
            links.link(&format!("{words}: {}", date(&day)), address("/books/proof", &[("on", &day.to_string())]))
        }
        None => links,
    };
    let links = day("Day before", on.checked_sub_days(Span::new(1)), Links::new("Other days"));
    let links = day("Day after", on.checked_add_days(Span::new(1)).filter(|day| *day <= ask.today()), links);
    let links = links.link("Prove the whole books", "/books/proof/whole");
    let links = links.link("Journals of the day", day_href(on, None));
    page.action("Prove the whole books", "/books/proof/whole")
        .body(&tabs("/books/proof"))
        .body(&LookUp::new(&ask, "Day", "Prove").field(Field::date("on", "Evening of").value(on.to_string())))
        .body(&Section::new("claims-part", "What was looked at").note(CLAIMS).with(&table))
        .body(&Section::new("day", "The day").with(&facts).with(&links))
        .answer()
}

const PROVED: &str = "Every claim below holds. Print this page to keep it with the papers of the day.";
const NOT_PROVED: &str = "At least one claim does not hold. Do not lock the month; tell the accountant, who finds the \
                          journals behind the figures by clicking them.";
const CLAIMS: &str = "Balances are those of the evening. The postings of the day were added up again one by one.";

fn claims_table(ask: &Ask, proof: &DayProof, on: chrono::NaiveDate) -> Table {
    ask.table("proof", &format!("Proof of {}", date(&on)))
        .column(Column::text("claim", "Claim"))
        .column(Column::money("one", "One side"))
        .column(Column::money("other", "The other side"))
        .column(Column::text("state", "State"))
        .plain()
        .rows(claims(proof, on).into_iter().map(|claim| {
            let [one, other] = claim.figures.map(|figure| match (figure, &claim.href) {
                (Some(figure), Some(href)) => Cell::from(figure).link(href),
                (Some(figure), None) => Cell::from(figure),
                (None, _) => Cell::empty(),
            });
            [Cell::text(claim.words), one, other, claim.holds.cell()]
        }))
}

fn claims(proof: &DayProof, on: chrono::NaiveDate) -> Vec<Claim> {
    let chart = &proof.balances.chart;
    let mut claims = Vec::new();
    for fund in chart.funds() {
        let sum = proof.balances.fund(fund.id);
        let is_balanced = sum.debit == sum.credit && sum.after().is_zero();
        claims.push(Claim {
            words: format!("Fund {}: debits of the day are its credits", fund_words(chart, fund.id)),
            figures: [Some(sum.debit), Some(sum.credit)],
            href: Some(format!("{}&filter={}#trial-balance", Days::day(on).address("/books"), fund.code)),
            holds: Holds::of(is_balanced),
        });
    }
    for (fund, side, control, customers) in proof.controls() {
        if control.is_zero() && customers.is_zero() {
            continue;
        }
        let words =
            format!("{} in fund {} is what customers hold together", side_words(chart, side), fund_code(chart, fund));
        claims.push(Claim {
            words,
            figures: [Some(control), Some(customers)],
            href: ledger_path(chart, fund, side).map(|path| Days::through(on).address(&path)),
            holds: Holds::of(control == customers),
        });
    }
    claims.push(Claim {
        words: "The funds' shares in pooled cash are the money that moved".to_owned(),
        figures: [Some(proof.pooled), Some(proof.tender)],
        href: None,
        holds: Holds::of(proof.pooled == proof.tender),
    });
    claims.push(recount(proof, on));
    for (fund, side, cents) in &proof.strays {
        claims.push(Claim {
            words: format!(
                "{} is not open in fund {}, and holds nothing",
                side_words(chart, *side),
                fund_code(chart, *fund)
            ),
            figures: [Some(*cents), Some(Cents::ZERO)],
            href: ledger_path(chart, *fund, *side).map(|path| Days::through(on).address(&path)),
            holds: Holds::No,
        });
    }
    for (fund, side, cents) in &proof.clearing {
        claims.push(Claim {
            words: format!("{} in fund {} is clear at day's end", side_words(chart, *side), fund_code(chart, *fund)),
            figures: [Some(*cents), Some(Cents::ZERO)],
            href: ledger_path(chart, *fund, *side).map(|path| Days::through(on).address(&path)),
            holds: Holds::Look,
        });
    }
    claims
}

fn recount(proof: &DayProof, on: chrono::NaiveDate) -> Claim {
    let postings = counted(proof.postings, "posting", "postings");
    let kept: Cents = proof.balances.places.values().map(|place| place.debit).sum();
    let (words, holds) = match proof.is_recounted {
        Some(is) => (
            format!("{} of the day, added up again one by one, are what was kept of them", capital(&postings)),
            Holds::of(is),
        ),
        None => (format!("{postings} of the day are too many to add up again while you wait"), Holds::NotAsked),
    };
    Claim { words, figures: [Some(kept), None], href: Some(day_href(on, None)), holds }
}

/// `/books/proof/whole`: every claim about every posting, added up in the background.
pub(super) async fn whole(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let key = ("proof".to_owned(), mark(&ask, &mut read).await?);
    drop(read);
    let page = ask.page("Proof of the whole books").crumbs(&[("Books", "/books"), ("Daily proof", "/books/proof")]);
    let works = ask.site().part::<Works>();
    let work = |db: db::Db| async move { prove(&mut db.read().await?).await };
    let looked: Looked<LedgerProof> = works.look(key, ask.site().door().db(), work).await?;
    match looked {
        Looked::UnderWay => under_way(page.body(&tabs("/books/proof")), "The proof of the whole books").answer(),
        Looked::Done(proof) => proved(&ask, page, &proof),
    }
}

fn proved(ask: &Ask, page: Page, proof: &LedgerProof) -> Answer {
    let findings = ask
        .table("findings", "What is wrong")
        .column(Column::text("finding", "Finding"))
        .column(Column::text("sentence", "What is wrong"))
        .column(Column::count("count", "How often"))
        .column(Column::text("example", "One journal"))
        .empty("Nothing is wrong.")
        .rows(proof.findings.iter().map(|one| {
            let journal = one.example_journal.map_or_else(String::new, |journal| journal.0.to_string());
            [Cell::text(one.name), Cell::text(&one.sentence), Cell::count(one.count), Cell::text(journal)]
        }));
    if let Some(file) = findings.file()? {
        return Ok(file);
    }
    let whole = Days::through(ask.today());
    let funds = ask
        .table("funds", "Funds")
        .column(Column::text("fund", "Fund"))
        .column(Column::text("name", "Name"))
        .column(Column::money("debit", "Debits").totaled())
        .column(Column::money("credit", "Credits").totaled())
        .column(Column::text("state", "State"))
        .plain()
        .rows(proof.funds.iter().map(|one| {
            let state = if one.is_balanced { Holds::Yes } else { Holds::No };
            let href = format!("{}&filter={}#trial-balance", whole.address("/books"), web::encoded(&one.fund));
            let [debit, credit] = [one.debit_cents, one.credit_cents].map(|cents| Cell::from(cents).link(&href));
            [Cell::text(&one.fund), Cell::text(&one.name), debit, credit, state.cell()]
        }));
    let controls = ask
        .table("controls", "Control accounts")
        .column(Column::text("fund", "Fund"))
        .column(Column::text("account", "Ledger account"))
        .column(Column::money("control", "It holds"))
        .column(Column::money("customers", "Customers hold"))
        .column(Column::text("state", "State"))
        .plain()
        .rows(proof.controls.iter().map(|one| {
            let state = if one.agrees { Holds::Yes } else { Holds::No };
            let (fund, side) = (Cell::text(&one.fund), Cell::text(&one.ledger_account));
            let path = format!("/books/ledger/{}/{}", web::encoded(&one.fund), web::encoded(&one.ledger_account));
            let href = whole.address(&path);
            let [control, customers] =
                [one.control_cents, one.customers_cents].map(|cents| Cell::from(cents).link(&href));
            [fund, side, control, customers, state.cell()]
        }));
    let journals = counted(proof.journals, "journal", "journals");
    let postings = counted(proof.postings, "posting", "postings");
    let page =
        match proof.is_proved {
            true => page.alert(Alert::good("The whole books are proved").text(format!(
                "{} and {postings} were added up and looked at one by one; nothing is wrong.",
                capital(&journals)
            ))),
            false => page.alert(Alert::bad("The whole books are not proved").text(
                "Each finding below names what is wrong. Tell the accountant and whoever looks after the program.",
            )),
        };
    let page = page.body(&tabs("/books/proof")).body(&Section::new("wrong", "Findings").with(&findings));
    let page = page.body(&Section::new("by-fund", "Fund by fund").with(&funds));
    match proof.controls.is_empty() {
        true => page.body(&Empty::new("There are no control accounts.")).answer(),
        false => page.body(&Section::new("by-control", "Control account by control account").with(&controls)).answer(),
    }
}
