//! Which names give values that somebody outside decides.
//!
//! Names are qualified, as [`names`](super::super::resolve::names) writes them: `flask.request`, `openai.OpenAI().chat`.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use weighbridge_core::Origin;

/// Things that are a source wherever they are read, with everything in them.
const READ: &[(&str, Origin)] = &[
    ("flask.request", Origin::Request),
    ("flask.globals.request", Origin::Request),
    ("quart.request", Origin::Request),
    ("bottle.request", Origin::Request),
    ("cherrypy.request", Origin::Request),
    ("sys.argv", Origin::Input),
    ("sys.stdin", Origin::Input),
    ("os.environ", Origin::Input),
    ("os.environb", Origin::Input),
];

/// Functions whose result is a source.
const CALLED: &[(&str, Origin)] = &[
    ("input", Origin::Input),
    ("raw_input", Origin::Input),
    ("os.getenv", Origin::Input),
    ("os.getenvb", Origin::Input),
    ("getpass.getpass", Origin::Input),
    ("click.prompt", Origin::Input),
    ("typer.prompt", Origin::Input),
    ("argparse.ArgumentParser().parse_args", Origin::Input),
    ("argparse.ArgumentParser().parse_known_args", Origin::Input),
    ("optparse.OptionParser().parse_args", Origin::Input),
    ("cgi.FieldStorage", Origin::Request),
    ("web.input", Origin::Request),
    ("streamlit.text_input", Origin::Request),
    ("streamlit.text_area", Origin::Request),
    ("streamlit.chat_input", Origin::Request),
    ("open", Origin::File),
    ("io.open", Origin::File),
    ("codecs.open", Origin::File),
    ("pathlib.Path().read_text", Origin::File),
    ("pathlib.Path().read_bytes", Origin::File),
    ("pathlib.Path().open", Origin::File),
    ("urllib.request.urlopen", Origin::Network),
    ("urllib2.urlopen", Origin::Network),
    ("socket.socket().recv", Origin::Network),
];

/// Methods of a request handler that read the request, where the file imports the framework.
const HANDLER_METHODS: &[(&str, &str)] = &[
    ("tornado", "get_argument"),
    ("tornado", "get_arguments"),
    ("tornado", "get_query_argument"),
    ("tornado", "get_body_argument"),
    ("tornado", "get_cookie"),
    ("starlette", "receive_text"),
    ("starlette", "receive_json"),
    ("fastapi", "receive_text"),
    ("fastapi", "receive_json"),
];

/// Attributes of a request that its sender does not decide.
const OF_THE_SERVER: [&str; 14] = [
    "app",
    "auth",
    "blueprint",
    "endpoint",
    "is_json",
    "is_secure",
    "method",
    "remote_addr",
    "scheme",
    "session",
    "state",
    "url_rule",
    "user",
    "user_id",
];

/// Frameworks whose views are given a request.
pub(crate) const WEB_FRAMEWORKS: [&str; 18] = [
    "aiohttp",
    "azure.functions",
    "bottle",
    "connexion",
    "django",
    "falcon",
    "fastapi",
    "flask",
    "functions_framework",
    "litestar",
    "pyramid",
    "quart",
    "rest_framework",
    "sanic",
    "starlette",
    "tornado",
    "webob",
    "werkzeug",
];

/// Words without one of which a file that imports no framework holds no request. `requests` is another word than `request`.
const REQUEST_WORDS: [&str; 5] = ["request", "Request", "WebSocket", "lambda_handler", "FieldStorage"];

/// Words without one of which a file that imports none of the libraries holds no answer of a language model.
const LLM_WORDS: [&str; 17] = [
    "tool",
    "llm",
    "choices",
    "ompletion",
    "langchain",
    "llama",
    "dspy",
    ".messages.",
    ".responses.",
    "chat.complete",
    "generate_content",
    "invoke_model",
    "function.arguments",
    "/api/chat",
    "/generate",
    "/v1/messages",
    "/v1/responses",
];

/// Attributes that only the request of a web framework has.
const OF_THE_SENDER: [&str; 12] = [
    "COOKIES",
    "FILES",
    "GET",
    "META",
    "POST",
    "args",
    "cookies",
    "form",
    "get_json",
    "headers",
    "query_params",
    "values",
];

/// What nobody outside decides, though the text does not show it.
const FIXED: [&str; 16] = [
    "__file__",
    "__name__",
    "sys.executable",
    "sys.platform",
    "sys.version",
    "sys.version_info",
    "sys.maxsize",
    "os.name",
    "os.sep",
    "os.pathsep",
    "os.linesep",
    "os.devnull",
    "os.curdir",
    "os.pardir",
    "math.pi",
    "subprocess.PIPE",
];

/// The origin of the thing called `name` when it is read.
pub(crate) fn of_name(name: &str) -> Option<Origin> {
    READ.iter().find(|(known, _)| *known == name).map(|(_, origin)| *origin)
}

/// Whether `name` is fixed by the program or the machine.
pub(crate) fn is_fixed(name: &str) -> bool {
    FIXED.contains(&name)
}

/// Whether an attribute of a request is the server's own.
pub(crate) fn is_of_the_server(attribute: &str) -> bool {
    OF_THE_SERVER.contains(&attribute)
}

/// Which of the senders outside a text could hear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outside {
    pub(crate) request: bool,
    pub(crate) llm: bool,
}

impl Outside {
    /// What the words of a text say.
    pub(crate) fn by_words(text: &[u8]) -> Self {
        static FINDERS: LazyLock<[Vec<Finder<'static>>; 2]> = LazyLock::new(|| {
            let finders = |words: &'static [&str]| words.iter().map(|word| Finder::new(*word)).collect();
            [finders(&REQUEST_WORDS), finders(&LLM_WORDS)]
        });
        let [request, llm] = &*FINDERS;
        let is_other = |end: usize| text.get(end) == Some(&b's');
        let holds = |word: &Finder<'_>| {
            let mut places = word.find_iter(text);
            places.any(|at| word.needle() != b"request" || !is_other(at + word.needle().len()))
        };
        Self {
            request: request.iter().any(holds),
            llm: llm.iter().any(holds),
        }
    }

    /// What the imports of a file say: the things of a framework or a library go by any name.
    pub(crate) fn by_imports(imports: &dyn Fn(&str) -> bool) -> Self {
        let others = ["cherrypy", "http.server", "streamlit", "web"];
        Self {
            request: WEB_FRAMEWORKS.iter().chain(&others).any(|module| imports(module)),
            llm: LLM_LIBRARIES.iter().any(|module| imports(module)),
        }
    }

    /// What either of them says.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            request: self.request || other.request,
            llm: self.llm || other.llm,
        }
    }

    /// Whether anybody outside is heard.
    pub(crate) fn is_any(self) -> bool {
        self.request || self.llm
    }

    /// Whether something of one of these origins could be there; for none of them, and for those that leave no trace, it could.
    pub(crate) fn may_give(self, origins: &[Origin]) -> bool {
        origins.is_empty()
            || origins.iter().any(|origin| match origin {
                Origin::Request => self.request,
                Origin::Llm => self.llm,
                _ => true,
            })
    }
}

/// Whether an attribute of something called `request` is what its sender wrote, whatever the framework.
pub(crate) fn is_of_the_sender(attribute: &str) -> bool {
    OF_THE_SENDER.contains(&attribute)
}

/// The origin of what a call of `name` gives, models left out.
pub(crate) fn of_call(name: &str, imports: &dyn Fn(&str) -> bool) -> Option<Origin> {
    if let Some((_, origin)) = CALLED.iter().find(|(known, _)| *known == name) {
        return Some(*origin);
    }
    let (object, method) = name.rsplit_once('.').unwrap_or(("", name));
    let is_http = [
        "requests",
        "httpx",
        "aiohttp.ClientSession()",
        "requests.Session()",
        "httpx.Client()",
        "httpx.AsyncClient()",
    ]
    .contains(&object);
    if is_http && HTTP_METHODS.contains(&method) {
        return Some(Origin::Network);
    }
    let is_handler = HANDLER_METHODS
        .iter()
        .any(|(framework, known)| *known == method && imports(framework));
    is_handler.then_some(Origin::Request)
}

const HTTP_METHODS: [&str; 9] = [
    "get", "post", "put", "patch", "delete", "head", "options", "request", "send",
];

/// Ends of names that call a language model whatever the object is called.
const LLM_CALLS: [&str; 22] = [
    ".completions.create",
    ".completions.parse",
    ".responses.create",
    ".responses.parse",
    ".messages.create",
    ".messages.parse",
    ".ChatCompletion.create",
    ".ChatCompletion.acreate",
    ".Completion.create",
    ".generate_content",
    ".generate_content_async",
    ".create_chat_completion",
    ".create_completion",
    ".chat_completion",
    ".invoke_model",
    ".chat.complete",
    "litellm.completion",
    "litellm.acompletion",
    "litellm.text_completion",
    "ollama.chat",
    "ollama.generate",
    "dspy.Predict()()",
];

/// First parts of the names of libraries that talk to language models.
const LLM_LIBRARIES: [&str; 32] = [
    "agents",
    "anthropic",
    "autogen",
    "cohere",
    "crewai",
    "ctransformers",
    "dspy",
    "google.genai",
    "google.generativeai",
    "groq",
    "guidance",
    "haystack",
    "huggingface_hub",
    "instructor",
    "langchain",
    "langgraph",
    "litellm",
    "llama_cpp",
    "llama_index",
    "mistralai",
    "mlx_lm",
    "ollama",
    "openai",
    "openrouter",
    "pydantic_ai",
    "replicate",
    "semantic_kernel",
    "smolagents",
    "together",
    "transformers",
    "vertexai",
    "vllm",
];

/// Methods that call a language model if the object was made by one of the libraries.
const LLM_METHODS: [&str; 31] = [
    "invoke",
    "ainvoke",
    "predict",
    "apredict",
    "run",
    "arun",
    "run_sync",
    "stream",
    "astream",
    "batch",
    "abatch",
    "generate",
    "agenerate",
    "generate_text",
    "text_generation",
    "complete",
    "acomplete",
    "chat",
    "achat",
    "query",
    "aquery",
    "call",
    "kickoff",
    "initiate_chat",
    "predict_messages",
    "generate_response",
    "send_message",
    "stream_complete",
    "stream_chat",
    "converse",
    "reply",
];

/// Parts of the names of things in these libraries that are no model and give no answers.
const NO_MODEL: [&str; 9] = [
    "Tokenizer",
    "Prompt",
    "Embedding",
    "Parser",
    "Splitter",
    "Loader",
    "Processor",
    "VectorStore",
    "Message",
];

/// Whether `name` begins with one of the libraries, and is no helper of it.
pub(crate) fn is_llm_thing(name: &str) -> bool {
    let is_from = |library: &&str| {
        name.strip_prefix(*library)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '_']))
    };
    LLM_LIBRARIES.iter().any(is_from) && !NO_MODEL.iter().any(|helper| name.contains(helper))
}

/// Whether a call of `name` asks a language model. `receiver` is the object's own name in the file, if the file imports one of the
/// libraries: `self.llm.invoke` says by its name what it is.
pub(crate) fn is_llm_call(name: &str, receiver: Option<&str>) -> bool {
    if LLM_CALLS.iter().any(|end| name.ends_with(end)) {
        return true;
    }
    let Some((object, method)) = name.rsplit_once('.') else {
        return false;
    };
    if method.ends_with("()") {
        // The object itself is called: `pipe = pipeline(…)`, `pipe(text)`.
        return is_llm_thing(name);
    }
    let is_method = LLM_METHODS.contains(&method);
    is_method && ((object.contains("()") && is_llm_thing(object)) || receiver.is_some_and(is_called_like_a_model))
}

fn is_called_like_a_model(receiver: &str) -> bool {
    let last = receiver.rsplit('.').next().unwrap_or(receiver).to_ascii_lowercase();
    let words = [
        "llm",
        "chain",
        "agent",
        "chat_model",
        "language_model",
        "chatbot",
        "crew",
    ];
    words
        .iter()
        .any(|word| last == *word || last.ends_with(&format!("_{word}")) || last.starts_with(&format!("{word}_")))
}

/// Whether a URL is that of a model's interface.
pub(crate) fn is_llm_url(url: &str) -> bool {
    [
        "/chat/completions",
        "/v1/completions",
        "/v1/messages",
        "/api/chat",
        "/api/generate",
        "/v1/responses",
    ]
    .iter()
    .any(|path| url.contains(path))
        || url.trim_end_matches('/').ends_with("/generate")
}

/// Whether reading `attribute` of an object that the file does not explain gives what a model wrote: `message.tool_calls`.
pub(crate) fn is_answer_attribute(name: &str, attribute: &str) -> bool {
    match attribute {
        "tool_calls" => true,
        "arguments" => name.ends_with(".function.arguments"),
        "choices" => !name.contains("random"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broad_method_asks_a_model_only_on_an_object_of_a_known_library() {
        assert!(is_llm_call("langchain_openai.ChatOpenAI().invoke", None));
        assert!(is_llm_call("self.llm.invoke", Some("self.llm")));
        assert!(!is_llm_call("self.llm.invoke", None));
        assert!(!is_llm_call("subprocess.run", None));
        assert!(!is_llm_call("celery.Celery().run", None));
        assert!(!is_llm_call("langchain_core.prompts.PromptTemplate().invoke", None));
        assert!(is_llm_call("transformers.pipeline()", None));
        assert!(!is_llm_call("transformers.AutoTokenizer.from_pretrained()", None));
        assert!(is_llm_call("openai.OpenAI().chat.completions.create", None));
        assert!(is_llm_call("self.client.messages.create", None));
    }
}
