import {createHmac} from 'node:crypto'

/** What replaces a secret; the same word Envoy writes into its own dumps. */
const REDACTED = '[redacted]'

/** What redaction puts in the place of each secret, and where it is. */
export interface Redaction {
  /** The placeholder of a secret; `what` is the name it stands under or the shape it was recognised by. */
  readonly put: (secret: string, what: string) => string
  /** The same redaction, one step deeper in what is redacted: an object, a field, a text of several lines. */
  readonly at: (step: string, text?: string) => Redaction
}

/** Every secret has the same placeholder. */
export const SAME_PLACEHOLDER: Redaction = {put: () => REDACTED, at: () => SAME_PLACEHOLDER}

/**
 * Equal secrets have equal placeholders and others have others: eight hex digits of an HMAC-SHA-256. With a random key that is not kept, nothing can be
 * guessed from a placeholder, and placeholders of two captures cannot be compared.
 */
export function placeholderPerSecret(key: Uint8Array): Redaction {
  const redaction: Redaction = {
    put: secret => `[redacted ${createHmac('sha256', key).update(secret).digest('hex').slice(0, 8)}]`,
    at: () => redaction,
  }
  return redaction
}

/** The placeholder of a secret in a field of bytes, in base64 as the field is. */
export function bytesPlaceholder(base64: string, what: string, redaction: Redaction): string {
  return Buffer.from(redaction.put(Buffer.from(base64, 'base64').toString('latin1'), what)).toString('base64')
}
