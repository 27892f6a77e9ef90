//! A register from its first line to its last.

use testkit::engines;

use super::{Street, assert_reconciled};

/// Worked out by hand: 6 kgal are 20.40, 8 are 27.20, 120.5 are 409.70, 2 are 6.80, 1 is 3.40. State tax on 32.40 is
/// 1.81, on 39.20 2.20, on 18.80 1.05, on 15.40 0.86; city tax on these 0.94, 1.14, 0.55, 0.45, on the shop's 421.70
/// 12.23. Of the 17 that houses are billed for, meters registered 9: the other 8 are an estimate. The city bears 0.04, 0.05, 0.78, 0.01 and 0.01. In May 17.00, 34.00, 340.00, 10.20 and 13.60 were used.
const JUNE: &str = "\
BILLING REGISTER 2
Cycle A   service 2021-06-01 to 2021-06-30
Bill date 2021-06-30   due date 2021-07-21
Total charged $570.53

Bills
Kind       Count
regular        2
estimated      1
first          1
final          1
zero           0
credit         0
held           1
all            6

Consumption
Service  Class  Unit  Registered  Billed
water    HOUSE  kgal           9      17
water    SHOP   kgal       120.5   120.5

Charges
Service  Class  Schedule                Charge             Fund  Count  Charged  Borne by the city
trash    HOUSE  plain-trash 2021-01-01  trash.collection   530       1   $21.80
water    HOUSE  taxed-water 2021-01-01  tax.city           510       4    $3.08
water    HOUSE  taxed-water 2021-01-01  tax.state          510       4    $5.92
water    HOUSE  taxed-water 2021-01-01  tax.state          510       4                       $0.11
water    HOUSE  taxed-water 2021-01-01  water.base         510       4   $48.00
water    HOUSE  taxed-water 2021-01-01  water.consumption  510       4   $57.80
water    SHOP   taxed-water 2021-01-01  tax.city           510       1   $12.23
water    SHOP   taxed-water 2021-01-01  tax.state          510       1    $0.00
water    SHOP   taxed-water 2021-01-01  tax.state          510       1                       $0.78
water    SHOP   taxed-water 2021-01-01  water.base         510       1   $12.00
water    SHOP   taxed-water 2021-01-01  water.consumption  510       1  $409.70
Total                                                               26  $570.53              $0.89

Taxes
Authority  Code             Fund  Owed in    Bills  Taxable   Exempt     Tax  Borne by the city
city       004              510   2041 2041      5  $527.50    $0.00  $15.31
state      U1               510   2042 2042      5  $105.80  $421.70   $5.92
state      municipal_water  510   2042 2042      5    $0.00    $0.00                      $0.89

Receivables
Service  Fund  Receivable  Opening   Billed  Other bills  Taken back   Paid  Adjusted    Closing
trash    530   1200 1200    $21.80   $21.80        $0.00       $0.00  $0.00     $0.00     $43.60
water    510   1200 1200   $495.43  $548.73        $0.00       $0.00  $0.00     $0.00  $1,044.16
Total                      $517.23  $570.53        $0.00       $0.00  $0.00     $0.00  $1,087.76

Journal
Fund   Debit      Credit     Charge              Amount
510    1200 1200  2041 2041  tax.city            $15.31
510    1200 1200  2042 2042  tax.state            $5.92
510    5400 5400  2042 2042  tax.state            $0.89
530    1200 1200  4100 4100  trash.collection    $21.80
510    1200 1200  4100 4100  water.base          $60.00
510    1200 1200  4100 4100  water.consumption  $467.50
Total                                           $571.42

Exceptions
Exception       State  Decided by  Rule  Count
no_consumption  held   Ada Lind              1

Held bills
Account   Exceptions      Held by   Assignee    Until       Not billed  Reason
100006-6  no_consumption  Ada Lind  meter shop  2026-07-15       $0.00  the meter is being tested
Total                                                            $0.00

Bills compared
Kind       Last run  This run   Change
regular           5         2  -60.0 %
estimated         0         1
first             0         1
final             0         1
zero              0         0
credit            0         0
held              0         1
going out         5         5    0.0 %
Last run: 1, service 2021-05-01 to 2021-05-31

Consumption compared
Service  Unit  Last run  This run  Change
water    kgal       122     137.5  12.7 %

Charges compared
Charge             Last run  This run   Change
tax.city             $13.76    $15.31   11.3 %
tax.state             $7.67     $6.81  -11.2 %
trash.collection     $21.80    $21.80    0.0 %
water.base           $60.00    $60.00    0.0 %
water.consumption   $414.80   $467.50   12.7 %
all charges         $518.03   $571.42   10.3 %

Sign-off
What                   Value
Signed by              nobody yet
";

#[tokio::test]
async fn a_register_says_what_is_billed_and_why_it_differs_from_last_month() {
    for engine in engines("a register") {
        let street = Street::new(engine).await;
        street.posted("2021-05").await;
        let run = street.tried("2021-06").await;
        let register = street.register(run).await;
        assert_reconciled(&register);
        let text = register.to_text();
        let is_digest = |line: &str| line.starts_with("Digest over all items") || line.starts_with("Hash of this");
        let lines: Vec<&str> = text.lines().filter(|line| !is_digest(line)).collect();
        assert_eq!(lines.join("\n"), JUNE.trim_end());
        street.tariff.town.base.remove().await;
    }
}
