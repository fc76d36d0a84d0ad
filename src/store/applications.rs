//! Applications: the narrow columns that bulk commands read, and the wide ones that they leave alone.

use alloc::sync::Arc;

use super::{
    cells::Cells,
    index::{Index, hash_bits, hash_ignoring_ascii_case},
    pages::Pages,
    roster::Roster,
    slot::Slot,
};
use crate::{
    ids::{AppId, ApplicationId},
    model::{application::Application, publishing::OnPremisesPublishing},
};

type Urls = Pages<Option<Arc<str>>, 64>;

#[derive(Debug, Clone, Default)]
pub(super) struct Applications {
    pub(super) roster: Roster<ApplicationId>,
    app_ids: Pages<AppId, 256>,
    by_app_id: Index,
    pub(super) cells: Cells,
    display_names: Pages<Option<Arc<str>>, 64>,
    internal_urls: Urls,
    by_internal_url: Index,
    external_urls: Urls,
    by_external_url: Index,
    /// Publishing without the two URLs; `None` where all of it is at its defaults.
    settings: Pages<Option<Arc<OnPremisesPublishing>>, 64>,
}

impl Applications {
    pub(super) fn app_id(&self, slot: Slot) -> AppId {
        self.app_ids.get(slot.index()).copied().unwrap_or_default()
    }

    pub(super) fn group(&self, slot: Slot) -> Option<Slot> {
        self.cells.group(slot)
    }

    pub(super) fn set_group(&mut self, slot: Slot, group: Option<Slot>) {
        self.cells.set_group(slot, group);
    }

    pub(super) fn display_name(&self, slot: Slot) -> Option<&Arc<str>> {
        self.display_names.get(slot.index())?.as_ref()
    }

    pub(super) fn set_display_name(&mut self, slot: Slot, display_name: &Arc<str>) {
        self.display_names.set(slot.index(), Some(display_name.clone()));
    }

    pub(super) fn by_app_id(&self, app_id: AppId) -> Option<Slot> {
        self.by_app_id.find(hash_bits(app_id.as_u128()), |slot| self.app_id(slot) == app_id)
    }

    pub(super) fn by_internal_url(&self, url: &str) -> Option<Slot> {
        by_url(&self.internal_urls, &self.by_internal_url, url)
    }

    pub(super) fn by_external_url(&self, url: &str) -> Option<Slot> {
        by_url(&self.external_urls, &self.by_external_url, url)
    }

    pub(super) fn external_url(&self, slot: Slot) -> Option<&Arc<str>> {
        self.external_urls.get(slot.index())?.as_ref()
    }

    /// How an application is published; meaningless while it is not.
    pub(super) fn publishing(&self, slot: Slot) -> OnPremisesPublishing {
        let settings = self.settings.get(slot.index()).and_then(Option::as_deref);
        OnPremisesPublishing {
            internal_url: self.internal_urls.get(slot.index()).cloned().flatten(),
            external_url: self.external_urls.get(slot.index()).cloned().flatten(),
            ..settings.cloned().unwrap_or_default()
        }
    }

    pub(super) fn set_publishing(&mut self, slot: Slot, publishing: Option<&OnPremisesPublishing>) {
        let internal_url = publishing.and_then(|publishing| publishing.internal_url.clone());
        set_url(&mut self.internal_urls, &mut self.by_internal_url, slot, internal_url);
        let external_url = publishing.and_then(|publishing| publishing.external_url.clone());
        set_url(&mut self.external_urls, &mut self.by_external_url, slot, external_url);
        let settings = publishing.cloned().unwrap_or_default();
        let settings = OnPremisesPublishing { internal_url: None, external_url: None, ..settings };
        let settings = (settings != OnPremisesPublishing::default()).then(|| Arc::new(settings));
        self.settings.set(slot.index(), settings);
    }

    pub(super) fn push(&mut self, application: &Application, group: Option<Slot>) {
        let slot = self.roster.push(application.id);
        self.fill(slot, application, group);
    }

    pub(super) fn push_vacancy(&mut self) {
        self.roster.push_vacancy();
        self.push_columns();
    }

    fn push_columns(&mut self) {
        self.app_ids.push(AppId::default());
        self.cells.push();
        self.display_names.push(None);
        self.internal_urls.push(None);
        self.external_urls.push(None);
        self.settings.push(None);
    }

    /// Brings an application back at its place; false where there is no room for it.
    pub(super) fn restore(&mut self, place: usize, application: &Application, group: Option<Slot>) -> bool {
        let slot = self.roster.restore(place, application.id);
        if let Some(slot) = slot {
            self.fill(slot, application, group);
        }
        slot.is_some()
    }

    fn fill(&mut self, slot: Slot, application: &Application, group: Option<Slot>) {
        if slot.index() == self.app_ids.len() {
            self.push_columns();
        }
        self.app_ids.set(slot.index(), application.app_id);
        let app_ids = &self.app_ids;
        self.by_app_id.insert(hash_bits(application.app_id.as_u128()), slot, |slot| app_id_hash_at(app_ids, slot));
        self.set_display_name(slot, &application.display_name);
        self.set_group(slot, group);
        self.set_publishing(
            slot,
            application.publication.as_ref().map(|publication| &*publication.on_premises_publishing),
        );
    }

    pub(super) fn remove(&mut self, slot: Slot) {
        let app_ids = &self.app_ids;
        self.by_app_id.remove(app_id_hash_at(app_ids, slot), slot, |slot| app_id_hash_at(app_ids, slot));
        self.set_publishing(slot, None);
        self.set_group(slot, None);
        self.display_names.set(slot.index(), None);
        self.roster.remove(slot);
    }
}

fn app_id_hash_at(app_ids: &Pages<AppId, 256>, slot: Slot) -> u64 {
    hash_bits(app_ids.get(slot.index()).map_or(0, |app_id| app_id.as_u128()))
}

fn url_at(urls: &Urls, slot: Slot) -> &str {
    urls.get(slot.index()).and_then(Option::as_deref).unwrap_or_default()
}

fn by_url(urls: &Urls, index: &Index, url: &str) -> Option<Slot> {
    index.find(hash_ignoring_ascii_case(url), |slot| url_at(urls, slot).eq_ignore_ascii_case(url))
}

fn set_url(urls: &mut Urls, index: &mut Index, slot: Slot, url: Option<Arc<str>>) {
    let former = urls.get(slot.index()).cloned().flatten();
    if former == url {
        return;
    }
    if let Some(former) = former {
        index.remove(hash_ignoring_ascii_case(&former), slot, |slot| hash_ignoring_ascii_case(url_at(urls, slot)));
    }
    urls.set(slot.index(), url.clone());
    if let Some(url) = url {
        index.insert(hash_ignoring_ascii_case(&url), slot, |slot| hash_ignoring_ascii_case(url_at(urls, slot)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Most applications have nothing but their URLs, which are columns of their own.
    #[test]
    fn publishing_with_urls_alone_takes_no_settings() {
        let mut applications = Applications::default();
        applications.push_columns();
        let url = |text: &str| Some(text.into());
        let (internal_url, external_url) = (url("https://a.example/"), url("https://b.example/"));
        let publishing = OnPremisesPublishing { internal_url, external_url, ..OnPremisesPublishing::default() };
        applications.set_publishing(Slot::new(0), Some(&publishing));
        assert_eq!(applications.settings.get(0), Some(&None));
        assert_eq!(applications.publishing(Slot::new(0)), publishing);
    }
}
