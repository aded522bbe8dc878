"""Reads a JUnit report as its readers do, and counts what they count."""

import sys
import xml.etree.ElementTree as ElementTree

root = ElementTree.parse(sys.argv[1]).getroot()
problems = []
names = set()
totals = {"tests": 0, "failures": 0, "errors": 0}
if root.tag != "testsuites" or len(root) == 0:
    problems.append("there is no suite")
for suite in root:
    counted = {
        "tests": len(suite.findall("testcase")),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
    }
    for key, count in counted.items():
        totals[key] += count
        if int(suite.get(key)) != count:
            problems.append(f"suite {suite.get('name')}: {key} is {suite.get(key)}, counted {count}")
    for case in suite.findall("testcase"):
        name = (case.get("classname"), case.get("name"))
        if not all(name):
            problems.append(f"a test without a name: {name}")
        if name in names:
            problems.append(f"two tests are called {name}")
        names.add(name)
for key, count in totals.items():
    if int(root.get(key)) != count:
        problems.append(f"{key} is {root.get(key)}, counted {count}")
print("\n".join(problems), end="\n" if problems else "")
sys.exit(bool(problems))
