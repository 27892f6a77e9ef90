//! One place of a made town: who is there, which services it has, its meter, and the water that runs.

use chrono::{Days, NaiveDate};
use fastrand::Rng;

use super::calendar::{CycleYear, MONTHS};
use super::flow::Flow;
use super::kind::Kind;
use super::made::{AccountOf, Address, Agreement, AgreementAt, Customer, METER_DIALS, Meter, Premise, Read};
use super::names;

/// Houses in a block, which is read in one morning.
pub const BLOCK: usize = 20;
/// So many counts bring a meter back to zero.
pub const AROUND: u32 = 10_u32.pow(METER_DIALS);
const CITY: &str = "Saguaro Bend";
const POSTAL_CODE: &str = "85999";

/// A place in the making.
#[derive(Clone, Debug)]
pub struct Site<'a> {
    /// Its number along the routes, from 0.
    pub number: usize,
    /// The year of its cycle.
    pub year: &'a CycleYear,
    /// What kind of place it is.
    pub kind: Kind,
    /// Its record.
    pub premise: Premise,
    /// Who has the account there when the year begins.
    pub customer: Customer,
    /// Its meter when the year begins.
    pub meter: Meter,
    /// The meter that replaces it in the year.
    pub exchanged: Option<Meter>,
    /// The water.
    pub flow: Flow,
}

/// What becomes of the reads of a place.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// Months without a read.
    pub missing: [bool; MONTHS],
    /// Months in which the customer sends the read.
    pub by_customer: [bool; MONTHS],
    /// A month and the wrong count written down for it.
    pub wrong: Option<(usize, u32)>,
    /// Whether nobody is served there when the year begins.
    pub begins_empty: bool,
    /// Until a day, the place at which the meter is believed to be.
    pub believed_at: Option<(NaiveDate, String)>,
}

impl<'a> Site<'a> {
    /// A place of a kind, on its street; a landlord owns it, or whoever is there.
    pub fn new(rng: &mut Rng, number: usize, year: &'a CycleYear, (kind, landlord): (Kind, Option<&str>)) -> Site<'a> {
        let begins_on = year.begins_on();
        let (habit, size) = (kind.habit(rng), kind.meter_size(rng));
        let mut flow = Flow::nothing(begins_on, year.periods[MONTHS - 1].to() + Days::new(7));
        flow.inhabit(rng, begins_on, habit);
        let address = local(names::street(number / BLOCK, number % BLOCK));
        let customer = customer(rng, number, kind, (&address, begins_on, landlord));
        let mut service_points = vec![(format!("P{number:06}-W"), "water")];
        if kind.trash().is_some() {
            service_points.push((format!("P{number:06}-T"), "trash"));
        }
        if kind.has_stormwater() {
            service_points.push((format!("P{number:06}-S"), "stormwater"));
        }
        let owned_for = Days::new(rng.u64(400..9_000));
        let premise = Premise {
            premise: format!("P{number:06}"),
            address,
            parcel: format!("{}-{:02}-{:03}", 300 + number / 50_000, number / 500 % 100, number % 500),
            property_use: kind.property_use(),
            service_points,
            owner: landlord.unwrap_or(&customer.customer).to_owned(),
            owner_from: begins_on - owned_for,
        };
        let meter = Meter {
            meter: format!("SB{:06}", 200_000 + number),
            size,
            service_point: format!("P{number:06}-W"),
            installed_on: begins_on,
            install_count: 0,
        };
        Site { number, year, kind, premise, customer, meter, exchanged: None, flow }
    }

    /// Winds the meter so that it does not pass zero within the year, whatever will have run.
    pub fn wind(&mut self, rng: &mut Rng) {
        self.meter.install_count = rng.u32(0..AROUND - self.year_counts() - 4_000);
    }

    /// Winds the meter so that it passes zero within the year.
    pub fn wind_to_turn(&mut self, rng: &mut Rng) {
        self.meter.install_count = AROUND - self.year_counts() * rng.u32(15..80) / 100;
    }

    /// What runs in the year, as far as a meter can count it without turning.
    fn year_counts(&self) -> u32 {
        self.flow.total().clamp(100, AROUND - 5_000)
    }

    /// The account there when the year begins.
    pub fn account(&self) -> String {
        self.customer.account.as_ref().map_or_else(String::new, |account| account.account.clone())
    }

    /// What a meter of the place shows on the morning of a day.
    pub fn count(&self, meter: &Meter, day: NaiveDate) -> u32 {
        (meter.install_count + self.flow.used(meter.installed_on..day)) % AROUND
    }

    /// The meter that is there on a day.
    pub fn meter_on(&self, day: NaiveDate) -> &Meter {
        self.exchanged.as_ref().filter(|meter| meter.installed_on <= day).unwrap_or(&self.meter)
    }

    /// A read of the meter on a day.
    pub fn read(&self, day: NaiveDate) -> Read {
        let meter = self.meter_on(day);
        Read {
            meter: meter.meter.clone(),
            service_point: meter.service_point.clone(),
            read_on: day,
            count: self.count(meter, day),
            kind: "actual",
            code: "",
        }
    }

    /// The day on which it is read for a period.
    pub fn read_on(&self, period: usize) -> NaiveDate {
        self.year.read_on(period, self.number / BLOCK)
    }

    /// What is written down for each month of the year, as far as anything is.
    pub fn reads(&self, route: &Route) -> Vec<(usize, Read)> {
        let written = |period: usize| {
            let mut read = self.read(self.read_on(period));
            if let Some((until, place)) = &route.believed_at
                && read.read_on < *until
            {
                read.service_point.clone_from(place);
            }
            if let Some((month, count)) = route.wrong
                && month == period
            {
                read.count = count;
            }
            if route.by_customer[period] {
                (read.kind, read.code) = ("customer", "locked");
            }
            (period, read)
        };
        (0..MONTHS).filter(|period| !route.missing[*period]).map(written).collect()
    }

    /// The services billed to an account from a day on.
    pub fn agreements(&self, account: &str, starts_on: NaiveDate) -> Vec<Agreement> {
        let kind = self.kind;
        let agreement = |(service, place): (&'static str, char)| Agreement {
            service_point: format!("P{:06}-{place}", self.number),
            service,
            account: account.to_owned(),
            cycle: self.year.code,
            class: kind.class(),
            dimensions: kind.dimensions(service, self.meter.size),
            starts_on,
        };
        let billed = [
            Some(("water", 'W')),
            kind.has_sewer().then_some(("sewer", 'W')),
            kind.trash().map(|_| ("trash", 'T')),
            kind.has_stormwater().then_some(("stormwater", 'S')),
        ];
        billed.into_iter().flatten().map(agreement).collect()
    }

    /// The agreement of a service that began on a day.
    pub fn agreement_at(&self, service: &'static str, starts_on: NaiveDate) -> AgreementAt {
        let place = match service {
            "trash" => 'T',
            "stormwater" => 'S',
            _ => 'W',
        };
        AgreementAt { service_point: format!("P{:06}-{place}", self.number), service, starts_on }
    }
}

/// Somebody who begins service at a place in the year.
pub fn newcomer(rng: &mut Rng, site: &Site<'_>, on: NaiveDate) -> Customer {
    let reference = format!("C{:06}", 500_001 + site.number);
    let name = names::person(rng);
    let account = AccountOf {
        account: format!("A{:06}", 500_001 + site.number),
        opened_on: on,
        bill_payer: None,
        recipient: name.clone(),
        mailing: site.premise.address.clone(),
    };
    Customer {
        email: mail(rng, &name, site.number),
        phone: names::phone(rng),
        account: Some(account),
        ..plain(reference, "person", name)
    }
}

/// A landlord, who has no account.
pub fn landlord(rng: &mut Rng, number: usize) -> Customer {
    let (kind, name) = match rng.u32(0..10) {
        0..4 => ("organization", names::landlord(rng)),
        _ => ("person", names::person(rng)),
    };
    Customer { phone: names::phone(rng), ..plain(format!("L{number:05}"), kind, name) }
}

/// An address elsewhere.
pub fn elsewhere(rng: &mut Rng) -> Address {
    let street = names::street(rng.usize(0..200), rng.usize(0..BLOCK));
    Address { street, city: "Ocotillo Falls".to_owned(), state: "AZ", postal_code: "85998".to_owned() }
}

fn customer(
    rng: &mut Rng,
    number: usize,
    kind: Kind,
    (address, begins_on, landlord): (&Address, NaiveDate, Option<&str>),
) -> Customer {
    let name = kind.name(rng);
    let opened_on = begins_on - Days::new(rng.u64(40..7_000));
    let mailing = match rng.u32(0..100) {
        0..10 => local(format!("PO Box {}", rng.u32(10..3_000))),
        10..13 => elsewhere(rng),
        _ => address.clone(),
    };
    let account = AccountOf {
        account: format!("A{:06}", 100_001 + number),
        opened_on,
        bill_payer: landlord.filter(|_| kind == Kind::Home && rng.u32(0..100) < 8).map(str::to_owned),
        recipient: name.clone(),
        mailing,
    };
    let party = if kind == Kind::Home { "person" } else { "organization" };
    Customer {
        email: mail(rng, &name, number),
        phone: names::phone(rng),
        account: Some(account),
        ..plain(format!("C{:06}", 100_001 + number), party, name)
    }
}

fn plain(customer: String, kind: &'static str, name: String) -> Customer {
    Customer { customer, kind, name, phone: String::new(), email: String::new(), account: None }
}

fn mail(rng: &mut Rng, name: &str, number: usize) -> String {
    let given = name.split(' ').next().unwrap_or(name).to_ascii_lowercase();
    if rng.u32(0..10) < 6 { format!("{given}.{number}@example.com") } else { String::new() }
}

fn local(street: String) -> Address {
    Address { street, city: CITY.to_owned(), state: "AZ", postal_code: POSTAL_CODE.to_owned() }
}
