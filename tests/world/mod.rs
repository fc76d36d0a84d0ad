//! A tenant to try rules on: default region `eur`, default group 0, and after every step an audit.

use connector_groups::{Command, Directory, DirectoryCommand, Event, Tenant};
use serde_json::{Value, json};

pub(crate) fn group(number: u32) -> String {
    format!("9d000000-0000-4000-8000-{number:012}")
}

pub(crate) fn connector(number: u32) -> String {
    format!("c0000000-0000-4000-8000-{number:012}")
}

pub(crate) fn application(number: u32) -> String {
    format!("a0000000-0000-4000-8000-{number:012}")
}

pub(crate) fn app_id(number: u32) -> String {
    format!("b0000000-0000-4000-8000-{number:012}")
}

pub(crate) const TENANT: &str = "7e000000-0000-4000-8000-000000000001";
pub(crate) const START: &str = "2026-03-02T08:00:00Z";

pub(crate) fn create_tenant(rules: &Value) -> Value {
    json!({"command": "createTenant", "id": TENANT, "defaultRegion": "eur", "now": START,
        "defaultConnectorGroup": {"id": group(0)}, "rules": rules})
}

pub(crate) struct World {
    pub(crate) tenant: Tenant,
}

impl World {
    /// No switch is on.
    pub(crate) fn new() -> Self {
        Self::with_rules(&json!({}))
    }

    pub(crate) fn with_rules(rules: &Value) -> Self {
        let mut directory = Directory::default();
        let command: DirectoryCommand = serde_json::from_value(create_tenant(rules)).unwrap();
        directory.apply(&command).unwrap();
        Self { tenant: directory.tenants().next().unwrap().clone() }
    }

    /// The command is accepted; its events as JSON. They undo to what was before, and replay to what is now.
    pub(crate) fn accepts(&mut self, command: Value) -> Value {
        let text = command.to_string();
        let command: Command = serde_json::from_value(command).unwrap();
        let before = self.tenant.clone();
        let events = self.tenant.apply(&command).unwrap_or_else(|refusal| panic!("{text} is refused: {refusal:?}"));
        assert_eq!(self.tenant.audit(), [], "after {text}");
        let mut undone = self.tenant.clone();
        undone.undo(&events);
        assert_eq!(undone, before, "undone: {text}");
        let events = serde_json::to_value(&events).unwrap();
        let read: Vec<Event> = serde_json::from_value(events.clone()).unwrap();
        undone.evolve(&read);
        assert_eq!(undone, self.tenant, "replayed: {text}");
        events
    }

    /// The command is accepted and changes nothing.
    pub(crate) fn ignores(&mut self, command: Value) {
        assert_eq!(self.accepts(command), json!([]));
    }

    /// The command is refused just so, and changes nothing (T4).
    pub(crate) fn refuses(&mut self, command: Value, refusal: &Value) {
        let text = command.to_string();
        let command: Command = serde_json::from_value(command).unwrap();
        let before = self.tenant.clone();
        let refused = self.tenant.apply(&command).expect_err(&text);
        assert_eq!(&serde_json::to_value(&refused).unwrap(), refusal, "{text}");
        let read: connector_groups::Refusal = serde_json::from_value(refusal.clone()).unwrap();
        assert_eq!(read, refused);
        assert_eq!(self.tenant, before, "{text} is refused and yet changes something");
    }

    /// The one group of the list that has this id, as JSON.
    pub(crate) fn find(&self, list: &str, id: &str) -> Value {
        let document = serde_json::to_value(&self.tenant).unwrap();
        document[list].as_array().unwrap().iter().find(|thing| thing["id"] == id).cloned().unwrap_or(Value::Null)
    }

    /// The ids of a list in its order.
    pub(crate) fn ids(&self, list: &str) -> Vec<String> {
        let document = serde_json::to_value(&self.tenant).unwrap();
        document[list].as_array().unwrap().iter().map(|thing| thing["id"].as_str().unwrap().to_string()).collect()
    }

    /// Groups `numbers`, each in the region, named after its number.
    pub(crate) fn with_groups(mut self, numbers: &[u32], region: &str) -> Self {
        for number in numbers {
            self.accepts(create_group(*number, region));
        }
        self
    }

    /// Group 9, of type `syncFabric`.
    pub(crate) fn with_sync_fabric(mut self) -> Self {
        self.accepts(json!({"command": "provisionConnectorGroup", "id": group(9), "name": "Sync",
            "connectorGroupType": "syncFabric"}));
        self
    }

    pub(crate) fn with_connectors(mut self, numbers: &[u32]) -> Self {
        for number in numbers {
            self.accepts(register(*number));
        }
        self
    }

    /// Published applications, each with URLs of its own.
    pub(crate) fn with_published(mut self, numbers: &[u32]) -> Self {
        for number in numbers {
            self.accepts(create_application(*number));
            self.accepts(publish(
                *number,
                &json!({"internalUrl": format!("https://app{number}.contoso.local/"),
                "externalUrl": format!("https://app{number}.contoso.com/")}),
            ));
        }
        self
    }
}

pub(crate) fn create_group(number: u32, region: &str) -> Value {
    json!({"command": "createConnectorGroup", "id": group(number), "name": format!("Group {number}"), "region": region})
}

pub(crate) fn set_region(number: u32, region: &str) -> Value {
    json!({"command": "updateConnectorGroup", "id": group(number), "region": region})
}

pub(crate) fn rename(number: u32, name: &str) -> Value {
    json!({"command": "updateConnectorGroup", "id": group(number), "name": name})
}

pub(crate) fn delete_group(number: u32) -> Value {
    json!({"command": "deleteConnectorGroup", "id": group(number)})
}

pub(crate) fn register(number: u32) -> Value {
    json!({"command": "registerConnector", "id": connector(number), "machineName": format!("host{number}.contoso.local"),
        "externalIp": "192.0.2.1", "version": "1.5.4287.0"})
}

pub(crate) fn add_connector(number: u32, to: u32) -> Value {
    json!({"command": "addConnector", "connector": connector(number), "connectorGroup": group(to)})
}

pub(crate) fn remove_connector(number: u32) -> Value {
    json!({"command": "removeConnector", "connector": connector(number)})
}

pub(crate) fn report(number: u32, status: &str) -> Value {
    json!({"command": "reportConnector", "id": connector(number), "status": status})
}

pub(crate) fn advance(now: &str) -> Value {
    json!({"command": "advanceClock", "now": now})
}

pub(crate) fn create_application(number: u32) -> Value {
    json!({"command": "createApplication", "id": application(number), "appId": app_id(number),
        "displayName": format!("App {number}")})
}

pub(crate) fn delete_application(number: u32) -> Value {
    json!({"command": "deleteApplication", "id": application(number)})
}

pub(crate) fn publish(number: u32, publishing: &Value) -> Value {
    json!({"command": "publishApplication", "application": application(number), "onPremisesPublishing": publishing})
}

pub(crate) fn unpublish(number: u32) -> Value {
    json!({"command": "unpublishApplication", "application": application(number)})
}

pub(crate) fn add_application(number: u32, to: u32) -> Value {
    json!({"command": "addApplication", "application": application(number), "connectorGroup": group(to)})
}

pub(crate) fn remove_application(number: u32) -> Value {
    json!({"command": "removeApplication", "application": application(number)})
}

pub(crate) fn reassign(applications: &Value, to: u32) -> Value {
    json!({"command": "reassignApplications", "applications": applications, "connectorGroup": group(to)})
}

pub(crate) fn move_connectors(connectors: &Value, to: u32) -> Value {
    json!({"command": "moveConnectors", "connectors": connectors, "connectorGroup": group(to)})
}

pub(crate) fn transaction(commands: &[Value]) -> Value {
    json!({"command": "transaction", "commands": commands})
}

pub(crate) fn group_not_found(number: u32) -> Value {
    json!({"code": "connectorGroupNotFound", "id": group(number)})
}

pub(crate) fn connector_not_found(number: u32) -> Value {
    json!({"code": "connectorNotFound", "id": connector(number)})
}

pub(crate) fn application_not_found(number: u32) -> Value {
    json!({"code": "applicationNotFound", "id": application(number)})
}

pub(crate) fn read_only(number: u32) -> Value {
    json!({"code": "groupReadOnly", "connectorGroup": group(number), "connectorGroupType": "syncFabric"})
}
