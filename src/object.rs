//! In: an object that the page hands over. Out: its fields, each read by name, so that one of the wrong type counts as
//! missing. And the other way round: small objects for the page.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

pub(crate) fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        set(&object, name, value);
    }
    object.into()
}

pub(crate) fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// The field, or `undefined`.
pub(crate) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

pub(crate) fn text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

pub(crate) fn number(object: &JsValue, name: &str) -> Option<f64> {
    get(object, name).as_f64()
}

/// A whole number that is not negative.
#[expect(clippy::cast_sign_loss, reason = "a negative number becomes 0")]
pub(crate) fn count(object: &JsValue, name: &str) -> Option<u32> {
    number(object, name).map(|number| number as u32)
}

pub(crate) fn flag(object: &JsValue, name: &str) -> bool {
    get(object, name).is_truthy()
}
