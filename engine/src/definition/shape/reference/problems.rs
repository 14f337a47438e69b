//! Every rule that a definition can break, each with what `dengji check` prints of one that breaks it.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::{GENERATED, said};
use crate::definition::Language;
use crate::definition::form::Severity;
use crate::definition::problem::RULES;

/// The golden cases: folders with `expected.zh.txt` and `expected.en.txt`, what is printed of each.
#[derive(Debug, Default)]
pub struct Cases {
    printed: Vec<(String, String)>,
}

impl Cases {
    /// Those in a folder.
    pub fn read(folder: &Path) -> std::io::Result<Self> {
        let mut folders: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
        folders.sort();
        let read = |name: &str, folder: &Path| std::fs::read_to_string(folder.join(name));
        let printed = folders
            .iter()
            .filter(|folder| folder.is_dir())
            .map(|folder| Ok((read("expected.zh.txt", folder)?, read("expected.en.txt", folder)?)))
            .collect::<std::io::Result<_>>()?;
        Ok(Self { printed })
    }

    /// The shortest that was printed of a broken rule.
    fn example(&self, head: &str, language: Language) -> Option<&str> {
        let printed = self.printed.iter().map(|(zh, en)| match language {
            Language::Chinese => zh,
            Language::English => en,
        });
        let blocks = printed.flat_map(|text| text.split("\n\n")).map(str::trim);
        blocks
            .filter(|block| block.starts_with(head))
            .min_by_key(|block| block.len())
    }
}

/// Every rule, in Markdown.
pub fn problems(language: Language, cases: &Cases) -> String {
    let say = |both| said(language, both);
    let mut page = format!(
        "{GENERATED}\n# {}\n\n{}\n",
        say(("配置问题", "Problems")),
        say(INTRODUCTION)
    );
    for rule in RULES {
        let severity = match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let _ = write!(page, "\n## {}\n\n", rule.id);
        let _ = write!(
            page,
            "- {}{}\n- {}{}\n- {}{}\n",
            say(("级别：", "Severity: ")),
            say(match rule.severity {
                Severity::Error => ("错误（error），改好才能启动服务", "error: the region is not served"),
                Severity::Warning => (
                    "警告（warning），不影响启动",
                    "warning: the region is served all the same"
                ),
            }),
            say(("含义：", "Meaning: ")),
            say(rule.means),
            say(("改法：", "Mend: ")),
            say(rule.mend),
        );
        if let Some(example) = cases.example(&format!("{severity}[{}]", rule.id), language) {
            let _ = write!(page, "\n```text\n{example}\n```\n");
        }
    }
    page
}

const INTRODUCTION: (&str, &str) = (
    "`dengji check` 能告诉的全部问题，按规则名排列。每条问题都指出文件、行和列，例子是程序实际打印的内容。\
     规则名不会改变，可以用来搜索。本页由 `dengji schema --reference docs` 生成。",
    "Everything that `dengji check` can tell, by the rule's name. Each problem has its file, line and column; the \
     examples are what the program prints. The names are stable. `dengji schema --reference docs` makes this page.",
);
