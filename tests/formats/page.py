"""Checks that a page asks nobody for anything, runs only what its policy names, and can be read without a script."""

import base64
import hashlib
import re
import sys
from html.parser import HTMLParser

VOID = {"meta", "input", "br", "hr", "img", "link"}
# Whatever makes a browser send a request when the page is opened.
LOADING = {"src", "srcset", "data", "poster", "background", "action", "formaction", "ping", "manifest"}
FORBIDDEN = {"link", "img", "iframe", "object", "embed", "base", "audio", "video", "svg", "source"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.problems, self.open, self.ids, self.policy, self.texts = [], [], set(), "", {"style": [], "script": []}
        self.links = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        if tag in self.texts:
            self.texts[tag].append("")
        if tag in FORBIDDEN:
            self.problems.append(f"element <{tag}>")
        for name, value in attributes:
            if name in LOADING or name == "style" or name.startswith("on"):
                self.problems.append(f"attribute {name}={value!r} on <{tag}>")
            if name == "href":
                self.links.append(value)
                if tag != "a" or not re.match(r"https?://|#", value):
                    self.problems.append(f"href={value!r} on <{tag}>")
        if given.get("id") in self.ids:
            self.problems.append(f"two elements are called {given['id']}")
        self.ids.update({given["id"]} if "id" in given else ())
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at line {self.getpos()[0]} closes nothing")

    def handle_data(self, data):
        if self.open and self.open[-1] in self.texts:
            self.texts[self.open[-1]][-1] += data


with open(sys.argv[1], encoding="utf-8", newline="") as file:
    text = file.read()
page = Page()
page.feed(text)
page.close()
problems = page.problems
if page.open:
    problems.append(f"not closed: {page.open}")
directives = dict(part.strip().split(" ", 1) for part in page.policy.split(";") if part.strip())
if directives.get("default-src") != "'none'":
    problems.append("the policy does not begin with nothing")
for element, directive in (("style", "style-src"), ("script", "script-src")):
    digests = ["'sha256-" + base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() + "'" for one in page.texts[element]]
    if len(digests) != 1 or directives.get(directive) != digests[0]:
        problems.append(f"{directive} is {directives.get(directive)}, and the page holds {digests}")
if re.search(r"url\(|@import", page.texts["style"][0]):
    problems.append("the style loads something")
for link in page.links:
    if link.startswith("#") and link[1:] not in page.ids:
        problems.append(f"link to nowhere: {link}")
if "<main>" not in text or '<html lang="en">' not in text:
    problems.append("no main part or no language")
print("\n".join(problems), end="\n" if problems else "")
sys.exit(bool(problems))
