//! In: how the Coding Service is to be asked. Out: for each step on the way there whether it works, and where it does
//! not, what a network team must open. Next: the command, which shows it.
//!
//! | step | module |
//! |---|---|
//! | the way: direct, or through a web proxy | `way` |
//! | name look-up, connection, tunnel | `steps` |
//! | TLS and an answer of the host, whatever it is | `exchange` |
//!
//! No token is asked for, no call is made and no secret is sent, but the password of the web proxy.

mod exchange;
mod steps;
mod way;

use crate::config::UpstreamConfig;
use reqwest::Url;
use way::Way;

/// What one step came to.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What was tried.
    pub step: String,
    /// What was found.
    pub result: Result<String, Trouble>,
}

/// A step that does not work.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// What was seen.
    pub seen: String,
    /// What is to be done, by whom.
    pub advice: String,
}

impl Trouble {
    fn new(seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { seen: seen.into(), advice: advice.into() }
    }
}

/// Goes the way to the token host and to the API host, step by step, as far as it leads, and tells each step.
pub async fn examine(config: &UpstreamConfig, tell: &mut (dyn FnMut(Finding) + Send)) {
    let client = match exchange::client(config) {
        Ok(client) => client,
        Err(trouble) => return tell(Finding { step: "root certificates".into(), result: Err(trouble) }),
    };
    let mut known = Vec::new();
    for (whose, url) in [("token host", &config.token_url), ("API host", &config.api_url)] {
        // The settings were checked.
        let Ok(url) = Url::parse(url) else { continue };
        let origin = url.origin().ascii_serialization();
        if known.contains(&origin) {
            let result = Ok(format!("the same as the token host: {origin}"));
            tell(Finding { step: whose.into(), result });
            continue;
        }
        let way = Way::to(&url, config);
        tell(Finding { step: whose.into(), result: Ok(format!("{origin}, {way}")) });
        let _ = walk(&way, &origin, &client, tell).await;
        known.push(origin);
    }
}

async fn walk(
    way: &Way,
    origin: &str,
    client: &reqwest::Client,
    tell: &mut (dyn FnMut(Finding) + Send),
) -> Result<(), ()> {
    let mut note = |step: String, result: Result<String, Trouble>| {
        let outcome = result.as_ref().map(|_| ()).map_err(|_| ());
        tell(Finding { step, result });
        outcome
    };
    let first = way.first();
    let addresses = steps::look_up(first).await;
    note(
        format!("  name {}", first.name),
        addresses.as_ref().map(|(said, _)| said.clone()).map_err(Clone::clone),
    )?;
    let Ok((_, addresses)) = addresses else { return Err(()) };
    let connection = steps::connect(first, &addresses).await;
    let connected = connection.as_ref().map(|_| "open".to_owned()).map_err(Clone::clone);
    note(format!("  connection to {first}"), connected)?;
    if let (Ok(connection), Some((proxy, target))) = (connection, way.tunnel()) {
        note(format!("  tunnel to {target}"), steps::tunnel(connection, proxy, target).await)?;
    }
    let step = if origin.starts_with("https:") { "  TLS and an answer" } else { "  an answer" };
    note(step.into(), exchange::answer(client, origin).await)
}
