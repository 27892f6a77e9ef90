//! The people of the demo's city hall once the year is made: roles are in force, and one person has each.

use acts::Failure;
use billing::ExplainedService;
use billing::acts::{AdjustAccount, MeasureAgain};
use chrono::NaiveDate;
use db::Fault;
use finance::UnlockPeriod;
use kernel::{BillNumber, Cents};
use metering::Grounds;
use metering::acts::CorrectRead;
use secrets::{Keys, Random};
use staff::people::Contact;
use staff::sign_in::{Client, Step};
use staff::{EstablishRoles, FIRST_ACTOR, JoinStaff, RevokePermission};

use crate::commands::Ended;
use crate::office::{Office, SignInPlace, Who};
use crate::registry::registry;

/// The roles of Saguaro Bend.
const ROLES: &str = include_str!("../../../../../towns/saguaro-bend/roles.toml");
/// As its header says it.
pub const TOWN_NAME: &str = "City of Saguaro Bend";
/// What everybody of the demo signs in with. Only towns made by the demo have it.
pub const PASSWORD: &str = "desert sunrise over the canal";

/// So many bills of a run are tried for work to leave on the desks.
const BILLS_LOOKED_AT: i64 = 40;

/// So many bills are wrong, from this one of a run on, by so many counts.
const BILLS_WRONG: usize = 2;
const FIRST_WRONG: i64 = 10;
const TOO_HIGH: i64 = 20;

/// A person of the demo: code and role, name, position. Nobody of them lives.
pub struct DemoPerson {
    /// What they sign in with, which is also the code of their role.
    pub role: &'static str,
    /// Their name.
    pub name: &'static str,
    position: &'static str,
    supervisor: Option<&'static str>,
}

const fn person(
    role: &'static str,
    name: &'static str,
    position: &'static str,
    supervisor: Option<&'static str>,
) -> DemoPerson {
    DemoPerson { role, name, position, supervisor }
}

/// One person for each role. Those who approve roles come first: until they are there, nobody can be asked.
pub const PEOPLE: [DemoPerson; 17] = [
    person("revenue_administrator", "Rosa Whitlock", "Revenue administrator", None),
    person("customer_service_manager", "Ines Calder", "Customer service manager", Some("revenue_administrator")),
    person("system_administrator", "Theo Brandt", "System administrator", None),
    person("supervisor", "Sol Reyes", "Customer service supervisor", Some("customer_service_manager")),
    person("csr", "Mia Fontaine", "Customer service representative", Some("supervisor")),
    person("senior_csr", "Lena Duarte", "Senior customer service representative", Some("supervisor")),
    person("cashier", "Gus Peralta", "Cashier", Some("head_cashier")),
    person("head_cashier", "Wanda Stroud", "Head cashier", Some("customer_service_manager")),
    person("billing_analyst", "Nils Abara", "Billing analyst", Some("customer_service_manager")),
    person("revenue_accountant", "June Halloran", "Revenue accountant", Some("revenue_administrator")),
    person("bank_reconciler", "Omar Lindqvist", "Treasury and bank reconciler", Some("revenue_administrator")),
    person("meter_technician", "Cruz Beckett", "Meter technician", Some("field_supervisor")),
    person("field_supervisor", "Dana Whitehorse", "Field supervisor", Some("customer_service_manager")),
    person("collections", "Abel Romney", "Collections officer", Some("supervisor")),
    person("mail_clerk", "Pia Castellan", "Mail clerk", Some("supervisor")),
    person("scale_house", "Hank Osei", "Scale house operator", Some("head_cashier")),
    person("auditor", "Vera Stanhope", "Auditor", None),
];

/// Puts roles in force and takes the people in: the first ones alone, all others as a proposal that another approves.
pub async fn staff_the_hall(office: &Office, made_by: &[&str]) -> Result<(), Ended> {
    let console = named(office, FIRST_ACTOR).await?;
    for code in made_by {
        let held = staff::permissions_of(&mut office.db().read().await?, named(office, code).await?.actor.id).await?;
        for permission in held {
            let key = format!("demo end {code} {permission}");
            let act = RevokePermission { actor: (*code).to_owned(), permission };
            office.act(&console.under(key), &act).await?;
        }
    }
    let roles: EstablishRoles =
        toml::from_str(ROLES).map_err(|error| Fault::caused("reading the demo's roles", error))?;
    office.act(&console.under("demo roles"), &roles).await?;
    let mut later: Vec<&DemoPerson> = PEOPLE.iter().collect();
    // Whoever reports to somebody comes after them.
    while !later.is_empty() {
        let (now, rest): (Vec<&DemoPerson>, Vec<&DemoPerson>) = later
            .iter()
            .partition(|one| one.supervisor.is_none_or(|above| later.iter().all(|other| other.role != above)));
        for one in now {
            join(office, &console, one, office.door.today()).await?;
        }
        later = rest;
    }
    Ok(())
}

async fn join(office: &Office, console: &Who, one: &DemoPerson, today: NaiveDate) -> Result<(), Ended> {
    let join = JoinStaff {
        code: one.role.to_owned(),
        name: one.name.to_owned(),
        position: one.position.to_owned(),
        supervisor: one.supervisor.map(str::to_owned),
        skills: String::new(),
        contact: Contact { email: format!("{}@saguarobend.example", one.role.replace('_', ".")), ..Contact::default() },
        roles: [one.role.to_owned()].into(),
        joined_on: today,
    };
    match office.act(&console.under(format!("demo join {}", one.role)), &join).await {
        Ok(_) => Ok(()),
        Err(Failure::Waiting(waiting)) => {
            let mut approver = named(office, "revenue_administrator").await?;
            approver.reason = "the position is budgeted".to_owned();
            let by = approver.under(format!("demo approves {}", one.role));
            office.door.approve(&by, waiting.proposal, &registry()).await?;
            Ok(())
        }
        Err(failure) => Err(failure.into()),
    }
}

/// What is on the desks when somebody looks around: a credit just within a clerk's limit, which the review shows, and a
/// larger one and a month that wait for a second person.
pub async fn leave_work(office: &Office) -> Result<(), Ended> {
    let mut clerk = named(office, "csr").await?;
    clerk.reason = "a sprinkler had been left on; the customer has called before".to_owned();
    let mut amounts = vec![Cents(-9_000), Cents(-4_550)];
    let runs = billing::all_runs(&mut office.db().read().await?).await?;
    for run in runs.iter().rev() {
        for position in 1..=BILLS_LOOKED_AT {
            let Some(cents) = amounts.last().copied() else { break };
            let bill = BillNumber { run: run.number, position }.to_string();
            let key = format!("demo courtesy {bill} {}", cents.0);
            let adjust = AdjustAccount {
                bill,
                revenue: "water.consumption".to_owned(),
                cents,
                effective_on: office.door.today(),
                reason_code: "goodwill".to_owned(),
                reason: clerk.reason.clone(),
                service_point: None,
                schedule: None,
                seen: None,
            };
            match office.act(&clerk.under(key), &adjust).await {
                Ok(_) | Err(Failure::Waiting(_)) => {
                    amounts.pop();
                }
                // Not on every bill is so much water.
                Err(Failure::Refused(_)) => {}
                Err(failure @ Failure::Fault(_)) => return Err(failure.into()),
            }
        }
    }
    let locked = finance::locks(&mut office.db().read().await?).await?.locked().last();
    let Some(month) = locked else { return Ok(()) };
    let mut accountant = named(office, "revenue_accountant").await?;
    accountant.reason = "an invoice of that month came late".to_owned();
    match office.act(&accountant.under("demo late invoice"), &UnlockPeriod { month }).await {
        Ok(_) | Err(Failure::Waiting(_)) => Ok(()),
        Err(failure) => Err(failure.into()),
    }
}

/// Reads are found wrong after their bills went out: whoever corrects bills has some to make again.
pub async fn find_reads_wrong(office: &Office) -> Result<(), Ended> {
    let mut left = BILLS_WRONG;
    let runs = billing::all_runs(&mut office.db().read().await?).await?;
    for run in runs.iter().rev() {
        for position in FIRST_WRONG..=BILLS_LOOKED_AT {
            if left == 0 {
                return Ok(());
            }
            let number = BillNumber { run: run.number, position };
            let view = billing::bill_view(&mut office.db().read().await?, number).await?;
            let services = view.iter().filter(|view| view.taken_back.is_none()).flat_map(|view| &view.services);
            let Some(act) = services.filter(|service| service.extra.is_none()).find_map(read_too_high) else {
                continue;
            };
            correct(office, &act).await?;
            left -= 1;
        }
    }
    Ok(())
}

/// The last read of a use, seen a little too high; none where it was not read, or only a little was used.
fn read_too_high(service: &ExplainedService) -> Option<CorrectRead> {
    let Some(Grounds::Read { parts, share: None }) = &service.grounds else { return None };
    let [part] = parts.as_slice() else { return None };
    (part.from_count + 10 * TOO_HIGH <= part.to_count).then(|| CorrectRead {
        service_point: service.service_point.clone(),
        read_on: part.to_on,
        count: Some(part.to_count - TOO_HIGH),
        reason: "the photograph shows another count".to_owned(),
    })
}

/// Corrects a read, to which somebody else agrees, and works out again what was used.
async fn correct(office: &Office, act: &CorrectRead) -> Result<(), Ended> {
    let mut reader = named(office, "field_supervisor").await?;
    reader.reason = act.reason.clone();
    let place = format!("{} {}", act.service_point, act.read_on);
    match office.act(&reader.under(format!("demo correct {place}")), act).await {
        Ok(_) => {}
        Err(Failure::Waiting(waiting)) => {
            let mut approver = named(office, "supervisor").await?;
            approver.reason = "seen on the photograph".to_owned();
            let by = approver.under(format!("demo agrees {place}"));
            office.door.approve(&by, waiting.proposal, &registry()).await?;
        }
        Err(failure) => return Err(failure.into()),
    }
    let points = premises::service_points_by_reference(&mut office.db().read().await?, &[&act.service_point]).await?;
    let again = MeasureAgain { service_points: points.into_values().collect() };
    office.act(&reader.under(format!("demo measure {place}")), &again).await?;
    Ok(())
}

/// Gives everybody the demo's password.
pub async fn let_sign_in(office: &Office, keys: Keys) -> Result<(), Ended> {
    let place = SignInPlace { town: TOWN_NAME.to_owned(), ..SignInPlace::default() };
    let sign_in = office.sign_in_at(keys, Random::of_the_machine(), place);
    let now = office.door.now();
    let client = Client { address: "the demo".to_owned(), agent: String::new() };
    for one in &PEOPLE {
        let link = sign_in.first_link(one.role, now).await?.map_err(|refused| Ended::Refused(refused.to_string()))?;
        match sign_in.use_link(link.text(), PASSWORD, &client, now).await? {
            Step::In(token) | Step::NeedsSecondFactor(token) => {
                sign_in.sign_out(token.text(), now).await?;
            }
            Step::Refused(refused) => return Err(Ended::Refused(refused.to_string())),
        }
    }
    Ok(())
}

/// Who is there, with what to sign in.
pub fn directory() -> String {
    let mut text = format!("\nSign in as one of these, with the password \"{PASSWORD}\":\n");
    for one in &PEOPLE {
        text.push_str(&format!("  {:<26}{}, {}\n", one.role, one.name, one.position.to_lowercase()));
    }
    text
}

async fn named(office: &Office, code: &str) -> Result<Who, Ended> {
    let who = office.who(code, "the office is staffed").await?;
    Ok(who.ok_or_else(|| Fault::new(format!("nobody has the code '{code}'")))?)
}
