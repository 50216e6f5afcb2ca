/** Why a signed statement is not believed, for a reader; a code that is new is shown as it is. */
const WORDS: Readonly<Record<string, string>> = {
  bad_signature: 'The signature does not fit the statement.', duplicate_keys: 'It names a field twice, which different readers read differently.', no_signature: 'It is not signed.', wrong_payload_type: 'What was signed is not an in-toto statement.',
  proof_invalid: 'The proof of its log entry does not hold.', not_an_attestation: 'It signs bytes, and states nothing about them.', too_large: 'It is too large to be read.', statement_unreadable: 'What was signed cannot be read as a statement.',
  subject_mismatch: 'It is about another image: no subject has this digest.', repository_mismatch: 'It names another repository than its signer may speak for.', builder_mismatch: 'It names another builder than its signer is.', builder_not_trusted: 'The builder matches no pattern of the policy.',
  identity_not_trusted: 'The signer matches no identity of the policy.', key_unknown: 'No key of the policy made this signature.', signer_unknown: 'Nobody known signed it.', no_policy: 'No provenance policy says whom to believe.', no_builder_trusted: 'The policy trusts no builder.',
  no_trusted_root: 'The policy has no Sigstore root to check it against.', no_trusted_time: 'Nothing trusted says when it was signed.', no_provenance: 'It is signed well, and says nothing of how the image was built.',
};

export const attestationReason = (code: string): string => WORDS[code] ?? code.replaceAll('_', ' ');
