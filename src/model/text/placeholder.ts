/** True for what replaces a secret: Envoy's word for it, istiod's, or that of a capture, as text or base64. */
export function isPlaceholder(value: string): boolean {
  return /^(?:\[redacted[\w ]*\]|W3JlZGFjdGVk[A-Za-z0-9+/]{0,40}={0,2}|<redacted>)$/.test(value)
}
