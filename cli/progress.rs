//! The progress bar: on a terminal, and only for runs that people notice.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A run shorter than this has no bar.
const PATIENCE: Duration = Duration::from_millis(500);
const REDRAWS_PER_SECOND: u8 = 10;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Files,
    Bytes,
}

/// Counts what is finished and shows it.
#[derive(Debug)]
pub(crate) struct Progress {
    unit: Unit,
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

    /// The progress over `total` bytes since `began`, shown with their number in a second.
    pub(crate) fn visible_bytes(total: u64, began: Instant) -> Self {
        Self {
            unit: Unit::Bytes,
            total,
            ..Self::visible(0, began)
        }
    }

    /// Progress that is not shown.
    pub(crate) fn hidden(total: usize) -> Self {
        Self {
            unit: Unit::Files,
            total: total as u64,
            began: None,
            finished: AtomicU64::new(0),
            bar: OnceLock::new(),
        }
    }

    /// Counts one file.
    pub(crate) fn advance(&self) {
        self.advance_by(1);
    }

    /// Counts so many at once.
    pub(crate) fn advance_by(&self, count: u64) {
        let Some(began) = self.began else { return };
        let finished = self.finished.fetch_add(count, Ordering::Relaxed) + count;
        if self.bar.get().is_some() || began.elapsed() >= PATIENCE {
            self.bar
                .get_or_init(|| bar(self.unit, self.total))
                .set_position(finished);
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar(unit: Unit, total: u64) -> ProgressBar {
    let template = match unit {
        Unit::Files => "{bar:30} {human_pos}/{human_len} files",
        Unit::Bytes => "{bar:30} {binary_bytes}/{binary_total_bytes}, {binary_bytes_per_sec}",
    };
    let style = ProgressStyle::with_template(template).expect("the templates are constant and correct");
    ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(REDRAWS_PER_SECOND)).with_style(style)
}
