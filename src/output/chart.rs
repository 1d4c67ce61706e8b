//! Figures drawn with characters: bars, sparklines and the chart of the error rate. Pure functions; the caller says how
//! wide the terminal is and whether it shows more than ASCII.

pub mod grid;
pub mod label;
mod rate;

pub use rate::RateChart;

use crate::model::{Point, Tally, Timestamp};

/// What a human-readable report may use of the terminal, and how it says times and stored text.
#[derive(Clone, Copy)]
pub struct ChartStyle<'a> {
    /// Columns of the terminal; `None` for a pipe or a file, where nothing is cut.
    pub width: Option<usize>,
    /// Whether characters outside ASCII can be drawn.
    pub unicode: bool,
    /// Whether ANSI colours are wanted.
    pub color: bool,
    /// An instant in the zone in force.
    pub show_time: &'a dyn Fn(Timestamp) -> String,
    /// Stored text on one line, with what could drive the terminal made visible.
    pub escape_for_terminal: &'a dyn Fn(&str) -> String,
}

impl ChartStyle<'_> {
    /// What marks a failure in a list where not all are failures.
    pub(super) fn failure_mark(&self) -> &'static str {
        if self.unicode { "✗" } else { "!" }
    }

    /// Columns that a drawing may take: the terminal's, or 80 where there is none.
    pub fn columns(&self) -> usize {
        self.width.unwrap_or(80)
    }
}

const EIGHTHS_UP: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const EIGHTHS_RIGHT: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const ASCII_LEVELS: [char; 8] = [':', '-', '=', '+', '*', '%', '#', '@'];

/// How many of `steps` a value fills: 0 only for nothing, all of them from `max` on, so that what is rare is still seen.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
fn level(value: f64, max: f64, steps: usize) -> usize {
    if value > 0.0 && max > 0.0 { ((value / max * steps as f64).round() as usize).clamp(1, steps) } else { 0 }
}

/// What stands for a bucket in which nothing failed.
fn zero(unicode: bool) -> char {
    if unicode { '·' } else { '.' }
}

/// One character a value, blank for `None` and a dot for 0. More values than `width` are merged; the greatest of its
/// neighbours is drawn, since a peak is what one looks for.
pub fn sparkline(values: &[Option<f64>], max: f64, width: usize, unicode: bool) -> String {
    let levels = if unicode { EIGHTHS_UP } else { ASCII_LEVELS };
    let draw = |value: Option<f64>| match value {
        None => ' ',
        Some(value) => level(value, max, levels.len()).checked_sub(1).map_or(zero(unicode), |step| levels[step]),
    };
    values
        .chunks(per_column(values.len(), width))
        .map(|some| draw(some.iter().flatten().copied().reduce(f64::max)))
        .collect()
}

/// A bar from the left whose full `width` stands for `max`; in eighths of a character with Unicode.
pub fn bar(value: f64, max: f64, width: usize, unicode: bool) -> String {
    if !unicode {
        return "#".repeat(level(value, max, width));
    }
    let eighths = level(value, max, width * 8);
    let mut bar = "█".repeat(eighths / 8);
    if let Some(part) = (eighths % 8).checked_sub(1) {
        bar.push(EIGHTHS_RIGHT[part]);
    }
    bar
}

/// Upright bars, `height` lines from the top down, `cell` characters a value (the last is a gap from three on).
pub fn upright(values: &[Option<f64>], max: f64, height: usize, cell: usize, unicode: bool) -> Vec<String> {
    let steps = if unicode { 8 } else { 2 };
    let ink = if cell >= 3 { cell - 1 } else { cell };
    let draw = |value: Option<f64>, below: usize| {
        let Some(value) = value else { return ' ' };
        let level = level(value, max, height * steps);
        match level.saturating_sub(below * steps).min(steps) {
            0 if level == 0 && below == 0 => zero(unicode),
            0 => ' ',
            step if unicode => EIGHTHS_UP[step - 1],
            1 => ':',
            _ => '#',
        }
    };
    (0..height)
        .rev()
        .map(|below| {
            let line: String = values
                .iter()
                .flat_map(|value| {
                    std::iter::repeat_n(draw(*value, below), ink).chain(std::iter::repeat_n(' ', cell - ink))
                })
                .collect();
            line.trim_end().to_owned()
        })
        .collect()
}

/// How many neighbours share a column so that `count` values fit into `width` columns; at least 1.
pub fn per_column(count: usize, width: usize) -> usize {
    count.div_ceil(width.max(1)).max(1)
}

/// Neighbouring buckets put together, `each` at a time: their counts are added, so that the rate stays a rate.
pub fn merge(points: &[Point], each: usize) -> Vec<Point> {
    points
        .chunks(each.max(1))
        .filter_map(|some| some.first().map(|first| Point { period: first.period, tally: sum(some) }))
        .collect()
}

/// The counts of all buckets together.
pub fn sum(points: &[Point]) -> Tally {
    points.iter().fold(Tally::default(), |sum, point| Tally {
        errors: sum.errors + point.tally.errors,
        total: sum.total + point.tally.total,
    })
}

/// The rate of each bucket in percent; `None` where there was no event.
pub fn rates(points: &[Point]) -> Vec<Option<f64>> {
    points.iter().map(|point| (point.tally.total > 0).then(|| point.tally.pct())).collect()
}

/// The round number at or above a value that makes a good end of a scale: 1, 2, 2.5 or 5 times a power of ten. 0 for 0.
pub fn ceiling(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    let power = 10f64.powf(value.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|step| step * power).find(|end| *end >= value).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(errors: u64, total: u64) -> Point {
        Point { period: Timestamp::from_micros(0), tally: Tally { errors, total } }
    }

    #[test]
    fn sparkline_tells_no_events_no_failures_and_few_failures_apart() {
        let values = [None, Some(0.0), Some(0.001), Some(50.0), Some(100.0)];
        assert_eq!(sparkline(&values, 100.0, 10, true), " ·▁▄█");
        assert_eq!(sparkline(&values, 100.0, 10, false), " .:+@");
    }

    #[test]
    fn sparkline_keeps_the_peak_when_it_must_shrink() {
        let values: Vec<_> = (0..100).map(|i| Some(if i == 41 { 9.0 } else { 0.0 })).collect();
        let line = sparkline(&values, 9.0, 20, true);
        assert_eq!(line.chars().count(), 20);
        assert_eq!(line.chars().position(|c| c == '█'), Some(8));
    }

    #[test]
    fn bar_is_in_eighths_and_never_longer_than_its_width() {
        assert_eq!(bar(50.0, 100.0, 5, true), "██▌");
        assert_eq!(bar(50.0, 100.0, 4, false), "##");
        assert_eq!(bar(1.0, 1_000_000.0, 4, true), "▏");
        assert_eq!(bar(500.0, 100.0, 4, false), "####");
        assert_eq!(bar(0.0, 100.0, 4, true), "");
        assert_eq!(bar(1.0, 0.0, 4, true), "");
    }

    #[test]
    fn upright_bars_grow_from_the_bottom_line() {
        let values = [Some(100.0), Some(50.0), Some(0.0), None, Some(25.0)];
        assert_eq!(upright(&values, 100.0, 2, 1, true), ["█", "██· ▄"]);
        assert_eq!(upright(&values, 100.0, 2, 3, false), ["##", "## ## ..    ::"]);
    }

    #[test]
    fn merged_buckets_add_their_counts_instead_of_averaging_rates() {
        let merged = merge(&[point(1, 1), point(0, 99), point(2, 4)], 2);
        assert_eq!(merged.iter().map(|p| p.tally.pct()).collect::<Vec<_>>(), [1.0, 50.0]);
        assert_eq!(sum(&merged), Tally { errors: 3, total: 104 });
    }

    #[test]
    fn no_more_columns_than_there_is_room_for() {
        assert_eq!(per_column(25, 71), 1);
        assert_eq!(per_column(25, 24), 2);
        assert_eq!(per_column(0, 0), 1);
    }

    #[test]
    fn scale_ends_at_a_round_number() {
        assert_eq!([0.0, 0.07, 1.0, 3.5, 23.0, 26.0, 51.0].map(ceiling), [0.0, 0.1, 1.0, 5.0, 25.0, 50.0, 100.0]);
    }
}
