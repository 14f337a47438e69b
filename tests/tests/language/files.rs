//! L1 and L2: which files there are, what things may be called, how one file lies over another.

use super::tables::definitions;

const FORM: &str = "qingshan/applied.form.yaml";

#[test]
fn l1_files_and_names() {
    definitions(
        "L1",
        vec![
            (
                "A region is a folder under `forms/`.",
                "hongshan/region.yaml",
                "abstract: true\nname: 红山\n",
                &[],
            ),
            ("Names are fixed:", "qingshan/codes/notes.txt", "x", &["unknown-file@1"]),
            (
                "a form's file name is its id",
                FORM,
                "form: other\nextends: base/applied\n",
                &["form-id@1"],
            ),
            (
                "a `*.form.yaml` without `form:` is a *part*, only there to be extended",
                "qingshan/part.form.yaml",
                "pages: {}\n",
                &["unused-part@1"],
            ),
            (
                "are `[a-z][a-z0-9_]*`",
                FORM,
                over("      Area: {label: 面积, type: text}"),
                &["bad-id@6"],
            ),
            (
                "are `[a-z][a-z0-9_]*`",
                FORM,
                over("      area_2: {label: 面积, type: text}"),
                &[],
            ),
            (
                "never a CEL word",
                FORM,
                over("      in: {label: 面积, type: text}"),
                &["bad-id@6"],
            ),
            (
                "never one of `today app row outer it input`",
                FORM,
                over("      today: {label: 日期, type: text}"),
                &["bad-id@6"],
            ),
            (
                "may also use `-`",
                FORM,
                "form: applied\nextends: base/applied\npages:\n  more-pages: {title: 更多, intro: 说明}\n",
                &[],
            ),
            (
                "Everything in Chinese is a label, not an id.",
                FORM,
                over("      面积: {label: 面积, type: text}"),
                &["bad-id@6"],
            ),
            (
                "Fields and lets of one form share a namespace; pages have their own.",
                FORM,
                "form: applied\nextends: base/applied\nlet:\n  fund: 'funded'\n",
                &["duplicate-id@4"],
            ),
            (
                "Fields and lets of one form share a namespace; pages have their own.",
                FORM,
                "form: applied\nextends: base/applied\npages:\n  fund: {title: 经费, intro: 说明}\n",
                &[],
            ),
        ],
    );
}

/// A form with this among the fields of its first page, on line 6.
fn over(field: &'static str) -> &'static str {
    Box::leak(
        format!("form: applied\nextends: base/applied\npages:\n  overview:\n    fields:\n{field}\n").into_boxed_str(),
    )
}

#[test]
fn l2_extending() {
    definitions(
        "L2",
        vec![
            (
                "`extends: X` or `extends: [X, Y]`",
                FORM,
                "form: applied\nextends: [base/applied, base/applied]\n",
                &[],
            ),
            (
                "(path from `forms/`, without suffix; the same kind of file)",
                FORM,
                "form: applied\nextends: base/applied.form.yaml\n",
                &["extends-missing@2"],
            ),
            (
                "lists and texts (`{zh, en}`) are replaced whole",
                FORM,
                over("      keywords: {label: {zh: 主题词}}"),
                &[],
            ),
            ("a written `null` removes", FORM, over("      place: null"), &[]),
            (
                "a key without a value is a problem",
                FORM,
                over("      place:"),
                &["wrong-type@6"],
            ),
            (
                "a key without a value is a problem",
                FORM,
                over("      name: {maxLength: }"),
                &["empty-value@6"],
            ),
            (
                "and so is removing nothing",
                FORM,
                over("      plaice: null"),
                &["removes-nothing@6"],
            ),
            (
                "another `type` discards the inherited constraints",
                FORM,
                over("      name: {type: integer}"),
                &["expression-type@base/applied.form.yaml:53"],
            ),
            (
                "a cycle is a problem",
                FORM,
                "form: applied\nextends: qingshan/applied\n",
                &["extends-cycle@2"],
            ),
            (
                "Code lists, documents and texts are looked for in the own folder, then in the bases.",
                "qingshan/codes/status.csv",
                "code,name\napplied,用了\nunused,没用\nstopped,停了\n",
                &[],
            ),
            (
                "an addition goes last unless it says `after: id` or `before: id`",
                FORM,
                over("      area: {label: 面积, type: text, after: nowhere}"),
                &["unknown-position@6"],
            ),
        ],
    );
}
