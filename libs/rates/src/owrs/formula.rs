//! Formulas of rate files: names as the file writes them, `+ - * /` and parentheses.

use kernel::Decimal;

use crate::formula::{Expr, Operator};

/// Characters of a formula; the longest of a real file has some hundred and fifty.
const CHARACTERS_MAX: usize = 1_000;
/// Parts within each other; a sum of many parts counts too.
const DEPTH_MAX: usize = 50;

/// A number as these files write it: `.7`, `5.` and `1e3` besides `0.7`.
pub(super) fn number(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (sign, digits) = match mantissa.as_bytes().first()? {
        b'-' => ("-", &mantissa[1..]),
        b'+' => ("", &mantissa[1..]),
        _ => ("", mantissa),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let plain = format!("{sign}0{whole}.{fraction}0");
    let found = Decimal::from_str_exact(&plain).ok()?.normalize();
    let number = match exponent {
        Some(exponent) => shifted(found, exponent.parse().ok()?)?,
        None => found,
    };
    Some(if number.is_zero() { Decimal::ZERO } else { number })
}

/// `number` times 10^`places`, exactly.
fn shifted(number: Decimal, places: i32) -> Option<Decimal> {
    let scale = i32::try_from(number.scale()).ok()?.checked_sub(places)?;
    if 0 <= scale {
        return Decimal::try_from_i128_with_scale(number.mantissa(), u32::try_from(scale).ok()?).ok();
    }
    let factor = 10_i128.checked_pow(u32::try_from(-scale).ok()?)?;
    Decimal::try_from_i128_with_scale(number.mantissa().checked_mul(factor)?, 0).ok()
}

/// Reads a whole text as one formula; what is wrong comes back as words.
pub(super) fn formula(text: &str) -> Result<Expr, String> {
    if CHARACTERS_MAX < text.len() {
        return Err(format!("a formula of more than {CHARACTERS_MAX} characters"));
    }
    let mut reader = Reader { text, at: 0, nested: 0 };
    let part = reader.sum()?;
    match reader.peek() {
        None => Ok(part.expr),
        Some(_) => Err(reader.unexpected()),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    nested: usize,
}

/// An expression and how many parts are within each other in it.
struct Part {
    expr: Expr,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    fn unexpected(&mut self) -> String {
        let found = match self.peek() {
            Some(found) => format!("'{found}'"),
            None => "the end".to_owned(),
        };
        format!("the formula '{}' at {found}", self.text)
    }

    fn sum(&mut self) -> Result<Part, String> {
        let mut left = self.product()?;
        while let Some(sign @ ('+' | '-')) = self.peek() {
            self.at += 1;
            let operator = if sign == '+' { Operator::Add } else { Operator::Subtract };
            left = binary(operator, left, self.product()?)?;
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Part, String> {
        let mut left = self.signed()?;
        while let Some(sign @ ('*' | '/')) = self.peek() {
            self.at += 1;
            let operator = if sign == '*' { Operator::Multiply } else { Operator::Divide };
            left = binary(operator, left, self.signed()?)?;
        }
        Ok(left)
    }

    fn signed(&mut self) -> Result<Part, String> {
        self.nested += 1;
        if DEPTH_MAX < self.nested {
            return Err(too_deep());
        }
        let found = match self.peek() {
            Some('-') => {
                self.at += 1;
                let part = self.signed()?;
                Ok(Part { expr: Expr::Minus(Box::new(part.expr)), depth: part.depth + 1 })
            }
            Some('+') => {
                self.at += 1;
                self.signed()
            }
            Some('(') => {
                self.at += 1;
                let part = self.sum()?;
                match self.peek() {
                    Some(')') => {
                        self.at += 1;
                        Ok(part)
                    }
                    _ => Err(self.unexpected()),
                }
            }
            _ => self.operand(),
        };
        self.nested -= 1;
        found
    }

    fn operand(&mut self) -> Result<Part, String> {
        let first = self.peek().filter(|first| first.is_ascii_alphanumeric() || ['.', '_'].contains(first));
        let Some(first) = first else { return Err(self.unexpected()) };
        let is_number = first.is_ascii_digit() || first == '.';
        let belongs = |byte: &u8| match is_number {
            true => byte.is_ascii_digit() || *byte == b'.',
            false => byte.is_ascii_alphanumeric() || [b'_', b'.'].contains(byte),
        };
        let rest = &self.text[self.at..];
        let word = &rest[..rest.bytes().take_while(belongs).count()];
        let expr = match is_number {
            false => Expr::name(word),
            true => Expr::Number(number(word).ok_or_else(|| self.unexpected())?),
        };
        self.at += word.len();
        Ok(Part { expr, depth: 1 })
    }
}

fn binary(operator: Operator, left: Part, right: Part) -> Result<Part, String> {
    let depth = left.depth.max(right.depth) + 1;
    if DEPTH_MAX < depth {
        return Err(too_deep());
    }
    Ok(Part { expr: Expr::binary(operator, left.expr, right.expr), depth })
}

fn too_deep() -> String {
    format!("a formula with more than {DEPTH_MAX} parts within each other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_these_files_write_them() {
        let rows = [
            (".7", Some("0.7")),
            ("5.", Some("5")),
            ("-0", Some("0")),
            ("+3", Some("3")),
            ("012.50", Some("12.5")),
            ("1e3", Some("1000")),
            ("25E-1", Some("2.5")),
            ("", None),
            (".", None),
            ("1,200", None),
            ("1.2.3", None),
            ("1e", None),
            ("1e99", None),
            ("$2", None),
        ];
        for (text, expected) in rows {
            assert_eq!(number(text).map(|number| number.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_formula_is_read_whole_or_refused() {
        let rows = [
            ("service_charge+commodity_charge", "service_charge + commodity_charge"),
            ("  .5 *(A - 2)/b.c ", "0.5 * (A - 2) / b.c"),
            ("-x+ +y", "-x + y"),
            ("flat_rate*usage_ccf flat_rate:4.1", "the formula 'flat_rate*usage_ccf flat_rate:4.1' at 'f'"),
            ("(a", "the formula '(a' at the end"),
            ("a*", "the formula 'a*' at the end"),
            ("a^2", "the formula 'a^2' at '^'"),
            ("", "the formula '' at the end"),
        ];
        for (text, expected) in rows {
            let found = formula(text).map_or_else(|why| why, |expr| expr.to_string());
            assert_eq!(found, expected);
        }
        assert!(formula(&"a+".repeat(60)).unwrap_err().contains("within each other"));
        assert!(formula(&"(".repeat(60)).unwrap_err().contains("within each other"));
        assert!(formula(&"-".repeat(999)).unwrap_err().contains("within each other"));
    }
}
