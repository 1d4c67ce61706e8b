-- What finds a row again: its number, where the table has row numbers.
\if :{?numbered}
e.rowid AS place
\else
e.id AS place
\endif
