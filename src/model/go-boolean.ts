/** True for what Istio's programs take for true in a flag or an environment variable (Go's strconv.ParseBool, in any case). */
export function parseGoBool(text: string | undefined): boolean {
  return text !== undefined && /^(1|t|true)$/i.test(text)
}
