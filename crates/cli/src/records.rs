//! In: a file of records whose codes are known. Out: those of one split, coded to the topic. Next: `train` calibrates
//! with them, `evaluate` compares.

use anyhow::{Context, Result};
use occuform_api::{OSCA, Topic};
use occuform_coder::Lexicon;
use occuform_coder::evaluation::{KnownRecord, Split};
use std::path::{Path, PathBuf};

/// The records that come with the lexicon.
pub(crate) fn usual_path(lexicon: &Path) -> PathBuf {
    lexicon.join("evaluation/osca.tsv")
}

/// All records for no split. Records of OSCA are recoded for another topic with the help of the lexicon.
pub(crate) fn read(
    path: &Path,
    split: Option<Split>,
    topic: Topic,
    lexicon: &Path,
) -> Result<Vec<KnownRecord>> {
    let mut records = KnownRecord::read(path).context("cannot read the records")?;
    records.retain(|record| split.is_none_or(|split| record.split() == split));
    if topic == OSCA {
        return Ok(records);
    }
    let osca = Lexicon::read(lexicon, OSCA).context("cannot read the lexicon")?;
    Ok(KnownRecord::recoded_to_anzsco(records, &osca))
}
