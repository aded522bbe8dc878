//! Ctrl-C: the first stops the run at the next file, the second at once.

use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of an interrupted run: 128 and the number of the signal.
pub(crate) const EXIT_CODE: u8 = 130;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Begins to listen. Without it Ctrl-C still ends the process, only less tidily, so a failure is no error.
pub(crate) fn listen() {
    let listening = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(EXIT_CODE));
        }
    });
    if let Err(error) = listening {
        tracing::debug!(%error, "not listening for interrupts");
    }
}

/// Whether the user wants the run to end.
pub(crate) fn is_requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
