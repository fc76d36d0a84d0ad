//! What a run leaves: tables on the terminal, and files.

use std::{fs, io, path::Path};

use super::{
    figures,
    machine::Machine,
    plots,
    results::Results,
    tables,
    targets::{Target, targets},
};
use connector_groups_benches::cases::Section;

/// How the figures came about; part of what is written.
const METHOD: &str = "Each piece of work is run once by everybody and the outcomes are compared; where two disagree, the run \
ends. Then everybody has a turn, in one order, again and again, so that what disturbs the machine disturbs everybody; a turn \
repeats short work for two milliseconds. A figure is the shortest turn, by the thing: what the work takes undisturbed (the \
medians stand in results.json). Somebody whose turns have taken 0.3 seconds has no more of them; whose first run took \
longer is measured by that run. A whole run does all of this twice, minutes apart, as a shared machine may be slow for as long \
as a case takes. Behind each figure in brackets: how many times ours it is.

A list names every application, in random order, and is checked entry by entry; its bad entry is one unknown id in the middle. \
`by region` moves nine tenths, `by name` one tenth. Commands on one thing run by the hundred, at random things, and are undone \
untimed. A page is a hundred applications of one group of sixteen, behind a random one; the worst is that of a group whose one \
application is the last of all. `SQLite` has no index by group, which would slow down every move, until the reads, which are \
measured last. No peer makes events or can undo. For an impact `careful` copies everything, makes the change and compares how \
each application is served; for a diff `records` looks at a record of each application of both.";

/// What is said first: the case and what one thing of it is.
const HEADLINES: [(&str, &str); 7] = [
    ("whole group", "a move"),
    ("list, all moved", "an application"),
    ("list, one bad entry", "an application"),
    ("snapshot", "a snapshot"),
    ("first write after a snapshot", "a write"),
    ("addApplication", "a command"),
    ("every group with its applications", "a pass"),
];

pub(crate) struct Report<'a> {
    machine: Machine,
    results: &'a Results,
    sections: Vec<&'a Section>,
    targets: Vec<Target>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(results: &'a Results, sections: Vec<&'a Section>) -> Self {
        Self { machine: Machine::here(), results, sections, targets: targets(results) }
    }

    fn tables(&self) -> Vec<(String, tables::Table)> {
        let sections = self.sections.iter().map(|section| {
            (format!("{}, the time for one thing", section.name), tables::section(self.results, section.name))
        });
        let growth = "growth: the time of a run goes with the number of applications to this power";
        let rest = [
            ("bytes for an application".into(), tables::of_memory(self.results)),
            ("bytes for a tenant among many".into(), tables::of_tenants(self.results)),
            (growth.into(), tables::of_exponents(self.results)),
            ("slower than a peer".into(), self.slower()),
            ("targets".into(), tables::of_targets(&self.targets)),
        ];
        sections.chain(rest).filter(|(_, table)| !table.is_empty()).collect()
    }

    fn slower(&self) -> tables::Table {
        let sections: Vec<&str> = self.sections.iter().map(|section| section.name).collect();
        tables::slower(self.results, &sections)
    }

    fn headline(&self) -> String {
        let most = self.results.largest_beside_peers();
        let table = tables::headline(self.results, most, &HEADLINES).as_markdown();
        format!("At {} applications, on {}:\n\n{table}", figures::size(most), self.machine.line())
    }

    fn met(&self) -> String {
        let met = self.targets.iter().filter(|target| target.met).count();
        format!("{met} of {} targets met", self.targets.len())
    }

    pub(crate) fn print(&self) {
        println!("{}", self.machine.line());
        for (title, table) in self.tables() {
            println!("\n{title}\n\n{}", table.for_terminal());
        }
        println!("{}", self.met());
    }

    fn markdown(&self) -> String {
        let mut text = format!(
            "# Results\n\nWritten by `cargo bench --bench compare`. {METHOD}\n\n![time over size](time.svg)\n\n\
             ![memory](memory.svg)\n\n## Headline\n\n{}\n{}.\n",
            self.headline(),
            self.met()
        );
        let tables = self.tables().into_iter();
        text.extend(tables.map(|(title, table)| format!("\n## {}\n\n{}", capital(&title), table.as_markdown())));
        text
    }

    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let json = serde_json::json!({
            "machine": self.machine,
            "method": METHOD,
            "rows": self.results.rows,
            "memory": self.results.memory,
            "tenants": self.results.tenants,
            "exponents": self.results.exponents(),
            "targets": self.targets,
        });
        fs::write(folder.join("results.json"), serde_json::to_string_pretty(&json)? + "\n")?;
        fs::write(folder.join("results.md"), self.markdown())?;
        fs::write(folder.join("time.svg"), plots::time(self.results))?;
        fs::write(folder.join("memory.svg"), plots::memory(self.results))
    }

    /// Puts the figures into a page, between the two marks that say so.
    pub(crate) fn write_into(&self, page: &Path) -> io::Result<()> {
        let text = fs::read_to_string(page)?;
        let (before, rest) = text.split_once(BEGIN).ok_or(io::ErrorKind::NotFound)?;
        let (_, after) = rest.split_once(END).ok_or(io::ErrorKind::NotFound)?;
        let (headline, met, slower) = (self.headline(), self.met(), self.slower().as_markdown());
        let slower = format!("What a peer does faster, and what it takes of our time:\n\n{slower}");
        // The page is documentation of the crate too, in which names of this form stand in backticks.
        let figures = format!("\n{headline}\n{met}. {slower}").replace("SQLite", "`SQLite`");
        fs::write(page, format!("{before}{BEGIN}{figures}{END}{after}"))
    }
}

const BEGIN: &str = "<!-- figures of cargo bench --bench compare -->\n";
const END: &str = "<!-- end of figures -->";

fn capital(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
