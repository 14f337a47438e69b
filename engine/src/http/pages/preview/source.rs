//! `/preview/files/…`: a text file of the definitions with its lines, so that a finding can lead to the
//! line that made it.

use std::path::{Component, Path, PathBuf};

use axum::extract::{Path as Segments, State};
use axum::http::HeaderMap;
use axum::response::Html;

use crate::definition::Language;
use crate::http::{App, Error, cookie, shell};
use crate::theme::view::{Crumb, SourceView};

/// What may be shown: text that an author writes.
const ENDINGS: [&str; 5] = ["yaml", "md", "csv", "typ", "json"];
/// Bytes of the largest file that is shown.
const LARGEST: u64 = 2 << 20;

/// The file, line by line.
pub(in crate::http) async fn show(
    State(app): State<App>,
    Segments(path): Segments<String>,
    headers: HeaderMap,
) -> Result<Html<String>, Error> {
    let watch = app.settings().watch.as_ref().ok_or(Error::NotFound)?;
    let below = inside(&path).ok_or(Error::NotFound)?;
    let file = watch.folders().forms.join(&below);
    let about = tokio::fs::metadata(&file).await.map_err(|_| Error::NotFound)?;
    if !about.is_file() || about.len() > LARGEST {
        return Err(Error::NotFound);
    }
    let text = tokio::fs::read_to_string(&file).await.map_err(|_| Error::NotFound)?;
    let language = cookie::read_language(&headers).unwrap_or(Language::Chinese);
    let view = SourceView {
        path: below.display().to_string(),
        lines: text.lines().map(str::to_owned).collect(),
    };
    let mut shell = shell::bare(&app, None, language, &format!("/preview/files/{path}"), &headers);
    shell.breadcrumb = vec![
        Crumb {
            label: app.front().text(language, "preview", &[]),
            href: Some("/preview/".into()),
        },
        Crumb {
            label: view.path.clone(),
            href: None,
        },
    ];
    Ok(Html(app.front().page(&shell, &view)?))
}

/// A path that stays inside the folder and names text.
fn inside(path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    let plain =
        |part: Component<'_>| matches!(part, Component::Normal(name) if !name.to_string_lossy().starts_with('.'));
    let text = path
        .extension()
        .is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
    (text && path.components().all(plain)).then(|| path.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn only_text_inside_the_folder_is_shown() {
        for (path, expected) in [
            ("north/a.form.yaml", true),
            ("north/documents/form.typ", true),
            ("../secret.yaml", false),
            ("north/../../secret.yaml", false),
            ("/etc/a.yaml", false),
            ("north/.git/a.yaml", false),
            ("north/plugins/a.wasm", false),
            ("north/key", false),
            ("", false),
        ] {
            assert_eq!(inside(path).is_some(), expected, "{path}");
        }
    }
}
