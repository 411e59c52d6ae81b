//! In: tasks of connections. Out: the same, each on one thread from its beginning to its end. A request that takes
//! microseconds is not worth waking another thread for, which is what a runtime that shares its tasks out does.

use std::future::Future;
use std::io;
use std::thread;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// Threads that connections are shared out to. They end when this is dropped.
#[derive(Debug)]
pub struct Workers {
    workers: Vec<Worker>,
    next: usize,
}

#[derive(Debug)]
struct Worker {
    handle: Handle,
    /// The thread ends when it is dropped.
    _stop: oneshot::Sender<()>,
}

impl Workers {
    /// No threads of their own: connections are tasks of the runtime that takes them. For requests that may keep a thread
    /// busy for long.
    pub fn none() -> Self {
        Self { workers: Vec::new(), next: 0 }
    }

    /// So many threads.
    ///
    /// # Errors
    /// When the machine has no room for one.
    pub fn start(number: usize) -> io::Result<Self> {
        let workers = (0..number).map(|_| Worker::start()).collect::<io::Result<_>>()?;
        Ok(Self { workers, next: 0 })
    }

    /// Has the task done by the next thread.
    pub(crate) fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static, tasks: &mut JoinSet<()>) {
        self.next += 1;
        match self.workers.get(self.next % self.workers.len().max(1)) {
            Some(worker) => tasks.spawn_on(task, &worker.handle),
            None => tasks.spawn(task),
        };
    }
}

impl Worker {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        thread::Builder::new().name("connections".to_owned()).spawn(move || {
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self { handle, _stop: stop })
    }
}
