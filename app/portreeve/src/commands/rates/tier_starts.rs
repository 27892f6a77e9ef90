//! `rates tier-starts`: what the choice between the two meanings of a tier start changes.

use clap::Args;
use kernel::Decimal;
use rates::owrs::{TierStartsChange, compare_tier_starts};

use super::rate_file::RateFile;
use crate::commands::{Ended, Outcome};
use crate::output;

/// The file.
#[derive(Args)]
pub struct TierStartsArgs {
    #[command(flatten)]
    file: RateFile,
}

/// Prints every table of tiers that the choice changes.
pub fn run(args: &TierStartsArgs) -> Outcome {
    let bytes = args.file.bytes()?;
    let changes = compare_tier_starts(&bytes, &args.file.owrs_options())
        .map_err(|refused| args.file.refused(&refused.to_string()))?;
    changes.iter().for_each(|change| output::data(said(change).trim_end()));
    output::talk(&format!("{} tables of tiers depend on what a tier start means", changes.len()));
    Ok(Ended::Done)
}

fn said(change: &TierStartsChange) -> String {
    let customer = change.customer.iter().map(|(name, value)| format!(", {} {value}", name.replace('_', " ")));
    let mut text = format!("{}{}: {}\n", change.class, customer.collect::<String>(), change.charge);
    text.push_str(&format!("  {:<16}{:>16}{:>16}\n", "", "first unit", "boundary"));
    for width in &change.tiers {
        let units = |units: Option<Decimal>| match units {
            Some(units) => format!("{} units", units.normalize()),
            None => "the rest".to_owned(),
        };
        let tier = format!("tier {} holds", width.tier);
        text.push_str(&format!("  {tier:<16}{:>16}{:>16}\n", units(width.by_first_unit), units(width.by_boundary)));
    }
    for price in &change.prices {
        let at = format!("at {}", price.usage);
        let (first, boundary) = (price.by_first_unit.to_string(), price.by_boundary.to_string());
        text.push_str(&format!("  {at:<16}{first:>16}{boundary:>16}\n"));
    }
    text
}
