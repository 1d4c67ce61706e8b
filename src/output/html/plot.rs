//! Charts as inline SVG.

use super::text::HtmlText;
use crate::model::{Bucket, Point, Tally, Timestamp};
use crate::output::chart::{RateChart, label, merge, per_column};
use crate::output::report::ErrorsReport;
use std::io::{self, Write};

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 58.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 28.0;
/// Lines of the scale above the axis, about.
const STEPS: f64 = 4.0;
const MOST_COLUMNS: usize = 200;
const LABEL_WIDTH: f64 = 96.0;

/// One bucket of a chart.
struct PlotBar {
    label: String,
    /// What the pointer shows.
    told: String,
    /// `None` where there was no event.
    value: Option<f64>,
    before: Option<f64>,
}

struct Plot {
    title: String,
    description: String,
    columns: Vec<PlotBar>,
    unit: &'static str,
    fill: &'static str,
    compares: bool,
    /// Whether the values are counts.
    whole: bool,
    /// Buckets in which the rate changed for good.
    marks: Vec<usize>,
}

/// The rate of the window against that of the window before, and both as a table.
pub(super) fn write_rate<W: Write>(out: &mut W, report: &ErrorsReport) -> io::Result<()> {
    let RateChart { name: what, primary, comparison, marks, .. } = report.chart();
    let bucket = primary.bucket;
    let count = primary.points.len().max(comparison.points.len());
    let each = per_column(count, MOST_COLUMNS);
    let (now, before) = (merge(&primary.points, each), merge(&comparison.points, each));
    let name = label::buckets(bucket, each);
    let mut letters = what.chars();
    let what: String = letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect();
    writeln!(out, "<h2>{what} per {name}</h2>")?;
    if now.is_empty() {
        return writeln!(out, "<p class=\"none\">The window has no buckets.</p>");
    }
    let marks = marks.iter().filter_map(|at| now.iter().rposition(|point| point.period <= *at));
    let value = |points: &[Point], at: usize| points.get(at).filter(|p| p.tally.total > 0).map(|p| p.tally.pct());
    let columns = now.iter().enumerate().map(|(at, point)| {
        let start = label::bucket_start(bucket, point.period, false);
        let earlier = before.get(at).map(|p| format!("\nbefore: {}", told(p.tally))).unwrap_or_default();
        PlotBar {
            label: label::bucket_start(bucket, point.period, true),
            told: format!("{start} UTC\n{}{earlier}", told(point.tally)),
            value: value(&now, at),
            before: value(&before, at),
        }
    });
    let plot = Plot {
        title: format!("{what} per {name}, against the window before"),
        description: format!("{} in the window; {}.", report.headline(), report.before_words()),
        columns: columns.collect(),
        unit: " %",
        fill: "alarm-fill",
        compares: true,
        whole: false,
        marks: marks.collect(),
    };
    writeln!(
        out,
        "<figure>\n<figcaption><span><svg viewBox=\"0 0 20 10\" aria-hidden=\"true\"><rect class=\"alarm-fill\" \
        width=\"20\" height=\"10\"/></svg>this window</span><span><svg viewBox=\"0 0 20 10\" aria-hidden=\"true\">\
        <rect class=\"before-area\" y=\"3\" width=\"20\" height=\"7\"/><path class=\"before\" d=\"M0 3H20\"/></svg>\
        window before</span><span><svg viewBox=\"0 0 20 10\" aria-hidden=\"true\"><rect class=\"silent\" y=\"6\" \
        width=\"20\" height=\"4\"/></svg>no events</span>"
    )?;
    if !plot.marks.is_empty() {
        out.write_all(
            b"<span><svg viewBox=\"0 0 20 10\" aria-hidden=\"true\"><path class=\"mark\" d=\"M10 0V10\"/></svg>\
            rate changed</span>",
        )?;
    }
    writeln!(out, "</figcaption>")?;
    plot.write(out)?;
    writeln!(out, "</figure>")?;
    write_points(out, bucket, &now, &before)
}

fn told(tally: Tally) -> String {
    label::headline(tally)
}

fn write_points<W: Write>(out: &mut W, bucket: Bucket, now: &[Point], before: &[Point]) -> io::Result<()> {
    out.write_all(
        b"<details class=\"figures-table\"><summary>The figures of the chart</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The figures of the chart\"><table>\n\
        <thead><tr><th scope=\"col\">From (UTC)</th><th class=\"number\">Failed</th><th class=\"number\">Events</th>\
        <th class=\"number\">Rate</th><th class=\"number\">Rate before</th></tr></thead>\n<tbody>\n",
    )?;
    for (at, point) in now.iter().enumerate() {
        let earlier = before.get(at).map(|point| label::percent(point.tally.pct())).unwrap_or_default();
        writeln!(
            out,
            "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
            <td class=\"number\">{}</td></tr>",
            HtmlText(&label::bucket_start(bucket, point.period, false)),
            point.tally.errors,
            point.tally.total,
            HtmlText(&label::percent(point.tally.pct())),
            HtmlText(&earlier),
        )?;
    }
    writeln!(out, "</tbody></table></div></details>")
}

/// Events per day or hour; nothing if there are none.
pub(super) fn write_counts<W: Write>(
    out: &mut W,
    counts: &[(Timestamp, u64)],
    bucket: Option<Bucket>,
) -> io::Result<()> {
    let (Some(bucket), false) = (bucket, counts.is_empty()) else { return Ok(()) };
    let each = per_column(counts.len(), MOST_COLUMNS);
    let name = label::buckets(bucket, each);
    let columns = counts.chunks(each).map(|some| {
        let start = some[0].0;
        let count: u64 = some.iter().map(|(_, count)| count).sum();
        #[allow(clippy::cast_precision_loss)]
        let value = Some(count as f64);
        PlotBar {
            label: label::bucket_start(bucket, start, true),
            told: format!("{} UTC\n{count} events", label::bucket_start(bucket, start, false)),
            value,
            before: None,
        }
    });
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let plot = Plot {
        title: format!("Events per {name}"),
        description: format!("{total} events."),
        columns: columns.collect(),
        unit: "",
        fill: "count-fill",
        compares: false,
        whole: true,
        marks: Vec::new(),
    };
    writeln!(out, "<h2>Events per {name}</h2>\n<figure>")?;
    plot.write(out)?;
    writeln!(out, "</figure>")
}

impl Plot {
    #[allow(clippy::cast_precision_loss)]
    fn write<W: Write>(&self, out: &mut W) -> io::Result<()> {
        let values = self.columns.iter().flat_map(|column| [column.value, column.before]).flatten();
        let (interval, lines) = scale(values.fold(0.0, f64::max), self.whole);
        let max = interval * f64::from(lines);
        let floor = HEIGHT - BOTTOM;
        let y = |value: f64| floor - value / max * (floor - TOP);
        let step = (WIDTH - LEFT) / self.columns.len() as f64;
        let x = |at: usize| LEFT + at as f64 * step;
        writeln!(
            out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Chart\"><svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"chart-title chart-desc\">\n\
            <title id=\"chart-title\">{}</title>\n<desc id=\"chart-desc\">{}</desc>",
            HtmlText(&self.title),
            HtmlText(&self.description),
        )?;
        for tick in 0..=lines {
            let value = interval * f64::from(tick);
            let class = if tick == 0 { "axis" } else { "grid" };
            let (line, text) = (y(value), y(value) + 4.0);
            writeln!(
                out,
                "<path class=\"{class}\" d=\"M{LEFT} {line:.1}H{WIDTH}\"/>\
                <text x=\"{:.1}\" y=\"{text:.1}\" text-anchor=\"end\">{}{}</text>",
                LEFT - 8.0,
                number(value),
                self.unit
            )?;
        }
        if self.compares {
            self.write_before(out, &x, &y)?;
        }
        let gap = if step > 6.0 { step * 0.2 } else { step * 0.05 };
        for (at, column) in self.columns.iter().enumerate() {
            match column.value {
                Some(value) if value > 0.0 => {
                    let top = y(value).min(floor - 1.5);
                    write!(
                        out,
                        "<rect class=\"{}\" x=\"{:.2}\" y=\"{top:.2}\" width=\"{:.2}\" height=\"{:.2}\"/>",
                        self.fill,
                        x(at) + gap / 2.0,
                        step - gap,
                        floor - top
                    )?;
                }
                None => {
                    write!(
                        out,
                        "<rect class=\"silent\" x=\"{:.2}\" y=\"{:.2}\" width=\"{step:.2}\" height=\"4\"/>",
                        x(at),
                        floor + 1.0
                    )?;
                }
                Some(_) => {}
            }
        }
        if self.compares {
            self.write_line(out, &x, &y)?;
        }
        for at in &self.marks {
            writeln!(out, "<path class=\"mark\" d=\"M{:.2} {TOP}V{floor:.2}\"/>", x(*at))?;
        }
        self.write_labels(out, &x, step)?;
        for (at, column) in self.columns.iter().enumerate() {
            writeln!(
                out,
                "<rect class=\"hit\" x=\"{:.2}\" y=\"{TOP}\" width=\"{step:.2}\" height=\"{:.1}\"><title>{}</title></rect>",
                x(at),
                floor - TOP,
                HtmlText(&column.told)
            )?;
        }
        writeln!(out, "</svg></div>")
    }

    /// The outline of the window before: level over each bucket.
    fn before_path(&self, x: &dyn Fn(usize) -> f64, y: &dyn Fn(f64) -> f64) -> String {
        let levels = self.columns.iter().map(|column| y(column.before.unwrap_or(0.0)));
        levels.enumerate().fold(String::new(), |path, (at, level)| {
            let command = if at == 0 { format!("M{:.2} {level:.2}", x(0)) } else { format!("V{level:.2}") };
            format!("{path}{command}H{:.2}", x(at + 1))
        })
    }

    fn write_before<W: Write>(&self, out: &mut W, x: &dyn Fn(usize) -> f64, y: &dyn Fn(f64) -> f64) -> io::Result<()> {
        let floor = y(0.0);
        writeln!(out, "<path class=\"before-area\" d=\"{}V{floor:.2}H{:.2}Z\"/>", self.before_path(x, y), x(0))
    }

    fn write_line<W: Write>(&self, out: &mut W, x: &dyn Fn(usize) -> f64, y: &dyn Fn(f64) -> f64) -> io::Result<()> {
        writeln!(out, "<path class=\"before\" d=\"{}\"/>", self.before_path(x, y))
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn write_labels<W: Write>(&self, out: &mut W, x: &dyn Fn(usize) -> f64, step: f64) -> io::Result<()> {
        let each = (LABEL_WIDTH / step).ceil().max(1.0) as usize;
        let (anchor, shift) = if step >= LABEL_WIDTH / 2.0 { ("middle", step / 2.0) } else { ("start", 0.0) };
        for (at, column) in self.columns.iter().enumerate().step_by(each) {
            if anchor == "start" && x(at) + LABEL_WIDTH * 0.75 > WIDTH {
                break;
            }
            let (x, y) = (x(at) + shift, HEIGHT - 6.0);
            write!(out, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>", HtmlText(&column.label))?;
        }
        Ok(())
    }
}

/// The distance of the scale's lines, a round number (also a whole one where counts are drawn), and how many of them
/// reach the greatest value.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn scale(greatest: f64, whole: bool) -> (f64, u32) {
    if greatest <= 0.0 {
        return (1.0, 1);
    }
    let part = greatest / STEPS;
    let power = 10f64.powf(part.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|step| step * power);
    let fits = |step: &f64| *step >= part && (!whole || step.fract() == 0.0);
    let interval = steps.into_iter().find(fits).unwrap_or(1.0);
    (interval, (greatest / interval).ceil() as u32)
}

/// A number of the scale without binary noise.
fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_is_round_and_just_above_the_greatest_value() {
        assert_eq!(scale(8.7, false), (2.5, 4));
        assert_eq!(scale(100.0, false), (25.0, 4));
        assert_eq!(scale(1025.0, true), (500.0, 3));
        assert_eq!(scale(9.0, true), (5.0, 2));
        assert_eq!(scale(1.0, true), (1.0, 1));
        assert_eq!(scale(0.0, false), (1.0, 1));
        assert_eq!(number(0.1 + 0.2), "0.3");
    }
}
