//! A pull request as the gate sees it, whichever forge it lies on.

/// A pull request, or GitLab's merge request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Whether it is neither merged nor closed.
    pub is_open: bool,
    /// Its last commit, in hexadecimal.
    pub head: String,
    /// The login of whoever opened it; empty if the account is gone.
    pub author: String,
    /// Whether its commits come from another repository.
    pub is_from_fork: bool,
    /// Where its files can be looked at; `None` if the forge does not say.
    pub web: Option<Web>,
    /// Names of the labels it has.
    pub labels: Vec<String>,
    /// Whether the label of the gate exists in the repository, or comes into being by itself.
    pub label_exists: bool,
    /// People (`login`) and teams (`owner/team`) that were asked to review.
    pub requested: Vec<String>,
    /// Whether the forge lets one person at most be asked to review.
    pub takes_one_reviewer: bool,
    /// Whether a team can be asked to review.
    pub takes_teams: bool,
    /// The reviews, oldest first.
    pub reviews: Vec<Review>,
    /// Everybody who wrote, committed or helped with a commit of it; `None` if the forge does not list all commits.
    pub contributors: Option<Vec<Contributor>>,
    /// The comments, oldest first.
    pub comments: Vec<Comment>,
    /// The status of the last commit in the context of the gate.
    pub status: Option<Status>,
    /// Whether the forge refuses a new description while the state stays.
    pub keeps_description: bool,
    /// Whether it merges itself as soon as it may.
    pub auto_merge: AutoMerge,
}

/// Whether a pull request merges itself as soon as it may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AutoMerge {
    /// It does not, or nobody asked.
    #[default]
    Off,
    /// It does.
    On,
    /// The forge does not say.
    Untold,
}

/// Somebody's word about a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Who.
    pub by: Person,
    /// What.
    pub stance: Stance,
    /// The commit that was looked at; `None` if that cannot be told.
    pub commit: Option<String>,
}

/// What a review says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// It may be merged.
    Approved,
    /// It may not.
    ChangesRequested,
    /// An earlier word no longer counts.
    Withdrawn,
    /// Neither: a comment.
    Other,
}

/// An account of a forge, with whatever else it is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The name of the account.
    pub login: String,
    /// Whether the forge says, or the name shows, that it is no person.
    pub is_bot: bool,
    /// Names that are shown for it.
    pub names: Vec<String>,
    /// Its addresses, as far as they can be seen.
    pub emails: Vec<String>,
}

/// Author, committer or co-author of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contributor {
    /// The account, if the forge knows it.
    pub login: Option<String>,
    /// The name in the commit.
    pub name: Option<String>,
    /// The address in the commit.
    pub email: Option<String>,
}

/// A comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comment {
    /// How the forge names it.
    pub id: u64,
    /// Whether the account whose token is used wrote it.
    pub is_own: bool,
    /// Its text.
    pub body: String,
    /// The thread that it opens, if threads can be resolved here.
    pub thread: Option<Thread>,
}

/// A thread that holds a merge request as long as it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// How the forge names it.
    pub id: String,
    /// Whether somebody said that it is settled.
    pub is_resolved: bool,
}

/// The status of a commit in one context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whether it lets the commit pass.
    pub state: StatusState,
    /// Why, in one line.
    pub description: String,
}

/// Whether a status lets a commit pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusState {
    /// It does.
    Success,
    /// Not yet.
    Pending,
    /// Something that the gate never sets.
    Other,
}

/// Where the files of a commit can be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Web {
    /// What the path of a file is appended to; ends with a slash.
    pub files: String,
}

impl Contributor {
    /// Everybody whom a commit names: its author, its committer, and those in trailers of its message.
    pub(crate) fn of_commit(author: Self, committer: Self, message: &str) -> Vec<Self> {
        let mut all = vec![author, committer];
        all.extend(co_authors(message));
        all
    }

    /// Whether it may be `person`. A name that two people share makes it both: the gate errs on the strict side.
    pub(crate) fn may_be(&self, person: &Person) -> bool {
        let same = |a: &str, b: &str| !a.is_empty() && a.to_lowercase() == b.to_lowercase();
        if self.login.as_deref().is_some_and(|login| same(login, &person.login)) {
            return true;
        }
        let is_named = |name: &str| same(name, &person.login) || person.names.iter().any(|known| same(name, known));
        if self.name.as_deref().is_some_and(|name| is_named(name.trim())) {
            return true;
        }
        self.email.as_deref().is_some_and(|email| {
            person.emails.iter().any(|known| same(email, known))
                || login_of(email).is_some_and(|login| same(login, &person.login))
        })
    }
}

/// The account behind an address that a forge made up to hide the real one.
///
/// Source: [GitHub, setting your commit email address](https://docs.github.com/en/account-and-profile/how-tos/email-preferences/setting-your-commit-email-address):
/// `ID+LOGIN@users.noreply.github.com`. GitLab writes `ID-LOGIN@users.noreply.HOST`, Gitea `LOGIN@noreply.HOST`.
fn login_of(email: &str) -> Option<&str> {
    let (local, host) = email.rsplit_once('@')?;
    if !host.split('.').any(|label| label.eq_ignore_ascii_case("noreply")) {
        return None;
    }
    let rest = local.trim_start_matches(|character: char| character.is_ascii_digit());
    match rest.strip_prefix(['+', '-']) {
        Some(login) if rest.len() < local.len() => Some(login),
        _ => Some(local),
    }
}

/// Those whom `Co-authored-by: Name <address>` names, anywhere in the message.
///
/// Source: [GitHub, creating a commit with multiple authors](https://docs.github.com/en/pull-requests/committing-changes-to-your-project/creating-and-editing-commits/creating-a-commit-with-multiple-authors).
/// Forges want it at the end; here every line counts, since the author of the message is the one to be kept from hiding it.
fn co_authors(message: &str) -> impl Iterator<Item = Contributor> {
    message.lines().filter_map(|line| {
        let (key, value) = line.trim().split_once(':')?;
        if !key.trim().eq_ignore_ascii_case("co-authored-by") {
            return None;
        }
        let (name, rest) = value.split_once('<').unwrap_or((value, ""));
        let email = rest.split_once('>').map_or(rest, |(email, _)| email);
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Some(Contributor {
            login: None,
            name: some(name),
            email: some(email),
        })
    })
}

/// Whether the name of an account is one that forges give to programs.
///
/// Source: [GitHub, types of accounts](https://docs.github.com/en/get-started/learning-about-github/types-of-github-accounts) (`…[bot]`);
/// [GitLab, bot users for projects](https://docs.gitlab.com/user/project/settings/project_access_tokens/#bot-users-for-projects)
/// (`project_1_bot_…`, `group_1_bot_…`); [GitLab, service accounts](https://docs.gitlab.com/user/profile/service_accounts/).
pub(crate) fn is_name_of_a_bot(login: &str) -> bool {
    let login = login.to_lowercase();
    let is_token = |kind: &str| {
        login.strip_prefix(kind).is_some_and(|rest| {
            let rest = rest.trim_start_matches(|character: char| character.is_ascii_digit());
            rest.starts_with("_bot")
        })
    };
    login.ends_with("[bot]") || is_token("project_") || is_token("group_") || login.starts_with("service_account_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> Person {
        Person {
            login: "Alice-B".to_owned(),
            names: vec!["Alice Böhm".to_owned()],
            emails: vec!["alice@corp.example".to_owned()],
            ..Person::default()
        }
    }

    fn co_author(message: &str) -> bool {
        Contributor::of_commit(Contributor::default(), Contributor::default(), message)
            .iter()
            .any(|contributor| contributor.may_be(&person()))
    }

    #[test]
    fn a_co_author_is_found_by_whatever_is_known() {
        assert!(co_author("x\n\nCo-authored-by: Somebody <ALICE@corp.example>"));
        assert!(co_author("x\n\nCo-Authored-By: alice böhm <other@corp.example>"));
        assert!(co_author("x\n\n  co-authored-by : alice-b"));
        assert!(co_author(
            "x\n\nCo-authored-by: A <12+alice-b@users.noreply.github.com>\n\nmore text"
        ));
        assert!(co_author(
            "x\n\nCo-authored-by: A <12-alice-b@users.noreply.gitlab.example>"
        ));
        assert!(co_author("x\n\nCo-authored-by: A <alice-b@noreply.git.example>"));
        assert!(!co_author("x\n\nCo-authored-by: Bob <bob@corp.example>"));
        assert!(!co_author("x\n\nCo-authored-by: <>"));
        assert!(!co_author("written with alice-b"));
    }

    #[test]
    fn nobody_is_not_somebody() {
        let nobody = Contributor {
            login: Some(String::new()),
            name: Some(" ".to_owned()),
            email: Some(String::new()),
        };

        assert!(!nobody.may_be(&Person::default()));
    }

    #[test]
    fn names_of_programs_are_known() {
        for bot in [
            "dependabot[bot]",
            "project_12_bot_ab",
            "group_3_bot",
            "service_account_x",
        ] {
            assert!(is_name_of_a_bot(bot), "{bot}");
        }
        for person in ["abbot", "project_lead", "robot"] {
            assert!(!is_name_of_a_bot(person), "{person}");
        }
    }
}
