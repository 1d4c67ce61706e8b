//! Failing connections: names with several addresses, servers that demand too much, servers that do not answer.

use crate::harness::{Database, Engine, Output, Place, SERVER, free_port};
use crate::harness::{ME, ask};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

/// Runs a command where a name has these addresses, in this order. The file of names is another one for this process alone,
/// which takes a namespace; none where the system does not let us have one.
fn where_named(database: &Database, addresses: &[&str], url: &str) -> Option<Output> {
    let hosts: String = addresses.iter().map(|address| format!("{address} pair\n")).collect();
    database.place.write("hosts", &hosts);
    let hosts = database.place.path().join("hosts").display().to_string();
    let mount = format!("mount --bind {hosts} /etc/hosts");
    let possible =
        Command::new("unshare").args(["-rm", "sh", "-c", &mount]).status().is_ok_and(|status| status.success());
    let line = format!("exec unshare -rm sh -c '{mount} && exec \"$0\" \"$@\"' \"$0\" \"$@\"");
    let run = database.place.sh(&line, ["list", "-o", "json"]).args(ME).env("DATABASE_URL", url);
    possible.then(|| run.run())
}

#[test]
fn every_address_of_a_name_has_its_own_time_and_is_named_where_all_fail() {
    let database = Database::recorded(Engine::Deployed);
    let name = database.url.rsplit_once('/').unwrap().1;
    // Accepts connections, and never answers.
    let silent = TcpListener::bind(("127.0.0.2", SERVER.port)).unwrap();
    let url = |port: u16| format!("postgres://postgres@pair:{port}/{name}?connect_timeout=1");
    let Some(output) = where_named(&database, &["127.0.0.2", "127.0.0.1"], &url(SERVER.port)) else {
        eprintln!("not tried: this system gives no namespace to name a host in");
        return;
    };
    output.expect(0);
    let port = silent.local_addr().unwrap().port();
    let output = where_named(&database, &["127.0.0.2", "127.0.0.3"], &url(port)).unwrap();
    assert_eq!(output.code, 5, "{output}");
    let label = format!("pair:{port}");
    let silence = format!("{label} (127.0.0.2): the database did not answer within 1 s");
    assert!(output.stderr.contains(&silence), "{output}");
    assert!(output.stderr.contains(&format!("{label} (127.0.0.3): cannot reach the database")), "{output}");
}

#[test]
fn the_error_names_the_failure_of_every_host() {
    let database = Database::shared(Engine::Deployed);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let (first, second) = (free_port().unwrap(), silent.local_addr().unwrap().port());
    let name = database.url.rsplit_once('/').unwrap().1;
    let hosts = format!("127.0.0.1:{first},127.0.0.1:{second},127.0.0.1:{}", SERVER.port);
    let url = format!("postgres://postgres@{hosts}/{name}?connect_timeout=1&target_session_attrs=standby");
    let output = ask(database, "list").env("DATABASE_URL", url).fails(5);
    for told in [
        format!("127.0.0.1:{first}: cannot reach the database: Connection refused"),
        format!("127.0.0.1:{second}: the database did not answer within 1 s"),
        format!("127.0.0.1:{}: is not standby", SERVER.port),
    ] {
        assert!(output.stderr.contains(&told), "{told}\n{output}");
    }
}

/// A server that runs `talk` with every client that has asked to log in.
fn serve(talk: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // The program leaves when it has heard enough.
            let _ = greeted(stream.unwrap(), &talk);
        }
    });
    format!("postgres://me:S3KRET@{address}/mc?connect_timeout=2")
}

fn greeted(mut stream: TcpStream, talk: &impl Fn(&mut TcpStream) -> std::io::Result<()>) -> std::io::Result<()> {
    // The request for TLS, then the login's first message.
    stream.read_exact(&mut [0; 8])?;
    stream.write_all(b"N")?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    stream.read_exact(&mut vec![0; u32::from_be_bytes(length) as usize - 4])?;
    talk(&mut stream)
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[kind], &length.to_be_bytes()[..], body].concat()
}

#[track_caller]
fn fails(url: &str, told: &str) {
    let output = Place::new().mc(["list"]).args(ME).env("DATABASE_URL", url).run();
    assert!(output.code == 5 && output.stderr.contains(told), "{told}\n{output}");
    assert!(!output.stderr.contains("S3KRET") && output.stdout.is_empty(), "{output}");
}

/// The first answer of SCRAM, with a nonce that goes on where the program's ends.
fn scram(stream: &mut TcpStream, iterations: &str) -> std::io::Result<()> {
    stream.write_all(&message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0"))?;
    let mut header = [0; 5];
    stream.read_exact(&mut header)?;
    let mut body = vec![0; u32::from_be_bytes([header[1], header[2], header[3], header[4]]) as usize - 4];
    stream.read_exact(&mut body)?;
    let text = String::from_utf8_lossy(&body).into_owned();
    let nonce = text.rsplit_once("r=").unwrap().1;
    let first = format!("\0\0\0\x0br={nonce}more,s=c2FsdHNhbHRzYWx0,i={iterations}");
    stream.write_all(&message(b'R', first.as_bytes()))?;
    stream.read_exact(&mut [0; 1])
}

#[test]
fn a_server_that_demands_endless_work_or_sends_too_much_is_given_up() {
    for iterations in ["4000000000", "99999999999999999999999", "100001"] {
        fails(&serve(move |stream| scram(stream, iterations)), "SCRAM iterations; at most 100000");
    }
    for iterations in ["-1", "x", "", "0"] {
        fails(&serve(move |stream| scram(stream, iterations)), "does not follow PostgreSQL's protocol");
    }
    let notice = message(b'N', b"SNOTICE\0C00000\0Mhello\0\0");
    let endless = move |stream: &mut TcpStream| loop {
        stream.write_all(&notice)?;
    };
    fails(&serve(endless), "sends too much before the login ends");
    let parameter = message(b'S', b"name\0value\0");
    let endless = move |stream: &mut TcpStream| {
        stream.write_all(&message(b'R', &[0; 4]))?;
        loop {
            stream.write_all(&parameter)?;
        }
    };
    fails(&serve(endless), "sends too much before the login ends");
    for kind in [b'N', b'E', b'R', b'S'] {
        let announced = move |stream: &mut TcpStream| {
            stream.write_all(&[kind, 0x7f, 0xff, 0xff, 0xff])?;
            stream.read_exact(&mut [0; 1])
        };
        fails(&serve(announced), "sends too much before the login ends");
    }
    // A byte now and then is no answer.
    let slow = |stream: &mut TcpStream| {
        for byte in message(b'N', &[b'x'; 1_000]) {
            stream.write_all(&[byte])?;
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    };
    fails(&serve(slow), "did not answer within 2 s");
}

#[test]
fn a_message_longer_than_any_of_postgresql_ends_the_connection() {
    let url = serve(|stream| {
        stream.write_all(&message(b'R', &[0; 4]))?;
        stream.write_all(&message(b'Z', b"I"))?;
        stream.read_exact(&mut [0; 1])?;
        stream.write_all(&[b'T', 0xff, 0xff, 0xff, 0xff])?;
        stream.read_exact(&mut [0; 1 << 20])
    });
    fails(&url, "the server announces a message of 4294967295 bytes");
}

/// When the kernel will next probe the connection of a process to a port: in hundredths of a second; none where it never will.
#[cfg(target_os = "linux")]
fn probe(process: u32, port: u16) -> Option<u64> {
    let links = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let sockets: Vec<String> = links
        .filter_map(|link| std::fs::read_link(link.ok()?.path()).ok()?.to_str().map(str::to_owned))
        .filter_map(|link| Some(link.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let remote = format!(":{port:04X}");
    let line = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .find(|fields| {
            fields.len() > 9 && fields[2].ends_with(&remote) && sockets.iter().any(|socket| fields[9] == socket)
        })
        .expect("the connection is not in /proc/net/tcp");
    let (kind, when) = line[5].split_once(':').unwrap();
    (kind == "02").then(|| u64::from_str_radix(when, 16).unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn the_kernel_probes_a_silent_connection_as_the_keepalive_parameters_say() {
    let database = Database::recorded(Engine::Deployed);
    let probed = |parameters: &str| {
        let url = format!("{}?{parameters}", database.url);
        let tail = ["tail", "--events", "-n", "1", "-o", "jsonl", "--poll", "1h"];
        let mut tail = database.place.mc(tail).args(ME).env("DATABASE_URL", url).start();
        tail.line(Duration::from_secs(20));
        // While an answer is on its way another timer runs.
        let start = Instant::now();
        loop {
            let next = probe(tail.id(), SERVER.port);
            if next.is_some() || parameters.contains("keepalives=0") || start.elapsed() > Duration::from_secs(20) {
                return next;
            }
        }
    };
    let by_default = probed("").expect("no probe by default");
    assert!((1..=3_000).contains(&by_default), "{by_default}");
    let given = probed("keepalives_idle=100").expect("no probe");
    assert!((3_001..=10_000).contains(&given), "{given}");
    assert_eq!(probed("keepalives=0"), None);
}
