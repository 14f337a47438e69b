//! Which answer a character stands in, so that a missing glyph can be told to the person who typed it.

use serde_json::Value as Json;

/// Where `data` says `character`: the label of a field, with its row for a table; the path of the
/// value for data that has no labelled pages; none where the data does not say it at all.
pub(super) fn field_with(character: char, data: &Json) -> Option<String> {
    in_pages(character, data).or_else(|| path_to(character, data, String::new()))
}

fn in_pages(character: char, data: &Json) -> Option<String> {
    let pages = data.get("pages")?.as_array()?;
    pages
        .iter()
        .filter_map(|page| page.get("fields")?.as_array())
        .flatten()
        .find_map(|field| {
            let label = field.get("label")?.as_str()?;
            if says(field.get("text"), character) {
                return Some(label.to_owned());
            }
            let columns = field.get("columns")?.as_array()?;
            let rows = field.get("rows")?.as_array()?;
            rows.iter().enumerate().find_map(|(row, cells)| {
                let column = cells.as_array()?.iter().position(|cell| says(Some(cell), character))?;
                let column = columns.get(column)?.get("label")?.as_str()?;
                Some(format!("{label} {} · {column}", row + 1))
            })
        })
}

fn says(text: Option<&Json>, character: char) -> bool {
    text.and_then(Json::as_str).is_some_and(|text| text.contains(character))
}

fn path_to(character: char, data: &Json, path: String) -> Option<String> {
    match data {
        Json::String(text) => text.contains(character).then_some(path),
        Json::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(at, item)| path_to(character, item, format!("{path}[{at}]"))),
        Json::Object(entries) => entries.iter().find_map(|(key, value)| {
            let dot = if path.is_empty() { "" } else { "." };
            path_to(character, value, format!("{path}{dot}{key}"))
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_character_is_found_by_label_row_and_path() {
        let data = json!({
            "region": {"name": "丁"},
            "pages": [{"fields": [
                {"id": "name", "label": "成果名称", "text": "甲"},
                {"id": "people", "label": "完成人员", "columns": [{"label": "姓名"}, {"label": "职称"}],
                 "rows": [["子", "丑"], ["乙", ""]]},
            ]}],
            "extra": ["丙"],
        });
        let table = [
            ('甲', Some("成果名称")),
            ('丑', Some("完成人员 1 · 职称")),
            ('乙', Some("完成人员 2 · 姓名")),
            ('丙', Some("extra[0]")),
            ('丁', Some("region.name")),
            ('戊', None),
        ];
        for (character, expected) in table {
            assert_eq!(field_with(character, &data).as_deref(), expected, "{character}");
        }
    }
}
