//! A month at the office: two people take a run from prepare to post, and back.

use db::Engine;
use serde_json::Value;
use stories::{Program, Town, try_tool};

/// March, with every sort of bill: two regular, two zero, one high, one without rates.
const MARCH: &str = "\
row,cust_id,cust_class,usage_date,usage_ccf
1,100,RESIDENTIAL_SINGLE,2014-03-01,15
2,101,RESIDENTIAL_SINGLE,2014-03-05,12.4
3,102,COMMERCIAL,2014-03-09,120
4,103,RESIDENTIAL_SINGLE,2014-03-09,0
5,104,RESIDENTIAL_SINGLE,2014-03-12,400
6,105,OTHER,2014-03-20,7
7,106,COMMERCIAL,2014-03-28,0
8,107,RESIDENTIAL_SINGLE,2014-04-01,3
";

const OPEN: &str = "\
100004-1    zero                open      the bill comes to nothing
100005-8    high                open      $1,940.00
100006-6    no_schedule         open      no rate schedule for class OTHER
100007-4    zero                open      the bill comes to nothing
";

const DECIDED: &str = "\
100004-1    zero                released  the bill comes to nothing   reason: the occupant is away
100005-8    high                held      $1,940.00   reason: the meter is being tested   assignee: meter shop   until 2014-04-15
100006-6    no_schedule         held      no rate schedule for class OTHER   rule: no-rates-adopted   reason: council has adopted no rates for the class   assignee: rate analyst   until 2026-07-31
100007-4    zero                released  the bill comes to nothing   rule: zero-is-normal   reason: no use in the period; the bill goes out as a statement
";

/// 15 ccf are 37.50, 12.4 ccf are 28.40, 120 ccf are 385.00; what is held is in no sum.
const REGISTER: &str = "\
BILLING REGISTER 1
Cycle READ   service 2014-03-01 to 2014-03-31
Bill date 2014-03-31   due date 2014-04-21
Total charged $450.90

Bills
Kind       Count
regular        3
estimated      0
first          0
final          0
zero           2
credit         0
held           2
all            7

Consumption
Service  Class               Unit  Registered  Billed
water    COMMERCIAL          ccf          120     120
water    RESIDENTIAL_SINGLE  ccf         27.4    27.4

Charges
Service  Class               Schedule                       Charge             Fund  Count  Charged  Borne by the city
water    COMMERCIAL          santa-monica-water 2013-01-01  water.consumption  510       2  $385.00
water    RESIDENTIAL_SINGLE  santa-monica-water 2013-01-01  water.consumption  510       3   $65.90
Total                                                                                    5  $450.90              $0.00

Taxes
(none)

Receivables
Service  Fund  Receivable             Opening   Billed  Other bills  Taken back   Paid  Adjusted  Closing
water    510   1200 Water receivable    $0.00  $450.90        $0.00       $0.00  $0.00     $0.00  $450.90
Total                                   $0.00  $450.90        $0.00       $0.00  $0.00     $0.00  $450.90

Journal
Fund   Debit                  Credit              Charge              Amount
510    1200 Water receivable  4100 Water charges  water.consumption  $450.90
Total                                                                $450.90

Exceptions
Exception    State     Decided by  Rule              Count
high         held      clerk                             1
no_schedule  held      clerk       no-rates-adopted      1
zero         released  clerk                             1
zero         released  clerk       zero-is-normal        1

Held bills
Account   Exceptions   Held by  Assignee      Until       Not billed  Reason
100005-8  high         clerk    meter shop    2014-04-15   $1,940.00  the meter is being tested
100006-6  no_schedule  clerk    rate analyst  2026-07-31       $0.00  council has adopted no rates for the class
Total                                                      $1,940.00
";

const BILL: &str = "\
Bill 1-000002   account 100002-5   customer 101
Bill date 2014-03-31   due date 2014-04-21
Service point 101/RESIDENTIAL_SINGLE/1   2014-03-01 through 2014-03-31
  Water use                                         $28.40
Total                                               $28.40
";

/// What the account was asked for with the bill.
const STATEMENT: &str = "
Statement as of 2014-03-31
  Asked for by the last statement                          $0.00
  Payments since then                                      $0.00
  Adjustments since then, and bills taken back             $0.00
  Carried forward                                          $0.00
    of this past due                                       $0.00
  Charged by this bill                                    $28.40
  Due                                                     $28.40
";

const EXPLAINED: &str = "
Why, for service point 101/RESIDENTIAL_SINGLE/1 by rate schedule santa-monica-water:
Ordinance 7, in force from 2013-01-01
class RESIDENTIAL_SINGLE; usage 12.4 ccf
Water use
  tier 1, above 0 through 10: 10 ccf at 2.00                 20.00
  tier 2, above 10 through 30: 2.4 ccf at 3.50                8.40
  28.40 rounded, half a cent away from zero                  28.40
Total                                                        28.40
";

const LINE: &str = "run 1   2014-03-01 through 2014-03-31   bill date 2014-03-31   ";
const SIGNED: &str = "   signed: 5 bills, 2 of them zero, 2 held, $450.90\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_billed_signed_posted_and_taken_back() {
    let test = "a_month_is_billed_signed_posted_and_taken_back";
    for engine in testkit::engines(test) {
        let place = testkit::TestDb::empty(engine).await;
        let town = Town::prepared(&place.url);
        exceptions_are_worked(&town, engine);
        the_register_is_signed_by_someone_else(&town);
        bills_are_posted_once(&town);
        cancelling_leaves_every_balance_zero(&town, test);
        the_next_run_has_new_numbers(&town);
        place.remove().await;
    }
}

fn exceptions_are_worked(town: &Town, engine: Engine) {
    let office = &town.program;
    let said = town.import(&town.file("march.csv", MARCH.as_bytes()));
    assert_eq!(said.out, "8 rows imported, 0 rejected, 8 services opened\n", "{engine:?}");
    assert_eq!(
        office.ends("supervisor", &["run", "prepare", "--cycle", "READ", "--month", "2014-03"], 1),
        not_allowed("prepare", "prepares and tries bill runs")
    );
    assert_eq!(office.done("clerk", &["run", "prepare", "--cycle", "READ", "--month", "2014-03"]), "1\n");
    assert_eq!(office.ends("clerk", &["run", "register", "1"], 1), "portreeve: run 1 has no complete trial yet");
    assert_eq!(
        office.ends("supervisor", &["run", "sign", "1"], 1),
        "portreeve: run 1 is prepared; this step does not follow from there"
    );
    assert_eq!(office.done("clerk", &["run", "trial", "1"]), format!("{LINE}tried\n"));
    assert_eq!(office.done("clerk", &["run", "exceptions", "1"]), OPEN);
    let still_open = "portreeve: 4 exceptions of run 1 are still open: release or hold each of them";
    assert_eq!(office.ends("supervisor", &["run", "sign", "1"], 1), still_open);
    assert_eq!(
        office.ends("clerk", &["run", "post", "1"], 1),
        "portreeve: run 1 is tried; this step does not follow from there"
    );
    let release = |account, code| ["run", "exceptions", "1", "--release", account, code];
    let rows = [
        (
            release("100006-6", "no_schedule"),
            "a bill with the exception 'no_schedule' has no price: it can only be held",
        ),
        (release("100001-7", "zero"), "account 100001-7 has no such exception in run 1"),
        (release("100008-2", "zero"), "account 100008-2 has no bill in run 1"),
        (release("100001-1", "zero"), "account 100001-1 has no bill in run 1"),
    ];
    for (words, talk) in rows {
        assert_eq!(office.ends("clerk", &words, 1), format!("portreeve: {talk}"));
    }
    assert_eq!(office.ends("clerk", &release("100004-1", "odd"), 2), "portreeve: there is no exception code 'odd'");
    assert_eq!(
        office.ends("supervisor", &release("100004-1", "zero"), 1),
        not_allowed("exceptions", "releases or holds bills in the exception queue")
    );
    let away = ["--reason", "the occupant is away"];
    office.done("clerk", &[&away[..], &release("100004-1", "zero")].concat());
    let hold = ["--reason", "the meter is being tested", "run", "exceptions", "1", "--hold", "100005-8"];
    let hold = [&hold[..], &["--assignee", "meter shop", "--until", "2014-04-15"]].concat();
    let past = "portreeve: a bill is held until a day to come, and 2014-04-15 is past";
    assert_eq!(office.ends("clerk", &hold, 1), past);
    Program { business_date: "2014-04-01".to_owned(), ..office.clone() }.done("clerk", &hold);
    assert_eq!(office.ends("supervisor", &["run", "sign", "1"], 1), still_open.replace('4', "2"));
    assert_eq!(office.done("clerk", &["run", "exceptions", "1", "--apply-rules"]), DECIDED);
}

fn the_register_is_signed_by_someone_else(town: &Town) {
    let office = &town.program;
    let register = office.done("clerk", &["run", "register", "1"]);
    let (body, signoff) = register.split_once("\nSign-off\n").unwrap();
    let (head, rest) = body.split_once("Digest over all items ").unwrap();
    assert_eq!(format!("{head}{}", rest.split_once('\n').unwrap().1), REGISTER);
    assert!(signoff.contains("nobody yet"), "{signoff}");
    assert_eq!(
        office.ends("clerk", &["run", "sign", "1"], 1),
        not_allowed("sign", "signs the register of a run that someone else prepared").replace("supervisor", "clerk")
    );
    let said = office.done("supervisor", &["run", "sign", "1"]);
    assert_eq!(said, format!("{LINE}signed{SIGNED}"));
    let again = office.done("clerk", &["run", "register", "1"]);
    assert_eq!(again.split_once("\nSign-off\n").unwrap().0, body, "the register stays as it was signed");
    assert!(again.contains("This is the register that was signed."), "{again}");
    assert_eq!(office.ends("supervisor", &["run", "post", "1"], 1), not_allowed("post", "posts signed bill runs"));
}

fn bills_are_posted_once(town: &Town) {
    let office = &town.program;
    assert_eq!(office.ends("clerk", &["bill", "show", "1-2"], 1), "portreeve: there is no bill 1-000002");
    let posted = office.done("clerk", &["run", "post", "1"]);
    assert_eq!(posted, format!("{LINE}posted{SIGNED}"));
    let content = || {
        let ask = |words: &[&str]| office.done("clerk", words);
        [ask(&["acts", "log"]), ask(&["ledger", "prove"]), ask(&["ledger", "export", "--format", "csv"])]
    };
    let before = content();
    assert_eq!(office.done("clerk", &["run", "post", "1"]), posted);
    assert!(content() == before, "posting again changes nothing");
    assert_eq!(office.done("clerk", &["bill", "show", "1-2"]), format!("{BILL}{STATEMENT}"));
    assert_eq!(office.done("clerk", &["bill", "explain", "1-000002"]), format!("{BILL}{EXPLAINED}{STATEMENT}"));
    for held in ["1-5", "1-6", "1-8"] {
        office.ends("clerk", &["bill", "show", held], 1);
    }
    assert_eq!(balances(town), [0, 45_090, -45_090]);
    let proof: Value = serde_json::from_str(&office.done("clerk", &["run", "completeness", "2014-03"])).unwrap();
    let expected =
        serde_json::json!({"agreements": 8, "billed": 5, "listed": {"held": 2, "not_read": 1}, "unexplained": []});
    assert_eq!(proof, expected);
}

fn cancelling_leaves_every_balance_zero(town: &Town, test: &str) {
    let office = &town.program;
    assert_eq!(office.ends("supervisor", &["run", "cancel", "1"], 1), not_allowed("cancel", "cancels bill runs"));
    assert_eq!(office.done("clerk", &["run", "cancel", "1"]), format!("{LINE}canceled{SIGNED}"));
    assert_eq!(balances(town), [0, 0, 0]);
    let shown = office.done("clerk", &["bill", "show", "1-2"]);
    assert_eq!(
        shown,
        format!(
            "{}{STATEMENT}",
            BILL.replacen(
                "customer 101",
                "customer 101\nCANCELED, in the books on 2014-03-31: the whole run was canceled",
                1,
            )
        )
    );
    let journal = town.path("books.journal");
    let file = journal.to_str().unwrap();
    office.done("clerk", &["ledger", "export", "--format", "hledger", "--out", file]);
    for (tool, words) in [
        ("hledger", vec!["-f", file, "check", "--strict", "ordereddates"]),
        ("hledger", vec!["-f", file, "bal", "-N", "--flat"]),
        ("ledger", vec!["-f", file, "--pedantic", "bal", "--flat", "--no-total"]),
    ] {
        match try_tool(tool, &words) {
            None => testkit::skip(&format!("{test}: {tool} is not installed")),
            Some(said) => assert_eq!((said.code, said.out.trim()), (0, ""), "{tool} {words:?}: {}", said.err),
        }
    }
}

fn the_next_run_has_new_numbers(town: &Town) {
    let office = &town.program;
    assert_eq!(office.done("clerk", &["run", "prepare", "--cycle", "READ", "--month", "2014-03"]), "2\n");
    office.done("clerk", &["run", "trial", "2"]);
    assert_eq!(office.done("clerk", &["run", "exceptions", "2"]), OPEN, "earlier decisions do not count");
    office.done("clerk", &["run", "exceptions", "2", "--apply-rules"]);
    office.done("supervisor", &["run", "sign", "2"]);
    office.done("clerk", &["run", "post", "2"]);
    // The high bill goes out now: 10 × 2.00 + 20 × 3.50 + 370 × 5.00 = 1,940.00.
    assert_eq!(balances(town), [0, 239_090, -239_090]);
    // The last statement asked for $28.40, which the cancellation took back.
    let statement = STATEMENT
        .replacen("statement                          $0.00", "statement                         $28.40", 1)
        .replacen("taken back             $0.00", "taken back           -$28.40", 1);
    let expected = format!("{}{statement}", BILL.replacen("1-000002", "2-000002", 1));
    assert_eq!(office.done("clerk", &["bill", "show", "2-2"]), expected);
    let list = office.done("clerk", &["run", "list"]);
    let states: Vec<&str> = list.lines().filter_map(|line| line.split("   ").nth(3)).collect();
    assert_eq!(states, ["canceled", "posted"]);
}

#[test]
fn whoever_prepared_a_run_may_not_sign_it() {
    let folder = tempfile::tempdir().unwrap();
    let town = Town::prepared(&format!("sqlite://{}?mode=rwc", folder.path().join("town.db").display()));
    let office = &town.program;
    assert_eq!(town.import(&town.file("march.csv", MARCH.as_bytes())).code, 0);
    office.done("chief", &["run", "prepare", "--cycle", "READ", "--month", "2014-03"]);
    office.done("chief", &["run", "trial", "1"]);
    office.done("chief", &["run", "exceptions", "1", "--apply-rules"]);
    assert_eq!(
        office.ends("chief", &["run", "sign", "1"], 1),
        "portreeve: run 1 was prepared by chief; someone else must sign it"
    );
    assert_eq!(
        office.ends("console", &["run", "sign", "1"], 1),
        not_allowed("sign", "signs the register of a run that someone else prepared").replace("supervisor", "console")
    );
    office.done("supervisor", &["run", "sign", "1"]);
}

fn not_allowed(permission: &str, sentence: &str) -> String {
    format!("portreeve: supervisor does not have the permission 'billing.{permission}' ({sentence})")
}

/// Pooled cash, receivable and charges, as the proof has them; the books must be proved.
pub(crate) fn balances(town: &Town) -> Vec<i64> {
    let proof: Value = serde_json::from_str(&town.program.done("clerk", &["ledger", "prove"])).unwrap();
    assert_eq!((&proof["is_proved"], &proof["findings"]), (&true.into(), &Value::Array(Vec::new())));
    let lines = proof["trial_balance"].as_array().unwrap();
    lines.iter().map(|line| line["balance_cents"].as_i64().unwrap()).collect()
}
