//! What each SQLSTATE of PostgreSQL means for the program: one table, by class and by code, after appendix A of the
//! manual. A code that stands in the table by itself decides before its class does.

use crate::error::Kind;

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Connect again and go on: the cause lies with the server, the network or other sessions, and may pass.
    Retry,
    /// Repeat the query: the server gave it up in favour of other work, and nothing is wrong with it.
    Repeat,
    /// Nothing: the same query would fail in the same way.
    Final,
}

use Kind::{Failed, Unavailable};
use Remedy::{Final, Repeat, Retry};

/// The remedy for a SQLSTATE, and the kind that decides the exit code.
pub(super) fn of(code: &str) -> (Remedy, Kind) {
    let class = code.get(..2).unwrap_or_default();
    let row = TABLE.iter().find(|row| row.0 == code).or_else(|| TABLE.iter().find(|row| row.0 == class));
    row.map_or((Final, Failed), |row| (row.1, row.2))
}

/// Class or code, remedy, kind, and why. Classes 00 to 02 are no errors.
const TABLE: [(&str, Remedy, Kind, &str); 67] = [
    ("00", Final, Failed, "successful completion"),
    ("01", Final, Failed, "warning"),
    ("02", Final, Failed, "no data"),
    ("03", Final, Failed, "SQL statement not yet complete: a mistake of ours"),
    ("08", Retry, Unavailable, "connection exception; poolers use 08P01 for most of what goes wrong behind them"),
    ("09", Final, Failed, "triggered action exception"),
    ("0A", Final, Failed, "feature not supported"),
    ("0B", Final, Failed, "invalid transaction initiation"),
    ("0F", Final, Failed, "locator exception"),
    ("0L", Final, Failed, "invalid grantor"),
    ("0P", Final, Failed, "invalid role specification"),
    ("0Z", Final, Failed, "diagnostics exception"),
    ("10", Final, Failed, "XQuery error"),
    ("20", Final, Failed, "case not found"),
    ("21", Final, Failed, "cardinality violation"),
    ("22", Final, Failed, "data exception: the same data give it again"),
    ("23", Final, Failed, "integrity constraint violation"),
    ("24", Final, Failed, "invalid cursor state"),
    ("25", Final, Failed, "invalid transaction state, such as 25006: a standby takes no writes"),
    ("25P03", Retry, Unavailable, "idle_in_transaction_session_timeout: the server closed the connection"),
    ("25P04", Retry, Unavailable, "transaction_timeout: the server closed the connection; a lock or load may pass"),
    ("26", Final, Failed, "invalid SQL statement name"),
    ("27", Final, Failed, "triggered data change violation"),
    ("28", Final, Unavailable, "invalid authorization specification: a wrong role or password stays wrong"),
    ("2B", Final, Failed, "dependent privilege descriptors still exist"),
    ("2D", Final, Failed, "invalid transaction termination"),
    ("2F", Final, Failed, "SQL routine exception"),
    ("34", Final, Failed, "invalid cursor name"),
    ("38", Final, Failed, "external routine exception"),
    ("39", Final, Failed, "external routine invocation exception"),
    ("3B", Final, Failed, "savepoint exception"),
    ("3D", Final, Unavailable, "invalid catalog name: there is no such database"),
    ("3F", Final, Unavailable, "invalid schema name"),
    ("40", Retry, Failed, "transaction rollback: the transaction is gone, and may be begun again"),
    ("40001", Repeat, Failed, "serialization failure; on a standby a conflict with what it replays"),
    ("40P01", Repeat, Failed, "deadlock detected: the other session goes on, then we may"),
    ("42", Final, Failed, "syntax error or access rule violation"),
    ("42501", Final, Unavailable, "insufficient privilege"),
    ("42703", Final, Unavailable, "undefined column: another schema than we know"),
    ("42883", Final, Unavailable, "undefined function: one that a policy, a view or a trigger calls"),
    ("42P01", Final, Unavailable, "undefined table: another schema than we know"),
    ("44", Final, Failed, "WITH CHECK OPTION violation"),
    ("53", Retry, Failed, "insufficient resources: memory and disks are freed again"),
    ("53300", Retry, Unavailable, "too many connections: others end"),
    ("53400", Final, Failed, "configuration limit exceeded, as temp_file_limit: the same query exceeds it again"),
    ("54", Final, Failed, "program limit exceeded"),
    (
        "55",
        Retry,
        Failed,
        "object not in prerequisite state: a lock or an object in use, a database that is closed for now",
    ),
    ("55P02", Final, Failed, "cannot change a parameter now"),
    ("55P04", Final, Failed, "unsafe use of a new enum value"),
    ("57", Retry, Unavailable, "operator intervention: a restart, an administrator, idle_session_timeout"),
    ("57014", Retry, Failed, "query canceled: statement_timeout, or by an administrator; load may pass"),
    ("57P04", Final, Unavailable, "the database was dropped"),
    ("58", Retry, Failed, "system error: input or output failed"),
    ("58P01", Final, Failed, "undefined file, such as the library of an extension"),
    ("58P02", Final, Failed, "duplicate file"),
    ("58P03", Final, Failed, "file name too long"),
    ("72", Repeat, Failed, "snapshot too old, before PostgreSQL 17: a new snapshot is not"),
    ("F0", Final, Failed, "configuration file error"),
    ("F0001", Retry, Failed, "lock file exists"),
    ("HV", Final, Failed, "foreign data wrapper error"),
    ("HV001", Retry, Failed, "out of memory in a foreign data wrapper"),
    ("HV00L", Retry, Failed, "the foreign server gives no execution"),
    ("HV00M", Retry, Failed, "the foreign server gives no reply"),
    ("HV00N", Retry, Unavailable, "no connection to the foreign server"),
    ("HV014", Retry, Failed, "too many handles in a foreign data wrapper"),
    ("P0", Final, Failed, "PL/pgSQL error, such as RAISE EXCEPTION"),
    ("XX", Final, Failed, "internal error, or damaged data"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_decides_before_its_class_and_an_unknown_one_is_final() {
        assert_eq!(of("25P03"), (Retry, Unavailable));
        assert_eq!(of("25P04"), (Retry, Unavailable));
        assert_eq!(of("25P02"), (Final, Failed));
        assert_eq!(of("57P01"), (Retry, Unavailable));
        assert_eq!(of("57P04"), (Final, Unavailable));
        assert_eq!(of("53200").0, Retry);
        assert_eq!(of("53400").0, Final);
        assert_eq!(of("40001").0, Repeat);
        assert_eq!(of("40P01").0, Repeat);
        for unknown in ["", "9", "ZZ000", "日本"] {
            assert_eq!(of(unknown), (Final, Failed), "{unknown}");
        }
    }

    #[test]
    fn every_class_of_the_manual_is_in_the_table_once() {
        let classes = "00 01 02 03 08 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 \
                       44 53 54 55 57 58 72 F0 HV P0 XX";
        let mut wanted: Vec<&str> = classes.split_whitespace().collect();
        let mut found: Vec<&str> = TABLE.iter().map(|row| row.0).filter(|code| code.len() == 2).collect();
        wanted.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, wanted);
    }

    #[test]
    fn every_row_has_a_reason_and_a_code_that_differs_from_its_class() {
        for (code, remedy, kind, reason) in TABLE {
            assert!(!reason.is_empty(), "{code}");
            let class = TABLE.iter().find(|row| row.0 == &code[..2]).expect("its class");
            assert!(code.len() == 2 || (code.len() == 5 && (remedy, kind) != (class.1, class.2)), "{code}");
        }
    }
}
