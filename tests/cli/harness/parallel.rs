//! Runs many cases in parallel.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many complaints are printed in full.
const SHOWN: usize = 20;

/// Does all of the work and fails with the complaints there were, in the order of the items; a panic is one too.
pub fn in_parallel<T: Sync>(items: &[T], complain: impl Fn(&T) -> Option<String> + Sync) {
    let next = AtomicUsize::new(0);
    let complaints = Mutex::new(Vec::new());
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            let complaint = catch_unwind(AssertUnwindSafe(|| complain(item))).unwrap_or_else(|panic| {
                let text = panic.downcast_ref::<String>().cloned();
                Some(text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default())
            });
            if let Some(complaint) = complaint {
                complaints.lock().unwrap().push((at, complaint));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, NonZero::get) {
            scope.spawn(work);
        }
    });
    let mut complaints = complaints.into_inner().unwrap();
    complaints.sort();
    // In full only some; of the others the first line, which names the case.
    let show = |(nth, (_, text)): (usize, &(usize, String))| {
        if nth < SHOWN { text.clone() } else { text.lines().next().unwrap_or_default().to_owned() }
    };
    let texts: Vec<String> = complaints.iter().take(10 * SHOWN).enumerate().map(show).collect();
    assert!(texts.is_empty(), "{} of {} failed:\n{}", complaints.len(), items.len(), texts.join("\n"));
}
