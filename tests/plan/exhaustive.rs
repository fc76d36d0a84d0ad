//! Every kind of goal in small worlds, the plan for it held against the cheapest way through the graph of all states.

use connector_groups::{plan::*, workload::Workload, *};

use super::graph::{Graph, Place, State, World, application, connector, group};

/// What a group should be.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    Open,
    Absent,
    /// A name and a region, each `None` where it is open.
    There(Option<&'static str>, Option<&'static str>),
}

/// A goal, each part of which may be open.
#[derive(Clone, Debug)]
struct Goal {
    groups: Vec<Wanted>,
    connectors: Vec<Option<Place>>,
    applications: Vec<Option<Place>>,
}

/// Numbers out of a seed, for choices.
struct Dice(Workload);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        let step = self.0.next_step();
        usize::try_from(step.subject).unwrap() % sides
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())]
    }
}

fn first_state(world: &World, dice: &mut Dice) -> State {
    let there = world.groups - world.new;
    let mut names = world.names.clone();
    let groups = (0..world.groups).map(|number| {
        let name =
            if world.rules.unique_names { names.remove(dice.roll(names.len())) } else { dice.one_of(&world.names) };
        let region = dice.one_of(&world.regions);
        (number < there).then(|| (name.to_string(), region.to_string()))
    });
    let groups: Vec<_> = groups.collect();
    // Under the switch nothing could have come out of a default group with another region.
    let connectors = world.connectors.iter().map(|_| dice.roll(there)).collect();
    State { groups, connectors, applications: (0..world.applications).map(|_| dice.roll(there)).collect() }
}

fn goal(world: &World, state: &State, dice: &mut Dice) -> Goal {
    let mut groups = vec![Wanted::Open; world.groups];
    // The last is for the way only: nobody wants it.
    for number in 0..world.groups - 1 {
        let exists = state.groups[number].is_some();
        groups[number] = match dice.roll(8) {
            0..=1 => Wanted::Open,
            2 if exists && number > 0 => Wanted::Absent,
            roll if exists || roll > 4 => {
                let name = (dice.roll(3) == 0 || !exists).then(|| dice.one_of(&world.names));
                Wanted::There(name, (dice.roll(4) > 0).then(|| dice.one_of(&world.regions)))
            }
            _ => Wanted::Open,
        };
    }
    let there = |number: usize| match groups[number] {
        Wanted::Open => state.groups[number].is_some(),
        Wanted::Absent => false,
        Wanted::There(..) => true,
    };
    let places: Vec<_> = (0..world.groups - 1).filter(|number| there(*number)).collect();
    let open = dice.roll(4);
    let mut thing = |at: Place| (!there(at) || dice.roll(4) >= open).then(|| dice.one_of(&places));
    let connectors = state.connectors.iter().map(|at| thing(*at)).collect();
    let applications = state.applications.iter().map(|at| thing(*at)).collect();
    Goal { groups, connectors, applications }
}

impl Goal {
    fn desired(&self) -> Desired {
        let mut desired = Desired::default();
        let of = |things: &[Option<Place>], place, id: &dyn Fn(usize) -> String| {
            let here = things.iter().enumerate().filter(|(_, to)| **to == Some(place));
            Things::These(here.map(|(number, _)| id(number).into()).collect())
        };
        for (place, wanted) in self.groups.iter().enumerate() {
            let connectors = of(&self.connectors, place, &|number| connector(number).to_string());
            let applications = of(&self.applications, place, &|number| application(number).to_string());
            let is_named = connectors != Things::default() || applications != Things::default();
            match wanted {
                Wanted::Absent => desired.absent.push(group(place).to_string().into()),
                Wanted::Open if !is_named => {}
                Wanted::Open | Wanted::There(..) => {
                    let (name, region) = match *wanted {
                        Wanted::There(name, region) => (name, region),
                        Wanted::Open | Wanted::Absent => (None, None),
                    };
                    desired.connector_groups.push(DesiredGroup {
                        id: Some(group(place)),
                        name: name.map(Into::into),
                        rename: None,
                        region: region.map(Into::into),
                        connectors,
                        applications,
                    });
                }
            }
        }
        desired
    }

    /// Whether a state is what was asked for, and as it was before otherwise.
    fn is_met(&self, first: &State, state: &State) -> bool {
        let groups =
            self.groups.iter().zip(&first.groups).zip(&state.groups).all(|((wanted, first), now)| match wanted {
                Wanted::Open => first == now,
                Wanted::Absent => now.is_none(),
                Wanted::There(name, region) => now.as_ref().is_some_and(|now| {
                    let old = first.clone().unwrap_or_else(|| (String::new(), "eur".into()));
                    name.map_or(old.0, String::from) == now.0 && region.map_or(old.1, String::from) == now.1
                }),
            });
        let things = |wanted: &[Option<Place>], first: &[Place], now: &[Place]| {
            wanted.iter().zip(first).zip(now).all(|((wanted, first), now)| wanted.unwrap_or(*first) == *now)
        };
        groups
            && things(&self.connectors, &first.connectors, &state.connectors)
            && things(&self.applications, &first.applications, &state.applications)
    }

    /// Where things may be on the way under `Parking::Apart`, told from its documentation.
    fn apart<'a>(&'a self, world: &'a World, first: &'a State) -> impl Fn(&State) -> bool + 'a {
        let targets: Vec<Place> = self.connectors.iter().chain(&self.applications).copied().flatten().collect();
        let is_free = move |place: Place| {
            let is_empty = !first.connectors.contains(&place) && !first.applications.contains(&place);
            let is_new = first.groups[place].is_none();
            let is_temporary = place == world.groups - 1;
            let changes = matches!(self.groups[place], Wanted::There(..));
            is_temporary || (place > 0 && is_empty && !is_new && !targets.contains(&place) && !changes)
        };
        move |state| {
            let changes_region = |place: Place| match (&self.groups[place], &first.groups[place]) {
                (Wanted::There(_, Some(region)), Some((_, now))) => region != now,
                _ => false,
            };
            let through = |at: Place| world.rules.regional_connector_moves && at == 0;
            let restless = |first: Place| changes_region(first) || through(first);
            let within = |at: Place, first: Place, to: Option<Place>, more: bool| {
                let moves = to.is_some_and(|to| to != first) || restless(first);
                at == first || Some(at) == to || (restless(first) && is_free(at)) || (moves && more)
            };
            let connectors = state.connectors.iter().zip(&first.connectors).zip(&self.connectors);
            let applications = state.applications.iter().zip(&first.applications).zip(&self.applications);
            connectors.into_iter().all(|((at, first), to)| within(*at, *first, *to, through(*at)))
                && applications.into_iter().all(|((at, first), to)| within(*at, *first, *to, false))
        }
    }
}

/// Applications without a connector after each step that had one before, counted from what the tenant says itself.
fn harm(tenant: &Tenant, plan: &Plan) -> (u64, u64) {
    let mut tenant = tenant.clone();
    let unavailable = |tenant: &Tenant| -> Vec<bool> {
        tenant.applications().map(|one| one.availability() == Some(Availability::Unavailable)).collect()
    };
    let mut served: Vec<bool> = unavailable(&tenant).iter().map(|down| !down).collect();
    let (mut harm, mut events) = (0, 0);
    for (number, step) in plan.steps.iter().enumerate() {
        let before = unavailable(&tenant);
        let done = tenant.apply(step).unwrap_or_else(|refusal| panic!("step {number} is refused: {refusal:?}"));
        assert!(!done.is_empty(), "step {number} changes nothing: {step:?}");
        let after = unavailable(&tenant);
        for ((down, was), served) in after.iter().zip(&before).zip(&mut served) {
            harm += u64::from(*down && *served);
            events += u64::from(*down && !was);
            *served |= !down;
        }
    }
    (harm, events)
}

#[derive(Default, Debug)]
struct Tally {
    reached: usize,
    impossible: usize,
    best: usize,
    over: usize,
    harmful: usize,
    steps: usize,
}

fn explore(name: &str, world: &World, starts: usize, goals: usize, seed: u64) -> Tally {
    let mut tally = Tally::default();
    let mut dice = Dice(Workload::new(seed));
    let firsts: Vec<State> = (0..starts).map(|_| first_state(world, &mut dice)).collect();
    let graph = Graph::new(world.clone(), &firsts);
    for first in &firsts {
        let tenant = world.tenant(first);
        for _ in 0..goals {
            let goal = goal(world, first, &mut dice);
            let desired = goal.desired();
            for parking in [Parking::Apart, Parking::Anywhere] {
                let apart = goal.apart(world, first);
                let may_be = |state: &State| parking == Parking::Anywhere || apart(state);
                for aim in [Aim::FewestSteps, Aim::KeepAvailable] {
                    let keep = aim == Aim::KeepAvailable;
                    let cheapest = graph.cheapest(first, keep, may_be, |state| goal.is_met(first, state));
                    let plan = tenant.plan(&desired, PlanOptions { aim, parking }, [group(world.groups - 1)]);
                    let told =
                        || format!("{name} {parking:?} {aim:?}\n{first:?}\n{goal:?}\n{cheapest:?}\n{}", story(&plan));
                    let Ok(plan) = &plan else {
                        assert_eq!(cheapest, None, "{}", told());
                        assert!(!plan.as_ref().unwrap_err().reasons.is_empty(), "{}", told());
                        tally.impossible += 1;
                        continue;
                    };
                    let (least, shortest) = cheapest.unwrap_or_else(|| panic!("{}", told()));
                    let (harm, outages) = harm(&tenant, plan);
                    let mut after = tenant.clone();
                    plan.steps.iter().for_each(|step| _ = after.apply(step).unwrap());
                    assert!(goal.is_met(first, &State::of(world, &after)), "{}", told());
                    assert_eq!(
                        plan.outages.iter().map(|outage| outage.applications.len() as u64).sum::<u64>(),
                        outages
                    );
                    assert!(plan.at_least <= plan.steps.len(), "{}", told());
                    if plan.best {
                        assert_eq!(
                            (if keep { harm } else { least }, plan.steps.len()),
                            (least, shortest),
                            "{}",
                            told()
                        );
                    }
                    tally.reached += 1;
                    tally.best += usize::from(plan.best);
                    tally.harmful += usize::from(harm > 0);
                    tally.steps += plan.steps.len();
                    tally.over += plan.steps.len() - shortest.min(plan.steps.len());
                }
            }
        }
    }
    println!("{name}: {} states, {tally:?}", graph.states.len());
    tally
}

fn worlds() -> Vec<(&'static str, World)> {
    let mut worlds = Vec::new();
    for regional_connector_moves in [false, true] {
        for unique_names in [false, true] {
            let rules = Rules { unique_names, regional_connector_moves };
            let regions = vec!["eur", "nam"];
            let one = vec!["One"];
            if !unique_names {
                let world = World {
                    groups: 4,
                    new: 1,
                    names: one,
                    regions: regions.clone(),
                    connectors: vec![true, true],
                    applications: 2,
                    rules,
                };
                worlds.push(("regions", world.clone()));
                worlds.push(("idle", World { connectors: vec![true, false], applications: 1, ..world }));
            }
            let names = vec!["One", "Two", "Three", "Four", "Temporary"];
            let world = World { groups: 4, new: 2, names, regions, connectors: vec![true], applications: 1, rules };
            if unique_names {
                worlds.push(("names", World { regions: vec!["eur"], ..world }));
            } else {
                worlds.push(("new groups", World { names: vec!["One"], ..world }));
            }
        }
    }
    worlds
}

fn explore_all(starts: usize, goals: usize, seed: u64) {
    for (number, (name, world)) in worlds().into_iter().enumerate() {
        let tally = explore(name, &world, starts, goals, seed + number as u64);
        assert!(tally.reached > tally.impossible, "{name}: {tally:?}");
        assert_eq!(tally.best, tally.reached, "{name}: all of these are small enough: {tally:?}");
    }
}

#[test]
#[ignore = "takes minutes without optimisation; .ci/run has its command"]
fn a_plan_is_the_cheapest_way_there_is() {
    explore_all(3, 8, 0);
}

/// Takes minutes: `cargo test --release --test plan -- --ignored --nocapture`.
#[test]
#[ignore = "a long proof with its own command"]
fn plans_are_the_cheapest_ways_there_are() {
    explore_all(40, 100, 100);
}

/// A plan as lines.
fn story(plan: &Result<Plan, Unreachable>) -> String {
    match plan {
        Err(unreachable) => unreachable.to_string(),
        Ok(plan) => {
            let lines = plan.steps.iter().map(|step| serde_json::to_string(step).unwrap());
            let lines: Vec<_> = lines.map(|line| line.replace("00000000-0000-0000-0000-00000000000", "#")).collect();
            format!("{}\n{:?} {} best {}", lines.join("\n"), plan.outages, plan.at_least, plan.best)
        }
    }
}

/// A group that goes gives its name away before it can: found by the long proof.
#[test]
fn a_name_is_freed_before_its_group_goes() {
    let (_, world) = worlds().into_iter().find(|(name, _)| *name == "names").unwrap();
    let there = |name: &str| Some((name.to_string(), String::from("eur")));
    let groups = vec![there("One"), there("Three"), None, None];
    let tenant = world.tenant(&State { groups, connectors: vec![1], applications: vec![1] });
    let goal = Goal {
        groups: vec![Wanted::There(None, None), Wanted::Absent, Wanted::There(Some("Three"), None), Wanted::Open],
        connectors: vec![Some(0)],
        applications: vec![Some(2)],
    };
    let options = PlanOptions { aim: Aim::KeepAvailable, ..PlanOptions::default() };
    let plan = tenant.plan(&goal.desired(), options, [group(3)]).unwrap();
    assert_eq!((harm(&tenant, &plan).0, plan.steps.len(), plan.best), (3, 5, true), "{}", story(&Ok(plan.clone())));
}

#[test]
fn a_group_that_goes_lets_connectors_pass_before_it_does() {
    let of_regions = |(name, world): &(&str, World)| *name == "regions" && world.rules.regional_connector_moves;
    let (_, world) = worlds().into_iter().find(of_regions).unwrap();
    let there = |region: &str| Some((String::from("One"), region.to_string()));
    let groups = vec![there("eur"), there("nam"), there("nam"), None];
    let tenant = world.tenant(&State { groups, connectors: vec![0, 0], applications: vec![0, 0] });
    let kept = Wanted::There(Some("One"), Some("nam"));
    let goal = Goal {
        groups: vec![kept, Wanted::There(None, Some("eur")), Wanted::Absent, Wanted::Open],
        connectors: vec![Some(0), Some(1)],
        applications: vec![Some(1), Some(0)],
    };
    let options = PlanOptions { aim: Aim::KeepAvailable, ..PlanOptions::default() };
    let plan = tenant.plan(&goal.desired(), options, [group(3)]).unwrap();
    assert_eq!((harm(&tenant, &plan).0, plan.steps.len(), plan.best), (0, 11, true), "{}", story(&Ok(plan.clone())));
}
