//! `Chart`: columns or a line drawn as SVG, with the same figures as a table for those who read.

use askama::Template;
use askama::filters::HtmlSafe;

/// A chart of one or two series over the same labels. Values are whole numbers; the room says how they read.
#[derive(Clone, Debug, Template)]
#[template(path = "chart.html")]
pub struct Chart {
    title: String,
    summary: String,
    label: String,
    series: Vec<String>,
    points: Vec<Point>,
    is_line: bool,
}

#[derive(Clone, Debug)]
struct Point {
    label: String,
    values: Vec<Value>,
}

#[derive(Clone, Debug)]
struct Value {
    size: i64,
    words: String,
}

impl HtmlSafe for Chart {}

/// The drawing, in units of its view box.
const WIDTH: i64 = 640;
const HEIGHT: i64 = 180;
const TOP: i64 = 16;
/// Below the drawing stand the labels.
const LABELS: i64 = 24;

impl Chart {
    /// Columns over labels of this kind, such as `Month`, of series such as `Use in gallons`; two at most.
    #[must_use]
    pub fn columns(title: &str, label: &str, series: &[&str]) -> Chart {
        let series = series.iter().take(2).map(|name| (*name).to_owned()).collect();
        let (title, label) = (title.to_owned(), label.to_owned());
        Chart { title, summary: String::new(), label, series, points: Vec::new(), is_line: false }
    }

    /// The same as lines.
    #[must_use]
    pub fn lines(title: &str, label: &str, series: &[&str]) -> Chart {
        Chart { is_line: true, ..Chart::columns(title, label, series) }
    }

    /// With a sentence that says what one sees; it is the picture's text alternative.
    #[must_use]
    pub fn summary(self, summary: impl Into<String>) -> Chart {
        Chart { summary: summary.into(), ..self }
    }

    /// With one more label and, for each series, a size and how it reads.
    #[must_use]
    pub fn point(mut self, label: &str, values: &[(i64, &str)]) -> Chart {
        let value = |(size, words): &(i64, &str)| Value { size: *size, words: (*words).to_owned() };
        self.points.push(Point { label: label.to_owned(), values: values.iter().take(2).map(value).collect() });
        self
    }
}

/// A column, as SVG wants it.
struct Bar<'a> {
    x: i64,
    y: i64,
    width: i64,
    height: i64,
    series: usize,
    words: &'a str,
    label: &'a str,
}

/// What the template asks.
impl Chart {
    fn highest(&self) -> i64 {
        self.sizes().max().unwrap_or(0).max(0)
    }

    fn lowest(&self) -> i64 {
        self.sizes().min().unwrap_or(0).min(0)
    }

    fn sizes(&self) -> impl Iterator<Item = i64> {
        self.points.iter().flat_map(|point| point.values.iter().map(|value| value.size))
    }

    /// Where a value stands, from the top.
    fn y(&self, size: i64) -> i64 {
        let (high, low) = (i128::from(self.highest()), i128::from(self.lowest()));
        let span = (high - low).max(1);
        let down = (high - i128::from(size)) * i128::from(HEIGHT) / span;
        TOP + i64::try_from(down).unwrap_or(HEIGHT)
    }

    fn step(&self) -> i64 {
        WIDTH / i64::try_from(self.points.len().max(1)).unwrap_or(WIDTH)
    }

    /// The middle of the place of a label.
    fn x(&self, place: usize) -> i64 {
        self.step() * i64::try_from(place).unwrap_or(0) + self.step() / 2
    }

    fn bars(&self) -> Vec<Bar<'_>> {
        let zero = self.y(0);
        let room = (self.step() * 7 / 10).clamp(2, 48);
        let many = i64::try_from(self.series.len().max(1)).unwrap_or(1);
        let width = (room / many).max(1);
        let mut bars = Vec::new();
        for (place, point) in self.points.iter().enumerate() {
            for (series, value) in point.values.iter().enumerate() {
                let y = self.y(value.size);
                let left = self.x(place) - room / 2 + width * i64::try_from(series).unwrap_or(0);
                let (y, height) = if y <= zero { (y, zero - y) } else { (zero, y - zero) };
                let (words, label) = (value.words.as_str(), point.label.as_str());
                bars.push(Bar { x: left, y, width: (width - 1).max(1), height: height.max(1), series, words, label });
            }
        }
        bars
    }

    /// The corners of each series' line.
    fn paths(&self) -> Vec<String> {
        let path = |series: usize| {
            let corner = |(place, point): (usize, &Point)| {
                point.values.get(series).map(|value| format!("{},{}", self.x(place), self.y(value.size)))
            };
            self.points.iter().enumerate().filter_map(corner).collect::<Vec<_>>().join(" ")
        };
        (0..self.series.len()).map(path).collect()
    }

    /// Every label that has room, with its place.
    fn labels(&self) -> Vec<(i64, &str)> {
        let every = self.points.len().div_ceil(13).max(1);
        let label =
            |(place, point): (usize, &'_ Point)| place.is_multiple_of(every).then_some((place, point.label.len()));
        let places: Vec<usize> = self.points.iter().enumerate().filter_map(label).map(|(place, _)| place).collect();
        places.into_iter().map(|place| (self.x(place), self.points[place].label.as_str())).collect()
    }

    fn grid(&self) -> [i64; 3] {
        [TOP, TOP + HEIGHT / 2, TOP + HEIGHT]
    }

    fn view_box(&self) -> String {
        format!("0 0 {WIDTH} {}", TOP + HEIGHT + LABELS)
    }

    fn label_y(&self) -> i64 {
        TOP + HEIGHT + LABELS - 6
    }

    /// How the highest value reads.
    fn highest_words(&self) -> &str {
        let values = self.points.iter().flat_map(|point| &point.values);
        values.max_by_key(|value| value.size).map_or("", |value| value.words.as_str())
    }
}
