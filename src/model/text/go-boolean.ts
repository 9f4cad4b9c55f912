/** True for the values that Istio's programs parse as true in a flag or environment variable (Go's strconv.ParseBool, case-insensitive). */
export function parseGoBool(text: string | undefined): boolean {
  return text !== undefined && /^(1|t|true)$/i.test(text)
}
