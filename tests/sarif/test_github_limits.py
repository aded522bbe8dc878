"""Each defect that `github_limits.py` is there for is found, and the file without defects is clean.

Run: python3 -m unittest discover -s tests/sarif
"""

import copy
import json
import unittest

from github_limits import check_file

GOOD = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {
                "driver": {
                    "name": "weighbridge",
                    "rules": [
                        {
                            "id": "python/eval-call",
                            "name": "PythonEvalCall",
                            "shortDescription": {"text": "Short."},
                            "fullDescription": {"text": "Full."},
                            "help": {"text": "Help."},
                            "properties": {
                                "tags": ["security", "external/cwe/cwe-095"],
                                "security-severity": "8.0",
                                "precision": "high",
                            },
                        }
                    ],
                }
            },
            "automationDetails": {"id": "weighbridge/scan/"},
            "results": [
                {
                    "ruleId": "python/eval-call",
                    "ruleIndex": 0,
                    "level": "error",
                    "message": {"text": r"Runs a\[0\](1)."},
                    "partialFingerprints": {"primaryLocationLineHash": "c129715d7a2bc9a3:1"},
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {"uri": "src/gr%C3%B6%C3%9Fe.py"},
                                "region": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 4},
                                "contextRegion": {"startLine": 1, "endLine": 4},
                            }
                        }
                    ],
                }
            ],
        }
    ],
}

RULE = ("tool", "driver", "rules", 0)
PLACE = ("results", 0, "locations", 0, "physicalLocation")
# Where in the run, what is written there, and what the complaint says.
DEFECTS = [
    (("results",), None, "no list of results"),
    (("automationDetails", "id"), "weighbridge", "no category"),
    (("originalUriBaseIds",), {"%SRCROOT%": {"uri": "file:///home/runner/"}}, "tells where the checkout lies"),
    (("invocations",), [{"executionSuccessful": True, "toolExecutionNotifications": [{"level": "error"}]}], "successful"),
    (RULE + ("id",), "python/eval", "strings are compared"),
    (RULE + ("shortDescription", "text"), "", "shortDescription"),
    (RULE + ("fullDescription", "text"), "x" * 1025, "fullDescription"),
    (RULE + ("help",), {}, "help.text"),
    (RULE + ("properties", "tags"), ["external/cwe/cwe-95", "security"], "cwe-NNN"),
    (RULE + ("properties", "tags"), ["security"] + [str(n) for n in range(10)], "11 tags"),
    (RULE + ("properties", "tags"), [], "without the tag security"),
    (RULE + ("properties", "security-severity"), "high", "security-severity"),
    (RULE + ("properties", "security-severity"), 8.0, "security-severity"),
    (RULE + ("properties", "security-severity"), "0.0", "security-severity"),
    (RULE + ("properties", "precision"), "sure", "precision"),
    (("results", 0, "ruleIndex"), 7, "ruleIndex"),
    (("results", 0, "level"), "high", "level"),
    (("results", 0, "message", "text"), "see [here](1)", "links to '1'"),
    (("results", 0, "message", "text"), r"see \\[here](https://example.com)", "links to 'https"),
    (("results", 0, "suppressions"), [{"kind": "inSource"}], "suppressed"),
    (("results", 0, "partialFingerprints"), {}, "primaryLocationLineHash"),
    (("results", 0, "locations"), [], "0 locations"),
    (PLACE + ("artifactLocation", "uri"), "/src/a.py", "uri"),
    (PLACE + ("artifactLocation", "uri"), "file:///src/a.py", "uri"),
    (PLACE + ("artifactLocation", "uri"), "src/a b.py", "uri"),
    (PLACE + ("artifactLocation", "uri"), "../a.py", "uri"),
    (PLACE + ("region", "startLine"), 0, "four numbers"),
    (PLACE + ("region", "endColumn"), 3, "empty"),
    (PLACE + ("contextRegion", "startLine"), 3, "leaves its context"),
]


def problems(log):
    return list(check_file(json.dumps(log).encode()))


class GithubLimits(unittest.TestCase):
    def test_the_good_file_is_clean(self):
        self.assertEqual(problems(GOOD), [])

    def test_each_defect_is_found(self):
        for keys, value, complaint in DEFECTS:
            with self.subTest(keys=keys, value=value):
                log = copy.deepcopy(GOOD)
                node = log["runs"][0]
                for key in keys[:-1]:
                    node = node[key]
                node[keys[-1]] = value
                found = problems(log)
                self.assertTrue(any(complaint in problem for problem in found), found)

    def test_two_runs_of_one_category_and_too_many_results_are_found(self):
        log = copy.deepcopy(GOOD)
        log["runs"] *= 2
        self.assertTrue(any("same tool and category" in problem for problem in problems(log)))
        log = copy.deepcopy(GOOD)
        log["runs"][0]["results"] *= 5_001
        self.assertTrue(any("5000 are kept" in problem for problem in problems(log)))


if __name__ == "__main__":
    unittest.main()
