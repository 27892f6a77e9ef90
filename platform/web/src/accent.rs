//! `Accent`: the one color of a town, in a shade for light and one for dark screens.

/// The colors a town can choose from. Both shades of each reach 4.5:1 against what they stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accent {
    /// Blue, as in the U.S. Web Design System.
    Blue,
    /// Between blue and green.
    Teal,
    /// The green of a saguaro.
    Cactus,
    /// The red of bricks.
    Brick,
    /// The purple of plums.
    Plum,
    /// A gray that leans to blue.
    Slate,
}

/// Shades of an accent, as a style sheet writes colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shades {
    /// Links and buttons on light ground; white stands on it.
    pub(crate) light: &'static str,
    /// The same, pressed.
    pub(crate) light_strong: &'static str,
    /// Links and buttons on dark ground; black stands on it.
    pub(crate) dark: &'static str,
    /// The same, pressed.
    pub(crate) dark_strong: &'static str,
}

impl Accent {
    /// All of them.
    pub const ALL: [Accent; 6] =
        [Accent::Blue, Accent::Teal, Accent::Cactus, Accent::Brick, Accent::Plum, Accent::Slate];

    /// The accent of a name such as `teal`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Accent> {
        Accent::ALL.into_iter().find(|accent| accent.name() == name)
    }

    /// Its name in a town file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Accent::Blue => "blue",
            Accent::Teal => "teal",
            Accent::Cactus => "cactus",
            Accent::Brick => "brick",
            Accent::Plum => "plum",
            Accent::Slate => "slate",
        }
    }

    pub(crate) fn shades(self) -> Shades {
        let of = |light, light_strong, dark, dark_strong| Shades { light, light_strong, dark, dark_strong };
        match self {
            Accent::Blue => of("#005ea2", "#1a4480", "#73b3e7", "#a9d0f2"),
            Accent::Teal => of("#00687d", "#0b4b58", "#5dc0d1", "#99deea"),
            Accent::Cactus => of("#2e6b3c", "#1f4b2a", "#7cc48c", "#a9dfb5"),
            Accent::Brick => of("#9c3d10", "#74290a", "#f2a480", "#f8c7af"),
            Accent::Plum => of("#6b3fa0", "#4c2b75", "#c3a3ea", "#dcc9f5"),
            Accent::Slate => of("#3d5466", "#2a3b48", "#a3bacb", "#c5d4e0"),
        }
    }

    /// The style sheet that sets a town's color; the rest of the look is the same everywhere.
    pub(crate) fn style_sheet(self) -> String {
        let Shades { light, light_strong, dark, dark_strong } = self.shades();
        format!(
            ":root{{--accent:{light};--accent-strong:{light_strong}}}\n\
             @media (prefers-color-scheme:dark){{:root{{--accent:{dark};--accent-strong:{dark_strong}}}}}\n\
             @media print{{:root{{--accent:{light};--accent-strong:{light_strong}}}}}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast of two colors by WCAG 2.1, definition "contrast ratio".
    #[expect(clippy::float_arithmetic, reason = "shades of color are drawing")]
    fn contrast(one: &str, other: &str) -> f64 {
        let channel = |text: &str| {
            let share = f64::from(u8::from_str_radix(text, 16).unwrap()) / 255.0;
            if share <= 0.03928 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let light = |color: &str| {
            0.2126 * channel(&color[1..3]) + 0.7152 * channel(&color[3..5]) + 0.0722 * channel(&color[5..7])
        };
        let (one, other) = (light(one), light(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_accent_can_be_read_on_every_ground() {
        for accent in Accent::ALL {
            let shades = accent.shades();
            for ground in ["#ffffff", "#f6f7f9", "#eef1f4"] {
                assert!(contrast(shades.light, ground) >= 4.5, "{} on {ground}", accent.name());
                assert!(contrast(shades.light_strong, ground) >= 4.5, "{} on {ground}", accent.name());
            }
            for ground in ["#14181d", "#1c2229", "#262e37", "#0f1419"] {
                assert!(contrast(shades.dark, ground) >= 4.5, "{} on {ground}", accent.name());
                assert!(contrast(shades.dark_strong, ground) >= 4.5, "{} on {ground}", accent.name());
            }
            assert_eq!(Accent::parse(accent.name()), Some(accent));
        }
        assert_eq!(Accent::parse("pink"), None);
    }
}
