//! What of a template is known when it is loaded: `{{ t("key") }}` and `{{ asset("file") }}` become what they say, so
//! that nothing looks them up while a page is filled.

use super::assets::Assets;
use super::form::escaped;
use super::texts::Catalogue;

/// The template with its constants in it. What is not there stays a call, and is told when it is made.
pub(super) fn fold(source: &str, catalogue: &Catalogue, assets: &Assets) -> String {
    let mut folded = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find("{{ ") {
        folded.push_str(&rest[..at]);
        rest = &rest[at..];
        let call = |name: &str| {
            rest.strip_prefix(name)?
                .split_once("\") }}")
                .filter(|(key, _)| is_plain(key))
        };
        let said = match (call("{{ t(\""), call("{{ asset(\"")) {
            (Some((key, behind)), _) => catalogue.text(key, &[]).zip(Some(behind)),
            (_, Some((file, behind))) => assets.address(file).zip(Some(behind)),
            _ => None,
        };
        match said {
            Some((said, behind)) => {
                folded.push_str(&literal(&said));
                rest = behind;
            }
            None => {
                folded.push_str("{{ ");
                rest = &rest["{{ ".len()..];
            }
        }
    }
    folded + rest
}

/// Whether it is one constant and nothing else.
fn is_plain(key: &str) -> bool {
    !key.contains(['"', '\\', '\n'])
}

/// A text that stands for itself in a template, on one line, so that what is behind it stays on its own.
fn literal(text: &str) -> String {
    escaped(text).replace('{', "&#123;").replace('\n', "&#10;")
}
