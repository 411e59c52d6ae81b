//! A day in the life of a form: 10,000 respondents who come as people do, and the 1,000 calls that everyone may make.
//! Next: `chart` draws it, into the folder that `OCCUFORM_PICTURES` names.

use crate::chart;
use crate::world::{Options, Outcome, World};
use occuform_proxy::coder::Source;
use rand::distr::weighted::WeightedIndex;
use rand::distr::{Distribution, Uniform};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::Path;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

const RESPONDENTS: usize = 10_000;
/// Who comes in each hour, of 100: few at night, most before noon, again many in the evening.
const ARRIVALS: [u32; 24] = [1, 0, 0, 0, 0, 1, 2, 4, 6, 8, 9, 8, 6, 6, 6, 5, 5, 5, 6, 7, 7, 5, 2, 1];
/// Titles that people write, the nth as often as 1/n of the first.
const TITLES: u32 = 20_000;
/// Who goes on to the tasks, and is asked for again with words of their own.
const SHARE_WITH_TASKS: f64 = 0.6;
const UNTIL_TASKS: Duration = Duration::from_secs(20);
const CALLS_PER_DAY: u32 = 1_000;
const HOUR: u64 = 3_600;

/// How many were answered by whom.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answered {
    pub upstream: u32,
    pub cache: u32,
    pub embedded: u32,
}

impl Answered {
    fn add(&mut self, source: Source) {
        *match source {
            Source::Upstream => &mut self.upstream,
            Source::Cache => &mut self.cache,
            Source::Embedded => &mut self.embedded,
        } += 1;
    }

    pub fn all(self) -> u32 {
        self.upstream + self.cache + self.embedded
    }
}

/// One for each half hour.
pub type Day = [Answered; 48];

/// When what is asked, after midnight.
fn questions() -> Vec<(Duration, String)> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let hours = WeightedIndex::new(ARRIVALS).unwrap();
    let titles = WeightedIndex::new((1..=TITLES).map(|rank| 1.0 / f64::from(rank))).unwrap();
    let within_hour = Uniform::new(0, HOUR * 1_000).unwrap();
    let mut questions = Vec::new();
    for respondent in 0..RESPONDENTS {
        let hour = Duration::from_secs(hours.sample(&mut random) as u64 * HOUR);
        let at = hour + Duration::from_millis(within_hour.sample(&mut random));
        let title = format!("title {}", titles.sample(&mut random));
        if random.random_bool(SHARE_WITH_TASKS) {
            questions.push((at + UNTIL_TASKS, format!("{title}, tasks {respondent}")));
        }
        questions.push((at, title));
    }
    questions.sort();
    questions
}

async fn day(questions: &[(Duration, String)], calls_per_hour: u32) -> Day {
    let calls_per_day = CALLS_PER_DAY;
    let options = Options { calls_per_day, calls_per_hour, cached_answers: 100_000, ..Options::default() };
    let world = World::ready(options).await;
    let midnight = Instant::now();
    let mut asked = Vec::new();
    for (at, text) in questions {
        sleep_until(midnight + *at).await;
        asked.push((at, world.ask(text)));
    }
    let mut day = [Answered::default(); 48];
    for (at, answer) in asked {
        let Outcome { source, .. } = answer.await.unwrap();
        let half_hour = (at.as_secs() * 2 / HOUR).min(47) as usize;
        day[half_hour].add(source.expect("an answer"));
    }
    let calls = world.upstream.calls().len();
    let of = |count: fn(&Answered) -> u32| day.iter().map(count).sum::<u32>();
    println!(
        "{} asked: {} by the cache, {} by the upstream in {calls} calls, {} embedded",
        of(|answered| answered.all()),
        of(|answered| answered.cache),
        of(|answered| answered.upstream),
        of(|answered| answered.embedded),
    );
    assert!(calls <= CALLS_PER_DAY as usize);
    world.upstream.assert_pace();
    day
}

#[tokio::test(start_paused = true)]
async fn shares_of_the_hours_leave_calls_for_the_evening() {
    let questions = questions();
    let unshared = day(&questions, u32::MAX).await;
    let shared = day(&questions, 55).await;
    let in_the_evening = |day: &Day| day[36..44].iter().map(|answered| answered.upstream).sum::<u32>();
    assert_eq!(in_the_evening(&unshared), 0);
    assert!(in_the_evening(&shared) > 150, "{}", in_the_evening(&shared));
    if let Some(folder) = std::env::var_os("OCCUFORM_PICTURES") {
        let panels =
            [("upstream.calls_per_hour = \"all\"", unshared), ("upstream.calls_per_hour = 55", shared)];
        chart::draw(&Path::new(&folder).join("day.svg"), &panels);
    }
}
