//! In whatever order reads, moves, exchanges and corrections come to be known between the runs of some months, what is charged in
//! the end is what would have been charged had everything been right from the start: to the cent, by fund and tax.
//!
//! The limits: a period that is never read stays an estimate; here the last read of each place always comes.

use billing::acts::{CorrectService, MeasureAgain, TransferService};
use db::Engine;
use kernel::{AccountId, Unit};
use metering::acts::{ExchangeMeter, MeterFacts};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use testkit::postgres_server;

use crate::metered::Metered;
use crate::tariff::{Priced, service};
use crate::town::day;

const MONTHS: [&str; 4] = ["2025-01", "2025-02", "2025-03", "2025-04"];
const ENDS: [&str; 4] = ["2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01"];
/// The month, from 0, in which the meter of the second place is exchanged.
const EXCHANGED_IN: usize = 2;

/// What is true, and after how many runs each part of it is known.
#[derive(Clone, Debug)]
struct Story {
    /// Kgal used a month at the two places.
    uses: [[i64; 4]; 2],
    /// When each read becomes known; a read that was misread is known wrong first, and right after all runs.
    reads: [[Known; 4]; 2],
    /// The day on which the tenant of the first place changes, the count then, and when the office hears of it.
    moved_on: u32,
    move_known: usize,
    /// When it is found that the second place is a shop.
    class_known: usize,
    /// The day of March on which the meter of the second place is exchanged, and when the office hears of it.
    exchanged_on: u32,
    exchange_known: usize,
}

#[derive(Clone, Copy, Debug)]
enum Known {
    After(usize),
    WrongFirst(usize, i64),
}

fn story() -> impl Strategy<Value = Story> {
    let uses = prop::array::uniform2(prop::array::uniform4(0_i64..40));
    let known = prop_oneof![
        4 => (0_usize..5).prop_map(Known::After),
        1 => ((0_usize..4), (-6_i64..30)).prop_map(|(after, off)| Known::WrongFirst(after, off)),
    ];
    let reads = prop::array::uniform2(prop::array::uniform4(known));
    let known = (0_usize..5, 0_usize..5, 0_usize..5);
    (uses, reads, 2_u32..27, 2_u32..27, known).prop_map(|(uses, reads, moved_on, exchanged_on, known)| {
        let (move_known, class_known, exchange_known) = known;
        Story { uses, reads, moved_on, move_known, class_known, exchanged_on, exchange_known }
    })
}

impl Story {
    /// What the meter of the second place had counted of March when it was exchanged, in whole kgal.
    fn before_exchange(&self) -> i64 {
        self.uses[1][2] * i64::from(self.exchanged_on - 1) / 31
    }

    /// What a meter shows at the end of a month; that of the second place is another from March on.
    fn count(&self, place: usize, number: usize) -> i64 {
        let used: i64 = self.uses[place][..=number].iter().sum();
        match place {
            0 => 1_000 + used,
            _ if number < EXCHANGED_IN => 2_000 + used,
            _ => self.uses[place][EXCHANGED_IN..=number].iter().sum::<i64>() - self.before_exchange(),
        }
    }

    /// The first count that becomes known, after how many runs, and whether it is put right after all of them.
    fn first_known(&self, place: usize, number: usize) -> (usize, i64, bool) {
        let count = self.count(place, number);
        match self.reads[place][number] {
            Known::After(after) => (after, count, false),
            Known::WrongFirst(after, off) => {
                let wrong = (count + off).max(0);
                (after, wrong, wrong != count)
            }
        }
    }
}

/// The people and places of a story.
struct Cast {
    town: Metered,
    places: [String; 2],
    tenant: AccountId,
    owner: AccountId,
    next: AccountId,
}

impl Cast {
    async fn new(engine: Engine) -> Cast {
        let town = Metered::new(engine).await;
        let (tenant, owner) = (town.house(1_000).await, town.house(2_000).await);
        let ended = Priced { starts_on: day("2024-01-01"), stops_on: Some(day("2024-02-01")), ..service("sewer") };
        let next = town.tariff.open(&[ended]).await;
        let places = [town.place(tenant).await, town.place(owner).await];
        Cast { town, places, tenant, owner, next }
    }

    /// Makes known what becomes known after so many runs.
    async fn hear(&self, story: &Story, runs: usize) {
        if story.exchange_known == runs {
            self.exchange(story, runs).await;
        }
        for (place, name) in self.places.iter().enumerate() {
            for (number, end) in ENDS.iter().enumerate() {
                let (after, count, is_wrong) = story.first_known(place, number);
                if after == runs {
                    self.town.read(name, end, count).await;
                } else if is_wrong && runs == MONTHS.len() {
                    self.town.correct(name, end, Some(story.count(place, number))).await;
                }
            }
        }
        if story.move_known == runs {
            self.change_tenant(story).await;
        }
        if story.class_known == runs {
            self.correct_class().await;
        }
        let service_points = vec![self.town.point(self.tenant).await, self.town.point(self.owner).await];
        self.town.tariff.town.act(&MeasureAgain { service_points }).await;
    }

    async fn change_tenant(&self, story: &Story) {
        let on = format!("2025-02-{:02}", story.moved_on);
        // What the meter showed on the day: as much of the month's use as days have passed, in whole kgal.
        let used = story.uses[0][1] * i64::from(story.moved_on - 1) / 28;
        self.town.read(&self.places[0], &on, 1_000 + story.uses[0][0] + used).await;
        let transfer = TransferService {
            from_account: self.town.tariff.town.number(self.tenant).await,
            to_account: self.town.tariff.town.number(self.next).await,
            service_point: Some(self.places[0].clone()),
            on: day(&on),
            reason: "another tenant".into(),
        };
        self.town.tariff.town.act(&transfer).await;
    }

    /// Reads that were taken for those of the old meter are withdrawn first, and entered for the new one.
    async fn exchange(&self, story: &Story, runs: usize) {
        let place = &self.places[1];
        let reads = (EXCHANGED_IN..ENDS.len()).map(|number| (ENDS[number], story.first_known(1, number)));
        let since: Vec<(&str, i64)> =
            reads.filter(|(_, (after, ..))| *after < runs).map(|(end, (_, count, _))| (end, count)).collect();
        for (end, _) in &since {
            self.town.correct(place, end, None).await;
        }
        let meter = MeterFacts {
            serial_number: "NEW-1".into(),
            unit: Unit::Kgal,
            dials: 6,
            multiplier: "1".into(),
            size: String::new(),
        };
        let exchange = ExchangeMeter {
            service_point: place.clone(),
            exchanged_on: day(&format!("2025-03-{:02}", story.exchanged_on)),
            removal_count: Some(2_000 + story.uses[1][0] + story.uses[1][1] + story.before_exchange()),
            meter,
            install_count: 0,
            is_right: None,
        };
        self.town.tariff.town.act(&exchange).await;
        for (end, count) in since {
            self.town.correct(place, end, Some(count)).await;
        }
    }

    async fn correct_class(&self) {
        let correct = CorrectService {
            account: self.town.tariff.town.number(self.owner).await,
            service_point: self.places[1].clone(),
            service: "water".into(),
            on: day("2025-01-15"),
            class: "SHOP".into(),
            dimensions: [].into(),
            schedule: "kgal-water".into(),
            reason: "it is a shop".into(),
        };
        self.town.tariff.town.act(&correct).await;
    }

    async fn charged(&self) -> Vec<Vec<(String, String, String, i64)>> {
        let mut charged = Vec::new();
        for account in [self.tenant, self.owner, self.next] {
            charged.push(self.town.charged(account).await);
        }
        charged
    }
}

async fn check(engine: Engine, story: &Story) {
    // Everything is known from the start.
    let right = Cast::new(engine).await;
    for runs in 0..=MONTHS.len() {
        right.hear(story, runs).await;
    }
    for month in MONTHS {
        right.town.bill(month).await;
    }
    assert_eq!(right.town.listed_by("2025-05-31").await, [], "{story:?}");
    let expected = right.charged().await;
    right.town.tariff.town.base.remove().await;
    // It becomes known between the runs, and every bill is made again at the end.
    let told = Cast::new(engine).await;
    told.hear(story, 0).await;
    let mut runs = Vec::new();
    for (number, month) in (1..).zip(MONTHS) {
        runs.push(told.town.bill(month).await);
        told.hear(story, number).await;
    }
    let mut days = 6..;
    for run in runs {
        let bill_on = format!("2025-06-{:02}", days.next().unwrap());
        let mut accounts = Vec::new();
        for account in [told.tenant, told.owner, told.next] {
            if told.town.has_something(run, account).await {
                accounts.push(account);
            }
        }
        told.town.again(run, &accounts, &bill_on).await;
    }
    assert_eq!(told.town.listed_by("2025-05-31").await, [], "{story:?}");
    assert_eq!(told.charged().await, expected, "{story:?}");
    told.town.tariff.town.base.remove().await;
}

fn run(engine: Engine, cases: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases, max_shrink_iters: 30, ..Config::default() });
    let result = runner.run(&story(), |story| {
        runtime.block_on(check(engine, &story));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn the_order_in_which_things_become_known_changes_no_charge() {
    run(Engine::Sqlite, 40);
}

#[test]
fn nor_does_it_on_postgres() {
    match postgres_server() {
        Some(_) => run(Engine::Postgres, 3),
        None => testkit::skip("the order of facts on postgres: no server was started"),
    }
}
