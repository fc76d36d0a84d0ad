//! Everything at once: permissions, faults of every kind, control routes, a clock that is moved, a log that is folded, and
//! kills with a restart from what is kept, at random.

use alloc::collections::BTreeMap;

use serde_json::{Value, json};

use super::{session::*, support::*};

/// One rule of each kind, at places that the dice choose.
fn faults(dice: &Dice) -> Value {
    let nth = |sides: usize| dice.roll(sides) + 1;
    json!([
        {"name": "status", "method": "POST", "from": nth(5), "to": 9, "status": 503, "retryAfter": 1},
        {"name": "before", "method": "PATCH", "nth": nth(3), "drop": "before"},
        {"name": "after", "method": "PUT", "nth": 1, "drop": "after"},
        {"name": "part", "part": "1", "nth": nth(2), "status": 429},
        {"name": "delay", "method": "DELETE", "nth": 1, "delay": 1},
        {"name": "lag", "method": "PATCH", "lag": 1},
        {"name": "limit", "throttle": {"requests": 12, "seconds": 60}},
    ])
}

struct Run<'a> {
    folder: &'a Folder,
    seed: u64,
    dice: Dice,
    emulator: Emulator,
    writer: String,
    reader: String,
    /// Requests that the journal must have.
    sent: u64,
    /// How often each fault has failed a request.
    failed: BTreeMap<String, u64>,
    /// Requests that have changed something.
    changed: u64,
}

impl<'a> Run<'a> {
    fn new(folder: &'a Folder, seed: u64) -> Self {
        let dice = Dice::new(seed);
        let emulator = Self::emulator(folder);
        let mut run = Self {
            folder,
            seed,
            dice,
            emulator,
            writer: String::new(),
            reader: String::new(),
            sent: 0,
            failed: BTreeMap::new(),
            changed: 0,
        };
        run.begin();
        run
    }

    fn emulator(folder: &Folder) -> Emulator {
        Emulator::start(&[
            "--data",
            folder.path(),
            "--data-log",
            "4",
            "--seed",
            CONTOSO,
            "--clock",
            "2026-03-02T08:00:00Z",
            "--enforce-permissions",
            "--grant",
            "Application.Read.All",
            "--grant",
            "writer=Directory.ReadWrite.All",
        ])
    }

    /// A process has a key of its own, so that clients sign in anew, and forgets the faults of the one before.
    fn begin(&mut self) {
        (self.writer, self.reader) = (self.emulator.token("writer"), self.emulator.token("reader"));
        self.emulator.done("POST", "/_control/faults", &faults(&self.dice));
        self.sent = 2;
    }

    fn state(&self) -> Value {
        self.emulator.get("/_control/state")
    }

    fn step(&mut self, step: usize) {
        let name = format!("{}-{step}", self.seed);
        let (method, path, body) = random_request(&self.emulator, &self.dice, &name);
        let may_write = self.dice.roll(5) > 0;
        let before = self.state();
        let token = if may_write { &self.writer } else { &self.reader };
        let answer = self.emulator.try_send(token, method, &path, &body);
        self.sent += 1;
        let after = self.state();
        let journal = self.emulator.get(&format!("/_control/journal?since={}", self.sent - 1));
        let call = &journal["calls"][0];
        assert_eq!((&journal["count"], &call["method"]), (&json!(self.sent), &json!(method)), "{name}");
        assert_eq!(
            call["status"],
            answer.as_ref().map_or(Value::Null, |answer| json!(answer.status)),
            "{name}: {call}"
        );
        assert_eq!(call["application"], if may_write { "writer" } else { "reader" });
        let names: Vec<&str> = call["fault"].as_str().map_or(Vec::new(), |names| names.split(", ").collect());
        let told = answer.as_ref().and_then(|answer| answer.header("x-emulator-fault"));
        assert!(answer.is_none() || told == call["fault"].as_str(), "{name}: {call}");

        // What a fault has stopped, and what nobody may do, has changed nothing.
        let is_stopped = names.iter().any(|fault| ["status", "limit", "before"].contains(fault));
        let is_batch = path.ends_with("$batch");
        if !may_write || (is_stopped && !is_batch) {
            assert_eq!(after, before, "{name}: {call}");
            assert_eq!(call["commands"], json!([]), "{name}: {call}");
        }
        if !may_write && names.is_empty() && !is_batch {
            assert_eq!(answer.as_ref().unwrap().status, 403, "{name}");
        }
        assert_eq!(answer.is_none(), names.iter().any(|fault| ["before", "after"].contains(fault)), "{name}: {call}");
        // The events in the journal are what has changed the state, and nothing else has.
        let events: u64 =
            call["commands"].as_array().unwrap().iter().map(|command| command["eventsCount"].as_u64().unwrap()).sum();
        assert_eq!(events > 0, after != before, "{name}: {call}");
        self.changed += u64::from(events > 0);
    }

    fn check(&self) {
        assert_eq!(replayed(self.folder, &self.emulator), self.state(), "seed {}", self.seed);
    }

    fn count_faults(&mut self) {
        for rule in self.emulator.get("/_control/faults").as_array().unwrap() {
            *self.failed.entry(rule["name"].as_str().unwrap().into()).or_default() += rule["failed"].as_u64().unwrap();
        }
    }

    /// Something that a test does behind Graph's back.
    fn interfere(&mut self, step: usize) {
        let control = |method: &str, path: &str, body: Value| self.emulator.done(method, path, &body).body;
        match self.dice.roll(6) {
            0 => {
                let id = format!("7e000000-0000-4000-8000-{:012}", step + 100);
                let name = format!("Control {step}");
                let line = json!({"tenant": TENANT, "command": "createConnectorGroup", "id": id, "name": name});
                control("POST", "/_control/commands", line);
            }
            1 => {
                control("POST", "/_control/tenants", json!({"from": TENANT}));
            }
            2 => {
                control("POST", "/_control/snapshots/then?faults=true", Value::Null);
            }
            3 => {
                // There may be none yet, and then nothing happens.
                self.emulator.send("POST", "/_control/snapshots/then/restore", "");
            }
            4 => {
                control("POST", "/_control/clock", json!({"advance": 60}));
            }
            _ => {
                self.count_faults();
                let (state, snapshots) = (self.state(), self.emulator.get("/_control/snapshots"));
                self.check();
                let next = |folder| Self::emulator(folder);
                self.emulator.child.kill().unwrap();
                self.emulator.child.wait().unwrap();
                self.emulator = next(self.folder);
                assert_eq!((self.state(), self.emulator.get("/_control/snapshots")), (state, snapshots));
                self.begin();
            }
        }
    }
}

#[test]
fn permissions_faults_control_and_restarts_agree_on_one_state() {
    let mut failed = BTreeMap::new();
    for seed in 1..=3 {
        let folder = Folder::new(&format!("together-{seed}"));
        let mut run = Run::new(&folder, seed);
        for step in 0..40 {
            run.step(step);
            if step % 6 == 5 {
                run.interfere(step);
            }
            if step % 20 == 19 {
                run.check();
            }
        }
        assert!(run.changed > 8, "seed {seed}: only {} of {} requests have changed something", run.changed, run.sent);
        run.count_faults();
        run.failed.iter().for_each(|(name, count)| *failed.entry(name.clone()).or_default() += count);
    }
    let idle: Vec<_> = failed.iter().filter(|(_, count): &(_, &u64)| **count == 0).collect();
    assert!(failed.len() == 7 && idle.is_empty(), "{failed:?}");
}
