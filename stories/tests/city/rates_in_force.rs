//! How rates come into force or do not, and what they ask of an account, through the command line.

use stories::Town;

/// Trash joins the town: a fund of its own, and the state's tax on it.
const TRASH: &str = r#"
[classes]
RESIDENTIAL_SINGLE = "Single-family residential"

[[funds]]
code = "530"
name = "Sanitation Fund"

[[ledger_accounts]]
code = "2042"
name = "State tax payable"
kind = "liability"

[[ledger_accounts]]
code = "4300"
name = "Trash charges"
kind = "revenue"

[[opened]]
fund = "530"
ledger_account = "1200"

[[opened]]
fund = "530"
ledger_account = "2042"

[[opened]]
fund = "530"
ledger_account = "4300"

[[revenue_lines]]
code = "trash.collection"
title = "Trash collected"
fund = "530"
receivable = "1200"
revenue = "4300"

[[taxes]]
authority = "state"
code = "U1"
revenue = "tax.state"
title = "State tax"
liability = "2042"
"#;

/// The cycle of the town, which the town file names again.
const CYCLES: &str = r#"
[[cycles]]
code = "READ"
title = "Billed in the months that were read"
due_rule = "when_read"
days_to_pay = 21
"#;

/// 23.55 a container from February 2022, 24.80 from 2023; 5 % tax.
fn plan() -> String {
    let version = |effective_on: &str, price: &str| {
        format!(
            r#"
[[version]]
effective_on = {effective_on}
ordinance = "Council 2022-01-11"
basis = "bill_date"
classes = ["RESIDENTIAL_SINGLE"]

[[version.quantity]]
name = "containers"
unit = "containers"
default = 1

[[version.charge]]
name = "collection"
title = {{ en = "Collection", es = "Recogida" }}
revenue = "trash.collection"
rounding = "half_away_from_zero"

[[version.charge.case]]
fixed = "{price} * containers"

[[version.charge]]
name = "state_tax"
title = {{ en = "State tax", es = "Impuesto estatal" }}
revenue = "tax.state"
tax = {{ authority = "state", code = "U1" }}
exempt_by = "church"
rounding = "half_away_from_zero"

[[version.charge.case]]
per_cent = 5
of = ["collection"]
"#
        )
    };
    format!(
        "schedule = \"city-trash\"\nservice = \"trash\"\ntitle = {{ en = \"Trash\" }}\n{}{}",
        version("2022-02-01", "23.55"),
        version("2023-01-01", "24.80")
    )
}

const READS: &str = "row,cust_id,cust_class,usage_date,usage_ccf\n1,500,RESIDENTIAL_SINGLE,2022-12-05,1\n\
                     2,501,RESIDENTIAL_SINGLE,2022-12-05,1\n";

const EXPLAINED: &str = "\
Bill 1-000001   account 100001-7   customer 500
Bill date 2023-01-31   due date 2023-02-21
Service point 500/RESIDENTIAL_SINGLE/1   2023-01-01 through 2023-01-31
  Collection                                        $47.10
  State tax                                          $2.36
Total                                               $49.46

Why, for service point 500/RESIDENTIAL_SINGLE/1 by rate schedule city-trash:
containers 2, from 2023-01-01: a second container
Council 2022-01-11, in force from 2022-02-01
class RESIDENTIAL_SINGLE
Collection
";

const LISTED: &str = "\
city-trash              2022-02-01  locked      proposal 1    first used by run 1
city-trash              2023-01-01  superseded  proposal 1    council adopted another plan
santa-monica-water      2013-01-01  scheduled
";

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_proposed_scheduled_superseded_and_never_billed() {
    for engine in testkit::engines("a_plan_is_proposed") {
        let place = testkit::TestDb::empty(engine).await;
        let town = Town::prepared(&place.url);
        let office = &town.program;
        staff_and_books(&town);
        let plan = town.file("plan.toml", plan().as_bytes());
        assert_eq!(
            office.done("analyst", &["rates", "propose", &plan]),
            "city-trash 2022-02-01 proposal 1\ncity-trash 2023-01-01 proposal 1\n"
        );
        assert_eq!(
            office.ends("clerk", &["rates", "propose", &plan], 1),
            "portreeve: clerk does not have the permission 'revenue.propose_rates' (proposes rate schedules, which \
             price nothing yet)"
        );
        for date in ["2022-02-01", "2023-01-01"] {
            office.done("clerk", &["rates", "schedule", "city-trash", date]);
        }
        let supersede = ["rates", "supersede", "city-trash", "2023-01-01"];
        let why = ["--reason", "council adopted another plan"];
        office.done("analyst", &[&why[..], &supersede].concat());
        numbers_and_certificates(&town);
        a_run(&town);
        let explained = office.done("clerk", &["bill", "explain", "1-1"]);
        assert!(explained.starts_with(EXPLAINED), "{explained}");
        let spanish = office.done("clerk", &["bill", "explain", "1-1", "--language", "es"]);
        assert!(spanish.contains("Recogida") && spanish.starts_with("Factura 1-000001   cuenta"), "{spanish}");
        let exempt = office.done("clerk", &["bill", "explain", "1-2"]);
        assert!(exempt.contains("\nexemption church, certificate C-9\n"), "{exempt}");
        assert!(exempt.contains("Total                                               $70.65\n"), "{exempt}");
        assert_eq!(office.done("clerk", &["rates", "list"]), LISTED);
        assert_eq!(
            office.ends("analyst", &[&why[..], &["rates", "supersede", "city-trash", "2022-02-01"]].concat(), 1),
            "portreeve: the rates of 'city-trash' from 2022-02-01 were used by run 1: they cannot be replaced any more"
        );
        place.remove().await;
    }
}

fn staff_and_books(town: &Town) {
    let office = &town.program;
    let grant = |code: &str, permissions: &[&str]| {
        let mut words = vec!["staff", "add", code, "--name", code];
        permissions.iter().for_each(|permission| words.extend(["--grant", permission]));
        office.done("console", &words);
    };
    grant("analyst", &["revenue.propose_rates", "revenue.supersede_rates"]);
    grant("counter", &["billing.set_quantities", "billing.exemptions", "billing.winter_averages"]);
    let file = town.file("trash.toml", format!("{TRASH}{CYCLES}").as_bytes());
    office.done("clerk", &["town", "apply", &file]);
}

/// Two accounts come in by a file; one has two containers, the other three and a certificate.
fn numbers_and_certificates(town: &Town) {
    let office = &town.program;
    let mapping = stories::MAPPING.replace("santa-monica-water", "city-trash").replace("\"water\"", "\"trash\"");
    town.file("mapping.toml", mapping.as_bytes());
    let said = town.import(&town.file("reads.csv", READS.as_bytes()));
    assert_eq!(said.out, "2 rows imported, 0 rejected, 2 services opened\n");
    let set = ["agreement", "set-quantity", "city-trash", "containers", "--from", "2023-01-01"];
    let one = ["--reason", "a second container", "--account", "100001-7", "--amount", "2"];
    office.done("counter", &[&set[..], &one].concat());
    let many = town.file("containers.csv", b"account,amount\n100002-5,3\n");
    office.done("counter", &[&set[..], &["--file", &many]].concat());
    assert_eq!(
        office.ends("clerk", &[&set[..], &["--file", &many]].concat(), 1),
        "portreeve: clerk does not have the permission 'billing.set_quantities' (sets quantities of service \
         agreements, such as dwelling units, and decides appeals of winter averages)"
    );
    let wrong = town.file("wrong.csv", b"account,amount\n100002-5,three\n");
    let said = office.ends("counter", &[&set[..], &["--file", &wrong]].concat(), 1);
    assert_eq!(said, format!("portreeve: {wrong}: line 2, field amount: 'three' is no number"));
    let exempt = ["account", "exempt", "100002-5", "church", "--certificate", "C-9", "--from", "2023-01-01"];
    office.done("counter", &exempt);
    let end = ["account", "end-exemption", "100002-5", "church", "--from", "2023-01-01", "--through", "2023-12-31"];
    office.done("counter", &end);
    assert_eq!(
        office.ends("counter", &["winter-average", "set", "city-trash", "--year", "2023"], 1),
        "portreeve: no rates of 'city-trash' have a winter average that bills of 2023 are the first to use"
    );
}

/// January 2023, in which the superseded plan would have held.
fn a_run(town: &Town) {
    let office = &town.program;
    assert_eq!(office.done("clerk", &["run", "prepare", "--cycle", "READ", "--month", "2023-01"]), "1\n");
    office.done("clerk", &["run", "trial", "1"]);
    office.done("supervisor", &["run", "sign", "1"]);
    office.done("clerk", &["run", "post", "1"]);
}
