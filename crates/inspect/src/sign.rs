//! What can be wrong with a model file, each by the name that pages use.

/// Declares the signs once, with the names that stand behind `detector =`.
macro_rules! signs {
    ($($(#[$doc:meta])* $sign:ident = $name:literal),+ $(,)?) => {
        /// Something wrong with a model file. A page is about one of them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Sign { $($(#[$doc])* $sign),+ }

        impl Sign {
            /// Every sign.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$sign),+];

            /// The name that pages use.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$sign => $name),+ }
            }
        }
    };
}

signs! {
    /// A pickle imports or calls what runs code, or reaches files or the network.
    PickleGadget = "pickle-gadget",
    /// A pickle imports something that is on no list.
    PickleUnvetted = "pickle-unvetted",
    /// The bytes of a pickle do not tell what it imports or calls.
    PickleUnresolved = "pickle-unresolved",
    /// Loaders do not read a pickle to its end, or differ about it.
    PickleBroken = "pickle-broken",
    /// A pickle imports more than `torch.load(…, weights_only=True)` allows.
    PickleBeyondCore = "pickle-beyond-core",
    /// The headers of a zip archive contradict each other.
    ZipConfusion = "zip-confusion",
    /// A file is two formats at once.
    Polyglot = "polyglot",
    /// An archive or a member that cannot be looked into.
    Opaque = "opaque-archive",
    /// A member of an archive would be written outside of the folder.
    ArchiveEscape = "archive-escape",
    /// A program among model files.
    Executable = "executable",
    /// A header of safetensors that readers do not agree about.
    SafetensorsHeader = "safetensors-header",
    /// A GGUF file that claims more than it holds, or the same thing twice.
    GgufHeader = "gguf-header",
    /// A template that reaches beyond the text it is given.
    Template = "template-escape",
    /// An ONNX model that reads files elsewhere.
    OnnxExternalData = "onnx-external-data",
    /// An ONNX model with operators that need code of its own.
    OnnxCustomOp = "onnx-custom-op",
    /// A Keras model with Python in it.
    KerasCode = "keras-code",
    /// A Keras model that names modules other than Keras.
    KerasModule = "keras-module",
    /// A TensorFlow graph with operators that reach files, processes or the network.
    TensorflowOp = "tensorflow-op",
    /// A TFLite model with operators that need code of its own.
    TfliteCustomOp = "tflite-custom-op",
    /// A configuration that names code to be loaded.
    RemoteCode = "remote-code",
    /// A configuration that names what is to be called.
    ConfigTarget = "config-target",
    /// YAML that makes Python objects.
    YamlObject = "yaml-object",
    /// A skops file that names types that are on no list.
    SkopsType = "skops-type",
    /// XML that reads other files.
    XmlEntity = "xml-entity",
}

impl Sign {
    /// The sign that pages call `name`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|sign| sign.name() == name)
    }
}
