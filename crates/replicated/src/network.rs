//! The network between the nodes: in memory, slow by chance, and cut at will.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use openraft::{
    RaftNetwork, RaftNetworkFactory,
    error::{InstallSnapshotError, RPCError, RaftError, RemoteError, Unreachable},
    network::RPCOption,
    raft::{
        AppendEntriesRequest, AppendEntriesResponse, InstallSnapshotRequest, InstallSnapshotResponse, VoteRequest,
        VoteResponse,
    },
};
use rand::Rng;

use crate::{
    request::{NodeId, Raft, Replication},
    runtime::Chance,
};

type Answered<T, E> = Result<T, RPCError<NodeId, (), RaftError<NodeId, E>>>;

/// What each message meets by chance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weather {
    pub(crate) delay_max: Duration,
    pub(crate) loss: f64,
}

#[derive(Clone)]
pub(crate) struct Network {
    weather: Weather,
    wires: Arc<Mutex<Wires>>,
}

#[derive(Default)]
struct Wires {
    nodes: BTreeMap<NodeId, Raft>,
    /// From one to another: a request can get through and its answer not.
    cut: BTreeSet<(NodeId, NodeId)>,
}

impl Network {
    pub(crate) fn new(weather: Weather) -> Self {
        Self { weather, wires: Arc::default() }
    }

    fn wires(&self) -> MutexGuard<'_, Wires> {
        self.wires.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn join(&self, node: NodeId, raft: Raft) {
        self.wires().nodes.insert(node, raft);
    }

    pub(crate) fn leave(&self, node: NodeId) {
        self.wires().nodes.remove(&node);
    }

    pub(crate) fn cut(&self, from: NodeId, to: NodeId) {
        self.wires().cut.insert((from, to));
    }

    pub(crate) fn heal(&self) {
        self.wires().cut.clear();
    }

    pub(crate) fn port(&self, from: NodeId) -> Port {
        Port { from, network: self.clone() }
    }

    /// A message on its way, which arrives or does not.
    pub(crate) async fn carry(&self, from: NodeId, to: NodeId) -> Result<(), Unreachable> {
        if !self.weather.delay_max.is_zero() {
            tokio::time::sleep(self.weather.delay_max.mul_f64(Chance.gen_range(0.0..1.0))).await;
        }
        let lost = self.weather.loss > 0.0 && Chance.gen_bool(self.weather.loss);
        if lost || self.wires().cut.contains(&(from, to)) { Err(unreachable()) } else { Ok(()) }
    }
}

fn unreachable() -> Unreachable {
    Unreachable::new(&io::Error::from(io::ErrorKind::TimedOut))
}

/// A node's way out.
pub(crate) struct Port {
    from: NodeId,
    network: Network,
}

impl RaftNetworkFactory<Replication> for Port {
    type Network = Wire;

    async fn new_client(&mut self, to: NodeId, (): &()) -> Wire {
        Wire { from: self.from, to, network: self.network.clone() }
    }
}

pub(crate) struct Wire {
    from: NodeId,
    to: NodeId,
    network: Network,
}

impl Wire {
    async fn call<T, E, F>(&self, call: impl FnOnce(Raft) -> F) -> Answered<T, E>
    where
        E: std::error::Error,
        F: Future<Output = Result<T, RaftError<NodeId, E>>>,
    {
        self.network.carry(self.from, self.to).await?;
        let Some(raft) = self.network.wires().nodes.get(&self.to).cloned() else { return Err(unreachable().into()) };
        // The request has arrived, whatever becomes of the answer: the sender cannot tell the two losses
        // apart.
        let answer = call(raft).await;
        self.network.carry(self.to, self.from).await?;
        answer.map_err(|error| match error {
            RaftError::APIError(_) => RPCError::RemoteError(RemoteError::new(self.to, error)),
            // A node that is stopping must look like a dead one, as its last words would not be sent
            // either.
            RaftError::Fatal(_) => unreachable().into(),
        })
    }
}

impl RaftNetwork<Replication> for Wire {
    async fn append_entries(
        &mut self,
        request: AppendEntriesRequest<Replication>,
        _: RPCOption,
    ) -> Answered<AppendEntriesResponse<NodeId>, openraft::error::Infallible> {
        self.call(async move |raft| raft.append_entries(request).await).await
    }

    async fn install_snapshot(
        &mut self,
        request: InstallSnapshotRequest<Replication>,
        _: RPCOption,
    ) -> Answered<InstallSnapshotResponse<NodeId>, InstallSnapshotError> {
        self.call(async move |raft| raft.install_snapshot(request).await).await
    }

    async fn vote(
        &mut self,
        request: VoteRequest<NodeId>,
        _: RPCOption,
    ) -> Answered<VoteResponse<NodeId>, openraft::error::Infallible> {
        self.call(async move |raft| raft.vote(request).await).await
    }
}
