//! The words of JSON Schema 2020-12 that a field may be given, and what stands behind each.

/// What stands behind a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A number, a text, a list of values: nothing that has words of its own.
    Value,
    /// A schema.
    Schema,
    /// A list of schemas.
    Schemas,
    /// A map whose values are schemas.
    Named,
}

/// Every word that constrains an answer, then those that only describe it.
///
/// What needs another document or an anchor (`$ref`, `$dynamicRef`, `$id`, …) is not among them: a
/// field stands for itself.
pub const WORDS: [(&str, Takes); 51] = [
    ("type", Takes::Value),
    ("enum", Takes::Value),
    ("const", Takes::Value),
    ("multipleOf", Takes::Value),
    ("maximum", Takes::Value),
    ("exclusiveMaximum", Takes::Value),
    ("minimum", Takes::Value),
    ("exclusiveMinimum", Takes::Value),
    ("maxLength", Takes::Value),
    ("minLength", Takes::Value),
    ("pattern", Takes::Value),
    ("format", Takes::Value),
    ("maxItems", Takes::Value),
    ("minItems", Takes::Value),
    ("uniqueItems", Takes::Value),
    ("maxContains", Takes::Value),
    ("minContains", Takes::Value),
    ("maxProperties", Takes::Value),
    ("minProperties", Takes::Value),
    ("required", Takes::Value),
    ("dependentRequired", Takes::Value),
    ("allOf", Takes::Schemas),
    ("anyOf", Takes::Schemas),
    ("oneOf", Takes::Schemas),
    ("not", Takes::Schema),
    ("if", Takes::Schema),
    ("then", Takes::Schema),
    ("else", Takes::Schema),
    ("dependentSchemas", Takes::Named),
    ("prefixItems", Takes::Schemas),
    ("items", Takes::Schema),
    ("contains", Takes::Schema),
    ("properties", Takes::Named),
    ("patternProperties", Takes::Named),
    ("additionalProperties", Takes::Schema),
    ("propertyNames", Takes::Schema),
    ("unevaluatedItems", Takes::Schema),
    ("unevaluatedProperties", Takes::Schema),
    ("title", Takes::Value),
    ("description", Takes::Value),
    ("default", Takes::Value),
    ("deprecated", Takes::Value),
    ("readOnly", Takes::Value),
    ("writeOnly", Takes::Value),
    ("examples", Takes::Value),
    ("contentEncoding", Takes::Value),
    ("contentMediaType", Takes::Value),
    ("contentSchema", Takes::Schema),
    ("$comment", Takes::Value),
    ("$defs", Takes::Named),
    ("definitions", Takes::Named),
];

/// What stands behind `word`; none where it is no word of JSON Schema that a field may be given.
pub fn takes(word: &str) -> Option<Takes> {
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, takes)| *takes)
}
