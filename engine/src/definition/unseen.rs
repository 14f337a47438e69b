//! Characters that nobody sees and that make a text look like another, or run the other way.

/// Whether a character is without width, turns the direction of writing, or is a tag. Joiners between letters
/// (U+200C, U+200D) and the selectors of variants of a character belong to the spelling of some names and stay.
pub fn unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}
