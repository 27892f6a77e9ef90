//! Tools for whoever writes rates, through the command line: on files alone, and on a town.

use stories::{Program, RATES, Said, Town};

/// Every ccf at 3.00, for houses and shops.
const PROPOSED: &str = "\
schedule = 'santa-monica-water'
service = 'water'
title = { en = 'Water', es = 'Agua' }

[[version]]
effective_on = 2015-01-01
ordinance = 'Proposal 1'
basis = 'bill_date'
classes = ['RESIDENTIAL_SINGLE', 'COMMERCIAL']

[[version.charge]]
name = 'commodity_charge'
title = { en = 'Water use', es = 'Consumo de agua' }
revenue = 'water.consumption'
measured_by = 'usage'
unit = 'ccf'
rounding = 'half_away_from_zero'

[[version.charge.case]]
per_unit = 3
";

/// 15 ccf cost this house 10 × 2.00 + 5 × 3.50 = 37.50, this shop of 120 ccf 100 × 3.00 + 20 × 4.25 = 385.00.
const READS: &str = "\
row,cust_id,cust_class,usage_date,usage_ccf
1,100,RESIDENTIAL_SINGLE,2014-03-01,15
2,101,COMMERCIAL,2014-03-01,120
";

/// A folder with the proposal, the rates of the town, and a file with a gap.
fn files() -> (Town, [String; 3]) {
    let town = Town::at("");
    let gap = PROPOSED.replace("per_unit = 3", "class = 'RESIDENTIAL_SINGLE'\nwhen = { zone = '1' }\nper_unit = 3");
    let gap = gap.replace("COMMERCIAL']", "COMMERCIAL']\ndimensions = { zone = ['1', '2'] }");
    let paths = [("new.toml", PROPOSED), ("old.owrs", RATES), ("gap.toml", &gap)]
        .map(|(name, text)| town.file(name, text.as_bytes()));
    (town, paths)
}

/// Runs a command on a file, without a database.
fn on_file(command: &str, file: &str, more: &[&str]) -> Said {
    Program::without_database(&[&["rates", command, file], more].concat())
}

const OWRS: [&str; 2] = ["--format", "owrs"];

#[test]
fn a_rate_file_is_looked_at_without_a_database() {
    let (_town, [new, old, gap]) = files();
    let lint = on_file("lint", &new, &["--meters", "ccf"]);
    assert_eq!((lint.code, lint.out.as_str(), lint.err.as_str()), (0, "", "0 errors, 0 warnings, 0 notes\n"));
    let lint = on_file("lint", &new, &["--meters", "gallon"]);
    let wrong = "is charged by ccf, but meters count in gallon; name a factor with convert";
    let line = |class: &str| format!("error no_such_meter: version 2015-01-01, class {class}: {wrong}\n");
    assert_eq!((lint.code, lint.out), (1, line("RESIDENTIAL_SINGLE") + &line("COMMERCIAL")));
    let lint = on_file("lint", &gap, &[]);
    assert_eq!(lint.code, 1);
    let nobody = "error rate_gap: line 12, version.charge: charge 'commodity_charge': no case applies to class \
                  RESIDENTIAL_SINGLE, zone 2\n";
    assert_eq!(lint.out, nobody);
    assert!(lint.err.ends_with("gap.toml: 1 errors, 0 warnings, 0 notes\n"), "{}", lint.err);
    let lint = on_file("lint", &old, &OWRS);
    assert_eq!((lint.code, lint.out.as_str()), (0, ""), "{}", lint.err);
    let missing = on_file("lint", "nowhere.toml", &[]);
    assert_eq!(missing.err, "portreeve: nowhere.toml: No such file or directory (os error 2)\n");
}

#[test]
fn a_rate_file_is_printed_for_council_and_explained() {
    let (town, [new, old, _]) = files();
    let table = on_file("table", &new, &["--language", "es"]);
    let expected = "\
Agua
Proposal 1; vigente desde 2015-01-01
Para facturas con fecha de ese día o posterior.

Consumo de agua
  clase                                           dólares
  todas las clases  cada ccf (cien pies cúbicos)     3.00
  Se mide por el consumo, en ccf.
  Redondeo: medio centavo hacia arriba.
";
    assert_eq!(table.out, expected);
    let csv = on_file("table", &old, &[&OWRS[..], &["--csv"]].concat());
    assert_eq!(csv.out.lines().count(), 6, "a header, three tiers and two");
    let words = ["--class", "RESIDENTIAL_SINGLE", "--usage", "15"];
    let explained = on_file("explain", &old, &[&OWRS[..], &words].concat());
    assert_eq!(
        explained.out.lines().last().map(str::trim),
        Some("Total                                                        37.50")
    );
    let starts = on_file("tier-starts", &old, &[]);
    assert_eq!((starts.code, starts.err.as_str()), (0, "2 tables of tiers depend on what a tier start means\n"));
    // By boundaries tier 1 holds 11 units: 11 × 2.00 + 4 × 3.50 = 36.00.
    let at_15 = starts.out.lines().find(|line| line.starts_with("  at 15 ")).unwrap_or_default();
    assert_eq!(at_15.split_whitespace().collect::<Vec<_>>(), ["at", "15", "37.5", "36"]);
    let written = on_file("to-owrs", &new, &["--utility", "Town of Stories"]);
    let again = town.file("again.owrs", written.out.as_bytes());
    let explained = on_file("explain", &again, &[&OWRS[..], &words].concat());
    assert_eq!(explained.out.split_whitespace().last(), Some("45.00"), "{}", explained.err);
}

#[test]
fn bills_before_and_after_are_compared_by_file() {
    let (town, [new, _, _]) = files();
    let dearer = town.file("dearer.toml", PROPOSED.replace("2015", "2016").replace("= 3", "= 3.30").as_bytes());
    let diff = on_file("diff", &dearer, &["--before", &new, "--uses", "10"]);
    let expected = "\
before: Proposal 1, in force from 2015-01-01
after:  Proposal 1, in force from 2016-01-01

RESIDENTIAL_SINGLE
  use, ccf  before  after  change  per cent
        10   30.00  33.00    3.00      10.0

COMMERCIAL
  use, ccf  before  after  change  per cent
        10   30.00  33.00    3.00      10.0

changes
  changed  charge commodity_charge, everyone: 3.00 a unit → 3.30 a unit
";
    assert_eq!(diff.out, expected, "{}", diff.err);
    let alone = on_file("diff", &new, &[]);
    let talk = "no version comes before; name one with --before, --in-force or --from\n";
    assert_eq!(alone.code, 1);
    assert!(alone.err.ends_with(talk), "{}", alone.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_held_against_the_accounts_of_a_town() {
    for engine in testkit::engines("a_proposal_is_held_against_the_accounts_of_a_town") {
        let place = testkit::TestDb::empty(engine).await;
        let town = Town::prepared(&place.url);
        let office = &town.program;
        assert_eq!(town.import(&town.file("reads.csv", READS.as_bytes())).code, 0);
        let new = town.file("new.toml", PROPOSED.as_bytes());
        let lint = office.done("clerk", &["rates", "lint", &new, "--accounts"]);
        assert_eq!(lint, "", "half more is no jump");
        let dearer = town.file("dearer.toml", PROPOSED.replace("= 3", "= 3.30").as_bytes());
        let lint = office.done("clerk", &["rates", "lint", &dearer, "--accounts"]);
        let jump = "warning bill_jump: version 2015-01-01, class RESIDENTIAL_SINGLE: the bill at 5 ccf changes from \
                    10.00 to 16.50, 65.0 per cent for RESIDENTIAL_SINGLE\n";
        assert_eq!(lint, jump);
        let houses = town.file("houses.toml", PROPOSED.replace(", 'COMMERCIAL'", "").as_bytes());
        let refused = office.run("clerk", &["rates", "lint", &houses, "--accounts"]);
        let shop = "error no_schedule: version 2015-01-01: 1 account of COMMERCIAL, meter size 5/8\", water type POTABLE: \
                    no rate schedule for class COMMERCIAL";
        assert_eq!((refused.code, refused.out.lines().last()), (1, Some(shop)));
        let diff = office.done("clerk", &["rates", "diff", &new, "--in-force", "--uses", "15"]);
        assert!(diff.contains("\n        15   37.50  45.00    7.50      20.0\n"), "{diff}");
        let recorded = ["rates", "diff", "santa-monica-water", "--recorded"];
        let talk = office.ends("clerk", &recorded, 1);
        assert!(talk.contains("no version comes before"), "the town has one version: {talk}");
        let later = RATES.replace("2013-01-01", "2014-07-01").replace("3.50", "4.20");
        let later = town.file("later.owrs", later.as_bytes());
        let adopt = ["rates", "adopt", &later, "--format", "owrs", "--code", "santa-monica-water"];
        office.done("clerk", &[&adopt[..], &["--ordinance", "Ordinance 8"]].concat());
        let diff = office.done("clerk", &[&recorded[..], &["--uses", "15"]].concat());
        assert!(diff.contains("\n        15   37.50  41.00    3.50       9.3\n"), "{diff}");
        let csv = town.path("classes.csv").display().to_string();
        let what_if = office.done("clerk", &["rates", "what-if", &new, "--csv", &csv]);
        let rows: Vec<Vec<&str>> = what_if.lines().map(|line| line.split_whitespace().collect()).collect();
        let row = |class: &str| rows.iter().find(|row| row.first() == Some(&class)).cloned().unwrap_or_default();
        let house = ["RESIDENTIAL_SINGLE", "1", "1", "$37.50", "$45.00", "+$7.50", "+20.0", "0", "0", "1"];
        let shop = ["COMMERCIAL", "1", "1", "$385.00", "$360.00", "-$25.00", "-6.5", "1", "0", "0"];
        assert_eq!((row("RESIDENTIAL_SINGLE"), row("COMMERCIAL")), (house.to_vec(), shop.to_vec()), "{what_if}");
        assert_eq!(std::fs::read_to_string(&csv).unwrap().lines().count(), 4, "a header, two classes and all");
        let json = office.done("clerk", &["rates", "what-if", &new, "--from", "2014-03", "--to", "2014-03", "--json"]);
        assert!(json.contains("\"before_cents\": 42250"), "{json}");
        let talk = office.ends("clerk", &["rates", "what-if", &new, "--from", "2013-03", "--to", "2013-04"], 1);
        let words = "nothing that a schedule 'santa-monica-water' prices was used in these months";
        assert!(talk.ends_with(words), "{talk}");
        place.remove().await;
    }
}
