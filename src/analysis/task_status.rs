//! A task's status, as the log's texts and the tasks table name it.

/// The statuses that Mission Control gives a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskStatus {
    Inbox,
    InProgress,
    Review,
    Done,
}

impl TaskStatus {
    const ALL: [Self; 4] = [Self::Inbox, Self::InProgress, Self::Review, Self::Done];

    /// The name in the table and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::InProgress => "in_progress",
            Self::Review => "review",
            Self::Done => "done",
        }
    }

    /// The status that the table names.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// The status that the message of a `task.status_changed` event names. The title follows and may contain anything, so
    /// only the start of the message counts.
    pub fn from_message(message: &str) -> Option<Self> {
        if message.starts_with("Task returned to inbox: dependency reopened (") {
            return Some(Self::Inbox);
        }
        let (name, _) = message.strip_prefix("Task moved to ")?.split_once(':')?;
        Self::from_name(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_start_of_a_message_names_the_status() {
        for (message, expected) in [
            ("Task moved to done: Ship it.", Some(TaskStatus::Done)),
            ("Task moved to in_progress: Task moved to done: x.", Some(TaskStatus::InProgress)),
            ("Task moved to review: .", Some(TaskStatus::Review)),
            ("Task returned to inbox: dependency reopened (Task moved to done: x).", Some(TaskStatus::Inbox)),
            ("Task moved to blocked: x.", None),
            ("Task moved to Done: x.", None),
            ("Task moved to done", None),
            (" Task moved to done: x.", None),
            ("Note: Task moved to done: x.", None),
            ("", None),
        ] {
            assert_eq!(TaskStatus::from_message(message), expected, "{message}");
        }
    }

    #[test]
    fn every_status_is_found_by_its_name() {
        for status in TaskStatus::ALL {
            assert_eq!(TaskStatus::from_name(status.name()), Some(status));
        }
        assert_eq!(TaskStatus::from_name("blocked"), None);
    }
}
