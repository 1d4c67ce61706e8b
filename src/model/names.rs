//! What a name on the command line stands for, among the things that the actor may see.

use crate::error::not_found;
use crate::escape::escape_for_terminal;
use crate::similar_names::similar_names;
use anyhow::Result;
use uuid::Uuid;

/// A thing that can be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Primary key.
    pub id: Uuid,
    /// Name in addresses, where things of its kind have one.
    pub slug: Option<String>,
    /// Display name; need not be unique.
    pub name: String,
}

/// What a text stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// One thing.
    One(Uuid),
    /// Several things share the slug, the name or the prefix; in the order of the candidates.
    Many(Vec<Candidate>),
    /// Nothing.
    None {
        /// Up to three slugs or names that look like the text, best first. Stored text; untrusted.
        nearest: Vec<String>,
    },
}

/// A text as an id, a slug or a name. An id beats a slug beats a name, and letter for letter beats another letter case.
pub fn resolve_name(query: &str, candidates: &[Candidate]) -> Resolution {
    let id = Uuid::try_parse(query).ok();
    let by_id = |c: &Candidate| id == Some(c.id);
    let by_slug = |c: &Candidate| c.slug.as_deref() == Some(query);
    let by_name = |c: &Candidate| c.name == query;
    among(candidates, by_id)
        .or_else(|| among(candidates, by_slug))
        .or_else(|| among(candidates, by_name))
        .or_else(|| among(candidates, |c| c.slug.as_deref().is_some_and(|slug| is_same_name(slug, query))))
        .or_else(|| among(candidates, |c| is_same_name(&c.name, query)))
        .unwrap_or_else(|| Resolution::None { nearest: nearest(query, candidates) })
}

/// Of things found by a name in any letter case, keeps those with exactly this name where there are any.
pub fn keep_exact<T>(found: &mut Vec<T>, is_exact: impl Fn(&T) -> bool) {
    if found.iter().any(&is_exact) {
        found.retain(is_exact);
    }
}

/// What a text stands for, of the things that were found by it; `describe` gives the id and the name of one.
///
/// # Errors
/// Exit 3 where it stands for several.
pub fn only_one<T>(
    kind: &str,
    text: &str,
    mut found: Vec<T>,
    describe: impl Fn(&T) -> (Uuid, &str),
) -> Result<Option<T>> {
    if found.len() > 1 {
        return Err(ambiguous(kind, text, found.iter().map(describe)));
    }
    Ok(found.pop())
}

/// The error for a text that stands for several things, which it lists.
pub fn ambiguous<'a>(kind: &str, text: &str, found: impl Iterator<Item = (Uuid, &'a str)>) -> anyhow::Error {
    let lines: String = found.map(|(id, name)| format!("\n  {id}  {}", escape_for_terminal(name))).collect();
    not_found(format!("'{text}' is the name of more than one {kind}:{lines}")).hint("name it by its id").into()
}

/// Whether two names differ in nothing but letter case.
pub fn is_same_name(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// What matches, if anything does; a candidate listed twice is still one.
fn among(candidates: &[Candidate], is_meant: impl Fn(&Candidate) -> bool) -> Option<Resolution> {
    let mut found: Vec<Candidate> = Vec::new();
    for candidate in candidates.iter().filter(|c| is_meant(c)) {
        if found.iter().all(|known| known.id != candidate.id) {
            found.push(candidate.clone());
        }
    }
    match found.as_slice() {
        [] => None,
        [one] => Some(Resolution::One(one.id)),
        _ => Some(Resolution::Many(found)),
    }
}

fn nearest(query: &str, candidates: &[Candidate]) -> Vec<String> {
    let names = candidates.iter().flat_map(|c| c.slug.as_deref().into_iter().chain([c.name.as_str()]));
    similar_names(query, names).into_iter().map(str::to_owned).collect()
}

/// The first characters of an id: the ids from [`IdPrefix::first`] to [`IdPrefix::last`], which a database finds by
/// its primary key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdPrefix {
    /// The lowest id that starts so.
    pub first: Uuid,
    /// The highest id that starts so.
    pub last: Uuid,
}

impl IdPrefix {
    /// One hexadecimal digit or more, in any letter case, with hyphens where an id has them or with none; a whole id is
    /// a prefix too. `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        const HYPHENS: [usize; 4] = [8, 13, 18, 23];
        if text.is_empty() {
            return None;
        }
        let digits: String = if text.contains('-') {
            let hyphens: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
            // Every place up to the end of the text must have its hyphen, and no other may.
            let expected: Vec<usize> = HYPHENS.into_iter().filter(|at| *at < text.len()).collect();
            (hyphens == expected).then(|| text.replace('-', ""))?
        } else {
            text.to_owned()
        };
        if digits.len() > 32 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let filled = |fill: &str| {
            let rest = fill.repeat(32 - digits.len());
            u128::from_str_radix(&format!("{digits}{rest}"), 16).ok().map(Uuid::from_u128)
        };
        Some(Self { first: filled("0")?, last: filled("f")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n << 96 | 0x4000_8000_0000_0000_0001)
    }

    fn candidate(n: u128, slug: &str, name: &str) -> Candidate {
        Candidate { id: id(n), slug: (!slug.is_empty()).then(|| slug.to_owned()), name: name.to_owned() }
    }

    fn nothing(nearest: &[&str]) -> Resolution {
        Resolution::None { nearest: nearest.iter().map(|&name| name.to_owned()).collect() }
    }

    #[test]
    fn id_beats_slug_beats_name() {
        let taken = id(1).to_string();
        let all = [candidate(1, "one", "ops"), candidate(2, "ops", "Two"), candidate(3, &taken, &taken)];
        assert_eq!(resolve_name(&taken, &all), Resolution::One(id(1)));
        assert_eq!(resolve_name(&taken.to_uppercase(), &all), Resolution::One(id(1)));
        assert_eq!(resolve_name("ops", &all), Resolution::One(id(2)));
        assert_eq!(resolve_name("Two", &all), Resolution::One(id(2)));
        assert_eq!(resolve_name(&id(9).to_string(), &all[..2]), nothing(&[]));
    }

    #[test]
    fn what_shares_a_name_is_listed_once_each() {
        let (one, two) = (candidate(1, "", "Scout"), candidate(2, "", "Scout"));
        let all = [one.clone(), two.clone(), one.clone()];
        assert_eq!(resolve_name("Scout", &all), Resolution::Many(vec![one.clone(), two]));
        assert_eq!(resolve_name("Scout", &[one.clone(), one]), Resolution::One(id(1)));
    }

    #[test]
    fn letter_case_decides_only_between_names_that_differ_in_nothing_else() {
        let all = [candidate(1, "platform-ops", "Platform Ops"), candidate(2, "sales", "Sales")];
        assert_eq!(resolve_name("SALES", &all), Resolution::One(id(2)));
        assert_eq!(resolve_name("platform OPS", &all), Resolution::One(id(1)));
        let twins = [candidate(1, "", "Scout"), candidate(2, "", "scout")];
        assert_eq!(resolve_name("scout", &twins), Resolution::One(id(2)));
        assert!(matches!(resolve_name("SCOUT", &twins), Resolution::Many(many) if many.len() == 2));
        assert_eq!(resolve_name("ÉQUIPE", &[candidate(1, "", "Équipe")]), Resolution::One(id(1)));
        assert_eq!(resolve_name("platfrom ops", &all), nothing(&["Platform Ops", "platform-ops"]));
        assert_eq!(resolve_name("zebra", &all), nothing(&[]));
    }

    #[test]
    fn what_no_id_can_start_with_is_no_prefix() {
        let long = "0".repeat(33);
        for text in ["", "-", "xyz", "dead-beef", "deadbeef00-", "deadbeef-00000", "deadbeef--0", "é", "+1", &long] {
            assert_eq!(IdPrefix::parse(text), None, "{text}");
        }
        assert!(IdPrefix::parse("deadbeef-").is_some());
    }

    proptest! {
        #[test]
        fn ids_start_with_their_prefixes_and_no_others(a: u128, b: u128, length in 1_usize..=36) {
            let (a, b) = (Uuid::from_u128(a), Uuid::from_u128(b));
            let start = &a.to_string()[..length];
            let prefix = IdPrefix::parse(start).unwrap();
            let holds = |id| (prefix.first..=prefix.last).contains(&id);
            prop_assert!(holds(a));
            prop_assert_eq!(holds(b), b.to_string().starts_with(start));
        }

        #[test]
        fn no_text_panics(text in "\\PC*|[0-9a-f-]{0,40}") {
            let _ = IdPrefix::parse(&text);
        }
    }
}
