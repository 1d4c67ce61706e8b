//! Users, agents, boards and tasks: who asks, and what names mean to them.

use super::Database;
use super::query::{Query, Value};
use super::row::RowReader;
use crate::model::{Board, Filter, OrganizationUser};
use anyhow::Result;
use uuid::Uuid;

/// A user, and what the active membership lets the user read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Primary key.
    pub id: Uuid,
    /// Clerk's id, or `local-auth-user`.
    pub clerk_user_id: String,
    /// E-mail address; not unique.
    pub email: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// The active membership's organization, by name. None: the user belongs nowhere and reads nothing.
    pub organization: Option<String>,
    /// Readable boards, by name.
    pub boards: Vec<Board>,
}

/// An agent, without its token hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRow {
    /// Primary key.
    pub id: Uuid,
    /// Display name; not unique.
    pub name: String,
    /// The board that it works on.
    pub board_id: Option<Uuid>,
    /// That board's organization, by name.
    pub organization: Option<String>,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// Primary key.
    pub id: Uuid,
    /// Title; untrusted.
    pub title: String,
    /// The task's board, if any.
    pub board_id: Option<Uuid>,
}

/// How a user is named.
#[derive(Debug, Clone, Copy)]
pub enum UserName<'a> {
    /// By primary key.
    Id(Uuid),
    /// By e-mail address or Clerk id.
    Text(&'a str),
    /// That of a bounded role.
    OfRole,
}

/// Whose boards.
#[derive(Debug, Clone, Copy)]
pub enum BoardsOf {
    /// An agent's own, and those that its events resolve to.
    Agent(Uuid),
    /// Writable by a user: in the board's own organization, with all_boards_write or a row that says can_write.
    Writer(Uuid),
}

/// Which agents.
#[derive(Debug, Clone, Copy)]
pub enum AgentName<'a> {
    /// By primary key, without access rules.
    Id(Uuid),
    /// By name in any letter case, without access rules.
    Anyone(&'a str),
    /// That of a bounded role.
    OfRole,
    /// By name in any letter case, among those on the boards or with an event there.
    Visible(&'a str, &'a [Uuid]),
    /// All on the boards, to suggest from.
    Near(&'a [Uuid]),
}

impl Database {
    /// Users by id, e-mail or Clerk id, with what the active membership lets them read.
    pub async fn users(&mut self, name: UserName<'_>) -> Result<Vec<UserRow>> {
        let query = match name {
            UserName::Id(id) => Query::new("user_with_boards").small().bind("id", Value::Id(id)),
            UserName::Text(text) => Query::new("user_with_boards").small().bind("text", Value::Text(text.to_owned())),
            UserName::OfRole => Query::new("user_with_boards").small().when("role", true),
        };
        let mut users: Vec<UserRow> = Vec::new();
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            let Some(id) = columns.id()? else { return Ok(()) };
            let user = UserRow {
                id,
                clerk_user_id: columns.text()?.unwrap_or_default(),
                email: columns.text()?,
                name: columns.text()?,
                organization: columns.text()?,
                boards: Vec::new(),
            };
            // A user's rows follow each other.
            if users.last().is_none_or(|last| last.id != user.id) {
                users.push(user);
            }
            if let (Some(id), Some(user)) = (columns.id()?, users.last_mut()) {
                user.boards.push(board(id, &mut columns)?);
            }
            Ok(())
        })
        .await?;
        Ok(users)
    }

    /// Users with their organizations: all, or those of a user's active organization. Whether their roles could be read.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn organization_users(&mut self, member: Option<Uuid>) -> Result<(Vec<OrganizationUser>, bool)> {
        let has_role = !self.readable_columns(&["organization_members.role"]).await?.is_empty();
        let query = Query::new("users").small().when("has_role", has_role).bind_some("member", member.map(Value::Id));
        let mut users = Vec::new();
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            let Some(id) = columns.id()? else { return Ok(()) };
            users.push(OrganizationUser {
                id,
                name: columns.text()?,
                email: columns.text()?,
                organization: columns.text()?,
                role: columns.text()?,
            });
            Ok(())
        })
        .await?;
        Ok((users, has_role))
    }

    /// Agents by id or name.
    pub async fn agents(&mut self, name: AgentName<'_>) -> Result<Vec<AgentRow>> {
        let boards = |boards: &[Uuid]| Value::Ids(boards.to_vec());
        if let (AgentName::Visible(name, seen), true) = (&name, self.schema.distributed) {
            return self.visible_agents(name, seen).await;
        }
        let query = Query::new("agents");
        let query = match name {
            AgentName::Id(id) => query.bind("id", Value::Id(id)),
            AgentName::OfRole => query.when("role", true),
            AgentName::Anyone(name) => query.bind("name", Value::Text(name.to_owned())),
            AgentName::Visible(name, seen) => {
                query.bind("name", Value::Text(name.to_owned())).bind("boards", boards(seen)).when("visible", true)
            }
            AgentName::Near(seen) => query.bind("boards", boards(seen)).when("suggestions", true),
        };
        let mut agents = Vec::new();
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            let Some(id) = columns.id()? else { return Ok(()) };
            agents.push(AgentRow {
                id,
                name: columns.text()?.unwrap_or_default(),
                board_id: columns.id()?,
                organization: columns.id()?.and(columns.text()?),
            });
            Ok(())
        })
        .await?;
        Ok(agents)
    }

    /// The agents of a name on some boards or with an event there, each looked for by a query of its own.
    async fn visible_agents(&mut self, name: &str, seen: &[Uuid]) -> Result<Vec<AgentRow>> {
        let mut visible = Vec::new();
        for agent in Box::pin(self.agents(AgentName::Anyone(name))).await? {
            let mut is_visible = agent.board_id.is_some_and(|board| seen.contains(&board));
            if !is_visible {
                let query = Query::new("known_agent").bind("id", Value::Id(agent.id));
                let query = query.bind("boards", Value::Ids(seen.to_vec())).small();
                self.fetch(&query, &mut |_| {
                    is_visible = true;
                    Ok(())
                })
                .await?;
            }
            if is_visible {
                visible.push(agent);
            }
        }
        Ok(visible)
    }

    /// Stored token hashes as they are, of one agent or of all that have one, the most recently seen first.
    ///
    /// # Errors
    /// Those of the database; the role may well not be allowed to read them.
    pub async fn token_hashes(&mut self, agent: Option<Uuid>) -> Result<Vec<(Uuid, String)>> {
        let query = Query::new("token_hashes").bind_some("id", agent.map(Value::Id));
        let mut hashes = Vec::new();
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            hashes.extend(columns.id()?.zip(columns.text()?));
            Ok(())
        })
        .await?;
        Ok(hashes)
    }

    /// Boards of an agent, or those that a user may write, by name.
    pub async fn boards(&mut self, of: BoardsOf) -> Result<Vec<Board>> {
        let query = match of {
            BoardsOf::Agent(agent) => Query::new("boards_of_agent").small().bind("agent", Value::Id(agent)),
            BoardsOf::Writer(user) => Query::new("boards_of_writer").small().bind("writer", Value::Id(user)),
        };
        let mut boards = Vec::new();
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            let Some(id) = columns.id()? else { return Ok(()) };
            boards.push(board(id, &mut columns)?);
            Ok(())
        })
        .await?;
        Ok(boards)
    }

    /// Tasks with ids in a range, among those on some boards, or all.
    pub async fn tasks(&mut self, first: Uuid, last: Uuid, boards: Option<&[Uuid]>) -> Result<Vec<TaskRow>> {
        let query =
            Query::new("tasks_by_id_range").small().bind("first", Value::Id(first)).bind("last", Value::Id(last));
        let query = query.bind_some("boards", boards.map(|boards| Value::Ids(boards.to_vec())));
        self.task_rows(&query).await
    }

    /// Tasks whose title holds a text, in any letter case, among those on some boards; the shortest titles first.
    pub async fn tasks_by_title(&mut self, text: &str, boards: &[Uuid]) -> Result<Vec<TaskRow>> {
        // As --grep looks for a text in messages.
        let filter = Filter { grep: vec![text.to_owned()], ignore_case: true, ..Filter::default() };
        let query = Query::new("tasks_by_title").small().bind("boards", Value::Ids(boards.to_vec()));
        let query = (self.dialect().bind_filter)(query, &filter);
        self.task_rows(&query).await
    }

    async fn task_rows(&mut self, query: &Query) -> Result<Vec<TaskRow>> {
        let mut tasks = Vec::new();
        self.fetch(query, &mut |row| {
            let mut columns = row.columns();
            let Some(id) = columns.id()? else { return Ok(()) };
            tasks.push(TaskRow { id, title: columns.text()?.unwrap_or_default(), board_id: columns.id()? });
            Ok(())
        })
        .await?;
        Ok(tasks)
    }
}

/// Behind its id: name and slug.
fn board(id: Uuid, columns: &mut RowReader<'_>) -> Result<Board> {
    let (name, slug) = (columns.text()?.unwrap_or_default(), columns.text()?.unwrap_or_default());
    Ok(Board { id, name, slug, ..Board::default() })
}
