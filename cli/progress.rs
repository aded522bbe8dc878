//! The progress bar: on a terminal, and only for runs that people notice.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A run shorter than this has no bar.
const PATIENCE: Duration = Duration::from_millis(500);
const REDRAWS_PER_SECOND: u8 = 10;

/// Counts finished files and shows them.
#[derive(Debug)]
pub(crate) struct Progress {
    total: u64,
    /// `None` if nobody wants to see it.
    began: Option<Instant>,
    finished: AtomicU64,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// The progress over `total` files since `began`.
    pub(crate) fn visible(total: usize, began: Instant) -> Self {
        Self {
            began: Some(began),
            ..Self::hidden(total)
        }
    }

    /// Progress that is not shown.
    pub(crate) fn hidden(total: usize) -> Self {
        Self {
            total: total as u64,
            began: None,
            finished: AtomicU64::new(0),
            bar: OnceLock::new(),
        }
    }

    /// Counts one file.
    pub(crate) fn advance(&self) {
        let Some(began) = self.began else { return };
        let finished = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        if self.bar.get().is_some() || began.elapsed() >= PATIENCE {
            self.bar.get_or_init(|| bar(self.total)).set_position(finished);
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} files")
        .expect("the template is constant and correct");
    ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(REDRAWS_PER_SECOND)).with_style(style)
}
