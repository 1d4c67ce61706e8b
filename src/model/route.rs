//! Which page of the web interface shows an event; observed on the running backend (`route_name`, `route_params`).

use super::ActivityEvent;

/// A named page and its parameters, in the API's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `board`, `board.approvals` or `activity`.
    pub name: &'static str,
    /// Parameter names and values.
    pub params: Vec<(&'static str, String)>,
}

impl Route {
    pub(super) fn of(event: &ActivityEvent) -> Self {
        let task = event.task_id.map(|id| ("taskId", id.to_string()));
        let Some(board) = event.board_id else {
            let mut params = vec![
                ("eventId", event.id.to_string()),
                ("eventType", event.event_type.clone()),
                ("createdAt", event.created_at.to_string()),
            ];
            params.extend(task);
            return Self { name: "activity", params };
        };
        let mut params = vec![("boardId", board.to_string())];
        let mut name = "board";
        match task {
            Some(task) if event.event_type == "task.comment" => {
                params.extend([task, ("commentId", event.id.to_string())]);
            }
            _ if event.event_type.starts_with("approval.") => name = "board.approvals",
            _ if event.event_type.starts_with("board.") => params.push(("panel", "chat".to_owned())),
            task => params.extend(task),
        }
        Self { name, params }
    }
}
