//! `profile`: the settings in force, and where each of them comes from.

use crate::cli::format::{OutputArgs, offers};
use crate::escape::escape_for_terminal;
use crate::model::Timestamp;
use crate::output::destination::Destination;
use crate::output::{self, Format};
use crate::redact::mask;
use crate::session::Context;
use crate::settings::{SettingOrigin, is_secret};
use anyhow::Result;
use clap::Args;
use serde_json::json;
use std::io::Write;

/// The settings that the program knows, in the order in which they are shown.
const NAMES: [&str; 16] = [
    "DATABASE_URL",
    "MC_AS_USER",
    "MC_AS_AGENT",
    "MC_TOKEN",
    "MC_AGENT_TOKEN",
    "MC_AGENT",
    "AUTH_MODE",
    "LOCAL_AUTH_TOKEN",
    "CLERK_JWT_KEY",
    "PGHOST",
    "PGPORT",
    "PGUSER",
    "PGPASSWORD",
    "PGDATABASE",
    "PGSSLMODE",
    "PGSERVICE",
];

/// Show the settings in force and where each of them comes from
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::FACTS)), after_help = "\
A flag wins over --profile NAME, that over the environment, that over the nearest .env, and that over the profile default \
(default.env), which is read where no other profile is named. Secrets are not shown.

Examples:
  mc-activity profile
  mc-activity profile --profile production -o json")]
pub struct ProfileArgs {
    #[command(flatten)]
    output: OutputArgs,
}

impl ProfileArgs {
    pub fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        self.output.without_fields()?;
        let global = &context.global;
        let flag = |name: &str, value: Option<&String>| {
            value.map(|value| (name.to_owned(), value.clone(), SettingOrigin::Flag.to_string()))
        };
        let flags = [
            flag("--database-url", global.database.database_url.as_ref()),
            flag("--profile", global.database.profile.as_ref()),
            flag("--as-user", global.identity.as_user.as_ref()),
            flag("--as-agent", global.identity.as_agent.as_ref()),
            flag("--token-file", global.identity.token_file.as_ref()),
            flag("--agent-token-file", global.identity.agent_token_file.as_ref()),
        ];
        let variable = |name: &&str| {
            let setting = context.settings.get(name)?;
            // Mission Control hands libpq nothing of its .env, and neither do we.
            let is_unused = name.starts_with("PG")
                && matches!(setting.origin, SettingOrigin::DotEnv(_) | SettingOrigin::EnvFile(_));
            (!is_unused).then(|| (setting.name, setting.value.expose().to_owned(), setting.origin.to_string()))
        };
        let settings = flags.into_iter().flatten().chain(NAMES.iter().filter_map(variable));
        let settings: Vec<(String, String, String)> = settings
            .map(|(name, value, origin)| {
                let shown = if is_secret(&name) { "(secret)".to_owned() } else { mask(&value).into_owned() };
                (name, shown, origin)
            })
            .collect();
        let (directory, profiles) = context.settings.profiles();
        let directory = directory.map(|directory| directory.display().to_string());
        let mut sink = Destination::open_for(self.output.out_file.as_deref(), format)?;
        if format == Format::Json {
            let setting = |(name, value, origin): &(String, String, String)| json!({"name": name, "value": value, "origin": origin});
            let settings: Vec<_> = settings.iter().map(setting).collect();
            writeln!(sink, "{}", json!({"settings": settings, "directory": directory, "profiles": profiles}))?;
        } else {
            let escaped = |text: &str| escape_for_terminal(text).into_owned();
            let mut rows: Vec<Vec<String>> = settings
                .iter()
                .map(|(name, value, origin)| vec![escaped(name), format!("{}  ({})", escaped(value), escaped(origin))])
                .collect();
            let names = if profiles.is_empty() { "none".to_owned() } else { profiles.join(", ") };
            let place = directory.map(|directory| format!(" (in {directory})")).unwrap_or_default();
            rows.push(vec!["profiles".to_owned(), escaped(&format!("{names}{place}"))]);
            output::write_facts(&mut sink, &rows, &context.style_at(Timestamp::from_micros(0), &self.output)?)?;
        }
        sink.finish()?;
        Ok(0)
    }
}
