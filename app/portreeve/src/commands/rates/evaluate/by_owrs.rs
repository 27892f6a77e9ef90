//! Cases priced by the files of a folder in the Open Water Rate Specification, exactly and unrounded.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use rates::owrs::{self, OwrsClass, OwrsOptions, TierStarts};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Pricer;
use crate::commands::Ended;

/// A folder of files, each read when it is first asked for.
pub(super) struct ByOwrs {
    /// Without links and dots, so that a file can be seen to lie within.
    root: PathBuf,
    options: OwrsOptions,
    files: BTreeMap<String, Classes>,
    /// The plans of all files kept.
    plans: usize,
}

/// The classes of a file, or why it is refused.
type Classes = Result<BTreeMap<String, Result<OwrsClass, String>>, String>;

/// Bytes of a file; the largest real one has 60 thousand.
const FILE_MAX: u64 = 512 * 1024;
/// Plans kept; beyond it the files are forgotten, and read again when they are asked for again.
const PLANS_MAX: usize = 100_000;
/// Files kept.
const FILES_MAX: usize = 5_000;

impl ByOwrs {
    pub(super) fn new(root: &Path, tier_starts: TierStarts) -> Result<ByOwrs, Ended> {
        let refused = |words: &str| Ended::Refused(format!("{}: {words}", root.display()));
        let folder = root.canonicalize().map_err(|error| refused(&error.to_string()))?;
        if !folder.is_dir() {
            return Err(refused("this is not a folder"));
        }
        Ok(ByOwrs { root: folder, options: OwrsOptions::evaluation(tier_starts), files: BTreeMap::new(), plans: 0 })
    }

    /// The classes of a file, from memory or from the folder.
    fn classes(&mut self, file: &str) -> &Classes {
        if !self.files.contains_key(file) {
            let classes = self.read(file);
            let plans = classes.iter().flat_map(BTreeMap::values).flatten();
            self.plans += plans.map(|class| class.compiled.plans().count()).sum::<usize>();
            if PLANS_MAX < self.plans || FILES_MAX <= self.files.len() {
                self.files.clear();
                self.plans = 0;
            }
            self.files.insert(file.to_owned(), classes);
        }
        &self.files[file]
    }

    fn read(&self, file: &str) -> Classes {
        let bytes = self.bytes(file)?;
        let read = owrs::read_classes(&bytes, &self.options).map_err(|found| format!("{file}: {found}"))?;
        let class = |(name, class): (String, Result<OwrsClass, _>)| {
            (name, class.map_err(|found: rates::TextRefused| format!("{file}: {found}")))
        };
        Ok(read.classes.into_iter().map(class).collect())
    }

    /// The bytes of a file that lies within the folder, also behind links.
    fn bytes(&self, file: &str) -> Result<Vec<u8>, String> {
        let path = Path::new(file);
        let is_inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if file.is_empty() || !is_inside {
            return Err(format!("'{file}' is not a file within the folder"));
        }
        let not_read = |error: std::io::Error| format!("'{file}' cannot be read: {error}");
        let path = self.root.join(path).canonicalize().map_err(not_read)?;
        if !path.starts_with(&self.root) {
            return Err(format!("'{file}' leads out of the folder"));
        }
        if !path.is_file() {
            return Err(format!("'{file}' is not a file"));
        }
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|open| open.take(FILE_MAX + 1).read_to_end(&mut bytes));
        read.map_err(not_read)?;
        // One byte too many is enough for the reader to refuse it by its size.
        Ok(bytes)
    }
}

impl Pricer for ByOwrs {
    const COLUMNS: &'static [&'static str] = &["file", "class", "inputs_json"];
    const ANSWERS: &'static [&'static str] = &["total", "service_charge", "commodity_charge"];

    fn price(&mut self, fields: &[&str]) -> Result<Vec<String>, String> {
        let [file, class, inputs] = *fields else { return Err("the row has too few fields".to_owned()) };
        let Columns(columns) = serde_json::from_str(inputs).map_err(|error| format!("inputs_json: {error}"))?;
        let columns: Vec<(&str, &str)> = columns.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let classes = self.classes(file).as_ref().map_err(Clone::clone)?;
        let class = classes.get(class).ok_or_else(|| {
            let known: Vec<&str> = classes.keys().map(String::as_str).collect();
            format!("the file has no class '{class}'; it has {}", known.join(", "))
        })?;
        let class = class.as_ref().map_err(Clone::clone)?;
        let bill = class.price(&columns).map_err(|refused| refused.to_string())?;
        let component = |key| class.component(&bill, key).map(|exact| exact.to_string()).unwrap_or_default();
        Ok(vec![bill.total.to_string(), component("service_charge"), component("commodity_charge")])
    }
}

/// The columns of a record: texts as they are, numbers with the digits they are written with.
struct Columns(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Columns, D::Error> {
        deserializer.deserialize_map(ColumnsVisitor)
    }
}

struct ColumnsVisitor;

impl<'de> Visitor<'de> for ColumnsVisitor {
    type Value = Columns;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object such as {\"usage_ccf\": 12.4}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Columns, A::Error> {
        let mut columns: Vec<(String, String)> = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            if columns.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom(format!("'{name}' is there twice")));
            }
            let raw = value.get();
            let text = match raw.as_bytes().first() {
                Some(b'"') => serde_json::from_str(raw).map_err(A::Error::custom)?,
                Some(b'[' | b'{') => return Err(A::Error::custom(format!("'{name}' is neither a text nor a number"))),
                // What is not known is not given.
                Some(b'n') => continue,
                Some(_) | None => raw.to_owned(),
            };
            columns.push((name, text));
        }
        Ok(Columns(columns))
    }
}
