//! The schemes, each with what becomes of it.

use stories::Said;

use crate::office::{Office, Shown, TODAY, refused, waits};

/// A way to take money.
pub(crate) struct Scheme {
    pub(crate) name: &'static str,
    /// What has to become of it.
    pub(crate) expected: Shown,
    /// Tries it.
    pub(crate) play: fn(&Office) -> Shown,
}

/// All of them.
#[rustfmt::skip]
pub(crate) const SCHEMES: [Scheme; 22] = [
    Scheme { name: "a clerk adjusts the own bill",             expected: Shown::Refused("is your own"),           play: own_account },
    Scheme { name: "a clerk adjusts the household's bill",     expected: Shown::Refused("your household"),        play: household },
    Scheme { name: "a clerk adjusts where they live",          expected: Shown::InReview("same_address"),         play: same_address },
    Scheme { name: "a clerk stays a cent under the limit",     expected: Shown::InReview("just_under_limit"),     play: just_under },
    Scheme { name: "a clerk splits a large credit",            expected: Shown::InReview("split_amounts"),        play: split },
    Scheme { name: "a clerk goes on splitting",                expected: Shown::Waits,                            play: split_on },
    Scheme { name: "a clerk charges less than nothing",        expected: Shown::Refused("has no price"),          play: credit_by_code },
    Scheme { name: "a clerk takes fees off",                   expected: Shown::Waits,                            play: fees_off },
    Scheme { name: "a clerk lowers a rate by stop and start",  expected: Shown::Waits,                            play: other_rates },
    Scheme { name: "an analyst makes the own bill again",      expected: Shown::Refused("is your own"),           play: own_bill },
    Scheme { name: "a clerk approves the own proposal",        expected: Shown::Refused("nobody decides on what they proposed"), play: approve_own },
    Scheme { name: "a clerk approves it standing in",          expected: Shown::Refused("nobody decides on what they proposed"), play: approve_by_delegation },
    Scheme { name: "a supervisor has the stand-in approve",    expected: Shown::Refused("you stand in for"),      play: approve_by_the_stand_in },
    Scheme { name: "a clerk dates a credit ahead",             expected: Shown::Refused("cannot count from"),     play: forward_date },
    Scheme { name: "a clerk dates a credit before the bill",   expected: Shown::Refused("cannot count from"),     play: before_the_bill },
    Scheme { name: "a clerk dates a credit into a closed month", expected: Shown::InReview("back_dated"),         play: back_date },
    Scheme { name: "a proposal is approved twice",             expected: Shown::Refused("is not open"),           play: replay },
    Scheme { name: "the administrator takes a money role",     expected: Shown::Refused("themself"),              play: own_role },
    Scheme { name: "the administrator becomes a clerk by a link", expected: Shown::InReview("sign_in_link"),      play: link_to_another },
    Scheme { name: "the administrator raises everybody's limits", expected: Shown::Waits,                         play: raise_limits },
    Scheme { name: "a technician corrects the own read",       expected: Shown::Refused("is your own"),           play: own_read },
    Scheme { name: "the accountant opens a locked month",      expected: Shown::Waits,                            play: reopen_month },
];

fn own_account(office: &Office) -> Shown {
    let mine = &office.bills[0];
    office.program.done("csr", &["--reason", "mine", "staff", "relation", "declare", "csr", &mine.number]);
    refused(&office.adjusts("csr", mine, "-10.00"), "is your own")
}

fn household(office: &Office) -> Shown {
    let theirs = &office.bills[1];
    let words = ["--reason", "my mother's", "staff", "relation", "declare", "csr", &theirs.number, "--household"];
    office.program.done("csr", &words);
    refused(&office.adjusts("csr", theirs, "-10.00"), "your household")
}

/// The friend lives in the same house, and nobody declared anything.
fn same_address(office: &Office) -> Shown {
    let friend = &office.bills[2];
    let join = ["--reason", "a vacancy", "staff", "join", "friend", "--name", "Fran Ortega", "--position", "Clerk"];
    let more = ["--supervisor", "supervisor", "--address", &friend.address, "--role", "csr"];
    let said = office.program.run("system_administrator", &[&join[..], &more[..]].concat());
    let proposal = said.waits_as();
    assert_eq!(office.decides("customer_service_manager", "approve", &proposal).code, 0);
    let said = office.adjusts("friend", friend, "-10.00");
    assert_eq!(said.code, 0, "{}", said.err);
    office.outliers("same_address")
}

fn just_under(office: &Office) -> Shown {
    let said = office.adjusts("csr", &office.bills[3], "-45.50");
    assert_eq!(said.code, 0, "{}", said.err);
    office.outliers("just_under_limit")
}

fn split(office: &Office) -> Shown {
    for _ in 0..2 {
        let said = office.adjusts("csr", &office.bills[4], "-40.00");
        assert_eq!(said.code, 0, "{}", said.err);
    }
    office.outliers("split_amounts")
}

/// Two of $40 are in; the limit of an account is $100 in 30 days.
fn split_on(office: &Office) -> Shown {
    waits(&office.adjusts("csr", &office.bills[4], "-40.00"))
}

fn credit_by_code(office: &Office) -> Shown {
    refused(
        &charge(office, &["add", &office.bills[7].number, "fee-extra-pickup", "--count=-50", "--on", TODAY]),
        "has no price",
    )
}

/// Fifty fees that are taken off again are more than a clerk may give back alone, by whatever name.
fn fees_off(office: &Office) -> Shown {
    let number = &office.bills[7].number;
    assert_eq!(charge(office, &["add", number, "fee-extra-pickup", "--count", "50", "--on", TODAY]).code, 0);
    waits(&charge(office, &["end", number, "fee-extra-pickup", "--on", TODAY, "--ends", TODAY]))
}

fn charge(office: &Office, words: &[&str]) -> Said {
    office.program.run("csr", &[&["--reason", "a courtesy", "charge"], words].concat())
}

/// What is corrected by two is not stopped and started anew by one.
fn other_rates(office: &Office) -> Shown {
    let bill = &office.bills[7];
    let stop = ["service", "stop", &bill.number, "--service-point", &bill.service_point, "--on", TODAY];
    office.program.done("csr", &[&["--reason", "moved out"], &stop[..]].concat());
    let start = ["service", "start", &bill.number, "--service-point", &bill.service_point, "--on", TODAY];
    let by = ["--service", "water", "--schedule", "water", "--cycle", "C2", "--class", "residential"];
    let size = ["--dimension", "meter_size=5/8\"", "--reason", "moved in"];
    waits(&office.program.run("csr", &[&start[..], &by, &size].concat()))
}

fn own_bill(office: &Office) -> Shown {
    let mine = &office.bills[8];
    let declare = ["--reason", "mine", "staff", "relation", "declare", "billing_analyst", &mine.number];
    office.program.done("billing_analyst", &declare);
    let run = mine.bill.split('-').next().unwrap();
    let words = ["--reason", "it is too high", "bill", "again", run, "--account", &mine.number];
    refused(&office.program.run("billing_analyst", &words), "is your own")
}

fn approve_own(office: &Office) -> Shown {
    let proposal = office.adjusts("csr", &office.bills[5], "90.00").waits_as();
    refused(&office.decides("csr", "approve", &proposal), "nobody decides on what they proposed")
}

/// The supervisor is away, and the clerk stands in for them.
fn approve_by_delegation(office: &Office) -> Shown {
    let stand_in = ["staff", "stand-in", "begin", "csr", "--for", "supervisor", "--from", TODAY, "--through", TODAY];
    let said = office.program.run("system_administrator", &[&["--reason", "on leave"], &stand_in[..]].concat());
    let proposal = said.waits_as();
    assert_eq!(office.decides("customer_service_manager", "approve", &proposal).code, 0);
    let proposal = office.adjusts("csr", &office.bills[5], "2000.00").waits_as();
    refused(&office.decides("csr", "approve", &proposal), "nobody decides on what they proposed")
}

/// The supervisor proposes, and the clerk standing in has nobody's authority to approve but the supervisor's.
fn approve_by_the_stand_in(office: &Office) -> Shown {
    let proposal = office.adjusts("supervisor", &office.bills[6], "1500.00").waits_as();
    refused(&office.decides("csr", "approve", &proposal), "you stand in for")
}

fn forward_date(office: &Office) -> Shown {
    dated(office, "2027-01-01")
}

fn before_the_bill(office: &Office) -> Shown {
    dated(office, "2024-12-31")
}

/// The books of April were closed in the demo's year.
fn back_date(office: &Office) -> Shown {
    let shown = dated(office, "2025-04-15");
    assert_eq!(shown, Shown::Nothing, "it is done");
    office.outliers("back_dated")
}

fn dated(office: &Office, day: &str) -> Shown {
    let bill = &office.bills[6];
    let words = ["adjust", "bill", &bill.bill, "water.consumption", "--amount", "-5.00", "--code", "goodwill"];
    let more = ["--effective", day, "--reason", "that is when it was"];
    refused(&office.program.run("csr", &[&words[..], &more[..]].concat()), "cannot count from")
}

fn replay(office: &Office) -> Shown {
    let proposal = office.adjusts("csr", &office.bills[7], "2100.00").waits_as();
    assert_eq!(office.decides("customer_service_manager", "refuse", &proposal).code, 0);
    refused(&office.decides("customer_service_manager", "approve", &proposal), "is not open")
}

fn own_role(office: &Office) -> Shown {
    let words = ["--reason", "I need it", "staff", "role", "assign", "system_administrator", "csr"];
    refused(&office.program.run("system_administrator", &words), "themself")
}

/// The newcomer has not signed in yet; whoever uses the link first is them.
fn link_to_another(office: &Office) -> Shown {
    let words = ["--reason", "they are new", "staff", "link", "friend"];
    office.program.done("system_administrator", &words);
    office.outliers("sign_in_link")
}

fn raise_limits(office: &Office) -> Shown {
    let roles = include_str!("../../../towns/saguaro-bend/roles.toml").replace(
        "act_cents = 5000, actor_cents = 50000, account_cents = 10000",
        "act_cents = 500000, actor_cents = 5000000, account_cents = 1000000",
    );
    let file = office.file("roles.toml", &roles);
    waits(&office.program.run("system_administrator", &["--reason", "inflation", "staff", "roles", &file]))
}

fn own_read(office: &Office) -> Shown {
    let mine = &office.bills[0];
    let declare = ["--reason", "mine", "staff", "relation", "declare", "field_supervisor", &mine.number];
    office.program.done("field_supervisor", &declare);
    let words = ["--reason", "I looked", "read", "enter", &mine.service_point, TODAY, "1", "--right"];
    refused(&office.program.run("field_supervisor", &words), "is your own")
}

fn reopen_month(office: &Office) -> Shown {
    let words = ["--reason", "something was forgotten", "ledger", "unlock", "2025-04"];
    waits(&office.program.run("revenue_accountant", &words))
}
