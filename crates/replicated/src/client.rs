//! A client: one request at a time, sent again until it is answered, under the same name.

use std::{sync::Arc, time::Duration};

use connector_groups::DirectoryCommand;
use openraft::error::{ClientWriteError, RaftError};
use rand::{Rng, rngs::StdRng};

use crate::{
    cluster::{Cluster, NODES},
    ledger::Acknowledged,
    request::{Answer, NodeId, Request},
};

/// How long a client waits for an answer before it asks again.
const PATIENCE: Duration = Duration::from_millis(400);
/// One answer in so many gets lost.
const ANSWERS_LOST: u32 = 10;

pub(crate) struct Client {
    id: u64,
    number: u64,
    /// The node that led when last heard of.
    leader: NodeId,
    cluster: Arc<Cluster>,
    chance: StdRng,
}

impl Client {
    pub(crate) fn new(id: u64, cluster: &Arc<Cluster>, chance: StdRng) -> Self {
        Self { id, number: 0, leader: 1, cluster: Arc::clone(cluster), chance }
    }

    pub(crate) async fn ask(&mut self, commands: Vec<DirectoryCommand>) -> Arc<Answer> {
        self.number = self.number.saturating_add(1);
        let request = Request { client: self.id, number: self.number, commands: commands.into() };
        // Read before the request is sent: everything acknowledged by now must come before it in the log.
        let behind = self.cluster.ledger.heard();
        loop {
            if let Some((at, answer)) = self.send(&request).await {
                self.cluster.ledger.acknowledged(Acknowledged { request, answer: Arc::clone(&answer), behind, at });
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(self.chance.gen_range(1..40))).await;
        }
    }

    /// Asks the node that should lead. Where nothing comes back, nothing is known: the request may be done, or done yet.
    async fn send(&mut self, request: &Request) -> Option<(u64, Arc<Answer>)> {
        let other = NODES.get(self.chance.gen_range(0..NODES.len())).copied().unwrap_or(1);
        // Another node is guessed for the next attempt beforehand, so that every way out of here without an
        // answer leads to a change.
        let to = std::mem::replace(&mut self.leader, other);
        let raft = self.cluster.raft(to)?;
        match tokio::time::timeout(PATIENCE, raft.client_write(request.clone())).await {
            Ok(Ok(response)) => {
                self.leader = to;
                let answer = response.data.filter(|_| !self.chance.gen_ratio(1, ANSWERS_LOST))?;
                Some((response.log_id.index, answer))
            }
            Ok(Err(RaftError::APIError(ClientWriteError::ForwardToLeader(forward)))) => {
                self.leader = forward.leader_id.unwrap_or(other);
                None
            }
            _ => None,
        }
    }

    pub(crate) fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// That of its next request.
    pub(crate) fn next_number(&self) -> u64 {
        self.number.saturating_add(1)
    }

    pub(crate) fn prefer(&mut self, leader: NodeId) {
        self.leader = leader;
    }
}
