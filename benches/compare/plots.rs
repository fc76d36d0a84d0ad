//! The headline as pictures: time over size, both logarithmic, and bars of memory.

use plotters::{coord::Shift, prelude::*};

use super::results::Results;

/// Ours and those that stand beside it, each with its colour wherever it is drawn.
const WHO: [(&str, RGBColor); 7] = [
    ("ours", RGBColor(0xd6, 0x27, 0x28)),
    ("floor: L(1)", RGBColor(0xb0, 0xb0, 0xb0)),
    ("floor: L(2)", RGBColor(0x60, 0x60, 0x60)),
    ("persistent", RGBColor(0x2c, 0xa0, 0x2c)),
    ("careful", RGBColor(0x1f, 0x77, 0xb4)),
    ("naive", RGBColor(0x94, 0x67, 0xbd)),
    ("SQLite", RGBColor(0xff, 0x7f, 0x0e)),
];
/// Cases, and what one run of each is.
const HEADLINES: [(&str, &str); 4] = [
    ("whole group", "a whole group goes to another"),
    ("list, all moved", "a list of all applications goes to a group"),
    ("snapshot", "a snapshot of the tenant"),
    ("addApplication", "a thousand times addApplication"),
];

type Drawn = Result<(), Box<dyn core::error::Error>>;

/// Time of a run over the number of applications, one panel a case.
pub(crate) fn time(results: &Results) -> String {
    let mut svg = String::new();
    draw_time(&SVGBackend::with_string(&mut svg, (1_000, 760)).into_drawing_area(), results).expect("a picture");
    svg
}

fn draw_time(area: &DrawingArea<SVGBackend<'_>, Shift>, results: &Results) -> Drawn {
    area.fill(&WHITE)?;
    for (panel, (case, caption)) in area.split_evenly((2, 2)).iter().zip(HEADLINES) {
        let lines = WHO.map(|(who, colour)| (who, colour, line(results, case, who)));
        let all = || lines.iter().flat_map(|(_, _, points)| points);
        let mut sizes: Vec<u32> = all().map(|(applications, _)| *applications).collect();
        sizes.sort_unstable();
        // Neither an empty range nor one of a single point has a scale.
        let (Some(least), Some(most)) = (sizes.first().copied(), sizes.last().copied()) else { continue };
        if least == most {
            continue;
        }
        let low = all().map(|(_, time)| *time).fold(f64::INFINITY, f64::min);
        let high = all().map(|(_, time)| *time).fold(0.0, f64::max);
        // To the right of the lines is room for their names.
        let mut chart = ChartBuilder::on(panel)
            .margin(12)
            .caption(caption, ("sans-serif", 18))
            .x_label_area_size(34)
            .y_label_area_size(64)
            .build_cartesian_2d((least..most.saturating_mul(60)).log_scale(), (low / 2.0..high * 2.0).log_scale())?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .x_desc("applications")
            .y_desc("one run")
            .x_label_formatter(&|applications| {
                if *applications > most { String::new() } else { applications.to_string() }
            })
            .y_label_formatter(&|nanoseconds| super::figures::time(*nanoseconds))
            .draw()?;
        for (who, colour, points) in lines.into_iter().filter(|(_, _, points)| !points.is_empty()) {
            let style = colour.stroke_width(if who == "ours" { 4 } else { 2 });
            chart.draw_series(points.iter().map(|point| Circle::new(*point, 3, colour.filled())))?;
            chart
                .draw_series(LineSeries::new(points, style))?
                .label(who)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
        }
        chart.configure_series_labels().position(SeriesLabelPosition::MiddleRight).background_style(WHITE).draw()?;
    }
    area.present()?;
    Ok(())
}

/// Nanoseconds of a run at each size, by the fastest that has this name.
fn line(results: &Results, case: &str, who: &str) -> Vec<(u32, f64)> {
    let point = |applications: u32| {
        let things = results.of(case, applications).next()?.things;
        Some((applications, results.fastest(case, applications, who)? * f64::from(things)))
    };
    results.sizes().into_iter().filter_map(point).collect()
}

/// Bytes for an application at the largest size, with names and without.
pub(crate) fn memory(results: &Results) -> String {
    let mut svg = String::new();
    draw_memory(&SVGBackend::with_string(&mut svg, (760, 300)).into_drawing_area(), results).expect("a picture");
    svg
}

fn draw_memory(area: &DrawingArea<SVGBackend<'_>, Shift>, results: &Results) -> Drawn {
    area.fill(&WHITE)?;
    let most = results.largest_beside_peers();
    let bars: Vec<_> = results.memory.iter().filter(|memory| memory.applications == most && !memory.named).collect();
    let high = bars.iter().map(|bar| bar.bytes).fold(0.0, f64::max);
    let Some(last) = u32::try_from(bars.len())?.checked_sub(1) else { return Ok(()) };
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .caption(format!("bytes for each of {most} applications, without names"), ("sans-serif", 18))
        .x_label_area_size(34)
        .y_label_area_size(130)
        .build_cartesian_2d(0.0..high * 1.1, (0..last).into_segmented())?;
    let name = |segment: &SegmentValue<u32>| match segment {
        SegmentValue::CenterOf(number) => {
            bars.get(connector_groups_benches::peers::at(*number)).map_or_else(String::new, |bar| bar.contender.clone())
        }
        SegmentValue::Exact(_) | SegmentValue::Last => String::new(),
    };
    chart.configure_mesh().disable_y_mesh().light_line_style(TRANSPARENT).y_label_formatter(&name).draw()?;
    for (number, bar) in (0..).zip(&bars) {
        let known = WHO.iter().find(|(who, _)| bar.contender.starts_with(who));
        let colour = known.map_or(BLACK, |(_, colour)| *colour);
        let ends = [(0.0, SegmentValue::Exact(number)), (bar.bytes, SegmentValue::Exact(number + 1))];
        let mut rectangle = Rectangle::new(ends, colour.filled());
        rectangle.set_margin(4, 4, 0, 0);
        chart.draw_series([rectangle])?;
        let label = format!("{:.0}", bar.bytes);
        chart.draw_series([Text::new(label, (bar.bytes, SegmentValue::CenterOf(number)), ("sans-serif", 14))])?;
    }
    area.present()?;
    Ok(())
}
