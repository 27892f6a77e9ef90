//! `Premise`: a building or lot as a place, with the parcel it stands on.

use kernel::{ParcelId, PremiseId};

/// Where premises are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Street and number.
    pub street: String,
    /// The city.
    pub city: String,
    /// The state; may be empty.
    pub state: String,
    /// The ZIP code; may be empty.
    pub postal_code: String,
}

/// Premises on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Premise {
    /// Their id.
    pub id: PremiseId,
    /// The name by which files refer to them; unique.
    pub reference: String,
    /// Where they are.
    pub location: Location,
    /// The parcel, where it is known.
    pub parcel: Option<Parcel>,
    /// The import and line they come from.
    pub source: String,
}

/// A parcel of land.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Its id.
    pub id: ParcelId,
    /// The assessor's number.
    pub number: String,
    /// The code of its property use.
    pub property_use: String,
}

impl Location {
    /// On one line, as on a work order: `1 Elm St, Springfield, OH 45501`.
    #[must_use]
    pub fn one_line(&self) -> String {
        let Location { street, city, state, postal_code } = self;
        let region = [state.as_str(), postal_code].join(" ");
        let parts = [street.as_str(), city, region.trim()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_on_one_line_leaves_out_what_is_not_known() {
        let rows = [
            (["1 Elm St", "Springfield", "OH", "45501"], "1 Elm St, Springfield, OH 45501"),
            (["1 Elm St", "Springfield", "", "45501"], "1 Elm St, Springfield, 45501"),
            (["1 Elm St", "Springfield", "OH", ""], "1 Elm St, Springfield, OH"),
            (["1 Elm St", "Springfield", "", ""], "1 Elm St, Springfield"),
        ];
        for (parts, expected) in rows {
            let [street, city, state, postal_code] = parts.map(str::to_owned);
            assert_eq!(Location { street, city, state, postal_code }.one_line(), expected);
        }
    }
}
