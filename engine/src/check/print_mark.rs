//! Whether a print that came back is one of the answers as they are (LANGUAGE L4, `printOf`).
//!
//! A document is printed from the visible answers; [`Evaluated::print_mark`] is their fingerprint.
//! Whoever prints keeps the mark, and whoever stores a file in a `printOf` slot writes the mark of the
//! last print of that document into the file's reference as `print`. A reference whose `print` is not
//! today's mark is a finding; one without was never printed here and says nothing.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::{Answers, Evaluated};
use crate::definition::{Field, FieldType};

impl Evaluated {
    /// The fingerprint of what a print shows: the visible answers, without the slots in which prints
    /// come back. The same answers give the same mark, whatever order their keys are in.
    pub fn print_mark(&self, answers: &Answers) -> String {
        let mut printed = self.visible_answers(answers);
        for (_, field) in self.form().fields() {
            without_prints(field, &mut printed);
        }
        let mut printed = Json::Object(printed);
        printed.sort_all_objects();
        let digest = Sha256::digest(printed.to_string().as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Takes away what a slot for prints holds, also where it is a column.
fn without_prints(field: &Field, answers: &mut Answers) {
    match &field.kind {
        FieldType::File(rules) if rules.print_of.is_some() => drop(answers.shift_remove(&*field.id)),
        FieldType::Table(table) => {
            let rows = answers.get_mut(&*field.id).and_then(Json::as_array_mut);
            for row in rows.into_iter().flatten().filter_map(Json::as_object_mut) {
                table.columns.values().for_each(|column| without_prints(column, row));
            }
        }
        _ => {}
    }
}
