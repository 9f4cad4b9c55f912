/** What stands in the place of every secret, whatever it was; the same word Envoy writes into its own dumps. */
export const REDACTED = '[redacted]'
/** The same word as Envoy writes it where the field is bytes. */
export const REDACTED_BASE64 = 'W3JlZGFjdGVkXQ=='
