//! A run beside the last one of its cycle and the one of a year before, and what it charges by service, class and fund.

use std::collections::BTreeMap;

use billing::{BillRun, ExceptionState, TallyLine};
use db::Read;
use kernel::{Cents, Quantity, RunId, Unit};
use reports::Kind;
use web::shown::{count, money, quantity};
use web::{Ask, Cell, Chart, Column, Folded, Problem, Section, Table};

use crate::charges::{Bears, charges_href};
use crate::known::Known;
use crate::words::{change, days};

/// What is compared of a run, held bills included.
#[derive(Default)]
struct Figures {
    bills: i64,
    total: Cents,
    by_service: BTreeMap<String, Cents>,
    by_class: BTreeMap<String, Cents>,
    used: BTreeMap<(String, &'static str), Quantity>,
    lines: Vec<TallyLine>,
}

impl Figures {
    async fn of(read: &mut Read, run: &BillRun) -> Result<Figures, Problem> {
        let sum = billing::trial_sum(read, run).await?.unwrap_or_default();
        let lines = billing::tally_of(read, run).await?;
        let mut figures = Figures { bills: sum.bills, total: sum.total, ..Figures::default() };
        for line in &lines {
            if !line.is_borne {
                *figures.by_service.entry(named(&line.service)).or_default() += line.cents;
                *figures.by_class.entry(named(&line.class)).or_default() += line.cents;
            }
            if let Some(used) = line.used {
                let sum =
                    figures.used.entry((named(&line.service), used.unit.code())).or_insert(Quantity::zero(used.unit));
                sum.steps += used.steps;
            }
        }
        figures.lines = lines;
        Ok(figures)
    }
}

fn named(name: &str) -> String {
    if name.is_empty() { "without rates".to_owned() } else { name.to_owned() }
}

pub(super) async fn sections(ask: &Ask, read: &mut Read, known: &Known) -> Result<Vec<Section>, Problem> {
    let now = Figures::of(read, &known.run).await?;
    let earlier = billing::earlier_runs(read, &known.run).await?;
    let last = match &earlier.last {
        Some(run) => Some((run, Figures::of(read, run).await?)),
        None => None,
    };
    let year = match &earlier.last_year {
        Some(run) => Some((run, Figures::of(read, run).await?)),
        None => None,
    };
    let (last, year) = (last.as_ref(), year.as_ref());
    let mut section = Section::new("compared", "Compared").note(note(last, year)).with(&charges_table(
        (ask, known),
        &now,
        last,
        year,
    ));
    if now.used.values().any(|used| used.steps != 0) {
        section = section.with(&use_table(ask, &now, last, year));
    }
    for (beside, words) in [(last, "the last cycle"), (year, "the same cycle last year")] {
        if let Some((run, was)) = beside {
            section = section.with(&chart(&now, (run, was), words));
        }
    }
    let tally = Section::new("tally", "What it charges")
        .note("As tried, held bills included.")
        .with(&by_fund((ask, known), &now))
        .with(&Folded::new("By service, class, schedule and charge", &tally_table((ask, known), &now)));
    let mut all = vec![section, tally];
    all.extend(trend(read, known, &now).await?.map(|chart| Section::new("trend", "Run by run").with(&chart)));
    Ok(all)
}

fn note(last: Option<&(&BillRun, Figures)>, year: Option<&(&BillRun, Figures)>) -> String {
    let beside = |found: Option<&(&BillRun, Figures)>, words: &str| match found {
        Some((run, _)) => format!("{words} is run {}, {}.", run.number, days(run.period)),
        None => format!("{words}: there is none."),
    };
    format!("{} {}", beside(last, "The last cycle"), beside(year, "The same cycle last year"))
}

/// Rows of a comparison: what, now, last, change, last year, change.
fn columns(table: Table, kind: Kind) -> Table {
    table
        .plain()
        .column(Column::text("what", "What"))
        .column(Column::new("now", "This run", kind))
        .column(Column::new("last", "Last cycle", kind))
        .column(Column::new("last-change", "Change", Kind::Percent))
        .column(Column::new("year", "Last year", kind))
        .column(Column::new("year-change", "Change", Kind::Percent))
}

fn percent(is: i64, was: Option<i64>) -> Cell {
    let change = was.and_then(|was| change(is, was));
    change.map_or_else(Cell::empty, |tenths| Cell::from(reports::Cell::Tenths(tenths)))
}

fn charges_table(
    (ask, known): (&Ask, &Known),
    now: &Figures,
    last: Option<&(&BillRun, Figures)>,
    year: Option<&(&BillRun, Figures)>,
) -> Table {
    let mut table = columns(ask.table("charges", "Bills and charges"), Kind::Money);
    let number = |beside: Option<&(&BillRun, Figures)>| beside.map(|(run, _)| run.number);
    let runs = [Some(known.run.number), number(last), number(year)];
    let mut row = |what: String, of: &dyn Fn(&Figures) -> i64, cell: &dyn Fn(i64) -> Cell, parts: &[(&str, &str)]| {
        let figures = [Some(of(now)), last.map(|(_, figures)| of(figures)), year.map(|(_, figures)| of(figures))];
        let [is, then, a_year_ago] = [0, 1, 2].map(|place| match (figures[place], runs[place]) {
            (Some(figure), Some(run)) => cell(figure).link(charges_href(run, parts, Some(Bears::Customer), false)),
            _ => Cell::empty(),
        });
        let change = |was: Option<i64>| percent(of(now), was);
        table.push([Cell::text(what), is, then, change(figures[1]), a_year_ago, change(figures[2])]);
    };
    let cents = |cents: i64| Cell::from(Cents(cents));
    row("Bills".to_owned(), &|figures| figures.bills, &Cell::count, &[]);
    for service in keys(now, last, year, |figures| &figures.by_service) {
        let of = |figures: &Figures| figures.by_service.get(&service).map_or(0, |cents| cents.0);
        row(web::shown::capital(&service), &of, &cents, &[("service", &service)]);
    }
    for class in keys(now, last, year, |figures| &figures.by_class) {
        let of = |figures: &Figures| figures.by_class.get(&class).map_or(0, |cents| cents.0);
        row(format!("Class {class}"), &of, &cents, &[("class", &class)]);
    }
    row("All bills".to_owned(), &|figures| figures.total.0, &cents, &[]);
    table
}

fn keys<V>(
    now: &Figures,
    last: Option<&(&BillRun, Figures)>,
    year: Option<&(&BillRun, Figures)>,
    of: impl Fn(&Figures) -> &BTreeMap<String, V>,
) -> Vec<String> {
    let beside = [last, year].into_iter().flatten().map(|(_, figures)| figures);
    let mut keys: Vec<String> =
        std::iter::once(now).chain(beside).flat_map(|figures| of(figures).keys().cloned()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn use_table(
    ask: &Ask,
    now: &Figures,
    last: Option<&(&BillRun, Figures)>,
    year: Option<&(&BillRun, Figures)>,
) -> Table {
    let mut table = columns(ask.table("used", "Consumption"), Kind::Count);
    for ((service, code), used) in &now.used {
        let was = |beside: Option<&(&BillRun, Figures)>| {
            beside.and_then(|(_, figures)| figures.used.get(&(service.clone(), *code))).map(|used| used.steps)
        };
        let cell = |steps: i64| used_cell(steps, used.unit);
        let shown = |steps: Option<i64>| steps.map_or_else(Cell::empty, cell);
        let (last, year) = (was(last), was(year));
        table.push([
            Cell::text(web::shown::capital(service)),
            cell(used.steps),
            shown(last),
            percent(used.steps, last),
            shown(year),
            percent(used.steps, year),
        ]);
    }
    table
}

fn used_cell(steps: i64, unit: Unit) -> Cell {
    Cell::text(quantity(&Quantity { steps, unit }))
}

fn chart(now: &Figures, (run, was): (&BillRun, &Figures), words: &str) -> Chart {
    let earlier = format!("Run {}", run.number);
    let moved = change(now.total.0, was.total.0)
        .map_or_else(String::new, |tenths| format!("All bills come to {}, {}.", money(&now.total), than_then(tenths)));
    let mut chart =
        Chart::columns(&format!("Charges by class, beside {words}"), "Class", &["This run", &earlier]).summary(moved);
    let mut classes: Vec<&String> = now.by_class.keys().chain(was.by_class.keys()).collect();
    classes.sort_unstable();
    classes.dedup();
    for class in classes {
        let of = |figures: &Figures| figures.by_class.get(class).copied().unwrap_or_default();
        let (is, then) = (of(now), of(was));
        chart = chart.point(class, &[(is.0, &money(&is)), (then.0, &money(&then))]);
    }
    chart
}

/// A change in words: `9.1 % more than then`.
fn than_then(tenths: i64) -> String {
    let size = tenths.unsigned_abs();
    match tenths {
        0 => "about as much as then".to_owned(),
        ..0 => format!("{}.{} % less than then", size / 10, size % 10),
        _ => format!("{}.{} % more than then", size / 10, size % 10),
    }
}

/// How many runs of the cycle stand in the trend.
const TREND: usize = 13;

/// What the runs of the cycle came to, one after another.
async fn trend(read: &mut Read, known: &Known, now: &Figures) -> Result<Option<Chart>, Problem> {
    let mut runs = billing::all_runs(read).await?;
    runs.retain(|run| {
        run.cycle == known.run.cycle
            && run.kind == billing::RunKind::Regular
            && known.run.kind == billing::RunKind::Regular
            && run.cancelled.is_none()
            && run.period.from() <= known.run.period.from()
            && (run.is_signed || run.id == known.run.id)
    });
    runs.sort_by_key(|run| run.period.from());
    let runs = runs.split_off(runs.len().saturating_sub(TREND));
    if runs.len() < 3 {
        return Ok(None);
    }
    let ids: Vec<RunId> = runs.iter().map(|run| run.id).collect();
    let signed = billing::signed_sums(read, &ids).await?;
    let (bills, own) = match signed.get(&known.run.id) {
        Some((bills, _, total)) => (*bills, *total),
        None => {
            // Not signed yet: what would go out by what is decided so far, as with the runs before it.
            let filter =
                billing::ExceptionFilter { state: ExceptionState::Held, code: None, class: None, service: None };
            let held = billing::queue_sum(read, known.run.id, &filter).await?;
            (now.bills - held.bills, now.total - held.total)
        }
    };
    let title = format!("What the last {} runs of cycle {} came to", runs.len(), known.cycle);
    let mut chart = Chart::columns(&title, "Service from", &["All bills"]).summary(format!(
        "Bills that stay back are left out. This run, the last one, comes to {} on {} bills.",
        money(&own),
        count(&bills)
    ));
    for run in &runs {
        let total =
            if run.id == known.run.id { own } else { signed.get(&run.id).map_or(Cents(0), |(_, _, total)| *total) };
        chart = chart.point(&run.period.from().format("%b %y").to_string(), &[(total.0, &money(&total))]);
    }
    Ok(Some(chart))
}

fn by_fund((ask, known): (&Ask, &Known), now: &Figures) -> Table {
    let mut sums: BTreeMap<(String, String), (Cents, Cents)> = BTreeMap::new();
    for line in now.lines.iter().filter(|line| !line.revenue.is_empty()) {
        let sum = sums.entry((line.fund.clone(), named(&line.service))).or_default();
        if line.is_borne { sum.1 += line.cents } else { sum.0 += line.cents }
    }
    let row = |((fund, service), (charged, borne)): ((String, String), (Cents, Cents))| {
        let parts = [("fund", fund.as_str()), ("service", service.as_str())];
        let leads = |cents: Cents, bears| Cell::from(cents).link(known.charges_href(&parts, Some(bears), false));
        let (charged, borne) = (leads(charged, Bears::Customer), leads(borne, Bears::City));
        [Cell::text(&fund), Cell::text(web::shown::capital(&service)), charged, borne]
    };
    ask.table("funds", "By fund and service")
        .plain()
        .column(Column::text("fund", "Fund"))
        .column(Column::text("fund-service", "Service"))
        .column(Column::money("charged", "Charged").totaled())
        .column(Column::money("borne", "Borne by the city").totaled())
        .rows(sums.into_iter().map(row))
}

fn tally_table((ask, known): (&Ask, &Known), now: &Figures) -> Table {
    let row = |line: &TallyLine| {
        let parts = [
            ("service", line.service.as_str()),
            ("class", &line.class),
            ("schedule", &line.schedule),
            ("revenue", &line.revenue),
            ("fund", &line.fund),
        ];
        let href = known.charges_href(&parts, Some(Bears::of(line.is_borne)), false);
        [
            Cell::text(web::shown::capital(&named(&line.service))),
            Cell::text(&line.class),
            Cell::text(&line.schedule).link(format!("/rates/{}", web::encoded(&line.schedule))),
            Cell::text(&line.revenue),
            Cell::text(&line.fund),
            Cell::count(line.count),
            line.used.map_or_else(Cell::empty, |used| used_cell(used.steps, used.unit)),
            Cell::from(line.cents).link(href),
        ]
    };
    ask.table("tally-lines", "Charges by service, class, schedule and charge")
        .plain()
        .column(Column::text("tally-service", "Service"))
        .column(Column::text("tally-class", "Class"))
        .column(Column::text("tally-schedule", "Rates"))
        .column(Column::text("tally-charge", "Charge"))
        .column(Column::text("tally-fund", "Fund"))
        .column(Column::count("tally-count", "Services"))
        .column(Column::new("tally-used", "Used", Kind::Count))
        .column(Column::money("tally-charged", "Charged").totaled())
        .rows(now.lines.iter().map(row))
}

#[cfg(test)]
mod tests {
    use super::than_then;

    #[test]
    fn a_change_is_said_in_words() {
        for (tenths, expected) in
            [(0, "about as much as then"), (91, "9.1 % more than then"), (-5, "0.5 % less than then")]
        {
            assert_eq!(than_then(tenths), expected);
        }
    }
}
