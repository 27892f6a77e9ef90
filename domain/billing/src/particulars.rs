//! Particulars: what the price of a service depends on beyond its use and its rates, as a run froze it.
//!
//! Most services have none: they are billed for the whole period, by one version, and their rates ask for nothing
//! else. What is here is frozen as one text, digested, and compared when the run is posted.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::Fault;
use kernel::{AccountId, AgreementId, Decimal, Period, RateVersionId};
use rates::{Days, Needs, NormalDays, PeriodKind, Share};
use serde::{Deserialize, Serialize};

/// What a price depends on beyond use and rates; at least one of its parts is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Particulars {
    /// How the days billed lie in the period of the run, where they are not all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// The quantities the rates ask for, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub quantities: BTreeMap<String, HeldQuantity>,
    /// The exemptions that the rates know, by code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exemptions: Vec<HeldExemption>,
    /// The versions, each with the days it prices, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
}

/// A service that began or ended within the period of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// How many days the period of the run has.
    pub of: u32,
    /// Whether the service began within it.
    pub is_first: bool,
    /// Whether it ended within it.
    pub is_final: bool,
}

/// A quantity of an agreement that holds, and the record that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldQuantity {
    /// The number.
    pub amount: Decimal,
    /// The day from which it holds.
    pub from_on: NaiveDate,
    /// The revision of the record of that day.
    pub revision: i64,
}

/// An exemption that is valid, and the certificate that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldExemption {
    /// The code that rates know it by.
    pub code: String,
    /// The number of the certificate.
    pub certificate: String,
}

/// The days of a service that one version prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The version.
    pub version: RateVersionId,
    /// Its days.
    pub period: Period,
}

/// The quantities and exemptions of some accounts that hold on a bill date.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holdings {
    pub(crate) quantities: BTreeMap<(AccountId, AgreementId), BTreeMap<String, HeldQuantity>>,
    pub(crate) exemptions: BTreeMap<AccountId, Vec<HeldExemption>>,
}

impl Particulars {
    /// The one text of these particulars.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("texts, numbers and days can always be written")
    }

    /// Takes a stored text back.
    pub fn parse(text: &str) -> Result<Particulars, Fault> {
        serde_json::from_str(text).map_err(|error| Fault::caused("reading the particulars of a run item", error))
    }

    /// Nothing when no part of it is there.
    pub(crate) fn unless_empty(self) -> Option<Box<Particulars>> {
        (self != Particulars::default()).then(|| Box::new(self))
    }
}

impl Cut {
    /// How the days billed lie in the period of a run; nothing when they are all of it.
    pub(crate) fn of(billed: Period, run: Period) -> Option<Cut> {
        let is_first = run.from() < billed.from();
        let is_final = billed.to() < run.to();
        (is_first || is_final).then(|| Cut { of: count(run), is_first, is_final })
    }

    /// What part of a normal period is billed.
    ///
    /// Of a regular period the share is that of its own days: 20 of 31, so that two customers who follow each other
    /// pay one amount together. Where the run's period is itself long or short, it is that of the normal days.
    fn days(self, billed: Period, normal: Option<NormalDays>) -> Days {
        let ends = [(self.is_first, PeriodKind::First), (self.is_final, PeriodKind::Final)];
        let mut kinds: Vec<PeriodKind> = ends.into_iter().filter(|(is, _)| *is).map(|(_, kind)| kind).collect();
        let irregular = Days::regular(self.of, normal);
        kinds.extend(irregular.kinds);
        Days::part(kinds, count(billed), irregular.service.map_or(self.of, |share| share.of))
    }
}

/// What part of a normal period is billed, by the normal days of a version.
pub(crate) fn days_of(billed: Period, cut: Option<Cut>, normal: Option<NormalDays>) -> Days {
    match cut {
        Some(cut) => cut.days(billed, normal),
        None => Days::regular(count(billed), normal),
    }
}

/// The share of a service that falls on some of its days.
pub(crate) fn share(part: Period, whole: Period) -> Share {
    Share { days: count(part), of: count(whole) }
}

fn count(period: Period) -> u32 {
    u32::try_from(period.days()).unwrap_or(u32::MAX)
}

impl Holdings {
    /// The quantities of an agreement that rates ask for.
    pub(crate) fn quantities(
        &self,
        agreement: (AccountId, AgreementId),
        needs: &[&Needs],
    ) -> BTreeMap<String, HeldQuantity> {
        let Some(held) = self.quantities.get(&agreement) else { return BTreeMap::new() };
        let asked: BTreeSet<&String> = needs.iter().flat_map(|needs| &needs.quantities).collect();
        held.iter().filter(|(name, _)| asked.contains(name)).map(|(name, held)| (name.clone(), held.clone())).collect()
    }

    /// The exemptions of an account that rates know.
    pub(crate) fn exemptions(&self, account: AccountId, needs: &[&Needs]) -> Vec<HeldExemption> {
        let Some(held) = self.exemptions.get(&account) else { return Vec::new() };
        let asked: BTreeSet<&String> = needs.iter().flat_map(|needs| &needs.exemptions).collect();
        held.iter().filter(|held| asked.contains(&held.code)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str) -> Period {
        Period::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_service_that_moved_in_or_out_is_billed_for_its_days() {
        use PeriodKind::{Final, First, Long};
        let normal = Some(NormalDays { full: 30, at_least: 25, at_most: 35 });
        let june = period("2026-06-01", "2026-07-01");
        let long = period("2026-05-20", "2026-07-01");
        type Row<'a> = (Period, &'a str, &'a str, Option<NormalDays>, &'a [PeriodKind], u32, u32);
        // run | billed from | to | normal days | kinds | days | of
        let rows: [Row<'_>; 6] = [
            (june, "2026-06-11", "2026-07-01", None, &[First], 20, 30),
            (june, "2026-06-01", "2026-06-11", None, &[Final], 10, 30),
            (june, "2026-06-11", "2026-06-21", None, &[First, Final], 10, 30),
            (june, "2026-06-11", "2026-07-01", normal, &[First], 20, 30),
            (long, "2026-05-20", "2026-07-01", normal, &[Long], 42, 30),
            (long, "2026-06-11", "2026-07-01", normal, &[First, Long], 20, 30),
        ];
        for (run, from, to, normal, kinds, days, of) in rows {
            let billed = period(from, to);
            let found = days_of(billed, Cut::of(billed, run), normal);
            assert_eq!((found.kinds.as_slice(), found.service), (kinds, Some(Share { days, of })), "{billed} of {run}");
        }
        assert_eq!(days_of(june, Cut::of(june, june), normal), Days::whole());
    }

    #[test]
    fn particulars_read_back_from_their_text() {
        let from_on = "2026-01-01".parse().unwrap();
        let held = HeldQuantity { amount: "4.5".parse().unwrap(), from_on, revision: 2 };
        let particulars = Particulars {
            cut: Some(Cut { of: 30, is_first: true, is_final: false }),
            quantities: [("dwelling_units".to_owned(), held)].into(),
            exemptions: vec![HeldExemption { code: "resale".into(), certificate: "C-1".into() }],
            segments: vec![Segment { version: RateVersionId(3), period: period("2026-06-11", "2026-06-21") }],
        };
        let text = particulars.to_text();
        assert_eq!(
            text,
            "{\"cut\":{\"of\":30,\"is_first\":true,\"is_final\":false},\
             \"quantities\":{\"dwelling_units\":{\"amount\":\"4.5\",\"from_on\":\"2026-01-01\",\"revision\":2}},\
             \"exemptions\":[{\"code\":\"resale\",\"certificate\":\"C-1\"}],\
             \"segments\":[{\"version\":3,\"period\":{\"from\":\"2026-06-11\",\"to\":\"2026-06-21\"}}]}"
        );
        assert_eq!(Particulars::parse(&text).unwrap(), particulars);
        assert!(Particulars::default().unless_empty().is_none());
        assert!(Particulars::parse("{\"size\":1}").is_err());
    }
}
