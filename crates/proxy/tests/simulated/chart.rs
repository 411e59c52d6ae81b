//! In: who answered in each half hour of a day. Out: a picture of it, as an SVG file.

use crate::day::{Answered, Day};
use plotters::prelude::*;
use std::path::Path;

const SIZE: (u32, u32) = (860, 640);

/// What it is, its colour, and its part of all.
type Layer = (&'static str, RGBColor, fn(&Answered) -> u32);

/// From the bottom up, told apart by those who do not see red and green apart.
const LAYERS: [Layer; 3] = [
    ("answered by the upstream", RGBColor(0, 90, 180), |answered| answered.upstream),
    ("by the cache", RGBColor(120, 190, 235), |answered| answered.cache),
    ("by the embedded coder", RGBColor(225, 140, 40), |answered| answered.embedded),
];

/// A panel for each day, with its heading.
pub fn draw(path: &Path, panels: &[(&str, Day)]) {
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE).unwrap();
    let most = panels.iter().flat_map(|(_, day)| day).map(|answered| answered.all()).max().unwrap();
    for (panel, (heading, day)) in area.split_evenly((panels.len(), 1)).iter().zip(panels) {
        let mut chart = ChartBuilder::on(panel)
            .caption(heading, ("sans-serif", 18))
            .margin(12)
            .set_label_area_size(LabelAreaPosition::Left, 56)
            .set_label_area_size(LabelAreaPosition::Bottom, 40)
            .build_cartesian_2d(0.0..24.0, 0.0..f64::from(most) * 1.1)
            .unwrap();
        chart
            .configure_mesh()
            .disable_x_mesh()
            .max_light_lines(0)
            .x_labels(24)
            .x_label_formatter(&|hour| format!("{hour:.0}"))
            .y_label_formatter(&|asked| format!("{asked:.0}"))
            .x_desc("hour of the day")
            .y_desc("asked in half an hour")
            .draw()
            .unwrap();
        let mut bases = [0.0; 48];
        for (name, color, count) in LAYERS {
            let bars = day.iter().zip(&mut bases).enumerate().map(|(half_hour, (answered, base))| {
                let (left, bottom) = (half_hour as f64 / 2.0, *base);
                *base += f64::from(count(answered));
                Rectangle::new([(left + 0.04, bottom), (left + 0.46, *base)], color.filled())
            });
            let total: u32 = day.iter().map(count).sum();
            chart
                .draw_series(bars)
                .unwrap()
                .label(format!("{name}: {total}"))
                .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 14, y + 5)], color.filled()));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .border_style(BLACK.mix(0.4))
            .background_style(WHITE)
            .draw()
            .unwrap();
    }
    area.present().unwrap();
}
