//! Files and an environment in, settings out.

use super::*;
use crate::error::{Kind, kind_of, render};

struct World {
    dir: tempfile::TempDir,
    env: Vec<(String, String)>,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().to_str().unwrap().to_owned();
        Self { dir, env: vec![("HOME".to_owned(), home)] }
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        self
    }

    #[cfg(unix)]
    fn mode(self, path: &str, mode: u32) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(self.dir.path().join(path), fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    fn load(&self, profile: Option<&str>) -> anyhow::Result<Settings> {
        let env = self.env.clone();
        let cwd = self.dir.path().join("project/backend");
        fs::create_dir_all(&cwd).unwrap();
        let lookup = move |name: &str| env.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        Settings::load(Files { profile, env_file: None }, lookup, &cwd)
    }
}

fn shown(setting: Option<Setting>) -> (String, String) {
    let setting = setting.unwrap();
    (setting.value.expose().to_owned(), setting.to_string())
}

#[test]
fn a_flag_beats_the_profile_beats_the_environment_beats_the_dotenv() {
    let world = World::new()
        .file("project/.env", "DATABASE_URL=dotenv\nAUTH_MODE=dotenv\nMC_AGENT=dotenv\n")
        .env("DATABASE_URL", "environment")
        .env("AUTH_MODE", "environment")
        .file(".config/mc-activity/prod.env", "DATABASE_URL=profile\n");
    let settings = world.load(Some("prod")).unwrap();
    let root = world.dir.path().display();
    assert_eq!(shown(settings.database_url(Some("flag")).unwrap()), ("flag".to_owned(), "--database-url".to_owned()));
    assert_eq!(
        shown(settings.database_url(None).unwrap()),
        ("profile".to_owned(), format!("DATABASE_URL in {root}/.config/mc-activity/prod.env"))
    );
    assert_eq!(shown(settings.get("AUTH_MODE")), ("environment".to_owned(), "AUTH_MODE in the environment".to_owned()));
    assert_eq!(shown(settings.get("MC_AGENT")), ("dotenv".to_owned(), format!("MC_AGENT in {root}/project/.env")));
    assert_eq!(settings.get("MC_TOKEN"), None);
}

#[test]
fn an_empty_value_is_passed_over() {
    let world = World::new()
        .file("project/.env", "DATABASE_URL=dotenv\n")
        .env("DATABASE_URL", "")
        .file(".config/mc-activity/p.env", "DATABASE_URL=\"\"\n");
    assert_eq!(world.load(Some("p")).unwrap().value("DATABASE_URL").as_deref(), Some("dotenv"));
}

#[test]
fn an_empty_flag_is_refused_rather_than_another_database_read() {
    let error = World::new().env("DATABASE_URL", "x").load(None).unwrap().database_url(Some(" ")).unwrap_err();
    assert_eq!(kind_of(&error), Kind::Usage);
}

#[test]
fn the_nearest_dotenv_wins_and_a_directory_of_that_name_is_none() {
    let world = World::new().file(".env", "A=far\nB=far\n").file("project/.env", "A=near\n");
    let settings = world.load(None).unwrap();
    assert_eq!(settings.value("A").as_deref(), Some("near"));
    assert_eq!(settings.value("B"), None);
    let world = World::new().file(".env", "A=far\n").file("project/.env/bin/python", "");
    assert_eq!(world.load(None).unwrap().value("A").as_deref(), Some("far"));
}

#[test]
fn names_in_files_are_read_without_regard_to_case_and_the_last_wins() {
    let world = World::new().file("project/.env", "database_url=one\nDATABASE_URL=two\nauth_mode=local\n");
    let settings = world.load(None).unwrap();
    assert_eq!(settings.value("DATABASE_URL").as_deref(), Some("two"));
    assert_eq!(settings.value("AUTH_MODE").as_deref(), Some("local"));
}

#[test]
fn an_unknown_profile_is_not_shown_and_the_profiles_there_are_are_named() {
    let world = World::new().file(".config/mc-activity/prod.env", "").file(".config/mc-activity/dev.env", "");
    let error = world.load(Some("pord")).unwrap_err();
    assert_eq!(kind_of(&error), Kind::Usage);
    let text = render(&error, false);
    assert!(text.contains(".config/mc-activity") && !text.contains("pord"), "{text}");
    assert!(text.contains("hint: profiles: dev, prod"), "{text}");
    let text = render(&World::new().load(Some("x")).unwrap_err(), false);
    assert!(text.contains("there are no profiles in "), "{text}");
}

#[test]
fn a_profile_is_a_name_and_not_a_path() {
    let world = World::new().file("secret.env", "A=b");
    for name in ["../../secret", "/etc/passwd", "", ".", "..\\x"] {
        assert_eq!(kind_of(&world.load(Some(name)).unwrap_err()), Kind::Usage, "{name}");
    }
}

#[test]
fn a_damaged_profile_is_told_by_name_and_line_and_without_its_text() {
    for bytes in [&b"A=b\nDATABASE_URL='hunter2"[..], b"A=b\nDATABASE_URL=hunter2\xff\n"] {
        let error = World::new().file(".config/mc-activity/p.env", bytes).load(Some("p")).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Usage);
        let text = render(&error, false);
        assert!(text.contains(".config/mc-activity/p.env line 2: "), "{text}");
        assert!(!format!("{text}{error:?}").contains("hunter"), "{text}");
    }
}

#[test]
fn a_damaged_line_of_a_dotenv_is_skipped_with_one_warning_without_its_text() {
    let text = "A=b\nhunter2 hunter2\nC=d\nhunter2 again\n";
    let settings = World::new().file("project/.env", text).load(None).unwrap();
    assert_eq!((settings.value("A").as_deref(), settings.value("C").as_deref()), (Some("b"), Some("d")));
    let warnings = settings.warnings(None);
    assert!(warnings.len() == 1 && warnings[0].contains("project/.env lines 2 and 4: skipped"), "{warnings:?}");
    assert!(!warnings[0].contains("hunter2"), "{warnings:?}");
}

#[test]
fn a_database_url_that_was_skipped_is_an_error_where_nothing_else_names_the_database() {
    for bytes in [&b"DATABASE_URL='hunter2"[..], b"A=b\nexport DATABASE_URL=hunter2\xff\n"] {
        let world = World::new().file("project/.env", bytes);
        let settings = world.load(None).unwrap();
        let error = settings.database_url(None).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Usage);
        assert!(error.to_string().contains("DATABASE_URL") && !error.to_string().contains("hunter"), "{error}");
        assert_eq!(settings.database_url(Some("flag")).unwrap().unwrap().value.expose(), "flag");
        let world = world.env("DATABASE_URL", "environment");
        assert_eq!(world.load(None).unwrap().value("DATABASE_URL").as_deref(), Some("environment"));
    }
}

#[test]
fn debug_shows_no_value() {
    let world = World::new().file("project/.env", "PGPASSWORD=hunter2\n");
    let settings = world.load(None).unwrap();
    let text = format!("{settings:?} {:?}", settings.get("PGPASSWORD"));
    assert!(text.contains(".env") && !text.contains("hunter2"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_file_with_a_secret_that_others_may_read_is_warned_about() {
    let url = "DATABASE_URL=postgresql+psycopg://mc:hunter2@db/mc\n";
    for (text, mode, warned) in [
        (url, 0o644, true),
        (url, 0o640, true),
        (url, 0o600, false),
        ("DATABASE_URL=postgresql://mc@db/mc\n", 0o644, false),
        ("local_auth_token=hunter2\n", 0o644, true),
        ("MC_TOKEN=\n", 0o644, false),
    ] {
        let world = World::new().file("project/.env", text).mode("project/.env", mode);
        let warnings = world.load(None).unwrap().warnings(None);
        assert_eq!(warnings.len(), usize::from(warned), "{text}{mode:o}");
        assert!(!warnings.concat().contains("hunter2"));
    }
}

#[test]
fn a_password_in_the_flag_is_warned_about() {
    let settings = World::new().load(None).unwrap();
    let warnings = settings.warnings(Some("postgres://u:hunter2@h/d"));
    assert!(warnings.len() == 1 && !warnings[0].contains("hunter2"), "{warnings:?}");
    assert_eq!(settings.warnings(Some("postgres://u@h/d")).len(), 0);
    assert_eq!(settings.warnings(Some("sqlite:x.db")).len(), 0);
}

#[test]
fn directories_follow_xdg_and_ignore_relative_ones() {
    let settings = World::new().env("HOME", "/home/u").env("XDG_CACHE_HOME", "rel").load(None).unwrap();
    assert_eq!(settings.config_dir().unwrap(), Path::new("/home/u/.config/mc-activity"));
    assert_eq!(settings.cache_dir().unwrap(), Path::new("/home/u/.cache/mc-activity"));
    assert_eq!(settings.embedded_store().unwrap(), Path::new("/home/u/.local/share/mc-activity/activity.db"));
    let settings = World::new().env("XDG_DATA_HOME", "/data").load(None).unwrap();
    assert_eq!(settings.data_dir().unwrap(), Path::new("/data/mc-activity"));
}

#[test]
fn without_a_home_there_is_no_directory_and_a_profile_says_so() {
    let world = World::new().env("HOME", "");
    assert_eq!(world.load(None).unwrap().embedded_store(), None);
    let error = world.load(Some("x")).unwrap_err();
    assert!(error.to_string().contains("HOME"), "{error}");
}
