//! What befalls a place in the year: at most one thing, so that each can be followed by itself.

use chrono::{Datelike, Days, NaiveDate};
use fastrand::Rng;

use super::calendar::MONTHS;
use super::flow::Habit;
use super::kind::Kind;
use super::made::{
    AfterStop, Agreement, ChargeByCode, ClassChange, ClassCorrection, Customer, DatedEvent, HeldBill, LeakAdjustment,
    Meter, MeterExchange, ReadCorrection, ServiceStart, ServiceStop, TownEvent,
};
use super::site::{Route, Site, elsewhere, newcomer};

/// A home that used so many counts in a month has a bill that the town file holds, whatever else is on it.
pub const HELD_COUNTS: u32 = 4_500;

/// What befalls a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// Nothing that the office hears of, unless its trash is fetched once more.
    Quiet,
    /// Somebody leaves and somebody comes.
    Moves,
    /// Somebody leaves, and nobody follows for some time; or the owner takes over.
    Leaves,
    /// It stood empty, and somebody comes.
    Arrives,
    /// The meter is exchanged.
    Exchange,
    /// A read is wrong.
    Misread,
    /// A shop is billed as a home.
    WrongClass,
    /// Water leaks.
    Leak,
    /// Its meter and its neighbor's are recorded at each other's place.
    Crossed,
}

impl Story {
    /// Draws one for a place of a kind.
    pub fn draw(rng: &mut Rng, kind: Kind) -> Story {
        let story = match rng.u32(0..10_000) {
            0..530 => Story::Moves,
            530..640 => Story::Leaves,
            640..790 => Story::Exchange,
            790..860 => Story::Misread,
            860..885 => Story::WrongClass,
            885..985 => Story::Leak,
            _ => Story::Quiet,
        };
        let befalls_all = matches!(story, Story::Exchange | Story::Misread);
        if befalls_all || kind == Kind::Home { story } else { Story::Quiet }
    }

    /// Whether a landlord owns the place, since those who rent move.
    pub fn is_rented(self) -> bool {
        matches!(self, Story::Moves | Story::Leaves | Story::Arrives)
    }
}

/// Tells what befalls a place: bends its flow, winds its meter, writes the events; answers what becomes of its reads.
pub fn tell(site: &mut Site<'_>, story: Story, owner: Option<&Customer>, rng: &mut Rng) -> (Route, Vec<DatedEvent>) {
    let mut route = Route { begins_empty: story == Story::Arrives, ..Route::default() };
    let mut events = Vec::new();
    match story {
        Story::Quiet => quiet(site, rng, &mut events),
        Story::Moves => moves(site, rng, &mut events),
        Story::Leaves => leaves(site, owner, rng, &mut events),
        Story::Arrives => arrives(site, rng, &mut events),
        Story::Exchange => exchange(site, rng, &mut events),
        Story::Misread => route.wrong = misread(site, rng, &mut events),
        Story::WrongClass => wrong_class(site, rng, &mut events),
        Story::Leak => leak(site, rng, &mut events),
        Story::Crossed => site.wind(rng),
    }
    // These need every read of theirs, or would tell another story.
    if !matches!(story, Story::Misread | Story::Leak | Story::Crossed) {
        gaps(&mut route, rng);
    }
    (route, events)
}

fn quiet(site: &mut Site<'_>, rng: &mut Rng, events: &mut Vec<DatedEvent>) {
    let begins_on = site.year.begins_on();
    if site.kind == Kind::Home && rng.u32(0..100) < 4 {
        // Winter visitors are away in the hot months.
        for period in site.year.periods.iter().filter(|period| (5..=9).contains(&period.from().month())) {
            site.flow.silence(period.from()..period.to());
        }
    }
    if rng.u32(0..1_000) < 4 {
        site.wind_to_turn(rng);
    } else {
        site.wind(rng);
    }
    if site.kind != Kind::Home {
        return;
    }
    let roll = rng.u32(0..1_000);
    let on = quiet_day(site, rng, 0..MONTHS);
    if roll < 30 {
        let reason = "bulky items put out beside the cart";
        events.push(charge(
            site,
            (&site.account(), "trash", begins_on),
            on,
            ("fee-extra-pickup", rng.u32(1..3), reason),
        ));
    } else if roll < 35 {
        let reason = "one extra pickup a month agreed with the customer";
        let once = charge(site, (&site.account(), "trash", begins_on), on, ("fee-extra-pickup", 1, reason));
        if let TownEvent::Charge(charge) = once.what {
            events.push(DatedEvent { on, what: TownEvent::RecurringCharge(charge) });
        }
    }
}

fn moves(site: &mut Site<'_>, rng: &mut Rng, events: &mut Vec<DatedEvent>) {
    let period = site.year.periods[rng.usize(0..MONTHS)];
    let left_on = period.from() + Days::new(rng.u64(4..14));
    let came_on = left_on + Days::new(if rng.bool() { 0 } else { rng.u64(1..9) });
    site.flow.silence(left_on..came_on);
    let habit = site.kind.habit(rng);
    site.flow.inhabit(rng, came_on, habit);
    site.wind(rng);
    let customer = newcomer(rng, site, came_on);
    let account = customer.account.as_ref().map_or_else(String::new, |account| account.account.clone());
    events.push(stop(site, rng, left_on, AfterStop::Successor { account }));
    start(site, rng, (came_on, customer), events);
}

fn leaves(site: &mut Site<'_>, owner: Option<&Customer>, rng: &mut Rng, events: &mut Vec<DatedEvent>) {
    let number = rng.usize(0..MONTHS - 3);
    let left_on = site.year.periods[number].from() + Days::new(rng.u64(4..20));
    if let (Some(owner), true) = (owner, rng.bool()) {
        site.flow.inhabit(rng, left_on, Habit { indoor: 1, outdoor: 4, is_workplace: false });
        site.wind(rng);
        let taken = newcomer(rng, site, left_on).account.map(|mut account| {
            account.recipient.clone_from(&owner.name);
            account.mailing = elsewhere(rng);
            account
        });
        let account = taken.as_ref().map_or_else(String::new, |account| account.account.clone());
        events.push(stop(site, rng, left_on, AfterStop::OwnerReverts { account }));
        start(site, rng, (left_on, Customer { account: taken, ..owner.clone() }), events);
        return;
    }
    let comes = rng.bool().then(|| site.year.periods[number + 2].from() + Days::new(rng.u64(4..20)));
    site.flow.inhabit(rng, left_on, Habit::default());
    if let Some(came_on) = comes {
        let habit = site.kind.habit(rng);
        site.flow.inhabit(rng, came_on, habit);
    }
    site.wind(rng);
    events.push(stop(site, rng, left_on, AfterStop::Vacant));
    if let Some(came_on) = comes {
        let customer = newcomer(rng, site, came_on);
        start(site, rng, (came_on, customer), events);
    }
}

fn arrives(site: &mut Site<'_>, rng: &mut Rng, events: &mut Vec<DatedEvent>) {
    let came_on = quiet_day(site, rng, 0..MONTHS - 1);
    site.flow.silence(site.year.begins_on()..came_on);
    site.wind(rng);
    let customer = newcomer(rng, site, came_on);
    start(site, rng, (came_on, customer), events);
}

fn exchange(site: &mut Site<'_>, rng: &mut Rng, events: &mut Vec<DatedEvent>) {
    site.wind(rng);
    let on = quiet_day(site, rng, 0..MONTHS);
    let installed = Meter {
        meter: format!("SB{:06}", 700_000 + site.number),
        installed_on: on,
        install_count: rng.u32(0..4),
        ..site.meter.clone()
    };
    let reason = ["fifteen years old", "the glass is fogged", "fails the test at low flow"][rng.usize(0..3)];
    let what = TownEvent::MeterExchange(MeterExchange {
        service_point: site.meter.service_point.clone(),
        removed: site.meter.meter.clone(),
        removal_count: site.count(&site.meter, on),
        installed: installed.clone(),
        reason,
    });
    site.exchanged = Some(installed);
    events.push(DatedEvent { on, what });
}

/// A read that is too high is found before the next; one too low perhaps by the next.
fn misread(site: &mut Site<'_>, rng: &mut Rng, events: &mut Vec<DatedEvent>) -> Option<(usize, u32)> {
    site.wind(rng);
    let number = rng.usize(1..MONTHS - 1);
    let right = site.read(site.read_on(number));
    let before = site.read(site.read_on(number - 1)).count;
    let (wrong, days) = match rng.bool() {
        true => (right.count + rng.u32(4..16) * 100, rng.u64(8..20)),
        false => (before + (right.count - before) / 3, rng.u64(8..45)),
    };
    if wrong == right.count {
        return None;
    }
    let what = TownEvent::ReadCorrection(ReadCorrection {
        meter: right.meter,
        service_point: right.service_point,
        read_on: right.read_on,
        wrong,
        right: right.count,
        reason: "the photograph of the dials shows another count",
    });
    events.push(DatedEvent { on: right.read_on + Days::new(days), what });
    Some((number, wrong))
}

fn wrong_class(site: &mut Site<'_>, rng: &mut Rng, events: &mut Vec<DatedEvent>) {
    site.wind(rng);
    let (begins_on, account) = (site.year.begins_on(), site.account());
    let change = |Agreement { service, class: wrong, .. }| ClassChange {
        agreement: site.agreement_at(service, begins_on),
        wrong,
        class: Kind::Shop.class(),
        dimensions: Kind::Shop.dimensions(service, site.meter.size),
    };
    let changes = site.agreements(&account, begins_on).into_iter().map(change).collect();
    let on = quiet_day(site, rng, 2..MONTHS - 1);
    let reason = "the house has been a shop since service began";
    events.push(DatedEvent { on, what: TownEvent::ClassCorrection(ClassCorrection { account, changes, reason }) });
}

fn leak(site: &mut Site<'_>, rng: &mut Rng, events: &mut Vec<DatedEvent>) {
    let number = rng.usize(0..MONTHS - 3);
    let (first, second) = (site.year.periods[number], site.year.periods[number + 1]);
    let (leak_from, leak_to) = (first.from() + Days::new(rng.u64(8..20)), second.from() + Days::new(rng.u64(10..24)));
    let (period_from, period_to) = (first.from(), second.to());
    let usual_counts = site.flow.used(period_from..period_to);
    let excess_counts = site.flow.leak(leak_from..leak_to, rng.u32(60..240));
    site.wind(rng);
    let account = site.account();
    for (month, period) in [(number, first), (number + 1, second)] {
        let read_before = if month == 0 { period.from() } else { site.read_on(month - 1) };
        if HELD_COUNTS <= site.flow.used(read_before..site.read_on(month)) {
            let finding = "the read is right; the customer was told of a leak";
            let (account, period_from, period_to) = (account.clone(), period.from(), period.to());
            let on = site.year.bill_on(month) + Days::new(rng.u64(1..5));
            events.push(DatedEvent {
                on,
                what: TownEvent::HeldBill(HeldBill { account, period_from, period_to, finding }),
            });
        }
    }
    // Policy (assumed): relief from twice the usual use on, when a repair is proved.
    if usual_counts <= excess_counts && rng.u32(0..10) < 7 {
        let proof = ["plumber's receipt", "photograph of the repaired pipe"][rng.usize(0..2)];
        let service_point = site.meter.service_point.clone();
        let asked = LeakAdjustment {
            account,
            service_point,
            leak_from,
            leak_to,
            period_from,
            period_to,
            usual_counts,
            excess_counts,
            proof,
        };
        let on = site.year.bill_on(number + 1) + Days::new(rng.u64(9..16));
        events.push(DatedEvent { on, what: TownEvent::LeakAdjustment(asked) });
    }
}

fn stop(site: &Site<'_>, rng: &mut Rng, on: NaiveDate, after: AfterStop) -> DatedEvent {
    let (account, began_on) = (site.account(), site.year.begins_on());
    let agreements = site.agreements(&account, began_on);
    let agreements = agreements.into_iter().map(|agreement| site.agreement_at(agreement.service, began_on)).collect();
    let (premise, forwarding) = (site.premise.premise.clone(), elsewhere(rng));
    let what = TownEvent::Stop(ServiceStop { account, premise, read: site.read(on), agreements, after, forwarding });
    DatedEvent { on, what }
}

/// A start with what it costs: the account, the water, and a call after hours for some.
fn start(site: &Site<'_>, rng: &mut Rng, (on, customer): (NaiveDate, Customer), events: &mut Vec<DatedEvent>) {
    let account = customer.account.as_ref().map_or_else(String::new, |account| account.account.clone());
    let agreements = site.agreements(&account, on);
    let premise = site.premise.premise.clone();
    let is_owner = customer.customer == site.premise.owner;
    let what = TownEvent::Start(ServiceStart { customer, premise, read: site.read(on), agreements, is_owner });
    events.push(DatedEvent { on, what });
    let at = (account.as_str(), "water", on);
    events.push(charge(site, at, on, ("fee-account-setup", 1, "new account")));
    if !is_owner {
        events.push(charge(site, at, on, ("fee-water-connect", 1, "water turned on")));
    }
    if !is_owner && rng.u32(0..10) == 0 {
        events.push(charge(site, at, on, ("fee-after-hours", 1, "asked for the same evening")));
    }
}

fn charge(
    site: &Site<'_>,
    (account, service, starts_on): (&str, &'static str, NaiveDate),
    on: NaiveDate,
    (schedule, count, reason): (&'static str, u32, &'static str),
) -> DatedEvent {
    let agreement = site.agreement_at(service, starts_on);
    let class = site.kind.class();
    let charge = ChargeByCode { account: account.to_owned(), agreement, schedule, class, count, reason };
    DatedEvent { on, what: TownEvent::Charge(charge) }
}

/// A day in the midst of one of some periods, away from all days on which meters are read.
pub fn quiet_day(site: &Site<'_>, rng: &mut Rng, periods: std::ops::Range<usize>) -> NaiveDate {
    site.year.periods[rng.usize(periods)].from() + Days::new(rng.u64(4..20))
}

/// Gates are locked and dogs are loose: no read, sometimes for months; some customers then send one.
fn gaps(route: &mut Route, rng: &mut Rng) {
    let mut month = 0;
    while month < MONTHS {
        let roll = rng.u32(0..1_000);
        if roll < 11 {
            let length = [1, 1, 1, 1, 1, 1, 2, 2, 3][rng.usize(0..9)];
            route.missing.iter_mut().skip(month).take(length).for_each(|missing| *missing = true);
            month += length;
        } else if roll < 15 {
            route.by_customer[month] = true;
        }
        month += 1;
    }
}
