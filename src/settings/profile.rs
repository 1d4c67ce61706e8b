//! Reads profiles: `.env` files of ours in the language of the dotenvy crate, that of a shell's assignments. A value with
//! a blank, a `#` or a `$` in it wants single quotes; `${NAME}` outside of them is a variable.

/// The variables of a file in its order, a repeated name repeatedly.
///
/// # Errors
/// The number of the damaged line, from 1.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>, usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let values = dotenvy::from_read_iter(text.as_bytes()).collect::<Result<_, _>>();
    values.map_err(|error| match error {
        dotenvy::Error::LineParse(damaged, _) => line_number(text, &damaged),
        _ => 1,
    })
}

/// dotenvy tells the line's text alone, which may be a secret.
fn line_number(text: &str, damaged: &str) -> usize {
    let first = damaged.trim_start_matches(['\r', '\n']).lines().next().unwrap_or_default();
    let at = text.lines().position(|line| line.trim_end() == first.trim_end());
    1 + at.unwrap_or_else(|| text.lines().count().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_a_shell_would_read_the_assignments() {
        let text = "# production\nexport DATABASE_URL='postgresql://mc:p$ss@db/mc'\nAUTH_MODE=local # here\nHOST=db\nURL=x://${HOST}\n";
        let values = parse(text).unwrap();
        let value = |name: &str| values.iter().find(|(key, _)| key == name).unwrap().1.clone();
        assert_eq!(value("DATABASE_URL"), "postgresql://mc:p$ss@db/mc");
        assert_eq!(value("AUTH_MODE"), "local");
        assert_eq!(value("URL"), "x://db");
    }

    #[test]
    fn a_damaged_line_is_told_by_its_number() {
        for (text, line) in [("A=b\nsome words\n", 2), ("A=b\n\nURL='open\nB=c\n", 3), ("\u{feff}A=b c\n", 1)] {
            assert_eq!(parse(text), Err(line), "{text:?}");
        }
    }
}
