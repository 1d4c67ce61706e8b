//! What a format needs to know of a kind of row: the names of its fields, which of them are wanted, and how a table lays
//! them out.

use crate::error::usage;
use crate::model::{
    ActivityEvent, AgentState, Board, Cell, Finding, OrganizationUser, Record, Summary, TaskComment, TypeInUse,
    WaitingTask, WindowChange,
};
use anyhow::Result;

/// How a kind of row is shown: fields for programs, columns for humans.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// Names by position, as in JSON.
    fields: Vec<&'static str>,
    /// How many of them are the records' own.
    own: usize,
    /// Positions wanted, in the order wanted.
    chosen: Vec<usize>,
    /// Whether `--fields` chose them.
    explicit: bool,
    /// Columns of `-o table`.
    columns: Vec<Column>,
    /// Whether the JSON document is a page, with `total` and the like.
    page: bool,
    /// The event of server-sent events and the key of its object.
    event: &'static str,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) title: String,
    pub(super) look: CellStyle,
    /// Narrowest width before columns are dropped; `usize::MAX` for one that is never narrowed.
    pub(super) min: usize,
    /// The highest is dropped first where the terminal is too narrow; 0 stays.
    pub(super) rank: u8,
}

/// How a field is shown in a table; the numbers are positions of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellStyle {
    /// In full.
    Full(usize),
    /// A time, in the zone, to the second.
    Time(usize),
    /// How long ago.
    Age(usize),
    /// A number of seconds before or after.
    Offset(usize),
    /// An id, as short as it is unique in the table.
    Short(usize),
    /// A name, or the short id where there is none.
    Name { name: usize, id: usize },
    /// An event type, in its color.
    Type(usize),
    /// Text of several lines: on a terminal only the first.
    FirstLine(usize),
    /// A number, aligned to the right.
    Count(usize),
    /// A number or a time in an object, aligned to the right.
    Part { field: usize, key: &'static str },
}

impl CellStyle {
    /// The position of what is shown.
    fn field(self) -> usize {
        match self {
            Self::Full(at)
            | Self::Time(at)
            | Self::Age(at)
            | Self::Offset(at)
            | Self::Short(at)
            | Self::Type(at)
            | Self::FirstLine(at)
            | Self::Count(at)
            | Self::Part { field: at, .. }
            | Self::Name { name: at, .. } => at,
        }
    }
}

const FIXED: usize = usize::MAX;

impl Columns {
    /// Items of `list` and `errors`.
    pub fn events() -> Self {
        let view = Self::of(ActivityEvent::FIELDS, true, "activity");
        let columns = [
            ("TIME", FIXED, 1, CellStyle::Time(view.at("created_at"))),
            ("AGE", FIXED, 7, CellStyle::Age(view.at("created_at"))),
            ("BOARD", 8, 3, view.name("board_name", "board_id")),
            ("AGENT", 8, 2, view.name("agent_name", "agent_id")),
            ("TYPE", 16, 0, CellStyle::Type(view.at("event_type"))),
            ("TASK", 12, 4, view.name("task_title", "task_id")),
            ("TASK ID", FIXED, 5, CellStyle::Short(view.at("task_id"))),
            ("ID", FIXED, 6, CellStyle::Short(view.at("id"))),
            ("MESSAGE", 24, 0, CellStyle::FirstLine(view.at("message"))),
        ];
        view.with_columns(&columns)
    }

    /// Items of `comments` and of the live comment stream.
    pub fn comments() -> Self {
        let view = Self::of(TaskComment::FIELDS, true, "comment");
        let columns = [
            ("TIME", FIXED, 1, CellStyle::Time(view.at("created_at"))),
            ("AGE", FIXED, 7, CellStyle::Age(view.at("created_at"))),
            ("BOARD", 8, 3, view.name("board_name", "board_id")),
            ("TASK", 12, 2, view.name("task_title", "task_id")),
            ("TASK ID", FIXED, 5, CellStyle::Short(view.at("task_id"))),
            ("AGENT", 8, 0, view.name("agent_name", "agent_id")),
            ("ROLE", 6, 8, CellStyle::Full(view.at("agent_role"))),
            ("ID", FIXED, 6, CellStyle::Short(view.at("id"))),
            ("MESSAGE", 28, 0, CellStyle::FirstLine(view.at("message"))),
        ];
        view.with_columns(&columns)
    }

    /// The rows of `boards`; their ids are shown whole, for `--board`. What needs attention stays when there is little room.
    pub fn boards() -> Self {
        let view = Self::of(Board::FIELDS, false, "board");
        let columns = [
            ("NAME", 8, 0, CellStyle::Full(view.at("name"))),
            ("SLUG", 8, 4, CellStyle::Full(view.at("slug"))),
            ("ID", FIXED, 6, CellStyle::Full(view.at("id"))),
            ("LAST ACTIVITY", FIXED, 5, CellStyle::Time(view.at("last_activity_at"))),
            ("AGE", FIXED, 1, CellStyle::Age(view.at("last_activity_at"))),
            ("FAILED DELIVERIES", FIXED, 2, CellStyle::Count(view.at("failed_deliveries"))),
            ("SILENT AGENTS", FIXED, 3, CellStyle::Count(view.at("silent_agents"))),
        ];
        view.with_columns(&columns)
    }

    /// The rows of `users`; their ids are shown whole, for `--as-user`.
    pub fn users() -> Self {
        let view = Self::of(OrganizationUser::FIELDS, false, "user");
        let columns = [
            ("NAME", 8, 0, CellStyle::Full(view.at("name"))),
            ("E-MAIL", 12, 0, CellStyle::Full(view.at("email"))),
            ("ORGANIZATION", 8, 2, CellStyle::Full(view.at("organization"))),
            ("ROLE", 6, 1, CellStyle::Full(view.at("role"))),
            ("ID", FIXED, 3, CellStyle::Full(view.at("id"))),
        ];
        view.with_columns(&columns)
    }

    /// The events of `timeline`, with their place in the story.
    pub fn timeline() -> Self {
        Self::events().also("elapsed_seconds").also("status_before").also("status_after")
    }

    /// The rows of `tasks`.
    pub fn tasks() -> Self {
        let view = Self::of(WaitingTask::FIELDS, false, "task");
        let columns = [
            ("STATE", FIXED, 0, CellStyle::Full(view.at("state"))),
            ("SINCE", FIXED, 4, CellStyle::Time(view.at("since"))),
            ("AGE", FIXED, 1, CellStyle::Age(view.at("since"))),
            ("BOARD", 8, 3, view.name("board_name", "board_id")),
            ("TASK", 20, 0, view.name("task_title", "task_id")),
            ("WAITS FOR", 8, 0, view.name("agent_name", "agent_id")),
            ("REASON", 28, 2, CellStyle::Full(view.at("reason"))),
            ("WHAT HELPS", 20, 5, CellStyle::Full(view.at("next"))),
        ];
        view.with_columns(&columns)
    }

    /// The changes of `compare`; for people they are a report.
    pub fn changes() -> Self {
        Self::of(WindowChange::FIELDS, false, "change")
    }

    /// The findings of `verify`; for people they are a report.
    pub fn findings() -> Self {
        Self::of(Finding::FIELDS, false, "finding")
    }

    /// The rows of `agents`.
    pub fn agents() -> Self {
        let view = Self::of(AgentState::FIELDS, false, "agent");
        let deliveries = |key| CellStyle::Part { field: view.at("deliveries"), key };
        let columns = [
            ("STATE", FIXED, 0, CellStyle::Full(view.at("state"))),
            ("AGENT", 8, 0, view.name("agent_name", "agent_id")),
            ("BOARD", 8, 4, view.name("board_name", "board_id")),
            ("LAST SIGN", FIXED, 5, CellStyle::Time(view.at("last_own_at"))),
            ("AGE", FIXED, 1, CellStyle::Age(view.at("last_own_at"))),
            ("MISSED", FIXED, 6, CellStyle::Count(view.at("missed"))),
            ("FAILED", FIXED, 2, deliveries("failed")),
            ("TRIED", FIXED, 3, deliveries("tried")),
            ("FAILING SINCE", FIXED, 7, deliveries("failing_since")),
            ("STATUS", 6, 9, CellStyle::Full(view.at("status"))),
            ("ERROR", 12, 8, CellStyle::FirstLine(view.at("last_provision_error"))),
        ];
        view.clone().with_columns(&columns)
    }

    /// The rows of a summary: its own fields, the count last. In a table, an id gives way to the name beside it.
    pub fn summary(summary: &Summary) -> Self {
        let mut view = Self::of(&summary.fields, false, "row");
        for (position, field) in summary.fields.iter().enumerate() {
            let (stem, is_id) = field.strip_suffix("_id").map_or((*field, false), |stem| (stem, true));
            let name = summary.fields.iter().position(|other| stem_of_name(other) == Some(stem));
            let id = summary
                .fields
                .iter()
                .position(|other| other.strip_suffix("_id").is_some_and(|other| stem_of_name(field) == Some(other)));
            let look = match (*field, id) {
                _ if is_id && name.is_some() => continue,
                ("count", _) => CellStyle::Count(position),
                ("period", _) => CellStyle::Time(position),
                ("event_type", _) => CellStyle::Type(position),
                (_, Some(id)) => CellStyle::Name { name: position, id },
                _ => CellStyle::Full(position),
            };
            let title = match id {
                Some(_) => stem_of_name(field).unwrap_or(field),
                None if *field == "event_type" => "type",
                None => field,
            };
            let min = if matches!(look, CellStyle::Count(_) | CellStyle::Time(_)) { FIXED } else { 10 };
            view.columns.push(Column { title: title.to_uppercase(), look, min, rank: 0 });
        }
        view
    }

    /// Event types in use.
    pub fn types() -> Self {
        let view = Self::of(TypeInUse::FIELDS, false, "type");
        let columns = [
            ("TYPE", 18, 0, CellStyle::Type(view.at("event_type"))),
            ("EVENTS", FIXED, 0, CellStyle::Count(view.at("count"))),
            ("LAST USED", FIXED, 2, CellStyle::Time(view.at("last_at"))),
            ("AGE", FIXED, 3, CellStyle::Age(view.at("last_at"))),
            ("MEANING", 20, 1, CellStyle::FirstLine(view.at("meaning"))),
        ];
        view.with_columns(&columns)
    }

    /// The rows of a part of a report, for programs.
    pub fn section(fields: &[&'static str]) -> Self {
        Self::of(fields, false, "row")
    }

    fn of(fields: &[&'static str], page: bool, event: &'static str) -> Self {
        let chosen = (0..fields.len()).collect();
        Self { fields: fields.to_vec(), own: fields.len(), chosen, explicit: false, columns: Vec::new(), page, event }
    }

    fn with_columns(mut self, columns: &[(&str, usize, u8, CellStyle)]) -> Self {
        self.columns = columns
            .iter()
            .map(|(title, min, rank, look)| Column { title: (*title).to_owned(), look: *look, min: *min, rank: *rank })
            .collect();
        self
    }

    /// With one more field behind the row's own, whose value comes with each row: see
    /// [`RowWriter::row_with`](super::RowWriter::row_with). Server-sent events leave it out, as the API has none.
    #[must_use]
    pub fn also(mut self, field: &'static str) -> Self {
        self.chosen.push(self.fields.len());
        self.fields.push(field);
        self
    }

    /// With the distance of each row from an instant, in place of its age.
    #[must_use]
    pub fn with_offset(mut self) -> Self {
        self = self.also("offset_seconds");
        let look = CellStyle::Offset(self.at("offset_seconds"));
        if let Some(age) = self.columns.iter_mut().find(|column| column.title == "AGE") {
            *age = Column { title: "OFFSET".to_owned(), look, min: FIXED, rank: 0 };
        }
        self
    }

    /// Without some fields, which nobody may read here; in a table without their columns.
    #[must_use]
    pub fn without(mut self, hidden: &[&str]) -> Self {
        let fields = &self.fields;
        let is_hidden = |at: &usize| fields.get(*at).is_some_and(|field| hidden.contains(field));
        self.chosen.retain(|at| !is_hidden(at));
        self.columns.retain(|column| !is_hidden(&column.look.field()));
        self
    }

    /// Only these fields, in this order (`--fields`); none named keeps all. A name given twice counts once.
    ///
    /// # Errors
    /// A usage error for an unknown name lists those that exist.
    pub fn choose(mut self, fields: &[String]) -> Result<Self> {
        if fields.is_empty() {
            return Ok(self);
        }
        self.chosen.clear();
        for field in fields.iter().map(|field| field.trim()) {
            let position = self.position(field).ok_or_else(|| {
                usage(format!("unknown field '{field}'")).hint(format!("fields: {}", self.fields.join(", ")))
            })?;
            if !self.chosen.contains(&position) {
                self.chosen.push(position);
            }
        }
        self.explicit = true;
        Ok(self)
    }

    /// Positions and names of the fields wanted.
    pub(super) fn chosen(&self) -> impl ExactSizeIterator<Item = (usize, &'static str)> {
        self.chosen.iter().map(|position| (*position, self.fields[*position]))
    }

    /// How many fields are the records' own, before those of [`also`](Self::also).
    pub(super) fn own(&self) -> usize {
        self.own
    }

    pub(super) fn position(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|name| *name == field)
    }

    /// Whether `--fields` chose the fields.
    pub fn is_explicit(&self) -> bool {
        self.explicit
    }

    pub(super) fn is_page(&self) -> bool {
        self.page
    }

    pub(super) fn event(&self) -> &'static str {
        self.event
    }

    /// Position of the field that tells failures, where it is shown.
    pub(super) fn failure_field(&self) -> Option<usize> {
        self.position("event_type").filter(|position| self.chosen.contains(position))
    }

    /// The columns of a table; of a wide one, or of chosen fields, each field in full. Unless fields were chosen, the
    /// message comes last, where its length harms no alignment.
    pub(super) fn columns(&self, wide: bool) -> Vec<Column> {
        if !wide && !self.explicit {
            return self.columns.clone();
        }
        let column = |(position, name): (usize, &'static str)| {
            let look = match name {
                "event_type" => CellStyle::Type(position),
                "count" => CellStyle::Count(position),
                "offset_seconds" => CellStyle::Offset(position),
                "message" if !wide => CellStyle::FirstLine(position),
                _ => CellStyle::Full(position),
            };
            Column { title: name.to_uppercase(), look, min: 8, rank: 0 }
        };
        let mut columns: Vec<_> = self.chosen().map(column).collect();
        if !self.explicit {
            columns.sort_by_key(|column| column.title == "MESSAGE");
        }
        columns
    }

    fn at(&self, field: &str) -> usize {
        self.position(field).unwrap_or_default()
    }

    fn name(&self, name: &str, id: &str) -> CellStyle {
        CellStyle::Name { name: self.at(name), id: self.at(id) }
    }
}

/// `board` of `board_name`, `task` of `task_title`.
fn stem_of_name(field: &str) -> Option<&str> {
    field.strip_suffix("_name").or_else(|| field.strip_suffix("_title"))
}

/// A row together with the values of the fields that [`Columns::also`] added.
pub(super) struct Extended<'a> {
    pub(super) record: &'a dyn Record,
    /// How many fields are the record's own.
    pub(super) own: usize,
    pub(super) extra: &'a [Cell<'a>],
}

impl Record for Extended<'_> {
    fn cell(&self, field: usize) -> Cell<'_> {
        match field.checked_sub(self.own) {
            None => self.record.cell(field),
            Some(extra) => self.extra.get(extra).cloned().unwrap_or(Cell::Null),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn names(view: &Columns) -> Vec<&'static str> {
        view.chosen().map(|(_, name)| name).collect()
    }

    fn strings(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn chosen_fields_keep_the_order_asked_for_and_count_once() {
        let view = Columns::events().choose(&strings(&["message", " id", "message"])).unwrap();
        assert_eq!(names(&view), ["message", "id"]);
        assert_eq!(names(&Columns::boards().choose(&[]).unwrap()), Board::FIELDS);
    }

    #[test]
    fn an_unknown_field_is_a_usage_error_that_lists_the_fields() {
        for unknown in ["nonsense", "", "ID"] {
            let error = Columns::boards().choose(&strings(&["id", unknown])).unwrap_err();
            assert_eq!(crate::error::kind_of(&error), crate::error::Kind::Usage);
            assert!(crate::error::render(&error, false).contains("id, name, slug, last_activity_at"));
        }
    }

    #[test]
    fn every_column_shows_a_field_of_its_name() {
        for view in [Columns::events(), Columns::comments(), Columns::boards()] {
            for column in &view.columns {
                let at = column.look.field();
                let title = column.title.to_lowercase();
                let expected = match title.as_str() {
                    "time" => "created_at",
                    "age" | "last activity" => "at",
                    "task id" => "task_id",
                    "failed deliveries" => "failed_deliveries",
                    "silent agents" => "silent_agents",
                    other => other,
                };
                assert!(view.fields[at].contains(expected), "{title} shows {}", view.fields[at]);
            }
        }
    }

    #[test]
    fn a_summary_shows_names_instead_of_ids_and_the_count_last() {
        let summary = Summary {
            since: Timestamp::from_micros(0),
            until: Timestamp::from_micros(1),
            by: vec!["day", "board", "type"],
            fields: vec!["period", "board_id", "board_name", "event_type", "task_id", "task_title", "count"],
            total: 0,
            rows: Vec::new(),
        };
        let view = Columns::summary(&summary);
        let titles: Vec<_> = view.columns(false).into_iter().map(|column| column.title).collect();
        assert_eq!(titles, ["PERIOD", "BOARD", "TYPE", "TASK", "COUNT"]);
        assert_eq!(names(&view), summary.fields);
    }

    #[test]
    fn wide_shows_every_field_with_the_message_last() {
        let titles: Vec<_> = Columns::comments().columns(true).into_iter().map(|column| column.title).collect();
        assert_eq!(titles.len(), TaskComment::FIELDS.len());
        assert_eq!(titles.last().map(String::as_str), Some("MESSAGE"));
        let chosen = Columns::comments().choose(&strings(&["message", "id"])).unwrap();
        let titles: Vec<_> = chosen.columns(true).into_iter().map(|column| column.title).collect();
        assert_eq!(titles, ["MESSAGE", "ID"]);
    }
}
