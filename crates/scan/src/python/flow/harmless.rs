//! Functions that make a value harmless, and for which sinks.

use weighbridge_rules::SinkKind;

use super::value::Harmless;

const COMMAND: Harmless = Harmless::at(&[SinkKind::Command]);
const HTML: Harmless = Harmless::at(&[SinkKind::Html]);
const PATH: Harmless = Harmless::at(&[SinkKind::Path]);
const SQL: Harmless = Harmless::at(&[SinkKind::Sql]);
const CODE: Harmless = Harmless::at(&[SinkKind::Code]);
const QUERY: Harmless = Harmless::at(&[SinkKind::Query]);
const URL: Harmless = Harmless::at(&[SinkKind::Url]);
/// Percent signs are left of everything that has a meaning in a page or a host; slashes stay.
const QUOTED: Harmless = Harmless::at(&[SinkKind::Html, SinkKind::Url]);
/// The same, slashes included.
const ENCODED: Harmless = Harmless::at(&[SinkKind::Html, SinkKind::Path, SinkKind::Url]);

/// Functions that raise for every text that is not a number, a date or the like.
const RAISING: [&str; 13] = [
    "int",
    "float",
    "complex",
    "uuid.UUID",
    "decimal.Decimal",
    "fractions.Fraction",
    "ipaddress.ip_address",
    "ipaddress.ip_network",
    "ipaddress.IPv4Address",
    "ipaddress.IPv6Address",
    "datetime.datetime.fromisoformat",
    "datetime.date.fromisoformat",
    "datetime.datetime.strptime",
];

/// By qualified name. What gives a number, a date or a digest is harmless everywhere.
///
/// `ast.literal_eval` and `json.loads` are not here: the text in what they read is still the sender's.
const FUNCTIONS: &[(&str, Harmless)] = &[
    ("int", Harmless::EVERYWHERE),
    ("float", Harmless::EVERYWHERE),
    ("bool", Harmless::EVERYWHERE),
    ("complex", Harmless::EVERYWHERE),
    ("len", Harmless::EVERYWHERE),
    ("ord", Harmless::EVERYWHERE),
    ("hash", Harmless::EVERYWHERE),
    ("abs", Harmless::EVERYWHERE),
    ("round", Harmless::EVERYWHERE),
    ("hex", Harmless::EVERYWHERE),
    ("bin", Harmless::EVERYWHERE),
    ("isinstance", Harmless::EVERYWHERE),
    ("callable", Harmless::EVERYWHERE),
    ("uuid.UUID", Harmless::EVERYWHERE),
    ("decimal.Decimal", Harmless::EVERYWHERE),
    ("fractions.Fraction", Harmless::EVERYWHERE),
    ("ipaddress.ip_address", Harmless::EVERYWHERE),
    ("ipaddress.ip_network", Harmless::EVERYWHERE),
    ("ipaddress.IPv4Address", Harmless::EVERYWHERE),
    ("ipaddress.IPv6Address", Harmless::EVERYWHERE),
    ("datetime.datetime.fromisoformat", Harmless::EVERYWHERE),
    ("datetime.date.fromisoformat", Harmless::EVERYWHERE),
    ("datetime.datetime.strptime", Harmless::EVERYWHERE),
    ("hmac.compare_digest", Harmless::EVERYWHERE),
    ("zlib.crc32", Harmless::EVERYWHERE),
    ("shlex.quote", COMMAND),
    ("pipes.quote", COMMAND),
    ("shlex.join", COMMAND),
    ("html.escape", HTML),
    ("cgi.escape", HTML),
    ("markupsafe.escape", HTML),
    ("flask.escape", HTML),
    ("jinja2.escape", HTML),
    ("django.utils.html.escape", HTML),
    ("django.utils.html.conditional_escape", HTML),
    ("django.utils.html.escapejs", HTML),
    ("django.utils.html.format_html", HTML),
    ("django.utils.html.format_html_join", HTML),
    ("xml.sax.saxutils.escape", HTML),
    ("bleach.clean", HTML),
    ("nh3.clean", HTML),
    ("flask.render_template", HTML),
    ("django.template.loader.render_to_string", HTML),
    ("urllib.parse.quote", QUOTED),
    ("urllib.parse.quote_plus", ENCODED),
    ("urllib.parse.urlencode", ENCODED),
    ("urllib.quote", QUOTED),
    ("werkzeug.utils.secure_filename", PATH),
    ("werkzeug.secure_filename", PATH),
    ("werkzeug.utils.safe_join", PATH),
    ("werkzeug.security.safe_join", PATH),
    ("flask.safe_join", PATH),
    ("django.utils._os.safe_join", PATH),
    ("django.utils.text.get_valid_filename", PATH),
    ("os.path.basename", PATH),
    ("psycopg.sql.Identifier", SQL),
    ("psycopg.sql.Literal", SQL),
    ("psycopg2.sql.Identifier", SQL),
    ("psycopg2.sql.Literal", SQL),
    ("psycopg2.extensions.quote_ident", SQL),
    ("ldap.filter.escape_filter_chars", QUERY),
    ("ldap.filter.filter_format", QUERY),
    ("ldap.dn.escape_dn_chars", QUERY),
    ("ldap3.utils.conv.escape_filter_chars", QUERY),
    ("ldap3.utils.dn.escape_rdn", QUERY),
    ("flask.url_for", URL),
    ("django.urls.reverse", URL),
    ("repr", CODE),
    ("ascii", CODE),
    ("json.dumps", CODE),
];

/// Methods of anything whose result is a number, a digest, a truth or a position.
const METHODS: [&str; 18] = [
    "hexdigest",
    "digest",
    "count",
    "rfind",
    "startswith",
    "endswith",
    "isdigit",
    "isalnum",
    "isalpha",
    "isidentifier",
    "isnumeric",
    "isdecimal",
    "exists",
    "is_file",
    "is_dir",
    "timestamp",
    "isoformat",
    "bit_length",
];

/// Whether a call of `name` says by coming back that what it was given is harmless.
pub(crate) fn is_raising(name: &str) -> bool {
    RAISING.contains(&name)
}

/// For which sinks the result of calling `name` is harmless, whatever it is given.
pub(crate) fn of_call(name: &str) -> Option<Harmless> {
    let by_name = FUNCTIONS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, harmless)| *harmless);
    by_name.or_else(|| {
        let (_, method) = name.rsplit_once('.')?;
        METHODS.contains(&method).then_some(Harmless::EVERYWHERE)
    })
}

/// What a function of which only the name is known says about its result: `sanitize(x)`, `get_safe_value("name")`.
pub(crate) fn of_unknown_call(name: &str) -> Option<Harmless> {
    let last = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    let mut words = last.split('_');
    let says = words.any(|word| matches!(word, "safe" | "sanitize" | "sanitise" | "sanitized" | "sanitised"));
    (says && !last.starts_with("mark_")).then_some(Harmless::SAID)
}

/// Functions whose result is made of what they are given and of nothing else.
const PURE: [&str; 62] = [
    "ascii",
    "base64.b64encode",
    "bytes",
    "capitalize",
    "casefold",
    "chr",
    "copy",
    "copy.copy",
    "copy.deepcopy",
    "decode",
    "dict",
    "encode",
    "enumerate",
    "expandtabs",
    "filter",
    "format",
    "format_map",
    "frozenset",
    "hash",
    "items",
    "join",
    "json.dumps",
    "keys",
    "len",
    "list",
    "ljust",
    "lower",
    "lstrip",
    "max",
    "min",
    "operator.add",
    "os.fspath",
    "os.path.abspath",
    "os.path.basename",
    "os.path.dirname",
    "os.path.join",
    "os.path.normpath",
    "partition",
    "pathlib.Path",
    "pathlib.PurePath",
    "range",
    "re.escape",
    "removeprefix",
    "removesuffix",
    "replace",
    "repr",
    "reversed",
    "rjust",
    "rpartition",
    "rstrip",
    "set",
    "shlex.join",
    "shlex.quote",
    "shlex.split",
    "sorted",
    "split",
    "splitlines",
    "str",
    "strip",
    "sum",
    "tuple",
    "upper",
];

/// Whether the result of calling `name` is constant where everything it is given is. Methods count only on constants.
pub(crate) fn is_pure(name: &str, is_method: bool) -> bool {
    if is_method {
        let method = name.rsplit('.').next().unwrap_or(name);
        return PURE.contains(&method);
    }
    PURE.contains(&name)
}
