//! Texts that were written to be taken for something else, and where they are put.

use dengji::definition::{Field, FieldType};
use serde_json::{Value as Json, json};

/// Each means harm to somebody who does not escape it.
const PAYLOADS: [&str; 42] = [
    // Markup: elements, ends of elements that are open, comments, foreign content.
    "<script>x()</script>",
    "</textarea><script>x()</script>",
    "</title></style></noscript><img src=x onerror=x()>",
    "<svg/onload=x()>",
    "<math><mi xlink:href=\"javascript:x()\">y</mi></math>",
    "<!--><b>--!><i>",
    "<![CDATA[<b>]]>",
    "<?xml version=\"1.0\"?>",
    "<iframe srcdoc='<b>'>",
    "<template><b></template>",
    "<base href=//x.example>",
    "<form action=//x.example><button>",
    // Out of attributes, with every quote.
    "\" onmouseover=\"x()",
    "' onmouseover='x()",
    "` onmouseover=`x()",
    "\"><b>",
    "'><b>",
    " autofocus onfocus=x() ",
    "&quot;&gt;&lt;b&gt;",
    "&#34;&#62;&#60;b&#62;",
    "&lt;script&gt;&amp;",
    // Addresses.
    "javascript:x()",
    "JaVaScRiPt&colon;x()",
    "data:text/html,<script>x()</script>",
    "//elsewhere.example/x",
    "https://elsewhere.example/?a=1&b=<b>",
    // Templates of every kind.
    "{{7*7}}{% raw %}",
    "{{ config.items() | safe }}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "{name} {0} {{n}} %s %n",
    // Typst.
    "#panic(\"x\") #read(\"/data.json\")",
    "*b* _i_ $x$ `raw` = h @ref <label>",
    "#eval(\"1\") \\u{41} /* x */ // y",
    "#import \"/x.typ\": *",
    "] [#set page(width: 1pt)",
    // Headers and letters.
    "x%0d%0aBcc: y@elsewhere.example",
    "=?utf-8?q?=3Cb=3E?= <y@elsewhere.example>",
    // Spreadsheets.
    "=HYPERLINK(\"//elsewhere.example\")",
    "=cmd|' /C calc'!A0",
    "+1+1 -1 @SUM(1)",
    // Databases, paths, programs.
    "'; DROP TABLE applications; --",
    "../../x \\..\\x $(id) `id`",
];

/// How many of them stand in one text.
const TOGETHER: usize = 11;

/// Texts for every field: hostile ones, or harmless ones of the same length.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    /// Which of the payloads; none for harmless ones.
    part: usize,
    harmless: bool,
}

impl Words {
    /// Harmless words, and all hostile ones by parts.
    pub(crate) fn all() -> Vec<Self> {
        let part = |part| Self { part, harmless: false };
        let harmless = Self {
            part: 0,
            harmless: true,
        };
        let parts = (0..PAYLOADS.len().div_ceil(TOGETHER)).map(part);
        std::iter::once(harmless).chain(parts).collect()
    }

    /// A text of at most `most` characters; `n` says which, where not all of this part have room.
    pub(crate) fn text(self, n: usize, most: usize) -> String {
        let part = PAYLOADS.iter().skip(self.part * TOGETHER).take(TOGETHER);
        let together = part.copied().collect::<Vec<_>>().join(" ");
        let fits = |text: &&str| text.chars().count() <= most;
        let text = if fits(&together.as_str()) {
            together
        } else {
            let from = self.part * TOGETHER + n;
            let mut turn = PAYLOADS.iter().cycle().skip(from).take(PAYLOADS.len()).copied();
            let short: String = "<b>".chars().take(most).collect();
            turn.find(fits).map_or(short, str::to_owned)
        };
        match self.harmless {
            true => text.chars().map(|_| '字').collect(),
            false => text.trim().to_owned(),
        }
    }

    /// A file's name that says the same as far as a browser could send it so.
    pub(crate) fn file_name(self, n: usize, name: &str) -> String {
        let text = self.text(n, 40).replace(['"', '\r', '\n', '/', '\\'], "");
        let kind = name.rsplit('.').next().unwrap_or("pdf");
        format!("{text}{n}.{kind}")
    }

    /// The answer with such texts wherever any text is taken.
    pub(crate) fn put(self, field: &Field, answer: &mut Json, n: &mut usize) {
        *n += 1;
        let limit = |word: &str| field.constraints.get(word).and_then(Json::as_u64);
        let most = limit("maxLength").map_or(2000, |most| usize::try_from(most).unwrap());
        match (&field.kind, answer) {
            (FieldType::Text | FieldType::LongText, answer @ Json::String(_))
                if !field.constraints.contains_key("pattern") =>
            {
                *answer = json!(self.text(*n, most));
            }
            (FieldType::List(_), Json::Array(items)) => {
                for (at, item) in items.iter_mut().enumerate() {
                    *item = json!(format!("{}{at}", self.text(*n + at, most.min(200) - 1)));
                }
            }
            (FieldType::Table(table), Json::Array(rows)) => {
                for row in rows {
                    for column in table.columns.values() {
                        if let Some(cell) = row.get_mut(&*column.id) {
                            self.put(column, cell, n);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}
