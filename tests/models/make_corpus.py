#!/usr/bin/env python3
"""Builds model files with the real libraries, ordinary ones and hostile ones, for tests/models/measure.py.

Usage: tests/models/make_corpus.py FOLDER

Writes FOLDER/benign and FOLDER/malicious. Needs numpy, scipy, pandas, scikit-learn, joblib, dill, cloudpickle, lz4, onnx, h5py, skops, safetensors,
xgboost and lightgbm; a library that is missing is named and left out. Hostile files are assembled from bytes: nothing dangerous is imported, called or loaded here.

PyTorch is not needed: its archives are written by its own rules, with stand-ins for its classes that pickle under its names.
"""
import bz2
import gzip
import io
import json
import lzma
import pathlib
import pickle
import struct
import sys
import tarfile
import types
import zipfile
import zlib

ROOT = pathlib.Path(sys.argv[1])
GOOD, BAD = ROOT / "benign", ROOT / "malicious"
counts = {}


def write(folder, name, data):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    counts[folder.name] = counts.get(folder.name, 0) + 1


def without(name, error):
    print(f"left out: {name} ({error})", file=sys.stderr)


# --- stand-ins for classes of PyTorch -------------------------------------------------------------------------------------------------


def module_of(name):
    if name not in sys.modules:
        sys.modules[name] = types.ModuleType(name)
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(module_of(parent), last, sys.modules[name])
    return sys.modules[name]


def stand_in(module, name, bases=(object,), **members):
    made = type(name, bases, {"__module__": module, "__qualname__": name, **members})
    setattr(module_of(module), name, made)
    return made


def function_stand_in(module, name):
    def function(*arguments):
        raise AssertionError("a stand-in is never called")

    function.__module__, function.__qualname__, function.__name__ = module, name, name
    setattr(module_of(module), name, function)
    return function


class Torch:
    """Just enough of PyTorch to pickle what it pickles."""

    def __init__(self):
        self.rebuild = function_stand_in("torch._utils", "_rebuild_tensor_v2")
        self.rebuild_parameter = function_stand_in("torch._utils", "_rebuild_parameter")
        self.storages = {kind: stand_in("torch", kind + "Storage") for kind in ("Float", "Half", "BFloat16", "Long", "Int", "Bool", "Byte", "Double")}
        torch = self

        class Tensor:
            def __init__(self, shape, kind="Float"):
                self.shape, self.kind = shape, kind

            def __reduce_ex__(self, _):
                from collections import OrderedDict

                stride, size = [], 1
                for length in reversed(self.shape):
                    stride.insert(0, size)
                    size *= length
                return torch.rebuild, (Storage(self.kind, size), 0, tuple(self.shape), tuple(stride), False, OrderedDict())

        class Storage:
            def __init__(self, kind, size):
                self.kind, self.size = kind, size

        class Parameter:
            def __init__(self, tensor):
                self.tensor = tensor

            def __reduce_ex__(self, _):
                from collections import OrderedDict

                return torch.rebuild_parameter, (self.tensor, True, OrderedDict())

        self.Tensor, self.Storage, self.Parameter = Tensor, Storage, Parameter

    def pickled(self, value, protocol):
        storages = []

        class Pickler(pickle.Pickler):
            def persistent_id(inner, item):
                if isinstance(item, self.Storage):
                    storages.append(item)
                    return ("storage", self.storages[item.kind], str(len(storages) - 1), "cpu", item.size)

        out = io.BytesIO()
        Pickler(out, protocol=protocol).dump(value)
        return out.getvalue(), storages

    def zip(self, value, protocol=2, name="archive", extra=()):
        data, storages = self.pickled(value, protocol)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(f"{name}/data.pkl", data)
            archive.writestr(f"{name}/byteorder", "little")
            for index, storage in enumerate(storages):
                archive.writestr(f"{name}/data/{index}", bytes(storage.size * 4))
            archive.writestr(f"{name}/version", "3\n")
            for inner, content in extra:
                archive.writestr(f"{name}/{inner}", content)
        return out.getvalue()

    def legacy(self, value):
        data, storages = self.pickled(value, 2)
        out = io.BytesIO()
        pickle.dump(0x1950A86A20F9469CFC6C, out, protocol=2)
        pickle.dump(1001, out, protocol=2)
        pickle.dump({"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}, out, protocol=2)
        out.write(data)
        pickle.dump([str(index) for index in range(len(storages))], out, protocol=2)
        for storage in storages:
            out.write(struct.pack("<q", storage.size) + bytes(storage.size * 4))
        return out.getvalue()


def benign_torch():
    from collections import OrderedDict, defaultdict

    torch = Torch()
    tensor = torch.Tensor
    for index, (layers, kind) in enumerate([(1, "Float"), (3, "Half"), (8, "BFloat16"), (24, "Float"), (2, "Long"), (40, "Byte")]):
        state = OrderedDict((f"layers.{layer}.weight", tensor((4, layer + 1), kind)) for layer in range(layers))
        for protocol in (2, 3, 4, 5):
            write(GOOD, f"torch/state{index}p{protocol}.pt", torch.zip(state, protocol))
        write(GOOD, f"torch/state{index}.pth", torch.legacy(state))
        write(GOOD, f"torch/checkpoint{index}.ckpt", torch.zip({"epoch": 3, "state_dict": state, "optimizer": {"state": {0: {"step": 1, "exp_avg": tensor((2, 2))}}, "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.999), "params": [0]}]}, "loss": 0.25, "note": "os.system eval exec"}))
    write(GOOD, "torch/default.pt", torch.zip({"history": defaultdict(list, {"a": [1]})}))
    module = {}
    for layer in ("linear.Linear", "conv.Conv2d", "batchnorm.BatchNorm2d", "activation.ReLU", "activation.GELU", "dropout.Dropout", "container.Sequential", "normalization.LayerNorm", "sparse.Embedding", "rnn.LSTM", "pooling.MaxPool2d", "transformer.TransformerEncoderLayer"):
        inner, name = layer.split(".")
        module[name] = stand_in(f"torch.nn.modules.{inner}", name)
    relu = function_stand_in("torch.nn.functional", "relu")
    for name, made in module.items():
        net = made()
        net.__dict__.update(training=True, _parameters=OrderedDict(weight=torch.Parameter(tensor((2, 2))), bias=None), _buffers=OrderedDict(), _modules=OrderedDict(inner=module["Linear"]()), activation=relu, _forward_hooks=OrderedDict(), _non_persistent_buffers_set=set())
        write(GOOD, f"torch/module_{name}.pt", torch.zip(net, name="model"))
        write(GOOD, f"torch/module_{name}.pth", torch.legacy(net))
    resnet = stand_in("torchvision.models.resnet", "ResNet")()
    resnet.__dict__.update(inplanes=64, _norm_layer=module["BatchNorm2d"], layer1=module["Sequential"]())
    write(GOOD, "torch/resnet.pt", torch.zip(resnet))
    write(GOOD, "torch/scripted.pt", torch.zip({"a": tensor((2,))}, name="net", extra=[("code/__torch__/net.py", "class Net(Module):\n  def forward(self, x: Tensor) -> Tensor:\n    return torch.relu(x)\n"), ("constants.pkl", pickle.dumps((), 2))]))


def benign_plain():
    import datetime
    import decimal
    import uuid
    from collections import Counter, OrderedDict, deque

    values = {
        "dict": {"a": [1, 2.5, None, True, b"bytes", "text"], "b": {"c": (1, 2)}, "big": 1 << 200, "neg": -(1 << 70)},
        "words": [f"os.system('rm {n}')" for n in range(500)] + ["eval(", "__import__('os')", "posix system"],
        "sets": {"s": {1, 2}, "f": frozenset("ab"), "o": OrderedDict(a=1), "c": Counter("abc"), "d": deque([1])},
        "times": [datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc), datetime.timedelta(3), decimal.Decimal("1.5"), uuid.UUID(int=7), pathlib.PurePosixPath("a/b"), range(3), complex(1, 2), slice(1, 2)],
        "deep": (lambda f: f(f, 90))(lambda f, n: [] if n == 0 else [f(f, n - 1)]),
        "large": {f"word{n}": n for n in range(60_000)},
        "types": [int, str, list, dict, type(None), object],
        "bytes": bytes(range(256)) * 50,
    }
    for name, value in values.items():
        for protocol in range(6):
            data = pickle.dumps(value, protocol)
            write(GOOD, f"plain/{name}{protocol}.pkl", data)
        write(GOOD, f"plain/{name}.pkl.gz", gzip.compress(pickle.dumps(value)))
        write(GOOD, f"plain/{name}.pkl.bz2", bz2.compress(pickle.dumps(value)))
        write(GOOD, f"plain/{name}.pkl.xz", lzma.compress(pickle.dumps(value)))


def benign_numpy():
    import numpy

    arrays = {
        "floats": numpy.random.rand(20, 3), "ints": numpy.arange(100), "texts": numpy.array(["a", "bc"]), "bools": numpy.array([True, False]),
        "records": numpy.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), "complex": numpy.array([1 + 2j]), "dates": numpy.array(["2024-01-01"], dtype="M8[D]"),
        "objects": numpy.array([{"a": 1}, None, "x"], dtype=object), "empty": numpy.zeros((0, 3)), "fortran": numpy.asfortranarray(numpy.ones((3, 4))),
    }
    for name, array in arrays.items():
        out = io.BytesIO()
        numpy.save(out, array, allow_pickle=True)
        write(GOOD, f"numpy/{name}.npy", out.getvalue())
        for protocol in range(6):
            write(GOOD, f"numpy/{name}{protocol}.pkl", pickle.dumps(array, protocol))
        write(GOOD, f"numpy/scalar_{name}.pkl", pickle.dumps([array.dtype, numpy.float64(1.5), numpy.int32(7)]))
    for name, save in (("stored", numpy.savez), ("packed", numpy.savez_compressed)):
        out = io.BytesIO()
        save(out, **arrays)
        write(GOOD, f"numpy/{name}.npz", out.getvalue())
    write(GOOD, "numpy/random.pkl", pickle.dumps([numpy.random.RandomState(3), numpy.random.default_rng(3)]))
    write(GOOD, "numpy/masked.pkl", pickle.dumps(numpy.ma.masked_array([1, 2], mask=[0, 1])))
    write(GOOD, "numpy/ufuncs.pkl", pickle.dumps([numpy.log1p, numpy.exp, numpy.mean]))


def estimators():
    import warnings

    import numpy
    from sklearn import cluster, compose, decomposition, ensemble, feature_extraction, feature_selection, gaussian_process, impute, isotonic, kernel_ridge, linear_model, manifold, mixture, model_selection, multiclass, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm, tree

    warnings.simplefilter("ignore")
    x = numpy.abs(numpy.random.RandomState(0).rand(60, 4)) + 0.1
    y = (x[:, 0] > 0.5).astype(int)
    made = {
        "logistic": linear_model.LogisticRegression(), "ridge": linear_model.Ridge(), "lasso": linear_model.Lasso(), "sgd": linear_model.SGDClassifier(), "bayes_ridge": linear_model.BayesianRidge(), "huber": linear_model.HuberRegressor(), "perceptron": linear_model.Perceptron(), "poisson": linear_model.PoissonRegressor(),
        "forest": ensemble.RandomForestClassifier(5), "extra": ensemble.ExtraTreesRegressor(5), "boosting": ensemble.GradientBoostingClassifier(n_estimators=5), "hist": ensemble.HistGradientBoostingClassifier(max_iter=5), "hist_r": ensemble.HistGradientBoostingRegressor(max_iter=5), "ada": ensemble.AdaBoostClassifier(n_estimators=3), "bagging": ensemble.BaggingClassifier(n_estimators=3), "isolation": ensemble.IsolationForest(n_estimators=5), "voting": ensemble.VotingClassifier([("a", linear_model.LogisticRegression()), ("b", naive_bayes.GaussianNB())]), "stacking": ensemble.StackingClassifier([("a", tree.DecisionTreeClassifier())]),
        "tree": tree.DecisionTreeClassifier(), "svc": svm.SVC(probability=True), "linear_svc": svm.LinearSVC(), "nusvr": svm.NuSVR(), "oneclass": svm.OneClassSVM(), "knn": neighbors.KNeighborsClassifier(), "balltree": neighbors.KNeighborsRegressor(algorithm="ball_tree"), "kdtree": neighbors.KNeighborsRegressor(algorithm="kd_tree"), "lof": neighbors.LocalOutlierFactor(), "density": neighbors.KernelDensity(),
        "gaussian_nb": naive_bayes.GaussianNB(), "multinomial_nb": naive_bayes.MultinomialNB(), "mlp": neural_network.MLPClassifier(max_iter=5), "gp": gaussian_process.GaussianProcessClassifier(), "gpr": gaussian_process.GaussianProcessRegressor(gaussian_process.kernels.RBF() + gaussian_process.kernels.WhiteKernel()), "kmeans": cluster.KMeans(2, n_init=1), "minibatch": cluster.MiniBatchKMeans(2, n_init=1), "dbscan": cluster.DBSCAN(), "birch": cluster.Birch(), "agglomerative": cluster.AgglomerativeClustering(),
        "pca": decomposition.PCA(2), "svd": decomposition.TruncatedSVD(2), "nmf": decomposition.NMF(2), "ica": decomposition.FastICA(2), "lda": decomposition.LatentDirichletAllocation(2), "tsne_input": manifold.Isomap(n_components=2), "mixture": mixture.GaussianMixture(2), "kernel_ridge": kernel_ridge.KernelRidge(),
        "scaler": preprocessing.StandardScaler(), "minmax": preprocessing.MinMaxScaler(), "robust": preprocessing.RobustScaler(), "poly": preprocessing.PolynomialFeatures(), "onehot": preprocessing.OneHotEncoder(), "quantile": preprocessing.QuantileTransformer(n_quantiles=10), "power": preprocessing.PowerTransformer(), "bins": preprocessing.KBinsDiscretizer(), "spline": preprocessing.SplineTransformer(), "log": preprocessing.FunctionTransformer(numpy.log1p),
        "kbest": feature_selection.SelectKBest(k=2), "rfe": feature_selection.RFE(linear_model.LogisticRegression()), "imputer": impute.SimpleImputer(), "knn_imputer": impute.KNNImputer(), "ovr": multiclass.OneVsRestClassifier(svm.LinearSVC()),
        "grid": model_selection.GridSearchCV(linear_model.Ridge(), {"alpha": [0.1, 1.0]}, cv=2), "random": model_selection.RandomizedSearchCV(linear_model.Ridge(), {"alpha": [0.1, 1.0]}, n_iter=1, cv=2), "pipeline": pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()), "columns": compose.ColumnTransformer([("a", preprocessing.StandardScaler(), [0, 1]), ("b", "passthrough", [2])]), "target": compose.TransformedTargetRegressor(linear_model.Ridge(), func=numpy.log1p, inverse_func=numpy.expm1), "calibrated": __import__("sklearn.calibration").calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2),
    }
    for name, estimator in made.items():
        try:
            yield name, estimator.fit(x, y)
        except Exception as error:
            without(name, error)
    yield "isotonic", isotonic.IsotonicRegression().fit(x[:, 0], y)
    texts = ["a cat sat", "os.system was called", "eval of a model"]
    yield "tfidf", feature_extraction.text.TfidfVectorizer().fit(texts)
    yield "count", feature_extraction.text.CountVectorizer().fit(texts)
    yield "hashing", feature_extraction.text.HashingVectorizer(n_features=8)
    yield "dicts", feature_extraction.DictVectorizer().fit([{"a": 1}])
    yield "labels", preprocessing.LabelEncoder().fit(["a", "b"])
    yield "binarizer", preprocessing.LabelBinarizer().fit(["a", "b"])


def benign_sklearn():
    import joblib

    for name, estimator in estimators():
        for protocol in (2, 4, 5):
            write(GOOD, f"sklearn/{name}{protocol}.pkl", pickle.dumps(estimator, protocol))
        for compress in (0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3), ("lz4", 3)):
            out = io.BytesIO()
            kind = compress[0] if compress else "plain"
            try:
                joblib.dump(estimator, out, compress=compress)
            except Exception as error:
                without(f"joblib {kind}", error)
                continue
            write(GOOD, f"joblib/{name}.{kind}.joblib", out.getvalue())
        try:
            import skops.io

            write(GOOD, f"skops/{name}.skops", skops.io.dumps(estimator))
        except Exception as error:
            without(f"skops {name}", error)


def benign_pandas():
    import numpy
    import pandas

    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", None], "c": pandas.to_datetime(["2024-01-01", "2024-01-02"]), "d": pandas.Categorical(["u", "v"]), "e": [1.5, numpy.nan]})
    values = {
        "frame": frame, "series": frame["a"], "indexed": frame.set_index("c"), "multi": frame.set_index(["a", "b"]), "timestamps": [pandas.Timestamp("2024-01-01"), pandas.Timedelta("1D"), pandas.NaT, pandas.Period("2024-01"), pandas.Interval(0, 1)],
        "nullable": pandas.DataFrame({"i": pandas.array([1, None], dtype="Int64"), "s": pandas.array(["a", None], dtype="string"), "b": pandas.array([True, None], dtype="boolean")}), "zones": pandas.date_range("2024-01-01", periods=3, tz="UTC"), "zones2": pandas.date_range("2024-01-01", periods=3, tz="Europe/Berlin"), "ranges": pandas.RangeIndex(5), "periods": pandas.period_range("2024-01", periods=3), "sparse": pandas.Series(pandas.arrays.SparseArray([0, 0, 1])), "grouped": frame.groupby("b").size(), "intervals": pandas.cut(pandas.Series([1, 2, 3]), 2), "offsets": [pandas.offsets.Day(2), pandas.offsets.MonthEnd()],
    }
    for name, value in values.items():
        for protocol in (2, 4, 5):
            write(GOOD, f"pandas/{name}{protocol}.pkl", pickle.dumps(value, protocol))


def benign_scipy():
    import numpy
    from scipy import interpolate, sparse, spatial, stats

    x = numpy.linspace(0, 1, 10)
    values = {"csr": sparse.csr_matrix(numpy.eye(3)), "coo": sparse.coo_matrix(numpy.eye(3)), "csc_array": sparse.csc_array(numpy.eye(3)), "norm": stats.norm(0, 1), "interp": interpolate.interp1d(x, x), "spline": interpolate.CubicSpline(x, x), "tree": spatial.cKDTree(numpy.random.rand(9, 2)), "hull": stats.gaussian_kde(numpy.random.rand(20)), "rotation": spatial.transform.Rotation.from_euler("z", 1)}
    for name, value in values.items():
        for protocol in (2, 5):
            try:
                write(GOOD, f"scipy/{name}{protocol}.pkl", pickle.dumps(value, protocol))
            except Exception as error:
                without(name, error)


def benign_boosters():
    import numpy

    x, y = numpy.random.rand(50, 3), numpy.arange(50) % 2
    try:
        import joblib
        import xgboost

        for name, made in (("classifier", xgboost.XGBClassifier(n_estimators=3)), ("regressor", xgboost.XGBRegressor(n_estimators=3)), ("ranker", xgboost.XGBRFClassifier(n_estimators=3))):
            made.fit(x, y)
            for protocol in (2, 4, 5):
                write(GOOD, f"xgboost/{name}{protocol}.pkl", pickle.dumps(made, protocol))
            out = io.BytesIO()
            joblib.dump(made, out)
            write(GOOD, f"xgboost/{name}.joblib", out.getvalue())
            for ending in ("json", "ubj"):
                path = ROOT / f"model.{ending}"
                made.save_model(path)
                write(GOOD, f"xgboost/{name}.{ending}", path.read_bytes())
                path.unlink()
            write(GOOD, f"xgboost/{name}_booster.pkl", pickle.dumps(made.get_booster()))
    except ImportError as error:
        without("xgboost", error)
    try:
        import lightgbm

        for name, made in (("classifier", lightgbm.LGBMClassifier(n_estimators=3, verbose=-1)), ("regressor", lightgbm.LGBMRegressor(n_estimators=3, verbose=-1))):
            made.fit(x, y)
            for protocol in (2, 4, 5):
                write(GOOD, f"lightgbm/{name}{protocol}.pkl", pickle.dumps(made, protocol))
            write(GOOD, f"lightgbm/{name}.txt", made.booster_.model_to_string().encode())
            write(GOOD, f"lightgbm/{name}_booster.pkl", pickle.dumps(made.booster_))
    except (ImportError, OSError) as error:
        without("lightgbm", error)


def benign_others():
    import numpy

    try:
        import cloudpickle
        import dill

        for name, value in {"dict": {"a": [1]}, "array": numpy.eye(3), "texts": ["os.system"]}.items():
            write(GOOD, f"dill/{name}.dill", dill.dumps(value))
            write(GOOD, f"cloudpickle/{name}.pkl", cloudpickle.dumps(value))
    except ImportError as error:
        without("dill or cloudpickle", error)
    try:
        from safetensors.numpy import save

        for size in (1, 7, 300):
            write(GOOD, f"safetensors/m{size}.safetensors", save({f"w{n}": numpy.zeros((n + 1, 2), dtype=numpy.float32) for n in range(size)}, metadata={"format": "pt"}))
    except ImportError as error:
        without("safetensors", error)
    try:
        import onnx
        from onnx import TensorProto, helper

        def made(nodes, domain="", **more):
            graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])], initializer=[helper.make_tensor("w", TensorProto.FLOAT, [2], [1.0, 2.0])])
            return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), *([helper.make_opsetid(domain, 1)] if domain else [])], **more)

        write(GOOD, "onnx/relu.onnx", made([helper.make_node("Relu", ["x"], ["y"])]).SerializeToString())
        write(GOOD, "onnx/fused.onnx", made([helper.make_node("FusedGelu", ["x"], ["y"], domain="com.microsoft")], "com.microsoft").SerializeToString())
        then = helper.make_graph([helper.make_node("Identity", ["x"], ["z"])], "t", [], [helper.make_tensor_value_info("z", TensorProto.FLOAT, [1])])
        write(GOOD, "onnx/branches.onnx", made([helper.make_node("If", ["x"], ["y"], then_branch=then, else_branch=then)]).SerializeToString())
        beside = made([helper.make_node("Relu", ["x"], ["y"])])
        for value, folder, name in (("weights.bin", GOOD, "beside"), ("../../../etc/passwd", BAD, "upwards"), ("/etc/passwd", BAD, "absolute"), ("sub/../../secret", BAD, "sub"), ("C:\\secret", BAD, "drive")):
            tensor = beside.graph.initializer[0]
            tensor.data_location = TensorProto.EXTERNAL
            del tensor.external_data[:]
            tensor.external_data.add(key="location", value=value)
            write(folder, f"onnx/{name}.onnx", beside.SerializeToString())
        write(BAD, "onnx/custom.onnx", made([helper.make_node("Run", ["x"], ["y"], domain="evil")], "evil").SerializeToString())
        write(BAD, "onnx/pyop.onnx", made([helper.make_node("PyOp", ["x"], ["y"], domain="com.microsoft", module="os")], "com.microsoft").SerializeToString())
    except ImportError as error:
        without("onnx", error)
    try:
        import h5py

        def h5(config):
            out = io.BytesIO()
            with h5py.File(out, "w") as file:
                file.attrs["model_config"] = json.dumps(config)
                file.create_dataset("w", data=numpy.random.rand(300, 20))
            return out.getvalue()

        dense = {"class_name": "Sequential", "config": {"name": "s", "layers": [{"module": "keras.layers", "class_name": "Dense", "config": {"units": 3, "activation": "relu", "kernel_initializer": {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": None}, "registered_name": None}}}]}}
        lambdas = {"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", "config": {"name": "l", "function": ["4wEAAAAAAAAA", None, None], "function_type": "lambda", "module": "__main__"}}]}}
        write(GOOD, "keras/dense.h5", h5(dense))
        write(BAD, "keras/lambda.h5", h5(lambdas))
        for folder, name, config in ((GOOD, "dense", dense), (BAD, "lambda", lambdas), (BAD, "module", {"class_name": "function", "module": "os", "config": "system"}), (BAD, "getfile", {"class_name": "Sequential", "config": {"layers": [{"module": "keras.utils", "class_name": "get_file", "config": {}}]}})):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                archive.writestr("metadata.json", json.dumps({"keras_version": "3.5.0", "date_saved": "2024"}))
                archive.writestr("config.json", json.dumps(config))
                archive.writestr("model.weights.h5", h5({"x": 1}))
            write(folder, f"keras/{name}.keras", out.getvalue())
    except ImportError as error:
        without("h5py", error)

    def text(value):
        value = value.encode()
        return struct.pack("<Q", len(value)) + value

    def gguf(pairs, tensors=b"", count=0):
        body = b"".join(text(key) + struct.pack("<I", 8) + text(value) for key, value in pairs)
        return b"GGUF" + struct.pack("<IQQ", 3, count, len(pairs)) + body + tensors

    chat = "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}{% endfor %}"
    tensor = text("w") + struct.pack("<IQIQ", 1, 8, 0, 0)
    whole = gguf([("general.architecture", "llama"), ("tokenizer.chat_template", chat)], tensor, 1)
    write(GOOD, "gguf/model.gguf", whole + bytes(-len(whole) % 32 + 32))
    write(BAD, "gguf/short.gguf", gguf([], text("w") + struct.pack("<IQIQ", 1, 1 << 40, 0, 0), 1))
    write(BAD, "gguf/twice.gguf", gguf([("a", "b"), ("a", "c")]))
    for index, escape in enumerate(["{{ ''.__class__.__mro__ }}", "{{ cycler.__init__.__globals__.os.popen('id').read() }}", "{% for c in [].__class__.__base__.__subclasses__() %}{% endfor %}", "{{ x['__globals__'] }}", "{{ (x|attr('__init__')) }}"]):
        write(BAD, f"gguf/template{index}.gguf", gguf([("tokenizer.chat_template", escape)]))
        write(BAD, f"config/{index}/tokenizer_config.json", json.dumps({"chat_template": escape}).encode())
    write(GOOD, "config/tokenizer_config.json", json.dumps({"chat_template": chat, "bos_token": "<s>"}).encode())
    write(GOOD, "config/config.json", json.dumps({"architectures": ["LlamaForCausalLM"], "vocab_size": 32000}).encode())
    write(GOOD, "config/tokenizer.json", json.dumps({"model": {"vocab": {f"w{n}": n for n in range(5000)}}, "added_tokens": [{"content": "eval("}]}).encode())
    write(BAD, "config/remote/config.json", json.dumps({"auto_map": {"AutoModel": "modeling.Model"}}).encode())
    write(BAD, "config/target/model_config.yaml", b"a:\n  _target_: os.system\n")
    write(BAD, "config/object/config.yaml", b"a: !!python/object/apply:os.system [id]\n")


# --- hostile pickles -------------------------------------------------------------------------------------------------------------------


def unicode(text):
    data = text.encode()
    return b"\x8c" + bytes([len(data)]) + data


def calls(module, name, argument="echo hostile"):
    """One call in every way in which a pickle can be written."""
    line = f"{module}\n{name}\n".encode()
    plain = f"V{argument}\n".encode()
    short = unicode(argument)
    yield "p0", b"c" + line + b"(" + plain + b"tR."
    yield "p0_inst", b"(" + plain + b"i" + line + b"."
    yield "p1_obj", b"(c" + line + plain + b"o."
    yield "p2", b"\x80\x02c" + line + plain + b"\x85R."
    yield "p2_memo", b"\x80\x02" + plain + b"q\x00" + b"0c" + line + b"h\x00\x85R0N."
    yield "p3_newobj", b"\x80\x03c" + line + plain + b"\x85\x81."
    yield "p4", b"\x80\x04" + unicode(module) + unicode(name) + b"\x93" + short + b"\x85R."
    body = unicode(module) + b"\x94" + unicode(name) + b"\x94\x93\x94" + short + b"\x94\x85\x94R\x94."
    yield "p4_frame", b"\x80\x04\x95" + struct.pack("<Q", len(body)) + body
    yield "p5_newobj_ex", b"\x80\x05" + unicode(module) + unicode(name) + b"\x93" + short + b"\x85}\x92."
    yield "p4_build", b"\x80\x04" + unicode(module) + unicode(name) + b"\x93)\x81}" + unicode("a") + short + b"sb."
    yield "broken", b"\x80\x02c" + line + plain + b"\x85R0\xff\xff"
    yield "cut", b"\x80\x02c" + line + plain + b"\x85R"
    yield "import_only", b"\x80\x02}U\x01ac" + line + b"s."


def gadgets():
    path = pathlib.Path(__file__).with_name("gadgets.tsv")
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            module, name = line.split("\t")[:2]
            yield module, name


def dotted():
    for name in ("serialization.os.system", "nn.modules.module.functools.sys.modules", "_utils.sys.modules.get", "hub.os.popen", "storage.io.open"):
        yield "torch", name


def tricks():
    """Pickles that hide what they do."""
    rot = b"\x80\x04" + unicode("posix") + unicode("_codecs") + unicode("encode") + b"\x93" + unicode("flfgrz") + unicode("rot13") + b"\x86R\x93" + unicode("id") + b"\x85R."
    yield "rot13", rot
    yield "ext", b"\x80\x02ccopyreg\nadd_extension\n(Vos\nVsystem\nI7\ntR0\x82\x07(Vid\ntR."
    yield "ext_alone", b"\x80\x02\x82\x07(Vid\ntR."
    yield "getattr", b"\x80\x02cbuiltins\ngetattr\ncbuiltins\n__import__\nVos\n\x85RVsystem\n\x86RVid\n\x85R."
    yield "octal", b"cos\nsystem\n(S'\\151\\144'\nI017\n0tR."
    yield "hex_module", b"V\\u006fs\nVsystem\n\x93(Vid\ntR."
    yield "put_text", b"cos\nsystem\np012\n0g12\n(Vid\ntR."
    yield "far_memo", b"\x80\x02cos\nsystem\nr\xff\xff\xff\x7f0j\xff\xff\xff\x7fVid\n\x85R."
    yield "popped", b"\x80\x02cos\nsystem\nVid\n\x85R0]."
    yield "dup", b"\x80\x02cos\nsystem\n2(Vid\ntR0."
    yield "py2", b"c__builtin__\neval\n(S'1'\ntR."
    yield "py2_commands", b"ccommands\ngetoutput\n(S'id'\ntR."
    yield "class_state", b"\x80\x02ccollections\nOrderedDict\n}Vget\ncbuiltins\neval\nsb."
    yield "second", pickle.dumps({"a": 1}) + b"\x80\x02cos\nsystem\nVid\n\x85R."
    yield "long_frame", b"\x80\x04\x95" + struct.pack("<Q", 1 << 40) + unicode("os") + unicode("system") + b"\x93" + unicode("id") + b"\x85R."
    yield "long_name", b"\x80\x04X" + struct.pack("<I", 5000) + b"a" * 5000 + unicode("x") + b"\x93)R."
    yield "padded", b"\x80\x04" + b"N0" * 200_000 + unicode("os") + unicode("system") + b"\x93" + unicode("id") + b"\x85R."
    yield "many_memos", b"\x80\x04" + b"N\x940" * 1_100_000 + unicode("os") + unicode("system") + b"\x93\x94" + unicode("id") + b"\x85R."
    yield "method_call", b"\x80\x02ccollections\nOrderedDict\n)RVx\n\x85R."
    yield "appends", b"\x80\x02cacme\nHook\n)R(Va\ne."
    yield "wrapper", b"\x80\x02cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(U\x05dtypecnumpy\ndtype\nU\x02i1\x85RU\x05shapeK\x20\x85ub" + b"cos\nsystem\n(S'id'\ntR....................................."
    yield "unknown_class", b"\x80\x02cacme.internal\nLoader\n)\x81}b."
    yield "lambda", b"\x80\x04cdill._dill\n_create_function\n(cdill._dill\n_create_code\n(K\x00tRc__builtin__\n__main__\nVf\nNNtR."


def containers(data):
    """A hostile pickle in every container that a loader opens."""
    yield "gz", "model.pkl.gz", gzip.compress(data)
    yield "bz2", "model.pkl.bz2", bz2.compress(data)
    yield "xz", "model.pkl.xz", lzma.compress(data)
    yield "lzma", "model.pkl.lzma", lzma.compress(data, format=lzma.FORMAT_ALONE)
    yield "zlib", "model.joblib", zlib.compress(data)
    yield "nested", "model.bin", gzip.compress(bz2.compress(data))
    try:
        import lz4.frame

        yield "lz4", "model.lz4", lz4.frame.compress(data)
    except ImportError as error:
        without("lz4", error)
    for name, method in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED), ("bzip2", zipfile.ZIP_BZIP2)):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.writestr("archive/data.pkl", data)
            archive.writestr("archive/version", "3")
        plain = out.getvalue()
        yield f"torch_{name}", "model.pt", plain
        if name != "stored":
            continue
        at = plain.index(b"PK\x01\x02")
        yield "torch_prefix", "model.pt", b"anything at all" * 9 + plain
        yield "torch_behind", "model.pt", plain + b"\0" * 99
        yield "torch_renamed", "model.pt", plain[:at].replace(b"data.pkl", b"data.txt") + plain[at:]
        yield "torch_flags", "model.pt", plain[: at + 8] + b"\x01\x00" + plain[at + 10 :]
        yield "torch_crc", "model.pt", plain[: at + 16] + b"\0\0\0\0" + plain[at + 20 :]
        yield "torch_in_gz", "model.pt.gz", gzip.compress(plain)
        yield "array_and_zip", "model.npy", b"\x93NUMPY\x01\x00\x46\x00" + b"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }".ljust(69) + b"\n" + bytes(8) + plain
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("sys_info", "pickle"):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    yield "tar", "model.pt", out.getvalue()
    yield "tar_gz", "model.nemo", gzip.compress(out.getvalue())
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header = header.ljust(117) + b"\n"
    array = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data
    yield "npy", "model.npy", array
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", array)
    yield "npz", "model.npz", out.getvalue()
    legacy = b"".join(pickle.dumps(value, 2) for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})) + data
    yield "legacy", "model.pth", legacy
    yield "renamed", "model.safetensors", data
    yield "no_ending", "weights", data
    yield "text_name", "README.txt", data


def malicious():
    # Without a name that is called on an instance, `p4_build` needs a class; the import alone counts.
    for index, (module, name) in enumerate([*gadgets(), *dotted()]):
        styles = list(calls(module, name))
        chosen = styles if index % 12 == 0 else [styles[index % len(styles)], styles[(index * 5 + 6) % len(styles)]]
        for style, data in chosen:
            write(BAD, f"gadget/{module}.{name}.{style}.pkl", data)
    for name, data in tricks():
        write(BAD, f"trick/{name}.pkl", data)
    for module, name in (("posix", "system"), ("acme", "unknown")):
        for style, data in list(calls(module, name))[3:9:2]:
            for kind, file, packed in containers(data):
                write(BAD, f"container/{kind}_{module}_{style}/{file}", packed)
    for kind, data in (("7z", b"7z\xbc\xaf\x27\x1c" + bytes(99)), ("rar", b"Rar!\x1a\x07\x01\x00" + bytes(99)), ("zst", b"\x28\xb5\x2f\xfd" + bytes(99)), ("elf", b"\x7fELF\x02\x01\x01" + bytes(99))):
        write(BAD, f"opaque/{kind}/pytorch_model.bin", data)
    for name, header in (("twice", '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'), ("overlap", '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}'), ("hole", '{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}'), ("beyond", '{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}')):
        write(BAD, f"safetensors/{name}.safetensors", struct.pack("<Q", len(header)) + header.encode() + bytes(2))


def main():
    for make in (benign_plain, benign_numpy, benign_pandas, benign_scipy, benign_sklearn, benign_boosters, benign_others, malicious, benign_torch):
        try:
            make()
        except ImportError as error:
            without(make.__name__, error)
    print(counts)


main()
