pub(super) fn all() -> serde_json::Value { serde_json::json!({}) }
