//! How much water runs at a place, day by day, in counts of ten gallons.

use std::ops::Range;

use chrono::{Datelike, NaiveDate, Weekday};
use fastrand::Rng;

/// Of the greatest watering of a year, how many hundredths each month has in the desert.
const WATERING: [u32; 12] = [15, 20, 35, 60, 85, 100, 95, 90, 75, 50, 25, 15];

/// Who uses water at a place, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habit {
    /// Counts a day indoors, all year.
    pub indoor: u32,
    /// Counts a day outdoors at the height of summer.
    pub outdoor: u32,
    /// Whether little happens on weekends.
    pub is_workplace: bool,
}

/// Counts for each day from a first one.
#[derive(Clone, Debug)]
pub struct Flow {
    from: NaiveDate,
    counts: Vec<u32>,
}

impl Flow {
    /// A flow of nothing over some days.
    pub fn nothing(from: NaiveDate, to: NaiveDate) -> Flow {
        let days = usize::try_from((to - from).num_days()).unwrap_or(0);
        Flow { from, counts: vec![0; days] }
    }

    /// Somebody lives or works there from a day on, until told otherwise.
    pub fn inhabit(&mut self, rng: &mut Rng, since: NaiveDate, habit: Habit) {
        let begin = self.place(since);
        for (day, count) in self.from.iter_days().zip(&mut self.counts).skip(begin) {
            let quiet = habit.is_workplace && matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            let indoor = habit.indoor * rng.u32(70..131) / if quiet { 400 } else { 100 };
            let watering = WATERING[usize::try_from(day.month0()).unwrap_or(0)];
            *count = indoor + habit.outdoor * watering * rng.u32(60..141) / 10_000;
        }
    }

    /// Nobody is there on some days.
    pub fn silence(&mut self, days: Range<NaiveDate>) {
        let places = self.places(&days);
        self.counts[places].fill(0);
    }

    /// Water runs away on some days; answers how much in all.
    pub fn leak(&mut self, days: Range<NaiveDate>, counts_a_day: u32) -> u32 {
        let places = self.places(&days);
        let leaking = &mut self.counts[places];
        leaking.iter_mut().for_each(|count| *count += counts_a_day);
        counts_a_day * u32::try_from(leaking.len()).unwrap_or(0)
    }

    /// What ran from the morning of a day to the morning of another.
    pub fn used(&self, days: Range<NaiveDate>) -> u32 {
        self.counts[self.places(&days)].iter().sum()
    }

    /// What runs in all its days.
    pub fn total(&self) -> u32 {
        self.counts.iter().sum()
    }

    fn places(&self, days: &Range<NaiveDate>) -> Range<usize> {
        self.place(days.start)..self.place(days.end)
    }

    fn place(&self, day: NaiveDate) -> usize {
        usize::try_from((day - self.from).num_days()).unwrap_or(0).min(self.counts.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn home() -> Flow {
        let mut flow = Flow::nothing(on("2025-01-01"), on("2026-01-01"));
        let habit = Habit { indoor: 16, outdoor: 30, is_workplace: false };
        flow.inhabit(&mut Rng::with_seed(1), on("2025-01-01"), habit);
        flow
    }

    #[test]
    fn summers_are_wetter_than_winters_and_a_month_is_that_of_a_home() {
        let flow = home();
        let (january, june) =
            (flow.used(on("2025-01-01")..on("2025-02-01")), flow.used(on("2025-06-01")..on("2025-07-01")));
        assert!((500..800).contains(&january), "{january}: 5 to 8 thousand gallons");
        assert!((1_200..1_600).contains(&june), "{june}: 12 to 16 thousand gallons");
    }

    #[test]
    fn parts_of_a_year_make_up_the_year() {
        let flow = home();
        for day in on("2025-01-01").iter_days().take(366) {
            assert_eq!(flow.used(on("2025-01-01")..day) + flow.used(day..on("2026-01-01")), flow.total());
        }
    }

    #[test]
    fn nobody_uses_nothing_and_a_leak_adds_exactly_itself() {
        let mut flow = home();
        let (march, days) = (on("2025-03-01")..on("2025-04-01"), on("2025-03-10")..on("2025-03-20"));
        let before = flow.used(march.clone());
        assert_eq!(flow.leak(days.clone(), 120), 1_200);
        assert_eq!(flow.used(march), before + 1_200);
        flow.silence(days.clone());
        assert_eq!(flow.used(days), 0);
    }
}
