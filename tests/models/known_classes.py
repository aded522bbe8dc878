#!/usr/bin/env python3
"""Writes crates/inspect/src/tier/known.txt: classes and functions of numbers that model files name in the ordinary course of things.

Usage: tests/models/known_classes.py FOLDER...

Each FOLDER holds unpacked packages, such as the `site-packages` of an environment or unzipped wheels. Python sources are read and never
imported. Extension modules have no source: they are imported where that is possible, and their classes asked for.

A class is left out if what a pickle can call of it (`__init__`, `__setstate__`, `append` …) mentions files, processes, code or imports;
so is a function whose body does. Of what is left nothing is called with harm, whatever the arguments.
"""
import ast
import importlib
import pathlib
import re
import sys

OUT = pathlib.Path(__file__).resolve().parents[2] / "crates/inspect/src/tier/known.txt"

# Packages, and below them what is left out: tools, tests, readers and writers of files.
PACKAGES = {
    "sklearn": ["externals", "datasets", "utils._testing", "utils._mocking", "utils._repr_html", "inspection", "experimental", "_build_utils", "_distributor_init", "conftest"],
    "scipy": ["io", "datasets", "_lib._ccallback", "_lib._testutils", "_lib.array_api_compat", "_lib.array_api_extra", "_lib.deprecation", "_lib._docscrape", "conftest", "weave", "integrate", "misc", "_external"],
    "pandas": ["io", "compat", "plotting", "testing", "_testing", "core.computation", "conftest", "api", "_config", "util"],
    "xgboost": ["spark", "dask", "testing", "collective", "tracker", "federated", "plotting", "libpath", "_c_api", "interpret"],
    "lightgbm": ["dask", "libpath", "plotting"],
    "catboost": ["widget", "eval", "contrib", "monoforest", "dev_utils", "metrics"],
    "imblearn": ["datasets", "utils.testing", "utils._show_versions", "keras", "tensorflow"],
    "category_encoders": ["datasets", "examples"],
    "statsmodels": ["datasets", "iolib", "tools.web", "tools.data", "sandbox", "graphics", "compat", "interface", "examples", "tools.testing", "conftest", "formula"],
    "torch": ["_dynamo", "_inductor", "_functorch", "_ops", "jit", "fx", "onnx", "export", "hub", "package", "testing", "utils", "multiprocessing", "distributed", "_export", "_refs", "_prims", "_decomp", "_lazy", "_library", "_higher_order_ops", "_numpy", "_subclasses", "backends", "contrib", "ao.ns", "ao.quantization.fx", "ao.quantization.pt2e", "ao.quantization.backend_config", "masked", "serialization", "profiler", "_custom_op", "_vendor", "_strobelight", "_logging", "futures", "classes", "ops", "cuda", "mtia", "xpu", "mps", "cpu", "autograd", "_C"],
    "torchvision": ["datasets", "io", "prototype", "extension", "ops._register_onnx_ops", "_internally_replaced_utils", "utils"],
    "transformers": ["pipelines", "commands", "dynamic_module_utils", "utils", "integrations", "testing_utils", "file_utils", "onnx", "agents", "tools", "data.datasets", "trainer", "cli", "kernels", "benchmark", "sagemaker", "hf_argparser"],
    "sentence_transformers": ["evaluation", "datasets", "readers", "trainer", "backend"],
}
# Of these only what derives from one of the roots.
ROOTS = {
    "torch": {"Module", "Distribution", "Transform", "Optimizer", "LRScheduler"},
    "torchvision": {"Module", "Transform"},
    "transformers": {"Module", "PreTrainedModel", "PreTrainedConfig", "PretrainedConfig"},
    "sentence_transformers": {"Module"},
}
# Modules whose functions are functions of numbers.
FUNCTIONS = ["sklearn.metrics", "sklearn.feature_selection", "sklearn.preprocessing._data", "sklearn.preprocessing._label", "torch.nn.functional", "scipy.spatial.distance", "scipy.stats"]

# What a pickle can call of a class without naming it.
REACHED = {"__init__", "__new__", "__setstate__", "__setitem__", "__setattr__", "__del__", "append", "extend", "add", "update", "__hash__", "__eq__"}
SUSPICIOUS = re.compile(
    r"(?<![\w.])(exec|eval|compile|open|__import__|import_module|urlopen|globals|locals|Popen|run_module|get_file)\(|"
    r"(?<!\w)(os|sys|subprocess|requests|socket|shutil|tempfile|importlib|pickle|marshal|ctypes|runpy|multiprocessing|threading|urllib)\.(?!path\.(join|basename))|"
    r"\.(load|loads|fromfile|memmap|load_module|load_library|read_csv|read_pickle|to_csv|write_text|mkdir|unlink|system|savetxt|loadtxt|genfromtxt)\(|"
    r"\b(FunctionType|CodeType|methodcaller|from_pretrained|hf_hub_download|load_state_dict_from_url|getsource|GraphModule|ScriptModule|SourceFileLoader|CDLL|import_string)\b"
)
# Looked at by hand: they can be told to read a model file of their own format, and do nothing else.
KEPT = {
    "xgboost.core Booster", "xgboost.core DMatrix", "lightgbm.basic Booster", "lightgbm.basic Dataset", "catboost.core CatBoost", "catboost.core CatBoostClassifier",
    "catboost.core CatBoostRegressor", "catboost.core CatBoostRanker", "catboost.core Pool", "_catboost _CatBoost", "_catboost _PoolBase",
    "joblib.numpy_pickle NumpyArrayWrapper", "pandas.core.frame DataFrame", "pandas.core.series Series",
}
# Of the standard library and of numpy: data, and nothing but data.
PLAIN = {
    "builtins": "object list dict tuple int float str bytes slice range bool Ellipsis NotImplemented complex enumerate zip reversed len abs min max sum round sorted any all isinstance "
                "Exception ValueError TypeError KeyError IndexError RuntimeError AttributeError StopIteration NotImplementedError ArithmeticError OverflowError ZeroDivisionError Warning UserWarning",
    "collections": "defaultdict deque ChainMap UserDict UserList OrderedDict Counter",
    "datetime": "date datetime time timedelta timezone tzinfo",
    "decimal": "Decimal", "fractions": "Fraction", "uuid": "UUID SafeUUID", "array": "array _array_reconstructor",
    "pathlib": "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath",
    "pathlib._local": "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath",
    "random": "Random", "ipaddress": "IPv4Address IPv6Address IPv4Network IPv6Network", "zoneinfo": "ZoneInfo", "argparse": "Namespace", "enum": "Enum IntEnum Flag IntFlag auto",
    "pytz": "_UTC utc _p FixedOffset", "dateutil.tz.tz": "tzutc tzlocal tzoffset", "dateutil.relativedelta": "relativedelta",
    "numpy.random.mtrand": "RandomState", "numpy.random._generator": "Generator", "numpy.random": "RandomState Generator",
    "numpy.random._mt19937": "MT19937", "numpy.random._pcg64": "PCG64 PCG64DXSM", "numpy.random._philox": "Philox", "numpy.random._sfc64": "SFC64",
    "numpy.random.bit_generator": "SeedSequence __pyx_unpickle_SeedSequence", "numpy.ma.core": "MaskedArray MaskedConstant", "numpy.matrixlib.defmatrix": "matrix", "numpy": "matrix recarray record bool_ str_ bytes_ void object_ datetime64 timedelta64 generic number integer inexact floating complexfloating character flexible signedinteger unsignedinteger",
    "numpy.ma": "MaskedArray MaskedConstant masked_array", "scipy._lib.array_api_compat.numpy._aliases": "asarray", "pandas": "Timestamp Timedelta Period NaT NA Interval Index Series DataFrame Categorical",
    "numpy.core.records": "recarray record", "numpy.rec": "recarray record", "numpy.polynomial.polynomial": "Polynomial", "numpy.polynomial.chebyshev": "Chebyshev",
    "torch": "relu tanh sigmoid softmax log_softmax celu selu rrelu threshold square sqrt exp log sin cos abs add mul sub div matmul mean sum strided sparse_coo sparse_csr contiguous_format channels_last preserve_format Generator",
    "torch._C": "Generator _VariableFunctions", "torch._C._nn": "gelu hardsigmoid hardtanh leaky_relu elu log_sigmoid softplus softshrink hardswish silu mish relu6 logsigmoid",
        "torch.nn.init": "xavier_uniform_ xavier_normal_ kaiming_uniform_ kaiming_normal_ constant_ ones_ zeros_ normal_ uniform_ orthogonal_ trunc_normal_",
    "torch.nn.modules.module": "Module _IncompatibleKeys _WrappedHook", "torch.utils.hooks": "RemovableHandle", "torch.autograd.grad_mode": "no_grad",
    "torch._tensor": "Tensor", "torch.nn.parameter": "ParameterDict",
    "torch.optim.lr_scheduler": "LRScheduler _LRScheduler",
}
TESTS = re.compile(r"(^|\.)(tests?|testing|conftest|setup|_?benchmarks?|examples)(\.|$)")


def modules(folder, package):
    """Each Python source of a package, with the name of its module."""
    root = folder / package
    for path in sorted(root.rglob("*.py")):
        parts = list(path.relative_to(folder).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        name = ".".join(parts)
        left_out = [f"{package}.{part}" for part in PACKAGES[package]]
        if TESTS.search(name) or any(name == out or name.startswith(out + ".") for out in left_out):
            continue
        try:
            yield name, ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue


def last_name(node):
    while isinstance(node, (ast.Subscript, ast.Call)):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_suspicious(node):
    body = [child for child in node.body if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant))]
    return any(SUSPICIOUS.search(ast.unparse(child)) for child in body)


def top_level(tree):
    """Definitions of a module, those below an `if` or `try` too."""
    queue = list(tree.body)
    while queue:
        node = queue.pop(0)
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            yield node
        elif isinstance(node, (ast.If, ast.Try)):
            queue += node.body + node.orelse + (getattr(node, "finalbody", []))
            queue += [child for handler in getattr(node, "handlers", []) for child in handler.body]


def of_sources(folder, package):
    classes, found = {}, set()
    for module, tree in modules(folder, package):
        for node in top_level(tree):
            if isinstance(node, ast.ClassDef):
                classes.setdefault(node.name, []).append((module, node))
            elif any(module == part or module.startswith(part + ".") for part in FUNCTIONS) and not is_suspicious(node):
                found.add(f"{module} {node.name}")

    def is_bad(nodes):
        """Whether what a pickle can call of these classes, or what that calls of them, is suspicious."""
        methods = {}
        for node in nodes:
            for child in node.body:
                if isinstance(child, ast.FunctionDef):
                    methods.setdefault(child.name, []).append(child)
        queue, seen = [name for name in REACHED if name in methods], set()
        while queue:
            name = queue.pop()
            if name in seen:
                continue
            seen.add(name)
            for method in methods[name]:
                if is_suspicious(method):
                    return True
                calls = [call.func for call in ast.walk(method) if isinstance(call, ast.Call)]
                own = [call.attr for call in calls if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id == "self"]
                queue += [called for called in own if called in methods]
        return False

    def ancestors(name, seen):
        for _, node in classes.get(name, []):
            for base in node.bases:
                above = last_name(base)
                if above and above not in seen:
                    seen.add(above)
                    ancestors(above, seen)
        return seen

    roots = ROOTS.get(package)
    for name, places in classes.items():
        above = ancestors(name, set())
        if roots and not (roots & (above | {name})):
            continue
        inherited = [node for base in sorted(above) for _, node in classes.get(base, []) if base not in (roots or ())]
        for module, node in places:
            if f"{module} {name}" in KEPT or not is_bad([node, *inherited]):
                found |= {f"{home} {name}" for home in [module, *homes(node)]}
    return found


def homes(node):
    """Modules that a class claims to be of, with which it is pickled."""
    for decorator in node.decorator_list:
        is_home = isinstance(decorator, ast.Call) and last_name(decorator) == "set_module"
        if is_home and decorator.args and isinstance(decorator.args[0], ast.Constant):
            yield decorator.args[0].value


def of_extensions(folder, package):
    found = set()
    for path in sorted((folder / package).rglob("*.so")):
        name = ".".join(path.relative_to(folder).parts[:-1] + (path.name.split(".")[0],))
        left_out = [f"{package}.{part}" for part in PACKAGES[package]]
        if TESTS.search(name) or any(name == out or name.startswith(out + ".") for out in left_out):
            continue
        try:
            module = importlib.import_module(name)
        except Exception:
            continue
        for key, value in vars(module).items():
            if isinstance(value, type) and value.__module__ == name and not key.startswith("__"):
                found.add(f"{name} {key}")
            elif re.match(r"__pyx_unpickle_", key):
                found.add(f"{name} {key}")
    return found


def of_numpy():
    import numpy

    found = set()
    for key in dir(numpy):
        value = getattr(numpy, key)
        is_number = isinstance(value, type) and issubclass(value, numpy.generic)
        if isinstance(value, numpy.ufunc) or is_number:
            found.add(f"numpy {key}")
    names = "mean median std var sum prod min max amin amax argmin argmax sort unique round clip where zeros ones full eye arange linspace concatenate stack vstack hstack nanmean nanmedian nanstd percentile quantile cumsum diff"
    found |= {f"numpy {key}" for key in names.split()}
    for key in dir(numpy.dtypes):
        if key.endswith("DType"):
            found.add(f"numpy.dtypes {key}")
            found.add(f"numpy dtype[{key}]")
    import scipy.special

    for key in dir(scipy.special):
        if isinstance(getattr(scipy.special, key), numpy.ufunc):
            found |= {f"scipy.special {key}", f"scipy.special._ufuncs {key}"}
    return {line for line in found if "[" not in line}


def main():
    found = set(KEPT)
    for module, names in PLAIN.items():
        found |= {f"{module} {name}" for name in names.split()}
    folders = [pathlib.Path(argument) for argument in sys.argv[1:]]
    for folder in folders:
        sys.path.insert(0, str(folder))
        for package in PACKAGES:
            if (folder / package).is_dir():
                lines = of_sources(folder, package) | of_extensions(folder, package)
                print(f"{package}: {len(lines)}", file=sys.stderr)
                found |= lines
    found |= of_numpy()
    modules = {}
    for line in found:
        module, name = line.split(" ")
        if line.isascii():
            modules.setdefault(module, set()).add(name)
    lines = [" ".join([module, *sorted(names)]) for module, names in modules.items()]
    OUT.write_text("\n".join(sorted(lines)) + "\n")
    print(f"{len(found)} names in {len(lines)} modules, {OUT.stat().st_size} bytes", file=sys.stderr)


main()
