//! A folder of answers: which files there are, all pages of a list, and what an answer that is an error means.

extern crate alloc;

use alloc::collections::BTreeMap;
use core::cell::RefCell;
use std::{
    fs,
    path::{Path, PathBuf},
};

use connector_groups::{ApplicationId, ConnectorGroupId};

use super::{
    layout::Part,
    node::{Members, Node, Problem, Source},
    text,
};

/// A folder, whose listings are kept: one of them may hold a file for each of a hundred thousand applications.
pub(crate) struct Folder {
    root: PathBuf,
    /// Where the files are not written yet: each by its path.
    texts: Option<BTreeMap<PathBuf, String>>,
    listings: RefCell<BTreeMap<PathBuf, BTreeMap<String, PathBuf>>>,
}

/// What is told of one object.
pub(crate) enum Told {
    /// No file is about it.
    NoFile,
    /// A file says that there is none.
    Nothing,
    Object(Node),
}

/// An answer of Graph as it was kept.
enum Answer {
    /// A list, or a page of one, with the address of the next and the number of items on all pages.
    List { items: Vec<Node>, next: Option<Node>, is_page: bool, count: Option<(u64, Node)> },
    /// One object.
    One(Node),
    /// An error that says that there is nothing.
    Nothing,
}

impl Folder {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.into(), texts: None, listings: RefCell::default() }
    }

    /// Files that are not written yet, by their paths in the folder.
    #[cfg(feature = "export")]
    pub(crate) fn of_files(root: &Path, files: &BTreeMap<String, String>) -> Self {
        let mut listings: BTreeMap<PathBuf, BTreeMap<String, PathBuf>> = BTreeMap::new();
        let mut texts = BTreeMap::new();
        for (file, text) in files {
            let path = root.join(file);
            let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
            let parent = path.parent().unwrap_or(root).to_path_buf();
            listings.entry(parent).or_default().insert(name, path.clone());
            texts.insert(path, text.clone());
        }
        Self { root: root.into(), texts: Some(texts), listings: RefCell::new(listings) }
    }

    /// How messages call a file within the folder.
    pub(crate) fn shown(&self, file: &str) -> String {
        self.root.join(file).display().to_string()
    }

    /// The files and folders of a folder by their names in lower case; none where it is not there.
    fn listing(&self, folder: &Path) -> Result<BTreeMap<String, PathBuf>, Problem> {
        if let Some(listing) = self.listings.borrow().get(folder) {
            return Ok(listing.clone());
        }
        // Files that are not written yet are all listed from the start: another folder than theirs has none.
        let listing = if self.texts.is_some() { BTreeMap::new() } else { list(folder)? };
        self.listings.borrow_mut().insert(folder.into(), listing.clone());
        Ok(listing)
    }

    /// One file, if it is there.
    fn file(&self, folder: &str, name: &str) -> Result<Option<PathBuf>, Problem> {
        let folder = self.root.join(folder);
        let name = name.to_ascii_lowercase();
        // No copy of the listing for each of many files.
        if let Some(listing) = self.listings.borrow().get(&folder) {
            return Ok(listing.get(&name).cloned());
        }
        Ok(self.listing(&folder)?.get(&name).cloned())
    }

    /// The files of a folder that are named after ids, each with its id; a list of several pages by its first.
    pub(crate) fn named_after_ids(&self, folder: &str) -> Result<Vec<(PathBuf, ConnectorGroupId)>, Problem> {
        let listing = self.listing(&self.root.join(folder))?;
        let id = |(name, path): (String, PathBuf)| {
            let stem = name.strip_suffix(".json")?;
            Some((path, stem.strip_suffix(".1").unwrap_or(stem).parse().ok()?))
        };
        Ok(listing.into_iter().filter_map(id).collect())
    }

    /// The files of a folder whose names are no ids, so that nothing reads them.
    pub(crate) fn named_otherwise(&self, folder: &str) -> Result<Vec<PathBuf>, Problem> {
        let is_passed_over = |name: &str| name.strip_suffix(".json").is_some() && Part::of_file(folder, name).is_none();
        let listing = self.listing(&self.root.join(folder))?.into_iter();
        Ok(listing.filter(|(name, path)| is_passed_over(name) && !path.is_dir()).map(|(_, path)| path).collect())
    }

    /// All files that are no answers, or are errors that say nothing of what was asked.
    pub(crate) fn broken(&self) -> Vec<Problem> {
        let mut broken = Vec::new();
        for folder in Part::FOLDERS {
            for (name, path) in self.listing(&self.root.join(folder)).unwrap_or_default() {
                let Some(part) = Part::of_file(folder, &name) else { continue };
                broken.extend(self.node(&path).and_then(|node| answer(part, &node)).err());
            }
        }
        broken
    }

    pub(crate) fn read(path: &Path) -> Result<Node, Problem> {
        Node::of_source(text::read(path, path.display().to_string())?)
    }

    fn node(&self, path: &Path) -> Result<Node, Problem> {
        match self.texts.as_ref().and_then(|texts| texts.get(path)) {
            Some(text) => Node::of_source(Source { name: path.display().to_string(), text: text.clone() }),
            None => Self::read(path),
        }
    }

    /// What a file of the folder's own says; `None` where it is not there.
    pub(crate) fn own(&self, name: &str) -> Result<Option<Node>, Problem> {
        self.file("", name)?.map(|path| self.node(&path)).transpose()
    }

    /// All items of a list; `None` where no file tells them.
    pub(crate) fn list(&self, part: Part) -> Result<Option<Vec<Node>>, Problem> {
        let pages = self.pages(part)?;
        if pages.is_empty() {
            return self.exported(part);
        }
        let mut all = Vec::new();
        let (mut expected, mut counted): (Option<Node>, _) = (None, None);
        // The number of the last file, not of the last page that is linked: a file behind a gap must be found out.
        let last = pages.last().map_or(0, |(number, _)| *number);
        for (at, (number, path)) in (1..).zip(&pages) {
            // A page that is missing would look like things that are not there, which is the one mistake that an import
            // must not make.
            if at != *number {
                return Err(self.missing_page(part, at, expected.as_ref()));
            }
            match answer(part, &self.node(path)?)? {
                Answer::List { items, next, is_page, count } => {
                    all.extend(items);
                    // The first page has the number of all items, and so has each other one.
                    counted = counted.or(count);
                    if let Some(next) = &next
                        && at == last
                    {
                        return Err(self.missing_page(part, at.saturating_add(1), Some(next)));
                    }
                    // A page that says that it is the last, and a file after it: one of them is of another run.
                    if next.is_none() && is_page && at < last {
                        let file = self.shown(&part.file(at.saturating_add(1)));
                        let message = format!(
                            "is the last page, as it has no @odata.nextLink, but {file} is there too: one of them is older"
                        );
                        return Err(Problem::of_file(path.display().to_string(), message));
                    }
                    expected = next;
                }
                Answer::One(node) => all.push(node),
                Answer::Nothing => {}
            }
        }
        match counted {
            Some((counted, node)) if counted > u64::try_from(all.len()).unwrap_or(u64::MAX) => {
                let message = format!("{counted} items are counted, and {} are here: {}", all.len(), part.advice());
                Err(node.problem(message))
            }
            _ => Ok(Some(all)),
        }
    }

    fn missing_page(&self, part: Part, page: usize, next: Option<&Node>) -> Problem {
        let file = part.file(page);
        let address = next.and_then(|node| node.text().ok());
        let message = match &address {
            Some(address) => format!("page {page} is missing; GET {address} and keep the answer as {file}"),
            None => format!("page {page} is missing, and the page before it does not tell its address"),
        };
        next.map_or_else(|| Problem::of_file(self.shown(&file), message.clone()), |next| next.problem(message.clone()))
    }

    /// The pages of a list by their numbers: `NAME.json` (or `NAME.1.json`), `NAME.2.json` and so on.
    fn pages(&self, part: Part) -> Result<Vec<(usize, PathBuf)>, Problem> {
        let stem = part.stem();
        let numbered = |page: usize| self.file(part.folder(), &format!("{stem}.{page}.json"));
        let (plain, first) = (self.file(part.folder(), &format!("{stem}.json"))?, numbered(1)?);
        if let (Some(plain), Some(first)) = (&plain, &first) {
            let message = format!(
                "is there beside {}, and each of them is a first page: count the pages from 1, or take the older one away",
                plain.display()
            );
            return Err(Problem::of_file(first.display().to_string(), message));
        }
        let Some(first) = plain.or(first) else {
            // A second page without a first is a gap too.
            let second = numbered(2)?;
            return Ok(second.map(|path| (2, path)).into_iter().collect());
        };
        if numbered(2)?.is_none() && !part.folder().is_empty() {
            // Thousands of lists have one page: no visit to the whole listing for each of them. A third page shows a gap. A
            // wider gap is shown by the first page's link to the second one.
            let third = numbered(3)?;
            return Ok([(1, first)].into_iter().chain(third.map(|path| (3, path))).collect());
        }
        let start = format!("{}.", stem.to_ascii_lowercase());
        let mut pages = vec![(1, first)];
        for (name, path) in self.listing(&self.root.join(part.folder()))? {
            let number = name.strip_prefix(&start).and_then(|rest| rest.strip_suffix(".json")?.parse().ok());
            pages.extend(number.filter(|number| *number > 1).map(|number| (number, path)));
        }
        pages.sort();
        Ok(pages)
    }

    /// The objects that `EntraExporter` keeps in a folder each.
    fn exported(&self, part: Part) -> Result<Option<Vec<Node>>, Problem> {
        let Some(folders) = part.exporter_folders() else { return Ok(None) };
        let mut folder = self.root.clone();
        for name in &folders {
            match self.listing(&folder)?.get(&name.to_ascii_lowercase()) {
                Some(path) if path.is_dir() => folder.clone_from(path),
                _ => return Ok(None),
            }
        }
        let mut all = Vec::new();
        // One object alone is a file in the folder: `Organization/Organization.json`.
        if let Part::Organization = part
            && let Some(object) = self.listing(&folder)?.get("organization.json")
        {
            return Ok(Some(Self::read(object)?.items_or_one()?));
        }
        // Only folders: `applications` holds lists of our own layout too. No object at all is no list, as the exporter writes
        // nothing for an empty one.
        for (name, path) in self.listing(&folder)?.into_iter().filter(|(_, path)| path.is_dir()) {
            match list(&path)?.get(&format!("{name}.json")) {
                Some(object) => all.extend(Self::read(object)?.items_or_one()?),
                // A run that broke off leaves the folder, and what is in it would be of nothing.
                None if name.parse::<ConnectorGroupId>().is_ok() => {
                    let file = path.join(format!("{name}.json"));
                    return Err(Problem::of_file(
                        file.display().to_string(),
                        "is not there, and its folder is: export again",
                    ));
                }
                None => {}
            }
        }
        Ok((!all.is_empty()).then_some(all))
    }

    /// What is told of one object. No file is another thing than a file that says that there is none.
    pub(crate) fn one(&self, part: Part) -> Result<Told, Problem> {
        let Some(path) = self.file(part.folder(), &format!("{}.json", part.stem()))? else { return Ok(Told::NoFile) };
        match answer(part, &self.node(&path)?)? {
            Answer::One(node) => Ok(Told::Object(node)),
            Answer::Nothing => Ok(Told::Nothing),
            // Scripts keep one object as a list of one.
            Answer::List { mut items, .. } => match (items.pop(), items.is_empty()) {
                (Some(node), true) => Ok(Told::Object(node)),
                (None, _) => Ok(Told::Nothing),
                (Some(node), false) => Err(node.problem("one object was expected here, not a list of several")),
            },
        }
    }
}

fn list(folder: &Path) -> Result<BTreeMap<String, PathBuf>, Problem> {
    let unreadable =
        |error: std::io::Error| Problem::of_file(folder.display().to_string(), format!("cannot be read: {error}"));
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
            return Err(Problem::of_file(
                folder.display().to_string(),
                "is no folder; unpack an archive, and name the folder",
            ));
        }
        Err(error) => return Err(unreadable(error)),
    };
    let mut listing = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        // In lower case: a folder may have been written on a system that does not tell cases apart, and is read on one
        // that does.
        let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        listing.insert(name, path);
    }
    Ok(listing)
}

fn answer(part: Part, node: &Node) -> Result<Answer, Problem> {
    if node.is_list() {
        let items = node.items()?;
        check_items(part, &items)?;
        return Ok(Answer::List { items, next: None, is_page: false, count: None });
    }
    let members = node.members()?;
    if let Some(context) = members.get("@odata.context")
        && let Some(other) = other_subject(part, &context.text()?)
    {
        return Err(context.problem(part.of_another(&other)));
    }
    if let Some(error) = members.get("error") {
        return meaning(part, error);
    }
    match members.get("value") {
        Some(value) => {
            let next = members.iter().find(|(name, node)| is_next_link(name) && !node.is_null());
            let next = next.map(|(_, node)| node.clone());
            let count = members.get("@odata.count");
            let count = count.map(|node| Ok((node.value()?.as_u64().unwrap_or_default(), node.clone()))).transpose()?;
            // Without any annotation somebody has written the list by hand or by script; then nothing is known about
            // further pages.
            let is_page = members.iter().any(|(name, _)| name.starts_with("@odata."));
            let items = value.items_or_one()?;
            check_items(part, &items)?;
            Ok(Answer::List { items, next, is_page, count })
        }
        None if is_object_of_graph(part, &members) => {
            check_items(part, core::slice::from_ref(node))?;
            Ok(Answer::One(node.clone()))
        }
        None => Err(node.problem("is neither a list (`value`), nor an object with an `id`, nor an error")),
    }
}

/// Whether a name is that of the address of the next page, as Graph or a tool spells it.
fn is_next_link(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    ["odatanextlink", "nextlink"].iter().any(|spelled| letters.eq_ignore_ascii_case(spelled))
}

/// Refuses things of another kind than the file is for: each has an `id`, so that any would be taken for any other.
fn check_items(part: Part, items: &[Node]) -> Result<(), Problem> {
    let (group, application) = ("connectorGroupType", "appId");
    let (others, what) = match part {
        Part::Connectors | Part::Members(_) => ([group, application], "connectors"),
        Part::Applications | Part::Assigned(_) => ([group, "machineName"], "applications"),
        Part::ConnectorGroups | Part::GroupOf(_) => ([application, "machineName"], "connector groups"),
        _ => return Ok(()),
    };
    for item in items.iter().filter(|item| item.is_object()) {
        let members = item.members()?;
        if members.get("id").is_none() && members.get("value").is_some_and(Node::is_list) {
            return Err(item.problem("is a page within a list: put what is in the `value` of each page into one list"));
        }
        if let Some(other) = others.iter().find(|other| members.get(other).is_some()) {
            return Err(item.problem(format!("has `{other}`, and {what} belong here: {}", part.advice())));
        }
    }
    Ok(())
}

/// The thing that an answer says it is about, in `…#applications('ID')/connectorGroup`, where that is not the one that its file
/// is named after.
fn other_subject(part: Part, context: &str) -> Option<String> {
    let is_named_after_id = !part.folder().is_empty();
    let named = context.split("('").skip(1).filter_map(|rest| rest.split_once("')"));
    let ids: Vec<_> = named.filter_map(|(id, _)| id.parse::<ApplicationId>().ok()).map(|id| id.to_string()).collect();
    let other = ids.first().filter(|_| is_named_after_id && !ids.contains(&part.stem()));
    other.cloned()
}

fn is_object_of_graph(part: Part, members: &Members) -> bool {
    // The publishing alone, as the sub-path answers it, has no id.
    members.get("id").is_some() || matches!(part, Part::Publishing(_))
}

/// What a kept error says about what was asked. Only an error that means "there is none" may stand for an empty list: the
/// service answers so for groups without members and without applications, and for applications that are not published.
fn meaning(part: Part, error: &Node) -> Result<Answer, Problem> {
    let members = error.members()?;
    let code = members.required("code")?.text()?;
    let message = members.get("message").map(Node::text).transpose()?.unwrap_or_default();
    let told = |advice: &str| error.problem(format!("the answer is an error, {code}: {message}; {advice}"));
    let fold = code.to_ascii_lowercase();
    // What the service answers where there is none, and what others have kept of it. Not `Request_ResourceNotFound`.
    let none: &[&str] = match part {
        Part::Members(_) => &["connectorgroup_notfound"],
        Part::Assigned(_) => &["applicationsforgroup_notfound", "application_notfound"],
        Part::GroupOf(_) => &["application_notfound", "connectorgroup_notfound", "onpremisespublishing_notenabled"],
        Part::Publishing(_) => &["application_notfound", "onpremisespublishing_notenabled"],
        Part::Segments(_) => &["onpremisespublishing_notenabled"],
        _ => &[],
    };
    let again = format!("fetch it again: {}", part.advice());
    match part {
        _ if none.contains(&&*fold) => Ok(Answer::Nothing),
        _ if fold == "onpremisespublishing_notenabled" => {
            Err(told("the tenant has no application proxy: no connector was ever registered"))
        }
        _ if fold.contains("notfound") || fold == "404" => {
            Err(told("it was deleted while the export ran; export again"))
        }
        // By words that the codes of several services have in common, as what to do is the same for all of them.
        _ if fold.contains("denied")
            || fold.contains("forbidden")
            || fold.contains("authenti")
            || fold.contains("unauthorized") =>
        {
            Err(told("the token may not read it: Directory.ReadWrite.All is needed"))
        }
        _ => Err(told(&again)),
    }
}
