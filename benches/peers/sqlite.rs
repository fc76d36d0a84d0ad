//! `SQLite` in memory: prepared statements in one transaction, with integer keys or GUIDs as text, row by row or by way of a
//! temporary table. No index but the primary keys: one on the group would make every move slower.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use foldhash::fast::FixedState;
use rusqlite::{Connection, Statement, Transaction, params, types::Value};

use super::{Answer, ByKey, Data, Engine, Thing, Work, at, naive::text};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// The caller knows each thing by an integer.
    Integers,
    /// The caller knows each thing by its GUID.
    Texts,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Route {
    PerRow,
    TemporaryTable,
}

pub struct Sqlite {
    pub connection: Connection,
    keys: Keys,
    /// How lists go from now on.
    pub route: Route,
}

const OF_INTEGERS: &str = "
    CREATE TABLE connector_groups (id INTEGER PRIMARY KEY, region TEXT NOT NULL) STRICT;
    CREATE TABLE applications (
        id INTEGER PRIMARY KEY, guid BLOB NOT NULL, app_id BLOB NOT NULL, display_name TEXT NOT NULL,
        connector_group INTEGER) STRICT;
    CREATE TEMPORARY TABLE listed (id INTEGER PRIMARY KEY, connector_group INTEGER) STRICT;";

const OF_TEXTS: &str = "
    CREATE TABLE connector_groups (id TEXT PRIMARY KEY, region TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE applications (
        id TEXT PRIMARY KEY, app_id TEXT NOT NULL, display_name TEXT NOT NULL,
        connector_group TEXT) STRICT, WITHOUT ROWID;
    CREATE TEMPORARY TABLE listed (id TEXT PRIMARY KEY, connector_group TEXT) STRICT, WITHOUT ROWID;";

impl Sqlite {
    pub fn new(data: &Data, keys: Keys) -> Self {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "temp_store", "MEMORY").unwrap();
        rusqlite::vtab::array::load_module(&connection).unwrap();
        connection.execute_batch(if keys == Keys::Integers { OF_INTEGERS } else { OF_TEXTS }).unwrap();
        let transaction = connection.transaction().unwrap();
        let key = |thing| key(data, keys, thing);
        for (number, group) in (0..).zip(&data.groups) {
            let sql = "INSERT INTO connector_groups VALUES (?, ?)";
            transaction.execute(sql, params![key(Thing::Group(number)), group.region]).unwrap();
        }
        let mut insert = match keys {
            Keys::Integers => transaction.prepare("INSERT INTO applications VALUES (?1, ?5, ?2, ?3, ?4)"),
            Keys::Texts => transaction.prepare("INSERT INTO applications VALUES (?1, ?2, ?3, ?4)"),
        }
        .unwrap();
        for (number, application) in (0..).zip(&data.applications) {
            let (id, group) = (key(Thing::Application(number)), key(Thing::Group(application.group)));
            let name = &application.name;
            match keys {
                Keys::Integers => {
                    let (guid, app_id) = (application.id.to_be_bytes(), application.app_id.to_be_bytes());
                    insert.execute(params![id, app_id, name, group, guid])
                }
                Keys::Texts => insert.execute(params![id, text(application.app_id), name, group]),
            }
            .unwrap();
        }
        drop(insert);
        transaction.commit().unwrap();
        Self { connection, keys, route: Route::PerRow }
    }

    /// For reads by group.
    pub fn index_by_group(&self) {
        self.connection
            .execute_batch("CREATE INDEX IF NOT EXISTS by_group ON applications (connector_group, id)")
            .unwrap();
    }

    /// How much memory the pages of the database take.
    pub fn bytes(&self) -> i64 {
        let pragma = |name| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        pragma("page_count") * pragma("page_size")
    }

    fn statement(&mut self, sql: &str, parameters: impl rusqlite::Params) -> u32 {
        let changed = self.connection.prepare_cached(sql).unwrap().execute(parameters).unwrap();
        u32::try_from(changed).unwrap()
    }

    fn assign(&mut self, ids: &Rc<Vec<Value>>, to: &[Value]) -> Answer {
        let transaction = self.connection.transaction().unwrap();
        let answer = match self.route {
            Route::PerRow => per_row(&transaction, ids, to),
            Route::TemporaryTable => by_temporary_table(&transaction, ids, to),
        };
        if answer.is_ok() { transaction.commit() } else { transaction.rollback() }.unwrap();
        answer
    }
}

/// The group for each of the ids, or one for all.
fn targets<'a>(ids: &'a [Value], to: &'a [Value]) -> impl Iterator<Item = &'a Value> {
    ids.iter().enumerate().map(move |(index, _)| to.get(index).unwrap_or(&to[0]))
}

fn groups_exist(transaction: &Transaction<'_>, to: &[Value]) -> bool {
    let mut exists = transaction.prepare_cached("SELECT 1 FROM connector_groups WHERE id = ?").unwrap();
    let mut seen = Vec::<&Value>::new();
    to.iter().all(|group| {
        seen.contains(&group) || {
            seen.push(group);
            exists.exists(params![group]).unwrap()
        }
    })
}

fn per_row(transaction: &Transaction<'_>, ids: &[Value], to: &[Value]) -> Answer {
    assert!(groups_exist(transaction, to), "no such group");
    let mut update = transaction
        .prepare_cached("UPDATE applications SET connector_group = ?2 WHERE id = ?1 AND connector_group <> ?2")
        .unwrap();
    let mut is_published =
        transaction.prepare_cached("SELECT 1 FROM applications WHERE id = ? AND connector_group IS NOT NULL").unwrap();
    let (mut integers, mut texts) =
        (HashSet::with_hasher(FixedState::default()), HashSet::with_hasher(FixedState::default()));
    let (mut moved, mut refused) = (0, Vec::new());
    for ((index, id), to) in (0_u32..).zip(ids).zip(targets(ids, to)) {
        let is_new = match id {
            Value::Integer(id) => integers.insert(*id),
            Value::Text(id) => texts.insert(id.as_str()),
            _ => false,
        };
        assert!(is_new, "named twice");
        let changed = update.execute(params![id, to]).unwrap();
        if changed == 0 && !is_published.exists(params![id]).unwrap() {
            refused.push(index);
        }
        moved += u32::try_from(changed).unwrap();
    }
    if refused.is_empty() { Ok(moved) } else { Err(refused) }
}

fn by_temporary_table(transaction: &Transaction<'_>, ids: &Rc<Vec<Value>>, to: &[Value]) -> Answer {
    assert!(groups_exist(transaction, to), "no such group");
    let prepare = |sql| -> rusqlite::CachedStatement<'_> { transaction.prepare_cached(sql).unwrap() };
    // An id that is named twice breaks the primary key.
    if let [to] = to {
        // In order, so that both trees are walked from left to right.
        prepare("INSERT INTO listed SELECT value, ?2 FROM rarray(?1) ORDER BY value")
            .execute(params![ids, to])
            .unwrap();
    } else {
        let mut insert = prepare("INSERT INTO listed VALUES (?, ?)");
        for (id, to) in ids.iter().zip(to) {
            insert.execute(params![id, to]).unwrap();
        }
    }
    let found = |statement: &mut Statement<'_>| statement.query_row([], |row| row.get::<_, i64>(0)).unwrap();
    let published = found(&mut prepare(
        "SELECT count(*) FROM listed JOIN applications USING (id) WHERE applications.connector_group IS NOT NULL",
    ));
    if usize::try_from(published).unwrap() < ids.len() {
        let mut is_published = prepare("SELECT 1 FROM applications WHERE id = ? AND connector_group IS NOT NULL");
        let refused = (0_u32..).zip(&**ids).filter(|(_, id)| !is_published.exists(params![id]).unwrap());
        return Err(refused.map(|(index, _)| index).collect());
    }
    let moved = if let [to] = to {
        let sql = "UPDATE applications SET connector_group = ?1 WHERE connector_group <> ?1 AND id IN (SELECT id FROM listed)";
        prepare(sql).execute(params![to]).unwrap()
    } else {
        let sql = "UPDATE applications SET connector_group = listed.connector_group FROM listed
            WHERE listed.id = applications.id AND applications.connector_group <> listed.connector_group";
        prepare(sql).execute([]).unwrap()
    };
    prepare("DELETE FROM listed").execute([]).unwrap();
    Ok(u32::try_from(moved).unwrap())
}

fn key(data: &Data, keys: Keys, thing: Thing) -> Value {
    match (keys, thing) {
        (Keys::Texts, _) => Value::Text(text(data.guid(thing))),
        (Keys::Integers, Thing::Application(number) | Thing::Group(number) | Thing::Connector(number)) => {
            Value::Integer(i64::from(number))
        }
    }
}

/// The work, its lists as `SQLite` takes them.
pub enum Prepared {
    List { ids: Rc<Vec<Value>>, to: Vec<Value> },
    Other(ByKey<Value>),
}

impl Engine for Sqlite {
    type Prepared = Prepared;

    fn prepare(&self, data: &Data, work: &Work) -> Prepared {
        match work.by_key(|thing| key(data, self.keys, thing)) {
            ByKey::List { applications, to } => Prepared::List { ids: Rc::new(applications), to: vec![to] },
            ByKey::Assign { assignments } => {
                let (ids, to) = assignments.into_iter().unzip();
                Prepared::List { ids: Rc::new(ids), to }
            }
            other => Prepared::Other(other),
        }
    }

    fn apply(&mut self, work: &Prepared) -> Answer {
        let work = match work {
            Prepared::List { ids, to } => return self.assign(ids, to),
            Prepared::Other(work) => work,
        };
        Ok(match work {
            ByKey::Group { from, to } => self.statement(
                "UPDATE applications SET connector_group = ?2 WHERE connector_group = ?1 AND ?1 <> ?2",
                params![from, to],
            ),
            ByKey::Region { region, to } => self.statement(
                "UPDATE applications SET connector_group = ?2 WHERE connector_group <> ?2
                    AND connector_group IN (SELECT id FROM connector_groups WHERE region = ?1)",
                params![region, to],
            ),
            // LIKE minds no ASCII case.
            ByKey::Named { prefix, to } => self.statement(
                "UPDATE applications SET connector_group = ?2 WHERE connector_group <> ?2 AND display_name LIKE ?1 || '%'",
                params![prefix, to],
            ),
            ByKey::All { to } => self
                .statement("UPDATE applications SET connector_group = ?1 WHERE connector_group <> ?1", params![to]),
            ByKey::List { .. } | ByKey::Assign { .. } => unreachable!("prepared as lists"),
            ByKey::Connectors { .. } => unimplemented!("it has no connectors"),
        })
    }

    fn assignment(&self, data: &Data) -> Vec<u32> {
        let number = |key: &Value, texts: &HashMap<String, u32>| match key {
            Value::Text(text) => texts[text],
            Value::Integer(number) => u32::try_from(*number).unwrap(),
            other => panic!("no key: {other:?}"),
        };
        let groups: HashMap<String, u32> = data.groups.iter().map(|group| text(group.id)).zip(0..).collect();
        let applications = data.applications.iter().map(|application| text(application.id));
        let applications: HashMap<String, u32> = applications.zip(0..).collect();
        let mut assignment = vec![u32::MAX; data.applications.len()];
        let mut all = self.connection.prepare("SELECT id, connector_group FROM applications").unwrap();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (id, group) = (row.get(0).unwrap(), row.get(1).unwrap());
            assignment[at(number(&id, &applications))] = number(&group, &groups);
        }
        assignment
    }
}
