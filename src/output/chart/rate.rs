//! The error rate over time, against the period before.

use super::label::{self, Tone};
use super::{ChartStyle, ceiling, merge, per_column, rates, upright};
use crate::model::{Bucket, Point, Series, Timestamp};
use std::io::{self, Write};

const GUTTER: usize = 9;
const WIDEST_CELL: usize = 6;
/// Percent; below it the scale's end would not fit into the gutter.
const LEAST_SCALE: f64 = 0.1;

/// The rate over time, to be drawn.
#[derive(Debug, Clone)]
pub struct RateChart<'a> {
    /// What it is the rate of.
    pub name: &'a str,
    /// The window.
    pub primary: &'a Series,
    /// The window before.
    pub comparison: &'a Series,
    /// Where the rate changed.
    pub marks: Vec<Timestamp>,
    /// Lines of the bars.
    pub height: usize,
    /// Whether the window before is drawn, too.
    pub has_before: bool,
}

impl RateChart<'_> {
    /// Draws the rate of each bucket as upright bars with a scale, and under them the bars of the window before in the same
    /// scale, bucket under bucket. A blank is a bucket without events, a dot one in which nothing failed.
    pub fn write<W: Write>(&self, out: &mut W, look: &ChartStyle<'_>) -> io::Result<()> {
        let Self { primary, comparison, .. } = self;
        let count = primary.points.len().max(comparison.points.len());
        let room = look.columns().saturating_sub(GUTTER).max(NARROWEST);
        let each = per_column(count, room);
        let points = merge(&primary.points, each);
        let (now, before) = (rates(&points), rates(&merge(&comparison.points, each)));
        let peak = now.iter().chain(&before).flatten().copied().fold(0.0, f64::max);
        let max = if peak > 0.0 { ceiling(peak).max(LEAST_SCALE) } else { 0.0 };
        let columns = count.div_ceil(each).max(1);
        let cell = (room / columns).clamp(1, WIDEST_CELL);
        let (axis, bar) = if look.unicode { ('┤', '│') } else { ('+', '|') };

        writeln!(out, "{}", label::paint(look, Tone::Strong, &heading(self.name, primary.bucket, each)))?;
        for (line, drawn) in upright(&now, max, self.height, cell, look.unicode).iter().enumerate() {
            let (scale, edge) = if line == 0 { (format!("{max} %"), axis) } else { (String::new(), bar) };
            writeln!(out, "{scale:>7} {edge}{}", label::paint(look, Tone::Alarm, drawn))?;
        }
        if let Some(marks) = self.marked(&points, cell, look.unicode) {
            writeln!(out, "{:>8} {}", "changed", label::paint(look, Tone::Strong, &marks))?;
        }
        let starts: Vec<_> = points.iter().map(|p| label::bucket_start(primary.bucket, p.period, true)).collect();
        writeln!(out, "{}{}", " ".repeat(GUTTER), label::paint(look, Tone::Quiet, &ticks(&starts, cell, room)))?;
        if self.has_before {
            for (line, drawn) in upright(&before, max, 2, cell, look.unicode).iter().enumerate() {
                let name = if line == 0 { "" } else { "before" };
                writeln!(out, "{name:>7} {bar}{}", label::paint(look, Tone::Quiet, drawn))?;
            }
        }
        Ok(())
    }

    /// A mark under each bucket in which the rate changed; none where it did not.
    fn marked(&self, points: &[Point], cell: usize, unicode: bool) -> Option<String> {
        let mark = if unicode { '▲' } else { '^' };
        let mut line = vec![' '; points.len() * cell];
        for at in &self.marks {
            let column = points.iter().rposition(|point| point.period <= *at)?;
            line[column * cell] = mark;
        }
        let line: String = line.into_iter().collect();
        Some(line.trim_end().to_owned()).filter(|line| !line.is_empty())
    }
}

const NARROWEST: usize = 11;

fn heading(name: &str, bucket: Bucket, each: usize) -> String {
    format!("{name} per {} (UTC)", label::buckets(bucket, each))
}

/// The first, the middle and the last label under their columns, as far as they do not touch.
fn ticks(labels: &[String], cell: usize, room: usize) -> String {
    let mut line = String::new();
    let Some(last) = labels.len().checked_sub(1) else { return line };
    let at = |column: usize| (column * cell).min(room.saturating_sub(labels[column].len()));
    for column in [0, last / 2, last] {
        let start = at(column);
        let free = if line.is_empty() { 0 } else { line.len() + 2 };
        let ends_before_last = column == 0 || column == last || start + labels[column].len() + 2 <= at(last);
        if start >= free && ends_before_last {
            line.push_str(&" ".repeat(start - line.len()));
            line.push_str(&labels[column]);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Tally;

    fn series(counts: &[(u64, u64)]) -> Series {
        let start = Timestamp::from_naive("2026-03-05T00:00:00".parse().unwrap());
        let points = counts.iter().enumerate().map(|(hour, (errors, total))| Point {
            period: start.plus_seconds(3600 * i64::try_from(hour).unwrap()),
            tally: Tally { errors: *errors, total: *total },
        });
        Series { range: Some("24h".into()), bucket: Bucket::Hour, points: points.collect() }
    }

    fn drawn(now: &[(u64, u64)], before: &[(u64, u64)], width: usize, unicode: bool, color: bool) -> String {
        let look = ChartStyle {
            width: Some(width),
            unicode,
            color,
            show_time: &|at| at.to_string(),
            escape_for_terminal: &str::to_owned,
        };
        let mut out = Vec::new();
        let (primary, comparison) = (&series(now), &series(before));
        let chart =
            RateChart { name: "error rate", primary, comparison, marks: Vec::new(), height: 5, has_before: true };
        chart.write(&mut out, &look).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn chart_shows_both_periods_in_one_scale() {
        let chart = drawn(&[(1, 10), (0, 9), (0, 0), (2, 10)], &[(0, 5), (1, 5), (0, 4), (0, 0)], 22, true, false);
        let expected = "\
error rate per hour (UTC)
   20 % ┤         ██
        │         ██
        │▄▄       ██
        │██       ██
        │██ ··    ██
         03-05 00:00
        │   ██
 before │·· ██ ··
";
        assert_eq!(chart, expected);
    }

    #[test]
    fn chart_fits_any_terminal_and_is_ascii_where_it_must_be() {
        let many = vec![(3, 7); 300];
        for width in 20..130 {
            let chart = drawn(&many, &many[..200], width, false, false);
            assert!(chart.is_ascii());
            assert!(chart.lines().skip(1).all(|line| line.len() <= width), "{width}:\n{chart}");
        }
    }

    #[test]
    fn fewer_columns_than_buckets_are_named_in_the_heading() {
        assert!(drawn(&[(1, 2); 25], &[], 24, true, false).starts_with("error rate per 2 hours (UTC)\n"));
    }

    #[test]
    fn colours_come_only_when_wanted() {
        assert!(drawn(&[(1, 2)], &[(1, 2)], 40, true, true).contains("\x1b[31m█"));
        assert!(!drawn(&[(1, 2)], &[(1, 2)], 40, true, false).contains('\x1b'));
    }

    #[test]
    fn a_very_rare_failure_leaves_the_scale_in_its_gutter() {
        let chart = drawn(&[(1, 1_000_000)], &[], 40, true, false);
        assert!(chart.contains("\n  0.1 % ┤") && chart.contains("\n        │▁"), "{chart}");
    }

    #[test]
    fn a_window_without_buckets_is_no_failure() {
        assert!(drawn(&[], &[], 40, true, false).contains("0 %"));
    }
}
