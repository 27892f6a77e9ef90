//! A town file: chart, classes, revenue lines, cycles and rules as data, applied by acts.

use std::collections::BTreeMap;

use acts::Failure;
use billing::ExceptionRule;
use billing::acts::{NewCycle, SetUpBilling};
use finance::{EstablishBooks, NewFund, NewLedgerAccount, OpenedIn};
use kernel::Cents;
use premises::acts::SetUpPremises;
use revenue::acts::{NewLine, NewTax, SetUpRevenue};
use serde::Deserialize;

use crate::office::{Office, Who};

/// What a town file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TownFile {
    classes: BTreeMap<String, String>,
    funds: Vec<NewFund>,
    ledger_accounts: Vec<NewLedgerAccount>,
    opened: Vec<OpenedIn>,
    revenue_lines: Vec<NewLine>,
    #[serde(default)]
    taxes: Vec<NewTax>,
    #[serde(default)]
    city_expenses: BTreeMap<String, String>,
    #[serde(default)]
    property_uses: BTreeMap<String, String>,
    cycles: Vec<NewCycle>,
    #[serde(default)]
    exception_rules: Vec<ExceptionRule>,
    #[serde(default)]
    high_cents: BTreeMap<String, Cents>,
}

/// Applies a town file: adds what is new, refuses to change what is there.
pub async fn apply(office: &Office, who: &Who, town: TownFile) -> Result<(), Failure> {
    let books = EstablishBooks { funds: town.funds, ledger_accounts: town.ledger_accounts, opened: town.opened };
    office.act_unless_in_force(who, &books).await?;
    let revenue = SetUpRevenue {
        classes: town.classes,
        lines: town.revenue_lines,
        taxes: town.taxes,
        city_expenses: town.city_expenses,
    };
    office.act_unless_in_force(who, &revenue).await?;
    // Towns that keep no parcels have no property uses, and nobody need be allowed to set them up.
    if !town.property_uses.is_empty() {
        let premises = SetUpPremises { property_uses: town.property_uses };
        office.act_unless_in_force(who, &premises).await?;
    }
    let billing = SetUpBilling { cycles: town.cycles, rules: town.exception_rules, limits: town.high_cents };
    office.act_unless_in_force(who, &billing).await?;
    Ok(())
}
