//! Rates as whole numbers: bounds in the unit's smallest steps, prices on one common scale.

use kernel::{Decimal, Rounding, Unit};
use rust_decimal::prelude::ToPrimitive;

use crate::node::Node;
use crate::ready::{Block, Blocks, Fast, FullKind, FullRate, FullTier};
use crate::refusals::Flaw;
use crate::schedule::TierScope;

/// Digits behind the point of a price; the finest real tariff has seven.
const PRICE_PLACES_MAX: u32 = 9;

/// The rate in whole numbers, or nothing where only fractions are exact.
///
/// `position` is that of the charge in its plan: a percentage is fast when it looks back only.
pub(super) fn fast(rate: &FullRate, rounding: Rounding, position: usize) -> Option<Fast> {
    let is_limited = rate.included.is_some() || rate.at_least.is_some() || rate.at_most.is_some();
    if is_limited || rate.step.is_some() || rate.per.is_some() {
        return None;
    }
    match &rate.kind {
        FullKind::Fixed(amount) => {
            let exact = decimal(amount)?;
            Some(Fast::Fixed { exact, cents: rounding.cents(exact)? })
        }
        FullKind::PerUnit(price) => {
            let tier = FullTier { through: None, price: price.clone(), flat: None };
            Some(Fast::Blocks(blocks(meter_unit(rate)?, &[tier])?))
        }
        FullKind::Tiers { scope: TierScope::Within, tiers } => Some(Fast::Blocks(blocks(meter_unit(rate)?, tiers)?)),
        FullKind::Tiers { scope: TierScope::WholeUse, .. } => None,
        FullKind::PerCent { per_cent, of } => {
            let per_cent = decimal(per_cent)?.normalize();
            let (mantissa, places) = (per_cent.mantissa().to_i64()?, per_cent.scale());
            let is_behind = of.iter().all(|of| *of < position) && places <= PRICE_PLACES_MAX;
            is_behind.then(|| Fast::PerCent { mantissa, places, of: of.clone() })
        }
    }
}

/// Whether a plain bound fits the whole numbers that bills are priced in.
pub(super) fn bound_fits(bound: Decimal, places: u32) -> Result<(), Flaw> {
    if whole(bound, places).is_some() { Ok(()) } else { Err(out_of_range(bound)) }
}

/// As [`bound_fits`], for a price or amount in dollars.
pub(super) fn price_fits(price: Decimal) -> Result<(), Flaw> {
    let places = price.normalize().scale();
    if places <= PRICE_PLACES_MAX && whole(price, places).is_some() { Ok(()) } else { Err(out_of_range(price)) }
}

fn out_of_range(number: Decimal) -> Flaw {
    Flaw::NumberOutOfRange { number: number.normalize().to_string() }
}

/// The unit of the meter, when the meter is what is measured, as it is.
fn meter_unit(rate: &FullRate) -> Option<Unit> {
    let measure = rate.measure.as_ref()?;
    let is_plain = measure.source == Node::Usage && measure.convert.is_none() && measure.return_factor.is_none();
    is_plain.then_some(measure.unit)
}

fn decimal(node: &Node) -> Option<Decimal> {
    node.constant()?.to_decimal()
}

fn blocks(unit: Unit, tiers: &[FullTier]) -> Option<Blocks> {
    let prices: Vec<Decimal> = tiers.iter().map(|tier| decimal(&tier.price)).collect::<Option<_>>()?;
    let price_places = prices.iter().map(|price| price.normalize().scale()).max().unwrap_or(0);
    let mut blocks = Vec::with_capacity(tiers.len());
    let mut below = 0;
    for (tier, price) in tiers.iter().zip(prices) {
        let through = match &tier.through {
            Some(bound) => whole(decimal(bound)?, unit.places())?,
            None => i64::MAX,
        };
        if tier.flat.is_some() || through <= below || PRICE_PLACES_MAX < price_places {
            return None;
        }
        blocks.push(Block { through, price: whole(price, price_places)? });
        below = through;
    }
    (below == i64::MAX).then(|| Blocks { unit, price_places, blocks: blocks.into() })
}

/// The number times 10^`places`, if that is a whole number an `i64` holds.
fn whole(number: Decimal, places: u32) -> Option<i64> {
    let mut scaled = number.normalize();
    if places < scaled.scale() {
        return None;
    }
    scaled.rescale(places);
    if scaled.scale() != places {
        return None;
    }
    scaled.mantissa().to_i64().filter(|whole| *whole != i64::MIN)
}
