//! In: an evaluation report. Out: its pictures, as SVG files.

use anyhow::{Result, anyhow};
use occuform_coder::evaluation::Report;
use plotters::prelude::*;
use std::path::Path;

const SIZE: (u32, u32) = (640, 480);
const MARGIN: i32 = 12;
const LABELS: u32 = 44;

/// Told apart by those who do not see red and green apart.
const COLORS: [RGBColor; 2] = [RGBColor(200, 100, 0), RGBColor(0, 90, 180)];

type Points = Vec<(f64, f64)>;

/// Draws the reliability diagram and coverage against accuracy.
pub(crate) fn draw(report: &Report, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let bins = report.calibration.iter().filter(|bin| bin.records > 0);
    let reliability: Points = bins.map(|bin| (bin.confidence, bin.accuracy)).collect();
    let accepted = report.thresholds.iter().filter(|row| row.coverage > 0.0);
    let six: Points = accepted.clone().map(|row| (row.coverage, row.accuracy)).collect();
    let four: Points = accepted.map(|row| (row.coverage, row.unit_group_accuracy)).collect();
    chart(
        &folder.join("reliability.svg"),
        ["Reliability", "confidence of the best code", "share that is right"],
        &[("as it should be", vec![(0.0, 0.0), (1.0, 1.0)]), ("measured", reliability)],
    )?;
    chart(
        &folder.join("coverage.svg"),
        ["Coverage and accuracy", "share accepted", "share of the accepted that is right"],
        &[("6 digits", six), ("4 digits", four)],
    )
}

/// Lines with points between 0 and 1 both ways. `texts`: heading, below, beside.
fn chart(path: &Path, texts: [&str; 3], lines: &[(&str, Points)]) -> Result<()> {
    let failed = |error: DrawingAreaErrorKind<_>| -> anyhow::Error { anyhow!("{}: {error}", path.display()) };
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE).map_err(failed)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(texts[0], ("sans-serif", 20))
        .margin(MARGIN)
        .set_label_area_size(LabelAreaPosition::Left, LABELS)
        .set_label_area_size(LabelAreaPosition::Bottom, LABELS)
        .build_cartesian_2d(0.0..1.0, 0.0..1.0)
        .map_err(failed)?;
    chart.configure_mesh().max_light_lines(0).x_desc(texts[1]).y_desc(texts[2]).draw().map_err(failed)?;
    for (number, (name, points)) in lines.iter().enumerate() {
        let color = COLORS[number % COLORS.len()];
        chart
            .draw_series(LineSeries::new(points.iter().copied(), color.stroke_width(2)).point_size(3))
            .map_err(failed)?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .border_style(BLACK.mix(0.4))
        .background_style(WHITE)
        .draw()
        .map_err(failed)?;
    area.present().map_err(failed)
}
