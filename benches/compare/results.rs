//! All that was measured, and what can be asked of it.

use super::measure::Row;
use connector_groups_benches::cases::Role;

#[derive(Default)]
pub(crate) struct Results {
    pub(crate) rows: Vec<Row>,
    pub(crate) memory: Vec<Memory>,
    pub(crate) tenants: Vec<Tenants>,
}

/// What one engine holds in memory.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Memory {
    pub(crate) contender: String,
    pub(crate) applications: u32,
    /// Whether the applications have names.
    pub(crate) named: bool,
    /// By the application.
    pub(crate) bytes: f64,
}

/// What a directory of many small tenants holds in memory.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tenants {
    pub(crate) count: u32,
    /// In each of them.
    pub(crate) applications: u32,
    /// By the tenant.
    pub(crate) bytes: f64,
    /// The bytes of its ids and texts, were they alone in the world.
    pub(crate) data: f64,
}

/// How the time of a whole run grows: as the number of applications to this power.
#[derive(Clone, serde::Serialize)]
pub(crate) struct Exponent {
    pub(crate) case: &'static str,
    pub(crate) contender: &'static str,
    pub(crate) power: f64,
}

impl Results {
    /// Adds what was measured; of what was measured before, the shorter time is what the work takes.
    pub(crate) fn add(&mut self, rows: Vec<Row>) {
        for row in rows {
            match self.rows.iter_mut().find(|known| known.is_of(&row)) {
                Some(known) => known.join(row),
                None => self.rows.push(row),
            }
        }
    }

    /// Cases of a section, in the order in which they were measured.
    pub(crate) fn cases(&self, section: &str) -> Vec<&'static str> {
        let mut cases = Vec::new();
        for row in self.rows.iter().filter(|row| row.section == section) {
            if !cases.contains(&row.case) {
                cases.push(row.case);
            }
        }
        cases
    }

    pub(crate) fn sizes(&self) -> Vec<u32> {
        let mut sizes: Vec<u32> = self.rows.iter().map(|row| row.applications).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// The largest size at which peers have taken part, or the largest of all.
    pub(crate) fn largest_beside_peers(&self) -> u32 {
        let peers = self.rows.iter().filter(|row| row.role == Role::Peer);
        peers.map(|row| row.applications).max().or(self.sizes().last().copied()).unwrap_or_default()
    }

    pub(crate) fn of(&self, case: &str, applications: u32) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.case == case && row.applications == applications)
    }

    /// Nanoseconds for one thing by the fastest of those whose name starts so.
    pub(crate) fn fastest(&self, case: &str, applications: u32, contender: &str) -> Option<f64> {
        let named = self.of(case, applications).filter(|row| row.contender.starts_with(contender));
        named.map(|row| row.minimum_nanoseconds).min_by(f64::total_cmp)
    }

    /// The largest size at which the case was measured.
    pub(crate) fn largest(&self, case: &str) -> Option<u32> {
        self.rows.iter().filter(|row| row.case == case).map(|row| row.applications).max()
    }

    /// Least squares through the logarithms of size and time.
    pub(crate) fn exponents(&self) -> Vec<Exponent> {
        let mut found: Vec<Exponent> = Vec::new();
        for row in self.rows.iter().filter(|row| row.role != Role::Floor) {
            let (case, contender) = (row.case, row.contender);
            if found.iter().any(|exponent| exponent.case == case && exponent.contender == contender) {
                continue;
            }
            let same = self.rows.iter().filter(|row| row.case == case && row.contender == contender);
            let points: Vec<(f64, f64)> = same.map(|row| (f64::from(row.applications).ln(), row.run().ln())).collect();
            if let Some(power) = slope(&points) {
                found.push(Exponent { case, contender, power });
            }
        }
        found
    }
}

fn slope(points: &[(f64, f64)]) -> Option<f64> {
    if points.len() < 2 {
        return None;
    }
    let count = f64::from(u32::try_from(points.len()).unwrap());
    let (x_mean, y_mean) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / count, y + point.1 / count));
    let (mut covariance, mut variance) = (0.0, 0.0);
    for (x, y) in points {
        covariance += (x - x_mean) * (y - y_mean);
        variance += (x - x_mean).powi(2);
    }
    Some(covariance / variance)
}
