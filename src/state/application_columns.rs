//! Columns of applications: narrow ones that bulk commands read, and wide ones that they leave alone.

use alloc::{collections::BTreeSet, sync::Arc, vec::Vec};
use core::ops::Range;

use super::attachment_columns::Attachments;
use crate::{
    columns::{Exactly, Filling, HashSeed, Index, Pages, Slot, SlotMap, Texts, UnionFind},
    ids::{AppId, ApplicationId, ConnectorGroupId},
    model::{application::Application, publishing::OnPremisesPublishing, url::is_wildcard},
};

type Urls = Pages<Option<Arc<str>>, 64>;

#[derive(Debug, Clone, Default)]
pub(super) struct Applications {
    pub(super) by_id: SlotMap<ApplicationId>,
    app_ids: Pages<AppId, 256>,
    by_app_id: Index,
    pub(super) groups: UnionFind,
    display_names: Texts,
    internal_urls: Urls,
    by_internal_url: Index,
    external_urls: Urls,
    by_external_url: Index,
    /// Applications with a wildcard as external URL. They are few, and each move of a whole group asks for
    /// them.
    wildcards: Arc<BTreeSet<Slot>>,
    /// Publishing without the two URLs; `None` if all properties have their defaults.
    settings: Pages<Option<Arc<OnPremisesPublishing>>, 64>,
    /// What few have.
    pub(super) attachments: Attachments,
    /// Those defaults, which have texts that are not to be made anew for each comparison. The tenants of a directory have
    /// them in common.
    pub(super) defaults: Arc<OnPremisesPublishing>,
}

/// A publishing as it is stored: both URLs, and the rest only if it differs from the defaults.
#[derive(Default)]
struct Kept {
    internal_url: Option<Arc<str>>,
    external_url: Option<Arc<str>>,
    settings: Option<Arc<OnPremisesPublishing>>,
}

impl Kept {
    fn of(publishing: Option<OnPremisesPublishing>, defaults: &OnPremisesPublishing) -> Self {
        let Some(mut settings) = publishing else { return Self::default() };
        let (internal_url, external_url) = (settings.internal_url.take(), settings.external_url.take());
        // Most applications set nothing but their URLs, and then store no settings at all.
        let settings = (settings != *defaults).then(|| Arc::new(settings));
        Self { internal_url, external_url, settings }
    }
}

impl Applications {
    pub(super) fn new(seed: HashSeed) -> Self {
        Self {
            by_id: SlotMap::new(seed),
            by_app_id: Index::new(seed),
            by_internal_url: Index::new(seed),
            by_external_url: Index::new(seed),
            attachments: Attachments::new(seed),
            ..Self::default()
        }
    }

    pub(super) fn app_id(&self, slot: Slot) -> AppId {
        debug_assert!(slot.index() < self.app_ids.len(), "{slot:?} is no application");
        self.app_ids.get(slot.index()).copied().unwrap_or_default()
    }

    pub(super) fn group(&self, slot: Slot) -> Option<Slot> {
        self.groups.find(slot)
    }

    /// Sets the group, and answers with the former one.
    pub(super) fn set_group(&mut self, slot: Slot, group: Option<Slot>) -> Option<Slot> {
        self.groups.assign(slot, group)
    }

    pub(super) fn display_name(&self, slot: Slot) -> &str {
        self.display_names.get(slot)
    }

    pub(super) fn set_display_name(&mut self, slot: Slot, display_name: &str) {
        self.display_names.set(slot, display_name);
    }

    fn hash(&self, app_id: AppId) -> u64 {
        self.by_app_id.seed().hash_bits(app_id.as_u128())
    }

    pub(super) fn by_app_id(&self, app_id: AppId) -> Option<Slot> {
        self.by_app_id.find(self.hash(app_id), |slot| self.app_id(slot) == app_id)
    }

    pub(super) fn by_internal_url(&self, url: &str) -> Option<Slot> {
        by_url(&self.internal_urls, &self.by_internal_url, url)
    }

    pub(super) fn by_external_url(&self, url: &str) -> Option<Slot> {
        by_url(&self.external_urls, &self.by_external_url, url)
    }

    pub(super) fn internal_url(&self, slot: Slot) -> Option<&Arc<str>> {
        url(&self.internal_urls, slot.index())
    }

    pub(super) fn external_url(&self, slot: Slot) -> Option<&Arc<str>> {
        url(&self.external_urls, slot.index())
    }

    /// Applications with a wildcard as external URL, in creation order.
    pub(super) fn wildcards(&self) -> impl Iterator<Item = Slot> + '_ {
        let late = self.by_id.late_behind(None).filter(|slot| self.wildcards.contains(slot));
        self.by_id.in_order(self.wildcards.iter().copied(), |slot| *slot, late)
    }

    /// The applications that are in these groups, in creation order. The groups must be sorted by slot.
    pub(super) fn members_of(&self, groups: &[Slot]) -> impl Iterator<Item = Slot> + use<'_> {
        let members = self.groups.members_of(groups);
        let late: Vec<Slot> = self.by_id.late_behind(None).filter(|slot| members.contains(*slot)).collect();
        self.by_id.in_order(members.into_slots(), |slot| *slot, late.into_iter())
    }

    /// The publishing of an application. Meaningless while it is not published.
    pub(super) fn publishing(&self, slot: Slot) -> OnPremisesPublishing {
        let settings = self.settings.get(slot.index()).and_then(Option::as_ref).unwrap_or(&self.defaults);
        OnPremisesPublishing {
            internal_url: self.internal_urls.get(slot.index()).cloned().flatten(),
            external_url: self.external_urls.get(slot.index()).cloned().flatten(),
            ..OnPremisesPublishing::clone(settings)
        }
    }

    /// Whether an application here and one there have equal publishing. Meaningless while they are not
    /// published.
    pub(super) fn is_published_alike(&self, slot: Slot, other: &Self, there: Slot) -> bool {
        let (here, there) = (slot.index(), there.index());
        // Stored forms are compared, as nothing else is unique for a value: `None` always means the
        // defaults.
        self.settings.get(here).and_then(Option::as_ref) == other.settings.get(there).and_then(Option::as_ref)
            && url(&self.internal_urls, here) == url(&other.internal_urls, there)
            && url(&self.external_urls, here) == url(&other.external_urls, there)
    }

    /// The slots on all pages that are not shared with `other`. Leaves out the slot map and the union-find,
    /// which are compared by themselves.
    pub(super) fn unshared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = Range<usize>> + 'a {
        let urls = self.internal_urls.unshared(&other.internal_urls);
        let urls = urls.chain(self.external_urls.unshared(&other.external_urls));
        let names = self.display_names.unshared(&other.display_names);
        let settings = self.settings.unshared(&other.settings);
        let attachments = self.attachments.unshared(&other.attachments);
        self.app_ids.unshared(&other.app_ids).chain(names).chain(urls).chain(settings).chain(attachments)
    }

    pub(super) fn set_publishing(&mut self, slot: Slot, publishing: Option<&OnPremisesPublishing>) {
        let Kept { internal_url, external_url, settings } = Kept::of(publishing.cloned(), &self.defaults);
        // Looked up before it is changed, because `make_mut` copies the whole set while a snapshot shares
        // it.
        if self.wildcards.contains(&slot) != external_url.as_deref().is_some_and(is_wildcard) {
            let wildcards = Arc::make_mut(&mut self.wildcards);
            // Exactly one of the two holds here: it no longer is a wildcard, or it became one.
            if !wildcards.remove(&slot) {
                wildcards.insert(slot);
            }
        }
        set_url(&mut self.internal_urls, &mut self.by_internal_url, slot, internal_url);
        set_url(&mut self.external_urls, &mut self.by_external_url, slot, external_url);
        // Writing an equal value would allocate a page, or copy a shared one, for nothing.
        if self.settings.get(slot.index()).and_then(Option::as_ref) != settings.as_ref() {
            self.settings.set(slot.index(), settings);
        }
    }

    /// Builds the columns of many applications at once, in order, each index with room for all.
    pub(super) fn of(
        seed: HashSeed,
        defaults: Arc<OnPremisesPublishing>,
        applications: impl Iterator<Item = Application>,
        group: impl Fn(ConnectorGroupId) -> Option<Slot>,
    ) -> Self {
        // Wide columns become pages as they are filled. Collected into lists first, they would be written twice, and a large
        // tenant would need the memory of both.
        let (mut ids, mut groups, mut display_names) = (Vec::new(), Vec::new(), Vec::new());
        let (mut app_ids, mut settings) = (Filling::default(), Filling::default());
        let (mut internal_urls, mut external_urls) = (Filling::default(), Filling::default());
        let (mut attachments, mut wildcards) = (Attachments::new(seed), BTreeSet::new());
        for (slot, application) in (0..).map(Slot::at).zip(applications) {
            attachments.lengthen_to(slot.index().saturating_add(1));
            attachments.fill(slot, &application);
            let Application { id, app_id, display_name, properties: _, service_principal: _, publication } =
                application;
            ids.push(id);
            app_ids.push(app_id);
            display_names.push(display_name);
            groups.push(publication.as_ref().and_then(|publication| group(publication.connector_group)));
            let publishing = publication.map(|publication| *publication.on_premises_publishing);
            let kept = Kept::of(publishing, &defaults);
            if kept.external_url.as_deref().is_some_and(is_wildcard) {
                wildcards.insert(slot);
            }
            internal_urls.push(kept.internal_url);
            external_urls.push(kept.external_url);
            settings.push(kept.settings);
        }
        let (app_ids, internal_urls, external_urls) =
            (app_ids.finish(), internal_urls.finish(), external_urls.finish());
        let app_id_hashes = app_ids.iter().map(|app_id: AppId| seed.hash_bits(app_id.as_u128()));
        let app_id_hashes = app_id_hashes.zip((0..).map(Slot::at));
        Self {
            by_id: SlotMap::of(seed, &ids),
            by_app_id: Index::of(seed, Exactly::new(app_id_hashes, ids.len())),
            groups: UnionFind::of(&groups),
            by_internal_url: index_of_urls(seed, &internal_urls),
            by_external_url: index_of_urls(seed, &external_urls),
            wildcards: Arc::new(wildcards),
            app_ids,
            display_names: Texts::of(&display_names),
            internal_urls,
            external_urls,
            settings: settings.finish(),
            attachments,
            defaults,
        }
    }

    pub(super) fn push(&mut self, application: &Application, group: Option<Slot>) {
        let slot = self.by_id.push(application.id);
        self.fill(slot, application, group);
    }

    fn push_columns(&mut self) {
        let len = self.app_ids.len().saturating_add(1);
        self.app_ids.lengthen_to(len);
        self.groups.lengthen_to(len);
        self.display_names.lengthen_to(len);
        self.internal_urls.lengthen_to(len);
        self.external_urls.lengthen_to(len);
        self.settings.lengthen_to(len);
        self.attachments.lengthen_to(len);
    }

    /// Restores a deleted application at its place.
    pub(super) fn restore(&mut self, place: usize, application: &Application, group: Option<Slot>) {
        let slot = self.by_id.restore(place, application.id);
        self.fill(slot, application, group);
    }

    fn fill(&mut self, slot: Slot, application: &Application, group: Option<Slot>) {
        // A new slot at the end needs an entry in each column. A revived vacancy has its entries already.
        if slot.index() == self.app_ids.len() {
            self.push_columns();
        }
        self.app_ids.set(slot.index(), application.app_id);
        self.by_app_id.insert(self.hash(application.app_id), slot);
        self.set_display_name(slot, &application.display_name);
        self.set_group(slot, group);
        self.set_publishing(
            slot,
            application.publication.as_ref().map(|publication| &*publication.on_premises_publishing),
        );
        self.attachments.fill(slot, application);
    }

    pub(super) fn remove(&mut self, slot: Slot) {
        // From the inside out: each index entry is removed while its column still has the key, and the slot
        // dies last. The `appId` stays in its column, where no index leads to it any more.
        self.by_app_id.remove(self.hash(self.app_id(slot)), slot);
        self.attachments.clear(slot);
        self.set_publishing(slot, None);
        self.set_group(slot, None);
        self.display_names.set(slot, "");
        self.by_id.remove(slot);
    }
}

fn index_of_urls(seed: HashSeed, urls: &Urls) -> Index {
    let entries = || (0..urls.len()).filter_map(|index| Some((url(urls, index)?, Slot::at(index))));
    let hashed = entries().map(|(url, slot)| (seed.hash_ignoring_ascii_case(url), slot));
    // Counted before, because the index is sized by the number of entries, which a filter does not know.
    Index::of(seed, Exactly::new(hashed, entries().count()))
}

fn url(urls: &Urls, index: usize) -> Option<&Arc<str>> {
    urls.get(index)?.as_ref()
}

fn url_at(urls: &Urls, slot: Slot) -> &str {
    url(urls, slot.index()).map(AsRef::as_ref).unwrap_or_default()
}

fn by_url(urls: &Urls, index: &Index, url: &str) -> Option<Slot> {
    index.find(index.seed().hash_ignoring_ascii_case(url), |slot| url_at(urls, slot).eq_ignore_ascii_case(url))
}

fn set_url(urls: &mut Urls, index: &mut Index, slot: Slot, url: Option<Arc<str>>) {
    let former = urls.get(slot.index()).cloned().flatten();
    // An equal URL is not written again: that would copy a shared page and touch the index twice.
    if former == url {
        return;
    }
    if let Some(former) = former {
        index.remove(index.seed().hash_ignoring_ascii_case(&former), slot);
    }
    urls.set(slot.index(), url.clone());
    if let Some(url) = url {
        index.insert(index.seed().hash_ignoring_ascii_case(&url), slot);
    }
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;

    use super::*;
    use crate::model::application::Publication;

    /// However it came to have one, and no longer than it has it.
    #[test]
    fn who_has_a_wildcard_is_kept_aside() {
        let publishing = |url: &str| OnPremisesPublishing { external_url: Some(url.into()), ..Default::default() };
        let (plain, wildcard) = (publishing("https://a.contoso.com/"), publishing("https://*.contoso.com/"));
        let application = |(number, publishing): (u128, &OnPremisesPublishing)| {
            let (connector_group, on_premises_publishing) = (ConnectorGroupId::default(), Box::new(publishing.clone()));
            let application_segments = Vec::new();
            let publication = Some(Publication { connector_group, on_premises_publishing, application_segments });
            let (id, app_id) = (ApplicationId::from_u128(number), AppId::from_u128(number));
            Application { publication, ..Application::unpublished(id, app_id, "a".into()) }
        };
        let all = [&plain, &wildcard].into_iter().cycle().take(5).enumerate();
        let all = all.map(|(number, publishing)| application((u128::try_from(number).unwrap(), publishing)));
        let mut applications = Applications::of(HashSeed::default(), Arc::default(), all, |_| None);
        let aside = |applications: &Applications| applications.wildcards().map(Slot::index).collect::<Vec<_>>();
        assert_eq!(aside(&applications), [1, 3]);
        let before = applications.clone();
        applications.push(&application((5, &wildcard)), None);
        applications.set_publishing(Slot::new(0), Some(&wildcard));
        applications.set_publishing(Slot::new(1), Some(&wildcard));
        applications.set_publishing(Slot::new(3), Some(&plain));
        assert_eq!(aside(&applications), [0, 1, 5]);
        applications.remove(Slot::new(1));
        applications.set_publishing(Slot::new(0), None);
        assert_eq!((aside(&applications), aside(&before)), (alloc::vec![5], alloc::vec![1, 3]));
    }

    /// Most applications have nothing but their URLs, which are columns of their own.
    #[test]
    fn publishing_with_urls_alone_takes_no_settings() {
        let mut applications = Applications::default();
        applications.push_columns();
        let url = |text: &str| Some(text.into());
        let (internal_url, external_url) = (url("https://a.example/"), url("https://b.example/"));
        let publishing = OnPremisesPublishing { internal_url, external_url, ..OnPremisesPublishing::default() };
        applications.set_publishing(Slot::new(0), Some(&publishing));
        assert_eq!(applications.settings.get(0), None);
        assert_eq!(applications.publishing(Slot::new(0)), publishing);
        // What nobody may set, and a document may bring.
        let verified_custom_domain_certificates_metadata = Some(Arc::default());
        let publishing = OnPremisesPublishing { verified_custom_domain_certificates_metadata, ..publishing };
        applications.set_publishing(Slot::new(0), Some(&publishing));
        assert_eq!(applications.publishing(Slot::new(0)), publishing);
    }
}
