//! In: a folder of model files. Out: the models of each topic by version. Next: `topics` lists them, `code` asks them.

use occuform_api::{ServiceError, Topic};
use occuform_coder::{Model, ModelFileError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const EXTENSION: &str = "model";

/// One version of a topic's coder.
#[derive(Debug)]
pub struct Version {
    /// What it codes to.
    pub topic: Topic,
    /// Its number: the highest is the latest.
    pub number: u32,
    /// The coder.
    pub coder: Model,
}

/// All models that can be asked, by topic and version.
#[derive(Clone, Debug, Default)]
pub struct Models {
    versions: Vec<Arc<Version>>,
}

/// Why a folder's models cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// The folder or a file cannot be read.
    #[error("cannot read {0}; make a model with 'occuform train'")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// The folder holds no models.
    #[error("{0} holds no models; make one with 'occuform train'")]
    Empty(PathBuf),
    /// A name that tells no topic and version.
    #[error("{0}: a model file is named TOPIC.model, or TOPIC-VERSION.model with a version from 1 on")]
    Name(PathBuf),
    /// A file that is no model.
    #[error("cannot use the model {0}")]
    Unusable(PathBuf, #[source] ModelFileError),
    /// The name says another topic than the model.
    #[error("{path}: the model was trained for the topic '{trained}', its name says '{named}'")]
    Topic {
        /// The file.
        path: PathBuf,
        /// By the model.
        trained: String,
        /// By the name.
        named: String,
    },
    /// Two files are the same version or the same model.
    #[error("{0} and another file are the same {1}")]
    Twice(PathBuf, &'static str),
}

impl Models {
    /// Reads all model files of a folder.
    ///
    /// `osca.model` is version 1 of the topic `osca`, `osca-2.model` is version 2.
    ///
    /// # Errors
    /// When there is none, or one of them cannot be used.
    pub fn read(folder: &Path) -> Result<Self, ModelsError> {
        let unreadable = |error| ModelsError::Unreadable(folder.to_owned(), error);
        let entries = std::fs::read_dir(folder).map_err(unreadable)?;
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(unreadable)?.path();
            paths.extend((path.extension().is_some_and(|it| it == EXTENSION)).then_some(path));
        }
        paths.sort();
        let mut models = Self::default();
        for path in paths {
            let (named, number) = name(&path).ok_or_else(|| ModelsError::Name(path.clone()))?;
            let bytes = std::fs::read(&path).map_err(|error| ModelsError::Unreadable(path.clone(), error))?;
            let coder =
                Model::from_bytes(&bytes).map_err(|error| ModelsError::Unusable(path.clone(), error))?;
            let trained = coder.provenance().topic.clone();
            let topic = Topic::find(&trained).filter(|topic| topic.uri_name == named);
            let topic = topic.ok_or_else(|| ModelsError::Topic { path: path.clone(), trained, named })?;
            models.add(topic, number, coder).map_err(|what| ModelsError::Twice(path, what))?;
        }
        if models.versions.is_empty() {
            return Err(ModelsError::Empty(folder.to_owned()));
        }
        Ok(models)
    }

    /// Adds a version.
    ///
    /// # Errors
    /// When there is the same version or the same model already: which of the two.
    pub fn add(&mut self, topic: Topic, number: u32, coder: Model) -> Result<(), &'static str> {
        if self.versions.iter().any(|version| version.coder.id() == coder.id()) {
            return Err("model");
        }
        if self.of(topic).any(|version| version.number == number) {
            return Err("version");
        }
        self.versions.push(Arc::new(Version { topic, number, coder }));
        self.versions.sort_by_key(|version| (version.topic.uri_name, std::cmp::Reverse(version.number)));
        Ok(())
    }

    /// A topic's versions, the latest first.
    pub fn of(&self, topic: Topic) -> impl Iterator<Item = &Arc<Version>> {
        self.versions.iter().filter(move |version| version.topic == topic)
    }

    /// The topics of the path that have models or could have.
    ///
    /// # Errors
    /// When there is no such topic.
    pub fn topic(&self, name: &str) -> Result<Topic, ServiceError> {
        Topic::find(name).ok_or(ServiceError::UnknownTopic)
    }

    /// The topic's version with the highest number.
    ///
    /// # Errors
    /// When there is no such topic, or it has no model.
    pub fn latest(&self, topic: &str) -> Result<&Arc<Version>, ServiceError> {
        self.of(self.topic(topic)?).next().ok_or(ServiceError::NoModels)
    }

    /// The topic's model with this GUID.
    ///
    /// # Errors
    /// When there is no such topic or model, or the model is another topic's.
    pub fn find(&self, topic: &str, id: &str) -> Result<&Arc<Version>, ServiceError> {
        let topic = self.topic(topic)?;
        let same = |version: &&Arc<Version>| version.coder.id().to_string().eq_ignore_ascii_case(id);
        let version = self.versions.iter().find(same).ok_or(ServiceError::UnknownModel)?;
        if version.topic == topic { Ok(version) } else { Err(ServiceError::OtherTopicsModel) }
    }

    /// Every version of every topic.
    pub fn all(&self) -> &[Arc<Version>] {
        &self.versions
    }
}

impl Version {
    /// As the API shows it.
    pub fn describe(&self) -> occuform_api::Model {
        self.coder.describe(self.topic, self.number)
    }
}

/// Topic and version by the name of a file.
fn name(path: &Path) -> Option<(String, u32)> {
    let stem = path.file_stem()?.to_str()?;
    let (topic, version) = stem.rsplit_once('-').unwrap_or((stem, "1"));
    let number = version.parse().ok().filter(|number| *number > 0)?;
    (!topic.is_empty()).then(|| (topic.to_owned(), number))
}
