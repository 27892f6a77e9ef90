//! The accounts there are against the customers a version knows.

use std::collections::BTreeSet;

use super::{AccountKind, Desk, Severity};
use crate::refusals::PlanRefused;
use crate::tools::uses::needs;
use kernel::Refusal;

pub(super) fn check(desk: &mut Desk<'_>, accounts: &[AccountKind]) {
    if accounts.is_empty() {
        return;
    }
    without_rate(desk, accounts);
    let version = desk.version;
    for class in &version.classes {
        if accounts.iter().all(|account| account.kind.class != *class) {
            let sentence = "no account is of this class".to_owned();
            desk.note(Severity::Warning, "class_without_account", (format!("class {class}"), None), sentence);
        }
    }
    let needed: BTreeSet<String> = needs(desk.compiled).into_values().flatten().collect();
    for dimension in version.dimensions.iter().filter(|dimension| dimension.months.is_none()) {
        if !needed.contains(&dimension.name) {
            continue;
        }
        let in_use: BTreeSet<&str> = accounts
            .iter()
            .flat_map(|account| &account.kind.dimensions)
            .filter(|(name, _)| *name == dimension.name)
            .map(|(_, value)| value.as_str())
            .collect();
        let unused = dimension.values.iter().filter(|value| !in_use.contains(value.as_str()));
        let unused = unused.cloned().collect::<Vec<_>>().join(", ");
        if !unused.is_empty() {
            let part = format!("dimension '{}'", dimension.name);
            let sentence = format!("no account has {unused}");
            desk.note(Severity::Warning, "value_without_account", (part, None), sentence);
        }
    }
}

/// Kinds of accounts that the version has no price for, in the order given.
fn without_rate(desk: &mut Desk<'_>, accounts: &[AccountKind]) {
    let seasons = desk.version.dimensions.iter().filter(|dimension| dimension.months.is_some());
    let seasons: Vec<(&str, &str)> =
        seasons.filter_map(|season| Some((season.name.as_str(), season.values.first()?.as_str()))).collect();
    for account in accounts {
        let mut dimensions = account.kind.borrowed();
        dimensions.retain(|(name, _)| seasons.iter().all(|(season, _)| season != name));
        dimensions.extend(&seasons);
        let Err(refused) = desk.compiled.plan(&account.kind.class, &dimensions) else { continue };
        let (severity, code) = match &refused {
            PlanRefused::NotOffered { .. } => (Severity::Warning, refused.code()),
            PlanRefused::NoSchedule { .. }
            | PlanRefused::MissingDimension { .. }
            | PlanRefused::UnknownValue { .. } => (Severity::Error, refused.code()),
        };
        let count =
            if account.accounts == 1 { "1 account".to_owned() } else { format!("{} accounts", account.accounts) };
        let sentence = format!("{count} of {}: {refused}", account.kind.said());
        desk.note(severity, code, (String::new(), None), sentence);
    }
}
