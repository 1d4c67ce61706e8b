//! A TCP proxy whose connections can be closed, or frozen without a notice to either end.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

struct Wire {
    ends: [TcpStream; 2],
    frozen: Arc<AtomicBool>,
}

pub struct Proxy {
    port: u16,
    server: Arc<AtomicU16>,
    wires: Arc<Mutex<Vec<Wire>>>,
    delay_ms: Arc<AtomicU64>,
}

impl Proxy {
    pub fn to(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let wires: Arc<Mutex<Vec<Wire>>> = Arc::default();
        let all = Arc::clone(&wires);
        let server = Arc::new(AtomicU16::new(server));
        let leads_to = Arc::clone(&server);
        let delay_ms: Arc<AtomicU64> = Arc::default();
        let slow = Arc::clone(&delay_ms);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // While the server is down, this connection just ends.
                let server = TcpStream::connect(("127.0.0.1", leads_to.load(Ordering::Relaxed)));
                let Ok(server) = server else { continue };
                let frozen = Arc::new(AtomicBool::new(false));
                let clone = |stream: &TcpStream| stream.try_clone().unwrap();
                carry(clone(&client), clone(&server), Arc::clone(&frozen), Arc::clone(&slow));
                carry(clone(&server), clone(&client), Arc::clone(&frozen), Arc::clone(&slow));
                all.lock().unwrap().push(Wire { ends: [client, server], frozen });
            }
        });
        Self { port, server, wires, delay_ms }
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Leads to another server from the next connection on.
    pub fn lead_to(&mut self, server: u16) {
        self.server.store(server, Ordering::Relaxed);
    }

    /// Every piece takes this long from now on.
    pub fn slow_down(&self, delay: Duration) {
        self.delay_ms.store(u64::try_from(delay.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// Ends all connections at once.
    pub fn cut(&mut self) {
        for wire in self.wires.lock().unwrap().drain(..) {
            for end in wire.ends {
                let _ = end.shutdown(Shutdown::Both);
            }
        }
    }

    /// Forwards nothing any more, without a notice to either end.
    pub fn freeze(&mut self) {
        self.wires.lock().unwrap().iter().for_each(|wire| wire.frozen.store(true, Ordering::Relaxed));
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, frozen: Arc<AtomicBool>, delay_ms: Arc<AtomicU64>) {
    thread::spawn(move || {
        let mut bytes = [0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            thread::sleep(Duration::from_millis(delay_ms.load(Ordering::Relaxed)));
            while frozen.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_secs(1));
            }
            if to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}
