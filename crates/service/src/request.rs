//! In: the body of a coding call. Out: records that keep every rule, with what is repeated in their answers; or the
//! guide's error. Next: `code` has them coded.

use occuform_api::{
    JobText, MAX_RECORDS, MAX_SUGGESTIONS, SentTexts, ServiceError, SmallBatchRecord, TextError, TextLength,
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A coding call that can be carried out.
#[derive(Debug)]
pub(crate) struct CodingRequest {
    pub records: Records,
    /// 1 to [`MAX_SUGGESTIONS`].
    pub suggestions: u8,
}

/// One record, whose answer is an object, or several, whose answer is an array.
#[derive(Debug)]
pub(crate) enum Records {
    Single(ValidRecord),
    Batch(Vec<ValidRecord>),
}

/// A record that keeps the rules, and what its answer repeats.
#[derive(Debug)]
pub(crate) struct ValidRecord {
    pub text: JobText,
    pub record_id: Option<String>,
    pub sent: SentTexts,
}

/// Both shapes of a body, none of whose fields may stand twice.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only read")]
struct Typed {
    record: Option<SmallBatchRecord>,
    records: Option<Vec<SmallBatchRecord>>,
    number_of_suggestions: Option<u8>,
}

impl CodingRequest {
    /// Reads a body, in the order of what its sender would mend first: the shape of the whole, the number of records,
    /// the records' fields, their characters, their lengths.
    pub fn read(bytes: &[u8]) -> Result<Self, ServiceError> {
        let body: Map<String, Value> =
            serde_json::from_slice(bytes).map_err(|_| ServiceError::InvalidRequestBody)?;
        if body.keys().any(|key| !matches!(key.as_str(), "record" | "records" | "numberOfSuggestions")) {
            return Err(ServiceError::InvalidRequestBody);
        }
        let suggestions = suggestions(body.get("numberOfSuggestions"))?;
        let records = match (body.get("record"), body.get("records")) {
            (Some(record), None) => Records::Single(single(record)?),
            (None, Some(records)) => Records::Batch(batch(records)?),
            (None, None) => return Err(ServiceError::MalformedRecord),
            (Some(_), Some(_)) => return Err(ServiceError::InvalidRequestBody),
        };
        // Whatever else could be wrong was looked for: a field stands twice, and all but the last were dropped.
        serde_json::from_slice::<Typed>(bytes).map_err(|_| ServiceError::InvalidRequestBody)?;
        Ok(Self { records, suggestions })
    }
}

impl Records {
    /// How many there are.
    pub fn len(&self) -> u32 {
        match self {
            Self::Single(_) => 1,
            Self::Batch(records) => records.len() as u32,
        }
    }
}

fn suggestions(number: Option<&Value>) -> Result<u8, ServiceError> {
    let Some(number) = number else {
        return Ok(MAX_SUGGESTIONS);
    };
    let number = number.as_u64().and_then(|number| u8::try_from(number).ok());
    number.filter(|number| (1..=MAX_SUGGESTIONS).contains(number)).ok_or(ServiceError::InvalidRequestBody)
}

fn single(record: &Value) -> Result<ValidRecord, ServiceError> {
    if record.get("recordId").is_some() {
        return Err(ServiceError::MalformedRecord);
    }
    validate(vec![well_formed(record)?]).map(|mut records| records.remove(0))
}

fn batch(records: &Value) -> Result<Vec<ValidRecord>, ServiceError> {
    let records = records.as_array().ok_or(ServiceError::InvalidRequestBody)?;
    match records.len() {
        0 => Err(ServiceError::NoRecords),
        1..=MAX_RECORDS => validate(records.iter().map(well_formed).collect::<Result<_, _>>()?),
        _ => Err(ServiceError::TooManyRecords),
    }
}

fn well_formed(record: &Value) -> Result<SmallBatchRecord, ServiceError> {
    let well_formed = SmallBatchRecord::deserialize(record).ok().filter(|_| record.is_object());
    well_formed.ok_or(ServiceError::MalformedRecord)
}

fn validate(records: Vec<SmallBatchRecord>) -> Result<Vec<ValidRecord>, ServiceError> {
    let mut valid = Vec::with_capacity(records.len());
    let mut lengths = Vec::new();
    for (index, record) in records.into_iter().enumerate() {
        let SmallBatchRecord { record_id, occp_text, tasks_text } = record;
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        match JobText::new(&text(&occp_text), &text(&tasks_text)) {
            Ok(text) => {
                valid.push(ValidRecord { text, record_id, sent: SentTexts { occp_text, tasks_text } });
            }
            Err(TextError::NotPrintableAscii { .. }) => return Err(ServiceError::InvalidRequestBody),
            Err(TextError::TooShort { .. }) => lengths.push(TextLength { index, too_long: false }),
            Err(TextError::TooLong { .. }) => lengths.push(TextLength { index, too_long: true }),
        }
    }
    if lengths.is_empty() { Ok(valid) } else { Err(ServiceError::TextLengths(lengths)) }
}
