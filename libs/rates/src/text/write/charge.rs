//! The lines of a bill: `[[version.charge]]` with its cases.

use super::toml::{count, line, line_if, list, money, number, quoted, table, tall_list};
use super::{flat_list, rounding, titles, word, write_applies};
use crate::schedule::{Case, Charge, Partial, PeriodKind, Rate, Tier, TierBounds, TierScope, Tiers};
use crate::text::CITY;

pub(super) fn write(text: &mut String, charge: &Charge) {
    text.push_str("\n[[version.charge]]\n");
    line(text, "name", &quoted(&charge.name));
    line(text, "title", &titles(&charge.title));
    line(text, "revenue", &quoted(&charge.revenue));
    let tax = charge.tax.as_ref();
    line_if(text, "tax", tax.map(|tax| table([("authority", quoted(&tax.authority)), ("code", quoted(&tax.code))])));
    line_if(text, "borne_by", charge.is_borne_by_city.then(|| quoted(CITY)));
    line_if(text, "exempt_by", charge.exempt_by.as_deref().map(quoted));
    if let Some(measure) = &charge.measure {
        line(text, "measured_by", &quoted(&measure.name));
        line(text, "unit", &quoted(measure.unit.code()));
        line_if(text, "convert", measure.convert.as_deref().map(quoted));
        line_if(text, "return_factor", measure.return_factor.map(number));
    }
    line(text, "rounding", &rounding(charge.rounding));
    for (key, kinds) in [("prorate", &charge.prorate), ("prorate_tiers", &charge.prorate_tiers)] {
        if !kinds.is_empty() {
            line(text, key, &flat_list(kinds.iter().map(|kind| word(*kind, &PeriodKind::ALL))));
        }
    }
    charge.cases.iter().for_each(|case| write_case(text, case));
}

fn write_case(text: &mut String, case: &Case) {
    text.push_str("\n[[version.charge.case]]\n");
    write_applies(text, &case.classes, &case.when);
    match &case.rate {
        Rate::Fixed(amount) => line(text, "fixed", &money(amount)),
        Rate::PerUnit(price) => line(text, "per_unit", &money(price)),
        Rate::Tiers(tiers) => write_tiers(text, tiers),
        Rate::PerCent { per_cent, of } => {
            line(text, "per_cent", &count(per_cent));
            line(text, "of", &list(of));
        }
        Rate::NotOffered(reason) => line(text, "not_offered", &quoted(reason)),
    }
    line_if(text, "per", case.per.map(number));
    if let Some(step) = case.step {
        line(text, "step", &number(step.size));
        line(text, "partial_step", &word(step.partial, &Partial::ALL));
    }
    line_if(text, "included", case.included.as_ref().map(count));
    line_if(text, "at_least", case.at_least.as_ref().map(money));
    line_if(text, "at_most", case.at_most.as_ref().map(money));
}

fn write_tiers(text: &mut String, tiers: &Tiers) {
    let bound = match tiers.bounds {
        TierBounds::First => "first",
        TierBounds::Through => "through",
    };
    let tier = |tier: &Tier| {
        let fields = [
            (bound, tier.bound.as_ref().map(count)),
            ("price", Some(money(&tier.price))),
            ("flat", tier.flat.as_ref().map(money)),
        ];
        table(fields.into_iter().filter_map(|(key, written)| Some((key, written?))))
    };
    line(text, "tiers", &tall_list(tiers.tiers.iter().map(tier)));
    if tiers.scope != TierScope::Within {
        line(text, "tier_scope", &word(tiers.scope, &TierScope::ALL));
    }
}
