//! One flag, several values: repeated, or with commas between them.

use crate::error::usage;
use anyhow::Result;

/// Values that must be known, such as boards and agents. One that is known as a whole is not split at its commas.
///
/// `resolve` says what a text stands for, `None` if nothing; `unknown` makes the error for a text that stands for
/// nothing: the part at fault, or the whole value where it has no comma.
///
/// # Errors
/// What `resolve` and `unknown` return, and a usage error for nothing between two commas.
pub fn split_values<T>(
    given: &[String],
    mut resolve: impl FnMut(&str) -> Result<Option<T>>,
    mut unknown: impl FnMut(&str) -> anyhow::Error,
) -> Result<Vec<T>> {
    let mut values = Vec::new();
    for value in given {
        if let Some(found) = resolve(value)? {
            values.push(found);
            continue;
        }
        if !value.contains(',') {
            return Err(unknown(value));
        }
        for part in parts(value)? {
            values.push(resolve(part)?.ok_or_else(|| unknown(part))?);
        }
    }
    Ok(values)
}

/// Globs of event types, which may stand for nothing. One with a comma stays whole if `known` says that it matches
/// an event type as it is.
pub fn split_types(given: &[String], mut known: impl FnMut(&str) -> Result<bool>) -> Result<Vec<String>> {
    let mut globs = Vec::new();
    for value in given {
        if !value.contains(',') || known(value)? {
            globs.push(value.clone());
        } else {
            globs.extend(parts(value)?.into_iter().map(str::to_owned));
        }
    }
    Ok(globs)
}

/// What stands between the commas, without white space around it.
fn parts(value: &str) -> Result<Vec<&str>> {
    let parts: Vec<&str> = value.split(',').map(str::trim).collect();
    if parts.contains(&"") {
        return Err(usage(format!("nothing before, after or between the commas of '{value}'")).into());
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, denied, kind_of};
    use proptest::prelude::*;

    const NAMES: [&str; 4] = ["Ops", "Sales", "Ops, EMEA", "a,b"];

    fn split(given: &[&str]) -> Result<Vec<&'static str>> {
        let given: Vec<String> = given.iter().map(|&value| value.to_owned()).collect();
        let resolve = |text: &str| Ok(NAMES.into_iter().find(|name| *name == text));
        split_values(&given, resolve, |text| denied(format!("unknown: {text}")).into())
    }

    #[test]
    fn values_repeat_or_have_commas() {
        assert_eq!(split(&["Ops,Sales", "a,b"]).unwrap(), ["Ops", "Sales", "a,b"]);
        assert_eq!(split(&["Ops , Sales"]).unwrap(), ["Ops", "Sales"]);
        assert_eq!(split(&[]).unwrap(), [""; 0]);
    }

    #[test]
    fn a_value_known_as_a_whole_is_not_split() {
        assert_eq!(split(&["Ops, EMEA"]).unwrap(), ["Ops, EMEA"]);
    }

    #[test]
    fn the_error_names_the_part_at_fault() {
        assert_eq!(split(&["Ops,Legal"]).unwrap_err().to_string(), "unknown: Legal");
        assert_eq!(split(&["Legal"]).unwrap_err().to_string(), "unknown: Legal");
        for value in ["Ops,", ",Ops", "Ops,,Sales", ","] {
            assert_eq!(kind_of(&split(&[value]).unwrap_err()), Kind::Usage, "{value}");
        }
    }

    #[test]
    fn an_ambiguous_whole_is_not_split_either() {
        let given = ["a,b".to_owned()];
        let mut asked = Vec::new();
        let resolve = |text: &str| {
            asked.push(text.to_owned());
            Err::<Option<()>, _>(anyhow::anyhow!("several"))
        };
        assert!(split_values(&given, resolve, |_| denied("").into()).is_err());
        assert_eq!(asked, ["a,b"]);
    }

    #[test]
    fn types_are_split_unless_an_event_has_the_whole() {
        let given = ["task.*,agent.*".to_owned(), "odd,type".to_owned(), "nothing".to_owned()];
        let globs = split_types(&given, |glob| Ok(glob == "odd,type")).unwrap();
        assert_eq!(globs, ["task.*", "agent.*", "odd,type", "nothing"]);
    }

    /// What can stand between commas.
    fn part() -> impl Strategy<Value = String> {
        "[^, ][^,]{0,9}".prop_map(|text| text.trim().to_owned()).prop_filter("blank", |text| !text.is_empty())
    }

    proptest! {
        #[test]
        fn any_text_is_split_into_known_values_or_refused(given in proptest::collection::vec("[Opsa,b ]{0,6}|\\PC{0,6}", 0..4)) {
            let resolve = |text: &str| Ok(NAMES.into_iter().find(|name| *name == text));
            match split_values(&given, resolve, |text| denied(format!("unknown: {text}")).into()) {
                Ok(values) => prop_assert!(values.len() >= given.len() && values.iter().all(|value| NAMES.contains(value))),
                Err(error) => prop_assert!([Kind::Usage, Kind::Denied].contains(&kind_of(&error))),
            }
            match split_types(&given, |glob| Ok(NAMES.contains(&glob))) {
                Ok(globs) => prop_assert!(globs.iter().all(|glob| !glob.contains(',') || NAMES.contains(&glob.as_str()))),
                Err(error) => prop_assert_eq!(kind_of(&error), Kind::Usage),
            }
        }

        #[test]
        fn what_is_joined_with_commas_is_split_again(parts in proptest::collection::vec(part(), 1..6)) {
            let split = split_types(&[parts.join(",")], |_| Ok(false)).unwrap();
            prop_assert_eq!(split, parts);
        }
    }
}
