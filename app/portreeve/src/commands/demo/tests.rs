//! Laws of a made town, whatever its seed: what is handed over could have happened.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use kernel::{DigestBuilder, Month};
use proptest::prelude::*;

use super::calendar::{CYCLES, CycleYear, READ_DAYS_AFTER, READ_DAYS_BEFORE};
use super::files::files;
use super::generator::{TownPlan, make};
use super::made::{AfterStop, Customer, MadeTown, Meter, Read, ServiceStart, ServiceStop, TownEvent};
use super::site::AROUND;
use super::story::HELD_COUNTS;

fn plan(seed: u64, accounts: usize) -> TownPlan {
    TownPlan { seed, accounts, first: Month::parse("2025-01").unwrap() }
}

fn reads(town: &MadeTown) -> impl Iterator<Item = &Read> {
    town.months.iter().flat_map(|month| &month.cycles).flat_map(|(_, reads)| reads)
}

/// Everybody who is or becomes a customer with an account.
fn accounts(town: &MadeTown) -> Vec<&Customer> {
    let starting = town
        .events
        .iter()
        .filter_map(|event| if let TownEvent::Start(start) = &event.what { Some(&start.customer) } else { None });
    town.customers.iter().chain(starting).filter(|customer| customer.account.is_some()).collect()
}

/// What is read and not in the monthly files: at stops, starts and exchanges.
fn reads_of_events(town: &MadeTown) -> Vec<Read> {
    let mut found = Vec::new();
    for event in &town.events {
        if let TownEvent::Stop(ServiceStop { read, .. }) | TownEvent::Start(ServiceStart { read, .. }) = &event.what {
            found.push(read.clone());
        }
    }
    found
}

/// From when to when a meter is believed to be somewhere.
type Installed<'a> = Vec<(&'a str, &'a str, NaiveDate, Option<NaiveDate>)>;

fn installed(town: &MadeTown) -> Installed<'_> {
    let mut rows: Installed<'_> =
        town.meters.iter().map(|meter| (&*meter.meter, &*meter.service_point, meter.installed_on, None)).collect();
    for event in &town.events {
        if let TownEvent::MeterExchange(exchange) = &event.what {
            let Meter { meter, service_point: place, installed_on: on, .. } = &exchange.installed;
            let old = rows.iter_mut().find(|(_, at, _, to)| *at == place && to.is_none()).unwrap();
            assert_eq!(old.0, exchange.removed);
            assert!(exchange.removal_count < AROUND && *on == event.on);
            old.3 = Some(*on);
            rows.push((meter, place, *on, None));
        }
        if let TownEvent::CrossedMeters(crossed) = &event.what {
            for place in &crossed.places {
                let at = rows.iter_mut().find(|(_, at, _, to)| *at == place.service_point && to.is_none()).unwrap();
                assert_eq!(at.0, place.recorded);
                at.3 = Some(event.on);
            }
            rows.extend(crossed.places.iter().map(|place| (&*place.found, &*place.service_point, event.on, None)));
        }
    }
    rows
}

/// By service point and service: from when to when which account is served.
type Served<'a> = BTreeMap<(&'a str, &'a str), Vec<(NaiveDate, Option<NaiveDate>, &'a str)>>;

fn served(town: &MadeTown) -> Served<'_> {
    let mut served = Served::new();
    let starting = town
        .events
        .iter()
        .filter_map(|event| if let TownEvent::Start(start) = &event.what { Some(&start.agreements) } else { None });
    for made in town.agreements.iter().chain(starting.flatten()) {
        let key = (&*made.service_point, made.service);
        served.entry(key).or_default().push((made.starts_on, None, &*made.account));
    }
    for event in &town.events {
        if let TownEvent::Stop(stop) = &event.what {
            for at in &stop.agreements {
                let rows = served.get_mut(&(&*at.service_point, at.service)).unwrap();
                let row = rows.iter_mut().find(|row| row.0 == at.starts_on && row.2 == stop.account).unwrap();
                row.1 = Some(event.on);
            }
        }
    }
    served
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_town_could_have_happened(seed in any::<u64>(), size in 1_usize..700) {
        let town = make(&plan(seed, size));
        prop_assert_eq!(town.agreements.iter().map(|made| &made.account).collect::<BTreeSet<_>>().len(), size);

        let installed = installed(&town);
        let extra = reads_of_events(&town);
        for read in reads(&town).chain(&extra) {
            prop_assert!(read.count < AROUND, "{:?}", read);
            let is_there = installed.iter().any(|(meter, place, from, to)| {
                *meter == read.meter && *place == read.service_point && *from <= read.read_on && to.is_none_or(|to| read.read_on <= to)
            });
            prop_assert!(is_there, "{:?}", read);
        }
        let days: BTreeSet<(&str, NaiveDate)> = reads(&town).map(|read| (&*read.service_point, read.read_on)).collect();
        prop_assert_eq!(days.len(), reads(&town).count(), "one read of a place a day");
        prop_assert!(extra.iter().all(|read| !days.contains(&(&*read.service_point, read.read_on))));

        for ((place, service), mut rows) in served(&town) {
            rows.sort_unstable();
            for pair in rows.windows(2) {
                prop_assert!(pair[0].1.is_some_and(|to| to <= pair[1].0), "{place} {service}: {pair:?}");
            }
        }
        let opened: BTreeMap<&str, NaiveDate> = accounts(&town)
            .iter()
            .filter_map(|customer| customer.account.as_ref())
            .map(|account| (&*account.account, account.opened_on))
            .collect();
        prop_assert_eq!(opened.len(), accounts(&town).len(), "every account has its own reference");
        for ((place, _), rows) in served(&town) {
            for (from, _, account) in rows {
                prop_assert!(opened.get(account).is_some_and(|opened_on| *opened_on <= from), "{place}: {account}");
            }
        }
    }

    #[test]
    fn what_a_record_names_is_there(seed in any::<u64>(), size in 1_usize..500) {
        let town = make(&plan(seed, size));
        let customers: BTreeSet<&str> = town.customers.iter().map(|customer| &*customer.customer).collect();
        prop_assert_eq!(customers.len(), town.customers.len());
        let places: BTreeMap<&str, &str> =
            town.premises.iter().flat_map(|premise| &premise.service_points).map(|(place, service)| (&**place, *service)).collect();
        for premise in &town.premises {
            prop_assert!(customers.contains(&*premise.owner));
            prop_assert!(premise.owner_from <= town.meters[0].installed_on);
        }
        for payer in town.customers.iter().filter_map(|customer| customer.account.as_ref()?.bill_payer.as_deref()) {
            prop_assert!(customers.contains(payer));
        }
        for made in &town.agreements {
            let of_water = if made.service == "sewer" { "water" } else { made.service };
            prop_assert_eq!(places.get(&*made.service_point), Some(&of_water));
        }
        let (meters, parcels): (BTreeSet<&str>, BTreeSet<&str>) =
            (town.meters.iter().map(|meter| &*meter.meter).collect(), town.premises.iter().map(|premise| &*premise.parcel).collect());
        prop_assert_eq!((meters.len(), parcels.len()), (town.meters.len(), town.premises.len()));
        prop_assert!(town.events.is_sorted_by_key(|event| event.on));
    }

    #[test]
    fn reads_lie_in_their_window_and_counts_do_not_fall(seed in any::<u64>(), first in 0_u32..36) {
        let first = Month::of(NaiveDate::from_ymd_opt(2023, 12, 1).unwrap() + chrono::Months::new(first));
        let town = make(&TownPlan { seed, accounts: 300, first });
        for cycle in CYCLES {
            let year = CycleYear::of(cycle, first);
            for (period, month) in year.periods.iter().zip(&town.months) {
                let (_, reads) = month.cycles.iter().find(|(code, _)| *code == cycle.0).unwrap();
                let window = period.to() - Days::new(READ_DAYS_BEFORE)..=period.to() + Days::new(READ_DAYS_AFTER);
                prop_assert!(reads.iter().all(|read| window.contains(&read.read_on)));
            }
        }
        let mut last: BTreeMap<&str, u32> = town.meters.iter().map(|meter| (&*meter.meter, meter.install_count)).collect();
        let wrong: BTreeSet<&str> = town.events.iter().filter_map(|event| if let TownEvent::ReadCorrection(correction) = &event.what { Some(&*correction.meter) } else { None }).collect();
        for read in reads(&town).filter(|read| !wrong.contains(&*read.meter)) {
            let before = last.insert(&read.meter, read.count).unwrap_or(0);
            let used = (read.count + AROUND - before) % AROUND;
            prop_assert!(used < 60_000 * 4, "{read:?} after {before}");
        }
    }
}

/// The town that the documents speak of has what they say.
#[test]
fn five_thousand_accounts_have_what_a_town_has() {
    let town = make(&plan(1, 5_000));
    let count = |is: fn(&TownEvent) -> bool| town.events.iter().filter(|event| is(&event.what)).count();
    let class = |class: &str| {
        let water = town.agreements.iter().filter(|made| made.service == "water");
        water.filter(|made| made.class == class).count()
    };
    let all = reads(&town).count();
    let expected = town.premises.len() * 12;
    let years = years(&town);
    let turned = years.values().filter(|counts| counts.windows(2).any(|pair| pair[1] + AROUND / 2 < pair[0])).count();
    let homes: BTreeSet<&str> = town
        .premises
        .iter()
        .filter(|premise| premise.property_use == "0100")
        .map(|premise| &*premise.premise)
        .collect();
    let used = |counts: &[u32]| counts.windows(2).map(|pair| (pair[1] + AROUND - pair[0]) % AROUND).sum::<u32>();
    let at_homes = town.meters.iter().filter(|meter| homes.contains(&meter.service_point[..7]));
    let at_homes = at_homes.map(|meter| u64::from(used(&years[&*meter.meter]))).sum::<u64>();
    let a_home_a_month = usize::try_from(at_homes / u64::try_from(homes.len()).unwrap() / 12).unwrap();
    #[rustfmt::skip]
    let rows = [
        ("residential",       class("residential"),                                  4_300..4_500),
        ("multifamily",       class("multifamily"),                                    160..240),
        ("commercial",        class("commercial"),                                     250..350),
        ("industrial",        class("industrial"),                                       8..35),
        ("irrigation",        class("irrigation"),                                      30..75),
        ("governmental",      class("governmental"),                                    15..50),
        ("empty places",      town.premises.len() - 5_000,                              25..26),
        ("reads missing",     expected - all,                             expected / 100..expected / 50),
        ("customers' reads",  reads(&town).filter(|read| read.kind == "customer").count(), 150..350),
        ("meters that turn",  turned,                                                   8..25),
        ("a home's month",    a_home_a_month,                                           750..1_050),
        ("stops",             count(|event| matches!(event, TownEvent::Stop(_))),       240..330),
        ("starts",            count(|event| matches!(event, TownEvent::Start(_))),      250..350),
        ("owner takes over",  count(|event| matches!(event, TownEvent::Stop(stop) if matches!(stop.after, AfterStop::OwnerReverts { .. }))), 12..40),
        ("left empty",        count(|event| matches!(event, TownEvent::Stop(stop) if stop.after == AfterStop::Vacant)), 12..40),
        ("exchanges",         count(|event| matches!(event, TownEvent::MeterExchange(_))),  50..100),
        ("misreads",          count(|event| matches!(event, TownEvent::ReadCorrection(_))), 20..55),
        ("wrong classes",     count(|event| matches!(event, TownEvent::ClassCorrection(_))), 4..25),
        ("crossed meters",    count(|event| matches!(event, TownEvent::CrossedMeters(_))),   3..4),
        ("leaks forgiven",    count(|event| matches!(event, TownEvent::LeakAdjustment(_))), 10..50),
        ("held bills",        count(|event| matches!(event, TownEvent::HeldBill(_))),       12..45),
        ("charges by code",   count(|event| matches!(event, TownEvent::Charge(_))),        550..1_000),
        ("recurring",         count(|event| matches!(event, TownEvent::RecurringCharge(_))), 8..40),
    ];
    let wrong: Vec<_> = rows.iter().filter(|(_, found, range)| !range.contains(found)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What each meter of the beginning showed, from its installation on.
fn years(town: &MadeTown) -> BTreeMap<&str, Vec<u32>> {
    let mut years: BTreeMap<&str, Vec<u32>> =
        town.meters.iter().map(|meter| (&*meter.meter, vec![meter.install_count])).collect();
    for read in reads(town) {
        if let Some(counts) = years.get_mut(&*read.meter) {
            counts.push(read.count);
        }
    }
    years
}

#[test]
fn a_correction_says_what_the_file_said_and_what_comes_before_lies_below() {
    let town = make(&plan(7, 3_000));
    let mut seen = 0;
    for event in &town.events {
        if let TownEvent::ReadCorrection(correction) = &event.what {
            let of_meter: Vec<&Read> = reads(&town).filter(|read| read.meter == correction.meter).collect();
            let at = of_meter.iter().position(|read| read.read_on == correction.read_on).unwrap();
            assert_eq!(of_meter[at].count, correction.wrong);
            assert_ne!(correction.wrong, correction.right);
            assert!(of_meter[at - 1].count <= correction.wrong && of_meter[at - 1].count <= correction.right);
            assert!(correction.right <= of_meter[at + 1].count && correction.read_on < event.on);
            let is_low = correction.wrong < correction.right;
            assert!(is_low || event.on < of_meter[at + 1].read_on, "a high read is found before the next");
            seen += 1;
        }
    }
    assert!(5 < seen, "{seen}");
}

#[test]
fn a_held_bill_is_as_high_by_its_reads_as_the_town_file_holds() {
    let town = make(&plan(1, 5_000));
    let (years, mut seen) = (years(&town), 0);
    for event in &town.events {
        if let TownEvent::HeldBill(held) = &event.what {
            let water =
                town.agreements.iter().find(|made| made.service == "water" && made.account == held.account).unwrap();
            let meter = town.meters.iter().find(|meter| meter.service_point == water.service_point).unwrap();
            let month = town.months.iter().position(|month| month.month == held.period_from.to_string()[..7]).unwrap();
            let counts = &years[&*meter.meter];
            assert_eq!(counts.len(), 13, "it was read every month");
            assert!(HELD_COUNTS <= counts[month + 1] - counts[month], "{held:?}");
            assert!(held.period_to < event.on);
            seen += 1;
        }
    }
    assert!(5 < seen, "{seen}");
}

#[test]
fn crossed_meters_are_recorded_where_they_are_not_until_they_are_found() {
    let town = make(&plan(1, 2_000));
    let crossed = town.events.iter().find_map(|event| {
        if let TownEvent::CrossedMeters(crossed) = &event.what { Some((event.on, crossed)) } else { None }
    });
    let (on, crossed) = crossed.unwrap();
    let [first, second] = &crossed.places[..] else { panic!("two places: {crossed:?}") };
    assert_eq!((&first.recorded, &first.found), (&second.found, &second.recorded));
    for place in [first, second] {
        let recorded = town.meters.iter().find(|meter| meter.service_point == place.service_point).unwrap();
        assert_eq!((&recorded.meter, recorded.installed_on), (&place.recorded, crossed.since));
        for read in reads(&town).filter(|read| read.service_point == place.service_point) {
            let expected = if read.read_on < on { &place.recorded } else { &place.found };
            assert_eq!(&read.meter, expected, "{read:?}");
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_bytes_and_another_makes_others() {
    let digest = |seed| {
        let mut digest = DigestBuilder::new();
        for file in files(&make(&plan(seed, 400))).unwrap() {
            digest.text(&file.name).text(&file.text);
        }
        digest.finish().to_string()
    };
    assert_eq!(digest(1), digest(1));
    assert_ne!(digest(1), digest(2));
    // Whoever changes the generator changes this line; whoever did not meant to change nothing.
    assert_eq!(digest(1), "40794ed594cdb7a0d930134a2d4ff4cffc2a619ec65eed68fed9cac00a5cb389");
}

#[test]
fn a_year_makes_all_kinds_of_stop_say_who_comes() {
    let town = make(&plan(1, 5_000));
    let mut starting: BTreeMap<&str, NaiveDate> = BTreeMap::new();
    for event in &town.events {
        if let TownEvent::Start(start) = &event.what {
            starting.insert(&start.customer.account.as_ref().unwrap().account, event.on);
            assert_eq!(start.is_owner, start.customer.customer.starts_with('L'));
            assert_eq!(start.read.read_on, event.on);
        }
    }
    for event in &town.events {
        if let TownEvent::Stop(stop) = &event.what {
            assert_eq!(stop.read.read_on, event.on);
            match &stop.after {
                AfterStop::Successor { account } => {
                    let gap = (starting[&**account] - event.on).num_days();
                    assert!((0..10).contains(&gap), "{gap} days");
                }
                AfterStop::OwnerReverts { account } => assert_eq!(starting[&**account], event.on),
                AfterStop::Vacant => {}
            }
        }
    }
}
