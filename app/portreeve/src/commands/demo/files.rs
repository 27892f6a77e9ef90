//! A made town as files: records as CSV by the names of their fields, and the year's events as JSON, one a line.

use chrono::NaiveDate;

use super::made::{Agreement, Customer, METER_DIALS, METER_MULTIPLIER, METER_UNIT, MadeTown, Meter, Premise, Read};

/// A file with its name within the folder of the town.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeFile {
    /// Such as `reads/2025-01-C1.csv`.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WritingFailed {
    /// A line of a CSV file.
    #[error("writing CSV: {0}")]
    Csv(#[from] csv::Error),
    /// A line of JSON.
    #[error("writing JSON: {0}")]
    Json(#[from] serde_json::Error),
}

const CUSTOMERS: [&str; 13] = [
    "customer",
    "kind",
    "name",
    "phone",
    "email",
    "account",
    "opened_on",
    "bill_payer",
    "recipient",
    "street",
    "city",
    "state",
    "postal_code",
];
const PREMISES: [&str; 11] = [
    "premise",
    "street",
    "city",
    "state",
    "postal_code",
    "parcel",
    "property_use",
    "service_point",
    "service",
    "owner",
    "owner_from",
];
const METERS: [&str; 10] = [
    "meter",
    "unit",
    "dials",
    "multiplier",
    "size",
    "service_point",
    "installed_on",
    "install_count",
    "removed_on",
    "removal_count",
];
const AGREEMENTS: [&str; 9] =
    ["service_point", "service", "account", "schedule", "cycle", "class", "dimensions", "starts_on", "stops_on"];
const ROUTES: [&str; 3] = ["service_point", "route", "sequence"];
/// Stops of one walk, about what somebody reads in half a day.
const STOPS: usize = 40;
/// Between the numbers of two stops, so that another one fits in between.
const STEP: usize = 10;
const READS: [&str; 6] = ["meter", "service_point", "read_on", "count", "kind", "code"];

/// All files of a town, in the order in which they are brought in.
pub fn files(town: &MadeTown) -> Result<Vec<MadeFile>, WritingFailed> {
    let mut files = vec![
        file("customers.csv", &CUSTOMERS, town.customers.iter().map(customer))?,
        file("premises.csv", &PREMISES, town.premises.iter().flat_map(premise))?,
        file("meters.csv", &METERS, town.meters.iter().map(meter))?,
        file("agreements.csv", &AGREEMENTS, town.agreements.iter().map(agreement))?,
    ];
    for month in &town.months {
        for (cycle, reads) in &month.cycles {
            files.push(file(&format!("reads/{}-{cycle}.csv", month.month), &READS, reads.iter().map(read))?);
        }
    }
    let mut text = String::new();
    for event in &town.events {
        text.push_str(&serde_json::to_string(event)?);
        text.push('\n');
    }
    files.push(MadeFile { name: "events.jsonl".to_owned(), text });
    Ok(files)
}

/// The meters, routes and agreements that one cycle hands over on the day its year begins. Meters are read in the order in which the
/// old system has them.
pub fn handed_over(town: &MadeTown, cycle: &str, on: NaiveDate) -> Result<[MadeFile; 3], WritingFailed> {
    let meters = town.meters.iter().filter(|meter| meter.installed_on == on).map(meter);
    let agreements = town.agreements.iter().filter(|agreement| agreement.starts_on == on).map(agreement);
    let walked = town.meters.iter().filter(|meter| meter.installed_on == on).enumerate();
    let stops = walked.map(|(place, meter)| {
        let (route, stop) = (format!("{cycle}-{:02}", place / STOPS + 1), (place % STOPS + 1) * STEP);
        vec![meter.service_point.clone(), route, stop.to_string()]
    });
    Ok([
        file(&format!("handed-over/meters-{cycle}.csv"), &METERS, meters)?,
        file(&format!("handed-over/routes-{cycle}.csv"), &ROUTES, stops)?,
        file(&format!("handed-over/agreements-{cycle}.csv"), &AGREEMENTS, agreements)?,
    ])
}

/// A file of customers, as for those who come in the year.
pub fn customers_file(customers: &[Customer]) -> Result<String, WritingFailed> {
    Ok(file("customers.csv", &CUSTOMERS, customers.iter().map(customer))?.text)
}

fn file(name: &str, fields: &[&str], lines: impl Iterator<Item = Vec<String>>) -> Result<MadeFile, WritingFailed> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields)?;
    for line in lines {
        writer.write_record(&line)?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    let text = String::from_utf8(bytes).expect("what was written from texts is text");
    Ok(MadeFile { name: name.to_owned(), text })
}

fn customer(made: &Customer) -> Vec<String> {
    let mut line = [&made.customer, made.kind, &made.name, &made.phone, &made.email].map(str::to_owned).to_vec();
    if let Some(account) = &made.account {
        let (opened_on, mailing) = (account.opened_on.to_string(), &account.mailing);
        let payer = account.bill_payer.as_deref().unwrap_or_default();
        line.extend([&account.account, &opened_on, payer, &account.recipient].map(str::to_owned));
        line.extend([&mailing.street, &mailing.city, mailing.state, &mailing.postal_code].map(str::to_owned));
    }
    line.resize(CUSTOMERS.len(), String::new());
    line
}

fn premise(made: &Premise) -> Vec<Vec<String>> {
    let (address, owner_from) = (&made.address, made.owner_from.to_string());
    let line = |(service_point, service): &(String, &'static str)| {
        let place = [&made.premise, &address.street, &address.city, address.state, &address.postal_code];
        let rest = [&made.parcel, made.property_use, service_point, service, &made.owner, &owner_from];
        place.into_iter().chain(rest).map(str::to_owned).collect()
    };
    made.service_points.iter().map(line).collect()
}

fn meter(made: &Meter) -> Vec<String> {
    let dials = METER_DIALS.to_string();
    let (installed_on, count) = (made.installed_on.to_string(), made.install_count.to_string());
    [&made.meter, METER_UNIT, &dials, METER_MULTIPLIER, made.size, &made.service_point, &installed_on, &count, "", ""]
        .map(str::to_owned)
        .to_vec()
}

fn agreement(made: &Agreement) -> Vec<String> {
    let starts_on = made.starts_on.to_string();
    let place = [&made.service_point, made.service, &made.account].map(str::to_owned);
    let terms = [made.schedule(), made.cycle, made.class, &made.dimensions, &starts_on, ""].map(str::to_owned);
    [place.as_slice(), terms.as_slice()].concat()
}

fn read(made: &Read) -> Vec<String> {
    let (read_on, count) = (made.read_on.to_string(), made.count.to_string());
    [&made.meter, &made.service_point, &read_on, &count, made.kind, made.code].map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use kernel::Month;

    use super::super::generator::{TownPlan, make};
    use super::*;

    #[test]
    fn files_have_their_fields_and_a_line_for_every_record() {
        let town = make(&TownPlan { seed: 1, accounts: 200, first: Month::parse("2025-01").unwrap() });
        let files = files(&town).unwrap();
        let lines = |name: &str| files.iter().find(|file| file.name == name).unwrap().text.lines().count();
        assert_eq!(files.len(), 4 + 48 + 1);
        assert_eq!(lines("customers.csv"), 1 + town.customers.len());
        assert_eq!(
            lines("premises.csv"),
            1 + town.premises.iter().map(|premise| premise.service_points.len()).sum::<usize>()
        );
        assert_eq!(lines("meters.csv"), 1 + town.meters.len());
        assert_eq!(lines("agreements.csv"), 1 + town.agreements.len());
        assert_eq!(lines("reads/2025-12-C4.csv"), 1 + town.months[11].cycles[3].1.len());
        assert_eq!(lines("events.jsonl"), town.events.len());
    }

    #[test]
    fn inches_are_quoted_and_empty_fields_stay_empty() {
        let town = make(&TownPlan { seed: 1, accounts: 3, first: Month::parse("2025-01").unwrap() });
        let files = files(&town).unwrap();
        for file in files.iter().filter(|file| file.name.ends_with(".csv")) {
            let mut reader = csv::Reader::from_reader(file.text.as_bytes());
            let width = reader.headers().unwrap().len();
            for record in reader.records() {
                assert_eq!(record.unwrap().len(), width, "{}", file.name);
            }
        }
        assert!(files[3].text.contains("\"meter_size="), "{}", files[3].text);
    }
}
