#!/usr/bin/env python3
"""What GitHub code scanning wants of a SARIF file beyond the schema and beyond the multitool's rules.

Each of these passes both and is refused by the upload, or shown otherwise than meant. Standard library only.

Sources: GitHub's "SARIF support for code scanning" and "SARIF results exceed one or more limits", and `upload-lib.ts` of
github/codeql-action.

Usage: github_limits.py FILE...
"""

import gzip
import json
import re
import sys

MAX_BYTES_GZIPPED = 10 * 1024 * 1024
MAX_RUNS = 20
MAX_RESULTS = 5_000
MAX_RULES = 25_000
MAX_TAGS = 10
MAX_NAME = 255
MAX_DESCRIPTION = 1_024

PRECISIONS = {"very-high", "high", "medium", "low"}
PROBLEM_SEVERITIES = {"error", "warning", "recommendation"}
LEVELS = {"none", "note", "warning", "error"}
LINE_HASH = re.compile(r"[0-9a-f]{1,16}:[1-9][0-9]*")
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
CWE_TAG = re.compile(r"external/cwe/cwe-[0-9]{3,}")
URI = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
LINK = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\(([^)]*)\)")


def text_of(node, *keys):
    """The string at the end of these keys, or an empty one."""
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node if isinstance(node, str) else ""


def links(text):
    """The targets of the links that a message makes. A backslash takes the meaning from the character behind it."""
    plain = re.sub(r"\\[\\\[\]]", "", text)
    return [target for _, target in LINK.findall(plain)]


def check_file(raw):
    log = json.loads(raw)
    if log.get("version") != "2.1.0":
        yield f"version is {log.get('version')!r}"
    if len(gzip.compress(raw)) > MAX_BYTES_GZIPPED:
        yield "over 10 MB after gzip"
    runs = log.get("runs") or []
    if not 1 <= len(runs) <= MAX_RUNS:
        yield f"{len(runs)} runs; between 1 and {MAX_RUNS} are taken"
    categories = set()
    for index, run in enumerate(runs):
        category = (text_of(run, "tool", "driver", "name"), text_of(run, "automationDetails", "id"))
        if category in categories:
            yield f"runs[{index}]: the same tool and category as another run"
        categories.add(category)
        for problem in check_run(run):
            yield f"runs[{index}]{problem}"


def check_run(run):
    driver = run.get("tool", {}).get("driver", {})
    if not driver.get("name"):
        yield ": the tool has no name"
    category = text_of(run, "automationDetails", "id")
    if category and "/" not in category:
        yield f": automationDetails.id {category!r} has no slash, so the run has no category"
    for base, location in (run.get("originalUriBaseIds") or {}).items():
        if "uri" in location:
            yield f": {base} tells where the checkout lies: {location['uri']!r}"
    results = run.get("results")
    if not isinstance(results, list):
        yield ": no list of results; a clean run has an empty one"
        results = []
    if len(results) > MAX_RESULTS:
        yield f": {len(results)} results; {MAX_RESULTS} are kept"
    rules = driver.get("rules") or []
    if len(rules) > MAX_RULES:
        yield f": {len(rules)} rules; {MAX_RULES} are taken"
    index_of = {}
    for index, rule in enumerate(rules):
        name = rule.get("id")
        if name in index_of:
            yield f".rules[{index}] {name}: the id is taken"
        index_of[name] = index
        for problem in check_rule(rule):
            yield f".rules[{index}] {name}: {problem}"
    for index, result in enumerate(results):
        for problem in check_result(result, index_of):
            yield f".results[{index}]: {problem}"
    for invocation in run.get("invocations") or []:
        notifications = invocation.get("toolExecutionNotifications") or []
        is_broken = any(one.get("level") == "error" for one in notifications)
        if is_broken and invocation.get("executionSuccessful"):
            yield ": an invocation with an error was successful"


def check_rule(rule):
    for key in ("shortDescription", "fullDescription"):
        if not 1 <= len(text_of(rule, key, "text")) <= MAX_DESCRIPTION:
            yield f"{key} has {len(text_of(rule, key, 'text'))} characters; 1 to {MAX_DESCRIPTION} are shown"
    if not text_of(rule, "help", "text"):
        yield "no help.text"
    if len(rule.get("name", "")) > MAX_NAME:
        yield "the name is too long"
    properties = rule.get("properties") or {}
    tags = properties.get("tags") or []
    if len(tags) > MAX_TAGS:
        yield f"{len(tags)} tags; {MAX_TAGS} are shown"
    if len(set(tags)) != len(tags):
        yield "a tag twice"
    for tag in tags:
        if "cwe" in tag.lower() and not CWE_TAG.fullmatch(tag):
            yield f"the tag {tag!r} is not external/cwe/cwe-NNN"
    severity = properties.get("security-severity")
    if severity is not None:
        is_number = isinstance(severity, str) and NUMBER.fullmatch(severity)
        if not is_number or not 0 < float(severity) <= 10:
            yield f"security-severity {severity!r} is no string with a number above 0 up to 10"
        if "security" not in tags:
            yield "security-severity without the tag security"
    elif "security" in tags:
        yield "the tag security without security-severity"
    if properties.get("precision", "low") not in PRECISIONS:
        yield f"precision {properties['precision']!r}"
    if properties.get("problem.severity", "error") not in PROBLEM_SEVERITIES:
        yield f"problem.severity {properties['problem.severity']!r}"
    if (rule.get("defaultConfiguration") or {}).get("level", "none") not in LEVELS:
        yield f"level {rule['defaultConfiguration']['level']!r}"


def check_result(result, index_of):
    rule = result.get("ruleId")
    if rule not in index_of:
        yield f"ruleId {rule!r} is not among the rules; strings are compared"
    elif result.get("ruleIndex", index_of[rule]) != index_of[rule]:
        yield f"ruleIndex {result['ruleIndex']} is not that of {rule}"
    if result.get("level", "warning") not in LEVELS:
        yield f"level {result['level']!r}"
    if result.get("suppressions"):
        yield "suppressed; an alert would be opened all the same"
    line_hash = text_of(result, "partialFingerprints", "primaryLocationLineHash")
    if not LINE_HASH.fullmatch(line_hash):
        yield f"primaryLocationLineHash {line_hash!r}"
    message = text_of(result, "message", "text")
    if not message:
        yield "no message.text"
    related = result.get("relatedLocations") or []
    ids = {str(location.get("id")) for location in related}
    for target in links(message):
        if target not in ids:
            yield f"the message links to {target!r}, which is no related location"
    locations = result.get("locations") or []
    if len(locations) != 1:
        yield f"{len(locations)} locations; the first alone is used"
    for location in locations + related:
        yield from check_location(location.get("physicalLocation") or {})


def check_location(location):
    uri = text_of(location, "artifactLocation", "uri")
    if not URI.fullmatch(uri) or uri.startswith("/") or SCHEME.match(uri) or ".." in uri.split("/"):
        yield f"uri {uri!r} is no relative, percent-encoded path"
    region = location.get("region") or {}
    numbers = [region.get(key) for key in ("startLine", "startColumn", "endLine", "endColumn")]
    if not all(isinstance(number, int) and number >= 1 for number in numbers):
        yield f"the region needs four numbers from 1: {numbers}"
    elif (numbers[2], numbers[3]) <= (numbers[0], numbers[1]):
        yield f"the region is empty: {numbers}"
    else:
        context = location.get("contextRegion") or {"startLine": 1, "endLine": numbers[2]}
        if not context["startLine"] <= numbers[0] <= numbers[2] <= context["endLine"]:
            yield "the region leaves its context"


def main(paths):
    if not paths:
        sys.exit(__doc__)
    is_bad = False
    for path in paths:
        with open(path, "rb") as file:
            problems = list(check_file(file.read()))
        for problem in problems:
            print(f"{path}: {problem}")
        is_bad |= bool(problems)
    return int(is_bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
