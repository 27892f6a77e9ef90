//! Charge models of other billing systems, each said in our language and priced from the same numbers.

use kernel::{Decimal, Rounding, Unit};
use serde_json::Value;

use super::santa_monica::reference;
use crate::{Days, Exact, Inputs, Schedule};

const CASES: &str = "rates/charge_model_cases.json";

/// A schedule while it is put together, with the numbers of its one bill.
#[derive(Default)]
struct Model {
    text: String,
    usage: Decimal,
    numbers: Vec<(String, Decimal)>,
    values: String,
    charges: String,
}

impl Model {
    fn of_units(case: &Value) -> Model {
        Model { usage: decimal(&case["units"]), ..Model::default() }
    }

    /// A number that the account brings.
    fn quantity(&mut self, name: &str, number: Decimal) {
        self.text += &format!("[[version.quantity]]\nname = \"{name}\"\nunit = \"units\"\n");
        self.numbers.push((name.to_owned(), number));
    }

    fn value(&mut self, name: &str, formula: &str) {
        self.values += &format!("[[version.value]]\nname = \"{name}\"\nis = \"{formula}\"\n");
    }

    /// A line of the bill.
    fn charge(&mut self, name: &str, measured_by: &str, case: &str) {
        self.line(name, &format!("measured_by = \"{measured_by}\"\nunit = \"each\"\n"), case);
    }

    fn line(&mut self, name: &str, keys: &str, case: &str) {
        self.charges += &format!(
            "[[version.charge]]\nname = \"{name}\"\ntitle = {{ en = \"{name}\" }}\nrevenue = \"fees\"\n\
             rounding = \"half_away_from_zero\"\n{keys}[[version.charge.case]]\n{case}\n"
        );
    }

    /// A line that is only a number for others.
    fn hidden(&mut self, name: &str, measured_by: &str, case: &str) {
        let keys = format!("borne_by = \"city\"\nmeasured_by = \"{measured_by}\"\nunit = \"each\"\n");
        self.line(name, &keys, case);
    }

    /// The lines billed, exactly.
    fn lines(&self) -> Vec<(String, Exact)> {
        let text = format!(
            "schedule = \"model\"\nservice = \"model\"\ntitle = {{ en = \"Model\" }}\n\
             [[version]]\neffective_on = 2020-01-01\nordinance = \"None\"\nbasis = \"bill_date\"\nclasses = [\"A\"]\n\
             [[version.quantity]]\nname = \"usage\"\nunit = \"each\"\n{}{}{}",
            self.text, self.values, self.charges
        );
        let schedule = Schedule::parse(&text).unwrap_or_else(|refused| panic!("{refused}\n{text}"));
        assert_eq!(Schedule::parse(&schedule.to_text()).as_ref(), Ok(&schedule));
        let compiled = schedule.versions[0].compile().unwrap();
        let numbers: Vec<_> = self.numbers.iter().map(|(name, number)| (name.as_str(), *number)).collect();
        let (usage, days) = (Exact::from(self.usage), Days::whole());
        let inputs = Inputs { usage, unit: Unit::Each, numbers: &numbers, exemptions: &[], days };
        let explanation = compiled.plan("A", &[]).unwrap().explain(&inputs).unwrap();
        let billed = explanation.charges.iter().filter(|charge| charge.is_billed);
        billed.map(|charge| (charge.name.clone(), charge.exact.clone())).collect()
    }
}

#[test]
fn every_case_of_another_billing_system_is_priced_alike() {
    let Some(folder) = reference("every_case_of_another_billing_system_is_priced_alike") else { return };
    let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(folder.join(CASES)).unwrap()).unwrap();
    assert!(!cases.is_empty());
    for (at, case) in cases.iter().enumerate() {
        let lines = model(case).lines();
        let expected = decimal(&case["amount"]);
        // Two places at least: an amount of cents is met to the cent, one of 0.116 to its last digit.
        let step = Exact::from(Decimal::new(1, expected.scale().max(2)));
        let amount = lines.iter().fold(Exact::zero(), |sum, (_, line)| sum.plus(line));
        let found = amount.round_to(&step, Rounding::HalfAwayFromZero);
        assert_eq!(found, Exact::from(expected), "case {at}: {case}");
        for (name, part) in case["delta"].as_object().into_iter().flatten() {
            let line = lines.iter().find(|(line, _)| *line == name.to_lowercase());
            assert_eq!(line.map(|(_, exact)| exact), Some(&Exact::from(decimal(part))), "case {at}: {name}");
        }
    }
}

fn model(case: &Value) -> Model {
    match case["model"].as_str().unwrap() {
        "graduated" => tiers(case, "within", "per_unit", 1),
        "graduated_percentage" => tiers(case, "within", "rate_pct", 100),
        "volume" if case["prorated"] == true => volume_by_full_units(case),
        "volume" => tiers(case, "whole_use", "per_unit", 1),
        "package" => package(case),
        "percentage" => percentage(case),
        "prorated_graduated" => prorated_graduated(case),
        "killbill_ALL_TIERS" => all_tiers(case),
        "killbill_TOP_TIER" => top_tier(case),
        "killbill_ALL_TIERS_incremental" => incremental(case),
        other => panic!("the model '{other}' has no translation"),
    }
}

/// The tiers of ranges, by the last unit of each.
fn tier_list(case: &Value, price: &str, flat: &str) -> String {
    let ranges = case["ranges"].as_array().unwrap();
    let tier = |range: &Value| {
        let through =
            if range["last"].is_null() { String::new() } else { format!("through = {}, ", number(&range["last"])) };
        let price = if price.is_empty() { "0".to_owned() } else { number(&range[price]) };
        let flat = if flat.is_empty() { "0".to_owned() } else { number(&range[flat]) };
        format!("{{ {through}price = {price}, flat = {flat} }}")
    };
    format!("[{}]", ranges.iter().map(tier).collect::<Vec<_>>().join(", "))
}

fn tiers(case: &Value, scope: &str, price: &str, per: u32) -> Model {
    let mut model = Model::of_units(case);
    let list = tier_list(case, price, "flat");
    model.charge("tiers", "usage", &format!("tiers = {list}\ntier_scope = \"{scope}\"\nper = {per}"));
    model
}

/// The tier follows from the full units, the price is for the units of the days served.
fn volume_by_full_units(case: &Value) -> Model {
    let mut model = Model::of_units(case);
    model.quantity("full_units", decimal(&case["full_units"]));
    let chosen = |key: &str| {
        let ranges = case["ranges"].as_array().unwrap();
        ranges.iter().rev().fold(String::new(), |above, range| match &range["last"] {
            Value::Null => number(&range[key]),
            last => format!("if(full_units <= {}, {}, {above})", number(last), number(&range[key])),
        })
    };
    let (price, flat) = (chosen("per_unit"), chosen("flat"));
    model.charge("units", "usage", &format!("per_unit = \"{price}\""));
    model.line("flat", "", &format!("fixed = \"{flat}\""));
    model
}

fn package(case: &Value) -> Model {
    let mut model = Model::of_units(case);
    let [size, price, free] = ["package_size", "package_price", "free_units"].map(|key| number(&case[key]));
    let steps = format!("per = {size}\nstep = {size}\npartial_step = \"whole\"\nincluded = {free}");
    model.charge("packages", "usage", &format!("per_unit = {price}\n{steps}"));
    model
}

/// A percentage of what was moved and an amount per event; some events or some of the sum are free.
fn percentage(case: &Value) -> Model {
    let mut model = Model::of_units(case);
    let [rate, fixed, free_events, free_units] =
        ["rate_pct", "fixed", "free_events", "free_units"].map(|key| number(&case[key]));
    model.quantity("events", decimal(&case["events"]));
    let running = case["running_total"].as_array().unwrap();
    for (at, total) in running.iter().enumerate() {
        model.quantity(&format!("running_{}", at + 1), decimal(total));
    }
    // Events are free while the sum stays below the free units, and no more than the free number of them.
    let below = |at: usize| format!("if(running_{at} < {free_units}, 1, 0)");
    let below = (1..=running.len()).map(below).collect::<Vec<_>>().join(" + ");
    let below = if below.is_empty() { "0" } else { below.as_str() };
    let by_number = free_events.parse::<usize>().unwrap();
    let free_units_used = match running.len() {
        0 => "0".to_owned(),
        length if 0 < by_number && by_number < length => format!("running_{by_number}"),
        length if free_units == "0" => format!("running_{length}"),
        length => format!("min(running_{length}, {free_units})"),
    };
    model.value("events_below", below);
    let both = format!("min({free_events}, events_below)");
    let either = format!("max({free_events}, events_below)");
    model.value("free_events_used", &format!("if(min({free_events}, events_below) > 0, {both}, {either})"));
    model.charge("share", "usage", &format!("per_unit = {rate}\nper = 100\nincluded = \"{free_units_used}\""));
    let included = "if(usage > 0, free_events_used, events)";
    model.charge("of_events", "events", &format!("per_unit = {fixed}\nincluded = \"{included}\""));
    model
}

/// Units come and go; each change is priced in the tiers it moves through, for its share of the period.
fn prorated_graduated(case: &Value) -> Model {
    let mut model = Model::default();
    let [events, prorated] = ["events", "prorated_events"].map(|key| case[key].as_array().unwrap());
    let list = tier_list(case, "per_unit", "");
    let (mut level, mut sum, mut peak) = ("0".to_owned(), String::new(), String::new());
    for (at, (event, share)) in (1..).zip(events.iter().zip(prorated)) {
        model.quantity(&format!("event_{at}"), decimal(event));
        model.quantity(&format!("share_{at}"), decimal(share));
        model.value(&format!("level_{at}"), &format!("{level} + event_{at}"));
        model.hidden(&format!("tiers_{at}"), &format!("level_{at}"), &format!("tiers = {list}"));
        let before = if at == 1 { String::new() } else { format!(" - tiers_{}", at - 1) };
        let plus = if at == 1 { "" } else { " + " };
        sum += &format!("{plus}(tiers_{at}{before}) * share_{at} / event_{at}");
        peak += &format!("{}level_{at}", if at == 1 { "" } else { ", " });
        level = format!("level_{at}");
    }
    model.value("peak", &format!("max({peak})"));
    model.line("changes", "", &format!("fixed = \"{sum}\""));
    model.charge("flats", "peak", &format!("tiers = {}", tier_list(case, "", "flat")));
    model
}

/// Size of a block, blocks in the tier (nothing is without end) and price of a block.
fn blocks(tiers: &Value) -> Vec<(Decimal, Option<Decimal>, String)> {
    let tier = |tier: &Value| {
        let part = |key: &str, at: usize| if tier.is_array() { tier[at].clone() } else { tier[key].clone() };
        let (size, count) = (decimal(&part("block_size", 0)), decimal(&part("max_blocks", 1)));
        (size, (!count.is_sign_negative()).then_some(count), number(&part("price_per_block", 2)))
    };
    tiers.as_array().unwrap().iter().map(tier).collect()
}

/// A line for each tier: what is above the tiers below, in whole blocks, as many as it has.
fn lines_of_tiers(model: &mut Model, prefix: &str, measured_by: &str, tiers: &Value, is_hidden: bool) {
    let mut below = Decimal::ZERO;
    for (number, (size, count, price)) in (1..).zip(blocks(tiers)) {
        let width = count.map(|count| count * size);
        let rate = match width {
            Some(width) => format!("tiers = [{{ through = {width}, price = {price} }}, {{ price = 0 }}]"),
            None => format!("per_unit = {price}"),
        };
        let steps = format!("per = {size}\nstep = {size}\npartial_step = \"whole\"\nincluded = {below}");
        let (name, case) = (format!("{prefix}t{number}"), format!("{rate}\n{steps}"));
        if is_hidden {
            model.hidden(&name, measured_by, &case);
        } else {
            model.charge(&name, measured_by, &case);
        }
        below += width.unwrap_or_default();
    }
}

fn all_tiers(case: &Value) -> Model {
    let mut model = Model::of_units(case);
    lines_of_tiers(&mut model, "", "usage", &case["tiers"], false);
    model
}

/// All units in blocks of the tier they reach.
fn top_tier(case: &Value) -> Model {
    let mut model = Model::of_units(case);
    let blocks = blocks(&case["tiers"]);
    let mut below = Decimal::ZERO;
    let tier = |(at, (size, count, price)): (usize, &(Decimal, Option<Decimal>, String))| {
        below += count.map(|count| count * size).unwrap_or_default();
        let is_last = at + 1 == blocks.len() || count.is_none();
        let through = if is_last { String::new() } else { format!("through = {below}, ") };
        format!("{{ {through}price = 0, flat = \"ceil(usage / {size}) * {price}\" }}")
    };
    let list = blocks.iter().enumerate().map(tier).collect::<Vec<_>>().join(", ");
    model.charge("top", "usage", &format!("tiers = [{list}]\ntier_scope = \"whole_use\""));
    model
}

/// A bill for what came since the last one: the tiers of all units less the tiers of those billed.
fn incremental(case: &Value) -> Model {
    let mut model = Model::default();
    let note = case["note"].as_str().unwrap().to_lowercase();
    let (billed, now) = note.split_once("new cumulative usage").unwrap();
    for (key, tiers) in case.as_object().unwrap().iter().filter(|(key, _)| key.starts_with("tiers_")) {
        let name = key.trim_start_matches("tiers_").to_lowercase();
        // `foo 10@1+40@10` is 50 units, of which only the number counts here.
        let after = |text: &str| text.split_once(&name).unwrap().1.trim().to_owned();
        let parts = after(billed);
        let parts = parts.split([',', '(']).next().unwrap().trim();
        let before = parts.split('+').map(|part| part.split('@').next().unwrap().parse::<Decimal>().unwrap()).sum();
        let digits: String = after(now).chars().take_while(char::is_ascii_digit).collect();
        model.quantity(&format!("{name}_before"), before);
        model.quantity(&format!("{name}_now"), digits.parse().unwrap());
        lines_of_tiers(&mut model, &format!("{name}_before_"), &format!("{name}_before"), tiers, true);
        lines_of_tiers(&mut model, &format!("{name}_now_"), &format!("{name}_now"), tiers, true);
        for tier in 1..=tiers.as_array().unwrap().len() {
            let difference = format!("fixed = \"{name}_now_t{tier} - {name}_before_t{tier}\"");
            model.line(&format!("{name}_t{tier}"), "", &difference);
        }
    }
    model
}

/// A number of the file as text: written plainly, or in quotation marks, or missing.
fn number(value: &Value) -> String {
    match value {
        Value::Null => "0".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn decimal(value: &Value) -> Decimal {
    number(value).parse().unwrap()
}
