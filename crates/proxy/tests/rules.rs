//! The rules of token and pace under simulated time: users, failures, crashes at every point, restarts of the
//! machine, and clocks that are set back and forth by up to ten minutes.

use occuform_proxy::upstream::breaker::{self, Breaker};
use occuform_proxy::upstream::governor::{self, Governor, Limits, Usage};
use occuform_proxy::upstream::keeper::{self, Keeper, Memory, Token};
use occuform_proxy::upstream::ledger::Rules;
use occuform_proxy::upstream::moment::Moment;
use occuform_proxy::upstream::retries::Retries;
use proptest::prelude::*;
use std::time::Duration;
use tokio::time::Instant;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// What happens between two questions.
#[derive(Clone, Debug)]
enum Step {
    Pass(Duration),
    /// The process dies and starts again.
    Crash,
    /// The machine starts anew.
    Reboot {
        down: Duration,
    },
    /// Where the date stands from now on, in seconds off the truth.
    SetDate(i64),
}

/// A machine whose true time is known.
struct Machine {
    truth: Duration,
    booted: Duration,
    boots: u32,
    date_off: i64,
}

impl Machine {
    fn new() -> Self {
        Self { truth: DAY * 20_000, booted: DAY * 19_999, boots: 0, date_off: 0 }
    }

    fn now(&self) -> Moment {
        let off = Duration::from_secs(self.date_off.unsigned_abs());
        let unix = if self.date_off < 0 { self.truth.saturating_sub(off) } else { self.truth + off };
        Moment {
            boot: self.boots.to_string(),
            uptime: self.truth.saturating_sub(self.booted),
            unix,
            past_at: None,
        }
    }

    /// Says whether the process had to start again.
    fn step(&mut self, step: &Step) -> bool {
        match step {
            Step::Pass(time) => self.truth += *time,
            Step::SetDate(off) => self.date_off = *off,
            Step::Crash => return true,
            Step::Reboot { down } => {
                self.truth += *down;
                (self.booted, self.boots) = (self.truth, self.boots + 1);
                return true;
            }
        }
        false
    }
}

fn step(longest: Duration) -> impl Strategy<Value = Step> {
    let longest = longest.as_millis() as u64;
    prop_oneof![
        8 => (0..=longest).prop_map(|time| Step::Pass(Duration::from_millis(time))),
        1 => Just(Step::Crash),
        1 => (0..=600_u64).prop_map(|time| Step::Reboot { down: Duration::from_secs(time) }),
        1 => (-600..=600_i64).prop_map(Step::SetDate),
    ]
}

/// What becomes of an attempt.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Obtained { seconds: u64 },
    Refused,
    NotSent,
    NotRecorded,
    CrashBeforeRecording,
    CrashAfterRecording,
    CrashAfterSending,
    CrashBeforeRecordingTheEnd,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => (0..7_200_u64).prop_map(|seconds| Fate::Obtained { seconds }),
        2 => Just(Fate::Refused),
        2 => Just(Fate::NotSent),
        1 => Just(Fate::NotRecorded),
        1 => Just(Fate::CrashBeforeRecording),
        1 => Just(Fate::CrashAfterRecording),
        1 => Just(Fate::CrashAfterSending),
        1 => Just(Fate::CrashBeforeRecordingTheEnd),
    ]
}

/// The rules after a new start, with what is kept as it comes back from a machine's own folder.
fn restarted<R: Rules>(mut rules: R, kept: &R::Kept, now: &Moment) -> R {
    *rules.kept() = serde_json::from_slice(&serde_json::to_vec(kept).unwrap()).unwrap();
    for moment in R::moments(rules.kept()).into_iter().filter(|moment| moment.boot != now.boot) {
        moment.past_at = Some(Duration::ZERO);
    }
    rules
}

struct TokenWorld {
    machine: Machine,
    disk: Memory,
    keeper: Keeper,
    /// When a request for a token could have reached the upstream, earliest and latest.
    requests: Vec<(Duration, Duration)>,
    in_use: Option<Token>,
}

impl TokenWorld {
    fn new() -> Self {
        let keeper = Keeper::new(HOUR);
        Self { machine: Machine::new(), disk: Memory::default(), keeper, requests: vec![], in_use: None }
    }

    fn restart(&mut self) {
        self.keeper = restarted(Keeper::new(HOUR), &self.disk, &self.machine.now());
    }

    fn tell(&mut self, event: keeper::Event) {
        self.keeper.update(&self.machine.now(), event);
    }

    fn ask(&mut self, fate: Fate, takes: Duration) {
        let before = self.keeper.clone();
        match self.keeper.update(&self.machine.now(), keeper::Event::Wanted) {
            keeper::Decision::Attempt { .. } if matches!(fate, Fate::NotRecorded) => self.keeper = before,
            keeper::Decision::Attempt { decided } => self.attempt(fate, takes, decided),
            keeper::Decision::Use(token) => self.in_use = Some(token),
            keeper::Decision::Wait(_) | keeper::Decision::Done => {}
        }
    }

    fn attempt(&mut self, fate: Fate, takes: Duration, decided: Moment) {
        match fate {
            Fate::CrashBeforeRecording => return self.restart(),
            _ => self.disk = self.keeper.kept().clone(),
        }
        if matches!(fate, Fate::CrashAfterRecording) {
            return self.restart();
        }
        let sent = self.machine.truth;
        self.machine.truth += takes;
        if !matches!(fate, Fate::NotSent) {
            self.requests.push((sent, self.machine.truth));
        }
        match fate {
            Fate::Obtained { seconds } => {
                let valid_for = Duration::from_secs(seconds);
                self.tell(keeper::Event::Obtained { decided, value: "token".into(), valid_for });
            }
            Fate::NotSent => self.tell(keeper::Event::NotSent { decided }),
            Fate::CrashAfterSending => return self.restart(),
            _ => self.tell(keeper::Event::Refused),
        }
        if matches!(fate, Fate::CrashBeforeRecordingTheEnd) {
            return self.restart();
        }
        self.disk = self.keeper.kept().clone();
    }
}

struct CallWorld {
    machine: Machine,
    limits: Limits,
    disk: Usage,
    governor: Governor,
    calls: Vec<Duration>,
}

impl CallWorld {
    fn new(ceiling: u32, hourly: u32) -> Self {
        let machine = Machine::new();
        let limits = Limits { pause: Duration::from_secs(1), ceiling, hourly, day: DAY };
        let governor = Governor::new(limits, String::new(), machine.now());
        Self { machine, limits, disk: Usage::default(), governor, calls: vec![] }
    }

    fn restart(&mut self) {
        let now = self.machine.now();
        self.governor = restarted(Governor::new(self.limits, String::new(), now.clone()), &self.disk, &now);
    }

    /// One call: 0 to 2 crash before, at and after its sending; 3 is not recorded; the rest are answered.
    fn ask(&mut self, fate: u8) {
        let now = self.machine.now();
        let before = self.governor.clone();
        if !matches!(self.governor.update(&now, governor::Event::Wanted), governor::Decision::Go { .. }) {
            return;
        }
        match fate {
            0 => return self.restart(),
            3 => return self.governor = before,
            _ => self.disk = self.governor.kept().clone(),
        }
        if fate == 1 {
            return self.restart();
        }
        self.calls.push(self.machine.truth);
        if fate == 2 {
            return self.restart();
        }
        self.governor.update(&now, governor::Event::Sent);
        self.disk = self.governor.kept().clone();
        let event = match fate {
            4 | 5 => governor::Event::TooManyRequests,
            _ => governor::Event::Answered,
        };
        self.governor.update(&now, event);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn never_two_requests_for_a_token_in_any_hour(
        steps in prop::collection::vec(
            (step(Duration::from_mins(50)), fate(), 0..20_000_u64, any::<bool>()), 1..120),
    ) {
        let mut world = TokenWorld::new();
        for (step, fate, takes, denied) in steps {
            if world.machine.step(&step) {
                world.restart();
            }
            world.ask(fate, Duration::from_millis(takes));
            if let Some(token) = world.in_use.take_if(|_| denied) {
                world.tell(keeper::Event::Denied(token));
            }
        }
        for pair in world.requests.windows(2) {
            prop_assert!(pair[1].0 >= pair[0].1 + HOUR, "{:?}", pair);
        }
    }

    #[test]
    fn never_two_calls_in_a_second_nor_more_than_the_ceilings_of_an_hour_and_a_day(
        ceiling in 1..40_u32,
        hourly in 1..20_u32,
        longest in prop_oneof![Just(Duration::from_secs(2)), Just(Duration::from_hours(3))],
        steps in prop::collection::vec((step(Duration::from_hours(3)), 0..12_u8), 1..300),
    ) {
        let mut world = CallWorld::new(ceiling, hourly);
        for (step, fate) in steps {
            let step = match step {
                Step::Pass(time) => Step::Pass(time.min(longest)),
                other => other,
            };
            if world.machine.step(&step) {
                world.restart();
            }
            world.ask(fate);
        }
        for (index, call) in world.calls.iter().enumerate() {
            if let Some(next) = world.calls.get(index + 1) {
                prop_assert!(*next >= *call + Duration::from_secs(1));
            }
            if let Some(beyond) = world.calls.get(index + ceiling as usize) {
                prop_assert!(*beyond >= *call + DAY);
            }
            if let Some(beyond) = world.calls.get(index + hourly as usize) {
                prop_assert!(*beyond >= *call + HOUR);
            }
        }
    }

    #[test]
    fn when_all_goes_well_a_token_is_renewed_as_soon_as_the_hour_allows(pauses in prop::collection::vec(1..100_u64, 300)) {
        let mut world = TokenWorld::new();
        for pause in pauses {
            world.machine.truth += Duration::from_secs(pause);
            world.ask(Fate::Obtained { seconds: 3_600 }, Duration::from_millis(200));
        }
        for pair in world.requests.windows(2) {
            prop_assert!(pair[1].0 <= pair[0].1 + HOUR + Duration::from_secs(101));
        }
    }
}

fn moment(seconds: u64) -> Moment {
    let time = Duration::from_secs(seconds);
    Moment { boot: "boot".into(), uptime: time, unix: time, past_at: None }
}

fn wait(keeper: &mut Keeper, at: u64) -> Duration {
    match keeper.update(&moment(at), keeper::Event::Wanted) {
        keeper::Decision::Wait(wait) => wait,
        other => panic!("{other:?}"),
    }
}

/// The attempt that is allowed at this time.
fn attempt(keeper: &mut Keeper, at: u64) -> Moment {
    match keeper.update(&moment(at), keeper::Event::Wanted) {
        keeper::Decision::Attempt { decided } => decided,
        other => panic!("{other:?}"),
    }
}

/// Whether a call may go at this time.
fn goes(governor: &mut Governor, at: u64) -> bool {
    matches!(governor.update(&moment(at), governor::Event::Wanted), governor::Decision::Go { .. })
}

fn with_token() -> (Keeper, Token) {
    let mut keeper = Keeper::new(HOUR);
    let decided = attempt(&mut keeper, 100);
    keeper.update(&moment(101), keeper::Event::Obtained { decided, value: "token".into(), valid_for: HOUR });
    let keeper::Decision::Use(token) = keeper.update(&moment(102), keeper::Event::Wanted) else {
        panic!("there is a token")
    };
    (keeper, token)
}

#[test]
fn a_refused_token_is_set_aside_and_not_replaced_inside_the_hour() {
    let (mut keeper, token) = with_token();
    keeper.update(&moment(200), keeper::Event::Denied(token));
    assert_eq!(wait(&mut keeper, 200), Duration::from_secs(10));
    assert!(matches!(keeper.update(&moment(210), keeper::Event::Wanted), keeper::Decision::Use(_)));
    attempt(&mut keeper, 3_703);
}

#[test]
fn a_late_refusal_of_an_older_token_does_not_touch_the_new_one() {
    let (mut keeper, old) = with_token();
    let decided = attempt(&mut keeper, 3_702);
    keeper.update(&moment(3_703), keeper::Event::Obtained { decided, value: "new".into(), valid_for: HOUR });
    keeper.update(&moment(3_704), keeper::Event::Denied(old));
    assert!(matches!(keeper.update(&moment(3_704), keeper::Event::Wanted), keeper::Decision::Use(_)));
}

#[test]
fn an_attempt_that_was_never_sent_is_made_again_after_growing_pauses() {
    let mut keeper = Keeper::new(HOUR);
    let mut now = 100;
    for pause in [5, 10, 20, 40, 80, 160, 320, 600, 600] {
        let decided = attempt(&mut keeper, now);
        keeper.update(&moment(now), keeper::Event::NotSent { decided });
        assert_eq!(wait(&mut keeper, now), Duration::from_secs(pause));
        now += pause;
    }
}

#[test]
fn a_lost_state_counts_as_an_allowance_just_used() {
    let now = moment(100);
    let mut keeper = Keeper::new(HOUR);
    keeper.lost(&now);
    assert_eq!(wait(&mut keeper, 100), HOUR + Duration::from_secs(1));

    let limits = Limits { pause: Duration::from_secs(1), ceiling: 1_000, hourly: 1_000, day: DAY };
    let mut governor = Governor::new(limits, String::new(), now.clone());
    governor.lost(&now);
    assert_eq!(
        governor.update(&moment(102), governor::Event::Wanted),
        governor::Decision::Wait(DAY.saturating_sub(Duration::from_secs(2)))
    );
    assert_eq!(governor.calls_left(&moment(102)), 0);
}

#[test]
fn a_busy_morning_leaves_calls_for_the_evening() {
    let limits = Limits { pause: Duration::from_secs(1), ceiling: 100, hourly: 10, day: DAY };
    let mut governor = Governor::new(limits, String::new(), moment(0));
    let mut made = [0; 24];
    for second in 1..86_400 {
        if goes(&mut governor, second) {
            governor.update(&moment(second), governor::Event::Sent);
            made[second as usize / 3_600] += 1;
        }
    }
    assert!(made[..9].iter().all(|calls| *calls >= 9), "{made:?}");
    assert_eq!((made.iter().sum::<u32>(), governor.calls_left(&moment(86_400))), (100, 0));
}

#[test]
fn limit_exceeded_stops_calls_for_a_day_and_survives_a_crash() {
    let limits = Limits { pause: Duration::from_secs(1), ceiling: 1_000, hourly: 1_000, day: DAY };
    let mut governor = Governor::new(limits, String::new(), moment(0));
    governor.update(&moment(10), governor::Event::LimitExceeded);
    let now = moment(20);
    let mut governor = restarted(Governor::new(limits, String::new(), now.clone()), governor.kept(), &now);
    assert_eq!(
        governor.update(&moment(30), governor::Event::Wanted),
        governor::Decision::Wait(DAY.saturating_sub(Duration::from_secs(20)))
    );
    assert!(goes(&mut governor, 86_410));
}

#[test]
fn too_many_requests_doubles_the_pause_until_calls_go_well_again() {
    let limits = Limits { pause: Duration::from_secs(1), ceiling: 1_000, hourly: 1_000, day: DAY };
    let mut governor = Governor::new(limits, String::new(), moment(0));
    governor.update(&moment(10), governor::Event::TooManyRequests);
    assert_eq!(governor.pause(), Duration::from_secs(2));
    assert_eq!(
        governor.update(&moment(10), governor::Event::Wanted),
        governor::Decision::Wait(Duration::from_secs(2))
    );
    for _ in 0..10 {
        governor.update(&moment(20), governor::Event::Answered);
    }
    assert_eq!(governor.pause(), Duration::from_secs(1));
}

#[test]
fn a_dead_upstream_is_probed_less_and_less_until_it_answers() {
    let start = Instant::now();
    let at = |milliseconds: u64| start + Duration::from_millis(milliseconds);
    let mut breaker = Breaker::default();
    for now in [0, 1] {
        assert_eq!(breaker.wanted(at(now)), breaker::Decision::Go);
        breaker.failed(at(now));
    }
    breaker.failed(at(2));
    let mut now = 2;
    for pause in [5_000, 10_000, 20_000, 40_000, 80_000, 120_000, 120_000] {
        let breaker::Decision::Wait(wait) = breaker.wanted(at(now)) else { panic!("no pause") };
        let wait = wait.as_millis() as u64;
        assert!((pause - 1..=pause * 11 / 10).contains(&wait), "{wait} for {pause}");
        now += wait + 1;
        assert_eq!(breaker.wanted(at(now)), breaker::Decision::Probe);
        assert!(matches!(breaker.wanted(at(now)), breaker::Decision::Wait(_)), "one probe at a time");
        breaker.failed(at(now));
    }
    now += 140_000;
    assert_eq!(breaker.wanted(at(now)), breaker::Decision::Probe);
    breaker.answered();
    assert_eq!(breaker.wanted(at(now)), breaker::Decision::Go);
}

#[test]
fn a_probe_that_was_not_made_or_never_heard_of_does_not_keep_the_upstream_alone_for_good() {
    let start = Instant::now();
    let mut breaker = Breaker::default();
    (0..3).for_each(|_| breaker.failed(start));
    let later = start + Duration::from_secs(6);
    assert_eq!(breaker.wanted(later), breaker::Decision::Probe);
    breaker.not_made(later);
    assert_eq!(breaker.wanted(later), breaker::Decision::Probe);
    assert_eq!(breaker.wanted(later + Duration::from_secs(30)), breaker::Decision::Probe);
}

#[test]
fn retries_are_at_most_a_sixth_of_all_calls() {
    let mut retries = Retries::default();
    let (mut first_calls, mut made) = (0, 0);
    for _ in 0..10_000 {
        retries.first_call();
        first_calls += 1;
        made += u32::from(retries.take());
    }
    assert!(made > 1_900 && made * 6 <= first_calls + made + 6, "{made} of {first_calls}");
}
