//! A PostgreSQL server for this process alone, from the programs that are installed, or of the version that tests/run asks for.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::LazyLock;

/// Started at the first use; its guard (server.sh) ends it when this process is gone, however that comes about.
pub static SERVER: LazyLock<Server> = LazyLock::new(|| Server::start(&[], None, None));

/// A running server.
pub struct Server {
    /// TCP port on 127.0.0.1; no password is needed.
    pub port: u16,
    /// Directory of its Unix socket.
    pub socket: String,
    /// The guard reads it: the server lives as long as this stays open.
    _alive: ChildStdin,
}

impl Server {
    /// A further one: with more settings (`name=value`), with files put into its data directory (`pg_hba.conf`,
    /// certificates), as the standby of another.
    pub fn start(settings: &[&str], files: Option<&Path>, primary: Option<&Server>) -> Self {
        start(settings, files, primary)
            .unwrap_or_else(|why| panic!("the tests need a PostgreSQL server of their own: {why}"))
    }

    /// Stops and starts it: `fast` or `immediate`, which is a crash.
    pub fn restart(&self, mode: &str) {
        let mut command = guard().unwrap();
        command.arg(programs().unwrap().join("pg_ctl")).args(["restart", "-w", "-m", mode, "-D"]);
        command.arg(Path::new(&self.socket).join("data")).current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().unwrap().success(), "the server did not restart");
    }

    /// The address of a database, over TCP.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The address of a database, over the Unix socket.
    pub fn socket_url(&self, database: &str) -> String {
        format!("postgres://postgres@/{database}?host={}&port={}", self.socket, self.port)
    }
}

fn start(settings: &[&str], files: Option<&Path>, primary: Option<&Server>) -> Result<Server, String> {
    let programs = programs()?;
    // Between choosing a free port and using it another process may take it.
    let mut why = String::new();
    for _ in 0..5 {
        match start_on(&programs, free_port()?, settings, files, primary) {
            Ok(server) => return Ok(server),
            Err(error) => why = error,
        }
    }
    Err(why)
}

fn start_on(
    programs: &Path,
    port: u16,
    settings: &[&str],
    files: Option<&Path>,
    primary: Option<&Server>,
) -> Result<Server, String> {
    let mut command = guard()?;
    let mut child = command
        .args(["sh", "-c", include_str!("server.sh"), "server.sh"])
        .arg(programs)
        .arg(port.to_string())
        .arg(primary.map_or(String::new(), |primary| primary.port.to_string()))
        .arg(files.unwrap_or(Path::new("")))
        .args(settings.iter().flat_map(|setting| ["-c", setting]))
        .current_dir("/")
        .env("LC_ALL", "C.UTF-8")
        // A Ctrl-C in the terminal is not for the guard: it has to outlive the tests to clean up.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the server's guard does not start: {error}"))?;
    let mut line = String::new();
    let (stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    BufReader::new(stdout).read_line(&mut line).map_err(|error| error.to_string())?;
    match (line.trim_end().strip_prefix("ready "), child.stdin.take()) {
        (Some(socket), Some(alive)) => Ok(Server { port, socket: socket.to_owned(), _alive: alive }),
        _ => {
            let mut log = String::new();
            stderr.read_to_string(&mut log).map_err(|error| error.to_string())?;
            Err(format!("it does not start:\n{log}"))
        }
    }
}

/// PostgreSQL refuses to run as root, so root hands over to the user that the package makes.
pub fn guard() -> Result<Command, String> {
    let id = Command::new("id").arg("-u").output().map_err(|error| format!("id -u: {error}"))?;
    if id.stdout != b"0\n" {
        return Ok(Command::new("env"));
    }
    let passwd = std::fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    if !passwd.lines().any(|line| line.starts_with("postgres:")) {
        return Err(
            "run as root, they need the user `postgres`, which does not exist (apt-get install postgresql)".into()
        );
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
    Ok(command)
}

/// Those that are named, of a version that is wanted; else Debian keeps each version's apart and off the PATH, and elsewhere
/// pg_config knows.
fn programs() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("POSTGRESQL_PROGRAMS").map(PathBuf::from) {
        let missing = || format!("POSTGRESQL_PROGRAMS: there is no initdb in {}", named.display());
        return if named.join("initdb").exists() { Ok(named) } else { Err(missing()) };
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .max_by_key(|bin| bin.parent()?.file_name()?.to_str()?.parse::<u32>().ok());
    if let Some(bin) = newest {
        return Ok(bin);
    }
    let told = Command::new("pg_config").arg("--bindir").output().ok();
    let bin = told.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    bin.filter(|bin| bin.join("initdb").exists()).ok_or_else(|| {
        "initdb is neither in /usr/lib/postgresql/*/bin nor where pg_config points (apt-get install postgresql)".into()
    })
}

pub fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| format!("no free port: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}
