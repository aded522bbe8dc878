//! From evidence to a verdict. Pure: bytes, a policy and a time in.

use crate::authority::{AttestationRule, Authority, Means};
use crate::engine::{Artifact, Checked, EngineError};
use crate::evidence::{Evidence, Signature};
use crate::policy::{ImagePolicy, PinKind, Policy};
use crate::scheme::statement::{difference, is_of_type};
use crate::scheme::{Question, check, signature_of, statement_of};
use crate::verdict::{Outcome, Signer, Verdict};
use crate::{ImageDigest, Reference};

/// Whether the policy can be followed without anything being fetched about the image.
pub fn needs_evidence(reference: &Reference, policy: &Policy) -> bool {
    let is_asked = |authority: &Authority| !matches!(authority.means, Means::Pass | Means::Fail(_));
    refusal(reference, policy).is_none()
        && (policy.pins_of(reference).next().is_some()
            || policy
                .policies_of(reference)
                .any(|policy| policy.authorities.iter().any(is_asked)))
}

/// What the image comes to, at the time `now` in seconds since 1970.
///
/// Every policy whose scope holds the image must be content, and one of its authorities makes it so. `evidence` may be missing only if
/// [`needs_evidence`] says that none is needed.
pub fn judge(reference: &Reference, evidence: Option<&Evidence>, policy: &Policy, now: i64) -> Verdict {
    if let Some(refused) = refusal(reference, policy) {
        return refused;
    }
    let mut verdicts: Vec<_> = pin_verdict(reference, evidence, policy).into_iter().collect();
    let policies = policy.policies_of(reference);
    verdicts.extend(policies.map(|policy| by_policy(reference, evidence, policy, now)));
    let digest = evidence.map(|evidence| evidence.digest.clone());
    let Some(verdict) = worst(verdicts) else {
        return Verdict {
            digest,
            ..Verdict::new(Outcome::NotCovered, "no policy speaks about this image")
        };
    };
    Verdict { digest, ..verdict }
}

/// The verdict that decides: of those that enforce before those that warn, a clear refusal before one that is not known.
fn worst(verdicts: Vec<Verdict>) -> Option<Verdict> {
    let rank = |verdict: &Verdict| {
        let enforces = !verdict.is_warning;
        match verdict.outcome {
            Outcome::Trusted => 0,
            Outcome::CouldNotVerify => 1 + 2 * u8::from(enforces),
            _ => 2 + 2 * u8::from(enforces),
        }
    };
    let mut verdicts = verdicts.into_iter();
    let mut decides = verdicts.next()?;
    for verdict in verdicts {
        if rank(&verdict) > rank(&decides) || (decides.signer.is_none() && rank(&verdict) == rank(&decides)) {
            decides = verdict;
        }
    }
    Some(decides)
}

/// What the rules about names say.
fn refusal(reference: &Reference, policy: &Policy) -> Option<Verdict> {
    if !policy.is_of_publisher(reference) {
        let reason = format!("`{}` is not among the publishers that are allowed", reference.name());
        return Some(Verdict::new(Outcome::Denied, reason));
    }
    let token = policy.banned_token(reference)?;
    let reason = format!("its name says `{token}`, which the policy does not allow");
    Some(Verdict::new(Outcome::Denied, reason))
}

/// What the digests that are written down say; `None` if none is about this image.
fn pin_verdict(reference: &Reference, evidence: Option<&Evidence>, policy: &Policy) -> Option<Verdict> {
    policy.pins_of(reference).next()?;
    let Some(evidence) = evidence else {
        return Some(Verdict::new(Outcome::CouldNotVerify, "nothing was fetched"));
    };
    let matching = policy.pins_of(reference).find_map(|pin| {
        let is = |digest: Option<&ImageDigest>| digest == Some(&pin.digest);
        let lists = evidence.children.contains(&pin.digest);
        match pin.kind {
            Some(PinKind::Config) | None if is(evidence.config.as_ref()) => Some((pin, "the image id")),
            Some(PinKind::Index | PinKind::Manifest) | None if is(Some(&evidence.digest)) => Some((pin, "the digest")),
            Some(PinKind::Manifest) | None if lists => Some((pin, "the digest of a platform")),
            _ => None,
        }
    });
    let Some((pin, what)) = matching else {
        let reason = format!("its digest is `{}`, and another one is written down", evidence.digest);
        return Some(Verdict::new(Outcome::DigestMismatch, reason));
    };
    let from = pin
        .source
        .as_deref()
        .map_or(String::new(), |source| format!(" of {source}"));
    Some(Verdict {
        decided_by: Some("pins".to_owned()),
        ..Verdict::new(
            Outcome::Trusted,
            format!("{what} is the one{from} that was written down"),
        )
    })
}

fn by_policy(reference: &Reference, evidence: Option<&Evidence>, policy: &ImagePolicy, now: i64) -> Verdict {
    let mut failures = Vec::new();
    for authority in &policy.authorities {
        let decided_by = Some(format!("{}/{}", policy.name, authority.name));
        match by_authority(reference, evidence, authority, now) {
            Ok((signer, reason)) => {
                return Verdict {
                    signer,
                    decided_by,
                    ..Verdict::new(Outcome::Trusted, reason)
                };
            }
            Err((outcome, reason)) => failures.push(Verdict {
                decided_by,
                ..Verdict::new(outcome, reason)
            }),
        }
    }
    // Of several refusals the one that knows most is said; what was not known could have been the one that holds.
    let knows = |verdict: &Verdict| match verdict.outcome {
        Outcome::CouldNotVerify => 4,
        Outcome::Denied => 3,
        Outcome::WrongSigner => 2,
        Outcome::InvalidSignature => 1,
        _ => 0,
    };
    let verdict = failures
        .into_iter()
        .reduce(|best, next| if knows(&next) > knows(&best) { next } else { best });
    Verdict {
        is_warning: policy.is_warning,
        ..verdict.unwrap_or_else(|| Verdict::new(Outcome::Denied, "the policy names nobody who may sign"))
    }
}

type Refusal = (Outcome, String);

/// Whether the authority vouches for the image: who it is and why, or why not.
fn by_authority(
    reference: &Reference,
    evidence: Option<&Evidence>,
    authority: &Authority,
    now: i64,
) -> Result<(Option<Signer>, String), Refusal> {
    match &authority.means {
        Means::Pass => return Ok((None, "the policy lets it pass without a signature".to_owned())),
        Means::Fail(message) => return Err((Outcome::Denied, message.clone())),
        Means::Key { .. } | Means::Keyless { .. } => {}
    }
    let Some(evidence) = evidence else {
        return Err((Outcome::CouldNotVerify, "nothing was fetched".to_owned()));
    };
    let question = Question {
        reference,
        digest: &evidence.signed,
        authority,
        now,
    };
    if authority.attestations.is_empty() {
        let results = evidence.signatures.iter().filter_map(|one| signature_of(question, one));
        let checked = first_that_holds(results, evidence, "signed")?;
        return Ok((Some(signer(&checked)), "a signature holds".to_owned()));
    }
    let mut signers = Vec::new();
    for rule in &authority.attestations {
        let results = evidence
            .signatures
            .iter()
            .filter_map(|one| statement_of(question, one))
            .filter_map(|result| of_rule(result, rule));
        let checked = first_that_holds(results, evidence, "attested").map_err(|(outcome, reason)| {
            (
                outcome,
                format!("{reason} (statement `{}`, {})", rule.name, rule.predicate_type),
            )
        })?;
        signers.push(signer(&checked));
    }
    Ok((signers.pop(), "every statement that is asked for holds".to_owned()))
}

/// A statement that holds counts for a rule of its type alone, and only if it says what the rule asks.
fn of_rule(result: Result<Checked, EngineError>, rule: &AttestationRule) -> Option<Result<Checked, EngineError>> {
    let checked = match result {
        Ok(checked) => checked,
        Err(error) => return Some(Err(error)),
    };
    let statement = checked.statement.as_ref()?;
    if !is_of_type(statement, rule) {
        return None;
    }
    Some(match difference(statement, rule) {
        None => Ok(checked),
        Some(pointer) => Err(EngineError::Invalid(format!(
            "the statement says otherwise at `{pointer}` than the policy asks"
        ))),
    })
}

/// The first signature that holds; else what the others come to.
fn first_that_holds(
    results: impl Iterator<Item = Result<Checked, EngineError>>,
    evidence: &Evidence,
    verb: &str,
) -> Result<Checked, Refusal> {
    let (mut invalid, mut other, mut unknown) = (None, None, None);
    for result in results {
        match result {
            Ok(checked) => return Ok(checked),
            Err(EngineError::Invalid(reason)) => invalid = invalid.or(Some(reason)),
            Err(EngineError::OtherSigner(reason)) => other = other.or(Some(reason)),
            Err(EngineError::Unsupported(reason)) => unknown = unknown.or(Some(reason)),
        }
    }
    if let Some(reason) = unknown.or_else(|| evidence.gaps.first().cloned()) {
        return Err((Outcome::CouldNotVerify, reason));
    }
    if let Some(reason) = other {
        return Err((Outcome::WrongSigner, reason));
    }
    if let Some(reason) = invalid {
        return Err((Outcome::InvalidSignature, reason));
    }
    let foreign = evidence.signatures.iter().find_map(|one| match one {
        Signature::Foreign(name) => Some(format!("; a signature of {name} is there, which is not verified")),
        _ => None,
    });
    Err((
        Outcome::Unsigned,
        format!("nobody has {verb} it{}", foreign.unwrap_or_default()),
    ))
}

/// What a file and the bundle beside it come to, by one authority, at the time `now` in seconds since 1970.
///
/// Bundles of every version count here: the file and its bundle were named by whoever asks.
pub fn judge_blob(artifact: Artifact<'_>, bundle: &str, authority: &Authority, now: i64) -> Verdict {
    let of = |outcome, reason: String| Verdict::new(outcome, reason);
    let verdict = match check(authority, bundle, artifact, now) {
        Ok(checked) => {
            let rules = &authority.attestations;
            let missing = rules.iter().find(|rule| {
                let statement = checked.statement.as_ref();
                !statement.is_some_and(|statement| is_of_type(statement, rule) && difference(statement, rule).is_none())
            });
            match missing {
                None => Verdict {
                    signer: Some(signer(&checked)),
                    ..of(Outcome::Trusted, "the signature holds".to_owned())
                },
                Some(rule) => of(
                    Outcome::InvalidSignature,
                    format!("the statement is not what is asked for: {}", rule.predicate_type),
                ),
            }
        }
        Err(EngineError::Invalid(reason)) => of(Outcome::InvalidSignature, reason),
        Err(EngineError::OtherSigner(reason)) => of(Outcome::WrongSigner, reason),
        Err(EngineError::Unsupported(reason)) => of(Outcome::CouldNotVerify, reason),
    };
    Verdict {
        digest: match artifact {
            Artifact::Bytes(bytes) => Some(ImageDigest::of(bytes)),
            Artifact::Digest(digest) => Some(digest.clone()),
        },
        decided_by: Some(authority.name.clone()),
        ..verdict
    }
}

fn signer(checked: &Checked) -> Signer {
    Signer {
        identity: checked.identity.clone().unwrap_or_default(),
        issuer: checked.issuer.clone(),
        time: checked.time,
    }
}
