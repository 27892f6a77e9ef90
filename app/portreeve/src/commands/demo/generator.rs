//! Makes a town: a pure function of a seed, a number of accounts and the first month that is billed.

use fastrand::Rng;
use kernel::Month;

use super::calendar::{CYCLES, CycleYear, MONTHS};
use super::kind::Kind;
use super::made::{
    Agreement, CrossedMeters, CrossedPlace, Customer, DatedEvent, MadeTown, Meter, MonthFiles, Premise, TownEvent,
};
use super::site::{BLOCK, Route, Site, landlord};
use super::story::{Story, quiet_day, tell};

/// Which town.
#[derive(Clone, Copy, Debug)]
pub struct TownPlan {
    /// Every seed makes another town, always the same.
    pub seed: u64,
    /// How many accounts it has when the year begins.
    pub accounts: usize,
    /// The month in which its first service periods begin.
    pub first: Month,
}

/// Of so many places one stands empty when the year begins.
const EMPTY_EVERY: usize = 200;
/// Of so many places, a whole number of blocks, two neighbors have each other's meter.
const CROSSED_EVERY: usize = 1_700;

/// Makes the town.
pub fn make(plan: &TownPlan) -> MadeTown {
    let years: Vec<CycleYear> = CYCLES.iter().map(|cycle| CycleYear::of(*cycle, plan.first)).collect();
    let mut rng = Rng::with_seed(plan.seed);
    let landlords: Vec<Customer> = (1..=plan.accounts / 40 + 1).map(|number| landlord(&mut rng, number)).collect();
    let mut town = MadeTown { customers: landlords.clone(), months: empty_months(plan.first), ..MadeTown::default() };
    // An old system hands its records over in the order in which meters are read: cycle by cycle.
    let mut walks: Vec<Walk> = years.iter().map(|_| Walk::default()).collect();
    let (mut number, mut accounts) = (0, 0);
    let mut neighbor: Option<Site<'_>> = None;
    while accounts < plan.accounts {
        let mut rng = rng.fork();
        let cycle = number / BLOCK % years.len();
        let year = &years[cycle];
        let (kind, mut story) = fate(&mut rng, number);
        if story == Story::Crossed && neighbor.is_none() && plan.accounts < accounts + 2 {
            // There is no room for the neighbor.
            story = Story::Quiet;
        }
        let is_rented = story.is_rented() || (kind == Kind::Home && rng.u32(0..100) < 25);
        let owner = is_rented.then(|| &landlords[rng.usize(0..landlords.len())]);
        let named = owner.map(|owner| owner.customer.as_str());
        let mut site = Site::new(&mut rng, number, year, (kind, named));
        let (route, events) = tell(&mut site, story, owner, &mut rng);
        town.events.extend(events);
        if !route.begins_empty {
            accounts += 1;
        }
        if story != Story::Crossed {
            walks[cycle].enter(&mut town.months, &site, &route);
        } else if let Some(first) = neighbor.take() {
            let event = crossed(&mut walks[cycle], &mut town.months, &mut rng, (first, site));
            town.events.push(event);
        } else {
            neighbor = Some(site);
        }
        number += 1;
    }
    for walk in walks {
        town.customers.extend(walk.customers);
        town.premises.extend(walk.premises);
        town.meters.extend(walk.meters);
        town.agreements.extend(walk.agreements);
    }
    town.events.sort_by_key(|event| event.on);
    town
}

/// What a place is and what befalls it; empty and crossed ones are homes at set places, the rest is drawn.
fn fate(rng: &mut Rng, number: usize) -> (Kind, Story) {
    let kind = Kind::draw(rng);
    let drawn = Story::draw(rng, kind);
    match (number % EMPTY_EVERY, number % CROSSED_EVERY) {
        (117, _) => (Kind::Home, Story::Arrives),
        (_, 82 | 83) => (Kind::Home, Story::Crossed),
        (_, _) => (kind, drawn),
    }
}

/// Gives two neighbors each other's meter, until somebody notices.
fn crossed(
    walk: &mut Walk,
    months: &mut [MonthFiles],
    rng: &mut Rng,
    (mut first, mut second): (Site<'_>, Site<'_>),
) -> DatedEvent {
    let on = quiet_day(&first, rng, 4..8);
    second.meter.size = first.meter.size;
    let place = |site: &Site<'_>, found: &Site<'_>| CrossedPlace {
        service_point: site.meter.service_point.clone(),
        account: site.account(),
        recorded: site.meter.meter.clone(),
        found: found.meter.meter.clone(),
    };
    let places = vec![place(&first, &second), place(&second, &first)];
    std::mem::swap(&mut first.meter.meter, &mut second.meter.meter);
    for (site, other) in [(&first, &second), (&second, &first)] {
        let believed_at = Some((on, other.meter.service_point.clone()));
        walk.enter(months, site, &Route { believed_at, ..Route::default() });
    }
    let reason = "the customer turned off the water, and the neighbor's meter stood still";
    let since = first.year.begins_on();
    DatedEvent { on, what: TownEvent::CrossedMeters(CrossedMeters { since, places, reason }) }
}

/// The records of the places of one cycle, in the order in which they are read.
#[derive(Default)]
struct Walk {
    customers: Vec<Customer>,
    premises: Vec<Premise>,
    meters: Vec<Meter>,
    agreements: Vec<Agreement>,
}

impl Walk {
    /// Enters a place into the records, and what is read there into the months.
    fn enter(&mut self, months: &mut [MonthFiles], site: &Site<'_>, route: &Route) {
        if !route.begins_empty {
            self.customers.push(site.customer.clone());
            self.agreements.extend(site.agreements(&site.account(), site.year.begins_on()));
        }
        let mut meter = site.meter.clone();
        if let Some((_, place)) = &route.believed_at {
            meter.service_point.clone_from(place);
        }
        self.meters.push(meter);
        self.premises.push(site.premise.clone());
        for (month, read) in site.reads(route) {
            let files = &mut months[month].cycles;
            if let Some((_, reads)) = files.iter_mut().find(|(code, _)| *code == site.year.code) {
                reads.push(read);
            }
        }
    }
}

fn empty_months(first: Month) -> Vec<MonthFiles> {
    let cycles: Vec<_> = CYCLES.iter().map(|(code, _)| (*code, Vec::new())).collect();
    let months = std::iter::successors(Some(first), |month| Some(month.next())).take(MONTHS);
    months.map(|month| MonthFiles { month: month.to_string(), cycles: cycles.clone() }).collect()
}
