//! Work that consists of many runs of the binary, spread over the processors.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does all of the work and fails with every complaint there was, in the order of the items.
pub fn in_parallel<T: Sync>(items: &[T], complain: impl Fn(&T) -> Option<String> + Sync) {
    let next = AtomicUsize::new(0);
    let complaints = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, NonZero::get) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    if let Some(complaint) = complain(item) {
                        complaints.lock().unwrap().push((at, complaint));
                    }
                }
            });
        }
    });
    let mut complaints = complaints.into_inner().unwrap();
    complaints.sort();
    let texts: Vec<String> = complaints.into_iter().map(|(_, text)| text).collect();
    assert!(texts.is_empty(), "{} of {} failed:\n{}", texts.len(), items.len(), texts.join("\n"));
}
