//! Recipes: what they give, and what is said about wrong ones.

use super::*;

#[test]
fn runs_agree_and_equal_recipes_differ() {
    let text = "a {{fake:hex:40}} b {{fake:hex:40}}";
    let filled = fill(text).unwrap();
    let words: Vec<&str> = filled.split(' ').collect();

    assert_eq!(filled, fill(text).unwrap());
    assert_ne!(words[1], words[3]);
}

#[test]
fn other_recipes_do_not_move_a_recipe() {
    let alone = fill("{{fake:hex:40}}").unwrap();

    assert!(fill("{{fake:base62:36}} {{fake:hex:40}}").unwrap().ends_with(&alone));
}

#[test]
fn other_braces_stay() {
    let text = "{{user}} {{#if x}} {{{raw}}} {{ fake:hex:4 }} {{fake";

    assert_eq!(fill(text).unwrap(), text);
}

#[test]
fn an_alphabet_gives_its_characters_in_the_right_number() {
    for (name, alphabet) in ALPHABETS {
        let filled = fill(&format!("{{{{fake:{name}:300}}}}")).unwrap();

        assert_eq!(filled.len(), 300);
        assert!(filled.bytes().all(|byte| alphabet.contains(&byte)), "{name}");
    }
}

#[test]
fn mistakes_name_the_recipe() {
    let recipe = |text: &str| text.to_owned();
    let bad_length = |text: &str, least| RecipeError::BadLength {
        recipe: recipe(text),
        least,
        most: LONGEST,
    };

    for text in ["{{fake:hexx:4}}", "{{fake:jwt:4}}", "{{fake:}}"] {
        assert_eq!(fill(text), Err(RecipeError::Unknown { recipe: recipe(text) }));
    }
    for text in [
        "{{fake:hex}}",
        "{{fake:hex:0}}",
        "{{fake:hex:many}}",
        "{{fake:hex:99999}}",
    ] {
        assert_eq!(fill(text), Err(bad_length(text, 1)));
    }
    assert_eq!(fill("{{fake:password:3}}"), Err(bad_length("{{fake:password:3}}", 4)));
    for text in [
        "{{fake:pem:}}",
        "{{fake:pem:rsa}}",
        "{{fake:github-crc32:}}",
        "{{fake:basic:a:b}}",
    ] {
        assert_eq!(fill(text), Err(RecipeError::BadArgument { recipe: recipe(text) }));
    }
    assert_eq!(
        fill("{{fake:hex:4\n}}"),
        Err(RecipeError::Unclosed {
            recipe: recipe("{{fake:hex:4")
        })
    );
}

#[test]
fn an_error_prints_the_recipe() {
    assert_eq!(
        fill("{{fake:no}}").unwrap_err().to_string(),
        "unknown recipe `{{fake:no}}`"
    );
    assert_eq!(
        fill("{{fake:no").unwrap_err().to_string(),
        "the recipe `{{fake:no` is not closed with `}}`"
    );
}

#[test]
fn a_password_has_every_class_whatever_its_length() {
    for length in [4, 5, 8, 9, 14, 40] {
        let filled = fill(&format!("{{{{fake:password:{length}}}}}")).unwrap();

        assert_eq!(filled.len(), length);
        assert!(filled.bytes().any(|byte| byte.is_ascii_lowercase()), "{length}");
        assert!(filled.bytes().any(|byte| byte.is_ascii_uppercase()), "{length}");
        assert!(filled.bytes().any(|byte| byte.is_ascii_digit()), "{length}");
        assert!(filled.bytes().any(|byte| !byte.is_ascii_alphanumeric()), "{length}");
    }
}

#[test]
fn a_github_token_ends_with_the_checksum_of_its_random_part() {
    let token = fill("{{fake:github-crc32:ghp_}}").unwrap();

    let checksum = token[34..].bytes().fold(0_u64, |sum, digit| {
        sum * 62
            + BASE62
                .iter()
                .position(|known| *known == digit)
                .map_or(0, |value| value as u64)
    });
    assert_eq!(token.len(), 40);
    assert_eq!(checksum, u64::from(crc32fast::hash(&token.as_bytes()[4..34])));
}

#[test]
fn a_grafana_token_ends_with_the_checksum_of_all_before_it() {
    let token = fill("{{fake:grafana-crc32:glsa_}}").unwrap();

    let checksum = u32::from_str_radix(&token[38..], 16).unwrap().swap_bytes();
    assert_eq!(token.len(), 46);
    assert_eq!(checksum, crc32fast::hash(&token.as_bytes()[..37]));
}

#[test]
fn a_jwt_has_an_algorithm_and_a_subject() {
    let token = fill("{{fake:jwt}}").unwrap();
    let parts: Vec<Vec<u8>> = token
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap())
        .collect();

    assert_eq!(parts.len(), 3);
    assert!(parts[0].starts_with(br#"{"alg":"#));
    assert!(parts[1].starts_with(br#"{"sub":"#));
}

#[test]
fn a_pem_block_is_as_long_as_its_header_says() {
    let block = fill("{{fake:pem:RSA PRIVATE KEY}}").unwrap();
    let body: String = block.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(body).unwrap();

    assert!(block.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    assert!(block.ends_with("\n-----END RSA PRIVATE KEY-----"));
    assert_eq!(der.len(), 4 + usize::from(u16::from_be_bytes([der[2], der[3]])));
}

#[test]
fn a_pem_line_is_one_line() {
    let line = fill("{{fake:pem-line:PRIVATE KEY}}").unwrap();

    assert_eq!(line.lines().count(), 1);
    assert!(line.starts_with("-----BEGIN PRIVATE KEY-----\\n"));
}

#[test]
fn an_openssh_key_has_no_cipher() {
    let block = fill("{{fake:pem:OPENSSH PRIVATE KEY}}").unwrap();
    let body: String = block.lines().filter(|line| !line.starts_with("-----")).collect();

    assert!(
        STANDARD
            .decode(body)
            .unwrap()
            .starts_with(b"openssh-key-v1\0\0\0\0\x04none")
    );
}

#[test]
fn basic_credentials_start_with_the_user() {
    let filled = fill("{{fake:basic:robot}}").unwrap();

    assert!(STANDARD.decode(filled).unwrap().starts_with(b"robot:"));
}
