#!/usr/bin/env python3
"""Runs `weighbridge forge sync` against a real Gitea on this machine, through the whole story of a pull request.

Gitea is built from the Go module proxy into target/gitea once (some minutes, 3 GB with the cache of Go), started with
SQLite in a temporary folder on a free port of the loopback interface, and stopped at the end. It has no web page: its
scripts and styles are not built, and the API needs none.

Usage: tests/forge/gitea.py [WEIGHBRIDGE]
Needs Go 1.26, a C compiler, git, and target/debug/weighbridge or the binary that is named. Not part of .ci/run.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "target" / "gitea"
MODULE = "code.gitea.io/gitea"
# Later versions need modules that the Go module proxy does not give everywhere.
VERSION = "v1.26.0"
LABEL = "human-review-required"
CONTEXT = "weighbridge/human-review"

passed = 0


def check(claim: str, holds: bool, otherwise: object = "") -> None:
    global passed
    if not holds:
        raise SystemExit(f"FAILED: {claim} {otherwise}")
    passed += 1
    print(f"ok: {claim}")


def built() -> Path:
    """The binary of Gitea, built if it is not there."""
    binary = BUILD / "gitea"
    if binary.exists():
        return binary
    environment = os.environ | {
        "GOPATH": str(BUILD / "go"),
        "GOCACHE": str(BUILD / "cache"),
        "GOFLAGS": "-modcacherw",
        "CGO_ENABLED": "1",
    }
    BUILD.mkdir(parents=True, exist_ok=True)
    download = ["go", "mod", "download", "-json", f"{MODULE}@{VERSION}"]
    found = subprocess.run(download, cwd=BUILD, env=environment, stdout=subprocess.PIPE, check=True)
    # The cache of modules is not to be written to.
    shutil.rmtree(BUILD / "src", ignore_errors=True)
    shutil.copytree(json.loads(found.stdout)["Dir"], BUILD / "src")
    command = ["go", "build", "-tags", "sqlite sqlite_unlock_notify", "-trimpath"]
    command += ["-ldflags", f"-s -w -X main.Version={VERSION[1:]}", "-o", str(binary), "."]
    subprocess.run(["nice", *command], cwd=BUILD / "src", env=environment, check=True)
    return binary


class Gitea:
    """A Gitea that lives as long as the block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.binary = built()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.config = folder / "app.ini"
        self.config.write_text(
            f"""
RUN_MODE = prod
RUN_USER = {os.environ.get("USER") or "root"}
WORK_PATH = {folder}/work
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {self.port}
ROOT_URL = {self.url}/
STATIC_ROOT_PATH = {BUILD / "src"}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = {folder}/gitea.db
[repository]
ROOT = {folder}/repositories
DEFAULT_BRANCH = main
[security]
INSTALL_LOCK = true
SECRET_KEY = for-tests-only
INTERNAL_TOKEN = for-tests-only
[service]
REGISTER_EMAIL_CONFIRM = false
[log]
MODE = file
LEVEL = warn
ROOT_PATH = {folder}/log
[mailer]
ENABLED = false
[indexer]
ISSUE_INDEXER_TYPE = db
""",
            encoding="utf-8",
        )
        self.environment = os.environ | {
            "HOME": str(folder),
            "GITEA_WORK_DIR": str(folder / "work"),
            # Gitea refuses to run as root, which in a container is who there is.
            "GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT": "true",
        }
        self.tokens: dict[str, str] = {}

    def command(self, *words: str) -> str:
        command = [str(self.binary), "--config", str(self.config), *words]
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if done.returncode != 0:
            raise SystemExit(f"gitea {' '.join(words)}: {done.stdout}")
        return done.stdout

    def __enter__(self) -> "Gitea":
        self.command("migrate")
        log = open(self.folder / "gitea.out", "w", encoding="utf-8")
        command = [str(self.binary), "--config", str(self.config), "web"]
        self.process = subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=log, stderr=log)
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.url}/api/healthz", timeout=2).read()
                return self
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.2)
        self.__exit__()
        raise SystemExit(f"Gitea does not start:\n{(self.folder / 'gitea.out').read_text()}")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)

    def user(self, name: str, *flags: str) -> None:
        self.command(
            "admin", "user", "create", "--username", name, "--password", f"{name}-Passw0rd!", "--email",
            f"{name}@corp.example", "--must-change-password=false", *flags,
        )
        said = self.command(
            "admin", "user", "generate-access-token", "--username", name, "--token-name", "test", "--scopes", "all"
        )
        self.tokens[name] = re.findall(r"[0-9a-f]{40}", said)[-1]

    def api(self, who: str, method: str, path: str, body: object = None) -> object:
        request = urllib.request.Request(
            f"{self.url}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.tokens[who]}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path} as {who}: {error.code} {error.read().decode()}") from error
        return json.loads(text) if text else None


    def refuses(self, who: str, method: str, path: str, body: object) -> bool:
        """Whether Gitea itself says no."""
        try:
            self.api(who, method, path, body)
        except SystemExit:
            return True
        return False


class Story:
    """A pull request by `mallory`, gated by `gatekeeper`, to be approved by `alice` or `bob`."""

    def __init__(self, gitea: Gitea, weighbridge: Path) -> None:
        self.gitea = gitea
        self.weighbridge = weighbridge
        self.report = gitea.folder / "report.json"
        self.work = gitea.folder / "clone"
        self.approvers = "alice,BOB,robot,mallory"

    def git(self, *words: str, who: str = "mallory", **variables: str) -> str:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.gitea.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": who, "GIT_AUTHOR_EMAIL": f"{who}@corp.example",
            "GIT_COMMITTER_NAME": who, "GIT_COMMITTER_EMAIL": f"{who}@corp.example",
            **variables,
        }  # fmt: skip
        done = subprocess.run(
            ["git", *words], cwd=self.work, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if done.returncode != 0:
            raise SystemExit(f"git {' '.join(words)}: {done.stdout}")
        return done.stdout.strip()

    def push(self, name: str, message: str, who: str = "mallory") -> str:
        """A commit on the branch of the pull request; gives its name, when Gitea knows it."""
        (self.work / name).write_text(f"{message}\n", encoding="utf-8")
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", message, who=who)
        self.git("push", "--quiet", "origin", "HEAD:change")
        head = self.git("rev-parse", "HEAD")
        for _ in range(100):
            pulls = self.gitea.api("mallory", "GET", "/repos/corp/app/pulls?state=open")
            if not pulls or pulls[0]["head"]["sha"] == head:
                return head
            time.sleep(0.1)
        raise SystemExit("Gitea does not see the push")

    def write_report(self, head: str, required: bool = True) -> None:
        """The report of a scan as a job of the pull request makes it. One that finds nothing looks for something else."""
        event = self.gitea.folder / "event.json"
        event.write_text(json.dumps({"pull_request": {"base": {"sha": self.base}}}), encoding="utf-8")
        command = [str(self.weighbridge), "scan", "--changed", "--exit-zero", "--output", f"json={self.report}"]
        if not required:
            command += ["--isolated", "--select", "prompt/*"]
        environment = {"HOME": str(self.gitea.folder), "GITHUB_EVENT_PATH": str(event), "GITHUB_EVENT_NAME": "push"}
        done = subprocess.run(command, cwd=self.work, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise SystemExit(f"scan: {done.returncode}\n{done.stdout}")
        report = json.loads(self.report.read_text(encoding="utf-8"))
        check("the report says what is to be said", report["review"]["required"] == required, report["review"])
        # Who owns a fork can write what he likes.
        report["change"]["head"] = head
        self.report.write_text(json.dumps(report), encoding="utf-8")

    def sync(self, *flags: str) -> list[str]:
        """Runs the binary as a CI job would; gives what it says that it did."""
        done = self.run_sync(*flags)
        if done.returncode != 0:
            raise SystemExit(f"forge sync: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout.splitlines()

    def run_sync(self, *flags: str) -> subprocess.CompletedProcess:
        command = [
            str(self.weighbridge), "forge", "sync", "--forge", "gitea", "--report", str(self.report), "--repository",
            "corp/app", "--api-url", f"{self.gitea.url}/api/v1", "--approvers", self.approvers, "--reviewers",
            "alice,bob", *flags,
        ]  # fmt: skip
        if "--head" not in flags:
            command += ["--pull-request", str(self.number)]
        token = self.gitea.tokens["gatekeeper"]
        done = subprocess.run(
            command, env={"GITEA_TOKEN": token}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        check("the token is not printed", token not in done.stdout + done.stderr)
        return done

    def state(self, head: str) -> tuple[str, str]:
        statuses = self.gitea.api("alice", "GET", f"/repos/corp/app/commits/{head}/status")["statuses"] or []
        ours = [status for status in statuses if status["context"] == CONTEXT]
        return (ours[0]["status"], ours[0]["description"]) if ours else ("", "")

    def labels(self) -> list[str]:
        return [label["name"] for label in self.gitea.api("alice", "GET", f"/repos/corp/app/issues/{self.number}/labels")]

    def comments(self) -> list[dict]:
        return self.gitea.api("alice", "GET", f"/repos/corp/app/issues/{self.number}/comments")

    def review(self, who: str, event: str, commit: str) -> dict:
        body = {"event": event, "body": "looked at", "commit_id": commit}
        return self.gitea.api(who, "POST", f"/repos/corp/app/pulls/{self.number}/reviews", body)

    def set_up(self) -> str:
        gitea = self.gitea
        gitea.user("root-admin", "--admin")
        for name in ["mallory", "alice", "bob", "eve", "gatekeeper"]:
            gitea.user(name)
        gitea.user("robot")
        gitea.api("root-admin", "POST", "/orgs", {"username": "corp"})
        gitea.api("root-admin", "POST", "/orgs/corp/repos", {"name": "app", "auto_init": True, "default_branch": "main"})
        for name in ["mallory", "alice", "bob", "gatekeeper", "robot"]:
            gitea.api("root-admin", "PUT", f"/repos/corp/app/collaborators/{name}", {"permission": "write"})
        address = gitea.url.replace("://", f"://mallory:{gitea.tokens['mallory']}@")
        self.work.mkdir()
        self.git("clone", "--quiet", f"{address}/corp/app.git", ".")
        self.base = self.git("rev-parse", "HEAD")
        self.git("checkout", "--quiet", "-b", "change")
        head = self.push("a.py", "eval(x)")
        body = {"head": "change", "base": "main", "title": "a change"}
        self.number = gitea.api("mallory", "POST", "/repos/corp/app/pulls", body)["number"]
        return head

    def tell(self) -> None:
        head = self.set_up()
        gitea = self.gitea

        self.write_report(head)
        dry = self.sync("--dry-run")
        check("a dry run announces everything", len(dry) == 5 and all(line.startswith("would ") for line in dry), dry)
        check("a dry run does nothing", not self.labels() and not self.comments() and self.state(head)[0] == "")

        self.sync()
        check("the label is created and set", self.labels() == [LABEL])
        check("there is one comment by the gate", [one["user"]["login"] for one in self.comments()] == ["gatekeeper"])
        body = self.comments()[0]["body"]
        check("the comment links to the line", f"/corp/app/src/commit/{head}/a.py#L1" in body, body)
        check("the status waits", self.state(head)[0] == "pending", self.state(head))
        asked = gitea.api("alice", "GET", f"/repos/corp/app/pulls/{self.number}")["requested_reviewers"]
        check("the reviewers are asked", sorted(one["login"] for one in asked) == ["alice", "bob"], asked)

        check("the second run does nothing", self.sync() == ["nothing to do"])
        check("the pull request is found by its commit", self.sync("--head", head) == ["nothing to do"])

        gitea.api("root-admin", "POST", f"/repos/corp/app/issues/{self.number}/comments", {"body": body + "\nforged"})
        check("a pasted mark is nobody's comment", self.sync() == ["nothing to do"])

        gitea.api("eve", "GET", "/user")
        self.review("eve", "APPROVED", head)
        self.sync()
        check("a stranger's approval does not count", self.state(head)[0] == "pending", self.state(head))

        refused = self.gitea.refuses("mallory", "POST", f"/repos/corp/app/pulls/{self.number}/reviews", {"event": "APPROVED"})
        self.sync()
        check("the author's approval does not count", refused and self.state(head)[0] == "pending", self.state(head))

        self.review("alice", "APPROVED", head)
        self.sync()
        check("a reviewer's approval passes", self.state(head)[0] == "success", self.state(head))
        check("the run after it does nothing", self.sync() == ["nothing to do"])

        gitea.api("mallory", "DELETE", f"/repos/corp/app/issues/{self.number}/labels/{self.label_id()}")
        self.sync()
        check("a label that was taken off is put back", self.labels() == [LABEL])

        self.review("alice", "REQUEST_CHANGES", head)
        self.sync()
        check("a later request for changes waits again", self.state(head)[0] == "pending", self.state(head))
        self.review("alice", "APPROVED", head)
        self.sync()
        check("and a later approval passes again", self.state(head)[0] == "success")

        newer = self.push("b.py", "more")
        self.sync()
        state, description = self.state(newer)
        check("an old report does not pass a new push", state == "pending" and "another commit" in description, description)
        self.write_report(newer)
        self.sync()
        state, description = self.state(newer)
        check("a new push waits again", state == "pending" and "alice approved an older commit" in description, description)

        self.review("bob", "APPROVED", newer)
        self.sync()
        check("bob passes it, in whatever case he is listed", self.state(newer)[0] == "success", self.state(newer))

        with_bob = self.push("c.py", "help\n\nCo-authored-by: Bob <bob@corp.example>")
        self.write_report(with_bob)
        self.review("bob", "APPROVED", with_bob)
        self.sync()
        state, description = self.state(with_bob)
        check("a co-author does not pass it", state == "pending" and "bob worked on it" in description, description)

        committed = self.push("d.py", "by alice", who="alice")
        self.write_report(committed)
        self.review("alice", "APPROVED", committed)
        self.sync()
        state, description = self.state(committed)
        check("nor does whoever wrote a commit", state == "pending" and "alice worked on it" in description, description)

        self.review("robot", "APPROVED", committed)
        self.sync()
        state, _ = self.state(committed)
        check("whom the forge shows as a person passes: Gitea does not say who is a program", state == "success")

        self.write_report(committed, required=False)
        self.sync()
        check("a clean report takes the label off", self.labels() == [])
        ours = [one for one in self.comments() if one["user"]["login"] == "gatekeeper"]
        check("and leaves one comment", len(ours) == 1 and "no review is due" in ours[0]["body"])
        check("and passes", self.state(committed) == ("success", "no review is due"), self.state(committed))
        self.team(committed)
        self.fork()
        self.doctor()
        self.auto_merge()

    def team(self, head: str) -> None:
        """A team of the organisation may approve, once the account of the gate can see who is in it."""
        gitea = self.gitea
        self.write_report(head)
        self.approvers = "corp/Seniors"
        team = {"name": "seniors", "permission": "write", "units": ["repo.code", "repo.pulls"]}
        team = gitea.api("root-admin", "POST", "/orgs/corp/teams", team)["id"]
        gitea.api("root-admin", "PUT", f"/teams/{team}/repos/corp/app")
        gitea.user("carol")
        gitea.api("root-admin", "PUT", f"/teams/{team}/members/carol")
        before = self.state(head)

        done = self.run_sync()
        check("a team that cannot be read is an error", done.returncode == 3 and "who is in the team" in done.stderr, done)
        check("and nothing is written", self.state(head) == before and self.labels() == [])

        gitea.api("root-admin", "PUT", f"/teams/{team}/members/gatekeeper")
        self.sync()
        check("a team is waited for", self.state(head)[0] == "pending", self.state(head))
        self.review("gatekeeper", "APPROVED", head)
        self.sync()
        check("the account of the gate does not approve", self.state(head)[0] == "pending", self.state(head))
        self.review("carol", "APPROVED", head)
        self.sync()
        check("a member of the team does", self.state(head) == ("success", f"carol has approved {head[:7]}"), self.state(head))
        self.approvers = "alice"

    def auto_merge(self) -> None:
        """What merges itself when the checks pass is kept from it, if that is asked for. The protection is that of the doctor."""
        gitea = self.gitea
        for name, flags in [("kept", ["--disable-auto-merge"]), ("free", [])]:
            self.git("checkout", "--quiet", "-b", name, "origin/main")
            (self.work / f"{name}.py").write_text("eval(x)\n", encoding="utf-8")
            self.git("add", ".")
            self.git("commit", "--quiet", "-m", name)
            self.git("push", "--quiet", "origin", f"HEAD:{name}")
            head = self.git("rev-parse", "HEAD")
            self.number = gitea.api("mallory", "POST", "/repos/corp/app/pulls", {"head": name, "base": "main", "title": name})["number"]
            path = f"/repos/corp/app/pulls/{self.number}"
            self.write_report(head)
            self.sync()
            gitea.api("alice", "POST", f"{path}/merge", {"Do": "merge", "merge_when_checks_succeed": True})
            done = self.sync(*flags)
            check(f"auto-merge is switched off on demand ({name})", ("done: switch auto-merge off" in done) == bool(flags), done)
            events = [one["type"] for one in gitea.api("alice", "GET", f"/repos/corp/app/issues/{self.number}/timeline")]
            check("Gitea says so too", ("pull_cancel_scheduled_merge" in events) == bool(flags), events)
            done = self.sync(*flags)
            check("to do it twice is as good", done == (["done: switch auto-merge off"] if flags else ["nothing to do"]), done)
            self.review("alice", "APPROVED", head)
            self.sync(*flags)
            check("an approval passes", self.state(head)[0] == "success", self.state(head))
            merged = False
            for _ in range(100 if not flags else 20):
                merged = merged or gitea.api("alice", "GET", path)["merged"]
                time.sleep(0.1)
            check(f"only what was left alone merges itself ({name})", merged == (not flags), merged)

    def fork(self) -> None:
        """A pull request from a fork by a stranger, whose report says that all is well."""
        gitea = self.gitea
        gitea.api("eve", "POST", "/repos/corp/app/forks", {})
        body = {"branch": "main", "new_branch": "evil", "content": "ZXZhbCh4KQ==", "message": "evil"}
        gitea.api("eve", "POST", "/repos/eve/app/contents/evil.py", body)
        body = {"head": "eve:evil", "base": "main", "title": "harmless"}
        pull = gitea.api("eve", "POST", "/repos/corp/app/pulls", body)
        self.number, head = pull["number"], pull["head"]["sha"]
        self.write_report(head, required=False)
        self.sync("--head", head)
        check("a fork waits for a person, whatever its report says", self.state(head)[0] == "pending", self.state(head))
        check("and gets the label", self.labels() == [LABEL])
        check("and a comment that says why", "come from a fork" in self.comments()[0]["body"])
        self.review("alice", "APPROVED", head)
        self.sync()
        check("and passes when a person approves", self.state(head)[0] == "success", self.state(head))

    def label_id(self) -> int:
        return self.gitea.api("alice", "GET", "/repos/corp/app/labels")[0]["id"]

    def doctor(self) -> None:
        command = [
            str(self.weighbridge), "forge", "doctor", "--forge", "gitea", "--repository", "corp/app", "--api-url",
            f"{self.gitea.url}/api/v1",
        ]  # fmt: skip

        def run() -> tuple[int, str]:
            token = {"GITEA_TOKEN": self.gitea.tokens["root-admin"]}
            done = subprocess.run(command, env=token, stdout=subprocess.PIPE, text=True)
            return done.returncode, done.stdout

        code, said = run()
        check("the doctor misses the protection", code == 1 and "missing  the status of the gate" in said, said)
        rule = {
            "rule_name": "main", "enable_push": False, "required_approvals": 1, "enable_status_check": True,
            "status_check_contexts": [CONTEXT], "dismiss_stale_approvals": True, "block_admin_merge_override": True,
        }  # fmt: skip
        self.gitea.api("root-admin", "POST", "/repos/corp/app/branch_protections", rule)
        code, said = run()
        for claim in ["the status of the gate", "at least one approval", "a push takes", "the default branch", "nobody bypasses"]:
            check(f"the doctor sees: {claim}", f"ok       {claim}" in said, said)
        check("the doctor misses owners", code == 1 and "there is no CODEOWNERS" in said, said)


def main() -> None:
    weighbridge = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/weighbridge").resolve()
    if not weighbridge.exists():
        sys.exit(f"there is no {weighbridge}; run: cargo build")
    with tempfile.TemporaryDirectory(prefix="weighbridge-gitea-") as folder, Gitea(Path(folder)) as gitea:
        Story(gitea, weighbridge).tell()
    print(f"gitea.py: {passed} passed")


if __name__ == "__main__":
    main()
