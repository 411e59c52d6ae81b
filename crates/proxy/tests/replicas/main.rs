//! The rules of token and pace held by three proxies together, under simulated time: crashes at every await point,
//! machines that start anew, and dates that are up to ten minutes wrong either way.

mod world;

use occuform_proxy::upstream::authorised::Authorised;
use occuform_proxy::upstream::{Call, CallFailure, Reply, Upstream};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use world::{DAY, HOUR, World};

const DEADLINE: Duration = Duration::from_secs(8);
const MACHINES: [&str; 3] = ["a", "b", "c"];

/// A respondent's.
async fn call(proxy: &Authorised<impl Upstream>, patience: Duration) -> Result<Reply, CallFailure> {
    let turn = proxy.turn(Instant::now() + patience).await?;
    proxy.send(turn, &Call::LatestModel).await
}

/// Three proxies with respondents of their own, for so long. Says how many lives the proxies had.
async fn live(world: &Arc<World>, users: u64, length: Duration, ceiling: u32, points: u64) -> u32 {
    let mut lives = tokio::task::JoinSet::new();
    for machine in MACHINES {
        lives.spawn(one_machine(Arc::clone(world), machine, users / 3, length, ceiling, points));
    }
    lives.join_all().await.into_iter().sum()
}

async fn one_machine(
    world: Arc<World>,
    machine: &'static str,
    users: u64,
    length: Duration,
    ceiling: u32,
    points: u64,
) -> u32 {
    let until = world.truth() + length;
    let mut booted = world.truth().saturating_sub(DAY);
    let mut lives = 0;
    let pause = length.as_millis() as u64 / users * 2;
    while world.truth() < until {
        lives += 1;
        let life = world.start(machine, booted, 1 + world.random(points) as u32);
        let proxy = Arc::new(life.proxy(&format!("{machine}{lives}"), ceiling));
        while !life.is_over() && world.truth() < until {
            let proxy = Arc::clone(&proxy);
            tokio::spawn(async move { timeout(DEADLINE, call(&proxy, DEADLINE)).await });
            sleep(Duration::from_millis(world.random(pause))).await;
            if world.random(100) == 0 {
                world.step_date();
            }
        }
        sleep(Duration::from_millis(world.random(20_000))).await;
        if world.random(3) == 0 {
            booted = world.truth();
        }
    }
    lives
}

#[tokio::test(start_paused = true)]
async fn a_whole_day_of_ten_thousand_users_keeps_the_rules() {
    let world = World::new(1);
    let lives = live(&world, 10_000, DAY, 1_000, 600).await;
    world.assert_rules_were_kept(1_000);
    let (attempts, calls) = (world.attempts.lock().unwrap().len(), world.calls.lock().unwrap().len());
    println!("{lives} lives of 3 proxies, {attempts} token requests, {calls} calls");
    assert!(attempts >= 12 && calls >= 500 && lives >= 100, "{attempts} {calls} {lives}");
}

/// From the first look at what is kept to the last look before the token is used: 12 await points.
#[tokio::test(start_paused = true)]
async fn a_crash_at_any_await_point_of_the_token_breaks_no_rule() {
    let mut renewed = 0;
    for (point, seed) in (1..=12).flat_map(|point| [(point, 100), (point, 200)]) {
        let world = World::new(seed + u64::from(point));
        let first = world.start("a", world.truth().saturating_sub(DAY), point);
        let proxy = first.proxy("first", 20);
        let asked = tokio::spawn(async move { timeout(DEADLINE * 4, call(&proxy, DEADLINE * 4)).await });
        live(&world, 600, HOUR * 5, 20, 10_000).await;
        asked.await.unwrap().ok();
        assert!(first.is_over(), "there is no await point {point}");
        world.assert_rules_were_kept(20);
        renewed += usize::from(world.attempts.lock().unwrap().len() >= 3);
    }
    assert!(renewed >= 20, "tokens were renewed after {renewed} of 24 crashes");
}
