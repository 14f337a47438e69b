//! Passwords: whether one is such as the region asks, and fresh ones.

use crate::definition::Text;
use crate::definition::region::PasswordRule;
use crate::registry::Refused;

/// Characters of a fresh password, unless the region asks for more or fewer.
const FRESH: usize = 16;

/// The classes of characters by the name a region gives them, without what looks alike.
const CLASSES: [(&str, &str); 4] = [
    ("upper", "ABCDEFGHJKLMNPQRSTUVWXYZ"),
    ("lower", "abcdefghijkmnpqrstuvwxyz"),
    ("digit", "23456789"),
    ("symbol", "#%+-=?@_"),
];

/// Whether a password is such as the rule asks; what is missing otherwise.
pub(super) fn fits(rule: &PasswordRule, password: &str) -> Result<(), Text> {
    let length = password.chars().count();
    if length < rule.min_length || length > rule.max_length {
        return Err(Text::both(
            format!("密码应为 {} 至 {} 个字符", rule.min_length, rule.max_length),
            format!("a password has {} to {} characters", rule.min_length, rule.max_length),
        ));
    }
    match rule
        .classes
        .iter()
        .find(|class| !password.chars().any(|c| is_of(class, c)))
    {
        None => Ok(()),
        Some(class) => Err(Text::both(
            format!("密码应含有 {class} 类字符（要求：{}）", rule.classes.join("、")),
            format!(
                "a password has characters of the class {class} (asked: {})",
                rule.classes.join(", ")
            ),
        )),
    }
}

fn is_of(class: &str, c: char) -> bool {
    match class {
        "upper" => c.is_uppercase(),
        "lower" => c.is_lowercase(),
        "digit" => c.is_ascii_digit(),
        _ => !c.is_alphanumeric() && !c.is_whitespace(),
    }
}

/// A fresh password that the rule allows.
pub(super) fn fresh(rule: &PasswordRule) -> Result<String, Refused> {
    let length = FRESH.clamp(rule.min_length, rule.max_length.max(rule.min_length));
    let mut letters = Vec::with_capacity(length);
    // One of each class first, letters and digits behind them, then all is shuffled.
    for (name, alphabet) in CLASSES {
        if name != "symbol" || rule.classes.iter().any(|class| class == name) {
            letters.push(pick(alphabet)?);
        }
    }
    while letters.len() < length {
        letters.push(pick(CLASSES[letters.len() % 3].1)?);
    }
    letters.truncate(length.max(rule.classes.len()));
    for at in (1..letters.len()).rev() {
        letters.swap(at, below(at + 1)?);
    }
    Ok(letters.into_iter().collect())
}

fn pick(alphabet: &str) -> Result<char, Refused> {
    let at = below(alphabet.len())?;
    Ok(char::from(alphabet.as_bytes()[at]))
}

/// A random number below `bound`, which is at most 256, all equally likely.
fn below(bound: usize) -> Result<usize, Refused> {
    let most = 256 - 256 % bound;
    loop {
        let mut byte = [0];
        getrandom::fill(&mut byte).map_err(|error| Refused::Failed(error.to_string()))?;
        if usize::from(byte[0]) < most {
            return Ok(usize::from(byte[0]) % bound);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(min_length: usize, max_length: usize, classes: &[&str]) -> PasswordRule {
        PasswordRule {
            min_length,
            max_length,
            classes: classes.iter().map(|class| (*class).to_owned()).collect(),
        }
    }

    #[test]
    fn fresh_passwords_fit_their_rule_and_differ() {
        for rule in [
            rule(8, 12, &["upper", "lower", "digit", "symbol"]),
            rule(8, 128, &[]),
            rule(20, 64, &["digit"]),
            rule(4, 4, &["upper", "lower", "digit", "symbol"]),
        ] {
            let all: std::collections::BTreeSet<_> = (0..200).map(|_| fresh(&rule).unwrap()).collect();
            assert!(all.iter().all(|password| fits(&rule, password).is_ok()), "{rule:?}");
            assert!(all.len() > 190, "{rule:?}");
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let rule = rule(8, 12, &["upper", "digit", "symbol"]);
        for (password, said) in [
            ("Short#1", "8 至 12"),
            ("MuchTooLong#2026", "8 至 12"),
            ("nocapital#1", "upper"),
            ("NoDigits##", "digit"),
            ("NoSymbol12", "symbol"),
        ] {
            let told = fits(&rule, password).unwrap_err().to_string();
            assert!(told.contains(said) && !told.contains(password), "{told}");
        }
        assert!(fits(&rule, "Good#Enough1").is_ok());
    }
}
