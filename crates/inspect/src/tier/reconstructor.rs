//! Functions that rebuild objects: ordinary in the files of their libraries, and some of them a way around everything with other
//! arguments than those that they are meant for.

use crate::pickle::{Store, Value};

/// A function, and the arguments that it is meant for.
#[derive(Debug)]
pub(crate) struct Reconstructor {
    module: &'static str,
    name: &'static str,
    shape: Shape,
}

/// What the arguments must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Whatever they are, nothing happens but that an object is made.
    Any,
    /// The first is an import, which is judged by its own name.
    ClassFirst,
    /// Nothing but `None`, `…` or `NotImplemented`: the type of it is asked for.
    Constant,
    /// A text and the name of an encoding that changes no letter.
    Encoding,
    /// The first is a text without dots that does not begin with an underscore.
    PlainName,
    /// A module of numpy and the name of a function of numbers.
    NumpyFunction,
    /// An import, and the name of an attribute of it that is no inner one.
    Attribute,
    /// A text that describes a type of data.
    DataType,
}

const fn entry(module: &'static str, name: &'static str, shape: Shape) -> Reconstructor {
    Reconstructor { module, name, shape }
}

/// Every one of them.
const RECONSTRUCTORS: &[Reconstructor] = &[
    entry("_codecs", "encode", Shape::Encoding),
    entry("builtins", "getattr", Shape::Attribute),
    entry("builtins", "type", Shape::Constant),
    entry("copyreg", "__newobj__", Shape::ClassFirst),
    entry("copyreg", "__newobj_ex__", Shape::ClassFirst),
    entry("copyreg", "_reconstructor", Shape::ClassFirst),
    entry("dill._dill", "_create_array", Shape::ClassFirst),
    entry("dill._dill", "_load_type", Shape::PlainName),
    entry("cloudpickle.cloudpickle", "_builtin_type", Shape::PlainName),
    entry("functools", "partial", Shape::ClassFirst),
    entry("numpy", "dtype", Shape::DataType),
    entry("numpy", "ndarray", Shape::Any),
    entry("numpy._core._internal", "_convert_to_stringdtype_kwargs", Shape::Any),
    entry("numpy._core._multiarray_umath", "_reconstruct", Shape::ClassFirst),
    entry("numpy._core.multiarray", "_reconstruct", Shape::ClassFirst),
    entry("numpy._core.multiarray", "scalar", Shape::Any),
    entry("numpy._core", "_ufunc_reconstruct", Shape::NumpyFunction),
    entry("numpy._core.numeric", "_frombuffer", Shape::Any),
    entry("numpy.core", "_ufunc_reconstruct", Shape::NumpyFunction),
    entry("numpy.core.multiarray", "_reconstruct", Shape::ClassFirst),
    entry("numpy.core.multiarray", "scalar", Shape::Any),
    entry("numpy.core.numeric", "_frombuffer", Shape::Any),
    entry("numpy.ma.core", "_mareconstruct", Shape::ClassFirst),
    entry("numpy.random._pickle", "__bit_generator_ctor", Shape::Any),
    entry("numpy.random._pickle", "__generator_ctor", Shape::Any),
    entry("numpy.random._pickle", "__randomstate_ctor", Shape::Any),
    entry("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked", Shape::ClassFirst),
    entry("pandas._libs.internals", "_unpickle_block", Shape::Any),
    entry("pandas._libs.tslibs.nattype", "__nat_unpickle", Shape::Any),
    entry("pandas._libs.tslibs.nattype", "_nat_unpickle", Shape::Any),
    entry("pandas._libs.tslibs.offsets", "_make_offset", Shape::ClassFirst),
    entry("pandas._libs.tslibs.period", "_unpickle_period", Shape::Any),
    entry("pandas._libs.tslibs.timedeltas", "_timedelta_unpickle", Shape::Any),
    entry("pandas._libs.tslibs.timestamps", "_unpickle_timestamp", Shape::Any),
    entry("pandas.core.arrays.arrow.array", "_from_sequence", Shape::Any),
    entry("pandas.core.indexes.base", "_new_Index", Shape::ClassFirst),
    entry("pandas.core.indexes.datetimes", "_new_DatetimeIndex", Shape::ClassFirst),
    entry("pandas.core.indexes.interval", "_new_IntervalIndex", Shape::ClassFirst),
    entry("pandas.core.indexes.period", "_new_PeriodIndex", Shape::ClassFirst),
    entry("pandas.core.internals.blocks", "new_block", Shape::Any),
    entry("re", "_compile", Shape::Any),
    entry("sklearn.metrics._dist_metrics", "newObj", Shape::ClassFirst),
    entry("sklearn.neighbors._ball_tree", "newObj", Shape::ClassFirst),
    entry("sklearn.neighbors._kd_tree", "newObj", Shape::ClassFirst),
    entry("zoneinfo", "ZoneInfo._unpickle", Shape::Any),
];

/// The function of this name.
pub(super) fn named(module: &str, name: &str) -> Option<&'static Reconstructor> {
    RECONSTRUCTORS
        .iter()
        .find(|entry| entry.name == name && entry.module == module)
}

impl Reconstructor {
    /// Whether it does harm with other arguments, so that it must not be handed on uncalled.
    pub(super) fn is_trick(&self) -> bool {
        matches!(
            self.shape,
            Shape::Attribute | Shape::Constant | Shape::NumpyFunction | Shape::Encoding | Shape::PlainName
        )
    }

    /// Whether the arguments are such as it is meant for.
    pub(super) fn fits(&self, store: &Store, arguments: &[Value]) -> bool {
        let is_import = |value: &Value| matches!(value, Value::Global(_));
        let text = |index: usize| arguments.get(index).and_then(|value| store.text_of(*value));
        match self.shape {
            Shape::Any => true,
            Shape::ClassFirst => arguments.first().is_some_and(is_import),
            Shape::Constant => matches!(arguments, [Value::None]),
            Shape::Encoding => {
                arguments.len() == 2 && matches!(text(1), Some("latin1" | "latin-1" | "ascii" | "utf-8" | "utf8"))
            }
            Shape::PlainName => text(0).is_some_and(|name| is_plain(name) && PLAIN_TYPES.contains(&name)),
            Shape::NumpyFunction => {
                text(0).is_some_and(|module| {
                    matches!(
                        module,
                        "numpy" | "numpy.core._multiarray_umath" | "numpy._core._multiarray_umath"
                    )
                }) && text(1).is_some_and(|name| super::is_listed(super::KNOWN, "numpy", name))
            }
            Shape::Attribute => arguments.len() == 2 && is_import(&arguments[0]) && text(1).is_some_and(is_plain),
            Shape::DataType => arguments
                .first()
                .is_some_and(|value| matches!(value, Value::Text(_)) || is_import(value)),
        }
    }
}

/// Whether a name is one of letters, digits and underscores, and no inner one of Python.
fn is_plain(name: &str) -> bool {
    !name.starts_with("__") && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_')
}

/// Types that dill and cloudpickle name by a word, and that make nothing but data.
const PLAIN_TYPES: &[&str] = &[
    "NoneType",
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "object",
    "set",
    "slice",
    "str",
    "tuple",
    "type",
    "NotImplementedType",
    "EllipsisType",
    "ellipsis",
    "mappingproxy",
    "range",
];
