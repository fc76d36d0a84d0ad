//! The applications, those that are published each in its group.

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};

use connector_groups::{
    ApplicationId, ConnectorGroupId,
    document::ApplicationDocument,
    model::{ApplicationProperties, OnPremisesPublishing},
};
use serde_json::{Map, Value};

use super::{
    findings::{Findings, Level},
    folder::Told,
    layout::Part,
    lists::{Lists, Places, Reading, put},
    node::{Node, Place, Problem, Problems},
    principals::{self, Principals},
    publishing, segments,
    things::{Application, contradicts, modelled},
};

/// An application as a document has it, and how well it is known.
pub(super) struct PlacedApplication {
    pub(super) document: ApplicationDocument,
    /// Where a file tells of it. Not its line: to count lines for each of many costs the square of the file.
    pub(super) node: Node,
    pub(super) is_publishing_unknown: bool,
    /// Whether a file tells its segments.
    pub(super) are_segments_told: bool,
    /// The values that the segments of the document were read from, in their order.
    pub(super) segments: Vec<Value>,
    /// Segments that the engine cannot hold, as they came.
    pub(super) segments_beside: Vec<Value>,
    pub(super) rest: Map<String, Value>,
    /// What the service principal says and the engine does not hold.
    pub(super) principal_rest: Map<String, Value>,
}

/// What is told of an application's group.
enum GroupOf {
    NoFile,
    NotPublished,
    In(ConnectorGroupId, Node),
}

impl Reading<'_> {
    pub(super) fn applications(&self, findings: &mut Findings) -> Result<Vec<PlacedApplication>, Problems> {
        let listed = self.folder.list(Part::Applications)?;
        let has_list = listed.is_some();
        let mut all: Vec<Application> = Vec::new();
        let mut known: BTreeMap<ApplicationId, usize> = BTreeMap::new();
        let mut places: Places<ApplicationId> = Places::new();
        for node in listed.unwrap_or_default() {
            add(&mut all, &mut known, Application::read(node, findings)?)?;
        }
        // What each application's own answer tells; where all have one, no group's list is needed.
        let mut answered = 0_usize;
        for application in &all {
            let told = self.group_of(application)?;
            answered = answered.saturating_add(usize::from(!matches!(told, GroupOf::NoFile)));
            if let GroupOf::In(group, node) = told {
                put(&mut places, application.id, group, &node, "application", "assigned to")?;
            }
        }
        self.check_unlisted(Part::ASSIGNED)?;
        let is_told_by_applications = has_list && answered == all.len();
        let mut problems = Vec::new();
        let (mut whole, mut lists) = (BTreeSet::new(), Lists::new());
        for group in self.ours() {
            let part = Part::Assigned(group.id);
            match self.told(group, part, group.applications.as_ref())? {
                Some(nodes) => {
                    let list = lists.entry(group.id).or_default();
                    for node in nodes {
                        let application = Application::read(node, findings)?;
                        list.insert(application.id);
                        if let Some(other) = application.connector_group {
                            put(&mut places, application.id, other, &application.node, "application", "assigned to")?;
                        }
                        put(&mut places, application.id, group.id, &application.node, "application", "assigned to")?;
                        whole.insert(application.id);
                        add(&mut all, &mut known, application)?;
                    }
                }
                None if is_told_by_applications => {}
                None if self.assume.covers(group) => self.assumed(part, group, "applications", findings),
                None if self.assume.is_lenient => _ = self.untold.borrow_mut().assigned.insert(group.id),
                None => problems.push(self.missing(part, group, "applications")),
            }
        }
        problems.extend(self.missing_from(lists, &places, "application"));
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let in_part = all.iter().map(|application| application.id).filter(|id| !whole.contains(id));
        self.untold.borrow_mut().in_part = in_part.collect();
        if !has_list {
            self.untold.borrow_mut().no_applications = true;
            let message =
                format!("only applications that are assigned to a group are known. {}", Part::Applications.advice());
            findings.add(
                Level::Note,
                "no-list",
                || Place::whole(self.folder.shown(&Part::Applications.file(1))),
                message,
            );
        }
        self.tell_passed_over(&all, findings)?;
        let principals = principals::of(self.folder, &all, findings)?;
        self.untold.borrow_mut().no_principals = principals.is_none();
        let mut principals = principals.unwrap_or_default();
        all.into_iter()
            .map(|application| {
                self.placed_application(application, &places, &mut principals, findings).map_err(Problems::from)
            })
            .collect()
    }

    /// Files that nothing reads, as they are named after something else than the id of a group or an application.
    fn tell_passed_over(&self, all: &[Application], findings: &mut Findings) -> Result<(), Problems> {
        let ids: BTreeSet<_> = all.iter().map(|application| application.id.as_u128()).collect();
        let by_app_id = |one: &Application| Some((one.app_id?.as_u128(), one.id));
        let app_ids: BTreeMap<_, _> = all.iter().filter_map(by_app_id).collect();
        let mut problems = Vec::new();
        for folder in Part::FOLDERS.into_iter().filter(|folder| !folder.is_empty()) {
            let is_of_groups = [Part::MEMBERS, Part::ASSIGNED].contains(&folder);
            let what = if is_of_groups { "connector groups" } else { "applications" };
            for file in self.folder.named_otherwise(folder)? {
                let message = format!("is passed over: files here are named after the ids of {what}");
                findings.add(Level::Warning, "passed-over", || Place::whole(file.display().to_string()), message);
            }
            for (file, id) in self.folder.named_after_ids(folder)?.into_iter().filter(|_| !is_of_groups) {
                let (id, file) = (id.as_u128(), file.display().to_string());
                if ids.contains(&id) {
                    continue;
                }
                if let Some(own) = app_ids.get(&id) {
                    let message = format!("is named after an `appId`: name it after the id, {own}");
                    problems.push(Problem::of_file(file, message));
                } else {
                    let message = String::from("is passed over: no other file tells of this application");
                    findings.add(Level::Warning, "passed-over", || Place::whole(file), message);
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
    }

    /// The group that an application's own answer tells.
    fn group_of(&self, application: &Application) -> Result<GroupOf, Problem> {
        if let Some(group) = application.connector_group {
            return Ok(GroupOf::In(group, application.node.clone()));
        }
        Ok(match self.folder.one(Part::GroupOf(application.id))? {
            Told::NoFile => GroupOf::NoFile,
            Told::Nothing => GroupOf::NotPublished,
            Told::Object(node) => GroupOf::In(node.members()?.required("id")?.parsed()?, node),
        })
    }

    fn placed_application(
        &self,
        application: Application,
        places: &Places<ApplicationId>,
        principals: &mut Principals,
        findings: &mut Findings,
    ) -> Result<PlacedApplication, Problem> {
        let Application { id, app_id, display_name, connector_group: _, publishing: given, mut rest, node } =
            application;
        let app_id = app_id.ok_or_else(|| node.problem(format!("application {id} has no `appId` in any file")))?;
        let mut connector_group = places.get(&id).map(|(group, _)| *group);
        // First what stands in the application itself. An object of PowerShell tells nothing where nothing was selected, and
        // then there may be a file of the publishing alone.
        let told = match &given {
            Some(node) => publishing::read(id, node, findings)?,
            None => None,
        };
        let own = self.publishing_of(id, findings)?;
        if let (Some(_), Some((_, own)), Some(given)) = (&told, &own, &given)
            && contradicts(&given.value()?, &own.value()?)
        {
            return Err(own.problem(format!(
                "the publishing of application {id} is another one here than at {}: it changed while the files were fetched; fetch \
                 both again",
                given.place()
            )));
        }
        let told = told.or(own.map(|(told, _)| told));
        if connector_group.is_none() && told.is_some() && self.assume.is_lenient {
            self.untold.borrow_mut().applications.insert(id);
            connector_group = Some(self.default_group());
        }
        if connector_group.is_none() && told.is_some() {
            let part = Part::GroupOf(id);
            let message =
                format!("application {id} is published, and no file tells its connector group. {}", part.advice());
            return Err(Problem::of_file(self.folder.shown(&part.file(1)), message));
        }
        // In a group and without publishing: it is published, but nobody knows how. That is not the same as defaults.
        let is_publishing_unknown = connector_group.is_some() && told.is_none();
        let mut publishing = OnPremisesPublishing::default();
        if let Some(told) = told {
            publishing = told.publishing;
            if !told.rest.is_empty() {
                rest.insert("onPremisesPublishing".into(), Value::Object(told.rest));
            }
        }
        let nodes = self.folder.list(Part::Segments(id))?;
        let are_segments_told = nodes.is_some();
        let (mut application_segments, mut segments, mut segments_beside) = (Vec::new(), Vec::new(), Vec::new());
        for told in segments::read(&id.to_string(), &nodes.unwrap_or_default(), findings)? {
            match told {
                segments::Told::Held(segment, value) => {
                    application_segments.push(segment);
                    segments.push(value);
                }
                segments::Told::Beside(value) => segments_beside.push(value),
            }
        }
        // Taken out, not copied: no second application has this `appId` (I4).
        let (service_principal, principal_rest) = principals.remove(&app_id).unzip();
        // Where the publishing is unknown these are the defaults, as a document has one or none.
        let on_premises_publishing = connector_group.map(|_| Box::new(publishing));
        if display_name.as_ref().is_none_or(String::is_empty) {
            let message = format!("no file tells the displayName of application {id}");
            findings.add(Level::Warning, "no-name", || node.place(), message);
        }
        let display_name = display_name.unwrap_or_default().into();
        let properties: ApplicationProperties = modelled(&mut rest);
        let document = ApplicationDocument {
            id,
            app_id,
            display_name,
            properties,
            service_principal,
            application_segments,
            on_premises_publishing,
            connector_group,
        };
        Ok(PlacedApplication {
            document,
            node,
            is_publishing_unknown,
            are_segments_told,
            segments,
            segments_beside,
            rest,
            principal_rest: principal_rest.unwrap_or_default(),
        })
    }

    /// The publishing that a file of its own tells: within the application, or as the sub-path answers it.
    fn publishing_of(
        &self,
        id: ApplicationId,
        findings: &mut Findings,
    ) -> Result<Option<(publishing::Told, Node)>, Problem> {
        let part = Part::Publishing(id);
        let Told::Object(node) = self.folder.one(part)? else { return Ok(None) };
        let members = node.members()?;
        if let Some(own) = members.get("id")
            && own.parsed::<ApplicationId>()? != id
        {
            return Err(own.problem(part.of_another(&own.text()?)));
        }
        let inner = members.present("onPremisesPublishing").cloned();
        if inner.as_ref().is_some_and(Node::is_null) {
            return Ok(None);
        }
        let is_within = inner.is_some();
        let node = inner.unwrap_or(node);
        let told = publishing::read(id, &node, findings)?;
        if told.is_none() && !is_within {
            let message = format!("this tells nothing of publishing, so that it is unknown: {}", part.advice());
            findings.add(Level::Warning, "unknown-publishing", || node.place(), message);
        }
        Ok(told.map(|told| (told, node)))
    }
}

fn add(
    all: &mut Vec<Application>,
    known: &mut BTreeMap<ApplicationId, usize>,
    application: Application,
) -> Result<(), Problem> {
    let at = known.get(&application.id).and_then(|at| all.get_mut(*at));
    if let Some(present) = at {
        return present.merge(application);
    }
    known.insert(application.id, all.len());
    all.push(application);
    Ok(())
}
