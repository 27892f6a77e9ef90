//! Rates as whole numbers: bounds in the unit's smallest steps, prices on one common scale.

use kernel::{Decimal, Unit};
use rust_decimal::prelude::ToPrimitive;

use crate::plan::{Block, Blocks, ReadyRate};
use crate::refusals::Flaw;
use crate::schedule::{Charge, FirstTier, Rate, ThroughTier, Tiers};

/// Digits behind the point of a price; the finest real tariff has seven.
const PRICE_PLACES_MAX: u32 = 9;

/// A tier by its upper bound, however it was stated.
struct Bounded {
    through: Option<Decimal>,
    price: Decimal,
}

/// The rate ready for arithmetic, or what is wrong with it.
pub(super) fn rate(charge: &Charge, rate: &Rate) -> Result<ReadyRate, Flaw> {
    let unit = || charge.measure.as_ref().map(|measure| measure.unit).ok_or(Flaw::NoMeasure);
    match rate {
        Rate::Fixed(amount) => fixed(charge, *amount),
        Rate::PerUnit(price) => Ok(ReadyRate::PerUnit(blocks(unit()?, &[Bounded { through: None, price: *price }])?)),
        Rate::NotOffered(reason) => Ok(ReadyRate::NotOffered(reason.clone())),
        Rate::Tiers(Tiers::First(tiers)) => Ok(ReadyRate::Tiers(blocks(unit()?, &from_first_units(tiers)?)?)),
        Rate::Tiers(Tiers::Through(tiers)) => Ok(ReadyRate::Tiers(blocks(unit()?, &from_upper_bounds(tiers)?)?)),
    }
}

fn fixed(charge: &Charge, amount: Decimal) -> Result<ReadyRate, Flaw> {
    if PRICE_PLACES_MAX < amount.normalize().scale() {
        return Err(out_of_range(amount));
    }
    let cents = charge.rounding.cents(amount).ok_or_else(|| out_of_range(amount))?;
    Ok(ReadyRate::Fixed { exact: amount, cents })
}

/// Tier 1 with a next start of 15 holds 14 units, also in fractions: 14.5 is 14 and 0.5.
fn from_first_units(tiers: &[FirstTier]) -> Result<Vec<Bounded>, Flaw> {
    let Some(first) = tiers.first() else {
        return Err(Flaw::Empty("the list of tiers"));
    };
    if first.first != Decimal::ZERO && first.first != Decimal::ONE {
        return Err(Flaw::FirstTierStartsLate(first.first.normalize().to_string()));
    }
    let mut bounded = Vec::with_capacity(tiers.len());
    for (index, tier) in tiers.iter().enumerate() {
        let through = match tiers.get(index + 1) {
            Some(next) => Some(next.first.checked_sub(Decimal::ONE).ok_or_else(|| out_of_range(next.first))?),
            None => None,
        };
        bounded.push(Bounded { through, price: tier.price });
    }
    Ok(bounded)
}

fn from_upper_bounds(tiers: &[ThroughTier]) -> Result<Vec<Bounded>, Flaw> {
    let Some((last, lower)) = tiers.split_last() else {
        return Err(Flaw::Empty("the list of tiers"));
    };
    if let Some(through) = last.through {
        return Err(Flaw::LastTierEnds(through.normalize().to_string()));
    }
    if let Some(index) = lower.iter().position(|tier| tier.through.is_none()) {
        return Err(Flaw::TierWithoutBound(index + 1));
    }
    Ok(tiers.iter().map(|tier| Bounded { through: tier.through, price: tier.price }).collect())
}

fn blocks(unit: Unit, tiers: &[Bounded]) -> Result<Blocks, Flaw> {
    let price_places = tiers.iter().map(|tier| tier.price.normalize().scale()).max().unwrap_or(0);
    let mut blocks = Vec::with_capacity(tiers.len());
    let mut below = 0;
    for (index, tier) in tiers.iter().enumerate() {
        let through = match tier.through {
            Some(bound) => whole(bound, unit.places()).ok_or_else(|| out_of_range(bound))?,
            None => i64::MAX,
        };
        if through <= below {
            return Err(Flaw::TierHoldsNothing(index + 1));
        }
        if PRICE_PLACES_MAX < price_places {
            return Err(out_of_range(tier.price));
        }
        let price = whole(tier.price, price_places).ok_or_else(|| out_of_range(tier.price))?;
        blocks.push(Block { through, price });
        below = through;
    }
    Ok(Blocks { unit, price_places, blocks: blocks.into() })
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

fn out_of_range(number: Decimal) -> Flaw {
    Flaw::NumberOutOfRange { number: number.normalize().to_string() }
}
