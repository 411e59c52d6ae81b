//! In: how far a batch is. Out: a bar on a terminal, a plain line every few seconds elsewhere; and whether the user
//! pressed Ctrl-C.

use indicatif::{HumanCount, HumanDuration, HumanFloatCount, ProgressBar, ProgressState, ProgressStyle};
use occuform_batch::{Progress, Step};
use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// How long the same reason for waiting is not said again.
const AGAIN: Duration = Duration::from_mins(10);
/// Shorter waits are nothing to tell of.
const WORTH_TELLING: Duration = Duration::from_secs(1);

/// Shows progress on standard error.
pub(crate) struct Meter {
    bar: Option<ProgressBar>,
    step: Option<Step>,
    began: Instant,
    began_at: u64,
    said: Instant,
    stopped: Arc<AtomicBool>,
    waiting: Option<(String, Instant)>,
}

impl Meter {
    pub(crate) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            // Nothing is shown before there is something to tell.
            let bar = ProgressBar::new(0).with_style(style(""));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        let now = Instant::now();
        Self {
            bar,
            step: None,
            began: now,
            began_at: 0,
            said: now,
            stopped: watch_for_interrupt(),
            waiting: None,
        }
    }

    pub(crate) fn clear(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn begin(&mut self, step: Step, done: u64, total: u64) {
        self.step = Some(step);
        self.began = Instant::now();
        self.began_at = done;
        if let Some(bar) = &self.bar {
            bar.reset();
            let rest = if total == 0 {
                "{human_pos}, {rate} a second"
            } else {
                "{wide_bar} {percent:>3} %, {rate} a second, {left} left"
            };
            bar.set_style(style(&format!("{} {rest}", name(step))));
        }
    }

    /// For example: coding 40,960 of 1,000,000, 9,800 a second, 2 minutes left.
    fn line(&self, step: Step, done: u64, total: u64) -> String {
        let fresh = done - self.began_at;
        let milliseconds = (self.began.elapsed().as_millis() as u64).max(1);
        let so_far = format!("{} {}", name(step), HumanCount(done));
        if total == 0 || fresh == 0 {
            return so_far;
        }
        let left = Duration::from_millis(total.saturating_sub(done) * milliseconds / fresh);
        format!(
            "{so_far} of {}, {} a second, {} left",
            HumanCount(total),
            HumanCount(fresh * 1000 / milliseconds),
            HumanDuration(left)
        )
    }
}

impl Progress for Meter {
    fn report(&mut self, step: Step, done: u64, total: u64) {
        if self.step != Some(step) {
            self.begin(step, done, total);
        }
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(done);
        } else if self.said.elapsed() >= EVERY {
            self.said = Instant::now();
            eprintln!("occuform: {}", self.line(step, done, total));
        }
    }

    fn waiting(&mut self, why: &str, wait: Duration) {
        let said = self.waiting.as_ref().is_some_and(|(last, at)| last == why && at.elapsed() < AGAIN);
        if said || wait < WORTH_TELLING {
            return;
        }
        self.waiting = Some((why.to_owned(), Instant::now()));
        let line = format!("occuform: {why}; waiting for {}. Ctrl-C loses nothing", HumanDuration(wait));
        match &self.bar {
            Some(bar) => bar.println(line),
            None => eprintln!("{line}"),
        }
    }

    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// A template with what indicatif shows otherwise than a line on a pipe does.
fn style(template: &str) -> ProgressStyle {
    let rate = |state: &ProgressState, text: &mut dyn Write| {
        let _ = write!(text, "{:.0}", HumanFloatCount(state.per_sec()));
    };
    let left = |state: &ProgressState, text: &mut dyn Write| {
        let _ = write!(text, "{}", HumanDuration(state.eta()));
    };
    let style = ProgressStyle::with_template(template).expect("the template is a constant");
    style.with_key("rate", rate).with_key("left", left)
}

const fn name(step: Step) -> &'static str {
    match step {
        Step::Check => "checking",
        Step::Code => "coding",
        Step::Write => "writing",
    }
}

/// The first Ctrl-C or SIGTERM asks to stop, the second one ends the process: the journal outlives both.
fn watch_for_interrupt() -> Arc<AtomicBool> {
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stopped);
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return stopped;
    };
    std::thread::spawn(move || {
        runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let (Ok(mut interrupt), Ok(mut terminate)) =
                (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
            else {
                return;
            };
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if flag.swap(true, Ordering::Relaxed) {
                    std::process::exit(130);
                }
            }
        });
    });
    stopped
}
