//! What a change of rates does, as a clerk checks it by hand.

use kernel::Unit;
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

use crate::tools::{Compared, Diff, LintFacts, RateTable, Uses, lint, meter_unit, typical_uses};
use crate::{Schedule, Version};

use super::any::any_schedule;
use super::pricing::WATER;

/// The schedule of the pricing tests with changed rates a year later.
fn changed() -> Version {
    let text = WATER
        .replace("2016-03-01", "2017-03-01")
        .replace("2016-07, section 3", "2017-02")
        .replace("\"SHOP\", \"FARM\"", "\"SHOP\", \"FARM\", \"PARK\"")
        .replace("fixed = 12.50", "fixed = 13.00")
        .replace("{ first = 15, price = 4.29 }", "{ first = 15, price = 4.50 }")
        .replace(
            "class = [\"HOUSE\", \"SHOP\"]\nwhen = { meter_size = '1\"' }",
            "class = [\"HOUSE\", \"SHOP\", \"PARK\"]\nwhen = { meter_size = '1\"' }",
        )
        .replace(
            "class = [\"HOUSE\", \"SHOP\"]\nwhen = { meter_size = '5/8\"' }",
            "class = [\"HOUSE\", \"SHOP\", \"PARK\"]\nwhen = { meter_size = '5/8\"' }",
        );
    Schedule::parse(&text).unwrap().versions.remove(0)
}

fn before() -> Version {
    Schedule::parse(WATER).unwrap().versions.remove(0)
}

#[test]
fn prices_and_the_rest_are_told_apart() {
    let before = Schedule::parse(WATER).unwrap();
    let text = WATER.replace("fixed = 12.50", "fixed = 13.00").replace("2016-07", "2017-02");
    let after = Schedule::parse(&text).unwrap();
    let found = Compared::of(&before, (&before.versions[0], &after.versions[0]), "en");
    let [price] = &found.prices[..] else { panic!("one price: {:?}", found.prices) };
    assert_eq!((price.before.as_deref(), price.after.as_deref()), (Some("12.50"), Some("13.00")));
    assert_eq!(price.per_cent, Some(kernel::Decimal::new(40, 1)));
    let [other] = &found.others[..] else { panic!("the ordinance: {:?}", found.others) };
    assert_eq!(other.place, "ordinance");
}

#[test]
fn bills_before_and_after_stand_side_by_side() {
    let uses = Uses { amounts: vec![0.into(), 16.into()], ..Uses::default() };
    let diff = Diff::between(&before(), &changed(), &uses).unwrap();
    // 16 ccf in a house: 12.50 + 40.18 + 2 × 4.29 = 61.26; then 13.00 + 40.18 + 2 × 4.50 = 62.18.
    let expected = r#"before: Ordinance 2016-07, section 3, in force from 2016-03-01
after:  Ordinance 2017-02, in force from 2017-03-01

HOUSE
  meter size  use, ccf  before  after  change  per cent
  5/8"               0   12.50  13.00    0.50       4.0
  5/8"              16   61.26  62.18    0.92       1.5
  1"                 0   20.00  20.00    0.00       0.0
  1"                16   68.76  69.18    0.42       0.6

SHOP
  meter size  use, ccf  before  after  change  per cent
  5/8"               0   12.50  13.00    0.50       4.0
  5/8"              16   61.26  61.76    0.50       0.8
  1"                 0   20.00  20.00    0.00       0.0
  1"                16   68.76  68.76    0.00       0.0

FARM
  season  use, ccf  before  after  change  per cent
  summer         0    0.00   0.00    0.00
  summer        16    0.60   0.60    0.00       0.0
  winter         0    0.00   0.00    0.00
  winter        16    0.00   0.00    0.00

PARK
  meter size  before  after  change  per cent
  5/8"             -  13.00                    before: no rate schedule for class PARK
  1"               -  20.00                    before: no rate schedule for class PARK

changes
  changed  ordinance: Ordinance 2016-07, section 3 → Ordinance 2017-02
  added    class PARK
  added    charge base, HOUSE, PARK, SHOP, meter size 5/8": fixed 13.00
  added    charge base, HOUSE, PARK, SHOP, meter size 1": fixed 20.00
  removed  charge base, HOUSE, SHOP, meter size 5/8": fixed 12.50
  removed  charge base, HOUSE, SHOP, meter size 1": fixed 20.00
  changed  charge consumption, HOUSE: tiers from 0 2.87, from 15 4.29, from 41 6.44, from 149 10.07 → tiers from 0 2.87, from 15 4.50, from 41 6.44, from 149 10.07
"#;
    assert_eq!(diff.to_text(), expected);
    let csv = diff.to_csv();
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("class,dimensions,usage,unit,before,after,change,per_cent,note"));
    assert_eq!(lines.next(), Some(r#"HOUSE,"meter_size=5/8""",0,ccf,12.50,13.00,0.50,4.0,"#));
    assert_eq!(
        csv.lines().last(),
        Some(r#"PARK,"meter_size=1""",0,,-,20.00,,,before: no rate schedule for class PARK"#)
    );
}

#[test]
fn equal_versions_differ_in_nothing() {
    let diff = Diff::between(&before(), &before(), &Uses::default()).unwrap();
    assert!(diff.changes.is_empty());
    assert!(diff.rows.iter().all(|row| row.before == row.after));
    // Two meter sizes or two seasons for each of three classes, seven uses each.
    assert_eq!(diff.rows.len(), 3 * 2 * 7);
    assert!(diff.to_text().ends_with("\nthe texts say the same\n"));
}

#[test]
fn typical_uses_are_the_same_water_in_every_unit() {
    let shown = |unit: Unit| typical_uses(unit).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert_eq!(shown(Unit::Ccf), "0 5 10 15 25 50 100");
    assert_eq!(shown(Unit::Gallon), "0 5000 10000 15000 25000 50000 100000");
    assert_eq!(meter_unit(&before()), Some(Unit::Ccf));
}

#[test]
fn council_sees_every_price() {
    let schedule = Schedule::parse(WATER).unwrap();
    let expected = r#"Water
Ordinance 2016-07, section 3; in force from 2016-03-01
For bills dated on that day or later.

Base charge
  class        meter size             dollars
  HOUSE, SHOP  5/8"        each bill    12.50
  HOUSE, SHOP  1"          each bill    20.00
  Rounding: half a cent away from zero.

Water use
  class  season                                 dollars
  HOUSE  any     the first 14 ccf                  2.87
                 above 14 through 40 ccf           4.29
                 above 40 through 148 ccf          6.44
                 above 148 ccf                    10.07
  SHOP   any     the first 14 ccf                  2.87
                 above 14 through 40 ccf           4.29
                 above 40 ccf                      6.44
  FARM   summer  each ccf (hundred cubic feet)   0.0375
  FARM   winter  each ccf (hundred cubic feet)     0.00
  Measured by use, in ccf.
  Rounding: half a cent away from zero.
"#;
    let table = RateTable::of(&schedule, &schedule.versions[0], "en");
    assert_eq!(table.to_text(), expected);
    let csv = table.to_csv();
    let line = r#"water,2016-03-01,consumption,Water use,water.consumption,HOUSE,,above 14 through 40 ccf,tier,14,40,4.29,ccf,en"#;
    assert_eq!(csv.lines().nth(4), Some(line));
}

/// A schedule that says something of every kind a table has words for.
const SEWER: &str = r#"
schedule = "sewer"
service = "sewer"
title = { en = "Sewer", es = "Alcantarillado" }

[[version]]
effective_on = 2020-01-01
ordinance = "Ordenanza 3"
basis = "prorated_by_days"
classes = ["HOUSE", "SHOP"]
normal_days = { full = 30, at_least = 25, at_most = 35 }

[version.dimensions]
season = { summer = [5, 6, 7, 8, 9, 10], winter = [11, 12, 1, 2, 3, 4] }

[[version.quantity]]
name = "winter_average"
unit = "ccf"
default = 6
winter_average = { months = [12, 1, 2], by = "read_date", periods_at_least = 2, estimated = "skip", vacant = "count", cap = 20, bills_from_month = 4 }

[[version.value]]
name = "factor"
by = ["season"]
rows = [["summer", 1.5], ["winter", "1 + 0.1"]]

[[version.charge]]
name = "use"
title = { en = "Sewer use", es = "Uso" }
revenue = "sewer.use"
measured_by = "winter_average"
unit = "ccf"
return_factor = 0.9
rounding = "half_even"
prorate = ["first", "final"]
prorate_tiers = ["mid_period"]

[[version.charge.case]]
class = "HOUSE"
tiers = [{ first = 0, price = "2 * factor" }, { first = 11, price = 3, flat = 1.50 }]
included = 2
at_least = 5

[[version.charge.case]]
class = "SHOP"
per_unit = 4.10
per = 10
step = 10
partial_step = "whole"
at_most = 80

[[version.charge]]
name = "tax"
title = { en = "Tax", es = "Impuesto" }
revenue = "sewer.tax"
tax = { authority = "county", code = "004" }
exempt_by = "church"
rounding = "away_from_zero"

[[version.charge.case]]
class = "HOUSE"
per_cent = 6.5
of = ["use"]

[[version.charge.case]]
class = "SHOP"
not_offered = "sin impuesto"
"#;

#[test]
fn the_table_speaks_spanish_and_names_every_rule() {
    let schedule = Schedule::parse(SEWER).unwrap();
    let expected = r#"Alcantarillado
Ordenanza 3; vigente desde 2020-01-01
Para cada día de servicio desde ese día; un período en que cambian las tarifas se divide por días.
Un período regular tiene 30 días; con menos de 25 es corto, con más de 35 es largo.
season summer: mayo, junio, julio, agosto, septiembre, octubre.
season winter: noviembre, diciembre, enero, febrero, marzo, abril.
Cantidades de una cuenta:
  winter average: se cuenta en ccf; promedio de invierno de diciembre, enero, febrero por la fecha de la lectura; necesita 2 períodos; desde las facturas de abril; como máximo 20; los períodos estimados no cuentan; 6 si no se conoce

Uso
  clase                                                                      dólares
  HOUSE  los primeros 10 ccf                                              2 * factor
         más de 10 ccf                                                          3.00
         y una vez, al alcanzarlo                                               1.50
         incluido: los primeros 2 ccf
         como mínimo                                                            5.00
  SHOP   cada 10 ccf                                                            4.10
         se cuenta en pasos de 10 ccf; una parte cuenta como paso entero
         como máximo                                                           80.00
  Se mide por winter average, en ccf.
  De lo medido, 0.9 vuelve al alcantarillado y se cobra.
  En proporción a los días de servicio: en el primer período, en el último período.
  Los tramos y el consumo incluido cambian en proporción a los días de servicio: cuando las tarifas cambian dentro de un período.
  Redondeo: medio centavo al centavo par.

Impuesto
  clase                              dólares
  HOUSE  por ciento de Uso               6.5
  SHOP   no se ofrece: sin impuesto
  Impuesto debido a county, código 004.
  No lo pagan los clientes con la exención church.
  Redondeo: al centavo siguiente.

Números usados arriba

factor
  clase             season
  todas las clases  summer      1.5
  todas las clases  winter  1 + 0.1
"#;
    assert_eq!(RateTable::of(&schedule, &schedule.versions[0], "es").to_text(), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_schedule_can_be_looked_at(schedule in any_schedule()) {
        let last = schedule.versions.last().unwrap();
        let diff = Diff::between(last, last, &Uses::default()).unwrap();
        prop_assert_eq!(diff.changes.len(), 0);
        prop_assert!(diff.rows.iter().all(|row| row.before == row.after));
        for language in ["en", "es"] {
            let table = RateTable::of(&schedule, last, language);
            let rows = table.to_csv().lines().count();
            prop_assert!(last.charges.iter().map(|charge| charge.cases.len()).sum::<usize>() < rows);
            prop_assert!(!table.to_text().contains("table_"), "a word is missing in {}", language);
        }
        Diff::between(&schedule.versions[0], last, &Uses::default()).unwrap();
        let findings = lint(&schedule, &LintFacts::default());
        prop_assert!(findings.iter().all(|finding| finding.place.effective_on.is_some()));
    }
}
