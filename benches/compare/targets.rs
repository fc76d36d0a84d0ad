//! What is to be reached, and whether it was.

use super::{
    figures::{digits, size, time},
    results::Results,
};

#[derive(Clone, serde::Serialize)]
pub(crate) struct Target {
    pub(crate) work: &'static str,
    pub(crate) demand: String,
    pub(crate) measured: String,
    pub(crate) met: bool,
}

/// Two that take equally long differ by so much.
const NOISE: f64 = 1.1;
const MICROSECOND: f64 = 1e3;
const MILLISECOND: f64 = 1e6;
/// A cache of the core holds what a list looks at in a tenant of so many applications, 32 bytes of each.
const NEAR: u32 = 10_000;
/// How many times the list, which looks up as many ids and moves them to one group, a move to many groups may take: what
/// tells apart where each goes, and an event a group.
const MANY_GROUPS: f64 = 3.0;

struct Judge<'a> {
    results: &'a Results,
    targets: Vec<Target>,
}

/// Every target that this run has measured.
pub(crate) fn targets(results: &Results) -> Vec<Target> {
    let mut judge = Judge { results, targets: Vec::new() };
    let sizes = results.sizes();
    judge.flat("whole group", 2.0);
    judge.flat("whole group, after a million moves", 2.0);
    judge.fresh();
    for applications in sizes.iter().copied().filter(|applications| *applications == 100_000) {
        judge.at_least("whole group", applications, "SQLite", 10_000.0);
    }
    for applications in sizes {
        judge.list(applications);
        judge.at_most_ours("to many groups", applications, "list, all moved", MANY_GROUPS);
        judge.at_most("list, one bad entry", applications, "floor: all of it accepted", NOISE);
        judge.at_most("addApplication", applications, "floor: four look-ups, an event and its writes", 2.0);
        // What it writes is in three columns, and a persistent vector is one.
        judge.at_most("first write after a snapshot", applications, "floor: im::Vector of u32", 3.0);
        for dry_run in ["dry run, whole group", "dry run, list", "dry run, one"] {
            judge.at_most(dry_run, applications, "floor: applying it", NOISE);
        }
        for undo in ["undo, whole group", "undo, list"] {
            judge.at_most(undo, applications, "floor: its move", NOISE);
        }
        judge.at_least("diff of a moved group", applications, "records", 5.0);
        judge.at_least("diff of equal tenants that share nothing", applications, "records", 2.0);
        judge.at_most("load a document", applications, "floor: parse and drop it", 1.5);
        judge.at_most("replay lines", applications, "floor: parse, check and keep them", 1.5);
    }
    judge.flat("snapshot", 2.0);
    judge.within("snapshot", 50.0);
    for case in [
        "impact of moving a connector",
        "impact of moving a whole group",
        "what if a connector fails",
        "what if a region with 16 connectors fails",
        "dependents of a group",
    ] {
        judge.flat(case, 2.0);
    }
    // In a large tenant each change is on a page of its own, far from the others.
    judge.flat("impact of a list of 100", 4.0);
    judge.flat("what if a region with a connector for 20 applications fails", 4.0);
    judge.within("diff of ten changes", MILLISECOND);
    judge.within("a page of 100", 50.0 * MICROSECOND);
    judge.within("a page, worst", MILLISECOND);
    judge.within("every group with its applications", 10.0 * MILLISECOND);
    judge.within("route, 16 connectors", 100.0);
    judge.memory();
    judge.tenants();
    judge.targets
}

impl Judge<'_> {
    fn say(&mut self, work: &'static str, demand: String, measured: String, met: bool) {
        self.targets.push(Target { work, demand, measured, met });
    }

    fn ours(&self, case: &str, applications: u32) -> Option<f64> {
        self.results.fastest(case, applications, "ours")
    }

    fn flat(&mut self, case: &'static str, factor: f64) {
        let sizes = self.results.sizes();
        let (Some(least), Some(most)) = (sizes.first().copied(), self.results.largest(case)) else { return };
        let (Some(small), Some(large)) = (self.ours(case, least), self.ours(case, most)) else { return };
        if most > least {
            let target = format!("at most {factor}x from {} to {} applications", size(least), size(most));
            self.say(case, target, format!("{:.2}x", large / small), large <= factor * small);
        }
    }

    /// Cells that do not degrade.
    fn fresh(&mut self) {
        let case = "whole group, after a million moves";
        for applications in self.results.sizes() {
            let (fresh, old) = (self.ours("whole group", applications), self.ours(case, applications));
            if let (Some(fresh), Some(old)) = (fresh, old) {
                let target = format!("at most 2x that of a fresh tenant, {} applications", size(applications));
                self.say(case, target, format!("{:.2}x", old / fresh), old <= 2.0 * fresh);
            }
        }
    }

    /// Where the memory is far, an id of a list needs two lines of it that nobody can foretell: the bucket of the index, and
    /// the id itself where it is kept. Twice what it takes to read two such lines is left for it, and four nanoseconds for
    /// what is not memory.
    ///
    /// Where all is near, nothing waits for memory. Whoever checks a list looks each id up, notes it as named, and writes
    /// where it goes: three probes of a hash map.
    fn list(&mut self, applications: u32) {
        let case = "list, all moved";
        if applications <= NEAR {
            self.at_most(case, applications, "floor: id probe", 3.0);
            return;
        }
        let (ours, lines) = (self.ours(case, applications), self.results.fastest(case, applications, "floor: L(2)"));
        if let (Some(ours), Some(lines)) = (ours, lines) {
            let limit = 2.0 * lines + 4.0;
            let target = format!("at most 2 L(2) + 4 ns = {}, {} applications", time(limit), size(applications));
            self.say(case, target, time(ours), ours <= limit);
        }
    }

    /// Beside another case of ours.
    fn at_most_ours(&mut self, case: &'static str, applications: u32, other: &str, ratio: f64) {
        if let (Some(this), Some(of_other)) = (self.ours(case, applications), self.ours(other, applications)) {
            let target = format!("at most {ratio}x {other}, {} applications", size(applications));
            self.say(case, target, format!("{:.2}x", this / of_other), this <= ratio * of_other);
        }
    }

    fn at_most(&mut self, case: &'static str, applications: u32, of: &str, ratio: f64) {
        let (ours, other) = (self.ours(case, applications), self.results.fastest(case, applications, of));
        if let (Some(ours), Some(other)) = (ours, other) {
            let target = format!("at most {ratio}x {of}, {} applications", size(applications));
            self.say(case, target, format!("{:.2}x", ours / other), ours <= ratio * other);
        }
    }

    fn at_least(&mut self, case: &'static str, applications: u32, of: &str, times: f64) {
        let (ours, other) = (self.ours(case, applications), self.results.fastest(case, applications, of));
        if let (Some(ours), Some(other)) = (ours, other) {
            let target = format!("at least {times}x as fast as {of}, {} applications", size(applications));
            self.say(case, target, format!("{}x", digits(other / ours)), other >= times * ours);
        }
    }

    fn within(&mut self, case: &'static str, nanoseconds: f64) {
        let Some(most) = self.results.largest(case) else { return };
        if let Some(ours) = self.ours(case, most) {
            let (limit, took) = (time(nanoseconds), time(ours));
            self.say(case, format!("at most {limit}, {} applications", size(most)), took, ours <= nanoseconds);
        }
    }

    fn memory(&mut self) {
        let ours = self.results.memory.iter().filter(|memory| memory.contender == "ours" && !memory.named);
        if let Some(most) = ours.max_by_key(|memory| memory.applications) {
            let target = format!("at most 80 bytes an application, {} applications", size(most.applications));
            self.say("memory", target, format!("{:.1}", most.bytes), most.bytes <= 80.0);
        }
    }

    fn tenants(&mut self) {
        for of in &self.results.tenants {
            let (tenants, applications, over) = (size(of.count), size(of.applications), of.bytes - of.data);
            let target = format!("at most 6 kB over its data for each of {tenants} tenants of {applications}");
            self.targets.push(Target { work: "memory", demand: target, measured: digits(over), met: over <= 6_000.0 });
        }
    }
}
