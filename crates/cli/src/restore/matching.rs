//! Which thing of the tenant is which of the backup, although ids differ after a loss.
//!
//! An id decides where both sides have it. What is left is matched by names, in rounds; a name that could mean several is
//! not guessed but told with all that it could mean.

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};

use connector_groups::{ApplicationId, ConnectorGroupId, ConnectorId, Tenant};

use crate::{backup::content::Content, words::quoted};

/// A thing on either side. Names of a round are compared as they are, so that each round folds their case in its own way.
struct Thing<Id> {
    id: Option<Id>,
    /// How messages call it.
    called: String,
    /// Its names, for each round.
    rounds: Vec<Vec<String>>,
    /// What tells it from others of the same names.
    tie: Option<String>,
}

/// What a backup's things are in the tenant, each in the backup's order; `None` where it is gone.
#[derive(Debug, Default)]
pub(crate) struct Matches {
    pub(crate) groups: Vec<Option<ConnectorGroupId>>,
    pub(crate) connectors: Vec<Option<ConnectorId>>,
    pub(crate) applications: Vec<Option<ApplicationId>>,
}

/// Pairs that the caller gave, as texts of ids: what it was, and what it is.
pub(crate) type Given = BTreeMap<String, String>;

/// Matches everything, or tells all that is ambiguous.
pub(crate) fn matches(content: &Content, now: &Tenant, given: &Given) -> Result<Matches, Vec<String>> {
    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    let matches = Matches {
        groups: groups(content, now, given, &mut used, &mut problems),
        connectors: connectors(content, now, given, &mut used, &mut problems),
        applications: applications(content, now, given, &mut used, &mut problems),
    };
    for (was, is) in given.iter().filter(|(was, _)| !used.contains(*was)) {
        problems.push(format!(
            "--match {was}={is}: they are no two things of one kind, one in the backup and one in the tenant"
        ));
    }
    if problems.is_empty() { Ok(matches) } else { Err(problems) }
}

fn groups(
    content: &Content,
    now: &Tenant,
    given: &Given,
    used: &mut BTreeSet<String>,
    problems: &mut Vec<String>,
) -> Vec<Option<ConnectorGroupId>> {
    let called = |name: &str, id: ConnectorGroupId| format!("connector group {} ({id})", quoted(name));
    // The default is the default, whatever its id and name: there is one, always.
    let key = |is_default: bool, name: &str| if is_default { Vec::new() } else { vec![name.trim().to_lowercase()] };
    let old = content.groups.iter().map(|group| Thing {
        id: Some(group.id),
        called: called(&group.name, group.id),
        rounds: vec![
            if group.is_default { vec![String::from("default")] } else { Vec::new() },
            key(group.is_default, &group.name),
        ],
        tie: None,
    });
    let ours = now.connector_groups().filter(|group| group.is_application_proxy());
    let new = ours.map(|group| Thing {
        id: Some(group.id()),
        called: called(group.name().as_str(), group.id()),
        rounds: vec![
            if group.is_default() { vec![String::from("default")] } else { Vec::new() },
            key(group.is_default(), group.name().as_str()),
        ],
        tie: None,
    });
    matched(&old.collect::<Vec<_>>(), &new.collect::<Vec<_>>(), given, used, problems)
}

fn connectors(
    content: &Content,
    now: &Tenant,
    given: &Given,
    used: &mut BTreeSet<String>,
    problems: &mut Vec<String>,
) -> Vec<Option<ConnectorId>> {
    let thing = |id: ConnectorId, machine: &str, ip: &str| Thing {
        id: Some(id),
        called: format!("connector {} ({id})", quoted(machine)),
        // A connector that told no name has none to be found by.
        rounds: vec![Some(machine.trim().to_lowercase()).filter(|name| !name.is_empty()).into_iter().collect()],
        tie: Some(ip.trim().into()).filter(|ip: &String| !ip.is_empty()),
    };
    let old = content.connectors.iter().map(|one| thing(one.id, &one.machine_name, &one.external_ip));
    let new = now.connectors().map(|one| thing(one.id(), one.machine_name(), one.external_ip()));
    matched(&old.collect::<Vec<_>>(), &new.collect::<Vec<_>>(), given, used, problems)
}

fn applications(
    content: &Content,
    now: &Tenant,
    given: &Given,
    used: &mut BTreeSet<String>,
    problems: &mut Vec<String>,
) -> Vec<Option<ApplicationId>> {
    // `api://` and the client id is a URL of one application, which another one of the same name does not have again.
    let urls = |external: Option<&str>, internal: Option<&str>| -> Vec<String> {
        let named = [("external", external), ("internal", internal)];
        let named = named.into_iter().filter_map(|(kind, url)| Some(format!("{kind} {}", url?.to_ascii_lowercase())));
        named.filter(|url| !url.contains(" api://")).collect()
    };
    let old = content.applications.iter().map(|one| {
        let publishing = one.publishing.as_ref();
        Thing {
            id: one.id,
            called: match one.id {
                Some(id) => format!("application {} ({id})", quoted(&one.name)),
                None => format!("application {} (appId {})", quoted(&one.name), one.app_id),
            },
            rounds: vec![
                vec![one.app_id.to_string()],
                urls(
                    publishing.and_then(|one| one.external_url.as_deref()),
                    publishing.and_then(|one| one.internal_url.as_deref()),
                ),
            ],
            tie: None,
        }
    });
    let new = now.applications().map(|one| Thing {
        id: Some(one.id()),
        called: format!("application {} ({})", quoted(one.display_name()), one.id()),
        rounds: vec![
            vec![one.app_id().to_string()],
            urls(one.external_url().map(|url| &**url), one.internal_url().map(|url| &**url)),
        ],
        tie: None,
    });
    matched(&old.collect::<Vec<_>>(), &new.collect::<Vec<_>>(), given, used, problems)
}

/// For each old thing the new one that it is. What is ambiguous is left, and told.
fn matched<Id: Copy + Ord + ToString>(
    old: &[Thing<Id>],
    new: &[Thing<Id>],
    given: &Given,
    used: &mut BTreeSet<String>,
    problems: &mut Vec<String>,
) -> Vec<Option<Id>> {
    let mut pairs = Pairs { of_old: vec![None; old.len()], is_taken: vec![false; new.len()] };
    let by_id: BTreeMap<Id, usize> = new.iter().enumerate().filter_map(|(at, thing)| Some((thing.id?, at))).collect();
    let by_text: BTreeMap<String, usize> = by_id.iter().map(|(id, at)| (id.to_string(), *at)).collect();
    for (at, thing) in old.iter().enumerate().filter(|_| !given.is_empty()) {
        let Some(was) = thing.id.map(|id| id.to_string()) else { continue };
        if let Some(is) = given.get(&was).and_then(|is| by_text.get(is)) {
            used.insert(was);
            pairs.take(at, *is, problems, &thing.called);
        }
    }
    // All ids before any name: what has kept its id is never taken for another thing of its name.
    for (at, thing) in old.iter().enumerate() {
        if let Some(is) = thing.id.and_then(|id| by_id.get(&id)) {
            pairs.take_if_free(at, *is);
        }
    }
    let rounds = old.iter().chain(new).map(|thing| thing.rounds.len()).max().unwrap_or_default();
    for round in 0..rounds {
        pairs.by_names(old, new, round, problems);
    }
    pairs.of_old.into_iter().map(|at| new.get(at?)?.id).collect()
}

/// Which are matched so far.
struct Pairs {
    of_old: Vec<Option<usize>>,
    is_taken: Vec<bool>,
}

impl Pairs {
    fn is_free(&self, old: usize, new: usize) -> bool {
        self.of_old.get(old).is_some_and(Option::is_none) && self.is_taken.get(new) == Some(&false)
    }

    fn take_if_free(&mut self, old: usize, new: usize) {
        if self.is_free(old, new)
            && let (Some(of_old), Some(is_taken)) = (self.of_old.get_mut(old), self.is_taken.get_mut(new))
        {
            (*of_old, *is_taken) = (Some(new), true);
        }
    }

    fn take(&mut self, old: usize, new: usize, problems: &mut Vec<String>, called: &str) {
        if self.is_free(old, new) {
            self.take_if_free(old, new);
        } else {
            problems.push(format!("{called}: --match gives the same thing twice"));
        }
    }

    /// Matches those that share a name of this round with one other alone.
    fn by_names<Id>(&mut self, old: &[Thing<Id>], new: &[Thing<Id>], round: usize, problems: &mut Vec<String>) {
        let mut bearers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, thing) in new.iter().enumerate().filter(|(at, _)| self.is_taken.get(*at) == Some(&false)) {
            for name in thing.rounds.get(round).into_iter().flatten() {
                bearers.entry(name).or_default().push(at);
            }
        }
        // All pairs that names allow; where what tells things apart agrees for some, those alone.
        let mut candidates: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let mut claims: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (at, thing) in old.iter().enumerate().filter(|(at, _)| self.of_old.get(*at) == Some(&None)) {
            let names = thing.rounds.get(round).into_iter().flatten();
            let found: BTreeSet<usize> =
                names.filter_map(|name| bearers.get(name.as_str())).flatten().copied().collect();
            for is in &found {
                claims.entry(*is).or_default().insert(at);
            }
            if !found.is_empty() {
                candidates.insert(at, found);
            }
        }
        // Two machines of one name are told apart by what else they have, such as the external IP. Where it agrees with
        // nobody it has changed, and tells nothing.
        let agree = |was: usize, is: usize| {
            let tie = |thing: Option<&Thing<Id>>| thing.and_then(|thing| thing.tie.clone());
            tie(old.get(was)).is_some_and(|one| tie(new.get(is)) == Some(one))
        };
        let narrowed = |all: &BTreeSet<usize>, agrees: &dyn Fn(usize) -> bool| -> BTreeSet<usize> {
            let some: BTreeSet<usize> = all.iter().copied().filter(|other| agrees(*other)).collect();
            if all.len() > 1 && !some.is_empty() { some } else { all.clone() }
        };
        let ours: BTreeMap<usize, BTreeSet<usize>> =
            candidates.iter().map(|(was, all)| (*was, narrowed(all, &|is| agree(*was, is)))).collect();
        let theirs: BTreeMap<usize, BTreeSet<usize>> =
            claims.iter().map(|(is, all)| (*is, narrowed(all, &|was| agree(was, *is)))).collect();
        // Nothing is matched to somebody's loss: a pair is sure only if neither side could be anything else.
        let mut unsure = Vec::new();
        for (was, some) in &ours {
            // One that is spoken for by another that agrees is no candidate.
            let open: Vec<usize> =
                some.iter().copied().filter(|is| theirs.get(is).is_some_and(|claims| claims.contains(was))).collect();
            match open.as_slice() {
                [] => {}
                [is] if theirs.get(is).is_some_and(|claims| claims.len() == 1) => self.take_if_free(*was, *is),
                _ => unsure.push((*was, open)),
            }
        }
        for (was, open) in unsure {
            let Some(thing) = old.get(was) else { continue };
            let could: Vec<&str> =
                open.iter().filter_map(|is| new.get(*is)).map(|thing| thing.called.as_str()).collect();
            problems.push(format!(
                "{} of the backup is not there by its id, and could be {}: say which by --match ID=ID, the backup's first",
                thing.called,
                could.join(" or "),
            ));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    fn thing(id: u128, name: &str, tie: &str) -> Thing<ConnectorId> {
        let names = if name.is_empty() { Vec::new() } else { name.split(' ').map(String::from).collect() };
        Thing {
            id: Some(ConnectorId::from_u128(id)),
            called: format!("{name}{id}"),
            rounds: vec![names],
            tie: Some(tie.into()),
        }
    }

    fn told(
        old: &[Thing<ConnectorId>],
        new: &[Thing<ConnectorId>],
        given: &[(u128, u128)],
    ) -> (Vec<Option<u128>>, usize) {
        let text = |id: u128| ConnectorId::from_u128(id).to_string();
        let given = given.iter().map(|(was, is)| (text(*was), text(*is))).collect();
        let mut problems = Vec::new();
        let found = matched(old, new, &given, &mut BTreeSet::new(), &mut problems);
        let number = |id: ConnectorId| u128::from_str_radix(&id.to_string().replace('-', ""), 16).unwrap();
        (found.into_iter().map(|id| id.map(number)).collect(), problems.len())
    }

    #[test]
    fn an_id_goes_before_a_name_and_a_name_is_never_guessed() {
        let old = [thing(1, "a", "x"), thing(2, "b", "x"), thing(3, "", "x")];
        // Names were exchanged; one that has no name is gone.
        assert_eq!(told(&old, &[thing(1, "b", ""), thing(2, "a", "")], &[]), (vec![Some(1), Some(2), None], 0));
        assert_eq!(told(&old, &[thing(8, "b", ""), thing(9, "a", "")], &[]), (vec![Some(9), Some(8), None], 0));
        // Two of one name on either side.
        assert_eq!(told(&old, &[thing(8, "a", ""), thing(9, "a", "")], &[]), (vec![None, None, None], 1));
        let twice = [thing(1, "a", "x"), thing(2, "a", "y")];
        assert_eq!(told(&twice, &[thing(9, "a", "z")], &[]), (vec![None, None], 2));
        // What tells them apart, decides.
        assert_eq!(told(&twice, &[thing(9, "a", "y")], &[]), (vec![None, Some(9)], 0));
        assert_eq!(told(&twice, &[thing(8, "a", "y"), thing(9, "a", "x")], &[]), (vec![Some(9), Some(8)], 0));
        // So does the caller.
        assert_eq!(told(&twice, &[thing(9, "a", "z")], &[(2, 9)]), (vec![None, Some(9)], 0));
        // Two names that lead to two things.
        assert_eq!(told(&[thing(1, "a b", "")], &[thing(8, "a", "q"), thing(9, "b", "q")], &[]), (vec![None], 1));
    }
}
