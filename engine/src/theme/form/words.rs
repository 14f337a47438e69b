//! The theme's words inside form pages, escaped once a language.

use super::escape::escaped;
use super::money;
use crate::definition::Language;
use crate::theme::Theme;

/// What form pages say besides what the author wrote. Each text is escaped already but for the two
/// that are answers.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) required: String,
    pub(super) choose: String,
    pub(super) filter: String,
    pub(super) none: String,
    /// Not escaped, as an answer is not.
    pub(super) yes: String,
    /// Not escaped, as an answer is not.
    pub(super) no: String,
    pub(super) error: String,
    pub(super) warning: String,
    pub(super) remark: String,
    pub(super) changed: String,
    pub(super) empty: String,
    pub(super) add_another: String,
    pub(super) pick: String,
    pub(super) lookup_none: String,
    pub(super) add_row: String,
    /// With `{n}` still in it.
    pub(super) add_rows: String,
    pub(super) copy_row: String,
    /// With `{n}` still in it.
    pub(super) row_removed: String,
    pub(super) rows_replaced: String,
    pub(super) undo: String,
    pub(super) sheet: String,
    pub(super) sheet_export: String,
    pub(super) sheet_template: String,
    pub(super) paste: String,
    pub(super) paste_help: String,
    pub(super) fill: String,
    pub(super) import: String,
    pub(super) import_help: String,
    pub(super) import_append: String,
    pub(super) import_replace: String,
    pub(super) remove_row: String,
    pub(super) move_up: String,
    pub(super) move_down: String,
    /// With `{n}` still in it.
    pub(super) row: String,
    /// With `{n}` still in it.
    pub(super) item: String,
    pub(super) remove_file: String,
    pub(super) replace_file: String,
    pub(super) view_file: String,
    /// With `{size}` still in it.
    pub(super) file_too_large: String,
    pub(super) file_cut_off: String,
    pub(super) file_encrypted: String,
    pub(super) file_broken: String,
    /// With `{n}` still in it.
    pub(super) file_pages: String,
    /// With `{width}` and `{height}` still in it.
    pub(super) file_pixels: String,
    pub(super) no_file: String,
    pub(super) template: String,
    pub(super) rows_full: String,
    language: Language,
}

impl Words {
    pub(super) fn new(theme: &Theme, language: Language) -> Self {
        let plain = |key: &str| theme.text(language, key, &[]);
        let says = |key: &str| escaped(&theme.text(language, key, &[]));
        Self {
            required: says("required"),
            choose: says("choose"),
            filter: says("filter"),
            none: says("choose_none"),
            yes: plain("yes"),
            no: plain("no"),
            error: says("error_prefix"),
            warning: says("warning_prefix"),
            remark: says("remark_prefix"),
            changed: says("changed"),
            empty: says("not_answered"),
            add_another: says("add_another"),
            pick: says("pick"),
            lookup_none: says("lookup_none"),
            add_row: says("add_row"),
            add_rows: says("add_rows"),
            copy_row: says("copy_row"),
            row_removed: says("row_removed"),
            rows_replaced: says("rows_replaced"),
            undo: says("undo"),
            sheet: says("sheet"),
            sheet_export: says("sheet_export"),
            sheet_template: says("sheet_template"),
            paste: says("paste"),
            paste_help: says("paste_help"),
            fill: says("fill"),
            import: says("import"),
            import_help: says("import_help"),
            import_append: says("import_append"),
            import_replace: says("import_replace"),
            remove_row: says("remove_row"),
            move_up: says("move_up"),
            move_down: says("move_down"),
            row: says("row_number"),
            item: says("item_number"),
            remove_file: says("remove_file"),
            replace_file: says("replace_file"),
            view_file: says("view_file"),
            file_too_large: says("file_too_large"),
            file_cut_off: says("file_cut_off"),
            file_encrypted: says("file_encrypted"),
            file_broken: says("file_broken"),
            file_pages: says("file_pages"),
            file_pixels: says("file_pixels"),
            no_file: says("no_file"),
            template: says("file_template"),
            rows_full: says("rows_full"),
            language,
        }
    }

    /// An amount said once more; nothing where it is none. Nothing in it needs escaping.
    pub(super) fn money(&self, typed: &str, yuan: u32) -> String {
        money::again(typed, yuan, self.language).unwrap_or_default()
    }
}
