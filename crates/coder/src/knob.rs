#![allow(missing_docs)]
pub fn knob(name: &str, usual: f32) -> f32 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}
