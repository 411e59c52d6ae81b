//! In: the proxy's options, its settings file and the environment. Out: its configuration, and what is in effect as a
//! table. Next: back to `proxy`, which runs with it.

use crate::proxy::Arguments;
use anyhow::Result;
use occuform_proxy::config::{ClientSecret, Config, FallbackChoice, USUAL_FILE};
use occuform_settings::Explained;
use std::path::Path;

/// The configuration, and where each value comes from.
pub(crate) struct ProxySettings {
    pub(crate) config: Config,
    rows: Vec<[String; 3]>,
    unknown_variables: Vec<String>,
}

/// The settings of the file, or of the usual one, and of the environment.
pub(crate) fn read(file: Option<&Path>) -> Result<(Config, Explained)> {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Ok(Config::read(file.unwrap_or(Path::new(USUAL_FILE)), file.is_some(), variables)?)
}

impl ProxySettings {
    pub(crate) fn read(arguments: &Arguments) -> Result<Self> {
        let (config, explained) = read(arguments.config.as_deref())?;
        let rows = explained
            .settings
            .into_iter()
            .map(|setting| [setting.key.to_owned(), setting.value, setting.source.to_string()]);
        let rows = rows.collect();
        let mut settings = Self { config, rows, unknown_variables: explained.unknown_variables };
        settings.apply(arguments);
        Ok(settings)
    }

    /// Options on the command line win.
    fn apply(&mut self, arguments: &Arguments) {
        if let Some(listen) = arguments.listen {
            self.config.listen = listen;
            self.show("listen", listen.to_string(), "--listen");
        }
        if let Some(topic) = arguments.topic {
            self.config.topic = topic;
            self.show("topic", topic.uri_name.to_owned(), "--topic");
        }
        if let Some(model) = &arguments.model {
            self.config.model = Some(model.clone());
            self.show("model", model.display().to_string(), "--model");
        }
        if let Some(log) = arguments.log {
            self.config.server.log = log;
            self.show("log.format", format!("{log:?}").to_lowercase(), "--log");
        }
        if let Some(files) = &arguments.files {
            self.config.files = Some(files.clone());
            self.show("files", files.display().to_string(), "--files");
        }
    }

    fn show(&mut self, key: &str, value: String, option: &str) {
        if let Some(row) = self.rows.iter_mut().find(|row| row[0] == key) {
            *row = [key.to_owned(), value, option.to_owned()];
        }
    }

    /// Writes the settings in effect to standard output.
    pub(crate) fn explain(&self) {
        let width = |column: usize| self.rows.iter().map(|row| row[column].len()).max().unwrap_or_default();
        let (keys, values) = (width(0), width(1));
        for [key, value, source] in &self.rows {
            println!("{key:keys$}  {value:values$}  {source}");
        }
        println!();
        for name in &self.unknown_variables {
            println!("note: there is no setting for the environment variable {name}");
        }
        match &self.config.upstream {
            None => println!("Answers: the embedded coder. No Coding Service is set up."),
            Some(upstream) => {
                let secret = match &upstream.client_secret {
                    ClientSecret::File(file) => format!("in {}", file.display()),
                    ClientSecret::Given(_) => "given in the environment".to_owned(),
                };
                println!("Client secret: {secret}, hidden here.");
                match &upstream.redis_url {
                    Some(_) => println!("State and answers: shared through Redis, whose URL is hidden here."),
                    None => println!("State: the folder {}, of this proxy alone.", upstream.state.display()),
                }
                let otherwise = match self.config.fallback {
                    FallbackChoice::Embedded => "the embedded coder",
                    FallbackChoice::None => "nobody, and the client is told to come back",
                };
                println!("Answers: the Coding Service at {}; if not in time, {otherwise}.", upstream.api_url);
            }
        }
    }
}
