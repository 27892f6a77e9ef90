//! Consumption from reads: what holds for every meter, true or absurd.

use chrono::{Days, NaiveDate};
use kernel::{MeterId, Unit};
use metering::{Boundary, Grounds, Installation, Measured, MeasuredUse, MeterRead, ReadKind, measure};
use proptest::prelude::*;

const RANGE: i64 = 10_000;
const STEPS_PER_COUNT: i64 = 100;
/// From one boundary to the next.
const BETWEEN: usize = 30;

/// A service point whose true use is known for every day.
#[derive(Clone, Debug)]
struct Truth {
    daily: Vec<i64>,
    /// The days on which the meter was exchanged, with the count of the new one.
    exchanges: Vec<(usize, i64)>,
    first_count: i64,
    /// For each boundary, how many days after it the meter was read.
    late: Vec<i64>,
    /// For each boundary, whether it was read at all.
    is_read: Vec<bool>,
    /// Days of more reads, which count only outside the windows.
    more: Vec<usize>,
    /// Chance, for putting things in another order.
    keys: Vec<u64>,
}

fn truths(most_a_day: i64) -> impl Strategy<Value = Truth> {
    (4..9_usize).prop_flat_map(move |periods| {
        let days = periods * BETWEEN;
        (
            prop::collection::vec(0..=most_a_day, days + 10),
            prop::collection::vec((1..days, 0..RANGE), 0..4),
            0..RANGE,
            prop::collection::vec(-3..=3_i64, periods + 1),
            prop::collection::vec(prop::bool::weighted(0.7), periods + 1),
            prop::collection::vec(0..days, 0..8),
            prop::collection::vec(any::<u64>(), 64),
        )
            .prop_map(|(daily, mut exchanges, first_count, late, is_read, more, keys)| {
                exchanges.sort_unstable();
                exchanges.dedup_by_key(|(on, _)| *on);
                Truth { daily, exchanges, first_count, late, is_read, more, keys }
            })
    })
}

fn date(day: usize) -> NaiveDate {
    NaiveDate::from_ymd_opt(2023, 12, 1).unwrap() + Days::new(u64::try_from(day).unwrap())
}

impl Truth {
    fn periods(&self) -> usize {
        self.late.len() - 1
    }

    /// The boundaries lie at days 5, 35, 65, …
    fn boundary_day(boundary: usize) -> usize {
        5 + boundary * BETWEEN
    }

    fn boundaries(&self) -> Vec<Boundary> {
        let of = |boundary| {
            let on = date(Truth::boundary_day(boundary));
            Boundary { on, read_from: on - Days::new(3), read_through: on + Days::new(3) }
        };
        (0..self.late.len()).map(of).collect()
    }

    fn read_day(&self, boundary: usize) -> usize {
        Truth::boundary_day(boundary).checked_add_signed(isize::try_from(self.late[boundary]).unwrap()).unwrap()
    }

    /// All counts used before the day begins.
    fn used_before(&self, day: usize) -> i64 {
        self.daily[..day].iter().sum()
    }

    fn count_on(&self, day: usize) -> (usize, i64) {
        let done = self.exchanges.iter().filter(|(on, _)| *on <= day).count();
        let (since, count) = if done == 0 { (0, self.first_count) } else { self.exchanges[done - 1] };
        (done, (count + self.used_before(day) - self.used_before(since)) % RANGE)
    }

    fn read(&self, day: usize) -> MeterRead {
        let (meter, count) = self.count_on(day);
        let kind = if day.is_multiple_of(7) { ReadKind::Customer } else { ReadKind::Actual };
        MeterRead { read_on: date(day), meter: meter_id(meter), count, kind }
    }

    fn boundary_reads(&self, is_read: impl Fn(usize) -> bool) -> Vec<MeterRead> {
        (0..self.late.len()).filter(|boundary| is_read(*boundary)).map(|at| self.read(self.read_day(at))).collect()
    }

    fn more_reads(&self) -> Vec<MeterRead> {
        let is_outside =
            |day: &usize| 3 < day.abs_diff(Truth::boundary_day((day + BETWEEN / 2).saturating_sub(5) / BETWEEN));
        self.more.iter().filter(|day| is_outside(day)).map(|day| self.read(*day)).collect()
    }

    fn installations(&self) -> Vec<Installation> {
        let place = |place: usize| {
            let (on, count) = if place == 0 { (0, self.first_count) } else { self.exchanges[place - 1] };
            let end = self.exchanges.get(place).map(|(end, _)| *end);
            let last_count = |end: usize| (count + self.used_before(end) - self.used_before(on)) % RANGE;
            Installation {
                installed_on: date(on),
                removed_on: end.map(date),
                meter: meter_id(place),
                serial_number: format!("M{place}"),
                unit: Unit::Gallon,
                dials: 4,
                steps_per_count: STEPS_PER_COUNT,
                install_count: count,
                removal_count: end.map(last_count),
            }
        };
        (0..=self.exchanges.len()).map(place).collect()
    }

    fn true_steps(&self, from: usize, to: usize) -> i64 {
        (self.used_before(self.read_day(to)) - self.used_before(self.read_day(from))) * STEPS_PER_COUNT
    }
}

fn meter_id(place: usize) -> MeterId {
    MeterId(i64::try_from(place).unwrap())
}

fn steps(measured: &Measured) -> Option<i64> {
    match &measured.outcome {
        MeasuredUse::Known { steps, .. } => Some(*steps),
        MeasuredUse::Unknown => None,
    }
}

/// The same things in another order.
fn shuffled<T: Clone>(things: &[T], keys: &[u64]) -> Vec<T> {
    let mut places: Vec<usize> = (0..things.len()).collect();
    places.sort_by_key(|place| keys.get(*place).copied().unwrap_or(7));
    places.into_iter().map(|place| things[place].clone()).collect()
}

/// What holds for whatever comes out.
fn check_grounds(measured: &[Measured]) {
    for measured in measured {
        let MeasuredUse::Known { steps, unit, grounds, .. } = &measured.outcome else {
            assert!(!measured.findings.is_empty(), "{measured:?} says why");
            continue;
        };
        let Grounds::Read { parts, share } = grounds else { panic!("{grounds:?} are reads") };
        let counted: i64 = parts.iter().map(|part| part.steps).sum();
        assert_eq!(counted, share.map_or(*steps, |share| share.of_steps));
        assert!(0 <= *steps && share.is_none_or(|share| share.steps == *steps));
        let text = grounds.to_text();
        let again = Grounds::parse(&text).unwrap();
        assert_eq!((&again, again.to_text()), (grounds, text));
        assert_eq!(grounds.sentences(*unit).len(), parts.len() + usize::from(share.is_some()));
    }
}

proptest! {
    #[test]
    fn reads_at_all_boundaries_give_back_the_true_use(truth in truths(60)) {
        let measured = measure(&truth.installations(), &truth.boundary_reads(|_| true), &truth.boundaries());
        let found: Vec<Option<i64>> = measured.iter().map(steps).collect();
        let expected: Vec<Option<i64>> =
            (0..truth.periods()).map(|period| Some(truth.true_steps(period, period + 1))).collect();
        prop_assert_eq!(found, expected);
        check_grounds(&measured);
    }

    #[test]
    fn the_periods_between_two_reads_make_up_the_register(truth in truths(8)) {
        let reads = truth.boundary_reads(|boundary| boundary == 0 || truth.is_read[boundary]);
        let measured = measure(&truth.installations(), &reads, &truth.boundaries());
        check_grounds(&measured);
        let read: Vec<usize> =
            (0..=truth.periods()).filter(|boundary| *boundary == 0 || truth.is_read[*boundary]).collect();
        for ends in read.windows(2) {
            let parts: Option<i64> = measured[ends[0]..ends[1]].iter().map(steps).sum();
            prop_assert_eq!(parts, Some(truth.true_steps(ends[0], ends[1])));
        }
        let last = *read.last().unwrap();
        prop_assert!(measured[last..].iter().all(|measured| steps(measured).is_none()));
    }

    #[test]
    fn a_true_read_in_between_changes_no_figure(truth in truths(8)) {
        let reads = truth.boundary_reads(|boundary| boundary == 0 || truth.is_read[boundary]);
        let with_more: Vec<MeterRead> = reads.iter().cloned().chain(truth.more_reads()).collect();
        let figures = |reads: &[MeterRead]| -> Vec<Option<i64>> {
            measure(&truth.installations(), reads, &truth.boundaries()).iter().map(steps).collect()
        };
        prop_assert_eq!(figures(&reads), figures(&with_more));
    }

    #[test]
    fn the_order_of_what_is_known_does_not_matter(truth in truths(200)) {
        let reads: Vec<MeterRead> =
            truth.boundary_reads(|boundary| truth.is_read[boundary]).into_iter().chain(truth.more_reads()).collect();
        let (meters, boundaries) = (truth.installations(), truth.boundaries());
        let keys = &truth.keys;
        prop_assert_eq!(
            measure(&meters, &reads, &boundaries),
            measure(&shuffled(&meters, keys), &shuffled(&reads, keys), &shuffled(&boundaries, keys)),
        );
    }
}

/// Days that crowd together, and the ends of time.
fn days() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![
        20 => (0..90_usize).prop_map(date),
        1 => Just(NaiveDate::MIN),
        1 => Just(NaiveDate::MAX),
    ]
}

fn numbers() -> impl Strategy<Value = i64> {
    prop_oneof![6 => 0..2_000_i64, 1 => any::<i64>(), 1 => Just(i64::MAX), 1 => Just(i64::MIN), 1 => Just(999_999_999)]
}

prop_compose! {
    fn absurd_installations()(
        installed_on in days(), removed_on in prop::option::of(days()), meter in 0..3_i64, is_ccf in prop::bool::weighted(0.1),
        dials in prop_oneof![3 => Just(3_u32), 1 => any::<u32>(), 1 => 0..20_u32], steps_per_count in numbers(),
        install_count in numbers(), removal_count in prop::option::of(numbers()),
    ) -> Installation {
        let unit = if is_ccf { Unit::Ccf } else { Unit::Gallon };
        let (meter, serial_number) = (MeterId(meter), format!("M{meter}"));
        Installation {
            installed_on, removed_on, meter, serial_number, unit, dials, steps_per_count, install_count, removal_count,
        }
    }
}

prop_compose! {
    fn absurd_reads()(read_on in days(), meter in 0..4_i64, count in numbers(), is_actual in any::<bool>()) -> MeterRead {
        let kind = if is_actual { ReadKind::Actual } else { ReadKind::Customer };
        MeterRead { read_on, meter: MeterId(meter), count, kind }
    }
}

prop_compose! {
    fn absurd_boundaries()(on in days(), read_from in days(), read_through in days()) -> Boundary {
        Boundary { on, read_from, read_through }
    }
}

proptest! {
    #[test]
    fn nothing_absurd_panics_or_depends_on_order(
        meters in prop::collection::vec(absurd_installations(), 0..5),
        reads in prop::collection::vec(absurd_reads(), 0..12),
        boundaries in prop::collection::vec(absurd_boundaries(), 0..7),
        keys in prop::collection::vec(any::<u64>(), 12),
    ) {
        let measured = measure(&meters, &reads, &boundaries);
        check_grounds(&measured);
        let mut days: Vec<NaiveDate> = boundaries.iter().map(|boundary| boundary.on).collect();
        days.sort_unstable();
        days.dedup();
        prop_assert_eq!(measured.len(), days.len().saturating_sub(1));
        let again = measure(&shuffled(&meters, &keys), &shuffled(&reads, &keys), &shuffled(&boundaries, &keys));
        prop_assert_eq!(measured, again);
    }
}
