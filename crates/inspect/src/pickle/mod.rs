//! Pickles: what a loader would import and call, told without doing either.

mod construct;
mod joblib;
mod judge;
mod literal;
mod machine;
mod numbers;
pub(crate) mod opcode;
mod python2;
mod render;
mod run;
mod sniff;
mod strings;
mod value;

#[cfg(test)]
mod tests;

pub(crate) use run::{Loader, inspect};
pub(crate) use sniff::{Likeness, likeness};
pub(crate) use value::{Store, Value};

/// What the machine tells while it runs.
pub(crate) trait Observer {
    /// A name is looked up in a module. `protocol` decides whether dots in the name are followed.
    fn import(&mut self, store: &Store, global: u32, is_new: bool, protocol: u8, at: u64);

    /// Something is called.
    fn call(&mut self, store: &Store, call: &Call<'_>);

    /// An id is handed to the loader.
    fn persistent(&mut self, store: &Store, id: Value, at: u64);

    /// The bytes do not tell what happens.
    fn odd(&mut self, oddity: Oddity, at: u64);
}

/// A call that a loader would make.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'c> {
    /// What is called, or whose method is.
    pub(crate) callee: Value,
    /// The arguments.
    pub(crate) arguments: &'c [Value],
    /// In which way.
    pub(crate) how: How,
    /// The offset of the opcode.
    pub(crate) at: u64,
}

/// The way of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// `callee(*arguments)`.
    Called,
    /// `callee.__new__(callee, *arguments)`.
    New,
    /// `callee.__setstate__(state)`, or attributes are set.
    State,
    /// A method that fills a container.
    Method(&'static str),
}

/// What the bytes do not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// The name that is imported.
    Import,
    /// What an extension code stands for.
    Extension,
    /// Which opcodes belong to a frame: CPython's two loaders differ about it.
    Frame,
}
