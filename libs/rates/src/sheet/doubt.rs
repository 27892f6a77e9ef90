//! `Doubt`: what a sheet says plainly and may still not mean.

use std::fmt;

use kernel::Decimal;

use super::row::{Band, Pays, Row};

/// Something that was read as it stands, though an analyst should look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The line, from 1.
    pub line: usize,
    /// What is doubtful there.
    pub what: Doubtful,
}

/// What is doubtful.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubtful {
    /// A row ends at or below where it begins.
    HoldsNothing {
        /// Where it begins.
        from: Decimal,
        /// Where it ends.
        to: Decimal,
    },
    /// Some use between two rows of one kind has no price.
    Gap {
        /// The end of the row below.
        below: Decimal,
        /// The begin of this row.
        from: Decimal,
    },
    /// Some use has the prices of two rows of one kind.
    Overlap {
        /// The end of the row below.
        below: Decimal,
        /// The begin of this row.
        from: Decimal,
    },
    /// Use above the last row of its kind has no price.
    Ends {
        /// Where the last row ends.
        at: Decimal,
    },
}

/// What is doubtful in the rows of one set, by line.
pub(super) fn find(rows: &[Row]) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let Some(band) = band(row) else { continue };
        let mut doubt = |what| doubts.push(Doubt { line: row.line, what });
        let is_kin = |other: &&Row| is_kin(row, other);
        if let Some(to) = band.to.filter(|to| *to <= band.from) {
            doubt(Doubtful::HoldsNothing { from: band.from, to });
            continue;
        }
        let before = rows[..index].iter().rfind(is_kin).and_then(self::band);
        if let Some(before) = before {
            // The next unit, or the same number again, both continue the row below.
            let (from, below) = (band.from, before.to);
            match below {
                Some(below) if below + Decimal::ONE < from => doubt(Doubtful::Gap { below, from }),
                Some(below) if below <= from => {}
                Some(below) => doubt(Doubtful::Overlap { below, from }),
                None => {}
            }
        }
        if let Some(at) = band.to
            && !rows[index + 1..].iter().any(|other| is_kin(&other))
        {
            doubt(Doubtful::Ends { at });
        }
    }
    doubts
}

fn band(row: &Row) -> Option<&Band> {
    match &row.pays {
        Pays::EachBill => None,
        Pays::Units { band, .. } | Pays::Use(band) => Some(band),
    }
}

/// Rows of one kind continue each other.
fn is_kin(one: &Row, other: &Row) -> bool {
    one.rate_type == other.rate_type
        && matches!((band(one), band(other)), (Some(one), Some(other)) if one.unit == other.unit)
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.what {
            Doubtful::HoldsNothing { from, to } => write!(f, "from {from} to {to} holds nothing"),
            Doubtful::Gap { below, from } => write!(f, "use between {below} and {from} has no price"),
            Doubtful::Overlap { below, from } => write!(f, "use between {from} and {below} is priced twice"),
            Doubtful::Ends { at } => write!(f, "use above {at} has no price"),
        }
    }
}
