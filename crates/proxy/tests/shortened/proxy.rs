//! The proxy as a process, for tests only: its hour and day are as many milliseconds as its two arguments say, and
//! there is no embedded coder. Everything else is set as usual, by the environment.

use occuform_proxy::config::Config;
use occuform_proxy::metrics::Metrics;
use occuform_serving::{Server, Workers};
use std::error::Error;
use std::future::pending;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let lengths: Vec<u64> =
        std::env::args().skip(1).map(|length| length.parse()).collect::<Result<_, _>>()?;
    let [hour, day] = lengths[..] else { return Err("shortened-proxy HOUR_MS DAY_MS".into()) };
    let mut config = Config::read(Path::new("nowhere.toml"), false, std::env::vars())?.0;
    config.files = None;
    if let Some(upstream) = &mut config.upstream {
        (upstream.hour, upstream.day) = (Duration::from_millis(hour), Duration::from_millis(day));
    }
    let metrics = Metrics::default();
    let coder = occuform_proxy::assemble(&config, None, &metrics)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    let server = Server { listener, admin: None, limits: config.server.limits, workers: Workers::start(2)? };
    Ok(occuform_proxy::run(server, &config, coder, &metrics, pending()).await?)
}
