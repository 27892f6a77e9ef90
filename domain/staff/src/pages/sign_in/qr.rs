//! A QR code drawn as SVG, for authenticator apps.

use qrcodegen::{QrCode, QrCodeEcc};

/// A QR code as SVG needs it: one path of dark squares on a light ground, in any color scheme.
pub(super) struct Qr {
    /// The side of the drawing, in squares, with its margin.
    pub(super) side: i32,
    /// The dark squares.
    pub(super) path: String,
}

/// Squares around the code; the standard asks for four.
const MARGIN: i32 = 4;

impl Qr {
    /// The code of a text; `None` when it is too long for any.
    pub(super) fn of(text: &str) -> Option<Qr> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let run = (x..code.size()).take_while(|place| code.get_module(*place, y)).count();
                let run = i32::try_from(run).unwrap_or(0);
                if run != 0 {
                    path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + MARGIN, y + MARGIN));
                }
                x += run.max(1);
            }
        }
        Some(Qr { side: code.size() + 2 * MARGIN, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_with_its_three_corners() {
        let qr = Qr::of("otpauth://totp/Town:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Town").unwrap();
        let last = qr.side - MARGIN;
        // The top edge of the corners: seven dark squares, at the left and at the right.
        assert!(qr.path.starts_with("M4 4h7v1h-7z"), "{}", qr.path);
        assert!(qr.path.contains(&format!("M{} 4h7v1h-7z", last - 7)), "{}", qr.path);
        assert!(qr.path.contains(&format!("M4 {}h7v1h-7z", last - 7)), "{}", qr.path);
        assert!(Qr::of(&"a".repeat(10_000)).is_none());
    }
}
