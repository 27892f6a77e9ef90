//! Cases priced by a sheet of rates: gallons in a month, total in dollars and cents.

use std::collections::BTreeMap;
use std::path::Path;

use kernel::{Decimal, Unit};
use rates::sheet::{self, RateSheet, SetKey, SheetOptions};
use rates::{Inputs, Plan};

use super::Pricer;
use crate::commands::Ended;
use crate::output;

/// A sheet, with the plan of every set that was asked for.
pub(super) struct BySheet {
    sheet: RateSheet,
    plans: BTreeMap<SetKey, Result<Plan, String>>,
}

impl BySheet {
    /// Reads the sheet, and says how much of it is not understood.
    pub(super) fn read(path: &Path) -> Result<BySheet, Ended> {
        let refused = |words: String| Ended::Refused(format!("{}: {words}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
        let options = SheetOptions::citing(&path.display().to_string());
        let sheet = sheet::read(&bytes, &options).map_err(|found| refused(found.to_string()))?;
        let sets = sheet.sets().count();
        let not_understood = sheet.sets().filter(|(_, set)| set.schedule.is_err()).count();
        let doubts: usize = sheet.sets().map(|(_, set)| set.doubts.len()).sum();
        let strays = sheet.strays.len();
        output::talk(&format!(
            "{sets} rate sets, {not_understood} not understood; {doubts} rows may not be meant as they stand, \
             {strays} rows name no rate set"
        ));
        Ok(BySheet { sheet, plans: BTreeMap::new() })
    }
}

impl Pricer for BySheet {
    const COLUMNS: &'static [&'static str] = &["pwsid", "service", "category", "usage_gal_per_month"];
    const ANSWERS: &'static [&'static str] = &["total"];

    fn price(&mut self, fields: &[&str]) -> Result<Vec<String>, String> {
        let [pwsid, service, category, gallons] = fields else { return Err("the row has too few fields".to_owned()) };
        let [pwsid, service, category] = [pwsid, service, category].map(|field| field.trim().to_owned());
        let key = SetKey { pwsid, service, category };
        if !self.plans.contains_key(&key) {
            let plan = plan(&self.sheet, &key)?;
            self.plans.insert(key.clone(), plan);
        }
        let plan = self.plans[&key].as_ref().map_err(Clone::clone)?;
        let is_plain = gallons.trim().bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
        let number = Decimal::from_str_exact(gallons.trim()).ok().filter(|_| is_plain);
        let gallons = number.ok_or_else(|| format!("usage_gal_per_month is '{gallons}', not a number"))?;
        let price = plan.price_for(&Inputs::exact(gallons, Unit::Gallon)).map_err(|refused| refused.to_string())?;
        Ok(vec![price.total.to_string()])
    }
}

/// The plan of a set, or why it has none; a set that the sheet does not have is not worth remembering.
fn plan(sheet: &RateSheet, key: &SetKey) -> Result<Result<Plan, String>, String> {
    let SetKey { pwsid, service, category } = key;
    let set = sheet.set(key).ok_or_else(|| format!("the sheet has no rates for {pwsid}, {service}, {category}"))?;
    let plan = set.schedule.as_ref().map_err(ToString::to_string).and_then(|schedule| {
        let version = schedule.versions.last().ok_or("the schedule has no version")?;
        let compiled = version.compile().map_err(|error| error.to_string())?;
        compiled.plan(category, &[]).cloned().map_err(|refused| refused.to_string())
    });
    Ok(plan)
}
