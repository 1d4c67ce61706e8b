//! Which known name somebody meant who mistyped one.

use crate::escape::escape_for_terminal;

/// Below this a likeness is chance.
const LIKENESS: f64 = 0.6;
/// A shorter text is the beginning of too many names.
const SHORTEST_BEGINNING: usize = 3;
const MOST: usize = 3;

/// Up to three of the known names, the most alike first: those with few typing errors, and those that begin with the text.
/// Letter case is ignored. Of a name with slashes, such as a time zone, the last part alone is compared as well.
pub fn similar_names<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = typed.to_lowercase();
    let mut found: Vec<(f64, String, &str)> = known
        .into_iter()
        .map(|name| (name.to_lowercase(), name))
        .map(|(lower, name)| (likeness(&typed, &lower), lower, name))
        .filter(|(likeness, ..)| *likeness >= LIKENESS)
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(b.2)));
    let mut nearest: Vec<(String, &str)> = Vec::new();
    for (_, lower, name) in found {
        if nearest.len() < MOST && nearest.iter().all(|(taken, _)| *taken != lower) {
            nearest.push((lower, name));
        }
    }
    nearest.into_iter().map(|(_, name)| name).collect()
}

fn likeness(typed: &str, name: &str) -> f64 {
    let last = name.rsplit('/').next().unwrap_or(name);
    let compare = |name: &str| {
        let likeness = strsim::normalized_damerau_levenshtein(typed, name);
        let begins = typed.chars().count() >= SHORTEST_BEGINNING && name.starts_with(typed);
        if begins { likeness.max(LIKENESS) } else { likeness }
    };
    compare(name).max(compare(last))
}

/// The question for a hint: `did you mean 'a' or 'b'?`. None without names.
pub fn did_you_mean<T: AsRef<str>>(names: &[T]) -> Option<String> {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{}'", escape_for_terminal(name.as_ref()))).collect();
    (!quoted.is_empty()).then(|| format!("did you mean {}?", quoted.join(" or ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONES: [&str; 4] = ["Asia/Tokyo", "Europe/Berlin", "Europe/London", "UTC"];

    #[test]
    fn typing_errors_and_beginnings_are_recognized_in_any_letter_case() {
        assert_eq!(similar_names("asia/tokio", ZONES), ["Asia/Tokyo"]);
        assert_eq!(similar_names("Berln", ZONES), ["Europe/Berlin"]);
        assert_eq!(similar_names("europe", ZONES), ["Europe/Berlin", "Europe/London"]);
        assert_eq!(similar_names("ÉQIPE", ["Équipe"]), ["Équipe"]);
    }

    #[test]
    fn what_is_not_alike_is_not_proposed() {
        for typed in ["", "eu", "zebra", "Mars/Olympus"] {
            assert!(similar_names(typed, ZONES).is_empty(), "{typed}");
        }
    }

    #[test]
    fn the_most_alike_comes_first_and_a_name_in_two_letter_cases_comes_once() {
        let known = ["payments-eu", "payments", "Payments", "payment", "payments-us"];
        assert_eq!(similar_names("paymnts", known), ["Payments", "payment", "payments-eu"]);
    }

    #[test]
    fn names_are_quoted_and_their_escapes_are_harmless() {
        assert_eq!(did_you_mean(&["a", "b\x1b[31m"]).unwrap(), r"did you mean 'a' or 'b\u{1b}[31m'?".to_owned());
        assert_eq!(did_you_mean::<&str>(&[]), None);
    }
}
