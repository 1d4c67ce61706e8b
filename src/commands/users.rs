//! `users`: whom an operator can name, and who else is in a user's organization.

use crate::auth::ActorKind;
use crate::cli::format::{OutputArgs, offers};
use crate::error::denied;
use crate::output::{Columns, Format, PageInfo, RowWriter, counted};
use crate::session::{Context, Requester};
use anyhow::Result;
use clap::Args;

/// List the users of your organization, or all users for an operator without an identity
///
/// With an identity, these are the members of your active organization. Without one (no --as-user, no token), these are all
/// users of the database, one row for each organization: name one of them with --as-user. The role alone grants nothing.
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::ROWS)), after_help = "\
Examples:
  mc-activity users
  mc-activity users -o csv --fields email,organization,role")]
pub struct UsersArgs {
    #[command(flatten)]
    output: OutputArgs,
}

impl UsersArgs {
    pub async fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        let view = Columns::users().choose(&self.output.fields)?;
        let mut requester = context.session_or_operator().await?;
        let (store, member) = match &mut requester {
            Requester::Identity(session) if session.actor.kind == ActorKind::Agent => {
                return Err(denied("an agent cannot list users")
                    .hint("an operator can, with --as-user or without an identity")
                    .into());
            }
            Requester::Identity(session) => (&mut session.store, Some(session.actor.id)),
            Requester::Operator(store, _) => (&mut **store, None),
        };
        let (users, has_roles) = store.organization_users(member).await?;
        store.commit().await?;
        let mut people: Vec<_> = users.iter().map(|user| user.id).collect();
        people.sort_unstable();
        people.dedup();
        let count = counted(people.len() as u64, "user");
        let (now, mut footer) = match &requester {
            Requester::Identity(session) => {
                let organization = session.actor.organization.as_deref().unwrap_or("no organization");
                (session.now, context.footer(session, format!("{count} of {organization}")))
            }
            Requester::Operator(store, place) => {
                context.say("no identity: listing all users, as anyone with the database URL can");
                (store.now(), vec![format!("{count} of all organizations"), place.clone()])
            }
        };
        if !has_roles {
            footer.insert(1, "not readable here, so left out: organization_members.role".to_owned());
        }
        let view = if has_roles { view } else { view.without(&["role"]) };
        let mut sink = context.destination(&self.output, format)?;
        let mut writer = RowWriter::new(&mut sink, format, view, context.style_at(now, &self.output)?);
        users.iter().try_for_each(|user| writer.row(user))?;
        writer.finish(&PageInfo { footer, ..PageInfo::default() })?;
        // A pager may stay open for hours.
        match requester {
            Requester::Identity(session) => session.store.close().await,
            Requester::Operator(store, _) => store.close().await,
        }
        sink.finish()?;
        Ok(0)
    }
}
